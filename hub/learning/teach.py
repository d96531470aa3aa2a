"""Teaching by voice or keyboard, and how it is taken back: the order in which words are taken for it, and answers to what it asks.

After Ping et al. 2012.00958: ask, parse the answer, read back, confirm, store, apply.
`before` reads the words and changes nothing; hub.learning.settle writes down what the turn settled, once it is in the journal.
Knows dialogue; what a phrase or a name may be stands in hub.learning.teach_phrase and teach_name. The reading is handed in.
"""

from __future__ import annotations

import re

from devices.home import Home
from hub.knowledge import Knowledge
from hub.learning import forget
from hub.learning.lesson import Read, declined, lesson
from hub.learning.teach_name import liking, name
from hub.learning.teach_phrase import phrase
from hub.learning.told import told
from models.said import Context, Interpretation, Past

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
OPEN_S = 300.0


def before(text: str, knowledge: Knowledge, home: Home, context: Context, read: Read) -> Interpretation | None:
    """The reading of words that teach, ask what was learned, take it back, or answer an open teaching question; None for all other words.

    `detail` holds decision (answer · confirm · decline), code, reply, and `effect`, which `settle` carries out.
    """
    answer = _answer(text, context)
    if answer is not None:
        return _allowed(answer, text, knowledge, context)
    taken_back = forget.heard(text, knowledge, home, context)
    if taken_back is not None:
        return taken_back
    if _LEARNED.match(text):
        return _told(knowledge, home, context)
    found = phrase(text, home, context, read) or name(text, home, context) or liking(text, home, context, read)
    return _allowed(found, text, knowledge, context) if found is not None else None


def _allowed(found: Interpretation, text: str, knowledge: Knowledge, context: Context) -> Interpretation:
    """The lesson, or that learning is switched off for who speaks: nothing is promised that will not be kept."""
    off = knowledge.learned.off
    if "effect" not in found.detail or not off or ("*" not in off and context.person not in off):
        return found
    reply = (
        "I don't learn from you at the moment, so I won't remember that. Say: start learning from me."
        if "*" not in off
        else "Learning is switched off here, so I won't remember that. Say: start learning from us."
    )
    return declined(found.frames[0].slots, "learning_is_off", reply, heard=text)


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
    kind = str(slots.get("kind", "phrase"))
    key, value = str(slots.get("phrase", "")), str(slots.get("name" if kind == "name" else "request", ""))
    taught = {"kind": kind, "key": key, "value": value, "at": context.now.isoformat()}
    return lesson(
        "HubTeach",
        {**slots, "confirmed": True},
        decision="answer",
        code="taught",
        heard=text,
        reply=f"Okay, the {key} is the {value}." if kind == "name" else "Okay, I'll remember that.",
        effect={"op": "teach", "taught": taught},
    )


def _told(knowledge: Knowledge, home: Home, context: Context) -> Interpretation:
    counts, reply = told(knowledge, home.id, context.person)
    return lesson("HubWhatLearned", counts, decision="answer", code="learned", heard="", reply=reply)
