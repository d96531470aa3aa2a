"""The words of one house: what its entities, areas and floors answer to. Knows names; no grammar, no state."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from devices.home import Area, Entity, Floor, Home
from models.reading.numbers import ONES, TENS, tokens
from models.reading.sounds import phrase_key

_DIGITS = {word: str(value) for word, value in ONES.items() if word not in ("oh", "zero")}
_RANK = {
    "basement": -1,
    "cellar": -1,
    "ground": 0,
    "main": 0,
    "downstairs": 0,
    "first": 1,
    "second": 2,
    "upstairs": 2,
    "upper": 2,
    "third": 3,
    "fourth": 4,
    "attic": 8,
    "loft": 8,
    "roof": 9,
    "top": 5,
}


@lru_cache(maxsize=65536)
def normal(text: str) -> str:
    """Lower-case words without apostrophes, numbers below a hundred as digits: "Kid's room one" and "kids room 1" are one."""
    words = [t.text for t in tokens(text)]
    out, i = [], 0
    while i < len(words):
        if words[i] in TENS and i + 1 < len(words) and 0 < ONES.get(words[i + 1], 0) < 10:
            out.append(str(TENS[words[i]] + ONES[words[i + 1]]))
            i += 2
            continue
        out.append(_DIGITS.get(words[i], words[i].replace("'", "")))
        i += 1
    return " ".join(out)


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """Singular, as far as a final s makes it plural."""
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def stems(text: str) -> str:
    return " ".join(stem(word) for word in text.split())


@lru_cache(maxsize=1)
def lexicon() -> dict[str, Any]:
    """models/language/words.yaml, read once."""
    loaded: dict[str, Any] = yaml.safe_load((files("models") / "language" / "words.yaml").read_text(encoding="utf-8"))
    return loaded


_MANY = (
    *("light", "fan", "switch", "outlet", "blind", "curtain", "shade", "shutter"),
    *("door", "window", "cover", "lock", "media", "scene", "everything"),
)
"""Kinds of things of which a home has several; a home's only "TV" is called so."""


@lru_cache(maxsize=1)
def _class_words() -> frozenset[str]:
    data = lexicon()
    groups = ("measures", "measured", "states")
    words = {normal(word) for group in groups for key in data[group] for word in _listed(data[group], key)}
    words |= {normal(w) for noun in _MANY for w in data["nouns"][noun]}
    called = {"lamp", "lamps"}  # somebody who names one light "lamp" means that one
    return frozenset((words | {"time", "date", "weather", "alarm", "timer"}) - called)


def _listed(group: dict[str, Any], key: str) -> list[str]:
    value = group[key]
    return [str(w) for w in value] if isinstance(value, list) else [key]


def is_class_word(phrase: str) -> bool:
    """Whether a phrase is a word for a kind of thing ("temperature", "light"): as a name it says less than as that word."""
    return phrase in _class_words()


@dataclass(frozen=True, slots=True)
class Called:
    """One thing that a phrase may name."""

    kind: str
    """entity · area · floor"""
    id: str
    how: str
    """name · alias · device · with_area · without_area · part"""
    cost: float


_CHEAP = {"name": 0.0, "alias": 0.0, "device": 0.05, "with_area": 0.1, "without_area": 0.2, "part": 0.35}


