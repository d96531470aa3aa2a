"""Lights of Home Assistant's MQTT discovery: the default, the JSON and the template schema. Knows no other domain."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from devices import colours
from devices.ha_parts import Parts, Send, json_object, with_attributes, with_value
from devices.home import State
from devices.template import value_of
from devices.wiring import CannotDo, Message, Write

_COLOUR_FIELDS = ("color_name", "rgb_color", "hs_color", "xy_color", "rgbw_color", "rgbww_color")
_KELVIN_FIELDS = ("color_temp_kelvin", "kelvin", "color_temp")
_LEVEL_FIELDS = ("brightness", "brightness_pct", "brightness_step", "brightness_step_pct", "white")


def asked(data: Mapping[str, Any], before: State, after: State) -> dict[str, Any]:
    """Which absolute values a light.turn_on asks for: brightness 0–255, rgb, kelvin, effect, transition. Relative ones are worked out."""
    values: dict[str, Any] = {}
    if any(key in data for key in _LEVEL_FIELDS) and "brightness" in after.attributes:
        values["brightness"] = int(after.attributes["brightness"])
    if any(key in data for key in _COLOUR_FIELDS):
        if "rgb_color" not in after.attributes:
            raise CannotDo("bad_value")
        values["rgb"] = tuple(int(part) for part in after.attributes["rgb_color"])
    elif any(key in data for key in _KELVIN_FIELDS):
        values["kelvin"] = int(after.attributes["color_temp_kelvin"])
    return values | {key: data[key] for key in ("effect", "transition", "flash") if key in data}


def with_rgb(state: State, rgb: tuple[int, ...], mode: str | None = None) -> State:
    return with_attributes(state, rgb_color=list(rgb), hs_color=list(colours.rgb_to_hs(rgb)), color_temp_kelvin=None, color_mode=mode)


def with_kelvin(state: State, kelvin: float) -> State:
    return with_attributes(state, color_temp_kelvin=round(kelvin), color_mode="color_temp")


def light(parts: Parts) -> tuple[Write, bool]:
    """How the light is commanded and whether it reports; fills parts."""
    schema = parts.text("schema", "basic")
    kelvin = parts.config.get("color_temp_kelvin") is True
    for ours, theirs, mireds in (("min_color_temp_kelvin", "min_kelvin", "max_mireds"), ("max_color_temp_kelvin", "max_kelvin",
        "min_mireds")):
        if theirs in parts.config or mireds in parts.config:
            parts.attributes[ours] = round(parts.number(theirs, 0) or colours.mired(parts.number(mireds, 300)))
    parts.keep("effect_list")
    return {"json": _json, "template": _template}.get(schema, _basic)(parts, kelvin)


def _onoff(parts: Parts) -> Callable[[str, State], State | None]:
    on, off = parts.text("payload_on", "ON"), parts.text("payload_off", "OFF")

    def apply(value: str, state: State) -> State | None:
        named = {on: "on", off: "off", "None": "unknown"}.get(value)
        return with_value(state, named) if named is not None else None

    return apply


def _scaled(value: float, scale: float) -> int:
    return max(1, min(round(scale), round(value * scale / 255)))


def _basic(parts: Parts, kelvin: bool) -> tuple[Write, bool]:
    scale = parts.number("brightness_scale", 255) or 255
    power = parts.command("command_topic")
    sends: dict[str, Send | None] = {
        name: parts.command(f"{name}_command_topic", f"{name}_command_template")
        for name in ("brightness", "color_temp", "rgb", "hs", "xy", "rgbw", "rgbww", "effect")
    }
    echoes = parts.listen("state_topic", "state_value_template", _onoff(parts))
    if not echoes and "value_template" in parts.config:
        echoes = parts.listen("state_topic", "value_template", _onoff(parts))

    def level(value: str, state: State) -> State | None:
        return with_attributes(state, brightness=min(255, round(float(value) * 255 / scale))) if float(value) > 0 else None

    def colour(read: Callable[[list[float]], tuple[int, ...]], mode: str) -> Callable[[str, State], State | None]:
        def apply(value: str, state: State) -> State | None:
            rgb = read([float(part) for part in value.split(",")])
            state = with_rgb(state, rgb, mode)
            if sends["brightness"] is None and mode.startswith("rgb") and max(rgb) > 0:
                state = with_attributes(state, brightness=max(rgb))
            return state

        return apply

    parts.listen("brightness_state_topic", "brightness_value_template", level)
    parts.listen("rgb_state_topic", "rgb_value_template", colour(lambda v: (int(v[0]), int(v[1]), int(v[2])), "rgb"))
    parts.listen("rgbw_state_topic", "rgbw_value_template", colour(lambda v: (int(v[0]), int(v[1]), int(v[2])), "rgbw"))
    parts.listen("rgbww_state_topic", "rgbww_value_template", colour(lambda v: (int(v[0]), int(v[1]), int(v[2])), "rgbww"))
    parts.listen("hs_state_topic", "hs_value_template", colour(lambda v: colours.hs_to_rgb(v[:2]), "hs"))
    parts.listen("xy_state_topic", "xy_value_template", colour(lambda v: colours.xy_to_rgb(v[0], v[1]), "xy"))
    parts.listen("color_temp_state_topic", "color_temp_value_template",
                 lambda value, state: with_kelvin(state, float(value) if kelvin else colours.mired(float(value))))
    parts.attribute("effect_state_topic", "effect_value_template", "effect")
    modes = [name for name in ("color_temp", "hs", "rgb", "rgbw", "rgbww", "xy") if sends[name] is not None]
    parts.attributes["supported_color_modes"] = modes or (["brightness"] if sends["brightness"] is not None else ["onoff"])
    order = parts.text("on_command_type", "last")

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        if power is None:
            raise CannotDo("read_only")
        if after.value == "off":
            return (power(parts.text("payload_off", "OFF")),)
        on, values, messages = power(parts.text("payload_on", "ON")), asked(data, before, after), []
        if "rgb" in values:
            messages.append(_colour_message(sends, values, before))
        if "brightness" in values or (order == "brightness" and sends["brightness"] is not None):
            bright = values.get("brightness", before.attributes.get("brightness", 255))
            send = sends["brightness"]
            if send is not None:
                messages.append(send(_scaled(bright, scale)))
            elif sends["rgb"] is not None and "rgb" not in values:
                shade = {**values, "rgb": tuple(before.attributes.get("rgb_color", (255, 255, 255))), "brightness": bright}
                messages.append(_colour_message(sends, shade, before))
            elif "rgb" not in values:
                raise CannotDo("not_supported")
        if "kelvin" in values:
            if sends["color_temp"] is None:
                raise CannotDo("not_supported")
            messages.append(sends["color_temp"](values["kelvin"] if kelvin else colours.mired(values["kelvin"])))
        if "effect" in values and sends["effect"] is not None:
            messages.append(sends["effect"](values["effect"]))
        if order == "first":
            return (on, *messages)
        return tuple(messages) if order == "brightness" and messages else (*messages, on)

    return write, echoes


def _colour_message(sends: Mapping[str, Send | None], values: Mapping[str, Any], before: State) -> Message:
    red, green, blue = values["rgb"]
    hue, saturation = colours.rgb_to_hs(values["rgb"])
    factor = 1.0
    if sends["brightness"] is None:
        factor = values.get("brightness", before.attributes.get("brightness", 255)) / 255
    red, green, blue = (int(part * factor) for part in (red, green, blue))
    if (send := sends["rgb"]) is not None:
        return send(f"{red},{green},{blue}", red=red, green=green, blue=blue)
    if (send := sends["hs"]) is not None:
        return send(f"{hue:g},{saturation:g}", hue=hue, sat=saturation)
    if (send := sends["rgbw"]) is not None:
        return send(f"{red},{green},{blue},0", red=red, green=green, blue=blue, white=0)
    if (send := sends["rgbww"]) is not None:
        return send(f"{red},{green},{blue},0,0", red=red, green=green, blue=blue, cold_white=0, warm_white=0)
    if (send := sends["xy"]) is not None:
        x, y = colours.rgb_to_xy(values["rgb"])
        return send(f"{x},{y}", x=x, y=y)
    raise CannotDo("not_supported")


def _json(parts: Parts, kelvin: bool) -> tuple[Write, bool]:
    scale = parts.number("brightness_scale", 255) or 255
    modes = parts.strings("supported_color_modes") or (["brightness"] if parts.config.get("brightness") else ["onoff"])
    parts.attributes["supported_color_modes"] = modes
    power = parts.command("command_topic")

    def apply(value: str, state: State) -> State | None:
        given = json_object(value)
        power_state = {"ON": "on", "OFF": "off"}.get(str(given.get("state")))
        if power_state is not None:
            state = with_value(state, power_state)
        elif "state" in given and given["state"] is None:
            state = with_value(state, "unknown")
        if isinstance(given.get("brightness"), (int, float)) and given["brightness"] > 0:
            state = with_attributes(state, brightness=max(1, min(255, round(given["brightness"] * 255 / scale))))
        mode, colour = given.get("color_mode"), given.get("color")
        if isinstance(given.get("color_temp"), (int, float)) and given["color_temp"] > 0 and mode in (None, "color_temp"):
            state = with_kelvin(state, given["color_temp"] if kelvin else colours.mired(given["color_temp"]))
        if isinstance(colour, dict) and mode != "color_temp":
            rgb = rgb_of(colour)
            state = with_rgb(state, rgb, mode) if rgb is not None else state
        return with_attributes(state, effect=given["effect"]) if "effect" in given else state

    echoes = parts.listen("state_topic", "value_template", apply)

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        if power is None:
            raise CannotDo("read_only")
        if after.value == "off":
            return (power(json.dumps({"state": "OFF", **{key: data[key] for key in ("transition",) if key in data}})),)
        values = asked(data, before, after)
        body: dict[str, Any] = {"state": "ON"}
        if "rgb" in values:
            body["color"] = _json_colour(values["rgb"], modes)
        if "kelvin" in values:
            if "color_temp" not in modes:
                raise CannotDo("not_supported")
            body["color_temp"] = values["kelvin"] if kelvin else colours.mired(values["kelvin"])
        if "brightness" in values:
            if modes == ["onoff"]:
                raise CannotDo("not_supported")
            body["brightness"] = _scaled(values["brightness"], scale)
        return (power(json.dumps(body | {key: values[key] for key in ("effect", "transition") if key in values})),)

    return write, echoes


def rgb_of(colour: Mapping[str, Any]) -> tuple[int, int, int] | None:
    """The colour of a JSON light, however it is given: r g b, h s, hue saturation, or x y."""
    try:
        if "r" in colour:
            return int(colour["r"]), int(colour["g"]), int(colour["b"])
        if "h" in colour:
            return colours.hs_to_rgb((float(colour["h"]), float(colour["s"])))
        if "hue" in colour and "saturation" in colour:
            return colours.hs_to_rgb((float(colour["hue"]), float(colour["saturation"])))
        if "x" in colour:
            return colours.xy_to_rgb(float(colour["x"]), float(colour["y"]))
    except (KeyError, TypeError, ValueError):
        return None
    return None


def _json_colour(rgb: tuple[int, int, int], modes: list[str]) -> dict[str, Any]:
    red, green, blue = rgb
    if "rgb" in modes or "rgbw" in modes or "rgbww" in modes:
        extra = {"w": 0} if "rgbw" in modes else {"c": 0, "w": 0} if "rgbww" in modes else {}
        return {"r": red, "g": green, "b": blue, **({} if "rgb" in modes else extra)}
    if "hs" in modes:
        hue, saturation = colours.rgb_to_hs(rgb)
        return {"h": hue, "s": saturation}
    if "xy" in modes:
        x, y = colours.rgb_to_xy(rgb)
        return {"x": x, "y": y}
    raise CannotDo("not_supported")


def _template(parts: Parts, kelvin: bool) -> tuple[Write, bool]:
    on, off = parts.command("command_topic", "command_on_template"), parts.command("command_topic", "command_off_template")
    sources = {key: parts.template(key)[1] for key in (
        "state_template", "brightness_template", "color_temp_template", "red_template", "green_template", "blue_template",
        "effect_template")}
    coloured = all(sources[f"{name}_template"] is not None for name in ("red", "green", "blue"))
    parts.attributes["supported_color_modes"] = [
        *(["color_temp"] if sources["color_temp_template"] else []), *(["hs"] if coloured else []),
    ] or (["brightness"] if sources["brightness_template"] else ["onoff"])

    def apply(payload: str, state: State) -> State | None:
        def part(name: str) -> str:
            source = sources[f"{name}_template"]
            return value_of(source, payload) if source is not None else ""

        power = {"on": "on", "off": "off", "None": "unknown"}.get(part("state"))
        state = with_value(state, power) if power is not None else state
        if (level := part("brightness")) not in ("", "None") and float(level) > 0:
            state = with_attributes(state, brightness=min(255, round(float(level))))
        if (temp := part("color_temp")) not in ("", "None") and float(temp) > 0:
            state = with_kelvin(state, float(temp) if kelvin else colours.mired(float(temp)))
        rgb = [part(name) for name in ("red", "green", "blue")] if coloured else []
        if rgb and all(item not in ("", "None") for item in rgb):
            state = with_rgb(state, tuple(int(float(item)) for item in rgb), "hs")
        return with_attributes(state, effect=part("effect")) if part("effect") not in ("", "None") else state

    echoes = sources["state_template"] is not None and parts.listen("state_topic", "", apply)

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        if on is None or off is None:
            raise CannotDo("read_only")
        extra = {key: data[key] for key in ("transition", "flash") if key in data}
        if after.value == "off":
            return (off("off", state="off", **extra),)
        values = asked(data, before, after)
        names: dict[str, Any] = {"state": "on", **extra, **{key: values[key] for key in ("brightness", "effect") if key in values}}
        if "rgb" in values:
            hue, saturation = colours.rgb_to_hs(values["rgb"])
            names |= dict(zip(("red", "green", "blue"), values["rgb"], strict=True)) | {"hue": hue, "sat": saturation}
        if "kelvin" in values:
            names["color_temp"] = values["kelvin"] if kelvin else colours.mired(values["kelvin"])
        return (on("on", **names),)

    return write, echoes
