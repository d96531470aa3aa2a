""" "Set the heating to auto", "eco mode", "put the fan on sleep", "arm the alarm for the night": ways of running that a thing itself
lists in its attributes. Proposes only what is listed; knows no services."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from devices.home import Home
from models.automaton.house_words import normal
from models.reading.mentions import KINDS, named, of_kind, target_slots
from models.reading.numbers import amounts
from models.said import Context, Frame
from models.situation.going_on import SOURCE
from models.situation.house_now import area_of, available, domain, here_first, name_words, value

_INTENTS = {
    "hvac_mode": "HassClimateSetHvacMode",
    "fan_mode": "HassClimateSetFanMode",
    "mode": "HassHumidifierMode",
    "preset_mode": "HubSetPreset",
    "operation_mode": "HubSetOperation",
    "fan_speed": "HubSetSuction",
    "source": "HubSelectSource",
    "sound_mode": "HubSelectSoundMode",
    "option": "HubSelectOption",
}
LISTED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "climate": (("hvac_modes", "hvac_mode"), ("preset_modes", "preset_mode"), ("fan_modes", "fan_mode")),
    "fan": (("preset_modes", "preset_mode"),),
    "humidifier": (("available_modes", "mode"),),
    "water_heater": (("operation_list", "operation_mode"),),
    "vacuum": (("fan_speed_list", "fan_speed"),),
    "media_player": (("source_list", "source"), ("sound_mode_list", "sound_mode")),
    "select": (("options", "option"),),
    "input_select": (("options", "option"),),
}
"""Domain -> the attributes that list what can be chosen, and the slot that holds the choice."""
_ARMED = {"away": "away", "home": "home", "stay": "home", "night": "night", "vacation": "vacation", "holiday": "vacation"}
_SAME = {
    "cooling": "cool", "heating": "heat", "automatic": "auto", "drying": "dry", "dehumidify": "dry", "economy": "eco",
    "energy saving": "eco",
    "energy saver": "eco", "saving": "eco", "economic": "eco", "ventilate": "fan only", "ventilation": "fan only", "maximum": "max",
    "normal operation": "normal", "standard": "normal", "heat and cool": "heat cool", "silent": "quiet", "sleeping": "sleep",
}  # fmt: skip
_USUAL = ("none", "normal", "comfort", "home", "auto", "standard")
"""What is chosen where a special way of running is ended."""
_SET = r"(?:set|put|switch|turn|change|make|get|have|run|move|flip|adjust)"
_VALUE = r"(?:the |a |an )?(?P<v>[a-z0-9][\w ]{0,24}?)"
_MODE = r"(?: (?:mode|setting|preset|program|programme|cycle|operation))?"
_PATTERNS = tuple(
    re.compile(p)
    for p in (
        rf"{_SET} (?P<w>.+?)(?: mode| setting| source| input| speed)? (?:to|in|into|on|onto|over to) {_VALUE}{_MODE}",
        rf"(?P<w>.+?) (?:to|in|on) {_VALUE}{_MODE}",
        rf"(?:{_SET}|turn on|switch on|switch to|change to|activate|enable|use|go into|start|go to) {_VALUE} "
        r"(?:mode|preset|setting|program)(?: (?:on|for|in|of) (?P<w>.+))?",
        rf"{_VALUE} (?:mode|preset)(?: (?:on|for|in) (?P<w>.+))?",
    )
)
_END = re.compile(
    r"(?:turn off|switch off|stop|end|leave|disable|deactivate|turn|switch) (?:the )?(?P<v>[\w ]{2,24}?) (?:mode|preset)(?: off)?"
    r"(?: (?:on|for|in|of) (?P<w>.+))?"
)
_ARM = re.compile(
    r"(?:set|put|arm|switch|turn on|activate)(?: (?P<w>.+?))? (?:to|in|into|on|for)(?: the)? (?P<v>away|home|stay|night|vacation|holiday)"
    r"(?: mode)?|arm (?P<v2>away|home|stay|night)|(?:arm|set) (?P<w3>.+?) (?P<v3>away|home|stay|night)"
)
_PANEL = frozenset({"alarm", "security", "alarms"})


def mode(said: str, home: Home, context: Context) -> list[Frame]:
    """Readings of a mode or a choice that something here lists; refused by name where the thing lists no such one."""
    if (arming := _ARM.fullmatch(said)) is not None and (made := _armed(arming, home)):
        return made
    if (ended := _END.fullmatch(said)) is not None and " off" in f" {said}":
        return _ended(ended.group("v"), ended.group("w"), home, context)
    refused: list[Frame] = []
    for pattern in _PATTERNS:
        match = pattern.fullmatch(said)
        if match is None:
            continue
        what, value = match.groupdict().get("w"), _plain(match.group("v"))
        things: list[str] = []
        for phrase in _phrases(what) if what is not None else ("",):
            things = _things(phrase, home, context) if phrase else _all(value, home, context)
            fitting = [(e, *found) for e in things if (found := _listed(home, e, value, fan=_of_fan(what))) is not None]
            if fitting:
                return _chosen(fitting, home, context)
        if what is not None and things and not refused and _is_mode(value):
            refused = [Frame(intent="HubSetPreset", slots=target_slots(home, things), targets=tuple(things[:1]), score=0.9, source=SOURCE,
                             code="not_supported")]  # fmt: skip
    return refused


def _plain(value: str) -> str:
    text = normal(value.replace("_", " ")).strip()
    return _SAME.get(text, text)


def _is_mode(value: str) -> bool:
    """Whether the word is a way of running at all, not a number, a colour or a place."""
    return value in {"auto", "cool", "heat", "dry", "eco", "away", "comfort", "boost", "fan only", "heat cool", "sleep"}


def _of_fan(what: str | None) -> bool:
    return what is not None and re.search(r"\bfan\b", what) is not None


def _phrases(what: str) -> tuple[str, ...]:
    """The words for a thing, as they are and without what is set of it: "the air conditioning fan"."""
    phrase = re.sub(r"\b(?:the|my|our)\b ", "", re.sub(r"^(?:the|my|our)\s+", "", what.strip()))
    return tuple(dict.fromkeys((phrase, re.sub(r"\s+(?:mode|setting|fan|fan mode|fan speed|source|input|speed)$", "", phrase))))


def _things(phrase: str, home: Home, context: Context) -> list[str]:
    """What the words mean, as far as it has anything to choose; of several alike the room's."""
    found = named(phrase, home)
    if found.rest:
        return []
    pool = [e for e in found.entities if domain(e) in LISTED]
    if not pool and phrase in KINDS:
        pool = [e for e in of_kind(home, phrase) if domain(e) in LISTED]
    if not pool and phrase in ("hot water", "water heater", "boiler"):
        pool = [e for e in home.entities if domain(e) == "water_heater"]
    if not pool and found.kinds and found.areas:
        pool = [e for e in of_kind(home, found.kinds[0]) if domain(e) in LISTED and area_of(home, e) in found.areas]
    elif not pool and found.areas and not found.kinds:
        pool = [e for e in home.entities if domain(e) == "climate" and area_of(home, e) in found.areas]
    elif pool and found.areas:
        pool = [e for e in pool if area_of(home, e) in found.areas] or pool
    own = set(normal(phrase).split())
    pool += [e for e in home.entities if domain(e) in ("select", "input_select") and own < set(normal(home.entities[e].name).split())]
    return here_first(home, dict.fromkeys(pool), context.area)


