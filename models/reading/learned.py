"""The joint model's intents and spans as frames in this home. Knows the model's output; trusts it only where the home fits."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from devices.home import EMPTY, Home
from models.automaton.house_words import house_words, normal
from models.reading.duration import duration
from models.reading.gist import read
from models.reading.intents import DOMAINS, NEEDS_ITEM, NO_TARGETS
from models.reading.nlu import Reading
from models.reading.nouns import ids_of
from models.reading.numbers import amounts, as_percent, plain, tokens
from models.reading.parts import Part
from models.reading.resolve import frame, in_place
from models.reading.shades import color
from models.reading.target import aim
from models.reading.when import find, iso
from models.said import Context, Frame

LEAST = 0.25
_KEPT = 64
_ROOM_LIGHT = frozenset({"HassLightSet", "HassTurnOn", "HassTurnOff"})
_COLD = frozenset({"cold", "freezing", "chilly", "frozen", "shivering"})
_HOT = frozenset({"hot", "boiling", "sweating", "stuffy", "sweltering"})
_ANY_LIST = frozenset({"to", "do", "todo", "list", "lists", "task", "tasks", "my", "the", "our", "things", "a"})
_LISTS = ("HassListAddItem", "HassListCompleteItem", "HassListRemoveItem", "HubListItems")
_THING = ("name", "domain", "device_class")
_UP = frozenset(
    ["up", "raise", "increase", "brighter", "warmer", "louder", "more", "higher", "hotter", "boost", "brighten", "lighter", "add", "heat"]
)


class Model(Protocol):
    """Whatever reads a text as models/reading/nlu.py does."""

    def read(self, text: str) -> Reading: ...


_AGAIN = re.compile(r"\b(again|same|once more|one more|another|repeat|redo|encore|as before|like before)\b", re.I)
_TAKEN_OFF = re.compile(
    r"(?:remove|delete|take|cross|scratch|drop|strike)(?: off)? (?:the |my |some |those )?(.+?)"
    r"(?: off| out| from (?:it|(?:the|my) (?:\w+ )?list))*"
)


class Remembered:
    """A model that keeps its last readings: one utterance is looked at from several sides."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._kept: OrderedDict[str, Reading] = OrderedDict()

    def read(self, text: str) -> Reading:
        found = self._kept.get(text)
        if found is None:
            found = self._kept[text] = self._model.read(text)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found


def learned(text: str, home: Home, context: Context, nlu: Model, others: Sequence[Frame]) -> list[tuple[Frame, Mapping[str, Any]]]:
    """Frames for the model's likely intents, likeliest first. A span that names what the home has not is a refusal, never dropped."""
    reading = nlu.read(text)
    found: list[tuple[Frame, Mapping[str, Any]]] = []
    for intent, p in reading.intents[:3]:
        if intent == "none" or p < LEAST or (intent == "HubAgain" and _AGAIN.search(text) is None):
            continue
        if any(f.intent == intent and f.code is None for f in others):
            continue
        found.append(_frame(text, intent, p * (0.4 + 0.6 * reading.for_me) * 0.95, reading, home, context))
    return found


