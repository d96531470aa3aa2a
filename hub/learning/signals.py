"""What the journal shows of how each turn went: the signals of a defect and their weight. Knows journal rows; no rewrite and no model.

Signals after Park et al. 2010.12251 and the speech-interruption cues of the article: hard failure, barge-in by class, undo, repetition,
rephrase, correcting words, termination, explicit answers. They are joined by a noisy-OR whose weights are P(defect | signal), estimated
from explicit answers alone and Beta-smoothed towards the defaults below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hub.learning.sound import plain

GAP_S = 45.0
"""Silence that ends a session, seconds."""
QUIET_S = 60.0
"""Quiet after a turn that counts as success, seconds."""
UNDO_S = 20.0
AT_ONCE_S = 1.0
"""Turns nearer than this are no conversation (a batch of questions): nobody hears, judges and says it again so fast."""
STOP_MS = 3000
LONGEST = 60
"""Turns in one session at most: an endless stream of requests is cut, so that work stays linear."""

WEIGHTS: Mapping[str, float] = {
    "hard_fail": 0.93,
    "action_error": 0.9,
    "explicit_no": 0.97,
    "barge_in_stop": 0.75,
    "barge_in_rephrase": 0.93,
    "barge_in": 0.15,
    "undone": 0.92,
    "state_reversed": 0.85,
    "rephrase": 0.9,
    "repetition": 0.6,
    "correcting": 0.9,
    "termination": 0.4,
    "gave_up": 0.1,
}
PRIOR = 8.0
"""Pseudo-answers behind each default weight."""

_LEAD = re.compile(
    r"^(?:(?:no|nope|nah|wrong|sorry|ugh|hey|argh|oh|stop|wait|actually|look|listen)\b[\s,.!;:—-]*)*"
    r"(?:(?:that'?s|that is|that was|it'?s|this is) (?:not (?:it|right|what i (?:said|meant|asked(?: for)?|wanted))|wrong)[\s,.!;:—-]*)?"
    r"(?:(?:no|not that(?: one)?)\b[\s,.!;:—-]*)*"
    r"(?:(?:but |and )?(?:what )?i (?:said|meant|mean|asked(?: you)?(?: to)?|wanted(?: you)?(?: to)?|told you(?: to)?|was saying|"
    r"am saying|repeat)(?: is| was| to say)?\b[\s,.!;:—-]*)*"
    r"(?:(?:let me (?:try|say that|rephrase that|repeat that)(?: again)?|again|once more|i'?ll (?:say it|try) again)\b[\s,.!;:—-]*)*",
    re.IGNORECASE,
)
_TAIL = re.compile(r"[\s,]*(?:\bi said|\bi meant|\bplease listen|\bthis time|\bcan you hear me)[\s.!?]*$", re.IGNORECASE)
_CORRECTS = re.compile(
    r"^\W*(?:no\b|nope\b|wrong\b|not (?:that|the)\b|i (?:said|meant|mean)\b|that'?s (?:wrong|not)|actually\b)", re.IGNORECASE
)
_STOPS = re.compile(
    r"^\W*(?:(?:please )?(?:stop|cancel|never ?mind|forget it|shut up|quiet|enough|leave it|no|nope|wrong|don'?t)(?: (?:it|that|"
    r"this|please|thanks?|thank you))*)\W*$",
    re.IGNORECASE,
)
_THANKS = re.compile(r"^\W*(?:thanks?|thank you|great|perfect|good|nice|well done|cheers|lovely|awesome)\b", re.IGNORECASE)
_TOGGLED = frozenset(("HassStartTimer", "HassCancelTimer", "HassPauseTimer", "HassUnpauseTimer", "HassIncreaseTimer", "HassDecreaseTimer"))
_NOT_MEANT = frozenset(
    (
        "did_you_mean",
        "no_intent_match",
        "no_valid_targets",
        "missing_value",
        "ambiguous",
        "not_understood",
        "no_such_device",
        "not_for_me",
        "low_confidence",
    )
)


@dataclass(slots=True)
class Row:
    """What a turn of the journal says to the learner. Plain, made once, never changed."""

    id: str
    at: float
    """Seconds since the epoch."""
    day: int
    """Local day number."""
    minute: int
    """Local minute of the day."""
    home: str | None
    person: str | None
    room: str | None
    heard: str
    text: str
    """Plain form of what was heard, without a lead such as "no, I said"."""
    span: tuple[int, int]
    """Where the request stands in `heard`."""
    corrects: bool
    """Begins with correcting words."""
    intent: str | None
    slots: Mapping[str, Any]
    targets: tuple[str, ...]
    meaning: str
    """A key that is equal for turns that mean the same; empty where nothing was understood."""
    decision: str | None
    code: str | None
    hard: bool
    """Not understood, or cannot be done."""
    error: bool
    """Understood, and the device did not do it."""
    done: bool
    """Acted or answered."""
    barge_ms: float | None
    explicit: str | None
    undone: bool
    rewrite_id: str | None
    rewrite_to: str | None
    raw: Mapping[str, Any]
    """The whole turn, for the few readers that need more."""


@dataclass(slots=True)
class Judged:
    """One turn and what its session says of it."""

    row: Row
    signals: tuple[str, ...] = ()
    defect: float = 0.0
    """Noisy-OR of the signals."""
    success: float = 0.0
    """0 where nothing is known: silence is not success, quiet after a deed is."""
    reversed: bool = False
    links: dict[int, float] = field(default_factory=dict)
    """Position of a later turn in the session → P(it rephrases this one)."""
    best: int | None = None
    """Position of the last later turn that said it right, with success."""
    goal: int = 0


def request_span(heard: str) -> tuple[int, int]:
    """Where the request stands in what was heard, without "no, I said" before it or "I said" after it."""
    start = _LEAD.match(heard).end()  # type: ignore[union-attr]
    tail = _TAIL.search(heard, start)
    end = tail.start() if tail else len(heard)
    while end > start and heard[end - 1] in " \t.,!?;":
        end -= 1
    while start < end and heard[start] in " \t,.!;:":
        start += 1
    if end <= start:
        return 0, len(heard)
    return start, end


def meaning(frames: Iterable[Mapping[str, Any]]) -> str:
    """A key that is equal for readings that do the same: intent, targets (names where there are none), values."""
    parts = []
    for frame in frames:
        targets = frame.get("targets") or ()
        slots = frame.get("slots") or {}
        drop = ("name", "area", "floor", "domain", "device_class", "preferred_area_id") if targets else ("preferred_area_id",)
        values = ",".join(f"{k}={value_key(slots[k])}" for k in sorted(slots) if k not in drop and slots[k] is not None)
        parts.append(f"{frame.get('intent')}|{'+'.join(sorted(map(str, targets)))}|{values}")
    return ";".join(parts)


def value_key(value: object) -> str:
    """A slot value as a key: 40, 40.0 and "40" are one."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:g}"
    text = str(value).lower().strip()
    return f"{float(text):g}" if text.replace(".", "", 1).lstrip("-").isdigit() else text


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def row_of(turn: Mapping[str, Any]) -> Row:
    """A journal turn (Turn JSON with `home` and `person`; any part may be missing) as the learner reads it. ValueError without a time."""
    at = datetime.fromisoformat(str(turn["at"]))
    heard = str(turn.get("heard") or "")
    span = request_span(heard)
    frames = [f for f in turn.get("frames") or () if isinstance(f, Mapping) and f.get("intent")]
    intent = turn.get("intent") or (frames[0].get("intent") if frames else None)
    slots = turn.get("slots") or {}
    targets = tuple(str(t) for t in turn.get("targets") or ())
    if not frames and intent:
        frames = [{"intent": intent, "slots": slots, "targets": targets}]
    decision, code = turn.get("decision"), turn.get("code")
    actions = [a for a in turn.get("actions") or () if isinstance(a, Mapping)]
    error = code in ("unavailable", "timed_out", "refused") or any(
        a.get("status") in ("unavailable", "refused", "timed_out") for a in actions
    )
    hard = not error and (decision in ("decline", None) or (decision in ("answer", "ask") and code in _NOT_MEANT and code != "ambiguous"))
    feedback = turn.get("feedback") or {}
    rewrite = turn.get("rewrite") or {}
    explicit = feedback.get("explicit")
    return Row(
        id=str(turn.get("id")),
        at=at.timestamp(),
        day=at.toordinal(),
        minute=at.hour * 60 + at.minute,
        home=turn.get("home"),
        person=turn.get("person"),
        room=turn.get("room"),
        heard=heard,
        text=plain(heard[span[0] : span[1]]),
        span=span,
        corrects=bool(_CORRECTS.match(heard)) and span[0] > 0,
        intent=intent,
        slots=slots if isinstance(slots, Mapping) else {},
        targets=targets,
        meaning=meaning(frames) if not hard else "",
        decision=decision,
        code=code,
        hard=hard,
        error=error,
        done=decision in ("act", "answer") and not hard and not error,
        barge_ms=_number(feedback.get("barge_in_ms")),
        explicit=str(explicit).lower() if explicit is not None else None,
        undone=bool(feedback.get("undone")),
        rewrite_id=str(rewrite["id"]) if rewrite.get("id") else None,
        rewrite_to=plain(str(rewrite["to"])) if rewrite.get("to") else None,
        raw=turn,
    )


