"""Counts of many homes put together: what leaves a home, and what may come back. Knows counts and digests; no turn ever leaves.

k-anonymous: a pair or fragment holds for all only if at least k homes said it. What holds a name of this home, or in what was really said
a word that hardly anybody says to an assistant, is not even counted. A home goes by a digest that it salts itself. The file is one JSON
object of counts, so that the same step (group by key, count distinct homes, sum) runs on any engine at any size.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from devices.home import Home
from hub.knowledge import digest
from hub.learning.evidence import Evidence, fared_with
from hub.learning.sound import plain
from hub.learning.tally import KEPT_DAYS, Fared, Fragment, Pair
from hub.learning.vocabulary import COMMAND_WORDS, house_word, usual

FORMAT = 1
MOST_TEXTS = 50
_USUAL = frozenset(COMMAND_WORDS)


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
    ok: float = 0.0
    """Successes of other requests with the words that were misheard here."""
    bad: float = 0.0


class Counts(msgspec.Struct, kw_only=True):
    """One home's counts."""

    format: int = FORMAT
    home: str = ""
    pairs: list[PooledPair] = []
    fragments: list[PooledFragment] = []
    fared: dict[str, tuple[int, float, float, int]] = {}
    """text → times, successes, defects, hard failures; only of texts in pairs."""


def write(path: Path, evidence: Evidence, home: Home | None) -> int:
    """Writes this home's counts: texts with the name of one of its things, or with a rare word, stay here. Returns pairs written."""
    names = _names(home)
    kept = {k: v for k, v in evidence.pairs.items() if not _private(*k, names)}
    texts = {t for pair in kept for t in pair}
    fragments = {k: v for k, v in evidence.fragments.items() if not _private(*k, names)}
    fared = fared_with(evidence, fragments, texts)
    counts = Counts(
        home=digest(os.urandom(16).hex()),
        pairs=[
            PooledPair(heard=a, to=b, meaning=_meaning(evidence, b), sessions=p.sessions, days=len(p.days), p=round(p.p, 3))
            for (a, b), p in sorted(kept.items())
        ],
        fragments=[
            PooledFragment(
                before=a,
                after=b,
                sessions=f.sessions,
                days=len(f.days),
                texts=len(f.texts),
                ok=round(fared[a, b][0], 2),
                bad=round(fared[a, b][1], 2),
            )
            for (a, b), f in sorted(fragments.items())
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
            _more_days(pair.days, p.days)
            pair.homes.add(home)
            pair.p = max(pair.p, p.p)
            into.chain.edge(p.heard, p.to, p.sessions)
            into.chain.end(p.to, into.fared[p.to].ok if p.to in into.fared else 0.0, 0.0)
            into.fared.setdefault(p.to, Fared()).meanings[p.meaning] += p.sessions
            into.fared.setdefault(p.heard, Fared())
        for f in counts.fragments:
            fragment = into.fragments.setdefault((f.before, f.after), Fragment())
            fragment.sessions += f.sessions
            if len(fragment.texts) < MOST_TEXTS:
                fragment.texts |= {f"{home}:{k}" for k in range(min(f.texts, 5))}
            _more_days(fragment.days, f.days)
            fragment.ok, fragment.bad = fragment.ok + f.ok, fragment.bad + f.bad
            fragment.homes.add(home)
    return homes


def _names(home: Home | None) -> tuple[str, ...]:
    if home is None:
        return ()
    return tuple({plain(n) for e in home.entities.values() for n in (e.name, *e.aliases)} - {""})


def _more_days(days: set[int], n: int) -> None:
    """Days of another home are days of their own; as many are kept as of one home."""
    days |= {-(len(days) + k + 1) for k in range(min(n, 3, KEPT_DAYS - len(days)))}


def _private(heard: str, to: str, names: tuple[str, ...]) -> bool:
    """Whether either side holds a name of this home, or what was really said a word that nobody is known to say to an assistant. What was
    misheard may be any word: nobody said it."""
    rare = any(w.isalpha() and w not in _USUAL and not house_word(w) and usual(w) == 0 for w in to.split())
    return rare or any(f" {name} " in f" {text} " for name in names for text in (heard, to))


def _meaning(evidence: Evidence, text: str) -> str:
    """The intent alone: targets are a home's own."""
    fared = evidence.fared.get(text)
    return fared.meanings.most_common(1)[0][0].split("|", 1)[0] if fared and fared.meanings else ""
