"""Plays a scripted conversation on virtual time: what is scripted is the microphone's sound, the recogniser's words and the voice's length;
the reader, the house, the ears, the mouth, the mixer, the timers, the journal and the order of turns are the real ones.

The format is in tests/turns/README.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from devices.expected import expected_state
from devices.home import Command, Outcome, State
from devices.homefile import load_home
from hub import knowledge as learned
from hub.clock import LoopClock
from hub.config import Config
from hub.errors import StoreError
from hub.keeping.ringing import Ringing
from hub.keeping.store import Store
from hub.loop import Conversation
from hub.running.announce import Announcer
from hub.running.arbitration import Arbitration
from hub.running.ducking import Ducking
from hub.running.engines import segmenter_settings
from hub.running.pauses import Pauses
from hub.running.service import opinion
from hub.running.worker import Worker
from hub.scene import REMEMBERED, Parts
from hub.sound.audio import FRAME, FRAME_S, Frame
from hub.sound.ears import Ears, Engines
from hub.sound.players import NullPlayer
from hub.sound.voices import loudness
from hub.speak import Mouth
from hub.turn_json import to_json
from models.automaton.grammar import Grammar
from models.automaton.grammar import build as build_grammar
from models.hearing.asr import completeness
from models.reading.interpret import Interpreter
from models.reading.nlu import Nlu
from models.said import Hypothesis, Speech, Utterance, Wake
from models.voice.tts import VoiceError, pieces

HOME = Path(__file__).parent.parent / "devices" / "simulated" / "home.yaml"
START = datetime.fromisoformat("2026-11-25T19:00:00+01:00")
WORD_S = 0.3
LOUD = 6000
WAKE_S = 0.4


@cache
def reader() -> Interpreter:
    return Interpreter(Nlu())


class AtOnce(Worker):
    """A worker whose work takes no time: a thread would run beside virtual time."""

    def __init__(self, name: str) -> None:
        self.name = name

    def start(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(call(*args, **kwargs))
        except Exception as error:  # it is raised where the result is asked for
            future.set_exception(error)
        return future

    def close(self) -> None:
        return None


@dataclass(slots=True, kw_only=True)
class Sound:
    """Something that a microphone hears: from `at_s` for `for_s`, with these words."""

    at_s: float
    for_s: float
    words: str = ""
    wake: bool = False
    in_house: bool = True
    sure: float = 0.9
    whispered: bool = False
    level: int = LOUD


class Room:
    """What can be heard. The first sample of a frame says which sound it is of, the others how loud it is."""

    def __init__(self) -> None:
        self.sounds: list[Sound] = []
        self._news = asyncio.Event()
        self._breath = np.random.default_rng(0)

    def add(self, sound: Sound) -> None:
        self.sounds.append(sound)
        self._news.set()

    def sounding(self, at_s: float) -> bool:
        """Whether there is sound now, or was within the last second."""
        return any(at_s < sound.at_s + sound.for_s + 1 for sound in self.sounds)

    async def anything(self) -> None:
        """Until there is sound again, or a second has passed."""
        self._news.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._news.wait()

    def frame(self, at_s: float, gain: float) -> NDArray[np.int16]:
        pcm = np.zeros(FRAME, np.int16)
        for number, sound in enumerate(self.sounds):
            if sound.at_s <= at_s + 1e-6 < sound.at_s + sound.for_s - 1e-6:
                pcm[:] = round(sound.level * gain)
                if sound.whispered:
                    pcm[1:] = self._breath.normal(0, sound.level * gain / 4, FRAME - 1)
                else:  # a voice: a pulse a hundredth of a second
                    pcm[1:] = np.where(np.arange(1, FRAME) % 160 < 8, pcm[1:], pcm[1:] // 4)
                pcm[0] = number + 1
        return pcm


class Recogniser:
    """Hears the words of the sounds that it was given: all of them, or their first ones where it was given less."""

    name = "scripted"

    def __init__(self, room: Room) -> None:
        self._room = room
        self._frames: list[int] = []
        self._grammar: Grammar | None = None

    def start(self, grammar: Grammar | None) -> None:
        self._grammar, self._frames = grammar, []

    def accept(self, pcm: NDArray[np.int16]) -> None:
        self._frames += [int(number) for number in pcm[::FRAME]]

    def partial(self) -> Utterance:
        heard = [n for n in dict.fromkeys(self._frames) if n and not self._room.sounds[n - 1].wake]
        text: list[str] = []
        for number in heard:
            sound = self._room.sounds[number - 1]
            words = sound.words.split()
            share = self._frames.count(number) * FRAME_S / sound.for_s
            text += words if share > 0.85 else words[: int(len(words) * share)]
        said = " ".join(text)
        sure = min((self._room.sounds[n - 1].sure for n in heard), default=0.0) if said else 0.0
        inside = bool(heard) and all(self._room.sounds[n - 1].in_house for n in heard)
        return Utterance(
            text=said, confidence=sure, nbest=(Hypothesis(text=said, confidence=sure),), engine=self.name, in_house=inside,
            speech_s=FRAME_S * sum(self._frames.count(n) for n in heard),
        )

    def finish(self) -> Utterance:
        return self.partial()

    def complete(self, text: str) -> str:
        return completeness(self._grammar, text)


class Vad:
    def reset(self) -> None:
        return None

    def feed(self, pcm: NDArray[np.int16]) -> float:
        return 0.95 if int(np.abs(pcm).max()) >= 1000 else 0.02


class WakeWord:
    """Hears the wake word near its end."""

    def __init__(self, room: Room) -> None:
        self._room, self._told = room, 0
        self.scores = {"hey_jarvis": 0.9}

    def reset(self) -> None:
        self._told = 0

    def feed(self, pcm: NDArray[np.int16]) -> Wake | None:
        numbers = {int(n) for n in pcm[::FRAME] if n}
        new = [n for n in numbers if self._room.sounds[n - 1].wake and n > self._told]
        if not new:
            return None
        self._told = max(new)
        return Wake(phrase="hey_jarvis", score=0.9)


class Voice:
    """Speaks each piece of a reply for so long as its words take."""

    name = "scripted"

    def __init__(self) -> None:
        self.broken = False

    def speak(self, text: str) -> Iterator[Speech]:
        for piece in pieces(text):
            if self.broken:
                raise VoiceError("it has no breath", "voice", "Rest.")
            count = round(16000 * WORD_S * len(piece.split()))
            yield Speech(text=piece, pcm=np.full(count, 1000, np.int16).tobytes(), rate=16000)


class Speaker(NullPlayer):
    """Plays in virtual time; a dead one takes no sample."""

    def __init__(self) -> None:
        super().__init__()
        self.dead = False
        pull = self.mixer.pull
        self.mixer.pull = lambda count, at=None: np.zeros(count, np.int16) if self.dead else pull(count, at)  # type: ignore[method-assign]


class Wire:
    """A broker between the hubs of a script."""

    def __init__(self) -> None:
        self.connected = True
        self._takers: list[Callable[[str, bytes, bool], None]] = []

    def subscribe(self, topic: str, take: Callable[[str, bytes, bool], None]) -> Callable[[], None]:
        self._takers.append(take)
        return lambda: self._takers.remove(take)

    async def publish(self, topic: str, payload: str | bytes, *, qos: int = 1, retain: bool = False) -> None:
        for take in self._takers:
            take(topic, payload if isinstance(payload, bytes) else payload.encode(), retain)


class House:
    """The simulated house, obeying at once, as long as the broker is there."""

    def __init__(self, states: Mapping[str, Any]) -> None:
        self.home = load_home(HOME)
        self.away = False
        for entity, wanted in states.items():
            before = self.home.state(entity)
            value, attributes = (wanted, {}) if not isinstance(wanted, Mapping) else (wanted["state"], wanted)
            more = {k: v for k, v in attributes.items() if k != "state"}
            self.home = self.home.with_state(entity, State(value=str(value), attributes={**before.attributes, **more}))

    async def execute(self, command: Command) -> Outcome:
        if self.away:
            return Outcome(command=command, status="unavailable", code="broker_away")
        if command.entity_id is None:
            return Outcome(command=command, status="sent")
        before, after = self.home.state(command.entity_id), expected_state(self.home, command)
        if not before.available:
            return Outcome(command=command, status="unavailable", before=before, code="unavailable")
        self.home = self.home.with_state(command.entity_id, after)
        return Outcome(command=command, status="confirmed", before=before, after=after, took_s=0.01)


@dataclass(slots=True, kw_only=True)
class Event:
    at_s: float
    kind: str
    data: dict[str, Any]


@dataclass
class Hub:
    """One hub of a script, joined as hub.running.service joins it."""

    name: str
    room: str
    gain: float
    config: Config
    house: House
    space: Room
    wire: Wire
    db: Path
    clock: LoopClock
    events: list[Event] = field(default_factory=list)
    stalled: bool = False
    clear: bool = True
    heard_at: float = 0.0
    for_wake: NDArray[np.int16] = field(default_factory=lambda: np.zeros(0, np.int16))
    """Whether the echo canceller has learned the room."""
    voice: Voice = field(default_factory=Voice)
    player: Speaker = field(default_factory=Speaker)
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def start(self) -> None:
        self.player, self.stack, self.tasks = Speaker(), AsyncExitStack(), []
        config, worker = self.config, AtOnce("all")
        store = self.stack.enter_context(Store(self.db))
        await self.stack.enter_async_context(self.player)
        self.mouth = Mouth(
            self.voice, self.player, worker, lambda: loudness(config, self.clock.now()), soft=lambda: config.voice.whisper_volume
        )
        self.ducking = Ducking(
            lambda: self.house.home, self.house.execute, store, level=config.voice.duck_to, room=lambda: self.room
        )
        self.parts = Parts(
            config=config, clock=self.clock, reader=reader(), home=self.ducking.home, thinking=worker, writing=worker, store=store,
            knowledge=learned.load(store), opinion=opinion(config), execute=self.ducking.execute, mouth=self.mouth, asr="scripted",
            nlu="real", observers=[self._take, self.ducking.take],
        )
        self.parts.remember(store.turns(last=REMEMBERED))
        self._sound, self.mouth.sound = self.mouth.sound, self._tone  # type: ignore[method-assign]
        others = await self.stack.enter_async_context(Arbitration(self.wire, self.name))  # type: ignore[arg-type]
        self.conversation = Conversation(self.parts, live=True, answers=others.answers)
        announcer = Announcer(self.mouth, self.clock.now, self.parts.tell)

        async def command(timer: Any) -> None:
            await self.conversation.typed(timer.command or "", room=timer.area, person=timer.person)

        async def publish(_: Any) -> None:
            return None

        ringing = self.parts.ringing = Ringing(store, self.clock.now, announcer.timer, command, publish)
        recogniser = Recogniser(self.space)
        engines = Engines(recogniser=recogniser, hearing=worker, waking=worker, vad=Vad(), wake=WakeWord(self.space))  # type: ignore[arg-type]
        pauses = Pauses(segmenter_settings(config), store.turns(last=REMEMBERED))
        self.ears = Ears(
            engines, pauses.settings, lambda: build_grammar(self.house.home), self.conversation.opened, tell=self.parts.tell, guard=self,
            attentive=lambda: self.mouth.speaking or bool(ringing.ringing),
        )
        self.conversation.ears, pauses.adapt = self.ears, self.ears.adapt
        self.parts.observers.append(pauses.take)
        loop = asyncio.get_running_loop()
        self.tasks = [loop.create_task(work, name=name) for name, work in (
            ("microphone", self._listen()), ("turns", self.conversation.run()), ("timers", ringing.run()), ("up", self.ducking.up()),
        )]  # fmt: skip

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.ducking._cancel()
        await self.stack.aclose()

    def clean(self, frame: Frame) -> NDArray[np.int16]:
        self.for_wake, self.heard_at = frame.pcm, frame.arrived
        return frame.pcm

    def is_own(self, arrived: float) -> bool:
        return False

    @property
    def settling(self) -> bool:
        return False

    def is_echo(self, arrived: float) -> bool:
        return False

    def full_disk(self, full: bool) -> None:
        """No turn can be written while it lasts."""
        store = self.parts.store
        assert store is not None
        if not full:
            del store.add_turn
            return

        def add_turn(*_: Any, **__: Any) -> None:
            raise StoreError("the disk is full", str(self.db), "Make room.")

        store.add_turn = add_turn  # type: ignore[method-assign]

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            if self.ears.stretch is None and not self.ears.expecting and not self.space.sounding(loop.time()):
                await self.space.anything()  # nobody counts the frames of silence
            await asyncio.sleep(FRAME_S)
            if not self.stalled:
                now = loop.time()
                await self.ears.feed(Frame(pcm=self.space.frame(now - FRAME_S, self.gain), at_s=now - FRAME_S, arrived=now))

    def _take(self, kind: str, data: Mapping[str, Any]) -> None:
        self.note(kind, **data)

    def note(self, kind: str, /, **data: Any) -> None:
        self.events.append(Event(at_s=asyncio.get_running_loop().time(), kind=kind, data=data))

    async def _tone(self, name: str) -> None:
        self.note("tone", tone=name)
        await self._sound(name)


class Failed(AssertionError):
    """A script's expectation did not hold."""


