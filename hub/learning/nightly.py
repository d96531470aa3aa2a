"""One learning run: the journal goes in, one new Knowledge version comes out, whole or not at all.
Knows the order of the steps, not their inside.

Linear in turns. The journal is read in pages and added up session by session; the new version is one row, so that a run that is killed
leaves everything as it was and the next run starts again from the journal.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from devices.home import Home
from hub.keeping.store import Store
from hub.knowledge import Learned, Rule, Said, load, save
from hub.learning import gate, habits, mine, names, rephrase, spans
from hub.learning import pool as pooling
from hub.learning.evidence import Evidence, cannot
from hub.learning.gate import LIMITS, Limits, Read
from hub.learning.informed import Informed
from hub.learning.lean import Tries, updated
from hub.learning.reread import read_again
from hub.learning.signals import GAP_S, WEIGHTS, Judged, Row, calibrate, observe, reversals, row_of, sessions, weigh
from hub.learning.vocabulary import vocabulary
from models.conversation.again import Again

SAMPLE = 20000
"""Turns at most that the signal weights are estimated from."""


NEWEST = 1000
SPEAKERS = 0.7
"""Share of turns with a known speaker from which on an unknown one is a guest."""


@dataclass(slots=True)
class Read_:
    """What was read of the journal."""

    turns: int = 0
    skipped: int = 0
    homes: Counter[str] = field(default_factory=Counter)


def judged_sessions(
    store: Store,
    *,
    weights: Mapping[str, float] = WEIGHTS,
    gap_s: float = GAP_S,
    since: datetime | str | None = None,
    seen: Read_ | None = None,
    off: Iterable[str] = (),
    back: Mapping[str, float] | None = None,
    network: Again | None = None,
) -> Iterator[list[Judged]]:
    """Every session of the journal, judged and linked, oldest first; rows that cannot be read are counted and left out."""
    count = seen if seen is not None else Read_()
    back = reversed_turns(store, since) if back is None else back
    silent = frozenset(off)
    for session in sessions(_rows(store, since, count, silent), gap_s):
        judged = observe(session, back)
        rephrase.link(judged, network)
        weigh(judged, weights)
        for i in range(len(judged) - 1, -1, -1):
            judged[i].best = rephrase.best(judged, i)
        yield judged


def _rows(store: Store, since: datetime | str | None, count: Read_, silent: frozenset[str]) -> Iterator[Row]:
    for data in store.iter_turns(since=since):
        try:
            row = row_of(data)
        except (KeyError, ValueError, TypeError, AttributeError, OverflowError):
            count.skipped += 1
            continue
        count.turns += 1
        count.homes[row.home or ""] += 1
        if row.person in silent or "*" in silent:
            continue
        yield row


def reversed_turns(store: Store, since: datetime | str | None = None) -> dict[str, float]:
    """Turns whose effect was put back by hand or app within seconds: turn id → seconds."""
    states = store.iter_states(since=since)
    first = next(states, None)
    if first is None:
        return {}
    acted: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for data in store.iter_turns(since=since):
        if data.get("decision") != "act":
            continue
        try:
            at = datetime.fromisoformat(str(data["at"])).timestamp()
        except (KeyError, ValueError):
            continue
        for entity in {str(a.get("entity_id")) for a in data.get("actions") or () if isinstance(a, Mapping)} | set(
            map(str, data.get("targets") or ())
        ):
            acted[entity].append((at, str(data.get("id"))))
    return reversals(store.iter_states(since=since), acted)


def speakers_known(store: Store) -> bool:
    """Whether most of the newest turns say who spoke: then a turn that does not is a guest's."""
    newest = store.turns(last=NEWEST)
    return bool(newest) and sum(t.get("person") is not None for t in newest) >= SPEAKERS * len(newest)


def measured_weights(store: Store, since: datetime | str | None, back: Mapping[str, float]) -> dict[str, float]:
    """P(defect | signal) from explicit answers in the newest part of the journal."""
    counts: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    n = 0
    for session in judged_sessions(store, since=since, back=back):
        for turn in session:
            if turn.row.explicit in ("yes", "no"):
                for name in turn.signals:
                    counts[name][turn.row.explicit == "yes"] += 1
        n += len(session)
        if n >= SAMPLE:
            break
    return calibrate({k: (v[0], v[1]) for k, v in counts.items()})


