"""When it gets dark and light: the sun over the place that the time zone is named after. Knows the sky; no house and no sensor."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

DUSK_DEGREES = -6.0
"""How far the sun is below the horizon when one needs a lamp: civil twilight."""
ZONES = Path("/usr/share/zoneinfo")


def next_change(now: datetime, place: tuple[float, float], *, dark: bool) -> datetime | None:
    """When it next gets dark (or light) at (latitude, longitude), UTC; None where the sun does not do that within a day.

    The sun's height by the low-precision formulas of the Astronomical Almanac (0.01 degrees); bisected to a second.
    """
    step = timedelta(minutes=5)
    at = now.astimezone(UTC)
    before = height(at, place) < DUSK_DEGREES
    for _ in range(25 * 12):
        after = height(at + step, place) < DUSK_DEGREES
        if after is not before and after is dark:
            low, high = at, at + step
            while (high - low).total_seconds() > 1:
                middle = low + (high - low) / 2
                low, high = (low, middle) if (height(middle, place) < DUSK_DEGREES) is dark else (middle, high)
            return high.replace(microsecond=0)
        at, before = at + step, after
    return None


def height(at: datetime, place: tuple[float, float]) -> float:
    """Degrees of the sun above the horizon."""
    days = (at - datetime(2000, 1, 1, 12, tzinfo=UTC)).total_seconds() / 86400
    mean = math.radians((280.460 + 0.9856474 * days) % 360)
    anomaly = math.radians((357.528 + 0.9856003 * days) % 360)
    along = mean + math.radians(1.915 * math.sin(anomaly) + 0.020 * math.sin(2 * anomaly))
    tilt = math.radians(23.439 - 0.0000004 * days)
    ascension = math.atan2(math.cos(tilt) * math.sin(along), math.cos(along))
    declination = math.asin(math.sin(tilt) * math.sin(along))
    sidereal = math.radians((280.46062 + 360.98564737 * days + place[1]) % 360)
    latitude = math.radians(place[0])
    hour = sidereal - ascension
    up = math.sin(latitude) * math.sin(declination) + math.cos(latitude) * math.cos(declination) * math.cos(hour)
    return math.degrees(math.asin(up))


@lru_cache(maxsize=1)
def here() -> tuple[float, float] | None:
    """(latitude, longitude) of the city that the time zone is named after; None for UTC and for machines without a zone table."""
    name = os.environ.get("TZ", "").lstrip(":")
    if not name:
        target = os.path.realpath("/etc/localtime")
        name = target.partition("zoneinfo/")[2]
    for table in ("zone1970.tab", "zone.tab"):
        try:
            lines = (ZONES / table).read_text(encoding="utf-8").splitlines()
        except OSError:
            continue
        found = place_of(name, lines)
        if found is not None:
            return found
    return None


def place_of(zone: str, lines: Iterable[str]) -> tuple[float, float] | None:
    """The place of a zone in the lines of a zone table ("GB  +513030-0000731  Europe/London")."""
    for line in lines:
        parts = line.split("\t")
        if len(parts) < 3 or parts[2] != zone:
            continue
        match = re.fullmatch(r"([+-])(\d{2})(\d{2})(\d{2})?([+-])(\d{3})(\d{2})(\d{2})?", parts[1])
        if match is None:
            return None
        up, d1, m1, s1, along, d2, m2, s2 = match.groups()
        latitude = int(d1) + int(m1) / 60 + int(s1 or 0) / 3600
        longitude = int(d2) + int(m2) / 60 + int(s2 or 0) / 3600
        return (latitude if up == "+" else -latitude), (longitude if along == "+" else -longitude)
    return None
