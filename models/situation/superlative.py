""" "Which room is the warmest", "what uses the most power", "which battery is lowest": the most or least of what the house measures.
Finds the one; words no answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from devices.home import Home
from models.reading.mentions import named
from models.said import Context, Frame
from models.situation.going_on import SOURCE
from models.situation.house_now import area_of, available, domain, indoors, is_on, is_temperature, number, of, of_the_room

_MOST: Mapping[str, tuple[str, int]] = {
    "warmest": ("temperature", 1), "hottest": ("temperature", 1), "coldest": ("temperature", -1), "coolest": ("temperature", -1),
    "chilliest": ("temperature", -1), "most humid": ("humidity", 1), "dampest": ("humidity", 1), "wettest": ("humidity", 1),
    "driest": ("humidity", -1), "dryest": ("humidity", -1), "least humid": ("humidity", -1), "brightest": ("brightness", 1),
    "dimmest": ("brightness", -1), "darkest": ("illuminance", -1), "lightest": ("illuminance", 1), "loudest": ("volume", 1),
    "quietest": ("volume", -1), "stuffiest": ("carbon_dioxide", 1),
}  # fmt: skip
_MEASURES: Mapping[str, str] = {
    "temperature": "temperature", "humidity": "humidity", "battery": "battery", "batteries": "battery", "charge": "battery",
    "power": "power", "electricity": "power", "energy": "power", "watts": "power", "volume": "volume", "brightness": "brightness",
    "co2": "carbon_dioxide", "carbon dioxide": "carbon_dioxide", "air quality": "carbon_dioxide",
}  # fmt: skip
_THING = r"(?:rooms?|place|area|part of the house|spot|one|light|lamp|lights|bulb|speaker|player|tv|battery|batteries|device|thing|sensor)"
_WORD = "|".join(sorted(map(re.escape, _MOST), key=len, reverse=True))
_WHICH = rf"(?:(?:and )?(?:which|what|where)(?:s| is| are)?|tell me (?:which|what)|do you know which)(?: of the)?(?: (?P<thing>{_THING}))?"
_WHERE = r"(?: (?:in the (?:house|home|flat)|at home|in here|right now|now|at the moment|of all|"
_WHERE += r"(?P<place>upstairs|downstairs|(?:on|in) .+)))*"
_SUPERLATIVE = re.compile(
    rf"{_WHICH}(?: is| are| has)?(?: it)?(?: the)? (?P<word>{_WORD})(?: (?P<thing2>{_THING}))?(?: is it)?(?: is)?{_WHERE}"
)
_MEASURED = re.compile(
    rf"{_WHICH}(?: is| has| have| with| uses?| using| draws?| drawing| needs?| consumes?| consuming| runs? on)*(?: the)? "
    rf"(?P<way>highest|lowest|most|least|emptiest|fullest|worst|best)(?: (?P<measure>{'|'.join(_MEASURES)}))?(?: level)?{_WHERE}"
)
_LEAST = frozenset({"lowest", "least", "emptiest"})


def superlative(said: str, home: Home, context: Context) -> list[Frame]:
    """The one thing that has the most or least of what was asked for; refused where nothing measures it."""
    found = _asked(said)
    if found is None:
        return []
    what, sign, thing, place = found
    values = _VALUES[what](home)
    if place is not None:
        meant = named(re.sub(r"^(?:on|in) ", "", place), home)
        areas = {*meant.areas, *(a.id for a in home.areas.values() if a.floor in meant.floors)}
        if not areas:
            return []
        values = [(v, e) for v, e in values if area_of(home, e) in areas]
    rooms = thing in (None, "room", "rooms", "place", "area", "part of the house", "spot") and what in _OF_ROOMS
    if rooms:
        values = [(v, e) for v, e in values if area_of(home, e) is not None]
    slots = {"device_class": what, "superlative": "highest" if sign > 0 else "lowest"}
    if not values:
        return [Frame(intent="HassGetState", slots=slots, score=0.93, source=SOURCE, code="no_valid_targets")]
    best = max(v for v, _ in values) if sign > 0 else min(v for v, _ in values)
    winner = next(e for v, e in values if v == best)
    return [Frame(intent="HassGetState", slots=slots, targets=(winner,), score=0.95, source=f"{SOURCE}/device_state")]


def _asked(said: str) -> tuple[str, int, str | None, str | None] | None:
    """(what is measured, +1 most or -1 least, which kind of thing, where) or None."""
    if (match := _SUPERLATIVE.fullmatch(said)) is not None:
        what, sign = _MOST[match.group("word")]
        thing = match.group("thing2") or match.group("thing")
        if what == "brightness" and thing in ("room", "rooms", "place", "area"):
            what = "illuminance"
        return what, sign, thing, match.group("place")
    if (match := _MEASURED.fullmatch(said)) is not None:
        thing, way = match.group("thing"), match.group("way")
        measure = match.group("measure") or (thing if thing in ("battery", "batteries") else None)
        if measure is None:
            return None
        what = _MEASURES[measure]
        sign = -1 if way in _LEAST else 1
        if way in ("worst", "best"):
            sign = (1 if what == "carbon_dioxide" else -1) if way == "worst" else (-1 if what == "carbon_dioxide" else 1)
        return what, sign, thing, match.group("place")
    return None


_OF_ROOMS = frozenset({"temperature", "humidity", "illuminance", "carbon_dioxide"})


def _of_class(device_class: str) -> Callable[[Home], list[tuple[float, str]]]:
    def values(home: Home) -> list[tuple[float, str]]:
        ids = [e for e in of(home, "sensor") if home.device_class(e) == device_class and available(home, e)]
        return _numbers(home, ids)

    return values


def _numbers(home: Home, ids: Sequence[str], attribute: str | None = None) -> list[tuple[float, str]]:
    found = []
    for entity_id in ids:
        state = home.state(entity_id)
        value = number(state.attributes.get(attribute) if attribute is not None else state.value)
        if value is not None:
            found.append((value, entity_id))
    return found


def _temperatures(home: Home) -> list[tuple[float, str]]:
    """One a room: the one that tells the room's rather than a thing's in it."""
    sensors = [e for e in of(home, "sensor") if is_temperature(home, e) and available(home, e) and indoors(home, e)]
    told = _numbers(home, sensors) + _numbers(home, of(home, "climate"), "current_temperature")
    best: dict[str | None, tuple[float, str]] = {}
    for value, entity_id in sorted(told, key=lambda pair: of_the_room(home, pair[1])):
        best.setdefault(area_of(home, entity_id) or entity_id, (value, entity_id))
    return list(best.values())


def _humidities(home: Home) -> list[tuple[float, str]]:
    sensors = [e for e in of(home, "sensor") if home.device_class(e) == "humidity" and available(home, e) and indoors(home, e)]
    return _numbers(home, sensors) + _numbers(home, of(home, "climate", "humidifier"), "current_humidity")


def _brightness(home: Home) -> list[tuple[float, str]]:
    return _numbers(home, [e for e in of(home, "light") if is_on(home, e)], "brightness")


def _volumes(home: Home) -> list[tuple[float, str]]:
    playing = [e for e in of(home, "media_player") if home.state(e).value in ("playing", "buffering")]
    return _numbers(home, playing, "volume_level")


def _batteries(home: Home) -> list[tuple[float, str]]:
    others = [e for e in home.entities if domain(e) not in ("sensor", "binary_sensor")]
    return _of_class("battery")(home) + _numbers(home, others, "battery_level")


_VALUES: Mapping[str, Callable[[Home], list[tuple[float, str]]]] = {
    "temperature": _temperatures,
    "humidity": _humidities,
    "brightness": _brightness,
    "illuminance": _of_class("illuminance"),
    "volume": _volumes,
    "battery": _batteries,
    "power": _of_class("power"),
    "carbon_dioxide": _of_class("carbon_dioxide"),
}
