""" "And the kitchen", "no, the bedroom", "the other one": the same wish for another place or thing. Knows names; sets no values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from devices.home import Home
from models.automaton.house_words import house_words
from models.conversation.adjust import relative_to_last, starts_anew
from models.conversation.beside import mine, other_one, sibling
from models.conversation.focus import about, frames_of
from models.conversation.pronouns import IT, SOURCE, doing
from models.reading.duration import duration
from models.reading.mentions import Named, named, of_kind, target_slots
from models.reading.steps import Step, step
from models.said import Context, Frame, Past
from models.situation.house_now import (
    area_of,
    available,
    domain,
    indoors,
    is_temperature,
    name_words,
    number,
    of_the_room,
    outdoors,
    speakers,
)

_HEAVY = frozenset({"garage", "gate", "door", "window"})


_ALSO = re.compile(
    r"^(?:and(?: also)?|also|what about|how about|same (?:for|in|with|thing (?:in|for|with))|the same (?:for|in|with|thing (?:in|"
    r"for|with))|do the same (?:for|in|with|to)|"
    r"and what about|and how about|now|then|plus|as well as|so)\s+(?:in |on |at |for )?(.+?)(?: too| as well| also| please)?$"
)


_TOO = re.compile(r"^(?:in |on |at )?(.+?) (?:too|as well|also)$")


_NO = re.compile(
    r"^(?:(?:no+|nope|wrong|not (?:that|there|this)(?: one)?|sorry|oops|wait|actually|i meant|i mean|i said|rather|not here|no no)\b[ ,]*)+"
    r"(?:(?:i )?(?:meant|mean|said|want|wanted)(?: to say)?[ ,]*|not (?:the )?[\w ]{2,30}? (?=the ))?(?:in |on |at |for )?(.*)$"
)


_NOT_BUT = re.compile(r"^not (?:in )?(?:the )?(.+?)[ ,]+(?:but )?(?:in )?the (.+)$")


_PLAY_OTHER = re.compile(
    rf"(?:play|put on) (?!{IT}\b)(.+?) instead|(?:play|move|put|send|bring|continue) {IT} (?:in|on|to|over to) (?:the )?(.+)"
)


_INSTEAD = re.compile(r"^(?:in |on )?(.+?) instead$")


_OTHER = re.compile(
    r"^(?:and |no |not that one |i meant |now )*(?:(?:turn (?:on|off) |open |close |dim |lock |unlock )?the other (?:one|ones|\w+)|"
    r"not that one|the other|wrong one)(?: too| as well| instead)?$"
)


_ITEM = re.compile(r"^(?:and|also|plus|oh and|add|put)(?: also| some| add)? (.+?)(?: too| as well| on it| to it| on there| on the list)?$")


def also(said: str, last: Past, home: Home, context: Context) -> list[Frame]:
    match = _ALSO.match(said) or _TOO.match(said)
    if match is None:
        return []
    phrase = match.group(1)
    if starts_anew(phrase):
        return []
    if re.fullmatch(r"(off|on)( again)?", phrase):
        return []
    if (
        last.intent == "HassStartTimer"
        and (other := re.fullmatch(r"(?:another(?: one| timer)?|one(?: more)?|a second(?: one)?)(?: for| of)? (.+)", phrase)) is not None
    ):
        words = other.group(1).split()
        length = duration(words)
        if length is not None and length.end >= len(words):
            return [Frame(intent="HassStartTimer", slots=dict(length.slots()), score=0.95, source="context/history+")]
    if last.intent in ("HassClimateGetTemperature", "HassGetWeather") and re.fullmatch(
        r"(outside|outdoors|tomorrow|tonight|later|today)", phrase
    ):
        if last.intent == "HassGetWeather":
            return [Frame(intent="HassGetWeather", slots=dict(last.slots), targets=about(last), score=0.93, source=SOURCE)]
        return (
            [Frame(intent="HassClimateGetTemperature", targets=tuple(outdoors(home)), score=0.93, source=SOURCE)]
            if phrase.startswith("out")
            else []
        )
    found = _named(phrase, home, context)
    made = _elsewhere(found, phrase, last, home, context) or sibling(f"the {phrase.removeprefix('the ')}", last, home)
    if made:
        return made
    if re.fullmatch(r"(everywhere|all of them|all|the rest|the others|the whole house|everything)( else)?", phrase):
        return _everywhere(last, home)
    item = _ITEM.match(said) or _TOO.match(said)
    if item is not None and (last.intent or "").endswith("AddItem") and len(item.group(1).split()) <= 4 and not starts_anew(item.group(1)):
        frame = frames_of(last)[0]
        return [
            replace(
                frame,
                slots=dict(frame.slots) | {"item": item.group(1).removeprefix("some ")},
                targets=about(last),
                score=0.93,
                source=SOURCE,
            )
        ]
    if last.intent == "HassGetCurrentTime" and phrase.startswith("in "):
        return [Frame(intent="HassGetCurrentTime", score=0.9, source=SOURCE)]
    return []


def correction(said: str, last: Past, home: Home, context: Context) -> list[Frame]:
    if _OTHER.match(said):
        return other_one(said, last, home)
    if last.intent == "HassMediaSearchAndPlay" and (other := _PLAY_OTHER.fullmatch(said)) is not None:
        if other.group(1) is not None:
            frame = frames_of(last)[0]
            query = {k: v for k, v in frame.slots.items() if k not in ("media_class",)} | {"search_query": other.group(1)}
            return [replace(frame, slots=query, targets=about(last), score=0.94, source=SOURCE)]
        return _elsewhere(named(other.group(2), home), other.group(2), last, home, context)
    not_but = _NOT_BUT.match(said)
    match = _NO.match(said) or _INSTEAD.match(said)
    phrase = not_but.group(2) if not_but is not None else match.group(1) if match is not None else None
    if phrase is None:
        missing = last.decision in ("decline", "ask")
        place = named(said, home)
        alone = not place.rest and bool(place.areas) and not place.entities and last.actions and last.decision in (None, "act")
        one = last.decision in (None, "act", "answer") and re.fullmatch(r"(?:the|my) (?:\w+ ){1,3}one", said)
        phrase = said if (missing and len(said.split()) <= 4) or (alone and len(said.split()) <= 3) or one else None
    if not phrase or starts_anew(phrase):
        return []
    phrase = re.sub(r"^(?:i )?(?:meant|mean|said)\s+", "", phrase)
    the = phrase if phrase.startswith(("the ", "my ")) else f"the {phrase}" if match is not None else phrase
    made = _elsewhere(_named(phrase, home, context), phrase, last, home, context) or sibling(the, last, home)
    if made:
        return made
    if re.fullmatch(r"mine|my own(?: one)?|my one", phrase):
        return mine(last, home, context)
    if re.fullmatch(r"(off|on|open|closed?|up|down)", phrase) and about(last):
        word = {"closed": "close"}.get(phrase, phrase)
        if word in ("up", "down"):
            return relative_to_last(Step(kind=None, sign=1 if word == "up" else -1, size="normal", state=False), said, home, context)
        return [doing(word, about(last), last, home)]
    title = last.intent == "HassMediaSearchAndPlay" and match is not None and step(said) is None
    if title and said.startswith(("no", "i meant", "i said", "sorry", "not")):
        frame = frames_of(last)[0]
        query = {k: v for k, v in frame.slots.items() if k != "media_class"} | {"search_query": phrase.removeprefix("play ")}
        return [replace(frame, slots=query, targets=about(last), score=0.93, source=SOURCE)] if len(phrase.split()) <= 6 else []
    return []


def _named(phrase: str, home: Home, context: Context) -> Named:
    """What a phrase names; "upstairs" as it is seen from here."""
    if phrase in ("upstairs", "downstairs") and (floors := house_words(home).floors_towards(phrase, context.area)):
        return Named(floors=tuple(floors))
    return named(phrase, home)


def _elsewhere(found: Named, phrase: str, last: Past, home: Home, context: Context) -> list[Frame]:
    """The last frames, for another room, floor or thing."""
    if found.rest and not (set(found.rest) <= {"lights", "light", "lamp", "all", "also", "here", "there", "both"}):
        return []
    made: list[Frame] = []
    for frame in frames_of(last):
        made += _moved(frame, found, phrase, last, home, context)
        break
    return made


def _moved(frame: Frame, found: Named, phrase: str, last: Past, home: Home, context: Context) -> list[Frame]:
    old = [t for t in (frame.targets or about(last)) if t in home.entities]
    kinds = {domain(t) for t in old} or {str(d) for d in [frame.slots.get("domain")] if d}
    base = {k: v for k, v in frame.slots.items() if k not in ("name", "area", "floor")}
    if frame.intent == "HassGetWeather" and old and all(is_temperature(home, t) for t in old):
        frame = replace(frame, intent="HassClimateGetTemperature")  # "how warm is it outside", "and in the bedroom"
    timer = frame.intent in ("HassStartTimer", "HubSetAlarm", "HubSetReminder")
    if timer or (
        not kinds and frame.intent not in ("HassClimateGetTemperature", "HassGetWeather", "HassMediaSearchAndPlay", "HassVacuumStart")
    ):
        return []
    if found.entities and not found.areas:
        fitting = [e for e in found.entities if domain(e) in kinds] or list(found.entities)
        if frame.intent in ("HassTurnOn", "HassTurnOff") and {domain(e) for e in fitting} & {
            "sensor",
            "binary_sensor",
            "camera",
            "weather",
            "person",
        }:
            return []
        fitting = fitting if len(fitting) == 1 else [e for e in fitting if area_of(home, e) == context.area] or fitting
        slots = base | {"name": home.entities[fitting[0]].name}
        code = "ambiguous" if len(fitting) > 1 and not found.plural else None
        return [replace(_fit(frame, fitting[0]), slots=slots, targets=tuple(fitting), code=code, score=0.93, source=SOURCE)]
    areas = found.areas or tuple(a.id for a in home.areas.values() if a.floor in found.floors)
    if re.fullmatch(r"(in )?(here|this room|my room)( too| as well)?", phrase) and context.area is not None:
        areas = (context.area,)
    if not areas and found.kinds and old:
        rooms = {area_of(home, t) for t in old}
        fitting = [e for e in of_kind(home, found.kinds[0]) if area_of(home, e) in rooms] or of_kind(home, found.kinds[0])
        if not fitting:
            return []
        return [
            replace(_fit(frame, fitting[0]), slots=base | target_slots(home, fitting), targets=tuple(fitting), score=0.9, source=SOURCE)
        ]
    if not areas:
        return []
    classes = {home.device_class(t) for t in old} - {None}
    pool = [e for e in home.entities if area_of(home, e) in areas and available(home, e)] or [
        e for e in home.entities if area_of(home, e) in areas
    ]
    if found.kinds:
        of = set(of_kind(home, found.kinds[0]))
        fitting = [e for e in pool if e in of]
    elif frame.intent == "HassClimateGetTemperature":
        fitting = _thermometers(home, pool)
    else:
        fitting = [
            e
            for e in pool
            if domain(e) in kinds
            and (not classes or domain(e) not in ("cover", "sensor", "binary_sensor") or home.device_class(e) in classes)
        ]
    if not fitting and frame.intent == "HassGetState" and base.get("device_class"):
        fitting = [e for e in pool if home.device_class(e) == base["device_class"]]
    if not fitting and "cover" in kinds and not classes & _HEAVY:
        fitting = [e for e in pool if domain(e) == "cover" and home.device_class(e) not in _HEAVY]
    if frame.intent == "HassMediaSearchAndPlay" and fitting:
        fitting = speakers(home, areas[0], picture=frame.slots.get("media_class") in ("movie", "tv_show", "video")) or fitting
    if found.entities and (both := [e for e in found.entities if area_of(home, e) in areas]):
        fitting = both
    name = home.areas[areas[0]].name
    place: dict[str, Any] = {"area": name} if found.areas or not found.floors else {"floor": home.floors[found.floors[0]].name}
    slots = base | place
    if "name" in frame.slots and "domain" not in slots and len(kinds) == 1:
        slots["domain"] = next(iter(kinds))
    if not fitting:
        return [Frame(intent=frame.intent, slots=slots, score=0.8, source=SOURCE, code="no_valid_targets")]
    words = set().union(*(name_words(home, t) for t in old)) if len(old) == 1 and "name" in frame.slots else set()
    alike = [e for e in fitting if words & (name_words(home, e) - {"light", "sensor"}) - set(name.casefold().split())]
    if len(old) == 1 and "name" in frame.slots and alike and not found.kinds:
        fitting = alike
    return [replace(_fit(frame, fitting[0]), slots=slots, targets=tuple(fitting), code=None, score=0.94, source=SOURCE)]


def _fit(frame: Frame, entity_id: str) -> Frame:
    """On and off stay on and off for another kind of thing, except where open means unlock."""
    kinds = {domain(t) for t in frame.targets}
    if (
        frame.intent in ("HassTurnOn", "HassTurnOff")
        and kinds
        and (domain(entity_id) == "lock") != ("lock" in kinds)
        and "cover" in (*kinds, domain(entity_id))
    ):
        return replace(frame, intent="HassTurnOff" if frame.intent == "HassTurnOn" else "HassTurnOn")
    return frame


def _thermometers(home: Home, pool: Sequence[str]) -> list[str]:
    climates = [e for e in pool if domain(e) == "climate" and number(home.state(e).attributes.get("current_temperature")) is not None]
    sensors = [e for e in pool if is_temperature(home, e) and indoors(home, e)]
    return (climates or sorted(sensors, key=lambda e: of_the_room(home, e)))[:1]


def _everywhere(last: Past, home: Home) -> list[Frame]:
    frame = frames_of(last)[0]
    kinds = {domain(t) for t in about(last)}
    if (
        frame.intent not in ("HassTurnOn", "HassTurnOff", "HassLightSet", "HassMediaPause", "HassSetPosition")
        or not kinds
        or kinds & {"lock", "alarm_control_panel"}
    ):
        return []
    classes = {home.device_class(t) for t in about(last)}
    targets = [e for e in home.entities if domain(e) in kinds and (domain(e) != "cover" or home.device_class(e) in classes)]
    slots = {k: v for k, v in frame.slots.items() if k not in ("name", "area", "floor")} | {"domain": next(iter(kinds))}
    return [replace(frame, slots=slots, targets=tuple(targets), score=0.9, source=SOURCE)]
