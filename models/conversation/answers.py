"""Answers to the hub's own last question: which one, shall I, for how long, what code. Nothing else; a new command is no answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from devices.home import Home
from models.conversation.adjust import direction, stepped
from models.conversation.focus import about, frames_of
from models.reading import when
from models.reading.duration import duration
from models.reading.mentions import KINDS, ORDINALS, chosen, identity, named, ordinal, plain, said_words
from models.reading.numbers import amounts, as_percent, code, tokens
from models.reading.numbers import plain as as_number
from models.reading.schedule import delayed
from models.reading.shades import color
from models.reading.steps import Step
from models.said import Context, Frame, Past
from models.situation.house_now import domain, name_words

CONFIRMED = "confirmed/history"
"""Frame.source of what a plain yes to a confirmation has let through; hub.decide checks it against the conversation again."""
YES = re.compile(
    r"(yes|yeah|yep|yup|ya|sure|ok|okay|alright|all right|of course|certainly|correct|right|affirmative|confirm|confirmed|"
    r"absolutely|definitely|exactly|"
    r"go ahead|go on then|do it|do that|please do|go on|i do|i am|you may|sounds good|fine|thats right|that is right|thats correct|indeed|"
    r"by all means|make it so|please)"
    r"( (yes|yeah|please|sure|do|do it|do that|go ahead|go on|then|of course|i am sure|im sure|i do|really|thanks|thank you|that|"
    r"(un)?lock (it|the \w+( \w+)?)|open (it|the \w+( \w+)?)|"
    r"turn (it|that) on|thats right|that is right|now|definitely))*"
)
NO = re.compile(
    r"(no|nope|nah|negative|dont|do not|never ?mind|cancel|stop|leave it|forget it|not now|no way|rather not|better not|wait|"
    r"abort|neither|none|nothing|not really)"
    r"( (no|thanks|thank you|dont|do not|cancel|stop|leave it|forget it|not now|that|it|do that|do it|them|of them|its ok|"
    r"its fine|please|never ?mind|of those|keep it (closed|locked|off|shut)))*"
)
FEEDBACK = "HubFeedback"
"""What a turn offers that asked whether it was right: hub.learning.opinion."""
_DID = re.compile(
    r"((yes|yeah|yep|yup) )?(you did|it (did|was)|that was (right|it|good|correct|what i wanted)|it was right|perfect|great|thanks)"
    r"( thanks| thank you)?"
)
_DID_NOT = re.compile(
    r"(no|nope|nah|not really|not quite|not at all|negative|wrong)|"
    r"((no|nope|nah) )?(you did(nt| not)|it (didnt|did not|wasnt|was not)|"
    r"that was(nt| not) (it|right|what i (wanted|asked( for)?)|correct)|"
    r"that was wrong|it was wrong|not really|i did(nt| not) (want|ask for) that)( (sorry|thanks|thank you))?"
)
_NEW = re.compile(
    r"^(turn|switch|open|close|shut|play|set|dim|lock|unlock|start|stop|pause|what|whats|who|when|how|is|are|show|add|wake|remind|"
    r"tell|put)\b"
)

_VERBS = {
    **dict.fromkeys(("on", "turn on", "switch on", "open", "open up", "start", "lock", "arm"), "on"),
    **dict.fromkeys(("off", "turn off", "switch off", "close", "shut", "stop", "unlock", "disarm"), "off"),
}
"""What is to be done with a thing that was only named."""
_AROUND = frozenset(
    w
    for line in (
        "a about actually again all an and any as at be best both by can could course do each every everything fine for from",
        "go good guess hm i id if ill im in is it its just lamp let lets light like make maybe me mean meant my no not of off",
        "oh ok okay on one ones only or other our please prefer probably really room said say set should so sorry suppose sure",
        "take thank thanks that thats the them then think this to uh um until use want we well will would yeah yes you",
    )
    for w in line.split()
)
"""Words that may stand around an answer. What holds any other word besides the answer itself is somebody else's talk, or a new wish."""


def _only(words: Iterable[str], known: Iterable[str]) -> bool:
    """Whether a text holds nothing but the answer and small words."""
    allowed = set(known) | _AROUND
    return all(w in allowed or w.isdigit() for w in words)


