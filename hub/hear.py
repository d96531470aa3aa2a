"""The first verb: from an opening to the end of speech, with words. Knows frames, a segmenter and a recogniser; not turns or replies.

The recogniser decodes speculatively at each short pause, in its own thread; when the sentence is complete in this house the turn ends
long before silence alone would say so. Where sound comes faster than real time, decoding is charged to the sound's own clock, so that
the times in the Turn are those of a microphone.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hub.running.worker import Worker
from hub.sound.audio import FRAME_S, Frame
from models.automaton.grammar import Grammar
from models.hearing.asr import Recogniser
from models.hearing.segment import Event, Segmenter, Settings
from models.hearing.whisper import Whisper
from models.said import Utterance

EARLIER_S = 0.12
"""So long before a wake word was recognised it may have been over already."""
LATER_S = 0.24
"""So long after it was recognised a wake word may still sound. In between, the command begins where it was quietest."""
TAIL_S = 0.5
"""Sound that ends this soon after a wake word and holds no words was the wake word's own end."""
SURE = 0.3
"""A confidence below this is no reason to take such a sound for a word."""
GIVE_FRAMES = 5
"""So many frames at once go to the recogniser: 100 ms."""
STALLED_S = 2.0
"""No frame for so long while somebody is listened to: the microphone is stuck, and the turn ends with what there is."""
NOTHING = Utterance(text="", confidence=0.0, engine="none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came of listening."""

    utterance: Utterance
    reason: str | None = None
    """no_speech · too_long · closed · stalled · cancelled; None for a turn like any other."""
    late_s: float = 0.0
    """From the last speech sample until these words were known."""
    at: float = 0.0
    """The loop's clock when they were known."""
    wake_ms: float = 0.0
    """When the wake word was recognised, from the end of speech: negative."""
    pauses: tuple[float, ...] = ()
    """Silences inside the command, seconds."""
    whispered: bool = False


class Ear(Protocol):
    async def heard(self) -> Heard:
        """Waits for the end of speech."""
        ...


@dataclass(slots=True)
class _Guess:
    """One speculative decode."""

    began_s: float
    future: Future[tuple[Utterance, str, float]]

    def result(self, now_s: float, simulated: bool) -> tuple[Utterance, str] | None:
        if not self.future.done():
            return None
        utterance, verdict, took = self.future.result()
        return None if simulated and now_s < self.began_s + took else (utterance, verdict)


class Stretch:
    """Listening from one opening on. `feed` it every frame; `heard` is told once.

    `at_s`: position in the stream where it begins. `realtime`: whether frames come when they sound. `loop_now`: the loop's clock.
    """

    def __init__(
        self, recogniser: Recogniser, worker: Worker, settings: Settings, grammar: Grammar | None, *, at_s: float,
        wake_s: float | None = None, realtime: bool = True, loop_now: Callable[[], float] = time.monotonic,
        tell: Callable[..., None] | None = None,
    ) -> None:
        self._recogniser, self._worker, self._settings, self._grammar = recogniser, worker, settings, grammar
        self._segmenter = Segmenter(settings)
        self.at_s = at_s
        """Where in the stream it began."""
        self._at_s, self._wake_s, self._realtime, self._loop_now = at_s, wake_s, realtime, loop_now
        self._tell = tell or (lambda *_, **__: None)
        self._whisper = Whisper()
        self._given: list[NDArray[np.int16]] = []
        self._held: list[tuple[Frame, float]] | None = [] if wake_s is not None else None
        """Frames around the end of the wake word, until it is known where that lies."""
        self._guess: _Guess | None = None
        self._now_s = at_s
        self._arrived = self._fed = loop_now()
        self._restarts = 0
        self._result: asyncio.Future[Heard] = asyncio.get_running_loop().create_future()
        worker.start(recogniser.start, grammar)

    @property
    def over(self) -> bool:
        return self._result.done()

    @property
    def woken(self) -> bool:
        """Whether a wake word has opened it."""
        return self._wake_s is not None

    @property
    def started(self) -> bool:
        """Whether somebody has spoken."""
        return self._segmenter.started

    async def heard(self) -> Heard:
        while self._realtime and not self.over:
            quiet = self._loop_now() - self._fed
            if quiet >= STALLED_S:
                await self.close("stalled")
                break
            await asyncio.wait((self._result,), timeout=STALLED_S - quiet)
        return await asyncio.shield(self._result)

    async def feed(self, frame: Frame, speech: float) -> None:
        """The next frame and the probability that it is speech."""
        if self.over or frame.at_s < self.at_s - FRAME_S / 2:
            return
        self._fed = self._loop_now()
        if self._held is None:
            await self._take(frame, speech)
            return
        self._held.append((frame, speech))
        if self._wake_s is None or frame.at_s >= self._wake_s + LATER_S:
            await self._release()

    async def _release(self) -> None:
        """The wake word is over: what comes after the quietest moment around its end is the command."""
        held, self._held = self._held or [], None
        first = quietest([frame.pcm for frame, _ in held])
        if held:
            self._at_s = held[first][0].at_s
        for frame, speech in held[first:]:
            await self._take(frame, speech)

    async def _take(self, frame: Frame, speech: float) -> None:
        self._given.append(frame.pcm)
        if len(self._given) >= GIVE_FRAMES:
            self._give()
        self._now_s, self._arrived = frame.at_s + FRAME_S, frame.arrived
        guessed = self._guess.result(self._now_s, not self._realtime) if self._guess is not None else None
        self._whisper.feed(frame.pcm, speech)
        event = self._segmenter.step(speech, FRAME_S, guessed[1] if guessed else None)
        if event is not None:
            await self._on(event, guessed)

    async def close(self, reason: str = "closed") -> None:
        """The sound ends here: what was said so far is all."""
        if self.over:
            return
        if self._held is not None:
            await self._release()
        if self._segmenter.started:
            await self._finish(self._segmenter.now_s - self._segmenter.silence_s, None, reason if reason == "stalled" else None)
        else:
            self._tell_result(Heard(utterance=NOTHING, reason="no_speech" if reason == "closed" else reason))

    def cancel(self) -> None:
        """Nobody wants to know any more."""
        self._tell_result(Heard(utterance=NOTHING, reason="cancelled"))

    async def _on(self, event: Event, guessed: tuple[Utterance, str] | None) -> None:
        if event.kind == "speech_start":
            self._tell("speech_start")
        elif event.kind == "pause":
            await self._decode()
        elif event.kind == "resume":
            self._guess = None
        elif event.kind == "nothing_said":
            self._tell_result(Heard(utterance=NOTHING, reason="no_speech", late_s=self._late(0.0)))
        else:
            await self._finish(event.last_s or 0.0, guessed[0] if guessed else None, "too_long" if event.kind == "too_long" else None)

    def _give(self) -> None:
        if self._given:
            self._worker.start(self._recogniser.accept, np.concatenate(self._given))
            self._given = []

    async def _decode(self) -> None:
        self._give()
        self._guess = _Guess(self._now_s, self._worker.start(_speculate, self._recogniser))
        self._guess.future.add_done_callback(_noticed)
        if not self._realtime:
            await asyncio.wrap_future(self._guess.future)
        if self._guess is not None and not self._realtime:
            utterance, _, _ = self._guess.future.result()
            self._tell("partial", text=utterance.text)

    async def _finish(self, last_s: float, known: Utterance | None, reason: str | None) -> None:
        began = time.perf_counter()
        self._give()
        utterance = known
        if utterance is None and self._guess is not None:  # its decode covers all speech and is still going on
            utterance = (await asyncio.wrap_future(self._guess.future))[0]
        if utterance is None or not utterance.in_house:  # a doubtful one is looked at once more, at leisure
            utterance = await self._worker.run(self._recogniser.finish)
        words = bool(utterance.text.strip()) and utterance.in_house and utterance.confidence >= SURE
        if not words and self._wake_s is not None and last_s <= TAIL_S and self._restarts < 2 and reason is None:
            self._restarts += 1
            self._restart()
            return
        late = self._late(last_s) + (0.0 if self._realtime else time.perf_counter() - began)
        wake_ms = 0.0 if self._wake_s is None else (self._wake_s - self._at_s - last_s) * 1000
        pauses, whispered = self._segmenter.pauses, self._whisper.whispered
        self._tell_result(
            Heard(utterance=utterance, reason=reason, late_s=late, wake_ms=wake_ms, pauses=pauses, whispered=whispered)
        )

    def _restart(self) -> None:
        """Waits for the first word once more, in what is left of the time for it."""
        waited = self._segmenter.now_s
        settings = replace(self._settings, nothing_said_s=max(0.5, self._settings.nothing_said_s - waited))
        self._segmenter, self._guess, self._at_s = Segmenter(settings), None, self._now_s
        self._worker.start(self._recogniser.start, self._grammar)

    def _late(self, last_s: float) -> float:
        """Seconds since the segmenter's moment `last_s`."""
        behind = self._now_s - (self._at_s + last_s)
        return behind + (self._loop_now() - self._arrived if self._realtime else 0.0)

    def _tell_result(self, heard: Heard) -> None:
        if not self._result.done():
            self._result.set_result(replace(heard, at=self._loop_now()))


def quietest(frames: Sequence[NDArray[np.int16]]) -> int:
    """Which of these frames is the quietest, its neighbours counted by half; 0 where there are none."""
    if not frames:
        return 0
    power = np.array([float(np.mean(np.square(pcm.astype(np.float64)))) for pcm in frames])
    padded = np.pad(np.sqrt(power), 1, mode="edge")
    return int(np.argmin(padded[:-2] / 4 + padded[1:-1] / 2 + padded[2:] / 4))


def _speculate(recogniser: Recogniser) -> tuple[Utterance, str, float]:
    began = time.perf_counter()
    utterance = recogniser.partial()
    return utterance, recogniser.complete(utterance.text), time.perf_counter() - began


def _noticed(future: Future[Any]) -> None:
    """A failed decode is raised where its result is asked for; one that nobody asks for is not an unseen error."""
    if not future.cancelled():
        future.exception()
