"""What a light is like after a command: levels, steps, colours, temperatures. Pure arithmetic; knows no other domain."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from devices import colours

Data = Mapping[str, Any]
Attributes = dict[str, Any]


def number(data: Data, key: str) -> float | None:
    value = data.get(key)
    try:
        number = float(value) if value is not None and not isinstance(value, bool) else None
    except (TypeError, ValueError):
        return None
    return number if number is not None and math.isfinite(number) else None


def between(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def tidy(value: float) -> float | int:
    return int(value) if value == int(value) else round(value, 2)


def switched(name: str, value: str) -> str:
    if name == "toggle":
        return "off" if value == "on" else "on"
    return {"turn_on": "on", "turn_off": "off"}.get(name, value)


def light(name: str, value: str, attributes: Attributes, data: Data) -> str:
    now = switched(name, value)
    if now == "off" or name == "turn_off":
        return now
    level = number(data, "brightness")
    percent = number(data, "brightness_pct")
    if percent is not None:
        level = percent * 255 / 100
    current = number(attributes, "brightness")
    current = (current if current is not None else 255.0) if value == "on" else 0.0
    for key, scale in (("brightness_step", 1.0), ("brightness_step_pct", 2.55)):
        step = number(data, key)
        if step is not None:
            level = between(current + step * scale, 0, 255)
    white = number(data, "white")
    level = white if level is None and white is not None else level
    if level is not None:
        if round(level) <= 0:
            return "off"
        attributes["brightness"] = round(between(level, 1, 255))
    _colour(attributes, data)
    if "effect" in data:
        attributes["effect"] = data["effect"]
    return "on"


def _colour(attributes: Attributes, data: Data) -> None:
    rgb: colours.Rgb | None = None
    if isinstance(data.get("color_name"), str):
        rgb = colours.rgb_of(data["color_name"])
    try:
        if rgb is None and data.get("rgb_color") is not None:
            red, green, blue = (int(part) for part in tuple(data["rgb_color"])[:3])
            rgb = red, green, blue
        if rgb is None and data.get("hs_color") is not None:
            rgb = colours.hs_to_rgb([float(part) for part in data["hs_color"]])
        if rgb is None and data.get("xy_color") is not None:
            rgb = colours.xy_to_rgb(*(float(part) for part in tuple(data["xy_color"])[:2]))
    except (TypeError, ValueError):
        rgb = None
    modes = attributes.get("supported_color_modes")
    modes = [str(mode) for mode in modes] if isinstance(modes, (list, tuple)) else []
    if rgb is not None:
        attributes["rgb_color"] = list(rgb)
        attributes["hs_color"] = list(colours.rgb_to_hs(rgb))
        attributes.pop("color_temp_kelvin", None)
        attributes.pop("color_temp", None)
        mode = next((mode for mode in ("rgb", "rgbw", "rgbww", "hs", "xy") if mode in modes), None)
    else:
        kelvin = number(data, "color_temp_kelvin") or number(data, "kelvin")
        mireds = number(data, "color_temp")
        kelvin = colours.mired(mireds) if kelvin is None and mireds else kelvin
        if kelvin is None:
            return
        low, high = number(attributes, "min_color_temp_kelvin"), number(attributes, "max_color_temp_kelvin")
        kelvin = between(kelvin, low if low is not None else kelvin, high if high is not None else kelvin)
        attributes["color_temp_kelvin"] = round(kelvin)
        if "color_temp" in attributes:
            attributes["color_temp"] = colours.mired(kelvin)
        mode = "color_temp" if "color_temp" in modes else None
    if mode is not None:
        attributes["color_mode"] = mode
