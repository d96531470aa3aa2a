"""Two hubs hear the same person: the louder answers, the other stays quiet and is free at once. A real broker between them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from hypothesis import given
from hypothesis import strategies as st

from devices.broker import embedded_broker
from devices.bus import Bus
from hub.running.arbitration import Arbitration, Bid, louder


@asynccontextmanager
async def hubs(*names: str) -> AsyncIterator[tuple[list[Arbitration], list[Bus]]]:
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(embedded_broker())
        buses = [await stack.enter_async_context(Bus(url, name)) for name in names]
        judges = [await stack.enter_async_context(Arbitration(bus, bus.name)) for bus in buses]
        for bus in buses:
            assert await bus.wait_connected(5)
        await asyncio.sleep(0.2)
        yield judges, buses


async def test_the_louder_of_two_hubs_answers_within_a_tenth_of_a_second() -> None:
    async with hubs("kitchen", "hall") as (judges, _):
        start = time.monotonic()
        assert await asyncio.gather(judges[0].answers(-31.0), judges[1].answers(-22.0)) == [False, True]
        assert time.monotonic() - start < 0.25
        await asyncio.sleep(0.8)
        assert await judges[0].answers(-40.0)


async def test_a_hub_that_wakes_late_leaves_the_answer_to_the_one_that_has_begun() -> None:
    async with hubs("kitchen", "hall") as (judges, _):
        first = asyncio.create_task(judges[0].answers(-31.0))
        await asyncio.sleep(0.25)
        assert not await judges[1].answers(-10.0)
        assert await first


async def test_a_hub_without_a_broker_answers() -> None:
    async with Bus("mqtt://127.0.0.1:9", "lonely") as bus, Arbitration(bus, "lonely") as judge:
        assert await judge.answers(-60.0)


async def test_a_message_that_is_no_bid_is_left_out() -> None:
    async with hubs("kitchen", "hall") as (judges, buses):
        await buses[1].publish("hub/hall/wake", "me me me")
        await asyncio.sleep(0.1)
        assert await judges[0].answers(-60.0)


@given(levels=st.lists(st.floats(-90, 0), min_size=1, max_size=6))
def test_exactly_one_hub_answers_whatever_they_heard(levels: list[float]) -> None:
    bids = [Bid(hub=f"hub{n}", loudness_db=level) for n, level in enumerate(levels)]
    assert sum(louder(bid, bids) for bid in bids) == 1