def _frame(text: str, intent: str, score: float, reading: Reading, home: Home, context: Context) -> tuple[Frame, Mapping[str, Any]]:
    slots, missing = _values(intent, reading, context.now, text)
    if intent in NO_TARGETS or (intent.startswith("Hub") and intent not in DOMAINS):
        built = Frame(intent=intent, slots=slots, score=score, source="model", code="missing_value" if missing else None)
        return built, {"missing": missing} if missing else EMPTY
    place = " ".join((*reading.texts("area"), *reading.texts("floor")))
    if intent == "HassMediaSearchAndPlay" and not place:  # a room that was said is never left out
        place = next((p.text for p in read(text, house_words(home)).of("called") if _area_said(p, text)), "")
    thing = " ".join(t for slot in _THING for t in reading.texts(slot)) or " ".join(reading.texts("list"))
    everything = any(q in ("everything", "everywhere") for q in reading.texts("quantifier"))
    phrase = " ".join(
        x for x in ("everything" if everything else "", " ".join(reading.texts("quantifier")) if not everything else "", thing) if x
    )
    if place:
        phrase = f"{phrase} in the {place}".strip()
    if reading.texts("here"):
        phrase = f"{phrase} in here".strip()
    house = house_words(home)
    if intent in _LISTS and phrase and set(phrase.lower().replace("-", " ").split()) <= _ANY_LIST:
        lists = [i for i in home.entities if i.startswith("todo.")]
        called = [i for i in lists if {"todo", "task", "tasks", "do"} & set(normal(home.entities[i].name).split())] or lists
        if len(called) == 1:
            slots["name"] = home.entities[called[0]].name
            code = "missing_value" if missing else None
            return Frame(intent=intent, slots=slots, targets=tuple(called), score=score, source="model", code=code), EMPTY
    if phrase and intent not in ("HassShoppingListAddItem", "HassShoppingListCompleteItem"):
        aimed = aim(read(phrase, house), house, context, domains=DOMAINS.get(intent))
        if aimed.code is not None:
            candidates = aimed.candidates if aimed.code == "ambiguous" else ()
            return Frame(
                intent=intent, slots={**aimed.slots, **slots}, targets=candidates, score=score, source="model", code=aimed.code
            ), aimed.detail
        if aimed.ids:
            fit = tuple(i for i in aimed.ids if DOMAINS.get(intent) is None or home.entities[i].domain in DOMAINS[intent])
            names = {home.entities[i].name for i in fit}
            lost = isinstance(aimed.slots.get("name"), list) and not all(home.entities[i].name in names for i in aimed.ids)
            if fit and not lost:  # of two that were named none is left out without a word
                merged = {**aimed.slots, **slots}
                built = Frame(
                    intent=intent, slots=merged, targets=fit, score=score, source="model", code="missing_value" if missing else None
                )
                return built, {"missing": missing} if missing else EMPTY
            return Frame(intent=intent, slots={**aimed.slots, **slots}, score=score, source="model", code="no_valid_targets"), {
                "name": aimed.slots.get("name"),
                "reason": "cannot",
            }
        slots = {**{k: v for k, v in aimed.slots.items() if k in ("area", "floor", "name")}, **slots}
    if reading.texts("pronoun") and not phrase and intent in DOMAINS | dict.fromkeys(_ROOM_LIGHT):
        return Frame(intent=intent, slots=slots, score=score * 0.5, source="model", code="no_valid_targets"), {"reason": "pronoun"}
    if intent in _ROOM_LIGHT:
        if not phrase and intent != "HassLightSet":
            ids = _spoken_of(text, home)
            if len(ids) == 1 and score > 0.7:
                slots["name"] = home.entities[ids[0]].name
                return Frame(intent=intent, slots=slots, targets=ids, score=score, source="model"), EMPTY
            return Frame(intent=intent, slots=slots, score=score, source="model", code="no_valid_targets"), EMPTY
        said = read(text, house)
        others = bool(said.of("noun")) and not any(p.value in ("light", "everything") for p in said.of("noun"))
        if intent != "HassLightSet" and not thing and (others or not said.of("act", "state", "noun", "level")):
            # "water the barn", "shade the patio": what nobody knows as a verb of lights switches none
            return Frame(intent=intent, slots=slots, score=score, source="model", code="no_valid_targets"), EMPTY
        slots["domain"] = "light"
        if "area" not in slots and "floor" not in slots:
            if context.area not in home.areas:
                return Frame(intent=intent, slots=slots, score=score, source="model", code="missing_value"), {"missing": "area"}
            slots["area"] = home.areas[context.area or ""].name
        if intent == "HassLightSet" and _bare_value(text, home):  # a value alone changes what shines, and lights nothing
            lamps = (i for i, e in home.entities.items() if e.domain == "light" and in_place(home, i, [context.area or ""]))
            lit = tuple(i for i in lamps if home.state(i).value == "on")
            if not lit:
                return Frame(intent=intent, slots=slots, score=score * 0.5, source="model", code="no_intent_match"), EMPTY
            return Frame(intent=intent, slots=slots, targets=lit, score=score, source="model"), EMPTY
    built, grounded = frame(intent, slots, home, context, score=score, source="model")
    if missing and built.code is None:
        return Frame(intent=intent, slots=slots, targets=built.targets, score=score, source="model", code="missing_value"), {
            "missing": missing
        }
    if built.code == "ambiguous":
        built = Frame(intent=intent, slots=built.slots, targets=grounded.candidates, score=score, source="model", code="ambiguous")
    return built, grounded.detail


def _area_said(part: Part, text: str) -> bool:
    """Whether a part is a room that something is to be done in."""
    said = rf"\bin (?:the |my |our )?{re.escape(part.text)}\b"
    return all(c.kind == "area" for c in part.value) and re.search(said, text, re.I) is not None


def _bare_value(text: str, home: Home) -> bool:
    """Whether a value is all that was said: "blue", "fifty percent please"."""
    return not [p for p in read(text, house_words(home)).parts if p.kind not in ("color", "amount", "level", "filler")]


