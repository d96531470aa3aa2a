""" "A bit more", "one degree less", "make it 20": what an earlier turn set, set anew or moved a step. Knows values only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from devices.home import Home
from models.conversation.focus import about, focus
from models.conversation.pronouns import IT, SOURCE
from models.reading import when
from models.reading.duration import duration
from models.reading.mentions import identity, target_slots
from models.reading.numbers import amounts, as_percent, tokens
from models.reading.shades import color
from models.reading.steps import Step, amount
from models.said import Context, Frame, Past
from models.situation.house_now import domain, number

_SETS = re.compile(
    rf"^(?:set|make|turn|change|put|dim|get|bring|have) {IT}(?: all)?(?: (?:to|at|down to|up to))? (.+)$|"
    r"^(?:to|make that|make it|no|rather|actually|better)[ ,]+(?:to )?(.+)$|^(.+)$"
)


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
    "raise": 1,
    "drop": -1,
    "cooler": -1,
    "colder": -1,
    "lower": -1,
    "darker": -1,
    "dimmer": -1,
    "quieter": -1,
    "another": 0,
}


_CARRIES = frozenset(["by", "turn", "make", "it", "go", "please", "a", "put", "bump", "crank", "bring", "take", "push", "move", "of"])
"""Words around a step that say nothing of its size or way."""


def measured(said: str, home: Home, context: Context) -> list[Frame]:
    """ "One degree more", "two degrees down", "up ten percent": a step whose size is said."""
    words = [w for w in said.split() if w not in _CARRIES]
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


_RATIO = re.compile(
    r"(?:(?:make|set|turn) (?:it|that) (?:to )?)?(?:(half|twice|double|a third of|a quarter of|"
    r"three times) (?:of )?(?:that|it|as (?:much|bright|"
    r"loud|high|fast))|(halve|double) (?:it|that))(?: again)?"
)
_TIMES = {"half": 0.5, "halve": 0.5, "twice": 2.0, "double": 2.0, "a third of": 1 / 3, "a quarter of": 0.25, "three times": 3.0}
_LEVELS: Mapping[str, tuple[str, str, str, float]] = {
    "light": ("HassLightSet", "brightness", "brightness", 100 / 255),
    "media_player": ("HassSetVolume", "volume_level", "volume_level", 100.0),
    "fan": ("HassFanSetSpeed", "percentage", "percentage", 1.0),
    "cover": ("HassSetPosition", "position", "current_position", 1.0),
}
"""Domain -> intent, slot, the attribute that tells the level, and what makes per cent of it."""


def multiplied(said: str, home: Home, context: Context) -> list[Frame]:
    """ "Half that", "twice as bright": a multiple of what was set last, or of what it stands at."""
    match = _RATIO.fullmatch(said)
    past = focus(context, lambda p: any(domain(t) in _LEVELS for t in about(p))) if match is not None else None
    if match is None or past is None:
        return []
    targets = tuple(t for t in about(past) if domain(t) in _LEVELS and domain(t) == domain(about(past)[0]))
    if not targets:
        return []
    intent, slot, attribute, scale = _LEVELS[domain(targets[0])]
    now = number(past.slots.get(slot))
    if now is None:
        known = number(home.state(targets[0]).attributes.get(attribute))
        now = known * scale if known is not None else None
    if now is None:
        return []
    value = max(1, min(100, round(now * _TIMES[match.group(1) or match.group(2)])))
    slots = {**(identity(past.slots) or target_slots(home, targets)), slot: value}
    return [Frame(intent=intent, slots=slots, targets=targets, score=0.95, source=SOURCE)]


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


def relative_to_last(found: Step, said: str, home: Home, context: Context) -> list[Frame]:
    """A step up or down of what an earlier turn set; "more" goes the way that the last step went."""
    wanted = _OF_KIND.get(found.kind or "")
    past = focus(
        context,
        lambda p: (
            (any(domain(t) in (wanted or _BY_DOMAIN) for t in about(p)) and p.intent not in ("HassGetState", "HassClimateGetTemperature"))
            or (wanted is not None and any(domain(t) in wanted for t in about(p)))
        ),
    )
    if past is None:
        return []
    if found.kind is None and not _set_a_level(past) and context.playing and not set(about(past)) & set(context.playing):
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


def _set_a_level(past: Past) -> bool:
    """Whether a turn was about how much, not only about on or off."""
    return (past.intent or "") not in ("HassTurnOn", "HassTurnOff", "HassToggle", "HubAgain", "HubUndo")


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


def bare_value(said: str, text: str, last: Past, home: Home, context: Context) -> list[Frame]:
    """A bare value, or "make it …", for what the last turn was about: 20 degrees, half, blue, ten minutes."""
    match = _SETS.match(said)
    phrase = next((g for g in match.groups() if g), "") if match is not None else ""
    bare = match is not None and match.group(3) is not None
    words = [w for w in phrase.split() if w not in ("to", "at", "the", "a", "an", "about", "around", "it", "light")]
    if not words or len(words) > 5 or starts_anew(phrase):
        return []
    targets = about(last)
    if last.intent == "HassStartTimer" and not bare:
        units = [k for k in ("hours", "minutes", "seconds") if last.slots.get(k)]
        length = duration([*words, *units] if len(units) == 1 and _bare_number(words) else words)
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
        if (same := _same_hour(phrase, last)) is not None:
            return [Frame(intent=last.intent, slots={**last.slots, "datetime": same}, score=0.93, source=SOURCE)]
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


_IN_THE_HOUR = {"half past": 30, "quarter past": 15, "a quarter past": 15, "quarter to": -15, "a quarter to": -15}


def _same_hour(phrase: str, last: Past) -> str | None:
    """ "Make that half past": the hour that was said before."""
    minutes = _IN_THE_HOUR.get(phrase)
    try:
        before = datetime.fromisoformat(str(last.slots.get("datetime")))
    except ValueError:
        return None
    return when.iso(before.replace(minute=0, second=0) + timedelta(minutes=minutes)) if minutes is not None else None


def _bare_number(words: list[str]) -> bool:
    """A number without its unit: "no, ten" after a timer of two minutes."""
    found = amounts(words)
    return len(found) == 1 and found[0].unit is None and found[0].start == 0 and found[0].end == len(words)


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


def starts_anew(phrase: str) -> bool:
    """Whether the words are a command or a question of their own."""
    return bool(_VERB.match(phrase)) and not re.match(r"^(is it|are they)$", phrase)
