"""Labels worked out from what followed, instead of from annotators: goals, their success, defects, what was meant. Knows judged sessions.

A label is emitted only where its probability is at least `SURE`, so that what is emitted can train a model. The meaning of a failed turn is
projected from the later turn that said it right (Falke et al., MARUPA, COLING 2020); a turn that seems right keeps its own meaning.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from devices.home import Home
from hub.learning import rephrase
from hub.learning.failures import CLASSES, probabilities
from hub.learning.second_opinion import NO_OPINION, SecondOpinion
from hub.learning.signals import Judged, stops
from hub.learning.usual import NOTHING, Usual

SURE = 0.9
SURE_PAIR = 0.8
"""Least probability for a meaning that a later turn gave: two turns agree on the goal."""


def goal_success(turns: Sequence[Judged]) -> float:
    """P that what was wanted was reached in the end."""
    last = [t for t in turns if t.row.done or t.row.hard or t.row.error]
    if not last:
        return 0.5
    end = last[-1]
    if end.row.hard or end.row.error:
        return 0.1
    if end.row.explicit == "yes":
        return 0.97
    return max(0.03, min(0.95, 0.93 - 0.9 * end.defect))


def labelled(
    session: Sequence[Judged], home: Home | None = None, journal: Usual = NOTHING, second: SecondOpinion = NO_OPINION
) -> Iterator[dict[str, Any]]:
    """One row a turn: goal, goal_success, defect, intent, slots, emitted."""
    by_goal: dict[int, list[Judged]] = {}
    for turn in session:
        by_goal.setdefault(turn.goal, []).append(turn)
    right = probabilities(session, home, journal=journal, second=second)[:, CLASSES.index("correct")]
    for i, turn in enumerate(session):
        source, p = meant(session, i, right)
        row = source.row if source is not None else None
        known = row is not None and bool(row.intent) and _resolvable(row.targets, home)
        yield {
            "turn": turn.row.id,
            "goal": turn.goal,
            "goal_success": round(goal_success(by_goal[turn.goal]), 4),
            "defect": round(turn.defect, 4),
            "intent": row.intent if row is not None and known else None,
            "slots": dict(row.slots) if row is not None and known else {},
            "targets": list(row.targets) if row is not None and known else [],
            "emitted": bool(known and p >= (SURE if source is turn else SURE_PAIR)),
            "p": round(p, 4),
            "signals": list(turn.signals),
        }


def meant(session: Sequence[Judged], i: int, right: Sequence[float] | np.ndarray) -> tuple[Judged | None, float]:
    """The turn whose reading is what turn `i` meant, and how sure that is. `right`: P(correct) of each turn."""
    turn = session[i]
    row = turn.row
    if not row.text or stops(row.heard) or row.decision == "ignore":
        return None, 0.0
    j = turn.best
    if j is not None and (turn.defect >= 0.5 or row.hard):
        return session[j], rephrase.chain(session, i) * float(right[j])
    if row.explicit == "yes":
        return turn, 0.97
    if not row.done:
        return None, 0.0
    return turn, float(right[i]) * (1.0 - turn.defect)


def _resolvable(targets: Sequence[str], home: Home | None) -> bool:
    return home is None or all(t in home.entities for t in targets)


def goals(session: Sequence[Judged], first: int = 0) -> int:
    """Numbers the goals of a session: turns linked to an earlier one share its number. Returns the next free number."""
    number = first
    for i, turn in enumerate(session):
        parents = [k for k in range(max(0, i - rephrase.LOOK_AHEAD), i) if session[k].links.get(i, 0.0) >= rephrase.LINKED]
        if parents:
            turn.goal = session[parents[-1]].goal
        elif i and (stops(turn.row.heard) or turn.row.intent in ("HubUndo", "HubNo", "HubYes", "HubChoose", "HubWhy", "HubRepeat")):
            turn.goal = session[i - 1].goal
        else:
            turn.goal = number
            number += 1
    return number
