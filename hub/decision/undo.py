"""Taking back what a turn did: from the states before it where they are known, else by the opposite service. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from devices.home import Command, Home, State
from devices.undo import undo as restore
from models.said import Past

OPPOSITE: Mapping[str, str] = {
    "turn_on": "turn_off",
    "turn_off": "turn_on",
    "open_cover": "close_cover",
    "close_cover": "open_cover",
    "lock": "unlock",
    "unlock": "lock",
    "open_valve": "close_valve",
    "close_valve": "open_valve",
    "toggle": "toggle",
    "media_pause": "media_play",
    "media_play": "media_pause",
    "volume_up": "volume_down",
    "volume_down": "volume_up",
    "media_next_track": "media_previous_track",
    "play_media": "media_stop",
    "media_previous_track": "media_next_track",
    "start": "return_to_base",
    "return_to_base": "start",
    "start_mowing": "dock",
    "dock": "start_mowing",
    "add_item": "remove_item",
    "alarm_arm_away": "alarm_disarm",
    "alarm_arm_home": "alarm_disarm",
    "alarm_arm_night": "alarm_disarm",
    "alarm_arm_vacation": "alarm_disarm",
    "increase_speed": "decrease_speed",
    "decrease_speed": "increase_speed",
}
DONE = frozenset({"dry_run", "confirmed", "sent", "timed_out", None})
"""Statuses of an action that may have changed something."""


def acted(past: Past) -> bool:
    """Whether the turn changed something in the house that can be spoken of as done."""
    return any(a.get("status") in DONE and a.get("service") for a in past.actions)


def inverse(past: Past, home: Home) -> tuple[Command, ...] | None:
    """The commands that put everything back, last first; None where it can't be known how it was.

    A state before that the journal holds is restored from what `home` shows now; else the opposite service is called.
    """
    commands: list[Command] = []
    for action in reversed(past.actions):
        if action.get("status") not in DONE:
            continue
        entity_id, service = action.get("entity_id"), str(action.get("service", ""))
        if entity_id is None or service.startswith(("hub.", "timer.", "mqtt.")):
            return None
        data = action.get("data")
        before = action.get("before")
        if isinstance(before, Mapping) and before == action.get("after"):
            continue  # it was so already
        if isinstance(before, Mapping) and before.get("state") not in (None, "unknown", "unavailable"):
            known = restore(home, str(entity_id), State(value=str(before["state"]), attributes=dict(before.get("attributes") or {})))
            if known:
                commands += known
                continue
        command = _inverse(str(entity_id), service, data if isinstance(data, Mapping) else {})
        if command is None:
            return None
        commands.append(command)
    return tuple(commands) or None


def _inverse(entity_id: str, service: str, data: Mapping[str, Any]) -> Command | None:
    domain, _, name = service.partition(".")
    domain = entity_id.partition(".")[0] if domain == "homeassistant" else domain
    if service == "light.turn_on" and "brightness_step_pct" in data:
        return Command(entity_id=entity_id, service=service, data={"brightness_step_pct": -int(data["brightness_step_pct"])})
    if data and name in ("turn_on", "set_temperature", "volume_set", "set_percentage", "set_cover_position", "volume_mute"):
        if name == "volume_mute":
            return Command(entity_id=entity_id, service=service, data={"is_volume_muted": not data.get("is_volume_muted")})
        return None
    if name == "update_item":
        return Command(entity_id=entity_id, service=service, data=dict(data) | {"status": "needs_action"})
    if name not in OPPOSITE or domain in ("scene", "script", "button", "automation"):
        return None
    kept = dict(data) if name in ("add_item", "increase_speed", "decrease_speed") else {}
    return Command(entity_id=entity_id, service=f"{domain}.{OPPOSITE[name]}", data=kept)
