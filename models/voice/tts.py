"""Turns replies into sound, sentence by sentence. Knows a voice and a cache of what was said before; not speakers, turns or what to say."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models import manifest
from models.said import Speech
from models.voice.vits import Vits

FIRST_CHARS = 80
"""A first piece longer than this is cut, so that the sound begins early: a sentence is planned whole before any of it sounds."""
LONG_CHARS = 110
"""A first sentence longer than this is cut even where there is no comma."""
LEAD_S = 0.01
"""Silence left before the first sound of a reply; Piper makes 30–70 ms of it."""
MEMORY_BYTES = 8 << 20
DISK_BYTES = 48 << 20
CACHE_CHARS = 80
"""Longer pieces are seldom said twice."""
_SENTENCE = re.compile(r"(?<=[.!?…])[\"')\]]*\s+")
_SOFT = re.compile(r"(?<=[,;:])\s+|\s+(?=(?:and|but|so|or|which|because|with|until)\s)")
_SPOKEN = ((re.compile(r"\s*°\s*[CF]\b"), " degrees"), (re.compile(r"\s*°"), " degrees"), (re.compile(r"[*_`#<>\[\]{}|\\]"), " "))


class VoiceError(Exception):
    """The voice cannot be used: what is wrong, where, and how to mend it."""

    def __init__(self, what: str, where: str, mend: str) -> None:
        super().__init__(f"{where}: {what}. {mend}")
        self.what, self.where, self.mend = what, where, mend


class Speaks(Protocol):
    """Anything that can say a text."""

    name: str

    def speak(self, text: str) -> Iterator[Speech]:
        """Pieces of the reply in order, each as soon as it is made. Blocks while it computes. Raises VoiceError."""


class NullVoice:
    """Says nothing, and takes no memory."""

    name = "none"

    def speak(self, text: str) -> Iterator[Speech]:
        for piece in pieces(text):
            yield Speech(text=piece, pcm=b"", rate=16000)


def pieces(text: str, first_chars: int = FIRST_CHARS, long_chars: int = LONG_CHARS) -> list[str]:
    """The text cut into sentences, and a long first sentence cut once more where a speaker could take a breath."""
    for pattern, word in _SPOKEN:
        text = pattern.sub(word, text)
    sentences = [s.strip() for s in _SENTENCE.split(" ".join(text.split())) if any(c.isalnum() for c in s)]
    if not sentences or len(sentences[0]) <= first_chars:
        return sentences
    head = sentences[0]
    cuts = [m for m in _SOFT.finditer(head) if m.start() >= 8 and len(head) - m.end() >= 8]
    good = [m for m in cuts if m.start() <= first_chars]
    commas = [m for m in good if head[m.start() - 1] in ",;:"]
    # A cut without a comma is heard, so only a sentence that would take too long gets one.
    allowed = commas or ((good or cuts) if len(head) > long_chars else [])
    if not allowed:
        return sentences
    cut = allowed[-1]
    begin = head[: cut.start()].rstrip()
    return [begin if begin[-1] in ",;:" else begin + ",", head[cut.end() :], *sentences[1:]]


class Cache:
    """Sounds of pieces said before: the newest in memory, those said twice also on disk. Bounded in both; the oldest go.

    File names are hashes. `clear` removes all, for somebody who wants what was said forgotten.
    """

    def __init__(self, folder: Path | None, memory_bytes: int = MEMORY_BYTES, disk_bytes: int = DISK_BYTES) -> None:
        self.folder = folder
        self._memory_bytes, self._disk_bytes = memory_bytes, disk_bytes
        self._memory: OrderedDict[str, bytes] = OrderedDict()
        self._held = 0
        self._said: Counter[str] = Counter()
        self.trouble: str | None = None
        """Why the disk part does not work, for `hub doctor`; None if it does."""

    def get(self, key: str) -> bytes | None:
        pcm = self._memory.get(key)
        if pcm is not None:
            self._memory.move_to_end(key)
            return pcm
        path = self._path(key)
        if path is None or not path.is_file():
            return None
        try:
            pcm = path.read_bytes()
            os.utime(path)
        except OSError as error:
            self.trouble = f"{path}: {error.strerror}"
            return None
        self._keep(key, pcm)
        return pcm

    def put(self, key: str, pcm: bytes, *, frequent: bool = False) -> None:
        self._keep(key, pcm)
        self._said[key] += 1
        path = self._path(key)
        if path is not None and (frequent or self._said[key] > 1) and not path.exists():
            self._write(path, pcm)

    def said(self, key: str, pcm: bytes) -> None:
        """It was wanted once more."""
        self.put(key, pcm)

    def clear(self) -> None:
        self._memory.clear()
        self._said.clear()
        self._held = 0
        if self.folder is not None and self.folder.is_dir():
            for path in self.folder.glob("*.s16"):
                path.unlink(missing_ok=True)

    def _path(self, key: str) -> Path | None:
        return None if self.folder is None else self.folder / f"{key}.s16"

    def _keep(self, key: str, pcm: bytes) -> None:
        self._held += len(pcm) - len(self._memory.pop(key, b""))
        self._memory[key] = pcm
        while self._held > self._memory_bytes and self._memory:
            _, old = self._memory.popitem(last=False)
            self._held -= len(old)

    def _write(self, path: Path, pcm: bytes) -> None:
        part = path.with_suffix(f".{os.getpid()}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            part.write_bytes(pcm)
            part.replace(path)
            files = sorted(path.parent.glob("*.s16"), key=lambda p: p.stat().st_mtime)
            total = sum(p.stat().st_size for p in files)
            for old in files[:-1]:
                if total <= self._disk_bytes:
                    break
                total -= old.stat().st_size
                old.unlink(missing_ok=True)
        except OSError as error:
            self.trouble = f"{path.parent}: {error.strerror}"
            if part.is_file():
                part.unlink()


class Voice:
    """Piper's voice on one thread. May be used from any thread, one at a time."""

    def __init__(self, model: Path, *, cache: Cache | None = None, pace: float = 1.0) -> None:
        self.name = f"piper:{model.stem}"
        self.cache = cache or Cache(None)
        self._lock = threading.Lock()
        self._vits = _vits(model, pace)
        self.rate = self._vits.rate
        self._stamp = hashlib.sha256(f"{model.name}:{model.stat().st_size}:{pace}:level".encode()).hexdigest()[:8]

    @staticmethod
    def load(model: Path | None = None, *, cache: Path | None = None, pace: float = 1.0) -> Voice:
        """The voice of models.toml, or the one at `model`. `cache`: folder for frequent replies. Raises VoiceError."""
        model = model or manifest.locate("piper/voice")
        if model is None:
            raise VoiceError("The voice is not installed", "speech", "Run `hub setup`, or set the voice to none in hub.toml.")
        return Voice(model, cache=Cache(cache), pace=pace)

    def key(self, piece: str) -> str:
        return hashlib.sha256(f"{self._stamp}:{piece}".encode()).hexdigest()[:32]

    def speak(self, text: str) -> Iterator[Speech]:
        """The parts of each sentence in order, the first of them with its text; each is made when it is asked for."""
        for number, piece in enumerate(pieces(text)):
            said = piece
            for pcm in self._sound(piece, first=number == 0):
                yield Speech(text=said, pcm=pcm, rate=self.rate)
                said = ""

    def warm(self, texts: Iterable[str]) -> int:
        """Make these replies now and keep them, also on disk, so that they sound at once later; how many had to be made."""
        made = 0
        for text in texts:
            for number, piece in enumerate(pieces(text)):
                key = self.key(f"{number == 0}:{piece}")
                if self.cache.get(key) is None:
                    self.cache.put(key, b"".join(self._make(piece, first=number == 0)), frequent=True)
                    made += 1
        return made

    def _sound(self, piece: str, *, first: bool) -> Iterator[bytes]:
        key = self.key(f"{first}:{piece}")
        known = self.cache.get(key) if len(piece) <= CACHE_CHARS else None
        if known is not None:
            self.cache.put(key, known)
            yield known
            return
        made = []
        for pcm in self._make(piece, first=first):
            made.append(pcm)
            yield pcm
        if made and len(piece) <= CACHE_CHARS:
            self.cache.put(key, b"".join(made))

    def _make(self, piece: str, *, first: bool) -> Iterator[bytes]:
        parts = self._vits.sound(piece)
        while True:
            try:
                with self._lock:
                    sound = next(parts, None)
            except Exception as error:  # espeak and onnxruntime raise unrelated types
                raise VoiceError(
                    f"The sentence could not be spoken ({type(error).__name__}: {error})", self.name, "See `hub doctor`."
                ) from error
            if sound is None:
                return
            if first:
                sound = trim_lead(sound, self.rate)
                first = False
            yield (np.clip(sound, -1, 1) * np.float32(32767)).astype(np.int16).tobytes()


def trim_lead(sound: NDArray[np.float32], rate: int, floor: float = 0.01) -> NDArray[np.float32]:
    """Without the silence before the first sound, but for `LEAD_S`."""
    loud = np.flatnonzero(np.abs(sound) > floor)
    return sound if not len(loud) else sound[max(0, int(loud[0]) - int(LEAD_S * rate)) :]


def _vits(model: Path, pace: float) -> Vits:
    try:
        return Vits(model, pace)
    except ImportError as error:
        raise VoiceError("The package piper-tts is not installed", "speech", "Install it: pip install 'ambient-hub[piper]'.") from error
    except Exception as error:  # a damaged file gives any of several unrelated types
        raise VoiceError(f"The voice cannot be read ({error})", str(model), "Run `hub setup` again.") from error
