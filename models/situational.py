"""Words whose meaning hangs on what is going on: "what's the temperature", "is it done", "turn it down", "stop", "play …", "good night".

Each pattern proposes every reading that the house allows, with a prior; models.rerank chooses by context.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from devices.capability import accepts
from devices.home import Home
from models import situation
from models.follow_up import stepped
from models.media import playing_frames
from models.mentions import KINDS, named, of_kind, target_slots
from models.said import Context, Frame
from models.situation import area_of, available, domain, here_first, is_on, name_words, of, value
from models.steps import Step, step

SOURCE = "context"
_HERE = r"(?: (?:in here|here|in this room|right now|now|at the moment|today|currently))?"
_TEMPERATURE = re.compile(
    rf"(?:whats|what is|tell me|how is|hows|give me|check|read|what was|say)?(?: the)?(?: current| actual)? ?temp(?:erature)?(?: like| reading| at)?(?: is it)?{_HERE}"
    rf"|(?:how (?:hot|warm|cold|cool) is it|what temp(?:erature)? is it|how many degrees is it|how hot is it now|how many degrees){_HERE}"
)
_DONE = re.compile(
    r"(?:is|are) (?:it|that|they|everything|we|things|this|those) (?:all )?(?:done|finished|ready|complete|completed|over|through|"
    r"still (?:running|going|on|cooking|washing))"
    r"(?: yet| now| already)?|(?:has|did) (?:it|that) (?:finish(?:ed)?|stop(?:ped)?|end(?:ed)?|complete[d]?)(?: yet| already)?|"
    r"(?:done|finished|ready)(?: yet| already)?|"
    r"(?:how (?:much longer|much time(?: is)? left|long(?: is)? left|long to go|much time is left|long until its done|"
    r"long until it is done|much more time|long (?:does|will) it (?:still )?(?:take|need)|far along is it|much longer (?:does|"
    r"will) it (?:take|need)|many minutes(?: are)? left))"
    r"(?: on it| on that| left| is left| to go)?|whats left|is it done cooking|when (?:is|will) it (?:be )?(?:done|finished|"
    r"ready)|time left"
)
_STOP = re.compile(
    r"(?:stop|halt|enough|thats enough|stop (?:it|that|this|now|everything|the noise)|quiet|be quiet|shut up|silence|shush|hush|"
    r"cut it out|im (?:up|awake)|i am (?:up|awake)|okay okay|ok ok|shut it|stop (?:ringing|beeping)|(?:turn|switch) (?:it|"
    r"that) off(?: again| please| now)?|dismiss|end|off)"
)
_PAUSE = re.compile(r"(?:pause|hold on|hold it|pause (?:it|that|this|everything)|wait a (?:minute|moment|second)|take a break)")
_RESUME = re.compile(
    r"(?:resume|continue|unpause|go on|keep going|carry on|play|start again|keep playing|resume (?:it|that)|continue (?:it|that)|"
    r"go ahead|play on)"
)
_SKIP = re.compile(
    r"(?:next|skip|skip (?:it|this|that|ahead|this one|this song|this track|the song)|next (?:one|song|track|please|episode|title)|"
    r"i dont like this(?: one| song)?|play the next (?:one|song|track))"
)
_BACK = re.compile(
    r"(?:previous|back|go back|previous (?:one|song|track|episode)|last (?:song|track)|play (?:that|it|the last one) again|skip back)"
)
_MORE_TIME = re.compile(
    r"(?:(?:give me |add |another |i need )?(?:(\d+|\w+) )?more minutes?|snooze|another (\d+|\w+) minutes|(\d+|\w+) minutes more|"
    r"a (?:few|couple of|couple) more minutes|just a (?:few|couple of) more minutes)"
)
_BREW = re.compile(
    r"(?:start(?: the)? brewing|brew(?: me)?(?: a| some)?(?: (?:cup|pot|one|batch|coffee))*|start (?:a )?(?:brew|pot)|"
    r"put (?:the )?(?:kettle|pot) on|brew (?:it|something)|make me (?:a cup|something hot|a brew)|(?:id like|i need|i want|make|get|"
    r"lets have) a (?:cup|brew|hot drink))"
)
_NIGHT = re.compile(
    r"(?:(?:im|i am|were|we are) off to (?:bed|sleep)|good ?night(?: house| everyone| hub)?|sleep (?:well|tight)|(?:im|i am|were|"
    r"we are) going to (?:bed|sleep)|off to bed|nighty? night|bed ?time|time (?:for|to go to) bed|night)"
)
_MORNING = re.compile(r"good ?morning(?: house| everyone| hub)?")
_LEAVING = re.compile(r"(?:good ?bye|bye(?: bye)?|(?:im|i am|were|we are) (?:leaving|off|going out|heading out|out)|see you(?: later)?)")
_ARRIVE = re.compile(r"(?:(?:im|i am|were|we are) (?:home|back)(?: again)?|honey im home|hello im home)")
_SHOW = re.compile(
    r"(?:show(?: me)?|let me see|display|put up|pull up|can i see|see|view|look at|who(?:s| is) (?:at|by)|what(?:s| is) (?:going on|"
    r"happening) (?:at|in|outside)|bring up)(?: me)?(?: the| my)? (.+?)(?: camera| cam| feed| video| picture| stream|"
    r" live)*(?: on (?:the )?(?:screen|display))?"
)
_SWITCH = re.compile(
    r"(?:(turn|switch|shut|put|power) (on|off) (?:the |my )?(.+)|(?:turn|switch|shut|put|power) (?:the |my )?(.+?) (on|off)|"
    r"(?:the )?(.+?) (on|off))"
)
_MOVE = re.compile(
    r"(open|close|shut|lower|raise|lock|unlock|pull up|pull down|draw|roll up|roll down)(?: up| down)? (?:the |my )?(.+?)(?: up|"
    r" down)?"
)
_TIME_THERE = re.compile(
    r"(?:what(?:s| is)?|tell me|do you know|how late is it) ?(?:what )?(?:the )?(?:local |current )?(?:time)? ?(?:is it|it is|"
    r"is)? ?(?:now |right now )?(?:(?:over )?there|in [a-z ]+)(?: now| right now)?"
)
_PLAYS = re.compile(
    r"(?:what(?:s| is) (?:playing|on|this|this song|that song|that|the name of this song|on tv)|what(?: song| music)? is (?:this|that|"
    r"playing)|who(?:s| is) (?:singing|this by|playing)|what am i (?:listening to|hearing))(?: now| right now)?"
)
_IT = re.compile(r"(open|close|shut|lock|unlock) (?:it|that|them)(?: again| up| please| now)?")
_APPLIANCE_DONE = re.compile(
    r"(?:is|has|are) (?:the |my )?([\w ]+?) (?:done|finished|ready|complete|completed|through|over)(?: yet| now| already)?"
)
_ADD = re.compile(r"add (?:some |a |an |more )?((?:[a-z]+ ?){1,4})")
_LOCK_UP = re.compile(r"(?:lock (?:up|everything|the house|all (?:the )?doors|up the house|the doors)|lock up everything)")
_STATE_IT = re.compile(
    r"(?:is|are) (?:it|they|that|those|everything|all) (?:still |already |all )?(on|off|open|closed|locked|unlocked)(?: now)?"
)


_BY_STATE = frozenset(
    {
        "HassSetVolumeRelative",
        "HassClimateSetTemperature",
        "HassFanSetSpeed",
        "HassLightSet",
        "HassGetState",
        "HassTimerStatus",
        "HassMediaPause",
        "HubStop",
        "HubPause",
        "HassMediaUnpause",
        "HassVacuumStart",
        "HassPauseTimer",
        "HassUnpauseTimer",
        "HassTurnOff",
    }
)
"""Intents that such words come to only because of what is on or runs."""


def frames(said: str, home: Home, context: Context) -> list[Frame]:
    """All readings that the house allows for words that lean on the situation; [] for all other words."""
    if len(said.split()) > 16:
        return []
    found = list(_readings(said, home, context))
    unique: dict[tuple[str, tuple[str, ...], str], Frame] = {}
    for frame in found:
        if len(found) == 1 and frame.source == SOURCE and frame.intent in _BY_STATE and (frame.targets or "Timer" in frame.intent):
            frame = replace(frame, source=f"{SOURCE}/device_state")
        unique.setdefault((frame.intent, frame.targets, str(frame.slots.get("media_class"))), frame)
    return list(unique.values())


def _readings(said: str, home: Home, context: Context) -> Sequence[Frame]:
    for pattern, make in _PATTERNS:
        if pattern.fullmatch(said):
            made = make(said, home, context)
            if made:
                return made
    relative = step(said)
    if relative is not None:
        return _relative(relative, said, home, context)
    media = playing_frames(said, home, context)
    if media:
        return media
    if (switch := _SWITCH.fullmatch(said)) is not None:
        groups = switch.groups()
        on = next(g for g in (groups[1], groups[4], groups[6]) if g)
        what = next(g for g in (groups[2], groups[3], groups[5]) if g)
        return _kind(what, "HassTurnOn" if on == "on" else "HassTurnOff", home, context)
    if (move := _MOVE.fullmatch(said)) is not None:
        return _moved(move.group(1), move.group(2), home, context)
    return []


def _frame(intent: str, targets: Sequence[str], score: float, slots: dict[str, Any] | None = None, signals: str = "") -> Frame:
    return Frame(intent=intent, targets=tuple(targets), score=score, slots=slots or {}, source=f"{SOURCE}/{signals}" if signals else SOURCE)


def _temperature(said: str, home: Home, context: Context) -> list[Frame]:
    room = situation.thermometer(home, context.area)
    own = any(area_of(home, t) == context.area for t in room)
    found = [_frame("HassClimateGetTemperature", room, 0.5, _room(home, context) if own else {})] if room else []
    if context.recent and context.recent[-1].intent == "HassGetWeather" and situation.outdoors(home):
        return [_frame("HassClimateGetTemperature", situation.outdoors(home), 0.7, {}, "history")]
    asked_here = re.search(r"\bin here|\bhere\b|in this room", said) is not None
    for name, entities in situation.appliances(home).items():
        gauges = [e for e in entities if situation.is_temperature(home, e)] or [
            e
            for e in entities
            if domain(e) in ("climate", "water_heater") and home.state(e).attributes.get("current_temperature") is not None
        ]
        if not gauges or asked_here or not situation.runs(home, entities):
            continue
        elsewhere = context.area is not None and area_of(home, gauges[0]) not in (context.area, None)
        own_here = any(area_of(home, t) == context.area for t in room)
        if elsewhere and own_here and not any(set(entities) & set(p.targets) for p in context.recent):
            continue
        found.append(_frame("HassClimateGetTemperature", _main_gauge(home, gauges), 0.45, {}, ""))
        del name
    for past in reversed(context.recent):
        climates = [t for t in past.targets if domain(t) == "climate" and t not in room and situation.appliance_of(home, t) is None]
        if climates and not asked_here and past.intent != "HassTurnOff":
            found.append(_frame("HassClimateGetTemperature", climates[:1], 0.45))
            break
    return found or [_frame("HassClimateGetTemperature", situation.outdoors(home), 0.4)] if (found or situation.outdoors(home)) else []


def _main_gauge(home: Home, gauges: Sequence[str]) -> list[str]:
    """The oven's own temperature before a probe's or a set point's."""
    ranked = sorted(
        gauges, key=lambda e: (bool(name_words(home, e) & {"target", "set", "setpoint", "probe", "meat", "core", "food"}), len(e))
    )
    return ranked[:1]


