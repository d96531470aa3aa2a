"""Promises of voice detection and segmenter together, on real recordings: nobody is cut off, and the end comes soon."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hub.sound.audio import read_file
from models.hearing.segment import Event, Segmenter, Settings
from models.hearing.vad import Vad

RATE = 16000


@pytest.fixture(scope="module")
def orders(shared: Path) -> list[np.ndarray]:
    rows = [json.loads(line) for line in (shared / "s2i/labels.jsonl").read_text().splitlines()][::25]
    quiet = np.random.default_rng(0).normal(0, 8, 2 * RATE).astype(np.int16)
    return [np.concatenate((read_file(shared / "s2i" / row["file"]), quiet)) for row in rows]


def listen(audio: np.ndarray, settings: Settings, verdict: str | None) -> list[Event]:
    vad, segmenter, events, known = Vad(), Segmenter(settings), [], None
    for start in range(0, len(audio) - 319, 320):
        event = segmenter.step(vad.feed(audio[start : start + 320]), 0.02, known)
        if event is not None:
            events.append(event)
            known = verdict if event.kind == "pause" else None
    return events


def test_real_orders_begin_and_end_as_one_command(orders: list[np.ndarray]) -> None:
    for audio in orders:
        events = listen(audio, Settings(), "incomplete")
        assert events[0].kind == "speech_start"
        assert events[-1].kind == "end"
        assert 1.0 < events[-1].speech_s < len(audio) / RATE


def test_the_last_speech_is_where_speech_ends(orders: list[np.ndarray]) -> None:
    for audio in orders:
        whole = listen(audio, replace(Settings(), incomplete_s=1.5), "incomplete")[-1]
        sooner = listen(audio, replace(Settings(), incomplete_s=1.0), "incomplete")[-1]
        assert whole.last_s is not None
        assert sooner.last_s is not None
        assert sooner.last_s <= whole.last_s + 1e-9


def test_a_known_complete_sentence_ends_a_tenth_of_a_second_after_its_last_sound(orders: list[np.ndarray]) -> None:
    late = []
    for audio in orders:
        end = listen(audio, Settings(), "complete")[-1]
        assert end.last_s is not None
        late.append(end.at_s - end.last_s)
    assert np.median(late) == pytest.approx(Settings().complete_s, abs=0.03)
