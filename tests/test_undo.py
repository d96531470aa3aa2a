"""What a turn did is taken back: to the state before where it is known, else by the opposite, and never by a guess."""

from __future__ import annotations

from typing import Any

import pytest

from devices.home import Entity, Home, State
from hub.decision.undo import acted, inverse
from models.said import Past

HOME = Home(
    entities={i: Entity(id=i, name=i) for i in ("light.a", "cover.b", "lock.c", "climate.d", "media_player.e", "todo.f", "scene.g")},
    states={
        "light.a": State(value="on", attributes={"brightness": 255, "supported_color_modes": ["brightness"]}),
        "climate.d": State(value="heat", attributes={"temperature": 23}),
    },
)


def past(*actions: Any) -> Past:
    return Past(intent="HassTurnOn", actions=actions)


def action(service: str, entity_id: str | None, data: Any = None, status: str = "confirmed", before: Any = None) -> dict[str, Any]:
    return {"service": service, "entity_id": entity_id, "data": data or {}, "status": status} | ({"before": before} if before else {})


@pytest.mark.parametrize(
    ("service", "entity_id", "opposite"),
    [
        ("light.turn_on", "light.a", "light.turn_off"),
        ("cover.open_cover", "cover.b", "cover.close_cover"),
        ("lock.lock", "lock.c", "lock.unlock"),
        ("media_player.volume_up", "media_player.e", "media_player.volume_down"),
        ("media_player.media_pause", "media_player.e", "media_player.media_play"),
    ],
)
def test_without_a_known_state_the_opposite_is_called(service: str, entity_id: str, opposite: str) -> None:
    commands = inverse(past(action(service, entity_id)), HOME)
    assert commands is not None
    assert [(c.service, c.entity_id) for c in commands] == [(opposite, entity_id)]


def test_a_step_is_stepped_back() -> None:
    commands = inverse(past(action("light.turn_on", "light.a", {"brightness_step_pct": -20})), HOME)
    assert commands is not None
    assert commands[0].data == {"brightness_step_pct": 20}


def test_a_known_temperature_before_is_restored() -> None:
    before = {"state": "heat", "attributes": {"temperature": 20}}
    commands = inverse(past(action("climate.set_temperature", "climate.d", {"temperature": 23}, before=before)), HOME)
    assert commands is not None
    assert (commands[0].service, commands[0].data) == ("climate.set_temperature", {"temperature": 20})


def test_what_was_never_done_is_not_undone() -> None:
    assert not acted(past(action("light.turn_on", "light.a", status="unavailable")))
    assert inverse(past(action("light.turn_on", "light.a", status="refused")), HOME) is None


def test_a_value_set_without_a_known_state_before_is_not_guessed() -> None:
    assert inverse(past(action("climate.set_temperature", "climate.d", {"temperature": 23})), HOME) is None
    assert inverse(past(action("mqtt.publish", None)), HOME) is None
    assert inverse(past(action("scene.turn_on", "scene.g")), HOME) is None


def test_an_item_added_is_removed() -> None:
    commands = inverse(past(action("todo.add_item", "todo.f", {"item": "milk"})), HOME)
    assert commands is not None
    assert (commands[0].service, commands[0].data) == ("todo.remove_item", {"item": "milk"})
