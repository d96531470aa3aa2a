"""Something that a house can come to be, and whether it is so: what is waited for. Knows states; no words, and waits for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from devices.home import Home
from models.situation import house_now


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """Something that a house can come to be."""

    kind: str
    """state · done · above · below"""
    entities: tuple[str, ...]
    fact: str
    """What will then be so, to be said: "the dryer is done"."""
    states: tuple[str, ...] = ()
    level: float | None = None
    negated: bool = False
    """Any state but these."""
    every: bool = False
    """All entities have to be so; else one."""
    event: bool = False
    """Said as something that happens ("opens"), so that it counts only when it happens anew."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """Nothing in the house tells it."""

    reason: str
    """no_sun · no_person · no_sensor"""
    what: str = ""


def holds(awaited: Awaited, home: Home) -> bool | None:
    """Whether it is so now; None where the states do not tell."""
    told = [one for entity_id in awaited.entities if (one := _one(awaited, entity_id, home)) is not None]
    if not told or (awaited.every and len(told) < len(awaited.entities)):
        return None
    return all(told) if awaited.every else any(told)


def _one(awaited: Awaited, entity_id: str, home: Home) -> bool | None:
    value = house_now.value(home, entity_id).casefold()
    if entity_id not in home.entities or value in ("unknown", "unavailable", ""):
        return None
    if awaited.kind == "done":
        runs = house_now.runs(home, [entity_id])
        return None if runs is None else not runs
    if awaited.kind == "state":
        return (value in awaited.states) is not awaited.negated
    number = house_now.number(home.state(entity_id).attributes.get("current_temperature"))
    number = house_now.number(value) if number is None else number
    if number is None or awaited.level is None:
        return None
    return number > awaited.level if awaited.kind == "above" else number < awaited.level


def from_json(data: Mapping[str, Any] | None) -> Awaited | None:
    """A stored one; None for none."""
    if not data:
        return None
    return Awaited(**{**data, "entities": tuple(data.get("entities") or ()), "states": tuple(data.get("states") or ())})
