"""How long these speakers pause inside a command, and how long the ears wait for it. Knows turns and settings, no sound."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from hub.turn_json import to_json
from models.hearing.segment import Settings, learn_pauses

REMEMBERED = 200
"""Pauses that count: newer ones take the place of older ones, so that a new speaker is learned too."""


class Pauses:
    """An observer of turns. `adapt` is called with new settings when a turn has taught something."""

    def __init__(self, own: Settings, past: Iterable[Mapping[str, Any]], adapt: Callable[[Settings], None] | None = None) -> None:
        self._own, self.adapt = own, adapt
        self._pauses: deque[float] = deque(maxlen=REMEMBERED)
        for turn in past:
            self._add(turn)

    @property
    def settings(self) -> Settings:
        """The owner's settings, moved towards what these speakers need; between half and twice of them."""
        return learn_pauses(tuple(self._pauses), self._own)

    def take(self, kind: str, data: Mapping[str, Any]) -> None:
        if kind == "turn" and self._add(to_json(data["turn"])) and self.adapt is not None:
            self.adapt(self.settings)

    def _add(self, turn: Mapping[str, Any]) -> bool:
        """Pauses in what was not meant for the hub are none in a command."""
        pauses = turn.get("pauses") or () if turn.get("decision") not in (None, "ignore") else ()
        self._pauses.extend(float(pause) for pause in pauses)
        return bool(pauses)
