"""The house's grammar: what can be said here, how fast it follows the house, and what strange names do to it."""

from __future__ import annotations

import time
from dataclasses import replace
from types import MappingProxyType

import pytest

from devices.home import Area, Entity, Floor, Home, OwnCommand
from models.automaton import grammar, house_lists, own
from models.automaton.template_nodes import number_words, spoken
from models.hearing.asr import alike, completeness


def house(*names: str, domain: str = "light", areas: tuple[str, ...] = ("Kitchen", "Office"), **more: object) -> Home:
    entities = {f"{domain}.{i}": Entity(id=f"{domain}.{i}", name=name) for i, name in enumerate(names)}
    return Home(
        entities=MappingProxyType(entities), areas=MappingProxyType({a.lower(): Area(id=a.lower(), name=a) for a in areas}), **more  # type: ignore[arg-type]
    )


HOUSE = house("Bed Light", "Kids' Lamp", "Lamp 2")


@pytest.mark.parametrize("text", [
    "turn on the bed light", "turn the bed light off", "Turn on the Bed Light.", "set bed light brightness to 50 percent",
    "set the bed light to fifty percent", "turn off all of the kitchen lights", "set a timer for 5 minutes", "set a timer for five minutes",
    "create a timer for 4 and a half hours", "what time is it", "could you please turn on the bed light", "turn on kids lamp",
    "turn on lamp two", "turn on lamp 2", "never mind", "wake me up at half past seven", "set an alarm for 7:30 a.m.",
    "turn on the bed light and turn off lamp 2", "turn on the bed light in five minutes", "good night",
])
def test_a_sentence_of_the_house_is_in_its_grammar(text: str) -> None:
    assert grammar.build(HOUSE).accepts(text)


@pytest.mark.parametrize("text", ["", "turn on the", "colourless green ideas", "turn the the light on", "set a timer for", "vacuum robbie"])
def test_what_is_no_sentence_of_the_house_is_not(text: str) -> None:
    assert not grammar.build(HOUSE).accepts(text)


def test_a_new_lamp_can_be_spoken_of_at_once() -> None:
    before = grammar.build(HOUSE)
    entities = dict(HOUSE.entities) | {"light.new": Entity(id="light.new", name="Wobbegong")}
    after = grammar.build(replace(HOUSE, entities=MappingProxyType(entities), names_version=HOUSE.names_version + 1))
    assert not before.accepts("turn on the wobbegong")
    assert after.accepts("turn on the wobbegong")


def test_building_again_for_the_same_names_costs_nothing() -> None:
    assert grammar.build(HOUSE) is grammar.build(replace(HOUSE, version=99))


def test_what_the_house_has_not_cannot_be_done_to_it() -> None:
    assert not grammar.build(HOUSE).accepts("lock the bed light")
    assert grammar.build(house("Front Door", domain="lock")).accepts("lock the front door")


def test_an_unknown_room_can_be_heard_as_such_but_is_dearer_than_a_known_one() -> None:
    start = grammar.build(HOUSE).start
    known, strange = start.walk(" turn on the lights in the kitchen"), start.walk(" turn on the lights in the sauna")
    assert known is not None
    assert strange is not None
    assert strange[1] + strange[0].final >= known[1] + known[0].final + house_lists.STRANGER_COST - 1e-6


@pytest.mark.parametrize(("size", "limit_s"), [(50, 0.5), (1000, 3.0)])
def test_the_grammar_of_a_big_house_is_built_in_time(size: int, limit_s: float) -> None:
    grammar.build(HOUSE)
    home = house(*(f"Thing {number_words(i)[0]} {['lamp', 'light', 'switch'][i % 3]}" for i in range(size)))
    began = time.process_time()
    built = grammar.build(home)
    assert built.accepts("turn on thing twenty one lamp")
    assert time.process_time() - began < limit_s


@pytest.mark.parametrize("name", ["off", "seven", "all", "light off", "Küche", "灯", "O'Brien's",
                                  "{name}", "(a|b", "", "  ", "😀", "x" * 300])
def test_a_strange_name_breaks_nothing(name: str) -> None:
    built = grammar.build(house(name, "Bed Light"))
    assert built.accepts("turn on the bed light")
    if spoken(name) and not set(name) & set("{}()"):
        assert built.accepts(f"turn on the {name}")


def test_a_name_without_its_accents_is_written_as_the_house_writes_it() -> None:
    built = grammar.build(house("Küchenlampe"))
    assert built.accepts("turn on the kuchenlampe")
    assert built.written_text("turn on the kuchenlampe") == "turn on the küchenlampe"


def test_an_empty_house_still_has_a_clock_and_no_lamps() -> None:
    built = grammar.build(Home())
    assert built.accepts("what time is it")
    assert not built.accepts("turn on the bed light")


