"""Which sensor a question about a measure is about: "how warm is the pool". Knows classes of sensors; no answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from models.automaton.house_words import HouseWords, normal
from models.reading.gist import Gist
from models.reading.resolve import in_place
from models.reading.target import Aim, aim
from models.said import Context

CLASSES = {
    "humidity": "humidity",
    "battery": "battery",
    "power": "power",
    "energy": "energy",
    "illuminance": "illuminance",
    "co2": "carbon_dioxide",
    "motion": "motion",
    "occupancy": "occupancy",
    "pressure": "pressure",
}
DANGERS = {
    **dict.fromkeys(("leak", "leaks", "leaking", "dry", "flooded", "flood"), "moisture"),
    "smoke": "smoke",
    "gas": "gas",
}
"""Words for what nobody wants in a house, and the class of sensor that tells."""
Asked = tuple[str, dict[str, Any], Aim, float]
"""Intent, values, what it is about, base score."""


def temperature(gist: Gist, house: HouseWords, context: Context) -> Asked | None:
    aimed = aim(gist, house, context)
    home = house.home
    outside = gist.says("outside", "outdoors", "outdoor")
    if outside:
        found = [
            i
            for i, e in home.entities.items()
            if e.domain in ("sensor", "weather")
            and {"outside", "outdoor", "outdoors"} & set(normal(e.name).split())
            and (e.domain == "weather" or home.device_class(i) == "temperature" or "temperature" in normal(e.name))
        ]
        if found:
            return "HassGetState", {"name": home.entities[found[0]].name}, Aim(ids=(found[0],), said=True, named=True, cost=0.1), 0.9
        if not aimed.places or not any(
            in_place(home, i, list(aimed.places)) and home.device_class(i) == "temperature" for i in home.entities
        ):
            return "HassGetWeather", {}, Aim(said=True, cost=0.1), 0.8
    if aimed.named:
        climates = tuple(i for i in aimed.ids if home.entities[i].domain in ("climate", "water_heater"))
        if climates:
            return "HassClimateGetTemperature", {}, replace(aimed, ids=climates), 0.9
        return "HassGetState", {}, aimed, 0.88
    if aimed.unknown and (own := _with_word(house, aimed.unknown, "temperature")):
        return "HassGetState", {}, own, 0.88
    if aimed.code is not None:
        return "HassClimateGetTemperature", {}, aimed, 0.85
    slots = {k: v for k, v in aimed.slots.items() if k in ("area", "floor")}
    noun = aimed.noun
    if noun is not None and noun not in ("climate",) and aimed.ids:
        return "HassGetState", {}, aimed, 0.85
    return "HassClimateGetTemperature", {}, replace(aimed, slots=slots, ids=(), code=None), 0.9


def sensor(gist: Gist, house: HouseWords, context: Context, device_class: str) -> Asked | None:
    home = house.home
    aimed = aim(gist, house, context)
    if aimed.unknown:
        wordy = _with_word(house, aimed.unknown, device_class)
        return ("HassGetState", {}, wordy, 0.88) if wordy is not None else ("HassGetState", {"device_class": device_class}, aimed, 0.85)
    if aimed.named:
        own = tuple(
            i
            for i in aimed.ids
            if (home.entities[i].domain in ("sensor", "binary_sensor", "climate") and _measures(house, i, device_class))
            or _charged(house, i, device_class)
        )
        if not own:
            devices = {home.entities[i].device for i in aimed.ids} - {None}
            own = tuple(
                i
                for i, e in home.entities.items()
                if e.device in devices and _measures(house, i, device_class) and e.domain in ("sensor", "binary_sensor")
            )
        if not own:
            words = {w for i in aimed.ids for w in normal(home.entities[i].name).split()}
            own = tuple(i for i, e in home.entities.items() if _measures(house, i, device_class) and words <= set(normal(e.name).split()))
        numeric = tuple(i for i in own if i.startswith("sensor."))
        own = numeric[:1] or own
        if own:
            extra = {"device_class": device_class} if _charged(house, own[0], device_class) else {}
            return "HassGetState", {"name": home.entities[own[0]].name, **extra}, replace(aimed, ids=own), 0.9
        return "HassGetState", {}, aimed, 0.7
    ids = [
        i
        for i, e in home.entities.items()
        if (e.domain in ("sensor", "binary_sensor", "climate", "humidifier") and _measures(house, i, device_class))
        or _charged(house, i, device_class)
    ]
    places = list(aimed.places) if aimed.places else None
    room = aimed.room
    wide = context.area is None or aimed.everywhere or gist.says("which", "any", "all")
    here = [] if wide else [i for i in ids if in_place(home, i, [context.area or ""])]
    if places is None and context.area is not None and here:
        places, room = [context.area], context.area
    placed = [i for i in ids if in_place(home, i, places)]
    if not placed and places:
        spoken = [set(normal(home.areas[a].name).split()) for a in places]
        placed = [i for i in ids if home.area_of(i) is None and any(w <= set(normal(home.entities[i].name).split()) for w in spoken)]
    slots = {k: v for k, v in aimed.slots.items() if k in ("area", "floor")} | {"device_class": device_class}
    if not placed:
        where = aimed.slots.get("area") or aimed.slots.get("floor")
        return (
            "HassGetState",
            slots,
            replace(
                aimed,
                slots=slots,
                ids=(),
                code="no_valid_targets",
                detail={k: v for k, v in {"device_class": device_class, "area": where}.items() if v},
            ),
            0.85,
        )
    if len(placed) == 1:
        slots["name"] = home.entities[placed[0]].name
    return "HassGetState", slots, replace(aimed, slots=slots, ids=tuple(placed), code=None, room=room), 0.88


def _with_word(house: HouseWords, unknown: str, device_class: str) -> Aim | None:
    """The sensor of a class whose name holds words that are no whole name: "the pool" of "Pool Temperature"."""
    said = set(normal(unknown).split()) - {"sitting", "standing", "reading", "running", "hovering", "stuck"}
    if not said:
        return None
    own = [i for i, e in house.home.entities.items() if _measures(house, i, device_class) and said <= set(normal(e.name).split())]
    if not own:
        return None
    name = house.home.entities[own[0]].name
    return Aim(ids=(own[0],), said=True, named=True, slots={"name": name}, cost=0.2)


def _charged(house: HouseWords, entity_id: str, device_class: str) -> bool:
    """Whether a thing tells its own battery's charge."""
    return device_class == "battery" and "battery_level" in house.home.state(entity_id).attributes


def _measures(house: HouseWords, entity_id: str, device_class: str) -> bool:
    own = house.home.device_class(entity_id)
    if own is not None:
        return str(own).lower().rpartition(".")[2] in (device_class, f"{device_class}_charging") and not str(own).endswith("charging")
    return device_class.partition("_")[0] in normal(house.home.entities[entity_id].name).split()
