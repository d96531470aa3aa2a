"""A device of somebody else (ha-mqtt-discoverable) on mosquitto with login and on the embedded broker: found, driven, confirmed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from mosquitto_broker import mosquitto

from devices.broker import embedded_broker
from devices.bus import Bus, parse_broker
from devices.catalogue import Catalogue
from devices.command import execute
from devices.ecosystems import follow
from devices.home import Command

hamd = pytest.importorskip("ha_mqtt_discoverable", reason="ha-mqtt-discoverable is not installed")
sensors = pytest.importorskip("ha_mqtt_discoverable.sensors")


@pytest.fixture
def vendor(request: pytest.FixtureRequest) -> Iterator[list[Any]]:
    made: list[Any] = []
    yield made
    for entity in made:
        entity.mqtt_client.loop_stop()
        entity.mqtt_client.disconnect()


def devices_of(url: str, made: list[Any]) -> None:
    """A lamp and a switch with a thermometer, as that library's users write them."""
    broker = parse_broker(url)
    settings = hamd.Settings.MQTT(host=broker.host, port=broker.port, username=broker.user, password=broker.password)
    about = hamd.DeviceInfo(name="Workshop Box", identifiers="box_1", suggested_area="Workshop")

    def lamp_said(client: Any, data: Any, message: Any) -> None:
        wish = json.loads(message.payload.decode())
        if wish.get("state") == "OFF":
            lamp.off()
        elif "color" in wish:
            lamp.color("rgb", wish["color"])
        elif "brightness" in wish:
            lamp.brightness(wish["brightness"])
        else:
            lamp.on()

    def switch_said(client: Any, data: Any, message: Any) -> None:
        switch.on() if message.payload.decode() == "ON" else switch.off()

    lamp_info = sensors.LightInfo(name="Bench Lamp", unique_id="bench_lamp", device=about, brightness=True, color_mode=True,
                                  supported_color_modes=["rgb"])
    lamp = sensors.Light(hamd.Settings(mqtt=settings, entity=lamp_info), lamp_said)
    made.append(lamp)
    switch_info = sensors.SwitchInfo(name="Drill", unique_id="drill", device=about)
    switch = sensors.Switch(hamd.Settings(mqtt=settings, entity=switch_info), switch_said)
    made.append(switch)
    sensor_info = sensors.SensorInfo(name="Temperature", unique_id="temp", device=about, device_class="temperature",
        unit_of_measurement="°C")
    sensor = sensors.Sensor(hamd.Settings(mqtt=settings, entity=sensor_info))
    made.append(sensor)
    lamp.off()
    switch.off()
    sensor.set_state(18.5)


@contextlib.asynccontextmanager
async def hub_on(url: str) -> AsyncIterator[tuple[Catalogue, Bus]]:
    async with Bus(url, "hub") as bus:
        catalogue = Catalogue()
        follow(bus, catalogue)
        yield catalogue, bus


def named(catalogue: Catalogue, name: str) -> str:
    return next(entity.id for entity in catalogue.home.entities.values() if name in (entity.name, *entity.aliases))


async def drive(catalogue: Catalogue, bus: Bus, vendor: list[Any]) -> None:
    until = time.monotonic() + 10
    while (len(catalogue.home.entities) < 3 or "18.5" not in [state.value for state in catalogue.home.states.values()]
           ) and time.monotonic() < until:
        await catalogue.settled(quiet_s=0.2, at_most_s=1)
        vendor[2].set_state(18.5)  # that library retains no states; a real thermometer repeats itself
    lamp, drill, temperature = (named(catalogue, name) for name in ("Bench Lamp", "Workshop Box Drill", "Workshop Box Temperature"))
    area = catalogue.home.area_of(lamp)
    assert area is not None
    assert area.name == "Workshop"
    assert catalogue.home.state(temperature).value == "18.5"
    for command in (
        Command(entity_id=drill, service="switch.turn_on"), Command(entity_id=drill, service="switch.turn_off"),
        Command(entity_id=lamp, service="light.turn_on"), Command(entity_id=lamp, service="light.turn_on", data={"brightness_pct": 30}),
        Command(entity_id=lamp, service="light.turn_on", data={"color_name": "blue"}), Command(entity_id=lamp, service="light.turn_off"),
    ):
        outcome = await execute(command, catalogue, bus)
        assert outcome.status == "confirmed", (command, outcome)
    assert catalogue.home.state(lamp).attributes["rgb_color"] == [0, 0, 255]


async def test_a_foreign_device_is_found_driven_and_confirmed_on_mosquitto_with_login(tmp_path: Path, vendor: list[Any]) -> None:
    with mosquitto(tmp_path) as broker:
        async with hub_on(broker.url()) as (catalogue, bus):
            await asyncio.to_thread(devices_of, broker.url(), vendor)
            await drive(catalogue, bus, vendor)


async def test_a_foreign_device_is_found_driven_and_confirmed_on_the_embedded_broker(vendor: list[Any]) -> None:
    async with embedded_broker() as url:
        await asyncio.to_thread(devices_of, url, vendor)
        async with hub_on(url) as (catalogue, bus):
            await drive(catalogue, bus, vendor)


async def test_after_the_broker_was_killed_and_came_back_the_device_is_driven_again_within_ten_seconds(
    tmp_path: Path, vendor: list[Any]
) -> None:
    with mosquitto(tmp_path) as broker:
        async with hub_on(broker.url()) as (catalogue, bus):
            await asyncio.to_thread(devices_of, broker.url(), vendor)
            await drive(catalogue, bus, vendor)
            drill = named(catalogue, "Workshop Box Drill")
            broker.kill()
            await asyncio.sleep(0.5)
            outcome = await execute(Command(entity_id=drill, service="switch.turn_on"), catalogue, bus)
            assert (outcome.status, outcome.code) == ("unavailable", "broker_down")
            broker.start()
            back = time.monotonic()
            while outcome.status != "confirmed" and time.monotonic() - back < 10:
                outcome = await execute(Command(entity_id=drill, service="switch.turn_on"), catalogue, bus, deadline_s=1.0)
                await asyncio.sleep(0.1)
            assert outcome.status == "confirmed"
            assert time.monotonic() - back <= 10