class HouseWords:
    """What each phrase of a house names. Immutable once built; `said(phrase)` answers in constant time."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.names: dict[str, list[Called]] = {}
        self.stemmed: dict[str, list[Called]] = {}
        self.sounds: dict[str, set[str]] = {}
        self.longest = 1
        nouns = {stem(w) for words in lexicon()["nouns"].values() for w in words}
        for floor in home.floors.values():
            self._add_all("floor", floor.id, floor.name, floor.aliases, home)
            if not normal(floor.name).endswith("floor"):
                self._add(f"{floor.name} floor", Called("floor", floor.id, "alias", 0.05))
        for area in home.areas.values():
            self._add_all("area", area.id, area.name, area.aliases, home)
        for entity in home.entities.values():
            self._entity(entity, nouns)
        self.keys = list(self.names)
        self.tight = {key.replace(" ", ""): key for key in self.keys}

    def _add_all(self, kind: str, id_: str, name: str, aliases: tuple[str, ...], home: Home) -> None:
        self._add(name, Called(kind, id_, "name", 0.0))
        for alias in aliases:
            self._add(alias, Called(kind, id_, "alias", 0.0))

    def _entity(self, entity: Entity, nouns: set[str]) -> None:
        home = self.home
        self._add_all("entity", entity.id, entity.name, entity.aliases, home)
        device = home.devices.get(entity.device) if entity.device else None
        if device is not None and normal(device.name) != normal(entity.name):
            self._add(f"{device.name} {entity.name}", Called("entity", entity.id, "device", _CHEAP["device"]))
            if entity.domain not in ("sensor", "binary_sensor", "update", "event", "button", "number", "select", "device_tracker"):
                self._add(device.name, Called("entity", entity.id, "device", 0.1))
        if entity.domain == "lock":
            for name in (entity.name, *entity.aliases):
                door = normal(name).removesuffix(" lock").removesuffix(" smart")
                if door != normal(name) and door.endswith((" door", " gate")):
                    self._add(door, Called("entity", entity.id, "without_area", _CHEAP["without_area"]))
        area = home.area_of(entity.id)
        if area is None:
            return
        for area_name in (area.name, *area.aliases):
            short = normal(area_name)
            for name in (entity.name, *entity.aliases):
                own = normal(name)
                if own == short or not own:
                    continue
                if own.startswith(short + " "):
                    rest = own[len(short) + 1 :]
                    if stem(rest) not in nouns:
                        self._add(rest, Called("entity", entity.id, "without_area", _CHEAP["without_area"]))
                elif own.endswith(" " + short):
                    rest = own[: -len(short) - 1]
                    if stem(rest) not in nouns:
                        self._add(rest, Called("entity", entity.id, "without_area", _CHEAP["without_area"]))
                else:
                    self._add(f"{short} {own}", Called("entity", entity.id, "with_area", _CHEAP["with_area"]))

    def _add(self, phrase: str, called: Called) -> None:
        text = normal(phrase)
        if not text:
            return
        for table, form in ((self.names, text), (self.stemmed, stems(text))):
            entries = table.setdefault(form, [])
            if not any(e.kind == called.kind and e.id == called.id and e.cost <= called.cost for e in entries):
                entries.append(called)
        self.sounds.setdefault(phrase_key(text), set()).add(text)
        self.longest = max(self.longest, len(text.split()))

    def said(self, phrase: str) -> list[Called]:
        """What the normal form of a phrase names, singular and plural alike; empty if nothing."""
        return self.names.get(phrase) or self.stemmed.get(stems(phrase)) or []

    def entities_called(self, name: str) -> list[str]:
        """Entity ids whose name or alias is this one, best first."""
        found = sorted((c.cost, c.id) for c in self.said(normal(name)) if c.kind == "entity")
        return [id_ for _, id_ in found]

    def area_called(self, name: str) -> Area | None:
        key = normal(name)
        if name in self.home.areas:
            return self.home.areas[name]
        return next((self.home.areas[c.id] for c in self.said(key) if c.kind == "area"), None)

    def areas_called(self, name: str) -> list[str]:
        """Area ids of this name: more than one where the owner gave it to several."""
        if name in self.home.areas:
            return [name]
        found = [c for c in self.said(normal(name)) if c.kind == "area"]
        least = min((c.cost for c in found), default=0.0)
        return [c.id for c in found if c.cost == least]

    def floor_called(self, name: str) -> Floor | None:
        if name in self.home.floors:
            return self.home.floors[name]
        return next((self.home.floors[c.id] for c in self.said(normal(name)) if c.kind == "floor"), None)

    def floors_towards(self, way: str, area: str | None) -> list[str]:
        """Floor ids meant by "upstairs" or "downstairs", seen from an area where it is known."""
        direct = self.floor_called(way)
        if direct is not None:
            return [direct.id]
        ranks = {f.id: next((_RANK[w] for w in normal(f.name).split() if w in _RANK), 1) for f in self.home.floors.values()}
        if len(set(ranks.values())) < 2:
            return []
        here_floor = self.home.areas[area].floor if area is not None and area in self.home.areas else None
        here = ranks.get(here_floor or "")
        if way == "upstairs":
            base = here if here is not None and here < max(ranks.values()) else min(r for r in ranks.values() if r >= 0)
            return [f for f, r in ranks.items() if r > base]
        lowest = min((r for r in ranks.values() if r >= 0), default=min(ranks.values()))
        if here is None or here <= lowest:  # said on the ground, or nobody knows where: the floor that one lives down on
            return [f for f, r in ranks.items() if r == lowest]
        return [f for f, r in ranks.items() if lowest <= r < here]


_KEPT = 16
_cache: OrderedDict[tuple[int, ...], tuple[Home, HouseWords]] = OrderedDict()


def same_names(home: Home) -> tuple[int, ...]:
    """Equal for homes that differ in states only: what matchers are cached by.

    A cache that uses it keeps the Home, so that no id is used twice.
    """
    if home.names_version:
        return home.names_version, hash(tuple(home.entities)), hash(tuple(home.areas)), len(home.commands)
    return 0, id(home.entities), id(home.areas), id(home.floors), id(home.commands)


def house_words(home: Home) -> HouseWords:
    """The index of a home's names, the last 16 homes kept."""
    key = same_names(home)
    found = _cache.get(key)
    if found is None:
        found = (home, HouseWords(home))
        _cache[key] = found
        while len(_cache) > _KEPT:
            _cache.popitem(last=False)
    else:
        _cache.move_to_end(key)
    return found[1]
