"""What can be asked of an entity: services, ranges, units, features. Knows Home Assistant's words, and no wire."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from devices.expected import canonical, expected_state, same_state
from devices.home import Command, Home
from devices.risk import RISKY, risk, risk_class

__all__ = [
    "RISKY", "SERVICES", "SWITCHABLE", "SWITCHED", "Field", "accepts", "canonical", "check", "expected_state", "features", "risk",
    "risk_class", "same_state", "supports",
]


SWITCHED = (
    "light", "switch", "fan", "media_player", "humidifier", "siren", "input_boolean", "climate", "water_heater", "remote", "automation",
    "group",
)
"""Domains that turn_on and turn_off are services of."""
SWITCHABLE = (
    "light", "switch", "fan", "media_player", "input_boolean", "climate", "cover", "lock", "valve", "scene", "script", "automation",
    "vacuum", "humidifier", "siren", "water_heater", "remote", "button", "input_button", "lawn_mower", "alarm_control_panel", "group",
    "camera", "select",
)
"""Domains that people turn on, open, lock or start, what is meant more often first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One value that a service takes."""

    kind: str
    """number · text · bool · list · any"""
    low: float | None = None
    high: float | None = None
    unit: str | None = None


_PERCENT = Field(kind="number", low=0, high=100, unit="%")
_TEXT, _BOOL, _ANY, _NUMBER = Field(kind="text"), Field(kind="bool"), Field(kind="any"), Field(kind="number")
_TEMPERATURE = Field(kind="number", low=-50, high=500, unit="°")
_LIGHT = {
    "brightness": Field(kind="number", low=0, high=255), "brightness_pct": _PERCENT,
    "brightness_step": Field(kind="number", low=-255, high=255), "brightness_step_pct": Field(kind="number", low=-100, high=100, unit="%"),
    "color_name": _TEXT, "rgb_color": Field(kind="list", low=0, high=255), "hs_color": Field(kind="list", low=0, high=360),
    "xy_color": Field(kind="list", low=0, high=1), "rgbw_color": Field(kind="list", low=0, high=255),
    "rgbww_color": Field(kind="list", low=0, high=255), "color_temp_kelvin": Field(kind="number", low=1000, high=20000, unit="K"),
    "kelvin": Field(kind="number", low=1000, high=20000, unit="K"), "color_temp": Field(kind="number", low=50, high=1000, unit="mired"),
    "white": Field(kind="number", low=0, high=255), "effect": _TEXT, "flash": _TEXT, "transition": Field(kind="number", low=0, unit="s"),
}
_ON_OFF: dict[str, dict[str, Field]] = {"turn_on": {}, "turn_off": {}, "toggle": {}}
_BY_DOMAIN: dict[str, dict[str, dict[str, Field]]] = {
    "light": {"turn_on": _LIGHT, "turn_off": {"transition": _LIGHT["transition"], "flash": _TEXT}, "toggle": _LIGHT},
    "switch": _ON_OFF, "input_boolean": _ON_OFF, "automation": _ON_OFF | {"trigger": {}}, "group": _ON_OFF, "remote": _ON_OFF,
    "siren": {"turn_on": {"tone": _ANY, "duration": _NUMBER, "volume_level": Field(kind="number", low=0, high=1)}, "turn_off": {},
        "toggle": {}},
    "cover": {
        "open_cover": {}, "close_cover": {}, "stop_cover": {}, "toggle": {}, "set_cover_position": {"position": _PERCENT},
        "open_cover_tilt": {}, "close_cover_tilt": {}, "stop_cover_tilt": {}, "set_cover_tilt_position": {"tilt_position": _PERCENT},
    },
    "valve": {"open_valve": {}, "close_valve": {}, "stop_valve": {}, "toggle": {}, "set_valve_position": {"position": _PERCENT}},
    "climate": _ON_OFF | {
        "set_temperature": {
            "temperature": _TEMPERATURE, "target_temp_high": _TEMPERATURE, "target_temp_low": _TEMPERATURE, "hvac_mode": _TEXT,
        },
        "set_hvac_mode": {"hvac_mode": _TEXT}, "set_preset_mode": {"preset_mode": _TEXT}, "set_fan_mode": {"fan_mode": _TEXT},
        "set_swing_mode": {"swing_mode": _TEXT}, "set_humidity": {"humidity": _PERCENT},
    },
    "water_heater": {
        "turn_on": {}, "turn_off": {}, "set_temperature": {"temperature": _TEMPERATURE, "operation_mode": _TEXT},
        "set_operation_mode": {"operation_mode": _TEXT}, "set_away_mode": {"away_mode": _BOOL},
    },
    "fan": {
        "turn_on": {"percentage": _PERCENT, "preset_mode": _TEXT}, "turn_off": {}, "toggle": {}, "set_percentage": {"percentage": _PERCENT},
        "increase_speed": {"percentage_step": _PERCENT}, "decrease_speed": {"percentage_step": _PERCENT},
        "set_preset_mode": {"preset_mode": _TEXT}, "oscillate": {"oscillating": _BOOL}, "set_direction": {"direction": _TEXT},
    },
    "humidifier": _ON_OFF | {"set_humidity": {"humidity": _PERCENT}, "set_mode": {"mode": _TEXT}},
    "media_player": _ON_OFF | {
        name: {} for name in (
            "media_play", "media_pause", "media_stop", "media_play_pause", "media_next_track", "media_previous_track", "volume_up",
            "volume_down", "clear_playlist",
        )
    } | {
        "volume_set": {"volume_level": Field(kind="number", low=0, high=1)}, "volume_mute": {"is_volume_muted": _BOOL},
        "media_seek": {"seek_position": Field(kind="number", low=0, unit="s")}, "select_source": {"source": _TEXT},
        "select_sound_mode": {"sound_mode": _TEXT}, "shuffle_set": {"shuffle": _BOOL}, "repeat_set": {"repeat": _TEXT},
        "play_media": {
            "media_content_id": _TEXT, "media_content_type": _TEXT, "media": _ANY, "enqueue": _ANY, "announce": _BOOL, "extra": _ANY,
        },
    },
    "vacuum": {
        "start": {}, "pause": {}, "stop": {}, "return_to_base": {}, "clean_spot": {}, "locate": {}, "turn_on": {}, "turn_off": {},
        "toggle": {}, "set_fan_speed": {"fan_speed": _TEXT}, "send_command": {"command": _TEXT, "params": _ANY},
        "clean_area": {"area": _ANY, "cleaning_area_id": _ANY},
    },
    "lawn_mower": {"start_mowing": {}, "pause": {}, "dock": {}},
    "lock": {"lock": {"code": _TEXT}, "unlock": {"code": _TEXT}, "open": {"code": _TEXT}},
    "alarm_control_panel": {
        name: {"code": _TEXT}
        for name in ("alarm_arm_home", "alarm_arm_away", "alarm_arm_night", "alarm_arm_vacation", "alarm_arm_custom_bypass",
                     "alarm_disarm", "alarm_trigger")
    },
    "scene": {"turn_on": {"transition": _LIGHT["transition"]}}, "script": _ON_OFF,
    "button": {"press": {}}, "input_button": {"press": {}},
    "number": {"set_value": {"value": _NUMBER}}, "input_number": {"set_value": {"value": _NUMBER}, "increment": {}, "decrement": {}},
    "select": {"select_option": {"option": _TEXT}, "select_next": {}, "select_previous": {}, "select_first": {}, "select_last": {}},
    "input_select": {"select_option": {"option": _TEXT}, "select_next": {}, "select_previous": {}},
    "text": {"set_value": {"value": _TEXT}}, "input_text": {"set_value": {"value": _TEXT}},
    "todo": {
        "add_item": {"item": _TEXT, "due_date": _TEXT, "due_datetime": _TEXT, "description": _TEXT},
        "update_item": {"item": _TEXT, "rename": _TEXT, "status": _TEXT}, "remove_item": {"item": _ANY},
        "remove_completed_items": {}, "get_items": {"status": _ANY},
    },
    "camera": {"turn_on": {}, "turn_off": {}, "snapshot": {"filename": _TEXT}, "play_stream": {"media_player": _TEXT}},
    "notify": {"send_message": {"message": _TEXT, "title": _TEXT}}, "update": {"install": {}},
    "timer": {"start": {"duration": _ANY}, "pause": {}, "cancel": {}, "finish": {}}, "counter": {"increment": {}, "decrement": {},
        "reset": {}},
}
SERVICES: Mapping[str, Mapping[str, Field]] = {
    f"{domain}.{name}": fields for domain, services in _BY_DOMAIN.items() for name, fields in services.items()
}
"""`domain.service` -> the data it takes."""

# Home Assistant's feature bits, where a service needs one. Entities that say nothing of features are taken to have them all.
FEATURE_BITS: dict[str, dict[str, int]] = {
    "cover": {"open": 1, "close": 2, "set_position": 4, "stop": 8, "open_tilt": 16, "close_tilt": 32, "stop_tilt": 64,
        "set_tilt_position": 128},
    "valve": {"open": 1, "close": 2, "set_position": 4, "stop": 8},
    "climate": {"target_temperature": 1, "target_temperature_range": 2, "target_humidity": 4, "fan_mode": 8, "preset_mode": 16,
                "swing_mode": 32, "turn_off": 128, "turn_on": 256},
    "fan": {"set_speed": 1, "oscillate": 2, "direction": 4, "preset_mode": 8, "turn_off": 16, "turn_on": 32},
    "media_player": {"pause": 1, "seek": 2, "volume_set": 4, "volume_mute": 8, "previous_track": 16, "next_track": 32, "turn_on": 128,
                     "turn_off": 256, "play_media": 512, "volume_step": 1024, "select_source": 2048, "stop": 4096, "clear_playlist": 8192,
                     "play": 16384, "shuffle_set": 32768, "select_sound_mode": 65536, "repeat_set": 262144},
    "vacuum": {"turn_on": 1, "turn_off": 2, "pause": 4, "stop": 8, "return_home": 16, "fan_speed": 32, "send_command": 256, "locate": 512,
               "clean_spot": 1024, "start": 8192},
    "lawn_mower": {"start_mowing": 1, "pause": 2, "dock": 4},
    "lock": {"open": 1},
    "todo": {"create_todo_item": 1, "delete_todo_item": 2, "update_todo_item": 4},
    "humidifier": {"modes": 1},
    "water_heater": {"target_temperature": 1, "operation_mode": 2, "away_mode": 4, "on_off": 8},
    "camera": {"on_off": 1, "stream": 2},
}
_NEEDS: dict[str, tuple[str, ...]] = {
    "cover.open_cover": ("open",), "cover.close_cover": ("close",), "cover.set_cover_position": ("set_position",),
    "cover.stop_cover": ("stop",),
    "cover.open_cover_tilt": ("open_tilt",), "cover.close_cover_tilt": ("close_tilt",),
    "cover.set_cover_tilt_position": ("set_tilt_position",),
    "valve.open_valve": ("open",), "valve.close_valve": ("close",), "valve.set_valve_position": ("set_position",),
    "valve.stop_valve": ("stop",),
    "climate.set_temperature": ("target_temperature", "target_temperature_range"), "climate.set_humidity": ("target_humidity",),
    "climate.set_fan_mode": ("fan_mode",), "climate.set_preset_mode": ("preset_mode",), "climate.set_swing_mode": ("swing_mode",),
    "fan.set_percentage": ("set_speed",), "fan.increase_speed": ("set_speed",), "fan.decrease_speed": ("set_speed",),
    "fan.oscillate": ("oscillate",), "fan.set_direction": ("direction",), "fan.set_preset_mode": ("preset_mode",),
    "media_player.media_pause": ("pause",), "media_player.media_play": ("play",), "media_player.media_stop": ("stop",),
    "media_player.media_seek": ("seek",), "media_player.volume_set": ("volume_set",), "media_player.volume_mute": ("volume_mute",),
    "media_player.volume_up": ("volume_set", "volume_step"), "media_player.volume_down": ("volume_set", "volume_step"),
    "media_player.media_next_track": ("next_track",), "media_player.media_previous_track": ("previous_track",),
    "media_player.play_media": ("play_media",), "media_player.select_source": ("select_source",), "media_player.turn_on": ("turn_on",),
    "media_player.turn_off": ("turn_off",), "media_player.shuffle_set": ("shuffle_set",), "media_player.repeat_set": ("repeat_set",),
    "vacuum.pause": ("pause",), "vacuum.stop": ("stop",), "vacuum.return_to_base": ("return_home",), "vacuum.start": ("start", "turn_on"),
    "vacuum.set_fan_speed": ("fan_speed",), "vacuum.locate": ("locate",), "vacuum.clean_spot": ("clean_spot",),
    "lawn_mower.start_mowing": ("start_mowing",), "lawn_mower.pause": ("pause",), "lawn_mower.dock": ("dock",), "lock.open": ("open",),
    "todo.add_item": ("create_todo_item",), "todo.remove_item": ("delete_todo_item",), "todo.update_item": ("update_todo_item",),
    "humidifier.set_mode": ("modes",), "water_heater.set_temperature": ("target_temperature",), "water_heater.turn_on": ("on_off",),
    "water_heater.turn_off": ("on_off",), "camera.turn_on": ("on_off",), "camera.turn_off": ("on_off",),
}
_COLOUR_MODES = {"hs", "rgb", "rgbw", "rgbww", "xy"}
_COLOUR_FIELDS = {"color_name", "rgb_color", "hs_color", "xy_color", "rgbw_color", "rgbww_color"}
_KELVIN_FIELDS = {"color_temp_kelvin", "kelvin", "color_temp"}
_LEVEL_FIELDS = {"brightness", "brightness_pct", "brightness_step", "brightness_step_pct"}


def features(home: Home, entity_id: str) -> frozenset[str] | None:
    """Feature names in lower case ("set_position"); None where the entity says nothing of them."""
    said = home.state(entity_id).attributes.get("supported_features")
    if said is None or isinstance(said, bool):
        return None
    bits = FEATURE_BITS.get(entity_id.partition(".")[0], {})
    if isinstance(said, (int, float)):
        return frozenset(name for name, bit in bits.items() if int(said) & bit)
    names = [said] if isinstance(said, str) else list(said) if isinstance(said, (list, tuple)) else []
    return frozenset(str(name).rpartition(".")[2].lower() for name in names)


def supports(home: Home, entity_id: str, service: str) -> bool:
    """Whether the entity is there and knows this service. `homeassistant.turn_on` and the like count as their domain's own."""
    if entity_id not in home.entities:
        return False
    name = canonical(entity_id, service)
    if name not in SERVICES or name.partition(".")[0] != entity_id.partition(".")[0]:
        return False
    needs, has = _NEEDS.get(name), features(home, entity_id)
    if needs is None or has is None:
        return True
    return any(need in has for need in needs)


