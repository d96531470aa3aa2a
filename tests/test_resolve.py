"""Names, rooms and device words become entities of this home; what it has not is refused, never widened."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType

import pytest

from devices.home import Device, Entity
from models.automaton.house_words import house_words, normal, stem
from models.reading.gist import read
from models.reading.nouns import ids_of
from models.reading.resolve import ground
from models.reading.sounds import key
from models.reading.target import aim
from models.said import Context
from tests.test_interpret import house

NOW = datetime(2026, 11, 2, 20, 0, tzinfo=UTC)
IN_KITCHEN = Context(now=NOW, area="kitchen")


def test_names_are_compared_without_case_apostrophes_and_small_numbers_in_words() -> None:
    assert normal("Kids' Room ONE") == normal("kids room 1")
    assert stem("lights") == "light"
    assert stem("glass") == "glass"


@pytest.mark.parametrize(
    ("said", "id_"),
    [
        ("worktop", "light.worktop"),
        ("counter light", "light.worktop"),
        ("kitchen worktop", "light.worktop"),
        ("reading lamp", None),
        ("television", "media_player.tv"),
        ("star", "light.kids_star"),
    ],
)
def test_names_aliases_and_names_with_their_room(said: str, id_: str | None) -> None:
    found = [c.id for c in house_words(house()).said(normal(said)) if c.kind == "entity"]
    assert found == ([id_] if id_ else [])


def test_a_device_answers_with_its_own_name() -> None:
    home = replace(
        house(),
        devices=MappingProxyType({"d": Device(id="d", name="Balcony Plug", area="garden")}),
        names_version=4242,
        entities=MappingProxyType({**house().entities, "switch.p": Entity(id="switch.p", name="Socket", device="d")}),
    )
    assert house_words(home).entities_called("balcony plug") == ["switch.p"]
    assert house_words(home).entities_called("balcony plug socket") == ["switch.p"]
    assert home.area_of("switch.p") is not None


@pytest.mark.parametrize(
    ("slots", "detail"),
    [
        ({"area": "Ballroom", "domain": "light"}, {"area": "Ballroom"}),
        ({"floor": "Attic", "domain": "light"}, {"floor": "Attic"}),
        ({"name": "Disco Ball"}, {"name": "Disco Ball"}),
    ],
)
def test_unknown_places_and_names_are_refused_with_the_word(slots: dict[str, str], detail: dict[str, str]) -> None:
    found = ground("HassTurnOn", slots, house(), IN_KITCHEN)
    assert found.code == "no_valid_targets"
    assert found.targets == ()
    assert dict(found.detail) == detail


def test_nothing_named_is_not_everything() -> None:
    for intent in ("HassTurnOn", "HassTurnOff", "HassGetState"):
        assert ground(intent, {}, house(), IN_KITCHEN).targets == ()


def test_a_name_in_another_room_is_not_that_name_here() -> None:
    found = ground("HassTurnOn", {"name": "Floor Lamp", "area": "Kitchen"}, house(), IN_KITCHEN)
    assert found.code == "no_valid_targets"


def test_the_player_of_the_room_is_meant_and_said_to_be() -> None:
    found = ground("HassMediaPause", {}, house(), IN_KITCHEN)
    assert found.targets == ("media_player.kitchen",)
    assert found.area == "kitchen"


def test_the_playing_one_is_meant_elsewhere() -> None:
    found = ground("HassMediaPause", {}, house(), Context(now=NOW, area="office", playing=("media_player.tv",)))
    assert found.targets == ("media_player.tv",)


@pytest.mark.parametrize(
    ("noun", "ids"),
    [
        ("garage", {"cover.garage"}),
        ("curtain", {"cover.curtain_left", "cover.curtain_right"}),
        ("coffee", {"switch.coffee"}),
        ("oven", {"switch.oven"}),
        ("tv", {"media_player.tv"}),
        ("vacuum", {"vacuum.robbie"}),
        ("humidifier", set()),
    ],
)
def test_device_words(noun: str, ids: set[str]) -> None:
    assert set(ids_of(noun, house())) == ids


def test_curtains_are_not_opened_for_windows() -> None:
    assert not {i for i in ids_of("window", house()) if i.startswith("cover.curtain")}


@pytest.mark.parametrize(
    ("heard", "id_"),
    [
        ("flor lamp", "light.floor_lamp"),
        ("chrismas tree", "switch.christmas"),
        ("cofee maker", "switch.coffee"),
    ],
)
def test_near_misses_by_letters_and_sound(heard: str, id_: str) -> None:
    found = aim(read(f"turn on the {heard}", house_words(house())), house_words(house()), IN_KITCHEN)
    assert found.ids == (id_,)
    assert found.cost > 0.2


@pytest.mark.parametrize(("heard", "id_"), [("work top", "light.worktop"), ("bed room lamp", "light.bedroom_lamp")])
def test_a_name_written_apart_is_nearly_the_name(heard: str, id_: str) -> None:
    found = aim(read(f"turn on the {heard}", house_words(house())), house_words(house()), IN_KITCHEN)
    assert found.ids == (id_,)
    assert 0 < found.cost < 0.1


@pytest.mark.parametrize("heard", ["ballroom", "bathroom", "cellar", "disco ball", "fireplace", "sauna"])
def test_other_words_are_no_near_misses(heard: str) -> None:
    found = aim(read(f"turn on the {heard} lights", house_words(house())), house_words(house()), IN_KITCHEN)
    assert found.code == "no_valid_targets"
    assert found.unknown == heard


def test_exact_beats_near() -> None:
    home = replace(
        house(),
        names_version=4343,
        entities=MappingProxyType({**house().entities, "light.x": Entity(id="light.x", name="Floor Camp", area="kitchen")}),
    )
    found = aim(read("turn on the floor lamp", house_words(home)), house_words(home), IN_KITCHEN)
    assert found.ids == ("light.floor_lamp",)


def test_upstairs_is_above_the_room() -> None:
    found = aim(read("turn off the lights upstairs", house_words(house())), house_words(house()), IN_KITCHEN)
    assert set(found.ids) == {"light.bedroom_lamp", "light.bedside_left", "light.kids_star", "light.desk"}


def test_sounds_that_recognisers_mix_up_share_a_key() -> None:
    assert key("light") == key("lied")
    assert key("knight") == key("night")
    assert key("kitchen") != key("chicken")
