"""What a device word may mean in a home: "lights", "blinds", "the telly", "coffee machine". Knows classes of things and a home's ids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from devices.home import Home
from models.automaton.house_words import lexicon, normal, stem
from models.reading.resolve import kind_matches

COVERS = ("blind", "curtain", "shade", "shutter", "awning", "gate", "garage", "door", "window")
_SOFT = ("blind", "curtain", "shade", "shutter", "awning")
"""Covers that people mix up."""
_DOMAIN = {
    "light": "light",
    "fan": "fan",
    "switch": "switch",
    "outlet": "switch",
    "cover": "cover",
    "lock": "lock",
    "valve": "valve",
    "climate": "climate",
    "cooler": "climate",
    "tv": "media_player",
    "speaker": "media_player",
    "media": "media_player",
    "vacuum": "vacuum",
    "mower": "lawn_mower",
    "alarm_panel": "alarm_control_panel",
    "scene": "scene",
    "script": "script",
    "camera": "camera",
    "humidifier": "humidifier",
}
_EVERYTHING = ("light", "switch", "fan", "media_player")
_PASSIVE = (
    "sensor",
    "binary_sensor",
    "update",
    "event",
    "number",
    "select",
    "device_tracker",
    "person",
    "weather",
    "calendar",
    "sun",
    "zone",
)


def domain_of(noun: str) -> str | None:
    return "cover" if noun in COVERS else _DOMAIN.get(noun)


def slots_of(noun: str) -> dict[str, Any]:
    """Home Assistant's slots for an unnamed thing of this kind."""
    if noun in COVERS:
        return {"domain": "cover", "device_class": noun}
    domain = domain_of(noun)
    return {"domain": domain} if domain else {}


def _named_like(noun: str, home: Home, domains: Sequence[str] | None = None) -> list[str]:
    words = [set(normal(w).split()) for w in lexicon()["nouns"][noun]]
    found = []
    for entity_id, entity in home.entities.items():
        if entity.domain in _PASSIVE if domains is None else entity.domain not in domains:
            continue
        kind = home.devices[entity.device].kind if entity.device is not None and entity.device in home.devices else None
        for name in (entity.name, *entity.aliases, kind or ""):
            own = {stem(w) for w in normal(name.replace("_", " ")).split()}
            if any(w and {stem(x) for x in w} <= own for w in words):
                found.append(entity_id)
                break
    return found


def called_so(said: str, home: Home, domains: Sequence[str], ids: list[str]) -> list[str]:
    """What has the very word in its name, where none of the ids has: "the heater" is the Space Heater and no thermostat."""
    word = stem(normal(said))
    named = [
        i
        for i, e in home.entities.items()
        if e.domain in domains and any(word in {stem(w) for w in normal(n).split()} for n in (e.name, *e.aliases))
    ]
    return ids if set(named) & set(ids) else named or ids


def _can_cool(home: Home, entity_id: str) -> bool:
    """Whether air conditioning may mean this thermostat: it cools, or does not say what it can."""
    modes = home.state(entity_id).attributes.get("hvac_modes")
    if not isinstance(modes, (list, tuple)) or not modes:
        return True
    return bool({"cool", "heat_cool", "auto", "dry", "fan_only"} & {str(m).rpartition(".")[2].lower() for m in modes})


_MAKES = frozenset({"roomba"})
"""Device words that are a make's: a thing with a name of its own is none of it unless it says so."""


def of_the_make(said: str, noun: str, ids: Sequence[str], home: Home) -> list[str]:
    """Of the ids that a device word means, those that its make fits: a robot called Dusty is no Roomba, "Robot Vacuum" may be one."""
    makes = {stem(w) for w in normal(said).split()} & _MAKES
    if not makes:
        return list(ids)
    words = {stem(w) for phrase in lexicon()["nouns"][noun] for w in normal(phrase).split()}
    found = []
    for i in ids:
        area = home.area_of(i)
        placed = {stem(w) for w in normal(area.name).split()} if area is not None else set()
        device = home.devices.get(home.entities[i].device or "")
        named = [{stem(w) for w in normal(n).split()} for n in (home.entities[i].name, *home.entities[i].aliases)]
        kind = {stem(w) for w in normal((device.kind or "").replace("_", " ")).split()} if device is not None else set()
        if makes & {w for n in (*named, kind) for w in n} or any(n <= words | placed for n in named):
            found.append(i)
    return found