def _done(said: str, home: Home, context: Context) -> list[Frame]:
    found: list[Frame] = []
    for name, entities in situation.appliances(home).items():
        running = situation.runs(home, entities)
        if running is None:
            continue
        best = situation.progress(home, entities)[:1]
        mentioned = any(set(entities) & set(p.targets) for p in context.recent)
        states = {value(home, e).casefold() for e in entities}
        finished = bool(states & {"done", "finished", "complete", "completed", "end", "ended", "program_ended"})
        if running or mentioned or finished:
            shown = [t for p in reversed(context.recent) for t in p.targets if t in entities and domain(t) in ("sensor", "binary_sensor")][
                :1
            ] or best
            found.append(
                _frame(
                    "HassGetState", shown, (0.4 if name == "oven" else 0.55) if running else 0.35 if finished else 0.3, {"state": "done"}
                )
            )
    for vacuum in of(home, "vacuum", "lawn_mower"):
        if is_on(home, vacuum) or any(vacuum in p.targets for p in context.recent):
            found.append(_frame("HassGetState", [vacuum], 0.4, {"state": "done"}))
    if any(t.get("kind") == "timer" for t in context.timers):
        found.append(_frame("HassTimerStatus", (), 0.5))
    if not found:
        groups = [g for g in situation.appliances(home).values() if situation.runs(home, g) is not None]
        groups = [g for g in groups if any(area_of(home, e) == context.area for e in g)] or groups
        if len(groups) == 1:
            found.append(_frame("HassGetState", situation.progress(home, groups[0])[:1], 0.5, {"state": "done"}))
        elif not groups:
            found.append(_frame("HassTimerStatus", (), 0.4))
        else:
            found.append(_frame("HassGetState", (), 0.4, {"state": "done"}))
    return found


