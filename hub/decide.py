"""One right decision of six: act, ask which, confirm, answer, decline or ignore. Sends nothing and says nothing itself.

What is risky is asked first, whatever the reading and however sure it is; only a plain yes that directly follows the
hub's own question, in the same room and within minutes, lets it through (NEEDS.md A6: "yell through the window").
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from devices.capability import check, expected_state, risk_class
from devices.home import Command, Home
from hub import done, services, undo, wording
from hub import timers as plans
from hub.answer import QUERIES, Line, answer, timer_name, timer_said
from hub.turn import Decision, Turn
from models import dialogue, situation
from models.said import Context, Frame, Past

META = frozenset(
    {
        "HubWhatDidYouDo",
        "HubWhatDidYouHear",
        "HubWhy",
        "HubRepeat",
        "HubNo",
        "HubYes",
        "HubStop",
        "HubUndo",
        "HubAgain",
        "HubChoose",
    }
)
"""Intents that are about the conversation itself."""


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


def decide(turn: Turn, home: Home, *, pin: str | None = None) -> Turn:
    """The turn with its decision. With `pin`, a risky command wants that code after the yes."""
    meant, context = turn.interpretation, turn.context
    if meant is None or context is None:
        return replace(turn, decision=Decision(kind="ignore", code="nothing_heard"))
    if "decision" in meant.detail:  # teaching has decided: hub.learning.teach
        taught = meant.detail
        say = {"say": [("answer.repeat", {"value": str(taught.get("reply", ""))})]}
        return replace(
            turn, decision=Decision(kind=str(taught["decision"]), code=taught.get("code"), detail=say, targets=_targets(meant.frames))
        )
    text = turn.utterance.text if turn.utterance is not None else meant.heard
    if not text.strip() and not meant.frames:
        return replace(turn, decision=Decision(kind="ignore", code="nothing_heard"))
    if echoes(turn):
        return replace(turn, decision=Decision(kind="ignore", code="own_voice"))
    if meant.code == "not_for_me" or (turn.utterance is not None and not turn.utterance.in_house and not meant.accepted):
        return replace(turn, decision=Decision(kind="ignore", code="not_for_me"))
    if meant.code == "ambiguous" and meant.frames:
        return _which(turn, home)
    if not meant.frames or (not meant.accepted and meant.code not in ("missing_value", "no_valid_targets")):
        part = _refusal(meant.frames[0] if meant.frames else None, meant.code or "no_intent_match", meant.detail, home, context)
        return replace(
            turn, decision=Decision(kind=part.kind, code=part.code, detail={"say": list(part.lines)}, targets=_targets(meant.frames))
        )
    confirmed = _confirmed(turn)
    parts = [_part(frame, text, home, context, meant.detail) for frame in meant.frames]
    if any(p.kind == "ask" for p in parts):
        asking = next(p for p in parts if p.kind == "ask")
        return replace(
            turn,
            decision=Decision(
                kind="ask",
                code=asking.code,
                targets=asking.targets,
                detail={"say": list(asking.lines)} | dict(asking.detail or {}),
            ),
        )
    risky = next((p for p in parts if p.risk is not None), None)
    if risky is not None and (not confirmed or not _pin_fits(turn, pin)):
        return _confirm(turn, parts, risky, home, context, pin if confirmed else None)
    commands = tuple(c for p in parts for c in p.commands)
    kinds = [p.kind for p in parts]
    kind = "act" if "act" in kinds else "answer" if "answer" in kinds else kinds[0]
    first = next(p for p in parts if p.kind == kind)
    detail: dict[str, Any] = {"say": [line for p in parts for line in p.lines]}
    for p in parts:
        detail.update(p.detail or {})
    detail["plans"] = tuple(p.detail["plan"] for p in parts if p.detail is not None and "plan" in p.detail)
    targets = tuple(dict.fromkeys(t for p in parts for t in p.targets))
    return replace(turn, decision=Decision(kind=kind, code=first.code, commands=commands, targets=targets, detail=detail))


def echoes(turn: Turn) -> bool:
    """Whether the microphone brought the hub's own last sentence back: three or more words of it, in order, and nothing else."""
    if turn.opening.kind not in ("follow_up", "barge_in", "speech") or turn.context is None or not turn.context.recent:
        return False
    said = " ".join(situation.words(turn.utterance.text if turn.utterance is not None else ""))
    return said.count(" ") >= 2 and f" {said} " in f" {' '.join(situation.words(turn.context.recent[-1].reply))} "


