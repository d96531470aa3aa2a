"""What one turn has at hand: the house, the engines, the journal, the mouth, and the watch that times it. Knows how each stage is run
(in which thread, timed, told, written down), and not in which order."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from devices.home import Home
from hub import act as doing
from hub import knowledge as learned
from hub.clock import Clock
from hub.config import Config
from hub.context import build
from hub.decide import decide
from hub.decision.confirm import without_code
from hub.errors import StoreError, explain
from hub.hear import Ear
from hub.keeping.ringing import Ringing, load, save
from hub.keeping.store import Store
from hub.keeping.timers import Plan, Timer
from hub.keeping.timers import to_json as timer_json
from hub.knowledge import NOTHING, Knowledge
from hub.learning import tries
from hub.learning.habits import offer
from hub.learning.opinion import INTENT as FEEDBACK
from hub.learning.opinion import Opinion, at_night
from hub.learning.settle import settle
from hub.running.worker import Worker
from hub.saying.done import meaning
from hub.saying.reply import reply
from hub.sound.voices import quiet
from hub.speak import Mouth
from hub.turn import Turn
from hub.turn_json import past, to_json
from hub.understand import Reader, understand
from models.phrases import phrase
from models.said import Interpretation, Past, Utterance

log = logging.getLogger("hub")

Execute = doing.Execute
Tell = Callable[[str, Mapping[str, Any]], None]
"""Called with each event of a turn: its kind (see docs/events.md) and its data."""
TRIED_ON = "tried_on"
"""Key in the journal's file of the day on which something was last tried."""
REMEMBERED = 400
"""Turns of the past that a context is built from."""
UNWRITTEN = 500
"""Writes that are kept for a journal that cannot be written, at most."""


@dataclass(slots=True, kw_only=True)
class Parts:
    """What all turns of one hub share."""

    config: Config
    clock: Clock
    reader: Reader
    home: Callable[[], Home]
    """The house as it is now."""
    thinking: Worker
    """Where words are understood."""
    writing: Worker
    """Where the journal is written."""
    store: Store | None = None
    knowledge: Knowledge = NOTHING
    history: deque[Past] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    execute: Execute | None = None
    """None: dry run."""
    ringing: Ringing | None = None
    mouth: Mouth | None = None
    opinion: Opinion | None = None
    """Who asks now and then whether an answer was right; None: nobody."""
    asr: str = "typed"
    nlu: str = ""
    observers: list[Tell] = field(default_factory=list)
    explore: bool = False
    """Whether a turn may try something else than its best guess: only the running hub does."""
    tried_on: str = ""
    """Day of the last try, ISO 8601."""
    unwritten: deque[tuple[Any, ...]] = field(default_factory=lambda: deque(maxlen=UNWRITTEN))
    """What the journal could not take, oldest first: it is written when it can be."""

    def tell(self, kind: str, /, **data: Any) -> None:
        for observer in self.observers:
            observer(kind, data)

    def remember(self, turns: Sequence[Mapping[str, Any]]) -> None:
        """Earlier turns (Turn JSON, oldest first) become the past."""
        self.history.extend(past(turn) for turn in turns)

    def timers(self) -> tuple[Timer, ...]:
        """Timers that run now: those that ring here, else those of the journal."""
        if self.ringing is not None:
            return self.ringing.timers
        return load(self.store) if self.store is not None else ()


class Dropped(Exception):
    """Nobody waits for this turn any more: it leaves no trace."""


class Watch:
    """Milliseconds since the end of speech (of a typed text: since it was read)."""

    def __init__(self, clock: Clock, zero: float | None = None) -> None:
        self._clock = clock
        self.zero = clock.monotonic() if zero is None else zero

    def ms(self, at: float | None = None) -> float:
        return ((self._clock.monotonic() if at is None else at) - self.zero) * 1000


