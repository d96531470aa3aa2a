"""What a house's lists hold for the ear: names and variants, other people's rooms and things, the clock, titles. Knows no sentences."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

from devices.home import Entity, Home
from models.automaton.lattice import Node
from models.automaton.template_nodes import number_node, number_words, spoken, template_node, values_node

WILD_COST = 3.0
"""Nats for each word of free text."""
STRANGER_COST = 6.0
"""Nats for a room or device that this house does not have: heard as such, so that it can be declined, not bent into one that it has."""
KNOWN_TITLE_COST = 3.0
ON = ("light", "switch", "fan", "media_player", "input_boolean", "climate")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ROOM_NAMES = (
    "kitchen", "living room", "bedroom", "bathroom", "office", "garage", "hallway", "dining room", "attic", "basement", "cellar",
    "garden", "nursery", "guest room", "laundry room", "study", "balcony", "porch", "patio", "pantry", "closet", "master bedroom",
    "kids room", "playroom", "den", "family room", "entrance", "corridor", "stairs", "backyard", "driveway", "workshop", "library",
    "gym", "sauna", "pool", "shed", "loft", "conservatory", "utility room", "toilet", "upstairs", "downstairs",
)
OWN = ("own",)
"""Stands for all domains where other people's things are not listened for: a lone name says little."""
_DEVICE_NAMES = (
    "tv", "radio", "lamp", "fan", "heater", "oven", "stove", "dishwasher", "washing machine", "dryer", "coffee maker", "kettle",
    "floor lamp", "desk lamp", "bedside lamp", "ceiling light", "night light", "christmas tree", "christmas lights", "air conditioner",
    "humidifier", "dehumidifier", "printer", "computer", "speaker", "stereo", "fireplace", "fountain", "sprinkler", "aquarium", "toaster",
    "microwave", "fridge", "freezer", "garage door", "front door", "back door", "thermostat", "reading lamp", "porch light", "projector",
)
_TAILS = ("", " o'clock", " am", " pm", " a.m", " p.m", " in the morning", " in the evening", " in the afternoon", " at night")
_LEADS = (
    "half past", "quarter past", "quarter to", "a quarter past", "a quarter to", "ten past", "ten to", "five past", "five to",
    "twenty past", "twenty to",
)
_WORDS = {str(value): number_words(value)[0] for value in range(100)}
_DIGITS = {words: digits for digits, words in _WORDS.items() if " " not in words}


def list_node(data: Mapping[str, Any]) -> Node | None:
    if data.get("wildcard"):
        return wild()
    if "range" in data:
        spec = data["range"]
        return number_node(int(spec["from"]), int(spec["to"]), int(spec.get("step", 1)), spec.get("fractions"))
    texts = [value if isinstance(value, str) else str(value["in"]) for value in data.get("values", ())]
    return template_node(texts) if texts else None


def wild() -> Node:
    start, done = Node(), Node()
    done.end = True
    start.wild = (done, WILD_COST)
    return start


def works() -> Node:
    """Titles: those that language/works.toml knows, or free text."""
    data = tomllib.loads((files("models") / "language" / "works.toml").read_text(encoding="utf-8"))
    lists = data.get("titles", {})
    short = {title for kind, listed in lists.items() if kind != "music" for title in listed if " " not in title and len(title) < 5}
    titles = {text for listed in lists.values() for title in listed if title not in short for text in variants(title)}
    either = Node()
    either.skips += [(values_node((title, KNOWN_TITLE_COST) for title in sorted(titles)), 0.0), (wild(), 0.0)]
    return either


def clock() -> Node:
    """Times of day as they are said and as a recogniser writes them."""
    hours = {h: (str(h), *number_words(h)) for h in range(24)}
    texts: dict[str, None] = {"noon": None, "midnight": None, "midday": None}
    for hour, names in hours.items():
        for name in names:
            for tail in _TAILS:
                texts[name + tail] = None
        for minute in range(60):
            said = [f"{hour}:{minute:02d}", f"{hour} {minute:02d}"]
            if minute and hour:
                said += [f"{name} {'oh ' if minute < 10 else ''}{number_words(minute)[0]}" for name in names[1:]]
            for text in said:
                for tail in ("", " am", " pm", " a.m", " p.m") if minute % 5 == 0 else ("",):
                    texts[text + tail] = None
        for tail in ("am", "pm"):
            texts[f"{hour}{tail}"] = None
        if 1 <= hour <= 12:
            for lead in _LEADS:
                for name in names:
                    texts[f"{lead} {name}"] = None
    return values_node(((text, 0.0) for text in texts), raw=True)


def names(home: Home, domains: tuple[str, ...], written: dict[tuple[str, ...], str]) -> Node | None:
    """The names of the house's entities of these domains (OWN: of all); a few of other people's for the lists that mean any device."""
    entities = [e for e in home.entities.values() if domains in ((), OWN) or e.domain in domains]
    values = named(((name, aliases) for e in entities for name, aliases in _answers_to(e, home)), written)
    if domains in ((), ON) and home.entities:
        known = {text for text, _ in values}
        values += [(name, STRANGER_COST) for name in _DEVICE_NAMES if name not in known]
    return values_node(values) if values else None


def _answers_to(entity: Entity, home: Home) -> Iterable[tuple[str, tuple[str, ...]]]:
    yield entity.name, entity.aliases
    device = home.devices.get(entity.device) if entity.device else None
    if device is not None and device.name and spoken(device.name) != spoken(entity.name):
        yield f"{device.name} {entity.name}", ()
        if entity.domain not in ("sensor", "binary_sensor", "number", "select", "button"):
            yield device.name, ()


def named(things: Iterable[tuple[str, tuple[str, ...]]], written: dict[tuple[str, ...], str]) -> list[tuple[str, float]]:
    found: dict[str, float] = {}
    for name, aliases in things:
        for called in (name, *aliases):
            for text in variants(called):
                found[text] = 0.0
                if text != spoken(called):
                    written.setdefault(tuple(text.split()), spoken(called))
    return list(found.items())


def variants(name: str) -> list[str]:
    """The ways that a recogniser may write a name: as it is, without accents or apostrophes, numbers in digits or in words."""
    base = spoken(name)
    if not base:
        return []
    forms = [base]
    plain = "".join(c for c in unicodedata.normalize("NFKD", base) if not unicodedata.combining(c)).replace("ß", "ss").replace("ø", "o")
    for form in (plain, base.replace("'", "")):
        if form not in forms:
            forms.append(form)
    for form in list(forms):
        for swapped in (" ".join(_DIGITS.get(w, w) for w in form.split()), " ".join(_WORDS.get(w, w) for w in form.split())):
            if swapped not in forms:
                forms.append(swapped)
    return forms
