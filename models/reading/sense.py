"""From what a sentence speaks of to what it asks for: the intent and its values. Knows acts and values; no sentence by heart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from devices.capability import SWITCHABLE
from devices.home import EMPTY
from models.automaton.house_words import HouseWords, normal
from models.reading.gist import Gist, read, subset_names
from models.reading.intents import DOMAINS
from models.reading.nouns import domain_of
from models.reading.numbers import Amount, as_percent, plain
from models.reading.resolve import frame
from models.reading.target import Aim, aim
from models.reading.torn import is_torn
from models.said import Context, Frame
from models.situation.questions import ask, is_question

_OPENABLE = ("cover", "valve", "lock")
_SPEEDS = {"low": 33, "slow": 33, "medium": 67, "high": 100, "fast": 100}
"""Per cent of what people call a fan's speeds."""
_MEDIA = {
    "pause": "HassMediaPause",
    "resume": "HassMediaUnpause",
    "next": "HassMediaNext",
    "previous": "HassMediaPrevious",
    "mute": "HassMediaPlayerMute",
    "unmute": "HassMediaPlayerUnmute",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensed:
    """One loose reading."""

    frame: Frame
    detail: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    candidates: tuple[str, ...] = ()
    room: bool = False


def sense(text: str, house: HouseWords, context: Context) -> list[Sensed]:
    """Loose readings of one command, best first; empty where the words say neither what nor where."""
    gist = read(text, house)
    if not gist.tokens or len(gist.tokens) > 40:
        return []
    question = ask(gist, house, context)
    if question is not None:
        intent, slots, aimed, base = question
        return [_sensed(intent, slots, aimed, house, context, base)]
    if is_question(gist):
        return []
    found = _command(gist, house, context)
    return [found] if found is not None else []


def _sensed(intent: str, slots: Mapping[str, Any], aimed: Aim, house: HouseWords, context: Context, base: float) -> Sensed:
    score = max(0.05, base - 0.5 * aimed.cost - 0.2 * aimed.extra)
    merged = {**aimed.slots, **slots}
    merged = {k: v for k, v in merged.items() if v is not None}
    if aimed.code is not None:
        built = Frame(intent=intent, slots=merged, score=score, source="loose", code=aimed.code)
        return Sensed(frame=built, detail=aimed.detail, candidates=aimed.candidates, room=aimed.room is not None)
    able = DOMAINS.get(intent)
    if aimed.ids and able is not None and aimed.code is None:
        fit = tuple(i for i in aimed.ids if house.home.entities[i].domain in able)
        if not fit:
            built = Frame(intent=intent, slots=merged, score=score, source="loose", code="no_valid_targets")
            return Sensed(frame=built, detail={"name": merged.get("name"), "reason": "cannot"}, candidates=aimed.ids)
        aimed = replace(aimed, ids=fit)
    if aimed.ids and intent in ("HassTurnOn", "HassTurnOff") and not any(house.home.entities[i].domain in SWITCHABLE for i in aimed.ids):
        return Sensed(
            frame=Frame(intent=intent, slots=merged, score=score, source="loose", code="no_valid_targets"),
            detail={"name": merged.get("name"), "reason": "cannot"},
            candidates=aimed.ids,
        )
    if aimed.ids:
        if aimed.room is not None and "area" not in merged and not aimed.named:
            merged["area"] = house.home.areas[aimed.room].name
        targets: tuple[str, ...] = aimed.ids
        code: str | None = None
        candidates: tuple[str, ...] = ()
        if aimed.named and len(aimed.ids) > 1:
            built, grounded = frame(
                intent,
                {k: v for k, v in merged.items() if k in ("state", "device_class")} | {"name": merged.get("name")},
                house.home,
                context,
                score=score,
                source="loose",
                entities=aimed.ids,
                plural=isinstance(merged.get("name"), list),
            )
            if not isinstance(merged.get("name"), list):
                targets, code, candidates = built.targets, built.code, grounded.candidates
        built = Frame(intent=intent, slots=merged, targets=targets, score=score, source="loose", code=code)
        return Sensed(
            frame=built,
            detail=aimed.detail if code is None else {"name": merged.get("name")},
            candidates=candidates,
            room=aimed.room is not None,
        )
    if aimed.room is not None and "area" not in merged and "floor" not in merged:
        merged["area"] = house.home.areas[aimed.room].name
    built, grounded = frame(intent, merged, house.home, context, score=score, source="loose", plural=aimed.noun in (None, "light"))
    return Sensed(
        frame=built,
        detail={**grounded.detail, **aimed.detail},
        candidates=grounded.candidates,
        room=aimed.room is not None or grounded.area is not None,
    )


def _onoff(gist: Gist) -> str | None:
    """on, off, open, close, lock, unlock … the last that counts, a particle at the end included."""
    for part in gist.of("act"):
        if part.value in ("on", "off", "open", "close", "lock", "unlock", "arm", "disarm"):
            return str(part.value)
    states = [p for p in gist.of("state") if p.value in ("on", "off", "open", "closed", "locked", "unlocked")]
    for part in reversed(states):
        nxt = gist.tokens[part.end].text if part.end < len(gist.tokens) else ""
        if part.value == "on" and nxt in ("the", "my", "our", "a"):
            continue
        return {"closed": "close", "locked": "lock", "unlocked": "unlock"}.get(str(part.value), str(part.value))
    return None


def _percent(gist: Gist) -> int | float | None:
    for part in gist.of("amount"):
        value = as_percent(part.value)
        if value is not None:
            return value
    level = gist.first("level")
    if level is not None:
        return 100 if level.value == "max" else 1
    return None


def _degrees(gist: Gist) -> int | float | None:
    for part in gist.of("amount"):
        if part.value.unit in (None, "degrees", "celsius", "fahrenheit"):
            return plain(part.value.value)
    return None


def _step(amount: Amount) -> float:
    """Percent points: "a third" is 33, "fifteen" 15."""
    return round(amount.value * 100) if 0 < amount.value < 1 else amount.value


def _strength(gist: Gist) -> float:
    return 0.5 if gist.of("little") else 2.0 if gist.of("lot") else 1.0


def _command(gist: Gist, house: HouseWords, context: Context) -> Sensed | None:
    acts = [str(p.value) for p in gist.of("act")]
    measures = [str(p.value) for p in gist.of("measure")]
    degrees = {"warmer", "cooler"} & set(acts) and any(p.value.unit in ("degrees", "celsius", "fahrenheit") for p in gist.of("amount"))
    if gist.of("pronoun") and not gist.of("called", "noun") and not degrees:
        return None
    numbered = _numbered(gist)
    switched = {"on", "off"} & {*acts, *(str(p.value) for p in gist.of("state"))}
    if numbered is not None and switched and not subset_names(normal(numbered).split(), house, list(house.home.entities)):
        return Sensed(
            frame=Frame(intent="HassTurnOn" if "on" in switched else "HassTurnOff", score=0.85, source="loose", code="no_valid_targets"),
            detail={"name": numbered},
        )
    if is_torn(gist):
        return None
    valued = _valued(gist, house, context, acts, measures)
    if valued is not None:
        return valued
    relative = _relative(gist, house, context, acts, measures)
    if relative is not None:
        return relative
    media = _media(gist, house, context, acts)
    if media is not None:
        return media
    way = _onoff(gist) if "send" not in acts else None
    if way is not None:
        return _switch(gist, house, context, way)
    work = [a for a in acts if a in ("start", "stop", "make", "press", "clean", "mow", "dock", "show", "send")]
    if work:
        return _work(gist, house, context, work[0])
    aimed = aim(gist, house, context, domains=("scene", "script", "button", "input_button", "automation"))
    if (
        aimed.named
        and aimed.extra == 0
        and all(house.home.entities[i].domain in ("scene", "script", "button", "input_button", "automation") for i in aimed.ids)
    ):
        return _sensed("HassTurnOn", {}, aimed, house, context, 0.86 if acts or gist.first("measure") else 0.8)
    return None


def _switch(gist: Gist, house: HouseWords, context: Context, way: str) -> Sensed | None:
    intent = "HassTurnOn" if way in ("on", "open", "lock", "arm") else "HassTurnOff"
    domains = _OPENABLE if way in ("open", "close") else ("lock",) if way in ("lock", "unlock") else SWITCHABLE
    if way in ("arm", "disarm"):
        domains = ("alarm_control_panel",)
    aimed = aim(gist, house, context, domains=domains)
    if not aimed.said:
        return None
    home = house.home
    if aimed.ids and not any(home.entities[i].domain in domains for i in aimed.ids):
        return Sensed(
            frame=Frame(intent=intent, slots=dict(aimed.slots), score=0.8, source="loose", code="no_valid_targets"),
            detail={"name": aimed.slots.get("name"), "reason": "cannot"},
            candidates=aimed.ids,
        )
    if way in ("open", "close", "lock", "unlock") and aimed.ids:
        wanted = ("lock",) if way in ("lock", "unlock") else ("cover", "valve", "lock")
        fit = tuple(i for i in aimed.ids if home.entities[i].domain in wanted)
        if not fit:
            return Sensed(
                frame=Frame(intent=intent, slots=dict(aimed.slots), score=0.8, source="loose", code="no_valid_targets"),
                detail={**aimed.detail, "name": aimed.slots.get("name"), "reason": "cannot"},
                candidates=aimed.ids,
            )
        locks = all(home.entities[i].domain == "lock" for i in fit)
        if way in ("open", "close") and not locks:  # "open all doors" opens what can open; a lock is locked and unlocked
            fit = tuple(i for i in fit if home.entities[i].domain != "lock")
        if way == "open" and locks:
            intent = "HassTurnOff"
        elif way == "close" and locks:
            intent = "HassTurnOn"
        aimed = _narrow(aimed, fit)
    if aimed.noun is None and not aimed.named and aimed.code is None:
        if not (aimed.places or aimed.everywhere):
            return None
        return _place_only(intent, aimed, house, context, way)
    return _sensed(intent, {}, aimed, house, context, 0.93)


def _numbered(gist: Gist) -> str | None:
    """A device word with a number or a colour of its own that is no name here: "lamp 123", "kitchen two", "the red lamp"."""
    shade = gist.first("color")
    if shade is not None and shade.start and gist.tokens[shade.start - 1].text in ("the", "my", "our", "that", "this"):
        after = next((p for p in gist.parts if p.start == shade.end and p.kind in ("noun", "called")), None)
        if after is not None and not gist.of("amount"):
            return f"{shade.text} {after.text}"
    for part in gist.of("amount"):
        before = next((p for p in gist.parts if p.end == part.start and p.kind in ("noun", "called", "unknown", "room")), None)
        if before is not None and part.value.unit is None and float(part.value.value).is_integer():
            return f"{before.text} {part.text}"
    return None


def _narrow(aimed: Aim, ids: tuple[str, ...]) -> Aim:
    return replace(aimed, ids=ids)


def _place_only(intent: str, aimed: Aim, house: HouseWords, context: Context, way: str) -> Sensed:
    """ "turn off the kitchen": its lights; "lock the cellar": its locks."""
    if way in ("lock", "unlock", "open", "close"):
        return _sensed(intent, {"domain": "lock" if way in ("lock", "unlock") else "cover"}, aimed, house, context, 0.78)
    slots = {**aimed.slots, "domain": "light"}
    if aimed.everywhere:
        ids = [i for i, e in house.home.entities.items() if e.domain == "light"]
        built = Frame(intent=intent, slots=slots, targets=tuple(ids), score=0.7, source="loose", code=None if ids else "no_valid_targets")
        return Sensed(frame=built)
    return _sensed(intent, {"domain": "light"}, aimed, house, context, 0.78)


def _valued(gist: Gist, house: HouseWords, context: Context, acts: list[str], measures: list[str]) -> Sensed | None:
    """A value was said: colour, percentage, degrees."""
    shade = gist.first("color")
    steps = {"up", "down", "brighter", "dimmer", "warmer", "cooler", "louder", "quieter"} & set(acts)
    by = any(t.text == "by" for t in gist.tokens) or (bool(steps) and "to" not in [t.text for t in gist.tokens])
    if shade is not None and (acts or gist.of("called", "noun")):
        aimed = aim(gist, house, context, domains=("light",))
        if aimed.said or context.area is not None:
            if not aimed.said:
                return _room_lights(gist, house, context, {shade.value[0]: shade.value[1]})
            percent = _percent(gist) if gist.of("amount") else None
            return _sensed("HassLightSet", {shade.value[0]: shade.value[1], "brightness": percent}, aimed, house, context, 0.92)
    fast = bool(gist.of("called", "noun")) and any(gist.says(word) for word in _SPEEDS) and not gist.of("opener")
    if not (gist.of("amount") or gist.of("level") or fast) or by:
        return None
    percent = _percent(gist)
    unit = next((p.value.unit for p in gist.of("amount")), None)
    if unit == "kelvin":
        return _light_value(gist, house, context, {"temperature": plain(gist.of("amount")[0].value.value)})
    aimed = aim(gist, house, context)
    kinds = {house.home.entities[i].domain for i in aimed.ids} if aimed.ids else set()
    noun = domain_of(aimed.noun) if aimed.noun else None
    if percent is None and (kinds == {"fan"} or noun == "fan"):
        percent = next((value for word, value in _SPEEDS.items() if gist.says(word)), None)
    degrees = _degrees(gist)
    heating = (
        "climate" in kinds
        or "water_heater" in kinds
        or noun == "climate"
        or "temperature" in measures
        or unit in ("degrees", "celsius", "fahrenheit")
    )
    if heating and degrees is not None and unit != "percent":
        aimed = aim(gist, house, context, domains=("climate", "water_heater"))
        slots = {k: v for k, v in aimed.slots.items() if k not in ("domain",)}
        return _sensed("HassClimateSetTemperature", {"temperature": degrees}, _slots(aimed, slots), house, context, 0.92)
    if percent is None:
        return None
    if "volume" in measures or kinds == {"media_player"} or noun == "media_player":
        aimed = aim(gist, house, context, domains=("media_player",))
        slots = {k: v for k, v in aimed.slots.items() if k != "domain"}
        return _sensed("HassSetVolume", {"volume_level": percent}, _slots(aimed, slots), house, context, 0.92)
    if kinds == {"humidifier"} or noun == "humidifier" or "humidity" in measures:
        aimed = aim(gist, house, context, domains=("humidifier",))
        slots = {k: v for k, v in aimed.slots.items() if k != "domain"}
        return _sensed("HassHumidifierSetpoint", {"humidity": percent}, _slots(aimed, slots), house, context, 0.92)
    if kinds == {"fan"} or noun == "fan" or "speed" in measures:
        slots = {k: v for k, v in aimed.slots.items() if k != "domain"}
        return _sensed("HassFanSetSpeed", {"percentage": percent}, _slots(aimed, slots), house, context, 0.92)
    if kinds == {"humidifier"} or noun == "humidifier":
        aimed = aim(gist, house, context, domains=("humidifier",))
        slots = {k: v for k, v in aimed.slots.items() if k != "domain"}
        return _sensed("HassHumidifierSetpoint", {"humidity": percent}, _slots(aimed, slots), house, context, 0.92)
    if kinds & {"cover", "valve"} or noun in ("cover", "valve") or "position" in measures:
        if {"close", "down"} & set(acts) and "to" not in [t.text for t in gist.tokens]:
            percent = 100 - percent
        aimed = aim(gist, house, context, domains=("cover", "valve"))
        return _sensed("HassSetPosition", {"position": percent}, aimed, house, context, 0.9)
    if "brightness" in measures or kinds == {"light"} or noun == "light" or {"dimmer", "brighter"} & set(acts):
        return _light_value(gist, house, context, {"brightness": percent})
    if aimed.places and not aimed.ids and not aimed.unknown and unit == "percent":
        return _light_value(gist, house, context, {"brightness": percent})
    if aimed.unknown and unit == "percent":
        return _sensed("HassLightSet", {"brightness": percent}, aimed, house, context, 0.8)
    return None


def _slots(aimed: Aim, slots: Mapping[str, Any]) -> Aim:
    return replace(aimed, slots=dict(slots))


def _light_value(gist: Gist, house: HouseWords, context: Context, value: dict[str, Any]) -> Sensed | None:
    aimed = aim(gist, house, context, domains=("light",))
    if aimed.noun is None and not aimed.named and aimed.code is None:
        if aimed.places or aimed.everywhere:
            return _sensed("HassLightSet", {**value, "domain": "light"}, aimed, house, context, 0.9)
        return _room_lights(gist, house, context, value)
    return _sensed("HassLightSet", value, aimed, house, context, 0.92)


def _room_lights(gist: Gist, house: HouseWords, context: Context, value: dict[str, Any]) -> Sensed | None:
    room = context.area
    if room is None or room not in house.home.areas:
        return None
    aimed = Aim(places=(room,), room=room, said=True, cost=gist.cost if gist.cost < 0.9 else 0.9)
    return _sensed("HassLightSet", {**value, "domain": "light"}, aimed, house, context, 0.85)


def _relative(gist: Gist, house: HouseWords, context: Context, acts: list[str], measures: list[str]) -> Sensed | None:
    """ "a bit warmer", "twice as bright", "turn the heating down", "dim the lights"."""
    up = "up" in acts
    down = "down" in acts or "min" in acts
    strength = _strength(gist)
    nouns = [str(p.value) for p in gist.of("noun")]
    amount = next((p.value for p in gist.of("amount")), None)
    ratio = gist.first("ratio")
    bright = "brighter" in acts or "dimmer" in acts or "brightness" in measures or any(p.value == "brightness" for p in gist.of("measured"))
    loud = "louder" in acts or "quieter" in acts or "volume" in measures or any(p.value == "volume" for p in gist.of("measured"))
    warm = "warmer" in acts or "cooler" in acts or "temperature" in measures or any(p.value == "temperature" for p in gist.of("measured"))
    if not (up or down or ratio or {"brighter", "dimmer", "warmer", "cooler", "louder", "quieter"} & set(acts)):
        return None
    aimed = aim(gist, house, context)
    kinds = {house.home.entities[i].domain for i in aimed.ids}
    sign = 1 if up or {"brighter", "warmer", "louder"} & set(acts) else -1
    if ratio is not None:
        sign = 1 if ratio.value > 1 else -1
    if bright or (not (loud or warm) and (kinds == {"light"} or "light" in nouns)):
        step = plain(_step(amount) if amount is not None and amount.unit in (None, "percent") else 20 * strength)
        if ratio is not None:
            step = plain(round((ratio.value - 1) * 100))
        return _light_value(gist, house, context, {"brightness_step": sign * step if ratio is None else step})
    if loud or (not warm and (kinds == {"media_player"} or {"media", "tv", "speaker"} & set(nouns))):
        aimed = aim(gist, house, context, domains=("media_player",))
        step_v: Any = ("up" if sign > 0 else "down") if amount is None or amount.value < 1 else sign * plain(amount.value)
        slots = {k: v for k, v in aimed.slots.items() if k != "domain"}
        return _sensed("HassSetVolumeRelative", {"volume_step": step_v}, _slots(aimed, slots), house, context, 0.92)
    if warm or kinds & {"climate", "water_heater"} or {"climate", "cooler"} & set(nouns):
        aimed = aim(gist, house, context, domains=("climate", "water_heater"))
        degrees = plain(amount.value) if amount is not None and amount.value >= 0.5 else plain(max(1.0, strength))
        slots = {k: v for k, v in aimed.slots.items() if k != "domain"}
        return _sensed("HassClimateSetTemperature", {"temperature_step": sign * degrees}, _slots(aimed, slots), house, context, 0.9)
    if kinds & {"cover"} or any(domain_of(n) == "cover" for n in nouns):
        return _sensed("HassTurnOn" if sign > 0 else "HassTurnOff", {}, aimed, house, context, 0.88)
    if kinds == {"fan"} or "fan" in nouns:
        slots = {k: v for k, v in aimed.slots.items() if k != "domain"}
        return _sensed(
            "HassFanSetSpeed",
            {"percentage_step": sign * (plain(amount.value) if amount else 25)},
            _slots(aimed, slots),
            house,
            context,
            0.85,
        )
    return None


def _media(gist: Gist, house: HouseWords, context: Context, acts: list[str]) -> Sensed | None:
    intent = next((_MEDIA[a] for a in acts if a in _MEDIA), None)
    stop = "stop" in acts or "off" in acts
    nouns = [str(p.value) for p in gist.of("noun")]
    if intent is None and not (stop and {"media"} & set(nouns)):
        return None
    aimed = aim(gist, house, context, domains=("media_player",))
    if aimed.unknown and not aimed.noun:
        if intent in (None, "HassMediaUnpause") or not any(gist.says(w) for w in ("the", "my", "our")):
            return None
        return _sensed(intent, {}, aimed, house, context, 0.85)
    slots = {k: v for k, v in aimed.slots.items() if k != "domain"}
    intent = intent or "HassMediaPause"
    if intent == "HassMediaUnpause" and aimed.ids and not any(house.home.entities[i].domain == "media_player" for i in aimed.ids):
        return None
    return _sensed(intent, {}, _slots(aimed, slots), house, context, 0.9)


def _work(gist: Gist, house: HouseWords, context: Context, act: str) -> Sensed | None:
    """start, stop, brew, press, clean, mow, dock, show: what it is depends on the thing."""
    movers = ("vacuum", "lawn_mower") if act in ("send", "dock", "clean", "mow") else None
    aimed = aim(gist, house, context, domains=movers)
    kinds = {house.home.entities[i].domain for i in aimed.ids}
    noun = domain_of(aimed.noun) if aimed.noun else None
    bare = _slots(aimed, {k: v for k, v in aimed.slots.items() if k != "domain"})
    if act == "send" and gist.says("out", "off"):
        act = "start"
    if act == "send":
        back = gist.says("back") and bool(kinds & {"vacuum", "lawn_mower"} or noun in ("vacuum", "lawn_mower"))
        if not back and not gist.says("home", "base", "dock", "charge", "charger", "station"):
            return None
        act, bare = "dock", replace(bare, everywhere=False)
    if act == "show" and (kinds == {"camera"} or noun == "camera"):
        return _sensed("HubShowCamera", {}, bare, house, context, 0.92)
    if act in ("clean", "dock", "start", "stop") and (kinds == {"vacuum"} or noun == "vacuum" or (act in ("clean",) and not kinds)):
        if act == "clean" and aimed.places and not aimed.named:
            return _sensed("HassVacuumCleanArea", {}, bare, house, context, 0.9)
        intent = "HassVacuumReturnToBase" if act in ("dock", "stop") else "HassVacuumStart"
        if act == "clean" and not (kinds or noun):
            return None
        return _sensed(intent, {}, bare, house, context, 0.9)
    if act in ("mow", "dock", "start", "stop") and (kinds == {"lawn_mower"} or noun == "lawn_mower" or act == "mow"):
        return _sensed("HassLawnMowerDock" if act in ("dock", "stop") else "HassLawnMowerStartMowing", {}, bare, house, context, 0.9)
    if act in ("start", "make", "press", "stop") and (aimed.ids or aimed.code):
        if act == "make" and aimed.noun not in ("coffee",) and not kinds & {"scene", "script", "switch", "button"}:
            return None
        if aimed.code and not aimed.noun:
            return None
        return _sensed("HassTurnOff" if act == "stop" else "HassTurnOn", {}, aimed, house, context, 0.86)
    return None
