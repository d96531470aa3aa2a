"""The named features by which context judges a reading. Numbers between -1 and 1; no weights here, and no words of the sentence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from devices.capability import risk
from devices.home import Home
from models.said import Context, Frame
from models.situation import house_now

SIGNALS: Mapping[str, str] = {
    "in_room": "room",
    "other_room": "room",
    "would_change": "device_state",
    "no_change": "device_state",
    "runs": "device_state",
    "plays": "device_state",
    "silent": "device_state",
    "on": "device_state",
    "unavailable": "device_state",
    "ringing": "device_state",
    "timer_runs": "device_state",
    "last_acted": "history",
    "last_spoken_of": "history",
    "same_intent": "history",
    "same_domain": "history",
    "fresh": "history",
    "screen_picture": "screen",
    "screen_sound": "screen",
    "plain_picture": "screen",
    "plain_sound": "screen",
    "preference": "habit",
    "sequence": "habit",
    "habit_time": "time",
    "morning": "time",
    "evening": "time",
    "after_alarm": "activity",
    "own": "person",
}
"""Feature -> the contract's name of the context that it speaks for."""
PICTURE = frozenset({"movie", "tv_show", "video", "episode", "season"})
SOUND = frozenset({"audiobook", "album", "track", "music", "artist", "podcast", "radio", "playlist", "genre"})
_SERVICE: Mapping[tuple[str, str], str] = {
    ("HassTurnOn", "cover"): "cover.open_cover",
    ("HassTurnOff", "cover"): "cover.close_cover",
    ("HassTurnOn", "lock"): "lock.lock",
    ("HassTurnOff", "lock"): "lock.unlock",
    ("HassSetPosition", "cover"): "cover.set_cover_position",
    ("HassTurnOff", "alarm_control_panel"): "alarm_control_panel.alarm_disarm",
    ("HassClimateSetTemperature", "climate"): "climate.set_temperature",
}
_MUSIC = frozenset(
    {
        "HassSetVolume",
        "HassSetVolumeRelative",
        "HassMediaPause",
        "HassMediaNext",
        "HassMediaPrevious",
        "HassMediaPlayerMute",
        "HassMediaPlayerUnmute",
    }
)


def risky(frame: Frame, home: Home) -> bool:
    """Whether the frame's own action is one that must be confirmed."""
    for target in frame.targets:
        kind = house_now.domain(target)
        name = {"HassTurnOn": "turn_on", "HassTurnOff": "turn_off", "HassToggle": "toggle"}.get(frame.intent)
        service = _SERVICE.get((frame.intent, kind), f"{kind}.{name}" if name is not None else "")
        if service and risk(home, target, service) == "confirm":
            return True
    return False


def features(frame: Frame, home: Home, context: Context) -> dict[str, float]:
    """Feature -> value of one reading in this house at this moment; what does not apply is left out."""
    found: dict[str, float] = {}
    targets = [t for t in frame.targets if t in home.entities]
    share = 1.0 / len(targets) if targets else 0.0

    def add(name: str, value: float = 1.0) -> None:
        found[name] = min(1.0, found.get(name, 0.0) + value)

    for target in targets:
        area = house_now.area_of(home, target)
        if context.area is not None and area is not None:
            add("in_room" if area == context.area else "other_room", share)
        kind, on = house_now.domain(target), house_now.is_on(home, target)
        if not house_now.available(home, target):
            add("unavailable", share)
        if frame.intent in ("HassTurnOn", "HassTurnOff") and kind not in ("scene", "script", "button", "sensor"):
            add("would_change" if on == (frame.intent == "HassTurnOff") else "no_change", share)
        elif frame.intent in _MUSIC:
            add("plays" if house_now.value(home, target) in ("playing", "buffering") else "silent", share)
        elif frame.intent == "HassMediaUnpause":
            add("would_change" if house_now.value(home, target) == "paused" else "no_change", share)
        elif frame.intent in ("HassLightSet", "HassClimateSetTemperature", "HassFanSetSpeed"):
            add("on" if on else "no_change", share)
        elif frame.intent in ("HubStop", "HubPause", "HassVacuumReturnToBase"):
            add("runs" if on or house_now.value(home, target) in ("opening", "closing") else "no_change", share)
        appliance = house_now.appliance_of(home, target)
        if appliance is not None and frame.intent in ("HassGetState", "HassClimateGetTemperature"):
            running = house_now.runs(home, house_now.appliances(home).get(appliance, []))
            add("runs" if running else "no_change", share)
        if context.person is not None and context.person.casefold() in " ".join(house_now.name_words(home, target)):
            add("own", share)
    _history(frame, context, add)
    _media(frame, context, add)
    _habits(frame, home, context, add)
    _moment(frame, home, context, targets, add)
    if "Timer" in frame.intent or frame.intent in ("HubStop", "HubSnooze"):
        if any(t.get("ringing") for t in context.timers):
            add("ringing")
        elif context.timers:
            add("timer_runs")
    return found


