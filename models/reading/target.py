"""From the parts of a sentence to the things it is about: who, where, how many. Knows the home; decides no intent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from devices.home import EMPTY, Home
from models.automaton.house_words import HouseWords, normal, stem
from models.reading.gist import Gist, subset_names
from models.reading.nouns import called_so, domain_of, ids_of, lamps, of_another_kind, of_the_make, slots_of
from models.reading.parts import Part, words_known
from models.reading.resolve import in_place
from models.reading.strange import SMALL, another_name, two_places, unknown_phrases
from models.said import Context

_OUTDOORS = frozenset(
    "outside outdoor outdoors garden yard backyard frontyard patio terrace balcony porch deck driveway veranda".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What a sentence is about."""

    slots: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    """name, area, floor, domain, device_class as far as said."""
    ids: tuple[str, ...] = ()
    code: str | None = None
    detail: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    candidates: tuple[str, ...] = ()
    cost: float = 0.0
    noun: str | None = None
    said: bool = False
    """A thing or a place was spoken of."""
    named: bool = False
    room: str | None = None
    """Area id that the hub's room filled in."""
    everywhere: bool = False
    places: tuple[str, ...] | None = None
    pronoun: bool = False
    unknown: str = ""
    extra: int = 0
    """Words that fit nowhere, though the rest is understood."""


def aim(gist: Gist, house: HouseWords, context: Context, *, domains: tuple[str, ...] | None = None) -> Aim:
    """The things spoken of, with what could not be placed. `domains` is what the act can be done to, where it says so."""
    home = house.home
    areas, floors, named, name_parts = _called(gist, house, domains)
    nouns = [p for p in gist.parts if p.kind == "noun"] + _words_after_all(gist, house, domains)
    noun, noun_part = _noun(gist, nouns, name_parts, home)
    torn = two_places(gist, areas)
    if torn:  # "the pantry lamp in the cellar" is in neither
        return Aim(code="no_valid_targets", detail={"name": torn}, said=True, unknown=torn, noun=noun, places=tuple(areas))
    for part in name_parts:
        tail = next((p for p in nouns if p.start == part.end), None)
        own = [c.id for c in part.value if c.kind == "entity" and c.how in ("name", "alias")]
        if tail is None or not own or not of_another_kind(own, tail.value, tail.text, home):
            continue
        thing = f"{part.text} {tail.text}"
        if not subset_names(thing.split(), house, list(home.entities)):
            return Aim(code="no_valid_targets", detail={"name": thing}, said=True, unknown=thing, noun=noun, slots=slots_of(tail.value))
    cost = sum(p.cost for p in gist.parts if p.kind not in ("unknown", "room"))
    slots: dict[str, Any] = {}
    floor_ids = list(floors)
    for way in ("upstairs", "downstairs"):
        if gist.first(way) is not None and not floors:
            floor_ids += house.floors_towards(way, context.area)
            if not floor_ids:
                return Aim(code="no_valid_targets", detail={"floor": way}, said=True, unknown=way, slots={"floor": way})
    if floor_ids:
        slots["floor"] = home.floors[floor_ids[0]].name
    if areas:
        slots["area"] = home.areas[areas[0]].name if len(areas) == 1 else [home.areas[a].name for a in areas]
    places: list[str] | None = None
    if areas or floor_ids:
        on_floor = [a.id for a in home.areas.values() if a.floor in floor_ids]
        places = areas if areas else on_floor
    here = gist.first("here") is not None
    everywhere = gist.first("everywhere") is not None and places is None
    room = None
    if here and places is None and context.area is not None:
        places, room = [context.area], context.area
    runs = []
    for run in unknown_phrases(gist):
        partly = _areas_partly(run, gist, home) if not areas and not floor_ids else []
        if not partly:
            runs.append(run)
            continue
        areas += partly
        places = list(areas)
        cost += 0.3
        slots["area"] = home.areas[areas[0]].name if len(areas) == 1 else [home.areas[a].name for a in areas]
    unknown, extra = "", 0
    ids: list[str] = list(named)
    if runs:
        ids, noun_part, unknown, more, extra = _place_unknown(gist, runs, house, named, noun, noun_part, places, context, domains)
        cost += more
    said = bool(ids or areas or floor_ids or here or everywhere or noun or unknown)
    base: dict[str, Any] = {
        "noun": noun,
        "said": said,
        "room": room,
        "everywhere": everywhere,
        "places": tuple(places) if places is not None else None,
        "pronoun": gist.first("pronoun") is not None,
        "extra": extra,
        "cost": cost,
    }
    if unknown:
        where = next((placed for _, _, text, placed in runs if text == unknown), False)
        slots.update(slots_of(noun) if noun else {})
        return Aim(slots=slots, code="no_valid_targets", detail={"area" if where else "name": unknown}, unknown=unknown, **base)
    other = any(p.kind == "quant" and p.value == "the other" and any(n.start == p.end for n in name_parts) for p in gist.parts)
    if other and len(ids) == 1:  # there is no other of that name
        said_ = f"other {home.entities[ids[0]].name}"
        return Aim(slots=slots, code="no_valid_targets", detail={"name": said_}, unknown=said_, **base)
    if len(name_parts) == 1 and ids == named and places is None and not _by_name(name_parts[0]) and _one_of_them(gist):
        ids = [i for i in ids if context.area is not None and in_place(home, i, [context.area])] or ids
    if ids:
        placed_ids = [i for i in ids if places is None or in_place(home, i, places)]
        if not placed_ids and all(home.area_of(i) is None for i in ids):
            placed_ids = ids
        if not placed_ids:
            return Aim(
                slots={**slots, "name": home.entities[ids[0]].name},
                code="no_valid_targets",
                candidates=tuple(ids),
                detail={"name": home.entities[ids[0]].name, "area": slots.get("area") or slots.get("floor")},
                **base,
            )
        names = list(dict.fromkeys(home.entities[i].name for i in placed_ids))
        if len(names) > 1 and (not named or len(name_parts) == 1) and _one_of_them(gist):
            what = {"noun": noun_part.text} if noun_part is not None else {}
            return Aim(slots=slots, code="ambiguous", candidates=tuple(placed_ids), detail=what, **base)
        slots["name"] = names[0] if len(names) == 1 else names
        return Aim(slots=slots, ids=tuple(placed_ids), named=True, **base)
    if noun is None:
        return Aim(slots=slots, **base)
    return _by_noun(gist, home, context, noun, noun_part, slots, places, base, domains)


