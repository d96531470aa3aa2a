"""What the state of an entity should be after a command. Pure: Home and Command in, State out; knows no wire and no clock."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from devices.expected_light import Attributes, Data, between, light, number, switched, tidy
from devices.home import Command, Home, State

_GENERIC = {
    "cover": ("open_cover", "close_cover"), "valve": ("open_valve", "close_valve"), "lock": ("lock", "unlock"),
    "vacuum": ("start", "return_to_base"), "lawn_mower": ("start_mowing", "dock"), "button": ("press", "press"),
    "input_button": ("press", "press"),
}


def canonical(entity_id: str, service: str) -> str:
    """The service in the entity's own domain: homeassistant.turn_on of a lock is lock.lock, of a cover cover.open_cover."""
    domain, (asked, _, name) = entity_id.partition(".")[0], service.partition(".")
    if asked not in ("homeassistant", domain):
        return service
    generic = _GENERIC.get(domain)
    if generic is not None and name in ("turn_on", "turn_off") and not (domain == "vacuum" and asked == domain):
        return f"{domain}.{generic[name == 'turn_off']}"
    return f"{domain}.{name}"


def expected_state(home: Home, command: Command) -> State:
    """The state that the entity should report once it has obeyed. What a service does not change stays as it is.

    A service that isn't known, and an entity that isn't available, change nothing.
    """
    if command.entity_id is None:
        return State()
    before = home.state(command.entity_id)
    domain, _, name = canonical(command.entity_id, command.service).partition(".")
    step = _DOMAINS.get(domain)
    if step is None or not before.available:
        return before
    attributes = dict(before.attributes)
    value = step(name, before.value, attributes, command.data)
    return replace(before, value=value, attributes=MappingProxyType(attributes))


def same_state(expected: State, actual: State, before: State | None = None) -> bool:
    """Whether a device's report shows that it obeyed: value reached or on its way, and every attribute that should change has.

    Numbers are compared with the slack that bridges need (their own scales and rounding).
    """
    on_the_way = {"open": "opening", "closed": "closing", "locked": "locking", "unlocked": "unlocking", "returning": "docked",
                  "docked": "returning", "armed_home": "arming", "armed_away": "arming", "armed_night": "arming",
                  "armed_vacation": "arming",
                  "cleaning": "on", "playing": "buffering", "idle": "stopped"}
    moving = on_the_way.get(expected.value) == actual.value
    if expected.value != actual.value and not moving and not _close(expected.value, actual.value):
        return False
    if moving:
        return True
    for key, value in expected.attributes.items():
        changed = before is None or before.attributes.get(key) != value
        if changed and key in actual.attributes and not _close(value, actual.attributes[key], key):
            return False
    return True


def _close(a: Any, b: Any, key: str = "") -> bool:
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(_close(x, y, key) for x, y in zip(a, b, strict=True))
    try:
        x, y = float(a), float(b)
    except (TypeError, ValueError):
        return bool(a == b)
    slack = {"brightness": 3.0, "rgb_color": 12.0, "hs_color": 5.0, "color_temp_kelvin": 0.03 * abs(x), "color_temp": 6.0,
        "percentage": 8.0,
             "current_position": 2.0, "volume_level": 0.02}.get(key, 0.05)
    return math.isfinite(y) and abs(x - y) <= slack


def _switch(name: str, value: str, attributes: Attributes, data: Data) -> str:
    return switched(name, value)


def _mover(kind: str) -> Callable[[str, str, Attributes, Data], str]:
    """Covers and valves: the same verbs with another noun."""

    def step(name: str, value: str, attributes: Attributes, data: Data) -> str:
        key = "current_valve_position" if "current_valve_position" in attributes else "current_position"
        if name == "toggle":
            name = f"close_{kind}" if value in ("open", "opening") else f"open_{kind}"
        if name in (f"open_{kind}", f"close_{kind}"):
            if key in attributes:
                attributes[key] = 100 if name.startswith("open") else 0
            return "open" if name.startswith("open") else "closed"
        if name == f"set_{kind}_position":
            position = number(data, "position")
            if position is None:
                return value
            attributes[key] = round(between(position, 0, 100))
            return "open" if attributes[key] > 0 else "closed"
        if name == f"stop_{kind}":
            return {"opening": "open", "closing": "open"}.get(value, value)
        tilt = number(data, "tilt_position")
        if name in ("open_cover_tilt", "close_cover_tilt"):
            attributes["current_tilt_position"] = 100 if name.startswith("open") else 0
        elif name == "set_cover_tilt_position" and tilt is not None:
            attributes["current_tilt_position"] = round(between(tilt, 0, 100))
        return value

    return step