def _all(value: str, home: Home, context: Context) -> list[str]:
    """Whatever lists the choice by that name: the room's, else the house's."""
    able = [e for e in home.entities if domain(e) in ("climate", "fan", "humidifier", "water_heater") and available(home, e)]
    return here_first(home, [e for e in able if _listed(home, e, value) is not None], context.area)


def _listed(home: Home, entity_id: str, value: str, *, fan: bool = False) -> tuple[str, Any] | None:
    """(slot, the choice as the entity writes it) where it lists one by that name; `fan` asks for the fan of an air conditioner first."""
    lists = LISTED.get(domain(entity_id), ())
    if fan and domain(entity_id) == "climate":
        lists = tuple(sorted(lists, key=lambda pair: pair[0] != "fan_modes"))
    for attribute, slot in lists:
        options = home.state(entity_id).attributes.get(attribute)
        for option in options if isinstance(options, (list, tuple)) else ():
            if _plain(str(option)) == value and not (slot == "hvac_mode" and value == "off"):
                return slot, option
    return None


def _chosen(fitting: Sequence[tuple[str, str, Any]], home: Home, context: Context) -> list[Frame]:
    signals = "room" if len(fitting) == 1 and context.area is not None and area_of(home, fitting[0][0]) == context.area else ""
    made = [
        Frame(
            intent=_INTENTS[slot],
            slots={**target_slots(home, [entity_id]), slot: option},
            targets=(entity_id,),
            score=0.9 if len(fitting) == 1 else 0.5,
            source=f"{SOURCE}/{signals}" if signals else SOURCE,
        )
        for entity_id, slot, option in fitting[:6]
    ]
    return made


