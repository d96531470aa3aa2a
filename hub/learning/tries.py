"""What a turn of the running hub tries: another reading, or a text without its rewrite, now and then. Knows a decided turn; sends nothing.

The odds, and what was drawn, are written on the turn (`explore`), so that every try can be judged afterwards. The draw is a digest of the
turn's id. Only the running hub tries: typed batches, files and dry runs never do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from hub.keeping import timers
from hub.knowledge import Knowledge, Rule
from hub.learning.explore import LEAST_SHARE, PER_DAY, Candidate, Choice, choose, passes
from hub.learning.lean import taken
from hub.learning.signals import value_key
from hub.turn import Rewrite, Turn
from models.said import Frame, Past

Decide = Callable[[Turn], Turn]

BACK = frozenset({
    "turn_on", "turn_off", "toggle", "volume_set", "volume_up", "volume_down", "volume_mute", "media_pause", "media_play", "play_media",
    "select_source", "set_percentage", "increase_speed", "decrease_speed", "oscillate",
})  # fmt: skip
"""Services of lights, fans and players after which "undo that" brings everything back."""
STARTED = frozenset({"HassStartTimer", "HubSetAlarm"})
"""What sets a timer or an alarm: it can be cancelled."""
USES = 20.0
"""Uses of a rewrite before its texts pass as heard now and then."""


def readings(turn: Turn, decide: Decide, lean: Mapping[str, float] | None = None, may: bool = True) -> Turn:
    """The turn decided by its best reading, or (rarely) by another. `explore` is on it where there was anything to choose.

    `lean`: which of two is taken, as the nights found (hub/learning/lean.py). The cap of one try a day is the caller's: see `allowed`;
    where nothing `may` be tried, the odds are 1.
    """
    decided = decide(turn)
    meant, now = turn.interpretation, turn.opening.at
    if meant is None or len(meant.frames) != 1 or not meant.rivals or meant.code is not None or turn.rewrite is not None:
        return decided
    best = meant.frames[0]
    if any(s in ("taught", "history", "confirmed") for s in meant.signals) or not safe(decided, best):
        return decided
    likely = min(best.score, max(f.score for f in meant.rivals) + meant.margin)
    others: dict[str, tuple[Frame, Turn]] = {}
    for frame in meant.rivals:
        if frame.code is None and frame.score >= LEAST_SHARE * likely and domain(frame) == domain(best) and named(frame) != named(best):
            other = decide(replace(turn, interpretation=replace(meant, frames=(frame,), rivals=(best,))))
            if safe(other, frame):
                others.setdefault(named(frame), (frame, other))
    options = [Candidate(id=key, p=frame.score, safe=True, domain=domain(frame)) for key, (frame, _) in others.items()]
    options = [Candidate(id=named(best), p=likely, safe=True, domain=domain(best)), *options]
    second = max(others, key=lambda k: others[k][0].score, default=named(best))
    ratio = others[second][0].score / likely if others and likely > 0 else 0.0
    leans = len(options) == 2 and taken(ratio, domain(best), lean or {})
    drawn = choose(options, turn=turn.id, now=now, explored_today=0 if may else PER_DAY, first=second if leans else named(best))
    if drawn is None or (drawn.propensity == 1.0 and not leans):
        return decided
    found = decided if drawn.id == named(best) else others[drawn.id][1]
    tried = odds(drawn, len(options), domain(best)) | {"ratio": round(min(1.0, ratio), 3), "rank": 1 if drawn.id == named(best) else 2}
    return replace(found, extra={**found.extra, "explore": tried})


def odds(drawn: Choice, among: int, kind: str) -> dict[str, Any]:
    """What a turn says of its draw."""
    return {"kind": "reading", "propensity": round(drawn.propensity, 6), "explored": drawn.explored, "among": among, "domain": kind}


def allowed(now: datetime, last: str, person: str | None, recent: Iterable[Past]) -> bool:
    """Whether this home has not tried anything today, and nobody speaks who is not one of those that usually do. `last`: day of the last
    try, ISO 8601."""
    known = {p.person for p in recent if p.person is not None}
    return last != now.date().isoformat() and not (known and person not in known)


def domain(frame: Frame) -> str:
    """The kind of thing that a reading is about: the domain of its targets, or timer, or alarm."""
    if frame.intent in timers.INTENTS:
        return "alarm" if "Alarm" in frame.intent else "timer"
    kinds = {t.partition(".")[0] for t in frame.targets}
    return kinds.pop() if len(kinds) == 1 else ""


def named(frame: Frame) -> str:
    """A reading as a key: what it would do."""
    drop = ("name", "area", "floor", "domain", "device_class", "preferred_area_id") if frame.targets else ()
    values = ",".join(f"{k}={value_key(v)}" for k, v in sorted(frame.slots.items()) if k not in drop)
    return f"{frame.intent}|{'+'.join(sorted(frame.targets))}|{values}"


def safe(turn: Turn, frame: Frame) -> bool:
    """Whether the decided turn acts, at once, and everything that it does can be taken back."""
    decision = turn.decision
    if decision is None or decision.kind != "act" or decision.code is not None:
        return False
    if frame.intent in timers.INTENTS:
        return frame.intent in STARTED and not decision.commands
    return bool(decision.commands) and all(
        str(c.service).partition(".")[2] in BACK and str(c.entity_id).partition(".")[0] in ("light", "fan", "media_player")
        for c in decision.commands
    )


def held(change: Rewrite, knowledge: Knowledge, turn_id: str) -> Mapping[str, Any] | None:
    """Thompson sampling between a rewrite and the text as it was heard, kept between 5 and 10 % for the text: the odds, and whether it
    is to pass as heard. None where the rewrite has no record yet, or the text never worked as heard: then there is nothing to find out."""
    rule = next((r for r in knowledge.learned.rules if r.id == change.id), None)
    if rule is None or not comparable(rule):
        return None
    share, passing = passes(rule.wins, rule.losses, rule.passed_ok, rule.passed_bad, f"{turn_id} {rule.id}")
    return {"kind": "rewrite", "rewrite": rule.id, "propensity": round(share if passing else 1 - share, 6), "explored": passing}


def comparable(rule: Rule) -> bool:
    return rule.wins + rule.losses >= USES and rule.passed_ok > 0

