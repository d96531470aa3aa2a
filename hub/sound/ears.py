"""Always listening: finds wake words and speech in the stream of frames and opens stretches of listening. Knows sound, not meaning."""

from __future__ import annotations

import asyncio
import logging
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hub.hear import EARLIER_S, Stretch
from hub.running.worker import Worker
from hub.sound.audio import FRAME_S, Frame
from models.automaton.grammar import Grammar
from models.hearing.asr import Recogniser
from models.hearing.segment import Segmenter, Settings
from models.hearing.vad import Vad
from models.hearing.wake import CHUNK, WakeWords
from models.said import Wake

log = logging.getLogger("hub.sound.ears")

LEAD_S = 0.5
"""Sound kept from before the first speech, where no wake word opened the turn."""
WEAK_S = 1.2
"""Longest weak beginning that counts as part of the speech."""
LOUD_SHARE = 0.35
"""So much of the level of what is surely speech counts as part of it."""
GAP_S = 0.12
"""Longest silence inside a weak beginning."""
QUESTION_S = 0.2
"""So much of the sound before the end of the hub's own question may belong to the answer."""
CATCH_UP_S = 0.4
"""So much sound from before it was needed does voice detection hear when it wakes up."""
AGAIN_S = 1.5
"""A wake word heard again this soon is the same one."""
SURE = 0.9
"""Inside a command that a wake word has opened, another one must score this much: "status" ends a little like "alexa"."""
RISES_S = 0.4
"""So long does a wake word's score rise."""


class Guard(Protocol):
    """Takes the hub's own sound out of the microphone's (hub.sound.echo)."""

    for_wake: NDArray[np.int16]
    """The newest frame as the wake words should hear it."""

    def clean(self, frame: Frame) -> NDArray[np.int16]: ...

    def is_own(self, arrived: float) -> bool: ...

    @property
    def clear(self) -> bool:
        """Whether what is heard now is a person, as far as can be known: nothing sounds, or its echo is known and taken out."""
        ...

    @property
    def settling(self) -> bool:
        """Whether it cannot be told yet: the hub's own sound has just begun."""
        ...

    def is_echo(self, arrived: float) -> bool: ...

    heard_at: float
    """The event loop's clock when the newest frame ended, however late it came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Somebody wants something: what opened it and the stretch that listens."""

    kind: str
    """wake · speech · follow_up · stop_word (speech over the hub's own sound: only "stop", or the answer to its question, counts)"""
    stretch: Stretch
    wake: Wake | None = None
    clear: bool = True
    """False: it could be what is left of the hub's own sound."""
    loudness_db: float = -90.0
    """Of the last second before it, under full scale."""


@dataclass(slots=True, kw_only=True)
class Engines:
    """What hears. The recogniser and the wake words each belong to one worker."""

    recogniser: Recogniser
    hearing: Worker
    waking: Worker
    vad: Vad
    wake: WakeWords | None
    """None: every stretch of speech opens a turn."""