def test_floors_are_rooms_of_rooms() -> None:
    home = house("Bed Light", floors=MappingProxyType({"up": Floor(id="up", name="Upper")}))
    assert grammar.build(home).accepts("turn on the lights on the upper floor")


COFFEE = OwnCommand(
    intent="orderDrink", sentences=("(get|make) me a [{size}] {drink}",),
    slots=MappingProxyType({"size": ("small", "twelve ounce"), "drink": ("latte", "iced mocha")}), topic="coffee", payload="{drink}",
)


def test_the_owners_commands_can_be_said_with_values_as_listed() -> None:
    built = grammar.build(Home(commands=(COFFEE,)))
    assert built.accepts("get me a twelve ounce latte")
    assert built.accepts("make me a 12 ounce iced mocha")
    assert built.written_text("make me a 12 ounce iced mocha") == "make me a twelve ounce iced mocha"
    assert not built.accepts("get me a latte small")


def test_a_broken_sentence_of_the_owner_is_told_of_and_the_rest_works() -> None:
    broken = replace(COFFEE, sentences=("(get|make me a {drink", "give me a {drink}"))
    built = grammar.build(Home(commands=(broken,)))
    assert len(built.problems) == 1
    assert "orderDrink" in built.problems[0]
    assert built.accepts("give me a latte")


def test_many_examples_teach_other_orders_of_their_slots() -> None:
    examples = tuple(f"{verb} a {{size}} {{drink}}" for verb in ("get me", "make me", "i want", "brew", "pour", "fix me")) + tuple(
        f"{verb} a {{drink}} with {{milk}}" for verb in ("get me", "make me", "i want", "brew", "pour", "fix me")
    )
    slots = MappingProxyType({**COFFEE.slots, "milk": ("soy milk",)})
    home = Home(commands=(replace(COFFEE, sentences=examples, slots=slots),))
    assert grammar.build(home).accepts("get me a small latte with soy milk")
    wanted = {"size": "small", "drink": "latte", "milk": "soy milk"}
    assert own.slots_in(home, "get me a small latte with soy milk") == ("orderDrink", wanted)
    assert own.slots_in(home, "get me a small small latte") is None
    assert not grammar.build(home).accepts("get me a small")  # every example has a drink


@pytest.mark.parametrize("sentences", [("make me a {size} {drink}", "make me a {drink}"), ("(get|make) me a [{size}] {drink}",)])
def test_an_own_sentence_with_a_may_be_said_with_an(sentences: tuple[str, ...]) -> None:
    many = tuple(s.replace("make", verb) for verb in ("make", "get", "brew", "pour", "fix", "bring") for s in sentences)
    home = Home(commands=(replace(COFFEE, sentences=many, slots=MappingProxyType({"size": ("small",), "drink": ("espresso", "latte")})),))
    for text, drink in (("make me an espresso", "espresso"), ("make me a latte", "latte")):
        assert grammar.build(home).accepts(text)
        assert own.slots_in(home, text) == ("orderDrink", {"drink": drink})


def test_a_lone_name_is_heard_only_if_it_is_the_houses_own() -> None:
    built = grammar.build(HOUSE)
    assert built.accepts("bed light")
    assert built.accepts("kitchen")
    assert not built.accepts("computer")
    assert built.accepts("no i meant the computer")


def test_a_text_that_is_no_own_command_is_none() -> None:
    assert own.slots_in(Home(commands=(COFFEE,)), "turn on the light") is None


def test_number_words_are_those_that_people_say() -> None:
    assert number_words(0) == ("zero",)
    assert number_words(45) == ("forty five",)
    assert "two thousand seven hundred" in number_words(2700)
    assert "twenty seven hundred" in number_words(2700)


@pytest.mark.parametrize(("text", "what"), [
    ("turn on the", "incomplete"), ("turn on the bed light", "complete"), ("set a timer for 5 minutes", "can_go_on"),
    ("turn off the lights", "can_go_on"), ("turn off the lights in the kitchen", "complete"), ("", "incomplete"),
    ("blah blah", "incomplete"),
])
def test_it_is_known_whether_a_sentence_goes_on(text: str, what: str) -> None:
    assert completeness(grammar.build(HOUSE), text) == what


def test_spellings_of_one_sentence_are_alike() -> None:
    assert alike("What's the timer, twenty five minutes") == alike("what is a timer 25 minutes")
    assert alike("set it to 50%") == alike("set it to fifty percent")
    assert alike("a timer for 1 minute and 45 second") == alike("the timer for one minutes and forty five seconds")
    assert alike("turn it on") != alike("turn it off")
    assert alike("the hours") != alike("the hour")


def test_sampled_sentences_are_sentences_of_the_house() -> None:
    built = grammar.build(HOUSE)
    sampled = built.sentences(30)
    assert len(sampled) == 30
    assert all(built.accepts(text) for text in sampled)
