"""What to call for a frame: Home Assistant's services and data, entity by entity. Knows no wires, no words spoken and no risk."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from devices.capability import SWITCHED
from devices.home import Command, Home
from models.reading.intents import TIMERS
from models.reading.resolve import celsius
from models.said import Context, Frame

TIMER_INTENTS = TIMERS | {
    "HubSetAlarm",
    "HubCancelAlarm",
    "HubAlarmStatus",
    "HubSnooze",
    "HubSetReminder",
    "HubCancelReminder",
    "HubReminderStatus",
    "HubWhen",
    "HubCancelWait",
    "HubWaitStatus",
}
"""Kept by hub.keeping.timers: no device is called for them."""

_ON: Mapping[str, str] = {
    "cover": "cover.open_cover",
    "lock": "lock.lock",
    "valve": "valve.open_valve",
    "scene": "scene.turn_on",
    "script": "script.turn_on",
    "button": "button.press",
    "input_button": "input_button.press",
    "vacuum": "vacuum.start",
    "lawn_mower": "lawn_mower.start_mowing",
    "alarm_control_panel": "alarm_control_panel.alarm_arm_away",
    "group": "homeassistant.turn_on",
    "timer": "timer.start",
}
_OFF: Mapping[str, str] = {
    "cover": "cover.close_cover",
    "lock": "lock.unlock",
    "valve": "valve.close_valve",
    "script": "script.turn_off",
    "vacuum": "vacuum.return_to_base",
    "lawn_mower": "lawn_mower.dock",
    "alarm_control_panel": "alarm_control_panel.alarm_disarm",
    "group": "homeassistant.turn_off",
    "timer": "timer.cancel",
}
_STOP: Mapping[str, str] = {
    "cover": "cover.stop_cover",
    "valve": "valve.stop_valve",
    "vacuum": "vacuum.stop",
    "lawn_mower": "lawn_mower.pause",
    "media_player": "media_player.media_pause",
    "script": "script.turn_off",
}
_PAUSE: Mapping[str, str] = {"vacuum": "vacuum.pause", "lawn_mower": "lawn_mower.pause", "media_player": "media_player.media_pause"}
_MEDIA: Mapping[str, str] = {
    "HassMediaPause": "media_pause",
    "HassMediaUnpause": "media_play",
    "HassMediaNext": "media_next_track",
    "HassMediaPrevious": "media_previous_track",
}
_CHOSEN: Mapping[str, tuple[str, str]] = {
    "HubSelectOption": ("select_option", "option"),
    "HubSelectSource": ("select_source", "source"),
    "HubSelectSoundMode": ("select_sound_mode", "sound_mode"),
    "HubSetPreset": ("set_preset_mode", "preset_mode"),
    "HubSetOperation": ("set_operation_mode", "operation_mode"),
    "HubSetSuction": ("set_fan_speed", "fan_speed"),
    "HubSetNumber": ("set_value", "value"),
}
"""Service and datum of what a device is set to by a word or number of its own."""
DOMAINS: Mapping[str, tuple[str, ...]] = {
    "HassLightSet": ("light",),
    "HassClimateSetTemperature": ("climate", "water_heater"),
    "HassClimateSetFanMode": ("climate",),
    "HassFanSetSpeed": ("fan",),
    "HassHumidifierSetpoint": ("humidifier",),
    "HassHumidifierMode": ("humidifier",),
    "HassSetPosition": ("cover", "valve"),
    "HassSetVolume": ("media_player",),
    "HassSetVolumeRelative": ("media_player",),
    "HassMediaPlayerMute": ("media_player",),
    "HassMediaPlayerUnmute": ("media_player",),
    "HassMediaSearchAndPlay": ("media_player",),
    **dict.fromkeys(_MEDIA, ("media_player",)),
    "HassVacuumStart": ("vacuum",),
    "HassVacuumReturnToBase": ("vacuum",),
    "HassVacuumCleanArea": ("vacuum",),
    "HassLawnMowerStartMowing": ("lawn_mower",),
    "HassLawnMowerDock": ("lawn_mower",),
    "HassListAddItem": ("todo",),
    "HassListRemoveItem": ("todo",),
    "HassListCompleteItem": ("todo",),
    "HassShoppingListAddItem": ("todo",),
    "HassShoppingListCompleteItem": ("todo",),
    "HubShowCamera": ("camera",),
}
"""Which domains an intent can be asked of, where the intent alone says so."""


def commands(frame: Frame, home: Home, context: Context) -> tuple[Command, ...]:
    """The calls that do what the frame asks, in order; empty where nothing of the house has to be called.

    Data is in Home Assistant's units: brightness_pct 0–100, volume_level 0–1, colour temperature in kelvin.
    Entities of a domain that can't be asked for it are left out.
    """
    own = next((command for command in home.commands if command.intent == frame.intent), None)
    if own is not None:
        if own.topic is None:
            return ()
        data = {"topic": own.topic, "payload": _filled(own.payload or "", frame.slots)}
        return (Command(entity_id=None, service="mqtt.publish", data=data),)
    if frame.intent in TIMER_INTENTS:
        return ()
    if frame.intent == "HassBroadcast":
        return (Command(entity_id=None, service="hub.announce", data={"message": str(frame.slots.get("message", ""))}),)
    wanted = DOMAINS.get(frame.intent)
    calls: list[Command] = []
    for entity_id in dict.fromkeys(frame.targets):
        domain = entity_id.partition(".")[0]
        if wanted is not None and domain not in wanted:
            continue
        call = _call(frame, entity_id, domain, home)
        if call is not None:
            calls.append(call)
    return tuple(calls)


def _call(frame: Frame, entity_id: str, domain: str, home: Home) -> Command | None:
    intent, slots = frame.intent, frame.slots
    attributes = home.state(entity_id).attributes
    service: str | None = None
    data: dict[str, Any] = {}
    if intent == "HassTurnOn":
        service = _ON.get(domain) or (f"{domain}.turn_on" if domain in SWITCHED else None)
        if domain == "alarm_control_panel" and slots.get("mode") in ("home", "night", "vacation"):
            service = f"alarm_control_panel.alarm_arm_{slots['mode']}"
    elif intent == "HassTurnOff":
        service = _OFF.get(domain) or (f"{domain}.turn_off" if domain in SWITCHED else None)
    elif intent == "HassToggle":
        service = f"{domain}.toggle" if domain in (*SWITCHED, "cover", "valve") and domain != "group" else None
    elif intent == "HassLightSet":
        service, data = "light.turn_on", light_data(slots)
    elif intent == "HassClimateSetTemperature":
        value = temperature(_in_unit(slots, home, entity_id), attributes)
        service, data = (f"{domain}.set_temperature", {"temperature": value}) if value is not None else (None, {})
    elif intent == "HassClimateSetFanMode":
        service, data = "climate.set_fan_mode", {"fan_mode": slots.get("fan_mode")}
    elif intent in _CHOSEN:
        name, key = _CHOSEN[intent]
        service, data = f"{domain}.{name}", {key: slots.get(key)}
    elif intent == "HassClimateSetHvacMode":
        service, data = "climate.set_hvac_mode", {"hvac_mode": slots.get("hvac_mode")}
    elif intent == "HassFanSetSpeed":
        service, data = fan_data(slots)
    elif intent == "HassHumidifierSetpoint":
        service, data = "humidifier.set_humidity", {"humidity": slots.get("humidity")}
    elif intent == "HassHumidifierMode":
        service, data = "humidifier.set_mode", {"mode": slots.get("mode")}
    elif intent == "HassSetPosition":
        service = "valve.set_valve_position" if domain == "valve" else "cover.set_cover_position"
        data = {"position": position(slots, attributes)}
    elif intent == "HassSetVolume":
        level = _number(slots.get("volume_level"))
        service, data = ("media_player.volume_set", {"volume_level": _clamp(level / 100)}) if level is not None else (None, {})
    elif intent == "HassSetVolumeRelative":
        service, data = volume_step(slots.get("volume_step"), attributes)
    elif intent in ("HassMediaPlayerMute", "HassMediaPlayerUnmute"):
        service, data = "media_player.volume_mute", {"is_volume_muted": intent == "HassMediaPlayerMute"}
    elif intent in _MEDIA:
        service = f"media_player.{_MEDIA[intent]}"
    elif intent == "HassMediaSearchAndPlay":
        query = slots.get("search_query")
        service = "media_player.play_media"
        kind = str(slots.get("media_class") or "music")
        data = {"media_content_type": kind, "media_content_id": str(query or kind)}
    elif intent == "HassMediaStop":
        service = "media_player.media_stop"
    elif intent == "HubStop":
        service = _STOP.get(domain) or (f"{domain}.turn_off" if domain in ("siren", "fan", "switch", "light", "humidifier") else None)
    elif intent == "HubPause":
        service = _PAUSE.get(domain)
    elif intent == "HassVacuumStart":
        service = "vacuum.start"
    elif intent == "HassVacuumReturnToBase":
        service = "vacuum.return_to_base"
    elif intent == "HassVacuumCleanArea":
        area = area_id(home, slots.get("area"))
        service, data = ("vacuum.clean_area", {"cleaning_area_id": [area]}) if area else ("vacuum.start", {})
    elif intent == "HassLawnMowerStartMowing":
        service = "lawn_mower.start_mowing"
    elif intent == "HassLawnMowerDock":
        service = "lawn_mower.dock"
    elif intent in ("HassListAddItem", "HassShoppingListAddItem"):
        service, data = "todo.add_item", {"item": str(slots.get("item", ""))}
    elif intent == "HassListRemoveItem":
        service, data = "todo.remove_item", {"item": str(slots.get("item", ""))}
    elif intent in ("HassListCompleteItem", "HassShoppingListCompleteItem"):
        service, data = "todo.update_item", {"item": str(slots.get("item", "")), "status": "completed"}
    elif intent == "HubShowCamera":
        service = "hub.show_camera"
    return Command(entity_id=entity_id, service=service, data=data) if service is not None else None


def light_data(slots: Mapping[str, Any]) -> dict[str, Any]:
    """brightness %, signed brightness_step %, colour by name or [r, g, b], white temperature in kelvin."""
    data: dict[str, Any] = {}
    if (level := _number(slots.get("brightness"))) is not None:
        data["brightness_pct"] = round(_clamp(level / 100) * 100)
    elif (step := _number(slots.get("brightness_step"))) is not None:
        data["brightness_step_pct"] = round(max(-100.0, min(100.0, step)))
    colour = slots.get("color")
    if isinstance(colour, (list, tuple)):
        data["rgb_color"] = list(colour)
    elif colour is not None:
        data["color_name"] = str(colour).replace(" ", "")
    if (kelvin := _number(slots.get("temperature"))) is not None:
        data["color_temp_kelvin"] = round(kelvin)
    return data


def fan_data(slots: Mapping[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """An absolute speed in per cent, or a signed step of it."""
    if (level := _number(slots.get("percentage"))) is not None:
        return "fan.set_percentage", {"percentage": round(_clamp(level / 100) * 100)}
    if (step := _number(slots.get("percentage_step"))) is not None:
        return ("fan.increase_speed" if step > 0 else "fan.decrease_speed"), {"percentage_step": abs(round(step))}
    return None, {}


def temperature(slots: Mapping[str, Any], attributes: Mapping[str, Any]) -> float | int | None:
    """The temperature to set, in the device's unit: as said, or its set point moved by `temperature_step`, within its limits."""
    value = _number(slots.get("temperature"))
    if value is None:
        step = _number(slots.get("temperature_step"))
        base = _number(attributes.get("temperature"))
        if base is None:
            base = _number(attributes.get("target_temperature"))
        if base is None:
            base = _number(attributes.get("current_temperature"))
        if step is None or base is None:
            return None
        value = base + step
        low, high = _number(attributes.get("min_temp")), _number(attributes.get("max_temp"))
        value = value if low is None else max(low, value)
        value = value if high is None else min(high, value)
    return int(value) if float(value).is_integer() else value


