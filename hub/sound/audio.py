"""Where sound comes from: a microphone, files, raw samples on standard input. All give 16 kHz mono frames of 20 ms.

Knows formats, paces and queues; not wake words, speech or turns. Outputs are in `hub.sound.players`, mixed by `hub.sound.playback`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import sys
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import numpy as np
import soxr
from numpy.typing import NDArray

from hub.errors import AudioError
from hub.sound.playback import FRAME, RATE, Mixer, Playback, play
from hub.sound.players import FilePlayer, NullPlayer, Player, SpeakerPlayer, open_player
from hub.sound.soundcard import Backend, Card, portaudio

__all__ = [
    "FRAME", "FRAME_S", "RATE", "FilePlayer", "FileSource", "Frame", "FrameQueue", "MicSource", "Mixer", "NullPlayer", "Playback",
    "Player", "PreRoll", "RawSource", "Source", "SpeakerPlayer", "open_player", "open_source", "play", "read_file",
]  # fmt: skip

FRAME_S = FRAME / RATE
QUEUE_FRAMES = 250
"""5 s: more than this unheard means that the hub cannot follow."""
Samples = NDArray[np.int16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """20 ms of sound."""

    pcm: Samples
    """320 samples, 16 kHz mono."""
    at_s: float
    """Position of its first sample in the stream."""
    arrived: float
    """The event loop's clock when its last sample was there."""


class Source(Protocol):
    """An input: enter it, then iterate over its frames. It ends with its file or pipe; a microphone never ends."""

    name: str

    @property
    def dropped(self) -> int:
        """Frames lost because nobody took them in time."""

    @property
    def trouble(self) -> str | None:
        """What is wrong with the input now, for people; None if nothing is."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...

    def __aiter__(self) -> AsyncIterator[Frame]: ...


class FrameQueue:
    """Between a thread that makes frames and the loop that takes them: bounded, and when full the oldest goes and is counted."""

    def __init__(self, size: int = QUEUE_FRAMES) -> None:
        self._frames: deque[Frame] = deque()
        self._size = size
        self._ready = asyncio.Event()
        self._closed = False
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._frames)

    def put(self, frame: Frame) -> None:
        """In the loop's thread; others use `call_soon_threadsafe(queue.put, frame)`."""
        if len(self._frames) >= self._size:
            self._frames.popleft()
            self.dropped += 1
        self._frames.append(frame)
        self._ready.set()

    def close(self) -> None:
        """No more frames: those that are there are still given."""
        self._closed = True
        self._ready.set()

    async def get(self) -> Frame | None:
        """The next frame; None when there will be no more."""
        while not self._frames:
            if self._closed:
                return None
            self._ready.clear()
            await self._ready.wait()
        return self._frames.popleft()


class PreRoll:
    """The last two seconds heard, so that words said together with the wake word or over a reply are not lost."""

    def __init__(self, seconds: float = 2.0) -> None:
        self._frames: deque[Frame] = deque(maxlen=max(1, round(seconds / FRAME_S)))

    def add(self, frame: Frame) -> None:
        self._frames.append(frame)

    def since(self, at_s: float) -> Samples:
        """All samples from this position in the stream on, as far back as there are any."""
        parts = [f.pcm[max(0, round((at_s - f.at_s) * RATE)) :] for f in self._frames if f.at_s + FRAME_S > at_s]
        return np.concatenate(parts) if parts else np.zeros(0, np.int16)

    def last(self, seconds: float) -> Samples:
        frames = list(self._frames)[-max(1, round(seconds / FRAME_S)) :]
        return np.concatenate([f.pcm for f in frames]) if frames else np.zeros(0, np.int16)

    def clear(self) -> None:
        self._frames.clear()


def read_file(path: Path | str) -> Samples:
    """A whole wav or flac as 16 kHz mono. Raises AudioError."""
    return np.concatenate([*_decoded(Path(path)), np.zeros(0, np.int16)])


def _decoded(path: Path) -> Iterator[Samples]:
    """A file bit by bit as 16 kHz mono; the file is checked when the first bit is asked for."""
    import soundfile

    where = str(path)
    if not path.is_file():
        raise AudioError("There is no such file" if not path.exists() else "This is not a file", where, "Check the path.")
    if path.stat().st_size == 0:
        raise AudioError("The file is empty", where, "Record it again.")
    try:
        with soundfile.SoundFile(where) as file:
            if file.frames == 0:
                raise AudioError("The file has no sound in it (0 samples)", where, "Record it again.")
            yield from _resampled(file, where)
    except soundfile.LibsndfileError as error:
        raise AudioError(
            f"This is no sound file that can be read: {error.error_string.strip()}",
            where,
            "Use a wav or flac file; ffmpeg converts others and mends some.",
        ) from error


def _resampled(file: Any, where: str) -> Iterator[Samples]:
    rate, seen = int(file.samplerate), 0
    turn = None if rate == RATE else soxr.ResampleStream(rate, RATE, 1, dtype="float32")
    expected = int(file.frames)
    while True:
        block = file.read(rate, dtype="float32", always_2d=True)
        if len(block) and not np.isfinite(block).all():
            raise AudioError(
                f"The file holds samples that are no numbers (NaN or infinite), near second {seen / rate:.0f}",
                where,
                "Record or convert it again.",
            )
        seen += len(block)
        last = len(block) < rate
        mono = block.mean(axis=1)
        if turn is not None:
            mono = turn.resample_chunk(mono, last=last)
        yield np.clip(mono * np.float32(32768), -32768, 32767).round().astype(np.int16)
        if last:
            break
    if seen < expected and expected < 1 << 40:
        raise AudioError(
            f"The file ends after {seen / rate:.1f} of {expected / rate:.1f} s: it was cut off or is damaged",
            where,
            "Copy or record it again.",
        )


