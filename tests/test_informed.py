"""Promises of the null controls: people's reactions are believed only where they cannot be told from chance by neither of two tests."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.learning.informed import Informed, by_chance, rare
from hub.learning.signals import Row, observe, row_of, sessions

START = datetime(2026, 10, 1, 8, tzinfo=UTC)
LAMPS = ("desk lamp", "floor lamp", "kitchen light", "porch light", "reading lamp", "hall light", "night light", "piano lamp")
OTHER = ("what time is it", "set a timer for ten minutes", "play some jazz", "is the front door locked", "good night", "open the blinds")


def weeks(seed: int = 1, failed_again: float = 0.4, marked_wrong: float = 0.6, confident: bool = True) -> list[dict[str, Any]]:
    """Turns of a home: a third misheard, some of those said again, marks mostly on what was done wrong."""
    rng = random.Random(seed)
    rows: list[dict[str, Any]] = []
    at = START

    def turn(heard: str, done: bool, wait: float) -> dict[str, Any]:
        nonlocal at
        at += timedelta(seconds=wait)
        frame = {"intent": "HassTurnOn", "slots": {"name": heard}, "targets": [heard]}
        row = {
            "kind": "turn", "id": f"t{len(rows)}", "at": at.isoformat(), "home": "h", "person": "ann", "heard": heard,
            "decision": "act" if done else "decline", "code": None if done else "no_intent_match",
            "confidence": (0.95 if done else 0.3) if confident else None,
            "feedback": {"barge_in_ms": None, "explicit": None, "undone": False},
        }  # fmt: skip
        rows.append(row | (frame | {"frames": [frame]} if done else {}))
        return rows[-1]

    for _ in range(600):
        said = f"turn on the {rng.choice(LAMPS)}" if rng.random() < 0.7 else rng.choice(OTHER)
        wrong = rng.random() < 0.3
        done = not wrong or rng.random() < 0.3
        row = turn(said.replace("l", "w").replace("t", "d") if wrong else said, done, 400)
        if done and rng.random() < (marked_wrong if wrong else 0.05):
            row["feedback"]["barge_in_ms"] = 400
        if wrong and rng.random() < failed_again:
            turn(said, True, 9)
        elif rng.random() < 0.15:
            turn(f"turn on the {rng.choice(LAMPS)}", True, 12)
    return rows


def informed(rows: list[dict[str, Any]]) -> Informed:
    found = Informed()
    read: list[Row] = [row_of(r) for r in sorted(rows, key=lambda r: str(r["at"]))]
    for session in sessions(read):
        found.add(observe(session))
    return found


def marks_dealt_out(rows: list[dict[str, Any]], seed: int) -> list[dict[str, Any]]:
    marks = [r["feedback"] for r in rows]
    random.Random(seed).shuffle(marks)
    return [{**r, "feedback": mark} for r, mark in zip(rows, marks, strict=True)]


def failures_followed_by_anything(rows: list[dict[str, Any]], seed: int) -> list[dict[str, Any]]:
    """After each failure stands something that worked at another time."""
    rng = random.Random(seed)
    good = [r for r in rows if r["decision"] == "act"]
    out = [dict(r) for r in rows]
    for before, after in zip(rows, out[1:], strict=False):
        if before["decision"] == "decline":
            after.update({k: v for k, v in rng.choice(good).items() if k not in ("id", "at", "feedback")})
    return out


@pytest.mark.parametrize("confident", [True, False])
def test_people_who_say_again_what_failed_and_interrupt_what_went_wrong_are_believed(confident: bool) -> None:
    assert all(informed(weeks(seed, confident=confident)).good() for seed in range(5))


@pytest.mark.parametrize("confident", [True, False])
def test_marks_dealt_out_at_random_are_not_believed_also_without_confidences(confident: bool) -> None:
    believed = [informed(marks_dealt_out(weeks(seed, confident=confident), seed)).good() for seed in range(12)]
    assert sum(believed) <= 1


def test_failures_that_anything_follows_on_are_not_believed_though_the_marks_are_real() -> None:
    dealt = [informed(failures_followed_by_anything(weeks(seed), seed)) for seed in range(12)]
    assert sum(found.good() for found in dealt) <= 1
    assert sum(not found.marks_fall_anywhere() for found in dealt) >= 6, "the marks alone would have been believed"


def test_people_who_never_say_anything_again_show_nothing() -> None:
    assert not informed(weeks(failed_again=0.0)).good()


def test_things_that_are_not_here_and_changes_of_mind_show_nothing() -> None:
    rows = [r for r in weeks(failed_again=0.0) if r["decision"] == "act"]
    at = START + timedelta(days=90)
    for k in range(120):
        decline = {"decision": "decline", "code": "no_valid_targets", "frames": [], "intent": None, "slots": {}, "targets": []}
        rows.append({**rows[k], **decline, "id": f"n{k}", "heard": "open the pool", "at": (at + timedelta(hours=k)).isoformat()})
    found = informed(rows)
    assert len(found.followed) < 20
    assert not found.good()


def test_the_first_days_are_left_to_the_evidence_of_each_rewrite() -> None:
    assert informed(weeks()[:30]).good()


@pytest.mark.parametrize(
    ("table", "chance"),
    [([[554, 21], [72, 22]], False), ([[554, 21], [72, 3]], True), ([[96, 4], [36, 4]], True), ([[500, 0], [20, 0]], True)],
)
def test_what_chance_can_do_is_counted_exactly(table: list[list[int]], chance: bool) -> None:
    assert by_chance(table) is chance


def test_more_than_chance_gives_is_rare() -> None:
    assert rare(22, 1.5)
    assert not rare(4, 1.5)
    assert rare(400, 300)
    assert not rare(300, 300)