def to_question(said: str, text: str, home: Home, context: Context) -> list[Frame]:
    """Frames that an answer to the last turn's question comes to; [] where there was no question or this is no answer."""
    past = context.recent[-1] if context.recent else None
    if past is None:
        return []
    raw = plain_answer(text)
    if past.decision == "confirm" and past.intent != "HubTeach":
        return _confirmation(raw, past)
    if past.code == "did_you_mean" and past.offer is not None:
        return _offer(raw, past.offer)
    if past.decision == "ask":
        return _which(raw, said, text, past, home, context)
    if past.offer is not None and past.offer.get("intent") == FEEDBACK:
        return _feedback(raw)
    if past.offer is not None:
        return _offer(raw, past.offer)
    return []


def plain_answer(text: str) -> str:
    """Lower-case words, yes and no kept (plain() takes "okay" for politeness)."""
    return " ".join(t.text.replace("'", "") for t in tokens(text[:200]))


def _confirmation(raw: str, past: Past) -> list[Frame]:
    if YES.fullmatch(raw) or (past.code == "pin_needed" and code(raw)):
        return [replace(f, source=CONFIRMED, score=0.98, code=None) for f in _full(past)]
    if NO.fullmatch(raw):
        return [Frame(intent="HubNo", score=0.98, source="context/history")]
    return []


def _feedback(raw: str) -> list[Frame]:
    """The answer to "did I answer your question?": yes, no, or that somebody does not want to be asked."""
    for answer, pattern in (("yes", _DID), ("no", _DID_NOT)):
        if pattern.fullmatch(raw):
            return [Frame(intent=FEEDBACK, slots={"answer": answer}, score=0.97, source="context/history")]
    if YES.fullmatch(raw):
        return [Frame(intent=FEEDBACK, slots={"answer": "yes"}, score=0.97, source="context/history")]
    return [Frame(intent="HubNo", score=0.97, source="context/history")] if NO.fullmatch(raw) else []


def _offer(raw: str, offer: Mapping[str, Any]) -> list[Frame]:
    if YES.fullmatch(raw):
        slots = offer.get("slots") or {}
        return [
            Frame(
                intent=str(offer.get("intent")),
                slots=dict(slots),
                targets=tuple(offer.get("targets") or ()),
                score=0.97,
                source="context/history+habit",
            )
        ]
    if NO.fullmatch(raw):
        return [Frame(intent="HubNo", score=0.97, source="context/history")]
    return []


def _full(past: Past) -> tuple[Frame, ...]:
    frames = frames_of(past)
    if len(frames) == 1 and not frames[0].targets:
        return (replace(frames[0], targets=about(past)),)
    return frames


def _which(raw: str, said: str, text: str, past: Past, home: Home, context: Context) -> list[Frame]:
    frames = _full(past)
    if not frames:
        return []
    if NO.fullmatch(raw):
        return [Frame(intent="HubNo", score=0.97, source="context/history")]
    if past.code == "missing_value" and (way := _VERBS.get(said)) is not None and frames[0].intent == "HassTurnOn":
        bolt = bool(frames[0].targets) and all(domain(t) == "lock" for t in frames[0].targets)
        intent = "HassTurnOn" if (way == "on") != (bolt and said in ("open", "open up", "close", "shut")) else "HassTurnOff"
        return [replace(frames[0], intent=intent, code=None, score=0.96, source="context/history")]
    if past.code in ("missing_value", "time_is_past") or (past.code != "ambiguous" and _lacks(frames[0])):
        value = _value(said, text, frames[0], context)
        if value:
            stale = ("day", "datetime") if past.code == "time_is_past" else ("day",)
            kept = {k: v for k, v in frames[0].slots.items() if k not in stale}
            return [replace(frames[0], slots=kept | value, code=None, score=0.96, source="context/history"), *frames[1:]]
        return []
    if frames[0].intent.endswith("Timer") or "Alarm" in frames[0].intent or "Reminder" in frames[0].intent:
        return _timer(said, frames[0], context)
    if _NEW.match(said) and len(said.split()) > 3 and not re.search(r"\b(one|both|first|second)\b", said):
        return []
    candidates = past.targets or about(past) or _named_in(past.reply, home)
    if YES.fullmatch(raw):
        return (
            [replace(frames[0], targets=tuple(candidates), code=None, score=0.9, source="context/history")] if len(candidates) == 1 else []
        )
    picked = chosen(said, candidates, home)
    if (
        not picked
        and re.fullmatch(r"(?:the )?(?:\w+ ){0,2}ones?|that|this|(?:that|this) \w+|yes|i dont (?:know|care)|hm+|um+|er+", raw)
        and len(candidates) > 1
    ):
        return [replace(frames[0], targets=tuple(candidates), code="ambiguous", score=0.96, source="context/history")]
    vocabulary = {w for c in candidates if c in home.entities for w in name_words(home, c) | said_words(home, c) | _place_of(home, c)}
    if not picked or not _only(
        said.split(), vocabulary | {s.removesuffix("s") for s in vocabulary} | set(ORDINALS) | _NUMBERED | set(KINDS)
    ):
        return []
    left = [t for t in named(said, home).entities if t in candidates] or picked
    if re.search(r"\bnot\b", raw):
        left = [c for c in candidates if c not in left]
    slots = dict(frames[0].slots)
    if len(left) == 1:
        slots["name"] = home.entities[left[0]].name
    chosen_frame = replace(frames[0], slots=slots, targets=tuple(left), code=None, score=0.96, source="context/history")
    return [_refit(chosen_frame, past, home), *frames[1:]]


