"""A simulated room with a hub in it: its real ears, guard and mixer on one made-up clock. Knows no words and no figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from hub.config import Config
from hub.running.engines import load_engines, segmenter_settings
from hub.sound.audio import FRAME, FRAME_S, RATE, Frame
from hub.sound.ears import Ears, Engines, Opened
from hub.sound.echo import EchoGuard
from hub.sound.echo_filter import BLOCK
from hub.sound.playback import Mixer
from models.automaton.grammar import Grammar
from models.hearing.wake import WakeWords

Sound = NDArray[np.float64]
Pcm = NDArray[np.int16]
TEXT = (
    "The forecast for today is mostly sunny with a high of twenty three degrees. In the evening there may be some rain, so take a jacket. "
    "Your first appointment is at nine thirty with the dentist. The washing machine will be done in forty minutes, and the front door is "
    "locked. I have put milk, bread and eggs on the shopping list, and the alarm is set for seven in the morning."
)


def room(rng: np.random.Generator, near: bool) -> Sound:
    """Delay of 20–110 ms, then decay over 0.2–0.4 s; `near`: the direct sound leads, as with a loudspeaker in the same case."""
    length = int(rng.uniform(0.2, 0.4) * RATE)
    tail = rng.normal(0, 1, length) * np.exp(-6.9 * np.arange(length) / length)
    tail[0] = 30 if near else 4
    path = np.concatenate((np.zeros(int(rng.uniform(0.02, 0.11) * RATE)), tail))
    return np.asarray(path / np.sqrt(np.square(path).sum()))


def through(sound: Sound, path: Sound) -> Sound:
    size = 1 << (len(sound) + len(path)).bit_length()
    return np.asarray(np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(path, size), size)[: len(sound)])


def pcm(sound: Sound) -> Pcm:
    return (np.clip(sound, -1, 1) * 32767).astype(np.int16)[: len(sound) // BLOCK * BLOCK]


def loudness(sound: Sound) -> float:
    return float(np.sqrt(np.square(sound[np.abs(sound) > 0.05 * np.abs(sound).max()]).mean()))


@dataclass(slots=True, kw_only=True)
class Hearing:
    """What hears in the room."""

    config: Config
    engines: Engines
    own: WakeWords
    """What the guard hears the hub's own voice with."""
    house: Grammar

    @staticmethod
    def load(house: Grammar) -> Hearing:
        """The hub's engines, woken by "alexa"."""
        config = msgspec.structs.replace(Config(), wake=msgspec.structs.replace(Config().wake, words=["alexa"]))
        return Hearing(config=config, engines=load_engines(config), own=WakeWords(["alexa"]), house=house)

    def close(self) -> None:
        self.engines.hearing.close()
        self.engines.waking.close()


class Scene:
    """A hub's ears and mouth in a room, in steps of 20 ms. The speaker takes each frame one step before it sounds, as a sound card does."""

    def __init__(self, hearing: Hearing, on_open: Callable[[Opened], None], path: Sound, rng: np.random.Generator) -> None:
        self.now = 0.0
        self.mixer = Mixer(lambda: self.now)
        hearing.own.reset()
        self.guard = EchoGuard(self.mixer, own_words=hearing.own)
        self.told: list[tuple[float, str]] = []
        self.ears = Ears(
            hearing.engines, segmenter_settings(hearing.config), lambda: hearing.house, on_open, realtime=False, guard=self.guard,
            attentive=lambda: self.mixer.busy, tell=lambda kind, **_: self.told.append((self.now, kind)),
        )  # fmt: skip
        self._size = 8640
        self._played = np.zeros(self._size)
        self._rng = rng
        self._next = self.mixer.pull(FRAME, 0.0)
        self.move(path)

    def move(self, path: Sound) -> None:
        """Another way from loudspeaker to microphone, at once."""
        if len(path) + FRAME > self._size:
            raise ValueError(f"a room's echo may take {self._size - FRAME} samples, not {len(path)}")
        self._path = np.fft.rfft(path, self._size)

    async def step(self, near: Sound) -> None:
        self._played = np.concatenate((self._played[FRAME:], self._next.astype(float) / 32767))
        self._next = self.mixer.pull(FRAME, self.now + FRAME_S)
        echo = np.fft.irfft(np.fft.rfft(self._played) * self._path, self._size)[-FRAME:]
        mic = echo + self._rng.normal(0, 3e-4, FRAME) + near
        at, self.now = self.now, self.now + FRAME_S
        await self.ears.feed(Frame(pcm=(np.clip(mic, -1, 1) * 32767).astype(np.int16), at_s=at, arrived=self.now))