def _relative(found: Step, said: str, home: Home, context: Context) -> list[Frame]:
    """Up or down without a word for what: the sound that plays, the lamps that shine, the heating that runs, the fan that turns."""
    if found.kind == "light":
        return _light_step(found, home, context)
    area = context.area
    made: list[Frame] = []
    if found.kind in (None, "volume"):
        players = situation.music(home, context)
        if not players and found.kind == "volume":
            players = here_first(home, [e for e in of(home, "media_player") if is_on(home, e)] or of(home, "media_player"), area)[:1]
        if players:
            made.append(stepped(_as(found, "volume"), tuple(players[:1]), target_slots(home, players[:1]), home, score=0.5, source=SOURCE))
    if found.kind in (None, "temperature"):
        heaters = [e for e in of(home, "climate") if situation.appliance_of(home, e) is None]
        here = here_first(home, heaters, area)
        active = [e for e in here if is_on(home, e)]
        chosen = (active or here)[:1] if found.kind == "temperature" or active else []
        if chosen:
            made.append(stepped(_as(found, "temperature"), tuple(chosen), target_slots(home, chosen), home, score=0.5, source=SOURCE))
        if found.kind == "temperature" and found.sign < 0 and (not active or not heaters):
            fans = [e for e in of(home, "fan") if area is None or area_of(home, e) == area]
            made += [_frame("HassTurnOn", fans[:1], 0.4, target_slots(home, fans[:1]))] if fans and not is_on(home, fans[0]) else []
    if found.kind in (None, "speed"):
        fans = here_first(home, [e for e in of(home, "fan") if is_on(home, e)], area)[:1]
        if fans and (area is None or area_of(home, fans[0]) in (area, None) or found.kind == "speed"):
            made.append(stepped(_as(found, "speed"), tuple(fans), target_slots(home, fans), home, score=0.35, source=SOURCE))
    if found.kind is None:
        lamps = [e for e in of(home, "light") if is_on(home, e) and (area is None or area_of(home, e) == area)]
        if lamps and _AIMLESS.search(said) is None:
            made.append(stepped(_as(found, "light"), tuple(lamps), _light_slots(home, context, lamps), home, score=0.2, source=SOURCE))
    return made


