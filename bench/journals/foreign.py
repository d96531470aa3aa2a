"""Knows how somebody else's small hub reads a sentence and words its answers: keywords, names that nearly match. Not what was meant."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from bench.journals.ears import norm
from bench.journals.words import NUMBERS
from bench.journals.world import COLOURS, INTENTS, SERVICES, House, Thing

COUNT = {w: n for n, w in NUMBERS.items()}
VERBS = (
    ("timer", r"\btimer\b"),
    ("time", r"\bwhat( is the|'s the| is) time\b|\bwhat time\b|\btime is it\b"),
    ("weather", r"\bweather\b"),
    ("buy", r"\b(add|put)\b.*\blist\b"),
    ("warmth", r"\b(temperature|how warm)\b(?!.*\bdegrees\b)"),
    ("heat", r"\bdegrees\b"),
    ("volume", r"\bvolume\b"),
    ("dim", r"\bpercent\b"),
    ("mute", r"^mute\b|\bsilence\b"),
    ("pause", r"\bpause\b"),
    ("next", r"\b(next|skip)\b"),
    ("dock", r"\b(home|base)\b"),
    ("lock", r"^lock\b"),
    ("open", r"\b(open|raise)\b"),
    ("close", r"\b(close|shut)\b(?! off)"),
    ("colour", rf"\b({'|'.join(COLOURS)})\b"),
    ("off", r"\b(turn|switch|shut|put)\b.*\boff\b|\boff$"),
    ("on", r"\b(turn|switch|put)\b.*\bon\b|\bon$"),
    ("start", r"^start\b"),
)


@dataclass(frozen=True)
class Read:
    verb: str | None
    targets: tuple[str, ...]
    slots: dict[str, Any]
    value: tuple[tuple[str, Any], ...]
    code: str | None
    """None when it would act: else why not."""
    confidence: float
    margin: float

    def same(self, other: tuple[str | None, tuple[str, ...], tuple[tuple[str, Any], ...]]) -> bool:
        return self.code is None and (self.verb, set(self.targets), self.value) == (other[0], set(other[1]), other[2])


def numbers(text: str) -> int | None:
    words = text.split()
    for i, w in enumerate(words):
        two = " ".join(words[i : i + 2])
        if two in COUNT:
            return COUNT[two]
        if w in COUNT:
            return COUNT[w]
        if w.isdigit():
            return int(w)
    return None


def fits(verb: str, t: Thing) -> bool:
    return (verb, t.domain) in SERVICES or (verb == "warmth" and t.domain == "climate")


def read(text: str, home: House, room: str | None, strict: float = 0.8) -> Read:
    text = norm(text)
    verb = next((v for v, p in VERBS if re.search(p, text)), None)
    if verb is None:
        return Read(None, (), {}, (), "no_intent_match", 0.2, 0.05)
    number = numbers(text)
    if verb in ("weather", "time"):
        targets = tuple(t.id for t in home.things if t.domain == "weather") if verb == "weather" else ()
        return Read(verb, targets, {}, (), None, 0.95, 0.9)
    if verb == "timer":
        return Read(verb, (), {"minutes": number}, (("minutes", number),), None if number else "missing_value", 0.9, 0.8)
    if verb == "buy":
        m = re.search(r"(?:add|put) (.+?) (?:to|on) ", text)
        item = m.group(1) if m else text
        return Read(
            verb,
            tuple(t.id for t in home.things if t.domain == "todo"),
            {"item": item, "name": "Shopping List"},
            (("item", item),),
            None,
            0.85,
            0.6,
        )
    value: tuple[tuple[str, Any], ...] = ()
    key = {"dim": "brightness", "heat": "temperature", "volume": "volume_level"}.get(verb)
    if key:
        value = ((key, number),)
    if verb == "colour":
        value = (("color", next(c for c in COLOURS if re.search(rf"\b{c}\b", text))),)
    # a room's lights
    area = next((k for k, (n, al) in home.areas.items() for x in (n, *al) if re.search(rf"\b{re.escape(norm(x))}\b", text)), None)
    best: list[tuple[float, Thing]] = []
    words = text.split()
    for t in home.things:
        if not (fits(verb, t) or (verb == "dim" and t.domain == "media_player")):
            continue
        for label in (t.name, *t.aliases):
            want = norm(label)
            n = len(want.split())
            score = max(
                (
                    SequenceMatcher(None, want, " ".join(words[i : i + k])).ratio()
                    for k in {n, n + 1}
                    for i in range(max(1, len(words) - k + 1))
                ),
                default=0.0,
            )
            best.append((score + (0.01 if t.area and t.area in (area, room) else 0), t))
    best.sort(key=lambda x: -x[0])
    top = best[0][0] if best else 0.0
    second = next((s for s, t in best[1:] if t.id != best[0][1].id), 0.0)
    if verb == "warmth" and area:
        mine = tuple(t.id for t in home.things if t.domain == "climate" and t.area == area)
        return Read(verb, mine, {"area": home.areas[area][0]}, (), None if mine else "no_valid_targets", 0.9, 0.7)
    if top >= strict and best:
        t = best[0][1]
        if verb == "dim" and t.domain == "media_player":
            verb, value = "volume", (("volume_level", number),)
        twin = [x for s, x in best if x.name == t.name and x.id != t.id and s >= top - 0.005]
        code = "ambiguous" if twin else ("missing_value" if value and value[0][1] is None else None)
        targets = (t.id, *(x.id for x in twin)) if twin else (t.id,)
        return Read(verb, targets, {"name": t.name, **dict(value)}, value, code, min(0.99, top - 0.02), top - second)
    if re.search(r"\blights?\b", text) and verb in ("on", "off", "dim", "colour"):
        where = area or room
        mine = tuple(t.id for t in home.things if t.domain == "light" and t.area == where) if where else ()
        return Read(
            verb,
            mine,
            {"area": home.areas[where][0] if where else None, "domain": "light", **dict(value)},
            value,
            None if mine else "no_valid_targets",
            0.8,
            0.5,
        )
    if area and verb == "heat":
        mine = tuple(t.id for t in home.things if t.domain == "climate" and t.area == area)
        return Read(verb, mine, {"area": home.areas[area][0], **dict(value)}, value, None if mine else "no_valid_targets", 0.8, 0.5)
    return Read(verb, (), dict(value), value, "no_valid_targets", 0.4, 0.1)


CODES = (
    {},
    {
        "no_intent_match": "NLU_FAIL",
        "no_valid_targets": "ENTITY_UNKNOWN",
        "ambiguous": "WHICH",
        "missing_value": "SLOT_EMPTY",
        "unavailable": "DEVICE_ERROR",
    },
    {"no_intent_match": None, "no_valid_targets": None, "ambiguous": None, "missing_value": None, "unavailable": None},
    {
        "no_intent_match": "intent-not-recognised",
        "no_valid_targets": "target.missing",
        "ambiguous": "disambiguate",
        "unavailable": "timeout",
    },
)
OKAYS = (("Okay, {x}.",), ("Done.", "Right away."), ("{x}, there you go.", "Sure."), ("",))
SORRY = {
    "no_intent_match": ("Sorry, I didn't understand.", "Come again?", "I'm afraid that one went past me.", "I can't do that."),
    "no_valid_targets": ("I don't know that device.", "Hm, what is that?", "There's nothing here by that name.", "Not found."),
    "ambiguous": ("Which one?", "Do you mean one of several?", "There are two of those, which?", "Which?"),
    "missing_value": ("How much?", "To what?", "I need a number for that.", "?"),
    "unavailable": ("It isn't answering.", "That device is offline.", "It does not react.", "Error."),
}


def confidence(style: int, truth: float, r: random.Random) -> float | None:
    """The recogniser's own number on the scale that this foreign hub uses."""
    if style == 0:
        return round(min(1.0, max(0.0, truth + r.gauss(0, 0.08))), 3)
    if style == 1:
        return round(min(99.9, max(1.0, 100 * truth + r.gauss(0, 9))), 1)
    if style == 2:
        return None
    return round(-2.5 * (1 - truth) + r.gauss(0, 0.2), 3)


def reply(style: int, got: Read, home: House, r: random.Random) -> str:
    if got.code:
        return SORRY.get(got.code, SORRY["no_intent_match"])[style]
    name = home.thing(got.targets[0]).name if got.targets else {"time": "It is ten past"}.get(got.verb or "", "ok")
    return r.choice(OKAYS[style]).format(x=name)


def intent(verb: str | None) -> str | None:
    return (INTENTS[verb] or None) if verb else None
