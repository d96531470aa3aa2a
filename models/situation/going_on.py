""" "Is it done", "stop", "pause", "what's the temperature": words for what runs, plays, rings or heats now. Proposes; chooses nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from devices.home import Home
from models.reading.mentions import room_slots, target_slots
from models.reading.when import iso
from models.said import Context, Frame
from models.situation import house_now
from models.situation.house_now import area_of, domain, here_first, is_on, name_words, of, value

SOURCE = "context"

_SALIENT = {"media_player": 0.7, "fan": 0.5, "switch": 0.45, "light": 0.35, "climate": 0.15, "humidifier": 0.15}
"""How likely "it" is a thing of this kind, with nothing said before."""
APPLIANCE_DONE = re.compile(
    r"(?:(?:is|has|are)|how (?:long|much longer)(?: is it)? (?:until|till|before)|"
    r"how much longer (?:does|will)|when (?:is|will)) (?:the |my )?([\w ]+?)"
    r"(?: be| is| take)?(?: (?:done|finished|ready|complete|completed|through|over|need))?(?: yet| now| already)?"
)


def frame(intent: str, targets: Sequence[str], score: float, slots: dict[str, Any] | None = None, signals: str = "") -> Frame:
    return Frame(intent=intent, targets=tuple(targets), score=score, slots=slots or {}, source=f"{SOURCE}/{signals}" if signals else SOURCE)


def temperature(said: str, home: Home, context: Context) -> list[Frame]:
    room = house_now.thermometer(home, context.area)
    own = any(area_of(home, t) == context.area for t in room)
    found = [frame("HassClimateGetTemperature", room, 0.5, room_slots(home, context) if own else {})] if room else []
    if context.recent and context.recent[-1].intent == "HassGetWeather" and house_now.outdoors(home):
        return [frame("HassClimateGetTemperature", house_now.outdoors(home), 0.7, {}, "history")]
    asked_here = re.search(r"\bin here|\bhere\b|in this room", said) is not None
    if asked_here and not own and all(area_of(home, t) is not None for t in room):
        return []  # how warm it is elsewhere says nothing of this room
    for name, entities in house_now.appliances(home).items():
        gauges = [e for e in entities if house_now.is_temperature(home, e)] or [
            e
            for e in entities
            if domain(e) in ("climate", "water_heater") and home.state(e).attributes.get("current_temperature") is not None
        ]
        if not gauges or asked_here or not house_now.runs(home, entities):
            continue
        elsewhere = context.area is not None and area_of(home, gauges[0]) not in (context.area, None)
        own_here = any(area_of(home, t) == context.area for t in room)
        if elsewhere and own_here and not any(set(entities) & set(p.targets) for p in context.recent):
            continue
        found.append(frame("HassClimateGetTemperature", _main_gauge(home, gauges), 0.45, {}, ""))
        del name
    for past in reversed(context.recent):
        climates = [t for t in past.targets if domain(t) == "climate" and t not in room and house_now.appliance_of(home, t) is None]
        if climates and not asked_here and past.intent != "HassTurnOff":
            found.append(frame("HassClimateGetTemperature", climates[:1], 0.45))
            break
    return found or [frame("HassClimateGetTemperature", house_now.outdoors(home), 0.4)] if (found or house_now.outdoors(home)) else []


_DOERS: dict[str, tuple[str, ...]] = {
    "print": ("printer",),
    "wash": ("washing machine", "dishwasher"),
    "spinn": ("washing machine",),
    "rins": ("washing machine", "dishwasher"),
    "dry": ("dryer", "washing machine"),
    "tumbl": ("dryer",),
    "bak": ("oven", "bread maker"),
    "cook": ("oven", "slow cooker", "microwave", "air fryer", "grill"),
    "roast": ("oven",),
    "preheat": ("oven",),
    "brew": ("coffee maker", "kettle", "brewery"),
    "boil": ("kettle",),
    "clean": ("vacuum", "dishwasher"),
    "vacuum": ("vacuum",),
    "hoover": ("vacuum",),
    "mow": ("lawn_mower",),
    "fir": ("kiln",),
}
"""What does the work: "is it done printing" is about no oven."""


_WORKED: dict[str, tuple[str, ...]] = {
    "print": ("printer",),
    "wash": ("washing",),
    "clothes": ("washing", "dryer"),
    "laundry": ("washing", "dryer"),
    "dinner": ("oven",),
    "roast": ("oven",),
    "cake": ("oven",),
    "pizza": ("oven",),
    "loaf": ("bread",),
    "plates": ("dishwasher",),
    "brew": ("coffee",),
}
"""What is made, and what makes it: "is the print finished" asks the printer."""


def _main_gauge(home: Home, gauges: Sequence[str]) -> list[str]:
    """The oven's own temperature before a probe's or a set point's."""
    ranked = sorted(
        gauges, key=lambda e: (bool(name_words(home, e) & {"target", "set", "setpoint", "probe", "meat", "core", "food"}), len(e))
    )
    return ranked[:1]


