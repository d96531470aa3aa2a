""" "The other one", "now the right one", "no, mine": the thing beside the one last spoken of. Knows names; sets no values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from devices.home import Home
from models.automaton.house_words import normal
from models.conversation.focus import about, frames_of
from models.conversation.pronouns import SOURCE
from models.said import Context, Frame, Past
from models.situation.house_now import area_of, domain


def _of_its_kind(old: Sequence[str], home: Home) -> list[str]:
    """Other things of the same kind as those that were spoken of."""
    kind = domain(old[0]), home.device_class(old[0])
    return [e for e in home.entities if (domain(e), home.device_class(e)) == kind and e not in old]


def _alike(old: Sequence[str], home: Home) -> list[str]:
    """The same, those of their room before others."""
    rooms = {area_of(home, t) for t in old}
    alike = _of_its_kind(old, home)
    return [e for e in alike if area_of(home, e) in rooms] or alike


def _own_words(home: Home, entity_id: str) -> set[str]:
    """The words of a thing's name that are not its room's."""
    area = home.area_of(entity_id)
    return set(normal(home.entities[entity_id].name).split()) - (set(normal(area.name).split()) if area is not None else set())


def sibling(phrase: str, last: Past, home: Home) -> list[Frame]:
    """ "Now the right one": the one beside the last that the words tell apart from it."""
    frame = frames_of(last)[0] if frames_of(last) else None
    old = [t for t in about(last) if t in home.entities]
    said = set(normal(re.sub(r"\b(?:one|ones|the|my|on|in)\b", " ", phrase)).split())
    if frame is None or not old or not said or len(said) > 3 or not re.match(r"(?:the|my)\b", phrase):
        return []
    fitting = [e for e in _alike(old, home) if said <= _own_words(home, e)]
    if len(fitting) != 1:
        return []
    slots = {k: v for k, v in frame.slots.items() if k != "name"} | {"name": home.entities[fitting[0]].name}
    return [replace(frame, slots=slots, targets=tuple(fitting), code=None, score=0.93, source=SOURCE)]


def mine(last: Past, home: Home, context: Context) -> list[Frame]:
    """ "No, mine": the one beside the last that bears the speaker's name; nothing where nobody is known or two bear it."""
    old = [t for t in about(last) if t in home.entities]
    if context.person is None or not old:
        return []
    person = home.entities.get(f"person.{context.person}")
    names = {context.person.casefold(), *normal(person.name if person is not None else context.person).split()}
    owned = names | {f"{name}s" for name in names}
    own = [e for e in _of_its_kind(old, home) if owned & set(normal(home.entities[e].name).split())]
    if len(own) != 1:
        return []
    frame = frames_of(last)[0]
    slots = {k: v for k, v in frame.slots.items() if k not in ("name", "area", "floor")} | {"name": home.entities[own[0]].name}
    return [replace(frame, slots=slots, targets=tuple(own), code=None, score=0.93, source="context/history+person")]


def other_one(said: str, last: Past, home: Home) -> list[Frame]:
    frame = frames_of(last)[0] if frames_of(last) else None
    old = about(last)
    if frame is None or not old:
        return []
    near = _alike(old, home)
    if not near:
        return []
    shared = {e: len(_own_words(home, e) & set().union(*(_own_words(home, t) for t in old))) for e in near}
    near = [e for e in near if shared[e] == max(shared.values())]
    verb = re.search(r"\b(turn on|turn off|open|close|lock|unlock)\b", said)
    intent = (
        frame.intent
        if verb is None
        else {"turn on": "HassTurnOn", "open": "HassTurnOn", "lock": "HassTurnOn"}.get(verb.group(), "HassTurnOff")
    )
    slots = {k: v for k, v in frame.slots.items() if k != "name"} | ({"name": home.entities[near[0]].name} if len(near) == 1 else {})
    return [
        replace(
            frame, intent=intent, slots=slots, targets=tuple(near), code="ambiguous" if len(near) > 1 else None, score=0.93, source=SOURCE
        )
    ]