class Scene:
    """One turn's surroundings. Each verb takes the turn and returns it fuller; events are told as they happen."""

    def __init__(self, parts: Parts, *, ear: Ear | None = None, screen: bool | None = None) -> None:
        self.parts, self.ear, self.screen = parts, ear, screen
        self.watch = Watch(parts.clock)
        self.silent = False
        """Set where the reply is not to be spoken (a newer opening waits)."""
        self.reply = ""
        """What is being said, or was said last."""
        self.asking = False
        """Whether the reply that sounds is a question."""
        self.softly = False
        """Whether the answer is to be given in a low voice: it was whispered."""
        self.on_decided: Callable[[Turn], None] | None = None
        """Called once with the decided turn, reply text included, before the reply sounds."""
        self.reason: str | None = None
        """Why listening ended, where it was not a command's end: no_speech · too_long · stalled."""

    async def hear(self, turn: Turn) -> Turn:
        """Words from the ear, or the typed text itself."""
        if self.ear is None:
            text = turn.opening.text or ""
            said = Utterance(text=text, confidence=1.0, in_house=True)
            return replace(turn, utterance=said, timings={"speech_end": 0.0, "final_text": 0.0})
        heard = await self.ear.heard()
        if heard.reason == "cancelled":
            raise Dropped
        self.reason = heard.reason
        self.watch = Watch(self.parts.clock, heard.at - heard.late_s)
        timings = {"wake": heard.wake_ms, "speech_end": 0.0, "final_text": self.watch.ms()}
        if turn.opening.wake is None:
            del timings["wake"]
        self.parts.tell("heard", turn=turn.id, text=heard.utterance.text, utterance=heard.utterance)
        self.softly = heard.whispered
        extra = {**turn.extra, "pauses": [round(p, 2) for p in heard.pauses]} if heard.pauses else turn.extra
        if heard.whispered:
            extra = {**extra, "whispered": True}
        return replace(turn, utterance=heard.utterance, timings=timings, extra=extra)

    async def understand(self, turn: Turn) -> Turn:
        parts, opening, home = self.parts, turn.opening, self.parts.home()
        now = opening.at
        known = [timer_json(t, now) for t in parts.timers()]
        history = [p for p in parts.history if p.id != turn.id]
        habits = parts.knowledge.habits_for(home.id, opening.person) if parts.config.learning.enabled else ()
        context = build(
            now, home, history, room=opening.room, person=opening.person, screen=self.screen, habits=habits,
            timers=known if parts.ringing is not None or known else None,
        )
        turn = replace(turn, context=context)
        trying = parts.explore and opening.live and tries.allowed(opening.at, parts.tried_on, opening.person, history)
        turn = await parts.thinking.run(understand, turn, parts.reader, home, parts.knowledge, trying)
        parts.tell("understood", turn=turn.id, interpretation=turn.interpretation)
        asr = parts.asr if opening.kind != "typed" else "typed"
        return replace(turn, versions={"asr": asr, "nlu": parts.nlu, "home": home.version, "knowledge": parts.knowledge.version})

    async def decide(self, turn: Turn) -> Turn:
        parts, home = self.parts, self.parts.home()
        turn = self._decided(turn, home)
        decision, context, meant = turn.decision, turn.context, turn.interpretation
        free = decision is not None and decision.kind == "act" and decision.offer is None and parts.config.learning.enabled
        if free and decision is not None and context is not None and meant is not None:
            usual = offer(meant.frames, home, context, parts.knowledge)
            if usual is not None:
                turn = replace(turn, decision=replace(decision, offer=usual))
        if parts.opinion is not None and parts.mouth is not None and not self.silent and turn.decision is not None:
            now = turn.opening.at
            if parts.opinion.wanted(turn, parts.history, quiet=quiet(parts.config, now) or at_night(now)):
                turn = replace(turn, decision=replace(turn.decision, offer={"intent": FEEDBACK, "slots": {}, "targets": []}))
        return replace(turn, timings={**turn.timings, "decided": self.watch.ms()})

    def _decided(self, turn: Turn, home: Home) -> Turn:
        """By the best reading; of what the running hub tries instead there is one a day."""
        parts, opening = self.parts, turn.opening

        def one(turn: Turn) -> Turn:
            return without_code(decide(turn, home, pin=parts.config.safety.pin, ended=self.reason))

        lean = parts.knowledge.learned.lean if parts.config.learning.enabled and opening.live else {}
        may = parts.explore and opening.live and "explore" not in turn.extra
        may = may and tries.allowed(opening.at, parts.tried_on, opening.person, parts.history)
        turn = tries.readings(turn, one, lean, may) if may or lean else one(turn)
        if turn.extra.get("explore", {}).get("explored"):
            parts.tried_on = opening.at.date().isoformat()
        return turn

    async def act(self, turn: Turn) -> Turn:
        """Commands go out and timers are set; both are on disk or with the device before anything is said."""
        parts = self.parts
        began = self.watch.ms()
        detail = turn.decision.detail if turn.decision is not None else {}
        if detail.get("stop_ringing") and parts.ringing is not None and turn.opening.live:
            parts.ringing.stop()
        else:
            for plan in detail.get("plans") or (detail.get("plan"),):
                if isinstance(plan, Plan) and (plan.put or plan.remove):
                    await self._apply(plan, turn)
        turn = await doing.act(turn, parts.home(), parts.execute)
        live = [o for o in turn.outcomes if o.status != "dry_run"]
        if live:
            times = {"published": began}
            confirmed = [o.took_s for o in live if o.status == "confirmed"]
            if confirmed:
                times["confirmed"] = began + max(confirmed) * 1000
            turn = replace(turn, timings={**turn.timings, **times})
        return turn

    async def speak(self, turn: Turn) -> Turn:
        """The reply is worked out and written down, then said."""
        parts = self.parts
        turn = replace(turn, reply=with_offer(turn, reply(turn, parts.home()), parts.home()))
        await self.write(turn)
        if self.on_decided is not None:
            self.on_decided(turn)
        parts.tell("decided", turn=turn)
        if parts.mouth is None or not turn.reply or self.silent or wants_silence(turn):
            return turn
        self.reply, self.asking = turn.reply, asks(turn)
        parts.tell("speaking", turn=turn.id, text=turn.reply)
        said = await parts.mouth.say(turn.reply, softly=self.softly)
        self.asking = False
        timings = dict(turn.timings)
        if said.first_sound is not None:
            timings["first_sound"] = self.watch.ms(said.first_sound)
        feedback = turn.feedback
        if said.spoken.interrupted:
            feedback = replace(feedback, barge_in_ms=said.spoken.played_ms)
        return replace(turn, spoken=said.spoken, timings=timings, feedback=feedback)

    async def learn(self, turn: Turn) -> Turn:
        """What came of the reply is written, and the turn becomes the past of the next one."""
        parts = self.parts
        if parts.store is not None and turn.spoken is not None:
            await self._kept(turn, _add, parts.store, turn, parts.home().id)
        if turn.decision is None or turn.decision.kind != "ignore":  # what was not said to the hub stands between no question and answer
            parts.history.append(past(to_json(turn)))
        parts.tell("turn", turn=turn)
        return turn

    async def write(self, turn: Turn) -> None:
        """The turn and what it teaches are in the journal when this returns."""
        parts = self.parts
        if parts.store is None:
            return
        home = parts.home()

        def read(text: str) -> Interpretation:
            if turn.context is None:
                raise ValueError("a turn is read in its context")
            return parts.reader.interpret(Utterance(text=text, confidence=1.0), home, turn.context)

        if await self._kept(turn, _write, parts.store, turn, home, read):
            parts.knowledge = await parts.writing.run(learned.load, parts.store)

    async def _kept(self, turn: Turn, write: Callable[..., bool], *args: Any) -> bool:
        """What `write` says, after what could not be written before. Where something was done, a journal that cannot be written does not
        undo it: the turn goes on, and is written later. StoreError where nothing was done yet."""
        parts = self.parts
        try:
            while parts.unwritten:
                await parts.writing.run(*parts.unwritten[0])
                parts.unwritten.popleft()
            return await parts.writing.run(write, *args)
        except StoreError as error:
            if not any(outcome.status in ("confirmed", "sent") for outcome in turn.outcomes):
                raise
            parts.unwritten.append((write, *args))
            log.warning("%s", error, extra={"data": {"turn": turn.id}})
            parts.tell("error", turn=turn.id, error=explain(error))
            return False

    async def _apply(self, plan: Plan, turn: Turn) -> None:
        parts = self.parts
        if parts.ringing is not None and turn.opening.live:
            parts.ringing.apply(plan)
        elif parts.store is not None:
            await parts.writing.run(save, parts.store, plan.put, plan.remove)


