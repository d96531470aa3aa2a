"""Whether what people did next in this journal says anything about what went before: two tests of chance within the home.
Knows judged sessions; learns nothing.

Rewriting rests on two things: a failed request is said again, and a mark (an interruption, a no, something taken back) falls on what went
wrong. Either can be put to the test by dealing it out anew: texts that worked in place of what followed on failures, the marks among all
turns. Where the journal as it is cannot be told from one dealt out at random, nothing is learned from it and nothing is rewritten.
"""

from __future__ import annotations

import math
import random
from collections import deque
from dataclasses import dataclass, field

from hub.learning.signals import Judged
from hub.learning.sound import alike

CHANCE = 0.003
"""Probability at which chance is ruled out."""
LEAST_FOLLOWED = 20
LEAST_FAILED = 80
"""Failures with something after them, and failures at all, below which nobody can tell: what is learned is left to its own evidence then.
Where much fails and next to nothing follows on it, nothing was said again either: such things are not here to be had."""
LEAST_MARKED = 20
"""Marks on what was done, and turns without one, below which nobody can tell."""
DEALT = 20
"""Texts that worked, drawn for each failure in place of what followed on it."""
NEWEST = 2000
SAID_AGAIN = 0.7
"""Likeness from which a text counts as another one said again; of what follows on a mark less is asked, and a repetition counts."""
AFTER_A_MARK = 0.6


@dataclass(slots=True)
class Informed:
    """The counts of both tests, one session at a time."""

    followed: deque[tuple[str, str]] = field(default_factory=lambda: deque(maxlen=NEWEST))
    """A request that was not understood, and what was said next; the newest ones."""
    failed: int = 0
    worked: deque[str] = field(default_factory=lambda: deque(maxlen=NEWEST))
    tables: dict[str, list[list[int]]] = field(
        default_factory=lambda: {k: [[0, 0], [0, 0]] for k in ("marked_again", "rejected_again", "marked_hard", "marked_unsure")}
    )
    """mark and sign of failure → [marked no, yes] → [sign no, yes]. Rejected: a no, or taken back, which no impatience explains."""

    def add(self, session: list[Judged]) -> None:
        """Takes in one session."""
        for i, turn in enumerate(session):
            row = turn.row
            if row.decision in ("ignore", None) or not row.text or row.rewrite_id is not None:
                continue
            after = [t.row.text for t in session[i + 1 : i + 3]]
            self.failed += row.hard
            if row.hard and after and after[0]:
                self.followed.append((row.text, after[0]))
            marked = row.explicit == "no" or row.barge_ms is not None or row.undone
            self.tables["marked_hard"][marked][row.hard] += 1
            if not row.done:
                continue
            self.worked.append(row.text)
            again = any(alike(row.text, text) >= AFTER_A_MARK for text in after)
            self.tables["marked_again"][marked][again] += 1
            self.tables["rejected_again"][row.explicit == "no" or row.undone][again] += 1
            sure = row.raw.get("confidence")
            if isinstance(sure, int | float):
                self.tables["marked_unsure"][marked][sure < 0.8] += 1

    def good(self) -> bool:
        """False where failures are followed by nothing that resembles them, or where marks go with no sign of failure."""
        return not self.failures_are_left() and not self.marks_fall_anywhere()

    def failures_are_left(self) -> bool:
        """Whether what follows on failures resembles them no more than anything that worked does; False where there is too little.

        Counted are those that resemble it closely, which a few true repetitions raise; or all are ranked, which finds other wordings.
        """
        n = len(self.followed)
        if (n < LEAST_FOLLOWED and self.failed < LEAST_FAILED) or len(self.worked) < LEAST_FOLLOWED:
            return False
        if not n:
            return True
        dealer = random.Random(n)
        found, by_luck, rank = 0, 0, 0.0
        for text, after in self.followed:
            dealt = [_like(text, other) for other in dealer.choices(self.worked, k=DEALT)]
            own = _like(text, after)
            found += own >= SAID_AGAIN
            by_luck += sum(like >= SAID_AGAIN for like in dealt)
            rank += sum((own > like) + 0.5 * (own == like) for like in dealt) / DEALT
        higher = (rank / n - 0.5) * math.sqrt(12 * n)
        return not rare(found, (by_luck + 1) / DEALT) and math.erfc(higher / math.sqrt(2)) / 2 >= CHANCE

    def marks_fall_anywhere(self) -> bool:
        """Whether marks go with no sign of failure that this journal shows; False where too few fell on what was done."""
        if min(sum(row) for row in self.tables["marked_again"]) < LEAST_MARKED:
            return False
        return all(by_chance(table) for table in self.tables.values())


def _like(text: str, after: str) -> float:
    """How much the one is the other said again, in other words."""
    return alike(text, after) if after != text else 0.0


def rare(found: int, expected: float) -> bool:
    """Whether so many are surely more than chance gives (Poisson)."""
    if found <= expected:
        return False
    below = sum(math.exp(k * math.log(expected) - expected - math.lgamma(k + 1)) for k in range(found))
    return 1.0 - below < CHANCE


def by_chance(table: list[list[int]]) -> bool:
    """Whether marks dealt out at random would fall on that sign as often (Fisher's exact test, one-sided)."""
    (a, b), (c, d) = table
    turns, signs, marks = a + b + c + d, b + d, c + d
    whole = _ways(turns, marks)
    p = sum(math.exp(_ways(signs, k) + _ways(turns - signs, marks - k) - whole) for k in range(d, min(signs, marks) + 1))
    return p >= CHANCE


def _ways(n: int, k: int) -> float:
    """The logarithm of the ways to choose k of n; minus infinity where there are none."""
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) if 0 <= k <= n else -math.inf
