"""Which part failed first: correct, false wake, ASR, NLU, entity or result; with probabilities. Knows a judged session; offline and online.

After Khaziev et al., "FPI: Failure Point Isolation" (2022.naacl-industry.17): text evidence and the modules' own confidences are
joined by a
small network (weights/failures.npz, recipe in bench/households/train.py). Offline the following turns are seen; online they are blanked.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from rapidfuzz.fuzz import ratio

from devices.home import Home
from hub.learning import rephrase
from hub.learning.signals import Judged, stops
from hub.learning.sound import changes, mishearing, plain, sound_alike
from hub.learning.vocabulary import COMMAND_WORDS, vocabulary

CLASSES = ("correct", "false_wake", "asr", "nlu", "entity", "result")

FEATURES = (
    "one",
    "empty",
    "n_words",
    "asr_conf",
    "asr_known",
    "asr_gap",
    "nbest_same",
    "nbest_differs",
    "conf",
    "conf_known",
    "margin",
    "margin_known",
    "wake",
    "wake_known",
    "speech_s",
    "speech_known",
    "rate",
    "strange_words",
    "command_words",
    "no_intent",
    "no_targets",
    "missing",
    "declined",
    "ignored",
    "asked",
    "acted",
    "answered",
    "action_error",
    "unavailable",
    "timed_out",
    "refused",
    "confirmed",
    "sent",
    "undone",
    "reversed",
    "explicit_no",
    "explicit_yes",
    "barge_early",
    "barge_late",
    "defect",
    "stop_next",
    "corrects_next",
    "alone",
    "gap_next",
    "linked",
    "next_likeness",
    "next_misheard",
    "next_same_text",
    "next_same_intent",
    "next_same_targets",
    "next_same_domain",
    "next_done",
    "next_diff_sound",
    "next_diff_words",
    "next_name_differs",
    "has_targets",
    "smalltalk",
    "repeats_error",
    "rewritten",
    "next_diff_known",
    "same_text_works",
    "linked_hard",
    "linked_error",
    "linked_corrected_intent",
    "linked_corrected_target",
    "slot_name",
)


@lru_cache(maxsize=1)
def _network() -> tuple[np.ndarray, ...] | None:
    path = files("models").joinpath("weights/failures.npz")
    if not path.is_file():
        return None
    with path.open("rb") as stream, np.load(stream) as data:
        return tuple(data[k].astype(np.float32) for k in ("mean", "scale", "w1", "b1", "w2", "b2"))


_KNOWN = frozenset(COMMAND_WORDS)


def _value(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) else 0.0


def features(session: Sequence[Judged], i: int, home: Home | None = None, online: bool = False) -> list[float]:
    """One row of FEATURES for turn `i`; online: nothing that came later is looked at."""
    turn = session[i]
    row, raw = turn.row, turn.row.raw
    words = row.text.split()
    known = vocabulary(home).words if home is not None else _KNOWN
    names = {w for key in ("name", "area", "floor") for w in plain(str(row.slots.get(key) or "")).split()}
    strange = sum(w not in known and w not in names and not w.isdigit() for w in words) / max(1, len(words))
    command = sum(w in _KNOWN for w in words) / max(1, len(words))
    asr = raw.get("asr") or {}
    nbest = [plain(str(h.get("text", ""))) for h in asr.get("nbest") or () if isinstance(h, Mapping)]
    confs = [_value(h.get("confidence")) for h in asr.get("nbest") or () if isinstance(h, Mapping)]
    wake = raw.get("wake") or {}
    speech = _value(raw.get("speech_s"))
    statuses = [a.get("status") for a in raw.get("actions") or () if isinstance(a, Mapping)]
    barge, reply_ms = row.barge_ms, _value(raw.get("reply_audio_ms"))
    after = None if online or i + 1 >= len(session) else session[i + 1]
    later = None if online else _later(session, i)
    link = 0.0 if online else max(turn.links.values(), default=0.0)
    like = misheard = same_text = same_intent = same_targets = same_domain = done = diff_sound = diff_words = names_differ = diff_known = (
        0.0
    )
    if later is not None:
        to = later.row
        like, misheard = ratio(row.text, to.text) / 100, mishearing(row.text, to.text)
        same_text, done = float(row.text == to.text), float(to.done)
        same_intent = float(row.intent is not None and row.intent == to.intent)
        same_targets = float(bool(row.targets) and set(row.targets) == set(to.targets))
        same_domain = float(bool(row.targets) and bool(to.targets) and row.targets[0].split(".")[0] == to.targets[0].split(".")[0])
        diff = changes(row.text, to.text)
        diff_sound = min((sound_alike(a, b) for a, b in diff if a and b), default=1.0 if not diff else 0.5)
        diff_words = min(4, sum(max(len(a.split()), len(b.split())) for a, b in diff)) / 4
        there = {w for key in ("name", "area", "floor") for w in plain(str(to.slots.get(key) or "")).split()}
        names_differ = float(any(set(b.split()) & there for _, b in diff))
        diff_known = float(all(w in known or w in names for a, _ in diff for w in a.split()))
    return [
        1.0,
        float(not words),
        min(12, len(words)) / 6,
        _value(asr.get("confidence")),
        float(asr.get("confidence") is not None),
        confs[0] - confs[1] if len(confs) > 1 else 0.5,
        sum(t == row.text for t in nbest) / max(1, len(nbest)),
        min(1.0, max((1 - ratio(row.text, t) / 100 for t in nbest), default=0.0) * 2),
        _value(raw.get("confidence")),
        float(raw.get("confidence") is not None),
        _value(raw.get("margin")),
        float(raw.get("margin") is not None),
        _value(wake.get("score")),
        float(wake.get("score") is not None),
        min(10.0, speech) / 3,
        float(speech > 0),
        min(6.0, len(words) / speech) / 3 if speech > 0 else 0.5,
        strange,
        command,
        float(row.code in ("no_intent_match", "not_understood", "not_for_me")),
        float(row.code in ("no_valid_targets", "no_such_device")),
        float(row.code == "missing_value"),
        float(row.decision == "decline"),
        float(row.decision in ("ignore", None)),
        float(row.decision in ("ask", "confirm")),
        float(row.decision == "act"),
        float(row.decision == "answer"),
        float(row.error),
        float(row.code == "unavailable" or "unavailable" in statuses),
        float("timed_out" in statuses),
        float("refused" in statuses),
        float("confirmed" in statuses),
        float("sent" in statuses),
        float(row.undone and not online),
        float(turn.reversed and not online),
        float(row.explicit == "no"),
        float(row.explicit == "yes"),
        float(barge is not None and barge <= 1500),
        float(barge is not None and (barge > 1500 or (reply_ms > 0 and barge > 0.7 * reply_ms))),
        0.0 if online else turn.defect,
        float(after is not None and stops(after.row.heard)),
        float(after is not None and after.row.corrects),
        float(after is None and i == 0 and not online),
        math.log1p(max(0.0, after.row.at - row.at)) / 4 if after is not None else 1.2,
        link,
        like,
        misheard,
        same_text,
        same_intent,
        same_targets,
        same_domain,
        done,
        diff_sound,
        diff_words,
        names_differ,
        float(bool(row.targets)),
        float(row.intent in ("HubSmallTalk", "HassRespond")),
        float(row.error and later is not None and later.row.error),
        float(row.rewrite_id is not None),
        diff_known,
        same_text * done,
        link * float(row.hard),
        link * float(row.error),
        link * done * (1 - same_intent),
        link * done * same_intent * (1 - same_targets),
        float("name" in row.slots),
    ]


def _later(session: Sequence[Judged], i: int) -> Judged | None:
    turn = session[i]
    if turn.best is not None and rephrase.chain(session, i) >= 0.4:
        return session[turn.best]
    linked = [(p, j) for j, p in turn.links.items() if p >= 0.4]
    return session[max(linked)[1]] if linked else None


def _by_rule(turn: Judged, x: Mapping[str, float]) -> list[float]:
    """Probabilities without a network: the plain rules of thumb that the network has to beat."""
    row = turn.row
    z = dict.fromkeys(CLASSES, 0.02)
    if row.error or x["unavailable"] or x["timed_out"]:
        z["result"] = 1.0
    elif not row.text or (row.decision == "ignore" and x["linked"] < 0.3) or (row.hard and x["alone"] and x["strange_words"] > 0.5):
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
    elif row.code in ("no_valid_targets", "no_such_device"):
        z["entity"] = 0.7
        z["asr"] = 0.3
    elif x["strange_words"] > 0.3 or x["asr_conf"] < 0.6:
        z["asr"] = 1.0
    else:
        z["nlu"] = 0.6
        z["correct"] = 0.3
    total = sum(z.values())
    return [z[c] / total for c in CLASSES]


def probabilities(session: Sequence[Judged], home: Home | None = None, online: bool = False) -> np.ndarray:
    """One row of six probabilities a turn."""
    rows = [features(session, i, home, online) for i in range(len(session))]
    net = _network()
    if net is None:
        return np.array([_by_rule(t, dict(zip(FEATURES, r, strict=True))) for t, r in zip(session, rows, strict=True)])
    mean, scale, w1, b1, w2, b2 = net
    x = (np.asarray(rows, dtype=np.float32) - mean) / scale
    z = np.maximum(x @ w1 + b1, 0.0) @ w2 + b2
    z = np.exp(z - z.max(axis=1, keepdims=True))
    out: np.ndarray = z / z.sum(axis=1, keepdims=True)
    return out


def classify(session: Sequence[Judged], home: Home | None = None, online: bool = False) -> Iterator[dict[str, Any]]:
    """`{"turn","failure","p"}` for each turn of a session."""
    for turn, p in zip(session, probabilities(session, home, online), strict=True):
        yield {
            "turn": turn.row.id,
            "failure": CLASSES[int(p.argmax())],
            "p": {c: round(float(v), 4) for c, v in zip(CLASSES, p, strict=True)},
        }