def _set_target(attributes: Attributes, value: float) -> None:
    low, high = number(attributes, "min_temp"), number(attributes, "max_temp")
    value = between(value, low if low is not None else value, high if high is not None else value)
    attributes["temperature"] = tidy(value)
    if "target_temperature" in attributes:
        attributes["target_temperature"] = tidy(value)


def _climate(name: str, value: str, attributes: Attributes, data: Data) -> str:
    modes = attributes.get("hvac_modes")
    modes = [str(mode) for mode in modes] if isinstance(modes, (list, tuple)) else []
    wanted = data.get("hvac_mode", data.get("operation_mode"))
    if name == "set_temperature":
        target = number(data, "temperature")
        if target is not None:
            _set_target(attributes, target)
        for key in ("target_temp_high", "target_temp_low"):
            if number(data, key) is not None:
                attributes[key] = tidy(number(data, key) or 0.0)
    if name == "toggle":
        name = "turn_off" if value != "off" else "turn_on"
    if name == "turn_on":
        wanted = value if value not in ("off", "unknown") else next(
            (mode for mode in ("heat_cool", "heat", "cool") if mode in modes), next((mode for mode in modes if mode != "off"), "heat")
        )
    elif name == "turn_off":
        wanted = "off"
    for service, key in (("set_preset_mode", "preset_mode"), ("set_fan_mode", "fan_mode"), ("set_swing_mode", "swing_mode"),
                         ("set_humidity", "humidity"), ("set_away_mode", "away_mode")):
        if name == service and key in data:
            attributes[key] = data[key]
    if wanted is not None and name in ("set_temperature", "set_hvac_mode", "set_operation_mode", "turn_on", "turn_off"):
        if "hvac_mode" in attributes:
            attributes["hvac_mode"] = str(wanted)
        return str(wanted)
    return value


def _fan(name: str, value: str, attributes: Attributes, data: Data) -> str:
    speed = number(data, "percentage")
    current = (number(attributes, "percentage") or 0.0) if value == "on" else 0.0
    if name in ("increase_speed", "decrease_speed"):
        step = number(data, "percentage_step") or number(attributes, "percentage_step") or 100 / 3
        speed = between(current + (step if name == "increase_speed" else -step), 0, 100)
    if name in ("turn_on", "set_percentage", "increase_speed", "decrease_speed") and speed is not None:
        attributes["percentage"] = round(between(speed, 0, 100))
        attributes.pop("preset_mode", None)
        return "on" if attributes["percentage"] > 0 else "off"
    if name in ("turn_on", "set_preset_mode") and "preset_mode" in data:
        attributes["preset_mode"] = data["preset_mode"]
        return "on"
    if name == "oscillate" and "oscillating" in data:
        attributes["oscillating"] = bool(data["oscillating"])
    if name == "set_direction" and "direction" in data:
        attributes["direction"] = data["direction"]
    return switched(name, value)


def _humidifier(name: str, value: str, attributes: Attributes, data: Data) -> str:
    humidity = number(data, "humidity")
    if name == "set_humidity" and humidity is not None:
        attributes["humidity"] = tidy(humidity)
    if name == "set_mode" and "mode" in data:
        attributes["mode"] = data["mode"]
    return switched(name, value)


def _media(name: str, value: str, attributes: Attributes, data: Data) -> str:
    volume = number(data, "volume_level")
    if name in ("volume_up", "volume_down"):
        volume = (number(attributes, "volume_level") or 0.0) + (0.1 if name == "volume_up" else -0.1)
    if volume is not None and name.startswith("volume"):
        attributes["volume_level"] = round(between(volume, 0.0, 1.0), 2)
    for service, given, key in (
        ("volume_mute", "is_volume_muted", "is_volume_muted"), ("select_source", "source", "source"), ("shuffle_set", "shuffle", "shuffle"),
        ("select_sound_mode", "sound_mode", "sound_mode"), ("repeat_set", "repeat", "repeat"), ("media_seek", "seek_position",
            "media_position"),
    ):
        if name == service and given in data:
            attributes[key] = data[given]
    if name == "play_media":
        media = data["media"] if isinstance(data.get("media"), Mapping) else data
        for given, keys in (("media_content_id", ("media_content_id", "media_title")), ("media_content_type", ("media_content_type",))):
            if media.get(given) is not None:
                attributes.update(dict.fromkeys(keys, media[given]))
        return "playing"
    if name in ("media_play_pause", "toggle"):
        playing, resting = ("playing", "paused") if name == "media_play_pause" else ("on", "off")
        return resting if value in ("playing", "on", "idle", "paused") and (name == "toggle" or value == "playing") else playing
    if name == "turn_on":
        return "on" if value in ("off", "standby", "unknown") else value
    return {"turn_off": "off", "media_play": "playing", "media_pause": "paused", "media_stop": "idle"}.get(name, value)