def _by_name(part: Part) -> bool:
    """Whether a part is some thing's whole name, and not what several names end in."""
    return any(c.kind == "entity" and c.how in ("name", "alias") for c in part.value)


def _one_of_them(gist: Gist) -> bool:
    """Whether a part of several names was said as of one thing: "the bedside lamp" where there are two."""
    last = next((p for p in reversed(gist.parts) if p.kind in ("noun", "unknown", "called")), None)
    plural = last is not None and last.text.endswith("s") and stem(last.text) != last.text
    return not plural and gist.first("quant") is None and not gist.says("both", "all", "every", "each")


def _areas_partly(run: tuple[int, int, str, bool], gist: Gist, home: Home) -> list[str]:
    """Areas whose name holds all of the unknown words: "the terrace" is the Rooftop Terrace; several only where several were said."""
    _, _, text, placed = run
    if normal(text) in ("outside", "outdoor", "outdoors", "exterior"):
        return [a.id for a in home.areas.values() if _OUTDOORS & set(normal(a.name).split())]
    words = {stem(w) for w in normal(text).split()}
    if not placed or not words or words <= {"room", "floor", "area", "house"}:
        return []
    found = [a.id for a in home.areas.values() if any(words < {stem(w) for w in normal(n).split()} for n in (a.name, *a.aliases))]
    several = gist.says("both", "all", "every", "each") and text.endswith("s")
    return found if len(found) == 1 or several else []


def _words_after_all(gist: Gist, house: HouseWords, domains: tuple[str, ...] | None) -> list[Part]:
    """Names that are device words, too, of things that this can't be done to: "light" where only a sensor is called Light."""
    found: list[Part] = []
    for part in gist.of("called"):
        if domains is None or any(c.kind != "entity" or house.home.entities[c.id].domain in domains for c in part.value):
            continue
        noun = next((str(v) for k, v, _ in words_known().phrases.get(part.text, ()) if k == "noun"), None)
        if noun is not None:
            found.append(Part("noun", noun, part.start, part.end, part.cost, part.text))
    return found


