"""Beam search over word pieces inside the house's automaton, with the free greedy decode as one more row. Knows no tensors and no house.

Scores are nats: log-probability of the sound's text, less the grammar's costs, plus what keeps long sentences from losing to short ones
in noise: a bonus a piece, which is free, or a share of what the network says to silence, which is better and costs decoder runs of its
own. Spellings of one text compete for one place in the beam.
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


class Silence(Protocol):
    """What the network says to silence: its own language model (models.hearing.silence.Silence)."""

    def after(self, prefixes: Sequence[tuple[int, ...]], pieces: Sequence[NDArray[np.int32]]) -> list[Floats]:
        """Log-probabilities of these pieces, a list of them for each prefix; all prefixes have the same length."""


class Scorer(Protocol[R]):
    """One encoded sound (models.hearing.moonshine.Heard)."""

    def begin(self) -> tuple[Floats, R]: ...

    def step(self, tokens: Sequence[int], cache: R) -> tuple[Floats, R]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    width: int = 8
    early: tuple[int, ...] = ()
    """Widths of the first steps, where little was heard yet."""
    bonus: float = 1.0
    """Nats for each piece inside the house's own words, where silence is not asked."""
    silence: float = 0.6
    """Share of the log-probability given silence that is taken off, where it is asked."""
    floor: float = -8.0
    """A piece is not made more likely than this by how rare it is."""
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


def search(
    scorer: Scorer[R], start: State | None, pieces: Pieces, longest: int, settings: Settings, silence: Silence | None = None
) -> Searched:
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
        gains = _gains(open_, pieces, settings, silence)
        width = settings.early[steps - 1] if steps <= len(settings.early) else settings.width
        open_ = _extend(open_, [scores[r] for r in rows[offset:]], gains, rows[offset:], pieces, settings, width, done, origins, tokens)
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


@dataclass(frozen=True, slots=True)
class _Gain:
    """What the next piece of a hypothesis is made more likely by: its choices, the marks, and the end."""

    choices: Floats
    marks: Floats
    end: float
    wild: float
    """A piece of free text that may also be the house's own word."""


def _gains(open_: Sequence[_Open], pieces: Pieces, settings: Settings, silence: Silence | None) -> list[_Gain]:
    if silence is None:
        none = np.zeros(len(pieces.marks), np.float32)
        return [
            _Gain(np.where(h.state.choices(pieces).wild, 0.0, settings.bonus).astype(np.float32), none, 0.0, settings.bonus) for h in open_
        ]
    asked = [np.concatenate([h.state.choices(pieces).ids, pieces.marks, [END]]).astype(np.int32) for h in open_]
    found: list[_Gain] = []
    for hypothesis, logs in zip(open_, silence.after([h.tokens for h in open_], asked), strict=True):
        gains = (-settings.silence * np.maximum(logs, settings.floor)).astype(np.float32)
        choices = hypothesis.state.choices(pieces)
        own = np.where(choices.wild, np.float32(0.0), gains[: choices.ids.size])
        found.append(_Gain(own, gains[choices.ids.size : -1], float(gains[-1]), settings.bonus))
    return found


def _extend(
    open_: list[_Open], logs: list[Floats], gains: list[_Gain], rows: list[int], pieces: Pieces, settings: Settings,
    width: int, done: dict[str, Found], origins: list[int], tokens: list[int],
) -> list[_Open]:
    """The best continuations, best first; finished sentences go to `done`; rows and tokens to run are appended."""
    candidates: list[_Candidate] = []
    for at, (hypothesis, log, gain) in enumerate(zip(open_, logs, gains, strict=True)):
        _finish(hypothesis, float(log[END]), gain.end, done)
        candidates += _continuations(hypothesis, at, log, gain, pieces, settings, width)
    candidates.sort(key=lambda c: -c[0])
    kept: list[_Open] = []
    texts: set[tuple[str, bool]] = set()
    wild = 0
    for score, at, piece, logp, cost, marked, free in candidates:
        if len(kept) >= width or (kept and score < kept[0].score - settings.gap):
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


def _finish(hypothesis: _Open, logp: float, gain: float, done: dict[str, Found]) -> None:
    """Keeps the hypothesis as a whole sentence, if it is one."""
    ending = hypothesis.state.final
    text = hypothesis.text.strip()
    if ending == math.inf or not text:
        return
    score = hypothesis.score + logp + gain - ending
    if text not in done or done[text].score < score:
        tokens, steps = hypothesis.tokens, (*hypothesis.steps, logp)
        done[text] = Found(text, tokens, score, hypothesis.logp + logp, hypothesis.cost + ending, steps, hypothesis.wild)


def _continuations(
    hypothesis: _Open, at: int, log: Floats, gain: _Gain, pieces: Pieces, settings: Settings, width: int
) -> list[_Candidate]:
    state = hypothesis.state
    found: list[_Candidate] = []
    choices = state.choices(pieces)
    seen: set[int] = set()
    if choices.ids.size:
        scores = log[choices.ids] - choices.costs + gain.choices
        for index in np.argpartition(scores, -width)[-width:] if scores.size > width else range(scores.size):
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
                more = 0.0 if taken[0].wild_only else gain.wild
                found.append((hypothesis.score + logp + more - taken[1], at, piece, logp, taken[1], False, taken[0].wild_only))
    if hypothesis.text and not hypothesis.marked and (state.final < math.inf or state.step(" ") is not None):
        for piece, more in zip(pieces.marks, gain.marks, strict=True):
            logp = float(log[piece])
            if logp > -settings.gap:
                found.append((hypothesis.score + logp + float(more), at, int(piece), logp, 0.0, True, False))
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
