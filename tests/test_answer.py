"""Questions are answered from states, in words; what is unknown or away is said to be so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from devices.home import Area, Entity, Home, State
from hub.decision.answer import answer
from hub.decision.states import matches, said_state
from hub.saying.reply import render
from models.said import Context, Frame, Past

NOW = datetime(2026, 11, 23, 18, 5, tzinfo=UTC)


def home(**states: Any) -> Home:
    """Entities by id with `__` for the dot: value, or (value, attributes)."""
    known = {k.replace("__", "."): v if isinstance(v, tuple) else (v, {}) for k, v in states.items()}
    entities = {k: Entity(id=k, name=k.partition(".")[2].replace("_", " ").title(), area="den") for k in known}
    changed = NOW - timedelta(minutes=20)
    return Home(
        areas={"den": Area(id="den", name="Den")},
        entities=entities,
        states={k: State(value=v, attributes=a, changed=changed) for k, (v, a) in known.items()},
    )


def said(
    house: Home,
    heard: str,
    intent: str = "HassGetState",
    targets: tuple[str, ...] | None = None,
    recent: tuple[Past, ...] = (),
    **slots: Any,
) -> str:
    frame = Frame(intent=intent, slots=slots, targets=tuple(house.entities) if targets is None else targets)
    found = answer(frame, heard, house, Context(now=NOW, area="den", recent=recent))
    return " ".join(render(k, v, "s") for k, v in found.lines)


@pytest.mark.parametrize(
    ("value", "asked", "right"),
    [
        (("on", {"device_class": "window"}), "open", True),
        (("off", {"device_class": "window"}), "closed", True),
        (("on", {"device_class": "moisture"}), "wet", True),
        (("on", {"device_class": "battery_charging"}), "on", True),
        (("unknown", {}), "on", None),
        (("unavailable", {"device_class": "door"}), "open", None),
    ],
)
def test_a_sensors_state_is_matched_in_the_words_of_its_class(value: Any, asked: str, right: bool | None) -> None:
    assert matches(home(binary_sensor__x=value), "binary_sensor.x", asked) is right


def test_numbers_are_said_with_their_unit() -> None:
    assert said_state(home(sensor__x=("21.50", {"unit_of_measurement": "°C"})), "sensor.x") == "21.5 degrees"
    assert said_state(home(sensor__x=("55", {"unit_of_measurement": "%"})), "sensor.x") == "55 percent"


def test_since_when_tells_time_and_span() -> None:
    text = said(home(light__lamp="on"), "since when is the lamp on", state="on")
    assert "5:45 PM" in text
    assert "20 minutes" in text


def test_an_appliance_with_time_left_is_not_done() -> None:
    house = home(sensor__washing_machine_status="running", sensor__washing_machine_remaining=("12", {"unit_of_measurement": "min"}))
    assert "12 minutes" in said(house, "is it done", targets=("sensor.washing_machine_status",), state="done")
    over = house.with_state("sensor.washing_machine_status", State(value="finished"))
    assert "done" in said(over, "is it done", targets=("sensor.washing_machine_status",), state="done")


def test_weather_comes_from_the_weather_entity_and_is_refused_without_one() -> None:
    house = home(weather__home=("partlycloudy", {"temperature": 5.0, "temperature_unit": "°C"}))
    text = said(house, "weather", "HassGetWeather")
    assert "partly cloudy" in text.lower()
    assert "5 degrees" in text
    assert "weather" in said(Home(), "weather", "HassGetWeather").lower()


def test_the_time_elsewhere_is_told_and_there_means_the_last_place_named() -> None:
    assert "3:05 AM" in said(home(), "what time is it in tokyo", "HassGetCurrentTime")
    before = Past(at=NOW, heard="what time is it in tokyo", intent="HassGetCurrentTime")
    assert "3:05 AM" in said(home(), "what time is it there", "HassGetCurrentTime", recent=(before,))


def test_the_time_in_a_place_that_nobody_knows_is_not_made_up() -> None:
    assert "don't know" in said(home(), "what time is it in gondolin", "HassGetCurrentTime")


def test_a_list_is_read_out_or_counted() -> None:
    house = home(
        todo__shopping_list=("2", {"items": [{"summary": "milk"}, {"summary": "eggs"}, {"summary": "tea", "status": "completed"}]})
    )
    assert said(house, "what's on it", "HubListItems").endswith("milk and eggs.")
    assert "two things" in said(home(todo__shopping_list="2"), "what's on it", "HubListItems")
    assert "nothing" in said(home(todo__shopping_list="0"), "", "HubListItems") or "empty" in said(
        home(todo__shopping_list="0"), "", "HubListItems"
    )


def test_what_cannot_be_reached_is_not_guessed() -> None:
    house = home(light__lamp="unavailable")
    frame = Frame(intent="HassGetState", slots={"state": "on"}, targets=("light.lamp",))
    found = answer(frame, "is the lamp on", house, Context(now=NOW))
    assert (found.kind, found.code) == ("decline", "unavailable")


def test_nan_and_unknown_temperatures_are_no_temperatures() -> None:
    for bad in ("nan", "unknown", "inf", ""):
        house = home(sensor__room=(bad, {"device_class": "temperature"}))
        frame = Frame(intent="HassClimateGetTemperature", targets=("sensor.room",))
        assert answer(frame, "temperature", house, Context(now=NOW)).kind == "decline"
