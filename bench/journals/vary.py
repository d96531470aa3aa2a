"""Knows how journals of different hubs differ in what they write down; varies a journal so that nothing is learned of one hub's ways.

Scales of confidence, codes, what is left out, how a refusal is decided, whether undo and answers are marked: drawn once a home.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Turn = dict[str, Any]


def _scale(r: random.Random) -> Callable[[float], float | None]:
    kind = r.choice(["same", "same", "percent", "log", "narrow", "noisy", "blurred", "none", "none", "constant"])
    a, noise = r.uniform(0.05, 0.5), r.uniform(0.05, 0.3)
    return {
        "same": lambda v: v,
        "percent": lambda v: 100 * v,
        "log": lambda v: math.log(max(v, 1e-3)),
        "narrow": lambda v: 1 - a * (1 - v),
        "noisy": lambda v: min(1.0, max(0.0, v + r.gauss(0, noise / 3))),
        "blurred": lambda v: min(1.0, max(0.0, 0.5 * v + 0.5 * r.random())),
        "none": lambda v: None,
        "constant": lambda v: 1.0,
    }[kind]


def varied(turns: Sequence[Mapping[str, Any]], r: random.Random) -> list[Turn]:
    """The same turns as another hub would have written them."""
    scales = {name: _scale(r) for name in ("asr", "confidence", "margin", "wake")}
    codes: dict[str, str | None] = {}
    style = r.choice(["same", "other", "none"])
    keep = {
        k: r.random() < p
        for k, p in (
            ("nbest", 0.5),
            ("speech_s", 0.6),
            ("reply_audio_ms", 0.5),
            ("frames", 0.7),
            ("person", 0.6),
            ("room", 0.7),
            ("undone", 0.6),
            ("explicit", 0.75),
            ("barge", 0.9),
            ("wake", 0.6),
        )
    }
    lost = r.choice([0.0, 0.0, 0.1, 0.3])
    """Share of the feedback that nobody noticed."""
    quiet = r.choice(["ignore", "decline", "answer"])
    out: list[Turn] = []
    for row in turns:
        turn = {k: v for k, v in row.items() if not k.startswith("_")}
        asr = dict(turn.get("asr") or {})
        asr["confidence"] = _mapped(scales["asr"], asr.get("confidence"))
        asr["nbest"] = (
            [{**h, "confidence": _mapped(scales["asr"], h.get("confidence"))} for h in asr.get("nbest") or ()] if keep["nbest"] else []
        )
        turn["asr"] = asr
        for name in ("confidence", "margin"):
            turn[name] = _mapped(scales[name], turn.get(name))
        wake = turn.get("wake")
        if isinstance(wake, Mapping):
            turn["wake"] = {**wake, "score": _mapped(scales["wake"], wake.get("score"))} if keep["wake"] else None
        for name in ("speech_s", "reply_audio_ms", "frames", "person", "room"):
            if not keep[name]:
                turn[name] = [] if name == "frames" else None
        code = turn.get("code")
        if code and code != "already" and style != "same":
            turn["code"] = codes.setdefault(code, None if style == "none" else f"E{r.randrange(100)}")
        if turn.get("decision") == "ignore":
            turn["decision"] = quiet
        marks = dict(turn.get("feedback") or {})
        if not keep["undone"]:
            marks["undone"] = False
        if not keep["explicit"] or r.random() < lost:
            marks["explicit"] = None
        if not keep["barge"] or r.random() < lost:
            marks["barge_in_ms"] = None
        turn["feedback"] = marks
        turn["reply"] = r.choice(["", "ok", "hm"])
        out.append(turn)
    return out


def _mapped(scale: Callable[[float], float | None], value: object) -> float | None:
    return scale(float(value)) if isinstance(value, int | float) and not isinstance(value, bool) else None
