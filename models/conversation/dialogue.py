"""What only makes sense in conversation or in a situation: answers, "it", "and the kitchen", "a bit more", "turn it down", "is it done?".

`candidates` is asked before the other readers. It resolves completely: its frames hold targets. Stateless; all context is handed in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import models.conversation.follow_up as follow_up
import models.situation.situational as situational
from devices.home import Home
from models.conversation.answers import CONFIRMED, to_question
from models.conversation.focus import focus, frames_of
from models.reading.mentions import plain
from models.said import Context, Frame
from models.situation import house_now
from models.situation.rerank import AMBIGUOUS, Ranked, rerank

__all__ = ["CONFIRMED", "candidates", "default_targets", "read"]

ANSWER = 0.96
"""From this score on a reading answers the hub's own question or is about the conversation itself: no written sentence goes before it."""
SURE = 0.93
"""Score of a reading that the situation or the conversation has decided."""

_META: tuple[tuple[str, str], ...] = (
    (
        "HubUndo",
        r"undo( that| it| this)?|(no )?(put|change|switch|turn|set) (it|that|them|everything) back( (how|to how|as|to what|"
        r"the way) it was( before)?)?|"
        r"(take|undo) that back|revert( that| it)?|(go )?back to how it was|take it back|reverse that|undo (the|my) last( \w+)?|"
        r"i did(nt| not) want that|restore it|"
        r"cancel (that|what you (just )?did)|as it was( before)?",
    ),
    (
        "HubAgain",
        r"(do|repeat) (that|it|this|the same)( thing)?( once more| again| one more time)|again|once more|one more time|same again|"
        r"do it again|encore|"
        r"do the same( thing)?( again)?|repeat (that|it|this) (action|command)|another one",
    ),
    (
        "HubRepeat",
        r"(can you )?(say|repeat) (that|it|this)( once more| again| please)?|say again|what did you (just )?say|pardon( me)?|"
        r"come again|what was that|"
        r"i did(nt| not) (hear|catch|get) (that|you)|repeat|sorry what|excuse me|repeat what you said|what|huh",
    ),
    (
        "HubWhatDidYouHear",
        r"what did (you|u) (just )?(hear|understand|think i said)|what (have|did) i (just )?(say|said)|what do you think i said|"
        r"what was heard",
    ),
    (
        "HubWhatDidYouDo",
        r"what did (you|u) (just )?do|what have you (just )?(done|changed)|what was (that|it) you did|what happened( just now)?|"
        r"what just happened|what did you (just )?(change|turn \w+|switch \w+)",
    ),
    (
        "HubWhy",
        r"why( (did|have|would) (you|u)( (just|not))?( (do|done|did|turn|switch|open|close|play|set|dim|lock|stop|start|change|say|"
        r"ask|answer)( \w+){0,5})?)?|"
        r"why is that|why that( one)?|how come|why was that|explain( (that|yourself|why))?|what made you do that|why not|why (didnt|"
        r"did you not)( you)?( \w+){0,3}",
    ),
    (
        "HassNevermind",
        r"never ?mind|forget (it|about it)|no never ?mind|dont bother|leave it|nothing|its nothing|cancel|scratch that|doesnt matter|"
        r"it doesnt matter|not now",
    ),
)
_CANCELS = {
    "HassStartTimer": "HassCancelTimer", "HubSetAlarm": "HubCancelAlarm", "HubSetReminder": "HubCancelReminder",
    "HassTimerStatus": "HassCancelTimer", "HubAlarmStatus": "HubCancelAlarm", "HubReminderStatus": "HubCancelReminder",
}  # fmt: skip
"""What "delete it" means after each."""
_COMPILED = tuple((intent, re.compile(pattern)) for intent, pattern in _META)


def candidates(text: str, home: Home, context: Context) -> list[Frame]:
    """Readings that lean on the conversation or on what is going on, best first, resolved and scored 0–1; [] if there is none.

    A first frame with code `ambiguous` holds all candidates in its targets: the hub should ask which.
    """
    ranked = read(text, home, context)
    if not ranked.order:
        return []
    first = ranked.order[0]
    source = first.source if first.source == CONFIRMED else f"context/{'+'.join(ranked.signals)}" if ranked.signals else "context"
    decided = ranked.margin >= AMBIGUOUS or first.code == "ambiguous" or len(ranked.order) == 1
    sure = decided and first.code != "no_valid_targets" and (first.score >= 0.3 or first.code == "ambiguous")
    score = max(first.score, SURE) if sure else min(first.score, 0.85)
    return [replace(first, source=source, score=score), *(replace(f, score=min(f.score, 0.6)) for f in ranked.order[1:])]


