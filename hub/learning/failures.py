"""Which part failed first: correct, false wake, ASR, NLU, entity or result; with probabilities. Knows a judged session; offline and online.

After Khaziev et al., "FPI: Failure Point Isolation" (2022.naacl-industry.17): text evidence and the modules' own confidences are
joined by
boosted trees (weights/failures.npz, recipe in bench/manyways/train.py). Offline the following turns are seen; online they are blanked.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

from devices.home import Home
from hub.learning.failure_features import FEATURES, features
from hub.learning.second_opinion import ENOUGH, NO_OPINION, SecondOpinion
from hub.learning.signals import Judged
from hub.learning.usual import NOTHING, Usual

ALIKE = 1.0
"""Log-odds for a mishearing where the words that were said again sound alike."""
SMALL_WORDS = 0.925
"""Likeness from which on only small words differ."""
CLASSES = ("correct", "false_wake", "asr", "nlu", "entity", "result")


Trees = Mapping[str, np.ndarray]
"""Nodes of all trees in one row: which feature, up to which value to the left, where left and right lie, a leaf's value; and the roots."""


@lru_cache(maxsize=1)
def _trees() -> Trees | None:
    path = files("models").joinpath("weights/failures.npz")
    if not path.is_file():
        return None
    with path.open("rb") as stream, np.load(stream) as data:
        return {k: data[k] for k in ("feature", "threshold", "left", "right", "value", "roots", "base")}


def by_trees(trees: Trees, x: np.ndarray, at_once: int = 256) -> np.ndarray:
    """Six probabilities a row. The roots stand in the order of the classes, round by round; a leaf points at itself."""
    x = np.asarray(x, dtype=np.float32)
    feature, threshold, value = trees["feature"].astype(np.intp), trees["threshold"], trees["value"].astype(np.float32)
    left, right, roots = (trees[k].astype(np.intp) for k in ("left", "right", "roots"))
    out = np.empty((len(x), len(CLASSES)), dtype=np.float64)
    for start in range(0, len(x), at_once):
        part = x[start : start + at_once]
        rows = np.arange(len(part))[:, None]
        node = np.broadcast_to(roots, (len(part), len(roots)))
        while True:
            after = np.where(part[rows, feature[node]] <= threshold[node], left[node], right[node])
            if np.array_equal(after, node):
                break
            node = after
        z = trees["base"] + value[node].reshape(len(part), -1, len(CLASSES)).sum(axis=1)
        z = np.exp(z - z.max(axis=1, keepdims=True))
        out[start : start + at_once] = z / z.sum(axis=1, keepdims=True)
    return out


def _by_rule(turn: Judged, x: Mapping[str, float]) -> list[float]:
    """Probabilities without trees: the plain rules of thumb that the trees have to beat."""
    row = turn.row
    z = dict.fromkeys(CLASSES, 0.02)
    if row.error or x["unavailable"] or x["timed_out"]:
        z["result"] = 1.0
    elif not row.text or (row.decision == "ignore" and x["linked"] < 0.3) or (row.hard and x["alone"] and x["strange"] > 0.5):
        z["false_wake"] = 1.0
    elif turn.defect < 0.5:
        z["correct"] = 1.0
    elif x["next_same_text"] and x["next_done"]:
        z["result"] = 0.6
        z["asr"] = 0.2
    elif x["linked"] >= 0.4:
        if x["next_diff_sound"] >= 0.55 and x["next_diff_words"] <= 0.5:
            z["asr"] = 1.0
        elif x["next_same_intent"] and not x["next_same_targets"]:
            z["entity"] = 1.0
        else:
            z["nlu"] = 0.8
            z["asr"] = 0.3
    elif x["no_targets"]:
        z["entity"] = 0.7
        z["asr"] = 0.3
    elif x["strange"] > 0.3 or x["asr"] < -1.0:
        z["asr"] = 1.0
    else:
        z["nlu"] = 0.6
        z["correct"] = 0.3
    total = sum(z.values())
    return [z[c] / total for c in CLASSES]


def probabilities(
    session: Sequence[Judged],
    home: Home | None = None,
    online: bool = False,
    journal: Usual = NOTHING,
    second: SecondOpinion = NO_OPINION,
) -> np.ndarray:
    """One row of six probabilities a turn; `journal`: what is usual in the journal that the session stands in; `second`: see there."""
    rows = [features(session, i, home, online, journal, second) for i in range(len(session))]
    trees = _trees()
    if trees is None:
        return np.array([_by_rule(t, dict(zip(FEATURES, r, strict=True))) for t, r in zip(session, rows, strict=True)])
    return heard_alike(by_trees(trees, np.array(rows)), np.array(rows))


def heard_alike(p: np.ndarray, x: np.ndarray) -> np.ndarray:
    """What was said again in words that sound alike, and then done, was misheard rather than not: trees don't hold to such an order."""
    linked, same, misheard, done = (x[:, FEATURES.index(n)] for n in ("linked", "next_same_text", "next_misheard", "next_done"))
    alike = (linked >= 0.5) & (same < 0.5) & (misheard >= 0.5) & (misheard < SMALL_WORDS) & (done > 0.5)
    out = p.copy()
    out[alike, CLASSES.index("asr")] *= math.exp(ALIKE)
    out /= out.sum(axis=1, keepdims=True)
    return out


def compare(judged: Iterable[Sequence[Judged]], second: SecondOpinion) -> None:
    """Lets a second opinion see how far it agrees with the journal's own readings of turns that went well."""
    if second.read is None:
        return
    for session in judged:
        for turn in session:
            if second.compared >= ENOUGH:
                return
            if turn.row.done and turn.defect < 0.2:
                second.count(turn.row)


def classify(
    session: Sequence[Judged],
    home: Home | None = None,
    online: bool = False,
    journal: Usual = NOTHING,
    second: SecondOpinion = NO_OPINION,
) -> Iterator[dict[str, Any]]:
    """`{"turn","failure","p"}` for each turn of a session."""
    for turn, p in zip(session, probabilities(session, home, online, journal, second), strict=True):
        yield {
            "turn": turn.row.id,
            "failure": CLASSES[int(p.argmax())],
            "p": {c: round(float(v), 4) for c, v in zip(CLASSES, p, strict=True)},
        }
