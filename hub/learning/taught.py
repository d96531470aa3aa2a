"""What was taught, written down and put to use: a phrase becomes what it stands for, a name becomes the house's own.
Knows knowledge and names; no dialogue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from devices.home import Home
from hub.keeping.store import Store
from hub.knowledge import Knowledge, Taught, digest, load, save
from hub.learning.sound import plain
from hub.turn import Rewrite
from models.said import Context

_POLITE = re.compile(r"^(?:(?:please|hey|ok|okay|could you|can you|would you|will you)\s+)+|\s+(?:please|now|thanks|thank you)$")


_CARRIED = re.compile(
    r"^(?:and |so |then |let's |lets |let us |i want |i'd like |i would like |we want |we'd like |give me |give us |it's |it is |time for |"
    r"time to |do |start |begin |run |activate |trigger |switch to |go to |the |a |my |our )+"
)
"""What people say before a saying of their own when they want it done."""


def core(text: str) -> str:
    """A plain request without "please" and the like around it."""
    return _POLITE.sub("", text).strip() or text


def places(home: Home | None) -> dict[str, str]:
    """Plain names and aliases of areas → the area's plain name."""
    if home is None:
        return {}
    return {plain(n): plain(a.name) for a in home.areas.values() for n in (a.name, *a.aliases) if plain(n)}


def expand(heard: str, knowledge: Knowledge, home: Home | None, context: Context) -> Rewrite | None:
    """What a taught phrase, or a request with a taught name in it, is to be read as; None if nothing taught is in it. `heard` is plain."""
    taught = knowledge.learned.taught
    if not taught:
        return None
    home_id = home.id if home is not None else None
    request = core(heard)
    used: Taught | None = None
    text = heard
    carried = core(_CARRIED.sub("", request))
    for key in dict.fromkeys((heard, request, carried)):
        found = [t for t in knowledge.phrases.get(key, ()) if knowledge.applies(t, home_id, context.person)]
        if found:
            used = _chosen(found, context.person)
            text = used.value
            break
    if used is None:
        for item in _newest(taught):
            if "{" in item.key and item.kind == "phrase" and knowledge.applies(item, home_id, context.person):
                filled = _filled(item, request, home) or _filled(item, carried, home)
                if filled is not None:
                    used, text = item, filled
                    break
    padded = f" {plain(text)} "
    for item in _newest(taught):
        if item.kind == "name" and f" {item.key} " in padded and knowledge.applies(item, home_id, context.person):
            if f" {item.value} " in padded or _within_a_name(item.key, padded, home):
                continue
            padded = padded.replace(f" {item.key} ", f" {item.value} ")
            used = used or item
            text = padded.strip()
    if used is None or text == heard:
        return None
    return Rewrite(to=text, source="taught", id=used.id)


def _within_a_name(key: str, padded: str, home: Home | None) -> bool:
    """Whether the taught name stands there as a part of a longer name of this house: "lamp" in "desk lamp"."""
    if home is None:
        return False
    named = [n for e in home.entities.values() for n in (e.name, *e.aliases)]
    named += [n for a in home.areas.values() for n in (a.name, *a.aliases)]
    return any(f" {key} " in f" {n} " and n != key and f" {n} " in padded for n in map(plain, named))


def is_called(item: Taught, words: str, home: Home | None) -> bool:
    """Whether these words are the key of what was taught, with any room of this house in its place."""
    return words == item.key or ("{" in item.key and _filled(item, words, home) is not None)


def _newest(taught: Iterable[Taught]) -> list[Taught]:
    return sorted(taught, key=lambda t: (-len(t.key), t.at), reverse=False)


def _chosen(found: list[Taught], person: str | None) -> Taught:
    """The speaker's own before everybody's, then the newest."""
    return max(found, key=lambda t: (t.person is not None and t.person == person, t.at))


def _filled(item: Taught, request: str, home: Home | None) -> str | None:
    match = _pattern(item.key).fullmatch(request)
    if match is None:
        return None
    said = match.group("area")
    name = places(home).get(said.removeprefix("the "))
    return item.value.replace("{area}", name) if name is not None else None


@lru_cache(maxsize=256)
def _pattern(key: str) -> re.Pattern[str]:
    before, _, after = key.partition("{area}")
    return re.compile(re.escape(before) + r"(?P<area>.+?)" + re.escape(after))


def generalised(key: str, value: str, home: Home) -> tuple[str, str]:
    """A room named in both the phrase and what it does becomes any room."""
    for said in sorted(places(home), key=len, reverse=True):
        if re.search(rf"\b{re.escape(said)}\b", key) and re.search(rf"\b{re.escape(said)}\b", value):
            once = re.sub(rf"\b{re.escape(said)}\b", "{area}", key, count=1)
            return once, re.sub(rf"\b{re.escape(said)}\b", "{area}", value)
    return key, value


def store_taught(
    store: Store,
    taught: Mapping[str, Any],
    *,
    now: datetime,
    home: Home | None,
    person: str | None,
    only: bool = False,
    note: str = "taught",
) -> bool:
    """Writes a teaching and makes it the next version of the knowledge; the newest explicit one replaces an older one of the same key.

    `only`: it holds for this person alone, as preferences always do.
    """
    home_id = home.id if home is not None else taught.get("home")
    kind, key = str(taught["kind"]), str(taught["key"])
    owner = person if only or kind in ("preference", "meant") else None
    taught_id = digest("taught", kind, key, home_id, owner)
    row = {
        "kind": kind,
        "key": key,
        "value": str(taught["value"]),
        "home": home_id,
        "turn": taught.get("turn"),
        "at": now.isoformat(),
        "by": person,
    }
    before_ = load(store)
    if person is not None and (person in before_.learned.off or "*" in before_.learned.off):
        return False
    store.put_taught(taught_id, row, at=now, person=owner)
    save(store, before_.learned, at=now, note=f"{note}: {key}")
    return True