def _called(gist: Gist, house: HouseWords, domains: tuple[str, ...] | None) -> tuple[list[str], list[str], list[str], list[Part]]:
    """(area ids, floor ids, entity ids, the parts that named entities)."""
    areas: list[str] = []
    floors: list[str] = []
    named: list[str] = []
    parts: list[Part] = []
    for index, part in enumerate(gist.parts):
        if part.kind != "called":
            continue
        follow = next((p for p in gist.parts[index + 1 :] if p.kind != "filler"), None)
        entities = [c for c in part.value if c.kind == "entity"]
        if domains is not None:
            fit = [c for c in entities if house.home.entities[c.id].domain in domains]
            if not fit and any(k == "noun" for k, _, _ in words_known().phrases.get(part.text, ())):
                continue
            entities = fit or ([] if any(c.kind != "entity" for c in part.value) else entities)
        area = next((c for c in part.value if c.kind == "area"), None)
        floor = next((c for c in part.value if c.kind == "floor"), None)
        noun_next = follow is not None and follow.kind in ("noun", "measure") and follow.start == part.end
        before = gist.tokens[part.start - 1].text if part.start else ""
        if before in SMALL and part.start > 1:
            before = gist.tokens[part.start - 2].text
        placed = before in ("in", "at", "of") or (before == "on" and floor is not None)
        if area is not None and (not entities or noun_next or placed):
            areas.append(area.id)
        elif floor is not None and (not entities or noun_next or placed):
            floors.append(floor.id)
        elif entities:
            low = min(c.cost for c in entities)
            named += [c.id for c in entities if c.cost <= low + 0.15 and c.id not in named]
            parts.append(part)
    if domains is not None and any(house.home.entities[i].domain in domains for i in named):
        named = [i for i in named if house.home.entities[i].domain in domains]
    return list(dict.fromkeys(areas)), list(dict.fromkeys(floors)), named, parts


def _noun(gist: Gist, nouns: list[Part], names: list[Part], home: Home) -> tuple[str | None, Part | None]:
    """The device word that is not merely the tail of a name ("play corner lights")."""
    for part in nouns:
        if any(n.end == part.start for n in names):
            continue
        if names and part.value in ("media", "light", "switch", "outlet", "climate", "cooler"):
            continue
        return part.value, part
    return None, None


def _place_unknown(
    gist: Gist,
    runs: list[tuple[int, int, str, bool]],
    house: HouseWords,
    named: list[str],
    noun: str | None,
    noun_part: Part | None,
    places: list[str] | None,
    context: Context,
    domains: tuple[str, ...] | None,
) -> tuple[list[str], Part | None, str, float, int]:
    """Unknown words as a part of a name ("the big lamp"), else as what is not in this house; trailing ones are counted."""
    home = house.home
    extra, partly = 0, False
    ids = list(named)
    cost = 0.0
    for start, end, text, placed in runs:
        words = text.split()
        pool = ids_of(noun, home) if noun else [i for i in home.entities if domains is None or home.entities[i].domain in domains]
        if places is not None:
            pool = [i for i in pool if in_place(home, i, places)] or pool
        adjacent = noun_part is not None and end == noun_part.start
        strange = another_name(gist, start, end)
        if strange is not None:
            known = subset_names(strange.split(), house, list(home.entities))
            if not known:
                return [], noun_part, strange, cost, extra
            whole = subset_names([*strange.split(), *(noun_part.text.split() if noun_part is not None else ())], house, known)
            if len(whole) == 1 and not named:  # "the main kitchen lights" are the Kitchen Main Lights
                ids = whole
                cost += 0.3
                continue
        if not placed and not named and (adjacent or noun is None):
            hits = subset_names(words, house, pool)
            if not hits and adjacent and noun_part is not None:
                hits = subset_names([*words, *noun_part.text.split()], house, list(home.entities))
            if hits and partly:  # two things by parts of their names are not one
                return [], noun_part, text, cost, extra
            if hits and len(words) <= 3:
                partly = True
                near = [i for i in hits if context.area is not None and in_place(home, i, [context.area])]
                ids = near or hits
                cost += 0.35
                continue
        if placed or adjacent or not (named or noun or gist.first("called")):
            return [], noun_part, text, cost, extra
        if start < (noun_part.start if noun_part else 10**6) and not named:
            return [], noun_part, text, cost, extra
        if not named and start and gist.tokens[start - 1].text in ("the", "my", "our"):  # "heat the solarium": what is to be heated
            return [], noun_part, text, cost, extra
        extra += len(words)
    return ids, noun_part, "", cost, extra


