"""Hears wake words in 16 kHz audio. Knows the ONNX files of the openwakeword wheel, not microphones, turns or clocks.

The chain is openWakeWord's: melspectrogram → Google's speech embedding (Lin et al. 2020, "Training keyword spotters with
limited and synthesized speech data") → one small classifier a word, every 80 ms. The package itself is not imported: it pulls
scipy and scikit-learn into memory. Scores are the same as the package's, which a test checks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.one_thread import open_session
from models.said import Wake

RATE = 16000
CHUNK = 1280
"""Samples a step: 80 ms."""
_MEL_LEFT = 480
"""Samples of the step before that the melspectrogram needs."""
_MEL_FRAMES = 76
"""Melspectrogram frames under one embedding, of 10 ms each."""
_WARM_UP = 5
"""Steps after a reset whose scores are not to be trusted, as in openWakeWord."""


class WakeWordError(Exception):
    """A wake word cannot be used: what is wrong, where, and how to mend it."""

    def __init__(self, what: str, where: str, mend: str) -> None:
        super().__init__(f"{what} ({where}). {mend}")
        self.what, self.where, self.mend = what, where, mend


def bundled() -> dict[str, Path]:
    """Word → ONNX file, for the words that come with the openwakeword wheel."""
    folder = model_folder()
    names = {path.name.split("_v0")[0]: path for path in sorted(folder.glob("*_v0*.onnx"))}
    return {name: path for name, path in names.items() if name not in ("timer", "weather")}


def model_folder() -> Path:
    spec = find_spec("openwakeword")
    if spec is None or not spec.submodule_search_locations:
        raise WakeWordError("The package openwakeword is not installed", "wake words", "Install it: pip install 'openwakeword>=0.4,<0.5'.")
    folder = Path(next(iter(spec.submodule_search_locations))) / "resources" / "models"
    if not (folder / "embedding_model.onnx").is_file():
        raise WakeWordError(
            "This openwakeword has no models in it",
            str(folder),
            "Use the version whose wheel holds them: pip install 'openwakeword>=0.4,<0.5'.",
        )
    return folder


def locate_word(word: str) -> tuple[str, Path]:
    """Name and file of a wake word: one of `bundled()`, or a path to an .onnx made for openWakeWord."""
    if word.endswith(".onnx"):
        path = Path(word).expanduser()
        if not path.is_file():
            raise WakeWordError(f"There is no wake word file {path}", "wake.words", "Correct the path in hub.toml.")
        return path.stem.split("_v0")[0], path
    known = bundled()
    name = word.strip().lower().replace(" ", "_")
    if name not in known:
        raise WakeWordError(
            f"There is no wake word {word!r}", "wake.words", f"Use one of {', '.join(sorted(known))}, or the path of an .onnx file."
        )
    return name, known[name]


class _Features:
    """Streaming melspectrogram and embeddings, one step of 80 ms at a time."""

    def __init__(self, folder: Path) -> None:
        self._mel = open_session(folder / "melspectrogram.onnx")
        self._embed = open_session(folder / "embedding_model.onnx")
        silence = self._melspectrogram(np.zeros(14 * CHUNK, np.int16))[:_MEL_FRAMES]
        self._silence: NDArray[np.float32] = self._embedding(silence)
        self.reset()

    def reset(self) -> None:
        self._left = np.zeros(0, np.int16)
        self._mels: NDArray[np.float32] = np.ones((_MEL_FRAMES, 32), np.float32)
        self.embeddings: NDArray[np.float32] = np.tile(self._silence, (64, 1))

    def step(self, chunk: NDArray[np.int16]) -> None:
        audio = np.concatenate((self._left, chunk))
        self._left = audio[-_MEL_LEFT:]
        self._mels = np.concatenate((self._mels, self._melspectrogram(audio)))[-_MEL_FRAMES:]
        self.embeddings[:-1] = self.embeddings[1:]
        self.embeddings[-1] = self._embedding(self._mels)

    def _melspectrogram(self, audio: NDArray[np.int16]) -> NDArray[np.float32]:
        frames: NDArray[np.float32] = self._mel.run(None, {"input": audio.astype(np.float32)[None]})[0].reshape(-1, 32)
        return (frames / np.float32(10) + np.float32(2)).astype(np.float32)

    def _embedding(self, mels: NDArray[np.float32]) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = self._embed.run(None, {"input_1": mels[None, :, :, None]})[0].reshape(96)
        return vector


class WakeWords:
    """Listens for several wake words at once in one stream.

    `words`: names of `bundled()` or paths of .onnx files. `threshold`: one for all, or word → threshold. `patience`: steps of
    80 ms out of the last `patience + 1` that must be above the threshold. `debounce_s`: after a wake, no other for so long.
    Raises WakeWordError.
    """

    def __init__(
        self, words: Sequence[str] = ("alexa",), threshold: float | Mapping[str, float] = 0.5, debounce_s: float = 1.2, patience: int = 1
    ) -> None:
        if not words:
            raise WakeWordError("No wake word is set", "wake.words", 'Name at least one: words = ["alexa"].')
        if patience < 1 or debounce_s < 0:
            raise ValueError("patience must be 1 or more, debounce_s 0 or more")
        self._features = _Features(model_folder())
        self._models: dict[str, tuple[Any, str, int]] = {}
        for word in words:
            name, path = locate_word(word)
            self._models[name] = _classifier(path)
        self._threshold = {n: float(threshold.get(n, 0.5)) if isinstance(threshold, Mapping) else float(threshold) for n in self._models}
        self._debounce, self._patience = debounce_s, patience
        self.scores: dict[str, float] = {}
        """Scores of the newest step, 0–1."""
        self.reset()

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self._models)

    def reset(self) -> None:
        """Forget all audio: the next sample is the first of a new stream."""
        self._features.reset()
        self._pending = np.zeros(0, np.int16)
        self._steps = 0
        self._quiet_until = 0.0
        self._recent: dict[str, list[float]] = {name: [] for name in self._models}
        self.scores = dict.fromkeys(self._models, 0.0)

    def feed(self, samples: NDArray[np.int16]) -> Wake | None:
        """Take any number of int16 samples at 16 kHz; the first wake found in them, or None."""
        if samples.dtype != np.int16:
            raise ValueError(f"wake words want int16 samples, not {samples.dtype}")
        found: Wake | None = None
        self._pending = np.concatenate((self._pending, samples)) if len(self._pending) else samples
        while len(self._pending) >= CHUNK:
            chunk, self._pending = self._pending[:CHUNK], self._pending[CHUNK:]
            wake = self._step(chunk)
            found = found or wake
        return found

    def _step(self, chunk: NDArray[np.int16]) -> Wake | None:
        self._features.step(chunk)
        self._steps += 1
        at_s = self._steps * CHUNK / RATE
        best: Wake | None = None
        for name, (model, entry, width) in self._models.items():
            window = self._features.embeddings[-width:][None]
            score = float(np.asarray(model.run(None, {entry: window})[0]).reshape(-1)[0])
            if self._steps <= _WARM_UP:
                score = 0.0
            self.scores[name] = score
            recent = self._recent[name]
            recent.append(score)
            del recent[: -self._patience - 1]
            limit = self._threshold[name]
            if score >= limit and sum(s >= limit for s in recent) >= self._patience and (best is None or score > best.score):
                best = Wake(phrase=name, score=score, at_s=at_s)
        if best is None or at_s < self._quiet_until:
            return None
        self._quiet_until = at_s + self._debounce
        return best


def _classifier(path: Path) -> tuple[Any, str, int]:
    """Session, name of its input, and how many embeddings it looks at."""
    try:
        session = open_session(path)
        entry = session.get_inputs()[0]
        shape, output = entry.shape, session.get_outputs()[0].shape
    except Exception as error:  # onnxruntime raises its own unrelated types for each kind of damage
        raise WakeWordError("A wake word file cannot be read", str(path), f"Get the file again. ({error})") from error
    if len(shape) != 3 or shape[2] != 96 or not isinstance(shape[1], int) or shape[1] > 64 or output[-1] != 1:
        raise WakeWordError(
            "A wake word file is not one for openWakeWord", str(path), f"It must take [1, n ≤ 64, 96] and give one score; it takes {shape}."
        )
    return session, entry.name, shape[1]