def _refit(frame: Frame, past: Past, home: Home) -> Frame:
    """The same wish for another kind of thing: "the lamp" after "turn it down" that could have been the heating."""
    kind = domain(frame.targets[0])
    if kind in {domain(t) for t in about(past)[:1]} or frame.intent not in _STEPS | _HALTS:
        return frame
    if frame.intent in _HALTS:
        halt = (
            "HassMediaPause" if kind == "media_player" else "HubStop" if frame.intent == "HubStop" or "stop" in past.heard else "HubPause"
        )
        return replace(frame, intent=halt)
    word = next((w for w in ("light", "temperature", "volume", "speed") if w == _STEP_OF.get(kind)), None)
    if word is None:
        return frame
    made = stepped(Step(kind=word, sign=direction(past), size="normal", state=False), frame.targets, identity(frame.slots), home)
    return replace(made, score=0.96)


_STEPS = frozenset({"HassSetVolumeRelative", "HassClimateSetTemperature", "HassLightSet", "HassFanSetSpeed"})
_HALTS = frozenset({"HassMediaPause", "HubPause", "HubStop"})
_STEP_OF = {"light": "light", "climate": "temperature", "media_player": "volume", "fan": "speed"}


def _timer(said: str, frame: Frame, context: Context) -> list[Frame]:
    kinds = ("alarm",) if "Alarm" in frame.intent else ("reminder",) if "Reminder" in frame.intent else ("timer", "command")
    timers = [t for t in context.timers if t.get("kind") in kinds]
    if re.search(r"\b(all|both|every)\b", said) and _only(
        said.split(), ("timers", "alarms", "reminders", "timer", "cancel", "stop", "delete")
    ):
        return [
            replace(
                frame,
                intent="HassCancelAllTimers" if frame.intent == "HassCancelTimer" else frame.intent,
                slots={} if frame.intent == "HassCancelTimer" else {**frame.slots, "all": True},
                code=None,
                score=0.96,
                source="context/history",
            )
        ]
    by_name = [t for t in timers if t.get("name") and str(t["name"]).casefold() in said and len(said.split()) <= 5]
    length = duration([w for w in said.split() if w not in ("the", "my", "a")]) if len(said.split()) <= 6 else None
    if by_name:
        value: dict[str, Any] = {"name": by_name[0]["name"]}
    elif length is not None:
        value = {f"start_{k}": v for k, v in length.slots().items()}
    else:
        place = ordinal(said) if len(said.split()) <= 4 else None
        if place is None or not -len(timers) <= place < len(timers):
            words = [w for w in said.split() if w not in ("the", "one", "timer", "my")]
            return (
                [replace(frame, slots=dict(frame.slots) | {"name": " ".join(words)}, code=None, score=0.6, source="context/history")]
                if 0 < len(words) < 4 and not timers and re.search(r"\b(one|timer)\b", said)
                else []
            )
        timer = timers[place]
        value = {"name": timer["name"]} if timer.get("name") else _parts(float(timer.get("duration_s") or 0.0))
    return [replace(frame, slots=dict(frame.slots) | value, code=None, score=0.96, source="context/history")]


_NEEDS: Mapping[str, tuple[str, ...]] = {
    "HassStartTimer": ("hours", "minutes", "seconds"),
    "HubSetAlarm": ("datetime",),
    "HubSetReminder": ("datetime", "message"),
    "HassClimateSetTemperature": ("temperature", "temperature_step"),
    "HassLightSet": ("brightness", "brightness_step", "color", "temperature"),
    "HassSetVolume": ("volume_level",),
    "HassSetPosition": ("position", "position_step"),
    "HassFanSetSpeed": ("percentage", "percentage_step"),
    "HassHumidifierSetpoint": ("humidity",),
    "HassListAddItem": ("item",),
    "HassShoppingListAddItem": ("item",),
    "HassBroadcast": ("message",),
}
"""What a wish cannot do without; any of them, for a reminder both."""


