"""Two commands without a word between them, told apart by what is said of each thing: "big light on corner lamp off". No house."""

from __future__ import annotations

import re

from models.reading.compound import Clause
from models.reading.gist import Gist
from models.reading.parts import Part

_SAID = ("act", "state", "color", "amount", "level")
_MORE_OR_LESS = frozenset({"brighter", "dimmer", "warmer", "cooler", "louder", "quieter", "up", "down"})
_SMALL = frozenset({"the", "my", "our", "a", "an"})


def _things(gist: Gist) -> list[Part]:
    """Names of entities and device words, a device word behind a name being one with it."""
    found: list[Part] = []
    for part in gist.parts:
        named = part.kind == "called" and any(c.kind == "entity" for c in part.value)
        if not named and part.kind != "noun":
            continue
        if found and found[-1].end == part.start and part.kind == "noun":
            continue
        found.append(part)
    return found


def _what(part: Part, gist: Gist) -> str | None:
    """What a part says of a thing: on, off, a colour, a level; None for a verb that needs one of those, and for a place's "on the"."""
    if part.kind == "amount":
        return f"amount {part.value.value}"
    if part.kind == "color":
        return f"color {part.value}"
    if part.kind in ("act", "state"):
        if part.kind == "act" and part.value in _MORE_OR_LESS:
            return str(part.value)
        if part.value not in ("on", "off"):
            return None
        follows = gist.tokens[part.end].text if part.end < len(gist.tokens) else ""
        return None if part.kind == "state" and part.value == "on" and part.text == "on" and follows in _SMALL else str(part.value)
    return part.kind if part.kind in _SAID else None


def _compared(part: Part) -> bool:
    """Whether a word stands behind its thing and is no verb before the next: "this lamp brighter that one dimmer"."""
    return part.value in _MORE_OR_LESS and (part.text.endswith("er") or part.text in ("up", "down", "more", "less"))


def said_of_each(gist: Gist) -> list[tuple[Part, str | None]]:
    """Each thing with what is said of it: behind it, before the next one; else by the verb that stands before all."""
    things = _things(gist)
    out: list[tuple[Part, str | None]] = []
    for index, thing in enumerate(things):
        until = things[index + 1].start if index + 1 < len(things) else len(gist.tokens)
        after = [w for p in gist.parts if thing.end <= p.start and p.end <= until and p.kind in _SAID if (w := _what(p, gist)) is not None]
        since = things[index - 1].end if index else 0
        verbs = [p for p in gist.parts if p.kind == "act" and since <= p.start and p.end <= thing.start and not _compared(p)]
        before = [w for p in verbs if (w := _what(p, gist)) is not None]
        nxt = things[index + 1] if index + 1 < len(things) else None
        if not after and nxt is not None and thing.kind == nxt.kind == "called":  # a name is no place: "this light on the corner lamp off"
            after = ["on" for p in gist.parts if thing.end == p.start and p.kind == "state" and p.text == "on" and p.end < nxt.start]
        leading = next(iter(before), None)
        if leading is not None and after and index + 1 < len(things) and after[-1] != leading:
            after = after[:-1]  # the verb of the next thing: "turn on this, turn off that"
        out.append((thing, leading or (after[0] if after else None)))
    return out


def is_torn(gist: Gist) -> bool:
    """Whether two things are to be otherwise: no reading of the sentence as one command is right."""
    whats = [what for _, what in said_of_each(gist) if what is not None]
    return len(set(whats)) > 1


def apart(gist: Gist, text: str) -> list[Clause]:
    """The pieces before each thing of which something else is said; one where there is nothing to part."""
    cuts = [0]
    last: str | None = None
    last_end = 0
    for thing, what in said_of_each(gist):
        if what is not None and last is not None and what != last:
            start = thing.start
            verb = next((p for p in gist.parts if p.kind == "act" and cuts and last_end <= p.start and p.end <= start), None)
            start = verb.start if verb is not None else start
            while start > 0 and gist.tokens[start - 1].text in _SMALL:
                start -= 1
            cuts.append(gist.tokens[start].start)
        last, last_end = what or last, thing.end
    return [Clause(re.sub(r"[\s,]+(?:and|then)?[\s,]*$", "", text[a:b]), a, b) for a, b in zip(cuts, [*cuts[1:], len(text)], strict=True)]
