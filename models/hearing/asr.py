"""What every recogniser offers, and what they share. Knows no engine.

A recogniser hears one utterance at a time: `start`, `accept` as the sound comes, `partial` whenever somebody wants to know, `finish`.
Not thread-safe: it belongs to one executor.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.automaton.grammar import Grammar, going_on
from models.automaton.template_nodes import number_words, spoken
from models.said import Utterance

RATE = 16000
MAX_S = 30.0
"""More speech than this in one utterance is not listened to."""


class Recogniser(Protocol):
    """An engine that turns 16 kHz mono sound into words, in the house's grammar where there is one."""

    name: str
    """For `Turn.versions`, e.g. moonshine:tiny-en."""

    def start(self, grammar: Grammar | None = None) -> None:
        """Begins a new utterance; what was heard before is forgotten."""

    def accept(self, pcm: NDArray[np.int16]) -> None:
        """More sound, any length."""

    def partial(self) -> Utterance:
        """The best reading of all sound so far."""

    def finish(self) -> Utterance:
        """The reading of the whole utterance. `start` begins the next."""

    def complete(self, text: str) -> str:
        """complete · can_go_on · incomplete: whether the text is a whole sentence of the house, and whether it may go on."""


def completeness(grammar: Grammar | None, text: str) -> str:
    """complete · can_go_on · incomplete, by the grammar; without one every text may go on.

    A sentence is complete if nothing likely follows: politeness, a second command or a delay does not count, nor does "in the kitchen"
    once something of the house was named.
    """
    text = spoken(text)
    if not text:
        return "incomplete"
    if grammar is None or grammar.empty:
        return "can_go_on"
    walked = grammar.start.walk(" " + text)
    if walked is None or walked[0].final == math.inf:
        return "incomplete"
    words = text.split()
    last = words[-1]
    ear = going_on()
    counted = last in _VALUES or last.isdigit() or last in ear["units"]
    bare = last in ear["bare"] if len(words) == 1 else last in ear["nouns"] and words[-2] in ear["before"]
    if not walked[0].can_end or counted or bare:
        return "can_go_on" if walked[0].can_go_on else "complete"
    following = grammar.next_words(walked[0], _LIKELY)
    if following & {"in", "of"}:
        following -= grammar.name_words
    return "complete" if following <= ear["tails"] | grammar.room_words else "can_go_on"


_LIKELY = 1.4
"""Words that cost more nats than this, beside ending here, are not waited for."""


def alike(text: str) -> str:
    """What two spellings of one sentence have in common: numbers in digits, no articles, short forms written out, units in the singular."""
    out: list[str] = []
    for word in spoken(text.replace("%", " percent")).replace("what's", "what is").replace("whats", "what is").split():
        value = _VALUES.get(word)
        if value is None:
            if word not in ("the", "a", "an"):
                out.append(word[:-1] if word in _UNITS and out and out[-1].isdigit() else word)
        elif out and value < 10 and out[-1] in _ROUND:
            out[-1] = str(int(out[-1]) + value)
        else:
            out.append(str(value))
    return " ".join(out)


_VALUES = {number_words(value)[0]: value for value in (*range(20), 30, 40, 50, 60, 70, 80, 90, 20)}
_UNITS = frozenset(("seconds", "minutes", "hours", "days", "degrees"))
_ROUND = frozenset(str(value) for value in range(20, 100, 10))


def posterior(scores: Sequence[float], scale: float = 1.0) -> list[float]:
    """Softmax of log scores, times a scale that makes it calibrated."""
    if not scores:
        return []
    top = max(scores)
    weights = [math.exp(min(0.0, (score - top) * scale)) for score in scores]
    total = sum(weights)
    return [weight / total for weight in weights]


def loudness(pcm: NDArray[np.int16]) -> float:
    """Root mean square, 0–1."""
    return float(np.sqrt(np.mean(np.square(pcm.astype(np.float32) / 32768.0)))) if pcm.size else 0.0
