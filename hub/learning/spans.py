"""Judged turns as the span network reads them, at night. Knows what became of a turn, and which turns are worth a look; no features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from hub.learning.signals import Judged
from models.conversation.again import TURNS, After, Again, Found, Window

WINDOW_S = 150.0
"""Seconds after a request in which it may be said again."""


@lru_cache(maxsize=1)
def reader() -> Again | None:
    """The span network; None where its weights are not there."""
    try:
        return Again()
    except FileNotFoundError:
        return None


def feedback(turn: Judged) -> str:
    """What became of a turn, in the network's words."""
    row, signals = turn.row, turn.signals
    if row.explicit == "no":
        return "no"
    if row.hard or row.error:
        return "fail"
    if "undone" in signals or "state_reversed" in signals:
        return "undo"
    if row.barge_ms is not None:
        return "barge"
    return "ok" if row.done else "none"


def window(session: Sequence[Judged], i: int) -> Window:
    """A turn and the turns after it, with gaps and what became of each."""
    after: list[After] = []
    for before, turn in zip(session[i:], session[i + 1 : i + 1 + TURNS], strict=False):
        if turn.row.at - session[i].row.at > WINDOW_S:
            break
        after.append(After(text=turn.row.heard, gap_s=max(0.0, turn.row.at - before.row.at), feedback=feedback(turn)))
    return Window(text=session[i].row.text, feedback=feedback(session[i]), after=tuple(after))


def blanked(window: Window, without: str) -> Window:
    """The window without its feedback, or without its gaps: what either is worth."""
    if without == "feedback":
        return replace(window, feedback="none", after=tuple(replace(a, feedback="none") for a in window.after))
    if without == "gap":
        return replace(window, after=tuple(replace(a, gap_s=0.0) for a in window.after))
    return window


def found(session: Sequence[Judged], turns: Sequence[int], network: Again, without: str = "") -> Mapping[int, Found]:
    """What the network makes of some turns of a session, by position; turns that nothing follows are left out."""
    windows = [(i, blanked(window(session, i), without)) for i in turns]
    windows = [(i, w) for i, w in windows if w.after and w.text]
    return dict(zip([i for i, _ in windows], network.read([w for _, w in windows]), strict=True)) if windows else {}
