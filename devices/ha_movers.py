"""Covers, valves, thermostats and fans of Home Assistant's MQTT discovery: what moves or heats. Knows no other domain."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from devices.ha_parts import Apply, Built, Parts, finite, json_object, named, need, plain, with_attributes, with_value
from devices.home import State
from devices.wiring import CannotDo, Message


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


def cover(parts: Parts) -> Built:
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
            return (need(tilt)(round(value), tilt_position=round(value)),)
        if name == "set_cover_position":
            percent = float(data["position"])
            if place is None and percent in (0, 100):
                name = "open_cover" if percent else "close_cover"
            else:
                return (need(place)(_from_percent(percent, shut, wide), position=percent),)
        verb = name.removesuffix("_cover")
        key, default = f"payload_{verb}", verb.upper()
        if power is None and place is not None and name != "stop_cover":
            return (place(round(wide if name == "open_cover" else shut)),)
        if key in parts.config and parts.config[key] is None:
            raise CannotDo("not_supported")
        return (need(power)(parts.text(key, default)),)

    return write, echoes or placed


def valve(parts: Parts) -> Built:
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
            return (need(power)(parts.text("payload_stop", "STOP")),)
        if reports:
            percent = float(data["position"]) if name == "set_valve_position" else 100.0 if after.value == "open" else 0.0
            return (need(power)(_from_percent(percent, shut, wide)),)
        if name == "set_valve_position":
            raise CannotDo("not_supported")
        opened = after.value == "open"
        return (need(power)(parts.text("payload_open" if opened else "payload_close", "OPEN" if opened else "CLOSE")),)

    return write, echoes


def climate(parts: Parts) -> Built:
    names = ("mode", "temperature", "temperature_high", "temperature_low", "fan_mode", "preset_mode", "swing_mode", "target_humidity",
             "power")
    sends = {name: parts.command(f"{name}_command_topic", f"{name}_command_template") for name in names}
    modes = parts.strings("modes") or ["auto", "off", "cool", "heat", "dry", "fan_only"]
    parts.keep("fan_modes", "preset_modes", "swing_modes", "min_temp", "max_temp", target_temp_step="temp_step")
    parts.attributes["hvac_modes"] = modes
    if parts.text("temperature_unit", "") in ("C", "F"):
        parts.attributes["temperature_unit"] = "°" + parts.text("temperature_unit", "C")
    echoes = parts.listen("mode_state_topic", "mode_state_template", plain)
    for topic, template, name in (
        ("temperature_state_topic", "temperature_state_template", "temperature"),
        ("temperature_high_state_topic", "temperature_high_state_template", "target_temp_high"),
        ("temperature_low_state_topic", "temperature_low_state_template", "target_temp_low"),
        ("current_temperature_topic", "current_temperature_template", "current_temperature"),
        ("current_humidity_topic", "current_humidity_template", "current_humidity"),
        ("target_humidity_state_topic", "target_humidity_state_template", "humidity"),
    ):
        echoes = parts.attribute(topic, template, name, finite) or echoes
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
            messages.append(need(sends["mode"])(after.value))
        for field, send, ours in (
            ("temperature", "temperature", "temperature"), ("target_temp_high", "temperature_high", "target_temp_high"),
            ("target_temp_low", "temperature_low", "target_temp_low"), ("humidity", "target_humidity", "humidity"),
            ("fan_mode", "fan_mode", "fan_mode"), ("preset_mode", "preset_mode", "preset_mode"), ("swing_mode", "swing_mode", "swing_mode"),
        ):
            if field in data:
                messages.append(need(sends[send])(after.attributes.get(ours, data[field])))
        if not messages:
            raise CannotDo("not_supported")
        return tuple(messages)

    return write, echoes


def fan(parts: Parts) -> Built:
    on, off = parts.text("payload_on", "ON"), parts.text("payload_off", "OFF")
    low, high = parts.number("speed_range_min", 1), parts.number("speed_range_max", 100)
    power = parts.command("command_topic", "command_template")
    sends = {name: parts.command(f"{name}_command_topic", f"{name}_command_template")
             for name in ("percentage", "preset_mode", "oscillation", "direction")}
    swing_on, swing_off = parts.text("payload_oscillation_on", "oscillate_on"), parts.text("payload_oscillation_off", "oscillate_off")
    parts.keep("preset_modes")
    if sends["percentage"] is not None:
        parts.attributes["percentage_step"] = 100 / max(1.0, high - low + 1)
    echoes = parts.listen("state_topic", "state_value_template", named({on: "on", off: "off", "None": "unknown"}))

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
            return (need(sends["oscillation"])(swing_on if data.get("oscillating") else swing_off),)
        if name == "set_direction":
            return (need(sends["direction"])(data["direction"]),)
        if after.value == "off":
            return (need(power)(off),)
        messages = [need(power)(on)] if before.value != "on" or name in ("turn_on", "toggle") else []
        if "percentage" in data or name.endswith("crease_speed"):
            steps = math.ceil(after.attributes["percentage"] * max(1.0, high - low + 1) / 100)
            messages.append(need(sends["percentage"])(round(low - 1 + steps)))
        if "preset_mode" in data:
            messages.append(need(sends["preset_mode"])(data["preset_mode"]))
        return tuple(messages)

    return write, echoes
