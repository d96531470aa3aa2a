"""Teaching what things are called ("the big lamp is the floor lamp") and what people like ("I'm a Warriors fan"). Knows words and names."""

from __future__ import annotations

import re

from devices.home import Home
from hub.knowledge import taught_rows
from hub.learning.lesson import ARTICLE, Read, declined, known_name, lesson, read_back, record
from hub.learning.sound import SMALL, plain
from hub.learning.vocabulary import COMMAND_WORDS, house_word
from models.said import Context, Interpretation

_IS = re.compile(
    r"^\W*(?:please )?(?:remember|learn|note|keep in mind|know)(?: that)?[, ]+(?P<key>.+?) (?:is|are|'s)(?: also| really| "
    r"actually)?(?: called| named| known as)?[, ]+(?P<value>.+)$",
    re.IGNORECASE,
)
_CALL = re.compile(
    r"^\W*(?:please )?(?:i |we )?(?:also )?(?:call|name|rename)(?:ed)? (?P<value>the .+?|my .+?|our .+?)(?: also| as| to)? "
    r"(?P<key>(?:the|my|our|a) .+)$",
    re.IGNORECASE,
)
_CALLED = re.compile(r"^\W*(?:please )?(?:the|my|our) (?P<value>.+?) is (?:also )?(?:called|named|known as) (?P<key>.+)$", re.IGNORECASE)
_FAN = re.compile(
    r"^\W*(?:remember (?:that )?)?i(?:'m| am)(?: a| an| the)?(?: big| huge| real)? (?P<what>.+?) (?P<kind>fan|supporter|lover|person)\W*$",
    re.IGNORECASE,
)
_LIKE = re.compile(
    r"^\W*(?:remember (?:that )?)?(?:i|we) (?:really |only |always |do |usually )*(?P<verb>like|love|prefer|enjoy|hate|dislike|"
    r"can't stand|listen to|support|root for|follow)(?: listening to| to listen to)?(?: the)? (?P<what>.+)$",
    re.IGNORECASE,
)
_FAVOURITE = re.compile(r"^\W*(?:remember (?:that )?)?my favou?rite (?P<kind>[\w ]+?) (?:is|are)(?: the)? (?P<what>.+)$", re.IGNORECASE)
OPENERS = frozenset(
    word
    for line in ("i we you he she it they that this these those no yes", "sorry well oh wait what and but actually ok okay hm um")
    for word in line.split()
)
"""Words that are no name for anything."""
_SAID = frozenset(COMMAND_WORDS)


def name(text: str, home: Home, context: Context) -> Interpretation | None:
    """What teaching a name comes to: read back to be confirmed, or declined with why; None for words that teach none."""
    for pattern in (_IS, _CALL, _CALLED):
        match = pattern.match(text)
        if match is not None:
            key, value = match.group("key"), match.group("value")
            if re.match(r"^\W*(?:my favou?rite)\b", key, re.IGNORECASE):
                continue
            told = taught_name(key, value, home, context, text)
            if told is not None:
                return told
    return None


def taught_name(key: str, value: str, home: Home, context: Context, text: str) -> Interpretation | None:
    """The same with the two sides found: one of them names a thing or a room of this house, the other is new."""
    a, b = known_name(key, home), known_name(value, home)
    new, known = (ARTICLE.sub("", plain(key)), b) if b is not None else (ARTICLE.sub("", plain(value)), a)
    if known is None:
        if not text.lower().lstrip().startswith(("remember", "learn", "note", "know", "please remember")):
            return None
        unknown = ARTICLE.sub("", plain(value))
        reply = f"I don't know anything called {unknown} here, so I can't remember that."
        return declined({"kind": "name", "name": unknown}, "no_valid_targets", reply, heard=text)
    slots = {"kind": "name", "phrase": new, "name": known}
    if a is not None and b is not None:
        return declined(slots, "already", f"I know both the {a} and the {b} here; they are two things.", heard=text)
    if says_something(new):
        return declined(slots, "reserved", f"I can't call the {known} “{new}”.", heard=text)
    return read_back(slots, record("name", new, known, home, context), f"Shall I call the {known} the {new}, too?", heard=text)


def says_something(words: str) -> bool:
    """Whether words already say something in any request ("it", "on", "turn off"), and so can be no name. What houses have can be one."""
    return all((w in _SAID or w in OPENERS or w in SMALL) and not house_word(w) for w in words.split())


def liking(text: str, home: Home, context: Context, read: Read) -> Interpretation | None:
    """What somebody likes, kept for that person; it harms nothing, so it is told and not asked."""
    fan, favourite, like = _FAN.match(text), _FAVOURITE.match(text), _LIKE.match(text)
    if fan is not None:
        kind, what, verb = "fan", fan.group("what"), "like"
    elif favourite is not None:
        kind, what, verb = plain(favourite.group("kind")), favourite.group("what"), "like"
    elif like is not None:
        verb = "dislike" if re.match(r"hate|dislike|can't", like.group("verb"), re.IGNORECASE) else "like"
        kind, what = "liking", like.group("what")
        if re.match(r"^(?:it|that|this|you|to)\b", what, re.IGNORECASE):
            return None
        meant = read(text)
        if meant.accepted and meant.frames and not meant.frames[0].intent.startswith("Hub"):
            return None
    else:
        return None
    what = plain(what.strip(" .!?"))
    said = f"{verb} {what}" if kind == "liking" else f"{what} {kind}" if kind == "fan" else f"favourite {kind}: {what}"
    taught = record("preference", f"{kind}:{what}" if kind in ("fan", "liking") else kind, f"{verb} {what}", home, context, scope="person")
    reply = {
        "fan": f"Got it, you're a {what.title()} fan. I'll remember that.",
        "liking": f"Okay, you {verb} {what}. I'll remember that.",
    }.get(kind, f"Okay, your favourite {kind} is {what}. I'll remember that.")
    return lesson(
        "HubPreference",
        {"kind": kind, "value": what, "said": said},
        decision="answer",
        code="taught",
        heard=text,
        reply=reply,
        effect={"op": "teach", "taught": taught_rows([taught])[0]},
    )
