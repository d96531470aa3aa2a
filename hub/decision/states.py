"""States as people say them and ask about them: "open" for an open window's sensor. Answers nothing itself."""

from __future__ import annotations

from collections.abc import Mapping

from devices.home import Home
from hub.saying import wording
from models.situation import house_now


def reading(home: Home, entity_id: str) -> tuple[float | None, str, float | None]:
    """(temperature, unit as said, set point) of a thermostat, a sensor or a weather entity."""
    state = home.state(entity_id)
    kind = house_now.domain(entity_id)
    if kind in ("climate", "water_heater"):
        unit = wording.unit(state.attributes.get("temperature_unit") or state.attributes.get("unit_of_measurement") or "°C")
        goal = house_now.number(state.attributes.get("temperature") or state.attributes.get("target_temperature"))
        return house_now.number(state.attributes.get("current_temperature")), unit, goal
    if kind == "weather":
        value = state.attributes.get("temperature", state.attributes.get("native_temperature"))
        return (
            house_now.number(value),
            wording.unit(state.attributes.get("temperature_unit") or state.attributes.get("native_temperature_unit")),
            None,
        )
    value = state.value if house_now.number(state.value) is not None else state.attributes.get("native_value")
    return house_now.number(value), wording.unit(state.attributes.get("unit_of_measurement")), None


_PAIRS: Mapping[str, tuple[str, str]] = {
    "door": ("open", "closed"),
    "window": ("open", "closed"),
    "garage_door": ("open", "closed"),
    "opening": ("open", "closed"),
    "motion": ("detected", "clear"),
    "occupancy": ("occupied", "clear"),
    "presence": ("home", "away"),
    "moisture": ("wet", "dry"),
    "smoke": ("detected", "clear"),
    "gas": ("detected", "clear"),
    "carbon_monoxide": ("detected", "clear"),
    "battery": ("low", "normal"),
    "battery_charging": ("charging", "not charging"),
    "lock": ("unlocked", "locked"),
    "plug": ("plugged in", "unplugged"),
    "connectivity": ("connected", "disconnected"),
    "cold": ("cold", "normal"),
    "heat": ("hot", "normal"),
    "light": ("light", "dark"),
    "moving": ("moving", "still"),
    "problem": ("a problem", "fine"),
    "running": ("running", "not running"),
    "power": ("on", "off"),
    "safety": ("unsafe", "safe"),
    "sound": ("loud", "quiet"),
    "tamper": ("tampered with", "fine"),
    "update": ("out of date", "up to date"),
    "vibration": ("shaking", "still"),
}


def said_state(home: Home, entity_id: str) -> str:
    """The state as a person would say it: "open" for an open window's sensor, "21.5 degrees" for a thermometer."""
    state = home.state(entity_id)
    kind = house_now.domain(entity_id)
    if kind == "binary_sensor" and state.value in ("on", "off"):
        pair = _PAIRS.get(home.device_class(entity_id) or "", ("on", "off"))
        return pair[0] if state.value == "on" else pair[1]
    if house_now.number(state.value) is not None:
        return f"{wording.number(state.value)}{wording.unit(state.attributes.get('unit_of_measurement'))}"
    return state.value.replace("_", " ")


_SAME: Mapping[str, frozenset[str]] = {
    "open": frozenset({"open", "opening", "opened", "on"}),
    "closed": frozenset({"closed", "closing", "shut", "off"}),
    "locked": frozenset({"locked", "locking"}),
    "unlocked": frozenset({"unlocked", "unlocking", "open"}),
    "home": frozenset({"home"}),
    "not_home": frozenset({"not_home", "away"}),
    "away": frozenset({"not_home", "away"}),
}


def matches(home: Home, entity_id: str, wanted: str) -> bool | None:
    """Whether an entity is in the state asked for; None where its state isn't known."""
    state = home.state(entity_id)
    asked = wanted.casefold().strip()
    if state.value in ("unknown", "unavailable", "", "none"):
        return None
    if house_now.domain(entity_id) == "binary_sensor":
        pair = _PAIRS.get(home.device_class(entity_id) or "", ("on", "off"))
        is_on = state.value == "on"
        if asked in ("on", "off"):
            return is_on == (asked == "on")
        if asked in pair:
            return is_on == (asked == pair[0])
    if asked == "on" and house_now.domain(entity_id) not in ("lock",):
        return house_now.is_on(home, entity_id)
    if asked == "off":
        return not house_now.is_on(home, entity_id)
    if house_now.domain(entity_id) in ("cover", "valve") and asked in ("open", "closed"):
        return state.value in _SAME[asked]
    return state.value.casefold() in _SAME.get(asked, frozenset({asked, asked.replace(" ", "_")}))
