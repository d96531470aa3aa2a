"""A sound card for tests that can be pulled out and plugged in again. Promises nothing itself."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

from hub.errors import AudioError
from hub.sound.audio import FRAME


class FakeCard:
    """A sound system whose card can be pulled out: gives a frame every 20 ms from a thread of its own while it is in."""

    def __init__(self) -> None:
        self.plugged, self.stuck, self.opened, self.refreshed = True, False, 0, 0

    def devices(self) -> list[str]:
        return ["fake"] if self.plugged else []

    def refresh(self) -> None:
        self.refreshed += 1

    def open_input(self, device: str | int | None, give: Callable[[bytes, float], None], alive: Callable[[], None]) -> FakeStream:
        return FakeStream(self, lambda: (alive(), give(b"\1\0" * FRAME, time.monotonic())))

    def open_output(self, device: str | int | None, pull: Callable[[int, float], bytes], alive: Callable[[], None]) -> FakeStream:
        return FakeStream(self, lambda: (alive(), pull(FRAME, 0.0)))


class FakeStream:
    def __init__(self, card: FakeCard, tick: Callable[[], object]) -> None:
        if not card.plugged:
            raise AudioError("There is no such sound card", "input default", "Plug one in.")
        self.card, self.tick, self.active = card, tick, True
        card.opened += 1
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self) -> None:
        while self.active:
            time.sleep(0.02)
            if not self.card.plugged:
                self.active = False
            elif not self.card.stuck:
                self.tick()

    def close(self) -> None:
        self.active = False
        self.thread.join()


async def until(condition: Callable[[], bool], seconds: float) -> float:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "it took too long"
        await asyncio.sleep(0.02)
    return time.monotonic() - began
