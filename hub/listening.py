"""Sound files through the whole pipeline, as if from the microphone. Knows files and their order; not options or output formats."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from devices.home import Home
from hub import knowledge as learned
from hub.asking import Asker, Question, home_of
from hub.clock import FixedClock, SystemClock
from hub.config import Config
from hub.loop import Conversation
from hub.running.engines import load_engines, segmenter_settings
from hub.running.worker import Worker
from hub.scene import Execute, Parts
from hub.sound.audio import FRAME, FRAME_S, FileSource, Frame
from hub.sound.ears import Ears, Engines
from hub.turn import Turn
from hub.turn_json import to_json
from hub.understand import warm

TAIL_S = 0.6
"""Silence after a file, so that a wake word at its very end is still recognised."""
LONGEST_TAIL_S = 8.0

Print = Callable[[Mapping[str, Any]], None]


class Listener:
    """Listens to files with engines that are loaded once. Close it."""

    def __init__(self, config: Config, asker: Asker, *, wake: bool) -> None:
        self.config = self._config = config
        self._asker = asker
        self._engines: Engines = load_engines(config, wake=wake)
        self._thinking, self._writing = Worker("thinks"), Worker("writes")

    def close(self) -> None:
        self._engines.hearing.close()
        self._engines.waking.close()
        self._thinking.close()
        self._writing.close()

    async def listen(
        self,
        path: str,
        question: Question,
        out: Print,
        *,
        realtime: bool,
        home: Callable[[], Home] | None = None,
        execute: Execute | None = None,
    ) -> None:
        """One file: `out` gets each turn when it is decided (and done), or one line that says why there was none. AudioError."""
        from models.automaton.grammar import build as grammar

        heard = _Lines(path, out)
        house = _House(home_of(question.home, self._config)) if home is None else None
        picture = home if home is not None else house.picture if house is not None else _nowhere
        store = self._asker.store(question.db) if question.db is not None else None
        clock = FixedClock(question.now) if question.now is not None else SystemClock()
        config = replace_room(self._config, question)
        parts = Parts(
            config=config,
            clock=clock,
            reader=self._asker.reader,
            home=picture,
            thinking=self._thinking,
            writing=self._writing,
            store=store,
            knowledge=learned.load(store) if store is not None else learned.NOTHING,
            execute=execute,
            asr=self._engines.recogniser.name,
            nlu=self._asker.nlu,
        )
        parts.remember(question.history or ())
        parts.observers += [heard.take] + ([house.take] if house is not None else [])
        began = clock.now()
        conversation = Conversation(
            parts,
            live=execute is not None,
            screen=question.screen,
            source=path,
            now=_moments(began, realtime, question.now is not None, clock.now),
        )
        ears = Ears(
            self._engines,
            segmenter_settings(config),
            lambda: grammar(picture()),
            conversation.opened,
            pre_roll_s=config.audio.pre_roll_s,
            realtime=realtime,
        )
        conversation.ears = ears
        await asyncio.gather(asyncio.to_thread(grammar, picture()), self._thinking.run(warm, self._asker.reader, picture()))
        turns = asyncio.create_task(conversation.run(), name="turns")
        try:
            async with FileSource(path, realtime=realtime) as source:
                last = -FRAME_S
                async for frame in source:
                    last = frame.at_s
                    await ears.feed(frame)
                    if not realtime:
                        await self._settle(ears, conversation)
            async for frame in _silence(last + FRAME_S, realtime, ears):
                await ears.feed(frame)
                if not realtime:
                    await self._settle(ears, conversation)
            await ears.close()
            await conversation.idle()
        finally:
            turns.cancel()
            await asyncio.gather(turns, return_exceptions=True)
        heard.end(conversation.nothing_said > 0 or self._engines.wake is None)

    async def _settle(self, ears: Ears, conversation: Conversation) -> None:
        """Faster than real time no sound passes while a turn is thought about."""
        if ears.stretch is None:
            await conversation.idle()


class _Lines:
    """What is printed of one file."""

    def __init__(self, path: str, out: Print) -> None:
        self._path, self._out = path, out
        self._count = 0

    def take(self, kind: str, data: Mapping[str, Any]) -> None:
        if kind != "decided":
            return
        turn: Turn = data["turn"]
        if turn.opening.kind in ("wake", "follow_up") and (turn.utterance is None or not turn.utterance.text.strip()):
            return
        self._count += 1
        self._out(to_json(turn))

    def end(self, nothing_said: bool) -> None:
        if not self._count:
            self._out({"source": self._path, "id": None, "reason": "no_speech" if nothing_said else "no_wake"})


class _House:
    """A house that does what it is told at once, so that the turns of a file see what the earlier ones did."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def picture(self) -> Home:
        return self._home

    def take(self, kind: str, data: Mapping[str, Any]) -> None:
        if kind == "decided":
            for outcome in data["turn"].outcomes:
                if outcome.status == "dry_run" and outcome.after is not None and outcome.command.entity_id is not None:
                    self._home = self._home.with_state(outcome.command.entity_id, outcome.after)


async def _silence(at_s: float, realtime: bool, ears: Ears) -> AsyncIterator[Frame]:
    """Silence after a file: as long as a stretch of speech is open in it, and long enough for the last wake word."""
    loop = asyncio.get_running_loop()
    began, count = loop.time(), 0
    while count * FRAME_S < TAIL_S or (ears.stretch is not None and ears.stretch.started and count * FRAME_S < LONGEST_TAIL_S):
        count += 1
        due = began + count * FRAME_S
        if realtime and ears.stretch is not None:
            await asyncio.sleep(max(0.0, due - loop.time()))
        else:
            await asyncio.sleep(0)
        pcm = np.zeros(FRAME, np.int16)
        yield Frame(pcm=pcm, at_s=at_s + (count - 1) * FRAME_S, arrived=loop.time())


def replace_room(config: Config, question: Question) -> Config:
    """The configuration with the room and person of the question."""
    import msgspec

    hub = msgspec.structs.replace(config.hub, room=question.room, person=question.person)
    return msgspec.structs.replace(config, hub=hub)


def _moments(began: datetime, realtime: bool, fixed: bool, now: Callable[[], datetime]) -> Callable[[float], datetime]:
    return (lambda at_s: began + timedelta(seconds=at_s)) if fixed or not realtime else (lambda _: now())


def _nowhere() -> Home:
    return Home()
