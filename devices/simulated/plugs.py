"""The device's side of discovery: what each simulated entity announces, how it reads a command, how it reports. Knows no broker."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from devices.colours import mired
from devices.home import Command, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Plug:
    """One entity on the bus, as its firmware would see it."""

    config: Mapping[str, Any]
    """Its part of a discovery payload, without names."""
    commands: Mapping[str, Callable[[str], tuple[str, dict[str, Any]] | None]]
    """Topic -> payload -> (service without its domain, data); None where the payload is nonsense."""
    report: Callable[[State], dict[str, str]]
    """State -> topic -> payload."""


def plug(entity_id: str, state: State, base: str) -> Plug:
    """The plug of an entity; its topics stand under `base`."""
    domain = entity_id.partition(".")[0]
    return _PLUGS.get(domain, _by_service)(base, state)


def _words(table: Mapping[str, str]) -> Callable[[str], tuple[str, dict[str, Any]] | None]:
    return lambda payload: (table[payload], {}) if payload in table else None


def _number(service: str, field: str) -> Callable[[str], tuple[str, dict[str, Any]] | None]:
    def read(payload: str) -> tuple[str, dict[str, Any]] | None:
        try:
            return service, {field: float(payload)}
        except ValueError:
            return None

    return read


def _text(service: str, field: str) -> Callable[[str], tuple[str, dict[str, Any]] | None]:
    return lambda payload: (service, {field: payload})


def _light(base: str, state: State) -> Plug:
    modes = list(state.attributes.get("supported_color_modes", ["onoff"]))
    kelvin = {ours: state.attributes[ours] for ours in ("min_color_temp_kelvin", "max_color_temp_kelvin") if ours in state.attributes}
    config: dict[str, Any] = {"schema": "json", "stat_t": "~/state", "cmd_t": "~/set", "sup_clrm": modes, "brightness": modes != ["onoff"]}
    if kelvin:
        config |= {"min_mirs": mired(kelvin["max_color_temp_kelvin"]), "max_mirs": mired(kelvin["min_color_temp_kelvin"])}

    def read(payload: str) -> tuple[str, dict[str, Any]] | None:
        given = _json(payload)
        if given is None:
            return None
        if given.get("state") == "OFF":
            return "turn_off", {}
        data: dict[str, Any] = {key: given[key] for key in ("brightness", "color_temp", "effect") if key in given}
        colour = given.get("color")
        if isinstance(colour, dict) and {"r", "g", "b"} <= colour.keys():
            data["rgb_color"] = [colour["r"], colour["g"], colour["b"]]
        return "turn_on", data

    def report(now: State) -> dict[str, str]:
        body: dict[str, Any] = {"state": "ON" if now.value == "on" else "OFF"}
        if modes != ["onoff"] and "brightness" in now.attributes:
            body["brightness"] = now.attributes["brightness"]
        if "color_temp_kelvin" in now.attributes:
            body |= {"color_mode": "color_temp", "color_temp": mired(now.attributes["color_temp_kelvin"])}
        elif "rgb_color" in now.attributes and "rgb" in modes:
            body |= {"color_mode": "rgb", "color": dict(zip("rgb", now.attributes["rgb_color"], strict=True))}
        return {f"{base}/state": json.dumps(body)}

    return Plug(config=config, commands={f"{base}/set": read}, report=report)


def _onoff(base: str, state: State) -> Plug:
    return Plug(config={"stat_t": "~/state", "cmd_t": "~/set"}, commands={f"{base}/set": _words({"ON": "turn_on", "OFF": "turn_off"})},
                report=lambda now: {f"{base}/state": "ON" if now.value == "on" else "OFF"})


def _lock(base: str, state: State) -> Plug:
    return Plug(config={"stat_t": "~/state", "cmd_t": "~/set"}, commands={f"{base}/set": _words({"LOCK": "lock", "UNLOCK": "unlock"})},
                report=lambda now: {f"{base}/state": now.value.upper()})


def _cover(base: str, state: State) -> Plug:
    return Plug(
        config={"stat_t": "~/state", "cmd_t": "~/set", "pos_t": "~/position", "set_pos_t": "~/position/set"},
        commands={f"{base}/set": _words({"OPEN": "open_cover", "CLOSE": "close_cover", "STOP": "stop_cover"}),
                  f"{base}/position/set": _number("set_cover_position", "position")},
        report=lambda now: {f"{base}/position": str(now.attributes.get("current_position", 0)), f"{base}/state": now.value},
    )


def _valve(base: str, state: State) -> Plug:
    def report(now: State) -> dict[str, str]:
        return {f"{base}/state": json.dumps({"state": now.value, "position": now.attributes.get("current_position", 0)})}

    return Plug(config={"stat_t": "~/state", "cmd_t": "~/set", "reports_position": True},
                commands={f"{base}/set": _number("set_valve_position", "position")}, report=report)


def _climate(base: str, state: State) -> Plug:
    given = state.attributes
    config: dict[str, Any] = {
        "mode_cmd_t": "~/mode/set", "mode_stat_t": "~/state", "mode_stat_tpl": "{{ value_json.mode }}", "temp_cmd_t": "~/temperature/set",
        "temp_stat_t": "~/state", "temp_stat_tpl": "{{ value_json.temperature }}", "curr_temp_t": "~/state",
        "curr_temp_tpl": "{{ value_json.current_temperature | float }}", "modes": given.get("hvac_modes", ["off", "heat"]),
        "min_temp": given.get("min_temp", 7), "max_temp": given.get("max_temp", 35), "temp_step": 0.5, "temp_unit": "C",
        "pr_mode_cmd_t": "~/preset/set", "pr_mode_stat_t": "~/state", "pr_mode_val_tpl": "{{ value_json.preset_mode }}",
        "pr_modes": given.get("preset_modes", []), "fan_mode_cmd_t": "~/fan/set", "fan_mode_stat_t": "~/state",
        "fan_mode_stat_tpl": "{{ value_json.fan_mode }}", "fan_modes": given.get("fan_modes", []),
    }
    commands = {f"{base}/mode/set": _text("set_hvac_mode", "hvac_mode"),
                f"{base}/temperature/set": _number("set_temperature", "temperature"),
                f"{base}/preset/set": _text("set_preset_mode", "preset_mode"), f"{base}/fan/set": _text("set_fan_mode", "fan_mode")}
    keys = ("temperature", "current_temperature", "preset_mode", "fan_mode")
    return Plug(config=config, commands=commands, report=lambda now: {
        f"{base}/state": json.dumps({"mode": now.value, **{key: now.attributes[key] for key in keys if key in now.attributes}})})


def _fan(base: str, state: State) -> Plug:
    return Plug(
        config={"stat_t": "~/state", "cmd_t": "~/set", "pct_cmd_t": "~/speed/set", "pct_stat_t": "~/speed", "osc_cmd_t": "~/swing/set",
                "osc_stat_t": "~/swing"},
        commands={f"{base}/set": _words({"ON": "turn_on", "OFF": "turn_off"}), f"{base}/speed/set": _number("set_percentage", "percentage"),
                  f"{base}/swing/set": lambda payload: ("oscillate", {"oscillating": payload == "oscillate_on"})},
        report=lambda now: {f"{base}/state": "ON" if now.value == "on" else "OFF",
                            f"{base}/speed": str(now.attributes.get("percentage", 0)),
                            f"{base}/swing": "oscillate_on" if now.attributes.get("oscillating") else "oscillate_off"},
    )


def _humidifier(base: str, state: State) -> Plug:
    return Plug(
        config={"stat_t": "~/state", "cmd_t": "~/set", "hum_cmd_t": "~/target/set", "hum_stat_t": "~/target", "mode_cmd_t": "~/mode/set",
                "mode_stat_t": "~/mode", "modes": state.attributes.get("available_modes", []),
                "min_hum": state.attributes.get("min_humidity", 0), "max_hum": state.attributes.get("max_humidity", 100)},
        commands={f"{base}/set": _words({"ON": "turn_on", "OFF": "turn_off"}), f"{base}/target/set": _number("set_humidity", "humidity"),
                  f"{base}/mode/set": _text("set_mode", "mode")},
        report=lambda now: {f"{base}/state": "ON" if now.value == "on" else "OFF",
                            f"{base}/target": str(now.attributes.get("humidity", 50)),
                            f"{base}/mode": str(now.attributes.get("mode", "None"))},
    )


def _vacuum(base: str, state: State) -> Plug:
    verbs = {verb: verb for verb in ("start", "pause", "stop", "return_to_base", "clean_spot", "locate")}
    return Plug(
        config={"stat_t": "~/state", "cmd_t": "~/set", "set_fan_spd_t": "~/speed/set",
                "fanspd_lst": state.attributes.get("fan_speed_list", []),
                "sup_feat": ["start", "pause", "stop", "return_home", "battery", "clean_spot", "locate", "fan_speed"]},
        commands={f"{base}/set": _words(verbs), f"{base}/speed/set": _text("set_fan_speed", "fan_speed")},
        report=lambda now: {f"{base}/state": json.dumps({"state": now.value, **{
            key: now.attributes[key] for key in ("battery_level", "fan_speed") if key in now.attributes}})},
    )


def _mower(base: str, state: State) -> Plug:
    return Plug(
        config={"act_stat_t": "~/state", "dock_cmd_t": "~/set", "pause_cmd_t": "~/set", "strt_mw_cmd_t": "~/set"},
        commands={f"{base}/set": _words({"start_mowing": "start_mowing", "pause": "pause", "dock": "dock"})},
        report=lambda now: {f"{base}/state": now.value},
    )


def _alarm(base: str, state: State) -> Plug:
    verbs = {f"ARM_{name}": f"alarm_arm_{name.lower()}" for name in ("HOME", "AWAY", "NIGHT", "VACATION")} | {"DISARM": "alarm_disarm"}
    return Plug(config={"stat_t": "~/state", "cmd_t": "~/set", "cod_arm_req": False, "cod_dis_req": False},
                commands={f"{base}/set": _words(verbs)}, report=lambda now: {f"{base}/state": now.value})


def _scene(base: str, state: State) -> Plug:
    return Plug(config={"cmd_t": "~/set", "pl_on": "ON"}, commands={f"{base}/set": _words({"ON": "turn_on"})}, report=lambda now: {})


def _sensor(base: str, state: State) -> Plug:
    return Plug(config={"stat_t": "~/state", "val_tpl": "{{ value_json.value }}"}, commands={},
                report=lambda now: {f"{base}/state": json.dumps({"value": now.value})})


def _binary(base: str, state: State) -> Plug:
    return Plug(config={"stat_t": "~/state"}, commands={}, report=lambda now: {f"{base}/state": "ON" if now.value == "on" else "OFF"})


def _camera(base: str, state: State) -> Plug:
    return Plug(config={"t": "~/picture"}, commands={}, report=lambda now: {})


def _by_service(base: str, state: State) -> Plug:
    def read(payload: str) -> tuple[str, dict[str, Any]] | None:
        given = _json(payload)
        if given is None or not isinstance(given.get("data", {}), dict):
            return None
        return str(given.get("service")), dict(given.get("data", {}))

    return Plug(config={"schema": "hub", "stat_t": "~/state", "cmd_t": "~/set"}, commands={f"{base}/set": read},
                report=lambda now: {f"{base}/state": json.dumps({"state": now.value, "attributes": dict(now.attributes)})})


def _json(payload: str) -> dict[str, Any] | None:
    try:
        given = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    return given if isinstance(given, dict) else None


def command(entity_id: str, asked: tuple[str, dict[str, Any]]) -> Command:
    """What a device takes a payload for."""
    return Command(entity_id=entity_id, service=f"{entity_id.partition('.')[0]}.{asked[0]}", data=asked[1])


_PLUGS: dict[str, Callable[[str, State], Plug]] = {
    "light": _light, "switch": _onoff, "siren": _onoff, "lock": _lock, "cover": _cover, "valve": _valve, "climate": _climate, "fan": _fan,
    "humidifier": _humidifier, "vacuum": _vacuum, "lawn_mower": _mower, "alarm_control_panel": _alarm, "scene": _scene, "sensor": _sensor,
    "binary_sensor": _binary, "camera": _camera,
}
