"""What the hub says by itself: timers that ring, reminders, what was missed. Knows tones and sentences, not how timers run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from hub.keeping.timers import Timer
from hub.saying import wording
from hub.saying.timer_words import timer_name
from hub.speak import Mouth
from models.phrases import phrase
from models.voice.tones import tone

Tell = Callable[..., None]


class Announcer:
    """Speaks for the timers. An announcement is no turn; a wake word stops it like a reply."""

    def __init__(self, mouth: Mouth | None, now: Callable[[], datetime], tell: Tell) -> None:
        self._mouth, self._now, self._tell = mouth, now, tell

    async def timer(self, timer: Timer, how: str) -> None:
        """`how`: rings · again · missed · reminder · happened · expired."""
        text = sentence(timer, how, self._now())
        self._tell("announce", timer=timer.id, kind=timer.kind, how=how, text=text)
        if self._mouth is None:
            return
        if how == "again":
            await self._mouth.say("", before=tone("timer"))
        else:
            await self._mouth.say(text, before=tone("timer") if how == "rings" else None)


def sentence(timer: Timer, how: str, now: datetime) -> str:
    """What is said of a timer that is up, in the language's own words."""
    when = wording.clock(timer.due.astimezone(now.tzinfo))
    if timer.awaited is not None and how in ("happened", "expired"):
        fact = timer.awaited.fact
        said = fact if how == "expired" else fact[:1].upper() + fact[1:]
        return phrase(f"ringing.{how}", timer.id, fact=said)
    values = {"name": timer_name(timer), "time": when, "message": timer.message or timer.name or "something"}
    if how == "missed":
        return phrase(f"ringing.missed_{timer.kind if timer.kind in ('alarm', 'reminder') else 'timer'}", timer.id, **values)
    if timer.kind == "reminder" or how == "reminder":
        return phrase("ringing.reminder", timer.id, **values)
    if timer.kind == "alarm":
        named = timer.message or timer.name
        return phrase("ringing.alarm_named" if named else "ringing.alarm", timer.id, **{**values, "name": named or ""})
    return phrase("ringing.timer" if timer.name else "ringing.timer_plain", timer.id, **values)
