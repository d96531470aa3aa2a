"""Promises of learning from tries: a step a night and only for sure, never by luck, back again when it turns, never into what is risky."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.leaning import logged, second_is_meant
from hub.decide import decide
from hub.learning import tries
from hub.learning.lean import LADDER, updated
from hub.loop import new_turn
from hub.saying.why import why
from hub.turn import Opening, Turn
from models.said import Context, Interpretation, Utterance
from tests.test_tries import HOME, LAMP, NOON, said


def test_the_second_reading_is_taken_from_where_tries_show_that_it_is_meant_a_step_a_night() -> None:
    lean_now = updated(logged(20_000, second_is_meant), {})
    assert lean_now == {"light": LADDER[0]}
    lean_now = updated(logged(20_000, second_is_meant, least=LADDER[0], seed=2), lean_now)
    assert lean_now == {"light": LADDER[1]}
    assert updated(logged(20_000, second_is_meant, least=LADDER[1], seed=3), lean_now) == lean_now, "below, the first one is meant"


def test_it_is_taken_back_when_that_turns() -> None:
    first_is_meant = logged(20_000, lambda ratio, rank: 0.9 if rank == 1 else 0.3, least=LADDER[0])
    assert updated(first_is_meant, {"light": LADDER[0]}) == {}


def test_a_home_with_few_tries_changes_nothing() -> None:
    assert updated(logged(300, second_is_meant), {}) == {}


@pytest.mark.parametrize("chance", [0.1, 0.5, 0.9])
def test_by_luck_nothing_is_changed(chance: float) -> None:
    assert all(updated(logged(12_000, lambda ratio, rank: chance, seed=seed), {}) == {} for seed in range(12))


def decided(turn: Turn) -> Turn:
    return decide(turn, HOME)


def leaning(meant: Interpretation, close: dict[str, float], number: int = 0) -> Turn:
    turn = new_turn(Opening(kind="wake", at=NOON, live=True), f"turn-{number}")
    turn = replace(turn, context=Context(now=NOON), utterance=Utterance(text="words", confidence=1.0), interpretation=meant)
    return tries.readings(turn, decided, close, may=False)


def done(meant: Interpretation, close: dict[str, float]) -> set[str]:
    found = [leaning(meant, close, n).decision for n in range(20)]
    return {str(c.entity_id) for decision in found if decision is not None for c in decision.commands}


def test_the_hub_then_does_the_second_and_says_why_and_with_what_is_risky_never() -> None:
    close = dict.fromkeys(("light", "lock", "cover", "switch"), 0.5)
    assert done(LAMP, close) == {"light.desk"}
    assert done(LAMP, {}) == {"light.floor"}
    assert done(said("HassTurnOn", "light.floor", "light.desk", share=0.4), close) == {"light.floor"}
    assert done(said("HassTurnOn", "light.desk", "switch.oven"), close) == {"light.desk"}
    assert "cover.right" not in done(said("HassTurnOn", "cover.left", "cover.right"), close)
    assert "lock.back" not in done(said("HassTurnOff", "lock.front", "lock.back"), close)
    turn = leaning(LAMP, close)
    assert (turn.extra["explore"]["rank"], turn.extra["explore"]["propensity"]) == (2, 1.0)
    assert "took the second" in why(turn, HOME)
