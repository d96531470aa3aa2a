"""What surrounds a turn: the conversation that counts, what plays, timers, activity, habits. Knows no words of the present turn."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from devices.home import Home
from hub.keeping import timers as plans
from models.said import Context, Frame, Habit, Past

CONVERSATION = timedelta(minutes=5)
"""How long "it", "there", an open question and "again" can refer back."""
ACTIVITY = timedelta(minutes=30)
"""How long an alarm that was stopped, or somebody's coming home, still tells what is likely."""
RINGS = timedelta(minutes=15)
SEQUENCE = timedelta(minutes=20)
USUAL = 3
"""So often a thing was asked for before it counts as the usual one."""
LONGEST_TIMER = timedelta(hours=26)
DISPLAYS = frozenset({"smart_display", "display", "screen", "hub_display"})

_UP = re.compile(r"\b(stop|off|dismiss|silence|quiet|enough|awake|up|snooze)\b")
_HOME = re.compile(r"\b(i(?:'m| am)|we(?:'re| are)) (?:back )?home\b|\bi(?:'m| am) back\b")
_LEAVE = re.compile(r"\b(i(?:'m| am)|we(?:'re| are)) (?:leaving|off|going out)\b|\b(?:good)?bye\b")
_GENERIC = frozenset({"music", "some music", "something", "anything", "a song", "songs", "the radio", ""})


def build(
    now: datetime,
    home: Home,
    history: Sequence[Past],
    *,
    room: str | None = None,
    person: str | None = None,
    screen: bool | None = None,
    habits: Iterable[Habit] = (),
    timers: Sequence[Mapping[str, Any]] | None = None,
) -> Context:
    """The snapshot for a turn at `now` (with zone). `history` is all that is known of earlier turns, oldest first.

    Only turns of the last minutes, of this room and of this person count as the conversation; longer ago ones still
    count as habits. Without `timers` (a hub that runs hands its own in) they are worked out from the history.
    """
    history = sorted((past for past in history if past.at is None or past.at <= now), key=_when(now))
    recent = tuple(past for past in history if _current(past, now, room, person))
    nearby = tuple(past for past in history if past.room != room and _current(past, now, past.room, person))
    known = tuple(timers) if timers is not None else tuple(plans.to_json(t) for t in timers_of(history, now, home))
    return Context(
        now=now,
        area=room,
        screen=screen if screen is not None else has_screen(home, room),
        person=person,
        recent=recent,
        nearby=nearby,
        habits=(*habits, *counted(history, person, now)),
        playing=playing(home, room),
        activity=activity(history, now, home),
        timers=known,
    )


def has_screen(home: Home, room: str | None) -> bool:
    """Whether a device of the hub's room is a display by its `kind`."""
    return any(device.kind in DISPLAYS and device.area == room for device in home.devices.values()) if room is not None else False


def playing(home: Home, room: str | None) -> tuple[str, ...]:
    """Media players that play, those of the room first."""
    on = [e for e in home.entities if e.startswith("media_player.") and home.state(e).value in ("playing", "buffering")]
    return tuple(sorted(on, key=lambda e: (_area(home, e) != room, e)))


def activity(history: Sequence[Past], now: datetime, home: Home) -> str | None:
    """alarm_stopped · came_home · leaving: the latest of the last half hour, wherever in the house it was."""
    found: str | None = None
    for index, past in enumerate(history):
        if past.at is None or now - past.at > ACTIVITY:
            continue
        heard = past.heard.casefold()
        if _stops_alarm(past, history[:index], home):
            found = "alarm_stopped"
        elif _HOME.search(heard):
            found = "came_home"
        elif _LEAVE.search(heard):
            found = "leaving"
    return found


def timers_of(history: Sequence[Past], now: datetime, home: Home) -> tuple[plans.Timer, ...]:
    """The timers that the history has set and not ended; one that came due in the last quarter of an hour rings."""
    running: dict[str, plans.Timer] = {}
    for past in history:
        if past.at is None or (now - past.at > LONGEST_TIMER and past.intent not in ("HubSetAlarm", "HubSetReminder")):
            continue
        at = past.at.astimezone(now.tzinfo)
        frames = past.frames or ((Frame(intent=past.intent, slots=past.slots, targets=past.targets),) if past.intent else ())
        for frame in frames:
            ringing = {t.id: replace(t, ringing=True) for t in plans.due_now(running.values(), at) if at - t.due < RINGS}
            if frame.intent in ("HubStop", "HassNevermind") and ringing:
                running = {k: v for k, v in running.items() if k not in ringing}
            if frame.intent not in plans.INTENTS or past.decision in ("ask", "confirm", "decline", "ignore"):
                continue
            try:
                plan = plans.plan(frame, tuple((running | ringing).values()), at, area=past.room, home=home, person=past.person)
            except (TypeError, ValueError):  # a history line with slots that no hub wrote
                continue
            for timer in plan.put:
                running[timer.id] = timer
            for gone in plan.remove:
                running.pop(gone, None)
    alive = [t for t in running.values() if t.paused_left_s is not None or now - t.due < RINGS]
    due = {t.id for t in plans.due_now(alive, now) if t.kind in ("timer", "alarm")}
    return tuple(replace(t, ringing=True) if t.id in due else t for t in alive if t.id in due or t.paused_left_s is not None or t.due > now)