def _in_unit(slots: Mapping[str, Any], home: Home, entity_id: str) -> Mapping[str, Any]:
    """The temperature in the device's unit where another was said: "68 fahrenheit"."""
    said, value = str(slots.get("temperature_unit", "")), _number(slots.get("temperature"))
    own = celsius(home, entity_id)
    if value is None or own is None or not said or own == said.startswith("c"):
        return slots
    return {**slots, "temperature": round(2 * ((value - 32) / 1.8)) / 2 if own else round(value * 1.8 + 32)}


def position(slots: Mapping[str, Any], attributes: Mapping[str, Any]) -> int:
    """0 closed to 100 open; a signed `position_step` moves from where it stands."""
    value = _number(slots.get("position"))
    if value is None:
        now = _number(attributes.get("current_position"))
        value = (now if now is not None else 50.0) + (_number(slots.get("position_step")) or 0.0)
    return round(_clamp(value / 100) * 100)


def volume_step(step: Any, attributes: Mapping[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """`up`, `down` or signed per cent: a step where the level is not known, else the level to set, as Home Assistant does."""
    if step in ("up", "down"):
        return f"media_player.volume_{step}", {}
    amount = _number(step)
    if amount is None:
        return None, {}
    level = _number(attributes.get("volume_level"))
    if level is None:
        return ("media_player.volume_up" if amount > 0 else "media_player.volume_down"), {}
    return "media_player.volume_set", {"volume_level": round(_clamp(level + amount / 100), 4)}


def area_id(home: Home, area: Any) -> str | None:
    """The id of an area that is given by id or by name."""
    if area is None:
        return None
    if area in home.areas:
        return str(area)
    folded = str(area).casefold()
    return next((known.id for known in home.areas.values() if folded in map(str.casefold, (known.name, *known.aliases))), None)


def _filled(template: str, slots: Mapping[str, Any]) -> str:
    text = template
    for name, value in slots.items():
        text = text.replace("{" + name + "}", str(value))
    return text


def _clamp(value: float) -> float:
    return max(0.0, min(1.0, value))


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
