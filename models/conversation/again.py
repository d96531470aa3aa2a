"""Where after a failed request it is said again: a span in the turns that follow, or nothing. Knows texts, gaps and feedback; no home.

Span prediction after Wang et al., "Contextual Rephrase Detection" (EMNLP 2021): one sequence of the failed request and all turns after it,
each with its time gap and what became of it; heads for start and end, "nothing" at the first position. Every word also carries how like it
sounds and looks to the words on the other side. Recipe: models/training/again.py; card: models/weights/again/card.md.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz.fuzz import ratio

from models.one_thread import open_session
from models.reading.sounds import key
from models.reading.wordpiece import Piece, WordPieces

WEIGHTS = Path(__file__).parent.parent / "weights" / "again"
GAPS = (5.0, 10.0, 20.0, 45.0)
"""Upper edges of the gap classes, seconds; what is longer is the last class."""
FEEDBACK = ("none", "ok", "fail", "barge", "undo", "no")
"""What became of a turn: nothing is known · done in quiet · not understood or not done · interrupted · taken back · rejected."""
TURNS = 5
"""Later turns that are looked at."""
MOST_PIECES = 160
MOST_IN_TURN = 30
LIKENESS = (0.5, 0.72, 1.0)
"""Lower edges of the likeness classes 2, 3 and 4; 1 is unlike, 0 is no word."""
SPECIAL = len(GAPS) + 1 + len(FEEDBACK)
"""Ids after the vocabulary: gap classes, then feedback."""
BATCH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """One turn after the failed one."""

    text: str
    gap_s: float
    """Since the turn before it."""
    feedback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A failed request and what was said after it."""

    text: str
    feedback: str
    after: tuple[After, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """A window as the network takes it, and where each position comes from."""

    ids: list[int]
    like: list[int]
    turn: list[int]
    """0 for the failed request, then 1, 2, …"""
    where: list[tuple[int, int, int] | None]
    """(later turn from 0, first character, last character + 1) of each word piece of a later turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the network makes of one window."""

    nothing: float
    """Probability that it was not said again with success."""
    turns: tuple[float, ...]
    """The same by later turn that says it right."""
    spans: tuple[tuple[int, int], ...]
    """The likeliest span in each later turn, in characters."""


@lru_cache(maxsize=32768)
def likeness(a: str, b: str) -> float:
    """How like two words are in letters or in sound, 0–1."""
    if a == b:
        return 1.0
    x, y = key(a), key(b)
    sound = ratio(x, y) / 100 if x and y else 0.0
    return min(0.99, max(ratio(a, b) / 100, 0.95 * sound))


def _class(words: list[str], k: int, others: list[str], pairs: list[str]) -> int:
    here = [words[k]] + [words[i] + words[i + 1] for i in (k - 1, k) if 0 <= i < len(words) - 1]
    best = max((likeness(here[0], w) for w in others), default=0.0)
    if best < 1.0:
        joined = [likeness(here[0], w) for w in pairs] + [likeness(w, other) for w in here[1:] for other in others]
        best = max(best, min(0.99, max(joined, default=0.0)))
    return 1 + sum(best >= edge for edge in LIKENESS)


def _joined(words: list[str]) -> list[str]:
    return [a + b for a, b in pairwise(words)]


def gap_class(after: After) -> int:
    """The class of the gap before a turn."""
    return sum(after.gap_s >= edge for edge in GAPS)


def as_read(window: Window) -> tuple[object, ...]:
    """What the network sees of a window: equal for windows that it cannot tell apart."""
    return window.text, window.feedback, *((a.text, gap_class(a), a.feedback) for a in window.after[:TURNS])


def encode(window: Window, pieces: WordPieces) -> Encoded:
    """[CLS] <feedback> request [SEP] <gap><feedback> turn [SEP] …, as ids."""
    base = len(pieces.ids)
    first = pieces.read(window.text, MOST_IN_TURN)
    later = [pieces.read(after.text, MOST_IN_TURN) for after in window.after[:TURNS]]
    asked, said = [p.text for p in first], [[p.text for p in turn] for turn in later]
    every, every_pair = [w for turn in said for w in turn], [w for turn in said for w in _joined(turn)]
    ids, like, turns = [pieces.start, base + len(GAPS) + 1 + FEEDBACK.index(window.feedback)], [0, 0], [0, 0]
    where: list[tuple[int, int, int] | None] = [None, None]

    def put(number: int, turn: list[Piece], words: list[str], others: list[str], pairs: list[str]) -> None:
        for k, piece in enumerate(turn):
            kind = _class(words, k, others, pairs)
            for part in piece.ids:
                ids.append(part)
                like.append(kind)
                turns.append(number)
                where.append((number - 1, piece.start, piece.end) if number else None)

    def mark(number: int, *marks: int) -> None:
        for one in marks:
            ids.append(one)
            like.append(0)
            turns.append(number)
            where.append(None)

    put(0, first, asked, every, every_pair)
    mark(0, pieces.end)
    asked_pairs = _joined(asked)
    for number, (after, turn, words) in enumerate(zip(window.after, later, said, strict=False), start=1):
        if len(ids) + sum(len(p.ids) for p in turn) + 3 > MOST_PIECES:
            break
        mark(number, base + gap_class(after), base + len(GAPS) + 1 + FEEDBACK.index(after.feedback))
        put(number, turn, words, asked, asked_pairs)
        mark(number, pieces.end)
    return Encoded(ids=ids, like=like, turn=turns, where=where)


def batch(rows: Sequence[Encoded]) -> dict[str, npt.NDArray[np.int64]]:
    """Padded arrays of equal length (padding has turn −1, which the network reads as "not there")."""
    longest = max(len(r.ids) for r in rows)
    ids, like = np.zeros((len(rows), longest), dtype=np.int64), np.zeros((len(rows), longest), dtype=np.int64)
    turn = np.full((len(rows), longest), -1, dtype=np.int64)
    for k, row in enumerate(rows):
        ids[k, : len(row.ids)], like[k, : len(row.ids)], turn[k, : len(row.ids)] = row.ids, row.like, row.turn
    return {"ids": ids, "like": like, "turn": turn}


def decode(row: Encoded, start: npt.NDArray[Any], end: npt.NDArray[Any], later: int) -> Found:
    """Probabilities by turn, and the best span inside each, from the two heads' logits."""
    places = [k for k, at in enumerate(row.where) if at is not None]
    allowed = [0, *places]
    p, q = _softmax(np.asarray(start, dtype=np.float64)[allowed]), _softmax(np.asarray(end, dtype=np.float64)[allowed])
    mass, spans = np.zeros(later + 1), [(0, 0)] * later
    mass[0] = p[0] * q[0]
    for turn in range(later):
        mine = [(n, row.where[k]) for n, k in enumerate(allowed) if row.where[k] is not None and row.where[k][0] == turn]  # type: ignore[index]
        best = -1.0
        for x, (n, a) in enumerate(mine):
            for m, b in mine[x:]:
                score = float(p[n] * q[m])
                mass[turn + 1] += score
                if score > best and a is not None and b is not None:
                    best, spans[turn] = score, (a[1], b[2])
    mass /= max(1e-12, mass.sum())
    return Found(nothing=float(mass[0]), turns=tuple(float(m) for m in mass[1:]), spans=tuple(spans))


def _softmax(z: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    e = np.exp(z - z.max())
    out: npt.NDArray[np.float64] = e / e.sum()
    return out


class Again:
    """The network, loaded once. Raises FileNotFoundError if the weights are not there."""

    def __init__(self, path: Path | None = None) -> None:
        folder = path or WEIGHTS
        self.version = str(json.loads((folder / "about.json").read_text(encoding="utf-8"))["version"])
        self.pieces = WordPieces(gzip.decompress((folder / "pieces.txt.gz").read_bytes()).decode().split("\n"))
        self._session = open_session(folder / "again.onnx", arena=False)

    def read(self, windows: Sequence[Window]) -> list[Found]:
        """What becomes of each window, in their order: like lengths are batched, and what looks the same is read once."""
        first: dict[tuple[object, ...], int] = {}
        same = [first.setdefault(as_read(w), k) for k, w in enumerate(windows)]
        if len(first) < len(windows):
            places = {k: n for n, k in enumerate(first.values())}
            read = self.read([windows[k] for k in places])
            return [read[places[k]] for k in same]
        rows = [encode(w, self.pieces) for w in windows]
        out: dict[int, Found] = {}
        order = sorted(range(len(rows)), key=lambda k: len(rows[k].ids))
        for at in range(0, len(order), BATCH):
            some = order[at : at + BATCH]
            start, end = self._session.run(None, batch([rows[k] for k in some]))
            for n, k in enumerate(some):
                out[k] = decode(rows[k], start[n], end[n], min(TURNS, len(windows[k].after)))
        return [out[k] for k in range(len(rows))]