class Ears:
    """Feed it every frame in order; `on_open` is called for each opening. `realtime`: frames come when they sound. `attentive`: whether
    "stop" is listened for without a wake word now."""

    def __init__(
        self, engines: Engines, settings: Settings, grammar: Callable[[], Grammar | None], on_open: Callable[[Opened], None], *,
        pre_roll_s: float = 2.0, realtime: bool = True, guard: Guard | None = None, tell: Callable[..., None] | None = None,
        attentive: Callable[[], bool] | None = None,
    ) -> None:
        self._engines, self._settings, self._grammar, self._on_open = engines, settings, grammar, on_open
        self._realtime, self._guard = realtime, guard
        self._attentive = attentive or (lambda: False)
        self._tell = tell or (lambda *_, **__: None)
        self._recent: deque[tuple[Frame, float]] = deque(maxlen=max(1, round(pre_roll_s / FRAME_S)))
        self._chunk: list[NDArray[np.int16]] = []
        self._stretch: Stretch | None = None
        self._woke_s = -60.0
        self._weak: Wake | None = None
        self._weak_s = 0.0
        self._expecting: tuple[str, float] | None = None
        self._asked: float | None = None
        self._idle = self._listener()
        self._now_s = 0.0
        self._dozing = False
        """Whether voice detection rests: only the wake word is listened for."""
        self._heard_s = 0.0
        """What lies before has been part of a stretch, or of the hub's own question."""
        self.frames = 0
        """Frames heard so far: what the watchdog is fed by."""
        self.muted = False
        """Whether nothing is listened to; what was heard shortly before is forgotten."""
        engines.vad.reset()
        if engines.wake is not None:
            engines.wake.reset()

    @property
    def stretch(self) -> Stretch | None:
        """The stretch that listens now."""
        return self._stretch if self._stretch is not None and not self._stretch.over else None

    def expect(self, seconds: float) -> None:
        """For so many seconds speech is heard without a wake word: the hub has asked something."""
        self._expecting = ("follow_up", self._now_s + seconds)
        self._asked = asyncio.get_running_loop().time() if self._guard is not None else None
        self._idle = self._listener()

    def adapt(self, settings: Settings) -> None:
        """From the next opening on these times hold."""
        self._settings = settings

    def unexpect(self) -> None:
        self._expecting = None

    @property
    def expecting(self) -> bool:
        return self._expecting is not None and self._now_s <= self._expecting[1]

    async def feed(self, frame: Frame) -> None:
        """One frame of 20 ms."""
        if self.muted:
            self._recent.clear()
            self.frames += 1
            return
        if self._guard is not None:
            frame = replace(frame, pcm=self._guard.clean(frame))
        awake = self._engines.wake is None or self.stretch is not None or self._expecting is not None or self._attentive()
        if awake:
            self._wake_up()
        speech = self._engines.vad.feed(frame.pcm) if awake else 0.0
        self._dozing = not awake
        self._now_s = frame.at_s + FRAME_S
        self._recent.append((frame, speech))
        stretch = self.stretch
        if stretch is not None:
            await stretch.feed(frame, speech)
            self._heard_s = self._now_s
        woke = await self._wake(frame, self._guard.for_wake if self._guard is not None else frame.pcm)
        if woke is not None:
            await self._open("wake", woke.at_s, woke)
        elif self.stretch is None:
            await self._look_for_speech(frame, speech)
        self.frames += 1

    def _wake_up(self) -> None:
        """Voice detection costs more than the wake word, and nobody asks for it before that: what it slept through is made up for."""
        if not self._dozing:
            return
        self._dozing = False
        self._engines.vad.reset()
        late = [self._recent.pop() for _ in range(min(len(self._recent), round(CATCH_UP_S / FRAME_S)))]
        self._recent.extend((frame, self._engines.vad.feed(frame.pcm)) for frame, _ in reversed(late))

    async def close(self) -> None:
        """The stream is over."""
        if self._stretch is not None:
            await self._stretch.close()

    async def _wake(self, frame: Frame, pcm: NDArray[np.int16]) -> Wake | None:
        wake = self._engines.wake
        if wake is None:
            return None
        self._chunk.append(pcm)
        if len(self._chunk) * len(pcm) < CHUNK:
            return None
        chunk, self._chunk = np.concatenate(self._chunk), []
        found = self._surely(wake, await self._engines.waking.run(wake.feed, chunk))
        if found is None or self._now_s - self._woke_s < AGAIN_S:
            return None
        if self._guard is not None and self._guard.is_own(frame.arrived):
            self._tell("own_voice", phrase=found.phrase, score=found.score)
            return None
        self._woke_s = self._now_s
        return replace(found, at_s=self._now_s)

    def _surely(self, words: WakeWords, found: Wake | None) -> Wake | None:
        """The wake, or None while it is too weak to end a command that somebody is in the middle of."""
        stretch = self.stretch
        if stretch is None or not stretch.woken or not stretch.started:
            return found
        if found is not None:
            self._weak, self._weak_s = found, self._now_s
        if self._weak is None or self._now_s - self._weak_s > RISES_S:
            return None
        score = words.scores[self._weak.phrase]
        if score < SURE:
            return None
        found, self._weak = replace(self._weak, score=score), None
        return found

    async def _look_for_speech(self, frame: Frame, speech: float) -> None:
        if self._guard is not None and self._guard.settling:  # nobody answers in the first moment of what the hub says
            self._heard_s, self._idle = self._now_s, self._listener()
            return
        answers = self.expecting and self._after_the_question()
        kind = "speech" if self._engines.wake is None else "follow_up" if answers else None
        if kind is None and self._attentive():
            kind = "stop_word"
        if kind is None:
            if self._expecting is not None and not self.expecting:
                self._expecting = None
                self._tell("expected_nothing")
            return
        event = self._idle.step(speech, FRAME_S)
        if event is not None and event.kind == "speech_start":
            if self._guard is not None and self._guard.is_echo(frame.arrived):
                self._idle = self._listener()
                return
            began = self._now_s - self._idle.now_s + (event.first_s or 0.0)
            if kind == "follow_up":
                self._expecting = None
            self._idle = self._listener()
            await self._open(kind, self._from(began), None)
        elif self._idle.over:
            self._idle = self._listener()

    def _after_the_question(self) -> bool:
        """Whether this sound is younger than the question's end: a microphone may lag, and its sound then holds the hub's own words."""
        if self._asked is None or self._guard is None:
            return True
        if self._guard.heard_at < self._asked:
            return False
        self._asked, self._heard_s = None, max(self._heard_s, self._now_s - QUESTION_S)
        return True

    def _from(self, began: float) -> float:
        """Where to listen from: first words are often weak or strangely spoken, so back over what is likely speech or as loud as what
        began it, and a little more; never back into what was heard already."""
        ahead = [frame for frame, _ in self._recent if frame.at_s >= began]
        loud = LOUD_SHARE * max((_level(frame) for frame in ahead), default=math.inf)
        earliest = began
        for frame, speech in reversed(self._recent):
            if frame.at_s >= began:
                continue
            if earliest - frame.at_s > GAP_S or began - frame.at_s > WEAK_S:
                break
            if speech > 0.1 or _level(frame) > loud:
                earliest = frame.at_s
        return max(self._heard_s, earliest - LEAD_S)

    async def _open(self, kind: str, at_s: float, wake: Wake | None) -> None:
        if self._stretch is not None and not self._stretch.over:
            self._stretch.cancel()
        self._expecting = None
        self._wake_up()
        engines = self._engines
        settings = self._settings
        if kind in ("follow_up", "stop_word"):  # "ten minutes" is no sentence of the house, but may be all of an answer
            settings = replace(settings, incomplete_s=min(settings.incomplete_s, settings.unknown_s))
        start_s = at_s - EARLIER_S if wake is not None else at_s
        earlier = [(f, p) for f, p in self._recent if f.at_s >= start_s - FRAME_S / 2]
        at_s = earlier[0][0].at_s if earlier else start_s
        self._stretch = Stretch(
            engines.recogniser, engines.hearing, settings, self._grammar(), at_s=at_s, wake_s=wake.at_s if wake is not None else None,
            realtime=self._realtime, loop_now=asyncio.get_running_loop().time, tell=self._tell,
        )
        clear = self._guard is None or self._guard.clear
        self._on_open(Opened(kind=kind, stretch=self._stretch, wake=wake, clear=clear, loudness_db=self._loudness()))
        for frame, speech in earlier:
            await self._stretch.feed(frame, speech)

    def _loudness(self) -> float:
        """Decibels under full scale of the loudest half second of the last one and a half."""
        frames = [frame.pcm for frame, _ in list(self._recent)[-75:]]
        power = [float(np.mean(np.square(np.concatenate(frames[i : i + 25]).astype(np.float64)))) for i in range(0, len(frames), 25)]
        return 10 * math.log10(max(power, default=0.0) / 32768**2 + 1e-9)

    def _listener(self) -> Segmenter:
        return Segmenter(replace(self._settings, nothing_said_s=1e9))


def _level(frame: Frame) -> float:
    """Root mean square of a frame."""
    return float(np.sqrt(np.mean(np.square(frame.pcm.astype(np.float64)))))