_AIMLESS = re.compile(r"\bcrank\b|\bloud\b")


def _as(found: Step, kind: str) -> Step:
    return Step(kind=kind, sign=found.sign, size=found.size, state=found.state)


def _light_slots(home: Home, context: Context, lamps: Sequence[str]) -> dict[str, Any]:
    if context.area is not None and all(area_of(home, e) == context.area for e in lamps):
        return _room(home, context)
    return target_slots(home, lamps)


def _room(home: Home, context: Context) -> dict[str, Any]:
    return {"area": home.areas[context.area].name} if context.area is not None and context.area in home.areas else {}


def _light_step(found: Step, home: Home, context: Context) -> list[Frame]:
    lamps = [e for e in of(home, "light") if available(home, e) and (context.area is None or area_of(home, e) == context.area)]
    on = [e for e in lamps if is_on(home, e)]
    signals = "room+device_state" if context.area is not None else "device_state"
    on = [e for e in on if accepts(home, e, "light.turn_on", "brightness_pct")] if found.sign < 0 or len(on) < len(lamps) else on
    full = [e for e in on if (situation.number(home.state(e).attributes.get("brightness")) or 0.0) >= 250]
    if found.sign > 0:
        dark = [e for e in lamps if not is_on(home, e)]
        if dark and not on:
            return [_frame("HassTurnOn", dark, 0.7, {"domain": "light", **_light_slots(home, context, dark)}, signals)]
        if on and len(full) < len(on):
            return [stepped(found, tuple(on), _light_slots(home, context, on), home, score=0.7, source=f"{SOURCE}/{signals}")]
        off = [e for e in lamps if not is_on(home, e)]
        if off:
            return [_frame("HassTurnOn", off, 0.6, target_slots(home, off), signals)]
        blinds = _blinds(home, context, "closed")
        if blinds and found.state:
            return [_frame("HassTurnOn", blinds, 0.6, {"domain": "cover", **_light_slots(home, context, blinds)}, signals)]
        return [stepped(found, tuple(on), _light_slots(home, context, on), home, score=0.5, source=SOURCE)] if on else []
    if on:
        return [stepped(found, tuple(on), _light_slots(home, context, on), home, score=0.7, source=f"{SOURCE}/{signals}")]
    blinds = _blinds(home, context, "open")
    return (
        [_frame("HassTurnOff", blinds, 0.6, {"domain": "cover", **_light_slots(home, context, blinds)}, signals)]
        if blinds and found.state
        else []
    )


def _blinds(home: Home, context: Context, state: str) -> list[str]:
    return [e for e in of_kind(home, "blinds") if (context.area is None or area_of(home, e) == context.area) and value(home, e) == state]


