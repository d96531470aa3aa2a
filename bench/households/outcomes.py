"""Paired outcomes of ways of learning, and the intervals of what they come to. Knows numbers and probes; no simulation."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bench.households.house import House, key
from bench.households.probing import Said, understood
from bench.sound import wilson
from hub.knowledge import Knowledge

DRAWS = 1000


@dataclass(slots=True)
class Score:
    """Paired outcomes of one way of learning against nothing learned; one entry a home."""

    wins: list[int] = field(default_factory=list)
    losses: list[int] = field(default_factory=list)
    before: list[int] = field(default_factory=list)
    after: list[int] = field(default_factory=list)
    n: list[int] = field(default_factory=list)
    clean_rewritten: list[int] = field(default_factory=list)
    clean: list[int] = field(default_factory=list)
    strata: dict[str, dict[str, int]] = field(default_factory=dict)
    """seen text · unseen text · unseen thing → n, before, after, wins, losses"""
    worst: list[str] = field(default_factory=list)
    won: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def add(self, other: Score) -> None:
        """Takes in the homes of another one."""
        for name in ("wins", "losses", "before", "after", "n", "clean_rewritten", "clean", "worst", "won", "missed"):
            getattr(self, name).extend(getattr(other, name))
        for name, counts in other.strata.items():
            self.count(name, counts)

    def count(self, stratum: str, counts: Mapping[str, int]) -> None:
        """Adds counts to a stratum."""
        mine = self.strata.setdefault(stratum, {})
        for name, n in counts.items():
            mine[name] = mine.get(name, 0) + n


def interval(
    top: Sequence[float], bottom: Sequence[float], statistic: Callable[[float, float], float], rng: random.Random
) -> tuple[float, float]:
    """95 % interval by bootstrap over homes."""
    draws = []
    for _ in range(DRAWS):
        picks = [rng.randrange(len(top)) for _ in top]
        draws.append(statistic(sum(top[k] for k in picks), sum(bottom[k] for k in picks)))
    draws.sort()
    return draws[int(0.025 * DRAWS)], draws[int(0.975 * DRAWS) - 1]


def score(result: Score, house: House, asked: Sequence[Said], knowledge: Knowledge, oracle: dict[str, str] | None = None) -> None:
    """Adds one home's probes. `oracle`: what every heard text meant, instead of the knowledge."""
    counts: Counter[str] = Counter()
    for said in asked:
        base = key(house.read(said.heard))
        source, to = "oracle", ""
        if oracle is not None:
            changed = oracle.get(said.heard) == said.truth and base != said.truth
            got = said.truth if changed else base
        else:
            meant, change = understood(house, knowledge, said.heard, said.person)
            got, changed = key(meant), change is not None
            source, to = (change.source, change.to) if change is not None else ("", "")
        good_before, good_after = base == said.truth, got == said.truth
        add = {
            "n": 1,
            "before": int(not good_before),
            "after": int(not good_after),
            "wins": int(good_after and not good_before),
            "losses": int(good_before and not good_after),
        }
        counts.update(add)
        result.count(said.stratum, add)
        counts["clean"] += good_before
        counts["clean_rewritten"] += good_before and changed
        line = f"home {house.number}, {said.person}: {said.text!r} heard {said.heard!r} → {to!r} ({source})"
        if good_before and not good_after:
            result.worst.append(line)
        elif good_after and not good_before:
            result.won.append(line)
        elif not good_after:
            result.missed.append(f"{line} [{'wrong' if base != '-' else 'declined'}{', seen' if said.seen else ''}]")
    for name in ("wins", "losses", "before", "after", "n", "clean", "clean_rewritten"):
        getattr(result, name).append(counts[name])


HEAD = (
    "| learned | probes | defects before | after | change of defects (95 % by home) | wins:losses | ratio: Wilson 95 % | by home 95 % | "
    "clean turns rewritten (Wilson) |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
)


def line(name: str, s: Score, rng: random.Random) -> str:
    """One row of the table."""
    wins, losses, before, after, n = sum(s.wins), sum(s.losses), sum(s.before), sum(s.after), sum(s.n)
    change = 100 * (after - before) / max(1, before)
    low, high = interval(s.after, s.before, lambda a, b: 100 * (a - b) / max(1.0, b), rng)
    by_home = interval(s.wins, s.losses, lambda w, x: (w + 0.5) / (x + 0.5), rng)
    share_low, share_high = wilson(wins, wins + losses)
    touched, clean = sum(s.clean_rewritten), sum(s.clean)
    touched_low, touched_high = wilson(touched, clean)
    shares = f"{100 * before / max(1, n):.1f} % | {100 * after / max(1, n):.1f} %"
    rewritten = f"{100 * touched / max(1, clean):.2f} % ({100 * max(0.0, touched_low):.2f} … {100 * touched_high:.2f})"
    return (
        f"| {name} | {n} | {shares} | {change:+.1f} % ({low:+.1f} … {high:+.1f}) | "
        f"{wins}:{losses}{f' = {wins / losses:.1f}' if losses else ''} | {_odds(share_low)} … {_odds(share_high)} | "
        f"{by_home[0]:.1f} … {by_home[1]:.1f} | {rewritten} |"
    )


def _odds(share: float) -> str:
    return "∞" if share >= 0.99999 else f"{share / (1 - share):.1f}"


def strata(s: Score) -> str:
    """The rows for what was seen and what was not."""
    rows = ["| probes | n | share | defects before | after | wins:losses |\n| --- | --- | --- | --- | --- | --- |"]
    total = max(1, sum(s.n))
    for name, c in sorted(s.strata.items()):
        low, high = wilson(c["after"], c["n"])
        rows.append(
            f"| {name} | {c['n']} | {100 * c['n'] / total:.0f} % | {100 * c['before'] / c['n']:.1f} % | {100 * c['after'] / c['n']:.1f} % "
            f"({100 * low:.1f} … {100 * high:.1f}) | {c['wins']}:{c['losses']} |"
        )
    return "\n".join(rows)
