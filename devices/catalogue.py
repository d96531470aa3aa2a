"""Merges what the readers report and the owner's file into one Home, and follows states. Knows no ecosystem and no sentence."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Protocol

from devices.bus import Bus, matches
from devices.home import Home, State
from devices.homefile import Finding, number_names
from devices.merge import Merge
from devices.template import TemplateFailed, TemplateRefused
from devices.wiring import Available, Found, Listen, Report, Wiring

log = logging.getLogger(__name__)

OnChange = Callable[[Home, str, State, State, str], None]
"""(home after, entity_id, state before, state after, cause); cause: voice · app · device."""
MAX_ENTITIES = 5_000
MAX_PROBLEMS = 200
SETTLE_S = 0.25
_REPORTING = ("sensor", "binary_sensor", "weather", "event", "device_tracker", "update", "camera", "image")


class Reader(Protocol):
    """One ecosystem: what it wants to hear, and what an announcement says."""

    @property
    def patterns(self) -> tuple[str, ...]: ...

    def read(self, topic: str, payload: bytes) -> Report | Sequence[Report] | None: ...


@dataclass(slots=True)
class _Slot:
    """What is known of one found entity now."""

    found: Found
    state: State
    seen: dict[str, bool]
    """Availability topics and what they said last."""
    last: str | None = None
    timer: asyncio.TimerHandle | None = None
    """When it falls off, or its reading expires."""
    """Topic that spoke last of availability."""
    entity_id: str | None = None
    known: bool = False
    """Whether it was ever there with a state."""

    def available(self) -> bool:
        topics = {item.topic for item in self.found.wiring.available}
        if self.found.wiring.available_mode == "unless_offline":
            return all(self.seen.get(topic, True) for topic in topics)
        if not topics:
            return True
        if self.found.wiring.available_mode == "latest":
            return self.seen.get(self.last, False) if self.last is not None else False
        said = [self.seen.get(topic, False) for topic in topics]
        return all(said) if self.found.wiring.available_mode == "all" else any(said)

    def shown(self) -> State:
        return self.state if self.available() else replace(self.state, value="unavailable")


class Catalogue:
    """The house as the bus and the owner tell it. `home` is always whole; `wiring[entity_id]` says how to reach an entity."""

    def __init__(self, owner: Home | None = None, readers: Sequence[Reader] = (), clock: Callable[[], datetime] | None = None) -> None:
        self.readers = tuple(readers)
        self.owner = owner if owner is not None else Home()
        self._wiring: dict[str, Wiring] = {}
        self.unread = 0
        """Messages whose payload could not be read, since the start."""
        self._clock = clock or (lambda: datetime.now().astimezone())
        self._home = number_names(replace(self.owner, version=max(1, self.owner.version)))
        self._slots: dict[str, tuple[_Slot, ...]] = {}
        self._payloads: dict[str, bytes] = {}
        self._listens: dict[str, list[tuple[_Slot, Listen]]] = {}
        self._available: dict[str, list[tuple[_Slot, Available]]] = {}
        self._problems: dict[tuple[str, str], Finding] = {}
        self._merge_problems: dict[tuple[str, str], Finding] = {}
        self._changes: list[OnChange] = []
        self._news: list[Callable[[Home, str], None]] = []
        self._reports: dict[str, list[Callable[[State], None]]] = {}
        self._expecting: dict[str, float] = {}
        self._dirty = False
        self._merged_at = 0.0
        self._heard_at = 0.0
        self._bus: Bus | None = None
        self._ends: dict[str, Callable[[], None]] = {}
        self._gone: set[str] = set()

    @property
    def home(self) -> Home:
        if self._dirty:
            self._merge()
        return self._home

    @property
    def wiring(self) -> Mapping[str, Wiring]:
        """Entity id -> how it hangs on the bus, for all that something on the bus answers to."""
        if self._dirty:
            self._merge()
        return self._wiring

    @property
    def problems(self) -> tuple[Finding, ...]:
        """What `hub doctor` shows: each with where it is and how to mend it."""
        if self._dirty:
            self._merge()
        return (*self._problems.values(), *self._merge_problems.values())

    def on_change(self, callback: OnChange) -> None:
        """Called for each state that really changed, after `home` shows it."""
        self._changes.append(callback)

    def on_news(self, callback: Callable[[Home, str], None]) -> None:
        """Called with the house and an entity for each change, and for what a device says first."""
        self._news.append(callback)

    def known(self, entity_id: str) -> bool:
        """Whether the device itself has said how it is; a state of the owner's file is not known."""
        return any(slot.entity_id == entity_id and slot.known for slots in self._slots.values() for slot in slots)

    def on_report(self, entity_id: str, callback: Callable[[State], None]) -> Callable[[], None]:
        """Called whenever the entity reports, also what was known already; returns what ends it."""
        callbacks = self._reports.setdefault(entity_id, [])
        callbacks.append(callback)

        def end() -> None:
            if callback in callbacks:
                callbacks.remove(callback)
            if not callbacks and self._reports.get(entity_id) is callbacks:
                del self._reports[entity_id]

        return end

    def expect(self, entity_id: str, within_s: float = 10.0) -> None:
        """What this entity reports within that time was caused by voice."""
        self._expecting[entity_id] = time.monotonic() + within_s

    def assume(self, entity_id: str, state: State) -> None:
        """Takes a state for true that no device will report."""
        for slots in self._slots.values():
            for slot in slots:
                if slot.entity_id == entity_id:
                    self._set(slot, replace(state, changed=self._clock()))
                    return

    def attach(self, bus: Bus, readers: Sequence[Reader] = ()) -> None:
        """Listens on the bus from now on: announcements, states, availability."""
        self._bus = bus
        self.readers = (*self.readers, *readers)
        for reader in self.readers:
            for pattern in reader.patterns:
                bus.subscribe(pattern, self.feed)
        for topic in (*self._listens, *self._available):
            self._hear(topic)

    async def settled(self, quiet_s: float = 0.4, at_most_s: float = 3.0) -> bool:
        """Waits until nothing new has come in for quiet_s: what is retained has been read. False if at_most_s went by first."""
        until = time.monotonic() + at_most_s
        if self._bus is not None and not await self._bus.wait_connected(at_most_s):
            return False
        self._heard_at = max(self._heard_at, time.monotonic())
        while (now := time.monotonic()) < until:
            if now - self._heard_at >= quiet_s:
                return True
            await asyncio.sleep(min(quiet_s - (now - self._heard_at), until - now))
        return False

    def feed(self, topic: str, payload: bytes, retained: bool = False) -> None:
        """One message from the bus."""
        self._heard_at = time.monotonic()
        for reader in self.readers:
            if any(matches(pattern, topic) for pattern in reader.patterns):
                self._announced(reader, topic, payload)
        for route in self._routes(self._available, topic):
            slot, available = route
            said = available.read(payload.decode("utf-8", "replace"))
            if said is not None:
                before = slot.shown()
                slot.seen[available.topic], slot.last = said, available.topic
                self._tell(slot, before)
        for slot, listen in self._routes(self._listens, topic):
            try:
                state = listen.read(payload.decode("utf-8"), slot.state)
            except (ValueError, KeyError, TypeError, IndexError, TemplateFailed, TemplateRefused, ArithmeticError) as error:
                self.unread += 1
                self._problem(f"a message on {topic} could not be read ({str(error)[:120]})", slot.found.key,
                              "Look at what the device publishes there and at the template of its discovery message.")
                continue
            if state is not None:
                self._set(slot, state if state is slot.state else replace(state, changed=self._clock()))

    def _routes(self, table: dict[str, list[Any]], topic: str) -> list[Any]:
        found = list(table.get(topic, ()))
        for pattern, more in table.items():
            if pattern != topic and ("+" in pattern or "#" in pattern) and matches(pattern, topic):
                found.extend(more)
        return found

    def _announced(self, reader: Reader, topic: str, payload: bytes) -> None:
        if self._payloads.get(topic) == payload:
            return
        reports = reader.read(topic, payload)
        if reports is None:
            return
        self._payloads[topic] = payload
        for report in [reports] if isinstance(reports, Report) else reports:
            self._reported(report)

    def _reported(self, report: Report) -> None:
        for key in [item for item in self._problems if item[1] == report.key]:
            del self._problems[key]
        for what, mend in report.problems:
            self._problem(what, report.key, mend)
        old = {_identity(slot.found): slot for slot in self._slots.pop(report.key, ())}
        for slot in old.values():
            self._unroute(slot)
            if slot.timer is not None:
                slot.timer.cancel()
        slots: list[_Slot] = []
        total = sum(map(len, self._slots.values()))
        for found in report.found:
            if total + len(slots) >= MAX_ENTITIES:
                mend = "The rest is left out; look at who announces them."
                self._problem(f"more than {MAX_ENTITIES} entities are announced", report.key, mend)
                break
            before = old.get(_identity(found))
            state = State(value=found.state, attributes=found.attributes)
            slot = _Slot(found=found, state=state, seen={})
            if before is not None:  # announced anew: what was known of it stays true
                slot.state = replace(before.state, attributes=MappingProxyType({**before.state.attributes, **found.attributes}))
                slot.seen, slot.last, slot.known = before.seen, before.last, before.known
            slots.append(slot)
            for listen in found.wiring.listens:
                self._listens.setdefault(listen.topic, []).append((slot, listen))
                self._hear(listen.topic)
            for available in found.wiring.available:
                self._available.setdefault(available.topic, []).append((slot, available))
                self._hear(available.topic)
        if slots:
            self._slots[report.key] = tuple(slots)
        if self._bus is not None:
            for ask in dict.fromkeys(ask for found in report.found for ask in found.wiring.asks):
                self._bus.publish_soon(ask.topic, ask.payload)
        self._dirty = True
        for topic in self._gone:
            if topic not in self._listens and topic not in self._available and (end := self._ends.pop(topic, None)) is not None:
                end()
        self._gone.clear()

    def _unroute(self, slot: _Slot) -> None:
        tables: tuple[dict[str, list[Any]], ...] = (self._listens, self._available)
        for table in tables:
            for topic in [topic for topic, routes in table.items() if any(route[0] is slot for route in routes)]:
                table[topic] = [route for route in table[topic] if route[0] is not slot]
                if not table[topic]:
                    del table[topic]
                    self._gone.add(topic)

    def _hear(self, topic: str) -> None:
        if self._bus is not None and topic not in self._ends and not any(
                matches(pattern, topic) for reader in self.readers for pattern in reader.patterns):
            self._ends[topic] = self._bus.subscribe(topic, self.feed)

    def _problem(self, what: str, where: str, mend: str) -> None:
        if (what, where) not in self._problems and len(self._problems) < MAX_PROBLEMS:
            self._problems[what, where] = Finding(what=what, where=where, mend=mend)
            log.warning("%s: %s. %s", where, what, mend)

    def _set(self, slot: _Slot, state: State) -> None:
        before = slot.shown()
        same = state.value == slot.state.value and state.attributes == slot.state.attributes
        slot.state = replace(state, changed=slot.state.changed) if same and slot.state.changed is not None else state
        if slot.found.wiring.falls_off_s or slot.found.wiring.expires_s:
            self._age(slot)
        self._tell(slot, before)

    def _age(self, slot: _Slot) -> None:
        """Starts the time after which a report counts no more, where the device asks for that."""
        wiring = slot.found.wiring
        wait_s, then = (wiring.falls_off_s, "off") if slot.state.value == "on" and wiring.falls_off_s else (wiring.expires_s, "unavailable")
        if slot.timer is not None:
            slot.timer.cancel()
            slot.timer = None
        if wait_s is not None and slot.state.value not in ("off", "unavailable"):
            with contextlib.suppress(RuntimeError):  # no loop runs where messages are replayed
                slot.timer = asyncio.get_running_loop().call_later(
                    wait_s, lambda: self._set(slot, replace(slot.state, value=then, changed=self._clock())))

    def _tell(self, slot: _Slot, before: State) -> None:
        """Shows a slot's state in the Home, and tells those who wait for it."""
        if self._dirty:
            if time.monotonic() - self._merged_at < SETTLE_S and not self._reports:
                slot.known = slot.known or (slot.available() and slot.state.value != "unknown")
                return  # announcements still come in; the merge will show it
            self._merge()
        entity_id, after = slot.entity_id, slot.shown()
        if entity_id is None:
            return
        changed = (before.value, before.attributes) != (after.value, after.attributes)
        if changed or self._home.state(entity_id).value != after.value:
            self._home = self._home.with_state(entity_id, after)
        for report in list(self._reports.get(entity_id, ())):
            report(after)
        known, slot.known = slot.known, slot.known or (after.available and after.value != "unknown")
        if changed or slot.known is not known:
            for news in self._news:
                news(self._home, entity_id)
        if changed and known:  # what a device says first is no change of the house
            away = not before.available or not after.available
            cause = "device" if away or entity_id.partition(".")[0] in _REPORTING else "app"
            if not away and self._expecting.get(entity_id, 0.0) > time.monotonic():
                cause = "voice"
            for callback in self._changes:
                callback(self._home, entity_id, before, after, cause)

    def _merge(self) -> None:
        self._dirty, self._merged_at = False, time.monotonic()
        merge = Merge(self.owner)
        everything = [slot for slots in self._slots.values() for slot in slots]
        for slot in sorted(everything, key=lambda slot: not slot.found.native):
            slot.entity_id = merge.add(slot.found)
        placed = {slot.entity_id: slot for slot in everything if slot.entity_id is not None}
        self._merge_problems = {(finding.what, finding.where): finding for finding in merge.findings()}
        self._wiring = {entity_id: slot.found.wiring for entity_id, slot in placed.items()}
        states = {entity_id: self.owner.state(entity_id) for entity_id in merge.entities}
        for entity_id, slot in placed.items():
            attributes = {**self.owner.state(entity_id).attributes, **slot.state.attributes}
            slot.state = replace(slot.state, attributes=MappingProxyType(attributes))
            states[entity_id] = slot.shown()
        self._home = number_names(Home(
            version=self._home.version + 1, id=self.owner.id, floors=self.owner.floors, areas=MappingProxyType(merge.areas),
            devices=MappingProxyType(merge.devices), entities=MappingProxyType(merge.entities), states=MappingProxyType(states),
            commands=self.owner.commands,
        ))


def _identity(found: Found) -> tuple[str, str, str]:
    return found.domain, found.unique_id or "", found.object_id if not found.unique_id else ""
