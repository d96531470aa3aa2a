"""The two indices of requests that could have been meant: this home's own, and what is asked of things like those it has.
Knows texts and how near they are; no reading.

Personal: what this home said with success. Global: models/language/requests.toml over this home's names. Nearness is the bi-encoder's
cosine (text and sound, models/reading/embed.py) beside spelling and sound by edit distance; each proposes its nearest (Cho et al. 2021).
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import cdist

from devices.home import Home
from hub.knowledge import Knowledge, Said
from hub.learning import forms
from hub.learning.sound import NUMBER_WORDS, plain, spoken
from models.reading.embed import Embedder, Vectors

MOST = 5
LEAST = 0.72
"""Least likeness in spelling and sound."""
NEAR = 0.8
"""Least cosine for what is less alike than that."""
MOST_GLOBAL = 20_000
SOFT_N = 5.0
"""Own successes at which the personal layer weighs as much as half of the global one: λ(n) = n / (n + 5)."""


@dataclass(frozen=True, slots=True)
class Near:
    """One request of an index, and how near it is to what was heard."""

    text: str
    layer: str
    """personal · formed · global"""
    alike: float
    """Mean of spelling and sound, 0–1."""
    cosine: float
    n: float
    """Times it (or, if formed, its wording) was said with success, decayed; 0 for the global layer."""


@dataclass(frozen=True, slots=True)
class Index:
    """Texts with their sound keys and vectors."""

    texts: tuple[str, ...]
    keys: tuple[str, ...]
    n: tuple[float, ...]
    vectors: Vectors | None


@lru_cache(maxsize=1)
def embedder() -> Embedder | None:
    """The bi-encoder; None where its weights are not there: spelling and sound find alone then."""
    try:
        return Embedder()
    except FileNotFoundError:
        return None


def _index(texts: Sequence[str], n: Sequence[float]) -> Index:
    network = embedder()
    vectors = _embedded(texts, network) if network is not None and texts else None
    return Index(tuple(texts), tuple(spoken(t) for t in texts), tuple(n), vectors)


_vectors: dict[str, Vectors] = {}
MOST_VECTORS = 6000


def _embedded(texts: Sequence[str], network: Embedder) -> Vectors:
    """Vectors of texts; those of the last versions are kept, for a new version holds nearly the same texts."""
    new = [t for t in dict.fromkeys(texts) if t not in _vectors]
    if len(_vectors) + len(new) > MOST_VECTORS:
        _vectors.clear()
        new = list(dict.fromkeys(texts))
    made = dict(zip(new, network.vectors(new), strict=True)) if new else {}
    _vectors.update(made)
    return np.stack([_vectors[t] for t in texts])


_personal: dict[tuple[int, str | None], tuple[tuple[Said, ...], Index]] = {}
_global: dict[tuple[str | None, int], Index] = {}


def personal(knowledge: Knowledge, home: str | None) -> Index:
    """This home's own requests; kept for the last few versions (a version's tuple is the same object all along)."""
    said = knowledge.learned.said
    known = _personal.get((id(said), home))
    if known is not None and known[0] is said:
        return known[1]
    mine = [s for s in said if s.home is None or s.home == home]
    index = _index([s.text for s in mine], [s.n for s in mine])
    while len(_personal) >= 4:
        del _personal[next(iter(_personal))]
    _personal[id(said), home] = (said, index)
    return index


_formed: dict[tuple[int, str | None, int], tuple[tuple[Said, ...], Index]] = {}


def formed(knowledge: Knowledge, home: Home) -> Index:
    """This home's own wordings over its other things; without vectors, for they are many. Kept for the last few versions."""
    said = knowledge.learned.said
    key = (id(said), home.id, home.names_version)
    known = _formed.get(key)
    if known is not None and known[0] is said:
        return known[1]
    made = forms.made([s for s in said if s.home is None or s.home == home.id], home)
    index = Index(tuple(t for t, _ in made), tuple(spoken(t) for t, _ in made), tuple(n for _, n in made), None)
    while len(_formed) >= 4:
        del _formed[next(iter(_formed))]
    _formed[key] = (said, index)
    return index


