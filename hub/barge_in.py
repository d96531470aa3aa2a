"""A reply that was stopped: how much of it was heard, what came next, what that meant, and the rest of it where nobody meant to stop it.

Knows the mouth, the journal and two turns; not who opened what. The raw event is on disk as soon as the reply stops, before anybody knows
by what; the class is written beside it, and hub.learning.reread classes stored events anew when the classifier has become better.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.interruption import CLASSED, RAW, VERSION, classify, unheard
from hub.keeping.store import Store
from hub.scene import Parts, Scene
from hub.turn import Turn
from hub.turn_json import to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """A reply that was stopped."""

    of: Turn
    reply: str
    began: datetime
    """When its first sample sounded."""
    at: datetime
    at_s: float
    """The same on the monotonic clock."""
    played_ms: int
    heard: str
    """The words of it that had sounded."""

    @property
    def turn(self) -> str:
        return self.of.id

    def row(self) -> dict[str, Any]:
        return {
            "began": self.began.isoformat(), "stopped": self.at.isoformat(), "played_ms": self.played_ms, "heard": self.heard,
            "heard_words": len(self.heard.split()), "reply_words": len(self.reply.split()),
        }  # fmt: skip


class BargeIn:
    """Stops replies and finds out by what. One for a conversation."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._stopped: Stopped | None = None
        self._resuming: tuple[Turn, str] | None = None

    def stop(self, turn: Turn | None, text: str) -> str | None:
        """Silences the mouth; the id of the turn whose reply `text` it was, or None where nothing sounded or no turn was speaking."""
        parts, mouth = self._parts, self._parts.mouth
        if mouth is None or not mouth.speaking:
            return None
        if self._resuming is not None:
            turn, text = self._resuming
        played, heard, first = round(mouth.played_ms), mouth.heard, mouth.first_sound
        mouth.interrupt()
        parts.tell("barge_in", turn=turn.id if turn is not None else None, played_ms=played)
        if turn is None:
            return None
        now, moment = parts.clock.now(), parts.clock.monotonic()
        began = now - timedelta(seconds=moment - first) if first is not None else now
        self._stopped = Stopped(of=turn, reply=text, began=began, at=now, at_s=moment, played_ms=played, heard=heard)
        if parts.store is not None:
            parts.writing.start(parts.store.add_event, RAW, at=now, turn=turn.id, **self._stopped.row())
        return turn.id

    async def after(self, turn: Turn, scene: Scene, free: Callable[[], bool]) -> str | None:
        """The turn that followed is over: the interruption gets its class, which is returned, and the rest is said if nobody meant it and
        `free` says that nobody waits. None where this turn interrupted nothing."""
        stopped, parts = self._stopped, self._parts
        if stopped is None or turn.opening.interrupted != stopped.turn:
            return None
        self._stopped = None
        if parts.store is None:
            return None
        row = await parts.writing.run(parts.store.turn, stopped.turn)
        if row is None:
            return None
        said = to_json(turn) if scene.reason != "no_speech" else None
        began_s = scene.watch.zero - (turn.utterance.speech_s if turn.utterance is not None else 0.0)
        gap_s = round(began_s - stopped.at_s, 2)
        found = classify(row, said, played_ms=stopped.played_ms, reply_ms=row.get("reply_audio_ms"), gap_s=gap_s)
        seen = {
            "class": found.kind, "p": found.p, "evidence": dict(found.evidence), "next": turn.id, "next_at": turn.opening.at.isoformat(),
            "classifier": VERSION,
        }  # fmt: skip
        await parts.writing.run(_write, parts.store, stopped, seen, turn.opening.at)
        if found.kind != "noise" or parts.mouth is None or not free():
            return found.kind
        rest = unheard(stopped.reply, len(stopped.heard), len(stopped.reply))
        if rest:
            parts.tell("resumed", turn=stopped.turn, text=rest)
            self._resuming = stopped.of, rest
            try:
                await parts.mouth.say(rest, softly=scene.softly)
            finally:
                self._resuming = None
        return found.kind


def _write(store: Store, stopped: Stopped, seen: dict[str, Any], at: datetime) -> None:
    with store.writing():
        row = store.turn(stopped.turn)
        played = (row or {}).get("feedback", {}).get("barge_in_ms")
        store.set_feedback(stopped.turn, barge_in_ms=played if played is not None else stopped.played_ms, barge_in=seen)
        store.add_event(CLASSED, at=at, turn=stopped.turn, **stopped.row(), **seen)
