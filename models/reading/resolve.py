"""Which entities a reading means in this home: names, areas, floors, classes, "here". Knows the home; not how it was said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from devices.capability import SWITCHABLE
from devices.home import EMPTY, Home
from models.automaton.house_words import HouseWords, house_words, normal, stem
from models.reading.intents import DOMAINS, NO_TARGETS, ONE
from models.said import Context, Frame
from models.situation.house_now import of_the_room

_MOVING = frozenset({"door", "window", "gate", "garage", "blind", "curtain", "shutter", "shade"})
"""What is asked of things with such a name is whether they are open."""
_CONTACTS = {"window": ("window", "opening"), "door": ("door", "opening"), "garage": ("garage_door",), "gate": ("opening",)}
"""Classes of contact sensors that tell of a cover's class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounded:
    """What a reading resolves to."""

    targets: tuple[str, ...] = ()
    code: str | None = None
    """no_valid_targets · ambiguous · missing_value; None where it can be done."""
    detail: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    candidates: tuple[str, ...] = ()
    """What "which one?" is asked from."""
    area: str | None = None
    """Area id that the hub's room filled in."""
    cost: Mapping[str, float] = field(default_factory=lambda: EMPTY)
    """Named parts: name, area, domain, guess."""


def kind_matches(home: Home, entity_id: str, domain: str | None, device_class: str | Iterable[str] | None) -> bool:
    """Whether an entity is of a domain and a class; a switch called a light counts as one where `domain` is light."""
    entity = home.entities[entity_id]
    if domain is not None and entity.domain != domain:
        return False
    if device_class is None:
        return True
    wanted = {device_class} if isinstance(device_class, str) else set(device_class)
    own = home.device_class(entity_id)
    if own in wanted:
        return True
    if own is None and entity.domain in ("cover", "binary_sensor", "sensor", "valve"):
        words = {stem(w) for w in normal(entity.name).split()}
        return any((w == "garage" and "garage" in words) or w in words for w in wanted)
    return False


def celsius(home: Home, entity_id: str) -> bool | None:
    """Whether a thermostat counts in degrees Celsius; None where it does not say and its limits do not tell."""
    attributes = home.state(entity_id).attributes
    unit = str(attributes.get("temperature_unit") or attributes.get("unit_of_measurement") or "")
    if unit:
        return not unit.strip("° ").upper().startswith("F")
    highest = attributes.get("max_temp")
    values = [attributes.get(k) for k in ("temperature", "current_temperature", "target_temperature")]
    known = [v for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)]
    if isinstance(highest, (int, float)) and not isinstance(highest, bool):
        return highest < 45
    return max(known) < 45 if known and max(known) != 0 else None


def in_place(home: Home, entity_id: str, areas: Sequence[str] | None) -> bool:
    if areas is None:
        return True
    area = home.area_of(entity_id)
    return area is not None and area.id in areas


def areas_of(words: HouseWords, slots: Mapping[str, Any]) -> tuple[list[str] | None, Mapping[str, Any]]:
    """Area ids that the slots name (None: everywhere) and, if a name is unknown, the detail that says so."""
    home = words.home
    found: list[str] | None = None
    if slots.get("area") is not None:
        named = slots["area"] if isinstance(slots["area"], (list, tuple)) else [slots["area"]]
        found = []
        for name in named:
            areas = words.areas_called(str(name))
            if not areas:
                return [], {"area": str(name)}
            found += areas
    if slots.get("floor") is not None:
        floors: list[str] = []
        for name in slots["floor"] if isinstance(slots["floor"], (list, tuple)) else [slots["floor"]]:
            floor = words.floor_called(str(name))
            if floor is not None:
                floors.append(floor.id)
            elif str(name) in ("upstairs", "downstairs"):
                floors += words.floors_towards(str(name), None)
        if not floors:
            return [], {"floor": str(slots["floor"])}
        on_floor = [a.id for a in home.areas.values() if a.floor in floors]
        found = [a for a in found if a in on_floor] if found is not None else on_floor
    return found, EMPTY


