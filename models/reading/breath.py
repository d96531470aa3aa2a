"""Several commands in one breath, exceptions and corrections. Knows how commands hang together; reads no single one itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from devices.home import EMPTY, Home
from models.automaton.house_words import HouseWords, house_words
from models.reading.carry import carried, leans
from models.reading.compound import Clause, asks, clauses, corrections, exception, reasons_apart, run_on
from models.reading.gist import read
from models.reading.intents import NEEDS_ITEM
from models.reading.learned import Model
from models.reading.named import named_in_full
from models.reading.polite import polite
from models.reading.shared import spread, without_pairs
from models.reading.torn import apart
from models.reading.whole import Whole
from models.said import Context, Frame

FOREIGN = 0.3
"""Longer talk that the model gives less is not taken apart in search of a command."""
_JOINERS = (" and ", " then ", ", ", " except", " but ", " no ", ";", ". ", " hm", ": ")
_IN_AN_ITEM = (" and ", ", ", " wait ", " plus ", " scratch that ", " no wait ", " i mean ", " sorry ", " actually ", " hm")


_OTHER_TIME = re.compile(
    r"remind (?:me|us) (?:at|in|for) [\w:]+(?: [\w:]+)?,? (?:no|sorry|i mean|wait|actually|or rather),? (?:at|in|for) [\w:]+ "
)
"""A time that is corrected before what one is to be reminded of is said."""


class Reader(Protocol):
    """What reads a text as one command, or as several."""

    @property
    def nlu(self) -> Model | None: ...

    def read(self, text: str, home: Home, context: Context, depth: int = 0) -> Whole | None: ...

    def single(self, text: str, home: Home, context: Context, depth: int) -> Whole | None: ...


def suspicious(text: str, whole: Whole) -> bool:
    """A single reading of a text that speaks of several things: a loose one, or an item that swallowed them."""
    lowered = f"{text.lower()} "
    if all(f.source == "exact" and f.intent in NEEDS_ITEM for f in whole.frames):
        return any(j in f"{without_pairs(str(f.slots.get('item', '')))} " for f in whole.frames for j in _IN_AN_ITEM)
    if any(f.intent == "HubTeach" for f in whole.frames) and (" i mean " in lowered or " i meant " in lowered):
        return True
    if all(f.source == "exact" and f.intent in ("HubSetAlarm", "HassStartTimer") for f in whole.frames) and corrections(text):
        return True
    if all(f.source == "exact" and f.intent == "HubSetReminder" for f in whole.frames) and _OTHER_TIME.match(lowered):
        return True
    if not any(j in lowered for j in _JOINERS) and len(run_on(text)) < 2:
        return False
    return any(f.source in ("loose", "model") for f in whole.frames)


def drops(text: str, whole: Whole, home: Home) -> bool:
    """Whether one guess stands for several commands, each with a verb of its own: what it leaves out would be lost without a word."""
    if len(whole.frames) > 1 or any(f.source not in ("loose", "model") or not f.targets for f in whole.frames):
        return False
    house = house_words(home)
    firsts = [next((p for p in read(polite(c.text), house).parts if p.kind not in ("filler", "opener")), None) for c in clauses(text)]
    if sum(p is not None and p.kind == "act" and p.cost < 0.2 for p in firsts) > 1:
        return True
    gists = [read(polite(c.text), house) for c in clauses(text)]
    orders = [g for g in gists if any(p.cost < 0.2 and p.value != "set" for p in g.of("act")) and g.of("amount", "color", "level")]
    return len(orders) > 1  # "… up two and … down one"


def corrected(reader: Reader, text: str, home: Home, context: Context, depth: int) -> Whole | None:
    if depth:
        return None
    teaches = re.search(r"\bi meant?\b", text, re.I) is not None
    for before, after in corrections(text):
        if teaches and not _meant(reader, before, home, context):
            continue
        verb = before.split()[0]
        for candidate in [*carried(before, after, house_words(home)), after, f"{verb} {after}"]:
            found = reader.read(candidate, home, context, depth + 1)
            if found is not None and found.code is None and found.score >= 0.6:
                return found
    return None


def excepted(reader: Reader, text: str, home: Home, context: Context, depth: int) -> Whole | None:
    split = exception(text)
    if split is None or depth > 1:
        return None
    left = re.search(r"\bbut (?:leave|keep)\b", text, re.I) is not None
    if depth == 0 and len(clauses(split[0])) > 1 and not left:  # the exception belongs to the last of several commands
        found = several(reader, text, home, context, depth)
        if found is not None and found.code is None:
            gone = _left_out(reader, split, found, home, context, depth)
            return found if isinstance(gone, Whole) else _without(found, gone)
    base = reader.read(split[0], home, context, depth + 1)
    if base is None or base.code is not None:
        return base
    gone = _left_out(reader, split, base, home, context, depth)
    if isinstance(gone, Whole):
        return gone
    found = _without(base, gone)
    if found.code is not None and re.search(r"\b(?:all|every|each)\b", split[0], re.I):
        wide = reader.read(f"{split[0]} in the whole house", home, context, depth + 1)  # all but what is here are the others
        if wide is not None and wide.code is None:
            return _without(wide, gone)
    return found


def _left_out(reader: Reader, split: tuple[str, str], base: Whole, home: Home, context: Context, depth: int) -> set[str] | Whole:
    """The things that are not meant; a refusal where one of them is not known."""
    gone: set[str] = set()
    meant = _targets(base)
    one = len(meant) == 1 and re.search(r"\b(?:all|every|each|everything|any)\b", split[0], re.I) is None
    for piece in clauses(split[1]):
        found = None
        narrow = re.sub(r"\s+(?:everywhere|in (?:the (?:whole )?house|every room|all rooms))\b", "", split[0], flags=re.I)
        wider = [f"{narrow} {piece.text}"] if narrow != split[0] else []
        for candidate in [*carried(split[0], piece.text, house_words(home)), *wider, *_in_the_same_place(split[0], piece.text)]:
            other = reader.read(candidate, home, context, depth + 2)
            good = other is not None and other.code is None
            if good and other is not None and one and meant <= _targets(other):  # what one thing leaves out is another
                continue
            if found is None or found.code is not None or (good and other is not None and meant & _targets(other)):
                found = other
            if found is not None and found.code is None and meant & _targets(found):
                break
        if found is None or found.code is not None:
            detail = dict(found.detail) if found is not None and found.detail else {"name": piece.text}
            return Whole(
                frames=tuple(replace(f, targets=(), code="no_valid_targets") for f in base.frames),
                score=0.7,
                code="no_valid_targets",
                detail=detail,
            )
        gone |= {t for f in found.frames for t in f.targets}
    return gone


def _targets(whole: Whole) -> set[str]:
    return {t for f in whole.frames for t in f.targets}


def _in_the_same_place(base: str, kept: str) -> list[str]:
    """ "turn off the heater in the office" of "turn off everything in the office but the heater"."""
    place = re.search(r"\s(?:in|on) (?:the|my|our) [\w' ]+$", base, re.I)
    verb = re.match(r"(?:turn|switch|put|shut) (?:on|off)\b|\w+", base, re.I)
    return [f"{verb.group()} {kept}{place.group()}"] if place is not None and verb is not None else []


def _without(base: Whole, gone: set[str]) -> Whole:
    frames = tuple(replace(f, targets=tuple(t for t in f.targets if t not in gone)) for f in base.frames)
    kept = tuple(f for f in frames if f.targets)
    if not kept:
        return replace(base, frames=frames, code="no_valid_targets", detail={"reason": "all_excepted"})
    return replace(base, frames=kept, score=base.score * 0.97)


def _meant(reader: Reader, before: str, home: Home, context: Context) -> bool:
    """Whether the words before "I mean" were a command of their own, so that what follows corrects it and teaches nothing."""
    if re.match(r"(?:when(?:ever)?|if|by|with|saying)\b", before, re.I):
        return False
    said = [p for p in read(before, house_words(home)).parts if p.kind != "filler"]
    if said and all(p.kind in ("act", "state") for p in said):  # "turn on, I mean turn off"
        return True
    found = reader.read(before, home, context, 1)
    return found is not None and found.code in (None, "ambiguous", "missing_value", "already")


def several(reader: Reader, text: str, home: Home, context: Context, depth: int) -> Whole | None:
    pieces = clauses(text)
    if len(pieces) == 1:
        pieces = run_on(text)
    if len(pieces) == 1:
        pieces = apart(read(text, house_words(home)), text)
    if asks(text) and not all(asks(piece.text) for piece in pieces[1:]):
        return None
    house = house_words(home)
    needed = reasons_apart(pieces, text)
    if len(needed) < len(pieces) <= 6 and depth <= 1:
        found = _joined(reader, text, needed, house, home, context, depth)
        if found is not None and found.code is None and found.score >= 0.6:
            return found
    if reader.nlu is not None and depth == 0 and len(text.split()) > 5 and reader.nlu.read(text).for_me < FOREIGN:
        return None
    if len(pieces) < 2 or depth > 1:
        return None
    shared = _each(reader, spread(text, house), home, context, depth)
    if shared is not None:
        return shared
    if len(pieces) > 6:
        return None
    return _joined(reader, text, pieces, house, home, context, depth)


_ALIKE = {"HassLawnMowerDock": "HassVacuumReturnToBase", "HassLawnMowerStartMowing": "HassVacuumStart"}
"""What is one verb for different machines: "Dusty and Billy home"."""


def _each(reader: Reader, sentences: Sequence[str], home: Home, context: Context, depth: int) -> Whole | None:
    """Sentences read one by one; None where one of them can't be done or they are of different kinds."""
    found_each = [reader.single(sentence, home, context, depth + 1) for sentence in sentences]
    wholes = [found for found in found_each if found is not None and found.code is None]
    kinds = {_ALIKE.get(f.intent, f.intent) for found in wholes for f in found.frames}
    if not wholes or len(wholes) < len(found_each) or len(kinds) > 1 or min(found.score for found in wholes) < 0.6:
        return None
    signals = tuple(dict.fromkeys(s for found in wholes for s in found.signals))
    frames = tuple(f for found in wholes for f in found.frames)
    return Whole(frames=frames, score=min(found.score for found in wholes) * 0.99, signals=signals)


