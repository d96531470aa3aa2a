"""When to ask "did I answer your question?": rarely, within a budget, when the answer is worth most. Pure: past turns in, a yes or no out.

Asking costs goodwill, so there is a budget (docs/learning.md), and what is asked about is chosen: how unsure the hub was, times how often
such a thing is asked for here. After "When a Voice Assistant Asks for Feedback" (2021): what counts is when and how often, not whether.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta

from hub.learning.explore import QUIET
from hub.turn import Turn
from models.conversation.answers import FEEDBACK
from models.said import Past

INTENT = FEEDBACK
"""The intent of the answer; a turn that asked holds it in its `offer`."""
BEST_SHARE = 0.1
"""Only the best tenth of turns is worth the question."""
LEAST = 0.003
"""Below this the question is not worth its asking, however rare better ones are."""
MOST_BACKOFF = 4
"""Doublings at most: the question stays rare, and does not die out."""


class Opinion:
    """Remembers what the last turns would have been worth, for one running hub. `every_s` and `every_turns` bound how often is asked."""

    def __init__(self, *, every_s: float, every_turns: int) -> None:
        self._every_s, self._every_turns = every_s, every_turns
        self._worth: deque[float] = deque(maxlen=50)

    def wanted(self, turn: Turn, history: Sequence[Past], *, quiet: bool) -> bool:
        """Whether this turn, decided and not yet answered, ends with the question. Call it for every turn: it takes the turn's measure."""
        value = worth(turn, history)
        seen = sorted(self._worth, reverse=True)
        self._worth.append(value)
        best = seen[max(0, math.ceil(BEST_SHARE * len(seen)) - 1)] if seen else math.inf
        return (
            len(seen) >= self._every_turns and value >= max(best, LEAST) and not quiet and suits(turn)
            and due(history, turn.opening.at, every_s=self._every_s, every_turns=self._every_turns)
        )  # fmt: skip


def worth(turn: Turn, history: Sequence[Past]) -> float:
    """Uncertainty × share of such requests, 0–1. What a learned rewrite changed is as uncertain as can be: the answer judges it."""
    meant, said = turn.interpretation, turn.utterance
    if meant is None or not meant.frames or said is None:
        return 0.0
    sure = min(meant.confidence, said.confidence, 0.5 + meant.margin / 2 if meant.rivals else 1.0)
    unsure = 1.0 if turn.rewrite is not None else 1.0 - max(0.0, min(1.0, sure))
    alike = sum(past.intent == meant.frames[0].intent for past in history)
    return unsure * (alike + 1) / (len(history) + 1)


def suits(turn: Turn) -> bool:
    """Whether the question fits this turn: something was done or answered, aloud, and nobody was interrupted or asked something else."""
    decision, meant = turn.decision, turn.interpretation
    return (
        decision is not None and decision.kind in ("act", "answer") and decision.code is None and decision.offer is None
        and turn.opening.kind in ("wake", "follow_up") and turn.opening.interrupted is None
        and meant is not None and not any(f.intent in _TALK for f in meant.frames)
    )  # fmt: skip


_TALK = frozenset(
    {"HubStop", "HubUndo", "HubNo", "HubYes", "HubWhy", "HubRepeat", "HubWhatDidYouHear", "HubWhatDidYouDo", "HassNevermind", INTENT}
)


def due(history: Sequence[Past], now: datetime, *, every_s: float, every_turns: int) -> bool:
    """Whether the budget allows a question: none of its own accord for so long and so many turns, twice as long after each that got no
    answer. `history` oldest first."""
    asked = [at for at, past in enumerate(history) if past.offer is not None]
    back = 2 ** min(MOST_BACKOFF, refused(history))
    if not asked:
        return len(history) >= every_turns
    last = history[asked[-1]]
    long_ago = last.at is None or now - last.at >= timedelta(seconds=every_s * back)
    return long_ago and len(history) - asked[-1] > every_turns * back


def refused(history: Sequence[Past]) -> int:
    """How many of the last such questions in a row got neither a yes nor a no."""
    count = 0
    for at in range(len(history) - 1, -1, -1):
        if (history[at].offer or {}).get("intent") == INTENT:
            if at + 1 < len(history) and history[at + 1].intent == INTENT:
                break
            count += 1
    return count


def at_night(now: datetime) -> bool:
    return now.hour >= QUIET[0] or now.hour < QUIET[1]