@lru_cache(maxsize=1)
def _requests() -> tuple[dict[str, list[str]], list[str]]:
    data = tomllib.loads(files("models").joinpath("language/requests.toml").read_text(encoding="utf-8"))
    return data["name"], data["area"]["any"]


def shared(home: Home) -> Index:
    """What is asked of things like those that this home has; a number stands as `{n}`."""
    known = _global.get((home.id, home.names_version))
    if known is not None:
        return known
    by_kind, by_area = _requests()
    texts = [
        form.replace("{name}", name)
        for entity in home.entities.values()
        for name in dict.fromkeys(plain(n) for n in (entity.name, *entity.aliases))
        for form in by_kind.get(entity.domain, ())
    ]
    texts += [form.replace("{area}", name) for area in home.areas.values() for name in (plain(area.name),) for form in by_area]
    texts = list(dict.fromkeys(texts))[:MOST_GLOBAL]
    index = _index(texts, [0.0] * len(texts))
    while len(_global) >= 4:
        del _global[next(iter(_global))]
    _global[home.id, home.names_version] = index
    return index


def warm(knowledge: Knowledge, home: Home) -> None:
    """Builds both indices, so that no turn pays for it."""
    search("turn on the light", knowledge, home)


def search(heard: str, knowledge: Knowledge, home: Home) -> list[Near]:
    """The nearest requests of both layers: of each, those that are nearest by either measure."""
    network = embedder()
    vector = network.vectors([heard])[0] if network is not None else None
    key = spoken(heard)
    numbers = [w for w in heard.split() if w.isdigit() or w in NUMBER_WORDS]
    out: list[Near] = []
    for layer, index in (("personal", personal(knowledge, home.id)), ("formed", formed(knowledge, home)), ("global", shared(home))):
        if not index.texts:
            continue
        alike = (cdist([heard], index.texts, scorer=ratio)[0] + cdist([key], index.keys, scorer=ratio)[0]) / 200
        cosine = index.vectors @ vector if index.vectors is not None and vector is not None else alike
        picks = dict.fromkeys([*np.argsort(-alike)[:MOST].tolist(), *np.argsort(-cosine)[:MOST].tolist()])
        for k in picks:
            text = index.texts[k]
            if "{n}" in text:
                if len(numbers) != 1:
                    continue
                text = text.replace("{n}", numbers[0])
            if alike[k] >= LEAST or cosine[k] >= NEAR:
                out.append(Near(text, layer, float(alike[k]), float(cosine[k]) if index.vectors is not None else -1.0, index.n[k]))
    return out


def mean_alike(a: str, b: str) -> float:
    """How alike two texts are: the mean of spelling and sound, 0–1."""
    return (ratio(a, b) + ratio(spoken(a), spoken(b))) / 200


def cosines(heard: str, texts: Sequence[str]) -> list[float]:
    """The bi-encoder's nearness of each text; spelling and sound where it is not there."""
    network = embedder()
    if not texts:
        return []
    if network is None:
        return [mean_alike(heard, t) for t in texts]
    vectors = network.vectors([heard, *texts])
    return [float(x) for x in vectors[1:] @ vectors[0]]


_often: dict[tuple[int, str | None], tuple[tuple[Said, ...], dict[str, float]]] = {}


def meant_often(knowledge: Knowledge, home: str | None) -> dict[str, float]:
    """Meaning → how often this home meant it with success, however worded."""
    said = knowledge.learned.said
    known = _often.get((id(said), home))
    if known is not None and known[0] is said:
        return known[1]
    counts: dict[str, float] = {}
    for item in said:
        if item.home is None or item.home == home:
            counts[item.meaning] = counts.get(item.meaning, 0.0) + item.n
    while len(_often) >= 4:
        del _often[next(iter(_often))]
    _often[id(said), home] = (said, counts)
    return counts


def share(knowledge: Knowledge, home: str | None) -> float:
    """λ: how much the personal layer counts, by how much this home has said with success."""
    n = sum(personal(knowledge, home).n)
    return n / (n + SOFT_N)
