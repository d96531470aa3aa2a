"""The absorbing Markov chain over what people said next: which other request leads to success. Knows counts only; no text, no home.

Ponnusamy et al., "Feedback-Based Self-Learning in Large-Scale Conversational AI Agents" (1911.02557) and its self-aware successor
(2205.00029).
Nodes are requests (an interpretation where it works, a raw text where it does not); absorbing states are success (+) and failure (−).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

HOPS = 3
LARGEST = 400
KAPPA = 2.0
"""Pseudo-ends behind each node's own, shared out by the global success rate."""


@dataclass(slots=True)
class Counts:
    """What followed each request."""

    next: dict[Hashable, dict[Hashable, float]] = field(default_factory=dict)
    """i → j → how often j was said next, to say i again."""
    good: dict[Hashable, float] = field(default_factory=dict)
    """Sessions that ended at i with success."""
    bad: dict[Hashable, float] = field(default_factory=dict)

    def edge(self, i: Hashable, j: Hashable, weight: float = 1.0) -> None:
        row = self.next.setdefault(i, {})
        row[j] = row.get(j, 0.0) + weight

    def end(self, i: Hashable, good: float, bad: float) -> None:
        self.good[i] = self.good.get(i, 0.0) + good
        self.bad[i] = self.bad.get(i, 0.0) + bad

    def prior(self) -> float:
        """Global success rate of ends."""
        good, bad = sum(self.good.values()), sum(self.bad.values())
        return (good + 1.0) / (good + bad + 2.0)


@dataclass(frozen=True, slots=True)
class Reach:
    """From one request: the probability to end with success at each request, and altogether."""

    success: float
    """B[i,+]: a success in the end, wherever."""
    at: Mapping[Hashable, float]
    """j → N[i,j] R[j,+]: reach j and succeed there; sums to `success`."""

    def best(self) -> tuple[Hashable, float] | None:
        return max(self.at.items(), key=lambda item: item[1], default=None)


def neighbourhood(counts: Counts, start: Hashable, hops: int = HOPS, largest: int = LARGEST) -> list[Hashable]:
    """The requests within `hops` of `start`, itself first; the heaviest edges first where there are too many."""
    seen: dict[Hashable, None] = {start: None}
    edge_of = [start]
    for _ in range(hops):
        following: list[Hashable] = []
        for node in edge_of:
            for other, _ in sorted(counts.next.get(node, {}).items(), key=lambda item: -item[1]):
                if other not in seen and len(seen) < largest:
                    seen[other] = None
                    following.append(other)
        edge_of = following
    return list(seen)


def solve(counts: Counts, start: Hashable, *, hops: int = HOPS, kappa: float = KAPPA, prior: float | None = None) -> Reach:
    """Joint reach-and-succeed from `start` over its neighbourhood: N = (I − Q)⁻¹, one row of it by one linear solve.

    Edges that leave the neighbourhood count as unknown: their mass is neither success nor failure.
    """
    nodes = neighbourhood(counts, start, hops)
    place = {node: k for k, node in enumerate(nodes)}
    n = len(nodes)
    q = np.zeros((n, n))
    plus = np.zeros(n)
    p = counts.prior() if prior is None else prior
    for node, k in place.items():
        edges = counts.next.get(node, {})
        good, bad = counts.good.get(node, 0.0), counts.bad.get(node, 0.0)
        total = sum(edges.values()) + good + bad + kappa
        if total <= 0:
            continue
        for other, weight in edges.items():
            if other in place:
                q[k, place[other]] = weight / total
        plus[k] = (good + kappa * p) / total
    if kappa <= 0:
        q *= 1.0 - 1e-12
    row = np.linalg.solve((np.eye(n) - q).T, np.eye(n)[0])
    joint = row * plus
    return Reach(success=float(joint.sum()), at={node: float(joint[k]) for node, k in place.items()})


def dense(counts: Counts, kappa: float = KAPPA, prior: float | None = None) -> tuple[list[Hashable], np.ndarray]:
    """The whole chain at once: nodes, and the matrix N·diag(R₊). For checking `solve`; cubic in the number of nodes."""
    nodes = list(dict.fromkeys([*counts.next, *(j for row in counts.next.values() for j in row), *counts.good, *counts.bad]))
    place = {node: k for k, node in enumerate(nodes)}
    n = len(nodes)
    q = np.zeros((n, n))
    plus = np.zeros(n)
    p = counts.prior() if prior is None else prior
    for node, k in place.items():
        edges = counts.next.get(node, {})
        total = sum(edges.values()) + counts.good.get(node, 0.0) + counts.bad.get(node, 0.0) + kappa
        if total > 0:
            for other, weight in edges.items():
                q[k, place[other]] = weight / total
            plus[k] = (counts.good.get(node, 0.0) + kappa * p) / total
    return nodes, np.linalg.inv(np.eye(n) - q) * plus


@lru_cache(maxsize=4096)
def beta_beats(wins: float, losses: float, other_wins: float, other_losses: float) -> float:
    """Pr[Beta(1+wins, 1+losses) > Beta(1+other_wins, 1+other_losses)], by quadrature."""
    a, b, c, d = 1 + max(0.0, wins), 1 + max(0.0, losses), 1 + max(0.0, other_wins), 1 + max(0.0, other_losses)
    x = (np.arange(4000) + 0.5) / 4000
    first = (a - 1) * np.log(x) + (b - 1) * np.log1p(-x)
    second = (c - 1) * np.log(x) + (d - 1) * np.log1p(-x)
    f, g = np.exp(first - first.max()), np.exp(second - second.max())
    f, g = f / f.sum(), g / g.sum()
    below = np.cumsum(g) - 0.5 * g
    return float((f * below).sum())


def half_life(age_days: float, half_days: float = 60.0) -> float:
    """The weight of evidence that old."""
    return float(0.5 ** (max(0.0, age_days) / half_days))
