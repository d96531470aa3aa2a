"""Written-down sentences: Home Assistant's, ours, the owner's; what a text can't be is sieved out without changing any answer."""

from __future__ import annotations

import time
from dataclasses import replace
from types import MappingProxyType

import pytest
from hassil.recognize import recognize_all

from devices.home import Entity, Home, OwnCommand
from models.reading import exact
from models.reading.exact import HERE, clashes, matches
from models.reading.sieve import Sieve
from tests.test_interpret import house

SENTENCES = [
    "turn on the lights",
    "turn off the floor lamp",
    "set the bedroom lamp to fifty percent",
    "are any lights on",
    "play jazz in the kitchen",
    "is the front door locked",
    "set a timer for five minutes",
    "add milk to my shopping list",
    "what is the temperature",
    "undo that",
    "bedroom lights off",
    "turn on the floor lamp in the living room",
    "wake me at seven",
    "open the curtains",
    "party on the lawn",
    "volume up",
]


@pytest.mark.parametrize("text", SENTENCES)
def test_the_sieve_loses_no_match(text: str) -> None:
    home = house()
    lists = exact._house(home).lists

    def found(intents: object) -> set[str]:
        return {
            f"{r.intent.name} {sorted((k, str(e.value)) for k, e in r.entities.items())}"
            for r in recognize_all(text, intents, slot_lists=lists, intent_context={"area": HERE}, language="en")
        }  # type: ignore[arg-type]

    assert found(exact._sieve().passing(text, exact._house(home).spoken)) == found(exact._language())


def test_the_owners_sentences_come_first_with_their_values_as_listed() -> None:
    found = matches("get me a twelve ounce espresso", house())
    assert found[0].own
    assert found[0].intent == "orderDrink"
    assert found[0].slots == {"size": "twelve ounce", "coffeeDrink": "espresso"}


def test_a_clash_with_an_existing_sentence_is_found() -> None:
    home = replace(house(), commands=(OwnCommand(intent="mine", sentences=("turn on the lights",)),), names_version=777)
    assert clashes(home) == [("turn on the lights", "HassTurnOn")]
    assert clashes(house()) == []


def test_a_state_change_keeps_the_matcher_and_a_new_name_makes_another() -> None:
    home = house()
    before = exact._house(home)
    assert exact._house(home.with_state("light.desk", home.state("light.hall"))) is before
    more = {**home.entities, "light.new": Entity(id="light.new", name="Brand New Lamp")}
    newer = replace(home, entities=MappingProxyType(more), names_version=home.names_version + 1)
    assert matches("turn on the brand new lamp", newer)[0].slots["name"] == "Brand New Lamp"
    assert not any(m.slots.get("name") == "Brand New Lamp" for m in matches("turn on the brand new lamp", home))


def test_matchers_of_many_homes_are_bounded() -> None:
    for index in range(40):
        matches("turn on the lamp", Home(entities=MappingProxyType({"light.a": Entity(id="light.a", name=f"Lamp {index}")})))
    assert len(exact._houses) <= 16


def test_new_homes_are_read_at_twenty_sentences_a_second() -> None:
    matches("turn on the lights", house())
    started = time.thread_time()
    for index in range(20):
        entities = {k: replace(e, name=f"{e.name} {index}") for k, e in house().entities.items()}
        matches(f"turn on floor lamp {index}", replace(house(), entities=MappingProxyType(entities), names_version=50_000 + index))
    assert time.thread_time() - started < 1.0


def test_a_language_without_sentences_passes_nothing() -> None:
    sieve = Sieve(replace(exact._language(), intents={}))
    assert sieve.passing("turn on the lights", {}).intents == {}
