"""All readings of one command by all readers, best first. Knows which reader to trust; chooses nothing by context."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from devices.home import EMPTY, Home
from models.automaton.house_words import house_words, normal
from models.automaton.own import slots_in
from models.conversation import dialogue
from models.reading.degrees import degrees_meant, with_unit
from models.reading.doubt import ASKED, COMMANDS, counted, doubted, guessed
from models.reading.duration import canonical
from models.reading.exact import Match, matches
from models.reading.gist import read
from models.reading.intents import NEEDS_ITEM
from models.reading.learned import Model, learned
from models.reading.named import another_scene, only_named, passes_over
from models.reading.nouns import lamps
from models.reading.numbers import tokens
from models.reading.options import chosen
from models.reading.parts import words_known
from models.reading.played import elsewhere, in_a_room, of_the_house
from models.reading.resolve import frame
from models.reading.schedule import TIMED, delayed, plan, some_time, timer
from models.reading.sense import sense
from models.reading.torn import is_torn
from models.said import Context, Frame

_LEAST = 0.2
"""Readings that are less likely are none."""
_SHORT = 5
"""Words. Longer talk that the model takes for somebody else's is no conversation with the hub."""
_LISTED = NEEDS_ITEM | {"HassBroadcast"}
"""Free text is what these are for."""
_PLAYERS = frozenset({"HassMediaPause", "HassMediaNext", "HassMediaPrevious", "HassMediaPlayerMute", "HassMediaPlayerUnmute"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One reading of one command."""

    frame: Frame
    detail: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    candidates: tuple[str, ...] = ()
    room: bool = False
    """The hub's room filled in a place."""
    sure: bool = False
    """Not for context to change."""
    placed: bool = False
    """A name, area or floor was said that the home has."""


_ARMS = re.compile(r"\b(?:dis)?arm(?:ed|ing)?\b", re.IGNORECASE)


def read_clause(text: str, home: Home, context: Context, nlu: Model | None, inner: Callable[[str], bool]) -> list[Reading]:
    """Readings of one command, best first. `inner` tells whether a delayed command can be understood."""
    return [replace(r, frame=with_unit(r.frame, text)) for r in _read_clause(text, home, context, nlu, inner)]


def _read_clause(text: str, home: Home, context: Context, nlu: Model | None, inner: Callable[[str], bool]) -> list[Reading]:
    written = [r for r in _written(text, home, context, inner) if not counted(r.frame, text)]
    spoken = _conversation(text, home, context)
    if spoken and spoken[0].frame.targets and elsewhere(text, home) is not None:
        spoken = []
    if nlu is not None and spoken and spoken[0].frame.targets and len(text.split()) > _SHORT and not _meant(text, spoken[0].frame):
        spoken = spoken if nlu.read(text).for_me >= 0.5 else []
    if written and written[0].frame.source == "own":
        return written
    best = written[0] if written else None
    if spoken and spoken[0].frame.score >= 0.9 and (best is None or _yields(best, spoken[0].frame)):
        first = spoken[0]
        if best is not None and best.frame.intent == first.frame.intent and best.frame.code is None:
            first = replace(first, frame=replace(first.frame, slots=_as_said(best, first.frame, context)))
        return [first, *spoken[1:], *(r for r in written if r.frame.intent != first.frame.intent)]
    named = only_named(text, home)
    if named is not None:
        return [Reading(frame=named, detail={"missing": "action"}, candidates=named.targets)]
    if best is not None and best.sure and best.frame.code is None:
        return written
    strange = another_scene(text, home)
    if strange is not None:
        unknown = Frame(intent="HassTurnOn", slots={"name": strange}, score=0.9, source="loose", code="no_valid_targets")
        return [Reading(frame=unknown, detail={"name": strange}, placed=True)]
    later = _later(text, home, context, inner)
    if later is not None:
        return [later]
    option = chosen(text, house_words(home), context)
    if option is not None:
        return [Reading(frame=option, sure=True), *written]
    loose = [Reading(frame=s.frame, detail=s.detail, candidates=s.candidates, room=s.room) for s in sense(text, house_words(home), context)]
    more: list[Reading] = []
    if nlu is not None and _mostly_latin(text):
        believed = dict(nlu.read(text).intents)
        gist = read(text, house_words(home))
        whole = not gist.of("unknown", "room") and not any(p.value in ("media", "tv", "speaker") for p in gist.of("noun"))
        written, loose = [_less(r, believed, whole) for r in written], [_less(r, believed, whole) for r in loose]
        ways = {r.frame.intent for r in (*written, *loose)} & {"HassTurnOn", "HassTurnOff"}
        more = [Reading(frame=f, detail=d) for f, d in learned(text, home, context, nlu, [r.frame for r in (*written, *loose)])]
        asked = {r.frame.intent for r in loose if r.frame.code is None and "name" in r.frame.slots} & ASKED
        if asked:  # what was named is what is asked about, not the room's
            more = [r for r in more if r.frame.intent not in ASKED or "name" in r.frame.slots]
        if more:
            more = [r for r in more if not passes_over(r.frame, text, home)]
        called = {t for r in loose if r.frame.code is None and "name" in r.frame.slots for t in r.frame.targets}
        if called:  # what was named is what is meant, not what the model finds beside it
            more = [r for r in more if not r.frame.targets or "name" in r.frame.slots or called & set(r.frame.targets)]
        which = next((set(r.candidates) for r in loose if r.frame.code == "ambiguous" and r.candidates), None)
        if which is not None:  # "the bunk light" is one of those called so, and not all that is in the Bunk Room
            more = [r for r in more if not set(r.frame.targets) > which]
        if is_torn(gist):  # one of two commands is not done for both
            more = [r for r in more if r.frame.intent not in COMMANDS]
        if len(ways) == 1:
            more = [r for r in more if r.frame.intent not in {"HassTurnOn", "HassTurnOff"} - ways]
    found = [r for r in (*written, *loose, *more, *spoken) if r.frame.score >= _LEAST and not guessed(r.frame, text, home)]
    found = [r for r in found if not counted(r.frame, text)]
    if _ARMS.search(text):  # no lamp is disarmed, whatever the model makes of it
        found = [r for r in found if all(target.startswith("alarm_control_panel.") for target in r.frame.targets)]
    found.sort(key=lambda r: (r.frame.code not in (None, "ambiguous", "missing_value") and r.frame.score < 0.8, -_standing(r.frame)))
    commanded = (r for r in (*written, *loose) if r.placed or r.frame.intent in (*COMMANDS, "HassClimateSetTemperature", *_PLAYERS))
    refused = next((r for r in commanded if r.frame.code == "no_valid_targets"), None)
    if refused is not None and found and found[0].frame.source == "model" and found[0].frame.intent == refused.frame.intent:
        return [refused]
    return found


_ASKED = ("HassGetState", "HassTimerStatus", "HassClimateGetTemperature")
"""What is only answered."""


def _meant(text: str, meant: Frame) -> bool:
    """Whether the hub is spoken to, whatever the model says of the words: of this room, of a work by its title, or to put it right."""
    placed = meant.source == "context/history" and {"name", "area"} & meant.slots.keys() and "search_query" not in meant.slots
    if placed and re.match(r"\W*no+\W+i (?:said|meant|wanted)\b", text, re.IGNORECASE):
        return True
    if re.search(r"\b(?:in here|in this room)\b", text, re.IGNORECASE) or meant.intent in _ASKED:
        return True
    return meant.intent == "HassMediaSearchAndPlay" and "media_class" in meant.slots


def _standing(meant: Frame) -> float:
    """What a reading is worth beside others: one that can't be done here, less."""
    if meant.source == "model" and meant.code == "missing_value":
        return meant.score - 0.15
    return meant.score - (0.0 if meant.code in (None, "ambiguous", "missing_value") else 0.35)


def _mostly_latin(text: str) -> bool:
    """Whether the model can know the words at all."""
    letters = [c for c in text if c.isalpha()]
    return bool(letters) and sum(c.isascii() for c in letters) >= 0.6 * len(letters)


def _less(reading: Reading, believed: Mapping[str, float], whole: bool) -> Reading:
    return reading if reading.sure else replace(reading, frame=doubted(reading.frame, believed, whole=whole))


def _as_said(written: Reading, spoken: Frame, context: Context) -> dict[str, Any]:
    """The written sentence's slots; screen and habit may add what they decided: the kind of media, the music that is always asked for."""
    slots = dict(written.frame.slots)
    if "media_class" in spoken.slots and "name" not in slots:
        slots["media_class"] = spoken.slots["media_class"]
    said, meant = str(slots.get("search_query", "")).casefold(), str(spoken.slots.get("search_query", "")).casefold()
    part_of_it = bool(meant) and meant != said and meant in said
    if part_of_it:
        return dict(spoken.slots)
    if ("habit" in spoken.source or "history" in spoken.source) and "search_query" in spoken.slots:
        slots["search_query"] = spoken.slots["search_query"]
    return slots


def _yields(written: Reading, spoken: Frame) -> bool:
    """Whether conversation goes before a written sentence: not where that names something which conversation does not."""
    exact = written.frame
    if exact.source == "own" or (spoken.code == "ambiguous" and exact.code is None and len(exact.targets) == 1 and written.sure):
        return False
    if spoken.score >= dialogue.ANSWER:
        return True
    for slot in ("name", "area", "floor"):
        said = exact.slots.get(slot) if not (written.room and slot == "area") else None
        if said is not None and said != spoken.slots.get(slot):
            return False
    return True


def _conversation(text: str, home: Home, context: Context) -> list[Reading]:
    found = [Reading(frame=f, sure=f.score >= 0.9) for f in dialogue.candidates(text, home, context)]
    return sorted(found, key=lambda r: -r.frame.score)


def _written(text: str, home: Home, context: Context, inner: Callable[[str], bool]) -> list[Reading]:
    """Exact sentences; durations are tried again in Home Assistant's form where the words as said fit nothing."""
    found = _grounded(matches(text, home), text, home, context, inner)
    if home.commands and not any(r.sure for r in found):
        induced = slots_in(home, text)
        if induced is not None:
            return [Reading(frame=Frame(intent=induced[0], slots=induced[1], score=0.95, source="own"), sure=True), *found]
    if found:
        return found
    words = [t.text for t in tokens(text)]
    again = canonical(words)
    if again != words:
        found = _grounded(matches(" ".join(again), home), text, home, context, inner)
    if not found:
        slots = timer(text)
        if slots is not None:
            return [Reading(frame=Frame(intent="HassStartTimer", slots=slots, score=0.95, source="exact"), sure=True)]
    return found


def _grounded(found: Sequence[Match], text: str, home: Home, context: Context, inner: Callable[[str], bool]) -> list[Reading]:
    readings: list[Reading] = []
    for match in found[:6]:
        reading = _one(match, text, home, context, inner)
        if reading is not None and not any(
            r.frame.intent == reading.frame.intent and r.frame.slots == reading.frame.slots for r in readings
        ):
            readings.append(reading)
    if readings and readings[0].frame.code == "no_valid_targets" and readings[0].placed:
        return readings[:1]
    readings.sort(key=lambda r: (r.frame.source != "own", r.frame.code not in (None, "ambiguous", "missing_value"), r.frame.score < 0.8))
    return readings


def _one(match: Match, text: str, home: Home, context: Context, inner: Callable[[str], bool]) -> Reading | None:
    slots = dict(match.slots)
    if match.own:
        return Reading(frame=Frame(intent=match.intent, slots=slots, score=0.99, source="own"), sure=True)
    if match.intent in TIMED:
        planned = plan(match, text, context.now)
        if not planned.good:
            return None
        built = Frame(
            intent=match.intent, slots=planned.slots, score=0.96, source="exact", code="missing_value" if planned.missing else None
        )
        return Reading(frame=built, detail={"missing": planned.missing} if planned.missing else EMPTY, sure=True)
    if match.needs == "duration" and timer(text) is not None:
        return Reading(frame=Frame(intent=match.intent, slots=timer(text) or {}, score=0.95, source="exact"), sure=True)
    if match.needs == "duration" or (match.intent == "HassStartTimer" and not {"hours", "minutes", "seconds"} & set(slots)):
        built = Frame(intent=match.intent, slots=slots, score=0.9, source="exact", code="missing_value")
        return Reading(frame=built, detail={"missing": "duration"})
    if "conversation_command" in slots:
        command = str(slots["conversation_command"])
        if not inner(command):
            return None
    if match.intent in ("HassListAddItem", "HassShoppingListAddItem"):
        item = str(slots.get("item", "")).split()
        if len(item) > 12 or (len(item) == 1 and item[0].lower() in ("it", "that", "this", "them")):
            return None
    if match.intent == "HassGetState" and slots.get("state") in ("on", "off") and text.lower().startswith(("all ", "every ")):
        # Home Assistant's templates let "are" be left out, but "all lights off" is no question.
        match = replace(match, intent="HassTurnOn" if slots.pop("state") == "on" else "HassTurnOff")
    if "state" in match.free and len(str(slots["state"]).split()) > 2:
        return None
    if match.free and match.intent == "HassMediaSearchAndPlay":
        query = str(slots.get("search_query", ""))
        strange = elsewhere(query, home)
        if strange is not None:
            refused = Frame(intent=match.intent, slots=slots, score=0.95, source="exact", code="no_valid_targets")
            return Reading(frame=refused, detail=strange, placed=True)
        placed = in_a_room(query, home) if not {"area", "name", "floor"} & slots.keys() else None
        if placed is not None:  # "bake off in the kitchen" is to be played there
            query, area, tuned = placed
            slots |= {"search_query": query, "area": area.name} | ({"media_class": "radio"} if tuned else {})
        if query.casefold() in ("a", "an", "the", "some", "my") and "media_class" in slots:
            query = str(slots.pop("search_query"))
        if re.match(r"(?:it|that|this|them) (?:in|on|at|to)\b", query, re.IGNORECASE):
            return None  # nobody said what "it" is
        if not query or len(query.split()) > 12 or (match.ours and of_the_house(query, home)):
            return None
    room = False
    if match.needs_room and context.area in home.areas and not {"area", "floor", "name"} & set(slots):
        slots["area"] = home.areas[context.area or ""].name
        room = True
    bare = re.sub(r"^(?:the|my|our) ", "", normal(text))
    if match.intent == "HassTurnOn" and "name" in match.spoken and normal(match.spoken["name"]) == bare:
        return _bare(match, home, context)
    score = 0.97 if not match.free else 0.93 if not match.ours else 0.9
    heated = degrees_meant(match.intent, text, slots, home)
    if heated is not None:
        match, slots = replace(match, intent="HassClimateSetTemperature"), heated
    plural = not match.needs_room or match.intent not in ("HassClimateSetTemperature",)
    built, grounded = frame(match.intent, slots, home, context, score=score, source="exact", plural=plural)
    lamp = _one_lamp(text, built, home)
    if lamp is not None:
        return replace(lamp, room=room)
    if match.needs_room and context.area is None and built.code is None and _wide(built, home) and match.intent in COMMANDS:
        built = replace(built, targets=(), code="ambiguous")
        return Reading(
            frame=built,
            detail={"missing": "area", **{k: slots[k] for k in ("domain", "device_class") if k in slots}},
            candidates=tuple(frame(match.intent, slots, home, context, score=score, source="exact")[0].targets),
        )
    return Reading(
        frame=built,
        detail=grounded.detail,
        candidates=grounded.candidates,
        room=room or grounded.area is not None,
        sure=built.code is None and (not match.free or (not match.ours and match.intent in _LISTED)),
        placed=bool({"name", "area", "floor"} & set(match.slots) - set(match.free)),
    )


def _one_lamp(text: str, built: Frame, home: Home) -> Reading | None:
    """ "the lamp" is one: the one called so, or a question which."""
    words = {t.text for t in tokens(text)}
    if "lamp" not in words or words & {"all", "every", "each", "any", "lamps", "lights"} or len(built.targets) < 2 or "name" in built.slots:
        return None
    called = lamps(home, built.targets)
    if len(called) == 1:
        return Reading(frame=replace(built, targets=tuple(called)), sure=True)
    if len(called) > 1 and built.intent != "HassGetState":
        return Reading(frame=replace(built, targets=tuple(called), code="ambiguous"), detail={"noun": "lamp"}, candidates=tuple(called))
    return None


def _bare(match: Match, home: Home, context: Context) -> Reading | None:
    """A name and nothing else is little of a command; none at all where the name is everyday words ("seven", "light off", "all")."""
    known = words_known()
    name = normal(match.spoken["name"])
    kinds = {kind for w in name.split() for kind, _, _ in known.phrases.get(w, [("digit" if w.isdecimal() else "name", "", 0.0)])}
    told = [i for i in house_words(home).entities_called(name) if home.entities[i].domain in ("sensor", "binary_sensor")]
    if told and len(told) == len(house_words(home).entities_called(name)):  # of a sensor one can only want to know
        built, grounded = frame("HassGetState", match.slots, home, context, score=0.8, source="exact")
        return Reading(frame=built, detail=grounded.detail, candidates=grounded.candidates)
    scenes = [i for i in house_words(home).entities_called(name) if home.entities[i].domain in ("scene", "script")]
    if not kinds & {"name", "noun", "room", "measure"} and not scenes:
        return None
    built, grounded = frame(match.intent, match.slots, home, context, score=0.7, source="exact")
    return Reading(frame=built, detail=grounded.detail, candidates=grounded.candidates)


def _wide(built: Frame, home: Home) -> bool:
    """Whether a command about "here" would reach several rooms."""
    return len({a.id if (a := home.area_of(t)) else None for t in built.targets}) > 1


def _later(text: str, home: Home, context: Context, inner: Callable[[str], bool]) -> Reading | None:
    """A command for later: a timer that carries it."""
    found = delayed(text, context.now)
    vague = some_time(text, context.now) if found is None else None
    if vague is not None and inner(vague.command):  # never now
        told = {"conversation_command": vague.command} | ({"day": vague.day} if vague.day else {})
        later = Frame(intent="HassStartTimer", slots=told, score=0.9, source="exact", code="missing_value")
        if vague.repeats:
            return Reading(frame=replace(later, code="not_supported"), detail={"condition": text, "when": "every time"}, sure=True)
        return Reading(frame=later, detail={"missing": "when"}, sure=True)
    if found is None or not inner(found[0]):
        return None
    command, slots = found
    return Reading(
        frame=Frame(intent="HassStartTimer", slots={**slots, "conversation_command": command}, score=0.95, source="exact"), sure=True
    )
