"""A sentence that leans on the last turn, spelled out: "actually open them halfway" becomes "open the office blinds halfway", and
"no, I said the desk lamp" does with the desk lamp what could not be done before. Knows the last turn's things; reads nothing itself.
"""

from __future__ import annotations

import re
from dataclasses import replace

from devices.home import Home
from models.conversation.focus import about, focus, frames_of
from models.reading.named import named_in_full
from models.said import Context, Frame, Past

_LEAD = re.compile(
    r"^(?:(?:no|actually|well|oh|hm+|okay|ok|and|then|but|now|wait|sorry|rather|maybe|i said|i meant|i mean|i want|make that)\b[, ]*)+",
    re.I,
)
_CORRECTS = re.compile(r"\b(?:no|i said|i meant|i mean|rather|sorry|not)\b", re.I)
_IT = re.compile(r"\b(it|them|that one|those|these|that)\b", re.I)
_MOST = 12
"""Words. A longer sentence says what it is about."""
_FEW = 3
"""Things that are named one by one."""
_ACTS = frozenset({"HassTurnOn", "HassTurnOff", "HassToggle", "HassLightSet", "HassSetPosition", "HassFanSetSpeed", "HassGetState"})


def spelled_out(text: str, home: Home, context: Context) -> str | None:
    """The sentence with the things of the last turn in place of "it", and without what leads in; None where that changes nothing."""
    if not context.recent or len(text.split()) > _MOST:
        return None
    said = text.strip()
    bare = _LEAD.sub("", said)
    past = focus(context, lambda p: bool(about(p)))
    names = _named(past, home) if past is not None else None
    full = _IT.sub(names, bare, count=1) if names is not None else bare
    return full if full and full != said and len(full.split()) > 1 else None


def said_again(text: str, home: Home, context: Context) -> Frame | None:
    """ "No, I said the desk lamp" after a request that found nothing: the same with that thing."""
    past = context.recent[-1] if context.recent else None
    lead = _LEAD.match(text.strip())
    if past is None or lead is None or _CORRECTS.search(lead.group()) is None or past.intent not in _ACTS or about(past):
        return None
    ids = named_in_full(text.strip()[lead.end() :], home)
    if not ids:
        return None
    first = frames_of(past)[0]
    slots = {k: v for k, v in first.slots.items() if k not in ("name", "area", "floor", "domain", "device_class")}
    slots["name"] = home.entities[ids[0]].name
    return replace(first, slots=slots, targets=ids, code=None, score=0.93, source="context/history")


def _named(past: Past, home: Home) -> str | None:
    known = [home.entities[t].name for t in about(past) if t in home.entities]
    return " and ".join(f"the {name}" for name in known) if 0 < len(known) <= _FEW else None
