"""The running hub: everything opened, joined and closed again. Knows which part needs which, and nothing of how they work."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from devices.bus import BusDown
from devices.home import Home, State
from hub import knowledge as learned
from hub.asking import Asker, with_commands
from hub.clock import Clock, SystemClock
from hub.config import Config
from hub.errors import PartMissing
from hub.keeping.ringing import Ringing
from hub.keeping.store import Store
from hub.keeping.timers import Timer
from hub.keeping.timers import to_json as timer_json
from hub.learning import retrieve
from hub.learning.opinion import Opinion
from hub.loop import Conversation
from hub.running import memory
from hub.running.announce import Announcer
from hub.running.arbitration import Arbitration
from hub.running.ducking import Ducking
from hub.running.engines import load_engines, segmenter_settings
from hub.running.house import House, open_house, owners
from hub.running.metrics import Metrics
from hub.running.pauses import Pauses
from hub.running.presence import Face
from hub.running.watchdog import Notifier, watch
from hub.running.worker import Worker
from hub.scene import REMEMBERED, TRIED_ON, Parts, Tell
from hub.sound.audio import MicSource, Player, Source
from hub.sound.ears import Ears, Engines, Guard
from hub.sound.voices import load_voice, loudness
from hub.speak import Mouth
from hub.turn_json import to_json
from hub.understand import warm
from models.automaton.grammar import build as build_grammar

log = logging.getLogger("hub")

Surroundings = Callable[[], Mapping[str, Any]]
CONNECT_S = 1.0
RETAIN_EVERY_S = 24 * 3600.0


@dataclass(slots=True, kw_only=True)
class Service:
    """A hub that is ready. `run` listens until its source ends or it is cancelled."""

    config: Config
    parts: Parts
    conversation: Conversation
    ears: Ears
    source: Source
    player: Player
    house: House
    metrics: Metrics
    started: datetime
    _tasks: list[tuple[str, Callable[[], Any]]] = field(default_factory=list)

    async def run(self) -> None:
        """Hears, answers, rings, publishes; ends with the source (a file, a pipe), after the last turn. One TaskGroup, every task named."""
        async with asyncio.TaskGroup() as group:
            others = [group.create_task(start(), name=name) for name, start in self._tasks]
            await self._hear()
            await self.conversation.idle()
            for task in others:
                task.cancel()

    async def answer(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """A request that came through the socket: ask · status."""
        if request.get("do") == "status":
            return self.status()
        text = str(request["text"])
        turn = await self.conversation.typed(text, room=request.get("room"), person=request.get("person"))
        return to_json(turn)

    def status(self) -> dict[str, Any]:
        """How the hub is, for `hub doctor` and the web page."""
        bus, source, player = self.house.bus, self.source, self.player
        return {
            "name": self.config.hub.name, "started": self.started.isoformat(),
            "input": source.name, "input_trouble": source.trouble, "frames": self.ears.frames, "frames_dropped": source.dropped,
            "output": player.name, "output_trouble": player.trouble,
            "broker": str(bus.broker), "broker_connected": bus.connected, "broker_trouble": bus.problem.what if bus.problem else None,
            "entities": len(self.house.home().entities), "asr": self.parts.asr, "nlu": self.parts.nlu,
            "knowledge": self.parts.knowledge.version, "timers": len(self.parts.timers()),
        }  # fmt: skip

    async def _hear(self) -> None:
        async for frame in self.source:
            await self.ears.feed(frame)
        await self.ears.close()


@asynccontextmanager
async def open_service(
    config: Config, *, source: Source, player: Player, home_file: Path | None = None, clock: Clock | None = None,
    observers: Sequence[Tell] = (), surroundings: Surroundings | None = None, wake: bool = True, realtime: bool = True, extras: bool = True,
) -> AsyncIterator[Service]:
    """A hub with everything loaded and open. `observers` are told every event. `surroundings` may give another room, person or screen for
    the next spoken turn. `realtime`: whether frames come when they sound. `extras`: whether the socket, the page and the watchdog are
    there too. Raises ModelError, AudioError, StoreError, HomeFileError, ConfigError."""
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        store = stack.enter_context(Store(config.db))
        engines, asker, voice = await asyncio.gather(
            asyncio.to_thread(load_engines, config, wake=wake), asyncio.to_thread(Asker, config),
            asyncio.to_thread(load_voice, config, store.speech),
        )
        stack.callback(asker.close)
        stack.callback(engines.hearing.close)
        stack.callback(engines.waking.close)
        workers = {name: Worker(name) for name in ("thinks", "writes", "speaks")}
        for worker in workers.values():
            stack.callback(worker.close)
        await stack.enter_async_context(player)
        mouth = Mouth(
            voice, player, workers["speaks"], lambda: loudness(config, clock.now()),
            soft=lambda: config.voice.whisper_volume * config.voice.volume,
        )
        await _warm(config, home_file, asker, workers["thinks"])
        house = await stack.enter_async_context(open_house(config, home_file, announce=True))
        if await house.bus.wait_connected(CONNECT_S):  # else the first turn would know no house; a broker that is away is not waited for
            await house.catalogue.settled()
        around = surroundings or dict
        ducking = Ducking(
            house.home, house.execute, store, level=config.voice.duck_to, room=lambda: around().get("room", config.hub.room)
        )
        parts = Parts(
            config=config, clock=clock, reader=asker.reader, home=ducking.home, thinking=workers["thinks"], writing=workers["writes"],
            store=store, knowledge=learned.load(store), opinion=opinion(config), execute=ducking.execute, mouth=mouth,
            asr=engines.recogniser.name, nlu=asker.nlu, observers=list(observers),
            explore=extras and config.learning.enabled and config.learning.explore, tried_on=str(store.get(TRIED_ON, "")),
        )
        parts.remember(store.turns(last=REMEMBERED))
        await workers["thinks"].run(retrieve.warm, parts.knowledge, house.home())
        metrics = Metrics()
        parts.observers += [metrics.take, ducking.take, lambda kind, _: _rest(kind, workers["writes"])]
        others = await stack.enter_async_context(Arbitration(house.bus, config.hub.name))
        conversation = Conversation(parts, live=True, screen=config.hub.screen or None, surroundings=surroundings, answers=others.answers)
        parts.ringing = _ringing(store, clock, mouth, house, conversation, parts)
        guard = _guard(config, player, engines) if wake else None
        pauses = Pauses(segmenter_settings(config), store.turns(last=REMEMBERED))
        ears = Ears(
            engines, pauses.settings, lambda: build_grammar(house.home()), conversation.opened,
            pre_roll_s=config.audio.pre_roll_s, realtime=realtime, guard=guard, tell=parts.tell,
            attentive=lambda: guard is not None and (mouth.speaking or bool(parts.timers() and any(t.ringing for t in parts.timers()))),
        )
        conversation.ears = ears
        pauses.adapt = ears.adapt
        parts.observers.append(pauses.take)
        face = Face(
            house.bus, config, store, mute=lambda on: _mute(source, ears, on), volume=lambda gain: setattr(player.mixer, "volume", gain),
            undo=lambda: conversation.typed("undo that"),
        )  # fmt: skip
        parts.observers.append(face.take)
        _journal_states(house, store, workers["writes"], clock)
        metrics.gauges["hub_audio_frames_total"] = lambda: float(ears.frames)
        metrics.gauges["hub_audio_frames_dropped_total"] = lambda: float(source.dropped)
        metrics.models |= {"asr": parts.asr, "nlu": parts.nlu}
        service = Service(
            config=config, parts=parts, conversation=conversation, ears=ears, source=source, player=player, house=house, metrics=metrics,
            started=clock.now(),
        )
        service._tasks += [
            ("turns", conversation.run), ("timers", parts.ringing.run), ("keeps the journal short", lambda: _retain(parts)),
            ("turns up what a killed hub left low", lambda: _turned_up(house, ducking)),
        ]
        memory.give_back()
        notifier = await _extras(service, stack) if extras else None
        await stack.enter_async_context(source)
        await stack.enter_async_context(house.bus)
        stack.push_async_callback(ducking.close)
        if notifier is not None:
            notifier.tell(READY=1, STATUS="listening")
        yield service


async def _warm(config: Config, home_file: Path | None, asker: Asker, worker: Worker) -> None:
    """Builds what only has to be built once, with the owner's house, before the hub says that it is there."""
    home = with_commands(owners(config, home_file) or Home(), config.commands)
    await asyncio.gather(asyncio.to_thread(build_grammar, home), worker.run(warm, asker.reader, home))


