"""Home Assistant's MQTT discovery: every way to write it, every component, and what must not come of a bad payload."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mqtt_dump import replay

from devices.catalogue import Catalogue
from devices.expected import canonical, expected_state
from devices.home import Command
from devices.homeassistant import HomeAssistant, addresses, expand
from devices.wiring import CannotDo, Report

DEVICE = {"ids": ["d1"], "name": "Box", "sa": "Kitchen"}


def report(config: Any, component: str = "switch", object_id: str = "x") -> Report:
    got = HomeAssistant().read(f"homeassistant/{component}/{object_id}/config", json.dumps(config).encode())
    assert got is not None
    return got


def sends(component: str, config: dict[str, Any], service: str, data: dict[str, Any] | None = None, **states: str) -> list[tuple[str, str]]:
    """Topic and payload of each message that a command becomes, after the states given as topic=payload."""
    catalogue = Catalogue(None, [HomeAssistant()])
    catalogue.feed(f"homeassistant/{component}/x/config", json.dumps({"name": "X", **config}).encode())
    for topic, payload in states.items():
        catalogue.feed(topic, payload.encode())
    entity_id, home = f"{component}.x", catalogue.home
    command = Command(entity_id=entity_id, service=f"{component}.{service}", data=data or {})
    after = expected_state(home, command)
    name = canonical(entity_id, command.service).partition(".")[2]
    return [(message.topic, message.payload) for message in catalogue.wiring[entity_id].write(name, command.data, home.state(entity_id),
        after)]


def test_a_dump_of_many_makers_becomes_a_house() -> None:
    home = replay("homeassistant").home
    assert home.state("light.shelf_strip").attributes["brightness"] == 128
    assert home.state("climate.heat_pump").value == "heat"
    assert home.state("climate.heat_pump").attributes["current_temperature"] == 20.2
    assert home.state("cover.bedroom_shutter").value == "closed"
    assert home.state("lock.front_door").value == "locked"
    assert home.state("fan.attic_fan").attributes["percentage"] == 67
    assert home.state("vacuum.rocky").attributes["battery_level"] == 97
    assert "button.rocky_reset_map" not in home.entities
    assert "sensor.hall_plug_wifi" not in home.entities


def test_the_order_of_retained_messages_does_not_matter() -> None:
    forwards, backwards = replay("homeassistant").home, replay("homeassistant", backwards=True).home
    assert {key: state.value for key, state in forwards.states.items()} == {key: state.value for key, state in backwards.states.items()}


def test_short_keys_and_the_base_topic_are_written_out() -> None:
    config = expand({"~": "a/b", "cmd_t": "~/set", "stat_t": "c/~", "avty": [{"t": "~/lwt", "pl_avail": "up"}], "dev": {"ids": "1",
        "sa": "Hall"}})
    assert config["command_topic"] == "a/b/set"
    assert config["state_topic"] == "c/a/b"
    assert config["availability"] == [{"topic": "a/b/lwt", "payload_available": "up"}]
    assert config["device"] == {"identifiers": "1", "suggested_area": "Hall"}


def test_an_entity_answers_to_its_own_name_and_to_its_devices_with_its_own() -> None:
    catalogue = Catalogue(None, [HomeAssistant()])
    catalogue.feed("homeassistant/switch/a/config", json.dumps({"name": "Relay", "cmd_t": "a", "dev": DEVICE}).encode())
    catalogue.feed("homeassistant/switch/b/config", json.dumps({"name": None, "cmd_t": "b", "dev": {"ids": "2",
        "name": "Fountain"}}).encode())
    relay, fountain = catalogue.home.entities["switch.box_relay"], catalogue.home.entities["switch.fountain"]
    assert (relay.name, relay.aliases) == ("Relay", ("Box Relay",))
    assert (fountain.name, fountain.aliases) == ("Fountain", ())
    area = catalogue.home.area_of(relay.id)
    assert area is not None
    assert area.name == "Kitchen"


def test_a_device_payload_shares_what_its_components_do_not_say() -> None:
    got = report({"dev": DEVICE, "o": {"name": "t"}, "stat_t": "s", "avty_t": "lwt", "cmps": {
        "one": {"p": "switch", "cmd_t": "c1", "uniq_id": "1", "name": "One"},
        "two": {"p": "sensor", "uniq_id": "2", "name": "Two", "val_tpl": "{{ value_json.t }}"},
        "gone": {"p": "light"}, "odd": {"p": "toaster", "uniq_id": "3"}}}, "device")
    assert [found.name for found in got.found] == ["One", "Two"]
    assert all(found.wiring.available[0].topic == "lwt" for found in got.found)
    assert "toaster" in got.problems[0][0]


def test_an_empty_payload_removes_and_migration_moves() -> None:
    catalogue = Catalogue(None, [HomeAssistant()])
    single, whole = "homeassistant/switch/a/config", "homeassistant/device/box/config"
    part = {"name": "Relay", "cmd_t": "a", "stat_t": "as", "uniq_id": "u1"}
    catalogue.feed(single, json.dumps({**part, "dev": DEVICE}).encode())
    catalogue.feed("as", b"ON")
    before = list(catalogue.home.entities)
    catalogue.feed(single, b'{"migrate_discovery": true}')
    catalogue.feed(whole, json.dumps({"dev": DEVICE, "o": {"name": "t"}, "cmps": {"r": {**part, "p": "switch"}}}).encode())
    catalogue.feed(single, b"")
    assert list(catalogue.home.entities) == before
    assert catalogue.problems == ()
    catalogue.feed(whole, b"")
    assert list(catalogue.home.entities) == []


@pytest.mark.parametrize(("topic", "payload", "says"), [
    ("homeassistant/switch/a/config", b"not json", "no JSON"), ("homeassistant/switch/a/config", b"[1]", "no JSON object"),
    ("homeassistant/switch/a/config", b"\xff\xfe", "no JSON"), ("homeassistant/switch/a/config", b"[" * 100_000, "JSON"),
    ("homeassistant/switch/a/config", b'{"name": "' + b"x" * 300_000 + b'"}', "bytes"), ("homeassistant/toaster/a/config", b"{}",
        "component"),
    ("homeassistant/switch/a b/config", b'{"cmd_t": "a"}', "illegal id"), ("homeassistant/switch/n\xc3\xb6/x/config".encode().decode(),
        b"{}", "illegal"),
    ("homeassistant/switch/a/config", b'{"cmd_t": "a/#"}', "no topic"), ("homeassistant/switch/a/config", b'{"cmd_t": "$SYS/x"}',
        "no topic"),
    ("homeassistant/switch/a/config", b'{"cmd_t": "hub/hub/mute/set"}', "not the device's"),
    ("homeassistant/sensor/a/config", b'{"stat_t": "#"}', "no topic"), ("homeassistant/sensor/a/config", b'{"stat_t": 7}', "no topic"),
    ("homeassistant/sensor/a/config", b'{"stat_t": "homeassistant/light/b/config"}', "not the device's"),
    ("homeassistant/switch/a/config", b'{"cmd_t": "zigbee2mqtt/bridge/request/restart"}', "not the device's"),
    ("homeassistant/switch/a/config", b"{}", "no topic that could be used"), ("homeassistant/device/a/config", b'{"dev": {"ids": "1"}}',
        "components"),
    ("homeassistant/sensor/a/config", b'{"stat_t": "a", "val_tpl": "{% macro m() %}{% endmacro %}"}', "macro"),
    ("homeassistant/sensor/a/config", b'{"stat_t": "a", "val_tpl": "{{ states(1) }}"}', "states"),
])
def test_a_bad_announcement_gives_one_clear_problem_and_nothing_else(topic: str, payload: bytes, says: str) -> None:
    catalogue = Catalogue(None, [HomeAssistant()])
    catalogue.feed("homeassistant/light/good/config", b'{"name": "Good", "cmd_t": "good"}')
    catalogue.feed(topic, payload)
    assert [entity.name for entity in catalogue.home.entities.values()] == ["Good"]
    assert any(says in finding.what for finding in catalogue.problems)
    assert all(finding.mend and finding.where == topic for finding in catalogue.problems)


def test_a_payload_that_names_itself_as_its_own_base_ends() -> None:
    got = report({"~": "~", "cmd_t": "~/set", "cmps": {"a": {"p": "switch", "cmps": {"a": {"p": "switch"}}, "cmd_t": "~"}}, "dev": DEVICE},
        "device")
    assert [found.domain for found in got.found] == ["switch"]


def test_nobody_may_claim_another_devices_command_topic() -> None:
    catalogue = Catalogue(None, [HomeAssistant()])
    catalogue.feed("homeassistant/lock/a/config", json.dumps({"name": "Door", "cmd_t": "door/set", "dev": {"ids": "door"}}).encode())
    catalogue.feed("homeassistant/lock/b/config", json.dumps({"name": "Thief", "cmd_t": "door/set", "dev": {"ids": "thief"}}).encode())
    assert [entity.name for entity in catalogue.home.entities.values()] == ["Door"]
    assert any("claims the command topic door/set" in finding.what for finding in catalogue.problems)


def test_a_unique_id_is_one_entitys() -> None:
    catalogue = Catalogue(None, [HomeAssistant()])
    for key in ("a", "b"):
        catalogue.feed(f"homeassistant/switch/{key}/config", json.dumps({"name": key, "cmd_t": key, "uniq_id": "same"}).encode())
    assert len(catalogue.home.entities) == 1
    assert any("another entity's already" in finding.what for finding in catalogue.problems)


def test_a_device_named_like_a_command_does_not_become_one() -> None:
    catalogue = Catalogue(None, [HomeAssistant()])
    for key, name in (("a", "Turn off all the lights"), ("b", "Stop"), ("c", "Open Shelf Lamp"), ("d", "\x00\n"), ("e", "x" * 500)):
        catalogue.feed(f"homeassistant/switch/{key}/config", json.dumps({"name": name, "cmd_t": key, "obj_id": key}).encode())
    names = {key: entity.name for key, entity in catalogue.home.entities.items()}
    assert names["switch.a"] == "Turn off all the lights switch"
    assert names["switch.b"] == "Stop switch"
    assert names["switch.c"] == "Open Shelf Lamp"
    assert names["switch.d"] == "d"
    assert len(names["switch.e"]) == 80
    assert len([finding for finding in catalogue.problems if "is a command" in finding.what]) == 2


def test_our_own_announcement_is_not_a_device_of_the_house() -> None:
    config = json.dumps({"o": {"name": "Ambient Hub"}, "cmd_t": "hub/hub/mute/set", "name": "Mute"}).encode()
    assert HomeAssistant(hub="hub").read("homeassistant/switch/hub_mute/config", config) is None


@pytest.mark.parametrize(("mode", "said", "there"), [
    ("latest", ["online", "offline"], False), ("all", ["online", "offline"], False), ("any", ["online", "offline"], True),
    ("all", ["online", "online"], True), ("latest", [], False),
])
def test_availability_counts_as_its_mode_says(mode: str, said: list[str], there: bool) -> None:
    catalogue = Catalogue(None, [HomeAssistant()])
    config = {"name": "X", "cmd_t": "c", "stat_t": "s", "avty_mode": mode, "avty": [{"t": "t0"}, {"t": "t1"}]}
    catalogue.feed("homeassistant/switch/x/config", json.dumps(config).encode())
    catalogue.feed("s", b"ON")
    for number, payload in enumerate(said):
        catalogue.feed(f"t{number}", payload.encode())
    assert (catalogue.home.state("switch.x").value == "on") is there


@pytest.mark.parametrize(("component", "config", "service", "data", "messages"), [
    ("switch", {"cmd_t": "c", "pl_on": "1", "pl_off": "0"}, "turn_on", {}, [("c", "1")]),
    ("switch", {"cmd_t": "c", "cmd_tpl": '{"p": "{{ value }}"}'}, "turn_off", {}, [("c", '{"p": "OFF"}')]),
    ("light", {"cmd_t": "c", "bri_cmd_t": "b", "bri_scl": 100}, "turn_on", {"brightness_pct": 40}, [("b", "40"), ("c", "ON")]),
    ("light", {"cmd_t": "c", "bri_cmd_t": "b", "on_cmd_type": "first"}, "turn_on", {"brightness": 10}, [("c", "ON"), ("b", "10")]),
    ("light", {"cmd_t": "c", "bri_cmd_t": "b", "on_cmd_type": "brightness"}, "turn_on", {"brightness": 10}, [("b", "10")]),
    ("light", {"cmd_t": "c", "rgb_cmd_t": "r", "bri_cmd_t": "b"}, "turn_on", {"color_name": "blue"}, [("r", "0,0,255"), ("c", "ON")]),
    ("light", {"cmd_t": "c", "rgb_cmd_t": "r", "rgb_cmd_tpl": "#{{ red }}{{ green }}", "bri_cmd_t": "b"}, "turn_on", {"rgb_color": [1, 2,
        3]},
     [("r", "#12"), ("c", "ON")]),
    ("light", {"cmd_t": "c", "hs_cmd_t": "h", "bri_cmd_t": "b"}, "turn_on", {"color_name": "lime"}, [("h", "120,100"), ("c", "ON")]),
    ("light", {"cmd_t": "c", "clr_temp_cmd_t": "t"}, "turn_on", {"color_temp_kelvin": 4000}, [("t", "250"), ("c", "ON")]),
    ("light", {"cmd_t": "c", "schema": "json", "sup_clrm": ["rgb"]}, "turn_on", {"brightness_pct": 100, "color_name": "red"},
     [("c", '{"state": "ON", "color": {"r": 255, "g": 0, "b": 0}, "brightness": 255}')]),
    ("light", {"cmd_t": "c", "schema": "json"}, "turn_off", {}, [("c", '{"state": "OFF"}')]),
    ("light", {"cmd_t": "c", "schema": "template", "cmd_on_tpl": "on{% if brightness is defined %},{{ brightness }}{% endif %}",
        "cmd_off_tpl": "off",
               "bri_tpl": "{{ value }}"}, "turn_on", {"brightness": 9}, [("c", "on,9")]),
    ("cover", {"cmd_t": "c"}, "open_cover", {}, [("c", "OPEN")]), ("cover", {"cmd_t": "c", "pl_stop": "HALT"}, "stop_cover", {}, [("c",
        "HALT")]),
    ("cover", {"cmd_t": "c", "set_pos_t": "p", "pos_open": 255}, "set_cover_position", {"position": 20}, [("p", "51")]),
    ("cover", {"set_pos_t": "p"}, "close_cover", {}, [("p", "0")]), ("valve", {"cmd_t": "c"}, "close_valve", {}, [("c", "CLOSE")]),
    ("valve", {"cmd_t": "c", "reports_position": True}, "open_valve", {}, [("c", "100")]), ("lock", {"cmd_t": "c"}, "unlock", {}, [("c",
        "UNLOCK")]),
    ("climate", {"temp_cmd_t": "t", "mode_cmd_t": "m", "modes": ["off", "heat"]}, "set_temperature", {"temperature": 21}, [("t", "21")]),
    ("climate", {"temp_cmd_t": "t", "mode_cmd_t": "m", "modes": ["off", "heat"]}, "turn_off", {}, [("m", "off")]),
    ("climate", {"mode_cmd_t": "m", "pow_cmd_t": "p"}, "turn_off", {}, [("p", "OFF")]),
    ("fan", {"cmd_t": "c", "pct_cmd_t": "p", "spd_rng_max": 4}, "turn_on", {"percentage": 50}, [("c", "ON"), ("p", "2")]),
    ("humidifier", {"cmd_t": "c", "hum_cmd_t": "h"}, "set_humidity", {"humidity": 55}, [("h", "55")]),
    ("vacuum", {"cmd_t": "c"}, "return_to_base", {}, [("c", "return_to_base")]), ("vacuum", {"cmd_t": "c", "pl_strt": "go"}, "start", {},
        [("c", "go")]),
    ("lawn_mower", {"dock_cmd_t": "d"}, "dock", {}, [("d", "dock")]),
    ("alarm_control_panel", {"cmd_t": "c", "stat_t": "s"}, "alarm_arm_away", {}, [("c", "ARM_AWAY")]),
    ("button", {"cmd_t": "c"}, "press", {}, [("c", "PRESS")]), ("scene", {"cmd_t": "c", "pl_on": "go"}, "turn_on", {}, [("c", "go")]),
    ("number", {"cmd_t": "c"}, "set_value", {"value": 7}, [("c", "7")]),
    ("select", {"cmd_t": "c", "ops": ["a", "b"]}, "select_option", {"option": "b"}, [("c", "b")]),
    ("text", {"cmd_t": "c"}, "set_value", {"value": "hi"}, [("c", "hi")]), ("siren", {"cmd_t": "c"}, "turn_on", {}, [("c", "ON")]),
    ("media_player", {"cmd_t": "c"}, "media_pause", {}, [("c", '{"service": "media_pause", "data": {}}')]),
])
def test_every_component_is_commanded_as_it_asks(
    component: str, config: dict[str, Any], service: str, data: dict[str, Any], messages: list[tuple[str, str]]
) -> None:
    assert sends(component, config, service, data) == messages


@pytest.mark.parametrize(("component", "config", "service", "data"), [
    ("light", {"cmd_t": "c", "schema": "json"}, "turn_on", {"brightness": 10}), ("light", {"cmd_t": "c"}, "turn_on", {"color_name": "red"}),
    ("select", {"cmd_t": "c", "ops": ["a"]}, "select_option", {"option": "z"}), ("sensor", {"stat_t": "s"}, "turn_on", {}),
    ("climate", {"mode_cmd_t": "m", "modes": ["off"]}, "set_hvac_mode", {"hvac_mode": "cool"}), ("cover", {"cmd_t": "c", "pl_stop": None},
        "stop_cover", {}),
    ("lock", {"cmd_t": "c"}, "open", {}),
])
def test_what_a_component_cannot_do_is_refused_and_never_guessed(component: str, config: dict[str, Any], service: str, data: dict[str,
    Any]) -> None:
    with pytest.raises(CannotDo):
        sends(component, config, service, data)


def test_a_reading_that_is_no_number_is_unknown_and_a_broken_message_changes_nothing() -> None:
    catalogue = Catalogue(None, [HomeAssistant()])
    catalogue.feed("homeassistant/sensor/t/config", b'{"name": "T", "stat_t": "t", "val_tpl": "{{ value_json.t }}"}')
    catalogue.feed("t", b'{"t": 21}')
    catalogue.feed("t", b"{broken")
    catalogue.feed("t", b"\xff")
    assert catalogue.home.state("sensor.t").value == "21"
    assert catalogue.unread == 2
    assert len(catalogue.problems) <= 2
    catalogue.feed("t", b'{"t": "nan"}')
    assert catalogue.home.state("sensor.t").value == "unknown"


def test_addresses_are_found_however_they_are_written() -> None:
    assert addresses("zigbee2mqtt_0x00158D0001dc126a") == {"00158d0001dc126a"}
    assert addresses("AA:BB:CC:dd:ee:ff", "aa-bb-cc-dd-ee-fe") == {"aabbccddeeff", "aabbccddeefe"}
    assert addresses("box_1", "") == frozenset()


_json = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=10), lambda inner: st.lists(inner,
    max_size=3) | st.dictionaries(
    st.sampled_from(["~", "cmd_t", "stat_t", "dev", "ids", "name", "avty", "t", "cmps", "p", "val_tpl", "schema", "ops", "o", "cns",
        "uniq_id"]), inner,
    max_size=6), max_leaves=14)


@given(st.sampled_from(["switch", "light", "device", "climate", "cover", "fan", "vacuum", "sensor", "valve", "select", "number"]), _json)
def test_whatever_is_announced_the_catalogue_goes_on(component: str, config: Any) -> None:
    catalogue = Catalogue(None, [HomeAssistant()])
    catalogue.feed(f"homeassistant/{component}/x/config", json.dumps(config).encode())
    catalogue.feed("homeassistant/light/good/config", b'{"name": "Good", "cmd_t": "good"}')
    assert "light.good" in catalogue.home.entities


def test_attributes_are_finite_and_bounded_whatever_a_device_says() -> None:
    catalogue = Catalogue(None, [HomeAssistant()])
    catalogue.feed("homeassistant/media_player/tv/config", b'{"name": "TV", "cmd_t": "c", "stat_t": "s", "json_attr_t": "j"}')
    catalogue.feed("s", b'{"state": "playing", "attributes": {"volume_level": NaN, "deep": [[[[[[1]]]]]], "long": "' + b"x" * 9000 + b'"}}')
    catalogue.feed("j", json.dumps({f"k{number}": number for number in range(500)}).encode())
    state = catalogue.home.state("media_player.tv")
    assert state.value == "playing"
    assert "volume_level" not in state.attributes
    assert len(state.attributes["long"]) == 4096
    assert len(state.attributes) < 80
    assert json.loads(json.dumps(dict(state.attributes), allow_nan=False))
