"""Turns what plays in the room down while somebody is listened to or answered, and up again. Knows players and events, not words.

A turn sees the house as it would be without this (`home`, `execute`), so that "louder", "how loud is it" and undo mean the volume that
the people set. What was turned down is on disk until it is up again: a hub that is killed meanwhile puts it right when it starts.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from devices.home import Command, Home, Outcome, State
from hub.keeping.store import Store
from hub.scene import Execute

log = logging.getLogger("hub.running.ducking")

KEY = "ducked"
DOWN = frozenset({"wake", "opened", "expecting", "speaking", "resumed"})
UP = frozenset({"turn", "expected_nothing", "error"})
LINGER_S = 0.3
"""So long nobody must be listened to or answered before it is loud again: a question follows its turn at once."""
STEP = 0.1
"""What a player's own "volume up" does."""
NEAR = 0.03


class Ducking:
    """An observer of turns. `level` 0–1: nothing that plays in `room` (everywhere, if that is not known) is louder while it listens."""

    def __init__(self, home: Callable[[], Home], execute: Execute, store: Store, *, level: float, room: Callable[[], str | None]) -> None:
        self._home, self._execute, self._store, self._level, self._room = home, execute, store, level, room
        self._was: dict[str, float] = {str(k): float(v) for k, v in dict(store.get(KEY) or {}).items()}
        self._order = asyncio.Lock()
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def ducked(self) -> Mapping[str, float]:
        """Player → the volume that it will get back."""
        return MappingProxyType(self._was)

    def home(self) -> Home:
        """The house with the volumes that its people set."""
        home = self._home()
        for player in self._was:
            if player in home.entities:
                home = home.with_state(player, self._unducked(player, home.state(player)))
        return home

    async def execute(self, command: Command) -> Outcome:
        """Does what a turn wants; a volume that somebody sets now is the one that stays."""
        player, change = command.entity_id or "", command.service.removeprefix("media_player.")
        before = self._unducked(player, self._home().state(player)) if player in self._was else None
        if player in self._was and change in ("volume_up", "volume_down"):
            louder = round(min(1.0, max(0.0, self._was[player] + (STEP if change == "volume_up" else -STEP))), 2)
            command = Command(entity_id=player, service="media_player.volume_set", data={"volume_level": louder})
        if command.service == "media_player.volume_set" and self._was.pop(player, None) is not None:
            self._keep()
        outcome = await self._execute(command)
        return outcome if before is None else replace(outcome, before=before)

    def take(self, kind: str, data: Mapping[str, Any]) -> None:
        if kind in DOWN:
            self._cancel()
            self._soon(self._down(), "turns down what plays")
        elif kind in UP or (kind == "dropped" and data.get("turn") is not None):
            self._cancel()
            self._timer = asyncio.get_running_loop().call_later(LINGER_S, lambda: self._soon(self.up(), "turns up what plays"))

    async def close(self) -> None:
        """The hub ends: what it turned down is turned up."""
        self._cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.up()

    async def _down(self) -> None:
        async with self._order:
            home = self._home()
            for player in playing(home, self._room()):
                volume = loudness(home.state(player))
                if player in self._was or volume is None or volume <= self._level:
                    continue
                self._was[player] = volume
                self._keep()
                await self._set(player, self._level)

    async def up(self) -> None:
        """Gives back what was taken, except where somebody else has set the volume since."""
        async with self._order:
            for player, volume in list(self._was.items()):
                now = loudness(self._home().state(player))
                if (now is None or abs(now - self._level) <= NEAR) and not await self._set(player, volume):
                    continue
                self._was.pop(player, None)
                self._keep()

    async def _set(self, player: str, volume: float) -> bool:
        """Whether there is nothing more to be done about it: with the broker away there is."""
        outcome = await self._execute(Command(entity_id=player, service="media_player.volume_set", data={"volume_level": volume}))
        if outcome.status not in ("confirmed", "sent"):
            log.info("%s does not take a volume (%s)", player, outcome.code or outcome.status)
            if volume == self._level:
                self._was.pop(player, None)
        return outcome.code != "broker_away"

    def _unducked(self, player: str, state: State) -> State:
        return replace(state, attributes=MappingProxyType({**state.attributes, "volume_level": self._was[player]}))

    def _keep(self) -> None:
        self._store.put(KEY, self._was)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _soon(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def playing(home: Home, room: str | None) -> list[str]:
    """Players that sound in the room, or in no known one."""
    found = [e for e in home.entities if e.startswith("media_player.") and home.state(e).value in ("playing", "buffering", "on")]
    areas = {e: home.area_of(e) for e in found}
    return [e for e in found if room is None or (area := areas[e]) is None or area.id == room]


def loudness(state: State) -> float | None:
    volume = state.attributes.get("volume_level")
    return float(volume) if isinstance(volume, int | float) and not isinstance(volume, bool) else None
