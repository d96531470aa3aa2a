"""Reads a sentence: what is asked (n-best, calibrated), which words fill which slots, how many commands, and whether the hub was meant.

Knows words only: no home, no device, no conversation. The joint intent and slot model follows Chen et al. 2019 ("BERT for Joint Intent
Classification and Slot Filling", arXiv 1902.10909) on a six-layer MiniLM, in int8; probabilities are temperature-scaled (Guo et al. 2017,
arXiv 1706.04599). Recipe: models/training; card: models/weights/nlu/card.md.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.reading.wordpiece import Piece, WordPieces

WEIGHTS = Path(__file__).parent.parent / "weights" / "nlu"
NONE = "none"
"""The intent of what is not ours: other people's talk, questions that a home cannot answer."""
N_BEST = 5
MOST_PIECES = 62
LEAST_JOINT = 0.05
ONE_VALUE = frozenset(
    ("location", "datetime", "duration", "start_duration", "search_query", "message", "list", "conversation_command", "repair")
)
"""Slots whose neighbouring spans are one value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Words that fill a slot, as said: no number is read, no name is resolved."""

    slot: str
    start: int
    end: int
    """Character positions in the text that was read."""
    text: str
    p: float
    """Probability of the slot, the mean over its words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one sentence may mean."""

    intents: tuple[tuple[str, float], ...]
    """Best first, at most five, calibrated; `none` is out of scope. Several commands share the probability."""
    spans: tuple[Span, ...]
    """In the order said, never overlapping. `conj` stands between commands or names, `except` before what is left out;
    `repair` is what was taken back, with the words that do so."""
    n_commands: int
    """1–4; 4 is four or more."""
    for_me: float
    """Probability that the hub was meant and can be."""

    @property
    def intent(self) -> str:
        return self.intents[0][0]

    def texts(self, slot: str) -> tuple[str, ...]:
        """The words of every span of this slot."""
        return tuple(span.text for span in self.spans if span.slot == slot)


EMPTY = Reading(intents=((NONE, 1.0),), spans=(), n_commands=1, for_me=0.0)


def _softmax(z: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True), dtype=np.float32)


class Nlu:
    """The model, loaded once; `read` may be called from any thread. Raises FileNotFoundError if the weights are not there."""

    def __init__(self, path: Path | None = None) -> None:
        import onnxruntime

        folder = path or WEIGHTS
        about: dict[str, Any] = json.loads((folder / "labels.json").read_text())
        self.version: str = about["version"]
        self.name = f"minilm-{about['trained']['layers']}l-int8-{self.version[:8]}"
        """As a turn's `versions.nlu` gives it."""
        self.intents: tuple[str, ...] = tuple(about["intents"])
        self._tags: tuple[str, ...] = tuple(about["tags"])
        self._conj = self._tags.index("B-conj")
        self._temperature = float(about["temperature"])
        self._pieces = WordPieces(gzip.decompress((folder / "pieces.txt.gz").read_bytes()).decode().split("\n"))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(folder / "nlu.onnx"), options, providers=["CPUExecutionProvider"])

    def read(self, text: str) -> Reading:
        """Reads the first 60 or so words; text without a word is `none`."""
        pieces = self._pieces.read(text, MOST_PIECES)
        if not pieces:
            return EMPTY
        ids = [self._pieces.start]
        first: list[int] = []
        for piece in pieces:
            first.append(len(ids))
            ids.extend(piece.ids)
        ids.append(self._pieces.end)
        intent, tag, count, mine = self._session.run(None, {"ids": np.array([ids], dtype=np.int64)})
        n_commands = int(np.asarray(count[0]).argmax()) + 1
        p = _softmax(np.asarray(intent[0]) / self._temperature)
        order = np.argsort(-p)[:N_BEST]
        return Reading(
            intents=tuple((self.intents[int(i)], float(p[i])) for i in order),
            spans=self._spans(text, pieces, _softmax(np.asarray(tag[0])[first]), n_commands > 1),
            n_commands=n_commands,
            for_me=float(1.0 / (1.0 + np.exp(-float(mine[0])))),
        )

    def _spans(self, text: str, pieces: list[Piece], p: npt.NDArray[np.float32], several: bool) -> tuple[Span, ...]:
        spans: list[Span] = []
        slot, start, end, total, n = "", 0, 0, 0.0, 0
        best = p.argmax(axis=1)
        if several and self._conj not in best:
            # several commands have a joint: the likeliest word, unless none is one
            at = int(p[:, self._conj].argmax())
            if p[at, self._conj] > LEAST_JOINT:
                best[at] = self._conj
        for piece, tag, row in zip(pieces, best, p, strict=True):
            name = self._tags[int(tag)]
            joined = name[0] == "I" or (slot in ONE_VALUE and not text[end : piece.start].strip())
            if name != "O" and name[2:] == slot and joined:
                end, total, n = piece.end, total + float(row[tag]), n + 1
                continue
            if slot:
                spans.append(Span(slot=slot, start=start, end=end, text=text[start:end], p=total / n))
            slot, start, end, total, n = ("", 0, 0, 0.0, 0) if name == "O" else (name[2:], piece.start, piece.end, float(row[tag]), 1)
        if slot:
            spans.append(Span(slot=slot, start=start, end=end, text=text[start:end], p=total / n))
        return tuple(spans)