def learn(
    store: Store,
    *,
    now: datetime,
    home: Home | None = None,
    read: Read | None = None,
    limits: Limits = LIMITS,
    gap_s: float = GAP_S,
    pool: Path | None = None,
    pool_out: Path | None = None,
) -> dict[str, Any]:
    """Learns from the whole journal and makes the next version active. Returns the report that `hub learn --json` prints."""
    began = time.monotonic()
    before = load(store)
    read_again(store)
    since = store.get("from")
    back = reversed_turns(store, since)
    weights = measured_weights(store, since, back)
    seen = Read_()
    mine_id = home.id if home is not None else None
    every: dict[str, Evidence] = {}
    speakers = speakers_known(store)
    everybody = Evidence(now=now.timestamp(), guests=speakers)
    miner, tried = habits.Miner(), Tries()
    informed = Informed()
    network = spans.reader()
    for session in judged_sessions(
        store, weights=weights, gap_s=gap_s, since=since, seen=seen, off=before.learned.off, back=back, network=network
    ):
        name = session[0].row.home or ""
        if mine_id is None or name in ("", mine_id):
            own = every.get(name)
            if own is None:
                own = every[name] = Evidence(now=now.timestamp(), guests=speakers)
            own.add(session)
            miner.add(session)
            tried.add(session)
        everybody.add(session)
        informed.add(session)
    only = _own(every, mine_id)
    if pool_out is not None:
        pooling.write(pool_out, everybody, home)
    others = pooling.read(pool, everybody) if pool is not None else 0
    rules: list[Rule] = []
    said: list[Said] = []
    words: dict[str, dict[str, int]] = {}
    misheard: dict[str, dict[str, dict[str, int]]] = {}
    known = vocabulary(home) if home is not None else None
    informative = informed.good()
    if informative:
        for name in only:
            home_id = name or None
            rules += mine.checked(
                [
                    *mine.texts(every[name], home_id, limits, known),
                    *mine.fragments(every[name], home_id, limits, read),
                    *names.rules(every[name], home_id, home, read, limits),
                ],
                read,
                home,
            )
            said += mine.index(every[name], home_id)
            words[name] = {w: n for w, n in every[name].words.items() if n >= 2}
            misheard[name] = {heard: dict(meant) for heard, meant in every[name].misheard.items()}
        if len(seen.homes) + others >= limits.homes:
            mine_live = {(r.kind, r.heard) for r in rules if r.status == "live"}
            rules += [r for r in mine.checked(mine.pooled(everybody, limits), read, home) if (r.kind, r.heard) not in mine_live]
    learned = Learned(
        rules=tuple(rules),
        taught=before.learned.taught,
        routines=tuple(miner.found(only)),
        said=tuple(said),
        words=words,
        misheard=misheard,
        cannot={name: cannot(every[name]) for name in only},
        blocked=before.learned.blocked,
        blocks=before.learned.blocks,
        allowed=before.learned.allowed,
        off=before.learned.off,
        weights=weights,
        lean=updated(tried, before.learned.lean) if informative else before.learned.lean,
    )
    learned, blocked_now = gate.watch(learned, everybody.arms, now, limits)
    learned = replace(learned, rules=gate.with_blocks(learned.rules, learned, now))
    report = _report(before.learned, learned, seen, everybody, blocked_now, informative, now)
    learned = replace(learned, report=report)
    if seen.turns or before.version or any(rule.status == "live" for rule in rules):
        report["version"] = save(store, learned, at=now, note=f"learned from {seen.turns} turns")
    else:
        report["version"] = 0
    report["took_s"] = round(time.monotonic() - began, 2)
    return report


def _own(every: Mapping[str, Evidence], mine_id: str | None) -> list[str]:
    """The homes whose turns are this home's own: the home file's id and turns without one; without a home file, each for itself."""
    if mine_id is None:
        return list(every)
    own = [name for name in every if name in ("", mine_id)]
    return own


def _report(
    before: Learned, after: Learned, seen: Read_, pool: Evidence, blocked: list[str], informative: bool, now: datetime
) -> dict[str, Any]:
    was = {r.id for r in before.rules if r.status == "live"}
    live = [r for r in after.rules if r.status == "live"]
    refused = Counter(r.why for r in after.rules if r.status == "refused")
    return {
        "at": now.isoformat(),
        "turns": seen.turns,
        "skipped": seen.skipped,
        "sessions": pool.sessions,
        "homes": len(seen.homes),
        "tested": len(after.rules),
        "learned": sum(r.id not in was for r in live),
        "promoted": len(live),
        "always": sum(r.when == "always" for r in live),
        "refused": sum(refused.values()),
        "why_refused": dict(refused.most_common(8)),
        "rolled_back": len(blocked),
        "blocked": blocked,
        "withdrawn": len(was - {r.id for r in live}),
        "index": len(after.said),
        "habits": sum(r.kind != "preference" for r in after.routines),
        "taught": len(after.taught),
        "feedback_informative": informative,
        "trace_rate": round(pool.trace_rate(), 3),
    }
