"""Teaching by voice or keyboard: "when I say X do Y", "the big lamp is the floor lamp", "I'm a Warriors fan", and how it is taken back.

After Ping et al. 2012.00958: ask, parse the answer, read back, confirm, store, apply.
`before` reads the words and changes nothing; hub.learning.settle writes down what the turn settled, once it is in the journal.
Knows dialogue and risk; the reading is handed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from devices.home import Home
from devices.risk import risk
from hub.decision.services import commands
from hub.knowledge import Knowledge, Taught, digest, taught_rows
from hub.learning import forget
from hub.learning.sound import WORDS_OF_RISK, plain
from hub.learning.taught import core, generalised
from hub.learning.told import told
from models.said import Context, Frame, Interpretation, Past

Read = Callable[[str], Interpretation]

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
_LEARNED = re.compile(
    r"^\W*(?:what (?:have|did) you (?:learn(?:ed|t)?|been taught)(?: so far| about (?:me|us)| from (?:me|us))?|what do you know "
    r"about (?:me|us)|what (?:have|did) (?:i|we) (?:taught|teach) you|tell me what you(?:'ve| have)? learn(?:ed|t))\W*$",
    re.IGNORECASE,
)
_YES = re.compile(
    r"^\W*(?:yes|yeah|yep|yup|sure|correct|right|that'?s right|ok|okay|please do|do it|do that|go ahead|exactly|of course|"
    r"confirm(?:ed)?|sounds good|absolutely)\b",
    re.IGNORECASE,
)
_NO = re.compile(r"^\W*(?:no|nope|nah|never ?mind|don'?t|cancel|stop|forget it|wrong|leave it)\b", re.IGNORECASE)
_NO_START = frozenset(
    ["the", "a", "an", "in", "on", "of", "and", "my", "for", "to", "at", "is", "am", "are", "i", "i'm", "we", "you", "it"]
)
_OPENERS = frozenset(
    word
    for line in ("i we you he she it they that this these those no yes", "sorry well oh wait what and but actually ok okay hm um")
    for word in line.split()
)
"""Words that are no name for anything."""
_ARTICLE = re.compile(r"^(?:the|my|our|a|an) ", re.IGNORECASE)
OPEN_S = 300.0


def before(text: str, knowledge: Knowledge, home: Home, context: Context, read: Read) -> Interpretation | None:
    """The reading of words that teach, ask what was learned, take it back, or answer an open teaching question; None for all other words.

    `detail` holds decision (answer · confirm · decline), code, reply, and `effect`, which `settle` carries out.
    """
    answer = _answer(text, context)
    if answer is not None:
        return answer
    taken_back = forget.heard(text, knowledge, home, context)
    if taken_back is not None:
        return taken_back
    if _LEARNED.match(text):
        return _told(knowledge, home, context)
    return _phrase(text, home, context, read) or _name(text, home, context) or _liking(text, home, context, read)


def lesson(
    intent: str, slots: Mapping[str, Any], *, decision: str, code: str, reply: str, heard: str, effect: Mapping[str, Any] | None = None
) -> Interpretation:
    """An interpretation that teaching made: what to decide and to say stands in `detail`."""
    detail: dict[str, Any] = {"decision": decision, "code": code, "reply": reply}
    if effect is not None:
        detail["effect"] = dict(effect)
    frame = Frame(intent=intent, slots=dict(slots), score=1.0, source="taught")
    return Interpretation(frames=(frame,), accepted=True, confidence=1.0, margin=1.0, code=code, heard=heard, detail=detail)


# -- when I say X, do Y ------------------------------------------------------------------------------------------------------


def _phrase(text: str, home: Home, context: Context, read: Read) -> Interpretation | None:
    match = _WHEN.match(text)
    if match is not None:
        found = _split(match.group("rest"), home, context, read)
    else:
        means = _MEANS.match(text)
        if means is None or _corrects(text, means):
            return None
        if _known(means.group("value"), home) is not None and _known(means.group("key"), home) is None:
            return _taught_name(means.group("key"), means.group("value"), home, context, text)
        if text.strip().lower().startswith(("what ", "who ", "why ", "how ")):
            return None
        found = _checked(means.group("key"), means.group("value"), home, context, read)
        if found is None:
            return None
    if found is None:
        return lesson(
            "HubTeach",
            {"kind": "phrase"},
            decision="decline",
            code="not_understood",
            heard=text,
            reply="I understood that you want to teach me something, but not what I should do. Say it like: when I say movie time, "
            "dim the lights.",
        )
    key, value, frames = found
    slots: dict[str, Any] = {"kind": "phrase", "phrase": key, "request": value}
    if not key or core(key) in ("yes", "no", "stop", "cancel", "never mind", "help"):
        return lesson("HubTeach", slots, decision="decline", code="reserved", heard=text, reply=f"I can't give “{key}” another meaning.")
    if risky(value, frames, home, context):
        return lesson(
            "HubTeach",
            slots,
            decision="decline",
            code="risky_not_by_voice",
            heard=text,
            reply="That would do something risky, and I don't learn that by voice alone. You can add it with hub taught add.",
        )
    general, what = generalised(key, value, home)
    slots |= {"phrase": general, "request": what}
    taught = _record("phrase", general, what, home, context)
    return lesson(
        "HubTeach",
        slots,
        decision="confirm",
        code="teach",
        heard=text,
        reply=f"When you say “{key}”, I'll {_spoken(value)}. Shall I remember that?",
        effect={"op": "ask", "taught": taught_rows([taught])[0]},
    )


def _corrects(text: str, means: re.Match[str]) -> bool:
    """Whether "I mean" mends what was just said ("lock the back, I mean the front door"): only "by X I mean Y" and the like teach."""
    if set(plain(means.group("key")).split()) <= _OPENERS:
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
        known = _known(value, home)
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


def _record(kind: str, key: str, value: str, home: Home, context: Context, scope: str = "home") -> Taught:
    person = context.person if scope == "person" else None
    return Taught(
        id=digest("taught", kind, key, home.id, person),
        kind=kind,
        key=key,
        value=value,
        home=home.id,
        person=person,
        at=context.now.isoformat(),
    )


# -- X is Y ------------------------------------------------------------------------------------------------------------------


def _known(name: str, home: Home) -> str | None:
    """The plain name in the house that these words are, if any."""
    said = _ARTICLE.sub("", plain(name.strip(" .!?")))
    named = [(e.name, *e.aliases) for e in home.entities.values()] + [(a.name, *a.aliases) for a in home.areas.values()]
    for names in named:
        for known in names:
            if plain(known) in (said, f"the {said}"):
                return plain(known)
    return None


def _name(text: str, home: Home, context: Context) -> Interpretation | None:
    for pattern in (_IS, _CALL, _CALLED):
        match = pattern.match(text)
        if match is not None:
            key, value = match.group("key"), match.group("value")
            if re.match(r"^\W*(?:my favou?rite)\b", key, re.IGNORECASE):
                continue
            told = _taught_name(key, value, home, context, text)
            if told is not None:
                return told
    return None


def _taught_name(key: str, value: str, home: Home, context: Context, text: str) -> Interpretation | None:
    a, b = _known(key, home), _known(value, home)
    new, known = (_ARTICLE.sub("", plain(key)), b) if b is not None else (_ARTICLE.sub("", plain(value)), a)
    if known is None:
        if not text.lower().lstrip().startswith(("remember", "learn", "note", "know", "please remember")):
            return None
        return lesson(
            "HubTeach",
            {"kind": "name", "name": _ARTICLE.sub("", plain(value))},
            decision="decline",
            code="no_valid_targets",
            heard=text,
            reply=f"I don't know anything called {_ARTICLE.sub('', plain(value))} here, so I can't remember that.",
        )
    slots = {"kind": "name", "phrase": new, "name": known}
    if a is not None and b is not None:
        return lesson(
            "HubTeach",
            slots,
            decision="decline",
            code="already",
            heard=text,
            reply=f"I know both the {a} and the {b} here; they are two things.",
        )
    taught = _record("name", new, known, home, context)
    return lesson(
        "HubTeach",
        slots,
        decision="answer",
        code="taught",
        heard=text,
        reply=f"Okay, the {new} is the {known}. I'll remember that.",
        effect={"op": "teach", "taught": taught_rows([taught])[0]},
    )


# -- likings -----------------------------------------------------------------------------------------------------------------


def _liking(text: str, home: Home, context: Context, read: Read) -> Interpretation | None:
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
    taught = _record("preference", f"{kind}:{what}" if kind in ("fan", "liking") else kind, f"{verb} {what}", home, context, scope="person")
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


# -- answers and questions ---------------------------------------------------------------------------------------------------


def open_lesson(context: Context) -> Past | None:
    """The teaching question that the last turn left open, if it is not too old."""
    if not context.recent:
        return None
    last = context.recent[-1]
    if last.decision != "confirm" or not last.frames or last.frames[0].intent != "HubTeach":
        return None
    if last.at is not None and (context.now - last.at).total_seconds() > OPEN_S:
        return None
    return last


def _answer(text: str, context: Context) -> Interpretation | None:
    last = open_lesson(context)
    if last is None:
        return None
    slots = dict(last.frames[0].slots)
    if _NO.match(text):
        return lesson(
            "HubTeach",
            {**slots, "confirmed": False},
            decision="answer",
            code="not_taught",
            heard=text,
            reply="Okay, I won't remember that.",
        )
    if not _YES.match(text):
        return None
    key, value = str(slots.get("phrase", "")), str(slots.get("request", ""))
    kind = str(slots.get("kind", "phrase"))
    taught = {"kind": kind, "key": key, "value": value, "at": context.now.isoformat()}
    return lesson(
        "HubTeach",
        {**slots, "confirmed": True},
        decision="answer",
        code="taught",
        heard=text,
        reply="Okay, I'll remember that.",
        effect={"op": "teach", "taught": taught},
    )


def _told(knowledge: Knowledge, home: Home, context: Context) -> Interpretation:
    counts, reply = told(knowledge, home.id, context.person)
    return lesson("HubWhatLearned", counts, decision="answer", code="learned", heard="", reply=reply)
