"""Frames that take what is missing from an earlier turn: "it", "and the kitchen", "no, the bedroom", "a bit more", "off again"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from devices.home import Home
from models import when
from models.duration import duration
from models.focus import about, focus, frames_of
from models.mentions import Named, identity, named, of_kind, target_slots
from models.numbers import amounts, as_percent, color, tokens
from models.said import Context, Frame, Past
from models.situation import area_of, available, domain, indoors, is_temperature, name_words, number, outdoors, speakers
from models.steps import Step, amount, step

SOURCE = "context/history"
_OPENER = re.compile(r"^(?:(?:no+|actually|wait|sorry|oh|well|hmm|oops|but|and then|then)[ ,]+)+(?=\w)")
_GENERIC = frozenset(["sensor", "lock", "the", "temperature", "state", "status", "light", "door", "window", "room", "motion", "of", "switch", "lamp", "one"])
_HEAVY = frozenset({"garage", "gate", "door", "window"})
IT = r"(?:it|that|them|this|those|these|that one|this one|that thing|the thing|the same one|the same|all of them|both|both of them|they)"
_AGAIN = r"(?: (?:again|back|now|too|as well|then|instead|please|already))*"
_VERBS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "off",
        re.compile(
            rf"(?:and )?(?:(?:turn|switch|shut|power|put) (?:off {IT}|{IT}(?: back| right)? off|off)|kill {IT}|(?:back )?off|deactivate {IT}|shut {IT} down){_AGAIN}"
        ),
    ),
    (
        "on",
        re.compile(
            rf"(?:and )?(?:(?:turn|switch|power|put) (?:on {IT}|{IT}(?: back| right)? on|on|back on)|(?:back )?on|activate {IT}){_AGAIN}"
        ),
    ),
    ("close", re.compile(rf"(?:and )?(?:close|shut) {IT}(?: up)?{_AGAIN}")),
    ("open", re.compile(rf"(?:and )?(?:open {IT}(?: up)?|(?:back )?open){_AGAIN}")),
    ("unlock", re.compile(rf"(?:and )?unlock {IT}{_AGAIN}")),
    ("lock", re.compile(rf"(?:and )?lock {IT}(?: up)?{_AGAIN}")),
    ("stop", re.compile(rf"(?:stop|halt|end) {IT}{_AGAIN}")),
    ("pause", re.compile(rf"(?:pause|hold) {IT}{_AGAIN}")),
    ("resume", re.compile(rf"(?:resume|continue|unpause|restart|start) {IT}{_AGAIN}")),
    ("mute", re.compile(rf"mute {IT}{_AGAIN}")),
    ("unmute", re.compile(rf"unmute {IT}{_AGAIN}")),
    (
        "dock",
        re.compile(
            rf"(?:send|bring|take|let) (?:{IT}|him|her) (?:back|home|back home|to base|back to base|to the dock|to its dock|go home)|dock (?:{IT}|him|her)|(?:go|come) (?:home|back)"
        ),
    ),
    ("toggle", re.compile(rf"toggle {IT}{_AGAIN}")),
)
_ABLE: Mapping[str, frozenset[str]] = {
    "off": frozenset(
        {
            "light",
            "switch",
            "fan",
            "media_player",
            "humidifier",
            "siren",
            "input_boolean",
            "climate",
            "water_heater",
            "remote",
            "automation",
            "group",
            "script",
            "vacuum",
        }
    ),
    "close": frozenset({"cover", "valve"}),
    "lock": frozenset({"lock"}),
    "stop": frozenset({"media_player", "vacuum", "cover", "fan", "lawn_mower", "script", "switch", "light", "siren"}),
    "pause": frozenset({"media_player", "vacuum", "lawn_mower"}),
    "dock": frozenset({"vacuum", "lawn_mower"}),
    "mute": frozenset({"media_player"}),
}
_SAME_AS = {"on": "off", "open": "close", "unlock": "lock", "resume": "pause", "unmute": "mute", "toggle": "off"}
_QUERY = re.compile(
    rf"(?:is|are) {IT} (?:still |already |now |all )?(on|off|open|closed|shut|locked|unlocked|running|playing|charging|home)(?: now| yet| already| again)?|(?:where is|wheres|hows|how is|whats|what is) {IT}(?: doing| now| set to)?"
)
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
_SETS = re.compile(
    rf"^(?:set|make|turn|change|put|dim|get|bring|have) {IT}(?: all)?(?: (?:to|at|down to|up to))? (.+)$|^(?:to|make that|make it|no|rather|actually|better)[ ,]+(?:to )?(.+)$|^(.+)$"
)
_ITEM = re.compile(r"^(?:and|also|plus|oh and|add|put)(?: also| some| add)? (.+?)(?: too| as well| on it| to it| on there| on the list)?$")


def frames(said: str, text: str, home: Home, context: Context) -> list[Frame]:
    """Every way to complete the words from an earlier turn; [] where nothing was said before or the words stand alone."""
    if not context.recent:
        return []
    bare = _OPENER.sub("", said)
    if (found := _verb(bare, home, context)) or (found := _query(said, home, context)):
        return found
    last = focus(context)
    if last is None:
        return []
    if found := _list(bare, last, home):
        return found
    if found := _also(said, last, home, context):
        return found
    if found := _correction(said, last, home, context):
        return found
    measured = _measured(bare, home, context)
    if measured:
        return measured
    relative = step(bare)
    if relative is not None:
        return _relative(relative, bare, home, context)
    return _value(bare.removesuffix(" instead"), text, last, home, context)


def _verb(said: str, home: Home, context: Context) -> list[Frame]:
    act = next((name for name, pattern in _VERBS if pattern.fullmatch(said)), None)
    if act is None:
        return []
    if any(t.get("ringing") for t in context.timers) and act in ("stop", "off"):
        return []
    able = _ABLE[_SAME_AS.get(act, act)]
    named_it = bool(re.search(rf"\b{IT}\b", said))
    if act in ("open", "close") and (latest := focus(context)) is not None and {domain(t) for t in about(latest)} == {"lock"}:
        return [_act("unlock" if act == "open" else "lock", about(latest), latest, home)]
    past = focus(
        context, lambda p: any(domain(t) in able for t in about(p)) or (p.intent or "").startswith(("HassStartTimer", "HubSetAlarm"))
    )
    if past is None:
        return _kin(act, focus(context), home)
    if (past.intent or "").startswith(("HassStartTimer", "HubSetAlarm")) and not any(domain(t) in able for t in about(past)):
        if act not in ("off", "stop", "pause", "resume"):
            return []
        intent = {"pause": "HassPauseTimer", "resume": "HassUnpauseTimer"}.get(
            act, "HubCancelAlarm" if "Alarm" in str(past.intent) else "HassCancelTimer"
        )
        kept = {k: v for k, v in past.slots.items() if k in ("name", "datetime")}
        return [Frame(intent=intent, slots=kept, score=0.95, source=SOURCE)]
    if not named_it and len(said.split()) > 3:
        return []
    targets = tuple(t for t in about(past) if domain(t) in able)
    if not named_it and act == "open" and "again" not in said and "back" not in said:
        return []
    if said in ("on", "off") and not past.actions:
        return []
    return [_act(act, targets, past, home)]


def _act(act: str, targets: tuple[str, ...], past: Past, home: Home) -> Frame:
    kind = domain(targets[0])
    slots = identity(past.slots) if set(targets) == set(about(past)) and identity(past.slots) else target_slots(home, targets)
    if act in ("stop", "pause", "resume") and kind == "media_player":
        intent = "HassMediaUnpause" if act == "resume" else "HassMediaPause"
    elif act in ("stop", "pause") and kind in ("vacuum", "lawn_mower", "cover", "script"):
        intent = "HubStop" if act == "stop" else "HubPause"
    elif act == "resume":
        intent = "HassVacuumStart" if kind == "vacuum" else "HassLawnMowerStartMowing" if kind == "lawn_mower" else "HassTurnOn"
    elif act in ("mute", "unmute"):
        intent = "HassMediaPlayerMute" if act == "mute" else "HassMediaPlayerUnmute"
    elif act == "dock":
        intent = "HassLawnMowerDock" if kind == "lawn_mower" else "HassVacuumReturnToBase"
    elif act == "toggle":
        intent = "HassToggle"
    elif kind == "vacuum" and act in ("on", "off"):
        intent = "HassVacuumStart" if act == "on" else "HassVacuumReturnToBase"
    else:
        intent = "HassTurnOn" if act in ("on", "open", "lock") else "HassTurnOff"
    return Frame(intent=intent, slots=slots, targets=targets, score=0.95, source=SOURCE)


def _kin(act: str, past: Past | None, home: Home) -> list[Frame]:
    """The lock that goes with a door just spoken of, the switch of an appliance whose sensor was asked about."""
    if past is None or not about(past):
        return []
    able = _ABLE[_SAME_AS.get(act, act)]
    known = set().union(*(name_words(home, t) for t in about(past) if t in home.entities)) - _GENERIC
    known -= {w for t in about(past) if (a := home.area_of(t)) is not None for w in a.name.casefold().split()}
    device = {home.entities[t].device for t in about(past) if t in home.entities} - {None}
    kin = [e for e in home.entities if domain(e) in able and (home.entities[e].device in device or (known & name_words(home, e)))]
    best = [e for e in kin if home.entities[e].device in device] or kin
    if len(best) == 1:
        return [_act(act, tuple(best), past, home)]
    if act in ("open", "close", "lock", "unlock") and {domain(t) for t in about(past)} <= {"binary_sensor", "sensor"}:
        intent = "HassTurnOn" if act in ("open", "lock") else "HassTurnOff"
        return [Frame(intent=intent, slots=identity(past.slots), targets=about(past), score=0.93, source=SOURCE, code="not_supported")]
    return []


def _query(said: str, home: Home, context: Context) -> list[Frame]:
    asked = _QUERY.fullmatch(said)
    past = focus(context, lambda p: bool(about(p)))
    if asked is None or past is None:
        return []
    state = {"shut": "closed", "running": "on"}.get(asked.group(1), asked.group(1)) if asked.group(1) else None
    return [
        Frame(
            intent="HassGetState",
            slots=identity(past.slots) | ({"state": state} if state else {}),
            targets=about(past),
            score=0.93,
            source=SOURCE,
        )
    ]


_TAKE_OFF = re.compile(rf"(?:remove|delete|take|cross|scratch) {IT}(?: off| out| away)*(?: again| the list| of it)*|take it off(?: again)?")
_ON_IT = re.compile(
    r"(?:whats|what is|what else is|read me whats|tell me whats)(?: all)? on (?:it|that|there|the list|that list)|read (?:it|"
    r"that)(?: out)?(?: to me)?"
)


def _list(said: str, last: Past, home: Home) -> list[Frame]:
    """Off the list again; what is on it."""
    lists = tuple(t for t in about(last) if domain(t) == "todo")
    if not lists:
        return []
    name = {"name": home.entities[lists[0]].name} if lists[0] in home.entities else {}
    if _TAKE_OFF.fullmatch(said) and last.slots.get("item"):
        return [Frame(intent="HassListRemoveItem", slots={"item": last.slots["item"], **name}, targets=lists, score=0.94, source=SOURCE)]
    return [Frame(intent="HubListItems", slots=name, targets=lists, score=0.94, source=SOURCE)] if _ON_IT.fullmatch(said) else []


_WAYS = {
    "more": 0,
    "up": 1,
    "warmer": 1,
    "hotter": 1,
    "higher": 1,
    "brighter": 1,
    "louder": 1,
    "less": -1,
    "down": -1,
    "cooler": -1,
    "colder": -1,
    "lower": -1,
    "darker": -1,
    "dimmer": -1,
    "quieter": -1,
    "another": 0,
}


def _measured(said: str, home: Home, context: Context) -> list[Frame]:
    """ "One degree more", "two degrees down", "up ten percent": a step whose size is said."""
    words = [w for w in said.split() if w not in ("by", "turn", "make", "it", "go", "please", "a")]
    way = next((w for w in words if w in _WAYS), None)
    found = amounts([w for w in words if w != way]) if way is not None and len(words) <= 5 else []
    if way is None or len(found) != 1 or found[0].end - found[0].start < len(words) - 1 or found[0].unit is None:
        return []
    wanted = (
        ("climate", "water_heater") if found[0].unit in ("degrees", "celsius", "fahrenheit") else ("light", "media_player", "fan", "cover")
    )
    past = focus(context, lambda p: any(domain(t) in wanted for t in about(p)))
    if past is None:
        return []
    targets = tuple(t for t in about(past) if domain(t) in wanted)
    size = abs(found[0].value) * (_WAYS[way] or (direction(past) if way == "more" and past.intent != "HassClimateSetTemperature" else 1))
    size = int(size) if float(size).is_integer() else size
    slots = identity(past.slots) or target_slots(home, targets)
    table = {
        "light": ("HassLightSet", "brightness_step"),
        "media_player": ("HassSetVolumeRelative", "volume_step"),
        "fan": ("HassFanSetSpeed", "percentage_step"),
        "cover": ("HassSetPosition", "position_step"),
    }
    intent, key = table.get(domain(targets[0]), ("HassClimateSetTemperature", "temperature_step"))
    return [Frame(intent=intent, slots={**slots, key: size}, targets=targets, score=0.95, source=SOURCE)]


def _also(said: str, last: Past, home: Home, context: Context) -> list[Frame]:
    match = _ALSO.match(said) or _TOO.match(said)
    if match is None:
        return []
    phrase = match.group(1)
    if _starts_anew(phrase):
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
    found = named(phrase, home)
    made = _elsewhere(found, phrase, last, home, context)
    if made:
        return made
    if re.fullmatch(r"(everywhere|all of them|all|the rest|the others|the whole house|everything)( else)?", phrase):
        return _everywhere(last, home)
    item = _ITEM.match(said) or _TOO.match(said)
    if item is not None and (last.intent or "").endswith("AddItem") and not _starts_anew(item.group(1)):
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


def _correction(said: str, last: Past, home: Home, context: Context) -> list[Frame]:
    if _OTHER.match(said):
        return _other(said, last, home)
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
        phrase = said if (missing and len(said.split()) <= 4) or (alone and len(said.split()) <= 3) else None
    if not phrase or _starts_anew(phrase):
        return []
    phrase = re.sub(r"^(?:i )?(?:meant|mean|said)\s+", "", phrase)
    made = _elsewhere(named(phrase, home), phrase, last, home, context)
    if made:
        return made
    if re.fullmatch(r"(off|on|open|closed?|up|down)", phrase) and about(last):
        word = {"closed": "close"}.get(phrase, phrase)
        if word in ("up", "down"):
            return _relative(Step(kind=None, sign=1 if word == "up" else -1, size="normal", state=False), said, home, context)
        return [_act(word, about(last), last, home)]
    return []


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
    return (climates or sensors)[:1]


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


def _other(said: str, last: Past, home: Home) -> list[Frame]:
    frame = frames_of(last)[0] if frames_of(last) else None
    old = about(last)
    if frame is None or not old:
        return []
    rooms = {area_of(home, t) for t in old}
    alike = [e for e in home.entities if domain(e) == domain(old[0]) and e not in old and home.device_class(e) == home.device_class(old[0])]
    near = [e for e in alike if area_of(home, e) in rooms] or alike
    if not near:
        return []
    verb = re.search(r"\b(turn on|turn off|open|close|lock|unlock)\b", said)
    intent = (
        frame.intent
        if verb is None
        else {"turn on": "HassTurnOn", "open": "HassTurnOn", "lock": "HassTurnOn"}.get(verb.group(), "HassTurnOff")
    )
    slots = {k: v for k, v in frame.slots.items() if k != "name"} | ({"name": home.entities[near[0]].name} if len(near) == 1 else {})
    return [
        replace(
            frame, intent=intent, slots=slots, targets=tuple(near), code="ambiguous" if len(near) > 1 else None, score=0.93, source=SOURCE
        )
    ]


_BY_DOMAIN = {
    "light": "light",
    "climate": "temperature",
    "water_heater": "temperature",
    "media_player": "volume",
    "fan": "speed",
    "cover": "position",
    "humidifier": "humidity",
}
_OF_KIND = {"light": ("light",), "temperature": ("climate", "water_heater"), "volume": ("media_player",), "speed": ("fan",)}


def _relative(found: Step, said: str, home: Home, context: Context) -> list[Frame]:
    """A step up or down of what an earlier turn set; "more" goes the way that the last step went."""
    wanted = _OF_KIND.get(found.kind or "")
    past = focus(
        context,
        lambda p: (
            (any(domain(t) in (wanted or _BY_DOMAIN) for t in about(p))
            and p.intent not in ("HassGetState", "HassClimateGetTemperature"))
            or (wanted is not None and any(domain(t) in wanted for t in about(p)))
        ),
    )
    if past is None:
        return []
    targets = tuple(t for t in about(past) if domain(t) in (wanted or _BY_DOMAIN))
    sign = found.sign
    if (
        found.kind is None
        and re.search(r"\b(more|less|not enough|too much|not so much)\b", said)
        and not re.search(r"\b(up|down|higher|lower)\b", said)
    ):
        sign *= direction(past)
    kind = found.kind or _BY_DOMAIN[domain(targets[0])]
    return [stepped(replace(found, sign=sign, kind=kind), targets, identity(past.slots) or target_slots(home, targets), home)]


def direction(past: Past) -> int:
    """+1 where the turn raised something, -1 where it lowered it."""
    for source in (past.slots, *(a.get("data") or {} for a in past.actions), *(f.slots for f in past.frames)):
        for key in ("brightness_step", "temperature_step", "volume_step", "percentage_step", "position_step", "brightness_step_pct"):
            value = source.get(key)
            if value is not None:
                return -1 if value == "down" or (number(value) or 0.0) < 0 else 1
    services = " ".join(str(a.get("service")) for a in past.actions)
    lowered = re.search(r"volume_down|decrease|close_cover|turn_off", services) or re.search(
        r"\b(dim|down|lower|less|quieter|cooler|darker|colder|close)\b", past.heard.casefold()
    )
    return -1 if lowered else 1


def stepped(
    found: Step, targets: tuple[str, ...], slots: Mapping[str, Any], home: Home, *, score: float = 0.94, source: str = SOURCE
) -> Frame:
    """The frame of a signed step of light, warmth, sound, speed or position."""
    kind = found.kind or "volume"
    size = amount(kind, found)
    if kind == "light":
        return Frame(intent="HassLightSet", slots={**slots, "brightness_step": size}, targets=targets, score=score, source=source)
    if kind == "temperature":
        return Frame(
            intent="HassClimateSetTemperature", slots={**slots, "temperature_step": size}, targets=targets, score=score, source=source
        )
    if kind == "speed":
        return Frame(intent="HassFanSetSpeed", slots={**slots, "percentage_step": size}, targets=targets, score=score, source=source)
    if kind == "position":
        return Frame(intent="HassSetPosition", slots={**slots, "position_step": 2 * size}, targets=targets, score=score, source=source)
    way: str | int = ("up" if found.sign > 0 else "down") if found.size != "lot" else size
    return Frame(intent="HassSetVolumeRelative", slots={**slots, "volume_step": way}, targets=targets, score=score, source=source)


def _value(said: str, text: str, last: Past, home: Home, context: Context) -> list[Frame]:
    """A bare value, or "make it …", for what the last turn was about: 20 degrees, half, blue, ten minutes."""
    match = _SETS.match(said)
    phrase = next((g for g in match.groups() if g), "") if match is not None else ""
    bare = match is not None and match.group(3) is not None
    words = [w for w in phrase.split() if w not in ("to", "at", "the", "a", "an", "about", "around", "it", "light")]
    if not words or len(words) > 5 or _starts_anew(phrase):
        return []
    targets = about(last)
    if last.intent == "HassStartTimer" and not bare:
        length = duration(words)
        if length is not None and length.end >= len(words):
            return [
                Frame(
                    intent="HassStartTimer",
                    slots={k: v for k, v in last.slots.items() if k == "name"} | dict(length.slots()),
                    score=0.9,
                    source=SOURCE,
                )
            ]
    if last.intent in ("HubSetAlarm", "HubSetReminder"):
        moment = when.find(tokens(phrase), context.now, bare=True)
        if moment is not None and len(moment.used) >= len(words):
            slots = {k: v for k, v in last.slots.items() if k != "datetime"} | {"datetime": when.iso(_near(moment, last, context, phrase))}
            slots |= {"repeat": list(moment.repeat)} if moment.repeat else {}
            return [Frame(intent=last.intent, slots=slots, score=0.93, source=SOURCE)]
    if not targets:
        return []
    kind = domain(targets[0])
    slots = identity(last.slots) or target_slots(home, targets)
    if kind == "light":
        tint = color(words, 0)
        if tint is not None and tint[2] == len(words):
            return [Frame(intent="HassLightSet", slots=slots | {tint[0]: tint[1]}, targets=targets, score=0.94, source=SOURCE)]
    words = ["half"] if words in (["halfway"], ["half", "way"], ["half", "open"], ["halfway", "open"], ["half", "closed"]) else words
    found = amounts(words)
    setting = (last.intent or "").startswith(("HassSet", "HassLightSet", "HassClimateSet", "HassFanSet")) or words[0] in ("half", "quarter")
    setting = setting or kind == "cover"
    if (
        len(found) != 1
        or found[0].end - found[0].start < len(words)
        or (bare and found[0].unit is None and last.decision != "ask" and not setting)
    ):
        return []
    value, percent = found[0].value, as_percent(found[0])
    if kind in ("climate", "water_heater") and found[0].unit != "percent":
        return [
            Frame(
                intent="HassClimateSetTemperature",
                slots=slots | {"temperature": int(value) if float(value).is_integer() else value},
                targets=targets,
                score=0.94,
                source=SOURCE,
            )
        ]
    table = {
        "light": ("HassLightSet", "brightness"),
        "media_player": ("HassSetVolume", "volume_level"),
        "fan": ("HassFanSetSpeed", "percentage"),
        "cover": ("HassSetPosition", "position"),
        "humidifier": ("HassHumidifierSetpoint", "humidity"),
    }
    if kind in table and percent is not None and found[0].unit in (None, "percent"):
        intent, key = table[kind]
        return [Frame(intent=intent, slots=slots | {key: percent}, targets=targets, score=0.93, source=SOURCE)]
    return []


def _near(moment: when.When, last: Past, context: Context, said: str) -> datetime:
    """A new time on the same half of the day as the one it replaces; a new weekday keeps the old time."""
    try:
        before = datetime.fromisoformat(str(last.slots.get("datetime"))).replace(tzinfo=context.now.tzinfo)
    except ValueError:
        return moment.at
    if not moment.exact:
        at = moment.at.replace(hour=before.hour, minute=before.minute, second=0)
        days = [d for d in (at + timedelta(days=n - 1) for n in range(9)) if d > context.now]
        return next((d for d in days if not moment.repeat or d.strftime("%A").lower() in moment.repeat), at)
    if re.search(r"\b(am|pm|a m|p m|morning|evening|afternoon|night|noon|midnight|tomorrow|today|tonight|1[3-9]|2[0-3]|day)\b", said):
        return moment.at
    options = [moment.at + timedelta(hours=12 * n) for n in (-2, -1, 0, 1, 2)]
    later = [o for o in options if o > context.now]
    return min(later or [moment.at], key=lambda o: abs((o - before).total_seconds()))


_VERB = re.compile(
    r"^(turn|switch|open|close|shut|play|set|dim|lock|unlock|start|stop|pause|resume|what|whats|who|whos|when|how|is|are|show|add|"
    r"wake|remind|tell|put|skip|next|mute|cancel|"
    r"make|dim|vacuum|clean|arm|disarm|announce|which|where|do|does|did|will|can|i|its|run|brew)\b"
)


def _starts_anew(phrase: str) -> bool:
    """Whether the words are a command or a question of their own."""
    return bool(_VERB.match(phrase)) and not re.match(r"^(is it|are they)$", phrase)
