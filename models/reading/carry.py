"""What a half sentence leaves out and the one before it said: "and the fan", "off in the bedroom", "make it red". Knows phrases only."""

from __future__ import annotations

import re

from models.automaton.house_words import HouseWords
from models.reading.gist import Gist, read
from models.reading.numbers import TENS

_IT = re.compile(r"\b(it|them|that one|this one|those|these)\b", re.I)
_PARTICLE = re.compile(r"^(?:(?:back|it|them)\s+)?(on|off|up|down)\b\s*", re.I)

_WAKES = re.compile(r".*?\b(?:alarm|wake (?:me|us)(?: up)?)\b.*?\b(?:for|at) (?=\S)", re.I)
_CLOCK = re.compile(
    r"(?:at |for )?(?:\d|half past|(?:a )?quarter|noon|midnight|twenty|one\b|two\b|three\b|four\b|five\b|six\b|"
    r"seven\b|eight\b|nine\b|ten\b|eleven|twelve)",
    re.I,
)
_MORE_OR_LESS = frozenset({"brighter", "dimmer", "warmer", "cooler", "louder", "quieter", "up", "down"})
_THERE = re.compile(r"\b(?:in )?there\b(?=\W*$)", re.I)
_SPEED = re.compile(r"\b(?:to|at|on) (?:low|medium|high|full|slow|fast)\b", re.I)

_TIMED = re.compile(r"\btimer\b.*\b(second|minute|hour)s?\b", re.I)
_UNTIMED = re.compile(r"\btimer\b.*\bfor [\w-]+(?: \w+)?$", re.I)
"""A timer whose unit the one before it has said: "and an egg timer for six"."""


def _piece(text: str, gist: Gist, start: int, end: int) -> str:
    return text[gist.tokens[start].start : gist.tokens[end - 1].end] if end > start else ""


