"""What to say of a thing done, already so, or done a while ago: keys and values for language/en.toml. Sends nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from devices.capability import expected_state
from devices.home import Command, Home
from hub.decision import undo
from hub.decision.line import Line
from hub.keeping import timers as plans
from hub.saying import wording
from hub.saying.timer_words import timer_name
from models.phrases import phrases
from models.said import Context, Frame, Past
from models.situation import house_now

_ALREADY = frozenset(
    {
        "turn_on",
        "turn_off",
        "open_cover",
        "close_cover",
        "open_valve",
        "close_valve",
        "lock",
        "unlock",
        "set_temperature",
        "set_cover_position",
        "set_percentage",
        "volume_set",
        "start",
        "return_to_base",
        "start_mowing",
        "dock",
        "media_pause",
        "volume_mute",
        "set_humidity",
        "alarm_arm_away",
        "alarm_arm_home",
        "alarm_arm_night",
        "alarm_arm_vacation",
        "alarm_disarm",
        "set_hvac_mode",
        "set_preset_mode",
        "set_fan_mode",
        "set_swing_mode",
        "set_mode",
        "set_operation_mode",
        "select_option",
        "set_fan_speed",
        "select_source",
        "select_sound_mode",
        "set_value",
    }
)
"""Services that change nothing where everything is so already."""
_STATES = frozenset({"position", "brightness_step_pct", "hvac_mode", "operation_mode", "option", "value"})
"""What is not read from an attribute of its name."""
_SO: Mapping[str, str] = {
    "turn_on": "already.on",
    "turn_off": "already.off",
    "open_cover": "already.open",
    "open_valve": "already.open",
    "close_cover": "already.closed",
    "close_valve": "already.closed",
    "lock": "already.locked",
    "unlock": "already.unlocked",
}
_SAID: Mapping[str, str] = {
    "turn_on": "done.on",
    "turn_off": "done.off",
    "open_cover": "done.open",
    "close_cover": "done.close",
    "open_valve": "done.open",
    "close_valve": "done.close",
    "lock": "done.lock",
    "unlock": "done.unlock",
    "press": "done.press",
    "toggle": "done.toggle",
    "media_pause": "done.pause",
    "media_play": "done.resume",
    "media_next_track": "done.next",
    "media_previous_track": "done.previous",
    "volume_up": "done.louder",
    "volume_down": "done.quieter",
    "start": "done.vacuum_start",
    "return_to_base": "done.vacuum_dock",
    "start_mowing": "done.mower_start",
    "dock": "done.mower_dock",
    "pause": "done.pause",
    "stop": "done.stop",
    "stop_cover": "done.stop",
    "media_stop": "done.stop",
    "increase_speed": "done.faster",
    "decrease_speed": "done.slower",
    "alarm_disarm": "done.disarm",
    "alarm_arm_away": "done.arm",
    "alarm_arm_home": "done.arm",
    "alarm_arm_night": "done.arm",
    "alarm_arm_vacation": "done.arm",
    "show_camera": "done.camera",
    "add_item": "done.list_add",
    "remove_item": "done.list_remove",
    "update_item": "done.list_complete",
    "announce": "done.announce",
    "publish": "done.own",
    "clean_area": "done.vacuum_start",
}
_DID: Mapping[str, str] = {
    "turn_on": "turned on {names}",
    "turn_off": "turned off {names}",
    "open_cover": "opened {names}",
    "close_cover": "closed {names}",
    "lock": "locked {names}",
    "unlock": "unlocked {names}",
    "set_temperature": "set {names} to {value} degrees",
    "play_media": "played {value} on {names}",
    "media_pause": "paused {names}",
    "volume_up": "turned {names} up",
    "volume_down": "turned {names} down",
    "volume_set": "set the volume of {names}",
    "add_item": "put {value} on {names}",
    "start": "started {names}",
    "return_to_base": "sent {names} home",
    "set_percentage": "set {names} to {value} percent",
    "set_cover_position": "set {names} to {value} percent",
    "publish": "sent your command",
}


def known_keys() -> frozenset[str]:
    return frozenset(phrases())


def already(frame: Frame, commands: Sequence[Command], home: Home) -> bool:
    """Whether every one of these commands would leave everything as it is. Unknown states count as different."""
    for command in commands:
        name = command.service.partition(".")[2]
        if (
            command.entity_id is None
            or name not in _ALREADY
            or house_now.domain(command.entity_id) in ("scene", "script", "button", "automation")
        ):
            return False
        before = home.state(command.entity_id)
        if before.value in ("unknown", "unavailable", ""):
            return False
        after = expected_state(home, command)
        if after.value != before.value or any(before.attributes.get(k) != v for k, v in after.attributes.items()):
            return False
        wanted = {"brightness_pct": "brightness", "color_name": "rgb_color", "brightness_step_pct": "brightness"}
        if any(wanted.get(k, k) not in before.attributes for k in command.data if k not in _STATES):
            return False
    return bool(commands)


def already_line(frame: Frame, commands: Sequence[Command], home: Home, context: Context) -> Line:
    names, are = wording.named(home, [str(c.entity_id) for c in commands], context.area)
    name = commands[0].service.partition(".")[2]
    key = _SO.get(name, "already.so") if not commands[0].data else "already.so"
    if commands[0].service == "light.turn_on" and all(home.state(str(c.entity_id)).value == "off" for c in commands):
        key = "already.off"
    return key, {"names": names, "are": are}


def line(frame: Frame, commands: Sequence[Command], home: Home, context: Context) -> Line:
    """The sentence for a frame whose commands are about to be sent."""
    first = commands[0]
    domain, _, name = first.service.partition(".")
    ids = [str(c.entity_id) for c in commands if c.entity_id is not None]
    names, are = wording.named(home, ids, context.area)
    values: dict[str, Any] = {"names": names, "are": are}
    data = first.data
    if domain in ("scene", "script") and name == "turn_on":
        return f"done.{domain}", values | {"names": ", ".join(wording.spoken(home.entities[i].name) for i in ids if i in home.entities)}
    if first.service == "light.turn_on" and data:
        return _light(data, values)
    if name == "set_temperature":
        step = house_now.number(frame.slots.get("temperature_step"))
        key = "temperature" if step is None else "warmer" if step > 0 else "cooler"
        return f"done.{key}", values | {"value": wording.number(data.get("temperature"))}
    if name == "volume_set":
        level = round(100 * float(data.get("volume_level", 0)))
        step = frame.slots.get("volume_step")
        key = "volume" if step is None else "louder" if step == "up" or (house_now.number(step) or -1) > 0 else "quieter"
        return f"done.{key}", values | {"value": level}
    if name == "volume_mute":
        return ("done.mute" if data.get("is_volume_muted") else "done.unmute"), values
    if name == "play_media":
        query = frame.slots.get("search_query")
        kind = frame.slots.get("media_class")
        if not query:
            return ("done.okay" if kind else "done.play_music"), values
        if kind in ("movie", "audiobook", "album", "podcast", "tv_show"):
            return "done.play_class", values | {"value": query, "kind": str(kind).replace("_", " ").replace("tv show", "show")}
        return "done.play", values | {"value": query}
    for key, slot in (
        ("speed", "percentage"),
        ("position", "position"),
        ("humidity", "humidity"),
        ("mode", "mode"),
        ("fan_mode", "fan_mode"),
        ("mode", "hvac_mode"),
        ("mode", "preset_mode"),
        ("mode", "operation_mode"),
        ("mode", "option"),
        ("mode", "source"),
        ("mode", "sound_mode"),
        ("mode", "fan_speed"),
        ("mode", "value"),
    ):
        if slot in data:
            spoken = data[slot].replace("_", " ") if isinstance(data[slot], str) else wording.number(data[slot])
            return f"done.{key}", values | {"value": spoken}
    return _SAID.get(name, "done.okay"), values | {"value": str(data.get("item", ""))}


def _light(data: Mapping[str, Any], values: Mapping[str, Any]) -> Line:
    if "color_name" in data or "rgb_color" in data:
        return "done.color", dict(values) | {"value": frame_colour(data)}
    if "brightness_step_pct" in data:
        return ("done.brighter" if data["brightness_step_pct"] > 0 else "done.dimmer"), values
    if "brightness_pct" in data:
        return "done.brightness", dict(values) | {"value": data["brightness_pct"]}
    return "done.white", dict(values) | {"value": data.get("color_temp_kelvin")}


def frame_colour(data: Mapping[str, Any]) -> str:
    return str(data["color_name"]) if "color_name" in data else "in that colour"


def timer_line(frame: Frame, plan: plans.Plan, context: Context) -> Line:
    """The sentence for a timer, alarm or reminder that was set, changed or ended."""
    now = context.now
    first = plan.about[0] if plan.about else None
    if first is None:
        return "done.okay", {}
    left = wording.span(first.left_s(now.astimezone(UTC)))
    due = first.due.astimezone(now.tzinfo)
    named = f" for {first.name}" if first.name and frame.intent == "HassStartTimer" else ""
    if first.name and not named:
        named = f" on {timer_name(first)}"
    values = {"left": left, "named": named, "name": timer_name(first), "when": _when(first, now)}
    if frame.intent == "HubWhen" and first.awaited is None:
        return "timer.wait_sun", {"fact": first.name or "", "time": wording.clock(due)}
    if first.awaited is not None:
        values |= {"fact": first.awaited.fact, "value": first.message or ""}
        if frame.intent == "HubWhen":
            told = "timer.wait_remind" if first.message else "timer.wait_tell"
            again = "timer.wait_again" if not first.armed else "timer.wait_set"
            return (told if first.command is None else again), values
    keys = {
        "HubCancelWait": "timer.wait_cancelled",
        "HassStartTimer": "timer.command" if first.kind == "command" else "timer.set",
        "HassCancelTimer": "timer.cancelled",
        "HassCancelAllTimers": "timer.cancelled_all",
        "HassIncreaseTimer": "timer.changed",
        "HassDecreaseTimer": "timer.changed",
        "HassPauseTimer": "timer.paused",
        "HassUnpauseTimer": "timer.resumed",
        "HubSetAlarm": "timer.alarm_set",
        "HubSetReminder": "timer.reminder_set",
        "HubCancelAlarm": "timer.alarm_cancelled",
        "HubCancelReminder": "timer.reminder_cancelled",
        "HubSnooze": "timer.snoozed",
    }
    del due
    return keys.get(frame.intent, "done.okay"), values


def _when(timer: plans.Timer, now: Any) -> str:
    due = timer.due.astimezone(now.tzinfo)
    if timer.repeat:
        return f"every {wording.listed([d.capitalize() for d in timer.repeat])} at {wording.clock(due)}"
    return f"{wording.day(due, now)} at {wording.clock(due)}"


def told(past: Past, home: Home) -> str:
    """What an earlier turn did, in the past tense: "turned on the kitchen light"."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for action in past.actions:
        if action.get("status") in undo.DONE:
            groups.setdefault(str(action.get("service", "")), []).append(action)
    said = []
    for service, actions in groups.items():
        ids = [str(a["entity_id"]) for a in actions if a.get("entity_id")]
        data = actions[0].get("data") or {}
        value = data.get("temperature", data.get("item", data.get("media_content_id", data.get("percentage", data.get("position", "")))))
        names, _ = wording.named(home, ids, past.room)
        text = _DID.get(service.partition(".")[2], f"called {service} for {{names}}")
        said.append(text.format(names=names, value=wording.number(value)))
    return wording.listed(said)


