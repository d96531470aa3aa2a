"""The words of a home: what people say to a house at all, and this home's names. Knows spelling and sound; no journal, no reading."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import cdist

from devices.home import Home
from hub.learning.sound import LITTLE, NUMBER_WORDS, plain, sound_alike, spoken

_WORDS: Mapping[str, str] = tomllib.loads(files("models").joinpath("language/house_words.toml").read_text(encoding="utf-8"))
COMMAND_WORDS = tuple(_WORDS["command"].split())


HOUSE_WORDS = frozenset(_WORDS["house"].split())
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


_kept: dict[int, tuple[Home, tuple[str, ...], Vocabulary]] = {}


def vocabulary(home: Home, clean_words: Sequence[str] = ()) -> Vocabulary:
    """The words of this home; `clean_words` come from requests that worked as heard. The last few homes are kept."""
    extra = tuple(clean_words)
    known = _kept.get(id(home))
    if known is not None and known[0] is home and known[1] == extra:
        return known[2]
    commands = tuple(w for c in home.commands for s in c.sentences for w in plain(re.sub(r"[|\[(]", " ", s)).split())
    values = tuple(w for c in home.commands for vs in c.slots.values() for v in vs for w in plain(v).split())
    built = _build(tuple(_names(home)), tuple(sorted({*extra, *commands, *values})))
    while len(_kept) >= 4:
        del _kept[next(iter(_kept))]
    _kept[id(home)] = (home, extra, built)
    return built


LONGEST_NAME = 3
_COLOURS = frozenset(["red", "green", "blue", "yellow", "white", "orange", "purple", "pink"])
_CARRIERS = (frozenset(COMMAND_WORDS) - HOUSE_WORDS - _COLOURS) | LITTLE | NUMBER_WORDS


def phrases(heard: str, said: str) -> Iterator[str]:
    """Words of a failed request that may name what was meant: up to three in a row, with at least one that was not said again."""
    words, again = heard.split(), frozenset(said.split())
    for n in range(1, LONGEST_NAME + 1):
        for k in range(len(words) - n + 1):
            part = words[k : k + n]
            body = part[:-1] if n > 1 and part[-1] == "one" else part
            if body[0] in _CARRIERS or body[-1] in _CARRIERS or all(w in again for w in body):
                continue
            if any(any(c.isdigit() for c in w) or w in NUMBER_WORDS for w in body):
                continue
            yield " ".join(part)