def accepts(home: Home, entity_id: str, service: str, field: str) -> bool:
    """Whether the entity takes this value: a lamp that can only be switched takes no brightness."""
    name = canonical(entity_id, service)
    if not supports(home, entity_id, service) or field not in SERVICES[name]:
        return False
    attributes, has = home.state(entity_id).attributes, features(home, entity_id)
    if name in ("light.turn_on", "light.toggle"):
        modes = attributes.get("supported_color_modes")
        if modes is None:
            return True
        modes = {str(mode).rpartition(".")[2].lower() for mode in (modes if isinstance(modes, (list, tuple, set)) else [modes])}
        if field in _COLOUR_FIELDS:
            return bool(modes & _COLOUR_MODES)
        if field in _KELVIN_FIELDS:
            return bool(modes & {"color_temp", "rgbww"})
        if field in _LEVEL_FIELDS:
            return bool(modes - {"onoff", "unknown"})
    if has is not None and name == "fan.turn_on":
        return {"percentage": "set_speed", "preset_mode": "preset_mode"}[field] in has
    return True


def check(home: Home, command: Command) -> str | None:
    """Why the command can't be sent to this entity, as a stable code; None if it can.

    Codes: no_such_entity · not_supported · bad_value · unavailable.
    """
    if command.entity_id is None:
        return None if command.service == "mqtt.publish" else "no_such_entity"
    if command.entity_id not in home.entities:
        return "no_such_entity"
    if not home.state(command.entity_id).available:
        return "unavailable"
    if not supports(home, command.entity_id, command.service):
        return "not_supported"
    fields = SERVICES[canonical(command.entity_id, command.service)]
    for key, value in command.data.items():
        if key == "entity_id":
            continue
        if key not in fields or not accepts(home, command.entity_id, command.service, key):
            return "not_supported"
        if not _fits(value, fields[key], home, command.entity_id, key):
            return "bad_value"
    return None


def _fits(value: Any, field: Field, home: Home, entity_id: str, key: str) -> bool:
    numbers: Iterable[Any]
    if field.kind == "number":
        numbers = (value,)
    elif field.kind == "list" and isinstance(value, (list, tuple)):
        numbers = value
    else:
        return field.kind != "list" and (field.kind != "bool" or isinstance(value, bool))
    low, high = field.low, field.high
    attributes = home.state(entity_id).attributes
    if key in ("temperature", "target_temp_high", "target_temp_low"):
        low, high = _limit(attributes, "min_temp", low), _limit(attributes, "max_temp", high)
    elif key == "humidity":
        low, high = _limit(attributes, "min_humidity", low), _limit(attributes, "max_humidity", high)
    elif key == "value":
        low, high = _limit(attributes, "min", low), _limit(attributes, "max", high)
    for number in numbers:
        if isinstance(number, bool) or not isinstance(number, (int, float)) or not math.isfinite(number):
            return False
        if (low is not None and number < low) or (high is not None and number > high):
            return False
    return True


def _limit(attributes: Mapping[str, Any], key: str, otherwise: float | None) -> float | None:
    value = attributes.get(key)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else otherwise