async def _extras(service: Service, stack: AsyncExitStack) -> Notifier:
    from hub.running.live import open_socket

    await stack.enter_async_context(open_socket(service.answer, service.config.hub.name))
    notifier = Notifier()
    service._tasks.append(("watchdog", lambda: watch(notifier, lambda: service.ears.frames, lambda: service.source.trouble)))
    if service.config.web.enabled:
        from hub.web.server import serve

        service._tasks.append(("web", lambda: serve(service)))
    stack.callback(lambda: notifier.tell(STOPPING=1))
    return notifier


def _ringing(store: Store, clock: Clock, mouth: Mouth, house: House, conversation: Conversation, parts: Parts) -> Ringing:
    announcer = Announcer(mouth, clock.now, parts.tell)

    async def publish(timers: Sequence[Timer]) -> None:
        rows = [timer_json(timer, clock.now()) for timer in timers]
        with contextlib.suppress(BusDown):  # published again after the next connect
            await house.bus.publish(f"hub/{parts.config.hub.name}/timers", msgspec.json.encode(rows).decode(), retain=True)

    async def command(timer: Timer) -> None:
        await conversation.typed(timer.command or "", room=timer.area, person=timer.person)

    ringing = Ringing(store, clock.now, announcer.timer, command, publish)
    house.bus.on_connect(lambda: _soon(publish(ringing.timers), "publishes timers"))
    house.catalogue.on_news(ringing.changed)
    house.bus.on_connect(lambda: _soon(_look_around(ringing, house), "looks for what is waited for"))
    return ringing


