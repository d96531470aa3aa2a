"""What is usual in one journal: the scale of its confidences, its words, how each text fared. Knows rows and judged turns; no verdict.

Recognisers and readers count in their own ways (0–1, percent, log-probability, or not at all), and what is a strange word in one home is a
name in the next. So a number is judged against the rest of its journal, never by itself.
"""

from __future__ import annotations

import bisect
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hub.learning.signals import Judged, Row
from hub.learning.sound import alike, mishearing

NUMBERS = ("asr", "reading", "margin", "wake", "rate")
"""The recogniser's and the reader's confidence, the reader's margin, the wake word's score, words a second."""
MOST_NUMBERS = 4000
MOST_TEXTS = 50_000
FEW = 12
"""Values below which a journal's own scale is not known."""


def numbers(row: Row) -> dict[str, float]:
    """The finite numbers that a turn carries about its own sureness, on whatever scale they are."""
    raw = row.raw
    asr, wake = raw.get("asr"), raw.get("wake")
    speech = _finite(raw.get("speech_s"))
    found = {
        "asr": _finite(asr.get("confidence")) if isinstance(asr, Mapping) else None,
        "reading": _finite(raw.get("confidence")),
        "margin": _finite(raw.get("margin")),
        "wake": _finite(wake.get("score")) if isinstance(wake, Mapping) else None,
        "rate": len(row.text.split()) / speech if speech and speech > 0 else None,
    }
    return {k: v for k, v in found.items() if v is not None}


