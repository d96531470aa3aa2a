"""Whether free words can be something to play in this house: no place or thing of a house is a title. Knows the home; plays nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from devices.home import Area, Home
from models.automaton.house_words import house_words, normal
from models.reading.gist import read
from models.reading.parts import words_known

_WHERE = re.compile(r"\s(?P<how>in|on|at) (?:the|my|our) (?P<where>[\w' ]+?)\W*$", re.IGNORECASE)


def elsewhere(query: str, home: Home) -> Mapping[str, Any] | None:
    """Why a title ends in no place or player of this house: "jazz in the pool house", "music on the landing light"."""
    match = _WHERE.search(query)
    if match is None:
        return None
    where = normal(match["where"])
    house = house_words(home)
    called = house.said(where)
    if any(c.kind != "entity" or c.id.startswith("media_player.") for c in called):
        return None
    words = where.split()
    player = any(kind == "noun" and value in ("speaker", "tv") for kind, value, _ in words_known().phrases.get(words[-1], ()))
    if not called and player and len(words) > 1:
        return {"name": match["where"]}
    if called and match["how"].lower() == "on":
        return {"name": home.entities[called[0].id].name, "reason": "cannot"}
    if not called and where in words_known().rooms:
        return {"area": match["where"]}
    return None


_IN_A_ROOM = re.compile(
    r"(?P<what>.+?) in (?:the |my |our )?(?P<where>[\w' ]+?)"
    r"(?P<on> on(?: (?:the|my|our)(?: (?:radio|tv|telly|television|speakers?|stereo))?)?)?",
    re.IGNORECASE,
)


def in_a_room(query: str, home: Home) -> tuple[str, Area, bool] | None:
    """(title, room, whether the radio was said) of "bake off in the kitchen on the radio"; None where no room of the house is said."""
    match = _IN_A_ROOM.fullmatch(query.strip())
    area = house_words(home).area_called(match["where"]) if match is not None else None
    if match is None or area is None:
        return None
    return match["what"], area, (match["on"] or "").lower().endswith(" radio")


def of_the_house(query: str, home: Home) -> bool:
    """Whether the free words are nothing but things of the house: "put on the vacuum" plays nothing."""
    gist = read(query, house_words(home))
    return not gist.of("unknown", "room") and any(
        (p.kind == "noun" and p.value != "media")
        or (p.kind == "called" and any(c.kind == "entity" and not c.id.startswith("media_player") for c in p.value))
        for p in gist.parts
    )
