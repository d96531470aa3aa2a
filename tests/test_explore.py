"""Promises of exploring."""

from __future__ import annotations

import random
from datetime import datetime

import pytest

from hub.learning.explore import Candidate, Logged, choose, deploy, evaluate

NOON = datetime(2026, 11, 1, 12)
MUSIC = [Candidate(id="jazz", p=0.6, safe=True, domain="media_player"), Candidate(id="rock", p=0.4, safe=True, domain="media_player")]


def test_something_else_is_tried_in_a_tenth_of_music_turns_and_its_odds_are_logged() -> None:
    found = [choose(MUSIC, turn=str(n), now=NOON) for n in range(4000)]
    explored = [c for c in found if c is not None and c.explored]
    assert len(explored) / 4000 == pytest.approx(0.1, abs=0.02)
    assert all(c.id == "rock" and c.propensity == pytest.approx(0.1) for c in explored)


@pytest.mark.parametrize("domain", ["lock", "cover", "alarm_control_panel", "climate", "oven"])
def test_nothing_is_ever_tried_with_what_is_risky(domain: str) -> None:
    options = [Candidate(id="a", p=0.5, safe=True, domain=domain), Candidate(id="b", p=0.5, safe=True, domain=domain)]
    for n in range(500):
        choice = choose(options, turn=str(n), now=NOON)
        assert choice is not None
        assert (choice.id, choice.propensity) == ("a", 1.0)


def test_nothing_is_tried_at_night_with_guests_twice_a_day_or_where_it_is_unlikely() -> None:
    unlikely = [MUSIC[0], Candidate(id="rock", p=0.1, safe=True, domain="media_player")]
    for n in range(300):
        turn = str(n)
        for choice in (
            choose(MUSIC, turn=turn, now=datetime(2026, 11, 1, 23)), choose(MUSIC, turn=turn, now=NOON, guests=True),
            choose(MUSIC, turn=turn, now=NOON, explored_today=1), choose(unlikely, turn=turn, now=NOON),
        ):  # fmt: skip
            assert choice is not None
            assert not choice.explored
    assert choose([], turn="x", now=NOON) is None


def test_the_off_policy_value_is_the_true_one_and_its_worth_is_said() -> None:
    rng = random.Random(3)
    log = []
    for n in range(6000):
        choice = choose(MUSIC, turn=f"t{n}", now=NOON)
        assert choice is not None
        log.append(
            Logged(
                chosen=choice.id,
                propensity=choice.propensity,
                reward=float(rng.random() < (0.5 if choice.id == "jazz" else 0.8)),
                context={},
            )
        )
    rock = evaluate(log, lambda _: {"rock": 1.0})
    jazz = evaluate(log, lambda _: {"jazz": 1.0})
    assert rock.value == pytest.approx(0.8, abs=0.06)
    assert jazz.value == pytest.approx(0.5, abs=0.03)
    assert rock.effective < 1000 < jazz.effective
    assert not deploy(rock, jazz), "it would change too much at once"