def read(text: str, home: Home, context: Context, *, without: frozenset[str] = frozenset()) -> Ranked:
    """As `candidates`, with the signals that decided, and the lead over the next reading."""
    said = plain(text)
    if not said or len(text) > 400:
        return Ranked(order=(), margin=0.0)
    if "history" in without:
        context = replace(context, recent=())
    answers = to_question(said, text, home, context)
    if answers:
        return Ranked(order=tuple(answers), signals=("history",), margin=1.0)
    meta = _meta(said, home, context)
    if meta is not None:
        return Ranked(order=(meta,), signals=("history",) if context.recent else (), margin=1.0)
    followed = follow_up.frames(said, text, home, context)
    if followed:
        ranked = rerank(followed, home, context, without=without)
        return replace(ranked, signals=tuple(dict.fromkeys((*ranked.signals, "history"))))
    return _situation(situational.frames(said, home, context), home, context, without)


def default_targets(frame: Frame, home: Home, context: Context) -> list[str]:
    """What a frame without targets can be done to: the room's, what plays, the house's only one; several if undecided."""
    return situational.default_targets(frame, home, context)


def _situation(found: Sequence[Frame], home: Home, context: Context, without: frozenset[str]) -> Ranked:
    if len(found) < 2:
        return Ranked(order=tuple(found), signals=_signals(found), margin=1.0 if found else 0.0)
    ranked = rerank(found, home, context, without=without)
    if not ranked.signals:
        ranked = replace(ranked, signals=("device_state",))
    first, second = ranked.order[0], ranked.order[1]
    if ranked.margin >= AMBIGUOUS or (first.intent == second.intent and set(first.targets) == set(second.targets)):
        return ranked
    close = [f for f in ranked.order if f.score > first.score - AMBIGUOUS]
    both = tuple(dict.fromkeys(t for f in close for t in f.targets))
    if len(both) < 2 or any(house_now.domain(t) in ("sensor", "binary_sensor") for t in both):
        return ranked
    asking = replace(first, targets=both, code="ambiguous")
    return replace(ranked, order=(asking, *ranked.order))


def _signals(found: Sequence[Frame]) -> tuple[str, ...]:
    return tuple(s for f in found[:1] for s in f.source.partition("/")[2].split("+") if s)


def _meta(said: str, home: Home, context: Context) -> Frame | None:
    for intent, pattern in _COMPILED:
        if not pattern.fullmatch(said):
            continue
        if intent == "HassNevermind":
            return _never_mind(said, context)
        if intent in ("HubRepeat", "HubAgain") and said in ("what", "huh", "repeat", "again", "another one") and not context.recent:
            return None
        past = focus(context) if intent in ("HubUndo", "HubAgain") else None
        if said == "cancel that" and past is not None and (past.intent or "").startswith(("HassStartTimer", "HubSet")):
            return _never_mind("cancel that", context)
        targets = past.targets if past is not None else ()
        return Frame(intent=intent, targets=tuple(targets), score=0.97, source="context/history" if context.recent else "context")
    if re.fullmatch(r"cancel (it|that|this)|stop (it|that)|forget that|drop it|delete (it|that)|remove (it|that)", said) and context.recent:
        past = context.recent[-1]
        if (past.intent or "") in _CANCELS:
            return _never_mind(said, context)
    return None


def _never_mind(said: str, context: Context) -> Frame:
    if any(t.get("ringing") for t in context.timers):
        return Frame(intent="HubStop", score=0.95, source="context/device_state")
    past = context.recent[-1] if context.recent else None
    if (
        past is not None
        and past.decision not in ("ask", "confirm")
        and past.intent in _CANCELS
        and said.startswith(("cancel", "scratch", "forget", "never", "stop", "drop", "delete", "remove"))
    ):
        kept = {k: v for k, v in past.slots.items() if k in ("name", "datetime", "message")}
        if past.intent == "HassStartTimer" and "name" not in kept:
            kept |= {f"start_{k}": v for k, v in past.slots.items() if k in ("hours", "minutes", "seconds")}
        return Frame(intent=_CANCELS[past.intent], slots=kept, score=0.95, source="context/history")
    return Frame(intent="HassNevermind", score=0.97, source="context/history" if past is not None else "context")


def last_frames(context: Context) -> tuple[Frame, ...]:
    """The frames of the last turn that was about something."""
    past = focus(context)
    return frames_of(past) if past is not None else ()
