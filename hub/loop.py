"""The order of a turn, and the turns one after the other. The only module that knows which verb follows which."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from hub.barge_in import BargeIn
from hub.errors import HubError, explain
from hub.hear import Ear, Heard
from hub.scene import Dropped, Parts, Scene, asks
from hub.sound.ears import Ears, Opened
from hub.turn import Decision, Opening, Turn
from models.said import Wake

log = logging.getLogger("hub")

STOP = frozenset({
    "stop", "stop it", "stop that", "stop please", "please stop", "okay stop", "ok stop", "stop talking", "be quiet", "quiet", "enough",
    "that's enough", "shut up", "cancel", "never mind", "stop the alarm", "stop the timer", "turn off the alarm", "stop ringing", "snooze",
    "silence",
})  # fmt: skip
"""What counts without the wake word while the hub speaks or rings."""
BROKEN = "Sorry, something went wrong."


async def run_turn(turn: Turn, scene: Scene) -> Turn:
    """hear → understand → decide → act → speak → learn. Raises only where the world broke, and Dropped (see `safely`)."""
    turn = await scene.hear(turn)
    turn = await scene.understand(turn)
    turn = await scene.decide(turn)
    turn = await scene.act(turn)
    turn = await scene.speak(turn)
    return await scene.learn(turn)


async def safely(turn: Turn, scene: Scene) -> Turn:
    """`run_turn`, but what breaks ends this turn with a sentence and a log line, and not the service. Raises Dropped."""
    try:
        return await run_turn(turn, scene)
    except Dropped:
        raise
    except Exception as error:  # whatever an engine raises must not make the hub deaf; it is logged, counted and told
        log.exception("a turn broke", extra={"data": {"turn": turn.id}})
        scene.parts.tell("error", turn=turn.id, error=explain(error))
        broken = replace(turn, decision=Decision(kind="decline", code="internal_error"), reply=BROKEN, error=explain(error))
        scene.parts.tell("decided", turn=broken)
        if scene.parts.mouth is not None:
            await scene.parts.mouth.say(BROKEN)
        return broken


def new_turn(opening: Opening, turn_id: str | None = None) -> Turn:
    """A turn that has only begun."""
    return Turn(id=turn_id or uuid.uuid4().hex, opening=opening)


@dataclass(frozen=True, slots=True)
class Known:
    """An ear that has heard already."""

    words: Heard

    async def heard(self) -> Heard:
        return self.words


class Conversation:
    """One person's turns with one hub, one after the other. Openings come from the ears or from `typed`; `run` takes them for ever.

    `source` is put on every turn; `live` whether commands are sent; `now` gives the time of an opening from its place in the stream;
    `surroundings` may give another room, person or screen for the next turn; `answers` says, given how loud somebody was heard, whether
    it is this hub that answers and not another.
    """

    def __init__(
        self, parts: Parts, *, live: bool, screen: bool | None = None, source: str | None = None,
        now: Callable[[float], datetime] | None = None, surroundings: Callable[[], Mapping[str, Any]] | None = None,
        answers: Callable[[float], Coroutine[Any, Any, bool]] | None = None,
    ) -> None:
        self.parts, self._live, self._screen, self._source, self._now = parts, live, screen, source, now
        self._surroundings, self._answers = surroundings, answers
        self.ears: Ears | None = None
        self._waiting: asyncio.Queue[tuple[Turn, Scene, asyncio.Future[Turn] | None]] = asyncio.Queue()
        self._current: tuple[Turn, Scene] | None = None
        self._barge_in = BargeIn(parts)
        self._asked: Scene | None = None
        """The last turn's scene, where it asked something."""
        self._again = False
        """Whether a question is being said again that nothing had interrupted."""
        self._pending = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self.nothing_said = 0
        """Openings after which nobody spoke."""
        parts.observers.append(self._told)

    def opened(self, opened: Opened) -> None:
        """An opening from the ears: what is being said stops, and the turn waits for its words."""
        asking = self._asking()
        if opened.kind == "stop_word" and asking and opened.clear:
            self._begin("follow_up", opened.stretch, opened.stretch.at_s, None)
            return
        if opened.kind == "stop_word":
            self._soon(self._over_own_sound(opened, asking), "hears a stop word")
            return
        if opened.wake is not None:
            self._soon(self._woken(opened), "asks the other hubs")
        self._begin(opened.kind, opened.stretch, opened.stretch.at_s, opened.wake)

    def _asking(self) -> bool:
        """Whether the hub's own question sounds now: speech over it is the answer to it."""
        mouth = self.parts.mouth
        return mouth is not None and mouth.speaking and self._current is not None and self._current[1].asking

    async def _woken(self, opened: Opened) -> None:
        """Where another hub heard better, this one is quiet and free at once."""
        if self._answers is not None and not await self._answers(opened.loudness_db):
            opened.stretch.cancel()
        elif self.parts.config.voice.wake_tone and self.parts.mouth is not None:
            await self.parts.mouth.sound("wake")

    def _soon(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _sound(self, tone: str) -> None:
        if self.parts.mouth is not None:
            self._soon(self.parts.mouth.sound(tone), f"sounds {tone}")

    async def _over_own_sound(self, opened: Opened, asking: bool) -> None:
        """Speech while the hub sounds: "stop" counts, and so does an answer to what it asked; all else, and what may be its own echo, is
        not for it."""
        heard = await opened.stretch.heard()
        text = " ".join(heard.utterance.text.lower().replace(",", " ").replace(".", " ").split())
        answers = (asking or self._again) and heard.utterance.in_house and heard.utterance.confidence >= 0.5
        if heard.reason is None and text and (text in STOP or answers):
            self._begin("barge_in" if asking else "follow_up", Known(heard), opened.stretch.at_s, None)
        else:
            self.parts.tell("dropped", turn=None)

    def _begin(self, kind: str, ear: Ear, at_s: float, wake: Wake | None) -> None:
        interrupted = self._interrupt() if kind in ("wake", "follow_up", "barge_in") else None
        kind = "barge_in" if interrupted is not None else kind
        config, clock = self.parts.config, self.parts.clock
        at = self._now(at_s) if self._now is not None else clock.now()
        around: dict[str, Any] = {"room": config.hub.room, "person": config.hub.person, "screen": self._screen}
        around |= self._surroundings() if self._surroundings is not None else {}
        opening = Opening(
            kind=kind, at=at, room=around["room"], wake=wake, person=around["person"], source=self._source, live=self._live,
            interrupted=interrupted,
        )
        turn = new_turn(opening)
        self.parts.tell("wake" if wake is not None else "opened", turn=turn.id, opening=opening)
        self._put(turn, Scene(self.parts, ear=ear, screen=around["screen"]), None)

    async def typed(self, text: str, *, room: str | None = None, person: str | None = None, answer: bool = True) -> Turn:
        """A typed turn among the spoken ones; returns when it is decided and done, before its reply has sounded."""
        config = self.parts.config
        opening = Opening(
            kind="typed", at=self.parts.clock.now(), room=room or config.hub.room, person=person or config.hub.person, text=text,
            live=self._live,
        )
        decided: asyncio.Future[Turn] = asyncio.get_running_loop().create_future()
        self._interrupt()
        scene = Scene(self.parts, screen=self._screen)
        scene.silent = not answer
        self._put(new_turn(opening), scene, decided)
        return await decided

    async def run(self) -> None:
        """Takes the openings in order, for ever."""
        try:
            await self._run()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            turn, scene, decided = await self._waiting.get()
            self._current = turn, scene
            scene.on_decided = (lambda t, f=decided: None if f is None or f.done() else f.set_result(t)) if decided is not None else None
            try:
                turn = await safely(turn, scene)
                if decided is not None and not decided.done():
                    decided.set_result(turn)
                await self._after(turn, scene)
            except Dropped:
                self.parts.tell("dropped", turn=turn.id)
            except HubError as error:  # the turn is over and was answered; what should have been noted after it could not be
                log.error("after a turn: %s", error)
                self.parts.tell("error", turn=turn.id, error=explain(error))
            finally:
                self._current = None
                self._pending -= 1
                if not self._pending:
                    self._idle.set()
                if decided is not None and not decided.done():
                    decided.cancel()

    async def idle(self) -> None:
        """Until no opening waits and no turn is under way."""
        await self._idle.wait()

    def _put(self, turn: Turn, scene: Scene, decided: asyncio.Future[Turn] | None) -> None:
        self._pending += 1
        self._idle.clear()
        self._waiting.put_nowait((turn, scene, decided))

    def _interrupt(self) -> str | None:
        """Stops what is being said; the id of the turn whose reply it was."""
        if self._current is None:
            return self._barge_in.stop(None, "")
        turn, scene = self._current
        scene.silent = True
        return self._barge_in.stop(turn, scene.reply)

    async def _after(self, turn: Turn, scene: Scene) -> None:
        """What follows from a finished turn: an interruption gets its class, and a question opens the microphone."""
        if scene.reason == "no_speech":
            self.nothing_said += 1
        asked = scene if asks(turn) else None
        self._again = bool(self._asked is not None and turn.opening.interrupted)
        meant = await self._barge_in.after(turn, scene, self._waiting.empty)
        self._again = False
        if meant == "noise" and asked is None:
            asked = self._asked  # nobody has answered the question yet
        elif scene.reason == "no_speech" and turn.opening.wake is not None and self.parts.config.voice.end_tone:
            self._sound("end")
        self._asked = asked
        always = self.parts.config.speech.follow_up == "always" and turn.decision is not None and turn.decision.kind in ("act", "answer")
        stopped = turn.spoken is not None and turn.spoken.interrupted
        if (asked is not None or always) and self.ears is not None and self._waiting.empty() and not stopped:
            self.ears.expect(self.parts.config.speech.follow_up_s)
            self.parts.tell("expecting", turn=turn.id, seconds=self.parts.config.speech.follow_up_s)

    def _told(self, kind: str, data: Mapping[str, Any]) -> None:
        """Nobody answered a question: the microphone closes, and one hears that."""
        if kind == "expected_nothing" and self._asked is not None:
            self._asked = None
            if self.parts.config.voice.end_tone:
                self._sound("end")