def _pick(home: Home, context: Context, ids: list[str]) -> tuple[list[str], str | None, Mapping[str, float]]:
    """One of several: the room's, the playing one, the only one that is there; else all of them, undecided."""
    if len(ids) <= 1:
        return ids, None, EMPTY
    if context.area is not None:
        here = [i for i in ids if in_place(home, i, [context.area])]
        if len(here) == 1:
            return here, context.area, {"room": 0.05}
        if here:
            ids = here
    if context.area is not None and all(i.startswith("climate.") for i in ids):
        floor = home.areas[context.area].floor if context.area in home.areas else None
        near = [i for i in ids if floor is not None and (a := home.area_of(i)) is not None and a.floor == floor]
        if len(near) == 1:  # the thermostat of this floor
            return near, None, {"floor": 0.1}
    playing = [i for i in ids if i in context.playing or home.state(i).value == "playing"]
    if len(playing) == 1:
        return playing, None, {"playing": 0.1}
    return ids, None, {"guess": 0.5}


def ground(
    intent: str, slots: Mapping[str, Any], home: Home, context: Context, *, entities: Sequence[str] | None = None, plural: bool = True
) -> Grounded:
    """Entities that a reading means, or the code that says why there are none.

    `entities` are the ids where the reader already knows which thing was named. An area, floor or name that the home
    does not have gives `no_valid_targets`, never a wider action. `plural=False`: one thing was spoken of.
    """
    if intent in NO_TARGETS or (intent.startswith("Hub") and intent not in DOMAINS):
        return Grounded()
    words = house_words(home)
    places, unknown = areas_of(words, slots)
    if unknown:
        return Grounded(code="no_valid_targets", detail=unknown)
    domains = DOMAINS.get(intent)
    if slots.get("domain") is not None:
        given = slots["domain"]
        domains = tuple(given) if isinstance(given, (list, tuple)) else (str(given),)
    elif domains is None and intent in ("HassTurnOn", "HassTurnOff", "HassToggle"):
        domains = SWITCHABLE
    device_class = slots.get("device_class")
    wanted = _Wanted(intent=intent, slots=slots, places=places, domains=domains, device_class=device_class, plural=plural)
    if entities is not None or slots.get("name") is not None:
        ids = list(entities) if entities is not None else words.entities_called(str(slots["name"]))
        return _named(replace(wanted, ids=ids), home, context)
    if intent in ("HassShoppingListAddItem", "HassShoppingListCompleteItem", "HubListItems"):
        lists = [i for i in home.entities if i.startswith("todo.")]
        best = [i for i in lists if "shop" in normal(home.entities[i].name) or "grocer" in normal(home.entities[i].name)] or lists[:1]
        return Grounded(targets=tuple(best[:1]))
    if intent in ("HassTurnOn", "HassTurnOff", "HassToggle", "HassGetState") and slots.get("domain") is None and device_class is None:
        return Grounded(code="no_valid_targets")
    ids = [i for i, e in home.entities.items() if (domains is None or e.domain in domains)]
    if device_class is not None:
        ids = [i for i in ids if kind_matches(home, i, None, device_class)]
        if intent == "HassGetState" and device_class in _CONTACTS:
            ids += [i for i, e in home.entities.items() if e.domain == "binary_sensor" and home.device_class(i) in _CONTACTS[device_class]]
    return _unnamed(replace(wanted, ids=ids, places=None if intent == "HassVacuumCleanArea" else places), home, context)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What a reading asks for, as far as it is known before its targets are."""

    intent: str
    slots: Mapping[str, Any]
    ids: Sequence[str] = ()
    """Entities that it may be about."""
    places: list[str] | None
    """Area ids that were said; None: everywhere."""
    domains: tuple[str, ...] | None
    device_class: Any
    plural: bool
    """False: one thing was spoken of."""


def _named(wanted: _Wanted, home: Home, context: Context) -> Grounded:
    intent, slots, places, domains, device_class = wanted.intent, wanted.slots, wanted.places, wanted.domains, wanted.device_class
    plural = wanted.plural
    name = str(slots.get("name", ""))
    ids = [i for i in wanted.ids if i in home.entities]
    if not ids:
        return Grounded(code="no_valid_targets", detail={"name": name})
    fit = [i for i in ids if domains is None or home.entities[i].domain in domains]
    if intent == "HassGetState":
        fit = ids
        state = str(slots.get("state", ""))
        if len(fit) > 1 and state:
            fit = [i for i in fit if _can_be(home, i, state)] or fit
        if len(fit) > 1 and {stem(w) for w in normal(name).split()} & _MOVING:
            fit = [i for i in fit if home.entities[i].domain in ("cover", "lock", "valve", "binary_sensor")] or fit
        if len(fit) > 1 and device_class is not None:
            fit = [i for i in fit if kind_matches(home, i, None, device_class)] or fit
    if intent == "HassLightSet" and not fit:
        fit = [i for i in ids if home.entities[i].domain == "switch"]
    if not fit:
        return Grounded(
            code="no_valid_targets",
            detail={"name": name, "domain": domains[0] if domains and len(domains) == 1 else None, "reason": "cannot"},
            candidates=tuple(ids),
        )
    placed = [i for i in fit if in_place(home, i, places)]
    if not placed and places is not None:
        loose = [i for i in fit if home.area_of(i) is None]
        if not loose:
            return Grounded(code="no_valid_targets", detail={"name": name, "area": slots.get("area") or slots.get("floor")})
        placed = loose
    if len(placed) > 1 and intent != "HassGetState":
        main = [i for i in placed if home.entities[i].domain not in ("sensor", "binary_sensor", "update", "button", "select", "number")]
        placed = main or placed
    if len(placed) == 1 or (plural and intent == "HassGetState"):
        return Grounded(targets=tuple(placed), cost={"name": 0.0})
    chosen, room, cost = _pick(home, context, placed)
    if len(chosen) == 1:
        return Grounded(targets=tuple(chosen), area=room, cost=cost)
    kinds = {home.entities[i].domain for i in chosen}
    if len(kinds) > 1 and len({(a.id if (a := home.area_of(i)) else None) for i in chosen}) == 1 and not plural:
        order = [d for d in SWITCHABLE if d in kinds] or sorted(kinds)
        return Grounded(targets=tuple(i for i in chosen if home.entities[i].domain == order[0]), cost={"guess": 0.1})
    return Grounded(code="ambiguous", candidates=tuple(chosen), detail={"name": name}, cost=cost)


def _can_be(home: Home, entity_id: str, state: str) -> bool:
    domain = entity_id.partition(".")[0]
    if state in ("open", "closed", "opening", "closing"):
        return domain in ("cover", "valve") or (
            domain == "binary_sensor" and home.device_class(entity_id) in ("door", "window", "opening", "garage_door")
        )
    if state in ("locked", "unlocked"):
        return domain == "lock"
    if state in ("on", "off"):
        return domain not in ("lock", "cover", "valve", "person", "weather", "scene", "sensor")
    if state in ("home", "not_home"):
        return domain in ("person", "device_tracker")
    return True


def _unnamed(wanted: _Wanted, home: Home, context: Context) -> Grounded:
    intent, slots, places, domains, plural = wanted.intent, wanted.slots, wanted.places, wanted.domains, wanted.plural
    ids = list(wanted.ids)
    what: dict[str, Any] = {"domain": domains[0] if domains else None, "device_class": wanted.device_class}
    if intent == "HassClimateGetTemperature":
        return _temperature(slots, home, context, places)
    if places is not None:
        placed = [i for i in ids if in_place(home, i, places)]
        if not placed and domains == ("light",) and intent in ("HassTurnOn", "HassTurnOff"):
            placed = [
                i
                for i, e in home.entities.items()
                if e.domain == "switch" and in_place(home, i, places) and {"light", "lamp", "lights", "lamps"} & set(normal(e.name).split())
            ]
        if not placed and intent == "HassClimateSetTemperature":
            whole = [i for i in ids if home.area_of(i) is None]
            placed = whole if len(whole) == 1 and len(ids) == 1 else []
        if not placed:
            return Grounded(
                code="no_valid_targets",
                detail={
                    k: v
                    for k, v in {**what, "area": slots.get("area"), "floor": slots.get("floor"), "reason": "none_here"}.items()
                    if v is not None
                },
            )
        if intent in ONE and len(placed) > 1 and not (plural and intent in ("HassClimateSetTemperature",)):
            chosen, _, cost = _pick(home, context, placed)
            if len(chosen) > 1 and intent == "HassMediaSearchAndPlay":
                return Grounded(targets=tuple(chosen[:1]), candidates=tuple(chosen), cost=cost)
            if len(chosen) > 1:
                return Grounded(code="ambiguous", candidates=tuple(chosen), detail=what, cost=cost)
            return Grounded(targets=tuple(chosen), cost=cost)
        return Grounded(targets=tuple(placed))
    if not ids:
        return Grounded(code="no_valid_targets", detail={k: v for k, v in {**what, "reason": "none"}.items() if v is not None})
    if intent == "HassClimateSetTemperature" and any(i.startswith("climate.") for i in ids):
        ids = [i for i in ids if i.startswith("climate.")]  # a boiler is spoken of by name
    if intent in ONE:
        chosen, room, cost = _pick(home, context, ids)
        if len(chosen) == 1:
            return Grounded(targets=tuple(chosen), area=room, cost=cost)
        if intent == "HassMediaSearchAndPlay" and context.area is not None and any(in_place(home, i, [context.area]) for i in chosen):
            return Grounded(targets=tuple(chosen[:1]), candidates=tuple(chosen), area=context.area, cost=cost)
        return Grounded(code="ambiguous", candidates=tuple(chosen), detail=what, cost=cost)
    return Grounded(targets=tuple(ids))


def _temperature(slots: Mapping[str, Any], home: Home, context: Context, places: list[str] | None) -> Grounded:
    """The thermostat or thermometer of the place; outside or without a place, what the home has of them."""

    def thermometers(ids: Iterable[str]) -> list[str]:
        listed = list(ids)
        climates = [i for i in listed if i.startswith("climate.")]
        sensors = [
            i
            for i in listed
            if i.startswith("sensor.")
            and (home.device_class(i) == "temperature" or str(home.state(i).attributes.get("unit_of_measurement", "")) in ("°C", "°F"))
        ]
        return climates or sorted(sensors, key=lambda i: of_the_room(home, i))

    if places is not None:
        found = thermometers(i for i in home.entities if in_place(home, i, places))
        if found:
            return Grounded(targets=tuple(found[:1]), candidates=tuple(found))
        return Grounded(code="no_valid_targets", detail={"area": slots.get("area") or slots.get("floor"), "device_class": "temperature"})
    if context.area is not None:
        found = thermometers(i for i in home.entities if in_place(home, i, [context.area]))
        if found:
            return Grounded(targets=tuple(found[:1]), candidates=tuple(found), area=context.area)
    found = thermometers(home.entities)
    if not found:
        return Grounded(code="no_valid_targets", detail={"device_class": "temperature"})
    elsewhere = [i for i in found if home.area_of(i) is not None]
    if context.area in home.areas and len(elsewhere) == len(found) > 1:  # how warm it is in another room says nothing of this one
        return Grounded(code="no_valid_targets", detail={"area": home.areas[context.area or ""].name, "device_class": "temperature"})
    if len(found) > 1:
        found, _, _ = _pick(home, context, found)
    return Grounded(targets=tuple(found[:1]), candidates=tuple(found), cost={"guess": 0.1 * (len(found) - 1)})


def frame(
    intent: str,
    slots: Mapping[str, Any],
    home: Home,
    context: Context,
    *,
    score: float,
    source: str,
    entities: Sequence[str] | None = None,
    plural: bool = True,
    span: tuple[int, int] | None = None,
) -> tuple[Frame, Grounded]:
    """A Frame with its targets; the area that the hub's room stood for is put into its slots."""
    grounded = ground(intent, slots, home, context, entities=entities, plural=plural)
    said = dict(slots)
    if grounded.area is not None and "area" not in said and "floor" not in said and "name" not in said:
        said["area"] = home.areas[grounded.area].name
    built = Frame(intent=intent, slots=said, targets=grounded.targets, score=score, source=source, code=grounded.code, span=span)
    return built, grounded


def without(built: Frame, excluded: Iterable[str]) -> Frame:
    """The frame without some of its targets; refused where none is left."""
    gone = set(excluded)
    left = tuple(t for t in built.targets if t not in gone)
    return replace(built, targets=left, code=built.code if left else "no_valid_targets")