def _lacks(frame: Frame) -> bool:
    """Whether a question about this wish asks for a value, whatever its code is called."""
    needed = _NEEDS.get(frame.intent, ())
    enough = all if frame.intent == "HubSetReminder" else any
    return bool(needed) and not enough(frame.slots.get(k) is not None for k in needed)


def _parts(seconds: float) -> dict[str, Any]:
    hours, rest = divmod(round(seconds), 3600)
    minutes, left = divmod(rest, 60)
    return {f"start_{k}": v for k, v in (("hours", hours), ("minutes", minutes), ("seconds", left)) if v}


def _value(said: str, text: str, frame: Frame, context: Context) -> dict[str, Any]:
    """The missing value of a frame, from an answer like "ten minutes", "at seven", "blue", "twenty two", "milk"."""
    intent = frame.intent
    words = [t.text for t in tokens(text)]
    if intent == "HassStartTimer" and "conversation_command" in frame.slots:  # "turn off the lights later": for when?
        spoken = text if re.match(r"\W*(?:at|in|on|by|after|tomorrow|tonight)\b", text, re.I) else f"at {text}"
        days = [str(frame.slots["day"]), ""] if frame.slots.get("day") else [""]  # "tomorrow", and now "at eight"
        delay = next((told for day in days if (told := delayed(f"it {day} {spoken}", context.now)) is not None and told[0] == "it"), None)
        return dict(delay[1]) if delay is not None else {}
    if intent in ("HassStartTimer", "HassIncreaseTimer", "HassDecreaseTimer", "HubSnooze"):
        count = amounts(words)
        if (
            len(count) == 1
            and count[0].unit is None
            and count[0].end - count[0].start == len([w for w in words if w not in ("for", "about")])
        ):
            return {"minutes": as_number(count[0].value)}
        length = next((d for at in range(len(words)) if (d := duration(words, at)) is not None), None)
        if length is None or not _only(words[: length.start] + words[length.end :], ()):
            return {}
        return dict(length.slots())
    if intent in ("HubSetAlarm", "HubSetReminder"):
        if intent == "HubSetReminder" and not frame.slots.get("message") and frame.slots.get("datetime"):
            return {"message": said.removeprefix("to ")}
        moment = when.find(tokens(text), context.now, bare=True)
        if moment is None or not _only((w for at, w in enumerate(words) if at not in moment.used), ("o'clock", "oclock", "clock")):
            return {}
        return {"datetime": when.iso(moment.at)} | ({"repeat": list(moment.repeat)} if moment.repeat else {})
    found = amounts(words)
    number = (
        as_percent(found[0]) if found and intent not in ("HassClimateSetTemperature",) else as_number(found[0].value) if found else None
    )
    if intent == "HassLightSet" and len(words) <= 5:
        for at in range(len(words)):
            tint = color(words, at)
            if tint is not None and _only(words[:at] + words[at + tint[2] :], _OF_LIGHT):
                return {tint[0]: tint[1]}
        whole = bool(found) and _only(words[: found[0].start] + words[found[0].end :], _OF_LIGHT)
        return {"brightness": number} if number is not None and whole else {}
    key = {
        "HassClimateSetTemperature": "temperature",
        "HassSetVolume": "volume_level",
        "HassSetPosition": "position",
        "HassFanSetSpeed": "percentage",
        "HassHumidifierSetpoint": "humidity",
    }.get(intent)
    if key is not None:
        whole = bool(found) and _only(words[: found[0].start] + words[found[0].end :], ("degrees", "percent"))
        return {key: number} if number is not None and whole else {}
    if _NEW.match(said) or len(words) > 6:
        return {}
    if intent.endswith(("AddItem", "CompleteItem")) or intent == "HassListRemoveItem":
        return {"item": plain(text)}
    if intent == "HassMediaSearchAndPlay":
        return {"search_query": plain(text)}
    return {"message": plain(text)} if intent == "HassBroadcast" else {}


_OF_LIGHT = ("percent", "color", "colour", "bright", "brightness", "very", "a")
_NUMBERED = frozenset({"number", "option", "one", "two", "three", "four", "five", "none", "neither", "either"})


def _place_of(home: Home, entity_id: str) -> set[str]:
    area = home.area_of(entity_id)
    return set(" ".join((area.name, *area.aliases)).casefold().replace("'", "").split()) if area is not None else set()


def _named_in(reply: str, home: Home) -> tuple[str, ...]:
    """Candidates that a question named aloud, where its turn does not list them."""
    return named(reply, home).entities
