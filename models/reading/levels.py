"""A value or a step that a command says: colour, per cent, degrees, "a bit warmer", "twice as bright". Knows values; no house."""

from __future__ import annotations

from typing import Any

from models.automaton.house_words import HouseWords
from models.reading.gist import Gist
from models.reading.nouns import domain_of
from models.reading.numbers import Amount, as_percent, plain
from models.reading.sensed import Sensed, sensed, with_slots
from models.reading.target import Aim, aim
from models.said import Context

_SPEEDS = {"low": 33, "slow": 33, "medium": 67, "high": 100, "fast": 100}
"""Per cent of what people call a fan's speeds."""


def _percent(gist: Gist) -> int | float | None:
    for part in sorted(gist.of("amount"), key=lambda p: p.value.unit != "percent"):
        value = as_percent(part.value)
        if value is not None:
            return value
    level = gist.first("level")
    if level is not None:
        return 100 if level.value == "max" else 1
    return None


def _degrees(gist: Gist) -> int | float | None:
    for part in gist.of("amount"):
        if part.value.unit in (None, "degrees", "celsius", "fahrenheit"):
            return plain(part.value.value)
    return None


def _step(amount: Amount) -> float:
    """Percent points: "a third" is 33, "fifteen" 15."""
    return round(amount.value * 100) if 0 < amount.value < 1 else amount.value


def _strength(gist: Gist) -> float:
    return 0.5 if gist.of("little") else 2.0 if gist.of("lot") else 1.0


def _without_domain(aimed: Aim) -> Aim:
    """The intent says the domain."""
    return with_slots(aimed, {k: v for k, v in aimed.slots.items() if k != "domain"})


def _at(gist: Gist, house: HouseWords, context: Context, *domains: str) -> Aim:
    """What is aimed at, of these domains."""
    return _without_domain(aim(gist, house, context, domains=domains))


def valued(gist: Gist, house: HouseWords, context: Context, acts: list[str], measures: list[str]) -> Sensed | None:
    """A value was said: colour, percentage, degrees."""
    shade = gist.first("color")
    steps = {"up", "down", "brighter", "dimmer", "warmer", "cooler", "louder", "quieter"} & set(acts)
    by = any(t.text == "by" for t in gist.tokens) or (bool(steps) and "to" not in [t.text for t in gist.tokens])
    if shade is not None and (acts or gist.of("called", "noun")):
        aimed = aim(gist, house, context, domains=("light",))
        if aimed.said or context.area is not None:
            if not aimed.said:
                return _room_lights(gist, house, context, {shade.value[0]: shade.value[1]})
            percent = _percent(gist) if gist.of("amount") else None
            return sensed("HassLightSet", {shade.value[0]: shade.value[1], "brightness": percent}, aimed, house, context, 0.92)
    fast = bool(gist.of("called", "noun")) and any(gist.says(word) for word in _SPEEDS) and not gist.of("opener")
    if not (gist.of("amount") or gist.of("level") or fast) or by:
        return None
    percent = _percent(gist)
    unit = next((p.value.unit for p in gist.of("amount")), None)
    if unit == "kelvin":
        return _light_value(gist, house, context, {"temperature": plain(gist.of("amount")[0].value.value)})
    aimed = aim(gist, house, context)
    kinds = {house.home.entities[i].domain for i in aimed.ids} if aimed.ids else set()
    noun = domain_of(aimed.noun) if aimed.noun else None
    if percent is None and (kinds == {"fan"} or noun == "fan"):
        percent = next((value for word, value in _SPEEDS.items() if gist.says(word)), None)
    degrees = _degrees(gist)
    heating = (
        "climate" in kinds
        or "water_heater" in kinds
        or noun == "climate"
        or "temperature" in measures
        or unit in ("degrees", "celsius", "fahrenheit")
    )
    if heating and degrees is not None and unit != "percent":
        aimed = _at(gist, house, context, "climate", "water_heater")
        return sensed("HassClimateSetTemperature", {"temperature": degrees}, aimed, house, context, 0.92)
    if percent is None:
        return None
    if "volume" in measures or kinds == {"media_player"} or noun == "media_player":
        return sensed("HassSetVolume", {"volume_level": percent}, _at(gist, house, context, "media_player"), house, context, 0.92)
    if kinds == {"humidifier"} or noun == "humidifier" or "humidity" in measures:
        return sensed("HassHumidifierSetpoint", {"humidity": percent}, _at(gist, house, context, "humidifier"), house, context, 0.92)
    if kinds == {"fan"} or noun == "fan" or "speed" in measures:
        return sensed("HassFanSetSpeed", {"percentage": percent}, _without_domain(aimed), house, context, 0.92)
    if kinds & {"cover", "valve"} or noun in ("cover", "valve") or "position" in measures:
        if {"close", "down"} & set(acts) and "to" not in [t.text for t in gist.tokens]:
            percent = 100 - percent
        aimed = aim(gist, house, context, domains=("cover", "valve"))
        return sensed("HassSetPosition", {"position": percent}, aimed, house, context, 0.9)
    if "brightness" in measures or kinds == {"light"} or noun == "light" or {"dimmer", "brighter"} & set(acts):
        return _light_value(gist, house, context, {"brightness": percent})
    if aimed.places and not aimed.ids and not aimed.unknown and unit == "percent":
        return _light_value(gist, house, context, {"brightness": percent})
    if aimed.unknown and unit == "percent":
        return sensed("HassLightSet", {"brightness": percent}, aimed, house, context, 0.8)
    return None


