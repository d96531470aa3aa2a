"""From what a sentence speaks of to what it asks for: the intent and its values. Knows acts and values; no sentence by heart."""

from __future__ import annotations

from dataclasses import replace

from devices.capability import SWITCHABLE
from models.automaton.house_words import HouseWords, normal
from models.reading.gist import Gist, read, subset_names
from models.reading.levels import relative, valued
from models.reading.nouns import domain_of
from models.reading.sensed import Sensed, sensed, with_slots
from models.reading.target import Aim, aim
from models.reading.torn import is_torn
from models.said import Context, Frame
from models.situation.questions import ask, is_question

_OPENABLE = ("cover", "valve", "lock")
_MEDIA = {
    "pause": "HassMediaPause",
    "resume": "HassMediaUnpause",
    "next": "HassMediaNext",
    "previous": "HassMediaPrevious",
    "mute": "HassMediaPlayerMute",
    "unmute": "HassMediaPlayerUnmute",
}


def sense(text: str, house: HouseWords, context: Context) -> list[Sensed]:
    """Loose readings of one command, best first; empty where the words say neither what nor where."""
    gist = read(text, house)
    if not gist.tokens or len(gist.tokens) > 40:
        return []
    question = ask(gist, house, context)
    if question is not None:
        intent, slots, aimed, base = question
        return [sensed(intent, slots, aimed, house, context, base)]
    if is_question(gist):
        return []
    found = _command(gist, house, context)
    return [found] if found is not None else []


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
    found = valued(gist, house, context, acts, measures) or relative(gist, house, context, acts, measures)
    if found is not None:
        return found
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
        return sensed("HassTurnOn", {}, aimed, house, context, 0.86 if acts or gist.first("measure") else 0.8)
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
    return sensed(intent, {}, aimed, house, context, 0.93)


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
        return sensed(intent, {"domain": "lock" if way in ("lock", "unlock") else "cover"}, aimed, house, context, 0.78)
    slots = {**aimed.slots, "domain": "light"}
    if aimed.everywhere:
        ids = [i for i, e in house.home.entities.items() if e.domain == "light"]
        built = Frame(intent=intent, slots=slots, targets=tuple(ids), score=0.7, source="loose", code=None if ids else "no_valid_targets")
        return Sensed(frame=built)
    return sensed(intent, {"domain": "light"}, aimed, house, context, 0.78)


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
        return sensed(intent, {}, aimed, house, context, 0.85)
    slots = {k: v for k, v in aimed.slots.items() if k != "domain"}
    intent = intent or "HassMediaPause"
    if intent == "HassMediaUnpause" and aimed.ids and not any(house.home.entities[i].domain == "media_player" for i in aimed.ids):
        return None
    return sensed(intent, {}, with_slots(aimed, slots), house, context, 0.9)


def _work(gist: Gist, house: HouseWords, context: Context, act: str) -> Sensed | None:
    """start, stop, brew, press, clean, mow, dock, show: what it is depends on the thing."""
    movers = ("vacuum", "lawn_mower") if act in ("send", "dock", "clean", "mow") else None
    aimed = aim(gist, house, context, domains=movers)
    kinds = {house.home.entities[i].domain for i in aimed.ids}
    noun = domain_of(aimed.noun) if aimed.noun else None
    bare = with_slots(aimed, {k: v for k, v in aimed.slots.items() if k != "domain"})
    if act == "send" and gist.says("out", "off"):
        act = "start"
    if act == "send":
        back = gist.says("back") and bool(kinds & {"vacuum", "lawn_mower"} or noun in ("vacuum", "lawn_mower"))
        if not back and not gist.says("home", "base", "dock", "charge", "charger", "station"):
            return None
        act, bare = "dock", replace(bare, everywhere=False)
    if act == "show" and (kinds == {"camera"} or noun == "camera"):
        return sensed("HubShowCamera", {}, bare, house, context, 0.92)
    if act in ("clean", "dock", "start", "stop") and (kinds == {"vacuum"} or noun == "vacuum" or (act in ("clean",) and not kinds)):
        if act == "clean" and aimed.places and not aimed.named:
            return sensed("HassVacuumCleanArea", {}, bare, house, context, 0.9)
        intent = "HassVacuumReturnToBase" if act in ("dock", "stop") else "HassVacuumStart"
        if act == "clean" and not (kinds or noun):
            return None
        return sensed(intent, {}, bare, house, context, 0.9)
    if act in ("mow", "dock", "start", "stop") and (kinds == {"lawn_mower"} or noun == "lawn_mower" or act == "mow"):
        return sensed("HassLawnMowerDock" if act in ("dock", "stop") else "HassLawnMowerStartMowing", {}, bare, house, context, 0.9)
    if act in ("start", "make", "press", "stop") and (aimed.ids or aimed.code):
        if act == "make" and aimed.noun not in ("coffee",) and not kinds & {"scene", "script", "switch", "button"}:
            return None
        if aimed.code and not aimed.noun:
            return None
        return sensed("HassTurnOff" if act == "stop" else "HassTurnOn", {}, aimed, house, context, 0.86)
    return None