def done(said: str, home: Home, context: Context) -> list[Frame]:
    found: list[Frame] = []
    work = re.search(r"\b(\w+)ing\b(?! on)", said)
    doers = _DOERS.get(work.group(1)) if work is not None else None
    for name, entities in house_now.appliances(home).items():
        if doers is not None and name not in doers:
            continue
        running = house_now.runs(home, entities)
        if running is None:
            continue
        best = house_now.progress(home, entities)[:1]
        mentioned = any(set(entities) & set(p.targets) for p in context.recent)
        states = {value(home, e).casefold() for e in entities}
        finished = bool(states & {"done", "finished", "complete", "completed", "end", "ended", "program_ended"})
        if running or mentioned or finished:
            shown = [t for p in reversed(context.recent) for t in p.targets if t in entities and domain(t) in ("sensor", "binary_sensor")][
                :1
            ] or best
            found.append(
                frame("HassGetState", shown, (0.4 if name == "oven" else 0.55) if running else 0.35 if finished else 0.3, {"state": "done"})
            )
    for vacuum in of(home, "vacuum", "lawn_mower"):
        if doers is not None and domain(vacuum) not in doers:
            continue
        if is_on(home, vacuum) or any(vacuum in p.targets for p in context.recent):
            found.append(frame("HassGetState", [vacuum], 0.4, {"state": "done"}))
    if doers is None and any(t.get("kind") == "timer" for t in context.timers):
        found.append(frame("HassTimerStatus", (), 0.5))
    if not found:
        known = [g for name, g in house_now.appliances(home).items() if doers is None or name in doers]
        groups = [g for g in known if house_now.runs(home, g) is not None]
        groups = [g for g in groups if any(area_of(home, e) == context.area for e in g)] or groups
        if len(groups) == 1:
            found.append(frame("HassGetState", house_now.progress(home, groups[0])[:1], 0.5, {"state": "done"}))
        elif not groups:
            found.append(frame("HassTimerStatus", (), 0.4))
        else:
            found.append(frame("HassGetState", (), 0.4, {"state": "done"}))
    return found


def mute(said: str, home: Home, context: Context) -> list[Frame]:
    players = house_now.music(home, context)
    return [frame(f"HassMediaPlayer{'Unmute' if said.startswith('un') else 'Mute'}", players[:1], 0.6, {}, "")] if players else []


