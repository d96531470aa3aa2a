"""The hub is a device of the house, as Home Assistant would read it; nothing said aloud is told."""

from __future__ import annotations

import asyncio
import json

import pytest

from devices.announce_self import STATES, Presence, announcement
from devices.broker import embedded_broker
from devices.bus import Bus
from devices.catalogue import Catalogue
from devices.homeassistant import HomeAssistant


def test_another_hub_reads_the_announcement_without_a_complaint() -> None:
    topic, payload = announcement("kitchen", version="1.0", wake_words=["alexa", "hey jarvis"], area="Kitchen")
    report = HomeAssistant(hub="other").read(topic, payload.encode())
    assert report is not None
    assert report.problems == ()
    assert {found.domain for found in report.found} == {"sensor", "switch", "number", "button", "event", "select"}
    catalogue = Catalogue(None, [HomeAssistant(hub="other")])
    catalogue.feed(topic, payload.encode())
    assert not [entity for entity in catalogue.home.entities if "mute" in entity], "what only configures a device is nobody's to say"


def test_the_hub_does_not_find_itself() -> None:
    topic, payload = announcement("kitchen")
    assert HomeAssistant(hub="kitchen").read(topic, payload.encode()) is None


@pytest.mark.parametrize("transcripts", [False, True])
def test_what_was_heard_is_announced_only_where_the_owner_wants_it(transcripts: bool) -> None:
    parts = json.loads(announcement("h", transcripts=transcripts)[1])["cmps"]
    assert ("heard" in parts) is transcripts
    assert parts["state"]["ops"] == list(STATES)


async def test_states_are_shown_commands_are_passed_on_and_home_assistants_birth_is_answered() -> None:
    async with embedded_broker() as url, Bus(url, "kitchen") as bus, Bus(url, "watch", announce=False) as watch:
        heard: asyncio.Queue[tuple[str, str, str]] = asyncio.Queue()
        set_here: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        presence = Presence(bus, lambda key, value: set_here.put_nowait((key, value)))
        for pattern in ("hub/kitchen/state", "hub/kitchen/heard", "homeassistant/device/kitchen/config"):
            watch.subscribe(pattern, lambda topic, payload, retained: heard.put_nowait((topic, payload.decode()[:10], str(retained))))
        assert await bus.wait_connected(5)
        assert await watch.wait_connected(5)
        async with asyncio.timeout(10):
            assert (await heard.get())[0] == "homeassistant/device/kitchen/config"
            presence.show("heard", "a secret")
            presence.show("state", "listening")
            assert (await heard.get())[:2] == ("hub/kitchen/state", "listening")
            await watch.publish("hub/kitchen/mute/set", "ON")
            assert await set_here.get() == ("mute", "ON")
            await watch.publish("homeassistant/status", "online")
            assert {(await heard.get())[0] for _ in range(2)} == {"homeassistant/device/kitchen/config", "hub/kitchen/state"}
        assert heard.empty()
