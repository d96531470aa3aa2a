"""Taking back what a turn did: from the states before it where they are known, else by the opposite service. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from devices.home import Command
from models.said import Past
from models.situation import number

OPPOSITE: Mapping[str, str] = {
    "turn_on": "turn_off", "turn_off": "turn_on", "open_cover": "close_cover", "close_cover": "open_cover", "lock": "unlock", "unlock": "lock",
    "open_valve": "close_valve", "close_valve": "open_valve", "toggle": "toggle", "media_pause": "media_play", "media_play": "media_pause",
    "volume_up": "volume_down", "volume_down": "volume_up", "media_next_track": "media_previous_track", "play_media": "media_stop",
    "media_previous_track": "media_next_track", "start": "return_to_base", "return_to_base": "start", "start_mowing": "dock", "dock": "start_mowing",
    "add_item": "remove_item", "alarm_arm_away": "alarm_disarm", "alarm_arm_home": "alarm_disarm", "increase_speed": "decrease_speed",
    "decrease_speed": "increase_speed",
}  # fmt: skip
DONE = frozenset({"dry_run", "confirmed", "sent", "timed_out", None})
"""Statuses of an action that may have changed something."""


def acted(past: Past) -> bool:
    """Whether the turn changed something in the house that can be spoken of as done."""
    return any(a.get("status") in DONE and a.get("service") for a in past.actions)


def inverse(past: Past) -> tuple[Command, ...] | None:
    """The commands that put everything back, last first; None where it can't be known how it was."""
    commands: list[Command] = []
    for action in reversed(past.actions):
        if action.get("status") not in DONE:
            continue
        entity_id, service = action.get("entity_id"), str(action.get("service", ""))
        if entity_id is None or service.startswith(("hub.", "timer.", "mqtt.")):
            return None
        data = action.get("data")
        command = _inverse(str(entity_id), service, data if isinstance(data, Mapping) else {}, action.get("before"))
        if command is None:
            return None
        commands.append(command)
    return tuple(commands) or None


def _inverse(entity_id: str, service: str, data: Mapping[str, Any], before: Any) -> Command | None:
    domain, _, name = service.partition(".")
    domain = entity_id.partition(".")[0] if domain == "homeassistant" else domain
    if isinstance(before, Mapping) and before.get("state") not in (None, "unknown", "unavailable"):
        known = _restore(entity_id, domain, name, str(before["state"]), before.get("attributes") or {})
        if known is not None:
            return known
    if service == "light.turn_on" and "brightness_step_pct" in data:
        return Command(entity_id=entity_id, service=service, data={"brightness_step_pct": -int(data["brightness_step_pct"])})
    if data and name in ("turn_on", "set_temperature", "volume_set", "set_percentage", "set_cover_position", "volume_mute"):
        if name == "volume_mute":
            return Command(entity_id=entity_id, service=service, data={"is_volume_muted": not data.get("is_volume_muted")})
        return None
    if name == "update_item":
        return Command(entity_id=entity_id, service=service, data=dict(data) | {"status": "needs_action"})
    if name not in OPPOSITE:
        return None
    kept = dict(data) if name in ("add_item", "increase_speed", "decrease_speed") else {}
    return Command(entity_id=entity_id, service=f"{domain}.{OPPOSITE[name]}", data=kept)


def _restore(entity_id: str, domain: str, name: str, state: str, attributes: Mapping[str, Any]) -> Command | None:
    """The command that brings back a known earlier state."""
    if domain == "light":
        if state != "on":
            return Command(entity_id=entity_id, service="light.turn_off")
        data: dict[str, Any] = {}
        level = number(attributes.get("brightness"))
        if level is not None:
            data["brightness_pct"] = round(level / 255 * 100)
        if attributes.get("color_mode") == "color_temp" and attributes.get("color_temp_kelvin"):
            data["color_temp_kelvin"] = attributes["color_temp_kelvin"]
        elif attributes.get("rgb_color") is not None:
            data["rgb_color"] = list(attributes["rgb_color"])
        return Command(entity_id=entity_id, service="light.turn_on", data=data)
    if domain == "cover":
        position = number(attributes.get("current_position"))
        if position is not None and 0 < position < 100:
            return Command(entity_id=entity_id, service="cover.set_cover_position", data={"position": round(position)})
        return Command(entity_id=entity_id, service="cover.close_cover" if state in ("closed", "closing") else "cover.open_cover")
    if domain == "lock":
        return Command(entity_id=entity_id, service="lock.lock" if state == "locked" else "lock.unlock")
    if name == "set_temperature":
        goal = number(attributes.get("temperature", attributes.get("target_temperature")))
        return Command(entity_id=entity_id, service=f"{domain}.set_temperature", data={"temperature": goal}) if goal is not None else None
    if name in ("volume_set", "volume_up", "volume_down"):
        volume = number(attributes.get("volume_level"))
        return Command(entity_id=entity_id, service="media_player.volume_set", data={"volume_level": volume}) if volume is not None else None
    if domain == "fan" and state == "on" and (speed := number(attributes.get("percentage"))) is not None:
        return Command(entity_id=entity_id, service="fan.set_percentage", data={"percentage": round(speed)})
    if name in ("turn_on", "turn_off", "toggle") and domain in ("switch", "fan", "input_boolean", "climate", "humidifier", "siren", "water_heater"):
        if domain in ("climate", "water_heater") and state != "off":
            return Command(entity_id=entity_id, service=f"{domain}.set_hvac_mode", data={"hvac_mode": state}) if domain == "climate" else None
        return Command(entity_id=entity_id, service=f"{domain}.{'turn_off' if state == 'off' else 'turn_on'}")
    return None
