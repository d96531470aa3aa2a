"""Modes, sources, options and numbers that a device offers are set by their names; what it does not offer is not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from devices.home import Home
from devices.homefile import parse_home
from hub.decision.services import commands
from models.automaton.house_words import house_words
from models.reading.interpret import Interpreter
from models.reading.options import chosen
from models.said import Context, Utterance

CLIMATE = {
    "hvac_modes": ["off", "heat", "cool", "dry", "fan_only"],
    "fan_modes": ["low", "high"],
    "temperature": 22,
    "min_temp": 16,
    "max_temp": 30,
}


def house() -> Home:
    def entity(id_: str, name: str, **attributes: Any) -> dict[str, Any]:
        return {"id": id_, "name": name, "area": "den", "state": "off", "attributes": attributes}

    return parse_home(
        {
            "areas": [{"id": "den", "name": "Den"}],
            "entities": [
                entity("climate.split", "Mini Split", **CLIMATE),
                entity(
                    "media_player.tv", "Samsung", device_class="tv", source_list=["HDMI 1", "HDMI 2", "YouTube"], supported_features=450493
                ),
                entity("select.generator", "Generator Mode", options=["eco", "boost", "silent"]),
                entity("number.delay", "Pump Delay", min=0, max=60),
                entity("fan.dyson", "Dyson", preset_modes=["auto", "sleep"], supported_features=9),
                entity("climate.radiator", "Radiator", hvac_modes=["off", "heat"], temperature=68, min_temp=45, max_temp=95),
            ],
        }
    )


NOW = Context(now=datetime(2026, 11, 1, 12, 0).astimezone(), area="den")


@pytest.mark.parametrize(
    ("said", "service", "data"),
    [
        ("switch the mini split to dry mode", "climate.set_hvac_mode", {"hvac_mode": "dry"}),
        ("put the mini split on high fan", "climate.set_fan_mode", {"fan_mode": "high"}),
        ("change the tv to hdmi two", "media_player.select_source", {"source": "HDMI 2"}),
        ("put the generator mode on silent", "select.select_option", {"option": "silent"}),
        ("set the pump delay to twenty", "number.set_value", {"value": 20}),
        ("dyson to sleep mode", "fan.set_preset_mode", {"preset_mode": "sleep"}),
        ("set the radiator to 20 degrees celsius", "climate.set_temperature", {"temperature": 68}),
    ],
)
def test_a_device_is_set_to_what_it_offers(said: str, service: str, data: dict[str, Any]) -> None:
    home = house()
    read = Interpreter(None).interpret(Utterance(text=said, confidence=1.0), home, NOW)
    calls = [c for f in read.frames for c in commands(f, home, NOW)]
    assert [(c.service, dict(c.data)) for c in calls] == [(service, data)]


@pytest.mark.parametrize(
    "said",
    [
        "switch the mini split to turbo mode",
        "change the tv to hdmi nine",
        "put the generator mode on loud",
        "turn on the dyson",
        "is the generator mode silent",
    ],
)
def test_what_a_device_does_not_offer_is_no_option(said: str) -> None:
    assert chosen(said, house_words(house()), NOW) is None


def test_a_radiator_is_no_air_conditioning() -> None:
    home = house()
    read = Interpreter(None).interpret(Utterance(text="set the air conditioning to 21", confidence=1.0), home, NOW)
    assert all("climate.radiator" not in f.targets for f in read.frames)


def test_nobody_waits_for_ten_to_the_seventeenth_hours() -> None:
    read = Interpreter(None).interpret(Utterance(text="set the timer for 99999999999999999 hours", confidence=1.0), house(), NOW)
    assert all("hours" not in f.slots for f in read.frames)


@pytest.mark.parametrize("said", ["<b>turn off</b> the dyson", '{"service": "turn on the dyson"}', "turn on the dyson; --"])
def test_signs_of_other_machines_are_no_speech(said: str) -> None:
    assert Interpreter(None).interpret(Utterance(text=said, confidence=1.0), house(), NOW).frames == ()
