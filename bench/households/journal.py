"""Weeks in a simulated home: who asks for what, again or not, and how they take it. Knows people and a teller of turns; no learner."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.households.house import Goal, House
from bench.households.names import GIVING_UP, LEADS
from bench.households.people import People
from bench.households.telling import Teller, Understands

START = datetime(2026, 10, 5, 6, 30, tzinfo=UTC)
Row = dict[str, Any]


def journal(
    house: House,
    people: People,
    seed: int,
    chatter: Sequence[str] = (),
    morning: Callable[[int], Understands | None] | None = None,
) -> Iterator[Row]:
    """Weeks of turns, oldest first; fills the house's hidden truth.

    `chatter`: what is said near the hub and not to it. `morning`: called before each day; what it returns understands from then on.
    """
    rng = random.Random(seed * 7919 + house.number)
    teller = Teller(house, people, rng)
    traces = rng.uniform(0.25, 0.85) if people.vary else people.traces
    slow = rng.uniform(8, 38) if people.vary else 20.0
    goal_number = 0
    for day in range(people.days):
        at = START + timedelta(days=day, minutes=rng.uniform(0, 40))
        if morning is not None:
            teller.understands = morning(day) or teller.understands
        for _ in range(rng.randint(*people.per_day)):
            person = "guest" if rng.random() < people.guests else rng.choice(("ann", "ann", "bob"))
            goal_number += 1
            if chatter and rng.random() < people.false_wakes:
                words = rng.choice(chatter).split()
                yield teller.turn(at, "guest", "", " ".join(words[: rng.randint(1, 9)]) if rng.random() < 0.85 else "", "-", goal_number)
                at += timedelta(seconds=rng.expovariate(1 / 1500) + 20)
                continue
            goal = rng.choices(house.goals, [0.0 if g.cold else g.weight for g in house.goals])[0]
            tries = _tries(house, people, teller, at, person, goal_number, goal, traces, slow)
            yield from tries
            at = max(at, *(datetime.fromisoformat(row["at"]) for row in tries))
            after = _after_success(house, people, rng, goal, tries[-1])
            if after is not None:
                goal_number += 1
                at += timedelta(seconds=rng.uniform(3, 18))
                tries = _tries(house, people, teller, at, person, goal_number, after, traces, slow)
                yield from tries
                at = max(at, *(datetime.fromisoformat(row["at"]) for row in tries))
            sequel = rng.random() < (0.3 if people.vary else people.sequel)
            at += timedelta(seconds=rng.uniform(5, 40) if sequel else rng.expovariate(1 / 1500) + 50)


def _after_success(house: House, people: People, rng: random.Random, goal: Goal, last: Row) -> Goal | None:
    """The same for another thing: because that is wanted too, or instead after a change of mind (then with a mark on a good turn)."""
    if not (people.parallel or people.fickle) or last["_got"] != last["_want"] or not last["_ok"] or last["_want"] == "-":
        return None
    roll = rng.random()
    if roll >= people.parallel + people.fickle:
        return None
    others = [g for g in house.goals if g.kind and g.kind == goal.kind and g.want != goal.want and not g.cold and g.person is None]
    if not others:
        return None
    if roll < people.fickle:
        _mark(last, rng.random(), rng)
    return rng.choice(others)


def _mark(row: Row, roll: float, rng: random.Random) -> None:
    """How displeasure shows: an interruption, a no, the thing put back; or nothing."""
    if roll < 0.55:
        row["feedback"]["barge_in_ms"] = rng.randint(150, 900)
    elif roll < 0.65:
        row["feedback"]["explicit"] = "no"
    elif roll < 0.8:
        row["feedback"]["undone"] = True


def _tries(
    house: House, people: People, teller: Teller, at: datetime, person: str, number: int, goal: Goal, traces: float, slow: float
) -> list[Row]:
    """One goal: said, and said again for as long as it goes wrong and patience lasts."""
    rng = teller.rng
    person = goal.person or person
    ear = house.ears[person]
    want = goal.want
    said = rng.choice(goal.wordings)
    fault = rng.choice(("nlu", "entity", "result")) if rng.random() < people.odd else ""
    tries: list[Row] = []
    rate, prefix, spoken = people.wrong, "", said
    for attempt in range(3):
        row = teller.turn(
            at, person, spoken, prefix + ear.hear(spoken, rate), want, number, fault if attempt == 0 or rng.random() < 0.4 else ""
        )
        tries.append(row)
        if row["_got"] == want and row["_ok"]:
            if rng.random() < people.false_barge:
                row["feedback"]["barge_in_ms"] = rng.randint(200, 900)
            break
        if rng.random() >= (traces if attempt == 0 else 0.75):
            break
        if row["decision"] in ("act", "answer"):
            _mark(row, rng.random(), rng)
        if people.gives_up and rng.random() < people.gives_up:
            words = rng.choice(GIVING_UP)
            tries.append(teller.turn(at + timedelta(seconds=rng.uniform(2, 5)), person, words, words, "-", number + 2_000_000))
            break
        if attempt == 2 or rng.random() < 0.06:
            break
        at += timedelta(seconds=rng.uniform(3, slow))
        if people.vary and rng.random() < 0.08:
            other = rng.choice(house.goals)
            tries.append(teller.turn(at, person, other.wordings[0], other.wordings[0], other.want, number + 1_000_000))
            at += timedelta(seconds=rng.uniform(3, slow))
        again = rng.random()
        if again >= 0.65 or (fault in ("nlu", "entity") and again > 0.3):
            said = rng.choice(goal.clear or goal.wordings)
        spoken = said
        if people.wrong_word and rng.random() < people.wrong_word:
            slips = [g for g in house.goals if g.kind and g.kind == goal.kind and g.want != want]
            spoken = rng.choice(slips).wordings[0] if slips else said
        prefix = rng.choice(LEADS)
        rate = people.wrong * 0.6
    last = tries[-1]
    if last["_got"] == want and last["_ok"] and house.goal_of[last["id"]] == number:
        for row in tries[:-1]:
            if house.goal_of[row["id"]] == number:
                house.right_turn[row["id"]] = last["id"]
    return tries
