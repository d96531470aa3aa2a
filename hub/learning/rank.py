"""How likely each candidate is what was meant, with "keep what was said" as candidate 0. Knows texts, evidence and a reading's confidence.

The second layer of Fan et al. 2021 and Cho et al. 2021: a list-wise logistic ranker over named features (weights/rank.json; recipe:
bench/ranker.py). What this home said itself counts by λ(n) = n / (n + 5), n its own successes, and only above the likeness that the global
layer asks for. Guard-rails stand before it (hub/learning/rewrite.py): what they refuse is not ranked.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from hub.learning.sound import LITTLE, NUMBER_WORDS, SMALL, mishearing, sound_alike
from hub.learning.vocabulary import Vocabulary, house_word, usual

FEATURES = (
    "one", "alike", "cosine", "trusted", "untrusted", "misheard", "personal", "times", "confidence", "targets", "added", "lost",
    "lost_usual", "lost_name", "number", "failed", "strange", "rule", "respelled", "nbest", "failed_alike", "soft_trusted",
    "rough", "rough_enough", "lost_house", "formed", "wording", "named", "half_named", "carrier", "seen", "seen_all", "usual_here",
    "no_thing", "no_request", "several",
)  # fmt: skip
FLOOR = 0.6
"""Least likeness (by either measure) of a personal candidate: what the global layer asks for too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A candidate with its evidence."""

    text: str
    source: str
    """personal · global · markov, as a turn's `rewrite` gives it"""
    id: str
    alike: float
    cosine: float
    trusted: float
    """How far every difference is a mishearing, 0 where one of them is not."""
    times: float = 0.0
    """Own successes of this text, decayed."""
    kind: str = "search"
    """rule · whole · search · formed · saying · respelled · nbest"""
    via: str = ""
    """A saying of this home that `text` is what it means by; likeness is to the saying then."""
    seen: float = 0.0
    """Sessions in which the rarest of its changes was mended in just this way."""
    some: float = 0.0
    """The same of its commonest change."""


def rough(option: Option, failed: bool) -> float:
    """A score set by hand: likeness where every difference is a mishearing. Alone it finds fewer and errs more; here it is two features."""
    if option.kind == "respelled":
        return option.trusted
    if not option.trusted or option.source == "global":
        return 0.0
    score = 0.4 * option.trusted + 0.6 * option.alike if failed else option.trusted
    return score * (0.94 + 0.06 * option.alike) + 0.01 * min(3.0, option.times / 5)


def features(
    heard: str,
    option: Option,
    known: Vocabulary,
    share: float,
    failed: bool,
    confidence: float,
    targets: bool,
    usual_here: float = 0.0,
    code: str | None = None,
) -> list[float]:
    """FEATURES of one candidate; `share` is λ, `usual_here` how often this home meant just that with success, `code` why reading failed."""
    near = option.via or option.text
    a, b = heard.split(), near.split()
    left = [w for w in a if w not in LITTLE and w not in b]
    right = [w for w in b if w not in SMALL and w not in a]
    lost = [w for w in left if not any(sound_alike(w, v) >= 0.65 for v in (*right, *b))]
    added = [w for w in right if not any(sound_alike(w, v) >= 0.65 for v in (*left, *a))]
    padded, after = f" {heard} ", f" {near} "
    name = any(f" {n} " in padded and f" {n} " not in after for n in known.names)
    content = [w for w in a if w not in SMALL]
    mine = share if option.source == "personal" else 0.0
    named = max((n for n in known.names if f" {n} " in after), key=len, default="")
    kept = [w for w in named.split() if w in a]
    return [
        1.0,
        option.alike,
        option.cosine,
        option.trusted,
        float(option.trusted == 0.0),
        mishearing(heard, near),
        mine,
        mine * math.log1p(option.times) / 3 if option.kind != "formed" else 0.0,
        confidence,
        float(targets),
        min(3, len(added)) / 3,
        min(3, len(lost)) / 3,
        sum(usual(w) for w in lost) / 3,
        float(name),
        float(_numbers(a) != _numbers(b)),
        float(failed),
        sum(w not in known.words for w in content) / max(1, len(content)),
        float(option.kind in ("rule", "whole", "saying")),
        float(option.kind == "respelled"),
        float(option.kind == "nbest"),
        float(failed) * option.alike,
        float(not failed) * option.trusted,
        rough(option, failed),
        float(rough(option, failed) >= (0.7 if failed else 0.78)),
        min(2, sum(house_word(w) for w in lost)) / 2,
        float(option.kind == "formed"),
        mine * math.log1p(option.times) / 3 if option.kind == "formed" else 0.0,
        float(bool(named) and f" {named} " in padded),
        len(kept) / len(named.split()) if named and f" {named} " not in padded else 0.0,
        float(not any(w in known.name_words for w in (*left, *right))),
        math.log1p(option.some),
        math.log1p(option.seen),
        share * math.log1p(usual_here) / 3,
        float(code == "no_valid_targets"),
        float(code == "no_intent_match"),
        float(code in ("ambiguous", "missing_value")),
    ]


def _numbers(words: Sequence[str]) -> list[str]:
    return sorted(w for w in words if w.isdigit() or w in NUMBER_WORDS)


@lru_cache(maxsize=1)
def weights() -> Mapping[str, float] | None:
    """Feature → weight; None where the file is not there."""
    path = files("models").joinpath("weights/rank.json")
    return json.loads(path.read_text(encoding="utf-8"))["weights"] if path.is_file() else None


def score(row: Sequence[float]) -> float:
    """The log-odds of a candidate against keeping what was said."""
    w = weights() or {}
    return sum(w.get(name, 0.0) * x for name, x in zip(FEATURES, row, strict=True))


def shares(scores: Sequence[float]) -> tuple[float, list[float]]:
    """(probability of keeping what was said, that of each candidate)."""
    top = max((0.0, *scores))
    e = [math.exp(s - top) for s in scores]
    keep = math.exp(-top)
    total = keep + sum(e)
    return keep / total, [x / total for x in e]
