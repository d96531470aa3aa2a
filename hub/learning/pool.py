"""Counts of many homes put together: what leaves a home, and what may come back. Knows counts and digests; no turn ever leaves.

k-anonymous: a pair or fragment holds for all only if at least k homes said it. A home goes by a digest that it salts itself. The file is
one JSON object of counts, so that the same step (group by key, count distinct homes, sum) runs on any engine at any size.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from devices.home import Home
from hub.knowledge import digest
from hub.learning.evidence import Evidence, Fared, Fragment, Pair
from hub.learning.sound import plain

FORMAT = 1


class PooledPair(msgspec.Struct, kw_only=True):
    """A text and what was said instead."""

    heard: str
    to: str
    meaning: str
    sessions: int
    days: int
    p: float


class PooledFragment(msgspec.Struct, kw_only=True):
    before: str
    after: str
    sessions: int
    days: int
    texts: int


class Counts(msgspec.Struct, kw_only=True):
    """One home's counts."""

    format: int = FORMAT
    home: str = ""
    pairs: list[PooledPair] = []
    fragments: list[PooledFragment] = []
    fared: dict[str, tuple[int, float, float, int]] = {}
    """text → times, successes, defects, hard failures; only of texts in pairs."""


def write(path: Path, evidence: Evidence, home: Home | None) -> int:
    """Writes this home's counts without the names of its things: texts that hold one are left out. Returns pairs written."""
    names = _names(home)
    kept = {k: v for k, v in evidence.pairs.items() if not any(_holds(t, names) for t in k)}
    texts = {t for pair in kept for t in pair}
    counts = Counts(
        home=digest(os.urandom(16).hex()),
        pairs=[
            PooledPair(heard=a, to=b, meaning=_meaning(evidence, b), sessions=p.sessions, days=len(p.days), p=round(p.p, 3))
            for (a, b), p in sorted(kept.items())
        ],
        fragments=[
            PooledFragment(before=a, after=b, sessions=f.sessions, days=len(f.days), texts=len(f.texts))
            for (a, b), f in sorted(evidence.fragments.items())
            if not _holds(a, names) and not _holds(b, names)
        ],
        fared={t: (f.n, round(f.ok, 2), round(f.bad, 2), f.hard) for t in sorted(texts) if (f := evidence.fared.get(t)) is not None},
    )
    path.write_bytes(msgspec.json.format(msgspec.json.encode(counts)))
    return len(counts.pairs)


def read(folder: Path, into: Evidence) -> int:
    """Adds the counts of every file in a folder; a file that is none is an error that names it (ValueError). Returns homes read."""
    homes = 0
    for path in sorted(folder.glob("*.json")):
        try:
            counts = msgspec.json.decode(path.read_bytes(), type=Counts)
        except msgspec.DecodeError as error:
            raise ValueError(f"{path}: no counts of a home ({error})") from None
        homes += 1
        home = counts.home or path.stem
        for text, (n, ok, bad, hard) in counts.fared.items():
            fared = into.fared.setdefault(text, Fared())
            fared.n, fared.ok, fared.bad, fared.hard = fared.n + n, fared.ok + ok, fared.bad + bad, fared.hard + hard
        for p in counts.pairs:
            pair = into.pairs.setdefault((p.heard, p.to), Pair())
            pair.weight += p.sessions * p.p
            pair.sessions += p.sessions
            pair.days |= {-(len(pair.days) + k + 1) for k in range(min(p.days, 3))}
            pair.homes.add(home)
            pair.p = max(pair.p, p.p)
            into.chain.edge(p.heard, p.to, p.sessions)
            into.chain.end(p.to, into.fared[p.to].ok if p.to in into.fared else 0.0, 0.0)
            into.fared.setdefault(p.to, Fared()).meanings[p.meaning] += p.sessions
            into.fared.setdefault(p.heard, Fared())
        for f in counts.fragments:
            fragment = into.fragments.setdefault((f.before, f.after), Fragment())
            fragment.sessions += f.sessions
            fragment.texts |= {f"{home}:{k}" for k in range(min(f.texts, 5))}
            fragment.days |= {-(len(fragment.days) + k + 1) for k in range(min(f.days, 3))}
            fragment.homes.add(home)
    return homes


def _names(home: Home | None) -> tuple[str, ...]:
    if home is None:
        return ()
    return tuple({plain(n) for e in home.entities.values() for n in (e.name, *e.aliases)} - {""})


def _holds(text: str, names: tuple[str, ...]) -> bool:
    return any(f" {name} " in f" {text} " for name in names)


def _meaning(evidence: Evidence, text: str) -> str:
    """The intent alone: targets are a home's own."""
    fared = evidence.fared.get(text)
    return fared.meanings.most_common(1)[0][0].split("|", 1)[0] if fared and fared.meanings else ""