def _alone(reader: Reader, piece: str, home: Home, context: Context, depth: int) -> Whole | None:
    """The reading of a piece that needs nothing from the one before: "island pendants off"; a bare name leans on it."""
    if not read(piece, house_words(home)).of("act", "state", "amount", "color", "level"):
        return None
    found = reader.single(polite(piece), home, context, depth)
    if found is None or found.code is not None or found.score < 0.9 or len(piece.split()) < 2:
        return None
    placed = all(f.source == "exact" and {"name", "area", "floor"} & set(f.slots) for f in found.frames)
    return found if placed and "room" not in found.signals else None


def _joined(
    reader: Reader, text: str, pieces: Sequence[Clause], house: HouseWords, home: Home, context: Context, depth: int
) -> Whole | None:
    """The pieces one after the other, each completed from the one before where it leans on it."""
    frames: list[Frame] = []
    score = 1.0
    code, detail = None, EMPTY
    bare = named_in_full(pieces[0].text, home)
    if bare and any(home.entities[i].domain not in ("scene", "script") for i in bare):
        return None  # of a name and nothing else it is said later what is to be done
    signals: list[str] = []
    previous = ""
    done = 0
    for index, piece in enumerate(pieces):
        if index < done:
            continue
        for last in range(len(pieces) if index else len(pieces) - 1, index + 1, -1):
            each = _each(reader, spread(text[piece.start : pieces[last - 1].end], house), home, context, depth)
            if each is not None:
                frames += each.frames
                score = min(score, each.score)
                signals += [s for s in each.signals if s not in signals]
                previous, done = piece.text, last
                break
        if index < done:
            continue
        options = [piece.text]
        if previous and _alone(reader, piece.text, home, context, depth + 1) is None:
            likely = carried(previous, piece.text, house)
            options = [*likely, piece.text] if leans(piece.text, house) else [piece.text, *likely]
        chosen: tuple[str, Whole] | None = None
        for option in options:
            found = excepted(reader, option, home, context, depth + 1) or reader.single(polite(option), home, context, depth + 1)
            if found is None or found.score < 0.5:
                continue
            if (
                chosen is None
                or (found.code is None and chosen[1].code is not None)
                or ((found.code is None) == (chosen[1].code is None) and found.score > chosen[1].score + 0.12)
            ):
                chosen = (option, found)
            if chosen[1].code is None and chosen[1].score >= 0.85:
                break
        if chosen is None:
            return None
        frames += [replace(f, span=(piece.start, piece.end)) for f in chosen[1].frames]
        signals += [s for s in chosen[1].signals if s not in signals]
        score = min(score, chosen[1].score)
        if chosen[1].code is not None and code is None:
            code, detail = chosen[1].code, chosen[1].detail
        previous = polite(chosen[0])
    if any(f.intent in ("HubChoose", "HubRepeat") for f in frames) and len(frames) > 1:  # "anything but the lights"
        return None
    told = any(f.intent == "HassGetState" for f in frames) and not any(asks(p.text) for p in pieces)
    if told and any(f.intent != "HassGetState" for f in frames):  # "the lights are on and the heating off" tells, and orders nothing
        return None
    return Whole(frames=tuple(frames), score=score * 0.99, code=code, detail=detail, signals=tuple(signals))