def _finite(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    return None


@dataclass(slots=True)
class Fared:
    """How one text with one reading went, over all its turns."""

    n: int = 0
    bad: float = 0.0
    other_intent: int = 0
    """Times that a later turn said it right with another intent."""
    other_target: int = 0
    sounded: float = 0.0
    """Likeness in sound of what was said instead, added up."""
    corrected: int = 0

    def without(self, other: Fared) -> Fared:
        """The same with one turn's own share taken out, so that no turn is evidence for itself."""
        return Fared(
            self.n - other.n,
            self.bad - other.bad,
            self.other_intent - other.other_intent,
            self.other_target - other.other_target,
            self.sounded - other.sounded,
            self.corrected - other.corrected,
        )


@dataclass(slots=True)
class Usual:
    """One journal's measure; empty it knows nothing, and every number counts as unknown unless it lies between 0 and 1."""

    values: dict[str, list[float]] = field(default_factory=lambda: {k: [] for k in NUMBERS})
    words: Counter[str] = field(default_factory=Counter)
    """Word → turns that were done as heard."""
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    fared: dict[tuple[str, str], Fared] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    """Word → sessions that hold it, however they went."""
    failed: Counter[str] = field(default_factory=Counter)
    """Word → sessions in which a turn with it failed."""
    touched: Counter[str] = field(default_factory=Counter)
    """Thing → turns about it."""
    troubled: Counter[str] = field(default_factory=Counter)
    """Thing → turns in which it did not do what it was told."""
    misheard: dict[str, list[float]] = field(default_factory=lambda: {k: [] for k in NUMBERS})
    """The numbers of turns that were later said right in words that sound alike: what they tell of a mishearing here."""
    turns: int = 0
    _sorted: bool = False
    _tells: dict[str, float] = field(default_factory=dict)

    def add(self, session: Sequence[Judged]) -> None:
        """Takes in one judged session."""
        self._sorted = False
        self._tells.clear()
        if len(self.seen) < MOST_TEXTS:
            self.seen.update({w for t in session for w in t.row.text.split()})
            self.failed.update({w for t in session if t.row.hard or t.defect >= 0.5 for w in t.row.text.split()})
        for i, turn in enumerate(session):
            for target in turn.row.targets[:1]:
                self.touched[target] += 1
                self.troubled[target] += turn.row.error
            row = turn.row
            self.turns += 1
            for name, value in numbers(row).items():
                if len(self.values[name]) < MOST_NUMBERS:
                    self.values[name].append(value)
            if row.done and turn.defect < 0.5:
                words = row.text.split()
                self.words.update(set(words))
                self.pairs.update(zip(["<", *words], [*words, ">"], strict=True))
            if turn.best is not None and turn.defect >= 0.5 and _sounds_like(row.text, session[turn.best].row.text):
                for name, value in numbers(row).items():
                    if len(self.misheard[name]) < FEW * 4:
                        self.misheard[name].append(value)
            key = (row.text, row.meaning)
            known = self.fared.get(key)
            if known is None:
                if len(self.fared) >= MOST_TEXTS:
                    continue
                known = self.fared[key] = Fared()
            share = own(session, i)
            known.n += share.n
            known.bad += share.bad
            known.other_intent += share.other_intent
            known.other_target += share.other_target
            known.sounded += share.sounded
            known.corrected += share.corrected

    def standing(self, name: str, value: float | None) -> float | None:
        """Where a number lies in its journal: 0 the usual (the median), −1 as far below as the lower tenth begins; None where unknown."""
        if value is None:
            return None
        if not self._sorted:
            for found in self.values.values():
                found.sort()
            self._sorted = True
        known = self.values[name]
        if len(known) < FEW:
            return max(-3.0, min(1.0, (value - 0.9) / 0.4)) if 0.0 <= value <= 1.0 else None
        middle, low, high = (known[int(q * (len(known) - 1))] for q in (0.5, 0.1, 0.9))
        if known[0] == known[-1]:
            return None
        if value <= middle:
            below = middle - low or middle - known[0] or 1.0
            return max(-3.0, (value - middle) / below)
        return min(1.0, (value - middle) / ((high - middle) or (known[-1] - middle) or 1.0))

    def rank(self, name: str, value: float | None) -> float | None:
        """The share of this journal's values below it, 0–1; None where unknown."""
        if value is None or self.standing(name, value) is None:
            return None
        known = self.values[name]
        if len(known) < FEW:
            return None
        return (bisect.bisect_left(known, value) + bisect.bisect_right(known, value)) / (2 * len(known))

    def tells(self, name: str) -> float:
        """Where the numbers of misheard turns lie among all of this journal, 0–1: 0.5 says nothing, below it the number knows."""
        if name not in self._tells:
            found = [r for v in self.misheard[name] if (r := self.rank(name, v)) is not None]
            self._tells[name] = (sum(found) + 1.5) / (len(found) + 3)
        return self._tells[name]

    def rare(self, text: str, itself: bool) -> tuple[float, float]:
        """How seldom the least usual word, and the least usual two in a row, are heard here: 1 never, towards 0 often.
        `itself`: the text is counted, and takes itself out."""
        words = text.split()
        if not words or not self.turns:
            return 0.5, 0.5
        mine = 1 if itself else 0
        word = min(max(0, self.words[w] - mine) for w in words)
        pair = min(max(0, self.pairs[p] - mine) for p in zip(["<", *words], [*words, ">"], strict=True))
        return 1.0 / (1.0 + word), 1.0 / (1.0 + pair)

    def recurs(self, words: Sequence[str], row: Row) -> tuple[float, float]:
        """In how many sessions the least known of these words turns up besides this one: of all, and of those that failed; about 0–1."""
        least = min(words, key=lambda w: self.seen[w], default=None)
        if least is None:
            return 0.5, 0.0
        return math.log1p(max(0, self.seen[least] - 1)) / 3, math.log1p(max(0, self.failed[least] - 1)) / 3

    def trouble(self, row: Row) -> tuple[float, float]:
        """How often this turn's thing did not do as told at other times, and how often any thing did not."""
        every = sum(self.troubled.values()) / max(1, self.turns)
        if not row.targets:
            return every, every
        n, bad = self.touched[row.targets[0]] - 1, self.troubled[row.targets[0]] - row.error
        return (max(0, bad) + 2 * every) / (max(0, n) + 2), every

    def others(self, session: Sequence[Judged], i: int) -> Fared:
        """How the same text with the same reading went at all other times."""
        row = session[i].row
        known = self.fared.get((row.text, row.meaning))
        return known.without(own(session, i)) if known is not None and known.n else Fared()


def _sounds_like(text: str, later: str) -> bool:
    return text != later and mishearing(text, later) >= 0.6


def own(session: Sequence[Judged], i: int) -> Fared:
    """What one turn adds to how its text fared."""

    turn = session[i]
    out = Fared(n=1, bad=turn.defect)
    if turn.best is not None:
        to = session[turn.best].row
        out.corrected = 1
        out.sounded = alike(turn.row.text, to.text)
        out.other_intent = int(turn.row.intent != to.intent)
        out.other_target = int(turn.row.intent == to.intent and set(turn.row.targets) != set(to.targets))
    return out


def of(judged: Iterable[Sequence[Judged]]) -> Usual:
    """The measure of a whole journal, in one pass."""
    out = Usual()
    for session in judged:
        out.add(session)
    return out


NOTHING = Usual()
"""Nothing known: for a single turn without its journal."""
