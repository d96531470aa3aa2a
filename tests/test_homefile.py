"""The owner's home file: what it may hold, and what it says where it can't be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.homefile import HomeFileError, load_home, parse_home, read_home


def test_an_entity_stands_in_its_area_and_its_area_on_its_floor() -> None:
    home = parse_home({
        "floors": [{"id": "up", "name": "Upstairs"}],
        "areas": [{"id": "bed", "name": "Bedroom", "aliases": ["sleeping room"], "floor": "up"}],
        "entities": [{"id": "light.bed", "name": "Bed Light", "area": "bed", "state": "off"}],
    })
    area = home.area_of("light.bed")
    assert area is not None
    assert (area.name, area.aliases, home.floors[area.floor or ""].name) == ("Bedroom", ("sleeping room",), "Upstairs")


def test_areas_and_floors_may_be_meant_by_name() -> None:
    home = parse_home({
        "floors": [{"id": "f1", "name": "First Floor"}], "areas": [{"id": "kitchen_id", "name": "Kitchen", "floor": "First Floor"}],
        "entities": [{"id": "light.a", "area": "Kitchen"}],
    })
    assert home.entities["light.a"].area == "kitchen_id"
    assert home.areas["kitchen_id"].floor == "f1"


def test_a_floor_that_is_not_listed_is_there_all_the_same() -> None:
    home = parse_home({"areas": [{"id": "k", "name": "Kitchen", "floor": "First Floor"}]})
    assert [floor.name for floor in home.floors.values()] == ["First Floor"]


def test_an_entity_without_area_takes_its_devices() -> None:
    home = parse_home({
        "areas": [{"id": "k", "name": "Kitchen"}], "devices": [{"id": "oven", "name": "Oven", "area": "k", "kind": "oven"}],
        "entities": [{"id": "sensor.oven", "device": "oven"}, {"id": "sun.sun"}],
    })
    area = home.area_of("sensor.oven")
    assert area is not None
    assert area.id == "k"
    assert home.area_of("sun.sun") is None


@pytest.mark.parametrize(("given_state", "domain", "read"), [
    (True, "light", "on"), (False, "switch", "off"), (True, "lock", "locked"), (21.5, "sensor", "21.5"), (0, "todo", "0"),
    (float("nan"), "sensor", "unknown"), (float("inf"), "sensor", "unknown"), ("NaN", "sensor", "unknown"), (None, "light", "unknown"),
    ({"in": "wet", "out": "on"}, "binary_sensor", "on"), ([], "light", "unknown"), ("  on ", "light", "on"),
])
def test_every_way_to_write_a_state_is_read(given_state: Any, domain: str, read: str) -> None:
    home = parse_home({"entities": [{"id": f"{domain}.x", "state": given_state}]})
    assert home.state(f"{domain}.x").value == read


def test_a_nan_among_attributes_is_no_attribute() -> None:
    home = parse_home({"entities": [{"id": "sensor.x", "attributes": {"temperature": float("nan"), "unit_of_measurement": "°C"}}]})
    assert dict(home.state("sensor.x").attributes) == {"unit_of_measurement": "°C"}


def test_unknown_keys_are_ignored_and_names_are_made_of_ids() -> None:
    home = parse_home({"weather": 1, "entities": [{"id": "light.kitchen_ceiling", "colour": "blue"}]})
    assert home.entities["light.kitchen_ceiling"].name == "Kitchen Ceiling"


def test_what_is_there_twice_counts_once_and_is_told() -> None:
    read = read_home({"entities": [{"id": "light.a", "name": "First"}, {"id": "light.a", "name": "Second"}]})
    assert read.home.entities["light.a"].name == "First"
    assert "twice" in read.findings[0].what
    assert "entities[1]" in read.findings[0].where


def test_the_owners_commands_are_read() -> None:
    home = parse_home({"commands": [{
        "intent": "orderDrink", "sentences": ["make me a [{size}] {coffeeDrink}"], "slots": {"size": ["small"], "coffeeDrink": ["latte"]},
        "publish": {"topic": "coffee/order", "payload": {"drink": "{coffeeDrink}"}},
    }]})
    command = home.commands[0]
    assert (command.topic, json.loads(command.payload or "")) == ("coffee/order", {"drink": "{coffeeDrink}"})
    assert command.slots["size"] == ("small",)


@pytest.mark.parametrize(("wrong", "says"), [
    ([], "mapping"), ({"entities": "light.a"}, "list"), ({"entities": [{"name": "Lamp"}]}, "domain.name"), ({"areas": [{}]},
        "neither id nor name"),
    ({"entities": [7]}, "no mapping"), ({"commands": [{"sentences": ["x"]}]}, "no intent"), ({"commands": [{"intent": "x"}]},
        "no sentences"),
    ({"commands": [{"intent": "x", "sentences": "x", "publish": {"topic": "a/#"}}]}, "no topic"),
    ({"entities": [{"id": "light.a", "attributes": [1]}]}, "attributes"),
])
def test_what_cannot_be_read_says_what_where_and_how_to_mend_it(wrong: Any, says: str) -> None:
    with pytest.raises(HomeFileError) as caught:
        parse_home(wrong, "home.yaml")
    assert says in caught.value.what
    assert caught.value.where.startswith("home.yaml")
    assert caught.value.mend.endswith((".", "`"))


def test_broken_yaml_names_the_line(tmp_path: Path) -> None:
    file = tmp_path / "home.yaml"
    file.write_text("areas:\n  - id: a\n   name: b\n")
    with pytest.raises(HomeFileError, match=r"line 3"):
        load_home(file)


def test_an_anchor_that_holds_itself_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "home.yaml"
    file.write_text("entities:\n  - id: light.a\n    attributes: &x {self: *x}\n")
    with pytest.raises(HomeFileError, match="holds itself"):
        load_home(file)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(HomeFileError, match="no such file"):
        load_home(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"areas: [K\xfcche]")
    with pytest.raises(HomeFileError, match="UTF-8"):
        load_home(tmp_path / "latin.yaml")


def test_a_file_is_read_once_until_it_changes(tmp_path: Path) -> None:
    file = tmp_path / "home.json"
    file.write_text('{"entities": [{"id": "light.a"}]}')
    first = load_home(file)
    assert load_home(file) is first
    file.write_text('{"entities": [{"id": "light.a"}, {"id": "light.b"}]}')
    assert len(load_home(file).entities) == 2


def test_names_version_follows_names_and_not_states() -> None:
    off, on = ({"entities": [{"id": "light.a", "name": "A", "state": value}]} for value in ("off", "on"))
    other = {"entities": [{"id": "light.a", "name": "B"}]}
    assert parse_home(off).names_version == parse_home(on).names_version != parse_home(other).names_version


def test_home_assistants_own_fixtures_are_read(shared: Path) -> None:
    home = load_home(shared / "ha_intents/fixtures.yaml")
    assert len(home.entities) > 100
    assert home.state("binary_sensor.phone_battery").value == "off"
    assert home.areas["kitchen_id"].floor == "first_floor_id"


_values = st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
                       lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=8)


@given(st.dictionaries(st.sampled_from(["id", "floors", "areas", "devices", "entities", "commands", "x"]), _values, max_size=5))
def test_whatever_a_file_holds_it_is_read_or_refused(obj: dict[str, Any]) -> None:
    home, mend = None, ""
    try:
        home = parse_home(obj)
    except HomeFileError as error:
        mend = error.mend
    assert mend if home is None else all(home.state(entity).value for entity in home.entities)
