"""Journals spoilt on purpose: null controls, from which nothing may be learned, and signals left out one at a time. Knows journal rows."""

from __future__ import annotations

import copy
import itertools
import random
from collections.abc import Callable, Sequence
from typing import Any

from bench.households.names import GIVING_UP

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
    else:
        raise ValueError(signal)
    return rows


SIGNALS = ("barge-in", "undo", "explicit", "repetition", "termination")
