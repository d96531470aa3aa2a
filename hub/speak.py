"""The fifth verb: the reply sounds, sentence by sentence, until it ends or is stopped. Knows a voice and an output, not what to say."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hub.running.worker import Worker
from hub.sound.playback import Playback
from hub.sound.players import Player
from hub.turn import Spoken
from models.said import Speech
from models.voice.tones import tone
from models.voice.tts import Speaks, VoiceError

log = logging.getLogger("hub.speak")

STUCK_S = 3.0
"""A speaker that is this much behind is dead: the turn goes on without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How a reply went, with the loop's clock for its first sample."""

    spoken: Spoken
    first_sound: float | None = None


class Mouth:
    """Everything that this hub says goes through here, one thing after the other; `interrupt` silences it within a frame."""

    def __init__(
        self, voice: Speaks, player: Player, worker: Worker, gain: Callable[[], float] = lambda: 1.0,
        soft: Callable[[], float] = lambda: 1.0,
    ) -> None:
        """`gain` is the loudness of the hour, `soft` that of an answer to a whisper; the quieter one counts."""
        self._voice, self._player, self._worker, self._gain, self._soft = voice, player, worker, gain, soft
        self._pieces: list[tuple[str, float]] = []
        self._turn = asyncio.Lock()
        self._now: tuple[Playback, asyncio.Task[None]] | None = None
        self.failures = 0
        """Replies that could not be made into sound."""

    @property
    def player(self) -> Player:
        return self._player

    @property
    def speaking(self) -> bool:
        return self._now is not None and not self._now[0].over

    @property
    def played_ms(self) -> float:
        """How much of what is being said has sounded."""
        return self._now[0].played_ms if self._now is not None else 0.0

    @property
    def first_sound(self) -> float | None:
        """The player's clock when what is being said began to sound."""
        return self._now[0].first_sound_at if self._now is not None else None

    @property
    def heard(self) -> str:
        """The words of what is being said that have sounded; inside a sentence by its share."""
        left, words = self.played_ms, []
        for text, ms in self._pieces:
            if left <= 0:
                break
            count = text.split()
            words += count if left >= ms else count[: round(len(count) * left / ms)]
            left -= ms
        return " ".join(words)

    def interrupt(self) -> bool:
        """Falls silent with the next frame; whether there was anything to silence."""
        if self._now is None:
            return False
        playback, task = self._now
        playback.stop()
        task.cancel()
        return True

    async def say(self, text: str, *, before: Speech | None = None, softly: bool = False) -> Said:
        """Speaks a text (after the sound `before`) and returns when it was heard or was stopped. Never raises for a voice or a speaker."""
        async with self._turn:
            playback = self._player.mixer.begin(gain=min(self._gain(), self._soft()) if softly else self._gain())
            self._pieces = []
            task = asyncio.create_task(self._play(text, before, playback), name="speaks")
            self._now = playback, task
            try:
                await task
            except asyncio.CancelledError:
                current = asyncio.current_task()
                playback.stop()
                if current is not None and current.cancelling():
                    raise
            finally:
                self._now = None
                playback.stop()
                playback.end()
            await self._settle(playback)
        spoken = Spoken(audio_ms=round(playback.audio_ms), played_ms=round(playback.played_ms), interrupted=playback.interrupted)
        return Said(spoken=spoken, first_sound=playback.first_sound_at)

    async def sound(self, name: str) -> None:
        """A short tone (models.voice.tones.NAMES), over whatever sounds; returns at once."""
        playback = self._player.mixer.begin(gain=self._gain())
        playback.add(tone(name))
        playback.end()

    async def _play(self, text: str, before: Speech | None, playback: Playback) -> None:
        if before is not None:
            playback.add(before)
        try:
            sentences = self._voice.speak(text)
            while (speech := await self._worker.run(_next, sentences)) is not None:
                playback.add(speech)
                self._pieces.append((speech.text, len(speech.pcm) / 2 * 1000 / speech.rate))
        except VoiceError as error:
            self.failures += 1
            log.warning("the reply could not be spoken: %s", error)
            playback.add(tone("error"))
        playback.end()
        left = max(0.0, playback.audio_ms - playback.played_ms) / 1000
        try:
            async with asyncio.timeout(left + STUCK_S):
                await playback.wait()
        except TimeoutError:
            self.failures += 1
            log.warning("the speaker did not play the reply (%s)", self._player.trouble or "it takes no sound")

    async def _settle(self, playback: Playback) -> None:
        """A stopped sound ends with its next frame; a dead device never takes one."""
        try:
            async with asyncio.timeout(0.25):
                await playback.wait()
        except TimeoutError:
            return


def _next(sentences: Iterator[Speech]) -> Speech | None:
    return next(sentences, None)
