""" "My room" is the room that bears the speaker's name. Changes words only; where no room or two bear it, nothing."""

from __future__ import annotations

import re

from devices.home import Home
from models.automaton.house_words import normal
from models.said import Context

_MINE = re.compile(r"\bmy (?:own )?(?:bed ?)?room\b", re.IGNORECASE)


def own_room(text: str, home: Home, context: Context) -> str:
    """The text with the speaker's room by its name."""
    if context.person is None or _MINE.search(text) is None:
        return text
    person = home.entities.get(f"person.{context.person}")
    names = {context.person.casefold(), *normal(person.name if person is not None else context.person).split()}
    owned = names | {f"{name}s" for name in names}
    areas = [a for a in home.areas.values() if any(owned & set(normal(n).split()) for n in (a.name, *a.aliases))]
    return _MINE.sub(areas[0].name, text) if len(areas) == 1 else text
