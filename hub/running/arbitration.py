"""Which of several hubs answers when all heard the same person: the one that heard best. Knows loudness and MQTT, no words.

Each hub that wakes publishes how loud it heard the wake word, waits a tenth of a second for the others, and the louder one answers. The
others are free at once. Without a broker there is nobody to ask, and the hub answers.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import msgspec

from devices.bus import Bus, BusDown

log = logging.getLogger("hub.running.arbitration")

WAIT_S = 0.1
RECENT_S = 0.7
"""Bids older than this are for another wake word: sound and network reach all hubs of a house well within it."""


class Bid(msgspec.Struct, frozen=True):
    """What a hub publishes when it wakes."""

    hub: str
    loudness_db: float
    """Level of the wake word, dB relative to full scale; nearer is louder."""


@dataclass(frozen=True, slots=True)
class _Heard:
    bid: Bid
    at_s: float


def louder(mine: Bid, others: list[Bid]) -> bool:
    """Whether `mine` wins; equal loudness is settled by name, so that exactly one hub answers."""
    return all((mine.loudness_db, mine.hub) > (other.loudness_db, other.hub) for other in others if other.hub != mine.hub)


class Arbitration:
    """Listens to the bids of the other hubs on this broker, as long as the context is open."""

    def __init__(self, bus: Bus, name: str) -> None:
        self._bus, self._name = bus, name
        self._heard: dict[str, _Heard] = {}
        self._end: Callable[[], None] | None = None

    async def __aenter__(self) -> Self:
        self._end = self._bus.subscribe("hub/+/wake", self._take)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._end is not None:
            self._end()

    async def answers(self, loudness_db: float) -> bool:
        """Whether this hub is the one to answer; takes WAIT_S where there is a broker, no time where there is none."""
        mine = Bid(hub=self._name, loudness_db=loudness_db)
        if not self._bus.connected:
            return True
        asked_at = asyncio.get_running_loop().time()
        try:
            await self._bus.publish(f"hub/{self._name}/wake", msgspec.json.encode(mine), qos=0)
        except BusDown:
            return True
        await asyncio.sleep(WAIT_S)
        now = asyncio.get_running_loop().time()
        rivals = [heard for heard in self._heard.values() if now - heard.at_s <= RECENT_S]
        decided = any(heard.at_s < asked_at - WAIT_S for heard in rivals)  # it has waited for bids already, and answers
        won = not decided and louder(mine, [heard.bid for heard in rivals])
        if not won:
            log.info("another hub heard it better; this one stays quiet")
        return won

    def _take(self, topic: str, payload: bytes, retained: bool) -> None:
        try:
            bid = msgspec.json.decode(payload, type=Bid)
        except msgspec.MsgspecError as problem:
            log.warning("%s: not a bid, left out: %s", topic, problem)
            return
        if not retained and bid.hub != self._name:
            self._heard[bid.hub] = _Heard(bid, asyncio.get_running_loop().time())
