"""Which part failed first: correct, false wake, ASR, NLU, entity or result; with probabilities. Knows a judged session; offline and online.

After Khaziev et al., "FPI: Failure Point Isolation" (2022.naacl-industry.17): text evidence and the modules' own confidences are
joined by a
small network (weights/failures.npz, recipe in bench/households/train.py). Offline the following turns are seen; online they are blanked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

from devices.home import Home
from hub.learning.failure_features import FEATURES, features
from hub.learning.signals import Judged
from hub.learning.usual import NOTHING, Usual

CLASSES = ("correct", "false_wake", "asr", "nlu", "entity", "result")


@lru_cache(maxsize=1)
def _network() -> tuple[np.ndarray, ...] | None:
    path = files("models").joinpath("weights/failures.npz")
    if not path.is_file():
        return None
    with path.open("rb") as stream, np.load(stream) as data:
        return tuple(data[k].astype(np.float32) for k in ("mean", "scale", "w1", "b1", "w2", "b2"))


def _by_rule(turn: Judged, x: Mapping[str, float]) -> list[float]:
    """Probabilities without a network: the plain rules of thumb that the network has to beat."""
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


def probabilities(session: Sequence[Judged], home: Home | None = None, online: bool = False, journal: Usual = NOTHING) -> np.ndarray:
    """One row of six probabilities a turn; `journal`: what is usual in the journal that the session stands in."""
    rows = [features(session, i, home, online, journal) for i in range(len(session))]
    net = _network()
    if net is None:
        return np.array([_by_rule(t, dict(zip(FEATURES, r, strict=True))) for t, r in zip(session, rows, strict=True)])
    mean, scale, w1, b1, w2, b2 = net
    x = np.clip((np.asarray(rows, dtype=np.float32) - mean) / scale, -6, 6)
    z = np.maximum(x @ w1 + b1, 0.0) @ w2 + b2
    z = np.exp(z - z.max(axis=1, keepdims=True))
    out: np.ndarray = z / z.sum(axis=1, keepdims=True)
    return out


def classify(
    session: Sequence[Judged], home: Home | None = None, online: bool = False, journal: Usual = NOTHING
) -> Iterator[dict[str, Any]]:
    """`{"turn","failure","p"}` for each turn of a session."""
    for turn, p in zip(session, probabilities(session, home, online, journal), strict=True):
        yield {
            "turn": turn.row.id,
            "failure": CLASSES[int(p.argmax())],
            "p": {c: round(float(v), 4) for c, v in zip(CLASSES, p, strict=True)},
        }
