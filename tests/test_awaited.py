"""What the house is waited for: read from words, seen in states, kept like timers. What cannot be seen is said at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from devices.home import Home, State
from devices.homefile import parse_home
from hub.keeping.timers import PATIENCE, Timer, come_about, from_json, plan, to_json
from models.automaton.house_words import house_words
from models.reading.interpret import Interpreter
from models.reading.until import watched
from models.said import Context, Frame, Utterance
from models.situation.awaited import Awaited, Unseen, holds

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
HERE = Context(now=NOW, area="hall", person="anna")


def house(*more: dict[str, Any]) -> Home:
    def entity(id_: str, name: str, state: str, area: str = "hall", **attributes: Any) -> dict[str, Any]:
        return {"id": id_, "name": name, "area": area, "state": state, "attributes": attributes}

    return parse_home(
        {
            "areas": [{"id": "hall", "name": "Hall"}, {"id": "utility", "name": "Utility Room"}, {"id": "garden", "name": "Garden"}],
            "entities": [
                entity("light.hall", "Hall Light", "off"),
                entity("cover.blind", "Blind", "open", device_class="blind"),
                entity("sensor.washer", "Washing Machine", "running", "utility"),
                entity("switch.washer_plug", "Washing Machine Plug", "on", "utility"),
                entity("binary_sensor.door", "Front Door", "off", device_class="door"),
                entity("lock.front", "Front Door", "locked"),
                entity("binary_sensor.motion", "Hall Motion", "off", device_class="motion"),
                entity("binary_sensor.w1", "Left Window", "on", device_class="window"),
                entity("binary_sensor.w2", "Right Window", "off", device_class="window"),
                entity("sensor.lux", "Garden Light Level", "900", "garden", device_class="illuminance", unit_of_measurement="lx"),
                entity("sensor.out", "Outside Temperature", "4", "garden", device_class="temperature", unit_of_measurement="°C"),
                entity("media_player.radio", "Radio", "playing"),
                {"id": "person.anna", "name": "Anna", "state": "home"},
                {"id": "person.tom", "name": "Tom", "state": "not_home"},
                *more,
            ],
        }
    )


def so(home: Home, entity_id: str, value: str) -> Home:
    return replace(home, states={**home.states, entity_id: State(value=value, attributes=home.state(entity_id).attributes)})


@pytest.mark.parametrize(
    ("condition", "entity", "value", "fact"),
    [
        ("the washing machine is done", "sensor.washer", "idle", "the washing machine is done"),
        ("the washing machine finishes", "sensor.washer", "complete", "the washing machine is done"),
        ("the front door opens", "binary_sensor.door", "on", "the front door is open"),
        ("the front door is unlocked", "lock.front", "unlocked", "the front door is unlocked"),
        ("tom gets home", "person.tom", "home", "Tom is home"),
        ("Tom comes back home", "person.tom", "home", "Tom is home"),
        ("i leave", "person.anna", "Work", "you are away"),
        ("it gets dark", "sensor.lux", "3", "it is dark"),
        ("the outside temperature drops below zero", "sensor.out", "-1", "the outside temperature is below 0"),
        ("there's motion in the hall", "binary_sensor.motion", "on", "there is motion in the hall"),
        ("all the windows are closed", "binary_sensor.w1", "off", "all the windows are closed"),
        ("the hall light goes on", "light.hall", "on", "the hall light is on"),
        ("the music stops", "media_player.radio", "idle", "the music is over"),
    ],
)
def test_a_condition_comes_about_with_one_state(condition: str, entity: str, value: str, fact: str) -> None:
    home = house()
    found = watched(condition, house_words(home), HERE)
    assert isinstance(found, Awaited), found
    assert found.fact == fact
    assert entity in found.entities
    assert holds(found, home) is False
    assert holds(found, so(home, entity, value)) is True
    assert holds(found, so(home, entity, "unavailable")) is not True
    assert from_json(to_json(Timer(id="a", kind="wait", due=NOW, awaited=found))).awaited == found


@pytest.mark.parametrize(
    "condition", ["the back door opens", "the attic window closes", "the pool is warmer than thirty", "sarah gets home"]
)
def test_what_nothing_here_tells_is_not_waited_for(condition: str) -> None:
    assert not isinstance(watched(condition, house_words(house()), HERE), Awaited)


def test_without_a_sun_or_a_light_sensor_nobody_knows_when_it_is_dark() -> None:
    home = house()
    blind = replace(home, entities={k: v for k, v in home.entities.items() if k != "sensor.lux"})
    assert watched("it gets dark", house_words(blind), HERE) == Unseen("no_sun", "dark")


def test_a_door_that_is_open_is_waited_for_to_open_anew() -> None:
    home = so(house(), "binary_sensor.door", "on")
    put = plan(_when("the front door opens"), (), NOW, area="hall", home=home).put
    assert not put[0].armed
    assert come_about(put, "binary_sensor.door", home) == ((), ())
    _, armed = come_about(put, "binary_sensor.door", so(home, "binary_sensor.door", "off"))
    fired, _ = come_about(armed, "binary_sensor.door", home)
    assert [t.command for t in fired] == ["turn on the hall light"]


def _when(condition: str) -> Frame:
    return Frame(intent="HubWhen", slots={"condition": condition, "conversation_command": "turn on the hall light"})


def test_a_wait_ends_after_a_day_and_is_not_set_twice() -> None:
    first = plan(_when("tom gets home"), (), NOW, area="hall", home=house())
    assert first.put[0].due == NOW + PATIENCE
    assert plan(_when("tom gets home"), first.put, NOW, area="hall", home=house()).status == "already"


def test_a_wait_is_found_by_its_words_to_be_cancelled() -> None:
    home = house()
    waits = (
        *plan(_when("tom gets home"), (), NOW, area=None, home=home).put,
        *plan(_when("it gets dark"), (), NOW, area=None, home=home).put,
    )
    gone = plan(Frame(intent="HubCancelWait", slots={"message": "tom"}), waits, NOW, area=None, home=home)
    assert [t.awaited.fact for t in gone.about if t.awaited is not None] == ["Tom is home"]
    assert len(plan(Frame(intent="HubCancelWait", slots={"all": True}), waits, NOW, area=None, home=home).remove) == 2
    assert plan(Frame(intent="HubCancelWait"), waits, NOW, area=None, home=home).status == "which"
    assert len(plan(Frame(intent="HubWaitStatus"), waits, NOW, area=None, home=home).about) == 2


def said(text: str, home: Home | None = None) -> list[tuple[str, dict[str, Any], str | None]]:
    read = Interpreter(None).interpret(Utterance(text=text, confidence=1.0), home or house(), HERE)
    return [(f.intent, dict(f.slots), f.code) for f in read.frames]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("turn off the hall light when the washing machine is done", ("the washing machine is done", "turn off the hall light", None)),
        ("when the front door opens turn on the hall light", ("the front door opens", "turn on the hall light", None)),
        ("once it gets dark, close the blind", ("it gets dark", "close the blind", None)),
        ("tell me when the washing machine finishes", ("the washing machine finishes", None, None)),
        ("as soon as tom is home let me know", ("tom is home", None, None)),
        ("remind me to call the office when tom gets home", ("tom gets home", None, "call the office")),
        ("let me know if the front door opens", ("the front door opens", None, None)),
        ("close the blind after the washing machine has finished", ("the washing machine has finished", "close the blind", None)),
    ],
)
def test_sentences_that_wait(text: str, parts: tuple[str | None, ...]) -> None:
    slots = dict(zip(("condition", "conversation_command", "message"), parts, strict=True))
    assert said(text) == [("HubWhen", {k: v for k, v in slots.items() if v}, None)]


def test_until_does_it_now_and_takes_it_back_then() -> None:
    frames = said("turn on the hall light until tom gets home")
    assert [(i, c) for i, _, c in frames] == [("HassTurnOn", None), ("HubWhen", None)]
    assert frames[1][1] == {"condition": "tom gets home", "conversation_command": "turn off the hall light"}


def test_what_is_so_already_is_done_at_once() -> None:
    assert said("turn on the hall light when the left window is open") == [("HassTurnOn", {"name": "Hall Light"}, None)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("whenever the front door opens turn on the hall light", "not_supported"),
        ("when the pizza is done turn on the hall light", "not_supported"),
        ("turn on the disco ball when tom gets home", "no_valid_targets"),
    ],
)
def test_what_cannot_be_promised_is_refused_and_nothing_is_done_now(text: str, code: str) -> None:
    frames = said(text)
    assert frames
    assert all(c == code for _, _, c in frames)


@pytest.mark.parametrize(
    "text", ["tell me if the front door is open", "when is the washing machine done", "play when the saints go marching in"]
)
def test_questions_and_titles_wait_for_nothing(text: str) -> None:
    assert all(intent != "HubWhen" for intent, _, _ in said(text))
