"""When a number is a temperature, and in which unit it was said. Knows thermostats' limits; sets nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from devices.home import Home
from models.automaton.house_words import house_words
from models.reading.numbers import plain, tokens
from models.reading.resolve import celsius
from models.said import Frame

_UNIT = re.compile(r"(?<=[\d\w°]) ?(?:fahrenheit|celsius|centigrade|°\s?[fc])\b|(?<=\d)\s?[fc]\b", re.IGNORECASE)


def with_unit(meant: Frame, text: str) -> Frame:
    """The unit that a temperature was said in, where it was said."""
    unit = _UNIT.search(text)
    if unit is None or meant.intent != "HassClimateSetTemperature" or "temperature" not in meant.slots:
        return meant
    said = "fahrenheit" if unit.group().lower().strip("° ").startswith("f") else "celsius"
    return replace(meant, slots={**meant.slots, "temperature_unit": said})


def degrees_meant(intent: str, text: str, slots: Mapping[str, Any], home: Home) -> dict[str, Any] | None:
    """ "set the living room to 21": a number that a thermostat there would be set to, without a word of light or per cent."""
    words = {t.text for t in tokens(text)}
    value = slots.get("brightness")
    if intent != "HassLightSet" or not isinstance(value, (int, float)) or "name" in slots or {"color", "temperature"} & set(slots):
        return None
    if words & {"percent", "%", "pct", "brightness", "bright", "light", "lights", "lamp", "lamps", "dim", "brighten", "lighting"}:
        return None
    area = house_words(home).area_called(str(slots.get("area", "")))
    if area is None:
        return None
    for entity_id, entity in home.entities.items():
        if entity.domain == "climate" and (a := home.area_of(entity_id)) is not None and a.id == area.id:
            low, high = (60, 82) if celsius(home, entity_id) is False else (12, 28)
            if low <= value <= high:
                return {"area": slots["area"], "temperature": plain(value)}
            return None
    warm = [celsius(home, i) for i, e in home.entities.items() if e.domain == "climate"]
    low, high = (60, 82) if warm and warm[0] is False else (16, 25)
    if warm and low <= value <= high and len({warm[0], *warm}) == 1:  # a room without a thermostat is not lit for want of one
        return {"area": slots["area"], "temperature": plain(value)}
    return None
