"""Sentences that are written down: Home Assistant's English, our templates, the owner's commands. Knows hassil; nothing looser."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml
from hassil.intents import Intents, SlotList, TextSlotList
from hassil.recognize import RecognizeResult, recognize_all

from devices.home import EMPTY, Home
from models.automaton.house_words import is_class_word, normal, same_names
from models.reading.sieve import Sieve, plain_words

HERE = "<here>"
"""Stands for the hub's room in a match; models/reading/interpret.py replaces it."""
_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One way in which a whole text is a sentence that we know."""

    intent: str
    slots: Mapping[str, Any]
    """Home Assistant's names and values; `name`, `area` and `floor` as the home calls them."""
    own: bool = False
    """One of the owner's commands."""
    needs_room: bool = False
    """The sentence is about the room where it is said."""
    free: tuple[str, ...] = ()
    """Slots of free text."""
    literal: int = 0
    """Pieces of the template that stood in the text."""
    spoken: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    """The words of each slot as said."""
    needs: str | None = None
    """A value that is still to be asked for."""
    ours: bool = False


@lru_cache(maxsize=1)
def _language() -> Intents:
    """Home Assistant's English with our templates added to it; read once."""
    data = json.loads((files("home_assistant_intents") / "data" / "en.json").read_text(encoding="utf-8"))
    extra = yaml.safe_load((files("models") / "language" / "templates.yaml").read_text(encoding="utf-8"))
    data["lists"].update(extra["lists"])
    data["expansion_rules"].update(extra["expansion_rules"])
    for intent, body in extra["intents"].items():
        for block in body["data"]:
            block["metadata"] = {**block.get("metadata", {}), "ours": True}
        data["intents"].setdefault(intent, {"data": []})["data"].extend(body["data"])
    data["skip_words"] = [*data.get("skip_words", []), "just", "kindly", "now", "will you", "hey", "okay", "thanks", "thank you"]
    return Intents.from_dict(data)


@lru_cache(maxsize=1)
def _sieve() -> Sieve:
    return Sieve(_language())


@dataclass(slots=True)
class _House:
    home: Home
    lists: dict[str, SlotList]
    own: Sieve | None
    own_wild: frozenset[str]
    spoken: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """For name, area and floor the words of every value."""
    answers: OrderedDict[str, tuple[Match, ...]] = field(default_factory=OrderedDict)


_KEPT = 16
_ANSWERS = 64
_houses: OrderedDict[tuple[int, ...], _House] = OrderedDict()


def _plain(text: str) -> str:
    return text.replace("[']", "'")


def _variants(name: str) -> list[str]:
    base = _plain(name).strip()
    bare = base.replace("'", "").replace("’", "")
    return [base] if bare == base else [base, bare]


def _build(home: Home) -> _House:
    names: list[tuple[str, str, dict[str, Any]]] = []
    for entity in home.entities.values():
        called = [entity.name, *entity.aliases]
        device = home.devices.get(entity.device) if entity.device else None
        if device is not None and normal(device.name) != normal(entity.name):
            called.append(f"{device.name} {entity.name}")
            if entity.domain in ("light", "switch", "fan", "cover", "lock", "climate", "media_player", "vacuum", "valve"):
                called.append(device.name)
        names += [(v, entity.name, {"domain": entity.domain}) for name in called for v in _variants(name) if normal(v)]
    areas = [(v, a.name) for a in home.areas.values() for name in (a.name, *a.aliases) for v in _variants(name) if normal(v)]
    floors = [(v, f.name) for f in home.floors.values() for name in (f.name, *f.aliases) for v in _variants(name) if normal(v)]
    lists: dict[str, SlotList] = {
        "name": TextSlotList.from_tuples(names, allow_template=False, name="name"),
        "area": TextSlotList.from_tuples(areas, allow_template=False, name="area"),
        "floor": TextSlotList.from_tuples(floors, allow_template=False, name="floor"),
    }
    own, wild = _own(home, lists)
    spoken = {
        "name": tuple({plain_words(n[0]) for n in names}),
        "area": tuple({plain_words(n) for n, _ in areas}),
        "floor": tuple({plain_words(n) for n, _ in floors}),
    }
    return _House(home, lists, Sieve(own) if own is not None else None, wild, spoken)


