"""A command goes out once, is never retained, and is done when the device itself says so. On a real broker with the simulated house."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from devices.broker import embedded_broker
from devices.bus import Bus
from devices.catalogue import Catalogue
from devices.command import execute
from devices.ecosystems import follow
from devices.home import Command, Home
from devices.homefile import load_home
from devices.simulated import HOME_FILE, House, simulated_house


@contextlib.asynccontextmanager
async def house_and_hub(owner: Home | None = None) -> AsyncIterator[tuple[House, Catalogue, Bus]]:
    async with embedded_broker() as url, simulated_house(url) as house, Bus(url, "hub") as bus:
        catalogue = Catalogue(owner)
        follow(bus, catalogue)
        assert await catalogue.settled()
        yield house, catalogue, bus


def command(entity_id: str, service: str, **data: Any) -> Command:
    return Command(entity_id=entity_id, service=f"{entity_id.partition('.')[0]}.{service}", data=data)


async def test_the_whole_simulated_house_is_found_by_discovery_alone_as_its_home_file_says() -> None:
    async with house_and_hub() as (house, catalogue, _):
        home, written = catalogue.home, load_home(HOME_FILE)
        assert set(home.entities) == set(written.entities)
        assert {key: home.state(key).value for key in home.entities} == {key: house.state(key).value for key in home.entities}
        for key, entity in written.entities.items():
            assert entity.name in (home.entities[key].name, *home.entities[key].aliases)
            area, wanted = home.area_of(key), written.area_of(key)
            assert (area.name if area else None) == (wanted.name if wanted else None)
        assert catalogue.problems == ()


async def test_every_kind_of_device_obeys_and_is_confirmed() -> None:
    async with house_and_hub(load_home(HOME_FILE)) as (house, catalogue, bus):
        for wish in (
            command("light.kitchen_ceiling", "turn_on", brightness_pct=40, color_name="blue"), command("light.kitchen_ceiling", "turn_off"),
            command("light.living_room_lamp", "turn_on", color_temp_kelvin=2700), command("switch.oven", "turn_on"),
            command("climate.ecobee", "set_temperature", temperature=23), command("cover.office_blinds", "set_cover_position", position=30),
            command("fan.ceiling_fan", "turn_on", percentage=80), command("media_player.tv", "play_media", media_content_id="Alien",
                                                                          media_content_type="movie"),
            command("lock.front_door", "unlock"), command("vacuum.vacuum", "start"), command("valve.sprinkler", "open_valve"),
            command("todo.shopping_list", "add_item", item="milk"), command("humidifier.bedroom_humidifier", "turn_on"),
            command("lawn_mower.mower", "start_mowing"), command("alarm_control_panel.home_alarm", "alarm_arm_home"),
        ):
            outcome = await execute(wish, catalogue, bus)
            assert outcome.status == "confirmed", outcome
            assert outcome.took_s < 1.0
        assert house.state("light.living_room_lamp").attributes["color_temp_kelvin"] == 2703
        assert catalogue.home.state("todo.shopping_list").attributes["items"] == ["bread", "apples", "milk"]
        scene = await execute(command("scene.mood_lighting", "turn_on"), catalogue, bus)
        assert scene.status == "sent"
        assert len(house.obeyed) == 16


async def test_commands_go_out_with_qos_one_and_are_never_retained() -> None:
    async with house_and_hub() as (_, catalogue, bus):
        heard: list[bool] = []
        async with Bus(bus.broker, "late", announce=False) as late:
            await execute(command("light.desk_lamp", "turn_on"), catalogue, bus)
            late.subscribe("simulated/light/desk_lamp/set", lambda topic, payload, retained: heard.append(retained))
            assert await late.wait_connected(5)
            await asyncio.sleep(0.2)
            assert heard == []
            await execute(command("light.desk_lamp", "turn_off"), catalogue, bus)
            await asyncio.sleep(0.1)
            assert heard == [False]


async def test_a_device_that_is_unplugged_is_unavailable_and_comes_back() -> None:
    async with house_and_hub() as (house, catalogue, bus):
        assert (await execute(command("light.porch_light", "turn_on"), catalogue, bus)).status == "unavailable"
        await house.unplug("light.desk_lamp")
        await asyncio.sleep(0.1)
        assert catalogue.home.state("light.desk_lamp").value == "unavailable"
        assert (await execute(command("light.desk_lamp", "turn_on"), catalogue, bus)).code == "unavailable"
        await house.plug_in("light.desk_lamp")
        await asyncio.sleep(0.1)
        assert (await execute(command("light.desk_lamp", "turn_on"), catalogue, bus)).status == "confirmed"


async def test_a_device_that_says_nothing_times_out_within_the_deadline() -> None:
    async with house_and_hub() as (house, catalogue, bus):
        house.silent.add("light.desk_lamp")
        outcome = await execute(command("light.desk_lamp", "turn_on"), catalogue, bus, deadline_s=0.4)
        assert (outcome.status, outcome.code) == ("timed_out", "no_echo")
        assert 0.4 <= outcome.took_s < 0.8


async def test_a_state_that_is_so_already_is_confirmed_without_waiting_for_long() -> None:
    async with house_and_hub() as (house, catalogue, bus):
        outcome = await execute(command("lock.front_door", "lock"), catalogue, bus)
        assert (outcome.status, outcome.code) == ("confirmed", "already")
        house.silent.add("lock.front_door")
        outcome = await execute(command("lock.front_door", "lock"), catalogue, bus)
        assert (outcome.status, outcome.code) == ("sent", "already")
        assert outcome.took_s < 1.0


@pytest.mark.parametrize(("wish", "status", "code"), [
    (command("light.none", "turn_on"), "refused", "no_such_entity"), (command("sensor.oven_temperature", "turn_on"), "refused",
        "not_supported"),
    (command("climate.ecobee", "set_temperature", temperature=99), "refused", "bad_value"),
    (command("light.standing_light", "turn_on", brightness_pct=5), "refused", "not_supported"),
    (Command(entity_id=None, service="mqtt.publish", data={"topic": "coffee", "payload": "x"}), "sent", None),
    (Command(entity_id=None, service="mqtt.publish", data={}), "refused", "bad_value"),
])
async def test_what_cannot_be_done_is_refused_with_a_stable_code(wish: Command, status: str, code: str | None) -> None:
    async with house_and_hub() as (_, catalogue, bus):
        outcome = await execute(wish, catalogue, bus)
        assert (outcome.status, outcome.code) == (status, code)


async def test_without_a_broker_nothing_is_done_and_it_is_said_so() -> None:
    async with house_and_hub() as (_, catalogue, bus):
        async with Bus("mqtt://127.0.0.1:9", "alone") as alone:
            outcome = await execute(command("light.desk_lamp", "turn_on"), catalogue, alone)
        assert (outcome.status, outcome.code) == ("unavailable", "broker_down")
        assert bus.connected


async def test_many_commands_at_once_each_wait_for_their_own_device() -> None:
    async with house_and_hub() as (house, catalogue, bus):
        lamps = [key for key in catalogue.home.entities if key.startswith("light.") and catalogue.home.state(key).available]
        outcomes = await asyncio.gather(*(execute(command(key, "turn_on"), catalogue, bus) for key in lamps))
        assert {outcome.status for outcome in outcomes} == {"confirmed"}
        assert all(house.state(key).value == "on" for key in lamps)


async def test_somebody_at_the_switch_and_the_hub_are_told_apart() -> None:
    async with house_and_hub() as (house, catalogue, bus):
        causes: list[tuple[str, str, str]] = []
        catalogue.on_change(lambda home, key, before, after, cause: causes.append((key, after.value, cause)))
        await execute(command("light.desk_lamp", "turn_on"), catalogue, bus)
        await house.set("light.garage_light", "on")
        await house.set("sensor.outdoor_humidity", 70)
        await asyncio.sleep(0.2)
        assert causes == [("light.desk_lamp", "on", "voice"), ("light.garage_light", "on", "app"), ("sensor.outdoor_humidity", "70",
            "device")]
        assert all(home_state.changed for home_state in [catalogue.home.state("light.garage_light")])


async def test_the_ovens_thermometer_follows_the_oven() -> None:
    async with house_and_hub() as (_, catalogue, bus):
        cold = float(catalogue.home.state("sensor.oven_temperature").value)
        await execute(command("switch.oven", "turn_on"), catalogue, bus)
        await asyncio.sleep(1.3)
        assert float(catalogue.home.state("sensor.oven_temperature").value) > cold + 10