def wants_silence(turn: Turn) -> bool:
    """Whether nothing had better be said: it was not for the hub, or somebody has just told it to be quiet."""
    decision = turn.decision
    return decision is not None and (decision.kind == "ignore" or (decision.code == "stopped" and turn.opening.interrupted is not None))


def asks(turn: Turn) -> bool:
    """Whether this turn's reply wants an answer."""
    return turn.decision is not None and (turn.decision.kind in ("ask", "confirm") or turn.decision.offer is not None)


def with_offer(turn: Turn, said: str, home: Home) -> str:
    """The reply, and what is offered after it."""
    found = turn.decision.offer if turn.decision is not None else None
    if found is not None and found.get("intent") == FEEDBACK and turn.decision is not None:
        return f"{said} {phrase(f'confirm.feedback_{turn.decision.kind}', turn.id)}".strip()
    if found is None or turn.decision is None or turn.decision.kind != "act":
        return said
    what = meaning(found.get("intent"), tuple(found.get("targets") or ()), home, turn.opening.room, found.get("slots"))
    return f"{said} {phrase('confirm.offer', turn.id, value=what.removeprefix('that I should '))}".strip()


def _add(store: Store, turn: Turn, home: str | None) -> bool:
    store.add_turn(turn, home=home)
    return False


def _write(store: Store, turn: Turn, home: Home, read: Callable[[str], Interpretation]) -> bool:
    with store.writing():
        store.add_turn(turn, home=home.id)
        if turn.decision is not None:
            asked = turn.decision.detail.get("about")
            if asked and turn.decision.code == "feedback":
                store.set_feedback(str(asked), explicit=str(turn.decision.detail["feedback"]))
            undone = turn.decision.detail.get("undoes")
            if undone and turn.decision.kind == "act":
                store.set_feedback(str(undone), undone=True)
        if turn.extra.get("explore", {}).get("explored"):
            store.put(TRIED_ON, turn.opening.at.date().isoformat())
    return bool(settle(turn, store, turn.opening.at, home, read))
