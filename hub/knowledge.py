"""Everything learned, as one frozen, versioned snapshot that a turn only reads. Knows its stored form; not how anything is learned."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import msgspec

from devices.home import EMPTY
from hub.keeping.store import Store
from models.said import Habit


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One learned rewrite: a whole text, or a fragment of any text, and what was meant by it."""

    id: str
    """Stable over versions: a digest of what it rewrites to what, and where."""
    kind: str
    """text · fragment"""
    heard: str
    """Plain form of what is heard."""
    to: str
    source: str
    """markov · personal · global"""
    home: str | None = None
    """Whose home; None for every home."""
    person: str | None = None
    """Who must be speaking; None for everybody."""
    when: str = "always"
    """always · failed (only where what was heard could not be done)"""
    status: str = "live"
    """live · refused · blocked"""
    why: str = ""
    p: float = 0.0
    """Probability that the rewrite does better than what was heard."""
    sessions: int = 0
    days: int = 0
    wins: float = 0.0
    """Times it was used, or its target said, with success; decayed."""
    losses: float = 0.0
    passed_ok: float = 0.0
    """Times the text was taken as heard, with success; decayed."""
    passed_bad: float = 0.0
    since: str = ""
    until: str = ""
    """Blocked until (ISO 8601); `never` for the owner's own block."""
    blocks: int = 0
    """How often it was blocked: each time doubles the next."""
    examples: tuple[str, ...] = ()
    """Ids of turns that are its evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """What somebody taught in so many words."""

    id: str
    kind: str
    """phrase (when I say X do Y) · name (X is Y) · preference · meant (that text, corrected)"""
    key: str
    """Plain form of X; `{slot}` stands for any area or entity name."""
    value: str
    """Y as text: the request, the name, what is liked."""
    home: str | None = None
    person: str | None = None
    at: str = ""
    turn: str | None = None
    by: str | None = None
    """Who taught it, whoever it is for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Routine:
    """A habit found in the journal, with the evidence that the owner sees."""

    id: str
    kind: str
    """sequence · time · preference"""
    when: Mapping[str, Any]
    then: Mapping[str, Any]
    p: float
    support: int
    proposed: bool = False
    home: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A request that this home made with success: the personal index."""

    text: str
    home: str | None
    n: float
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What a version holds, in its stored form."""

    rules: tuple[Rule, ...] = ()
    taught: tuple[Taught, ...] = ()
    routines: tuple[Routine, ...] = ()
    said: tuple[Said, ...] = ()
    words: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By home ("" if unnamed): words of requests that worked as heard, with counts."""
    misheard: Mapping[str, Mapping[str, Mapping[str, int]]] = field(default_factory=dict)
    """By home: words as heard → words as they were then said with success → in how many sessions. No rule: a hint to the search."""
    cannot: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """By home: requests that were declined again and again and never said another way → the log-odds of that, had they been misheard."""
    blocked: Mapping[str, str] = field(default_factory=dict)
    """Rewrite id → blocked until (ISO 8601, or `never`)."""
    blocks: Mapping[str, int] = field(default_factory=dict)
    allowed: tuple[str, ...] = ()
    """Rewrite ids that the owner allowed by hand."""
    off: tuple[str, ...] = ()
    """Persons for whom nothing is learned; `*` for everybody."""
    report: Mapping[str, Any] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    """P(defect | signal), measured in this journal."""
    lean: Mapping[str, float] = field(default_factory=dict)
    """Kind of thing → share of the likeliest reading's probability from which on the second one is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """Read-only during a turn; `version` 0 is nothing learned."""

    version: int = 0
    learned: Learned = Learned()
    texts: Mapping[str, tuple[Rule, ...]] = field(default_factory=lambda: EMPTY)
    """Whole-text rules by plain text."""
    fragments: Mapping[str, tuple[Rule, ...]] = field(default_factory=lambda: EMPTY)
    """Fragment rules by their first word."""
    phrases: Mapping[str, tuple[Taught, ...]] = field(default_factory=lambda: EMPTY)
    """Taught phrases without slots, by plain text."""
    worked: frozenset[tuple[str | None, str]] = frozenset()
    """(home, text) of the personal index."""

    def habits_for(self, home: str | None, person: str | None = None) -> tuple[Habit, ...]:
        """What the reader's re-ranker takes from the routines of this home: everybody's, and this person's."""
        found = [
            Habit(kind=r.kind, when=r.when, then=r.then, p=r.p, support=r.support, person=r.person)
            for r in self.learned.routines
            if (r.home is None or home is None or r.home == home) and (r.person is None or r.person == person)
        ]
        for taught in self.learned.taught:
            if (
                taught.kind == "preference"
                and taught.value.startswith("like ")
                and self.applies(taught, home, person)
                and _plays(taught.key)
            ):
                liked = {"search_query": taught.value.removeprefix("like ").removesuffix(" music")}
                then = {"intent": "HassMediaSearchAndPlay", "slots": liked}
                found.append(
                    Habit(
                        kind="preference", when={"intent": then["intent"]}, then=then, p=0.95, support=TAUGHT_COUNTS, person=taught.person
                    )
                )
        return tuple(found)

    def applies(self, item: Rule | Taught, home: str | None, person: str | None) -> bool:
        """Whether something learned is meant for this home and this speaker."""
        return (item.home is None or item.home == home) and (item.person is None or item.person == person)

    def blocked(self, rule_id: str, now: datetime) -> bool:
        until = self.learned.blocked.get(rule_id)
        return until is not None and (until == "never" or datetime.fromisoformat(until) > now)


