"""What is going on in the house, as far as words like "it", "done", "warm" or "loud" may mean it. Reads states; knows no sentences."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from devices.home import Device, Entity, Home
from models.said import Context

RUNNING = frozenset(
    {
        "on",
        "running",
        "run",
        "washing",
        "drying",
        "rinsing",
        "spinning",
        "heating",
        "preheating",
        "cooking",
        "baking",
        "brewing",
        "cleaning",
        "active",
        "in_use",
        "inuse",
        "in use",
        "started",
        "heat",
        "bake",
        "grill",
        "wash",
        "rinse",
        "spin",
        "dry",
        "cool_down",
        "ready_to_brew",
        "mowing",
        "charging",
        "printing",
    }
)
FINISHED = frozenset(
    {
        "done",
        "finished",
        "complete",
        "completed",
        "end",
        "ended",
        "idle",
        "off",
        "standby",
        "ready",
        "stopped",
        "docked",
        "finish",
        "program_ended",
        "inactive",
        "clear",
        "not_running",
        "full",
    }
)
OFF = frozenset(
    {"off", "idle", "standby", "closed", "docked", "locked", "unknown", "unavailable", "none", "stopped", "finished", "done", "complete"}
)
APPLIANCES: tuple[tuple[str, frozenset[str]], ...] = (
    ("oven", frozenset({"oven", "stove", "cooker", "hob", "range", "cooktop"})),
    ("washing machine", frozenset({"washing", "washer", "laundry"})),
    ("dryer", frozenset({"dryer", "drier"})),
    ("dishwasher", frozenset({"dishwasher", "dishes"})),
    ("coffee maker", frozenset({"coffee", "espresso", "percolator"})),
    ("kettle", frozenset({"kettle", "tea", "samovar"})),
    ("microwave", frozenset({"microwave"})),
    ("air fryer", frozenset({"fryer", "airfryer"})),
    ("slow cooker", frozenset({"crockpot", "ricecooker", "rice", "sous"})),
    ("bread maker", frozenset({"bread", "toaster"})),
    ("printer", frozenset({"printer"})),
    ("kiln", frozenset({"kiln"})),
    ("sauna", frozenset({"sauna"})),
    ("hot tub", frozenset({"jacuzzi", "hottub"})),
    ("grill", frozenset({"grill", "smoker", "barbecue", "bbq"})),
    ("brewery", frozenset({"brew", "brewery", "fermenter", "beer", "kombucha"})),
)
"""What people wait for: its name, and the words by which its entities are known."""


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def name_words(home: Home, entity_id: str) -> frozenset[str]:
    """Every word of an entity's id, name, aliases and device name."""
    entity = home.entities[entity_id]
    return _entity_words(entity, home.devices.get(entity.device) if entity.device is not None else None)


@lru_cache(maxsize=8192)
def _entity_words(entity: Entity, device: Device | None) -> frozenset[str]:
    parts = [entity.id.partition(".")[2], entity.name, *entity.aliases]
    if device is not None:
        parts += [device.name, device.kind or ""]
    return frozenset(words(" ".join(parts)))


def domain(entity_id: str) -> str:
    return entity_id.partition(".")[0]


def area_of(home: Home, entity_id: str) -> str | None:
    area = home.area_of(entity_id)
    return area.id if area is not None else None


def of(home: Home, *domains: str, area: str | None = None, floor: str | None = None) -> list[str]:
    """Entities of these domains, of an area or a floor where given, in the home's order."""
    found = [e for e in home.entities if domain(e) in domains]
    if area is not None:
        found = [e for e in found if area_of(home, e) == area]
    if floor is not None:
        found = [e for e in found if (a := home.area_of(e)) is not None and a.floor == floor]
    return found


def value(home: Home, entity_id: str) -> str:
    return home.state(entity_id).value


def available(home: Home, entity_id: str) -> bool:
    return home.state(entity_id).available


def number(text: Any) -> float | None:
    """A finite number, or None."""
    if text is None or isinstance(text, bool):
        return None
    try:
        found = float(text)
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


