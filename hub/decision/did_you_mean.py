""""Did you mean …?" in place of "I didn't understand": one likely reading, offered. Knows decisions; not how the reading was found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from devices.home import Home
from hub.decision.part import Part
from hub.saying.done import meaning
from hub.turn import Decision, Turn
from models.said import Frame, Interpretation

CODE = "did_you_mean"


def did_you_mean(turn: Turn, home: Home, part_of: Callable[[Frame, str], Part]) -> Decision | None:
    """The question, where one harmless deed or answer was likely meant; what was said is kept, and only a yes does it."""
    maybe: Any = turn.interpretation.detail.get("maybe") if turn.interpretation is not None else None
    if not maybe or not isinstance(maybe["reading"], Interpretation) or len(maybe["reading"].frames) != 1:
        return None
    text, (frame,) = str(maybe["text"]), maybe["reading"].frames
    part = part_of(frame, text)
    if part.kind not in ("act", "answer") or part.risk is not None or part.code is not None:
        return None
    what = meaning(frame.intent, frame.targets, home, turn.opening.room, frame.slots).removeprefix("that I should ")
    offer = {"intent": frame.intent, "slots": dict(frame.slots), "targets": list(frame.targets), "text": text, "rewrite": str(maybe["id"])}
    return Decision(kind="ask", code=CODE, targets=frame.targets, detail={"say": [("ask.meant", {"value": what})]}, offer=offer)