def stop(said: str, home: Home, context: Context) -> list[Frame]:
    if any(t.get("ringing") for t in context.timers):
        return [frame("HubStop", (), 0.95, None, "device_state")]
    if said == "shut it" and not house_now.music(home, context):
        shuts = here_first(home, [e for e in of(home, "cover", "valve") if is_on(home, e)], context.area)
        if shuts:
            return [frame("HassTurnOff", [e], 0.5, target_slots(home, [e]), "device_state" if len(shuts) == 1 else "") for e in shuts[:6]]
    if re.match(r"(turn|switch|shut|power) (?!up)|off$", said):
        return _off_here(home, context)
    found = [frame("HassMediaPause", players[:1], 0.5, {}, "") for players in [house_now.music(home, context)] if players]
    if said not in ("quiet", "be quiet", "silence", "hush", "shush", "shut up"):
        found += [
            frame("HubStop", [e], 0.45)
            for e in of(home, "vacuum", "lawn_mower")
            if value(home, e) in ("cleaning", "on", "mowing", "returning")
        ]
        found += [frame("HubStop", [e], 0.5) for e in of(home, "cover") if value(home, e) in ("opening", "closing")]
    found += [frame("HubStop", [e], 0.6) for e in of(home, "siren") if is_on(home, e)]
    past = context.recent[-1] if context.recent else None
    if past is not None and past.targets and domain(past.targets[0]) == "cover" and past.actions and "close" not in said:
        found.append(frame("HubStop", past.targets, 0.5, {}, "history"))
    if (
        not found
        and past is not None
        and past.actions
        and past.targets
        and domain(past.targets[0]) in ("vacuum", "lawn_mower", "media_player", "siren")
    ):
        halt = "HassMediaPause" if domain(past.targets[0]) == "media_player" else "HubStop"
        return [frame(halt, past.targets, 0.7, {}, "history")]
    if not found and past is not None and past.intent == "HassStartTimer" and len(context.timers) == 1:
        return [frame("HassCancelTimer", (), 0.7, {}, "history")]
    if (
        found
        and found[0].intent == "HassMediaPause"
        and not any(area_of(home, t) == context.area for t in found[0].targets)
        and len(found) > 1
    ):
        found[0] = frame("HassMediaPause", found[0].targets, 0.4)
    return found or [frame("HubStop", (), 0.7)]


def _off_here(home: Home, context: Context) -> list[Frame]:
    """What is on in the room, each as one reading: with one of them "it" is clear."""
    pool = [
        e
        for e in of(home, "light", "media_player", "fan", "climate", "switch", "humidifier", "vacuum")
        if is_on(home, e) and domain(e) != "sensor"
    ]
    pool = [e for e in pool if not (domain(e) == "media_player" and value(home, e) in ("idle", "standby"))]
    here = [e for e in pool if context.area is None or area_of(home, e) == context.area]
    lights = tuple(e for e in here if domain(e) == "light")
    groups: list[tuple[str, ...]] = [(e,) for e in here if domain(e) != "light"] + ([lights] if lights else [])
    return [
        frame(
            "HassTurnOff", group, _SALIENT.get(domain(group[0]), 0.4), target_slots(home, group), "device_state" if len(groups) == 1 else ""
        )
        for group in groups[:6]
    ]


def pause(said: str, home: Home, context: Context) -> list[Frame]:
    found = [frame("HassMediaPause", players[:1], 0.5) for players in [house_now.music(home, context)] if players]
    found += [frame("HubPause", [e], 0.45) for e in of(home, "vacuum", "lawn_mower") if value(home, e) in ("cleaning", "on", "mowing")]
    if any(t.get("kind") == "timer" and not t.get("ringing") and t.get("paused_left_s") is None for t in context.timers):
        found.append(frame("HassPauseTimer", (), 0.4))
    past = context.recent[-1] if context.recent else None
    if not found and past is not None and past.actions and past.targets and domain(past.targets[0]) in ("vacuum", "lawn_mower"):
        found.append(frame("HubPause", past.targets, 0.7, {}, "history"))
    return found


def dock(said: str, home: Home, context: Context) -> list[Frame]:
    """What is out and can be sent home."""
    out = [e for e in of(home, "vacuum", "lawn_mower") if value(home, e) not in ("docked", "unavailable", "unknown")]
    return [
        frame("HassVacuumReturnToBase" if domain(e) == "vacuum" else "HassLawnMowerDock", [e], 0.6, target_slots(home, [e])) for e in out
    ]


