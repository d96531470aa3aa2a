"""What a frame about timers, alarms or reminders comes to: a plan and a sentence. Rings nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from devices.home import Home
from hub.decision.line import Line
from hub.decision.part import Part
from hub.keeping import timers as plans
from hub.saying import done, wording
from hub.saying.timer_words import timer_name, timer_said
from models.conversation import dialogue
from models.said import Context, Frame


def timer_part(frame: Frame, home: Home, context: Context) -> Part:
    known = tuple(plans.from_json(t) for t in context.timers)
    frame = _said_in_full(frame, home, context)
    plan = plans.plan(frame, known, context.now, area=context.area, home=home, person=context.person)
    if plan.status == "done" and frame.source == "context/history" and frame.intent in ("HassStartTimer", "HubSetAlarm", "HubSetReminder"):
        plan = replace(plan, remove=_replaced(frame, known, context))
    detail = {"plan": plan}
    if plan.status == "done":
        return Part(kind="act", lines=(done.timer_line(frame, plan, context),), detail=detail)
    if plan.status == "so" and plan.why is not None:
        fact = plan.why.what
        return Part(kind="answer", code="already", lines=(("answer.so_already", {"fact": fact[:1].upper() + fact[1:]}),))
    if plan.status == "unseen" and plan.why is not None:
        key = plan.why.reason
        return Part(kind="decline", code="cannot_see", lines=((f"decline.{key}", {"what": plan.why.what or "that"}),))
    if plan.status == "already":
        line: Line = ("answer.timers_left", {"value": timer_said(plan.about[0], context.now)}) if plan.about else ("already.timer", {})
        return Part(kind="answer", code="already", lines=(line,))
    if plan.status == "which":
        names = wording.listed([timer_name(t) for t in plan.about], "or")
        listed = [plans.to_json(t) for t in plan.about]
        return Part(kind="ask", code=plan.code, lines=(("ask.timer", {"choices": names}),), detail={"timers": listed})
    if plan.status == "missing":
        return Part(
            kind="ask",
            code="missing_value",
            lines=(("ask.when" if "datetime" not in frame.slots and "Hub" in frame.intent else "ask.duration", {}),),
        )
    if plan.status == "past":
        return Part(kind="ask", code="time_is_past", lines=(("ask.past", {}),))
    if "Wait" in frame.intent:
        return Part(kind="answer", code="timer_not_found", lines=(("answer.no_waits", {}),))
    key = "reminder_not_found" if "Reminder" in frame.intent else "alarm_not_found" if "Alarm" in frame.intent else "timer_not_found"
    return Part(kind="decline", code="timer_not_found", lines=((f"decline.{key}", {}),))


def _said_in_full(frame: Frame, home: Home, context: Context) -> Frame:
    """A delayed command with "it" put into words that still hold when its time comes."""
    command = str(frame.slots.get("conversation_command") or "")
    if not re.search(r"\b(it|them|that|those)\b", command):
        return frame
    found = dialogue.candidates(command, home, context)
    names = [home.entities[t].name for t in found[0].targets if t in home.entities] if found else []
    if not names:
        return frame
    full = re.sub(r"\b(it|them|that|those)\b", " and ".join(f"the {n}" for n in names), command, count=1)
    return replace(frame, slots={**frame.slots, "conversation_command": full})


def _replaced(frame: Frame, known: Sequence[plans.Timer], context: Context) -> tuple[str, ...]:
    """The timer or alarm that "make it fifteen minutes" takes the place of: the one that the last turn set."""
    last = context.recent[-1] if context.recent else None
    if last is None or last.intent != frame.intent or last.decision in ("ask", "confirm", "decline"):
        return ()
    kind = {"HassStartTimer": "timer", "HubSetAlarm": "alarm"}.get(frame.intent, "reminder")
    mine = [t for t in known if t.kind == kind and not t.ringing]
    if last.at is not None and kind == "timer":
        mine = sorted(mine, key=lambda t: abs((t.due - last.at).total_seconds() - (t.duration_s or 0.0)) if last.at is not None else 0.0)
    return (mine[0].id,) if mine else ()
