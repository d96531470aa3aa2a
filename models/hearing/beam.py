"""Beam search over word pieces inside the house's automaton, with the free greedy decode as one more row. Knows no tensors and no house.

Scores are nats: log-probability of the sound's text, plus a bonus a piece (long sentences would lose to short ones in noise), less the
grammar's costs. Spellings of one text compete for one place in the beam.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.automaton.lattice import State
from models.hearing.pieces import END, Pieces

Floats = NDArray[np.float32]


class Rows(Protocol):
    def rows(self, indices: Sequence[int]) -> Self: ...


R = TypeVar("R", bound=Rows)


class Scorer(Protocol[R]):
    """One encoded sound (models.hearing.moonshine.Heard)."""

    def begin(self) -> tuple[Floats, R]: ...

    def step(self, tokens: Sequence[int], cache: R) -> tuple[Floats, R]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    width: int = 8
    bonus: float = 1.0
    """Nats for each piece inside the house's own words."""
    wild_tries: int = 12
    """Pieces of free text looked at for each hypothesis."""
    lead: float = 6.0
    """The search ends when the best finished sentence leads what is still open by so many nats."""
    wild_places: int = 3
    """At most so many places of the beam are for hypotheses that are in free text."""
    gap: float = 14.0
    """Hypotheses so far behind the best are dropped."""


@dataclass(frozen=True, slots=True)
class Found:
    """One whole sentence of the house."""

    text: str
    tokens: tuple[int, ...]
    score: float
    """With bonus and costs."""
    logp: float
    """Of the tokens and the end, given the sound."""
    cost: float
    """The grammar's."""
    steps: tuple[float, ...]
    """Log-probability of each token."""
    wild: tuple[bool, ...] = ()
    """Which of the tokens are free text."""


@dataclass(frozen=True, slots=True)
class _Open:
    text: str
    tokens: tuple[int, ...]
    score: float
    logp: float
    cost: float
    steps: tuple[float, ...]
    state: State
    marked: bool
    wild: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Searched:
    found: tuple[Found, ...]
    """Best first, one a text."""
    free: tuple[int, ...]
    free_logp: float
    """Of the free decode's tokens and its end."""
    free_steps: tuple[float, ...]
    steps: int
    """Decoder runs."""


def search(scorer: Scorer[R], start: State | None, pieces: Pieces, longest: int, settings: Settings) -> Searched:
    """The house's sentences that this sound may be, and the free decode; `longest` in pieces."""
    logs, cache = scorer.begin()
    open_: list[_Open] = [_Open("", (), 0.0, 0.0, 0.0, (), start, False, ())] if start is not None else []
    done: dict[str, Found] = {}
    free: list[int] = []
    free_steps: list[float] = []
    free_open, free_logp = True, 0.0
    rows = [0] * (len(open_) + 1)
    steps = 1
    for _ in range(longest):
        tokens: list[int] = []
        origins: list[int] = []
        if free_open:
            best = int(logs[rows[0]].argmax())
            free_logp += float(logs[rows[0], best])
            free_steps.append(float(logs[rows[0], best]))
            if best == END or _loops(free, best):
                free_open = False
            else:
                free.append(best)
                tokens.append(best)
                origins.append(rows[0])
        offset = len(rows) - len(open_)
        scores = {row: logs[row] for row in set(rows[offset:])}
        open_ = _extend(open_, [scores[r] for r in rows[offset:]], rows[offset:], pieces, settings, done, origins, tokens)
        leader = max((f.score for f in done.values()), default=-math.inf)
        if not open_ or open_[0].score < leader - settings.lead:
            if not free_open:
                break
            keep = 1
            tokens, origins, open_ = tokens[:keep], origins[:keep], []
        if not tokens:
            break
        logs, cache = scorer.step(tokens, cache.rows(origins))
        steps += 1
        rows = list(range(len(tokens)))
    found = tuple(sorted(done.values(), key=lambda f: -f.score))
    return Searched(found, tuple(free), free_logp, tuple(free_steps), steps)


