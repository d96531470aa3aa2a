"""Promises of failure point isolation: which part went wrong, from what a journal shows, whoever wrote it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from devices.home import Home
from devices.homefile import load_home
from hub.keeping.journal import import_lines
from hub.keeping.store import Store
from hub.learning import failures, views
from hub.learning.plausible import plausible
from hub.learning.second_opinion import NO_OPINION, second_opinion
from hub.learning.signals import row_of

HOME = Path(__file__).parent.parent / "devices" / "simulated" / "home.yaml"
START = datetime(2026, 10, 1, 7, tzinfo=UTC)
DESK = {"intent": "HassTurnOn", "slots": {"name": "Desk Lamp"}, "targets": ["light.desk_lamp"]}
BED = {"intent": "HassTurnOn", "slots": {"name": "Bed Light"}, "targets": ["light.bed_light"]}
OFF = {**DESK, "intent": "HassTurnOff"}


@pytest.fixture(scope="module")
def house() -> Home:
    return load_home(HOME)


def turn(
    ident: str, minute: float, heard: str, frame: dict[str, Any] | None = None, status: str = "confirmed", **more: Any
) -> dict[str, Any]:
    """One turn of a hub that gives no codes, and no confidence but the wake word's."""
    done = frame is not None
    frame = frame or {"intent": None, "slots": {}, "targets": []}
    actions = [{"service": "light.turn_on", "entity_id": e, "data": {}, "status": status} for e in frame["targets"]]
    row = {"kind": "turn", "id": ident, "at": (START + timedelta(minutes=minute)).isoformat(), "home": "simulated", "heard": heard}
    row["wake"] = {"phrase": "hub", "score": 0.9 + minute % 7 / 100}
    row |= {"decision": "act" if done else "decline", "code": None, "actions": actions, "frames": [frame] if done else [], **frame}
    return {**row, "feedback": {"barge_in_ms": None, "explicit": None, "undone": False}, **more}


def found(rows: list[dict[str, Any]], house: Home, tmp_path: Path) -> dict[str, str]:
    """What `hub failures` says of these turns, in a journal with some good days besides."""
    good = (("desk lamp", DESK), ("bed light", BED))
    plain = [turn(f"good{k}{n[0]}", 60 * k + 30 + m * 9, f"turn on the {n}", f) for k in range(20) for m, (n, f) in enumerate(good)]
    with Store(tmp_path / "journal.db") as store:
        import_lines(store, [json.dumps(r).encode() for r in (*rows, *plain)])
        return {r["turn"]: r["failure"] for r in views.failures(store, home=house)}


def test_each_part_that_fails_is_named_for_what_it_is_in_a_journal_without_codes(house: Home, tmp_path: Path) -> None:
    no = {"feedback": {"barge_in_ms": 600, "explicit": "no", "undone": True}}
    said = found(
        [
            turn("asr", 0, "turn on the dusk lamb"),
            turn("asr2", 0.15, "no i said turn on the desk lamp", DESK),
            turn("nlu", 60, "turn on the desk lamp", OFF, **no),
            turn("nlu2", 60.15, "no turn on the desk lamp", DESK),
            turn("entity", 120, "turn on the desk lamp", BED, **no),
            turn("entity2", 120.15, "no i said turn on the desk lamp", DESK),
            turn("result", 180, "turn on the desk lamp", DESK, status="timed_out"),
            turn("result2", 180.15, "turn on the desk lamp", DESK),
            turn("awake", 240, "she said he was late and then he lost the bill", decision="ignore", wake={"phrase": "hub", "score": 0.5}),
            turn("correct", 300, "turn on the desk lamp", DESK),
        ],
        house,
        tmp_path,
    )
    wanted = {"asr": "asr", "nlu": "nlu", "entity": "entity", "result": "result", "awake": "false_wake", "correct": "correct"}
    assert {k: said[k] for k in wanted} == wanted
    assert {said[k] for k in ("asr2", "nlu2", "entity2", "result2")} == {"correct"}


def test_the_trees_say_what_walking_them_by_hand_says() -> None:
    trees = {
        "feature": np.array([1, 0, 0] + [0] * 5, dtype=np.uint8),
        "threshold": np.array([0.5, np.inf, np.inf] + [np.inf] * 5, dtype=np.float32),
        "left": np.array([1, 1, 2, 3, 4, 5, 6, 7], dtype=np.uint16),
        "right": np.array([2, 1, 2, 3, 4, 5, 6, 7], dtype=np.uint16),
        "value": np.array([0, 2, -2, 0, 0, 1, 0, 0], dtype=np.float16),
        "roots": np.array([0, 3, 4, 5, 6, 7], dtype=np.uint16),
        "base": np.zeros(6, dtype=np.float32),
    }
    z = np.exp(np.array([[2.0, 0, 0, 1, 0, 0], [-2.0, 0, 0, 1, 0, 0]]))
    wanted = z / z.sum(axis=1, keepdims=True)
    assert np.allclose(failures.by_trees(trees, np.array([[9, 0.5], [0, 0.6]])), wanted)
    many = np.tile(np.array([[9, 0.5], [0, 0.6]]), (700, 1))
    assert np.allclose(failures.by_trees(trees, many), np.tile(wanted, (700, 1)))


def test_a_misheard_request_is_less_plausible_than_what_was_said_whatever_the_things_are_called() -> None:
    texts = ("turn on the zorblax in the kitchen", "turn own bee zorblax in dick itching")
    said, heard = (plausible(t.split(), {"zorblax"})[0] for t in texts)
    assert said > heard + 0.1
    assert plausible(["turn", "on", "the", "zorblax"], {"zorblax"}) == plausible(["turn", "on", "the", "quux"], {"quux"})


def test_a_second_opinion_is_trusted_as_far_as_it_agrees_with_what_went_well(house: Home) -> None:
    second = second_opinion(house)
    right, wrong = (row_of(turn(i, 0, "turn on the desk lamp", f)) for i, f in (("a", DESK), ("b", BED)))
    assert (second.agrees(right), second.agrees(wrong)) == (1.0, 0.5)
    for _ in range(20):
        second.count(right)
    assert second.trust > 0.85
    other = second_opinion(house)
    for _ in range(20):
        other.count(wrong)
    assert other.trust < 0.2
    assert NO_OPINION.of("turn on the desk lamp") is None