def _spoken_of(text: str, home: Home) -> tuple[str, ...]:
    """The one kind of thing that the words hold, where the model tagged none: "a cup of coffee with cream"."""
    nouns = {str(p.value) for p in read(text, house_words(home)).of("noun")}
    return tuple(ids_of(nouns.pop(), home)) if len(nouns) == 1 else ()


def _first(reading: Reading, slot: str) -> str | None:
    texts = reading.texts(slot)
    return texts[0] if texts else None


def _number(text: str | None) -> int | float | None:
    found = amounts([t.text for t in tokens(text or "")])
    return plain(found[0].value) if found else None


def _percent(text: str | None) -> int | float | None:
    found = amounts([t.text for t in tokens(text or "")])
    if found:
        return as_percent(found[0])
    words = set((text or "").lower().split())
    return 100 if words & {"max", "maximum", "full", "highest"} else 1 if words & {"min", "minimum", "lowest"} else None


def _sign(reading: Reading) -> int:
    words = " ".join((*reading.texts("direction"), *reading.texts("step"))).lower().split()
    return 1 if set(words) & _UP else -1


def _values(intent: str, reading: Reading, now: datetime, text: str) -> tuple[dict[str, Any], str | None]:
    """Slots of values as the spans say them, and the value that the intent still lacks."""
    slots: dict[str, Any] = {}
    missing: str | None = None
    if intent == "HassLightSet":
        words = [t.text for t in tokens(f"{_first(reading, 'color') or ''} {_first(reading, 'color_temperature') or ''}")]
        for i in range(len(words)):
            shade = color(words, i)
            if shade is not None:
                slots[shade[0]] = shade[1]
        percent = _percent(_first(reading, "brightness"))
        if percent is not None:
            slots["brightness"] = percent
        if not slots and reading.texts("direction"):
            slots["brightness_step"] = _sign(reading) * (_number(_first(reading, "step")) or 20)
        missing = None if slots else "brightness"
    elif intent == "HassClimateSetTemperature":
        value = _number(_first(reading, "temperature"))
        step = _number(_first(reading, "step"))
        if value is not None and not step:
            slots["temperature"] = value
        elif reading.texts("direction") or step:
            slots["temperature_step"] = _sign(reading) * (step or 1)
        elif set(text.lower().split()) & _COLD:
            slots["temperature_step"] = 1
        elif set(text.lower().split()) & _HOT:
            slots["temperature_step"] = -1
        else:
            missing = "temperature"
    elif intent in ("HassSetVolume", "HassSetPosition", "HassFanSetSpeed"):
        slot, span = {
            "HassSetVolume": ("volume_level", "volume"),
            "HassSetPosition": ("position", "position"),
            "HassFanSetSpeed": ("percentage", "fan_speed"),
        }[intent]
        percent = _percent(_first(reading, span))
        if percent is None:
            missing = "value"
        else:
            slots[slot] = percent
    elif intent == "HassSetVolumeRelative":
        step = _number(_first(reading, "step"))
        slots["volume_step"] = _sign(reading) * step if step else "up" if _sign(reading) > 0 else "down"
    elif intent in ("HassStartTimer", "HassIncreaseTimer", "HassDecreaseTimer"):
        length = duration([t.text for t in tokens(_first(reading, "duration") or "")])
        if length is not None:
            slots.update(length.slots())
        missing = None if length is not None else "duration"
    elif intent in ("HubSetAlarm", "HubSetReminder", "HubCancelAlarm"):
        spoken = " ".join((*reading.texts("datetime"), *reading.texts("repeat"), *(f"in {d}" for d in reading.texts("duration"))))
        when = find(tokens(spoken), now, prefer="day" if intent == "HubSetReminder" else "next", bare=True)
        if when is not None:
            slots["datetime"] = iso(when.at)
            if when.repeat:
                slots["repeat"] = list(when.repeat)
        elif intent != "HubCancelAlarm":
            missing = "datetime"
    for slot, names in (
        ("item", ("item",)),
        ("search_query", ("search_query",)),
        ("message", ("message",)),
        ("state", ("state",)),
        ("name", ("timer_name",)),
    ):
        value_text = next((t for n in names for t in reading.texts(n)), None)
        if value_text is not None:
            slots[slot] = value_text
    if intent in NEEDS_ITEM and "item" not in slots:
        taken = _TAKEN_OFF.fullmatch(" ".join(t.text for t in tokens(text))) if intent == "HassListRemoveItem" else None
        if taken is not None and taken.group(1) not in ("it", "that", "this", "them", "those"):
            slots["item"] = taken.group(1)
        else:
            missing = "item"
    return slots, missing
