"""What can be asked of an entity, and what the hub asks about before it does it."""

from __future__ import annotations

from typing import Any

import pytest

from devices.capability import SERVICES, accepts, check, features, risk, supports
from devices.home import Command, Home
from devices.homefile import parse_home


def home_of(entity_id: str, name: str = "Thing", state: Any = "off", device: dict[str, Any] | None = None, area: str | None = None,
            **attributes: Any) -> Home:
    entity = {"id": entity_id, "name": name, "state": state, "attributes": attributes, "area": area}
    return parse_home({"devices": [device] if device else [], "entities": [entity | ({"device": device["id"]} if device else {})]})


@pytest.mark.parametrize(("entity_id", "name", "service"), [
    ("lock.front", "Front Door", "lock.unlock"), ("lock.front", "Front Door", "homeassistant.turn_off"),
    ("cover.a", "Garage Door", "cover.open_cover"), ("cover.a", "Barn Door", "cover.open_cover"), ("cover.a", "Front Gate", "cover.toggle"),
    ("cover.garage", "Main", "cover.set_cover_position"), ("switch.gate_opener", "Driveway Gate Opener", "switch.turn_on"),
    ("switch.oven", "Oven", "switch.turn_on"), ("switch.x", "Kitchen Hob", "switch.toggle"), ("climate.stove", "Pellet Stove",
        "climate.turn_on"),
    ("climate.oven", "Oven", "climate.set_hvac_mode"), ("number.oven_target", "Oven Target", "number.set_value"),
    ("alarm_control_panel.home", "Home Alarm", "alarm_control_panel.alarm_disarm"), ("switch.alarm", "Burglar Alarm", "switch.turn_off"),
    ("script.open_garage", "Open Garage", "script.turn_on"), ("button.unlock", "Unlock Front Door", "button.press"),
    ("scene.preheat", "Preheat Oven", "scene.turn_on"),
])
def test_the_hub_asks_before_it_does_what_is_risky(entity_id: str, name: str, service: str) -> None:
    assert risk(home_of(entity_id, name), entity_id, service) == "confirm"


@pytest.mark.parametrize(("entity_id", "name", "service"), [
    ("lock.front", "Front Door", "lock.lock"), ("cover.a", "Garage Door", "cover.close_cover"), ("cover.a", "Garage Blinds",
        "cover.open_cover"),
    ("cover.a", "Sliding Door", "cover.open_cover"), ("switch.oven", "Oven", "switch.turn_off"), ("light.oven", "Oven Light",
        "light.turn_on"),
    ("switch.oven_light", "Oven Light", "switch.turn_on"), ("fan.hood", "Stove Hood", "fan.turn_on"), ("light.garage", "Garage Light",
        "light.turn_on"),
    ("switch.alarm_clock", "Alarm Clock", "switch.turn_off"), ("switch.rice", "Rice Cooker", "switch.turn_on"),
    ("alarm_control_panel.home", "Home Alarm", "alarm_control_panel.alarm_arm_away"), ("script.good_night", "Good Night", "script.turn_on"),
    ("switch.coffee", "Coffee Maker", "switch.turn_on"), ("switch.garage_heater", "Garage Heater", "switch.turn_on"),
])
def test_the_hub_does_not_ask_where_nothing_can_go_wrong(entity_id: str, name: str, service: str) -> None:
    assert risk(home_of(entity_id, name), entity_id, service) == "safe"


def test_a_device_kind_counts_as_much_as_a_name() -> None:
    home = home_of("switch.plug_3", "Power", device={"id": "d", "name": "Bosch", "kind": "oven"})
    assert risk(home, "switch.plug_3", "switch.turn_on") == "confirm"
    home = home_of("cover.x", "Left", device_class="garage")
    assert risk(home, "cover.x", "cover.open_cover") == "confirm"
    home = home_of("cover.x", "Big Door", area="Garage")
    assert risk(home, "cover.x", "cover.open_cover") == "confirm"


