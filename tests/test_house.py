"""The house on its broker is followed by the ear: what is discovered can be spoken of, and what is gone cannot be mistaken for it."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import aiomqtt
import numpy as np
import soundfile

from devices.broker import embedded_broker
from hub.config import Config, MqttSettings
from hub.running.house import House, open_house
from models.automaton import grammar
from models.hearing.asr_moonshine import Moonshine
from models.said import Utterance
from tests.conftest import installed


def heard(engine: Moonshine, house: House, pcm: np.ndarray) -> Utterance:
    """One utterance, as a turn hears it: in the grammar of the house as it is now."""
    engine.start(grammar.build(house.home()))
    engine.accept(pcm)
    return engine.finish()


async def test_a_lamp_is_heard_by_its_name_seconds_after_it_was_discovered(shared: Path, tmp_path: Path) -> None:
    engine = Moonshine(installed("moonshine-tiny/encoder"), installed("moonshine-tiny/decoder"), installed("moonshine-tiny/tokenizer"))
    pcm, _ = soundfile.read(shared / "home_commands" / "audio" / "tts_turn_the_standing_light_in_the_office_on.flac", dtype="int16")
    owner = tmp_path / "home.yaml"
    owner.write_text("areas: [{id: office, name: Office}]\nentities: [{id: light.desk, name: Desk Lamp, area: office, state: 'off'}]\n")
    topic = "homeassistant/light/standing/config"
    lamp = {"name": "Standing Light", "unique_id": "standing", "command_topic": "standing/set", "state_topic": "standing"}
    async with (
        embedded_broker() as url,
        aiomqtt.Client("127.0.0.1", int(url.rpartition(":")[2])) as client,
        open_house(Config(mqtt=MqttSettings(broker=url)), owner, settle=True) as house,
    ):
        before = heard(engine, house, pcm)
        assert "standing light" not in before.text or before.confidence < 0.5, before
        began = time.monotonic()
        await client.publish(topic, json.dumps(lamp), retain=True)
        async with asyncio.timeout(5):
            while not any(e.name == "Standing Light" for e in house.home().entities.values()):
                await asyncio.sleep(0.02)
        after = heard(engine, house, pcm)
        assert after.text == "turn the standing light in the office on"
        assert after.in_house
        assert time.monotonic() - began < 10
        await client.publish(topic, "", retain=True)
        async with asyncio.timeout(5):
            while any(e.name == "Standing Light" for e in house.home().entities.values()):
                await asyncio.sleep(0.02)
        assert heard(engine, house, pcm).text == before.text
