"""Carries timer plans out: keeps them on disk, waits for the next one, rings until stopped. Knows no words of a command and no audio.

Nothing is polled: one task sleeps until the next due time and is woken when the plans change. A change is on disk before
`apply` returns, so a kill at any moment loses no timer that was acknowledged.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from devices.home import Home
from hub.keeping.store import Store
from hub.keeping.timers import Plan, Timer, after_ringing, come_about, due_now, from_json, next_due, to_json

log = logging.getLogger("hub.keeping.ringing")

RING_EVERY = timedelta(seconds=3)
GIVE_UP = timedelta(minutes=15)
LATE = timedelta(seconds=30)
"""What came due longer ago than this while the hub was off is told once and does not ring."""
NAP = 3600.0
"""The longest sleep, so that a clock that was set is noticed within the hour."""

Announce = Callable[[Timer, str], Awaitable[None]]
"""Says that a timer is up: the timer, and how: `rings` (first time), `again` (still ringing), `missed`, `reminder`,
`happened` (what was awaited), `expired` (nobody waits for it any longer)."""


class Ringing:
    """All timers of this hub. `announce` speaks, `run_command` takes a delayed command as if it had been typed, `publish` gets the list
    after each change."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        announce: Announce,
        run_command: Callable[[Timer], Awaitable[None]],
        publish: Callable[[Sequence[Timer]], Awaitable[None]],
    ) -> None:
        self._store, self._now = store, now
        self._announce, self._run_command, self._publish = announce, run_command, publish
        self.timers: tuple[Timer, ...] = load(store)
        self._changed = asyncio.Event()
        self._happened: list[Timer] = []
        """What was awaited has come about; not yet seen to."""
        self._rang: dict[str, datetime] = {}
        """When each ringing timer last sounded."""

    @property
    def ringing(self) -> tuple[Timer, ...]:
        return tuple(t for t in self.timers if t.ringing)

    def apply(self, plan: Plan) -> None:
        """Makes a plan true: on disk first, then here."""
        save(self._store, plan.put, plan.remove)
        changed = {t.id for t in plan.put} | set(plan.remove)
        self.timers = (*(t for t in self.timers if t.id not in changed), *plan.put)
        self._changed.set()

    def changed(self, home: Home, entity_id: str) -> None:
        """The house has changed: what waited for that is seen to at once, what can only now come about is written down."""
        happened, armed = come_about(self.timers, entity_id, home)
        waiting = {t.id for t in self._happened}
        self._happened += [t for t in happened if t.id not in waiting]
        if armed:
            self.apply(Plan(status="done", put=armed))
        elif happened:
            self._changed.set()

    def stop(self) -> tuple[Timer, ...]:
        """Ends all ringing; what rang is returned. A repeating alarm waits for its next day."""
        rang = self.ringing
        self._rang.clear()
        left = tuple(again for t in rang if (again := after_ringing(t, self._now())) is not None)
        if rang:
            self.apply(Plan(status="done", about=rang, put=left, remove=tuple(t.id for t in rang if t.id not in {x.id for x in left})))
        return rang

    async def run(self) -> None:
        """Rings what is due, for ever. What came due while the hub was off is told first."""
        for timer in due_now((t for t in self.timers if t.kind != "wait"), self._now() - LATE):
            await self._tell_missed(timer)
        for timer in self.ringing:  # it rang when the hub went down
            await self._tell_missed(timer)
        await self._publish(self.timers)
        while True:
            self._changed.clear()
            while self._happened:
                await self._see_to(self._happened.pop(0))
            for timer in due_now(self.timers, self._now()):
                await self._come_due(timer)
            for timer in self.ringing:
                if self._now() - timer.due > GIVE_UP:
                    log.info("nobody stopped the %s; it gives up", timer.kind)
                    self.stop()
                    break
                await self._sound(timer)
            await self._publish(self.timers)
            await self._sleep()

    async def _sound(self, timer: Timer) -> None:
        if all(timer.id != ringing.id for ringing in self.ringing):
            return  # stopped while the one before it sounded
        last = self._rang.get(timer.id)
        if last is None or self._now() - last >= RING_EVERY:
            self._rang[timer.id] = self._now()
            await self._announce(timer, "rings" if last is None else "again")

    async def _sleep(self) -> None:
        due = next_due(self.timers)
        wait = NAP if due is None else min(NAP, max(0.0, (due - self._now()).total_seconds()))
        wait = min(wait, RING_EVERY.total_seconds()) if self.ringing else wait
        try:
            async with asyncio.timeout(wait):
                await self._changed.wait()
        except TimeoutError:
            return

    async def _see_to(self, timer: Timer) -> None:
        if all(t.id != timer.id for t in self.timers):  # cancelled meanwhile
            return
        self.apply(Plan(status="done", remove=(timer.id,)))
        if timer.command is not None:
            await self._run_command(timer)
        else:
            await self._announce(timer, "reminder" if timer.message else "happened")

    async def _come_due(self, timer: Timer) -> None:
        if timer.kind == "wait":
            self.apply(Plan(status="done", remove=(timer.id,)))
            await self._announce(timer, "expired")
        elif timer.kind == "command":
            self.apply(Plan(status="done", remove=(timer.id,)))
            await self._run_command(timer)
        elif timer.kind == "reminder":
            await self._announce(timer, "reminder")
            self.apply(Plan(status="done", remove=(timer.id,)))
        else:
            self._rang.pop(timer.id, None)  # after a snooze it rings anew
            self.apply(Plan(status="done", put=(replace(timer, ringing=True),)))

    async def _tell_missed(self, timer: Timer) -> None:
        again = after_ringing(timer, self._now())
        await self._announce(timer, "missed")
        self.apply(Plan(status="done", put=(again,) if again else (), remove=() if again else (timer.id,)))


def load(store: Store) -> tuple[Timer, ...]:
    """All timers on disk; one that cannot be read is left out with a warning."""
    timers = []
    for row in store.timers():
        try:
            timers.append(from_json(row))
        except (KeyError, TypeError, ValueError) as problem:
            log.warning("a stored timer cannot be read and is left out: %s", problem)
    return tuple(timers)


def save(store: Store, put: Sequence[Timer], remove: Sequence[str]) -> None:
    """Writes changes as one transaction."""
    with store.writing():
        for timer in put:
            store.put_timer(timer.id, to_json(timer), due=timer.due)
        for timer_id in remove:
            store.remove_timer(timer_id)