def _ended(value: str, what: str | None, home: Home, context: Context) -> list[Frame]:
    things = _things(_phrases(what)[-1], home, context) if what is not None else _all(_plain(value), home, context)
    on = [e for e in things if any(_plain(str(home.state(e).attributes.get(slot))) == _plain(value) for _, slot in LISTED[domain(e)])]
    for entity_id in on[:1]:
        for usual in _USUAL:
            back = _listed(home, entity_id, usual)
            if back is not None and back[0] != "hvac_mode":
                return _chosen([(entity_id, *back)], home, context)
    return []


def _armed(match: re.Match[str], home: Home) -> list[Frame]:
    panels = [e for e in home.entities if domain(e) == "alarm_control_panel"]
    what = match.group("w") or match.group("w3")
    words = set(normal(what).split()) - {"the", "my", "our", "system", "panel"} if what is not None else set()
    if what is not None and not (words & _PANEL or any(words and words <= name_words(home, e) for e in panels)):
        return []
    how = match.group("v") or match.group("v2") or match.group("v3")
    fitting = [e for e in panels if words <= (name_words(home, e) | _PANEL)] or panels
    if len(fitting) != 1 or (what is None and not match.group().startswith("arm")):
        return []
    return [Frame(intent="HassTurnOn", slots={**target_slots(home, fitting), "mode": _ARMED[how]}, targets=tuple(fitting), score=0.93,
                  source=SOURCE)]  # fmt: skip


_ALARM_OFF = re.compile(
    r"(?:turn|switch|shut) (?:off (?:the|our) (?:(?:house|home|burglar|security) )?alarm(?: system)?|"
    r"(?:the|our) (?:(?:house|home|burglar|security) )?alarm(?: system)? off)|"
    r"(?:deactivate|disable) (?:the|our) (?:(?:house|home|burglar|security) )?alarm"
)


def alarm_off(said: str, home: Home, context: Context) -> list[Frame]:
    """The alarm system where it is armed and no clock is set to ring: it is asked about before it is disarmed."""
    if _ALARM_OFF.fullmatch(said) is None or any(t.get("kind") == "alarm" or t.get("ringing") for t in context.timers):
        return []
    panels = [e for e in home.entities if domain(e) == "alarm_control_panel"]
    if len(panels) != 1 or value(home, panels[0]) in ("disarmed", "off", "unknown"):
        return []
    slots = target_slots(home, panels)
    return [Frame(intent="HassTurnOff", slots=slots, targets=tuple(panels), score=0.93, source=f"{SOURCE}/device_state")]


_DEGREES = re.compile(r"(?:set|make|turn|put|bring) (?:it|this|that)(?: (?:to|at|down to|up to|"
    r"on))? (.+?) degrees(?: (?:c|celsius|fahrenheit))?")


def degrees(said: str, home: Home, context: Context) -> list[Frame]:
    """ "Set it to twenty degrees": what heats the room."""
    match = _DEGREES.fullmatch(said)
    found = amounts(match.group(1).split()) if match is not None else []
    here = [e for e in home.entities if domain(e) == "climate" and context.area is not None and area_of(home, e) == context.area]
    if match is None or len(found) != 1 or found[0].end - found[0].start < len(match.group(1).split()) or len(here) != 1:
        return []
    size = found[0].value
    slots = {**target_slots(home, here), "temperature": int(size) if float(size).is_integer() else size}
    return [Frame(intent="HassClimateSetTemperature", slots=slots, targets=tuple(here), score=0.93, source=f"{SOURCE}/room")]
