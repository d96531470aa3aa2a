"""Context re-ranks the readings: a list-wise logistic ranker over named features. Reads no words; the readings bring their scores.

After Su, Matsoukas et al. (US 11,081,104: the component scores stand in the block of the device type, screen or none) and the
list-wise second stage of HypRank (Kim et al., NAACL 2018, arXiv 1804.08064). Score(h) = logit(p) + w·phi(h, context); a softmax over
the list gives the new probabilities. Weights: models/weights/rerank.json, made by models/training/rerank.py.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files

from devices.home import Home
from models.said import Context, Frame
from models.situation.features import SIGNALS, features, risky

MARGIN = 0.35
"""Context may overturn the first reading only if that leads by less than this probability."""
AMBIGUOUS = 0.2
"""Below this lead of the first reading the hub should rather ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """Readings in their new order."""

    order: tuple[Frame, ...]
    """Best first, `score` the new probability among them."""
    signals: tuple[str, ...] = ()
    """Contract names of the context that decided: without it another reading would have won."""
    margin: float = 1.0
    detail: Mapping[str, float] = field(default_factory=dict)
    """What each feature gave the first reading over the second, in nats."""


@lru_cache(maxsize=1)
def weights() -> Mapping[str, float]:
    """Feature -> weight."""
    data = json.loads((files("models") / "weights" / "rerank.json").read_text(encoding="utf-8"))
    return {str(k): float(v) for k, v in data["weights"].items()}


def rerank(readings: Sequence[Frame], home: Home, context: Context, *, without: frozenset[str] = frozenset()) -> Ranked:
    """The readings ordered by how likely they are here and now. `without` leaves signals out (for ablation).

    Guard-rails: a first reading that leads by more than MARGIN stays first, and context alone never lifts a risky
    action over a harmless one.
    """
    if not readings:
        return Ranked(order=(), margin=0.0)
    if len(readings) == 1:
        return Ranked(order=tuple(readings), signals=_own_signals(readings[0]), margin=1.0)
    table = weights()
    rows = [{k: v for k, v in features(frame, home, context).items() if SIGNALS.get(k) not in without} for frame in readings]
    prior = [_logit(frame.score) for frame in readings]
    gains = [sum(table.get(k, 0.0) * v for k, v in row.items()) for row in rows]
    total = [p + g for p, g in zip(prior, gains, strict=True)]
    order = sorted(range(len(readings)), key=lambda i: (-total[i], i))
    first = max(range(len(readings)), key=lambda i: (prior[i], -i))
    winner = order[0]
    if winner != first and (
        readings[first].score - readings[winner].score > MARGIN or (risky(readings[winner], home) and not risky(readings[first], home))
    ):
        order.remove(first)
        order.insert(0, first)
        total[first] = max(total) + 0.5
    top = total[order[0]]
    mass = [math.exp(t - top) for t in total]
    probability = [m / sum(mass) for m in mass]
    ranked = tuple(replace(readings[i], score=probability[i]) for i in order)
    best, second = order[0], order[1]
    lead = {k: table.get(k, 0.0) * (rows[best].get(k, 0.0) - rows[second].get(k, 0.0)) for k in {*rows[best], *rows[second]}}
    signals = dict.fromkeys((*_deciding(best, prior, rows, table), *_own_signals(readings[best])))
    return Ranked(
        order=ranked,
        signals=tuple(signals),
        margin=probability[best] - probability[second],
        detail={k: round(v, 3) for k, v in lead.items() if v},
    )


def _deciding(best: int, prior: Sequence[float], rows: Sequence[Mapping[str, float]], table: Mapping[str, float]) -> list[str]:
    """The signals without which another reading would be first, or nearly so; else the strongest that lifted it over the prior."""

    def lead_without(signal: str | None) -> float:
        totals = [
            p + sum(table.get(k, 0.0) * v for k, v in row.items() if signal is None or SIGNALS.get(k) != signal)
            for p, row in zip(prior, rows, strict=True)
        ]
        return totals[best] - max(t for i, t in enumerate(totals) if i != best)

    whole = lead_without(None)
    named = {SIGNALS[k] for row in rows for k in row if k in SIGNALS}
    drops = {signal: whole - lead_without(signal) for signal in named}
    flips = [s for s in drops if whole - drops[s] <= 0.0 < whole and drops[s] > 0.3]
    if not flips and (changed := [s for s in drops if drops[s] > 0.5]):
        flips = changed
    return sorted(flips, key=lambda s: -drops[s])


def _own_signals(frame: Frame) -> tuple[str, ...]:
    """Signals that a conversational reading carries in its source: "context/history+room"."""
    _, _, said = frame.source.partition("/")
    return tuple(s for s in said.split("+") if s)


def _logit(p: float) -> float:
    p = min(0.999, max(0.001, p))
    return math.log(p / (1 - p))
