"""What is learned at once, without waiting for the night: an explicit correction, and a rewrite that goes wrong in use.
Knows the last turns only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from devices.home import Home
from hub.keeping.store import Store
from hub.knowledge import digest, load, save
from hub.learning import gate, rephrase
from hub.learning.signals import Judged, observe, request_span, row_of, sessions, weigh
from hub.learning.sound import plain
from hub.learning.tally import Arm
from hub.learning.taught import store_taught
from hub.turn import Turn
from models.said import Interpretation, Past

Read = Callable[[str], Interpretation]

WINDOW_S = 60.0
WORKED = 3
"""Times a text worked as heard before one correction no longer changes it for good."""


def after(turn: Turn, store: Store, now: datetime, home: Home, read: Read | None) -> bool:
    """Learns from what the newest turn shows of the ones before; True if the knowledge changed."""
    answered = _answered(turn, store, now, home)
    return bool(answered | _watched(store, now) | (read is not None and _corrected(turn, store, now, home, read)))


def _answered(turn: Turn, store: Store, now: datetime, home: Home) -> bool:
    """The answer to "did you mean …?" is feedback on that turn: after a yes the words mean it for this speaker."""
    past = turn.context.recent[-1] if turn.context is not None and turn.context.recent else None
    meant = turn.interpretation
    if past is None or past.code != "did_you_mean" or not past.offer or meant is None or len(meant.frames) != 1:
        return False
    frame, heard, to = meant.frames[0], request(past.heard), plain(str(past.offer.get("text") or ""))
    if not heard or not to or not frame.source.startswith("context/history"):
        return False
    if past.id is not None:
        store.set_feedback(past.id, explicit="no" if frame.intent == "HubNo" else "yes")
    if frame.intent == "HubNo":
        known = load(store).learned
        pair = gate.pair_id(heard, to)
        n = known.blocks.get(pair, 0)
        until = (now + timedelta(days=gate.LIMITS.block_days * 2**n)).isoformat()
        learned = replace(known, blocked={**known.blocked, pair: until}, blocks={**known.blocks, pair: n + 1})
        save(store, learned, at=now, note=f"{heard} did not mean {to}")
        return True
    if _guest(turn, store):
        return False

    person = turn.opening.person
    taught = {"kind": "meant", "key": heard, "value": to, "turn": past.id}
    return store_taught(store, taught, now=now, home=home, person=person, note="asked and confirmed")


def _guest(turn: Turn, store: Store) -> bool:
    """Whether somebody unknown spoke where speakers are known: what a guest says changes nothing."""
    from hub.learning.nightly import speakers_known

    return turn.opening.person is None and speakers_known(store)


def _corrected(turn: Turn, store: Store, now: datetime, home: Home, read: Read) -> bool:
    """After "no, I meant the floor lamp" the words before it mean that from now on, for this speaker."""
    said, meant, context = turn.utterance, turn.interpretation, turn.context
    if (
        said is None
        or meant is None
        or context is None
        or not meant.frames
        or not context.recent
        or turn.decision is None
        or turn.decision.kind not in ("act", "answer")
    ):
        return False
    start, end = request_span(said.text)
    if start == 0 or not said.text[:start].lower().strip(" ,.").startswith(
        ("no", "i meant", "i mean", "not ", "wrong", "that's", "i said", "actually")
    ):
        return False
    last = context.recent[-1]
    if last.at is not None and (now - last.at).total_seconds() > WINDOW_S:
        return False
    heard, words = plain(last.heard), plain(said.text[start:end])
    if not heard or not words or heard == words:
        return False
    value = _as_meant(heard, words, meant, last, read)
    if value is None or gate.wording(heard, value) or _worked(store, heard) >= WORKED or _guest(turn, store):
        return False

    return store_taught(
        store,
        {"kind": "meant", "key": heard, "value": value, "turn": turn.id},
        now=now,
        home=home,
        person=turn.opening.person,
        note="corrected",
    )


def _as_meant(heard: str, words: str, meant: Interpretation, last: Past, read: Read) -> str | None:
    """The whole request that the correction stands for: the words alone, or put in the place of what they correct."""
    best: tuple[float, int, str] | None = None
    for text in dict.fromkeys(_put_in(heard, words, last)):
        reading = read(text)
        if reading.accepted and gate.same(reading, meant):
            mine = (round(reading.confidence, 1), -len(text.split()), text)
            best = mine if best is None or mine[:2] > best[:2] else best
    if best is not None:
        return best[2]
    alone = read(words)
    return words if len(words.split()) >= 3 and alone.accepted and alone.confidence >= 0.9 and gate.same(alone, meant) else None


def _put_in(heard: str, words: str, last: Past) -> Iterator[str]:
    name = plain(str(last.slots.get("name") or last.slots.get("area") or ""))
    bare = words.removeprefix("the ").removeprefix("in the ")
    if name and f" {name} " in f" {heard} ":
        yield f" {heard} ".replace(f" {name} ", f" {bare} ", 1).strip()
    parts = heard.split()
    for length in (1, 2, 3):
        for k in range(len(parts) - length, 0, -1):
            yield " ".join([*parts[:k], *bare.split(), *parts[k + length :]])


def _worked(store: Store, heard: str) -> int:
    good = 0
    for data in store.turns(last=400):
        if plain(str(data.get("heard") or "")) == heard and data.get("decision") in ("act", "answer"):
            feedback = data.get("feedback") or {}
            good += not (feedback.get("undone") or feedback.get("explicit") == "no" or feedback.get("barge_in_ms") is not None)
    return good - 1


def _watched(store: Store, now: datetime) -> bool:
    """Blocks a rewrite after two defects in a row, as soon as the second shows. True if something was blocked."""
    rows = store.turns(last=8)
    if not any((r.get("rewrite") or {}).get("id") for r in rows):
        return False
    record: dict[str, dict[str, Any]] = store.get("watch", {})
    changed = False
    for judged in judge_rows(rows):
        row = judged.row
        if row.rewrite_id is None:
            continue
        bad, good = judged.defect >= 0.5, judged.success >= 1.0
        mine = record.setdefault(row.rewrite_id, {})
        if (bad or good) and mine.get(row.id) != [row.at, good]:
            mine[row.id] = [row.at, good]
            changed = True
    if not changed:
        return False
    arms = {rule_id: Arm(outcomes=sorted((float(at), bool(good)) for at, good in seen.values())) for rule_id, seen in record.items()}
    for data in rows:
        used = data.get("rewrite") or {}
        arm = arms.get(str(used.get("id")))
        if arm is not None:
            arm.heard, arm.to = request(str(data.get("heard") or "")), plain(str(used.get("to") or ""))
    known = load(store)
    learned, blocked = gate.watch(known.learned, arms, now)
    store.put("watch", {rule_id: dict(sorted(seen.items(), key=lambda s: s[1][0])[-12:]) for rule_id, seen in record.items()})
    if not blocked:
        return False
    learned = replace(learned, rules=gate.with_blocks(learned.rules, learned, now))
    save(store, learned, at=now, note=f"blocked {', '.join(blocked)}: it went wrong in use")
    return True


def request(heard: str) -> str:
    """The plain request in what was heard."""
    start, end = request_span(heard)
    return plain(heard[start:end])


def judge_rows(rows: list[Mapping[str, Any]] | list[dict[str, Any]]) -> list[Judged]:
    """The judged turns of a few stored rows."""
    out: list[Judged] = []
    for session in sessions(row_of(r) for r in rows):
        judged = observe(session)
        rephrase.link(judged)
        weigh(judged)
        for i in range(len(judged) - 1, -1, -1):
            judged[i].best = rephrase.best(judged, i)
        out += judged
    return out


def pair_id(kind: str, heard: str, to: str, home: str | None) -> str:
    """The id of a rewrite that was found while a turn waited."""
    return digest(kind, heard, to, home)