class FileSource:
    """A wav or flac as if from the microphone: as fast as it is taken, or in real time. After its end come `tail_s` seconds of silence.

    Raises AudioError from `__aenter__` for what is no sound, or while it is read, for what turns out damaged.
    """

    def __init__(self, path: Path | str, *, realtime: bool = False, tail_s: float = 0.0) -> None:
        self.name = str(path)
        self.dropped = 0
        self.trouble: str | None = None
        self._path, self._realtime, self._tail = Path(path), realtime, tail_s
        self._blocks: Iterator[Samples] = iter(())

    async def __aenter__(self) -> Self:
        blocks = _decoded(self._path)
        first = next(blocks)

        def chain() -> Iterator[Samples]:
            yield first
            yield from blocks

        self._blocks = chain()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._blocks = iter(())

    async def __aiter__(self) -> AsyncIterator[Frame]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        for count, pcm in enumerate(_framed(self._blocks, self._tail)):
            due = began + (count + 1) * FRAME_S
            await asyncio.sleep(max(0.0, due - loop.time()) if self._realtime else 0)
            yield Frame(pcm=pcm, at_s=count * FRAME_S, arrived=due if self._realtime else loop.time())


def _framed(blocks: Iterator[Samples], tail_s: float) -> Iterator[Samples]:
    left = np.zeros(0, np.int16)
    for block in blocks:
        left = np.concatenate((left, block))
        while len(left) >= FRAME:
            yield left[:FRAME]
            left = left[FRAME:]
    silence = round(tail_s / FRAME_S)
    if len(left):
        yield np.concatenate((left, np.zeros(FRAME - len(left), np.int16)))
    for _ in range(silence):
        yield np.zeros(FRAME, np.int16)


class RawSource:
    """Raw 16 kHz mono s16le from a pipe (standard input) at the sender's pace. Nothing is dropped: when 5 s are unheard, the pipe waits."""

    def __init__(self, fd: int | None = None, name: str = "standard input") -> None:
        self.name, self.dropped = name, 0
        self.trouble: str | None = None
        self._fd = sys.stdin.fileno() if fd is None else fd
        self._stop = threading.Event()
        self._room = threading.Semaphore(QUEUE_FRAMES)
        self._thread: threading.Thread | None = None
        self._queue = FrameQueue(QUEUE_FRAMES + 1)

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._read, args=(loop,), name=f"reads {self.name}")
        self._thread.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop.set()
        self._room.release()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        held, count = b"", 0
        while not self._stop.is_set():
            ready, _, _ = select.select([self._fd], [], [], 0.2)
            if not ready:
                continue
            data = os.read(self._fd, 2 * FRAME - len(held))
            held += data
            if len(held) == 2 * FRAME or (not data and held):
                pcm = np.frombuffer(held[: len(held) // 2 * 2].ljust(2 * FRAME, b"\0"), np.int16)
                held = b""
                self._room.acquire()
                _tell(loop, self._queue.put, Frame(pcm=pcm, at_s=count * FRAME_S, arrived=time.monotonic()))
                count += 1
            if not data:
                break
        _tell(loop, self._queue.close)

    async def __aiter__(self) -> AsyncIterator[Frame]:
        while (frame := await self._queue.get()) is not None:
            self._room.release()
            yield frame


class MicSource:
    """A microphone. Unplugged, it is found again by itself; meanwhile `trouble` says so. `backend`: PortAudio unless a test brings one."""

    def __init__(self, device: str | int | None = None, backend: Backend | None = None) -> None:
        self.name = f"microphone {device}" if device is not None else "microphone"
        self._device, self._backend = device, backend
        self._queue = FrameQueue()
        self._card: Card | None = None
        self._held = b""
        self._count = 0

    @property
    def dropped(self) -> int:
        return self._queue.dropped

    @property
    def trouble(self) -> str | None:
        return None if self._card is None else self._card.trouble

    async def mute(self, on: bool) -> None:
        """Close the microphone for real, or open it again."""
        if self._card is not None:
            await self._card.mute(on)

    async def __aenter__(self) -> Self:
        backend = self._backend or portaudio("microphone")
        loop = asyncio.get_running_loop()
        self._card = Card(
            lambda alive: backend.open_input(self._device, lambda d, t: _tell(loop, self._take, d, t), alive), backend, self.name
        )
        await self._card.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._card is not None:
            await self._card.close()
        self._queue.close()

    def _take(self, data: bytes, arrived: float) -> None:
        self._held += data
        while len(self._held) >= 2 * FRAME:
            pcm = np.frombuffer(self._held[: 2 * FRAME], np.int16)
            self._held = self._held[2 * FRAME :]
            self._queue.put(Frame(pcm=pcm, at_s=self._count * FRAME_S, arrived=arrived))
            self._count += 1

    async def __aiter__(self) -> AsyncIterator[Frame]:
        while (frame := await self._queue.get()) is not None:
            yield frame


def _tell(loop: asyncio.AbstractEventLoop, call: Any, *values: Any) -> None:
    """Hand over to the loop's thread; a loop that closed meanwhile wants nothing any more."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(call, *values)


def open_source(spec: str, *, device: str | int | None = None, realtime: bool = True, tail_s: float = 0.0) -> Source:
    """The input that `--input` names: `mic`, `-` (raw samples on standard input), or a file. It opens when it is entered."""
    if spec == "mic":
        return MicSource(device)
    if spec == "-":
        return RawSource()
    return FileSource(spec, realtime=realtime, tail_s=tail_s)
