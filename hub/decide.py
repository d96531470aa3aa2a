"""One right decision of six: act, ask which, confirm, answer, decline or ignore. Sends nothing and says nothing itself.

What is risky is asked first, whatever the reading and however sure it is; only a plain yes that directly follows the
hub's own question, in the same room and within minutes, lets it through (NEEDS.md A6: "yell through the window").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from devices.home import Home
from hub.decision import services
from hub.decision.about_talk import META, meta
from hub.decision.answer import QUERIES, answer
from hub.decision.confirm import confirm, confirmed, echoes, pin_fits
from hub.decision.did_you_mean import did_you_mean
from hub.decision.part import Part, refusal, which_line
from hub.decision.sendable import camera_without_screen, checked, missing, those_that_play
from hub.decision.timer_part import timer_part
from hub.keeping import timers as plans
from hub.turn import Decision, Turn
from models.conversation import dialogue
from models.said import Context, Frame
from models.situation import house_now

UNHEARD = {"stalled": "microphone", "too_long": "too_long"}
"""Why somebody who said the wake word was not heard out, and the code and sentence that tell it."""


def decide(turn: Turn, home: Home, *, pin: str | None = None, ended: str | None = None) -> Turn:
    """The turn with its decision. With `pin`, a risky command wants that code after the yes. `ended` tells of listening that did not end
    with the command: stalled · too_long."""
    turn = _decide(turn, home, pin)
    if ended in UNHEARD and turn.opening.wake is not None and turn.decision is not None and turn.decision.kind == "ignore":
        return replace(turn, decision=Decision(kind="decline", code=UNHEARD[ended], detail={"say": [(f"decline.{UNHEARD[ended]}", {})]}))
    return turn


def _decide(turn: Turn, home: Home, pin: str | None) -> Turn:
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
    if meant.code == "not_for_me" and meant.detail.get("reason") == "negated" and turn.opening.kind in ("typed", "wake"):
        return replace(turn, decision=Decision(kind="answer", code="negated", detail={"say": [("answer.negated", {})]}))
    if meant.code == "not_for_me" or (turn.utterance is not None and not turn.utterance.in_house and not meant.accepted):
        return replace(turn, decision=Decision(kind="ignore", code="not_for_me"))
    if meant.code == "ambiguous" and meant.frames:
        return _which(turn, home)
    asked = did_you_mean(turn, home, lambda frame, said: frame_part(frame, said, home, context, {}))
    if asked is not None:
        return replace(turn, decision=asked)
    if not meant.frames or (not meant.accepted and meant.code not in ("missing_value", "no_valid_targets")):
        part = refusal(meant.frames[0] if meant.frames else None, meant.code or "no_intent_match", meant.detail, home, context)
        return replace(
            turn, decision=Decision(kind=part.kind, code=part.code, detail={"say": list(part.lines)}, targets=_targets(meant.frames))
        )
    said_yes = confirmed(turn, home)
    parts = [frame_part(frame, text, home, context, meant.detail) for frame in meant.frames]
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
    if risky is not None and (not said_yes or not pin_fits(turn, pin)):
        return confirm(turn, parts, risky, home, context, pin if said_yes else None)
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


def frame_part(frame: Frame, text: str, home: Home, context: Context, detail: Mapping[str, Any]) -> Part:
    if frame.code is not None:
        return refusal(frame, frame.code, detail, home, context)
    if frame.intent in plans.INTENTS and frame.intent not in plans.QUERIES:
        return timer_part(frame, home, context)
    if frame.intent in QUERIES:
        found = answer(frame, text, home, context)
        return Part(kind=found.kind, lines=found.lines, code=found.code, targets=found.targets or frame.targets, detail=found.detail)
    if frame.intent in META:
        return meta(frame, home, context, lambda f: frame_part(f, text, home, context, {}))
    return _action(frame, home, context, detail)


def _action(frame: Frame, home: Home, context: Context, detail: Mapping[str, Any]) -> Part:
    own = any(command.intent == frame.intent for command in home.commands)
    if not own and not frame.targets and frame.intent != "HassBroadcast":
        found = dialogue.default_targets(frame, home, context)
        if not found:
            return refusal(frame, "no_valid_targets", detail, home, context)
        if len(found) > 1:
            return Part(kind="ask", code="ambiguous", targets=tuple(found), lines=(which_line(home, found),))
        frame = replace(frame, targets=tuple(found))
    frame = those_that_play(frame, home, context)
    lacks = missing(frame)
    if lacks is not None:
        return Part(kind="ask", code="missing_value", targets=frame.targets, lines=((f"ask.{lacks}", {}),))
    if frame.intent == "HubShowCamera" and not context.screen:
        return camera_without_screen(frame, home, context)
    commands = services.commands(frame, home, context)
    return checked(frame, commands, home, context)


_OF_WHAT_PLAYS = frozenset({"HassMediaPause", "HassMediaNext", "HassMediaPrevious"})
"""Where nothing plays nobody is asked which."""


def _which(turn: Turn, home: Home) -> Turn:
    """Asks between the readings; the frame that waits for the answer holds all candidates."""
    meant = turn.interpretation
    assert meant is not None
    targets = _targets((*meant.frames, *meant.rivals))
    first = meant.frames[0]
    wanted = services.DOMAINS.get(first.intent)
    fitting = tuple(t for t in targets if wanted is None or house_now.domain(t) in wanted)
    targets = fitting if len(fitting) > 1 else targets
    if first.intent in _OF_WHAT_PLAYS and targets and all(house_now.value(home, t) in ("off", "idle", "standby") for t in targets):
        return replace(turn, decision=Decision(kind="answer", code="already", detail={"say": [("answer.nothing_playing", {})]}))
    frames = (replace(first, targets=targets), *(f for f in meant.frames[1:] if f.intent != first.intent))
    line = which_line(home, targets) if targets else ("ask.value", {})
    decision = Decision(kind="ask", code="ambiguous", targets=targets, detail={"say": [line], "candidates": list(targets)})
    return replace(turn, interpretation=replace(meant, frames=frames), decision=decision)


def _targets(frames: Sequence[Frame]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(t for f in frames for t in f.targets))