def _vacuum(name: str, value: str, attributes: Attributes, data: Data) -> str:
    if name == "set_fan_speed" and "fan_speed" in data:
        attributes["fan_speed"] = data["fan_speed"]
    if name == "toggle":
        return "returning" if value == "cleaning" else "cleaning"
    if name in ("return_to_base", "turn_off", "dock") and value == "docked":
        return value
    return {"start": "cleaning", "turn_on": "cleaning", "clean_spot": "cleaning", "clean_area": "cleaning", "pause": "paused",
        "stop": "idle",
            "return_to_base": "returning", "turn_off": "returning", "start_mowing": "mowing", "dock": "returning"}.get(name, value)


def _lock(name: str, value: str, attributes: Attributes, data: Data) -> str:
    return {"lock": "locked", "unlock": "unlocked", "open": "open"}.get(name, value)


def _alarm(name: str, value: str, attributes: Attributes, data: Data) -> str:
    if name.startswith("alarm_arm_"):
        return "armed_" + name.removeprefix("alarm_arm_")
    return {"alarm_disarm": "disarmed", "alarm_trigger": "triggered"}.get(name, value)


def _value(name: str, value: str, attributes: Attributes, data: Data) -> str:
    now, step = number({"value": value}, "value"), number(attributes, "step") or 1.0
    if name in ("increment", "decrement") and now is not None:
        return str(tidy(now + (step if name == "increment" else -step)))
    if name == "set_value" and data.get("value") is not None:
        given = number(data, "value")
        return str(tidy(given)) if given is not None else str(data["value"])
    return "0" if name == "reset" else value


def _select(name: str, value: str, attributes: Attributes, data: Data) -> str:
    options = attributes.get("options")
    options = [str(option) for option in options] if isinstance(options, (list, tuple)) else []
    if name == "select_option" and "option" in data:
        return str(data["option"])
    at = options.index(value) if value in options else 0
    moves = {"select_next": at + 1, "select_previous": at - 1, "select_first": 0, "select_last": -1}
    return options[moves[name] % len(options)] if options and name in moves else value


def _todo(name: str, value: str, attributes: Attributes, data: Data) -> str:
    """State is the number of open items; attributes.items holds them where the list is known."""
    known = attributes.get("items")
    items = [str(item) for item in known] if isinstance(known, (list, tuple)) else None
    given = data.get("item")
    wanted = [str(item) for item in (given if isinstance(given, (list, tuple)) else [given])] if given is not None else []
    count = int(number({"value": value}, "value") or (len(items) if items is not None else 0))
    done = name == "remove_item" or (name == "update_item" and data.get("status") == "completed")
    if name == "add_item":
        count += len(wanted)
        items = [*(items or []), *wanted] if items is not None else None
    elif done:
        folded = {item.casefold() for item in wanted}
        kept = [item for item in items if item.casefold() not in folded] if items is not None else None
        count = max(0, count - (len(wanted) if items is None or kept is None else len(items) - len(kept)))
        items = kept
    else:
        return value
    if items is not None:
        attributes["items"] = items
    return str(count)


def _script(name: str, value: str, attributes: Attributes, data: Data) -> str:
    return "off" if name == "turn_off" else value  # a script that was started ends by itself


def _timer(name: str, value: str, attributes: Attributes, data: Data) -> str:
    return {"start": "active", "pause": "paused", "cancel": "idle", "finish": "idle"}.get(name, value)


_DOMAINS: dict[str, Callable[[str, str, Attributes, Data], str]] = {
    "light": light, "switch": _switch, "input_boolean": _switch, "group": _switch, "siren": _switch, "remote": _switch,
    "automation": _switch, "camera": _switch, "cover": _mover("cover"), "valve": _mover("valve"), "climate": _climate,
    "water_heater": _climate, "fan": _fan, "humidifier": _humidifier, "media_player": _media, "vacuum": _vacuum, "lawn_mower": _vacuum,
    "lock": _lock, "alarm_control_panel": _alarm, "number": _value, "input_number": _value, "text": _value, "input_text": _value,
    "counter": _value, "select": _select, "input_select": _select, "todo": _todo, "script": _script, "timer": _timer,
}