NOTHING = Knowledge()
MOST_VERSIONS = 30
TAUGHT_COUNTS = 20
"""What was said in so many words weighs as much as so many times of doing it."""


def _plays(key: str) -> bool:
    """Whether a liking says what to play, by the key it was taught under."""
    kind = key.split(":", 1)[0]
    return kind in ("liking", "music", "genre", "song", "artist", "band", "singer", "composer", "kind of music", "music genre")


def digest(*parts: str | None) -> str:
    """A short stable id of what is learned."""
    return hashlib.blake2b("\x1f".join(p or "" for p in parts).encode(), digest_size=5).hexdigest()


def assemble(version: int, learned: Learned) -> Knowledge:
    """Makes the lookups that turns use: what is live only."""
    texts: dict[str, list[Rule]] = {}
    fragments: dict[str, list[Rule]] = {}
    for rule in learned.rules:
        if rule.status != "live":
            continue
        if rule.kind == "text":
            texts.setdefault(rule.heard, []).append(rule)
        else:
            fragments.setdefault(rule.heard.split(" ", 1)[0], []).append(rule)
    phrases: dict[str, list[Taught]] = {}
    for taught in learned.taught:
        if taught.kind in ("phrase", "meant"):
            phrases.setdefault(taught.key, []).append(taught)
    return Knowledge(
        version=version,
        learned=learned,
        texts={k: tuple(v) for k, v in texts.items()},
        fragments={k: tuple(v) for k, v in fragments.items()},
        phrases={k: tuple(v) for k, v in phrases.items()},
        worked=frozenset((s.home, s.text) for s in learned.said),
    )


_kept: dict[tuple[str, int, str], Knowledge] = {}
_KEPT = 4


def load(store: Store, version: int | None = None) -> Knowledge:
    """The active version (or the one asked for); NOTHING where there is none. The last few are kept in memory: a turn pays microseconds."""
    versions = store.knowledge_versions()
    wanted = [v for v in versions if (v["active"] if version is None else v["version"] == version)]
    if not wanted:
        return NOTHING
    key = (str(store.path), int(wanted[-1]["version"]), str(wanted[-1]["at"]))
    known = _kept.get(key)
    if known is None:
        found = store.knowledge(key[1])
        if found is None:
            return NOTHING
        known = assemble(found[0], msgspec.convert(found[1], Learned, strict=False))
        while len(_kept) >= _KEPT:
            del _kept[next(iter(_kept))]
        _kept[key] = known
    return known


def save(store: Store, learned: Learned, *, at: datetime, note: str) -> int:
    """Writes a new version and makes it the active one; the teachings in it are those of the store's own table now. Returns the version."""
    taught = tuple(taught_from(row) for row in store.taught())
    version = store.add_knowledge(msgspec.to_builtins(replace(learned, taught=taught)), at=at, note=note)
    old = [int(v["version"]) for v in store.knowledge_versions()][:-MOST_VERSIONS]
    if old:
        store.drop_knowledge(old)
    return version


def rollback(store: Store, version: int) -> bool:
    """Makes an earlier version the active one, teachings included (0: nothing learned); False if there is no such version."""
    if version == 0:
        for row in store.taught():
            store.remove_taught(row["id"])
        return store.use_knowledge(0)
    found = store.knowledge(version)
    if found is None:
        return False
    learned = msgspec.convert(found[1], Learned, strict=False)
    with store.writing():
        for row in store.taught():
            store.remove_taught(row["id"])
        for row in taught_rows(learned.taught):
            store.put_taught(
                row["id"], {k: v for k, v in row.items() if k != "id"}, at=datetime.fromisoformat(row["at"]), person=row["person"]
            )
        store.use_knowledge(version)
    return True


def taught_from(row: Mapping[str, Any]) -> Taught:
    """The record of a stored teaching."""
    return msgspec.convert({k: v for k, v in row.items() if k in Taught.__dataclass_fields__}, Taught)


def taught_rows(items: Iterable[Taught]) -> list[dict[str, Any]]:
    """Teachings as they are stored and listed."""
    rows: list[dict[str, Any]] = msgspec.to_builtins(list(items))
    return rows
