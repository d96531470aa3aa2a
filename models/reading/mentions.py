"""What a short text names in this house: entities, rooms, floors, kinds of thing, ordinals, signed steps. Decides nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from devices.home import Home
from models.automaton.house_words import house_words, normal
from models.reading.numbers import tokens
from models.said import Context
from models.situation import house_now

_LEAD = re.compile(
    r"^(?:(?:please|hey|hi|ok|okay|oh|well|actually|so|um|uh|just|now|then|kindly|can you|could you|would you|will you|can we|"
    r"i want you to|i would like you to|"
    r"i d like you to|id like you to|go ahead and|lets|let us|you can|you could|i said|i want to|i need you to|would you mind|"
    r"do me a favor and)\s+)+"
)
_TAIL = re.compile(
    r"(?:\s+(?:please|thanks|thank you|would you|will you|could you|can you|for me|right now|now|already|at once|darling|then))+$"
)
_SMALL = frozenset(
    {"the", "a", "an", "in", "on", "at", "of", "to", "my", "our", "one", "ones", "please", "just", "that", "this", "room", "1"}
)
ORDINALS: Mapping[str, int] = {
    "first": 0,
    "1st": 0,
    "second": 1,
    "2nd": 1,
    "third": 2,
    "3rd": 2,
    "fourth": 3,
    "4th": 3,
    "fifth": 4,
    "last": -1,
    "latter": -1,
    "former": 0,
    "1": 0,
    "2": 1,
    "3": 2,
    "4": 3,
    "number 1": 0,
    "number 2": 1,
}
KINDS: Mapping[str, tuple[tuple[str, ...], str | None]] = {
    "light": (("light",), None),
    "lights": (("light",), None),
    "lamp": (("light",), None),
    "lamps": (("light",), None),
    "bulb": (("light",), None),
    "tv": (("media_player",), "tv"),
    "television": (("media_player",), "tv"),
    "telly": (("media_player",), "tv"),
    "tvs": (("media_player",), "tv"),
    "speaker": (("media_player",), "speaker"),
    "speakers": (("media_player",), "speaker"),
    "stereo": (("media_player",), "speaker"),
    "radio": (("media_player",), "speaker"),
    "music": (("media_player",), None),
    "fan": (("fan",), None),
    "fans": (("fan",), None),
    "blind": (("cover",), None),
    "blinds": (("cover",), None),
    "curtain": (("cover",), None),
    "curtains": (("cover",), None),
    "shade": (("cover",), None),
    "shades": (("cover",), None),
    "shutter": (("cover",), None),
    "shutters": (("cover",), None),
    "drapes": (("cover",), None),
    "heater": (("climate", "switch"), "heater"),
    "heating": (("climate",), None),
    "thermostat": (("climate",), None),
    "ac": (("climate",), None),
    "air conditioning": (("climate",), None),
    "air conditioner": (("climate",), None),
    "radiator": (("climate",), None),
    "heat": (("climate",), None),
    "hvac": (("climate",), None),
    "aircon": (("climate",), None),
    "air con": (("climate",), None),
    "vacuum": (("vacuum",), None),
    "robot": (("vacuum",), None),
    "hoover": (("vacuum",), None),
    "window": (("cover", "binary_sensor"), "window"),
    "windows": (("cover", "binary_sensor"), "window"),
    "door": (("lock", "cover"), "door"),
    "doors": (("lock", "cover"), "door"),
    "lock": (("lock",), None),
    "locks": (("lock",), None),
    "switch": (("switch",), None),
    "plug": (("switch",), None),
    "outlet": (("switch",), None),
    "camera": (("camera",), None),
    "humidifier": (("humidifier",), None),
    "garage": (("cover",), "garage"),
    "gate": (("cover",), "gate"),
    "player": (("media_player",), None),
    "humidifiers": (("humidifier",), None),
}
"""A word for a kind of thing -> its domains and what narrows them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a text names."""

    entities: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    floors: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    """Words that name nothing and are no small words."""
    plural: bool = False


def plain(text: str) -> str:
    """Lower-case words without politeness: what patterns are written for. At most 200 characters of the text count."""
    said = " ".join(t.text.replace("'", "") for t in tokens(text[:400]))[:200]
    before = None
    while before != said:
        before = said
        said = _TAIL.sub("", _LEAD.sub("", said)).strip()
    return said


def named(text: str, home: Home) -> Named:
    """What the words of a (plain) text name, the longest names first."""
    house = house_words(home)
    said = normal(text).split()[:24]
    entities: list[str] = []
    areas: list[str] = []
    floors: list[str] = []
    kinds: list[str] = []
    rest: list[str] = []
    at = 0
    while at < len(said):
        for size in range(min(6, len(said) - at), 0, -1):
            phrase = " ".join(said[at : at + size])
            called = [] if phrase in _SMALL else house.said(phrase)
            if called and (size > 1 or phrase not in KINDS or any(c.kind == "area" for c in called) or not phrase.endswith("s")):
                best = min(c.cost for c in called)
                hits = [c for c in called if c.cost <= best + 1e-9]
                places = [c.id for c in hits if c.kind == "area"]
                areas += places
                floors += [c.id for c in hits if c.kind == "floor"]
                if not places:
                    entities += [c.id for c in hits if c.kind == "entity"]
                if phrase in KINDS:
                    kinds.append(phrase)
                at += size
                break
            if phrase in KINDS:
                kinds.append(phrase)
                at += size
                break
        else:
            alike = [a.id for a in home.areas.values() if said[at] in normal(a.name).split()] if said[at] not in _SMALL else []
            if len(alike) == 1:
                areas += alike
            elif said[at] not in _SMALL:
                rest.append(said[at])
            at += 1
    plural = any(k.endswith("s") and k[:-1] in KINDS for k in kinds)
    return Named(
        entities=tuple(dict.fromkeys(entities)),
        areas=tuple(dict.fromkeys(areas)),
        floors=tuple(dict.fromkeys(floors)),
        kinds=tuple(dict.fromkeys(kinds)),
        rest=tuple(rest),
        plural=plural,
    )


def of_kind(home: Home, kind: str) -> list[str]:
    """The entities that a word for a kind may mean."""
    domains, narrow = KINDS[kind]
    found = house_now.of(home, *domains)
    if narrow == "tv":
        return [e for e in found if house_now.tv(home, e)]
    if narrow == "speaker":
        speakers = [e for e in found if not house_now.tv(home, e)]
        return speakers or found
    if narrow == "heater":
        return [e for e in found if house_now.domain(e) == "climate" or house_now.name_words(home, e) & {"heater", "radiator", "heating"}]
    if narrow in ("garage", "gate", "window", "door"):
        return [
            e
            for e in found
            if home.device_class(e) == narrow
            or narrow in house_now.name_words(home, e)
            or (narrow == "door" and (house_now.domain(e) == "lock" or home.device_class(e) in ("garage", "gate")))
        ]
    if domains == ("cover",):
        stem = kind.rstrip("s")
        own = [
            e
            for e in found
            if home.device_class(e) == stem or stem in house_now.name_words(home, e) or kind in house_now.name_words(home, e)
        ]
        soft = [
            e
            for e in found
            if home.device_class(e) not in ("garage", "gate", "door", "window")
            and not house_now.name_words(home, e) & {"garage", "gate", "barn", "window"}
        ]
        return own or soft
    return found


def ordinal(text: str) -> int | None:
    """0 for "the first one" and "number one", -1 for "the last"; None if no place in a row is named."""
    alone = re.fullmatch(r"(?:the |my )?(?:number |option )?(one|two|three|four|five)", text)
    if alone is not None:
        return ("one", "two", "three", "four", "five").index(alone.group(1))
    for word in text.split():
        if word in ORDINALS:
            return ORDINALS[word]
    return None


def chosen(text: str, candidates: Sequence[str], home: Home) -> list[str]:
    """Which candidates an answer like "the left one", "the kitchen", "both" or "the second" picks; [] if it is no such answer."""
    if re.search(r"\b(both|all|every|everything|all of them|each|either|any)\b", text):
        return list(candidates) if re.search(r"\b(both|all|every|everything|each)\b", text) else list(candidates[:1])
    if re.search(r"\b(neither|none)\b", text):
        return []
    known = [c for c in candidates if c in home.entities]
    exact = [c for c in known if normal(home.entities[c].name) == _bare(text) or _bare(text) in map(normal, home.entities[c].aliases)]
    if len(exact) == 1:
        return exact
    said = {w for w in normal(text).replace("'", "").split() if w not in _SMALL}
    places = named(text, home).areas
    vocabulary = {c: house_now.name_words(home, c) | said_words(home, c) | _place_words(home, c) for c in known}
    shared: frozenset[str] = frozenset.intersection(*vocabulary.values()) if vocabulary else frozenset()
    scores = {c: len((vocabulary[c] - shared) & said) + (2 if house_now.area_of(home, c) in places else 0) for c in known}
    best = max(scores.values(), default=0)
    picked = [c for c in known if scores[c] == best]
    if best > 0 and len(picked) < len(known):
        return picked
    place = ordinal(text)
    if place is not None and len(candidates) > (place if place >= 0 else 0):
        return [candidates[place]]
    if re.search(r"\bother\b", text) and len(candidates) == 2:
        return [candidates[1]]
    return []


def identity(slots: Mapping[str, Any]) -> dict[str, Any]:
    """The slots that say what a frame is about, without what is to be done with it."""
    return {k: v for k, v in slots.items() if k in ("name", "area", "floor", "domain", "device_class")}


def target_slots(home: Home, targets: Sequence[str]) -> dict[str, Any]:
    """Slots that name these targets: one by its name, several by their kind and room."""
    known = [t for t in targets if t in home.entities]
    if len(known) == 1:
        return {"name": home.entities[known[0]].name}
    domains = {house_now.domain(t) for t in known}
    areas = {house_now.area_of(home, t) for t in known}
    slots: dict[str, Any] = {"domain": domains.pop()} if len(domains) == 1 else {}
    if len(areas) == 1 and (area := areas.pop()) is not None:
        slots["area"] = home.areas[area].name
    return slots


def said_words(home: Home, entity_id: str) -> set[str]:
    """Name and aliases as they are said: "Mum's Lamp" has "mums"."""
    entity = home.entities[entity_id]
    return set(normal(" ".join((entity.name, *entity.aliases))).replace("'", "").split())


def _bare(text: str) -> str:
    return re.sub(r"^(the|my|our)\s+|\s+(one|ones)$", "", normal(text))


def _place_words(home: Home, entity_id: str) -> set[str]:
    area = home.area_of(entity_id)
    return set(normal(" ".join((area.name, *area.aliases))).replace("'", "").split()) if area is not None else set()


def room_slots(home: Home, context: Context) -> dict[str, Any]:
    """The area slot that the hub's own room stands for."""
    return {"area": home.areas[context.area].name} if context.area is not None and context.area in home.areas else {}
