"""Alarms, reminders, timers and delayed commands: from the words of a time to slots. Knows times; starts nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from models.reading.duration import duration, durations
from models.reading.exact import Match
from models.reading.numbers import Token, cardinal, tokens
from models.reading.when import When, find, iso

TIMED = frozenset({"HubSetAlarm", "HubCancelAlarm", "HubSnooze", "HubSetReminder", "HubCancelReminder"})
_LOOSE = frozenset(
    [
        "the",
        "a",
        "an",
        "my",
        "at",
        "for",
        "on",
        "in",
        "to",
        "by",
        "up",
        "me",
        "us",
        "please",
        "of",
        "set",
        "alarm",
        "again",
        "and",
        "o'clock",
        "time",
        "about",
        "around",
        "clock",
        "exactly",
        "so",
        "that",
        "it",
        "going",
        "off",
        "early",
        "late",
        "every",
        "day",
        "from",
        "more",
    ]
)
_LEAD = re.compile(r"^(?:to|that i (?:need|have) to|that|about|of|i (?:need|have) to|please|for)\s+", re.I)


@dataclass(frozen=True, slots=True)
class Planned:
    """What a timed sentence says, or what it still lacks."""

    slots: dict[str, Any]
    missing: str | None = None
    good: bool = True
    """False: the free words are no time at all, so this is another kind of sentence."""


def _moment(text: str, now: datetime, prefer: str) -> tuple[When | None, list[Token]]:
    toks = tokens(text)
    found = find(toks, now, prefer=prefer, bare=True)
    if found is None or not found.exact:
        for length in durations([t.text for t in toks]):
            if length.total:
                used = tuple(range(length.start, length.end))
                return When(now + timedelta(seconds=length.total), (), True, used), [t for i, t in enumerate(toks) if i not in used]
    used_set = set(found.used) if found else set()
    return found, [t for i, t in enumerate(toks) if i not in used_set]


def plan(match: Match, text: str, now: datetime) -> Planned:
    """Slots of an alarm or reminder: `datetime` local ISO, `repeat` weekday names, `message`."""
    if match.intent == "HubSetReminder":
        return _reminder(str(match.slots.get("message", "")), now)
    if match.intent in ("HubCancelReminder",):
        return _cancel_reminder(str(match.slots.get("message", "")), now)
    if "when" not in match.slots:
        return Planned({}, missing="datetime" if match.intent == "HubSetAlarm" else None)
    if match.intent == "HubSnooze":
        lengths = durations([t.text for t in tokens(str(match.slots["when"]))])
        return Planned(dict(lengths[0].slots()) if lengths else {}, good=bool(lengths))
    said = text
    prefer = "morning" if re.search(r"\b(wake|get me up|get up|awake|be up)\b", said, re.I) else "next"
    spoken = str(match.slots["when"])
    day = re.search(r"\b(tomorrow|tonight|today|this|next|every)\b(?=.*)", said, re.I)
    if day and day.group(1).lower() not in spoken.lower():
        spoken = f"{day.group(1)} {spoken}"
    found, rest = _moment(spoken, now, prefer)
    loose = [t.text for t in rest if t.text not in _LOOSE]
    if found is None:
        return Planned({}, good=False)
    name = None
    called = re.search(r"\b(?:called|named|labell?ed|to)\s+(.+)$", spoken, re.I)
    if called and loose:
        inner = [t.text for t in tokens(called.group(1)) if t.text in loose]
        name = " ".join(inner) or None
        loose = [w for w in loose if w not in inner]
    if len(loose) > 2:
        return Planned({}, good=False)
    slots: dict[str, Any] = {"datetime": iso(found.at)}
    if found.repeat:
        slots["repeat"] = list(found.repeat)
    if name:
        slots["message"] = name
    if not found.exact and match.intent == "HubSetAlarm":
        slots.pop("datetime")
        return Planned(slots, missing="datetime")
    return Planned(slots)


def _without(text: str, toks: Sequence[Token], used: Sequence[int]) -> str:
    gone = set(used)
    out: list[str] = []
    start = 0
    for index, token in enumerate(toks):
        if index in gone:
            out.append(text[start : token.start])
            start = token.end
    out.append(text[start:])
    return re.sub(r"\s+", " ", " ".join(piece.strip() for piece in out)).strip(" ,.!?")


def _reminder(message: str, now: datetime) -> Planned:
    toks = tokens(message)
    found = find(toks, now, prefer="day")
    rest = _without(message, toks, found.used) if found else message.strip(" ,.!?")
    rest = re.sub(r"\s+(?:at|on|in|by|for)$", "", re.sub(r"^(?:at|on|in|by|for)\s+(?=to\b|that\b|about\b)", "", rest)).strip()
    before = None
    while before != rest:
        before, rest = rest, _LEAD.sub("", rest)
    slots: dict[str, Any] = {}
    if found is not None:
        slots["datetime"] = iso(found.at)
        if found.repeat:
            slots["repeat"] = list(found.repeat)
    if rest:
        slots["message"] = rest
    missing = "message" if not rest else "datetime" if found is None else None
    return Planned(slots, missing=missing)


def _cancel_reminder(message: str, now: datetime) -> Planned:
    planned = _reminder(message, now)
    return Planned(planned.slots)


_DELAY = re.compile(r"^(?P<a>.+?)\s+(?:in|after)\s+(?P<t>[^,]+)$|^(?:in|after)\s+(?P<t2>.+)$", re.I)


def delayed(text: str, now: datetime) -> tuple[str, dict[str, int]] | None:
    """("turn off the lights", {"minutes": 10}) of a command with "in ten minutes" or "at ten pm" before or after it."""
    toks = tokens(text)
    words = [t.text for t in toks]
    for i, word in enumerate(words):
        if word not in ("in", "after"):
            continue
        length = duration(words, i + 1)
        if length is None or length.total == 0:
            continue
        end = length.end
        if words[end : end + 2] == ["from", "now"]:
            end += 2
        command = _without(text, toks, range(i, end))
        if command and (i == 0 or end == len(words)):
            return command, length.slots()
    found = find(toks, now, prefer="next")
    if found is None or not found.exact or found.repeat or not found.used:
        return None
    block = list(found.used)
    if block[-1] - block[0] + 1 != len(block) or not (block[0] == 0 or block[-1] == len(words) - 1):
        return None
    lead = words[block[0]]
    bare = cardinal(words, block[0] + 1) if lead in ("by", "at") else None
    if bare is not None and bare[1] == block[-1] - block[0] and (lead == "by" or bare[0] > 12):  # "up by ten", "the heating on at 20"
        return None
    if lead not in ("at", "tomorrow", "tonight", "on", "this", "by", "half", "quarter") and block[0] != 0:
        return None
    command = _without(text, toks, block)
    if not command:
        return None
    seconds = int((found.at - now).total_seconds())
    hours, rest = divmod(max(seconds, 1), 3600)
    minutes, left = divmod(rest, 60)
    return command, {k: v for k, v in (("hours", hours), ("minutes", minutes), ("seconds", left)) if v}


_SOME_TIME = re.compile(
    r"\s+(?:later(?: on)?|soon|sometime|some time|someday|eventually|afterwards|at some point|another time|"
    r"(?:a (?:bit|little)|much) later|in a (?:little )?(?:bit|while)|"
    r"(?:before|after) (?:bed(?:time)?|breakfast|lunch|dinner|tea|supper|work|school)|(?:next|this coming) (?:week|weekend|month|year))$",
    re.I,
)
"""When it is to be, without saying when."""


@dataclass(frozen=True, slots=True)
class SomeTime:
    """A command for a time that nobody can keep: "tomorrow", "later", "every evening"."""

    command: str
    day: str = ""
    """What was said of the day, which a clock time completes."""
    repeats: bool = False


def some_time(text: str, now: datetime) -> SomeTime | None:
    """The command of a text that ends in a time which is none, or None."""
    vague = _SOME_TIME.search(text)
    if vague is not None:
        return SomeTime(text[: vague.start()].strip(" ,"))
    toks = tokens(text)
    found = find(toks, now)
    if found is None or found.exact or not found.used or [toks[i].text for i in found.used] == ["today"]:
        return None
    block = list(found.used)
    if block[-1] - block[0] + 1 != len(block) or block[-1] != len(toks) - 1 or block[0] < 2:
        return None
    return SomeTime(_without(text, toks, block), text[toks[block[0]].start : toks[block[-1]].end], bool(found.repeat))


def timer(text: str) -> dict[str, Any] | None:
    """Slots of a timer said in other words: "a ten minute egg timer", "timer for an hour and a half"."""
    words = [t.text for t in tokens(text)]
    if "timer" not in words or {"cancel", "stop", "pause", "resume", "add", "remove", "how", "status", "what", "is"} & set(words):
        return None
    lengths = durations(words)
    if not lengths:
        return None
    length = lengths[0]
    slots: dict[str, Any] = dict(length.slots())
    rest = words[: length.start] + words[length.end :]
    named = re.search(r"\b(?:called|named|for (?:the|my))\s+(\S+(?: \S+)?)", " ".join(rest))
    if "timer" not in rest:
        return None
    before = [
        w
        for w in rest[: rest.index("timer")]
        if w
        not in {
            "set",
            "start",
            "create",
            "a",
            "an",
            "the",
            "my",
            "for",
            "me",
            "make",
            "please",
            "new",
            "put",
            "on",
            "give",
            "need",
            "i",
            "another",
            "of",
            "run",
            "begin",
        }
    ]
    name = re.sub(r"\s+(?:for|of|at|in)$", "", named.group(1)) if named else " ".join(before)
    if len(name.split()) > 3 or {"and", "then"} & set(rest):
        return None
    if name:
        slots["name"] = name
    return slots if slots else None


def lasting(text: str) -> tuple[str, dict[str, int]] | None:
    """("turn the fan on", {"minutes": 10}) of "turn the fan on for ten minutes"."""
    toks = tokens(text)
    words = [t.text for t in toks]
    for i in range(len(words) - 1):
        if words[i] != "for" or words[0] in ("set", "start", "wake", "remind", "create"):
            continue
        length = duration(words, i + 1)
        if length is not None and length.end == len(words) and length.total and i > 1:
            return text[: toks[i].start].strip(), length.slots()
    return None


_BACK = (("turn on", "turn off"), ("switch on", "switch off"), ("open", "close"), ("start", "stop"), ("on", "off"))


def opposite(command: str) -> str | None:
    """The command that takes this one back: "turn the fan on" gives "turn the fan off"."""
    for one, other in _BACK:
        for a, b in ((one, other), (other, one)):
            if re.search(rf"\b{a}\b", command, re.I):
                return re.sub(rf"\b{a}\b", b, command, count=1, flags=re.I)
    return None
