"""The second verb: words become what is meant in this house. Knows the order teaching → rewrite → reading, and no engine's inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from devices.home import Home
from hub.decision.did_you_mean import CODE
from hub.knowledge import Knowledge
from hub.learning import rewrite, teach, tries
from hub.learning.gate import same
from hub.turn import Rewrite, Turn
from models.said import Context, Interpretation, Utterance

Read = Callable[[str], Interpretation]

LIKELY = 0.45
"""Least probability of a reading that is asked about: "did you mean …?"."""
LIKELY_LEAD = 0.2


class Reader(Protocol):
    """What models.reading.interpret.Interpreter offers."""

    def interpret(self, utterance: Utterance, home: Home, context: Context) -> Interpretation: ...


def warm(reader: Reader, home: Home) -> None:
    """Builds what the reader keeps of a house, so that the first turn is as quick as the next."""
    for text in ("turn on the light in the kitchen", "what is the temperature"):
        reader.interpret(Utterance(text=text, confidence=1.0), home, Context(now=datetime.now().astimezone()))


def understand(turn: Turn, reader: Reader, home: Home, knowledge: Knowledge, explore: bool = False) -> Turn:
    """The turn with `rewrite` and `interpretation`. Its `context` and `utterance` are given; nothing else is looked at.

    With `explore` a text whose rewrite has a record passes now and then as it was heard; the odds are in the turn's `extra`.
    """
    said, context = turn.utterance, turn.context
    if said is None or context is None:
        raise ValueError("a turn is understood after it was heard and has its context")
    if not said.text.strip():
        nothing = Interpretation(frames=(), accepted=False, confidence=0.0, margin=0.0, code="nothing_heard", heard="")
        return replace(turn, interpretation=nothing)

    known: dict[str, Interpretation] = {}

    def read(text: str) -> Interpretation:
        if text not in known:
            heard = said if text == said.text else replace(said, text=text, nbest=(), free="")
            known[text] = reader.interpret(heard, home, context)
        return known[text]

    lesson = teach.before(said.text, knowledge, home, context, read)
    if lesson is not None:
        return replace(turn, interpretation=lesson)
    change = rewrite.precomputed(said.text, knowledge, context, home)
    odds = tries.held(change, knowledge, turn.id) if change is not None and explore else None
    if odds is not None:
        turn = replace(turn, extra={**turn.extra, "explore": odds})
    if change is not None and not (odds is not None and odds["explored"]):
        instead = read(change.to)
        if change.source == "taught" or odds is not None or not _alike(read(said.text), instead):
            return _with(turn, change, instead)
    meant = read(said.text)
    others = tuple(h.text for h in said.nbest if h.text != said.text)
    found = rewrite.search(said.text, knowledge, home, context, meant, read, nbest=others)
    if found.rewrite is not None:
        return _with(turn, found.rewrite, read(found.rewrite.to))
    return replace(turn, interpretation=_with_likely(meant, found, context, read))


def _with_likely(meant: Interpretation, found: rewrite.Found, context: Context, read: Read) -> Interpretation:
    """What could not be read, with the one reading that is likely but not sure: it may be asked about, once in a row."""
    last = context.recent[-1] if context.recent else None
    if not found.options or not rewrite.doubtful(meant) or (last is not None and last.code == CODE):
        return meant
    option, p = found.options[0]
    if p < LIKELY or p - found.keep < 0.0 or (len(found.options) > 1 and p - found.options[1][1] < LIKELY_LEAD):
        return meant
    return replace(meant, detail={**meant.detail, "maybe": {"text": option.to, "id": option.id, "reading": read(option.to)}})


def _alike(heard: Interpretation, instead: Interpretation) -> bool:
    """Whether the words as heard would do the same: then nothing is rewritten."""
    return heard.accepted and same(heard, instead)


def _with(turn: Turn, change: Rewrite, meant: Interpretation) -> Turn:
    if change.source == "taught" and "taught" not in meant.signals:
        meant = replace(meant, signals=(*meant.signals, "taught"))
    return replace(turn, rewrite=change, interpretation=meant)
