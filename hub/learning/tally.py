"""What is counted of one text, of two texts, of misheard words and of a rewrite in use. Knows rows; not where they come from."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field

from hub.learning.signals import Row

KEPT_DAYS = 40
FELL = 2
"""Defects in a row after which the watch takes a rewrite back, and what led to it is void."""


@dataclass(slots=True)
class Fared:
    """How one text fared when it was taken as heard."""

    n: int = 0
    ok: float = 0.0
    bad: float = 0.0
    """Expected defects; decayed, as `ok` is."""
    hard: int = 0
    """Times it was not understood or could not be done."""
    corrected: int = 0
    """Times it was later said another way."""
    again: int = 0
    """Times that anything like it followed."""
    meanings: Counter[str] = field(default_factory=Counter)
    last_at: float = 0.0
    raw: str = ""


@dataclass(slots=True)
class Pair:
    """A text that failed, and what was said instead with success."""

    weight: float = 0.0
    sessions: int = 0
    traced: int = 0
    """Sessions in which the person also said no, took it back, interrupted, or began with correcting words."""
    days: set[int] = field(default_factory=set)
    persons: set[str | None] = field(default_factory=set)
    homes: set[str | None] = field(default_factory=set)
    p: float = 0.0
    """Best P(rephrase) seen."""
    examples: list[str] = field(default_factory=list)
    first_at: float = math.inf
    last_at: float = 0.0

    def add(self, row: Row, weight: float, p: float, traced: bool) -> None:
        """One more session in which it happened."""
        self.weight += weight * p
        self.sessions += 1
        self.traced += traced
        _keep_day(self.days, row.day)
        self.persons.add(row.person)
        self.homes.add(row.home)
        self.p = max(self.p, p)
        self.first_at = min(self.first_at, row.at)
        self.last_at = max(self.last_at, row.at)
        if len(self.examples) < 5:
            self.examples.append(row.id)


@dataclass(slots=True)
class Arm:
    """How a rewrite fared when it was used: newest outcomes last."""

    outcomes: list[tuple[float, bool]] = field(default_factory=list)
    """(time, went well). Unknown outcomes are left out."""
    wins: float = 0.0
    losses: float = 0.0
    vetoed_at: float = 0.0
    last_bad_at: float = 0.0
    heard: str = ""
    to: str = ""

    def defects_in_a_row(self, since: float = 0.0) -> int:
        """Defects at the end of its record, no success between."""
        run = 0
        for at, good in reversed(self.outcomes):
            if good or at < since:
                break
            run += 1
        return run


@dataclass(slots=True)
class Fragment:
    """Words heard and words meant, over the requests that differ just there."""

    texts: set[str] = field(default_factory=set)
    sessions: int = 0
    days: set[int] = field(default_factory=set)
    homes: set[str | None] = field(default_factory=set)
    persons: set[str | None] = field(default_factory=set)
    examples: list[str] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """One more session in which it happened."""
        if len(self.texts) < 50:
            self.texts.add(row.text)
        self.sessions += 1
        _keep_day(self.days, row.day)
        self.homes.add(row.home)
        self.persons.add(row.person)
        if len(self.examples) < 5:
            self.examples.append(row.id)

    ok: float = 0.0
    """Successes of other homes' requests with these words, taken as heard."""
    bad: float = 0.0


def _keep_day(days: set[int], day: int) -> None:
    if len(days) < KEPT_DAYS:
        days.add(day)
