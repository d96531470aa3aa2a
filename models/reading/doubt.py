"""What the small model makes doubtful, and what it only guesses. Knows readings and what the model believes; reads nothing itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from devices.home import Home
from models.automaton.house_words import house_words
from models.reading.gist import read
from models.said import Frame

ASKED = frozenset({"HassGetState", "HassClimateGetTemperature"})
COMMANDS = frozenset({"HassTurnOn", "HassTurnOff", "HassLightSet", "HassSetPosition", "HassFanSetSpeed", "HassToggle"})
_FAMILIES = ({"HassTurnOn", "HassTurnOff"}, {"HassTurnOff", "HassMediaPause", "HubStop"}, ASKED)
"""Readings that the model mixes up and that words tell apart."""
_LEVELS = frozenset({"HassFanSetSpeed", "HassSetVolume", "HassSetPosition", "HassLightSet", "HassHumidifierSetpoint"})


def doubted(meant: Frame, believed: Mapping[str, float], *, whole: bool = False) -> Frame:
    """A loose or free-text reading that the model reads otherwise counts for less, and a little less where it names a thing here.

    `whole`: every word is one of the house's or says what is done, so that what the model takes for a title is none.
    """
    if meant.source == "own" or not believed:
        return meant
    top, p = max(believed.items(), key=lambda item: item[1])
    same = any({top, meant.intent} <= family for family in _FAMILIES) or _scene(meant)
    if same or p < 0.6 or believed.get(meant.intent, 0.0) > 0.25:
        return meant
    named = "name" in meant.slots and meant.code is None
    if named and meant.intent == "HassGetState" and all(t.startswith(("sensor.", "binary_sensor.")) for t in meant.targets):
        return meant
    strange = p > 0.85 and (top == "none" or believed.get(meant.intent, 0.0) < 0.1)
    titled = whole and named and top == "HassMediaSearchAndPlay" and meant.intent in COMMANDS
    doubt = 0.85 if named and (p < 0.95 or titled) else 0.45 if strange else 0.6
    return replace(meant, score=meant.score * doubt)


def guessed(meant: Frame, text: str, home: Home) -> bool:
    """Whether the model makes a command of a verb that nobody knows ("spin the fan left"), or of a number below zero."""
    if meant.source != "model" or meant.code is not None or not meant.targets:
        return False
    if re.search(r"\b(?:minus|negative)\s", text, re.IGNORECASE) and meant.intent in _LEVELS:
        return True
    if re.fullmatch(r"\W*(?:(?:more|less|higher|lower|up|down|please|a bit|even|much)\W*)+", text, re.IGNORECASE):
        return True  # more of what, nobody said
    gist = read(text, house_words(home))
    verb = next((p for p in gist.parts if p.kind not in ("filler", "opener")), None)
    if meant.intent == "HassMediaSearchAndPlay" and verb is not None and verb.kind == "act" and verb.value == "start":
        # "start Nigella" starts a thing of that name, and no film; "start chapter five of …" a book
        return meant.score < 0.85 and len(gist.tokens) <= 4 and not any(p.value in ("media", "tv", "speaker") for p in gist.of("noun"))
    return verb is not None and verb.kind == "unknown" and not gist.of("act", "state") and meant.intent in COMMANDS and meant.score < 0.75


_POINTS = re.compile(
    r"\W*(?:(?:no|and|oh|okay|ok|yes|in|on)\W+)*((?:the|that|this|my)\s+)?(?:[^\W\d_][\w'’-]*\s+){1,4}ones?\W*", re.IGNORECASE
)


def counted(meant: Frame, text: str) -> bool:
    """Whether "the bedroom one" was taken for a level of one: without a verb, it points at a thing."""
    points = _POINTS.fullmatch(text) if meant.intent in _LEVELS and 1 in meant.slots.values() else None
    return points is not None and (points.group(1) is not None or meant.intent == "HassLightSet")


def _scene(meant: Frame) -> bool:
    """A scene or script that is called by its name: what it does only the owner knows."""
    return bool(meant.targets) and "name" in meant.slots and all(t.startswith(("scene.", "script.")) for t in meant.targets)