def _part(frame: Frame, text: str, home: Home, context: Context, detail: Mapping[str, Any]) -> Part:
    if frame.code is not None:
        return _refusal(frame, frame.code, detail, home, context)
    if frame.intent in plans.INTENTS and frame.intent not in plans.QUERIES:
        return _timer(frame, home, context)
    if frame.intent in QUERIES:
        found = answer(frame, text, home, context)
        return Part(kind=found.kind, lines=found.lines, code=found.code, targets=found.targets or frame.targets, detail=found.detail)
    if frame.intent in META:
        return _meta(frame, text, home, context)
    return _action(frame, home, context, detail)


def _action(frame: Frame, home: Home, context: Context, detail: Mapping[str, Any]) -> Part:
    own = any(command.intent == frame.intent for command in home.commands)
    if not own and not frame.targets and frame.intent != "HassBroadcast":
        found = dialogue.default_targets(frame, home, context)
        if not found:
            return _refusal(frame, "no_valid_targets", detail, home, context)
        if len(found) > 1:
            return Part(kind="ask", code="ambiguous", targets=tuple(found), lines=(_which_line(home, found),))
        frame = replace(frame, targets=tuple(found))
    frame = _those_that_play(frame, home)
    missing = _missing(frame)
    if missing is not None:
        return Part(kind="ask", code="missing_value", targets=frame.targets, lines=((f"ask.{missing}", {}),))
    if frame.intent == "HubShowCamera" and not context.screen:
        return _camera_without_screen(frame, home, context)
    commands = services.commands(frame, home, context)
    return _checked(frame, commands, home, context)


def _those_that_play(frame: Frame, home: Home) -> Frame:
    """Of several players in a place only those that play are turned down, paused or skipped."""
    if (
        not frame.intent.startswith(("HassSetVolumeRelative", "HassMediaPause", "HassMediaNext", "HassMediaPrevious"))
        or "name" in frame.slots
    ):
        return frame
    on = tuple(t for t in frame.targets if situation.value(home, t) in ("playing", "buffering"))
    return replace(frame, targets=on) if on and len(frame.targets) > 1 else frame


def _checked(frame: Frame, commands: Sequence[Command], home: Home, context: Context, *, lines: tuple[Line, ...] | None = None) -> Part:
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
    risk = next((r for c in good if (r := _risk(home, c)) is not None), None)
    return Part(kind="act", commands=tuple(good), targets=targets, lines=tuple(said), risk=risk)


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


def _risk(home: Home, command: Command) -> str | None:
    return risk_class(home, command.entity_id, command.service, command.data) if command.entity_id is not None else None


def _gone(home: Home, command: Command) -> str | None:
    return None if command.entity_id is None or situation.available(home, command.entity_id) else "unavailable"


def _worst(codes: Sequence[str]) -> str:
    return next((c for c in ("unavailable", "bad_value", "not_supported", "no_such_entity") if c in codes), codes[0])


def _missing(frame: Frame) -> str | None:
    slots = frame.slots
    if frame.intent == "HassLightSet" and not slots.keys() & {"brightness", "brightness_step", "color", "temperature"}:
        return "brightness"
    if frame.intent == "HassClimateSetTemperature" and not slots.keys() & {"temperature", "temperature_step"}:
        return "temperature"
    if frame.intent == "HassSetVolume" and "volume_level" not in slots:
        return "value"
    if frame.intent in ("HassListAddItem", "HassShoppingListAddItem") and not slots.get("item"):
        return "item"
    if frame.intent == "HassSetPosition" and not slots.keys() & {"position", "position_step"}:
        return "value"
    if frame.intent == "HassFanSetSpeed" and not slots.keys() & {"percentage", "percentage_step"}:
        return "value"
    return None


def _camera_without_screen(frame: Frame, home: Home, context: Context) -> Part:
    names, _ = wording.named(home, frame.targets, context.area)
    return Part(kind="decline", code="no_screen", targets=frame.targets, lines=(("decline.no_screen", {"names": names}),))


