"""What a device is set to by a word or number of its own: fan and heating modes, sources, options, presets. Knows what entities offer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from models.automaton.house_words import HouseWords, normal
from models.reading.gist import read
from models.reading.nouns import ids_of
from models.reading.numbers import amounts, plain, tokens
from models.reading.resolve import in_place
from models.said import Context, Frame

_OFFERS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "climate": (
        ("fan_modes", "HassClimateSetFanMode", "fan_mode"),
        ("hvac_modes", "HassClimateSetHvacMode", "hvac_mode"),
        ("preset_modes", "HubSetPreset", "preset_mode"),
    ),
    "fan": (("preset_modes", "HubSetPreset", "preset_mode"),),
    "humidifier": (("available_modes", "HassHumidifierMode", "mode"),),
    "media_player": (("source_list", "HubSelectSource", "source"), ("sound_mode_list", "HubSelectSoundMode", "sound_mode")),
    "select": (("options", "HubSelectOption", "option"),),
    "input_select": (("options", "HubSelectOption", "option"),),
    "water_heater": (("operation_list", "HubSetOperation", "operation_mode"),),
    "vacuum": (("fan_speed_list", "HubSetSuction", "fan_speed"),),
}
_NUMBERS = ("number", "input_number")
_SETS = re.compile(r"^(?:set|switch|change|put|turn|make|select|choose|use|go|play|show|watch|tune|run|move|adjust|flip)\b", re.I)
_TO = re.compile(r"\b(?:to|on|onto|in|into|at)\b", re.I)
_OFF = frozenset({"on", "off", "none", "unknown"})
_ALSO: Mapping[str, tuple[str, ...]] = {
    "cool": ("cooling", "cold"),
    "heat": ("heating",),
    "fan only": ("fan mode", "ventilation"),
    "heat cool": ("auto", "automatic"),
    "auto": ("automatic",),
    "dry": ("drying", "dehumidify", "dehumidifying"),
    "medium": ("mid", "middle"),
}
_KINDS = {
    "climate": "climate",
    "tv": "media_player",
    "speaker": "media_player",
    "fan": "fan",
    "humidifier": "humidifier",
    "vacuum": "vacuum",
}


def chosen(text: str, house: HouseWords, context: Context) -> Frame | None:
    """ "switch the mini split to dry mode", "generator mode on silent", "TV to HDMI 1", "pump delay to 20"; None for all else."""
    home = house.home
    offering = [i for i, e in home.entities.items() if e.domain in _OFFERS or e.domain in _NUMBERS]
    said = f" {normal(text)} "
    refused: Frame | None = None
    if not offering or not (_SETS.match(text) or _TO.search(text)):
        return None
    named = _named(said, house, offering)
    ids = [entity_id for entity_id, _ in named]
    spoken = [name for _, name in named]
    if not ids:
        ids, spoken = _of_kind(text, house, context, offering)
    rest = said
    for name in spoken:  # a word that stands for the thing is no value of it: "heat the pool"
        rest = rest.replace(f" {name} ", " , ", 1)
    if named and all(i.startswith(("select.", "input_select.")) for i in ids) and re.search(r"\bto\b", text, re.I):
        name = home.entities[ids[0]].name
        refused = Frame(intent="HubSelectOption", slots={"name": name}, targets=tuple(ids[:1]), score=0.9, source="loose", code="bad_value")
    for entity_id in ids:
        found = _value(entity_id, rest, text, house)
        if found is not None:
            intent, slots = found
            return Frame(
                intent=intent,
                slots={"name": home.entities[entity_id].name, **slots},
                targets=(entity_id,),
                score=0.94 if named else 0.9,
                source="loose",
            )
    return refused


def _named(said: str, house: HouseWords, ids: Iterable[str]) -> list[tuple[str, str]]:
    """(entity id, words) of what is called by its whole name, longest first."""
    home = house.home
    found: list[tuple[str, str]] = []
    for entity_id in ids:
        entity = home.entities[entity_id]
        names = [normal(n) for n in (entity.name, *entity.aliases)]
        area = home.area_of(entity_id)
        names += [n.removeprefix(f"{normal(area.name)} ") for n in names if area is not None]
        best = max((n for n in names if n and f" {n} " in said), key=len, default=None)
        if best is not None:
            found.append((entity_id, best))
    longest = max((len(name) for _, name in found), default=0)
    return [(i, name) for i, name in found if len(name) == longest]


def _of_kind(text: str, house: HouseWords, context: Context, ids: Iterable[str]) -> tuple[list[str], list[str]]:
    """The one thing of a kind that is spoken of, the room's or the only one, and the words that said so."""
    gist = read(text, house)
    nouns = [p for p in gist.of("noun") if str(p.value) in _KINDS]
    if not nouns:
        return [], []
    kind, words = str(nouns[0].value), [nouns[0].text]
    offering = [i for i in ids if i in ids_of(kind, house.home) and i.startswith(f"{_KINDS[kind]}.")]
    areas = [c.id for p in gist.of("called") for c in p.value if c.kind == "area"]
    if areas:
        return [i for i in offering if in_place(house.home, i, areas)][:1], words
    here = [i for i in offering if context.area is not None and in_place(house.home, i, [context.area])]
    return (here if len(here) == 1 else offering if len(offering) == 1 else []), words


def _value(entity_id: str, rest: str, text: str, house: HouseWords) -> tuple[str, dict[str, Any]] | None:
    domain = entity_id.partition(".")[0]
    attributes = house.home.state(entity_id).attributes
    if domain in _NUMBERS:
        found = amounts([t.text for t in tokens(rest)])
        return ("HubSetNumber", {"value": plain(found[-1].value)}) if len(found) == 1 else None
    best: tuple[int, str, str, str] | None = None
    for key, intent, slot in _OFFERS[domain]:
        offered = attributes.get(key)
        for option in offered if isinstance(offered, (list, tuple)) else ():
            words = normal(str(option).replace("_", " "))
            if not words or words in _OFF or (slot == "fan_mode" and not re.search(r"\bfan\b", text, re.I)):
                continue
            if slot == "hvac_mode" and not re.search(r"\bmode\b|\b(?:to|on|in|into) (?:\w+ )?\w+(?: mode)?\W*$", text, re.I):
                continue
            if slot == "hvac_mode" and re.search(r"\d|\b(?:degrees?|fan)\b", text, re.I) and words != "fan only":
                continue
            if any(f" {w} " in rest for w in (words, *_ALSO.get(words, ()))) and (best is None or len(words) > best[0]):
                best = (len(words), intent, slot, str(option))
    return (best[1], {best[2]: best[3]}) if best is not None else None
