"""Which of a frame's commands can be sent now, are needed, or are refused, and why. Sends none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from devices.capability import check, expected_state
from devices.home import Command, Home
from hub.decision import undo
from hub.decision.confirm import risk
from hub.decision.line import Line
from hub.decision.part import Part
from hub.saying import done, wording
from models.conversation import dialogue
from models.reading.intents import NEEDS_ITEM
from models.said import Context, Frame
from models.situation import house_now


def those_that_play(frame: Frame, home: Home, context: Context) -> Frame:
    """Of several players in a place only those that play are turned down, paused or skipped."""
    if frame.intent == "HassMediaSearchAndPlay" and "name" not in frame.slots and len(frame.targets) == 1:
        better = dialogue.default_targets(frame, home, context)
        here = {house_now.area_of(home, t) for t in frame.targets}
        return replace(frame, targets=tuple(better)) if len(better) == 1 and {house_now.area_of(home, b) for b in better} == here else frame
    if (
        not frame.intent.startswith(("HassSetVolumeRelative", "HassMediaPause", "HassMediaNext", "HassMediaPrevious"))
        or "name" in frame.slots
    ):
        return frame
    on = tuple(t for t in frame.targets if house_now.value(home, t) in ("playing", "buffering"))
    return replace(frame, targets=on) if on and len(frame.targets) > 1 else frame


def checked(frame: Frame, commands: Sequence[Command], home: Home, context: Context, *, lines: tuple[Line, ...] | None = None) -> Part:
    """The part of those commands that can be sent, or why none can."""
    good: list[Command] = []
    bad: list[tuple[Command, str]] = []
    for command in commands:
        code = None if command.entity_id is None else _gone(home, command) if command.service.startswith("hub.") else check(home, command)
        if code is None:
            good.append(command)
        else:
            bad.append((command, code))
    targets = tuple(frame.targets)
    if not good:
        code = _worst([c for _, c in bad]) if bad else "not_supported"
        names, are = wording.named(home, [str(c.entity_id) for c, b in bad if b == code] or list(targets), context.area)
        key = code if code in ("unavailable", "not_supported", "bad_value") else "not_supported"
        return Part(kind="decline", code=code, targets=targets, lines=((f"decline.{key}", {"names": names, "are": are}),))
    if lines is None and done.already(frame, good, home) and not _just_changed(good, home, context):
        return Part(kind="answer", code="already", targets=targets, lines=(done.already_line(frame, good, home, context),))
    said = list(lines) if lines is not None else [done.line(frame, good, home, context)]
    gone = [str(c.entity_id) for c, b in bad if b == "unavailable"]
    if gone:
        names, are = wording.named(home, gone, context.area)
        said.append(("done.part_unavailable", {"names": names, "are": are}))
    danger = next((r for c in good if (r := risk(home, c)) is not None), None)
    return Part(kind="act", commands=tuple(good), targets=targets, lines=tuple(said), risk=danger)


def _just_changed(commands: Sequence[Command], home: Home, context: Context) -> bool:
    """Whether something done a moment ago does not show in a state yet: then that state is no reason to do nothing."""
    for command in commands:
        last = next((a for p in reversed(context.recent) for a in p.actions if a.get("entity_id") == command.entity_id), None)
        if last is None or last.get("status") not in undo.DONE:
            continue
        data = last.get("data")
        before = Command(entity_id=command.entity_id, service=str(last.get("service")), data=data if isinstance(data, Mapping) else {})
        if expected_state(home, before).value != home.state(str(command.entity_id)).value:
            return True
    return False


def _gone(home: Home, command: Command) -> str | None:
    return None if command.entity_id is None or house_now.available(home, command.entity_id) else "unavailable"


def _worst(codes: Sequence[str]) -> str:
    return next((c for c in ("unavailable", "bad_value", "not_supported", "no_such_entity") if c in codes), codes[0])


def missing(frame: Frame) -> str | None:
    slots = frame.slots
    if frame.intent == "HassLightSet" and not slots.keys() & {"brightness", "brightness_step", "color", "temperature"}:
        return "brightness"
    if frame.intent == "HassClimateSetTemperature" and not slots.keys() & {"temperature", "temperature_step"}:
        return "temperature"
    if frame.intent == "HassSetVolume" and "volume_level" not in slots:
        return "value"
    if frame.intent in NEEDS_ITEM and not slots.get("item"):
        return "item"
    if frame.intent == "HassSetPosition" and not slots.keys() & {"position", "position_step"}:
        return "value"
    if frame.intent == "HassClimateSetFanMode" and not slots.get("fan_mode"):
        return "value"
    if frame.intent == "HassFanSetSpeed" and not slots.keys() & {"percentage", "percentage_step"}:
        return "value"
    return None


def camera_without_screen(frame: Frame, home: Home, context: Context) -> Part:
    names, _ = wording.named(home, frame.targets, context.area)
    return Part(kind="decline", code="no_screen", targets=frame.targets, lines=(("decline.no_screen", {"names": names}),))