def _extend(
    open_: list[_Open], logs: list[Floats], rows: list[int], pieces: Pieces, settings: Settings, done: dict[str, Found],
    origins: list[int], tokens: list[int],
) -> list[_Open]:
    """The best continuations, best first; finished sentences go to `done`; rows and tokens to run are appended."""
    candidates: list[_Candidate] = []
    for at, (hypothesis, log) in enumerate(zip(open_, logs, strict=True)):
        _finish(hypothesis, float(log[END]), done)
        candidates += _continuations(hypothesis, at, log, pieces, settings)
    candidates.sort(key=lambda c: -c[0])
    kept: list[_Open] = []
    texts: set[tuple[str, bool]] = set()
    wild = 0
    for score, at, piece, logp, cost, marked, free in candidates:
        if len(kept) >= settings.width or (kept and score < kept[0].score - settings.gap):
            break
        before = open_[at]
        text = before.text if marked else before.text + pieces.spelt[piece]
        if (text, marked) in texts or (free and wild >= settings.wild_places):
            continue
        taken = (before.state, 0.0) if marked else before.state.walk(pieces.spelt[piece])
        if taken is None:
            continue
        wild += free
        texts.add((text, marked))
        kept.append(_Open(
            text, (*before.tokens, piece), score, before.logp + logp, before.cost + cost, (*before.steps, logp), taken[0], marked,
            (*before.wild, not marked and free),
        ))
        origins.append(rows[at])
        tokens.append(piece)
    return kept


_Candidate = tuple[float, int, int, float, float, bool, bool]
"""Score, hypothesis, piece, its log-probability, the grammar's cost, whether it is a mark, whether it leads into free text."""


def _finish(hypothesis: _Open, logp: float, done: dict[str, Found]) -> None:
    """Keeps the hypothesis as a whole sentence, if it is one."""
    ending = hypothesis.state.final
    text = hypothesis.text.strip()
    if ending == math.inf or not text:
        return
    score = hypothesis.score + logp - ending
    if text not in done or done[text].score < score:
        tokens, steps = hypothesis.tokens, (*hypothesis.steps, logp)
        done[text] = Found(text, tokens, score, hypothesis.logp + logp, hypothesis.cost + ending, steps, hypothesis.wild)


def _continuations(hypothesis: _Open, at: int, log: Floats, pieces: Pieces, settings: Settings) -> list[_Candidate]:
    state = hypothesis.state
    found: list[_Candidate] = []
    choices = state.choices(pieces)
    seen: set[int] = set()
    if choices.ids.size:
        scores = log[choices.ids] - choices.costs + np.where(choices.wild, 0.0, settings.bonus)
        for index in np.argpartition(scores, -settings.width)[-settings.width :] if scores.size > settings.width else range(scores.size):
            piece = int(choices.ids[index])
            seen.add(piece)
            score = hypothesis.score + float(scores[index])
            found.append((score, at, piece, float(log[piece]), float(choices.costs[index]), False, bool(choices.wild[index])))
    if state.wild:
        free = log[pieces.wild]
        for index in np.argpartition(free, -settings.wild_tries)[-settings.wild_tries :]:
            piece, logp = int(pieces.wild[index]), float(free[index])
            taken = None if piece in seen or logp < -settings.gap else state.walk(pieces.spelt[piece])
            if taken is not None:
                gain = 0.0 if taken[0].wild_only else settings.bonus
                found.append((hypothesis.score + logp + gain - taken[1], at, piece, logp, taken[1], False, taken[0].wild_only))
    if hypothesis.text and not hypothesis.marked and (state.final < math.inf or state.step(" ") is not None):
        for piece in pieces.marks:
            logp = float(log[piece])
            if logp > -settings.gap:
                found.append((hypothesis.score + logp, at, int(piece), logp, 0.0, True, False))
    return found


def _loops(tokens: Sequence[int], following: int) -> bool:
    """Whether the free decode turns in a circle: the same one to six pieces for the fourth time (single ones: sixth)."""
    sequence = [*tokens, following]
    for size in range(1, 7):
        times = 6 if size == 1 else 4
        tail = sequence[-size * times :]
        if len(tail) == size * times and all(tail[i] == tail[i % size] for i in range(len(tail))):
            return True
    return False
