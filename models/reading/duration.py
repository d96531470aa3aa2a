"""Lengths of time as people say them: "an hour and a half", "half an hour". Knows English words; no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.reading.numbers import number

UNITS = {
    "hour": "hours",
    "hours": "hours",
    "hr": "hours",
    "hrs": "hours",
    "h": "hours",
    "minute": "minutes",
    "minutes": "minutes",
    "min": "minutes",
    "mins": "minutes",
    "m": "minutes",
    "second": "seconds",
    "seconds": "seconds",
    "sec": "seconds",
    "secs": "seconds",
    "s": "seconds",
    "day": "days",
    "days": "days",
    "week": "weeks",
    "weeks": "weeks",
}
_MOST = 100_000
"""Of any unit. What is more is no length of time that anybody waits for."""
_SECONDS = {"hours": 3600, "minutes": 60, "seconds": 1, "days": 86400, "weeks": 604800}


@dataclass(frozen=True, slots=True)
class Duration:
    """As said: five and a half minutes is minutes 5, seconds 30; ninety minutes stays minutes 90."""

    hours: int
    minutes: int
    seconds: int
    days: int
    start: int
    end: int

    @property
    def total(self) -> int:
        return self.days * 86400 + self.hours * 3600 + self.minutes * 60 + self.seconds

    def slots(self) -> dict[str, int]:
        hours = self.hours + 24 * self.days
        return {k: v for k, v in (("hours", hours), ("minutes", self.minutes), ("seconds", self.seconds)) if v}


def duration(words: Sequence[str], at: int = 0) -> Duration | None:
    """The longest duration at `at`: "an hour and a half", "half an hour", "1 hour 5 minutes", "two and a half minutes"."""
    seen: dict[str, float] = {}
    i, end = at, at
    while i < len(words):
        j = i
        if seen and words[j] == "and":
            j += 1
        part = _one(words, j)
        if part is None or part[0] in seen:
            break
        unit, value, used = part
        if seen and _SECONDS[unit] >= min(_SECONDS[u] for u in seen):
            break
        seen[unit] = value
        i = end = j + used
    if not seen:
        return None
    smaller = {"hours": "minutes", "minutes": "seconds"}.get(list(seen)[-1])
    bare = number(words, end) if smaller is not None and end < len(words) else None
    if smaller is not None and bare is not None and bare[0] < 60 and bare[0] == int(bare[0]) and end + bare[1] == len(words):
        seen[smaller], end = bare[0], end + bare[1]
    total: dict[str, int] = {"weeks": 0, "days": 0, "hours": 0, "minutes": 0, "seconds": 0}
    order = ["weeks", "days", "hours", "minutes", "seconds"]
    size = {"weeks": 7, "days": 24, "hours": 60, "minutes": 60}
    carry = 0.0
    for index, unit in enumerate(order):
        value = seen.get(unit, 0.0) + carry
        carry = 0.0
        whole = int(value + 1e-6)
        if unit != "seconds":
            carry = (value - whole) * size[order[index]] if value - whole > 1e-6 else 0.0
        total[unit] = whole if unit != "seconds" else round(value)
    return Duration(total["hours"], total["minutes"], total["seconds"], total["days"] + 7 * total["weeks"], at, end)


def _one(words: Sequence[str], at: int) -> tuple[str, float, int] | None:
    rest = list(words[at : at + 6])
    if not rest:
        return None
    for lead, value in (
        (["half", "an"], 0.5),
        (["half", "a"], 0.5),
        (["a", "half"], 0.5),
        (["quarter", "of", "an"], 0.25),
        (["a", "quarter", "of", "an"], 0.25),
        (["three", "quarters", "of", "an"], 0.75),
    ):
        k = len(lead)
        if rest[:k] == lead and len(rest) > k and rest[k] in UNITS:
            return UNITS[rest[k]], value, k + 1
    if rest[0] in ("a", "an", "another", "one") and len(rest) > 1 and rest[1] in UNITS and rest[1] not in ("h", "m", "s"):
        if rest[2:5] == ["and", "a", "half"]:
            return UNITS[rest[1]], 1.5, 5
        if rest[2:5] == ["and", "a", "quarter"]:
            return UNITS[rest[1]], 1.25, 5
        return UNITS[rest[1]], 1.0, 2
    part = number(words, at)
    if part is None or part[0] < 0:
        return None
    value, used = part
    if value > _MOST:
        return None
    after = list(words[at + used : at + used + 4])
    if after and after[0] == "more":
        used, after = used + 1, after[1:]
    if not after or after[0] not in UNITS:
        return None
    if after[1:4] == ["and", "a", "half"]:
        return UNITS[after[0]], value + 0.5, used + 4
    return UNITS[after[0]], value, used + 1


def durations(words: Sequence[str]) -> list[Duration]:
    found: list[Duration] = []
    i = 0
    while i < len(words):
        part = duration(words, i)
        if part is None:
            i += 1
        else:
            found.append(part)
            i = part.end
    return found


def canonical(words: Sequence[str]) -> list[str]:
    """The words with every duration in Home Assistant's form: "an hour and a half" becomes "1 hour 30 minutes"."""
    out: list[str] = []
    i = 0
    while i < len(words):
        part = duration(words, i)
        if part is None or part.total == 0:
            out.append(words[i])
            i += 1
            continue
        for unit, value in part.slots().items():
            out += [str(value), unit if value != 1 else unit[:-1]]
        i = part.end
    return out