class Play:
    """One script on its stage."""

    def __init__(self, script: Mapping[str, Any], folder: Path) -> None:
        self.script = script
        self.space, self.wire, self.house = Room(), Wire(), House(script.get("house") or {})
        clock = LoopClock(script.get("now", START))
        hubs = script.get("hubs") or {"hub": {"room": "kitchen"}}
        self.hubs = {}
        for name, about in hubs.items():
            settings = msgspec.convert(
                {**(script.get("config") or {}), "hub": {"name": name, "room": about.get("room"), "person": about.get("person")}}, Config
            )
            self.hubs[name] = Hub(
                name, str(about.get("room")), float(about.get("gain", 1.0)), settings, self.house, self.space, self.wire,
                folder / f"{name}.db", clock,
            )  # fmt: skip
        self.seen = dict.fromkeys(self.hubs, 0)
        self.since = 0.0

    async def play(self) -> None:
        for hub in self.hubs.values():
            await hub.start()
        try:
            for number, step in enumerate(self.script["steps"], 1):
                try:
                    await self._step(dict(step))
                except Failed as wrong:
                    raise Failed(f"step {number} {step}: {wrong}\n{self.story()}") from None
        finally:
            for hub in self.hubs.values():
                await hub.stop()

    def story(self) -> str:
        """What happened, for whoever reads a failure."""
        lines = []
        for hub in self.hubs.values():
            for event in hub.events:
                lines.append((event.at_s, f"{event.at_s * 1000:9.0f} ms  {hub.name}  {event.kind}  {_brief(event)}"))
        return "\n".join(line for _, line in sorted(lines, key=lambda pair: pair[0]))

    async def _step(self, step: dict[str, Any]) -> None:
        loop = asyncio.get_running_loop()
        if "at_ms" in step:
            await self._until(step.pop("at_ms") / 1000)
        elif "after_ms" in step:
            await self._until(self.since + step.pop("after_ms") / 1000)
        hub = self.hubs[step.pop("hub", next(iter(self.hubs)))]
        within_s = step.pop("within_ms", 1000) / 1000
        if "expect" in step:
            await self._expect(hub, step.pop("expect"), within_s)
        elif "absent" in step:
            await self._absent(hub, step.pop("absent"), within_s)
            self.since = loop.time()
        else:
            await self._act(hub, step)
            self.since = loop.time()
        if step:
            raise Failed(f"unknown keys {sorted(step)}")

    async def _act(self, hub: Hub, step: dict[str, Any]) -> None:
        meanwhile = step.pop("meanwhile", False)
        sound: Sound | None = None
        now = asyncio.get_running_loop().time()
        if step.pop("wake", False):
            sound = Sound(at_s=now, for_s=step.pop("for_ms", WAKE_S * 1000) / 1000, wake=True)
        elif "say" in step or "noise" in step:
            words = str(step.pop("say", None) or step.pop("noise", ""))
            long_s = step.pop("for_ms", 1000 * WORD_S * max(1, len(words.split()))) / 1000
            sound = Sound(
                at_s=now, for_s=long_s, words=words, in_house=not step.pop("to_others", False), sure=step.pop("sure", 0.9),
                whispered=step.pop("whispered", False),
            )  # fmt: skip
        elif "type" in step:
            text, room, person = step.pop("type"), step.pop("room", None), step.pop("person", None)
            for _ in range(step.pop("times", 1)):
                await hub.conversation.typed(text, room=room, person=person)
        elif "break" in step or "mend" in step:
            broken = "break" in step
            self._break(hub, step.pop("break", None) or step.pop("mend"), broken)
        elif "set" in step:
            for entity, value in step.pop("set").items():
                home = self.house.home
                self.house.home = home.with_state(entity, State(value=str(value), attributes=home.state(entity).attributes))
        elif "kill" in step:
            await hub.stop()
            await asyncio.sleep(step.pop("kill") / 1000)
            hub.note("started again")
            await hub.start()
        if sound is not None:
            self.space.add(sound)
            if not meanwhile:
                await asyncio.sleep(sound.for_s)

    def _break(self, hub: Hub, what: str, broken: bool) -> None:
        if what == "microphone":
            hub.stalled = broken
        elif what == "speaker":
            hub.player.dead = broken
        elif what == "voice":
            hub.voice.broken = broken
        elif what == "broker":
            self.house.away, self.wire.connected = broken, not broken
        elif what == "echo canceller":
            hub.clear = not broken
        elif what == "journal":
            hub.full_disk(broken)
        elif what == "reader":
            hub.parts.reader = reader() if not broken else _Broken()
        else:
            raise Failed(f"nothing is called {what}")

    async def _expect(self, hub: Hub, wanted: dict[str, Any], within_s: float) -> None:
        loop = asyncio.get_running_loop()
        end = self.since + within_s
        while True:
            at = self._found(hub, wanted)
            if at is not None:
                if at > end + 1e-6:
                    raise Failed(f"it came {(at - self.since) * 1000:.0f} ms after, not within {within_s * 1000:.0f}")
                self.since = max(at, 0.0)
                return
            if loop.time() >= end - 1e-9:
                raise Failed("it did not happen")
            await asyncio.sleep(min(0.01 if within_s < 20 else 0.1, max(0.001, end - loop.time())))

    async def _absent(self, hub: Hub, unwanted: dict[str, Any], within_s: float) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + within_s
        while loop.time() < end:
            if self._found(hub, unwanted, look=True) is not None:
                raise Failed("it happened")
            await asyncio.sleep(0.01 if within_s < 20 else 0.1)

    def _found(self, hub: Hub, wanted: dict[str, Any], look: bool = False) -> float | None:
        """When something like this happened after what was matched last; conditions of the moment hold now."""
        now = asyncio.get_running_loop().time()
        moment = {k: v for k, v in wanted.items() if k in MOMENT}
        if not all(MOMENT[key](hub, value) for key, value in moment.items()):
            return None
        of_event = {k: v for k, v in wanted.items() if k not in MOMENT}
        if not of_event:
            return now
        for index in range(self.seen[hub.name], len(hub.events)):
            event = hub.events[index]
            if _matches(event, of_event):
                if not look:
                    self.seen[hub.name] = index + 1
                return event.at_s
        return None

    async def _until(self, at_s: float) -> None:
        await asyncio.sleep(max(0.0, at_s - asyncio.get_running_loop().time()))


