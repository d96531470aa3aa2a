"""A request as a vector: near where two texts were said alike, sound alike or mean alike. Knows words and sounds; no home, no meaning.

A bag of hashed words, letter triples and pieces of the sound key, two dense layers, length one; int8 ONNX. A dot product is the likeness.
After the bi-encoders of Karpukhin et al. 2020 (DPR), over text and sound as in Cho et al. 2021. Recipe: models/training/embed.py; card:
models/weights/embed/card.md.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.one_thread import open_session
from models.reading.sounds import key
from models.reading.wordpiece import split_words

WEIGHTS = Path(__file__).parent.parent / "weights" / "embed"
BUCKETS = 16384
WIDTH = 128
BATCH = 64
Vectors = npt.NDArray[np.float32]


@lru_cache(maxsize=8192)
def _of_word(word: str) -> tuple[int, ...]:
    edged = f"^{word}$"
    parts = [f"w {word}", f"s {key(word)}", *(f"c {edged[k : k + 3]}" for k in range(len(edged) - 2))]
    return tuple(zlib.crc32(p.encode()) % BUCKETS for p in parts)


def features(text: str) -> list[int]:
    """The hashed pieces of a text."""
    words = split_words(text)[:24]
    out = [k for word in words for k in _of_word(word)]
    run = "".join(key(word) for word in words)
    out += [zlib.crc32(f"p {run[k : k + 3]}".encode()) % BUCKETS for k in range(len(run) - 2)]
    out += [zlib.crc32(f"b {a} {b}".encode()) % BUCKETS for a, b in pairwise(words)]
    return out


def padded(rows: Sequence[Sequence[int]]) -> npt.NDArray[np.int64]:
    """Rows of equal length; BUCKETS is "nothing"."""
    out = np.full((len(rows), max(1, *(len(r) for r in rows)) if rows else 1), BUCKETS, dtype=np.int64)
    for k, row in enumerate(rows):
        out[k, : len(row)] = row
    return out


class Embedder:
    """The network, loaded once. Raises FileNotFoundError if the weights are not there."""

    def __init__(self, path: Path | None = None) -> None:
        folder = path or WEIGHTS
        self.version = str(json.loads((folder / "about.json").read_text(encoding="utf-8"))["version"])
        self._session = open_session(folder / "embed.onnx", arena=False)

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """One row of length one for each text."""
        out = np.zeros((len(texts), WIDTH), dtype=np.float32)
        rows = [features(t) for t in texts]
        order = sorted(range(len(rows)), key=lambda k: len(rows[k]))
        for at in range(0, len(order), BATCH):
            some = order[at : at + BATCH]
            out[some] = self._session.run(None, {"ids": padded([rows[k] for k in some])})[0]
        return out
