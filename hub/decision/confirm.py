"""Whether a person has said yes, and what is asked before something risky. Trusts no rewrite, no other room and no old question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from devices.capability import risk_class
from devices.home import Command, Home
from hub.decision.line import Line
from hub.decision.part import Part
from hub.saying import done, wording
from hub.turn import Decision, Turn
from models.conversation import dialogue
from models.reading.numbers import code
from models.said import Context, Past
from models.situation import house_now

HIDDEN = "(code)"
"""What a record holds where a code was said."""


def echoes(turn: Turn) -> bool:
    """Whether the microphone brought the hub's own last sentence back: three or more words of it, in order, and nothing else."""
    if turn.opening.kind not in ("follow_up", "barge_in", "speech") or turn.context is None or not turn.context.recent:
        return False
    frames = turn.interpretation.frames if turn.interpretation is not None else ()
    if turn.context.recent[-1].decision == "ask" and frames and all(f.source.startswith("context/history") and not f.code for f in frames):
        return False  # one of the choices that the question named; what is risky is confirmed after it
    said = " ".join(house_now.words(turn.utterance.text if turn.utterance is not None else ""))
    return said.count(" ") >= 2 and f" {said} " in f" {' '.join(house_now.words(turn.context.recent[-1].reply))} "


def risk(home: Home, command: Command) -> str | None:
    return risk_class(home, command.entity_id, command.service, command.data) if command.entity_id is not None else None


def confirm(turn: Turn, parts: Sequence[Part], risky: Part, home: Home, context: Context, pin: str | None) -> Turn:
    names, are = wording.named(home, [str(c.entity_id) for c in risky.commands if risk(home, c) is not None], context.area)
    targets = tuple(dict.fromkeys(t for p in parts for t in p.targets))
    if pin is not None:
        wrong = context.recent and context.recent[-1].code == "pin_needed" and bool(_digits(turn))
        if wrong:
            return replace(
                turn, decision=Decision(kind="decline", code="wrong_pin", targets=targets, detail={"say": [("decline.wrong_pin", {})]})
            )
        return replace(turn, decision=Decision(kind="confirm", code="pin_needed", targets=targets, detail={"say": [("confirm.pin", {})]}))
    playing = could_be_a_player(turn, home) if context.recent and context.recent[-1].decision == "confirm" else []
    if playing:
        say_names, say_are = wording.named(home, playing, context.area)
        over = [("confirm.over_media", {"names": say_names, "are": say_are})]
        return replace(turn, decision=Decision(kind="confirm", code=f"risky_{risky.risk}", targets=targets, detail={"say": over}))
    key = f"confirm.{risky.risk}" if f"confirm.{risky.risk}" in done.known_keys() else "confirm.risky"
    say: list[Line] = [(key, {"names": names, "are": are})]
    return replace(turn, decision=Decision(kind="confirm", code=f"risky_{risky.risk}", targets=targets, detail={"say": say}))


def could_be_a_player(turn: Turn, home: Home) -> list[str]:
    """The players that may have said these words: what plays in this room, or in no known one, while nobody said the wake word."""
    context = turn.context
    if context is None or turn.opening.wake is not None or turn.opening.kind == "typed":
        return []
    sounding = [e for e in house_now.of(home, "media_player") if house_now.value(home, e) in ("on", "playing", "buffering")]
    return [e for e in sounding if context.area is None or house_now.area_of(home, e) in (context.area, None)]


def confirmed(turn: Turn, home: Home) -> bool:
    """Whether a person has just said yes to the hub's own question about exactly these things, in words that no rewrite put there.
    What is said over the question itself, without the wake word, could be the hub's own voice or a television's: it is asked again."""
    if could_be_a_player(turn, home) or (turn.opening.kind == "barge_in" and turn.opening.wake is None):
        return False
    meant, context = turn.interpretation, turn.context
    if meant is None or context is None or turn.rewrite is not None or not context.recent:
        return False
    asked: Past = context.recent[-1]
    if asked.decision != "confirm" or not all(f.source == dialogue.CONFIRMED for f in meant.frames):
        return False
    about = set(asked.targets) | {t for f in asked.frames for t in f.targets}
    return bool(about) and {t for f in meant.frames for t in f.targets} <= about


def pin_fits(turn: Turn, pin: str | None) -> bool:
    if pin is None:
        return True
    asked = turn.context.recent[-1] if turn.context is not None and turn.context.recent else None
    return asked is not None and asked.code == "pin_needed" and _digits(turn) == pin


def without_code(turn: Turn) -> Turn:
    """The turn as it may be written down: a code that was said in answer to the question for it stands in no record."""
    asked = turn.context.recent[-1] if turn.context is not None and turn.context.recent else None
    if asked is None or asked.code != "pin_needed" or turn.utterance is None or not _digits(turn):
        return turn
    meant = turn.interpretation
    return replace(
        turn,
        opening=replace(turn.opening, text=None),
        utterance=replace(turn.utterance, text=HIDDEN, nbest=(), free=""),
        interpretation=replace(meant, heard=HIDDEN) if meant is not None else None,
    )


def _digits(turn: Turn) -> str:
    return code(turn.utterance.text if turn.utterance is not None else "")