def is_on(home: Home, entity_id: str) -> bool:
    """On in the everyday sense: a lamp that shines, a player that plays or pauses, a heater in any mode but off."""
    state = value(home, entity_id)
    kind = domain(entity_id)
    if kind == "media_player":
        return state in ("on", "playing", "paused", "buffering", "idle")
    if kind in ("cover", "valve"):
        return state in ("open", "opening", "closing")
    if kind == "lock":
        return state == "locked"
    if kind == "vacuum":
        return state in ("cleaning", "on", "returning", "paused")
    if kind == "lawn_mower":
        return state in ("mowing", "returning")
    if kind in ("climate", "water_heater", "humidifier"):
        return state not in OFF
    return state == "on"


def tv(home: Home, entity_id: str) -> bool:
    """Whether a media player has a picture."""
    known = name_words(home, entity_id)
    return home.device_class(entity_id) in ("tv", "projector") or bool(
        known & {"tv", "television", "telly", "projector", "shield", "chromecast"}
    )


def here_first(home: Home, entities: Iterable[str], area: str | None) -> list[str]:
    """Those of the room, if there are any; else all."""
    known = list(entities)
    here = [e for e in known if area is not None and area_of(home, e) == area]
    return here or known


def appliance_of(home: Home, entity_id: str) -> str | None:
    """Which appliance an entity belongs to, by its words: "oven", "washing machine"…"""
    known = name_words(home, entity_id)
    if domain(entity_id) == "climate":
        known = known - {"stove", "range"}  # a tile stove heats the room
    for name, marks in APPLIANCES:
        if known & marks and not (name == "kettle" and "tea" in known and domain(entity_id) == "light"):
            return name
    return None


def appliances(home: Home) -> dict[str, list[str]]:
    """Appliance -> its entities (no lamps, no cameras)."""
    found: dict[str, list[str]] = {}
    for entity_id in home.entities:
        if domain(entity_id) in ("light", "camera", "scene", "automation", "todo", "media_player", "person", "zone", "update"):
            continue
        name = appliance_of(home, entity_id)
        if name is not None:
            found.setdefault(name, []).append(entity_id)
    return found


def is_temperature(home: Home, entity_id: str) -> bool:
    unit = str(home.state(entity_id).attributes.get("unit_of_measurement", ""))
    return domain(entity_id) == "sensor" and (home.device_class(entity_id) == "temperature" or unit in ("°C", "°F", "C", "F", "K"))


def runs(home: Home, entities: Iterable[str]) -> bool | None:
    """Whether an appliance with these entities runs; None where nothing tells."""
    told: bool | None = None
    hot = False
    entities = list(entities)
    draws = any(home.device_class(e) == "power" and number(value(home, e)) is not None for e in entities)
    for entity_id in entities:
        if draws and domain(entity_id) in ("switch", "input_boolean"):
            continue  # a plug that is on says less than what it draws
        kind, state = domain(entity_id), value(home, entity_id).casefold()
        if kind == "sensor" and is_temperature(home, entity_id):
            hot = hot or (number(state) or 0.0) >= (
                150.0 if "F" in str(home.state(entity_id).attributes.get("unit_of_measurement", "")) else 70.0
            )
            continue
        if kind == "binary_sensor" and home.device_class(entity_id) in ("door", "opening", "problem", "connectivity", "window", "moisture"):
            continue
        if kind in ("button", "input_button", "script", "lock"):
            continue
        if kind == "sensor" and home.device_class(entity_id) == "power":
            power = number(state)
            told = told if power is None else bool(told) or power > 15.0
            continue
        if state in RUNNING or (kind in ("climate", "water_heater") and state not in OFF):
            return True
        if state in FINISHED:
            told = bool(told)
    return True if told is None and hot else told


