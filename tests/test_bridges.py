"""Zigbee2MQTT, Tasmota and Homie in their own languages: what is found in recorded dumps, and how it is commanded."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mqtt_dump import NAMES, lines, readers, replay

from devices.catalogue import Catalogue
from devices.expected import canonical, expected_state
from devices.home import Command
from devices.wiring import CannotDo


def sends(catalogue: Catalogue, entity_id: str, service: str, data: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    command = Command(entity_id=entity_id, service=f"{entity_id.partition('.')[0]}.{service}", data=data or {})
    name, home = canonical(entity_id, command.service).partition(".")[2], catalogue.home
    messages = catalogue.wiring[entity_id].write(name, command.data, home.state(entity_id), expected_state(home, command))
    return [(message.topic, message.payload) for message in messages]


def test_zigbee2mqtt_is_read_natively() -> None:
    home = replay("zigbee2mqtt").home
    lamp = home.state("light.ceiling_lamp")
    assert (lamp.value, lamp.attributes["brightness"], lamp.attributes["color_temp_kelvin"]) == ("off", 128, 2703)
    area = home.area_of("light.ceiling_lamp")
    assert area is not None
    assert area.name == "Kitchen"
    assert home.state("sensor.temperature_sensor_temperature").value == "21.37"
    assert home.state("binary_sensor.back_door_door").value == "unavailable"
    assert [home.state(f"switch.twin_plug_l{number}").value for number in (1, 2)] == ["on", "off"]
    assert home.state("cover.office_blind").attributes["current_position"] == 60
    assert home.state("climate.radiator").attributes["temperature"] == 20.5
    assert not [entity for entity in home.entities.values() if "mystery" in entity.name or "Coordinator" in entity.name]


@pytest.mark.parametrize(("entity_id", "service", "data", "topic", "body"), [
    ("light.ceiling_lamp", "turn_on", {}, "Kitchen/Ceiling Lamp", {"state": "ON"}),
    ("light.ceiling_lamp", "turn_on", {"brightness_pct": 50}, "Kitchen/Ceiling Lamp", {"state": "ON", "brightness": 127}),
    ("light.ceiling_lamp", "turn_on", {"color_name": "red"}, "Kitchen/Ceiling Lamp", {"state": "ON", "color": {"r": 255, "g": 0, "b": 0}}),
    ("light.ceiling_lamp", "turn_on", {"color_temp_kelvin": 4000}, "Kitchen/Ceiling Lamp", {"state": "ON", "color_temp": 250}),
    ("light.all_kitchen", "turn_off", {}, "all_kitchen", {"state": "OFF"}), ("switch.twin_plug_l2", "turn_on", {}, "twin_plug",
        {"state_l2": "ON"}),
    ("cover.office_blind", "close_cover", {}, "office_blind", {"state": "CLOSE"}),
    ("cover.office_blind", "set_cover_position", {"position": 25}, "office_blind", {"position": 25}),
    ("climate.radiator", "set_temperature", {"temperature": 22}, "radiator", {"occupied_heating_setpoint": 22}),
    ("climate.radiator", "set_hvac_mode", {"hvac_mode": "off"}, "radiator", {"system_mode": "off"}),
])
def test_zigbee2mqtt_is_commanded_as_it_exposes(entity_id: str, service: str, data: dict[str, Any], topic: str, body: dict[str,
    Any]) -> None:
    (sent_topic, payload), = sends(replay("zigbee2mqtt"), entity_id, service, data)
    assert (sent_topic, json.loads(payload)) == (f"zigbee2mqtt/{topic}/set", body)


def test_zigbee2mqtt_is_gone_when_its_bridge_is() -> None:
    catalogue = replay("zigbee2mqtt")
    for said in (b'{"state":"offline"}', b"offline"):
        catalogue.feed("zigbee2mqtt/bridge/state", said)
        assert catalogue.home.state("switch.twin_plug_l1").value == "unavailable"
        catalogue.feed("zigbee2mqtt/bridge/state", b"online")
        assert catalogue.home.state("switch.twin_plug_l1").value == "on"


def test_tasmota_is_read_natively() -> None:
    home = replay("tasmota").home
    assert home.state("switch.coffee_plug").value == "off"
    assert home.state("sensor.coffee_plug_power").value == "3"
    strip = home.state("light.desk_strip")
    assert (strip.value, strip.attributes["brightness"], strip.attributes["rgb_color"]) == ("on", 102, [255, 0, 0])
    assert home.state("light.wall_switch_left").value == "unavailable"
    assert "cover.wall_switch" in home.entities


@pytest.mark.parametrize(("entity_id", "service", "data", "messages"), [
    ("switch.coffee_plug", "turn_on", {}, [("cmnd/coffee_plug/POWER", "ON")]), ("light.wall_switch_right", "turn_off", {},
        [("cmnd/wall/POWER2", "OFF")]),
    ("light.desk_strip", "turn_on", {"brightness_pct": 70}, [("home/desk_strip/cmnd/Dimmer", "70")]),
    ("light.desk_strip", "turn_on", {"color_name": "blue"}, [("home/desk_strip/cmnd/HSBColor", "240,100,40")]),
    ("light.desk_strip", "turn_on", {"color_temp_kelvin": 2700}, [("home/desk_strip/cmnd/CT", "370")]),
    ("light.desk_strip", "turn_off", {}, [("home/desk_strip/cmnd/POWER", "OFF")]),
    ("cover.wall_switch", "set_cover_position", {"position": 40}, [("cmnd/wall/ShutterPosition1", "40")]),
    ("cover.wall_switch", "open_cover", {}, [("cmnd/wall/ShutterOpen1", "")]),
])
def test_tasmota_is_commanded_in_its_own_words(entity_id: str, service: str, data: dict[str, Any], messages: list[tuple[str, str]]) -> None:
    assert sends(replay("tasmota"), entity_id, service, data) == messages


def test_tasmota_answers_and_reports_both_count_and_it_is_asked_for_its_state() -> None:
    catalogue = replay("tasmota")
    for topic, payload, value in (("stat/coffee_plug/RESULT", b'{"POWER":"ON"}', "on"), ("stat/coffee_plug/POWER", b"OFF", "off"),
                                  ("tele/coffee_plug/STATE", b'{"POWER":"ON"}', "on"), ("stat/coffee_plug/RESULT", b'{"Dimmer":5}', "on"),
                                  ("tele/coffee_plug/LWT", b"Offline", "unavailable")):
        catalogue.feed(topic, payload)
        assert catalogue.home.state("switch.coffee_plug").value == value
    assert catalogue.wiring["switch.coffee_plug"].asks[0].topic == "cmnd/coffee_plug/STATE"


def test_homie_four_and_five_are_read() -> None:
    home = replay("homie").home
    assert (home.state("light.hall_lamp_lamp").value, home.state("light.hall_lamp_lamp").attributes["brightness"]) == ("on", 128)
    assert home.state("sensor.hall_lamp_temperature").value == "20.4"
    assert home.state("select.bath_heater_mode").attributes["options"] == ["eco", "comfort"]
    assert home.state("light.bath_heater_night_light").attributes["rgb_color"] == [255, 0, 0]


@pytest.mark.parametrize(("entity_id", "service", "data", "messages"), [
    ("light.hall_lamp_lamp", "turn_off", {}, [("homie/hall-lamp/light/power/set", "false")]),
    ("light.hall_lamp_lamp", "turn_on", {"brightness_pct": 20}, [("homie/hall-lamp/light/brightness/set", "20")]),
    ("switch.bath_heater_power", "turn_on", {}, [("homie/5/heater/heater/power/set", "true")]),
    ("select.bath_heater_mode", "select_option", {"option": "comfort"}, [("homie/5/heater/heater/mode/set", "comfort")]),
    ("light.bath_heater_night_light", "turn_on", {"color_name": "blue"}, [("homie/5/heater/led/colour/set", "rgb,0,0,255")]),
])
def test_homie_is_commanded_on_its_set_topics(entity_id: str, service: str, data: dict[str, Any], messages: list[tuple[str, str]]) -> None:
    assert sends(replay("homie"), entity_id, service, data) == messages


def test_homie_devices_come_and_go() -> None:
    catalogue = replay("homie")
    catalogue.feed("homie/hall-lamp/$state", b"lost")
    assert catalogue.home.state("light.hall_lamp_lamp").value == "unavailable"
    catalogue.feed("homie/hall-lamp/$state", b"")
    catalogue.feed("homie/5/heater/$description", b"")
    assert len(catalogue.home.entities) == 0


def test_what_a_bridge_cannot_do_is_refused() -> None:
    with pytest.raises(CannotDo):
        sends(replay("tasmota"), "light.wall_switch_left", "turn_on", {"brightness_pct": 10})
    with pytest.raises(CannotDo):
        sends(replay("homie"), "light.hall_lamp_lamp", "turn_on", {"color_name": "red"})
    with pytest.raises(CannotDo):
        sends(replay("zigbee2mqtt"), "sensor.temperature_sensor_humidity", "turn_on")


@given(st.sampled_from(NAMES), st.integers(0, 60), st.binary(max_size=30) | st.sampled_from([b"{}", b"[]", b"null", b'{"a":1e999}',
    b"[[]]", b'[{"a":{}}]']))
def test_whatever_a_bridge_publishes_the_house_goes_on(name: str, number: int, payload: bytes) -> None:
    messages = lines(name)
    catalogue = Catalogue(None, readers())
    for place, (topic, recorded) in enumerate(messages):
        catalogue.feed(topic, payload if place == number % len(messages) else recorded)
    catalogue.feed("homeassistant/light/good/config", b'{"name": "Good", "cmd_t": "good"}')
    assert "light.good" in catalogue.home.entities
