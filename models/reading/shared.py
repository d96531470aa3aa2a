"""One verb, value or list for several things: "put this and that at thirty percent". Knows phrases; no home."""

from __future__ import annotations

import re

from models.automaton.house_words import HouseWords, lexicon
from models.reading.compound import Clause, clauses
from models.reading.gist import read

_THINGS = ("called", "noun", "room", "unknown", "color")
_LIST = re.compile(
    r"^(?P<verb>(?:add|put|stick|pop|write|note|jot(?: down)?|get|place|(?:i|we)(?:'d like| would like| need| want))\s+)(?P<items>.+?)"
    r"(?P<tail>\s+(?:to|on|onto|in|down on)\s+(?:the|my|our)\s+[^,]+)$",
    re.I,
)
_APART = re.compile(r"\s*,\s*(?:and\s+)?|\s+(?:and|plus|as well as|also)\s+", re.I)


def spread(text: str, house: HouseWords) -> list[str]:
    """The sentences that a shared verb and a shared end stand for; none where nothing is shared."""
    return _items(text) or _things(text, house)


def _items(text: str) -> list[str]:
    match = _LIST.match(text.strip())
    if match is None:
        return []
    said = match["items"]
    if re.search(r"\band\b.*\b(?:to|on|onto) (?:the|my|our)\b", match["tail"], re.I):  # several lists, said one after the other
        return []
    pairs = _pairs(said)
    for i, pair in enumerate(pairs):
        said = re.sub(rf"\b{re.escape(pair)}\b", f"\x00{i}", said, flags=re.I)
    items = [re.sub(r"\x00(\d+)", lambda m: pairs[int(m.group(1))], item).strip() for item in _APART.split(said)]
    if not 2 <= len(items) <= 12 or not all(items) or any(len(i.split()) > 5 for i in items):
        return []
    tail = re.sub(r"^\s+(?:on|onto|in|down on)\b", " to", match["tail"])
    return [f"add {item}{tail}" for item in items]


def _pairs(said: str) -> list[str]:
    return [str(p) for p in lexicon()["pairs"] if re.search(rf"\b{re.escape(p)}\b", said, re.I)]


def without_pairs(item: str) -> str:
    """An item in small letters without what "and" does not part: "salt and pepper" is one thing."""
    for pair in _pairs(item):
        item = re.sub(rf"\b{re.escape(pair)}\b", "", item, flags=re.I)
    return item.lower()


def _things(text: str, house: HouseWords) -> list[str]:
    pieces: list[Clause] = clauses(text)
    if not 2 <= len(pieces) <= 6:
        return []
    gists = [read(p.text, house) for p in pieces]
    first, last = gists[0], gists[-1]
    things = [p for p in first.parts if p.kind in _THINGS]
    ends = [p for p in last.parts if p.kind in ("called", "noun")]
    if not things or not ends or bool(first.of("act")) is (things[0].start == 0):
        return []
    if first.of("amount", "level", "duration", "measure") or any(
        p.end == len(first.tokens) and p.kind in ("act", "state") for p in first.parts
    ):
        return []
    if any(g.of("act", "amount", "level", "state") or not g.of(*_THINGS) for g in gists[1:-1]):
        return []
    cut = ends[-1].end
    if any(p.kind in ("act", "amount", "level", "color") and p.start < cut for p in last.parts):
        return []
    if not any(p.kind in ("act", "amount", "level", "color", "state") and p.start >= cut for p in last.parts):
        return []
    done = any(p.kind == "act" and p.value != "set" for p in first.parts)
    if done and any(p.kind in ("act", "state") and p.start >= cut for p in last.parts):  # "turn on this and that, the other one off"
        return []
    verb = pieces[0].text[: first.tokens[things[0].start].start]
    verb = re.sub(r"\b(?:both\s+)?(?:the|my|our|a|an)\s*$", "", verb, flags=re.I).rstrip()
    tail = pieces[-1].text[last.tokens[cut - 1].end :]
    whole = [pieces[0].text, *(f"{verb} {p.text}".strip() for p in pieces[1:])]
    return [f"{w}{tail}" for w in whole[:-1]] + [whole[-1]]