def progress(home: Home, entities: Iterable[str]) -> list[str]:
    """The entities that tell how far an appliance is, best first: time left, state, what switches it."""

    def rank(entity_id: str) -> tuple[int, str]:
        known, kind = name_words(home, entity_id), domain(entity_id)
        if kind == "sensor" and (known & {"remaining", "left"} or home.device_class(entity_id) in ("duration", "timestamp")):
            return 1, entity_id
        if kind == "sensor" and not is_temperature(home, entity_id) and number(value(home, entity_id)) is None:
            return 0, entity_id
        if kind == "binary_sensor" and home.device_class(entity_id) not in ("door", "opening", "problem", "connectivity"):
            return 2, entity_id
        return (3 if kind in ("switch", "climate", "input_boolean", "fan", "vacuum") else 5), entity_id

    return sorted(entities, key=rank)


def thermometer(home: Home, area: str | None) -> list[str]:
    """What tells the room's temperature: its thermostat, else its sensor; without any, the house's only indoor one."""
    climates = [e for e in of(home, "climate") if appliance_of(home, e) is None]
    sensors = [e for e in of(home, "sensor") if is_temperature(home, e) and not _outside_or_machine(home, e)]
    for pool in ([e for e in climates if _reading(home, e) is not None], sensors):
        here = [e for e in pool if area is not None and area_of(home, e) == area]
        if here:
            return sorted(here, key=lambda e: of_the_room(home, e))[:1]
    told = [e for e in climates if _reading(home, e) is not None] or sensors
    return told if len(told) == 1 or area is None else told[:1]


_ROOMS_OWN = frozenset(
    {"temperature", "temp", "sensor", "thermometer", "thermostat", "room", "air", "indoor", "inside", "current", "ambient", "climate", "t"}
)


def of_the_room(home: Home, entity_id: str) -> tuple[bool, int]:
    """Sorts what tells the temperature of a room before what tells that of a thing in it."""
    area = home.area_of(entity_id)
    own = _ROOMS_OWN | (set(words(" ".join((area.name, *area.aliases)))) if area is not None else set())
    return not indoors(home, entity_id), len(set(words(home.entities[entity_id].name)) - own)


def outdoors(home: Home) -> list[str]:
    """What tells the temperature outside: a sensor, else the weather."""
    found = [e for e in of(home, "sensor") if is_temperature(home, e) and name_words(home, e) & _OUTSIDE]
    return found[:1] or of(home, "weather")[:1]


def music(home: Home, context: Context) -> list[str]:
    """Players that play, those of the room first; a room's own hide the others."""
    on = [e for e in of(home, "media_player") if value(home, e) in ("playing", "buffering")]
    return here_first(home, on, context.area)


def speakers(home: Home, area: str | None, *, picture: bool) -> list[str]:
    """The player to use in a room: one with a picture or one without, else what there is; [] if that can't be told."""
    pool = [e for e in of(home, "media_player") if available(home, e)]
    here = [e for e in pool if area is not None and area_of(home, e) == area]
    for group in (here, pool):
        fitting = [e for e in group if tv(home, e) == picture]
        if fitting:
            on = [e for e in fitting if value(home, e) in ("playing", "buffering")]
            return (on or fitting)[:1]
        if group is here and here:
            return here[:1]
    return pool if len(pool) == 1 else []


_OUTSIDE = frozenset({"outside", "outdoor", "outdoors", "garden", "balcony", "terrace", "patio", "outsidetemperature", "exterior"})
_MACHINES = frozenset(
    {"fridge", "freezer", "refrigerator", "cpu", "processor", "disk", "boiler", "water", "pool", "aquarium", "chip", "device", "server"}
)


def indoors(home: Home, entity_id: str) -> bool:
    """Whether a thermometer tells the temperature of a room, not of a machine and not of the garden."""
    return not _outside_or_machine(home, entity_id)


def outside(home: Home, entity_id: str) -> bool:
    return domain(entity_id) == "weather" or bool(name_words(home, entity_id) & _OUTSIDE)


def _outside_or_machine(home: Home, entity_id: str) -> bool:
    return bool(name_words(home, entity_id) & (_OUTSIDE | _MACHINES)) or appliance_of(home, entity_id) is not None


def _reading(home: Home, entity_id: str) -> float | None:
    return number(home.state(entity_id).attributes.get("current_temperature"))
