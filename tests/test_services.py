"""Frames become Home Assistant's services with its data."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from devices.home import Area, Entity, Home, OwnCommand, State
from hub.decision.services import commands
from models.said import Context, Frame

CONTEXT = Context(now=datetime(2026, 11, 23, 18, tzinfo=UTC))


def home(**states: Any) -> Home:
    """A home with one entity a domain, `domain.x`; states by domain as (value, attributes)."""
    domains = (
        "light",
        "switch",
        "cover",
        "lock",
        "valve",
        "climate",
        "fan",
        "media_player",
        "vacuum",
        "lawn_mower",
        "scene",
        "script",
        "todo",
        "humidifier",
        "alarm_control_panel",
        "button",
        "camera",
        "sensor",
    )
    entities = {f"{d}.x": Entity(id=f"{d}.x", name=d, area="a") for d in domains}
    known = {f"{d}.x": State(value=v, attributes=a) for d, (v, a) in states.items()}
    own = OwnCommand(
        intent="orderDrink",
        sentences=("x",),
        topic="bar/order",
        payload='{{"drink": "{coffeeDrink}"}}'.replace("{{", "{").replace("}}", "}"),
    )
    return Home(areas={"a": Area(id="a", name="Kitchen")}, entities=entities, states=known, commands=(own,))


CASES: list[tuple[str, dict[str, Any], str, str, dict[str, Any]]] = [
    ("HassTurnOn", {}, "light.x", "light.turn_on", {}),
    ("HassTurnOff", {}, "switch.x", "switch.turn_off", {}),
    ("HassTurnOn", {}, "cover.x", "cover.open_cover", {}),
    ("HassTurnOff", {}, "cover.x", "cover.close_cover", {}),
    ("HassTurnOn", {}, "lock.x", "lock.lock", {}),
    ("HassTurnOff", {}, "lock.x", "lock.unlock", {}),
    ("HassTurnOn", {}, "valve.x", "valve.open_valve", {}),
    ("HassTurnOn", {}, "scene.x", "scene.turn_on", {}),
    ("HassTurnOn", {}, "script.x", "script.turn_on", {}),
    ("HassTurnOn", {}, "button.x", "button.press", {}),
    ("HassTurnOff", {}, "alarm_control_panel.x", "alarm_control_panel.alarm_disarm", {}),
    ("HassToggle", {}, "fan.x", "fan.toggle", {}),
    ("HassLightSet", {"brightness": 40}, "light.x", "light.turn_on", {"brightness_pct": 40}),
    ("HassLightSet", {"brightness_step": -20}, "light.x", "light.turn_on", {"brightness_step_pct": -20}),
    ("HassLightSet", {"color": "red", "brightness": 10}, "light.x", "light.turn_on", {"brightness_pct": 10, "color_name": "red"}),
    ("HassLightSet", {"color": [1, 2, 3]}, "light.x", "light.turn_on", {"rgb_color": [1, 2, 3]}),
    ("HassLightSet", {"temperature": 2700}, "light.x", "light.turn_on", {"color_temp_kelvin": 2700}),
    ("HassClimateSetTemperature", {"temperature": 21.5}, "climate.x", "climate.set_temperature", {"temperature": 21.5}),
    ("HassClimateSetTemperature", {"temperature_step": 2}, "climate.x", "climate.set_temperature", {"temperature": 22}),
    ("HassFanSetSpeed", {"percentage": 50}, "fan.x", "fan.set_percentage", {"percentage": 50}),
    ("HassFanSetSpeed", {"percentage_step": -10}, "fan.x", "fan.decrease_speed", {"percentage_step": 10}),
    ("HassSetPosition", {"position": 30}, "cover.x", "cover.set_cover_position", {"position": 30}),
    ("HassSetPosition", {"position": 30}, "valve.x", "valve.set_valve_position", {"position": 30}),
    ("HassSetVolume", {"volume_level": 40}, "media_player.x", "media_player.volume_set", {"volume_level": 0.4}),
    ("HassSetVolumeRelative", {"volume_step": "up"}, "media_player.x", "media_player.volume_up", {}),
    ("HassSetVolumeRelative", {"volume_step": -20}, "media_player.x", "media_player.volume_set", {"volume_level": 0.3}),
    ("HassMediaPlayerMute", {}, "media_player.x", "media_player.volume_mute", {"is_volume_muted": True}),
    ("HassMediaPause", {}, "media_player.x", "media_player.media_pause", {}),
    ("HassMediaUnpause", {}, "media_player.x", "media_player.media_play", {}),
    ("HassMediaNext", {}, "media_player.x", "media_player.media_next_track", {}),
    (
        "HassMediaSearchAndPlay",
        {"search_query": "Dune", "media_class": "movie"},
        "media_player.x",
        "media_player.play_media",
        {"media_content_type": "movie", "media_content_id": "Dune"},
    ),
    ("HassVacuumStart", {}, "vacuum.x", "vacuum.start", {}),
    ("HassVacuumReturnToBase", {}, "vacuum.x", "vacuum.return_to_base", {}),
    ("HassVacuumCleanArea", {"area": "Kitchen"}, "vacuum.x", "vacuum.clean_area", {"cleaning_area_id": ["a"]}),
    ("HassLawnMowerDock", {}, "lawn_mower.x", "lawn_mower.dock", {}),
    ("HassListAddItem", {"item": "milk"}, "todo.x", "todo.add_item", {"item": "milk"}),
    ("HassListCompleteItem", {"item": "milk"}, "todo.x", "todo.update_item", {"item": "milk", "status": "completed"}),
    ("HassHumidifierSetpoint", {"humidity": 50}, "humidifier.x", "humidifier.set_humidity", {"humidity": 50}),
    ("HubStop", {}, "vacuum.x", "vacuum.stop", {}),
    ("HubPause", {}, "vacuum.x", "vacuum.pause", {}),
]


@pytest.mark.parametrize(("intent", "slots", "target", "service", "data"), CASES)
def test_each_frame_calls_the_service_that_home_assistant_would(
    intent: str, slots: dict[str, Any], target: str, service: str, data: dict[str, Any]
) -> None:
    house = home(climate=("heat", {"temperature": 20}), media_player=("playing", {"volume_level": 0.5}))
    (call,) = commands(Frame(intent=intent, slots=slots, targets=(target,)), house, CONTEXT)
    assert (call.service, call.entity_id, dict(call.data)) == (service, target, data)


def test_an_owners_command_publishes_its_payload_with_the_slots_filled_in() -> None:
    (call,) = commands(Frame(intent="orderDrink", slots={"coffeeDrink": "latte"}), home(), CONTEXT)
    assert call.entity_id is None
    assert call.service == "mqtt.publish"
    assert call.data == {"topic": "bar/order", "payload": '{"drink": "latte"}'}


def test_timers_and_questions_call_no_device() -> None:
    for intent in ("HassStartTimer", "HubSetAlarm", "HassGetState", "HassGetCurrentTime"):
        assert commands(Frame(intent=intent, slots={"minutes": 5}, targets=("light.x",)), home(), CONTEXT) == ()


def test_what_cannot_do_it_is_left_out() -> None:
    frame = Frame(intent="HassLightSet", slots={"brightness": 50}, targets=("light.x", "switch.x", "sensor.x"))
    assert [c.entity_id for c in commands(frame, home(), CONTEXT)] == ["light.x"]


def test_a_step_of_temperature_stays_within_what_the_thermostat_can_do() -> None:
    house = home(climate=("heat", {"temperature": 29, "max_temp": 30}))
    (call,) = commands(Frame(intent="HassClimateSetTemperature", slots={"temperature_step": 5}, targets=("climate.x",)), house, CONTEXT)
    assert call.data == {"temperature": 30}


def test_values_that_are_no_numbers_call_nothing() -> None:
    for bad in ("nan", None, True, "warm"):
        frame = Frame(intent="HassClimateSetTemperature", slots={"temperature": bad}, targets=("climate.x",))
        assert commands(frame, home(), CONTEXT) == ()
