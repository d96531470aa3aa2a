"""The entities of Home Assistant's MQTT discovery but lights: what each component's configuration means. Knows no topic layout."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from devices.ha_light import light
from devices.ha_movers import climate, cover, fan, valve
from devices.ha_parts import Built, Parts, clean, finite, json_object, named, need, plain, with_attributes, with_value
from devices.home import State
from devices.wiring import CannotDo, Message, read_only


def _switch(parts: Parts) -> Built:
    on, off = parts.text("payload_on", "ON"), parts.text("payload_off", "OFF")
    power = parts.command("command_topic", "command_template")
    echoes = parts.listen("state_topic", "value_template", named(
        {parts.text("state_on", on): "on", parts.text("state_off", off): "off", "None": "unknown"}))

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        return (need(power)(on if after.value == "on" else off),)

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
        return (need(power)(payload if plain else json.dumps({"state": payload, **extra}), state=payload, **extra),)

    return write, echoes


def _lock(parts: Parts) -> Built:
    power = parts.command("command_topic", "command_template")
    echoes = parts.listen("state_topic", "value_template", named({
        parts.text(f"state_{name}", name.upper()): name
        for name in ("locked", "unlocked", "locking", "unlocking", "jammed", "open", "opening")
    } | {"None": "unknown"}))
    if "payload_open" in parts.config:
        parts.features.add("open")

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        if name == "open" and "payload_open" not in parts.config:
            raise CannotDo("not_supported")
        return (need(power)(parts.text(f"payload_{name}", name.upper()), code=data.get("code")),)

    return write, echoes


def _humidifier(parts: Parts) -> Built:
    on, off = parts.text("payload_on", "ON"), parts.text("payload_off", "OFF")
    power, target = parts.command("command_topic", "command_template"), parts.command(
        "target_humidity_command_topic", "target_humidity_command_template")
    mode = parts.command("mode_command_topic", "mode_command_template")
    parts.keep("min_humidity", "max_humidity", available_modes="modes")
    parts.features |= {"modes"} if mode is not None else set()
    echoes = parts.listen("state_topic", "state_value_template", named({on: "on", off: "off", "None": "unknown"}))
    parts.attribute("target_humidity_state_topic", "target_humidity_state_template", "humidity", finite)
    parts.attribute("current_humidity_topic", "current_humidity_template", "current_humidity", finite)
    parts.attribute("mode_state_topic", "mode_state_template", "mode")

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        if name == "set_humidity":
            return (need(target)(after.attributes["humidity"]),)
        if name == "set_mode":
            return (need(mode)(data["mode"]),)
        return (need(power)(on if after.value == "on" else off),)

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
            return (need(speed)(data["fan_speed"]),)
        if name == "send_command":
            return (need(free)(data["command"]),)
        if name == "toggle":
            name = "start" if after.value == "cleaning" else "return_to_base"
        if name not in payloads:
            raise CannotDo("not_supported")
        return (need(power)(parts.text(f"payload_{payloads[name]}", payloads[name])),)

    return write, echoes


def _lawn_mower(parts: Parts) -> Built:
    sends = {name: parts.command(f"{name}_command_topic", f"{name}_command_template") for name in ("start_mowing", "pause", "dock")}
    echoes = parts.listen("activity_state_topic", "activity_value_template", plain)
    parts.features |= {name for name, send in sends.items() if send is not None}

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        return (need(sends.get(name))(name),)

    return write, echoes


def _alarm(parts: Parts) -> Built:
    send = parts.command("command_topic", "command_template")
    echoes = parts.listen("state_topic", "value_template", plain)

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        action = name.removeprefix("alarm_")
        payload = parts.text(f"payload_{action}", action.upper())
        if "command_template" in parts.config:
            return (need(send)(payload, action=payload, code=data.get("code")),)
        return (need(send)(payload),)

    return write, echoes


def _press(key: str, default: str) -> Callable[[Parts], Built]:
    def build(parts: Parts) -> Built:
        send = parts.command("command_topic", "command_template")

        def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
            return (need(send)(parts.text(key, default)),)

        return write, False

    return build


def _setter(field: str) -> Callable[[Parts], Built]:
    """number, select and text: one value in, the same value back."""

    def build(parts: Parts) -> Built:
        send = parts.command("command_topic", "command_template")
        parts.keep("min", "max", "step", "mode", "options", "pattern")
        echoes = parts.listen("state_topic", "value_template", plain)

        def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
            options = parts.strings("options")
            if field == "option" and options and after.value not in options:
                raise CannotDo("bad_value")
            return (need(send)(after.value),)

        return write, echoes

    return build


def _sensor(parts: Parts) -> Built:
    parts.keep("options", "last_reset")
    parts.listen("state_topic", "value_template", plain)
    return read_only, False


def _binary_sensor(parts: Parts) -> Built:
    parts.listen("state_topic", "value_template", named(
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
        return (need(send)(data.get("message", "")),)

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
            state = with_attributes(state, **{str(key): clean(item) for key, item in list(attributes.items())[:64]})
        return with_value(state, str(given["state"])[:255]) if given.get("state") is not None else state

    echoes = parts.listen("state_topic", "value_template", apply)

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        return (need(send)(json.dumps({"service": name, "data": dict(data)}, ensure_ascii=False)),)

    return write, echoes


COMPONENTS: dict[str, Callable[[Parts], Built]] = {
    "light": light, "switch": _switch, "siren": _siren, "lock": _lock, "cover": cover, "valve": valve, "climate": climate,
    "water_heater": climate, "fan": fan, "humidifier": _humidifier, "vacuum": _vacuum, "lawn_mower": _lawn_mower,
    "alarm_control_panel": _alarm, "button": _press("payload_press", "PRESS"), "scene": _press("payload_on", "ON"),
    "number": _setter("value"), "select": _setter("option"), "text": _setter("value"), "sensor": _sensor,
    "binary_sensor": _binary_sensor, "device_tracker": _tracker, "event": _event, "camera": _camera, "image": _camera, "notify": _notify,
    "update": _sensor,
}
"""Home Assistant's components that become entities. device_automation and tag are triggers and become none."""
OURS = ("media_player", "todo", "script", "weather", "remote", "calendar")
"""Domains that only the "hub" schema announces."""
IGNORED = ("device_automation", "tag")
