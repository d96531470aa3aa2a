"""What a thing measures, said with its unit: the charge of a vacuum, the warmth of the warmest room. Reads states; chooses nothing."""

from __future__ import annotations

from devices.home import Home
from hub.decision.states import reading, said_state
from hub.saying import wording
from models.situation import house_now

_ATTRIBUTES = {
    "battery": ("battery_level", "%"),
    "humidity": ("current_humidity", "%"),
    "volume": ("volume_level", "%"),
    "brightness": ("brightness", "%"),
}
_WHOLE = {"volume": 1.0, "brightness": 255.0}


def measured(home: Home, entity_id: str, device_class: str) -> str:
    """The reading that was asked for, else the state."""
    if device_class == "temperature":
        value, unit, _ = reading(home, entity_id)
        return f"{wording.number(value)}{unit}" if value is not None else said_state(home, entity_id)
    attribute, unit = _ATTRIBUTES.get(device_class, ("", ""))
    number = house_now.number(home.state(entity_id).attributes.get(attribute))
    if number is None:
        return said_state(home, entity_id)
    whole = _WHOLE.get(device_class)
    return f"{wording.number(round(100 * number / whole) if whole else number)}{wording.unit(unit)}"


def where(home: Home, entity_id: str, device_class: str) -> str:
    """The room that was measured, or the thing itself: "the greenhouse" is the warmest, Bob's battery the emptiest."""
    area = home.area_of(entity_id)
    if area is not None and device_class in ("temperature", "humidity", "carbon_dioxide", "illuminance"):
        return wording.the(area.name)
    return wording.called(home, entity_id)