def _history(frame: Frame, context: Context, add: object) -> None:
    assert callable(add)
    for distance, past in enumerate(reversed(context.recent[-4:])):
        near = 1.0 / (1 + distance)
        about = {*past.targets, *(t for f in past.frames for t in f.targets), *(str(a.get("entity_id")) for a in past.actions)}
        if frame.intent == past.intent == "HassClimateGetTemperature":
            continue  # the same whole question again: it leans on nothing
        if about & set(frame.targets):
            add("last_acted" if past.actions else "last_spoken_of", near)
            if past.at is not None and context.now - past.at < timedelta(minutes=1):
                add("fresh", near)
        elif {house_now.domain(t) for t in about} & {house_now.domain(t) for t in frame.targets}:
            add("same_domain", 0.5 * near)
        if past.intent == frame.intent:
            add("same_intent", near)
        elif past.intent is not None and ("Timer" in past.intent) and ("Timer" in frame.intent):
            add("last_acted", near)


def _media(frame: Frame, context: Context, add: object) -> None:
    assert callable(add)
    kind = frame.slots.get("media_class")
    if kind in PICTURE:
        add("screen_picture" if context.screen else "plain_picture")
    elif kind in SOUND:
        add("screen_sound" if context.screen else "plain_sound")


def _habits(frame: Frame, home: Home, context: Context, add: object) -> None:
    assert callable(add)
    if risky(frame, home):
        return  # what people do as a rule never speaks for what has to be confirmed
    for habit in context.habits:
        then = habit.then
        if habit.person is not None and context.person is not None and habit.person != context.person:
            continue
        if then.get("intent") not in (None, frame.intent):
            continue
        strength = habit.p * habit.support / (habit.support + 2.0)
        slots, targets = then.get("slots") or {}, tuple(then.get("targets") or ())
        if habit.kind == "preference" and slots.get("search_query") and slots.get("search_query") == frame.slots.get("search_query"):
            add("preference", strength)
        elif targets and set(targets) & set(frame.targets):
            if habit.kind == "sequence":
                when = habit.when
                follows = when.get("activity") == context.activity is not None or any(
                    past.intent == when.get("intent") for past in context.recent
                )
                if follows:
                    add("sequence", strength)
            elif habit.kind == "preference" and tuple(frame.targets) == targets:
                add("preference", strength)
            elif habit.kind == "time" and _now(habit.when, context):
                add("habit_time", strength)


def _now(when: Mapping[str, object], context: Context) -> bool:
    if "hour" in when:
        return abs(int(str(when["hour"])) - context.now.hour) <= 1
    at = str(when.get("at", ""))
    days = when.get("days")
    if isinstance(days, (list, tuple)) and days and context.now.weekday() not in days:
        return False
    return at[:2].isdigit() and abs(int(at[:2]) * 60 + int(at[3:5] or 0) - context.now.hour * 60 - context.now.minute) <= 45


def _moment(frame: Frame, home: Home, context: Context, targets: list[str], add: object) -> None:
    assert callable(add)
    if any(_drink(home, habit.then) for habit in context.habits if habit.kind in ("sequence", "time")):
        return  # what this house does speaks louder than what houses do
    hour = context.now.hour
    coffee = any(house_now.appliance_of(home, t) == "coffee maker" for t in targets)
    kettle = any(house_now.appliance_of(home, t) in ("kettle", "brewery") for t in targets)
    if coffee and 4 <= hour < 11:
        add("morning")
    if kettle and 14 <= hour < 23:
        add("evening")
    if coffee and context.activity == "alarm_stopped":
        add("after_alarm")


def _drink(home: Home, then: Mapping[str, object]) -> bool:
    """Whether a habit is about what makes hot drinks."""
    targets = then.get("targets")
    return isinstance(targets, (list, tuple)) and any(
        house_now.appliance_of(home, str(t)) in ("coffee maker", "kettle", "brewery") for t in targets if str(t) in home.entities
    )
