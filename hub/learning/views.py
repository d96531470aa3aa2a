"""What the learning commands print, row by row, worked out from the journal as it is. Knows the printed forms; changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from devices.home import Home
from hub.keeping.store import Store
from hub.knowledge import load
from hub.learning import rephrase, spans, usual
from hub.learning.failures import classify, compare
from hub.learning.labels import goals, labelled
from hub.learning.nightly import judged_sessions
from hub.learning.second_opinion import second_opinion
from hub.learning.signals import Judged
from models.conversation.again import Again


def _sessions(store: Store, since: datetime | None, gap_s: float, network: Again | None = None) -> Iterator[list[Judged]]:
    known = load(store).learned
    return judged_sessions(store, since=since, gap_s=gap_s, weights=known.weights or {}, off=known.off, network=network)


def rephrases(store: Store, *, since: datetime | None = None, home: Home | None = None, gap_s: float = 45.0) -> Iterator[dict[str, Any]]:
    """One row for every turn that failed, or may have."""
    for session in _sessions(store, since, gap_s, spans.reader()):
        for i, turn in enumerate(session):
            row = turn.row
            if not (turn.defect >= 0.3 or row.hard or row.error or turn.best is not None):
                continue
            j = turn.best
            p = rephrase.chain(session, i)
            if j is None or p < rephrase.LINKED or (turn.defect < 0.5 and not row.hard):
                yield {"turn": row.id, "rephrase_turn": None, "span": None, "p": round(1.0 - p, 4)}
            else:
                later = session[j].row
                yield {"turn": row.id, "rephrase_turn": later.id, "span": list(later.span), "p": round(p, 4)}


def failures(store: Store, *, since: datetime | None = None, home: Home | None = None, gap_s: float = 45.0) -> Iterator[dict[str, Any]]:
    """One row a turn: the part that failed, with six probabilities; the following turns are seen."""
    journal, second = usual.of(_sessions(store, since, gap_s)), second_opinion(home)
    compare(_sessions(store, since, gap_s), second)
    for session in _sessions(store, since, gap_s):
        yield from classify(session, home, journal=journal, second=second)


def labels(store: Store, *, since: datetime | None = None, home: Home | None = None, gap_s: float = 45.0) -> Iterator[dict[str, Any]]:
    """One row a turn: its goal, how that went, whether the turn was a defect, and what was meant where that is sure."""
    goal = 0
    journal, second = usual.of(_sessions(store, since, gap_s)), second_opinion(home)
    compare(_sessions(store, since, gap_s), second)
    for session in _sessions(store, since, gap_s):
        goal = goals(session, goal)
        yield from labelled(session, home, journal, second)


def habits(store: Store, home: Home | None = None) -> Iterator[dict[str, Any]]:
    """Habits of the active version; worked out anew where nothing was learned yet."""
    for routine in load(store).learned.routines:
        if routine.kind != "preference" and (home is None or routine.home is None or home.id is None or routine.home == home.id):
            yield {
                "id": routine.id,
                "kind": routine.kind,
                "when": dict(routine.when),
                "then": dict(routine.then),
                "p": routine.p,
                "support": routine.support,
                "proposed": routine.proposed,
            }


def rule_row(rule: Any) -> dict[str, Any]:
    """A rewrite with its evidence, as `hub rewrites --jsonl` prints it."""
    row: dict[str, Any] = msgspec.to_builtins(rule)
    evidence = {k: row.pop(k) for k in ("sessions", "days", "wins", "losses", "passed_ok", "passed_bad", "examples", "blocks")}
    return {**row, "from": row["heard"], "live": row["status"] == "live", "evidence": evidence}
