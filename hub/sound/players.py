"""Where sound goes: a speaker, a file that grows in real time, or nowhere. Each drives one Mixer; none knows what is said."""

from __future__ import annotations

import asyncio
import contextlib
import struct
import threading
import time
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol, Self

from hub.errors import AudioError
from hub.sound.playback import FRAME, RATE, Mixer
from hub.sound.soundcard import Backend, Card, portaudio

TICK_S = FRAME / RATE
DEAD_S = 4.0
"""A speaker that takes nothing for this long is dead: what it should play is given up."""
AHEAD = 2
"""Frames that a file is ahead of what was written, as a sound card is: the echo canceller must know a frame well before it sounds."""
STALL_S = 0.2
"""A driver that comes this late begins its schedule anew instead of hurrying after it."""


class Player(Protocol):
    """An output. `mixer.begin()` starts a sound."""

    name: str
    mixer: Mixer

    @property
    def trouble(self) -> str | None:
        """What is wrong with the output now, for people; None if nothing is."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...


class NullPlayer:
    """No speaker. In real time it takes as long as a speaker would, else no time at all; both count what was "played"."""

    def __init__(self, *, realtime: bool = True) -> None:
        self.name = "null"
        self.trouble: str | None = None
        self._realtime = realtime
        self.mixer = Mixer(time.monotonic)
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self.mixer.clock = asyncio.get_running_loop().time
        self.mixer.on_change = self._changed.set
        self._task = asyncio.create_task(self._run(), name="null player")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.mixer.stop_all()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        while self.mixer.busy:
            self.mixer.pull(FRAME)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._changed.wait()
            due = loop.time()
            while self.mixer.busy:
                self.mixer.pull(FRAME, due if self._realtime else None)
                due += TICK_S
                await asyncio.sleep(max(0.0, due - loop.time()) if self._realtime else 0)
            self._changed.clear()
            if self.mixer.busy:
                self._changed.set()


class FilePlayer:
    """Writes what a speaker would play, while it would play it: a wav if the name ends in .wav, else raw 16 kHz mono s16le.

    Each frame of 20 ms is written and flushed when it is due, never before; silence between sounds is left out.
    A thread of its own does it, so a busy event loop does not make it late.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.name = str(path)
        self.trouble: str | None = None
        self.mixer = Mixer(time.monotonic)
        self._wav = self.path.suffix.lower() == ".wav"
        self._file: IO[bytes] | None = None
        self._bytes = 0
        self._closing = False
        self._thread = threading.Thread(target=self._run, name=f"writes {self.path.name}")

    async def __aenter__(self) -> Self:
        try:
            self._file = open(self.path, "wb", buffering=0)  # noqa: ASYNC230, SIM115 (closed in __aexit__; opening a local file does not wait)
        except OSError as error:
            raise AudioError(
                f"The output file cannot be written: {error.strerror}", str(self.path), "Choose another with --output."
            ) from error
        if self._wav:
            self._file.write(_wav_header(0))
        self._thread.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.mixer.stop_all()
        with self.mixer.lock:
            self._closing = True
        self.mixer.wake()
        await asyncio.to_thread(self._thread.join)
        if self._file is not None:
            self._file.close()

    def _run(self) -> None:
        due, ahead = 0.0, deque[tuple[float, bytes]]()
        while True:
            with self.mixer.lock:
                while not (ahead or self.mixer.busy or self._closing):
                    self.mixer.changed.wait()
                busy = self.mixer.busy
                if not (ahead or busy):
                    return
            if time.monotonic() - due > STALL_S:
                due = time.monotonic()
            if busy:
                ahead.append((due, self.mixer.pull(FRAME, due).tobytes()))
                due += TICK_S
                if len(ahead) < AHEAD:
                    continue
            at, frame = ahead.popleft()
            time.sleep(max(0.0, at - time.monotonic()))
            self._write(frame)

    def _write(self, pcm: bytes) -> None:
        if self._file is None:
            return
        try:
            self._file.write(pcm)
            self._bytes += len(pcm)
            if self._wav and self._file.seekable():
                self._file.seek(0)
                self._file.write(_wav_header(self._bytes))
                self._file.seek(0, 2)
            self.trouble = None
        except OSError as error:
            self.trouble = f"{self.path}: the sound cannot be written: {error.strerror}"


class SpeakerPlayer:
    """Plays through a sound card, and finds it again when it was unplugged. `backend` is PortAudio unless a test hands in another."""

    def __init__(self, device: str | int | None = None, backend: Backend | None = None) -> None:
        self.name = f"speaker {device}" if device is not None else "speaker"
        self.mixer = Mixer(time.monotonic)
        self._backend, self._device = backend, device
        self._card: Card | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def trouble(self) -> str | None:
        return None if self._card is None else self._card.trouble

    async def __aenter__(self) -> Self:
        backend = self._backend or portaudio("speaker")
        self._card = Card(lambda alive: backend.open_output(self._device, self._pull, alive), backend, self.name)
        await self._card.start()
        self._task = asyncio.create_task(self._watch(), name="watches the speaker")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._card is not None:
            await self._card.close()
        await self._give_up()

    async def _watch(self) -> None:
        """A reply waits for a speaker that was unplugged for a moment, but a dead one does not hold the turn."""
        while True:
            await asyncio.sleep(0.25)
            if self.mixer.busy and self._card is not None and self._card.silent_s > DEAD_S:
                await self._give_up()

    async def _give_up(self) -> None:
        self.mixer.stop_all()
        while self.mixer.busy:
            self.mixer.pull(FRAME)
        await asyncio.sleep(0)  # lets those who wait for a sound see that it is over

    def _pull(self, count: int, delay_s: float) -> bytes:
        return self.mixer.pull(count, self.mixer.clock() + delay_s).tobytes()


def _wav_header(size: int) -> bytes:
    return (
        b"RIFF"
        + struct.pack("<I", 36 + size)
        + b"WAVEfmt "
        + struct.pack("<IHHIIHH", 16, 1, 1, RATE, 2 * RATE, 2, 16)
        + b"data"
        + struct.pack("<I", size)
    )


def open_player(spec: str, *, device: str | int | None = None, realtime: bool = True) -> Player:
    """The output that `--output` names: `speaker`, `null`, or a file. It opens when it is entered."""
    if spec == "speaker":
        return SpeakerPlayer(device)
    if spec in ("null", "none", ""):
        return NullPlayer(realtime=realtime)
    return FilePlayer(spec)
