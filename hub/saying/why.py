"""The sentence that explains a turn: what was heard, what it was taken for, and which context decided. Changes nothing."""

from __future__ import annotations

from devices.home import Home
from hub.saying import done
from hub.turn import Turn
from models.phrases import phrase

_NOT: dict[str, str] = {
    "no_intent_match": "no sentence of this house is like it",
    "no_valid_targets": "nothing here fits what was named",
    "ambiguous": "it fits more than one thing equally well",
    "missing_value": "a value was missing",
    "unavailable": "the device does not answer",
    "not_for_me": "it did not sound as if it were meant for me",
    "already": "everything is so already",
    "nothing_heard": "there were no words",
    "own_voice": "it was my own voice",
    "no_screen": "there is no screen here",
}


def why(turn: Turn, home: Home) -> str:
    """For `hub ask --why`: one or two sentences, with the probability of the reading and its lead over the next."""
    meant, decision = turn.interpretation, turn.decision
    heard = turn.utterance.text if turn.utterance is not None else ""
    if meant is None or decision is None:
        return phrase("answer.why_nothing", turn.id)
    said: list[str] = []
    if turn.rewrite is not None:
        said.append(f"“{heard}” was read as “{turn.rewrite.to}” ({turn.rewrite.source}).")
    if meant.frames:
        area = turn.context.area if turn.context is not None else None
        readings = " and ".join(done.meaning(f.intent, f.targets, home, area, f.slots) for f in meant.frames)
        said.append(phrase("answer.why", turn.id, heard=meant.heard or heard, meaning=readings, because=done.because(meant.signals)))
        said.append(f"I am {round(100 * meant.confidence)} percent sure, {round(100 * meant.margin)} points ahead of the next reading.")
    tried = turn.extra.get("explore") or {}
    if tried.get("explored"):
        odds = f"one in {round(1 / tried['propensity'])}"
        what = "took the words as they were heard" if tried.get("kind") == "rewrite" else "did the second likeliest thing"
        said.append(f"I {what} to find out which is right (odds {odds}); say no if it was wrong.")
    elif tried.get("rank") == 2:
        said.append("Of two readings nearly as likely I took the second: what I tried here before showed that it is meant more often.")
    if decision.kind == "confirm":
        said.append("That is risky, so I asked first.")
    elif decision.code in _NOT:
        said.append(f"I did {'nothing' if decision.kind != 'act' else 'that'}: {_NOT[decision.code]}.")
    return " ".join(said)
