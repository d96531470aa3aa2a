"""Journals spoilt on purpose: null controls, from which nothing may be learned, and signals left out one at a time. Knows journal rows."""

from __future__ import annotations

import copy
import itertools
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from bench.households.names import GIVING_UP
from hub.learning.signals import QUIET_S, request_span

Rows = list[dict[str, Any]]


def shuffled(turns: Sequence[dict[str, Any]], rng: random.Random) -> Rows:
    """The same turns with everybody's reactions dealt out anew: what was said when, and how it was received, no longer belong together."""
    rows = copy.deepcopy(list(turns))
    times, feedback = [r["at"] for r in rows], [r["feedback"] for r in rows]
    rng.shuffle(feedback)
    rng.shuffle(rows)
    for row, at, fb in zip(rows, times, feedback, strict=True):
        row["at"], row["feedback"] = at, fb
    return rows


def dealt_anew(turns: Sequence[dict[str, Any]], rng: random.Random) -> Rows:
    """After every failure somebody says something that worked at another time: random rewrites are all that could be learned."""
    rows = copy.deepcopy(list(turns))
    good = [r for r in rows if r["decision"] in ("act", "answer")]
    parts = ("heard", "intent", "slots", "frames", "targets", "actions", "decision", "code", "confidence", "margin")
    for row, after in itertools.pairwise(rows):
        if row["_got"] != row["_want"]:
            after.update({k: copy.deepcopy(v) for k, v in rng.choice(good).items() if k in parts})
    return rows


def remarked(turns: Sequence[dict[str, Any]], rng: random.Random) -> Rows:
    """The same turns in the same order, with barge-ins, undo and answers dealt out anew."""
    rows = copy.deepcopy(list(turns))
    marks = [r["feedback"] for r in rows]
    rng.shuffle(marks)
    for row, mark in zip(rows, marks, strict=True):
        row["feedback"] = mark
    return rows


NULLS: dict[str, Callable[[Sequence[dict[str, Any]], random.Random], Rows]] = {
    "null: shuffled feedback": shuffled,
    "null: random rephrases": dealt_anew,
    "null: feedback marks alone shuffled": remarked,
}


def without(signal: str, turns: Sequence[dict[str, Any]]) -> Rows:
    """The journal as it would be if this signal could not be observed."""
    rows = copy.deepcopy(list(turns))
    if signal in ("barge-in", "undo", "explicit"):
        key, nothing = {"barge-in": ("barge_in_ms", None), "undo": ("undone", False), "explicit": ("explicit", None)}[signal]
        for row in rows:
            row["feedback"][key] = nothing
    elif signal == "repetition":
        rows = [
            b
            for a, b in itertools.pairwise([{"heard": None, "person": None}, *rows])
            if (a["heard"], a["person"]) != (b["heard"], b["person"])
        ]
    elif signal == "termination":
        rows = [row for row in rows if row["heard"] not in GIVING_UP]
    elif signal == "rephrase":
        rows = [b for a, b in itertools.pairwise([{"_want": None}, *rows]) if not _said_again(a, b)]
    elif signal == "correcting words":
        for row in rows:
            start, end = request_span(row["heard"])
            row["heard"] = row["heard"][start:end]
    elif signal == "silence":
        rows = [row for a, b in itertools.pairwise([*rows, None]) for row in (a, *_murmur(a, b)) if row is not None]
    else:
        raise ValueError(signal)
    return rows


def _said_again(before: dict[str, Any], row: dict[str, Any]) -> bool:
    """Whether a turn asks once more for what the turn before it should have done and did not do."""
    right = before["_want"] is not None and before["_got"] == before["_want"] and before["_ok"]
    return bool(before["_want"] == row["_want"] and before["person"] == row["person"] and not right)


def _murmur(row: dict[str, Any], after: dict[str, Any] | None) -> Rows:
    """What keeps a turn from being followed by quiet: the hub wakes by mistake half a minute later and ignores what it hears."""
    at = datetime.fromisoformat(row["at"])
    if after is not None and (datetime.fromisoformat(after["at"]) - at).total_seconds() <= QUIET_S:
        return []
    nothing = {"intent": None, "slots": {}, "frames": [], "targets": [], "actions": [], "code": "not_for_me", "decision": "ignore"}
    later = {"id": f"{row['id']}-murmur", "at": (at + timedelta(seconds=30)).isoformat(), "heard": "mhm", "person": None, "reply": ""}
    return [copy.deepcopy(row) | nothing | later | {"feedback": {"barge_in_ms": None, "explicit": None, "undone": False}}]


SIGNALS = ("barge-in", "undo", "explicit", "repetition", "termination", "rephrase", "correcting words", "silence")
