"""What teaching makes of a turn: its decision, its reply, and what to write down. Knows no words and no dialogue."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from devices.home import Home
from hub.knowledge import Taught, digest, taught_rows
from hub.learning.sound import plain
from models.said import Context, Frame, Interpretation

Read = Callable[[str], Interpretation]
ARTICLE = re.compile(r"^(?:the|my|our|a|an) ", re.IGNORECASE)


def lesson(
    intent: str, slots: Mapping[str, Any], *, decision: str, code: str, reply: str, heard: str, effect: Mapping[str, Any] | None = None
) -> Interpretation:
    """An interpretation that teaching made: what to decide and to say stands in `detail`."""
    detail: dict[str, Any] = {"decision": decision, "code": code, "reply": reply}
    if effect is not None:
        detail["effect"] = dict(effect)
    frame = Frame(intent=intent, slots=dict(slots), score=1.0, source="taught")
    return Interpretation(frames=(frame,), accepted=True, confidence=1.0, margin=1.0, code=code, heard=heard, detail=detail)


def declined(slots: Mapping[str, Any], code: str, reply: str, *, heard: str) -> Interpretation:
    """A teaching that is not taken."""
    return lesson("HubTeach", slots, decision="decline", code=code, reply=reply, heard=heard)


def read_back(slots: Mapping[str, Any], taught: Taught, reply: str, *, heard: str) -> Interpretation:
    """A teaching that is written down only after a yes."""
    effect = {"op": "ask", "taught": taught_rows([taught])[0]}
    return lesson("HubTeach", slots, decision="confirm", code="teach", reply=reply, heard=heard, effect=effect)


def record(kind: str, key: str, value: str, home: Home, context: Context, scope: str = "home") -> Taught:
    """A teaching as it will be written down, for everybody here or for the speaker."""
    person = context.person if scope == "person" else None
    return Taught(
        id=digest("taught", kind, key, home.id, person),
        kind=kind,
        key=key,
        value=value,
        home=home.id,
        person=person,
        at=context.now.isoformat(),
    )


def known_name(name: str, home: Home) -> str | None:
    """The plain name in the house that these words are, if any."""
    said = ARTICLE.sub("", plain(name.strip(" .!?")))
    named = [(e.name, *e.aliases) for e in home.entities.values()] + [(a.name, *a.aliases) for a in home.areas.values()]
    for names in named:
        for known in names:
            if plain(known) in (said, f"the {said}"):
                return plain(known)
    return None