class _Broken:
    def interpret(self, *_: Any) -> Any:
        raise RuntimeError("the reader broke")


def _silent(hub: Hub, wanted: bool) -> bool:
    return hub.player.mixer.busy is not wanted


def _states(hub: Hub, wanted: Mapping[str, Any]) -> bool:
    return all(hub.house.home.state(e).value == str(v) for e, v in wanted.items())


def _volumes(hub: Hub, wanted: Mapping[str, float]) -> bool:
    return all(hub.house.home.state(e).attributes.get("volume_level") == v for e, v in wanted.items())


def _journal(hub: Hub, wanted: Mapping[str, Any]) -> bool:
    """The newest classed interruption in the journal."""
    store = hub.parts.store
    rows = store.events("barge_in") if store is not None else []
    return bool(rows) and all(_same(rows[-1].get(k), v) for k, v in wanted.items())


def _raw(hub: Hub, wanted: Mapping[str, Any]) -> bool:
    """The newest stopped reply in the journal, whatever it was stopped by."""
    store = hub.parts.store
    rows = store.events("reply_stopped") if store is not None else []
    return bool(rows) and all(_same(rows[-1].get(k), v) for k, v in wanted.items())


def _feedback(hub: Hub, wanted: Mapping[str, Any]) -> bool:
    """A turn of the journal with these words has this feedback."""
    store = hub.parts.store
    rows = [r for r in (store.turns() if store is not None else []) if r.get("heard") == wanted["heard"]]
    return bool(rows) and all((rows[-1].get("feedback") or {}).get(k) == v for k, v in wanted.items() if k != "heard")