def _timer(frame: Frame, home: Home, context: Context) -> Part:
    known = tuple(plans.from_json(t) for t in context.timers)
    frame = _said_in_full(frame, home, context)
    plan = plans.plan(frame, known, context.now, area=context.area, home=home, person=context.person)
    if plan.status == "done" and frame.source == "context/history" and frame.intent in ("HassStartTimer", "HubSetAlarm", "HubSetReminder"):
        plan = replace(plan, remove=_replaced(frame, known, context))
    detail = {"plan": plan}
    if plan.status == "done":
        return Part(kind="act", lines=(done.timer_line(frame, plan, context),), detail=detail)
    if plan.status == "already":
        line: Line = ("answer.timers_left", {"value": timer_said(plan.about[0], context.now)}) if plan.about else ("already.timer", {})
        return Part(kind="answer", code="already", lines=(line,))
    if plan.status == "which":
        names = wording.listed([timer_name(t) for t in plan.about], "or")
        listed = [plans.to_json(t) for t in plan.about]
        return Part(kind="ask", code=plan.code, lines=(("ask.timer", {"choices": names}),), detail={"timers": listed})
    if plan.status == "missing":
        return Part(
            kind="ask",
            code="missing_value",
            lines=(("ask.when" if "datetime" not in frame.slots and "Hub" in frame.intent else "ask.duration", {}),),
        )
    if plan.status == "past":
        return Part(kind="ask", code="time_is_past", lines=(("ask.past", {}),))
    key = "reminder_not_found" if "Reminder" in frame.intent else "alarm_not_found" if "Alarm" in frame.intent else "timer_not_found"
    return Part(kind="decline", code="timer_not_found", lines=((f"decline.{key}", {}),))


def _said_in_full(frame: Frame, home: Home, context: Context) -> Frame:
    """A delayed command with "it" put into words that still hold when its time comes."""
    command = str(frame.slots.get("conversation_command") or "")
    if not re.search(r"\b(it|them|that|those)\b", command):
        return frame
    found = dialogue.candidates(command, home, context)
    names = [home.entities[t].name for t in found[0].targets if t in home.entities] if found else []
    if not names:
        return frame
    full = re.sub(r"\b(it|them|that|those)\b", " and ".join(f"the {n}" for n in names), command, count=1)
    return replace(frame, slots={**frame.slots, "conversation_command": full})


def _replaced(frame: Frame, known: Sequence[plans.Timer], context: Context) -> tuple[str, ...]:
    """The timer or alarm that "make it fifteen minutes" takes the place of: the one that the last turn set."""
    last = context.recent[-1] if context.recent else None
    if last is None or last.intent != frame.intent or last.decision in ("ask", "confirm", "decline"):
        return ()
    kind = {"HassStartTimer": "timer", "HubSetAlarm": "alarm"}.get(frame.intent, "reminder")
    mine = [t for t in known if t.kind == kind and not t.ringing]
    if last.at is not None and kind == "timer":
        mine = sorted(mine, key=lambda t: abs((t.due - last.at).total_seconds() - (t.duration_s or 0.0)) if last.at is not None else 0.0)
    return (mine[0].id,) if mine else ()


def _meta(frame: Frame, text: str, home: Home, context: Context) -> Part:
    before = [p for p in context.recent if p.intent not in ("HubWhy", "HubWhatDidYouHear", "HubWhatDidYouDo", "HubRepeat")]
    last = before[-1] if before else None
    if frame.intent == "HubWhatDidYouHear":
        line: Line = ("answer.heard", {"value": last.heard}) if last is not None else ("answer.heard_nothing", {})
        return Part(kind="answer", lines=(line,))
    if frame.intent == "HubRepeat":
        said = context.recent[-1].reply if context.recent else ""
        return Part(kind="answer", lines=(("answer.repeat", {"value": said}),)) if said else _plain("decline", "nothing_to_repeat")
    if frame.intent == "HubWhatDidYouDo":
        acts = next((p for p in reversed(before) if undo.acted(p)), None)
        return (
            Part(kind="answer", lines=(("answer.did", {"value": done.told(acts, home)}),))
            if acts is not None
            else _plain("answer", "did_nothing")
        )
    if frame.intent == "HubWhy":
        return Part(kind="answer", lines=(done.why_line(last, home),)) if last is not None else _plain("answer", "why_nothing")
    if frame.intent == "HubUndo":
        return _undo(frame, home, context)
    if frame.intent == "HubAgain":
        return _again(frame, text, home, context)
    if frame.intent == "HubStop":
        return _stop(frame, home, context)
    if frame.intent == "HubNo":
        asked = last is not None and (last.decision in ("ask", "confirm") or last.offer is not None)
        return Part(kind="answer", code="cancelled", lines=(("answer.cancelled" if asked else "answer.never_mind", {}),))
    return _plain("decline", "nothing_asked")


