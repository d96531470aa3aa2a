"""Which of two close readings is taken, learned at night from what was tried: one number for each kind of thing. Knows logged odds and
outcomes; no words, and no reading.

Off-policy after Kachuee et al. 2204.07135: two policies are compared only on the turns in which they differ, by self-normalised inverse
propensities with clipped weights. A step of the ladder a night at most, only where the lower bound gains for sure; else nothing changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hub.learning.explore import LEAST_EFFECTIVE, Logged, evaluate
from hub.learning.signals import Judged

LADDER = (0.9, 0.8, 0.7, 0.6, 0.5)
"""Share of the likeliest reading's probability from which on the second one is taken. Off the ladder it never is."""
NEVER = 1.01
MOST = 20_000
"""Newest tries of a kind that are looked at."""
SURE = 3.0
"""Standard errors between the estimates' bounds: the question is asked anew every night."""


@dataclass(slots=True)
class Tries:
    """What was tried among two readings, and how it went."""

    rows: dict[str, list[Logged]] = field(default_factory=lambda: defaultdict(list))

    def add(self, session: Iterable[Judged]) -> None:
        """Takes in one session; turns of which nobody knows how they went say nothing."""
        for turn in session:
            tried = turn.row.raw.get("explore")
            if not isinstance(tried, Mapping) or tried.get("kind") != "reading" or tried.get("among") != 2:
                continue
            odds, ratio, rank = tried.get("propensity"), tried.get("ratio"), tried.get("rank")
            good = turn.success >= 0.7
            if not isinstance(odds, int | float) or not isinstance(ratio, int | float) or rank not in (1, 2):
                continue
            if not good and turn.defect < 0.5:
                continue
            rows = self.rows[str(tried.get("domain"))]
            rows.append(Logged(chosen=str(rank), propensity=float(odds), reward=float(good), context={"ratio": float(ratio)}))
            del rows[:-MOST]


def updated(tries: Tries, now: Mapping[str, float]) -> dict[str, float]:
    """The numbers from tomorrow on: of each kind, where it was or one step up or down."""
    out = dict(now)
    for domain, rows in tries.rows.items():
        at = now.get(domain, NEVER)
        rungs = (NEVER, *LADDER)
        k = min(range(len(rungs)), key=lambda n: abs(rungs[n] - at))
        if k + 1 < len(rungs) and _better(rows, rungs[k + 1], rungs[k], "2", "1"):
            out[domain] = rungs[k + 1]
        elif k and _better(rows, rungs[k], rungs[k - 1], "1", "2"):
            out[domain] = rungs[k - 1]
    return {domain: least for domain, least in out.items() if least < NEVER}


def _better(rows: Iterable[Logged], low: float, high: float, new: str, old: str) -> bool:
    """Whether in turns between the two rungs the new choice surely does better than the old one."""
    between = [row for row in rows if low <= float(str(row.context["ratio"])) < high]
    gain, loss = evaluate(between, lambda _: {new: 1.0}), evaluate(between, lambda _: {old: 1.0})
    if min(gain.effective, loss.effective) < LEAST_EFFECTIVE:
        return False
    widen = SURE / 1.645
    lower = gain.value - widen * (gain.value - gain.low)
    upper = loss.value + widen * (loss.value - loss.low)
    return lower > upper


def taken(ratio: float, domain: str, lean: Mapping[str, float]) -> bool:
    """Whether of two readings whose probabilities stand so to one another the second is taken."""
    return ratio >= lean.get(domain, NEVER)
