"""Timers, alarms and reminders as they are spoken of. Starts and stops none."""

from __future__ import annotations

from datetime import datetime

from hub.keeping import timers as plans
from hub.saying import wording


def timer_name(timer: plans.Timer) -> str:
    if timer.kind == "command":
        return f"“{timer.command}”"
    if timer.awaited is not None:
        return f"“{timer.command}”" if timer.command else f"that {timer.awaited.fact}"
    if timer.name:
        return f"the {timer.name} timer" if timer.kind == "timer" and "timer" not in timer.name.casefold() else f"the {timer.name}"
    if timer.duration_s and timer.kind == "timer":
        return (
            f"the {wording.span(timer.duration_s).replace('minutes', 'minute').replace('hours', 'hour').replace('seconds', 'second')} timer"
        )
    return f"the {timer.kind}"


def timer_said(timer: plans.Timer, now: datetime) -> str:
    """How a timer stands, as a clause."""
    if timer.kind in ("alarm", "reminder"):
        due = timer.due.astimezone(now.tzinfo)
        days = f"every {wording.listed([d.capitalize() for d in timer.repeat])}" if timer.repeat else wording.day(due, now)
        what = f": {timer.message}" if timer.message else ""
        return f"{timer_name(timer)} is set for {wording.clock(due)} {days}{what}"
    if timer.awaited is not None:
        if timer.command is not None:
            return f"I'll do “{timer.command}” when {timer.awaited.fact}"
        tell = f"remind you to {timer.message}" if timer.message else "tell you"
        return f"I'll {tell} when {timer.awaited.fact}"
    if timer.ringing:
        return f"{timer_name(timer)} is done"
    left = wording.span(timer.left_s(now))
    return f"{timer_name(timer)} has {left} to go" if timer.paused_left_s is None else f"{timer_name(timer)} is paused with {left} left"
