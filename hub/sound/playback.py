"""What sounds now: several sounds mixed into one stream that a device pulls. Knows samples and gains, not devices, files or words.

Whatever drives it (a sound card's thread, the writer of a file, a silent clock) calls `Mixer.pull`; what was pulled was played.
That makes "how much of the reply was heard" a count of samples, and stopping a matter of the next frame.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterable, Callable, Iterable

import numpy as np
import soxr
from numpy.typing import NDArray

from models.said import Speech

RATE = 16000
FRAME = 320
"""Samples a frame: 20 ms."""
FADE_S = 0.01
"""A sound that is stopped fades out in this time, so that it does not click."""
DUCKED = 0.1
"""Gain of what is ducked: −20 dB."""
MEMORY_S = 4.0
"""How long the mixer remembers what it played, for the echo canceller."""

Samples = NDArray[np.int16]
Floats = NDArray[np.float32]


def samples_of(speech: Speech) -> Floats:
    """The sound at 16 kHz, −1…1."""
    pcm = np.frombuffer(speech.pcm, np.int16).astype(np.float32) / np.float32(32768)
    if speech.rate == RATE or not len(pcm):
        return pcm
    return np.asarray(soxr.resample(pcm, speech.rate, RATE, quality="HQ"), np.float32)


class Playback:
    """One sound: parts are added while earlier ones play; it ends by itself, or is stopped within a frame."""

    def __init__(self, mixer: Mixer, gain: float, duckable: bool) -> None:
        self._mixer, self.gain, self._duckable = mixer, gain, duckable
        self._parts: deque[Floats] = deque()
        self._resampler: tuple[int, soxr.ResampleStream] | None = None
        self._offset = 0
        self._added = 0
        self._played = 0
        self._ended = self._stopping = False
        self._over = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self.first_sound_at: float | None = None
        """The mixer's clock when the first sample was played; None before."""
        self.last_sound_at: float | None = None
        self.interrupted = False

    @property
    def played_ms(self) -> float:
        """How much was played, exactly; waiting for the next sentence does not count."""
        return self._played * 1000 / RATE

    @property
    def audio_ms(self) -> float:
        """How much there was to play so far."""
        return self._added * 1000 / RATE

    @property
    def over(self) -> bool:
        return self._over.is_set()

    @property
    def waiting_for_device(self) -> bool:
        return bool(self._parts) or self._ended or self._stopping or self._played > 0

    def add(self, sound: Speech) -> None:
        """More to play after what is there. After `end` or `stop` it is left out."""
        self._append(self._at_rate(sound))

    def end(self) -> None:
        """No more parts will come."""
        self._append(self._rest())
        with self._mixer.lock:
            self._ended = True
        self._mixer.wake()

    def _append(self, samples: Floats) -> None:
        with self._mixer.lock:
            if len(samples) and not self._ended:
                self._added += len(samples)
                if not self._stopping:
                    self._parts.append(samples)
        self._mixer.wake()

    def _at_rate(self, sound: Speech) -> Floats:
        """The part at 16 kHz. Parts of one rate are one stream: cut anywhere, they are joined without a click."""
        pcm = np.frombuffer(sound.pcm, np.int16).astype(np.float32) / np.float32(32768)
        if self._resampler is not None and self._resampler[0] == sound.rate:
            return np.asarray(self._resampler[1].resample_chunk(pcm), np.float32)
        before = self._rest()
        if sound.rate != RATE:
            self._resampler = sound.rate, soxr.ResampleStream(sound.rate, RATE, 1, dtype="float32", quality="HQ")
            pcm = np.asarray(self._resampler[1].resample_chunk(pcm), np.float32)
        return np.concatenate((before, pcm))

    def _rest(self) -> Floats:
        """What the resampler has kept back."""
        if self._resampler is None:
            return np.zeros(0, np.float32)
        _, turn = self._resampler
        self._resampler = None
        return np.asarray(turn.resample_chunk(np.zeros(0, np.float32), last=True), np.float32)

    def stop(self) -> None:
        """Fall silent within the frame that is played next."""
        with self._mixer.lock:
            if self._ended and not self._parts:
                return
            self._stopping = self.interrupted = True
        self._mixer.wake()

    async def wait(self) -> None:
        """Until everything was played, or it was stopped."""
        await self._over.wait()

    def take(self, count: int, now: float) -> tuple[Floats, bool]:
        """The next samples (fewer than `count` where there are no more yet), and whether this was the end. Under the mixer's lock."""
        limit = min(count, int(FADE_S * RATE)) if self._stopping else count
        got: list[Floats] = []
        need = limit
        while need and self._parts:
            part = self._parts[0]
            piece = part[self._offset : self._offset + need]
            self._offset += len(piece)
            need -= len(piece)
            got.append(piece)
            if self._offset == len(part):
                self._parts.popleft()
                self._offset = 0
        sound = np.concatenate(got) if got else np.zeros(0, np.float32)
        self._played += len(sound)
        if len(sound):
            self.first_sound_at = now if self.first_sound_at is None else self.first_sound_at
            self.last_sound_at = now + len(sound) / RATE
        if self._stopping:
            sound = sound * np.linspace(1, 0, len(sound), dtype=np.float32)
            self._parts.clear()
            return sound, True
        return sound, self._ended and not self._parts

    def gain_now(self, ducked: bool) -> float:
        return self.gain * (DUCKED if ducked and self._duckable else 1.0)

    def finish(self) -> None:
        """Tell whoever waits; from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._over.set)


class Mixer:
    """All sounds of one output at 16 kHz mono, and what of them was played when."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.on_change: Callable[[], None] | None = None
        self.volume = 1.0
        """0–1, for everything."""
        self._ducked = False
        self._playbacks: list[Playback] = []
        self._gains: dict[int, float] = {}
        self._memory: deque[tuple[float, Samples]] = deque()
        self.known_until = -1e9
        """What sounds up to this time is known; while `busy`, what comes after is not."""

    @property
    def busy(self) -> bool:
        """Whether anything is to be played now; a sound that waits for its first part is not."""
        return any(playback.waiting_for_device for playback in self._playbacks)

    def begin(self, *, gain: float = 1.0, duckable: bool = False) -> Playback:
        """A new sound over those that play. `gain` 0–1, for whispers and quiet hours."""
        playback = Playback(self, gain, duckable)
        with self.lock:
            self._playbacks.append(playback)
        self.wake()
        return playback

    def duck(self, on: bool) -> None:
        """Turn down what is duckable (a ringing timer) while somebody speaks."""
        self._ducked = on

    def stop_all(self) -> None:
        with self.lock:
            for playback in self._playbacks:
                playback.stop()

    def wake(self) -> None:
        with self.lock:
            self.changed.notify_all()
        if self.on_change is not None:
            self.on_change()

    def pull(self, count: int, at: float | None = None) -> Samples:
        """The next `count` samples, played at `at` (the mixer's clock); silence where there is nothing."""
        now = self.clock() if at is None else at
        done: list[Playback] = []
        with self.lock:
            total = np.zeros(count, np.float32)
            for playback in self._playbacks:
                sound, over = playback.take(count, now)
                goal = playback.gain_now(self._ducked) * self.volume
                before = self._gains.get(id(playback), goal)
                total[: len(sound)] += sound * np.linspace(before, goal, len(sound), dtype=np.float32)
                self._gains[id(playback)] = goal
                if over:
                    done.append(playback)
            for playback in done:
                self._playbacks.remove(playback)
                self._gains.pop(id(playback), None)
            out = (np.clip(total, -1, 1) * np.float32(32767)).astype(np.int16)
            self._remember(now, out)
            self.known_until = now + count / RATE
        for playback in done:
            playback.finish()
        return out

    def _remember(self, now: float, out: Samples) -> None:
        if out.any():
            self._memory.append((now, out))
        while self._memory and self._memory[0][0] < now - MEMORY_S:
            self._memory.popleft()

    def sounded(self, since: float, until: float) -> bool:
        """Whether anything was played between two times."""
        with self.lock:
            return any(start < until and start + len(out) / RATE > since for start, out in self._memory)

    def played(self, start: float, count: int) -> Samples:
        """The `count` samples that were played from time `start` on; silence where nothing was."""
        result = np.zeros(count, np.int16)
        with self.lock:
            for at, out in self._memory:
                offset = round((at - start) * RATE)
                low, high = max(0, offset), min(count, offset + len(out))
                if low < high:
                    result[low:high] = out[low - offset : high - offset]
        return result


async def play(mixer: Mixer, sounds: AsyncIterable[Speech] | Iterable[Speech], playback: Playback | None = None) -> Playback:
    """Play parts as they come and return when all were played. Cancelling stops the sound within a frame; `playback` then
    says how much of it was heard, so hand one in (`mixer.begin()`) to know that."""
    playback = playback or mixer.begin()
    try:
        if isinstance(sounds, AsyncIterable):
            async for sound in sounds:
                playback.add(sound)
        else:
            for sound in sounds:
                playback.add(sound)
        playback.end()
        await playback.wait()
    finally:
        playback.stop()
        playback.end()
    return playback