def counted(history: Sequence[Past], person: str | None, now: datetime) -> tuple[Habit, ...]:
    """What the turns themselves show: what this person asks to be played, and what is asked for after an alarm."""
    mine = [past for past in history if past.person is None or person is None or past.person == person]
    played: Counter[str] = Counter()
    as_said: dict[str, dict[str, Any]] = {}
    for past in mine:
        if past.intent == "HassMediaSearchAndPlay" and past.decision not in ("ask", "decline", "ignore"):
            query = str(past.slots.get("search_query") or "").strip()
            if query.casefold() not in _GENERIC:
                played[query.casefold()] += 1
                kept = {k: past.slots[k] for k in ("search_query", "media_class") if past.slots.get(k)}
                as_said[query.casefold()] = as_said.get(query.casefold(), {}) | kept
    habits = [
        Habit(
            kind="preference",
            when={"intent": "HassMediaSearchAndPlay"},
            then={"intent": "HassMediaSearchAndPlay", "slots": as_said[query]},
            p=count / played.total(),
            support=count,
            person=person,
        )
        for query, count in played.most_common(5)
    ]
    after: Counter[tuple[str, tuple[str, ...]]] = Counter()
    slots: dict[tuple[str, tuple[str, ...]], Mapping[str, Any]] = {}
    hours: defaultdict[tuple[str, tuple[str, ...]], list[int]] = defaultdict(list)
    alarms = 0
    for index, past in enumerate(mine):
        if past.at is None or past.intent is None:
            continue
        key = (past.intent, past.targets)
        slots.setdefault(key, past.slots)
        if past.targets:
            hours[key].append(past.at.astimezone(now.tzinfo).hour)
        if past.intent in ("HubStop", "HubCancelAlarm") and _UP.search(past.heard.casefold()):
            alarms += 1
            soon = [p for p in mine[index + 1 : index + 20] if p.at is not None and p.at - past.at <= SEQUENCE]
            after.update({(p.intent, p.targets) for p in soon if p.targets and p.intent})
    habits += [
        Habit(
            kind="sequence",
            when={"activity": "alarm_stopped"},
            p=count / alarms,
            support=count,
            then={"intent": intent, "slots": slots[(intent, targets)], "targets": targets},
        )
        for (intent, targets), count in after.most_common(5)
        if alarms
    ]
    habits += _usual(hours, person)
    for (intent, targets), seen in hours.items():
        near = sum(min(abs(h - now.hour), 24 - abs(h - now.hour)) <= 1 for h in seen)
        if near >= 3:
            habits.append(
                Habit(kind="time", when={"hour": now.hour}, then={"intent": intent, "targets": targets}, p=near / len(seen), support=near)
            )
    return tuple(habits)


def _usual(asked: Mapping[tuple[str, tuple[str, ...]], Sequence[int]], person: str | None) -> list[Habit]:
    """The one of several like things that is asked for as a rule: "the lamp" is the one at the bed."""
    alike: Counter[tuple[str, str]] = Counter()
    for (intent, targets), seen in asked.items():
        if len(targets) == 1:
            alike[intent, targets[0].partition(".")[0]] += len(seen)
    return [
        Habit(
            kind="preference", when={"intent": intent}, then={"intent": intent, "targets": targets}, person=person, support=len(seen),
            p=len(seen) / alike[intent, targets[0].partition(".")[0]],
        )
        for (intent, targets), seen in asked.items()
        if len(targets) == 1 and len(seen) >= USUAL and not intent.startswith(("HassGet", "HassMediaSearch"))
    ]


def _stops_alarm(past: Past, before: Sequence[Past], home: Home) -> bool:
    heard = past.heard.casefold()
    if past.at is None or past.intent not in ("HubStop", "HubCancelAlarm", "HassNevermind", "HassTurnOff"):
        return False
    if past.intent == "HassTurnOff":
        return any("alarm" in t and not t.startswith("alarm_control_panel") for t in past.targets)
    if past.intent == "HubCancelAlarm" or "alarm" in heard or "alarm" in str(past.slots).casefold():
        return bool(_UP.search(heard)) or past.at.hour < 12
    return any(t.ringing and t.kind == "alarm" for t in timers_of(before, past.at, home))


def _current(past: Past, now: datetime, room: str | None, person: str | None) -> bool:
    if past.at is not None and now - past.at > CONVERSATION:
        return False
    if past.room is not None and room is not None and past.room != room:
        return False
    return past.person is None or person is None or past.person == person


def _area(home: Home, entity_id: str) -> str | None:
    area = home.area_of(entity_id)
    return area.id if area is not None else None


def _when(now: datetime) -> Any:
    return lambda past: past.at if past.at is not None else now