def sessions(rows: Iterable[Row], gap_s: float = GAP_S) -> Iterator[list[Row]]:
    """Groups rows (in order of time; homes may be mixed) into sessions: one home, pauses of at most `gap_s`."""
    open_: dict[str | None, list[Row]] = {}
    for row in rows:
        now = open_.get(row.home)
        if now is not None and (row.at - _end(now[-1]) > gap_s or row.at < now[-1].at or len(now) >= LONGEST):
            yield now
            now = None
        if now is None:
            open_[row.home] = [row]
        else:
            now.append(row)
    yield from open_.values()


def _end(row: Row) -> float:
    """When the exchange was over: the reply's length is part of it, as far as it is known."""
    ms = _number(row.raw.get("reply_audio_ms")) or 0.0
    if row.barge_ms is not None:
        ms = min(ms, row.barge_ms) if ms else row.barge_ms
    return row.at + min(max(ms, 0.0), 20000.0) / 1000


def _harmless(row: Row) -> bool:
    """Whether the interruption was classed (hub.interruption) as one that says nothing against the turn."""
    known = (row.raw.get("feedback") or {}).get("barge_in")
    return isinstance(known, Mapping) and known.get("class") in ("impatience", "unrelated", "noise")


def stops(text: str) -> bool:
    """Whether the words only stop, cancel or reject."""
    return bool(_STOPS.match(text))


