"""The hub shows itself on the bus as one device, says how it is, obeys its switches, and tells no words unless its owner wants it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import aiomqtt
import pytest

from devices.broker import embedded_broker
from devices.bus import Bus
from hub.config import Config, PrivacySettings
from hub.keeping.store import Store
from hub.running.presence import Face
from hub.turn import Decision, Opening, Turn
from models.said import Utterance

TURN = Turn(
    id="t", opening=Opening(kind="wake", at=datetime(2026, 11, 1, tzinfo=UTC)), utterance=Utterance(text="secret words", confidence=1),
    decision=Decision(kind="act"), reply="secret answer",
)  # fmt: skip


@pytest.fixture
async def hub(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[SimpleNamespace]:
    done: list[object] = []
    seen: dict[str, str] = {}

    async def mute(on: bool) -> None:
        done.append(("mute", on))

    async def undo() -> None:
        done.append("undo")

    async def watch(client: aiomqtt.Client) -> None:
        async for message in client.messages:
            assert isinstance(message.payload, bytes)
            seen[message.topic.value] = message.payload.decode()

    async with embedded_broker() as url, aiomqtt.Client("127.0.0.1", int(url.rpartition(":")[2])) as client:
        await client.subscribe("hub/#")
        await client.subscribe("homeassistant/#")
        task = asyncio.create_task(watch(client))
        with Store(tmp_path / "hub.db") as store:
            bus = Bus(url, "hub")
            config = Config(privacy=PrivacySettings(publish_transcripts=getattr(request, "param", False)))
            face = Face(bus, config, store, mute=mute, volume=lambda gain: done.append(gain), undo=undo)
            async with bus:
                await bus.wait_connected(5)
                yield SimpleNamespace(face=face, seen=seen, done=done, client=client, store=store)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.02)


async def test_its_state_follows_the_turn_and_no_word_is_told(hub: SimpleNamespace) -> None:
    for event, state in (("wake", "listening"), ("decided", "processing"), ("speaking", "responding"), ("turn", "idle")):
        hub.face.take(event, {"turn": TURN})
        await until(lambda wanted=state: hub.seen.get("hub/hub/state") == wanted)  # type: ignore[misc]
    await until(lambda: any(topic.startswith("homeassistant/device/") for topic in hub.seen))
    assert "secret" not in json.dumps(hub.seen)


@pytest.mark.parametrize("hub", [True], indirect=True)
async def test_words_are_told_where_the_owner_wants_it(hub: SimpleNamespace) -> None:
    hub.face.take("decided", {"turn": TURN})
    await until(lambda: hub.seen.get("hub/hub/heard") == "secret words")
    assert "secret answer" not in json.dumps(hub.seen)


async def test_mute_volume_and_undo_can_be_set_from_the_bus_and_are_kept(hub: SimpleNamespace) -> None:
    for key, payload in (("mute", "ON"), ("volume", "40"), ("undo", "PRESS"), ("volume", "loud"), ("mute", "maybe")):
        await hub.client.publish(f"hub/hub/{key}/set", payload, qos=1)
    await until(lambda: {"undo", 0.4, ("mute", True)} <= set(hub.done))
    await until(lambda: hub.seen.get("hub/hub/mute") == "ON" and hub.seen.get("hub/hub/volume") == "40")
    assert hub.store.get("muted") is True
    assert hub.store.get("volume") == 40
