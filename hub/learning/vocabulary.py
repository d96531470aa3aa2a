"""The words of a home: what people say to a house at all, and this home's names. Knows spelling and sound; no journal, no reading."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import cdist

from devices.home import Home
from hub.learning.sound import plain, sound_alike, spoken

COMMAND_WORDS = [
    "turn",
    "switch",
    "on",
    "off",
    "of",
    "the",
    "a",
    "an",
    "in",
    "to",
    "at",
    "set",
    "dim",
    "brighten",
    "brightness",
    "light",
    "lights",
    "lamp",
    "lamps",
    "all",
    "every",
    "everything",
    "open",
    "close",
    "shut",
    "raise",
    "lower",
    "up",
    "down",
    "volume",
    "louder",
    "quieter",
    "mute",
    "unmute",
    "play",
    "pause",
    "stop",
    "resume",
    "next",
    "previous",
    "skip",
    "track",
    "song",
    "music",
    "radio",
    "lock",
    "unlock",
    "start",
    "begin",
    "run",
    "cancel",
    "timer",
    "timers",
    "alarm",
    "alarms",
    "reminder",
    "remind",
    "me",
    "minute",
    "minutes",
    "second",
    "seconds",
    "hour",
    "hours",
    "percent",
    "degrees",
    "temperature",
    "thermostat",
    "heating",
    "heat",
    "cool",
    "cooling",
    "warm",
    "warmer",
    "cooler",
    "cold",
    "hot",
    "fan",
    "fans",
    "speed",
    "blinds",
    "blind",
    "curtains",
    "curtain",
    "shade",
    "shades",
    "cover",
    "covers",
    "window",
    "windows",
    "door",
    "doors",
    "garage",
    "gate",
    "lock",
    "vacuum",
    "clean",
    "return",
    "dock",
    "home",
    "what",
    "what's",
    "is",
    "are",
    "the",
    "how",
    "many",
    "much",
    "who",
    "where",
    "when",
    "why",
    "which",
    "weather",
    "time",
    "date",
    "day",
    "today",
    "tomorrow",
    "tonight",
    "morning",
    "evening",
    "night",
    "room",
    "rooms",
    "kitchen",
    "bedroom",
    "bathroom",
    "living",
    "office",
    "hallway",
    "downstairs",
    "upstairs",
    "floor",
    "house",
    "red",
    "green",
    "blue",
    "yellow",
    "white",
    "warm",
    "orange",
    "purple",
    "pink",
    "color",
    "colour",
    "add",
    "put",
    "remove",
    "delete",
    "list",
    "shopping",
    "todo",
    "buy",
    "milk",
    "activate",
    "enable",
    "disable",
    "scene",
    "good",
    "please",
    "can",
    "could",
    "would",
    "you",
    "i",
    "my",
    "it",
    "that",
    "this",
    "and",
    "then",
    "also",
    "more",
    "less",
    "make",
    "bit",
    "little",
    "brighter",
    "dimmer",
    "increase",
    "decrease",
    "by",
    "half",
    "full",
    "maximum",
    "minimum",
    "max",
    "min",
    "coffee",
    "maker",
    "oven",
    "stove",
    "tv",
    "television",
    "screen",
    "speaker",
    "camera",
    "show",
    "sensor",
    "humidity",
    "battery",
    "status",
    "state",
    "open",
    "closed",
    "locked",
    "unlocked",
    "running",
    "left",
    "long",
    "wake",
    "snooze",
    "for",
    "from",
    "with",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "fifteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "pm",
    "am",
    "o'clock",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "change",
    "adjust",
    "do",
    "does",
    "did",
    "not",
    "don't",
    "no",
    "yes",
    "give",
    "tell",
    "get",
    "find",
    "bring",
    "let's",
]


HOUSE_WORDS = frozenset(
    """
    kitchen bedroom bathroom living lounge family dining office study hallway hall corridor entrance entry foyer porch patio deck balcony terrace garden yard
    backyard garage carport driveway basement cellar attic loft nursery playroom guest laundry utility pantry closet wardrobe shed workshop gym sauna pool spa
    conservatory sunroom library den studio upstairs downstairs stairs staircase stairway landing master kids children's baby toilet bath shower washroom barn
    greenhouse studio game games media theater cinema wine lamp light lights lamps chandelier sconce spotlight spotlights downlight downlights uplight lantern bulb
    strip led fairy reading desk table floor ceiling wall bedside corner counter cabinet mirror vanity night aquarium piano sofa couch fan fans heater radiator
    boiler furnace fireplace stove oven hob microwave fridge freezer refrigerator dishwasher washer dryer kettle toaster blender coffee espresso maker machine
    purifier humidifier dehumidifier conditioner ac hvac thermostat pump blind blinds curtain curtains shutter shutters shade shades awning window windows skylight
    door doors gate gates lock locks bolt garage front back rear side left right camera doorbell bell sensor alarm siren smoke detector television tv telly speaker
    speakers radio stereo soundbar projector screen console playstation xbox computer laptop monitor printer router vacuum robot mower sprinkler sprinklers
    irrigation fountain valve tap faucet plug socket outlet switch tree christmas
    """.split()
)
"""What houses have: such a word, heard where this home has no such thing, is more likely a thing that is not here than a mishearing."""


@cache
def _spoken_words() -> Mapping[str, int]:
    text = files("models").joinpath("weights/spoken_words.json").read_text(encoding="utf-8")
    counts: dict[str, int] = json.loads(text)["words"]
    return counts


def usual(word: str) -> float:
    """How usual a word is in requests to any assistant, 0 (never heard) to 1: what is usual was probably said."""
    if house_word(word):
        return 1.0
    return min(1.0, math.log1p(_spoken_words().get(word, 0)) / 4.0)


def house_word(word: str) -> bool:
    """Whether a word, or its other number, is something that houses have."""
    return word in HOUSE_WORDS or f"{word}s" in HOUSE_WORDS or word.removesuffix("s") in HOUSE_WORDS


def least_alike(heard: str, base: float = 0.74, slope: float = 0.22) -> float:
    """How alike the sound must be before what was heard is taken for another word: the more usual it is, the more; a house's word most."""
    words = heard.split()
    if any(house_word(w) for w in words):
        return max(base, 0.74) + 0.22
    return base + slope * max((usual(w) for w in words), default=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Words that may be said in this home, and its names."""

    words: frozenset[str]
    names: tuple[str, ...]
    """Names and aliases of entities, areas and floors, in plain form."""
    name_words: frozenset[str]
    listed: tuple[str, ...]
    keys: tuple[str, ...]
    """Sound keys of `listed`."""

    def nearest(self, heard: str, least: float, most: int = 4) -> list[tuple[str, float]]:
        """Words of the home that sound like what was heard, best first: (word, likeness)."""
        key = spoken(heard)
        if len(key) < 2:
            return []
        rough = cdist([key], self.keys, scorer=ratio, score_cutoff=45)[0]
        order = np.argsort(-rough)[:24]
        found = [(self.listed[k], sound_alike(heard, self.listed[k])) for k in order if rough[k] > 0 and self.listed[k] != heard]
        return sorted((f for f in found if f[1] >= least), key=lambda f: -f[1])[:most]


def _names(home: Home) -> Iterable[str]:
    for entity in home.entities.values():
        yield entity.name
        yield from entity.aliases
    for area in home.areas.values():
        yield area.name
        yield from area.aliases
    for floor in home.floors.values():
        yield floor.name
        yield from floor.aliases


@lru_cache(maxsize=8)
def _build(names: tuple[str, ...], extra: tuple[str, ...]) -> Vocabulary:
    plain_names = tuple(dict.fromkeys(p for p in (plain(n) for n in names) if p))
    name_words = frozenset(w for n in plain_names for w in n.split())
    words = frozenset(COMMAND_WORDS) | name_words | frozenset(extra)
    listed = tuple(sorted({w for w in words if len(w) > 1} | {n for n in plain_names if 2 <= len(n.split()) <= 3}))
    return Vocabulary(words=words, names=plain_names, name_words=name_words, listed=listed, keys=tuple(spoken(w) for w in listed))


def vocabulary(home: Home, clean_words: Iterable[str] = ()) -> Vocabulary:
    """The words of this home; `clean_words` come from requests that worked as heard. Cached by names."""
    commands = tuple(
        w for c in home.commands for s in c.sentences for w in plain(s.replace("|", " ").replace("[", " ").replace("(", " ")).split()
    )
    values = tuple(w for c in home.commands for vs in c.slots.values() for v in vs for w in plain(v).split())
    return _build(tuple(_names(home)), tuple(sorted({*clean_words, *commands, *values})))