def _stop(said: str, home: Home, context: Context) -> list[Frame]:
    if any(t.get("ringing") for t in context.timers):
        return [_frame("HubStop", (), 0.95, None, "device_state")]
    if re.match(r"(turn|switch) |off$", said):
        return _off_here(home, context)
    found = [_frame("HassMediaPause", players[:1], 0.5, {}, "") for players in [situation.music(home, context)] if players]
    if said not in ("quiet", "be quiet", "silence", "hush", "shush", "shut up"):
        found += [
            _frame("HubStop", [e], 0.45)
            for e in of(home, "vacuum", "lawn_mower")
            if value(home, e) in ("cleaning", "on", "mowing", "returning")
        ]
        found += [_frame("HubStop", [e], 0.5) for e in of(home, "cover") if value(home, e) in ("opening", "closing")]
    found += [_frame("HubStop", [e], 0.6) for e in of(home, "siren") if is_on(home, e)]
    past = context.recent[-1] if context.recent else None
    if past is not None and past.targets and domain(past.targets[0]) == "cover" and past.actions and "close" not in said:
        found.append(_frame("HubStop", past.targets, 0.5, {}, "history"))
    if (
        not found
        and past is not None
        and past.actions
        and past.targets
        and domain(past.targets[0]) in ("vacuum", "lawn_mower", "media_player", "siren")
    ):
        halt = "HassMediaPause" if domain(past.targets[0]) == "media_player" else "HubStop"
        return [_frame(halt, past.targets, 0.7, {}, "history")]
    if not found and past is not None and past.intent == "HassStartTimer" and len(context.timers) == 1:
        return [_frame("HassCancelTimer", (), 0.7, {}, "history")]
    if (
        found
        and found[0].intent == "HassMediaPause"
        and not any(area_of(home, t) == context.area for t in found[0].targets)
        and len(found) > 1
    ):
        found[0] = _frame("HassMediaPause", found[0].targets, 0.4)
    return found or [_frame("HubStop", (), 0.7)]


def _off_here(home: Home, context: Context) -> list[Frame]:
    """What is on in the room, each as one reading: with one of them "it" is clear."""
    pool = [
        e
        for e in of(home, "light", "media_player", "fan", "climate", "switch", "humidifier", "vacuum")
        if is_on(home, e) and domain(e) != "sensor"
    ]
    pool = [e for e in pool if not (domain(e) == "media_player" and value(home, e) in ("idle", "standby"))]
    here = [e for e in pool if context.area is None or area_of(home, e) == context.area]
    lights = tuple(e for e in here if domain(e) == "light")
    groups: list[tuple[str, ...]] = [(e,) for e in here if domain(e) != "light"] + ([lights] if lights else [])
    return [
        _frame("HassTurnOff", group, 0.5, target_slots(home, group), "device_state" if len(groups) == 1 else "") for group in groups[:6]
    ]


def _pause(said: str, home: Home, context: Context) -> list[Frame]:
    found = [_frame("HassMediaPause", players[:1], 0.5) for players in [situation.music(home, context)] if players]
    found += [_frame("HubPause", [e], 0.45) for e in of(home, "vacuum", "lawn_mower") if value(home, e) in ("cleaning", "on", "mowing")]
    if any(t.get("kind") == "timer" and not t.get("ringing") and t.get("paused_left_s") is None for t in context.timers):
        found.append(_frame("HassPauseTimer", (), 0.4))
    past = context.recent[-1] if context.recent else None
    if not found and past is not None and past.actions and past.targets and domain(past.targets[0]) in ("vacuum", "lawn_mower"):
        found.append(_frame("HubPause", past.targets, 0.7, {}, "history"))
    return found


def _resume(said: str, home: Home, context: Context) -> list[Frame]:
    paused = here_first(home, [e for e in of(home, "media_player") if value(home, e) == "paused"], context.area)
    found = [_frame("HassMediaUnpause", paused[:1], 0.5)] if paused else []
    if said not in ("play", "keep playing", "play on"):
        found += [_frame("HassVacuumStart", [e], 0.45, target_slots(home, [e])) for e in of(home, "vacuum") if value(home, e) == "paused"]
        found += [_frame("HassLawnMowerStartMowing", [e], 0.45) for e in of(home, "lawn_mower") if value(home, e) == "paused"]
        if any(t.get("paused_left_s") is not None for t in context.timers):
            found.append(_frame("HassUnpauseTimer", (), 0.45))
    return found


def _skip(intent: str) -> Callable[[str, Home, Context], list[Frame]]:
    def make(said: str, home: Home, context: Context) -> list[Frame]:
        players = situation.music(home, context)
        return [_frame(intent, players[:1], 0.6, {}, "device_state")] if players else []

    return make


