"""This home's own wordings, said of its other things: "switch the sofa lamp on" makes "switch the hall lamp on". Knows texts, meanings and
names; no sound and no reading.

A request that was never heard before is found as one that only its thing, or its title, tells from those that worked (MARUPA's projection
turned round: the wording is kept, the slot is filled anew).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from devices.home import Home
from hub.knowledge import Said
from hub.learning.sound import plain

MOST = 6000
"""Requests at most; the most usual wordings come first."""
MOST_VALUES = 60
NEVER = frozenset(("lock", "alarm_control_panel", "siren"))
"""Domains whose things are not put into other things' wordings: what is risky is asked for in words that were said of it."""
SLOTS = ("search_query",)
"""Slots whose values are exchanged as names are."""
_VALUE = re.compile(rf"\b({'|'.join(SLOTS)})=([^,;|]+)")


def made(said: Sequence[Said], home: Home) -> list[tuple[str, float]]:
    """(request that was not said, how often its wording was said with success), the most usual wordings first."""
    things = dict(_things(home))
    values: dict[str, dict[str, float]] = defaultdict(dict)
    wordings: dict[tuple[str, str], float] = defaultdict(float)
    for item in said:
        for kind, form, value in _parts(item, things):
            wordings[kind, form] += item.n
            if kind in SLOTS:
                values[kind][value] = values[kind].get(value, 0.0) + item.n
    fillers: dict[str, list[str]] = defaultdict(list)
    for name, kind in things.items():
        fillers[kind].append(name)
    for slot, counts in values.items():
        fillers[slot] = sorted(counts, key=lambda v: -counts[v])[:MOST_VALUES]
    known = {item.text for item in said}
    out: dict[str, float] = {}
    for (kind, form), n in sorted(wordings.items(), key=lambda w: -w[1]):
        for name in fillers[kind]:
            text = form.replace("{}", name)
            if text not in known and text not in out:
                if len(out) >= MOST:
                    return list(out.items())
                out[text] = n
    return list(out.items())


def _things(home: Home) -> Iterator[tuple[str, str]]:
    for entity in home.entities.values():
        if entity.domain not in NEVER:
            for name in (entity.name, *entity.aliases):
                yield plain(name), entity.domain
    for area in home.areas.values():
        yield plain(area.name), "area"


def _parts(item: Said, things: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """(kind, wording with {} in the place of the name or value, that name or value), for the longest name and for each value."""
    padded = f" {item.text} "
    name = max((n for n in things if f" {n} " in padded), key=len, default=None)
    if name is not None:
        yield things[name], padded.replace(f" {name} ", " {} ", 1).strip(), name
    for slot, value in _VALUE.findall(item.meaning):
        text = plain(value)
        if text and f" {text} " in padded:
            yield slot, padded.replace(f" {text} ", " {} ", 1).strip(), text