def _light_value(gist: Gist, house: HouseWords, context: Context, value: dict[str, Any]) -> Sensed | None:
    aimed = aim(gist, house, context, domains=("light",))
    if aimed.noun is None and not aimed.named and aimed.code is None:
        if aimed.places or aimed.everywhere:
            return sensed("HassLightSet", {**value, "domain": "light"}, aimed, house, context, 0.9)
        return _room_lights(gist, house, context, value)
    return sensed("HassLightSet", value, aimed, house, context, 0.92)


def _room_lights(gist: Gist, house: HouseWords, context: Context, value: dict[str, Any]) -> Sensed | None:
    room = context.area
    if room is None or room not in house.home.areas:
        return None
    aimed = Aim(places=(room,), room=room, said=True, cost=gist.cost if gist.cost < 0.9 else 0.9)
    return sensed("HassLightSet", {**value, "domain": "light"}, aimed, house, context, 0.85)


def relative(gist: Gist, house: HouseWords, context: Context, acts: list[str], measures: list[str]) -> Sensed | None:
    """ "a bit warmer", "twice as bright", "turn the heating down", "dim the lights"."""
    up = "up" in acts
    down = "down" in acts or "min" in acts
    strength = _strength(gist)
    nouns = [str(p.value) for p in gist.of("noun")]
    amount = next((p.value for p in gist.of("amount")), None)
    ratio = gist.first("ratio")
    bright = "brighter" in acts or "dimmer" in acts or "brightness" in measures or any(p.value == "brightness" for p in gist.of("measured"))
    loud = "louder" in acts or "quieter" in acts or "volume" in measures or any(p.value == "volume" for p in gist.of("measured"))
    warm = "warmer" in acts or "cooler" in acts or "temperature" in measures or any(p.value == "temperature" for p in gist.of("measured"))
    if not (up or down or ratio or {"brighter", "dimmer", "warmer", "cooler", "louder", "quieter"} & set(acts)):
        return None
    aimed = aim(gist, house, context)
    kinds = {house.home.entities[i].domain for i in aimed.ids}
    sign = 1 if up or {"brighter", "warmer", "louder"} & set(acts) else -1
    if ratio is not None:
        sign = 1 if ratio.value > 1 else -1
    if bright or (not (loud or warm) and (kinds == {"light"} or "light" in nouns)):
        step = plain(_step(amount) if amount is not None and amount.unit in (None, "percent") else 20 * strength)
        if ratio is not None:
            step = plain(round((ratio.value - 1) * 100))
        return _light_value(gist, house, context, {"brightness_step": sign * step if ratio is None else step})
    if loud or (not warm and (kinds == {"media_player"} or {"media", "tv", "speaker"} & set(nouns))):
        step_v: Any = ("up" if sign > 0 else "down") if amount is None or amount.value < 1 else sign * plain(amount.value)
        return sensed("HassSetVolumeRelative", {"volume_step": step_v}, _at(gist, house, context, "media_player"), house, context, 0.92)
    if warm or kinds & {"climate", "water_heater"} or {"climate", "cooler"} & set(nouns):
        degrees = plain(amount.value) if amount is not None and amount.value >= 0.5 else plain(max(1.0, strength))
        aimed = _at(gist, house, context, "climate", "water_heater")
        return sensed("HassClimateSetTemperature", {"temperature_step": sign * degrees}, aimed, house, context, 0.9)
    if kinds & {"cover"} or any(domain_of(n) == "cover" for n in nouns):
        return sensed("HassTurnOn" if sign > 0 else "HassTurnOff", {}, aimed, house, context, 0.88)
    if kinds == {"fan"} or "fan" in nouns:
        step = sign * (plain(amount.value) if amount else 25)
        return sensed("HassFanSetSpeed", {"percentage_step": step}, _without_domain(aimed), house, context, 0.85)
    return None
