"""Runs Piper's voice in two steps, so that a sentence sounds while its end is still being made. Knows ONNX and espeak's sounds; not what
was said before, texts of several sentences, or speakers.

VITS (Kim et al. 2021, "Conditional variational autoencoder with adversarial learning for end-to-end text-to-speech") plans a whole
sentence in its first quarter of the work: every sound's length and place. The rest, HiFi-GAN (Kong et al. 2020), only looks a few frames
to either side, so it is run over the plan in pieces that overlap: the same sound as in one go.
"""

from __future__ import annotations

import json
import mmap
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.one_thread import open_session
from models.voice.halves import halves

VOCODER = "dec.conv_pre.weight"
"""The first weights of HiFi-GAN, as Piper exports them."""
AROUND = 12
"""Frames of the plan on either side that a sound depends on; with 8 a difference can be measured, with 12 none."""
FIRST = 28
"""Frames made first, 0.33 s of sound; each next piece is twice as long."""
LONGEST = 224
LOUD = 0.15
"""Level (root mean square) of what sounds; Piper's own way, every sentence's peak at full scale, needs the whole sentence first, and
makes short ones louder."""
_KNEE = 0.7
_TEST = "The light in the kitchen is on."
Floats = NDArray[np.float32]


class Vits:
    """One voice. `sound` yields a sentence's parts, ±1, as they are made. Not for two threads at once. Any error of a damaged file, of
    onnxruntime or of espeak may come out of it; ImportError without piper-tts."""

    def __init__(self, model: Path, pace: float = 1.0) -> None:
        from piper import PiperConfig, PiperVoice

        settings = json.loads(Path(f"{model}.json").read_text(encoding="utf-8"))
        self._config = PiperConfig.from_dict(settings)
        self._plan, self._make, self._between = _open(model)
        self._piper = PiperVoice(session=self._plan, config=self._config)
        self.rate = int(self._config.sample_rate)
        config = self._config
        self._scales = np.array([config.noise_scale, config.length_scale / pace, config.noise_w_scale], np.float32)
        self._gain = 1.0
        heard = np.concatenate([*self.sound(_TEST), np.zeros(1, np.float32)])
        loud = heard[np.abs(heard) > 0.02 * np.abs(heard).max()]
        if len(loud):
            self._gain = LOUD / float(np.sqrt(np.mean(np.square(loud))))

    def sound(self, sentence: str) -> Iterator[Floats]:
        for sounds in self._piper.phonemize(sentence):
            if not sounds:
                continue
            ids = np.array([self._piper.phonemes_to_ids(sounds)], np.int64)
            wants = {"input": ids, "input_lengths": np.array([ids.shape[1]], np.int64), "scales": self._scales}
            if self._config.num_speakers > 1:
                wants["sid"] = np.array([0], np.int64)
            plan = self._plan.run(None, wants)[0]
            parts = (plan,) if self._make is None else self._pieces(self._make, plan)
            for part in parts:
                yield _limited(np.asarray(part, np.float32).reshape(-1) * np.float32(self._gain))

    def _pieces(self, make: Any, plan: Floats) -> Iterator[Floats]:
        frames, at, size = plan.shape[2], 0, FIRST
        while at < frames:
            # A last piece that is hardly longer than what it overlaps with is made with the one before.
            until = frames if frames - at - size < AROUND else at + size
            low, high = max(0, at - AROUND), min(frames, until + AROUND)
            made = make.run(None, {self._between: plan[:, :, low:high]})[0].reshape(-1)
            hop = len(made) // (high - low)
            yield made[(at - low) * hop : (until - low) * hop]
            at, size = until, min(LONGEST, 2 * size)


def _open(model: Path) -> tuple[Any, Any | None, str]:
    """The sessions of both steps; one that does all where the file cannot be cut (a voice of several speakers)."""
    with model.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        view = memoryview(content)
        cut = halves(view, VOCODER)
        view.release()
    # Without the arena: with it, each new sentence length adds memory that is never given back.
    if cut is None:
        return open_session(model, arena=False), None, ""
    with tempfile.TemporaryDirectory() as folder:  # a session keeps bytes that it was opened from, but not a file
        first, second = Path(folder, "first.onnx"), Path(folder, "second.onnx")
        first.write_bytes(cut.first)
        second.write_bytes(cut.second)
        between = cut.between
        del cut
        return open_session(first, arena=False), open_session(second, arena=False), between


def _limited(sound: Floats) -> Floats:
    """Peaks bent under full scale instead of cut off."""
    over = np.abs(sound) > _KNEE
    if over.any():
        bent = _KNEE + (1 - _KNEE) * np.tanh((np.abs(sound[over]) - _KNEE) / (1 - _KNEE))
        sound = sound.copy()
        sound[over] = np.sign(sound[over]) * bent
    return sound
