"""Relative words: louder, a bit more, down a notch, too warm. Gives the quantity, the sign and how much; knows no house."""

from __future__ import annotations

import re
from dataclasses import dataclass

LITTLE = re.compile(r"\b(a (little )?(bit|tad|touch|notch|little|smidge|hair|wee bit)|a little bit|slightly|one notch|a few percent|"
                    r"somewhat)\b")
LOT = re.compile(r"\b(a lot|(?<!too )(?<!so )much|way|lots|significantly|considerably)\b")
_KINDS: tuple[tuple[str | None, int, str], ...] = (
    (
        "volume",
        1,
        r"louder|volume up|(more|raise the|increase the|turn up the) (volume|sound)|cant hear( (it|a thing|anything|a word|the \w+))?|"
        r"turn the (volume|sound) up|too quiet|not loud enough|(crank|blast|pump) (it|that|this|them)(?! (up|down))",
    ),
    (
        "volume",
        -1,
        r"quieter|softer|volume down|(less|lower the|decrease the|reduce the|turn down the) (volume|sound)|too loud|turn the (volume|"
        r"sound) down|not (?:so|that|quite so|this) loud|less loud|keep it down|less noise",
    ),
    (
        "temperature",
        1,
        r"warmer|hotter|(more|turn up the|raise the) heat|too (cold|chilly|cool)|not (?:so|that|quite so|this) (?:cold|cool)|"
        r"(its|it is|im|i am|were|"
        r"we are) (\w+ ){0,3}?(freezing|cold|chilly|frozen|nippy|parky|icy|perishing)|not warm enough|freezing|"
        r"shivering|(warm|heat) (it |this |things |us |the (room|place) )?up|chilly|less cold",
    ),
    (
        "temperature",
        -1,
        r"cooler|colder|(less|turn down the|lower the) heat|too (hot|warm)|not (?:so|that|quite so|this) (?:hot|warm)|"
        r"(its|it is|im|i am|were|we are) (\w+ ){0,3}?(hot|boiling|"
        r"roasting|sweating|warm|sweltering|baking|melting)|not cold enough|boiling|less warm|less hot|"
        r"cool (it |this |things |us |the (room|place) )?(down|off)|stuffy",
    ),
    (
        "light",
        1,
        r"brighter|lighter|more light|theres (no|not enough) light|there is (no|not enough) light|too (dark|dim|gloomy)|"
        r"cant see( (anything|a thing))?|(its|"
        r"it is) (\w+ ){0,3}?(dark|gloomy|dim|murky|dingy)|(its|it is) pitch "
        r"(black|dark)|"
        r"not bright enough|less dark|brighten (it|this|that|things)? ?up|lighten up",
    ),
    (
        "light",
        -1,
        r"dimmer|darker|less (bright|light)|too (bright|light)|not (?:so|that|quite so|this) bright|"
        r"dim (it|them|that|this)|(its|it is) (\w+ ){0,3}?(bright|"
        r"glaring)|blinding|glare|"
        r"(the |that |this )?(lights?|lamps?|it|its|sun)( is| are)? (hurting|hurts|hurt) my eyes",
    ),
    ("speed", 1, r"faster|(more|higher) speed|speed (it )?up"),
    ("speed", -1, r"slower|(less|lower) speed|slow (it )?down"),
    (
        None,
        1,
        r"(turn|crank|put|bring|move|push|set) (it|this|that|them|things)( \w+){0,3}? ?up|up|higher|more|increase( it| that)?|"
        r"raise (it|that)|not enough|(go|keep) (going )?up|stronger",
    ),
    (
        None,
        -1,
        r"(turn|put|bring|move|push|set|take) (it|this|that|them|things)( \w+){0,3}? ?down|down|lower( it| that)?|less|decrease( it|"
        r" that)?|reduce (it|that)|too (much|high|strong)|(go|keep) (going )?down|weaker|not so much",
    ),
)
_COMPILED = tuple((kind, sign, re.compile(rf"(?:{pattern})")) for kind, sign, pattern in _KINDS)
_AROUND = re.compile(
    r"\b(make|turn|get|set|put|have|need|want|it|that|this|them|the|a|little|bit|tad|touch|notch|smidge|hair|slightly|one|even|"
    r"still|again|here|in|room|wee|lot|lots|much|way|"
    r"please|just|be|to|should|is|its|id|like|some|by|too|so|very|really|pretty|quite|far|dimension|i|can|you|for|me|my|liking|more|further|sun|sunlight|sunshine|eyes|"
    r"somewhat|yet|thats|now|bits?|few|percent|"
    r"over|oh|and|but|keep|going|awfully|rather|kind|of|getting|feels?|am|im|we|are|were|bloody|damn|brr+|absolutely|proper|ever|utterly)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    kind: str | None
    """volume · temperature · light · speed; None where only more or less was said."""
    sign: int
    size: str
    """little · normal · lot"""
    state: bool
    """A complaint ("too dark", "I'm cold"), not an order."""


_PURPOSE = re.compile(
    r" (?:for (?:reading|working|cooking|sleeping|cleaning|dinner|a film|me|us|my taste)|to (?:read|work|cook|sleep|see|"
    r"watch(?: \w+){0,2}))"
    r"(?: in here| here| by)?$"
)


def step(said: str) -> Step | None:
    """The relative change that a whole (plain) text asks for; None where it says anything else besides."""
    said = _PURPOSE.sub("", said)
    if len(said.split()) > 10:
        return None
    for kind, sign, pattern in _COMPILED:
        found = pattern.search(said)
        if found is None:
            continue
        if (
            kind is None
            and re.search(r"\b(up|down)\b", found.group())
            and re.search(r"\b(wake|get|stand|sit|shut|hurry|whats|what|calm|lie|lay|upstairs|going)\b", said)
        ):
            continue
        rest = _AROUND.sub(" ", said[: found.start()] + " " + said[found.end() :])
        if rest.strip():
            continue
        size = "little" if LITTLE.search(said) else "lot" if LOT.search(said) else "normal"
        state = bool(
            re.search(
                r"\b(too|cant|freezing|boiling|dark|black|nippy|shivering|sweltering|baking|melting|murky|dingy|"
                r"cold|gloomy|hot|roasting|sweating|blinding|stuffy|chilly|im|i am)\b", found.group()
            )
        )
        return Step(kind=kind, sign=sign, size=size, state=state)
    return None


def amount(kind: str, found: Step) -> int:
    """The signed step: per cent of light, speed and volume, degrees of temperature."""
    table = {"temperature": {"little": 1, "normal": 1, "lot": 3}, "light": {"little": 10, "normal": 20, "lot": 40}}
    sizes = table.get(kind, {"little": 10, "normal": 10, "lot": 30})
    return found.sign * sizes[found.size]
