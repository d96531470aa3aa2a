"""Undo, again, why, what did you hear, stop, no: decisions about the conversation itself. Reads the last turns; sends nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from devices.home import Home
from hub.decision import services, undo
from hub.decision.line import Line
from hub.decision.part import Part, plain
from hub.decision.sendable import checked
from hub.decision.timer_part import timer_part
from hub.keeping import timers as plans
from hub.saying import done
from models.conversation.answers import FEEDBACK
from models.said import Context, Frame

META = frozenset(
    {
        "HubWhatDidYouDo",
        "HubWhatDidYouHear",
        "HubWhy",
        "HubRepeat",
        "HubNo",
        "HubYes",
        "HubStop",
        "HubUndo",
        "HubAgain",
        "HubChoose",
        FEEDBACK,
    }
)
"""Intents that are about the conversation itself."""


def meta(frame: Frame, home: Home, context: Context, decided: Callable[[Frame], Part]) -> Part:
    """What a frame about the conversation comes to; `decided` says what an ordinary frame would, for "do that again"."""
    before = [p for p in context.recent if p.intent not in ("HubWhy", "HubWhatDidYouHear", "HubWhatDidYouDo", "HubRepeat")]
    last = before[-1] if before else None
    if frame.intent == "HubWhatDidYouHear":
        line: Line = ("answer.heard", {"value": last.heard}) if last is not None else ("answer.heard_nothing", {})
        return Part(kind="answer", lines=(line,))
    if frame.intent == "HubRepeat":
        said = context.recent[-1].reply if context.recent else ""
        return Part(kind="answer", lines=(("answer.repeat", {"value": said}),)) if said else plain("decline", "nothing_to_repeat")
    if frame.intent == "HubWhatDidYouDo":
        acts = next((p for p in reversed(before) if undo.acted(p)), None)
        return (
            Part(kind="answer", lines=(("answer.did", {"value": done.told(acts, home)}),))
            if acts is not None
            else plain("answer", "did_nothing")
        )
    if frame.intent == "HubWhy":
        return Part(kind="answer", lines=(done.why_line(last, home),)) if last is not None else plain("answer", "why_nothing")
    if frame.intent == "HubUndo":
        return _undo(frame, home, context)
    if frame.intent == "HubAgain":
        return _again(context, decided)
    if frame.intent == "HubStop":
        return _stop(frame, home, context)
    if frame.intent == FEEDBACK:
        answered = str(frame.slots.get("answer"))
        about = context.recent[-1].id if context.recent else None
        lines: tuple[Line, ...] = ((f"answer.feedback_{answered}", {}),)
        return Part(kind="answer", code="feedback", lines=lines, detail={"feedback": answered, "about": about})
    if frame.intent == "HubNo":
        asked = last is not None and (last.decision in ("ask", "confirm") or last.offer is not None)
        return Part(kind="answer", code="cancelled", lines=(("answer.cancelled" if asked else "answer.never_mind", {}),))
    return plain("decline", "nothing_asked")


def _undo(frame: Frame, home: Home, context: Context) -> Part:
    past = next((p for p in reversed(context.recent) if undo.acted(p)), None)
    timer = next((p for p in reversed(context.recent) if p.intent in plans.INTENTS and p.intent not in plans.QUERIES), None)
    if timer is not None and (past is None or context.recent.index(timer) > context.recent.index(past)):
        cancel = {"HassStartTimer": "HassCancelTimer", "HubSetAlarm": "HubCancelAlarm", "HubSetReminder": "HubCancelReminder"}.get(
            timer.intent or ""
        )
        if cancel is None:
            return plain("decline", "cannot_undo")
        kept = {k: v for k, v in timer.slots.items() if k in ("name", "datetime")}
        return timer_part(Frame(intent=cancel, slots=kept), home, context)
    if past is None:
        return plain("decline", "nothing_to_undo")
    commands = undo.inverse(past, home)
    if commands is None:
        return plain("decline", "cannot_undo")
    targets = tuple(dict.fromkeys(str(c.entity_id) for c in commands if c.entity_id is not None))
    part = checked(replace(frame, targets=targets), commands, home, context, lines=(("done.undo", {}),))
    return replace(part, detail={"undoes": past.id})


def _again(context: Context, decided: Callable[[Frame], Part]) -> Part:
    past = next(
        (p for p in reversed(context.recent) if p.intent not in META and p.intent is not None and (undo.acted(p) or p.decision == "act")),
        None,
    )
    if past is None:
        return plain("decline", "nothing_to_repeat")
    frames = past.frames or (Frame(intent=str(past.intent), slots=past.slots, targets=past.targets),)
    parts = [decided(f) for f in frames]
    first = parts[0]
    return Part(
        kind=first.kind,
        code=first.code,
        commands=tuple(c for p in parts for c in p.commands),
        risk=next((p.risk for p in parts if p.risk), None),
        targets=tuple(t for p in parts for t in p.targets),
        lines=tuple(line for p in parts for line in p.lines),
        detail=first.detail,
    )


def _stop(frame: Frame, home: Home, context: Context) -> Part:
    ringing = [plans.from_json(t) for t in context.timers if t.get("ringing")]
    if ringing:
        plan = plans.Plan(status="done", about=tuple(ringing), remove=tuple(t.id for t in ringing))
        return Part(kind="act", code="ringing_stopped", lines=(("answer.stopped", {}),), detail={"plan": plan, "stop_ringing": True})
    if frame.targets:
        return checked(frame, services.commands(frame, home, context), home, context)
    return Part(kind="answer", code="stopped", lines=(("answer.nothing_to_stop", {}),))
