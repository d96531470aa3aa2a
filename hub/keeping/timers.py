"""Timers, alarms, reminders and delayed commands as pure plans over frozen records. No clock, no sound, no database.

`plan` works out what a frame would change, `due_now` what is to happen at a moment; `hub.keeping.ringing` carries both out.
Times are kept in UTC; a repeating alarm keeps its wall-clock time, so that 7:00 stays 7:00 across daylight saving.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from devices.home import Home
from hub.keeping import sun
from models.automaton.house_words import house_words
from models.reading.until import watched
from models.said import Context, Frame
from models.situation.awaited import Awaited, Unseen, holds
from models.situation.awaited import from_json as awaited_from_json

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SNOOZE_MIN = 9
_TIMER = ("Start", "Cancel", "CancelAll", "Increase", "Decrease", "Pause", "Unpause")
INTENTS = frozenset(
    {f"Hass{verb}Timer{'s' if verb == 'CancelAll' else ''}" for verb in _TIMER}
    | {"HassTimerStatus", "HubSetAlarm", "HubCancelAlarm", "HubAlarmStatus", "HubSnooze"}
    | {"HubSetReminder", "HubCancelReminder", "HubReminderStatus"}
    | {"HubWhen", "HubCancelWait", "HubWaitStatus"}
)
QUERIES = frozenset({"HassTimerStatus", "HubAlarmStatus", "HubReminderStatus", "HubWaitStatus"})
PATIENCE = timedelta(hours=24)
"""What has not come about by then is not waited for any longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """One thing that is to happen at a time."""

    id: str
    kind: str
    """timer · alarm · reminder · command · wait"""
    due: datetime
    """UTC."""
    name: str | None = None
    duration_s: float | None = None
    """What a timer was set to, changes included."""
    area: str | None = None
    """Area id of the room where it was set; it rings there."""
    paused_left_s: float | None = None
    """Seconds left of a paused timer; None while it runs."""
    repeat: tuple[str, ...] = ()
    """Weekdays of a repeating alarm."""
    at: str | None = None
    """Wall-clock time of an alarm, HH:MM."""
    message: str | None = None
    command: str | None = None
    """What to do when it is time, as it was said."""
    person: str | None = None
    awaited: Awaited | None = None
    """What of the house has to come about; `due` is then when nobody waits any longer."""
    armed: bool = True
    """Whether what is awaited was not so, so that it can come about."""
    ringing: bool = False
    snoozed: bool = False

    def left_s(self, now: datetime) -> float:
        """Seconds until it is due, never negative."""
        return max(0.0, (self.due - now).total_seconds()) if self.paused_left_s is None else self.paused_left_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a frame comes to: nothing has happened yet."""

    status: str
    """done · already · which · none · missing · past · unseen · so"""
    about: tuple[Timer, ...] = ()
    """What was set, changed or asked about; the candidates of a "which one?"."""
    put: tuple[Timer, ...] = ()
    remove: tuple[str, ...] = ()
    code: str | None = None
    """timer_not_found · multiple_timers_matched · missing_value · time_is_past · cannot_see"""
    why: Unseen | None = None
    """Why what was to be waited for cannot be seen."""


def plan(frame: Frame, timers: Sequence[Timer], now: datetime, *, area: str | None, home: Home, person: str | None = None) -> Plan:
    """What `frame` (one of INTENTS) would do to `timers` at `now` (with zone) for somebody in `area` (an id)."""
    slots, zone = frame.slots, now.tzinfo or UTC
    if frame.intent == "HassStartTimer":
        return _start(slots, now, area, person, home)
    if frame.intent == "HubWhen":
        return _wait(slots, timers, now, area, person, home)
    if frame.intent in ("HubSetAlarm", "HubSetReminder"):
        return _set(frame.intent, slots, timers, now, area, person)
    if frame.intent == "HubSnooze":
        ringing = [t for t in timers if t.ringing]
        minutes = _seconds(slots) / 60 or SNOOZE_MIN
        later = tuple(replace(t, due=_utc(now) + timedelta(minutes=minutes), ringing=False, snoozed=True) for t in ringing)
        return Plan(status="done", about=later, put=later) if later else Plan(status="none", code="timer_not_found")
    kinds = ("alarm",) if "Alarm" in frame.intent else ("reminder",) if "Reminder" in frame.intent else ("timer", "command")
    kinds = ("wait", "command") if "Wait" in frame.intent else kinds
    mine = [t for t in timers if t.kind in kinds]
    wanted = _matching(slots, mine, zone, home)
    everything = frame.intent == "HassCancelAllTimers" or bool(slots.get("all"))
    if frame.intent in QUERIES:
        about = tuple(sorted(wanted, key=lambda t: t.left_s(now)))
        return Plan(status="done", about=about) if about else Plan(status="none", code="timer_not_found")
    if not wanted:
        return Plan(status="none", code="timer_not_found", about=tuple(mine))
    if not everything and len(wanted) > 1:
        here = [t for t in wanted if t.ringing] or [t for t in wanted if area is not None and t.area == area]
        if len(here) != 1:
            return Plan(status="which", about=tuple(wanted), code="multiple_timers_matched")
        wanted = here
    if "Cancel" in frame.intent:
        return Plan(status="done", about=tuple(wanted), remove=tuple(t.id for t in wanted))
    timer = wanted[0]
    left = timer.left_s(now)
    if frame.intent == "HassPauseTimer":
        if timer.paused_left_s is not None:
            return Plan(status="already", about=(timer,))
        changed = replace(timer, paused_left_s=left)
    elif frame.intent == "HassUnpauseTimer":
        if timer.paused_left_s is None:
            return Plan(status="already", about=(timer,))
        changed = replace(timer, paused_left_s=None, due=_utc(now) + timedelta(seconds=left))
    else:
        more = _seconds(slots) * (1 if frame.intent == "HassIncreaseTimer" else -1)
        if not more:
            return Plan(status="missing", about=(timer,), code="missing_value")
        left = max(0.0, left + more)
        paused = None if timer.paused_left_s is None else left
        due = _utc(now) + timedelta(seconds=left)
        changed = replace(timer, paused_left_s=paused, due=due, duration_s=max(0.0, (timer.duration_s or 0.0) + more), ringing=False)
    return Plan(status="done", about=(changed,), put=(changed,))


def due_now(timers: Iterable[Timer], now: datetime) -> tuple[Timer, ...]:
    """Those whose time has come and that do not ring yet, the earliest first."""
    ready = [t for t in timers if not t.ringing and t.paused_left_s is None and t.due <= now]
    return tuple(sorted(ready, key=lambda t: t.due))


def next_due(timers: Iterable[Timer]) -> datetime | None:
    """When the next of them comes due, UTC; None if none runs."""
    return min((t.due for t in timers if not t.ringing and t.paused_left_s is None), default=None)


def after_ringing(timer: Timer, now: datetime) -> Timer | None:
    """What is left of a timer when it was stopped: the next time of a repeating alarm, else nothing."""
    if not timer.repeat or timer.at is None:
        return None
    due = next_ring(time.fromisoformat(timer.at), timer.repeat, now)
    return replace(timer, due=due, ringing=False, snoozed=False)


def next_ring(at: time, repeat: Sequence[str], now: datetime) -> datetime:
    """The next moment (UTC) after `now` (with zone) at which the wall clock says `at` on one of the weekdays `repeat` (none: any day).

    A time that daylight saving leaves out rings when the clock has jumped over it; one that comes twice rings the first time.
    """
    zone = now.tzinfo or UTC
    for days in range(9):
        day = now.date() + timedelta(days=days)
        if repeat and WEEKDAYS[day.weekday()] not in repeat:
            continue
        moment = wall(day, at, zone)
        if moment > now:
            return moment
    raise ValueError(f"no weekday in {repeat!r}")


def wall(day: date, at: time, zone: tzinfo) -> datetime:
    """The moment (UTC) at which a wall clock in `zone` shows `at` on `day`; past a gap if the clock jumps over it."""
    return datetime.combine(day, at.replace(tzinfo=None), zone).astimezone(UTC)


def to_json(timer: Timer, now: datetime | None = None) -> dict[str, Any]:
    """As stored and as published; with `now`, seconds left are told too."""
    data: dict[str, Any] = asdict(timer) | {"due": timer.due.isoformat(), "repeat": list(timer.repeat)}
    return data if now is None else data | {"left_s": round(timer.left_s(now), 1)}


def from_json(data: Mapping[str, Any]) -> Timer:
    """The record of a stored timer; unknown keys are left out."""
    known = {f.name for f in fields(Timer)}
    values = {k: v for k, v in data.items() if k in known} | {"awaited": awaited_from_json(data.get("awaited"))}
    return Timer(**values | {"due": _utc(datetime.fromisoformat(data["due"])), "repeat": tuple(data.get("repeat") or ())})


def _start(slots: Mapping[str, Any], now: datetime, area: str | None, person: str | None, home: Home) -> Plan:
    seconds = _seconds(slots)
    if seconds <= 0:
        return Plan(status="missing", code="missing_value")
    command = slots.get("conversation_command")
    timer = Timer(
        id=_id(),
        kind="command" if command else "timer",
        due=_utc(now) + timedelta(seconds=seconds),
        duration_s=seconds,
        name=slots.get("name"),
        area=_area_id(slots.get("area"), home) or area,
        command=command,
        person=person,
    )
    return Plan(status="done", about=(timer,), put=(timer,))


def _wait(slots: Mapping[str, Any], timers: Sequence[Timer], now: datetime, area: str | None, person: str | None, home: Home) -> Plan:
    """Something to do, or to tell, when the house has come to be so."""
    found = watched(str(slots.get("condition") or ""), house_words(home), Context(now=now, area=area, person=person))
    if isinstance(found, Unseen) and found.reason == "no_sun" and (place := sun.here()) is not None:
        due = sun.next_change(now, place, dark=found.what == "dark")
        if due is not None:
            return _at_dusk(slots, due, found.what, area, person)
    if not isinstance(found, Awaited):
        return Plan(status="unseen", code="cannot_see", why=found or Unseen("no_sensor", str(slots.get("condition") or "")))
    command, message = slots.get("conversation_command"), slots.get("message")
    same = next((t for t in timers if t.kind == "wait" and t.awaited == found and (t.command, t.message) == (command, message)), None)
    if same is not None:
        return Plan(status="already", about=(same,))
    if command is None and not found.event and holds(found, home):
        return Plan(status="so", why=Unseen("so", found.fact))
    timer = Timer(
        id=_id(),
        kind="wait",
        due=_utc(now) + PATIENCE,
        area=area,
        command=command,
        message=message,
        person=person,
        awaited=found,
        armed=holds(found, home) is not True,
    )
    return Plan(status="done", about=(timer,), put=(timer,))


def _at_dusk(slots: Mapping[str, Any], due: datetime, what: str, area: str | None, person: str | None) -> Plan:
    """Where no sensor tells, what waits for the dark waits for the time at which the sun is gone."""
    command = slots.get("conversation_command")
    told = None if command else slots.get("message") or f"it is {what}"
    kind = "command" if command else "reminder"
    timer = Timer(id=_id(), kind=kind, due=due, name=f"it gets {what}", area=area, command=command, message=told, person=person)
    return Plan(status="done", about=(timer,), put=(timer,))


def come_about(timers: Iterable[Timer], entity_id: str, home: Home) -> tuple[tuple[Timer, ...], tuple[Timer, ...]]:
    """(those whose awaited thing has just come about, those that can only now) after an entity has changed."""
    mine = [(t, holds(t.awaited, home)) for t in timers if t.awaited is not None and entity_id in t.awaited.entities]
    fired = tuple(t for t, so in mine if so is True and t.armed)
    return fired, tuple(replace(t, armed=True) for t, so in mine if so is False and not t.armed)


def _set(intent: str, slots: Mapping[str, Any], timers: Sequence[Timer], now: datetime, area: str | None, person: str | None) -> Plan:
    said = slots.get("datetime")
    if not said:
        return Plan(status="missing", code="missing_value")
    zone = now.tzinfo or UTC
    local = datetime.fromisoformat(str(said))
    local = local if local.tzinfo else local.replace(tzinfo=zone)
    at, repeat = local.timetz().replace(tzinfo=None), tuple(str(d).lower() for d in slots.get("repeat") or ())
    due = next_ring(at, repeat, now) if repeat else local.astimezone(UTC)
    if due <= now:
        return Plan(status="past", code="time_is_past")
    kind = "alarm" if intent == "HubSetAlarm" else "reminder"
    same = next((t for t in timers if t.kind == kind and t.due == due and t.repeat == repeat and kind == "alarm"), None)
    if same is not None:
        return Plan(status="already", about=(same,))
    timer = Timer(
        id=_id(),
        kind=kind,
        due=due,
        at=at.strftime("%H:%M") if kind == "alarm" else None,
        repeat=repeat,
        name=slots.get("name"),
        message=slots.get("message"),
        area=area,
        person=person,
    )
    return Plan(status="done", about=(timer,), put=(timer,))


def _matching(slots: Mapping[str, Any], timers: Sequence[Timer], zone: tzinfo, home: Home) -> list[Timer]:
    """Those that fit every word said about them."""
    found = list(timers)
    if slots.get("name"):
        found = [t for t in found if _same(str(slots["name"]), t.name or t.message or t.command)]
    if slots.get("message"):
        found = [t for t in found if any(_same(str(slots["message"]), text) for text in (t.message, t.command, _fact(t)) if text)]
    start = _seconds({k.removeprefix("start_"): v for k, v in slots.items() if k.startswith("start_")})
    if start:
        found = [t for t in found if t.duration_s == start]
    if slots.get("area"):
        area = _area_id(slots["area"], home)
        found = [t for t in found if area is not None and t.area == area] if len(timers) > 1 or area else found
    if slots.get("datetime"):
        said = datetime.fromisoformat(str(slots["datetime"])).strftime("%H:%M")
        found = [t for t in found if t.due.astimezone(zone).strftime("%H:%M") == said]
    if slots.get("repeat"):
        days = {str(d).lower() for d in slots["repeat"]}
        found = [t for t in found if days <= set(t.repeat)]
    return found


def _seconds(slots: Mapping[str, Any]) -> float:
    return float(slots.get("hours") or 0) * 3600 + float(slots.get("minutes") or 0) * 60 + float(slots.get("seconds") or 0)


def _same(said: str, name: str | None) -> bool:
    return name is not None and (said.casefold() in name.casefold() or name.casefold() in said.casefold())


def _fact(timer: Timer) -> str | None:
    return timer.awaited.fact if timer.awaited is not None else None


def _area_id(said: Any, home: Home) -> str | None:
    if said is None:
        return None
    word = str(said).casefold()
    return next((a.id for a in home.areas.values() if word in map(str.casefold, (a.id, a.name, *a.aliases))), None)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _id() -> str:
    return uuid.uuid4().hex[:8]
