"""Promises of hub.hear: a command said in one breath with the wake word is heard from its first sound on, without the wake word's last."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from hub.hear import LATER_S, Stretch, quietest
from hub.running.worker import Worker
from hub.sound.audio import FRAME, FRAME_S, Frame
from models.hearing.segment import Settings
from models.said import Utterance


class Collecting:
    """A recogniser that keeps what it is given."""

    name = "collecting"

    def __init__(self) -> None:
        self.pcm: list[NDArray[np.int16]] = []

    def start(self, grammar: object = None) -> None:
        self.pcm = []

    def accept(self, pcm: NDArray[np.int16]) -> None:
        self.pcm.append(pcm)

    def partial(self) -> Utterance:
        return Utterance(text="turn on the light", confidence=0.9)

    def finish(self) -> Utterance:
        return self.partial()

    def complete(self, text: str) -> str:
        return "complete"


def tone(level: int) -> NDArray[np.int16]:
    return np.where(np.sin(np.arange(FRAME)) >= 0, level, -level).astype(np.int16)


async def test_the_recogniser_gets_the_command_and_nothing_of_the_wake_word() -> None:
    recogniser, worker = Collecting(), Worker("hears")
    word, gap, command = [tone(8000)] * 7, [tone(20)] * 4, [tone(5000)] * 40
    sound = [*word, *gap, *command, *[tone(10)] * 60]
    wake_s = 5 * FRAME_S  # recognised two frames before its last sound
    stretch = Stretch(recogniser, worker, Settings(), None, at_s=0.0, wake_s=wake_s, realtime=False)
    for n, pcm in enumerate(sound):
        speech = 0.9 if np.abs(pcm).max() > 100 else 0.01
        await stretch.feed(Frame(pcm=pcm, at_s=n * FRAME_S, arrived=0.0), speech)
    heard = await stretch.heard()
    worker.close()
    assert heard.utterance.text == "turn on the light"
    given_ = np.concatenate(recogniser.pcm)
    assert 8000 not in given_
    assert np.count_nonzero(np.abs(given_) == 5000) == len(command) * FRAME


async def test_a_wake_word_and_nothing_after_it_is_no_speech() -> None:
    recogniser, worker = Collecting(), Worker("hears")
    stretch = Stretch(recogniser, worker, Settings(nothing_said_s=1.0), None, at_s=0.0, wake_s=0.1, realtime=False)
    for n in range(120):
        await stretch.feed(Frame(pcm=tone(8000 if n < 7 else 10), at_s=n * FRAME_S, arrived=0.0), 0.9 if n < 7 else 0.01)
    heard = await stretch.heard()
    worker.close()
    assert heard.reason == "no_speech"


async def test_sound_that_ends_with_the_wake_word_ends_the_turn() -> None:
    recogniser, worker = Collecting(), Worker("hears")
    stretch = Stretch(recogniser, worker, Settings(), None, at_s=0.0, wake_s=0.1, realtime=False)
    await stretch.feed(Frame(pcm=tone(8000), at_s=0.0, arrived=0.0), 0.9)
    assert LATER_S > FRAME_S
    await stretch.close()
    heard = await stretch.heard()
    worker.close()
    assert heard.reason == "no_speech"


@given(st.lists(st.integers(0, 30000), max_size=20))
def test_the_quietest_frame_is_one_of_them(levels: list[int]) -> None:
    frames = [tone(level) for level in levels]
    found = quietest(frames)
    assert found == 0 if not frames else 0 <= found < len(frames)
