"""Invents homes: areas, names, aliases, people, brands and made-up words. Knows nothing of sentences or real homes."""

from __future__ import annotations

import random
import tomllib
import zlib
from dataclasses import dataclass, field
from pathlib import Path

PLACES = ("by the window", "next to the bed", "on the left", "behind the sofa", "over the table", "of the neighbors")
_LISTS = tomllib.loads((Path(__file__).parent / "words.toml").read_text())["homes"]

AREAS: list[str] = _LISTS["areas"].split("|")
FLOORS: list[str] = _LISTS["floors"].split("|")
PEOPLE: list[str] = _LISTS["people"].split("|")
ADJ: list[str] = _LISTS["adj"].split("|")
BRANDS: list[str] = _LISTS["brands"].split("|")
LIGHT: list[str] = _LISTS["light"].split("|")
SWITCH: list[str] = _LISTS["switch"].split("|")
FAN: list[str] = _LISTS["fan"].split("|")
COVER: list[str] = _LISTS["cover"].split("|")
LOCK: list[str] = _LISTS["lock"].split("|")
PLAYER: list[str] = _LISTS["player"].split("|")
CLIMATE: list[str] = _LISTS["climate"].split("|")
VACUUM: list[str] = _LISTS["vacuum"].split("|")
MOWER: list[str] = _LISTS["mower"].split("|")
SENSOR: list[str] = _LISTS["sensor"].split("|")
SCENE: list[str] = _LISTS["scene"].split("|")
BUTTON: list[str] = _LISTS["button"].split("|")
CAMERA: list[str] = _LISTS["camera"].split("|")
ZONE: list[str] = _LISTS["zone"].split("|")
SYL: list[str] = _LISTS["syl"].split("|")
WEIRD: list[str] = _LISTS["weird"].split("|")


def held_out(word: str) -> bool:
    """Whether a noun, area or person is kept for the entity split: one in twelve, never drawn for training."""
    return zlib.crc32(word.encode()) % 12 == 0


def _part(words: list[str], held: bool) -> list[str]:
    return [w for w in words if held_out(w) == held] or words


def weird_word(r: random.Random) -> str:
    return "".join(r.choice(SYL) for _ in range(r.choice((2, 2, 3))))


@dataclass(slots=True)
class InventedHome:
    """One home's words. `kind` lists give entity names; names are lower case."""

    areas: list[str]
    floors: list[str]
    people: list[str]
    names: dict[str, list[str]] = field(default_factory=dict)


def _name(r: random.Random, nouns: list[str], areas: list[str], people: list[str], held: bool) -> str:
    noun = r.choice(nouns)
    k = r.random()
    if k < 0.24:
        return f"{r.choice(areas)} {noun}"
    if k < 0.40:
        return noun
    if k < 0.58:
        return f"{r.choice(ADJ)} {noun}"
    if k < 0.70:
        return f"{r.choice(people)}'s {noun}"
    if k < 0.76:
        return f"{r.choice(_part(BRANDS, held))} {noun}"
    if k < 0.80:
        return f"{noun} {r.choice(('one', 'two', 'three', '1', '2', 'a', 'b', 'left', 'right'))}"
    if k < 0.85:
        return f"{r.choice(areas)} {r.choice(ADJ)} {noun}"
    if k < 0.88:
        return f"{noun} {r.choice(PLACES)}"
    if k < 0.93:
        return r.choice(_part(WEIRD, held))
    if k < 0.97:
        return weird_word(r)
    return f"{weird_word(r)} {noun}"


KINDS: dict[str, list[str]] = {
    "light": LIGHT,
    "switch": SWITCH,
    "fan": FAN,
    "cover": COVER,
    "lock": LOCK,
    "player": PLAYER,
    "climate": CLIMATE,
    "sensor": SENSOR,
}


def invent(r: random.Random, held: bool = False) -> InventedHome:
    """One home of 5–20 areas with every kind of device; with `held`, made of the words kept for the entity split."""
    pool = _part(AREAS, held)
    areas = r.sample(pool, min(len(pool), r.randint(5, 20)))
    people = r.sample(_part(PEOPLE, held), 6)
    for i in range(len(areas)):
        k = r.random()
        if k < 0.12:
            areas[i] = f"{r.choice(people)}'s {r.choice(('room', 'bedroom', 'office', 'bathroom', 'den', 'study'))}"
        elif k < 0.16:
            areas[i] = weird_word(r) + r.choice(("", " room"))
        elif k < 0.19:
            areas[i] = r.choice(_part(WEIRD, held))
        elif k < 0.21:
            areas[i] = f"{areas[i]} {r.choice(('one', 'two', '2'))}"
        elif k < 0.24:
            areas[i] = f"{r.choice(('upstairs', 'downstairs', 'big', 'small', 'second', 'old', 'left'))} {areas[i]}"
    home = InventedHome(areas=areas, floors=r.sample(FLOORS, 3), people=people)
    for kind, nouns in KINDS.items():
        home.names[kind] = [_name(r, _part(nouns, held), areas, people, held) for _ in range(8)]
    for kind, plain in (("vacuum", VACUUM), ("mower", MOWER), ("scene", SCENE), ("script", SCENE), ("button", BUTTON), ("camera", CAMERA)):
        part = _part(plain, held)
        home.names[kind] = [r.choice(part) if r.random() < 0.8 else _name(r, part, areas, people, held) for _ in range(4)]
    return home