async def _look_around(ringing: Ringing, house: House) -> None:
    """What came about while the hub was off is seen once the devices have said how they are."""
    await house.catalogue.settled()
    for entity_id in {e for timer in ringing.timers if timer.awaited is not None for e in timer.awaited.entities}:
        if house.catalogue.known(entity_id):
            ringing.changed(house.home(), entity_id)


async def _mute(source: Source, ears: Ears, on: bool) -> None:
    """A muted microphone is closed; any other source is not listened to."""
    ears.muted = on
    if isinstance(source, MicSource):
        await source.mute(on)


def opinion(config: Config) -> Opinion | None:
    """Who asks whether an answer was right, as [learning] has it."""
    learning = config.learning
    return Opinion(every_s=learning.ask_every_h * 3600, every_turns=learning.ask_every_turns) if learning.ask else None


def _rest(kind: str, worker: Worker) -> None:
    """After a turn there is time to tidy up."""
    if kind == "turn":
        worker.start(memory.give_back)


_running: set[asyncio.Task[None]] = set()


def _soon(work: Any, name: str) -> None:
    task = asyncio.get_running_loop().create_task(work, name=name)
    _running.add(task)
    task.add_done_callback(_running.discard)


def _guard(config: Config, player: Player, engines: Engines) -> Guard | None:
    """Takes the hub's own sound out of the microphone's, where there is a sound and the part is installed."""
    if config.audio.echo == "off" or player.name == "null":
        return None
    try:
        from hub.sound.echo import EchoGuard
        from models.hearing.wake import WakeWords

        own = WakeWords(config.wake.words, config.wake.threshold, config.wake.debounce_s) if engines.wake is not None else None
        guard: Guard = EchoGuard(player.mixer, own_words=own)
        return guard
    except PartMissing as error:
        if config.audio.echo == "on":
            raise
        log.warning("%s", error)
        return None


def _journal_states(house: House, store: Store, worker: Worker, clock: Clock) -> None:
    """Every change of the house is written down, with what caused it."""

    def changed(home: Home, entity_id: str, before: State | None, after: State, cause: str) -> None:
        if before is not None and before.value == after.value and dict(before.attributes) == dict(after.attributes):
            return
        worker.start(
            store.add_state, at=after.changed or clock.now(), entity_id=entity_id, state=after.value, attributes=dict(after.attributes),
            cause=cause, home=home.id,
        )  # fmt: skip

    house.catalogue.on_change(changed)


async def _turned_up(house: House, ducking: Ducking) -> None:
    """What was turned down when the hub was killed is turned up as soon as the house is known."""
    if ducking.ducked and await house.bus.wait_connected(RETAIN_EVERY_S):
        await house.catalogue.settled()
        await ducking.up()


async def _retain(parts: Parts) -> None:
    """Deletes what is older than the owner wants to keep, once a day."""
    while True:
        if parts.store is not None:
            keep = parts.config.journal
            gone = await parts.writing.run(parts.store.retain, parts.clock.now(), turns_days=keep.turns_days, states_days=keep.states_days)
            if gone:
                log.info("%d old rows left the journal", gone)
        await asyncio.sleep(timedelta(seconds=RETAIN_EVERY_S).total_seconds())
