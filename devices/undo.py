"""The commands that bring an entity back to how it was. Pure: states in, commands out."""

from __future__ import annotations

from typing import Any

from devices.capability import accepts, supports
from devices.expected import expected_state, same_state
from devices.home import Command, Home, State


def undo(home: Home, entity_id: str, before: State) -> tuple[Command, ...]:
    """Commands that turn the state that `home` shows now back into `before`; empty where there is nothing to do or no way back.

    What can't be taken back (a pressed button, a started script, a skipped song) gives no command.
    """
    now = home.state(entity_id)
    if not now.available or not before.available or before.value == "unknown":
        return ()
    domain = entity_id.partition(".")[0]
    commands: list[Command] = []
    simulated = home
    for service, data in _steps(domain, before, now):
        command = Command(entity_id=entity_id, service=f"{domain}.{service}", data=data)
        fields = all(accepts(home, entity_id, command.service, key) for key in data)
        if not supports(home, entity_id, command.service) or not fields:
            continue
        after = expected_state(simulated, command)
        if after != simulated.state(entity_id):
            commands.append(command)
            simulated = simulated.with_state(entity_id, after)
    return tuple(commands) if same_state(before, simulated.state(entity_id)) or commands else ()


def _steps(domain: str, before: State, now: State) -> list[tuple[str, dict[str, Any]]]:
    was = before.attributes
    changed = {key: was[key] for key in was if was[key] is not None and was[key] != now.attributes.get(key)}

    def given(**names: str) -> dict[str, Any]:
        return {field: changed[key] for field, key in names.items() if key in changed}

    match domain:
        case "light":
            values = given(brightness="brightness")
            if was.get("color_mode") == "color_temp":
                values |= given(color_temp_kelvin="color_temp_kelvin")
            else:
                values |= given(rgb_color="rgb_color") or given(hs_color="hs_color")
            values |= given(effect="effect")
            if before.value != "on":
                return ([("turn_on", values)] if values and now.value == "on" else []) + [("turn_off", {})]
            return [("turn_on", values)]
        case "switch" | "input_boolean" | "siren" | "group" | "remote" | "automation":
            return [("turn_on" if before.value == "on" else "turn_off", {})]
        case "cover" | "valve":
            position = was.get("current_position", was.get("current_valve_position"))
            steps: list[tuple[str, dict[str, Any]]] = [(f"{'open' if before.value in ('open', 'opening') else 'close'}_{domain}", {})]
            if isinstance(position, (int, float)) and 0 < position < 100:
                steps = [(f"set_{domain}_position", {"position": position})]
            if "current_tilt_position" in changed:
                steps.append(("set_cover_tilt_position", {"tilt_position": changed["current_tilt_position"]}))
            return steps
        case "climate" | "water_heater":
            mode = ("set_hvac_mode", {"hvac_mode": before.value}) if domain == "climate" else (
                "set_operation_mode", {"operation_mode": before.value})
            targets = given(temperature="temperature", target_temp_high="target_temp_high", target_temp_low="target_temp_low")
            modes: list[tuple[str, dict[str, Any]]] = [
                (f"set_{key}", {key: changed[key]}) for key in ("preset_mode", "fan_mode", "swing_mode", "humidity") if key in changed
            ]
            return [*([("set_temperature", targets)] if targets else []), *([mode] if before.value != now.value else []), *modes]
        case "fan":
            if before.value != "on":
                return [("turn_off", {})]
            return [("turn_on", given(percentage="percentage") or given(preset_mode="preset_mode"))]
        case "humidifier":
            on: list[tuple[str, dict[str, Any]]] = [("turn_on" if before.value == "on" else "turn_off", {})]
            return on + [(f"set_{key}", {key: changed[key]}) for key in ("humidity", "mode") if key in changed]
        case "media_player":
            steps = [("volume_set", given(volume_level="volume_level"))] if "volume_level" in changed else []
            if "is_volume_muted" in changed:
                steps.append(("volume_mute", given(is_volume_muted="is_volume_muted")))
            if "source" in changed:
                steps.append(("select_source", given(source="source")))
            service = {"off": "turn_off", "standby": "turn_off", "playing": "media_play", "paused": "media_pause", "idle": "media_stop",
                       "on": "turn_on" if now.value == "off" else "media_stop"}.get(before.value)
            return steps + ([(service, {})] if service is not None and before.value != now.value else [])
        case "vacuum" | "lawn_mower":
            names = {"cleaning": "start", "docked": "return_to_base", "returning": "return_to_base", "paused": "pause", "idle": "stop"}
            if domain == "lawn_mower":
                names = {"mowing": "start_mowing", "docked": "dock", "returning": "dock", "paused": "pause"}
            return [(names[before.value], {})] if before.value in names and before.value != now.value else []
        case "lock":
            return [({"locked": "lock", "unlocked": "unlock"}[before.value], {})] if before.value in ("locked", "unlocked") else []
        case "alarm_control_panel":
            if before.value.startswith("armed_"):
                return [(f"alarm_arm_{before.value.removeprefix('armed_')}", {})]
            return [("alarm_disarm", {})] if before.value == "disarmed" else []
        case "number" | "input_number":
            try:
                return [("set_value", {"value": float(before.value)})]
            except ValueError:
                return []
        case "select" | "input_select":
            return [("select_option", {"option": before.value})]
        case "text" | "input_text":
            return [("set_value", {"value": before.value})]
        case "todo":
            old, new = list(was.get("items") or ()), list(now.attributes.get("items") or ())
            return [("remove_item", {"item": item}) for item in new if item not in old] + [
                ("add_item", {"item": item}) for item in old if item not in new]
    return []