def _more_time(said: str, home: Home, context: Context) -> list[Frame]:
    from models.numbers import cardinal

    words = [w for w in said.split() if w not in ("give", "me", "add", "another", "more", "minute", "minutes", "i", "need", "just")]
    value_ = cardinal(words, 0) if words else None
    minutes = int(value_[0]) if value_ is not None else 2 if "couple" in said else 3 if "few" in said else None
    if any(t.get("ringing") and t.get("kind") == "alarm" for t in context.timers) or said == "snooze":
        return [_frame("HubSnooze", (), 0.9, {"minutes": minutes} if minutes else {}, "device_state")]
    if minutes is not None and any(t.get("kind") == "timer" for t in context.timers):
        return [_frame("HassIncreaseTimer", (), 0.85, {"minutes": minutes}, "device_state")]
    return []


def _brew(said: str, home: Home, context: Context) -> list[Frame]:
    found: list[Frame] = []
    for name, prior in (
        ("coffee maker", 0.5),
        ("kettle", 0.4 if "coffee" not in said else 0.0),
        ("brewery", 0.45 if "coffee" not in said else 0.0),
    ):
        switches = [
            e
            for e in situation.appliances(home).get(name, [])
            if domain(e) in ("switch", "script", "button", "input_button", "input_boolean", "water_heater")
        ]
        if switches and prior:
            best = sorted(switches, key=lambda e: (not name_words(home, e) & {"brew", "start", "maker", "machine"}, len(e)))[:1]
            found.append(_frame("HassTurnOn", best, prior, {"name": home.entities[best[0]].name}))
    return found


def _scene(words: tuple[str, ...], topic: str | None) -> Callable[[str, Home, Context], list[Frame]]:
    def make(said: str, home: Home, context: Context) -> list[Frame]:
        scenes = [e for e in of(home, "scene", "script") if any(w in f" {_label(home, e)} " for w in words)]
        scenes += [e for e in of(home, "scene", "script") if _label(home, e) == said and e not in scenes]
        exact = [e for e in scenes if _label(home, e).replace(" ", "") == said.replace(" ", "")]
        scenes = exact or scenes
        own = [e for e in scenes if context.person is not None and context.person.casefold() in name_words(home, e)]
        others = [e for e in scenes if not own and not _somebodys(home, e)]
        best = (own or others or scenes)[:1]
        if best:
            return [_frame("HassTurnOn", best, 0.9, {"name": home.entities[best[0]].name}, "person" if own else "")]
        return [_frame("HubSmallTalk", (), 0.85, {"topic": topic})] if topic is not None else []

    return make


def _label(home: Home, entity_id: str) -> str:
    entity = home.entities[entity_id]
    return " ".join(situation.words(" ".join((entity.name, *entity.aliases))))


def _somebodys(home: Home, entity_id: str) -> bool:
    return "'s " in home.entities[entity_id].name or "’s " in home.entities[entity_id].name


def _show(said: str, home: Home, context: Context) -> list[Frame]:
    match = _SHOW.fullmatch(said)
    phrase = match.group(1) if match is not None else ""
    cameras = of(home, "camera")
    wanted = set(situation.words(phrase)) - {"the", "my", "a", "at", "in", "camera", "cam", "feed", "of", "on", "me"}
    if not wanted or not cameras:
        return []

    def fit(entity_id: str) -> int:
        area = home.area_of(entity_id)
        known = name_words(home, entity_id) | (set(situation.words(area.name)) if area is not None else set())
        return len(wanted & known) if wanted <= known else 0

    best = max((fit(c) for c in cameras), default=0)
    found = [c for c in cameras if fit(c) == best] if best else []
    if not found:
        return []
    exact = [c for c in found if wanted == name_words(home, c) - {"camera", "cam"}] or found
    explicit = "camera" in said or " cam" in said or said.startswith(("show", "let me see", "display", "pull", "bring", "view"))
    return (
        [
            _frame(
                "HubShowCamera",
                exact if len(exact) == 1 else found,
                0.93 if explicit else 0.6,
                {"name": home.entities[exact[0]].name},
                "screen",
            )
        ]
        if explicit
        else []
    )


