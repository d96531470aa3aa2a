"""What a finished turn teaches, forgets or shows to be wrong, carried out at once. Knows the journal; reads no words.

A teaching becomes the next version of the knowledge, in force from the next turn on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from devices.home import Home
from hub.keeping.store import Store
from hub.learning import correct, forget
from hub.learning.taught import store_taught
from hub.turn import Turn
from models.said import Interpretation

Read = Callable[[str], Interpretation]


def settle(turn: Turn, store: Store, now: datetime, home: Home, read: Read | None = None) -> bool:
    """Carries out what a finished turn taught, forgot or showed to be wrong. Call it when the turn is in the store.

    True if the knowledge changed: load it again. Learning switched off for the speaker changes nothing but what is taken back.
    """
    meant = turn.interpretation
    effect = meant.detail.get("effect") if meant is not None else None
    if isinstance(effect, Mapping):
        if effect.get("op") == "teach":
            return store_taught(store, {**effect["taught"], "turn": turn.id}, now=now, home=home, person=turn.opening.person)
        if effect.get("op") == "forget":
            return forget.carry_out(effect, turn, store, now, home)
        return False
    return correct.after(turn, store, now, home, read)
