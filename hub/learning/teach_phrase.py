"""Teaching a phrase: "when I say movie time, dim the lights". Knows where the phrase ends, what may not be taught, and the read-back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from devices.home import Home
from devices.risk import risk
from hub.decision.services import commands
from hub.learning.lesson import Read, declined, known_name, read_back, record
from hub.learning.sound import WORDS_OF_RISK, flips, plain
from hub.learning.taught import core, generalised
from hub.learning.teach_name import OPENERS, taught_name
from models.said import Context, Frame, Interpretation

_WHEN = re.compile(
    r"^\W*(?:(?:please|okay|ok|hey)[, ]+)*(?:(?:remember|learn|from now on|in future|in the future|next time)[, ]+(?:that "
    r")?)?(?:when|whenever|if|every time|each time|any time)(?: that)? "
    r"(?:i|we|somebody|someone) (?:say|says|tell you|ask for|ask you for|ask you to)[, :]*(?P<rest>.+)$",
    re.IGNORECASE,
)
_MEANS = re.compile(
    r"^\W*(?:(?:remember|learn)(?: that)?[, ]+)?(?:by |with )?[\"'“‘]?(?P<key>.+?)[\"'”’]?,? (?:should )?(?:means?|stands for|is "
    r"short for|i mean|is another (?:name|word) for|is my (?:name|word) for)"
    r"(?: that)?(?: you should| to)?[, :]+(?P<value>.+)$",
    re.IGNORECASE,
)
_NO_START = frozenset(
    ["the", "a", "an", "in", "on", "of", "and", "my", "for", "to", "at", "is", "am", "are", "i", "i'm", "we", "you", "it"]
)


def phrase(text: str, home: Home, context: Context, read: Read) -> Interpretation | None:
    """What teaching a phrase comes to: read back to be confirmed, or declined with why; None for words that teach none."""
    match = _WHEN.match(text)
    if match is not None:
        found = _split(match.group("rest"), home, context, read)
    else:
        means = _MEANS.match(text)
        if means is None or _corrects(text, means):
            return None
        if known_name(means.group("value"), home) is not None and known_name(means.group("key"), home) is None:
            return taught_name(means.group("key"), means.group("value"), home, context, text)
        if text.strip().lower().startswith(("what ", "who ", "why ", "how ")):
            return None
        found = _checked(means.group("key"), means.group("value"), home, context, read)
        if found is None:
            return None
    if found is None:
        reply = (
            "I understood that you want to teach me something, but not what I should do. Say it like: when I say movie time, "
            "dim the lights."
        )
        return declined({"kind": "phrase"}, "not_understood", reply, heard=text)
    key, value, frames = found
    slots: dict[str, Any] = {"kind": "phrase", "phrase": key, "request": value}
    if not key or core(key) in ("yes", "no", "stop", "cancel", "never mind", "help"):
        return declined(slots, "reserved", f"I can't give “{key}” another meaning.", heard=text)
    meant = read(key)
    if flips(key, value) and meant.accepted and meant.frames and not any(f.code for f in meant.frames):
        return declined(slots, "reserved", f"“{key}” says the opposite already, so I won't take it for {value}.", heard=text)
    if risky(value, frames, home, context):
        reply = "That would do something risky, and I don't learn that by voice alone. You can add it with hub taught add."
        return declined(slots, "risky_not_by_voice", reply, heard=text)
    general, what = generalised(key, value, home)
    slots |= {"phrase": general, "request": what}
    reply = f"When you say “{key}”, I'll {_spoken(value)}. Shall I remember that?"
    return read_back(slots, record("phrase", general, what, home, context), reply, heard=text)


def _corrects(text: str, means: re.Match[str]) -> bool:
    """Whether "I mean" mends what was just said ("lock the back, I mean the front door"): only "by X I mean Y" and the like teach."""
    if set(plain(means.group("key")).split()) <= OPENERS:
        return True
    between = text[means.end("key") : means.start("value")].lower()
    return "i mean" in between and re.match(r"\W*(?:by|with|remember|learn)\b", text, re.IGNORECASE) is None


def _spoken(value: str) -> str:
    return re.sub(r"\bmy\b", "your", value.strip(" .!?"))


def _split(rest: str, home: Home, context: Context, read: Read) -> tuple[str, str, tuple[Frame, ...]] | None:
    """Where the phrase ends and what to do begins: at a mark if there is one, else where the rest reads best as a request."""
    quoted = re.match(r"^[\"'“‘](?P<key>[^\"”’]+?)[\"'”’][\s,:;-]*(?P<value>.+)$", rest)
    marks = [(quoted.group("key"), quoted.group("value"))] if quoted else []
    marks += [
        (rest[: m.start()], rest[m.end() :])
        for m in re.finditer(r"\s*[,;:]\s*(?:then\s+)?|\s+(?:then|i want you to|you should|you must|i mean|it means|that means)\s+", rest)
    ]
    for key, value in marks:
        known = known_name(value, home)
        if known is not None and re.search(r"\bi mean\b|means", rest):
            return key, value, ()
        found = _checked(key, value, home, context, read)
        if found is not None:
            return found
    words = rest.split()
    best: tuple[float, tuple[str, str, tuple[Frame, ...]]] | None = None
    for k in range(1, min(len(words), 9)):
        if words[k].lower() in _NO_START or not re.match(r"[a-z]", words[k], re.IGNORECASE):
            continue
        found = _checked(" ".join(words[:k]), " ".join(words[k:]), home, context, read)
        if found is not None:
            sure = read(found[1]).confidence
            if best is None or sure > best[0] + 0.02:
                best = (sure, found)
    return best[1] if best is not None else None


def _checked(key: str, value: str, home: Home, context: Context, read: Read) -> tuple[str, str, tuple[Frame, ...]] | None:
    value = re.sub(
        r"^\s*(?:please |then |you (?:should|must|can) |i want you to |to )+", "", value.strip(" .!?\"'“”‘’"), flags=re.IGNORECASE
    )
    key = core(plain(key))
    if not key or not value:
        return None
    meant = read(value)
    frames = meant.frames
    if not meant.accepted or not frames or any(f.code for f in frames):
        parts = [p for p in re.split(r"\s*(?:,|;|\band then\b|\bthen\b|\band\b)\s*", value) if p]
        readings = [read(p) for p in parts]
        if len(parts) < 2 or not all(r.accepted and r.frames and not any(f.code for f in r.frames) for r in readings):
            return None
        frames = tuple(f for r in readings for f in r.frames)
    if any(f.intent.startswith("Hub") and f.intent in ("HubTeach", "HubSmallTalk", "HubYes", "HubNo", "HubForget") for f in frames):
        return None
    return key, plain(value), frames


def risky(value: str, frames: Iterable[Frame], home: Home, context: Context) -> bool:
    """Whether what is taught would do something that has to be confirmed: by the house's own risk table, and by the words."""
    words = set(plain(value).split())
    if words & {"unlock", "disarm"} or (
        words & (WORDS_OF_RISK - {"unlock", "disarm"}) and words & {"open", "on", "start", "preheat", "heat", "raise"}
    ):
        return True
    for frame in frames:
        for command in commands(frame, home, context):
            if command.entity_id is not None and risk(home, command.entity_id, command.service) != "safe":
                return True
    return False
