"""Which service calls are risky and so are confirmed first. Knows names, kinds and states; knows no sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from devices.expected import canonical
from devices.home import EMPTY, Home

RISKY: Mapping[str, str] = {
    "unlock": "lock.unlock and lock.open, and a script, scene, button or switch that is named so",
    "open": "opening a garage, gate or barn door, whatever kind of entity moves it",
    "cook": "turning on an oven, hob or stove, or setting one that is off",
    "disarm": "disarming an alarm system",
}
"""What is confirmed before it is done. Locking, closing, arming and turning off never are."""

_COOKS = {"oven", "ovens", "hob", "hobs", "stove", "stoves", "cooktop", "stovetop", "hotplate", "cooker", "oven's", "microwave", "grill"}
_NO_COOKER = {"light", "lamp", "hood", "clock", "timer", "fan", "extractor", "sensor", "door", "lock", "rice", "slow", "glove", "sound",
    "beep",
              "display", "child", "notification", "notifications"}
_GATES = {"garage", "gate", "gates", "barn", "carport"}
_SOFT = {"blind", "curtain", "shade", "shutter", "awning", "window", "damper", "blinds", "curtains", "shades", "shutters", "windows",
    "light",
         "lights", "lamp", "fan", "heater", "radio"}
_OPENERS = {"door", "doors", "gate", "gates", "opener", "garage", "barn"}
_STARTS = {"switch", "input_boolean", "climate", "water_heater", "group", "number", "input_number", "select", "input_select", "automation"}


def _words(*texts: str | None) -> set[str]:
    return {word for text in texts if text for word in re.findall(r"[^\W_]+(?:'s)?", text.casefold())}


def risk(home: Home, entity_id: str | None, service: str, data: Mapping[str, Any] = EMPTY) -> str:
    """"confirm" where the hub must ask before it acts (RISKY), else "safe"."""
    return "safe" if risk_class(home, entity_id, service, data) is None else "confirm"


def risk_class(home: Home, entity_id: str | None, service: str, data: Mapping[str, Any] = EMPTY) -> str | None:
    """Which key of RISKY the service call falls under; None if it is safe."""
    if entity_id is None:
        return None
    domain, name = entity_id.partition(".")[0], canonical(entity_id, service).partition(".")[2]
    entity, state = home.entities.get(entity_id), home.state(entity_id)
    device = home.devices.get(entity.device) if entity is not None and entity.device is not None else None
    own = _words(entity_id.partition(".")[2], *((entity.name, *entity.aliases) if entity is not None else ()), home.device_class(entity_id))
    words = own | (_words(device.name, device.kind) if device is not None else set())
    if domain == "lock":
        return "unlock" if name in ("unlock", "open") else None
    if domain == "alarm_control_panel":
        return "disarm" if name == "alarm_disarm" else None
    if domain in ("script", "scene", "button", "input_button", "automation"):
        starts = name in ("turn_on", "press", "toggle", "trigger")
        return _risk_of_words(words if domain.endswith("button") else own) if starts else None
    if domain in ("cover", "valve", "switch", "input_boolean", "group"):
        area = home.area_of(entity_id)
        if _is_gate(domain, words, home.device_class(entity_id), _words(area.name) if area is not None else set()):
            opens = name in ("open_cover", "open_valve", "turn_on") or (name == "toggle" and state.value not in ("open", "opening", "on"))
            position = data.get("position")
            moves = name in ("set_cover_position", "set_valve_position")
            if opens or (moves and (not isinstance(position, (int, float)) or position > _position(state.attributes, state.value))):
                return "open"
    if domain in ("switch", "input_boolean") and _is_alarm_system(words):
        return "disarm" if name == "turn_off" or (name == "toggle" and state.value == "on") else None
    if domain in _STARTS and words & _COOKS and not own & _NO_COOKER:
        return "cook" if _starts_cooking(name, state.value, data) else None
    return None


def _is_alarm_system(words: set[str]) -> bool:
    return bool(words & {"alarm", "burglar"} and words & {"system", "security", "burglar", "house"} and not words & {"clock", "light",
        "morning"})


def _starts_cooking(name: str, value: str, data: Mapping[str, Any]) -> bool:
    off = value in ("off", "unknown", "unavailable", "standby", "idle")
    mode = data.get("hvac_mode", data.get("operation_mode", data.get("option")))
    match name:
        case "turn_on" | "increment":
            return True
        case "toggle":
            return off
        case "set_hvac_mode" | "set_operation_mode" | "select_option":
            return str(mode).casefold() != "off"
        case "set_temperature":
            return off or (mode is not None and str(mode).casefold() != "off")
        case "set_value":
            return data.get("value") != 0
    return False


def _is_gate(domain: str, words: set[str], device_class: str | None, area: set[str]) -> bool:
    if device_class in ("garage", "gate"):
        return True
    if words & _SOFT or (device_class or "") in _SOFT:
        return False
    if domain == "cover":
        return bool(words & _GATES) or (bool(words & {"door", "doors"}) and bool(area & _GATES))
    return bool(words & _GATES) and bool(words & _OPENERS - {"garage", "barn"})


def _position(attributes: Mapping[str, Any], value: str) -> float:
    position = attributes.get("current_position")
    return float(position) if isinstance(position, (int, float)) else 0.0 if value in ("closed", "closing", "unknown") else 100.0


def _risk_of_words(words: set[str]) -> str | None:
    if words & {"unlock", "unlatch"}:
        return "unlock"
    if words & {"disarm"}:
        return "disarm"
    if words & {"open", "opener"} and words & _GATES:
        return "open"
    if words & {"preheat", "start", "on", "heat"} and words & _COOKS and not words & ({"stop", "off"} | _NO_COOKER):
        return "cook"
    return None
