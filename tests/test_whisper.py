"""A whisper is told from a voice: recordings of people, and the same made of breath."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.sound import read, to_int16
from bench.whisper import measure, whispered
from models.hearing.whisper import Whisper

CLIPS = Path(__file__).parent.parent / "hub" / "demo_clips"


def test_no_voice_is_taken_for_a_whisper_and_most_whispers_are_heard() -> None:
    """Some whispers are too faint for the voice detector: those are answered aloud."""
    clips = sorted(path for path in CLIPS.glob("*.flac") if not path.name.startswith("alexa"))
    sounds = [read(path)[: 16000 * 4] for path in clips]
    assert not [clip.name for clip, sound in zip(clips, sounds, strict=True) if measure(to_int16(sound)).whispered]
    heard = [measure(to_int16(whispered(sound, n) * np.float32(0.2))).whispered for n, sound in enumerate(sounds)]
    assert sum(heard) >= 0.75 * len(clips)


def test_too_little_speech_and_silence_are_no_whisper() -> None:
    meter = Whisper()
    assert not meter.whispered
    breath = (np.random.default_rng(0).normal(0, 500, 320)).astype(np.int16)
    for _ in range(12):
        meter.feed(breath, 0.9)
    assert not meter.whispered
    for _ in range(20):
        meter.feed(np.zeros(320, np.int16), 0.9)
    assert not meter.whispered
