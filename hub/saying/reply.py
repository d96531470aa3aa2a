"""The sentence that answers a turn: short, the same for the same turn, names only as far as needed. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from devices.home import Home
from hub.saying import wording
from hub.turn import Turn
from models.phrases import phrase

_FAILED = frozenset({"unavailable", "refused", "timed_out"})


def reply(turn: Turn, home: Home, *, terse: bool = False) -> str:
    """What to say; empty where the hub had better stay silent. With `terse` a thing done in the hub's own room is just "Okay."."""
    decision, context = turn.decision, turn.context
    if decision is None or decision.kind == "ignore":
        return ""
    failed = [str(o.command.entity_id) for o in turn.outcomes if o.status in _FAILED and o.command.entity_id is not None]
    area = context.area if context is not None else None
    if failed and len(failed) == len(turn.outcomes):
        return _failure(failed, home, area, turn.id)
    lines = [(str(key), values) for key, values in decision.detail.get("say", ())]
    if not lines:
        return phrase("done.okay", turn.id) if decision.kind == "act" else ""
    if terse and decision.kind == "act" and not failed and area is not None and _all_here(turn, home, area):
        return phrase("done.okay", turn.id)
    said = [render(key, values, turn.id) for key, values in lines]
    if failed:
        said.append(_failure(failed, home, area, turn.id))
    return " ".join(dict.fromkeys(said))


def render(key: str, values: Mapping[str, Any], seed: str) -> str:
    """One line of a decision as a sentence. `answer.repeat` is said word for word."""
    if key == "answer.repeat":
        return str(values.get("value", ""))
    return phrase(key, seed, **dict(values))


def _failure(failed: list[str], home: Home, area: str | None, seed: str) -> str:
    names, are = wording.named(home, failed, area)
    return phrase("done.failed", seed, names=names, are=are)


def _all_here(turn: Turn, home: Home, area: str) -> bool:
    ids = [o.command.entity_id for o in turn.outcomes if o.command.entity_id is not None]
    return bool(ids) and all((found := home.area_of(i)) is not None and found.id == area for i in ids)
