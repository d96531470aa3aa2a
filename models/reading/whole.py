"""The best reading of one command as a whole: reranked by what surrounds the words, several areas apart. Knows readings; reads nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from devices.home import EMPTY, Home
from models.reading.clause import Reading
from models.reading.resolve import frame as ground_frame
from models.said import Context, Frame
from models.situation import rerank


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """One reading of a whole text: its commands in order."""

    frames: tuple[Frame, ...]
    score: float
    code: str | None = None
    detail: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    rivals: tuple[Frame, ...] = ()
    signals: tuple[str, ...] = ()
    margin: float | None = None


def whole_of(readings: Sequence[Reading], home: Home, context: Context) -> Whole:
    """The best reading, reranked by what surrounds the words."""
    first = readings[0]
    if first.frame.code == "ambiguous" and not first.frame.targets:
        first = replace(first, frame=replace(first.frame, targets=first.candidates))
    rivals = [r.frame for r in readings[1:]]
    if first.frame.code == "ambiguous" and (between := first.candidates or first.frame.targets):
        rivals = [
            replace(first.frame, targets=(c,), code=None, slots={**first.frame.slots, "name": home.entities[c].name})
            for c in between
            if c in home.entities
        ]
    ranked = _reranked(first, readings, rivals, home, context)
    if ranked is not None:
        return ranked
    frames = explode(first.frame, home, context)
    own = tuple(s for s in first.frame.source.partition("/")[2].split("+") if s)
    signals = tuple(dict.fromkeys((*(("room",) if first.room and not own else ()), *own)))
    return Whole(frames=frames, score=first.frame.score, code=first.frame.code, detail=first.detail, rivals=tuple(rivals), signals=signals)


def _reranked(first: Reading, readings: Sequence[Reading], rivals: list[Frame], home: Home, context: Context) -> Whole | None:
    if first.sure or (len(readings) < 2 and first.frame.code != "ambiguous"):
        return None
    parsed: dict[tuple[str, str], Frame] = {}
    for reading in readings:
        if reading.frame.code is None:
            same = reading.frame.intent, reading.frame.source if reading.frame.source == "exact" else repr(reading.frame.targets)
            parsed.setdefault(same, reading.frame)
    options = list(parsed.values())
    if first.frame.code == "ambiguous":
        options = rivals
    if len(options) < 2:
        return None
    ranked = rerank.rerank(options, home, context)
    top = ranked.order[0]
    second = ranked.order[1]
    ambiguous = ranked.margin < rerank.AMBIGUOUS and top.targets != second.targets and first.frame.code == "ambiguous"
    chosen = next((r for r in readings if r.frame.intent == top.intent and r.frame.targets == top.targets), first)
    signals = tuple(dict.fromkeys((*(("room",) if chosen.room else ()), *ranked.signals)))
    if first.frame.code == "ambiguous":
        if ambiguous:
            return Whole(
                frames=(first.frame,),
                score=first.frame.score,
                code="ambiguous",
                detail={**first.detail, **ranked.detail},
                rivals=tuple(ranked.order),
                signals=signals,
                margin=ranked.margin,
            )
        return Whole(
            frames=(replace(top, score=first.frame.score),),
            score=first.frame.score,
            detail=ranked.detail,
            rivals=tuple(ranked.order[1:]),
            signals=signals,
            margin=ranked.margin,
        )
    return Whole(
        frames=explode(top, home, context),
        score=max(top.score, min(first.frame.score, 0.9)),
        detail={**chosen.detail, **ranked.detail},
        rivals=tuple(ranked.order[1:]),
        signals=signals,
        margin=ranked.margin,
    )


def explode(built: Frame, home: Home, context: Context) -> tuple[Frame, ...]:
    """One frame for each of several areas or names that a frame holds as a list."""
    for slot in ("area", "name"):
        several = built.slots.get(slot)
        if not isinstance(several, (list, tuple)):
            continue
        out: list[Frame] = []
        for value in several:
            slots = {**built.slots, slot: value}
            if slot == "name":
                ids = tuple(t for t in built.targets if home.entities[t].name == value)
                out.append(replace(built, slots=slots, targets=ids))
            else:
                ids = tuple(t for t in built.targets if (a := home.area_of(t)) is not None and a.name == value)
                if built.targets:
                    out.append(replace(built, slots=slots, targets=ids, code=None if ids else "no_valid_targets"))
                else:
                    out.append(ground_frame(built.intent, slots, home, context, score=built.score, source=built.source)[0])
        return tuple(out)
    return (built,)