def _plain(kind: str, key: str) -> Part:
    return Part(kind=kind, code=key, lines=((f"{kind}.{key}", {}),))


def _undo(frame: Frame, home: Home, context: Context) -> Part:
    past = next((p for p in reversed(context.recent) if undo.acted(p)), None)
    timer = next((p for p in reversed(context.recent) if p.intent in plans.INTENTS and p.intent not in plans.QUERIES), None)
    if timer is not None and (past is None or context.recent.index(timer) > context.recent.index(past)):
        cancel = {"HassStartTimer": "HassCancelTimer", "HubSetAlarm": "HubCancelAlarm", "HubSetReminder": "HubCancelReminder"}.get(
            timer.intent or ""
        )
        if cancel is None:
            return _plain("decline", "cannot_undo")
        kept = {k: v for k, v in timer.slots.items() if k in ("name", "datetime")}
        return _timer(Frame(intent=cancel, slots=kept), home, context)
    if past is None:
        return _plain("decline", "nothing_to_undo")
    commands = undo.inverse(past, home)
    if commands is None:
        return _plain("decline", "cannot_undo")
    targets = tuple(dict.fromkeys(str(c.entity_id) for c in commands if c.entity_id is not None))
    part = _checked(replace(frame, targets=targets), commands, home, context, lines=(("done.undo", {}),))
    return replace(part, detail={"undoes": past.id})


def _again(frame: Frame, text: str, home: Home, context: Context) -> Part:
    past = next(
        (p for p in reversed(context.recent) if p.intent not in META and p.intent is not None and (undo.acted(p) or p.decision == "act")),
        None,
    )
    if past is None:
        return _plain("decline", "nothing_to_repeat")
    frames = past.frames or (Frame(intent=str(past.intent), slots=past.slots, targets=past.targets),)
    parts = [_part(f, text, home, context, {}) for f in frames]
    first = parts[0]
    return Part(
        kind=first.kind,
        code=first.code,
        commands=tuple(c for p in parts for c in p.commands),
        risk=next((p.risk for p in parts if p.risk), None),
        targets=tuple(t for p in parts for t in p.targets),
        lines=tuple(line for p in parts for line in p.lines),
        detail=first.detail,
    )


def _stop(frame: Frame, home: Home, context: Context) -> Part:
    ringing = [plans.from_json(t) for t in context.timers if t.get("ringing")]
    if ringing:
        plan = plans.Plan(status="done", about=tuple(ringing), remove=tuple(t.id for t in ringing))
        return Part(kind="act", code="ringing_stopped", lines=(("answer.stopped", {}),), detail={"plan": plan, "stop_ringing": True})
    if frame.targets:
        return _checked(frame, services.commands(frame, home, context), home, context)
    return Part(kind="answer", code="stopped", lines=(("answer.nothing_to_stop", {}),))


def _refusal(frame: Frame | None, code: str, detail: Mapping[str, Any], home: Home, context: Context) -> Part:
    targets = frame.targets if frame is not None else ()
    if code == "missing_value" and frame is not None:
        missing = detail.get("missing")
        key = (
            f"ask.{missing}"
            if missing in ("duration", "when", "temperature", "brightness", "item", "media", "area", "value")
            else "ask.value"
        )
        if frame.intent == "HassStartTimer":
            key = "ask.duration"
        elif frame.intent in ("HubSetAlarm", "HubSetReminder"):
            key = "ask.when"
        return Part(kind="ask", code=code, targets=targets, lines=((key, {}),))
    if code == "ambiguous" and targets:
        return Part(kind="ask", code=code, targets=targets, lines=(_which_line(home, targets),))
    if code == "unavailable":
        names, are = wording.named(home, targets, context.area)
        return Part(kind="decline", code=code, targets=targets, lines=(("decline.unavailable", {"names": names, "are": are}),))
    if code == "no_valid_targets":
        return Part(kind="decline", code=code, targets=targets, lines=(_unknown_line(frame, detail),))
    key = code if f"decline.{code}" in done.known_keys() else "no_intent_match"
    names, are = wording.named(home, targets, context.area)
    return Part(kind="decline", code=code, targets=targets, lines=((f"decline.{key}", {"names": names, "are": are}),))