def _kind(what: str, intent: str, home: Home, context: Context) -> list[Frame]:
    """One thing of a kind, told by room and state: "turn off the tv" with two of them, one on."""
    if what in ("everything", "all", "it", "them", "that") or re.search(
        r"\b(all|every|both|lights|lamps|in the|upstairs|downstairs)\b", what
    ):
        return []
    if what.startswith("my ") or context.person is not None:
        own = _own(what.removeprefix("my "), home, context)
        if own:
            return [_frame(intent, own, 0.9, {"name": home.entities[own[0]].name}, "person")]
    if (
        what not in KINDS
        or (named(what, home).entities
        and any(home.entities[e].name.casefold() == what for e in named(what, home).entities))
    ):
        return []
    if what in ("light", "music", "door", "lock"):
        return []
    pool = of_kind(home, what)
    if len(pool) < 2 or any(domain(e) in ("sensor", "binary_sensor") for e in pool):
        return []
    here = [e for e in pool if context.area is not None and area_of(home, e) == context.area]
    if len(here) == 1 and is_on(home, here[0]) == (intent == "HassTurnOff"):
        return [_frame(intent, here, 0.85, target_slots(home, here), "room")]
    return [_frame(intent, [e], 0.5, target_slots(home, [e])) for e in pool[:8]]


def _own(what: str, home: Home, context: Context) -> list[str]:
    """The speaker's own thing: "my lamp" is Anna's lamp when Anna speaks."""
    if context.person is None or what not in KINDS:
        return []
    mine = [
        e
        for e in of_kind(home, what)
        if context.person.casefold() in name_words(home, e) or f"{context.person.casefold()}s" in name_words(home, e)
    ]
    return mine if len(mine) == 1 else []


def _moved(verb: str, what: str, home: Home, context: Context) -> list[Frame]:
    kind = what.removesuffix(" up").removesuffix(" down")
    exact = [e for e in named(what, home).entities if not named(what, home).rest]
    locks = [e for e in exact if domain(e) == "lock"]
    if verb == "open" and locks and not any(domain(e) in ("cover", "valve") for e in exact):
        return [_frame("HassTurnOff", locks[:1], 0.9, target_slots(home, locks[:1]))]
    if kind not in KINDS or KINDS[kind][0][0] not in ("cover", "lock") or named(kind, home).areas or kind in ("garage", "gate"):
        return []
    if any(home.entities[e].name.casefold() == kind for e in named(kind, home).entities):
        return []
    opens = verb in ("open", "raise", "pull up", "roll up", "unlock")
    pool = [e for e in of_kind(home, kind) if domain(e) in (("lock",) if "lock" in verb else ("cover", "lock"))]
    if kind.endswith("s") or len(pool) < 2:
        return []
    made = []
    for entity_id in pool[:8]:
        bolt = domain(entity_id) == "lock"
        made.append(_frame("HassTurnOn" if opens != bolt else "HassTurnOff", [entity_id], 0.5, target_slots(home, [entity_id])))
    return made


def _lock_up(said: str, home: Home, context: Context) -> list[Frame]:
    locks = of(home, "lock")
    return [_frame("HassTurnOn", locks, 0.9, {"domain": "lock"})] if locks else []


def _it(said: str, home: Home, context: Context) -> list[Frame]:
    """The only thing of the room that can be closed, opened or locked now."""
    verb = said.split()[0]
    if "lock" in verb:
        pool = [e for e in of(home, "lock") if value(home, e) == ("unlocked" if verb == "lock" else "locked")]
        intent = "HassTurnOn" if verb == "lock" else "HassTurnOff"
    else:
        pool = [e for e in of(home, "cover", "valve") if is_on(home, e) == (verb != "open")]
        intent = "HassTurnOn" if verb == "open" else "HassTurnOff"
    pool = here_first(home, pool, context.area)
    return [_frame(intent, [e], 0.5, target_slots(home, [e]), "device_state" if len(pool) == 1 else "") for e in pool[:6]]


def _appliance_done(said: str, home: Home, context: Context) -> list[Frame]:
    match = _APPLIANCE_DONE.fullmatch(said)
    wanted = set(situation.words(match.group(1))) if match is not None else set()
    for name, marks in situation.APPLIANCES:
        group = situation.appliances(home).get(name, [])
        if group and wanted & (marks | set(name.split())):
            return [
                _frame(
                    "HassGetState",
                    situation.progress(home, group)[:1],
                    0.9,
                    {"name": home.entities[situation.progress(home, group)[0]].name, "state": "done"},
                )
            ]
    return []


def _add(said: str, home: Home, context: Context) -> list[Frame]:
    match = _ADD.fullmatch(said)
    lists = [e for e in of(home, "todo") if name_words(home, e) & {"shopping", "grocery", "groceries"}] or of(home, "todo")
    if (
        match is None
        or not lists
        or re.search(
            r"\b(minute|minutes|hour|hours|second|seconds|time|timer|alarm|to|onto|reminder|and|event|meeting|plus|one|two|three|four|"
            r"five|six|seven|eight|nine|ten|twelve|twenty|hundred|light|lights|more|it|that|this|here)\b",
            match.group(1),
        )
    ):
        return []
    return [_frame("HassShoppingListAddItem", lists[:1], 0.9, {"item": match.group(1).strip()})]


