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