def _own(home: Home, lists: Mapping[str, SlotList]) -> tuple[Intents | None, frozenset[str]]:
    if not home.commands:
        return None, frozenset()
    intents: dict[str, Any] = {}
    wild: set[str] = set()
    for command in home.commands:
        local: dict[str, Any] = {slot: {"values": [{"in": str(v), "out": v} for v in values]} for slot, values in command.slots.items()}
        for sentence in command.sentences:
            for part in sentence.split("{")[1:]:
                slot = part.partition("}")[0].partition(":")[0]
                if slot not in local and slot not in lists:
                    local[slot] = {"wildcard": True}
                    wild.add(slot)
        intents.setdefault(command.intent, {"data": []})["data"].append({"sentences": list(command.sentences), "lists": local})
    return Intents.from_dict(
        {"language": "en", "intents": intents, "skip_words": ["please", "can you", "could you", "would you"]}
    ), frozenset(wild)


def _house(home: Home) -> _House:
    key = same_names(home)
    found = _houses.get(key)
    if found is None:
        found = _build(home)
        _houses[key] = found
        while len(_houses) > _KEPT:
            _houses.popitem(last=False)
    else:
        _houses.move_to_end(key)
    return found


def _match(result: RecognizeResult, own: bool) -> Match:
    slots: dict[str, Any] = {}
    spoken: dict[str, str] = {}
    needs_room = False
    free: list[str] = []
    for name, entity in result.entities.items():
        value = entity.value
        if value == HERE:
            needs_room = True
            continue
        if entity.is_wildcard:
            free.append(name)
            value = str(value).strip()
        slots[name] = value
        spoken[name] = (entity.text or "").strip()
    metadata = result.intent_metadata or {}
    return Match(
        intent=result.intent.name,
        slots=slots,
        own=own,
        needs_room=needs_room,
        free=tuple(free),
        spoken=spoken,
        literal=result.text_chunks_matched,
        needs=metadata.get("needs"),
        ours=bool(metadata.get("ours")),
    )


def _rank(match: Match) -> tuple[int, int, int, int, int, int]:
    spoken = match.spoken.get("name", "")
    name = len(spoken) if "name" not in match.free and not is_class_word(normal(spoken)) else 0
    words = sum(len(str(match.slots.get(slot, "")).split()) for slot in match.free)
    kind = len(match.spoken.get("device_class", "").split())
    return (0 if match.own else 2 if spoken and not name else 1, len(match.free), -name, words, -kind, -match.literal)


def matches(text: str, home: Home) -> tuple[Match, ...]:
    """Every distinct reading of the whole text as a written-down sentence, best first: the owner's own, then no free text, then names."""
    house = _house(home)
    known = house.answers.get(text)
    if known is not None:
        return known
    found: list[Match] = []
    seen: set[tuple[str, str]] = set()
    groups = [(house.own, True)] if house.own is not None else []
    groups.append((_sieve(), False))
    for sieve, own in groups:
        context = {} if own else {"area": HERE}
        for count, result in enumerate(
            recognize_all(text, sieve.passing(text, house.spoken), slot_lists=house.lists, intent_context=context, language="en")
        ):
            match = _match(result, own)
            key = (match.intent, repr(sorted((k, repr(v)) for k, v in match.slots.items())))
            if key not in seen:
                seen.add(key)
                found.append(match)
            if count >= _MOST:
                break
        if own and any(not m.free for m in found):
            break
    found.sort(key=_rank)
    house.answers[text] = tuple(found)
    while len(house.answers) > _ANSWERS:
        house.answers.popitem(last=False)
    return house.answers[text]


def clashes(home: Home) -> list[tuple[str, str]]:
    """(the owner's sentence, the intent it already is) where Home Assistant's language, ours or another own command has it, too."""
    from hassil.sample import sample_sentence

    house = _house(home)
    if house.own is None:
        return []
    found: list[tuple[str, str]] = []
    bare = Home(areas=home.areas, floors=home.floors, entities=home.entities, devices=home.devices)
    for name, intent in house.own.intents.intents.items():
        for data in intent.data:
            for sentence in data.sentences:
                for index, text in enumerate(sample_sentence(sentence, slot_lists={**house.lists, **data.slot_lists})):
                    other = [m for m in matches(text, bare) if not m.free]
                    other += [m for m in matches(text, home) if m.own and not m.free and m.intent != name]
                    if other:
                        found.append((text, other[0].intent))
                        break
                    if index >= 8:
                        break
    return found
