"""What the bus says and what the owner wrote become one house; and one lamp stays one lamp."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from mqtt_dump import readers, replay

from devices.catalogue import Catalogue
from devices.home import Home, State
from devices.homeassistant import HomeAssistant
from devices.homefile import parse_home


def feed(catalogue: Catalogue, component: str, key: str, **config: Any) -> None:
    catalogue.feed(f"homeassistant/{component}/{key}/config", json.dumps({"cmd_t": f"{key}/set", "stat_t": f"{key}/state",
        **config}).encode())


def test_the_owners_file_names_what_the_bus_finds() -> None:
    owner = parse_home({"areas": [{"id": "k", "name": "Kitchen"}], "entities": [
        {"id": "light.cooking", "name": "Cooking Light", "aliases": ["hob light"], "area": "k", "unique_id": "u1"},
        {"id": "switch.box_fan", "name": "Hood", "area": "k"}, {"id": "light.shelf", "name": "Shelf", "area": "k"}]})
    catalogue = Catalogue(owner, [HomeAssistant()])
    feed(catalogue, "light", "a", name="L1", uniq_id="u1", sa="Attic")
    feed(catalogue, "switch", "b", name="Fan", dev={"ids": "1", "name": "Box"})
    feed(catalogue, "light", "c", name="Shelf")
    home = catalogue.home
    assert set(home.entities) == {"light.cooking", "switch.box_fan", "light.shelf"}
    assert home.entities["light.cooking"].name == "Cooking Light"
    assert home.entities["light.cooking"].aliases == ("hob light", "L1")
    assert home.entities["switch.box_fan"].area == home.entities["light.shelf"].area == "k"
    assert set(catalogue.wiring) == set(home.entities)


def test_a_suggested_area_is_the_owners_of_that_name_or_a_new_one() -> None:
    catalogue = Catalogue(parse_home({"areas": [{"id": "lr", "name": "Living Room", "aliases": ["lounge"]}]}), [HomeAssistant()])
    feed(catalogue, "light", "a", name="A", dev={"ids": "1", "name": "A", "sa": "Lounge"})
    feed(catalogue, "light", "b", name="B", dev={"ids": "2", "name": "B", "sa": "Wine Cellar"})
    home = catalogue.home
    assert home.entities["light.a"].area == "lr"
    assert home.areas[home.entities["light.b"].area or ""].name == "Wine Cellar"


def test_one_lamp_told_by_two_readers_is_one_lamp() -> None:
    for backwards in (False, True):
        catalogue = replay("zigbee2mqtt", backwards=backwards)
        lamps = [entity.id for entity in catalogue.home.entities.values() if "Ceiling Lamp" in entity.name]
        assert len(lamps) == 1
        assert catalogue.wiring[lamps[0]].source == "zigbee2mqtt"


def test_what_the_owner_wrote_and_nobody_answers_for_is_told_to_doctor() -> None:
    catalogue = Catalogue(parse_home({"entities": [{"id": "light.gone", "name": "Gone", "state": "on"}]}), [HomeAssistant()])
    feed(catalogue, "light", "a", name="A")
    assert "light.gone" in catalogue.home.entities
    assert any("Gone" in finding.what for finding in catalogue.problems)
    assert catalogue.wiring.get("light.gone") is None


def test_changes_are_told_with_their_cause_and_repetitions_are_not() -> None:
    catalogue = Catalogue(None, [HomeAssistant()])
    feed(catalogue, "light", "a", name="A")
    catalogue.feed("homeassistant/binary_sensor/m/config", b'{"name": "Motion", "stat_t": "m"}')
    told: list[tuple[str, str, str, str]] = []

    def heard(home: Home, entity_id: str, before: State, after: State, cause: str) -> None:
        assert home.state(entity_id) == after
        told.append((entity_id, before.value, after.value, cause))

    catalogue.on_change(heard)
    assert len(catalogue.home.entities) == 2
    for topic, payload in (("a/state", b"OFF"), ("m", b"OFF"), ("a/state", b"ON"), ("a/state", b"ON"), ("m", b"ON")):
        catalogue.feed(topic, payload)
    catalogue.expect("light.a")
    catalogue.feed("a/state", b"OFF")
    assert told == [("light.a", "off", "on", "app"), ("binary_sensor.motion", "off", "on", "device"), ("light.a", "on", "off", "voice")]


def test_a_state_change_keeps_the_names_version_and_moves_the_version() -> None:
    catalogue = Catalogue(None, [HomeAssistant()])
    feed(catalogue, "light", "a", name="A")
    first = catalogue.home
    catalogue.feed("a/state", b"ON")
    second = catalogue.home
    assert (second.names_version, second.version) == (first.names_version, first.version + 1)
    feed(catalogue, "light", "b", name="B")
    assert catalogue.home.names_version != first.names_version
    assert catalogue.home.state("light.a").value == "on"


def test_a_thousand_announcements_are_merged_in_seconds() -> None:
    catalogue = Catalogue(None, [HomeAssistant()])
    for number in range(1000):
        feed(catalogue, "light", f"l{number}", name=f"Lamp {number}", uniq_id=f"u{number}")
        catalogue.feed(f"l{number}/state", b"ON")
    assert len(catalogue.home.entities) == 1000
    assert all(state.value == "on" for state in catalogue.home.states.values())


@pytest.mark.parametrize("names", [("homeassistant", "zigbee2mqtt", "tasmota", "homie")])
def test_all_ecosystems_live_in_one_house(names: tuple[str, ...]) -> None:
    catalogue = replay(*names)
    sources = {wiring.source for wiring in catalogue.wiring.values()}
    assert sources == {"homeassistant", "zigbee2mqtt", "tasmota", "homie"}
    assert len(catalogue.home.entities) == len(catalogue.wiring)
    assert len(readers()) == 4


async def test_a_motion_sensor_that_only_says_on_falls_off_and_an_old_reading_counts_no_more() -> None:
    catalogue = Catalogue(None, [HomeAssistant()])
    catalogue.feed("homeassistant/binary_sensor/m/config", b'{"name": "Motion", "stat_t": "m", "off_dly": 0.05}')
    catalogue.feed("homeassistant/sensor/t/config", b'{"name": "T", "stat_t": "t", "exp_aft": 0.05}')
    catalogue.feed("m", b"ON")
    catalogue.feed("t", b"21")
    assert [catalogue.home.state(key).value for key in ("binary_sensor.motion", "sensor.t")] == ["on", "21"]
    await asyncio.sleep(0.15)
    assert [catalogue.home.state(key).value for key in ("binary_sensor.motion", "sensor.t")] == ["off", "unavailable"]
    catalogue.feed("t", b"22")
    assert catalogue.home.state("sensor.t").value == "22"
    await asyncio.sleep(0.1)


def test_what_devices_say_at_the_start_is_no_change_of_the_house() -> None:
    catalogue = Catalogue(None, [HomeAssistant()])
    feed(catalogue, "light", "a", name="A", avty_t="a/lwt")
    told: list[tuple[str, str, str]] = []
    catalogue.on_change(lambda home, entity_id, before, after, cause: told.append((before.value, after.value, cause)))
    assert catalogue.home.state("light.a").value == "unavailable"
    for topic, payload in (("a/lwt", b"online"), ("a/state", b"ON")):
        catalogue.feed(topic, payload, True)
    assert catalogue.home.state("light.a").value == "on"
    assert told == []
    for topic, payload in (("a/lwt", b"offline"), ("a/lwt", b"online"), ("a/state", b"OFF")):
        catalogue.feed(topic, payload)
    assert told == [("on", "unavailable", "device"), ("unavailable", "on", "device"), ("on", "off", "app")]
