"""Names, times and numbers as people say them. Knows the house's names, and no turn."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from devices.home import Home

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_PLURAL = {
    "light": "lights",
    "switch": "switches",
    "fan": "fans",
    "cover": "covers",
    "lock": "locks",
    "media_player": "players",
    "climate": "thermostats",
    "vacuum": "vacuums",
    "camera": "cameras",
    "valve": "valves",
}
_COVERS = {
    "blind": "blinds",
    "curtain": "curtains",
    "shade": "shades",
    "shutter": "shutters",
    "window": "windows",
    "door": "doors",
    "garage": "garage doors",
    "gate": "gates",
    "awning": "awnings",
}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def spoken(name: str) -> str:
    """A name within a sentence: common words in lower case, TV and Anna's as they are."""
    return " ".join(w.lower() if w[:1].isupper() and w[1:].islower() and w.isalpha() else w for w in name.split())


def the(name: str) -> str:
    """The name with its article, unless it has one or belongs to somebody."""
    said = spoken(name)
    first = said.split(" ", 1)[0].casefold() if said else ""
    return said if first in ("the", "my", "our", "your", "a", "an") or "'s" in first or "’s" in first else f"the {said}"


def listed(names: Sequence[str], last: str = "and") -> str:
    """a · a and b · a, b and c; more than five are cut short."""
    if len(names) > 5:
        return f"{', '.join(names[:4])} {last} {len(names) - 4} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}" if names else ""


def named(home: Home, targets: Sequence[str], area: str | None) -> tuple[str, str]:
    """(names, is/are): "the lamp", "the kitchen lights", "the lights" in the hub's own room."""
    known = [t for t in targets if t in home.entities]
    if not known:
        return "it", "is"
    if len(known) == 1:
        return called(home, known[0]), "are" if _PLURALS.search(home.entities[known[0]].name.casefold()) else "is"
    domains = {home.entities[t].domain for t in known}
    areas = {(a.id if (a := home.area_of(t)) is not None else None) for t in known}
    if len(known) == 2 or len(domains) > 1:
        return listed([called(home, t) for t in known]), "are"
    kind = next(iter(domains))
    classes = {home.device_class(t) for t in known}
    plural = (
        _COVERS.get(next(iter(classes)) or "", _PLURAL["cover"]) if kind == "cover" and len(classes) == 1 else _PLURAL.get(kind, "devices")
    )
    if len(areas) == 1 and (where := next(iter(areas))) is not None:
        return (f"the {plural}", "are") if where == area else (f"the {spoken(home.areas[where].name)} {plural}", "are")
    return f"{count(len(known))} {plural}", "are"


_PLURALS = re.compile(
    r"(lights|lamps|spots|blinds|curtains|shades|shutters|speakers|bulbs|spotlights|downlights|leds|fans|doors|windows|drapes)$"
)
_OWN_NAMES = ("vacuum", "lawn_mower", "person", "media_player")
_COMMON = re.compile(
    r"(robot|vacuum|tv|television|telly|speaker|radio|mower|hoover|player|stereo|projector|soundbar|receiver)", re.IGNORECASE
)


def called(home: Home, entity_id: str) -> str:
    """One thing by its name: "the lamp", but "Dusty" and "Sonos" as they are."""
    entity = home.entities[entity_id]
    own = entity.domain in _OWN_NAMES and " " not in entity.name and not _COMMON.search(entity.name)
    return entity.name if own else the(entity.name)


def choices(home: Home, targets: Sequence[str]) -> str:
    """The candidates of a question, told apart by name, else by room."""
    names = [home.entities[t].name for t in targets if t in home.entities]
    if len(set(names)) == len(names):
        return listed([called(home, t) for t in targets if t in home.entities], "or")
    rooms = [(f"the one in {the(a.name)}" if (a := home.area_of(t)) is not None else the(home.entities[t].name)) for t in targets]
    return listed(list(dict.fromkeys(rooms)), "or")


def count(n: int) -> str:
    return NUMBERS[n] if 0 <= n < len(NUMBERS) else str(n)


def number(value: Any) -> str:
    """21.0 as 21, 20.55 as 20.6."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        return str(value)
    if not math.isfinite(found):
        return "unknown"
    return str(int(found)) if found == int(found) else f"{found:.1f}".rstrip("0").rstrip(".")


def unit(text: Any) -> str:
    """A unit as it is said after a number."""
    known = {
        "°C": " degrees",
        "°F": " degrees Fahrenheit",
        "%": " percent",
        "W": " watts",
        "kWh": " kilowatt hours",
        "lx": " lux",
        "min": " minutes",
        "h": " hours",
    }
    return "" if text in (None, "") else known.get(str(text), f" {text}")


def span(seconds: float) -> str:
    """A length of time as said: the two largest parts."""
    left = max(0, round(seconds))
    parts = []
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        amount, left = divmod(left, size)
        if amount:
            parts.append(f"{amount} {word}{'' if amount == 1 else 's'}")
    return " and ".join(parts[:2]) or "no time"


def clock(moment: datetime) -> str:
    """7:05 AM style, without a leading zero."""
    hour = moment.hour % 12 or 12
    return f"{hour}:{moment.minute:02d} {'AM' if moment.hour < 12 else 'PM'}"


def day(moment: datetime, now: datetime) -> str:
    """today · tomorrow · on Friday · on March 3rd."""
    days = (moment.date() - now.date()) / timedelta(days=1)
    if days == 0:
        return "today"
    if days == 1:
        return "tomorrow"
    return f"on {_WEEKDAYS[moment.weekday()]}" if 0 < days < 7 else f"on {date(moment)}"


def date(moment: datetime) -> str:
    last = moment.day % 10
    ending = {1: "st", 2: "nd", 3: "rd"}.get(last, "th") if moment.day not in (11, 12, 13) else "th"
    return f"{moment.strftime('%B')} {moment.day}{ending}"


def people(names: Iterable[str]) -> str:
    return listed(list(names))