def test_shutting_a_garage_door_part_of_the_way_is_not_opening_it() -> None:
    home = home_of("cover.g", "Garage Door", "open", current_position=80)
    assert risk(home, "cover.g", "cover.set_cover_position", {"position": 20}) == "safe"
    assert risk(home, "cover.g", "cover.set_cover_position", {"position": 90}) == "confirm"
    assert risk(home, "cover.g", "cover.toggle") == "safe"


def test_an_oven_that_is_on_may_be_set_and_one_that_is_off_is_asked_about() -> None:
    assert risk(home_of("climate.oven", "Oven", "heat"), "climate.oven", "climate.set_temperature", {"temperature": 180}) == "safe"
    assert risk(home_of("climate.oven", "Oven", "off"), "climate.oven", "climate.set_temperature", {"temperature": 180}) == "confirm"
    assert risk(home_of("climate.oven", "Oven", "heat"), "climate.oven", "climate.set_hvac_mode", {"hvac_mode": "off"}) == "safe"


def test_features_are_read_as_bits_and_as_names() -> None:
    bits = home_of("cover.a", supported_features=3)
    names = home_of("cover.a", supported_features=["cover.CoverEntityFeature.OPEN", "cover.CoverEntityFeature.CLOSE"])
    assert features(bits, "cover.a") == features(names, "cover.a") == {"open", "close"}
    for home in (bits, names):
        assert supports(home, "cover.a", "cover.open_cover")
        assert not supports(home, "cover.a", "cover.set_cover_position")
    assert supports(home_of("cover.a"), "cover.a", "cover.set_cover_position")


def test_a_service_belongs_to_its_domain() -> None:
    home = home_of("light.a")
    assert supports(home, "light.a", "homeassistant.toggle")
    assert not supports(home, "light.a", "switch.turn_on")
    assert not supports(home, "light.b", "light.turn_on")
    assert not supports(home, "light.a", "light.explode")
    assert all(service.partition(".")[2] for service in SERVICES)


@pytest.mark.parametrize(("modes", "takes", "not_takes"), [
    (["onoff"], [], ["brightness", "rgb_color", "color_temp_kelvin"]), (["brightness"], ["brightness_pct"], ["rgb_color",
        "color_temp_kelvin"]),
    (["color_temp"], ["brightness", "color_temp_kelvin"], ["color_name"]), (["rgb"], ["brightness_step_pct", "color_name"],
        ["color_temp_kelvin"]),
])
def test_a_lamp_takes_what_its_colour_modes_allow(modes: list[str], takes: list[str], not_takes: list[str]) -> None:
    home = home_of("light.a", supported_color_modes=modes)
    assert all(accepts(home, "light.a", "light.turn_on", field) for field in takes)
    assert not any(accepts(home, "light.a", "light.turn_on", field) for field in not_takes)


@pytest.mark.parametrize(("command", "code"), [
    (Command(entity_id="light.none", service="light.turn_on"), "no_such_entity"),
    (Command(entity_id="climate.a", service="climate.set_temperature", data={"temperature": 21}), None),
    (Command(entity_id="climate.a", service="climate.set_temperature", data={"temperature": 90}), "bad_value"),
    (Command(entity_id="climate.a", service="climate.set_temperature", data={"temperature": float("nan")}), "bad_value"),
    (Command(entity_id="climate.a", service="climate.set_temperature", data={"colour": 1}), "not_supported"),
    (Command(entity_id="climate.a", service="climate.explode"), "not_supported"),
    (Command(entity_id=None, service="mqtt.publish", data={"topic": "a"}), None),
    (Command(entity_id=None, service="light.turn_on"), "no_such_entity"),
])
def test_a_command_is_checked_against_the_entity(command: Command, code: str | None) -> None:
    assert check(home_of("climate.a", state="heat", min_temp=7, max_temp=35), command) == code


def test_what_is_not_there_is_unavailable() -> None:
    assert check(home_of("light.a", state="unavailable"), Command(entity_id="light.a", service="light.turn_on")) == "unavailable"