def observe(session: Sequence[Row], reversals: Mapping[str, float] | None = None, quiet_s: float | None = None) -> list[Judged]:
    """The signals that each turn's own record and the next turns carry, all but the rephrase.
    `reversals`: turn id → seconds until its state was undone."""
    out = []
    for i, row in enumerate(session):
        found: list[str] = []
        after = session[i + 1] if i + 1 < len(session) else None
        if after is not None and after.at - row.at < AT_ONCE_S:
            after = None
        gap = after.at - row.at if after is not None else (quiet_s if quiet_s is not None else QUIET_S)
        if row.error:
            found.append("action_error")
        elif row.hard:
            found.append("hard_fail")
        if row.explicit == "no":
            found.append("explicit_no")
        if row.undone or (after is not None and after.intent == "HubUndo" and gap <= UNDO_S * 2):
            found.append("undone")
        back = (reversals or {}).get(row.id)
        if back is not None and back <= UNDO_S and row.intent not in _TOGGLED:
            found.append("state_reversed")
        if after is not None:
            stop = stops(after.heard)
            if row.barge_ms is not None and not _harmless(row):
                found.append("barge_in_stop" if stop and row.barge_ms <= STOP_MS else "barge_in")
            elif stop and gap <= 8:
                found.append("termination")
            if after.corrects or (stop and re.match(r"^\W*(?:no|nope|wrong)\b", after.heard, re.IGNORECASE)):
                found.append("correcting")
            if after.text == row.text and row.text and not stop:
                found.append("repetition")
        elif row.barge_ms is not None and not _harmless(row):
            found.append("barge_in")
        if row.decision == "ignore":
            found.append("gave_up")
        thanked = row.explicit == "yes" or (after is not None and bool(_THANKS.match(after.heard)))
        judged = Judged(row=row, signals=tuple(found), reversed="state_reversed" in found)
        if row.done and not found:
            judged.success = 1.0 if thanked or gap >= QUIET_S else 0.7
        elif row.done and row.explicit == "yes":
            judged.success = 1.0
        out.append(judged)
    return out


