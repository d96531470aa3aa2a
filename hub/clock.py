"""The one clock: wall time with zone and a monotonic one. Tests hand in their own."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """Local time, with zone."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back; what durations are measured by."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now().astimezone()

    def monotonic(self) -> float:
        return time.monotonic()


class FixedClock:
    """Wall time as somebody says it is (`--now`), which stands still; durations are real."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def monotonic(self) -> float:
        return time.monotonic()


class LoopClock:
    """Wall time that starts at a given moment and goes on with the event loop's time, which tests make virtual."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._from: float | None = None

    def now(self) -> datetime:
        moment = self.monotonic()
        if self._from is None:
            self._from = moment
        return self._start + timedelta(seconds=moment - self._from)

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()


def parse_now(text: str) -> datetime:
    """ISO 8601; without a zone it is local time. ValueError says what was found."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no ISO 8601 time, such as 2026-11-01T07:00:00+01:00") from None
    return moment if moment.tzinfo else moment.astimezone()
