"""Promises of models.hearing.vad: when somebody speaks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from hub.sound.audio import read_file
from models.hearing.vad import Vad

RATE = 16000


def curve(vad: Vad, audio: np.ndarray) -> np.ndarray:
    return np.array([vad.feed(audio[i : i + 320]) for i in range(0, len(audio) - 319, 320)])


@pytest.fixture(scope="module")
def commands(shared: Path) -> list[np.ndarray]:
    rows = [json.loads(line) for line in (shared / "home_commands/labels.jsonl").read_text().splitlines()]
    return [read_file(shared / "home_commands" / r["file"]) for r in rows if r["voice"] == "human"][:8]


def test_people_are_heard(commands: list[np.ndarray]) -> None:
    vad = Vad()
    for audio in commands:
        vad.reset()
        assert curve(vad, audio).max() > 0.8


def test_silence_and_noise_are_no_speech(shared: Path) -> None:
    vad = Vad()
    assert curve(vad, np.zeros(3 * RATE, np.int16)).max() < 0.2
    vad.reset()
    assert curve(vad, np.random.default_rng(0).normal(0, 1000, 3 * RATE).astype(np.int16)).max() < 0.4
    vad.reset()
    dishes = curve(vad, read_file(shared / "noise/audio/gsc_doing_the_dishes.flac")[: 30 * RATE])
    assert (dishes > 0.5).mean() < 0.05


def test_the_end_of_speech_is_noticed_soon(commands: list[np.ndarray]) -> None:
    """Recordings cut off in the middle of a word, so that the last speech sample is known."""
    vad, rng, late = Vad(), np.random.default_rng(0), []
    for audio in commands:
        vad.reset()
        cut = (int(np.flatnonzero(curve(vad, audio) > 0.8)[-1]) + 1) * 320
        vad.reset()
        heard = curve(vad, np.concatenate((audio[:cut], rng.normal(0, 10, RATE).astype(np.int16))))
        late.append(float(np.flatnonzero(heard > 0.35)[-1] + 1) * 0.02 - cut / RATE)
    assert np.median(late) <= 0.1
    assert max(late) <= 0.3


def test_quiet_speech_is_speech(commands: list[np.ndarray]) -> None:
    vad, heard = Vad(), 0
    for audio in commands:
        vad.reset()
        heard += curve(vad, (audio * 0.05).astype(np.int16)).max() > 0.5
    assert heard >= len(commands) - 1


def test_a_reset_forgets(commands: list[np.ndarray]) -> None:
    vad = Vad()
    first = curve(vad, commands[0])
    vad.reset()
    assert (curve(vad, commands[0]) == first).all()


def test_too_few_samples_change_nothing() -> None:
    vad = Vad()
    assert vad.feed(np.zeros(100, np.int16)) == 0.0
    with pytest.raises(ValueError, match="int16"):
        vad.feed(np.zeros(480))  # type: ignore[arg-type]
