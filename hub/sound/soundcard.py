"""Sound cards through PortAudio, and finding one again that was unplugged. Knows devices and threads, not what is heard or said."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import soxr

from hub.errors import AudioError, HubError, PartMissing

RATE = 16000
FRAME = 320
LOST_S = 1.5
"""A card that gives or takes no frame for this long is lost."""
LOOK_S = 1.0
"""How often a lost card is looked for."""

Alive = Callable[[], None]
"""A stream calls it with each frame, from its own thread."""


class Stream(Protocol):
    @property
    def active(self) -> bool: ...

    def close(self) -> None: ...


class Backend(Protocol):
    """What the hub wants of a sound system; PortAudio offers it, and tests bring their own."""

    def open_input(self, device: str | int | None, give: Callable[[bytes, float], None], alive: Alive) -> Stream:
        """16 kHz mono int16; `give(frames, arrived)` is called from the card's thread."""

    def open_output(self, device: str | int | None, pull: Callable[[int, float], bytes], alive: Alive) -> Stream:
        """16 kHz mono int16; `pull(samples, seconds until they sound)` is called from the card's thread."""

    def refresh(self) -> None:
        """Look again which cards there are. All streams are closed by then."""

    def devices(self) -> list[str]: ...


class Card:
    """Keeps one stream open: opened again within `LOST_S + LOOK_S` of its card being back."""

    def __init__(self, open_stream: Callable[[Alive], Stream], backend: Backend, name: str) -> None:
        self._open, self._backend, self.name = open_stream, backend, name
        self._stream: Stream | None = None
        self._task: asyncio.Task[None] | None = None
        self._seen = 0.0
        self._muted = False
        self.trouble: str | None = None
        self.lost = 0
        """How often the card went away."""

    async def start(self) -> None:
        """Open it. A card that is not there now is trouble, not an error: it is looked for until `close`."""
        await asyncio.to_thread(self._try_open)
        self._task = asyncio.create_task(self._keep(), name=f"keeps {self.name}")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await asyncio.to_thread(self._shut)

    async def mute(self, on: bool) -> None:
        """Really close the stream, or open it again."""
        self._muted = on
        await asyncio.to_thread(self._shut if on else self._try_open)

    @property
    def silent_s(self) -> float:
        """How long the card has neither given nor taken anything."""
        return time.monotonic() - self._seen

    def _alive(self) -> None:
        self._seen = time.monotonic()

    def _try_open(self) -> None:
        try:
            self._stream = self._open(self._alive)
        except HubError as error:
            self.trouble = str(error)
        else:
            self._seen = time.monotonic()
            self.trouble = None

    def _shut(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S / 4)
            if self._muted:
                continue
            if self._stream is not None and self._stream.active and self.silent_s < LOST_S:
                continue
            if self._stream is not None:
                self.lost += 1
                self.trouble = f"{self.name}: the sound card is gone or stands still. Plug it in again; it is looked for every second."
            await asyncio.to_thread(self._again)
            if self._stream is None:
                await asyncio.sleep(LOOK_S)

    def _again(self) -> None:
        self._shut()
        self._backend.refresh()
        self._try_open()


def portaudio(wanted: str) -> Backend:
    """PortAudio by sounddevice, imported only here. Raises AudioError or PartMissing, naming what to install."""
    try:
        import sounddevice
    except ImportError as error:
        raise PartMissing(f"The {wanted} needs the package sounddevice", "audio", "Install it: pip install 'ambient-hub[mic]'.") from error
    except OSError as error:
        raise AudioError(
            f"The {wanted} needs PortAudio, which is not installed", "audio", "Install it: sudo apt install libportaudio2"
        ) from error
    return PortAudio(sounddevice)


@dataclass(slots=True)
class PortAudio:
    """The Backend over `sounddevice`."""

    sd: Any

    def devices(self) -> list[str]:
        return [str(device["name"]) for device in self.sd.query_devices()]

    def refresh(self) -> None:
        # PortAudio reads the list of cards only when it starts.
        self.sd._terminate()
        self.sd._initialize()

    def open_input(self, device: str | int | None, give: Callable[[bytes, float], None], alive: Alive) -> Stream:
        def stream(rate: int, channels: int) -> Any:
            turn = None if rate == RATE else soxr.ResampleStream(rate, RATE, 1, dtype="float32")

            def callback(data: Any, frames: int, at: Any, status: Any) -> None:
                alive()
                pcm = np.frombuffer(data, np.int16).reshape(-1, channels)
                mono = pcm[:, 0] if channels == 1 else pcm.mean(axis=1).astype(np.int16)
                if turn is not None:
                    mono = (turn.resample_chunk(mono.astype(np.float32) / 32768) * 32767).astype(np.int16)
                give(mono.tobytes(), time.monotonic())

            return self.sd.RawInputStream(
                samplerate=rate, channels=channels, dtype="int16", blocksize=rate // 50, device=device, latency="low", callback=callback
            )

        return self._open(stream, device, "input")

    def open_output(self, device: str | int | None, pull: Callable[[int, float], bytes], alive: Alive) -> Stream:
        def stream(rate: int, channels: int) -> Any:
            turn = None if rate == RATE else soxr.ResampleStream(RATE, rate, 1, dtype="float32")
            left = np.zeros(0, np.int16)

            def callback(out: Any, frames: int, at: Any, status: Any) -> None:
                nonlocal left
                alive()
                delay = max(0.0, float(at.outputBufferDacTime) - float(at.currentTime))
                if turn is None:
                    pcm = np.frombuffer(pull(frames, delay), np.int16)
                else:
                    while len(left) < frames:
                        piece = np.frombuffer(pull(FRAME, delay), np.int16).astype(np.float32) / 32768
                        left = np.concatenate((left, (np.clip(turn.resample_chunk(piece), -1, 1) * 32767).astype(np.int16)))
                    pcm, left = left[:frames], left[frames:]
                out[:] = np.repeat(pcm, channels).tobytes()

            return self.sd.RawOutputStream(
                samplerate=rate, channels=channels, dtype="int16", blocksize=rate // 50, device=device, latency="low", callback=callback
            )

        return self._open(stream, device, "output")

    def _open(self, make: Callable[[int, int], Any], device: str | int | None, way: str) -> Stream:
        """16 kHz mono if the card can, else its own rate and channels."""
        try:
            info = self.sd.query_devices(device, way)
            own = int(info["default_samplerate"]), max(1, min(2, int(info[f"max_{way}_channels"])))
            trouble: Exception | None = None
            for rate, channels in dict.fromkeys(((RATE, 1), (own[0], 1), own)):
                try:
                    stream = make(rate, channels)
                    stream.start()
                    return stream  # type: ignore[no-any-return]
                except self.sd.PortAudioError as error:
                    trouble = error
            raise AudioError(
                f"The sound card cannot be opened: {trouble}", f"{way} {device or 'default'}", "See `hub doctor` for the cards there are."
            )
        except (self.sd.PortAudioError, ValueError) as error:
            raise AudioError(
                f"There is no such sound card: {error}",
                f"{way} {device or 'default'}",
                f"Plug one in, or name one of: {', '.join(self.devices()) or 'none'}.",
            ) from error