def weigh(judged: list[Judged], weights: Mapping[str, float] = WEIGHTS) -> None:
    """Sets each turn's defect from its signals, the rephrase now among them; an explicit yes wins over everything implicit."""
    for turn in judged:
        found = list(turn.signals)
        linked = max(turn.links.values(), default=0.0)
        if linked >= 0.5 and "rephrase" not in found:
            found.append("rephrase")
            if "barge_in" in found:
                found[found.index("barge_in")] = "barge_in_rephrase"
        left = 1.0
        for name in dict.fromkeys(found):
            weight = weights.get(name, WEIGHTS.get(name, 0.0))
            left *= 1.0 - weight * (linked if name == "rephrase" else 1.0)
        turn.signals = tuple(dict.fromkeys(found))
        turn.defect = min(1.0 - left, 0.05) if turn.row.explicit == "yes" else 1.0 - left
        if turn.row.done and turn.row.explicit != "yes":
            if turn.defect >= 0.5:
                turn.success = 0.0
            elif turn.defect > 0.05 and turn.success == 0.0:
                turn.success = 0.5 * (1.0 - turn.defect)


def calibrate(counts: Mapping[str, tuple[float, float]]) -> dict[str, float]:
    """P(defect | signal) from explicit answers: `counts` is signal → (answered no, answered yes); Beta-smoothed to the defaults."""
    out = {}
    for name, default in WEIGHTS.items():
        bad, good = counts.get(name, (0.0, 0.0))
        out[name] = default if name == "explicit_no" else (bad + PRIOR * default) / (bad + good + PRIOR)
    return out


def reversals(states: Iterable[Mapping[str, Any]], acted: Mapping[str, list[tuple[float, str]]]) -> dict[str, float]:
    """Turn id → seconds until somebody put back what the turn had set. `acted`: entity → (time, turn id) in order of time."""
    before: dict[str, list[tuple[float, str]]] = {}
    out: dict[str, float] = {}
    for event in states:
        entity = str(event.get("entity_id"))
        if entity not in acted:
            continue
        at = datetime.fromisoformat(str(event["at"])).timestamp()
        past = before.setdefault(entity, [])
        value = str(event.get("state"))
        if event.get("cause") != "voice" and len(past) >= 2 and past[-1][1] != value and any(v == value for _, v in past[-3:-1]):
            for when, turn_id in reversed(acted[entity]):
                if 0 < at - when <= UNDO_S:
                    out.setdefault(turn_id, at - when)
                    break
        past.append((at, value))
        del past[:-4]
    return out


def local_day(moment: datetime) -> int:
    """Day number in the moment's own zone."""
    return moment.toordinal()


def days_ago(now: datetime, days: float) -> datetime:
    """So many days before now."""
    return now - timedelta(days=days)
