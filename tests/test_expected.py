"""What the state should be after a command: used to check echoes, for dry runs and for undo."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.capability import SERVICES
from devices.colours import COLOURS, name_of, rgb_of, rgb_to_xy, xy_to_rgb
from devices.expected import expected_state, same_state
from devices.home import Command, State
from devices.homefile import parse_home
from devices.undo import undo

FULL: dict[str, tuple[str, dict[str, Any]]] = {
    "light": ("off", {"brightness": 100, "supported_color_modes": ["rgb", "color_temp"], "rgb_color": [255, 0, 0]}), "switch": ("off", {}),
    "cover": ("closed", {"current_position": 0}), "valve": ("closed", {"current_position": 0}), "lock": ("locked", {}),
    "climate": ("heat", {"temperature": 20, "hvac_modes": ["off", "heat", "cool"], "preset_mode": "home", "fan_mode": "auto"}),
    "fan": ("off", {"percentage": 50}), "humidifier": ("off", {"humidity": 40, "mode": "auto"}), "lawn_mower": ("docked", {}),
    "media_player": ("playing", {"volume_level": 0.5, "is_volume_muted": False, "source": "a"}), "vacuum": ("docked", {"fan_speed": "low"}),
    "alarm_control_panel": ("disarmed", {}), "number": ("5", {"min": 0, "max": 10}), "select": ("a", {"options": ["a", "b"]}),
    "text": ("x", {}), "todo": ("2", {"items": ["bread", "milk"]}), "scene": ("unknown", {}), "script": ("off", {}),
    "water_heater": ("eco", {"temperature": 50}), "siren": ("off", {}),
}


def after(domain: str, service: str, state: str | None = None, data: dict[str, Any] | None = None, **attributes: Any) -> State:
    value, given_attributes = FULL[domain]
    home = parse_home({"entities": [{"id": f"{domain}.x", "state": state or value, "attributes": {**given_attributes, **attributes}}]})
    return expected_state(home, Command(entity_id=f"{domain}.x", service=f"{domain}.{service}", data=data or {}))


@pytest.mark.parametrize(("domain", "service", "state", "data", "value", "attributes"), [
    ("light", "turn_on", "off", {}, "on", {"brightness": 100}), ("light", "turn_on", "off", {"brightness_pct": 50}, "on",
        {"brightness": 128}),
    ("light", "turn_on", "on", {"brightness_pct": 0}, "off", {}), ("light", "turn_on", "on", {"brightness_step_pct": 20}, "on",
        {"brightness": 151}),
    ("light", "turn_on", "on", {"brightness_step_pct": -50}, "off", {}), ("light", "turn_off", "on", {}, "off", {}),
    ("light", "turn_on", "on", {"color_name": "blue"}, "on", {"rgb_color": [0, 0, 255], "color_mode": "rgb"}),
    ("light", "turn_on", "on", {"rgb_color": [1, 2, 3]}, "on", {"rgb_color": [1, 2, 3]}),
    ("light", "turn_on", "on", {"color_temp_kelvin": 3000}, "on", {"color_temp_kelvin": 3000, "color_mode": "color_temp"}),
    ("light", "toggle", "on", {}, "off", {}),
    ("cover", "open_cover", "closed", {}, "open", {"current_position": 100}), ("cover", "close_cover", "open", {}, "closed",
        {"current_position": 0}),
    ("cover", "set_cover_position", "closed", {"position": 30}, "open", {"current_position": 30}), ("cover", "turn_on", "closed", {},
        "open", {}),
    ("valve", "close_valve", "open", {}, "closed", {"current_position": 0}),
    ("climate", "set_temperature", "heat", {"temperature": 22.5}, "heat", {"temperature": 22.5}),
    ("climate", "set_temperature", "off", {"temperature": 19, "hvac_mode": "cool"}, "cool", {"temperature": 19}),
    ("climate", "set_hvac_mode", "heat", {"hvac_mode": "off"}, "off", {}), ("climate", "turn_on", "off", {}, "heat", {}),
    ("fan", "turn_on", "off", {"percentage": 30}, "on", {"percentage": 30}), ("fan", "set_percentage", "on", {"percentage": 0}, "off", {}),
    ("fan", "increase_speed", "on", {}, "on", {"percentage": 83}),
    ("humidifier", "set_humidity", "on", {"humidity": 55}, "on", {"humidity": 55}),
    ("media_player", "media_pause", "playing", {}, "paused", {}), ("media_player", "media_play_pause", "paused", {}, "playing", {}),
    ("media_player", "volume_set", "playing", {"volume_level": 0.2}, "playing", {"volume_level": 0.2}),
    ("media_player", "volume_up", "playing", {}, "playing", {"volume_level": 0.6}), ("media_player", "turn_off", "playing", {}, "off", {}),
    ("media_player", "play_media", "off", {"media_content_id": "Alien", "media_content_type": "movie"}, "playing",
        {"media_title": "Alien"}),
    ("vacuum", "start", "docked", {}, "cleaning", {}), ("vacuum", "return_to_base", "cleaning", {}, "returning", {}),
    ("lawn_mower", "start_mowing", "docked", {}, "mowing", {}), ("lawn_mower", "dock", "mowing", {}, "returning", {}),
    ("lock", "lock", "unlocked", {}, "locked", {}), ("lock", "turn_off", "locked", {}, "unlocked", {}),
    ("alarm_control_panel", "alarm_arm_away", "disarmed", {}, "armed_away", {}), ("number", "set_value", "5", {"value": 7}, "7", {}),
    ("select", "select_next", "b", {}, "a", {}), ("todo", "add_item", "2", {"item": "eggs"}, "3", {"items": ["bread", "milk", "eggs"]}),
    ("todo", "update_item", "2", {"item": "Milk", "status": "completed"}, "1", {"items": ["bread"]}),
    ("todo", "remove_item", "2", {"item": ["bread", "milk"]}, "0", {"items": []}),
    ("scene", "turn_on", "unknown", {}, "unknown", {}), ("script", "turn_on", "off", {}, "off", {}),
    ("water_heater", "set_operation_mode", "eco", {"operation_mode": "gas"}, "gas", {}), ("siren", "turn_on", "off", {}, "on", {}),
])
def test_every_domain_ends_where_its_service_says(
    domain: str, service: str, state: str, data: dict[str, Any], value: str, attributes: dict[str, Any]
) -> None:
    got = after(domain, service, state, data)
    assert got.value == value
    assert {key: got.attributes[key] for key in attributes} == attributes


def test_a_list_whose_items_nobody_knows_is_counted() -> None:
    home = parse_home({"entities": [{"id": "todo.x", "state": 0}]})
    got = expected_state(home, Command(entity_id="todo.x", service="todo.add_item", data={"item": "apples"}))
    assert (got.value, "items" in got.attributes) == ("1", False)


def test_a_temperature_stays_within_what_the_thermostat_can() -> None:
    assert after("climate", "set_temperature", data={"temperature": 90}, max_temp=30).attributes["temperature"] == 30


def test_what_is_unavailable_changes_by_no_command() -> None:
    assert after("light", "turn_on", "unavailable").value == "unavailable"


@given(st.sampled_from(sorted(SERVICES)), st.sampled_from(["on", "off", "open", "closed", "playing", "", "7", "unavailable"]),
       st.dictionaries(st.sampled_from(sorted({field for fields in SERVICES.values() for field in fields})),
                       st.none() | st.integers(-500, 500) | st.floats() | st.text(max_size=5) | st.lists(st.integers(0, 255), max_size=5),
                       max_size=4))
def test_no_command_breaks_the_simulation(service: str, state: str, data: dict[str, Any]) -> None:
    domain = service.partition(".")[0]
    home = parse_home({"entities": [{"id": f"{domain}.x", "state": state, "attributes": FULL.get(domain, ("", {}))[1]}]})
    got = expected_state(home, Command(entity_id=f"{domain}.x", service=service, data=data))
    assert isinstance(got.value, str)
    brightness = got.attributes.get("brightness", 1)
    assert 1 <= brightness <= 255
    position = got.attributes.get("current_position", 0)
    assert 0 <= position <= 100


@given(st.integers(0, 100))
def test_percent_of_brightness_comes_back_as_the_same_percent(percent: int) -> None:
    got = after("light", "turn_on", data={"brightness_pct": percent})
    assert (round(got.attributes["brightness"] * 100 / 255) if got.value == "on" else 0) == percent


@pytest.mark.parametrize(("domain", "service", "data"), [
    ("light", "turn_on", {"brightness_pct": 90, "color_name": "green"}), ("switch", "turn_on", {}), ("cover", "open_cover", {}),
    ("climate", "set_temperature", {"temperature": 25}), ("climate", "set_hvac_mode", {"hvac_mode": "cool"}), ("fan", "turn_on",
        {"percentage": 10}),
    ("humidifier", "set_humidity", {"humidity": 60}), ("media_player", "volume_set", {"volume_level": 0.9}), ("media_player",
        "media_pause", {}),
    ("vacuum", "start", {}), ("lock", "unlock", {}), ("alarm_control_panel", "alarm_arm_home", {}), ("number", "set_value", {"value": 9}),
    ("select", "select_next", {}), ("todo", "add_item", {"item": "eggs"}), ("todo", "remove_item", {"item": "milk"}), ("valve",
        "open_valve", {}),
    ("lawn_mower", "start_mowing", {}),
])
def test_what_was_done_can_be_undone(domain: str, service: str, data: dict[str, Any]) -> None:
    value, attributes = FULL[domain]
    home = parse_home({"entities": [{"id": f"{domain}.x", "state": value, "attributes": attributes}]})
    before = home.state(f"{domain}.x")
    home = home.with_state(f"{domain}.x", expected_state(home, Command(entity_id=f"{domain}.x", service=f"{domain}.{service}", data=data)))
    commands = undo(home, f"{domain}.x", before)
    assert commands
    for command in commands:
        home = home.with_state(f"{domain}.x", expected_state(home, command))
    now = home.state(f"{domain}.x")
    assert same_state(before, now) or before.value == now.value == "off"
    kept = {key: value for key, value in attributes.items() if key != "items" and now.value != "off"}
    assert {key: now.attributes.get(key) for key in kept} == kept
    assert sorted(now.attributes.get("items", ())) == sorted(attributes.get("items", ()))


def test_there_is_no_way_back_from_a_script_or_an_unknown_state() -> None:
    home = parse_home({"entities": [{"id": "script.x", "state": "off"}, {"id": "light.x", "state": "on"}]})
    assert undo(home, "script.x", State(value="off")) == ()
    assert undo(home, "light.x", State(value="unknown")) == ()


def test_a_door_on_its_way_counts_as_obeying_and_a_wrong_level_does_not() -> None:
    assert same_state(State(value="open"), State(value="opening"))
    before = State(value="on", attributes={"brightness": 20})
    assert not same_state(State(value="on", attributes={"brightness": 200}), State(value="on", attributes={"brightness": 20}), before)
    assert same_state(State(value="on", attributes={"brightness": 200}), State(value="on", attributes={"brightness": 199}), before)


def test_colours_have_their_names() -> None:
    assert rgb_of("Light Blue") == (173, 216, 230)
    assert rgb_of("no colour") is None
    assert name_of((250, 5, 5)) == "red"
    assert len(COLOURS) == 147


@given(st.sampled_from(sorted(COLOURS)))
def test_a_colour_survives_the_way_to_xy_and_back_in_hue(name: str) -> None:
    red, green, blue = COLOURS[name]
    if max(red, green, blue) > 0:
        back = xy_to_rgb(*rgb_to_xy((red, green, blue)))
        scaled = [part * 255 / max(red, green, blue) for part in (red, green, blue)]
        assert max(abs(a - b) for a, b in zip(back, scaled, strict=True)) < 40
