"""Fresh requests with their truth, and what a turn makes of them with something learned. Knows houses and knowledge; no journal."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bench.households.house import MADE_AT, Goal, House
from bench.households.people import People
from hub.knowledge import Knowledge
from hub.learning import rewrite, tries
from hub.turn import Rewrite
from models.said import Context, Interpretation


@dataclass(slots=True, kw_only=True)
class Said:
    """One request of the probe set, with its truth."""

    goal: Goal
    text: str
    heard: str
    truth: str
    person: str
    seen: bool = False
    """Whether the very words heard are in the journal."""

    @property
    def stratum(self) -> str:
        """seen text · unseen text · unseen thing"""
        return "unseen thing" if self.goal.cold else "seen text" if self.seen else "unseen text"


def probes(house: House, people: People, n: int, seed: int, seen: Sequence[str], only: str | None = None) -> list[Said]:
    """Fresh requests of the same people, with their truth. `only`: goals of one kind."""
    rng = random.Random(seed * 104729 + house.number)
    known = frozenset(seen)
    goals = [g for g in house.goals if only is None or g.kind == only]
    warm = [0.0 if g.cold else g.weight for g in goals]
    cold = [g.weight if g.cold else 0.0 for g in goals]
    out = []
    for _ in range(n):
        person = rng.choice(("ann", "ann", "bob"))
        weights = warm
        if people.unasked and sum(cold) and rng.random() < people.unasked:
            weights = cold
        goal = rng.choices(goals, weights)[0]
        if people.unasked and rng.random() < people.guests:
            person = "guest"
        person = goal.person or person
        said = rng.choice(goal.wordings)
        heard = house.ears[person].hear(said, people.wrong)
        out.append(Said(goal=goal, text=said, heard=heard, truth=goal.want, person=person, seen=heard in known))
    return out


def understood(
    house: House, knowledge: Knowledge, heard: str, person: str, at: datetime = MADE_AT, turn: str | None = None
) -> tuple[Interpretation, Rewrite | None]:
    """What a turn makes of what was heard, and the rewrite that it used: the order of `hub.understand`, without its conversation.

    With the id of a `turn` a rewrite's text passes as it was heard now and then, as in the running hub.
    """
    context: Any = Context(now=at, person=None if person == "guest" else person)
    change = rewrite.precomputed(heard, knowledge, context, house.home)
    odds = tries.held(change, knowledge, turn) if change is not None and turn is not None else None
    if odds is not None and odds["explored"]:
        return house.read(heard), None
    meant = house.read(change.to if change else heard)
    if change is None:
        change = rewrite.online(heard, knowledge, house.home, context, meant, house.read)
        if change is not None:
            meant = house.read(change.to)
    return meant, change
