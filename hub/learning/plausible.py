"""How plausible a text is as a request: pairs of words that real requests hold. Knows counts of public texts; no home and no journal.

A recogniser's error breaks pairs ("dim bee lamp", "two for percent"); an odd wording, or a name of the home's own, does not.
weights/request_pairs.npz: hashed counts, recipe `python -m bench.manyways.train --pairs`.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Collection, Iterable
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

import numpy as np

BUCKETS = 1 << 16
FIRST, LAST = "<", ">"


def bucket(a: str, b: str) -> int:
    """Where a pair of words is counted."""
    return zlib.crc32(f"{a} {b}".encode()) % BUCKETS


@lru_cache(maxsize=1)
def _counts() -> np.ndarray | None:
    path = files("models").joinpath("weights/request_pairs.npz")
    if not path.is_file():
        return None
    with path.open("rb") as stream, np.load(stream) as data:
        return np.asarray(data["counts"], dtype=np.uint8)


def counted(texts: Iterable[str]) -> np.ndarray:
    """Counts of the pairs in texts, as they are stored: 8·log2(1 + n)."""
    found = np.zeros(BUCKETS, dtype=np.int64)
    for text in texts:
        words = [FIRST, *text.split(), LAST]
        for a, b in pairwise(words):
            found[bucket(a, b)] += 1
            if b != LAST:
                found[bucket(a, "")] += 1
    return np.minimum(255, np.round(8 * np.log2(1 + found))).astype(np.uint8)


@lru_cache(maxsize=16384)
def _pair(a: str, b: str) -> float:
    counts = _counts()
    if counts is None:
        return 0.5
    both, first = (2.0 ** (int(counts[bucket(*k)]) / 8) - 1 for k in ((a, b), (a, "")))
    return math.log((both + 0.02) / (first + 2.0) * 100) / 5


def plausible(words: list[str], names: Collection[str]) -> tuple[float, float, float]:
    """Mean and least likelihood of the pairs (about −1 unheard of, 0.5 usual) without those that hold a name, and the share unheard of."""
    line = [FIRST, *words, LAST]
    found = [
        _pair(FIRST if a[:1].isdigit() else a, b) for a, b in pairwise(line) if a not in names and b not in names
    ]
    if not found:
        return 0.0, 0.0, 0.0
    return sum(found) / len(found), min(found), sum(p < -0.2 for p in found) / len(found)