MOMENT: Mapping[str, Callable[[Hub, Any], bool]] = {
    "silent": _silent, "state": _states, "volume": _volumes, "journal": _journal, "raw": _raw, "feedback": _feedback,
    "timers": lambda hub, names: sorted(str(t.name or t.kind) for t in hub.parts.timers()) == sorted(names),
    "ringing": lambda hub, ringing: bool(hub.parts.ringing and hub.parts.ringing.ringing) is ringing,
    "gain": lambda hub, gain: any(abs(p.gain - gain) < 1e-6 for p in hub.player.mixer._playbacks),
}  # fmt: skip
"""What holds at a moment and is no event."""
TURN = ("decision", "code", "intent", "heard", "reply", "opening", "offer", "targets", "actions", "statuses")


def _matches(event: Event, wanted: Mapping[str, Any]) -> bool:
    wanted = dict(wanted)
    if "says" in wanted:
        text = wanted.pop("says")
        if event.kind not in ("speaking", "announce", "resumed") or not re.search(text, str(event.data.get("text")), re.IGNORECASE):
            return False
    if "tone" in wanted and event.kind != "tone":
        return False
    if "event" in wanted and event.kind != wanted.pop("event"):
        return False
    of_turn = {k: wanted.pop(k) for k in TURN if k in wanted}
    if of_turn:
        if event.kind != "decided":
            return False
        row = to_json(event.data["turn"])
        row["statuses"] = [a["status"] for a in row["actions"]]
        row["actions"] = [f"{a['service']} {a['entity_id']}" for a in row["actions"]]
        if not all(_same(row.get(k), v) for k, v in of_turn.items()):
            return False
    return all(_same(event.data.get(k), v) for k, v in wanted.items())


def _same(got: Any, wanted: Any) -> bool:
    """Equal; a text between slashes is looked for as a pattern; of a mapping only what is named counts."""
    if isinstance(wanted, str) and len(wanted) > 2 and wanted[0] == wanted[-1] == "/":
        return re.search(wanted[1:-1], str(got or ""), re.IGNORECASE) is not None
    if isinstance(wanted, Mapping):
        return isinstance(got, Mapping) and all(_same(got.get(k), v) for k, v in wanted.items())
    if isinstance(wanted, list) and isinstance(got, list):
        return len(got) == len(wanted) and all(_same(g, w) for g, w in zip(sorted(got), sorted(wanted), strict=True))
    return bool(got == wanted)


def _brief(event: Event) -> str:
    turn = event.data.get("turn")
    if turn is not None and not isinstance(turn, str):
        row = to_json(turn)
        return str({k: row.get(k) for k in ("opening", "heard", "intent", "decision", "code", "reply", "offer")})
    return str({k: v for k, v in event.data.items() if k not in ("opening", "utterance", "interpretation")})
