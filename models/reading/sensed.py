"""A loose reading: an intent, its values and what it is about, made a frame of this home or a refusal. Reads no words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from devices.capability import SWITCHABLE
from devices.home import EMPTY
from models.automaton.house_words import HouseWords
from models.reading.intents import DOMAINS
from models.reading.resolve import frame
from models.reading.target import Aim
from models.said import Context, Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensed:
    """One loose reading."""

    frame: Frame
    detail: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    candidates: tuple[str, ...] = ()
    room: bool = False


def sensed(intent: str, slots: Mapping[str, Any], aimed: Aim, house: HouseWords, context: Context, base: float) -> Sensed:
    score = max(0.05, base - 0.5 * aimed.cost - 0.2 * aimed.extra)
    merged = {**aimed.slots, **slots}
    merged = {k: v for k, v in merged.items() if v is not None}
    if aimed.code is not None:
        built = Frame(intent=intent, slots=merged, score=score, source="loose", code=aimed.code)
        return Sensed(frame=built, detail=aimed.detail, candidates=aimed.candidates, room=aimed.room is not None)
    able = DOMAINS.get(intent)
    if aimed.ids and able is not None and aimed.code is None:
        fit = tuple(i for i in aimed.ids if house.home.entities[i].domain in able)
        if not fit:
            built = Frame(intent=intent, slots=merged, score=score, source="loose", code="no_valid_targets")
            return Sensed(frame=built, detail={"name": merged.get("name"), "reason": "cannot"}, candidates=aimed.ids)
        names = {house.home.entities[i].name for i in fit}
        lost = next((i for i in aimed.ids if house.home.entities[i].name not in names), None)
        if lost is not None and isinstance(merged.get("name"), list):  # of two that were named none is left out without a word
            built = Frame(intent=intent, slots=merged, score=score, source="loose", code="no_valid_targets")
            return Sensed(frame=built, detail={"name": house.home.entities[lost].name, "reason": "cannot"}, candidates=aimed.ids)
        aimed = replace(aimed, ids=fit)
    if aimed.ids and intent in ("HassTurnOn", "HassTurnOff") and not any(house.home.entities[i].domain in SWITCHABLE for i in aimed.ids):
        return Sensed(
            frame=Frame(intent=intent, slots=merged, score=score, source="loose", code="no_valid_targets"),
            detail={"name": merged.get("name"), "reason": "cannot"},
            candidates=aimed.ids,
        )
    if aimed.ids:
        if aimed.room is not None and "area" not in merged and not aimed.named:
            merged["area"] = house.home.areas[aimed.room].name
        targets: tuple[str, ...] = aimed.ids
        code: str | None = None
        candidates: tuple[str, ...] = ()
        if aimed.named and len(aimed.ids) > 1:
            built, grounded = frame(
                intent,
                {k: v for k, v in merged.items() if k in ("state", "device_class")} | {"name": merged.get("name")},
                house.home,
                context,
                score=score,
                source="loose",
                entities=aimed.ids,
                plural=isinstance(merged.get("name"), list),
            )
            if not isinstance(merged.get("name"), list):
                targets, code, candidates = built.targets, built.code, grounded.candidates
        built = Frame(intent=intent, slots=merged, targets=targets, score=score, source="loose", code=code)
        return Sensed(
            frame=built,
            detail=aimed.detail if code is None else {"name": merged.get("name")},
            candidates=candidates,
            room=aimed.room is not None,
        )
    if aimed.room is not None and "area" not in merged and "floor" not in merged:
        merged["area"] = house.home.areas[aimed.room].name
    built, grounded = frame(intent, merged, house.home, context, score=score, source="loose", plural=aimed.noun in (None, "light"))
    return Sensed(
        frame=built,
        detail={**grounded.detail, **aimed.detail},
        candidates=grounded.candidates,
        room=aimed.room is not None or grounded.area is not None,
    )


def with_slots(aimed: Aim, slots: Mapping[str, Any]) -> Aim:
    return replace(aimed, slots=dict(slots))