def ids_of(noun: str, home: Home) -> list[str]:
    """Every entity that the word may mean; the class that was said before a neighbouring one."""
    if noun == "everything":
        return [i for i, e in home.entities.items() if e.domain in _EVERYTHING]
    if noun in COVERS:
        exact = [i for i, e in home.entities.items() if e.domain == "cover" and kind_matches(home, i, None, noun)]
        if noun in ("door", "gate", "garage", "window"):
            named = _named_like(noun, home, ("cover", "lock"))
            if noun == "door":
                named = [i for i in named if home.device_class(i) not in ("garage", "gate")] or named
            exact = [*exact, *(i for i in named if i not in exact)]
        if not exact and noun in _SOFT and noun != "awning":
            exact = [
                i
                for i, e in home.entities.items()
                if e.domain == "cover"
                and (home.device_class(i) in _SOFT[:-1] or home.device_class(i) is None)
                and not {"garage", "gate", "door"} & set(normal(e.name).split())
            ]
        return exact
    if noun in ("tv", "speaker"):
        classed = [
            i for i, e in home.entities.items() if e.domain == "media_player" and str(home.device_class(i) or "").lower().endswith(noun)
        ]
        named = _named_like(noun, home, ("media_player", "switch", "remote"))
        players = [i for i in named if i.startswith("media_player.")] or named
        return [*classed, *(i for i in players if i not in classed)]
    domain = domain_of(noun)
    if noun == "outlet":
        classed = [
            i
            for i, e in home.entities.items()
            if e.domain == "switch"
            and (
                str(home.device_class(i) or "").lower().endswith("outlet")
                or {"plug", "outlet", "socket"} & {stem(w) for w in normal(e.name).split()}
            )
        ]
        return classed or [i for i, e in home.entities.items() if e.domain == "switch"]
    if noun == "cooler":
        found = [i for i, e in home.entities.items() if e.domain == "climate" and _can_cool(home, i)]
        return found or _named_like(noun, home, ("switch", "fan", "climate"))
    if noun == "climate":
        found = [i for i, e in home.entities.items() if e.domain in ("climate", "water_heater")]
        return found or _named_like(noun, home, ("switch", "fan"))
    if noun == "valve":
        return [i for i, e in home.entities.items() if e.domain == "valve"] or _named_like(noun, home)
    if domain is not None:
        found = [i for i, e in home.entities.items() if e.domain == domain]
        if noun in ("light", "fan") and not found:
            found = _named_like(noun, home, ("switch", "input_boolean"))
        return found
    return _named_like(noun, home)


_SWITCHED_KINDS = ("switch", "input_boolean", "group", "scene", "script", "remote")
_ANY_TAIL = ("switch", "outlet", "scene", "script", "everything", "media", "cover")
_PLAIN_KINDS = ("light", "switch", "outlet", "everything", "scene", "script", "media")


def of_another_kind(ids: Sequence[str], noun: str, said: str, home: Home) -> bool:
    """Whether "the espresso machine light" is none of these: they are no lights, and not called so.

    A switch that has no kind of its own may be: "the Christmas tree lights".
    """
    domain = domain_of(noun)
    if domain is None or noun in _ANY_TAIL or not ids:
        return False
    word = stem(normal(said).split()[-1])
    kinds = (phrases for kind, phrases in lexicon()["nouns"].items() if kind not in _PLAIN_KINDS)
    own_words = {stem(w) for phrases in kinds for p in phrases for w in normal(str(p)).split()}
    for i in ids:
        entity = home.entities[i]
        named = {stem(w) for n in (entity.name, *entity.aliases) for w in normal(n).split()}
        if entity.domain == domain or word in named or entity.domain in ("sensor", "binary_sensor"):
            return False
        if entity.domain in _SWITCHED_KINDS and noun == "light" and not named & (own_words - {"machine"}):
            return False
    return True


def lamps(home: Home, ids: Sequence[str]) -> list[str]:
    return [i for i in ids if {"lamp", "lamps"} & set(normal(home.entities[i].name).split())]
