"""The parts of a sentence, and the words and phrases that they are: acts, device words, fillers. Knows words; reads no sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from models.automaton.house_words import lexicon, normal
from models.reading.sounds import phrase_key


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of tokens and what it stands for."""

    kind: str
    """act · count · noun · measure · measured · state · level · little · lot · quant · here · everywhere · upstairs · downstairs · called ·
    amount ·    color · duration · pronoun · ratio · filler · opener · room · unknown"""
    value: Any
    start: int
    end: int
    cost: float
    text: str


@dataclass(frozen=True, slots=True)
class _Words:
    """Every fixed phrase of models/language/words.yaml: normal form → (kind, value, cost)."""

    phrases: dict[str, list[tuple[str, Any, float]]] = field(default_factory=dict)
    fuzzy: list[str] = field(default_factory=list)
    rooms: frozenset[str] = frozenset()
    single: frozenset[str] = frozenset()
    noun_sounds: dict[str, str] = field(default_factory=dict)
    """How device words sound: "lites" is "lights"."""
    act_sounds: dict[str, str] = field(default_factory=dict)
    """How verbs sound; none that opens, unlocks or disarms."""


@lru_cache(maxsize=1)
def words_known() -> _Words:
    data = lexicon()
    known: dict[str, list[tuple[str, Any, float]]] = {}

    def add(phrase: str, kind: str, value: Any, cost: float) -> None:
        known.setdefault(normal(str(phrase)), []).append((kind, value, cost))

    for group, kind, cost in (
        ("acts", "act", 0.02),
        ("nouns", "noun", 0.02),
        ("measures", "measure", 0.02),
        ("states", "state", 0.03),
        ("levels", "level", 0.02),
    ):
        for value, phrases in data[group].items():
            for phrase in phrases:
                add(phrase, kind, str(value), cost)
    for phrase, value in data["measured"].items():
        add(phrase, "measured", value, 0.02)
    for group, kind in (
        ("little", "little"),
        ("lot", "lot"),
        ("quants", "quant"),
        ("here", "here"),
        ("everywhere", "everywhere"),
        ("upstairs", "upstairs"),
        ("downstairs", "downstairs"),
        ("openers", "opener"),
    ):
        for phrase in data[group]:
            add(phrase, kind, phrase, 0.02)
    for phrase in data["fillers"]:
        add(phrase, "filler", phrase, 0.04)
    for phrase in data["rooms"]:
        add(phrase, "room", phrase, 0.9)
    for phrase in data["pronouns"]:
        add(phrase, "pronoun", phrase, 0.04)
    for phrase, value in data["ratios"].items():
        add(phrase, "ratio", float(value), 0.02)
    for value, phrases in data["misheard"].items():
        for phrase in phrases:
            add(phrase, "act", value, 0.07)
    fuzzy = [p for p, entries in known.items() if len(p) >= 5 and any(k in ("act", "noun", "measure") for k, _, _ in entries)]
    singles = frozenset(w for p in known for w in p.split())
    sounds = {phrase_key(p): p for p, entries in known.items() if len(p) >= 5 and " " not in p and any(k == "noun" for k, _, _ in entries)}
    verbs = {
        phrase_key(p): p
        for p, entries in known.items()
        if len(p) >= 4
        and " " not in p
        and any(k == "act" and v not in ("open", "unlock", "disarm") and cost < 0.05 for k, v, cost in entries)
    }
    return _Words(known, fuzzy, frozenset(normal(r) for r in data["rooms"]), singles, sounds, verbs)