def carried(before: str, after: str, house: HouseWords) -> list[str]:
    """Whole sentences that `after` may stand for, given the sentence before it; likely ones first, none where it is whole itself."""
    unit = _TIMED.search(before)
    if unit is not None and _UNTIMED.search(after) is not None:
        return [f"set {after} {unit.group(1)}s"]
    woken = _WAKES.match(before)
    if woken is not None and _CLOCK.match(after):  # "an alarm for six, no, seven in the morning"
        return [f"{woken.group()}{re.sub('^(?:at|for) ', '', after, flags=re.I)}"]
    earlier, later = read(before, house), read(after, house)
    if not earlier.tokens or not later.tokens:
        return []
    if re.search(r"\btimer\b", before, re.I) and later.parts[0].kind in ("duration", "amount") and later.parts[0].end == len(later.tokens):
        length = next((p for p in reversed(earlier.parts) if p.kind in ("duration", "amount")), None)
        if length is not None:  # "a timer for five, no, ten minutes", "for ten minutes, no, fifteen"
            said = f" {unit.group(1)}s" if unit is not None and later.parts[0].kind == "amount" else ""
            return [f"{before[: earlier.tokens[length.start].start]}{after}{said}{before[earlier.tokens[length.end - 1].end :]}"]
    listing = re.match(r"(?:add|put|write|stick)\b", before, re.I)
    if listing is not None and re.search(r"\b(?:to|on|onto) (?:the|my|our) .*\blists?\b", after, re.I):
        return [f"{listing.group()} {after}"]
    if _THERE.search(after):
        place = _place_of(earlier, house)
        if place:
            return [_THERE.sub(f"in the {place}", after)]
    acts = [p for p in earlier.parts if p.kind == "act"]
    own_act = [p for p in later.parts if p.kind == "act" and p.cost < 0.2]
    things = [p for p in earlier.parts if p.kind in ("called", "noun")]
    own_things = [p for p in later.parts if p.kind in ("called", "noun", "here", "upstairs", "downstairs", "everywhere")]
    unknown = any(p.kind in ("unknown", "room") for p in later.parts)
    found: list[str] = []
    thing = _piece(before, earlier, things[0].start, things[-1].end) if things else ""
    if thing and _IT.search(after) and not any(p.kind in ("called", "noun") for p in later.parts):
        found.append(_IT.sub(f"the {thing}", after, count=1))
    particle = _PARTICLE.match(after)
    if particle and thing:
        rest = after[particle.end() :]
        found.append(
            f"turn {particle.group(1)} {rest}"
            if rest and own_things and any(p.kind == "noun" for p in later.parts)
            else f"turn the {_noun_text(earlier, before) or thing} {particle.group(1)} {rest}".strip()
        )
        if rest:
            found.append(f"turn {particle.group(1)} {rest}")
    one = re.match(r"^(?:the |my )?(?P<which>[\w ]+?) ones?$", after.strip(), re.I)
    noun_said = _noun_text(earlier, before) or (thing.split()[-1] if thing else "")
    if one and acts and noun_said and one["which"].split()[-1].lower() not in TENS:  # "to twenty one" speaks of no other one
        verb = _piece(before, earlier, acts[0].start, acts[0].end)
        found.append(f"{verb} the {one['which']} {noun_said}")
    if own_act and own_things and not found:
        return []
    if not own_act and (own_things or unknown) and not particle:
        places = [p for p in later.parts if p.kind == "called" and any(c.kind != "entity" for c in p.value)]
        place_only = (bool(places) and not any(p.kind == "noun" for p in later.parts)) or (
            not any(p.kind in ("noun", "called") for p in later.parts)
        )
        earlier_places = [
            p
            for p in earlier.parts
            if p.kind in ("called", "room", "unknown", "here", "upstairs", "downstairs")
            and (p.kind != "called" or any(c.kind != "entity" for c in p.value))
        ]
        bare = re.sub(r"^(?:in |on |at |for |to )?(?:the |my |our )?", "", after.strip(), flags=re.I)
        valued = any(p.kind in ("amount", "color", "level") for p in later.parts) or _SPEED.search(after) is not None
        if valued and place_only and _noun_text(earlier, before):
            found.append(f"set the {_noun_text(earlier, before)} {after}")
        if place_only and earlier_places and not valued:
            swap = earlier_places[-1]
            start, end = earlier.tokens[swap.start].start, earlier.tokens[swap.end - 1].end
            found.append(f"{before[:start]}{bare}{before[end:]}")
        values = [p for p in later.parts if p.kind in ("amount", "color", "level")]
        bare_noun = len(later.parts) == 1 and later.parts[0].kind == "noun"
        prefix = _place_of(earlier, house) if bare_noun and acts else ""
        if prefix and re.search(rf"\b{re.escape(prefix)}\b", before, re.I):  # "the basement tv and lights" are both there
            found.append(f"{_piece(before, earlier, acts[0].start, acts[0].end)} the {after} in the {prefix}")
        if things and not place_only and not values and not valued:
            span_start, span_end = earlier.tokens[things[0].start].start, earlier.tokens[things[-1].end - 1].end
            found.append(f"{before[:span_start]}{bare}{before[span_end:]}")
        noun = _noun_text(earlier, before)
        if place_only and noun and acts:
            found.append(f"{_piece(before, earlier, acts[0].start, acts[0].end)} the {noun} in the {bare}")
        if acts:
            verb = _piece(before, earlier, acts[0].start, acts[0].end)
            found.append(f"{verb} {after}")
    values = [p for p in later.parts if p.kind in ("amount", "color", "level", "state")]
    if values and not own_things and not unknown:
        earlier_values = [p for p in earlier.parts if p.kind in ("amount", "color", "level", "state")]
        if earlier_values:
            swap = earlier_values[-1]
            start, end = earlier.tokens[swap.start].start, earlier.tokens[swap.end - 1].end
            bare = re.sub(r"^(?:to|at)\s+", "", after.strip(), flags=re.I)
            found.append(f"{before[:start]}{bare}{before[end:]}")
        if thing:
            found.append(f"set the {thing} to {re.sub(r'^(?:to|at) ', '', after.strip(), flags=re.I)}")
    if own_act and not own_things and not unknown and thing:
        found.append(f"{after} the {thing}")
    elif not things and acts and before.split()[-1].lower() in ("on", "off", "up", "down"):
        found.append(f"{before.split()[0]} {after}")
    return list(dict.fromkeys(f for f in found if f.strip() != after.strip()))


def _place_of(gist: Gist, house: HouseWords) -> str:
    """The room that a sentence speaks of, or where its thing is; "" where it speaks of none."""
    for part in gist.of("called"):
        areas = [c.id for c in part.value if c.kind == "area"] or [
            a.id for c in part.value if c.kind == "entity" and (a := house.home.area_of(c.id)) is not None
        ]
        if areas:
            return house.home.areas[areas[0]].name.lower()
    return ""


def _noun_text(gist: Gist, text: str) -> str:
    part = next((p for p in gist.parts if p.kind == "noun"), None)
    return text[gist.tokens[part.start].start : gist.tokens[part.end - 1].end] if part is not None else ""


def leans(text: str, house: HouseWords) -> bool:
    """Whether a piece can't stand alone: it has no verb of its own, or says "it"."""
    if _PARTICLE.match(text) and not re.match(r"\w+\s+(?:the|my)\b", text):  # "down to twenty percent"
        return True
    gist = read(text, house)
    if _THERE.search(text):
        return True
    if {p.kind for p in gist.parts} <= {"act", "little", "lot", "filler"} and {p.value for p in gist.of("act")} & _MORE_OR_LESS:
        return True  # "… and dim"
    return bool(gist.of("pronoun")) or not any(p.cost < 0.2 for p in gist.of("act"))