def _time_there(said: str, home: Home, context: Context) -> list[Frame]:
    if "time" not in said or named(said.rpartition(" in ")[2], home).areas:
        return []
    return [_frame("HassGetCurrentTime", (), 0.7, {}, "history" if "there" in said else "")]


def _plays(said: str, home: Home, context: Context) -> list[Frame]:
    return [_frame("HubMediaStatus", situation.music(home, context)[:1], 0.7, {}, "device_state")]


def _state_it(said: str, home: Home, context: Context) -> list[Frame]:
    match = _STATE_IT.fullmatch(said)
    state = match.group(1) if match is not None else "on"
    kinds = (
        ("lock",)
        if "lock" in state
        else ("cover",)
        if state in ("open", "closed")
        else ("light", "fan", "switch", "media_player", "climate")
    )
    if not re.search(r"\b(everything|all)\b", said):
        return []
    targets = of(home, *kinds)
    return [_frame("HassGetState", targets, 0.7, {"state": state, "domain": kinds[0]})] if targets else []


_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[str, Home, Context], Sequence[Frame]]], ...] = (
    (_TEMPERATURE, _temperature),
    (_DONE, _done),
    (_STOP, _stop),
    (_PAUSE, _pause),
    (_RESUME, _resume),
    (_SKIP, _skip("HassMediaNext")),
    (_BACK, _skip("HassMediaPrevious")),
    (_MORE_TIME, _more_time),
    (_BREW, _brew),
    (_LOCK_UP, _lock_up),
    (_TIME_THERE, _time_there),
    (_IT, _it),
    (_APPLIANCE_DONE, _appliance_done),
    (_ADD, _add),
    (_PLAYS, _plays),
    (_STATE_IT, _state_it),
    (_NIGHT, _scene((" good night ", " goodnight ", " bedtime ", " bed time ", " sleep ", " night mode "), "night")),
    (_MORNING, _scene((" good morning ", " goodmorning ", " morning ", " wake up "), "morning")),
    (_LEAVING, _scene((" leaving ", " away ", " leave ", " goodbye ", " going out ", " out "), "bye")),
    (_ARRIVE, _scene((" home ", " arrive ", " arrival ", " welcome ", " coming home "), "home")),
    (_SHOW, _show),
)


def default_targets(frame: Frame, home: Home, context: Context) -> list[str]:
    """For a frame without targets: the entity it can only mean, or all it may mean; [] where the house has none."""
    from models.media import player

    if frame.slots.get("name") is not None:
        return []
    kinds: dict[str, tuple[str, ...]] = {
        "HassLightSet": ("light",),
        "HassClimateSetTemperature": ("climate",),
        "HassFanSetSpeed": ("fan",),
        "HassSetVolume": ("media_player",),
        "HassSetVolumeRelative": ("media_player",),
        "HassMediaPause": ("media_player",),
        "HassMediaUnpause": ("media_player",),
        "HassMediaNext": ("media_player",),
        "HassMediaPrevious": ("media_player",),
        "HassMediaPlayerMute": ("media_player",),
        "HassMediaPlayerUnmute": ("media_player",),
        "HassVacuumStart": ("vacuum",),
        "HassVacuumReturnToBase": ("vacuum",),
        "HassLawnMowerStartMowing": ("lawn_mower",),
        "HassLawnMowerDock": ("lawn_mower",),
        "HassShoppingListAddItem": ("todo",),
        "HassShoppingListCompleteItem": ("todo",),
        "HassListAddItem": ("todo",),
        "HassVacuumCleanArea": ("vacuum",),
        "HubShowCamera": ("camera",),
    }
    if frame.intent == "HassMediaSearchAndPlay":
        return player(frame, home, context)
    pool = of(home, *kinds.get(frame.intent, ()))
    area = frame.slots.get("area")
    if area is not None and frame.intent != "HassVacuumCleanArea":
        pool = [e for e in pool if (a := home.area_of(e)) is not None and area in (a.id, a.name)]
    if frame.intent.startswith(("HassMedia", "HassSetVolume")):
        playing = [e for e in pool if value(home, e) in ("playing", "buffering")]
        pool = playing or [e for e in pool if is_on(home, e)] or pool
    if frame.intent.startswith("HassShopping"):
        pool = [e for e in pool if name_words(home, e) & {"shopping", "grocery", "groceries"}] or pool[:1]
    pool = here_first(home, pool, context.area)
    return (
        pool
        if frame.intent == "HassLightSet" or len(pool) < 2
        else pool[:1]
        if frame.intent.startswith(("HassMedia", "HassSetVolume"))
        else pool
    )