def resume(said: str, home: Home, context: Context) -> list[Frame]:
    paused = here_first(home, [e for e in of(home, "media_player") if value(home, e) == "paused"], context.area)
    found = [frame("HassMediaUnpause", paused[:1], 0.5)] if paused else []
    if said not in ("play", "keep playing", "play on"):
        found += [frame("HassVacuumStart", [e], 0.45, target_slots(home, [e])) for e in of(home, "vacuum") if value(home, e) == "paused"]
        found += [frame("HassLawnMowerStartMowing", [e], 0.45) for e in of(home, "lawn_mower") if value(home, e) == "paused"]
        if any(t.get("paused_left_s") is not None for t in context.timers):
            found.append(frame("HassUnpauseTimer", (), 0.45))
    return found


def skip(intent: str) -> Callable[[str, Home, Context], list[Frame]]:
    def make(said: str, home: Home, context: Context) -> list[Frame]:
        players = house_now.music(home, context)
        return [frame(intent, players[:1], 0.6, {}, "device_state")] if players else []

    return make


def more_time(said: str, home: Home, context: Context) -> list[Frame]:
    from models.reading.numbers import cardinal

    words = [w for w in said.split() if w not in ("give", "me", "add", "another", "more", "minute", "minutes", "i", "need", "just")]
    value_ = cardinal(words, 0) if words else None
    minutes = int(value_[0]) if value_ is not None else 2 if "couple" in said else 3 if "few" in said else None
    if any(t.get("ringing") and t.get("kind") == "alarm" for t in context.timers) or said == "snooze":
        return [frame("HubSnooze", (), 0.9, {"minutes": minutes} if minutes else {}, "device_state")]
    stopped = context.recent[-1] if context.activity == "alarm_stopped" and context.recent else None
    if minutes is not None and stopped is not None and stopped.intent in ("HubStop", "HubCancelAlarm"):  # it is to ring again
        at = iso(context.now + timedelta(minutes=minutes))
        return [frame("HubSetAlarm", (), 0.95, {"datetime": at}, "history")]
    if minutes is not None and any(t.get("kind") == "timer" for t in context.timers):
        return [frame("HassIncreaseTimer", (), 0.85, {"minutes": minutes}, "device_state")]
    return []


def brew(said: str, home: Home, context: Context) -> list[Frame]:
    found: list[Frame] = []
    for name, prior in (
        ("coffee maker", 0.5),
        ("kettle", 0.4 if "coffee" not in said else 0.0),
        ("brewery", 0.45 if "coffee" not in said else 0.0),
    ):
        switches = [
            e
            for e in house_now.appliances(home).get(name, [])
            if domain(e) in ("switch", "script", "button", "input_button", "input_boolean", "water_heater")
        ]
        if switches and prior:
            best = sorted(switches, key=lambda e: (not name_words(home, e) & {"brew", "start", "maker", "machine"}, len(e)))[:1]
            found.append(frame("HassTurnOn", best, prior, {"name": home.entities[best[0]].name}))
    return found


def appliance_done(said: str, home: Home, context: Context) -> list[Frame]:
    match = APPLIANCE_DONE.fullmatch(said)
    wanted = set(house_now.words(match.group(1))) if match is not None else set()
    if len(wanted) <= 2:
        wanted |= {other for word in wanted for other in _WORKED.get(word, ())}
    known = house_now.appliances(home)
    groups = [known[name] for name, marks in house_now.APPLIANCES if known.get(name) and wanted & (marks | set(name.split()))]
    if not groups:
        return []
    running = next((g for g in groups if house_now.runs(home, g)), None)  # the laundry may be in the washer or in the dryer
    group = running or groups[0]
    best = house_now.progress(home, group)[:1]
    told = "device_state" if running is not None and len(groups) > 1 else ""
    return [frame("HassGetState", best, 0.9, {"name": home.entities[best[0]].name, "state": "done"}, told)]


def plays(said: str, home: Home, context: Context) -> list[Frame]:
    return [frame("HubMediaStatus", house_now.music(home, context)[:1], 0.7, {}, "device_state")]