def _by_noun(
    gist: Gist,
    home: Home,
    context: Context,
    noun: str,
    part: Part | None,
    slots: dict[str, Any],
    places: list[str] | None,
    base: dict[str, Any],
    domains: tuple[str, ...] | None,
) -> Aim:
    ids = ids_of(noun, home)
    if part is not None and ids and not (fitting := of_the_make(part.text, noun, ids, home)):
        return Aim(slots=slots, code="no_valid_targets", detail={"name": part.text}, unknown=part.text, **base)
    elif part is not None:
        ids = fitting if ids else ids
    if noun == "climate" and part is not None and stem(part.text) not in ("boiler", "heater"):  # no radiator heats the water
        ids = [i for i in ids if home.entities[i].domain != "water_heater"] or ids
    if noun == "climate" and domains is not None and "switch" in domains and part is not None:
        ids = called_so(part.text, home, ("switch", "climate", "fan"), ids)
    if domains is not None and noun in ("door", "window", "gate", "garage"):
        ids = [i for i in ids if home.entities[i].domain in domains] or ids
    slots = {**slots, **slots_of(noun)}
    said = part.text if part is not None else noun
    counted = gist.first("count")
    number = int(counted.value) if counted is not None else 2 if gist.says("both") else None
    plural = (said.endswith("s") and stem(said) != said) or gist.first("quant") is not None or noun in ("everything", "light")
    if said in ("lamp", "lamps"):
        ids = lamps(home, ids) or ids
        plural = said == "lamps" or gist.first("quant") is not None
    if ids and noun in ("door", "gate", "window", "garage") and all(i.startswith("lock.") for i in ids):
        slots = {k: v for k, v in slots.items() if k != "device_class"} | {"domain": "lock"}
    detail = {"domain": domain_of(noun) or noun, "device_class": slots.get("device_class"), "noun": said}
    if not ids:
        return Aim(slots=slots, code="no_valid_targets", detail={k: v for k, v in {**detail, "reason": "none"}.items() if v}, **base)
    if places is not None:
        placed = [i for i in ids if in_place(home, i, places)]
        if not placed:
            return Aim(
                slots=slots,
                code="no_valid_targets",
                detail={
                    k: v
                    for k, v in {
                        **detail,
                        "area": slots.get("area") or (home.areas[places[0]].name if len(places) == 1 else None),
                        "floor": slots.get("floor"),
                        "reason": "none_here",
                    }.items()
                    if v
                },
                **base,
            )
        if number is not None:
            return _so_many(number, (placed,), slots, gist, home, base)
        return _singular(home, placed, slots, plural, noun, base)
    if number is not None:
        here = [i for i in ids if context.area is not None and in_place(home, i, [context.area])]
        return _so_many(number, (here, ids), slots, gist, home, base)
    wide = base["everywhere"] or (gist.first("quant") is not None and gist.says("all", "every", "each")) or noun == "everything"
    if base["everywhere"] or (wide and context.area is None) or (wide and not gist.says("the")) or (wide and noun != "light"):
        return Aim(slots=slots, ids=tuple(ids), **{**base, "everywhere": True})
    if context.area is not None:
        placed = [i for i in ids if in_place(home, i, [context.area])]
        if placed:
            filled = _singular(home, placed, {**slots, "area": home.areas[context.area].name}, plural, noun, {**base, "room": context.area})
            return filled
    if wide or len(ids) == 1:
        return _singular(home, ids, slots, True, noun, base)
    homes = {a.id if (a := home.area_of(i)) else None for i in ids}
    if len(homes) == 1:
        return _singular(home, ids, slots, plural, noun, base)
    return Aim(slots=slots, code="ambiguous", candidates=tuple(ids), detail={**detail, "missing": "area"}, **base)


def _so_many(number: int, pools: tuple[list[str], ...], slots: dict[str, Any], gist: Gist, home: Home, base: dict[str, Any]) -> Aim:
    """As many as were said: all of the first pool that has so many, or those of it that are not so yet; nothing where none has."""
    ways = {str(p.value) for p in gist.of("act", "state")} & {"on", "off"}
    for n, pool in enumerate(pools):
        other = [i for i in pool if home.state(i).value not in (*ways, "unavailable", "unknown")] if len(ways) == 1 else pool
        whole = len(pool) == 1 and all(w.endswith("s") and stem(w) != w for w in normal(home.entities[pool[0]].name).split()[-1:])
        for ids in (pool, other) if n == 0 else (pool,):
            if len(ids) == number or whole:  # what is called "Front Room Blinds" may be both of them
                return Aim(slots=slots, ids=tuple(ids), **base)
    detail = {"said": number, "count": len(pools[0] or pools[-1])} if number else {}
    return Aim(slots=slots, code="no_valid_targets", detail=detail, **base)


def _singular(home: Home, ids: list[str], slots: dict[str, Any], plural: bool, noun: str, base: dict[str, Any]) -> Aim:
    """One of a kind is named; several of what was said as one are asked about."""
    if len(ids) == 1 and "domain" not in slots:
        slots = {**slots, "name": home.entities[ids[0]].name}
    if len(ids) > 1 and not plural and noun not in ("light", "everything", "climate", "cooler", "media"):
        return Aim(slots=slots, code="ambiguous", candidates=tuple(ids), detail={"noun": noun}, **base)
    return Aim(slots=slots, ids=tuple(ids), **base)
