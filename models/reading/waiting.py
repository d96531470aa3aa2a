"""Commands that wait for the house: "turn off the lights when the dryer is done". Knows phrases; waits for nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from devices.home import Home
from models.automaton.house_words import house_words
from models.reading.breath import Reader
from models.reading.polite import polite
from models.reading.schedule import opposite
from models.reading.until import watched
from models.reading.whole import Whole
from models.said import Context, Frame
from models.situation.awaited import Awaited, Unseen, holds

DELAYABLE = frozenset(
    {
        "HassTurnOn",
        "HassTurnOff",
        "HassToggle",
        "HassLightSet",
        "HassSetPosition",
        "HassFanSetSpeed",
        "HassClimateSetTemperature",
        "HassSetVolume",
        "HassSetVolumeRelative",
        "HassMediaPause",
        "HassMediaUnpause",
        "HassMediaSearchAndPlay",
        "HassMediaPlayerMute",
        "HassVacuumStart",
        "HassVacuumCleanArea",
        "HassVacuumReturnToBase",
        "HassLawnMowerStartMowing",
        "HassLawnMowerDock",
        "HassBroadcast",
        "HassMediaNext",
        "HassMediaPlayerUnmute",
    }
)
"""What can be done later on its own."""
_WORD = r"(?P<word>when(?:ever)?|once|as soon as|the (?:moment|second|minute)|every time|each time|until|till|after|if)"
_TELL = (
    r"(?:(?:tell|notify|warn|alert|inform|ping|message|call) (?:me|us)|let (?:me|us) know|give (?:me|us) a (?:shout|call|heads up|sign)|"
    r"say (?:so|something)|speak up|announce it)"
)
_FORMS = tuple(
    re.compile(form, re.I)
    for form in (
        rf"^(?:{_TELL}|remind (?:me|us)),? {_WORD} (?P<condition>.+)$",
        rf"^remind (?:me|us) (?:to |that |about |of )?(?P<message>.+?),? {_WORD} (?P<condition>.+)$",
        rf"^{_WORD} (?P<condition>.+?),? (?:then |please )*(?:{_TELL}|remind (?:me|us) (?:to |that |about |of )?(?P<message>.+))$",
        rf"^{_WORD} (?P<condition>[^,]+), (?:then |please )*(?P<command>.+)$",
        rf"^{_WORD} (?P<condition>.+?) (?:then )?"
        r"(?P<command>(?:turn|switch|open|close|shut|set|dim|start|stop|play|pause|lock|put|make|lower|raise|mute|send)\b.+)$",
        rf"^(?P<command>.+?),? {_WORD} (?P<condition>.+)$",
    )
)
_HAPPENS = frozenset({"after", "if"})
"""Words that ask for waiting only where something is spoken of that happens."""
_ALWAYS = frozenset({"whenever", "every time", "each time"})
_UNTIL = frozenset({"until", "till"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done or told, and when."""

    word: str
    condition: str
    command: str | None
    message: str | None
    leads: bool
    """Whether the condition was said first."""


def wanted(said: str) -> list[Wanted]:
    """The ways in which a sentence may ask for something to happen later, likely ones first."""
    found = []
    for form in _FORMS:
        match = form.match(said.strip(" ."))
        if match is not None:
            parts = match.groupdict()
            found.append(
                Wanted(
                    parts["word"].lower(),
                    parts["condition"].strip(" ,."),
                    parts.get("command"),
                    parts.get("message"),
                    leads=match.start("condition") < match.end("word") + 2 and match.start("word") == 0,
                )
            )
    return found


def waiting(reader: Reader, said: str, home: Home, context: Context) -> Whole | None:
    """A sentence that asks to wait for the house; None for all others. What is so already is done at once."""
    for ask in wanted(said):
        found = _one(reader, ask, home, context)
        if found is not None:
            return found
    return None


def _one(reader: Reader, ask: Wanted, home: Home, context: Context) -> Whole | None:
    house = house_words(home)
    command = polite(ask.command) if ask.command else None
    done = reader.read(command, home, context, 1) if command is not None else None
    if command is not None and (
        done is None or any(f.intent not in DELAYABLE and f.source != "own" for f in done.frames) or not done.frames
    ):
        return None
    condition = _spelled(ask.condition, done, home)
    awaited = watched(condition, house, context)
    if awaited is None and done is not None and ask.leads and ask.word not in _HAPPENS:  # never done regardless
        return replace(
            done,
            frames=tuple(replace(f, code="not_supported") for f in done.frames),
            code="not_supported",
            detail={"condition": condition, "when": ask.word},
        )
    if awaited is None or (ask.word in _HAPPENS and not (isinstance(awaited, Awaited) and awaited.event)):
        return None
    if done is not None and done.code is not None:
        return done
    targets = awaited.entities if isinstance(awaited, Awaited) else ()
    slots = {"condition": condition, "conversation_command": command, "message": ask.message}
    if ask.word in _UNTIL:
        slots["conversation_command"] = opposite(command) if command is not None else None
        if slots["conversation_command"] is None:
            return None
    frame = Frame(intent="HubWhen", slots={k: v for k, v in slots.items() if v}, targets=targets, score=0.95, source="exact")
    if ask.word in _ALWAYS:
        refused = replace(frame, code="not_supported")
        return Whole(frames=(refused,), score=0.95, code="not_supported", detail={"condition": condition, "when": ask.word})
    if isinstance(awaited, Unseen) and ask.message is not None:
        return None
    if isinstance(awaited, Awaited) and not awaited.event and done is not None and ask.word not in _UNTIL and holds(awaited, home):
        return done
    if ask.word in _UNTIL and done is not None:
        return Whole(frames=(*done.frames, frame), score=done.score, signals=done.signals)
    return Whole(frames=(frame,), score=0.95)


def _spelled(condition: str, done: Whole | None, home: Home) -> str:
    """The condition with "it" as the thing that the command is about: "turn the oven off when it's done"."""
    targets = {t for f in done.frames for t in f.targets} if done is not None else set()
    match = re.match(r"^it(?:'s| is| has)? (?=(?:\w+ )?(?:done|finished|finishes|ready|over|stops|stopped|complete)\b)", condition, re.I)
    if match is None or len(targets) != 1:
        return condition
    return f"the {home.entities[targets.pop()].name} is {condition[match.end() :]}"
