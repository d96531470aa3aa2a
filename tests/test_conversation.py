"""Typed conversations through the whole hub: a sentence that leans on the one before it is read by what that was about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.asking import Asker, Question
from hub.config import Config
from hub.turn import Turn

NOON = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def asker() -> Iterator[Asker]:
    found = Asker(Config())
    yield found
    found.close()


async def talk(asker: Asker, said: list[str], room: str, folder: Path) -> list[Turn]:
    """The turns of a conversation in the simulated house, a quarter of a minute apart."""
    db = folder / "hub.db"
    asked = [Question(text=text, room=room, person="ann", db=db, now=NOON + timedelta(seconds=15 * n)) for n, text in enumerate(said)]
    return [await asker.ask(question) for question in asked]


CONVERSATIONS = [
    ("office", ["turn on the standing lamb", "no, I said the desk lamp"], "HassTurnOn", {"name": "Desk Lamp"}, ["light.desk_lamp"]),
    ("office", ["turn off the standing lamb", "no, I meant the standing light"], "HassTurnOff", {}, ["light.standing_light"]),
    ("office", ["open the blinds", "actually open them halfway"], "HassSetPosition", {"position": 50}, ["cover.office_blinds"]),
    ("kitchen", ["set a timer for ten minutes", "actually cancel it"], "HassCancelTimer", {}, []),
    ("kitchen", ["wake me at seven", "what alarms do I have", "delete it"], "HubCancelAlarm", {}, []),
    ("kitchen", ["add milk to the shopping list", "remove the milk"], "HassListRemoveItem", {"item": "milk"}, ["todo.shopping_list"]),
    ("kitchen", ["what's the temperature outside", "and in the bedroom"], "HassClimateGetTemperature", {}, ["sensor.bedroom_temperature"]),
    ("kitchen", ["play some jazz", "not that loud"], "HassSetVolumeRelative", {"volume_step": "down"}, ["media_player.kitchen_speaker"]),
]


@pytest.mark.parametrize(("room", "said", "intent", "slots", "targets"), CONVERSATIONS)
async def test_a_sentence_that_leans_on_the_one_before(
    asker: Asker, room: str, said: list[str], intent: str, slots: dict[str, Any], targets: list[str], tmp_path: Path
) -> None:
    turns = await talk(asker, said, room, tmp_path)
    meant = turns[-1].interpretation
    assert meant is not None
    assert meant.frames[0].intent == intent
    assert slots.items() <= meant.frames[0].slots.items()
    assert list(meant.frames[0].targets) == targets


async def test_another_room_without_such_a_thing_is_refused_and_nothing_is_done_again(asker: Asker, tmp_path: Path) -> None:
    turns = await talk(asker, ["set the thermostat to 22", "and in the bedroom"], "living_room", tmp_path)
    assert turns[-1].decision is not None
    assert turns[-1].decision.kind == "decline"
    assert not turns[-1].decision.commands


async def test_what_a_heater_is_set_to_is_no_reading_of_it(asker: Asker, tmp_path: Path) -> None:
    turns = await talk(asker, ["what's the thermostat set to"], "living_room", tmp_path)
    assert "20.5" in turns[-1].reply


async def test_what_is_left_out_of_several_rooms_is_left_out(asker: Asker, tmp_path: Path) -> None:
    turns = await talk(asker, ["turn on the lights in the kitchen and the office but not the desk lamp"], "kitchen", tmp_path)
    assert turns[0].decision is not None
    assert "light.desk_lamp" not in {c.entity_id for c in turns[0].decision.commands}
    assert turns[0].decision.kind == "act"


async def test_a_second_timer_has_the_unit_of_the_first(asker: Asker, tmp_path: Path) -> None:
    turns = await talk(asker, ["set a pizza timer for 12 minutes and an egg timer for 6"], "kitchen", tmp_path)
    meant = turns[0].interpretation
    assert meant is not None
    assert [(f.slots.get("name"), f.slots.get("minutes")) for f in meant.frames] == [("pizza", 12), ("egg", 6)]


async def test_a_thing_that_cannot_be_set_is_known_all_the_same(asker: Asker, tmp_path: Path) -> None:
    turns = await talk(asker, ["turn the oven to 200"], "kitchen", tmp_path)
    assert turns[0].reply == "The oven can't do that."


async def test_what_is_off_is_not_still_on(asker: Asker, tmp_path: Path) -> None:
    turns = await talk(asker, ["is the oven still on"], "kitchen", tmp_path)
    assert turns[0].reply in ("No, the oven is off.", "No, it's off.")
