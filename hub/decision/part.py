"""What one frame comes to, and the questions and refusals that every part may end in. Decides for no whole turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from devices.home import Command, Home
from hub.decision.line import Line
from hub.saying import done, wording
from models.automaton.house_words import house_words
from models.said import Context, Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one frame comes to."""

    kind: str
    lines: tuple[Line, ...] = ()
    code: str | None = None
    commands: tuple[Command, ...] = ()
    targets: tuple[str, ...] = ()
    risk: str | None = None
    detail: Mapping[str, Any] | None = None


def plain(kind: str, key: str) -> Part:
    return Part(kind=kind, code=key, lines=((f"{kind}.{key}", {}),))


def refusal(frame: Frame | None, code: str, detail: Mapping[str, Any], home: Home, context: Context) -> Part:
    targets = frame.targets if frame is not None else ()
    if code == "missing_value" and frame is not None:
        missing = detail.get("missing")
        key = (
            f"ask.{missing}"
            if missing in ("duration", "when", "temperature", "brightness", "item", "media", "area", "value", "action")
            else "ask.value"
        )
        if frame.intent == "HassStartTimer":
            key = "ask.when" if "conversation_command" in frame.slots else "ask.duration"
        elif frame.intent in ("HubSetAlarm", "HubSetReminder"):
            key = "ask.when"
        names, _ = wording.named(home, targets, context.area)
        return Part(kind="ask", code=code, targets=targets, lines=((key, {"names": names}),))
    if code == "ambiguous" and targets:
        return Part(kind="ask", code=code, targets=targets, lines=(which_line(home, targets),))
    if code == "unavailable":
        names, are = wording.named(home, targets, context.area)
        return Part(kind="decline", code=code, targets=targets, lines=(("decline.unavailable", {"names": names, "are": are}),))
    if code == "condition_false":
        return Part(kind="answer", code=code, lines=(("decline.condition_false", {}),))
    if code == "not_supported" and detail.get("condition"):
        always = detail.get("when") in ("whenever", "every time", "each time")
        return Part(kind="decline", code=code, targets=targets, lines=(("decline.wait_repeats" if always else "decline.cannot_wait", {}),))
    if code == "no_valid_targets":
        return Part(kind="decline", code=code, targets=targets, lines=(_unknown_line(frame, detail, home),))
    key = code if f"decline.{code}" in done.known_keys() else "no_intent_match"
    names, are = wording.named(home, targets, context.area)
    return Part(kind="decline", code=code, targets=targets, lines=((f"decline.{key}", {"names": names, "are": are}),))


def _unknown_line(frame: Frame | None, detail: Mapping[str, Any], home: Home) -> Line:
    slots = frame.slots if frame is not None else {}
    if "count" in detail and "said" in detail:
        return "decline.other_number", {"count": wording.count(int(detail["count"])), "said": wording.count(int(detail["said"]))}
    area = detail.get("area")
    if area and detail.get("name") in (None, area):
        room = house_words(home).area_called(str(area))
        if room is None:
            return "decline.no_area", {"name": str(area)}
        measure, kind = detail.get("device_class"), detail.get("domain")
        if measure and frame is not None and frame.intent in ("HassGetState", "HassClimateGetTemperature"):
            return "decline.no_sensor", {"what": f"the {str(measure).replace('_', ' ')} in the {room.name.lower()}"}
        if measure or kind:
            return "decline.no_kind", {"kind": str(measure or kind).replace("_", " "), "where": f" in the {room.name.lower()}"}
        return "decline.no_device_here", {}
    name = detail.get("name") or slots.get("name")
    known = house_words(home).entities_called(str(name)) if name else []
    if known:
        return "decline.not_supported", {"names": wording.called(home, known[0])}
    if name:
        return "decline.no_valid_targets", {"name": str(name)}
    kind = slots.get("device_class") or slots.get("domain")
    if kind:
        where = f" in the {slots['area']}" if slots.get("area") else ""
        return "decline.no_kind", {"kind": str(kind).replace("_", " "), "where": where}
    return "decline.no_device_here", {}


def which_line(home: Home, targets: Sequence[str]) -> Line:
    if len(targets) > 4:
        return "ask.which_many", {"count": wording.count(len(targets))}
    return "ask.which", {"choices": wording.choices(home, targets)}