_SIGNALS: Mapping[str, str] = {
    "room": "of the room",
    "device_state": "of what is on in the house",
    "screen": "of the screen",
    "habit": "that is what you usually ask for",
    "time": "of the time of day",
    "history": "of what we had just said",
    "taught": "you taught me so",
    "person": "it was you who asked",
    "activity": "of what had just happened",
}


def because(signals: Sequence[str]) -> str:
    """ ", because of the room and of the time of day", or nothing."""
    known = [_SIGNALS[s] for s in signals if s in _SIGNALS]
    return f", because {wording.listed(known)}" if known else ""


def meaning(intent: str | None, targets: Sequence[str], home: Home, room: str | None, slots: Mapping[str, Any] | None = None) -> str:
    """A frame in plain words, as they follow "I took it to mean"."""
    if intent is None:
        return phrases()["meaning.not_understood"][0]
    domain = house_now.domain(targets[0]) if targets else ""
    known = phrases()
    text = (known.get(f"meaning.{intent}_{domain}") or known.get(f"meaning.{intent}") or known["meaning.other"])[0]
    if "{names}" in text and not targets:
        verb = {"HassTurnOn": "turn on", "HassTurnOff": "turn off"}.get(intent, "do something with")
        return known["meaning.nothing_known"][0].format(verb=verb)
    names, _ = wording.named(home, targets, room)
    said = slots or {}
    what = next((str(said[k]) for k in ("search_query", "item", "message", "area") if said.get(k)), "something")
    return text.format(names=names, what=what)


def why_line(past: Past | None, home: Home) -> Line:
    if past is None:
        return "answer.why_nothing", {}
    why = because(past.signals)
    if past.rewrite is not None:
        key = "answer.why_taught" if past.rewrite.get("source") == "taught" else "answer.why_learned"
        return key, {"heard": past.heard, "to": past.rewrite.get("to"), "because": why}
    return "answer.why", {"heard": past.heard, "meaning": meaning(past.intent, past.targets, home, past.room, past.slots), "because": why}
