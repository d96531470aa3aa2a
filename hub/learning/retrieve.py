"""The personal index: which of this home's own successful requests is nearest in spelling and sound. Knows texts and counts; no reading."""

from __future__ import annotations

import numpy as np
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import cdist

from hub.knowledge import Knowledge, Said
from hub.learning.sound import spoken

LEAST = 0.72
MOST = 5


_Index = tuple[tuple[Said, ...], tuple[str, ...], tuple[str, ...]]
_kept: dict[tuple[int, str | None], tuple[tuple[Said, ...], _Index]] = {}


def _index(said: tuple[Said, ...], home: str | None) -> _Index:
    """Texts and sound keys of one home; kept for the last few versions (a version's tuple is the same object all along)."""
    known = _kept.get((id(said), home))
    if known is not None and known[0] is said:
        return known[1]
    mine = tuple(s for s in said if s.home is None or s.home == home)
    index = mine, tuple(s.text for s in mine), tuple(spoken(s.text) for s in mine)
    while len(_kept) >= 4:
        del _kept[next(iter(_kept))]
    _kept[id(said), home] = (said, index)
    return index


def nearest(heard: str, knowledge: Knowledge, home: str | None) -> list[tuple[Said, float]]:
    """The nearest requests, best first, with their likeness 0–1 (mean of spelling and sound)."""
    mine, texts, keys = _index(knowledge.learned.said, home)
    if not mine:
        return []
    near = (cdist([heard], texts, scorer=ratio)[0] + cdist([spoken(heard)], keys, scorer=ratio)[0]) / 200
    order = np.argsort(-near)[:MOST]
    return [(mine[k], float(near[k])) for k in order if near[k] >= LEAST]
