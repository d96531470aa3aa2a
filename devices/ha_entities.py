"""The entities of Home Assistant's MQTT discovery but lights: what each component's configuration means. Knows no topic layout."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from devices.ha_light import light
from devices.ha_parts import Apply, Parts, Send, json_object, with_attributes, with_value
from devices.home import State
from devices.wiring import CannotDo, Message, Write, read_only

Built = tuple[Write, bool]


def _named(table: Mapping[str, str]) -> Apply:
    """A payload that stands for a state."""
    return lambda value, state: with_value(state, table[value]) if value in table else None


def _need(send: Send | None) -> Send:
    if send is None:
        raise CannotDo("not_supported")
    return send


def _finite(value: str) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{value} is no reading")
    return int(number) if number == int(number) else number


def _plain(value: str, state: State) -> State | None:
    return with_value(state, "unknown" if value in ("None", "nan", "NaN") else value[:255])


def _switch(parts: Parts) -> Built:
    on, off = parts.text("payload_on", "ON"), parts.text("payload_off", "OFF")
    power = parts.command("command_topic", "command_template")
    echoes = parts.listen("state_topic", "value_template", _named(
        {parts.text("state_on", on): "on", parts.text("state_off", off): "off", "None": "unknown"}))

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        return (_need(power)(on if after.value == "on" else off),)

    return write, echoes


def _siren(parts: Parts) -> Built:
    on, off = parts.text("payload_on", "ON"), parts.text("payload_off", "OFF")
    states = {parts.text("state_on", on): "on", parts.text("state_off", off): "off"}
    power = parts.command("command_topic", "command_template")
    parts.keep("available_tones")

    def apply(value: str, state: State) -> State | None:
        named = states.get(value) or states.get(str(json_object(value).get("state")) if value.startswith("{") else "")
        return with_value(state, named) if named is not None else None

    echoes = parts.listen("state_topic", "state_value_template", apply)

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        extra = {key: data[key] for key in ("tone", "duration", "volume_level") if key in data}
        payload = on if after.value == "on" else off
        plain = "command_template" in parts.config or not extra
        return (_need(power)(payload if plain else json.dumps({"state": payload, **extra}), state=payload, **extra),)

    return write, echoes


def _lock(parts: Parts) -> Built:
    power = parts.command("command_topic", "command_template")
    echoes = parts.listen("state_topic", "value_template", _named({
        parts.text(f"state_{name}", name.upper()): name
        for name in ("locked", "unlocked", "locking", "unlocking", "jammed", "open", "opening")
    } | {"None": "unknown"}))
    if "payload_open" in parts.config:
        parts.features.add("open")

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        if name == "open" and "payload_open" not in parts.config:
            raise CannotDo("not_supported")
        return (_need(power)(parts.text(f"payload_{name}", name.upper()), code=data.get("code")),)

    return write, echoes


def _moved(parts: Parts, state_closed: str = "closed") -> Apply:
    table = {parts.text(f"state_{name}", name): name for name in ("open", "opening", "closed", "closing")} | {"None": "unknown"}
    stopped = parts.text("state_stopped", "stopped")

    def apply(value: str, state: State) -> State | None:
        if value == stopped and value not in table:
            position = state.attributes.get("current_position")
            shut = position == 0 if position is not None else state.value in ("closed", "closing")
            return with_value(state, "closed" if shut else "open")
        return with_value(state, table[value]) if value in table else None

    return apply


def _percent(value: float, low: float, high: float) -> int:
    return round(max(0.0, min(100.0, (value - low) * 100 / (high - low)))) if high != low else 0


def _from_percent(value: float, low: float, high: float) -> int:
    return round(low + (high - low) * value / 100)


def _cover(parts: Parts) -> Built:
    power = parts.command("command_topic")
    place, tilt = parts.command("set_position_topic", "set_position_template"), parts.command("tilt_command_topic", "tilt_command_template")
    shut, wide = parts.number("position_closed", 0), parts.number("position_open", 100)
    tilt_low, tilt_high = parts.number("tilt_min", 0), parts.number("tilt_max", 100)
    echoes = parts.listen("state_topic", "value_template", _moved(parts))

    def position(value: str, state: State) -> State | None:
        given = json_object(value) if value.startswith("{") else {"position": value}
        state = with_attributes(state, current_position=_percent(float(given["position"]), shut, wide))
        if "tilt_position" in given:
            state = tilted(str(given["tilt_position"]), state)
        return state if echoes else with_value(state, "closed" if state.attributes["current_position"] == 0 else "open")

    def tilted(value: str, state: State) -> State:
        return with_attributes(state, current_tilt_position=_percent(float(value), tilt_low, tilt_high))

    placed = parts.listen("position_topic", "position_template" if "position_template" in parts.config else "value_template", position)
    parts.listen("tilt_status_topic", "tilt_status_template", tilted)
    for feature, key in (("open", "payload_open"), ("close", "payload_close"), ("stop", "payload_stop")):
        if power is not None and parts.config.get(key, "") is not None:
            parts.features.add(feature)
    parts.features |= ({"set_position"} if place is not None else set()) | (
        {"set_tilt_position", "open_tilt", "close_tilt"} if tilt is not None else set())

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        if name == "toggle":
            name = "open_cover" if after.value == "open" else "close_cover"
        if name.endswith("tilt") or "tilt_position" in data:
            opened, closed = parts.number("tilt_opened_value", 100), parts.number("tilt_closed_value", 0)
            value = {"open_cover_tilt": opened, "close_cover_tilt": closed}.get(name)
            if value is None:
                value = _from_percent(float(data.get("tilt_position", 50)), tilt_low, tilt_high)
            return (_need(tilt)(round(value), tilt_position=round(value)),)
        if name == "set_cover_position":
            percent = float(data["position"])
            if place is None and percent in (0, 100):
                name = "open_cover" if percent else "close_cover"
            else:
                return (_need(place)(_from_percent(percent, shut, wide), position=percent),)
        verb = name.removesuffix("_cover")
        key, default = f"payload_{verb}", verb.upper()
        if power is None and place is not None and name != "stop_cover":
            return (place(round(wide if name == "open_cover" else shut)),)
        if key in parts.config and parts.config[key] is None:
            raise CannotDo("not_supported")
        return (_need(power)(parts.text(key, default)),)

    return write, echoes or placed


def _valve(parts: Parts) -> Built:
    reports = parts.config.get("reports_position") is True
    power = parts.command("command_topic", "command_template")
    shut, wide = parts.number("position_closed", 0), parts.number("position_open", 100)
    moved = _moved(parts)

    def apply(value: str, state: State) -> State | None:
        given = json_object(value) if value.startswith("{") else {}
        text, place = str(given.get("state", "" if given else value)), given.get("position")
        if reports and place is None and not given and text.replace(".", "").lstrip("-").isdigit():
            place, text = text, ""
        if place is not None:
            percent = _percent(float(place), shut, wide)
            state = with_value(with_attributes(state, current_position=percent), "open" if percent else "closed")
        return moved(text, state) or (state if place is not None else None)

    echoes = parts.listen("state_topic", "value_template", apply)
    parts.features |= {"open", "close"} | ({"set_position"} if reports else set())
    parts.features |= {"stop"} if parts.config.get("payload_stop") else set()

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        if name == "stop_valve":
            if not parts.config.get("payload_stop"):
                raise CannotDo("not_supported")
            return (_need(power)(parts.text("payload_stop", "STOP")),)
        if reports:
            percent = float(data["position"]) if name == "set_valve_position" else 100.0 if after.value == "open" else 0.0
            return (_need(power)(_from_percent(percent, shut, wide)),)
        if name == "set_valve_position":
            raise CannotDo("not_supported")
        opened = after.value == "open"
        return (_need(power)(parts.text("payload_open" if opened else "payload_close", "OPEN" if opened else "CLOSE")),)

    return write, echoes


def _climate(parts: Parts) -> Built:
    names = ("mode", "temperature", "temperature_high", "temperature_low", "fan_mode", "preset_mode", "swing_mode", "target_humidity",
             "power")
    sends = {name: parts.command(f"{name}_command_topic", f"{name}_command_template") for name in names}
    modes = parts.strings("modes") or ["auto", "off", "cool", "heat", "dry", "fan_only"]
    parts.keep("fan_modes", "preset_modes", "swing_modes", "min_temp", "max_temp", target_temp_step="temp_step")
    parts.attributes["hvac_modes"] = modes
    if parts.text("temperature_unit", "") in ("C", "F"):
        parts.attributes["temperature_unit"] = "°" + parts.text("temperature_unit", "C")
    echoes = parts.listen("mode_state_topic", "mode_state_template", _plain)
    for topic, template, name in (
        ("temperature_state_topic", "temperature_state_template", "temperature"),
        ("temperature_high_state_topic", "temperature_high_state_template", "target_temp_high"),
        ("temperature_low_state_topic", "temperature_low_state_template", "target_temp_low"),
        ("current_temperature_topic", "current_temperature_template", "current_temperature"),
        ("current_humidity_topic", "current_humidity_template", "current_humidity"),
        ("target_humidity_state_topic", "target_humidity_state_template", "humidity"),
    ):
        echoes = parts.attribute(topic, template, name, _finite) or echoes
    for topic, template, name in (
        ("action_topic", "action_template", "hvac_action"), ("fan_mode_state_topic", "fan_mode_state_template", "fan_mode"),
        ("swing_mode_state_topic", "swing_mode_state_template", "swing_mode"),
        ("preset_mode_state_topic", "preset_mode_value_template", "preset_mode"),
    ):
        parts.attribute(topic, template, name)
    parts.features |= {
        feature for name, feature in (("temperature", "target_temperature"), ("temperature_high", "target_temperature_range"),
                                      ("fan_mode", "fan_mode"), ("preset_mode", "preset_mode"), ("swing_mode", "swing_mode"),
                                      ("target_humidity", "target_humidity"), ("mode", "turn_on"), ("mode", "turn_off"))
        if sends[name] is not None
    }

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        messages: list[Message] = []
        if name in ("turn_on", "turn_off", "toggle") and sends["power"] is not None:
            payload = parts.text("payload_off", "OFF") if after.value == "off" else parts.text("payload_on", "ON")
            return (sends["power"](payload),)
        by_mode = ("turn_on", "turn_off", "toggle", "set_hvac_mode", "set_operation_mode")
        if name in by_mode or "hvac_mode" in data or "operation_mode" in data:
            if after.value not in modes:
                raise CannotDo("bad_value")
            messages.append(_need(sends["mode"])(after.value))
        for field, send, ours in (
            ("temperature", "temperature", "temperature"), ("target_temp_high", "temperature_high", "target_temp_high"),
            ("target_temp_low", "temperature_low", "target_temp_low"), ("humidity", "target_humidity", "humidity"),
            ("fan_mode", "fan_mode", "fan_mode"), ("preset_mode", "preset_mode", "preset_mode"), ("swing_mode", "swing_mode", "swing_mode"),
        ):
            if field in data:
                messages.append(_need(sends[send])(after.attributes.get(ours, data[field])))
        if not messages:
            raise CannotDo("not_supported")
        return tuple(messages)

    return write, echoes


def _fan(parts: Parts) -> Built:
    on, off = parts.text("payload_on", "ON"), parts.text("payload_off", "OFF")
    low, high = parts.number("speed_range_min", 1), parts.number("speed_range_max", 100)
    power = parts.command("command_topic", "command_template")
    sends = {name: parts.command(f"{name}_command_topic", f"{name}_command_template")
             for name in ("percentage", "preset_mode", "oscillation", "direction")}
    swing_on, swing_off = parts.text("payload_oscillation_on", "oscillate_on"), parts.text("payload_oscillation_off", "oscillate_off")
    parts.keep("preset_modes")
    if sends["percentage"] is not None:
        parts.attributes["percentage_step"] = 100 / max(1.0, high - low + 1)
    echoes = parts.listen("state_topic", "state_value_template", _named({on: "on", off: "off", "None": "unknown"}))

    def speed(value: str, state: State) -> State | None:
        if value == parts.text("payload_reset_percentage", "None"):
            return with_attributes(state, percentage=None)
        percent = round((float(value) - low + 1) * 100 / max(1.0, high - low + 1)) if float(value) >= low else 0
        return with_attributes(state, percentage=min(100, percent))

    parts.listen("percentage_state_topic", "percentage_value_template", speed)
    parts.attribute("preset_mode_state_topic", "preset_mode_value_template", "preset_mode")
    parts.attribute("direction_state_topic", "direction_value_template", "direction")
    parts.attribute("oscillation_state_topic", "oscillation_value_template", "oscillating", lambda value: value == swing_on)
    parts.features |= {"turn_on", "turn_off"} | {
        feature for name, feature in (("percentage", "set_speed"), ("preset_mode", "preset_mode"), ("oscillation", "oscillate"),
                                      ("direction", "direction")) if sends[name] is not None
    }

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        if name == "oscillate":
            return (_need(sends["oscillation"])(swing_on if data.get("oscillating") else swing_off),)
        if name == "set_direction":
            return (_need(sends["direction"])(data["direction"]),)
        if after.value == "off":
            return (_need(power)(off),)
        messages = [_need(power)(on)] if before.value != "on" or name in ("turn_on", "toggle") else []
        if "percentage" in data or name.endswith("crease_speed"):
            steps = math.ceil(after.attributes["percentage"] * max(1.0, high - low + 1) / 100)
            messages.append(_need(sends["percentage"])(round(low - 1 + steps)))
        if "preset_mode" in data:
            messages.append(_need(sends["preset_mode"])(data["preset_mode"]))
        return tuple(messages)

    return write, echoes


def _humidifier(parts: Parts) -> Built:
    on, off = parts.text("payload_on", "ON"), parts.text("payload_off", "OFF")
    power, target = parts.command("command_topic", "command_template"), parts.command(
        "target_humidity_command_topic", "target_humidity_command_template")
    mode = parts.command("mode_command_topic", "mode_command_template")
    parts.keep("min_humidity", "max_humidity", available_modes="modes")
    parts.features |= {"modes"} if mode is not None else set()
    echoes = parts.listen("state_topic", "state_value_template", _named({on: "on", off: "off", "None": "unknown"}))
    parts.attribute("target_humidity_state_topic", "target_humidity_state_template", "humidity", _finite)
    parts.attribute("current_humidity_topic", "current_humidity_template", "current_humidity", _finite)
    parts.attribute("mode_state_topic", "mode_state_template", "mode")

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        if name == "set_humidity":
            return (_need(target)(after.attributes["humidity"]),)
        if name == "set_mode":
            return (_need(mode)(data["mode"]),)
        return (_need(power)(on if after.value == "on" else off),)

    return write, echoes


def _vacuum(parts: Parts) -> Built:
    power, speed, free = parts.command("command_topic"), parts.command("set_fan_speed_topic"), parts.command("send_command_topic")
    features = set(parts.strings("supported_features")) or {"start", "stop", "return_home", "battery", "clean_spot"}
    parts.features |= features | ({"fan_speed"} if speed is not None else set())
    parts.keep("fan_speed_list")

    def apply(value: str, state: State) -> State | None:
        given = json_object(value) if value.startswith("{") else {"state": value}
        if given.get("state") in ("cleaning", "docked", "paused", "idle", "returning", "error"):
            state = with_value(state, given["state"])
        extra = {key: given[key] for key in ("battery_level", "fan_speed") if key in given}
        return with_attributes(state, **extra)

    echoes = parts.listen("state_topic", "value_template", apply)
    payloads = {"start": "start", "turn_on": "start", "pause": "pause", "stop": "stop", "return_to_base": "return_to_base",
                "turn_off": "return_to_base", "clean_spot": "clean_spot", "locate": "locate"}

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        if name == "set_fan_speed":
            return (_need(speed)(data["fan_speed"]),)
        if name == "send_command":
            return (_need(free)(data["command"]),)
        if name == "toggle":
            name = "start" if after.value == "cleaning" else "return_to_base"
        if name not in payloads:
            raise CannotDo("not_supported")
        return (_need(power)(parts.text(f"payload_{payloads[name]}", payloads[name])),)

    return write, echoes


def _lawn_mower(parts: Parts) -> Built:
    sends = {name: parts.command(f"{name}_command_topic", f"{name}_command_template") for name in ("start_mowing", "pause", "dock")}
    echoes = parts.listen("activity_state_topic", "activity_value_template", _plain)
    parts.features |= {name for name, send in sends.items() if send is not None}

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        return (_need(sends.get(name))(name),)

    return write, echoes


def _alarm(parts: Parts) -> Built:
    send = parts.command("command_topic", "command_template")
    echoes = parts.listen("state_topic", "value_template", _plain)

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        action = name.removeprefix("alarm_")
        payload = parts.text(f"payload_{action}", action.upper())
        if "command_template" in parts.config:
            return (_need(send)(payload, action=payload, code=data.get("code")),)
        return (_need(send)(payload),)

    return write, echoes


def _press(key: str, default: str) -> Callable[[Parts], Built]:
    def build(parts: Parts) -> Built:
        send = parts.command("command_topic", "command_template")

        def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
            return (_need(send)(parts.text(key, default)),)

        return write, False

    return build


def _setter(field: str) -> Callable[[Parts], Built]:
    """number, select and text: one value in, the same value back."""

    def build(parts: Parts) -> Built:
        send = parts.command("command_topic", "command_template")
        parts.keep("min", "max", "step", "mode", "options", "pattern")
        echoes = parts.listen("state_topic", "value_template", _plain)

        def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
            options = parts.strings("options")
            if field == "option" and options and after.value not in options:
                raise CannotDo("bad_value")
            return (_need(send)(after.value),)

        return write, echoes

    return build


def _sensor(parts: Parts) -> Built:
    parts.keep("options", "last_reset")
    parts.listen("state_topic", "value_template", _plain)
    return read_only, False


def _binary_sensor(parts: Parts) -> Built:
    parts.listen("state_topic", "value_template", _named(
        {parts.text("payload_on", "ON"): "on", parts.text("payload_off", "OFF"): "off", "None": "unknown"}))
    return read_only, False


def _tracker(parts: Parts) -> Built:
    table = {parts.text("payload_home", "home"): "home", parts.text("payload_not_home", "not_home"): "not_home",
             parts.text("payload_reset", "None"): "unknown"}
    parts.listen("state_topic", "value_template", lambda value, state: with_value(state, table.get(value, value[:255])))
    return read_only, False


def _event(parts: Parts) -> Built:
    def apply(value: str, state: State) -> State | None:
        kind = json_object(value).get("event_type")
        return with_attributes(state, event_type=str(kind)) if kind is not None else None

    parts.keep("event_types")
    parts.listen("state_topic", "value_template", apply)
    return read_only, False


def _camera(parts: Parts) -> Built:
    parts.topic("topic")  # the pictures are not read, only the claim is checked
    return read_only, False


def _notify(parts: Parts) -> Built:
    send = parts.command("command_topic", "command_template")

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        return (_need(send)(data.get("message", "")),)

    return write, False


def by_service(parts: Parts) -> Built:
    """Our own schema ("schema": "hub") for what discovery has no component for: media players, to-do lists, scripts, weather.

    Commands go out as {"service": "media_pause", "data": {…}}; states come in as {"state": "paused", "attributes": {…}}.
    """
    send = parts.command("command_topic")
    parts.features |= set(parts.strings("supported_features"))

    def apply(value: str, state: State) -> State | None:
        given = json_object(value)
        attributes = given.get("attributes")
        if isinstance(attributes, dict):
            state = with_attributes(state, **{str(key): item for key, item in attributes.items()})
        return with_value(state, str(given["state"])[:255]) if given.get("state") is not None else state

    echoes = parts.listen("state_topic", "value_template", apply)

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        return (_need(send)(json.dumps({"service": name, "data": dict(data)}, ensure_ascii=False)),)

    return write, echoes


COMPONENTS: dict[str, Callable[[Parts], Built]] = {
    "light": light, "switch": _switch, "siren": _siren, "lock": _lock, "cover": _cover, "valve": _valve, "climate": _climate,
    "water_heater": _climate, "fan": _fan, "humidifier": _humidifier, "vacuum": _vacuum, "lawn_mower": _lawn_mower,
    "alarm_control_panel": _alarm, "button": _press("payload_press", "PRESS"), "scene": _press("payload_on", "ON"),
    "number": _setter("value"), "select": _setter("option"), "text": _setter("value"), "sensor": _sensor,
    "binary_sensor": _binary_sensor, "device_tracker": _tracker, "event": _event, "camera": _camera, "image": _camera, "notify": _notify,
    "update": _sensor,
}
"""Home Assistant's components that become entities. device_automation and tag are triggers and become none."""
OURS = ("media_player", "todo", "script", "weather", "remote", "calendar")
"""Domains that only the "hub" schema announces."""
IGNORED = ("device_automation", "tag")
