"""Promises of hub.sound.ears with real engines and recordings: who is listened to, and from when."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from conftest import installed

import hub.demo
from hub.config import Config
from hub.running.engines import load_engines
from hub.sound.audio import FRAME, RATE, Frame, read_file
from hub.sound.ears import Ears, Engines, Opened
from models.hearing.segment import Settings

CLIPS = Path(hub.demo.__file__).parent / "clips"


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    installed("moonshine-tiny/encoder")
    config = Config()
    engines = load_engines(msgspec.structs.replace(config, wake=msgspec.structs.replace(config.wake, words=["alexa"])))
    yield engines
    engines.hearing.close()
    engines.waking.close()


def clip(name: str) -> np.ndarray:
    sound = read_file(CLIPS / f"{name}.flac")
    loud = np.flatnonzero(np.abs(sound) > 0.05 * np.abs(sound).max())
    return sound[max(0, loud[0] - 800) : loud[-1] + 1600]


class Begins:
    """A guard whose own sound has begun at a moment of the stream, and that cannot tell its echo yet for half a second."""

    clear = settling = False

    def __init__(self, at_s: float) -> None:
        self.at_s, self.for_wake, self.heard_at = at_s, np.zeros(0, np.int16), 0.0

    def clean(self, frame: Frame) -> np.ndarray:
        self.for_wake, self.heard_at = np.zeros_like(frame.pcm), frame.arrived
        self.settling = self.at_s <= frame.at_s < self.at_s + 0.5
        return frame.pcm

    def is_own(self, arrived: float) -> bool:
        return False

    def is_echo(self, arrived: float) -> bool:
        return False


async def openings(engines: Engines, *sounds: np.ndarray, guard: Begins | None = None) -> list[Opened]:
    opened: list[Opened] = []
    ears = Ears(
        engines, Settings(), lambda: None, opened.append, realtime=False, guard=guard, attentive=lambda: guard is not None
    )
    sound = np.concatenate((np.zeros(RATE, np.int16), *sounds, np.zeros(2 * RATE, np.int16)))
    for at in range(0, len(sound) - FRAME, FRAME):
        await ears.feed(Frame(pcm=sound[at : at + FRAME], at_s=at / RATE, arrived=at / RATE))
    await ears.close()
    return opened


PAUSE = np.zeros(round(0.7 * RATE), np.int16)


@pytest.mark.parametrize("command", ["timer_status", "activate_mood_lighting"])
async def test_a_command_that_sounds_a_little_like_the_wake_word_is_not_cut_in_two(engines: Engines, command: str) -> None:
    opened = await openings(engines, clip("alexa_1"), PAUSE, clip(command))
    assert [o.kind for o in opened] == ["wake"]
    assert (await opened[0].stretch.heard()).utterance.text.strip()


async def test_who_begins_anew_with_the_wake_word_is_heard_anew(engines: Engines) -> None:
    begun = clip("is_the_front_door_locked")[: RATE // 2]
    opened = await openings(engines, clip("alexa_1"), PAUSE, begun, PAUSE, clip("alexa_2"), PAUSE, clip("whats_the_date"))
    assert [o.kind for o in opened] == ["wake", "wake"]
    assert (await opened[1].stretch.heard()).utterance.text.lower().startswith("what's the")


async def test_the_first_moment_of_what_the_hub_says_is_in_nobodys_answer(engines: Engines) -> None:
    (opened,) = await openings(engines, clip("is_the_front_door_locked"), guard=Begins(at_s=1.0))
    assert opened.kind == "stop_word"
    assert opened.stretch.at_s >= 1.5
