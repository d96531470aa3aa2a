"""Promises of the signals: what speaks against a turn, and what does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.learning import rephrase
from hub.learning.signals import Judged, calibrate, observe, request_span, reversals, row_of, sessions, weigh
from hub.learning.sound import flips, mishearing, plain, sound_alike

START = datetime(2026, 10, 1, 18, tzinfo=UTC)


def turn(n: int, seconds: float, heard: str, *, act: bool = True, feedback: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    frame = {"intent": "HassTurnOn", "slots": {"name": heard}, "targets": [f"light.{plain(heard).replace(' ', '_')}"]}
    row: dict[str, Any] = {
        "id": f"t{n}",
        "at": (START + timedelta(seconds=seconds)).isoformat(),
        "home": "h",
        "heard": heard,
        "feedback": feedback or {},
    }
    row |= {"decision": "act", **frame, "frames": [frame]} if act else {"decision": "decline", "code": "no_intent_match"}
    return row | more


def judged(*rows: dict[str, Any]) -> list[Judged]:
    found = next(iter(sessions(row_of(r) for r in rows)))
    out = observe(found)
    rephrase.link(out)
    weigh(out)
    return out


@pytest.mark.parametrize(
    ("heard", "request_"),
    [
        ("no, I said turn off the kitchen light", "turn off the kitchen light"),
        ("No! I meant the floor lamp.", "the floor lamp"),
        ("that's not what I said, turn it up", "turn it up"),
        ("turn on the heating I said", "turn on the heating"),
        ("turn on the note light", "turn on the note light"),
        ("no", "no"),
    ],
)
def test_the_span_is_the_request_without_the_scolding(heard: str, request_: str) -> None:
    start, end = request_span(heard)
    assert heard[start:end] == request_


def test_an_interruption_alone_is_hardly_a_defect_and_with_a_stop_it_is() -> None:
    impatient = judged(turn(0, 0, "turn on the lamp", feedback={"barge_in_ms": 800}), turn(1, 30, "play some jazz"))
    stopped = judged(turn(0, 0, "turn on the lamp", feedback={"barge_in_ms": 800}), turn(1, 3, "stop", act=False))
    assert impatient[0].defect < 0.3 < 0.5 < stopped[0].defect


def test_an_interruption_that_was_only_impatience_says_nothing() -> None:
    found = judged(
        turn(0, 0, "turn on the lamp", feedback={"barge_in_ms": 800, "barge_in": {"class": "impatience"}}), turn(1, 30, "play some jazz")
    )
    assert found[0].signals == ()


def test_a_yes_wins_over_everything_implicit() -> None:
    assert judged(turn(0, 0, "turn on the lamp", feedback={"explicit": "yes", "undone": True}))[0].defect <= 0.05


def test_silence_is_not_success_for_what_was_not_done() -> None:
    assert judged(turn(0, 0, "blah", act=False))[0].success == 0.0
    assert judged(turn(0, 0, "turn on the lamp"))[0].success == 1.0


def test_a_pause_of_more_than_45_seconds_ends_a_session_and_homes_do_not_mix() -> None:
    rows = [turn(0, 0, "a b"), turn(1, 40, "c d"), turn(2, 100, "e f"), turn(3, 101, "g h", home="other")]
    assert sorted(len(s) for s in sessions(row_of(r) for r in rows)) == [1, 1, 2]


def test_what_the_wall_switch_puts_back_within_seconds_counts_against_the_turn() -> None:
    def state(seconds: float, value: str, cause: str) -> dict[str, Any]:
        return {"at": (START + timedelta(seconds=seconds)).isoformat(), "entity_id": "light.a", "state": value, "cause": cause}

    acted = {"light.a": [(START.timestamp(), "t0")]}
    assert reversals([state(-50, "off", "app"), state(0.2, "on", "voice"), state(9, "off", "device")], acted) == {"t0": pytest.approx(9)}
    assert reversals([state(-50, "off", "app"), state(0.2, "on", "voice"), state(90, "off", "device")], acted) == {}


def test_weights_come_from_explicit_answers_and_stay_near_the_defaults_without_them() -> None:
    assert calibrate({})["barge_in"] == pytest.approx(0.15)
    assert calibrate({"barge_in": (90, 10)})["barge_in"] > 0.8


def test_a_batch_of_questions_is_no_conversation() -> None:
    found = judged(turn(0, 0, "turn on the dusk lamb", act=False), turn(1, 0.02, "turn on the desk lamp"))
    assert found[0].links == {}


@pytest.mark.parametrize(
    ("a", "b"), [("bad room", "bedroom"), ("turn of", "turn off"), ("kitchen lied", "kitchen light"), ("sealing", "ceiling")]
)
def test_what_sounds_alike_is_alike(a: str, b: str) -> None:
    assert sound_alike(a, b) > 0.7


def test_other_words_are_no_mishearing_and_opposites_flip() -> None:
    assert mishearing("turn on the heater", "turn on the light") < 0.6
    assert flips("turn on the light", "turn off the light")
    assert flips("turn on the light", "do not turn on the light")
    assert not flips("turn of the light", "turn off the light")