def _unknown_line(frame: Frame | None, detail: Mapping[str, Any]) -> Line:
    slots = frame.slots if frame is not None else {}
    area = detail.get("area")
    if area and detail.get("name") in (None, area):
        return "decline.no_area", {"name": str(area)}
    name = detail.get("name") or slots.get("name")
    if name:
        return "decline.no_valid_targets", {"name": str(name)}
    kind = slots.get("device_class") or slots.get("domain")
    if kind:
        where = f" in the {slots['area']}" if slots.get("area") else ""
        return "decline.no_kind", {"kind": str(kind).replace("_", " "), "where": where}
    return "decline.no_device_here", {}


def _which(turn: Turn, home: Home) -> Turn:
    """Asks between the readings; the frame that waits for the answer holds all candidates."""
    meant = turn.interpretation
    assert meant is not None
    targets = _targets((*meant.frames, *meant.rivals))
    first = meant.frames[0]
    wanted = services.DOMAINS.get(first.intent)
    fitting = tuple(t for t in targets if wanted is None or situation.domain(t) in wanted)
    targets = fitting if len(fitting) > 1 else targets
    frames = (replace(first, targets=targets), *(f for f in meant.frames[1:] if f.intent != first.intent))
    line = _which_line(home, targets) if targets else ("ask.value", {})
    decision = Decision(kind="ask", code="ambiguous", targets=targets, detail={"say": [line], "candidates": list(targets)})
    return replace(turn, interpretation=replace(meant, frames=frames), decision=decision)


def _which_line(home: Home, targets: Sequence[str]) -> Line:
    if len(targets) > 4:
        return "ask.which_many", {"count": wording.count(len(targets))}
    return "ask.which", {"choices": wording.choices(home, targets)}


def _confirm(turn: Turn, parts: Sequence[Part], risky: Part, home: Home, context: Context, pin: str | None) -> Turn:
    names, are = wording.named(home, [str(c.entity_id) for c in risky.commands if _risk(home, c) is not None], context.area)
    targets = tuple(dict.fromkeys(t for p in parts for t in p.targets))
    if pin is not None:
        wrong = context.recent and context.recent[-1].code == "pin_needed" and bool(_digits(turn))
        if wrong:
            return replace(
                turn, decision=Decision(kind="decline", code="wrong_pin", targets=targets, detail={"say": [("decline.wrong_pin", {})]})
            )
        return replace(turn, decision=Decision(kind="confirm", code="pin_needed", targets=targets, detail={"say": [("confirm.pin", {})]}))
    key = f"confirm.{risky.risk}" if f"confirm.{risky.risk}" in done.known_keys() else "confirm.risky"
    say: list[Line] = [(key, {"names": names, "are": are})]
    return replace(turn, decision=Decision(kind="confirm", code=f"risky_{risky.risk}", targets=targets, detail={"say": say}))


def _confirmed(turn: Turn) -> bool:
    """Whether a person has just said yes to the hub's own question about exactly these things, in words that no rewrite put there."""
    meant, context = turn.interpretation, turn.context
    if meant is None or context is None or turn.rewrite is not None or not context.recent:
        return False
    asked: Past = context.recent[-1]
    if asked.decision != "confirm" or not all(f.source == dialogue.CONFIRMED for f in meant.frames):
        return False
    about = set(asked.targets) | {t for f in asked.frames for t in f.targets}
    return bool(about) and {t for f in meant.frames for t in f.targets} <= about


def _pin_fits(turn: Turn, pin: str | None) -> bool:
    if pin is None:
        return True
    asked = turn.context.recent[-1] if turn.context is not None and turn.context.recent else None
    return asked is not None and asked.code == "pin_needed" and _digits(turn) == re.sub(r"\D", "", pin)


def _digits(turn: Turn) -> str:
    text = turn.utterance.text.casefold() if turn.utterance is not None else ""
    names = {word: str(n) for n, word in enumerate(("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"))} | {
        "oh": "0"
    }
    return "".join(names.get(w, re.sub(r"\D", "", w)) for w in re.findall(r"\w+", text))


def _targets(frames: Sequence[Frame]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(t for f in frames for t in f.targets))
