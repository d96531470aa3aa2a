"""Words whose meaning hangs on what is going on: the patterns, and who proposes readings for each. `rerank` chooses among those."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from devices.home import Home
from models.reading.intents import DOMAINS
from models.reading.mentions import named
from models.reading.steps import step
from models.said import Context, Frame
from models.situation.air import DAMP, DRY, STUFFY, damp, dry, stuffy
from models.situation.comfort import DAYLIGHT, comfort_step, daylight
from models.situation.going_on import (
    APPLIANCE_DONE,
    SOURCE,
    appliance_done,
    brew,
    dock,
    done,
    more_time,
    mute,
    pause,
    plays,
    resume,
    skip,
    stop,
    temperature,
)
from models.situation.house_now import area_of, here_first, is_on, name_words, of, outdoors, value
from models.situation.media import playing_frames
from models.situation.modes import alarm_off, degrees, mode
from models.situation.one_of import (
    ADD,
    SHOW,
    STATE_IT,
    add,
    called_scene,
    it,
    kind,
    lock_up,
    moved,
    scene,
    show,
    state_it,
    time_there,
    water,
)
from models.situation.superlative import superlative

_HERE = r"(?: (?:in here|here|in this room|right now|now|at the moment|today|currently))?"


_TEMPERATURE = re.compile(
    rf"(?:whats|what is|tell me|how is|hows|give me|check|read|what was|say)?(?: the)?(?: current| actual)? ?"
    rf"temp(?:erature)?(?: like| reading| at)?(?: is it)?{_HERE}"
    rf"|whats it (?:at|up to)|what is it at|(?:how (?:hot|warm|cold|cool) is it|what temp(?:erature)? is it|"
    rf"how many degrees is it|how hot is it now|how many degrees){_HERE}"
)


_OUTSIDE = re.compile(
    r"(?:how (?:hot|warm|cold|cool|chilly) is it|whats the temp(?:erature)?|what is the temp(?:erature)?|is it (?:hot|warm|cold|freezing|"
    r"chilly)|how many degrees(?: is it)?|what temperature is it) (?:outside|outdoors|out there|out|in the garden)"
    r"(?: now| today| right now)?"
)


_DONE = re.compile(
    r"(?:is|are) (?:it|that|they|everything|we|things|this|those|(?:that|this|the) (?:thing|machine|load|cycle|"
    r"programme?|lot)) (?:all )?(?:done|finished|ready|complete|completed|over|through|"
    r"still (?:running|going|on|cooking|washing))"
    r"(?: \w+ing)?(?: yet| now| already)?|(?:has|did) (?:it|that) (?:finish(?:ed)?|stop(?:ped)?|end(?:ed)?|complete[d]?)(?: \w+ing)?"
    r"(?: yet| already)?|is it still \w+ing|"
    r"(?:done|finished|ready)(?: yet| already)?|"
    r"(?:how (?:much longer|much time(?: is)? left|long(?: is)? left|long to go|much time is left|long until its done|"
    r"long until it is done|much more time|long (?:does|will) it (?:still )?(?:take|need)|far along is it|much longer (?:does|"
    r"will) it (?:take|need)|many minutes(?: are)? left))"
    r"(?: on it| on that| left| is left| to go)?|whats left|is it done cooking|when (?:is|will) it (?:be )?(?:done|finished|"
    r"ready)|time left"
)


_STOP = re.compile(
    r"(?:stop|halt|enough|thats enough|stop (?:it|that|this|now|everything|the noise)|quiet|be quiet|shut up|silence|shush|hush|"
    r"cut it out|im (?:up|awake)|i am (?:up|awake)|okay okay|ok ok|shut it|stop (?:ringing|beeping)|(?:turn|switch|shut|power) (?:it|"
    r"(?:that|this|the)(?: thing)?) off(?: again| please| now)?|(?:turn|switch|shut|power) off (?:it|that|this|(?:that|"
    r"this|the) thing)|dismiss|end|off)"
)


_PAUSE = re.compile(r"(?:pause|hold on|hold it|pause (?:it|that|this|everything)|wait a (?:minute|moment|second)|take a break)")


_MUTE = re.compile(r"(?:un)?mute (?:it|that|this|them)(?: again| now| please)?")


_RESUME = re.compile(
    r"(?:resume|continue|unpause|go on|keep going|carry on|play|start again|keep playing|resume (?:it|that)|continue (?:it|that)|"
    r"(?:carry on|go on|keep going|continue|get on) with (?:it|that|this)|go ahead|play on)"
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


_DOCK = re.compile(r"(?:send (?:it|him|her) (?:home|back)|go home|dock|go and charge|go charge)")
_NIGHT = re.compile(
    r"(?:(?:im|i am|were|we are) off to (?:bed|sleep)|good ?night(?: house| everyone| hub)?|sleep (?:well|tight)|(?:im|i am|were|"
    r"we are) going to (?:bed|sleep)|off to bed|nighty? night|bed ?time|time (?:for|to go to) bed|night)"
)


_MORNING = re.compile(r"good ?morning(?: house| everyone| hub)?")


_LEAVING = re.compile(r"(?:good ?bye|bye(?: bye)?|(?:im|i am|were|we are) (?:leaving|off|going out|heading out|out)|see you(?: later)?)")


_ARRIVE = re.compile(r"(?:(?:im|i am|were|we are) (?:home|back)(?: again)?|honey im home|hello im home)")


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


_IT = re.compile(r"(open|close|shut|lock|unlock) (?:it|that|them)(?: again| up| please| now)?|(?:open|close) up")


_LOCK_UP = re.compile(r"(?:lock (?:up|everything|the house|all (?:the )?doors|up the house|the doors)|lock up everything)")


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


_IN_PLACE = re.compile(r"(.+?) (?:in|inside|out in|down in|up in) (?:the )?([\w ]+)")


def _elsewhere(said: str, home: Home, context: Context) -> tuple[str, Context]:
    """A complaint about another room, as if it were said there: "it's too dark in the barn"."""
    match = _IN_PLACE.fullmatch(said)
    if match is None or not ((found := step(match.group(1))) is not None or any(p.fullmatch(match.group(1)) for p in (STUFFY, DAMP, DRY))):
        return said, context
    place = named(match.group(2), home)
    if len(place.areas) != 1 or place.rest or place.kinds or (found is not None and found.kind is None):
        return said, context
    return match.group(1), replace(context, area=place.areas[0])


def _readings(said: str, home: Home, context: Context) -> Sequence[Frame]:
    bare, there = _elsewhere(said, home, context)
    if there is context:
        return _here(said, home, context)
    return [f for f in _here(bare, home, there) if all(area_of(home, t) in (there.area, None) for t in f.targets)]


def _here(said: str, home: Home, context: Context) -> Sequence[Frame]:
    for pattern, make in _PATTERNS:
        if pattern.fullmatch(said):
            made = make(said, home, context)
            if made:
                return made
    if _OUTSIDE.fullmatch(said) and outdoors(home):
        return [Frame(intent="HassGetWeather", targets=tuple(outdoors(home)), score=0.93, source=SOURCE)]
    for reader in (called_scene, water, degrees, alarm_off):
        if found := reader(said, home, context):
            return found
    most = superlative(said, home, context)
    if most:
        return most
    relative = step(said)
    if relative is not None:
        return comfort_step(relative, said, home, context)
    media = playing_frames(said, home, context)
    if media:
        return media
    modes = mode(said, home, context)
    if modes:
        return modes
    if (switch := _SWITCH.fullmatch(said)) is not None:
        groups = switch.groups()
        on = next(g for g in (groups[1], groups[4], groups[6]) if g)
        what = next(g for g in (groups[2], groups[3], groups[5]) if g)
        return kind(what, "HassTurnOn" if on == "on" else "HassTurnOff", home, context)
    if (move := _MOVE.fullmatch(said)) is not None:
        return moved(move.group(1), move.group(2), home, context)
    return []


_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[str, Home, Context], Sequence[Frame]]], ...] = (
    (_TEMPERATURE, temperature),
    (_DONE, done),
    (_STOP, stop),
    (_PAUSE, pause),
    (_MUTE, mute),
    (_RESUME, resume),
    (_SKIP, skip("HassMediaNext")),
    (_BACK, skip("HassMediaPrevious")),
    (_MORE_TIME, more_time),
    (_BREW, brew),
    (_DOCK, dock),
    (_LOCK_UP, lock_up),
    (_TIME_THERE, time_there),
    (_IT, it),
    (APPLIANCE_DONE, appliance_done),
    (ADD, add),
    (_PLAYS, plays),
    (STATE_IT, state_it),
    (_NIGHT, scene((" good night ", " goodnight ", " bedtime ", " bed time ", " sleep ", " night mode "), "night")),
    (_MORNING, scene((" good morning ", " goodmorning ", " morning ", " wake up "), "morning")),
    (_LEAVING, scene((" leaving ", " away ", " leave ", " goodbye ", " going out ", " out "), "bye")),
    (_ARRIVE, scene((" home ", " arrive ", " arrival ", " welcome ", " coming home "), "home")),
    (SHOW, show),
    (DAYLIGHT, daylight),
    (STUFFY, stuffy),
    (DAMP, damp),
    (DRY, dry),
)


_LEFT_OUT = {intent: DOMAINS[intent] for intent in (
    "HassLightSet", "HassFanSetSpeed", "HassSetVolume", "HassSetVolumeRelative", "HassMediaPause", "HassMediaUnpause", "HassMediaNext",
    "HassMediaPrevious", "HassMediaPlayerMute", "HassMediaPlayerUnmute", "HassVacuumStart", "HassVacuumReturnToBase",
    "HassLawnMowerStartMowing", "HassLawnMowerDock", "HassShoppingListAddItem", "HassShoppingListCompleteItem", "HassListAddItem",
    "HassVacuumCleanArea", "HubShowCamera",
)} | {"HassClimateSetTemperature": ("climate",)}  # fmt: skip
"""Intents whose thing may be left out, and what it can be then: nobody means the boiler by "twenty degrees"."""


def default_targets(frame: Frame, home: Home, context: Context) -> list[str]:
    """For a frame without targets: the entity it can only mean, or all it may mean; [] where the house has none."""
    from models.situation.media import player

    if frame.slots.get("name") is not None:
        return []
    if frame.intent == "HassMediaSearchAndPlay":
        return player(frame, home, context)
    pool = of(home, *_LEFT_OUT.get(frame.intent, ()))
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
