"""Now and then something else than the best guess, where it is safe and its odds are written down. Knows scores; acts on nothing.

After Kachuee et al. 2204.07135 and 2209.08429: exploration is bounded by domain, never touches what is risky, and what it showed is judged
off-policy by self-normalised inverse propensities with clipped weights, so that a change is only made where its lower bound gains.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.learning.markov import beta_beats

RATES: Mapping[str, float] = {
    "media_player": 0.10,
    "light": 0.05,
    "fan": 0.05,
    "timer": 0.01,
    "alarm": 0.01,
    "lock": 0.0,
    "cover": 0.0,
    "climate": 0.0,
    "alarm_control_panel": 0.0,
}
"""Share of turns by domain in which something else than the best may be tried; every other domain: none."""
LEAST_SHARE = 0.25
"""Of the best candidate's probability: what is less likely than that is never tried."""
CLIP = 100.0
"""Of an inverse propensity. A clip at 10 is below what the rates above give, and so biased (bench/results/exploring.md)."""
LEAST_EFFECTIVE = 100.0
"""Effective turns below which no policy is deployed: the lower bound of fewer is too hopeful (bench/results/exploring.md)."""
QUIET = (22, 7)
"""Hours between which nothing is tried."""
PER_DAY = 1
HOLDOUT = (0.05, 0.10)
"""Least and most of a rewrite's turns that pass as heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Something that a turn could do."""

    id: str
    p: float
    safe: bool
    domain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What to do, with the probability that it would be chosen: logged with the turn."""

    id: str
    propensity: float
    explored: bool


def choose(
    candidates: Sequence[Candidate], *, turn: str, now: datetime, explored_today: int = 0, guests: bool = False, first: str | None = None
) -> Choice | None:
    """The best candidate (or the one called `first`) almost always; a safe, plausible other one within the domain's rate.
    The draw is a digest of the turn's id: it can be replayed."""
    if not candidates:
        return None
    ordered = sorted(candidates, key=lambda c: (c.id != first, -c.p, c.id))
    best = ordered[0]
    rate = RATES.get(best.domain, 0.0)
    quiet = now.hour >= QUIET[0] or now.hour < QUIET[1]
    others = [c for c in ordered[1:] if c.safe and c.domain == best.domain and c.p >= LEAST_SHARE * best.p]
    if not others or not best.safe or rate <= 0 or quiet or guests or explored_today >= PER_DAY:
        return Choice(id=best.id, propensity=1.0, explored=False)
    draw = drawn(turn)
    total = sum(c.p for c in others)
    if draw >= rate:
        return Choice(id=best.id, propensity=1.0 - rate, explored=False)
    edge = 0.0
    for other in others:
        share = rate * other.p / total
        edge += share
        if draw < edge:
            return Choice(id=other.id, propensity=share, explored=True)
    return Choice(id=others[-1].id, propensity=rate * others[-1].p / total, explored=True)


def drawn(key: str) -> float:
    """A number between 0 and 1 that is the same whenever the key is."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big") / 2**64


def passes(wins: float, losses: float, passed_ok: float, passed_bad: float, key: str) -> tuple[float, bool]:
    """Whether a rewrite's text passes as it was heard, with that probability: P(as heard is better), held between HOLDOUT's bounds.

    Thompson sampling chooses an arm with the probability that it is the best one; the bounds keep both arms' records moving.
    """
    share = min(HOLDOUT[1], max(HOLDOUT[0], 1.0 - beta_beats(round(wins, 1), round(losses, 1), round(passed_ok, 1), round(passed_bad, 1))))
    return share, drawn(key) < share


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """A turn of the past: what was chosen with which propensity, and how it went (0–1)."""

    chosen: str
    propensity: float
    reward: float
    context: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The value of a policy, as far as the log tells."""

    value: float
    low: float
    effective: float
    """Effective sample size: what so many turns are worth after weighting."""
    agreement: float
    """Share of logged choices that the policy would have made too."""


def evaluate(log: Sequence[Logged], policy: Callable[[Mapping[str, object]], Mapping[str, float]]) -> Estimate:
    """SNIPS with clipped weights and a normal lower bound (95 %, one-sided) by the delta method."""
    weights = [min(CLIP, policy(row.context).get(row.chosen, 0.0) / max(row.propensity, 1e-6)) for row in log]
    total = sum(weights)
    if total <= 0:
        return Estimate(value=0.0, low=0.0, effective=0.0, agreement=0.0)
    value = sum(w * row.reward for w, row in zip(weights, log, strict=True)) / total
    effective = total * total / sum(w * w for w in weights)
    error = math.sqrt(sum((w * (row.reward - value)) ** 2 for w, row in zip(weights, log, strict=True))) / total
    agree = sum(max(policy(row.context).items(), key=lambda kv: kv[1])[0] == row.chosen for row in log) / len(log)
    return Estimate(value=value, low=value - 1.645 * error, effective=effective, agreement=agree)


def deploy(new: Estimate, old: Estimate, least_agreement: float = 0.95) -> bool:
    """Whether a policy may replace the one in force: it gains for sure, and changes little."""
    return new.low > old.value and new.agreement >= least_agreement and new.effective >= LEAST_EFFECTIVE
