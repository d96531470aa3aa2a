"""Politeness falls off, sentences come apart where they are joined, corrections and exceptions are found."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.automaton.house_words import house_words
from models.reading.aside import aside
from models.reading.carry import carried
from models.reading.compound import clauses, corrections, exception, run_on
from models.reading.condition import conditional
from models.reading.polite import polite
from tests.test_interpret import house


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("could you please turn on the light for me, thanks", "turn on the light"),
        ("hey, can you open the blinds please", "open the blinds"),
        ("would you mind closing the door", "close the door"),
        ("okay hub, turn it off now", "turn it off"),
        ("turn on the light", "turn on the light"),
        ("i'd like you to play some jazz", "play some jazz"),
        ("turn of the light", "turn off the light"),
        ("turn the light of", "turn the light off"),
        ("the kitchen light is still on?", "is the kitchen light still on"),
        ("be an angel and close the blinds", "close the blinds"),
        ("hey, would you mind turning the fan off", "turn the fan off"),
        ("how about closing the blinds", "close the blinds"),
        ("turn it off quick", "turn it off"),
        ("a bit brighter please love", "a bit brighter"),
        ("turn the lights off, darling", "turn the lights off"),
        ("bung the fan on", "put the fan on"),
        ("make me mint tea with honey", "make me mint tea with honey"),
        ("play crazy little thing called love", "play crazy little thing called love"),
        ("turn on the fan an close the blinds", "turn on the fan and close the blinds"),
        ('is the lamp on? please answer with "yes" or "no"', "is the lamp on"),
    ],
)
def test_politeness_falls_off(said: str, meant: str) -> None:
    assert polite(said).rstrip("?") == meant


def test_pieces_stand_in_order_with_their_places() -> None:
    text = "turn on the fan and the lamp, then close the blinds"
    found = clauses(text)
    assert [c.text for c in found] == ["turn on the fan", "the lamp", "close the blinds"]
    assert all(text[c.start : c.end] == c.text for c in found)


@given(st.text(alphabet="abc ,.;&and then", max_size=50))
@settings(max_examples=150, deadline=None)
def test_pieces_are_pieces_of_the_text(text: str) -> None:
    for piece in clauses(text):
        assert text[piece.start : piece.end] == piece.text
    assert len(polite(text)) <= len(text) + 1


@pytest.mark.parametrize(
    ("said", "first", "rest"),
    [
        ("turn off all the lights except the kitchen", "turn off all the lights", "the kitchen"),
        ("turn off all lights but the star", "turn off all lights", "the star"),
        ("everything off apart from the oven", "everything off", "the oven"),
        ("all lights off but not the hall", "all lights off", "the hall"),
    ],
)
def test_exceptions(said: str, first: str, rest: str) -> None:
    assert exception(said) == (first, rest)


def test_but_joins_two_commands_where_a_verb_follows() -> None:
    assert exception("turn on the lights but turn off the fan") is None
    assert exception("turn on the lights") is None


def test_corrections_give_what_came_before_and_after() -> None:
    assert corrections("turn on, no, off the light") == [("turn on", "off the light")]
    assert corrections("turn on the lamp i mean the fan") == [("turn on the lamp", "the fan")]
    assert corrections("turn on the lamp") == []


@pytest.mark.parametrize(
    ("before", "after", "whole"),
    [
        ("turn on the worktop", "the floor lamp", "turn on the floor lamp"),
        ("turn off the lights in the kitchen", "in the bedroom", "turn off the lights in the bedroom"),
        ("turn on the floor lamp", "set it to red", "set the floor lamp to red"),
        ("open the left curtain", "the right one", "open the right curtain"),
        ("set the floor lamp to red", "to blue", "set the floor lamp to blue"),
    ],
)
def test_half_sentences_lean_on_the_one_before(before: str, after: str, whole: str) -> None:
    assert whole in carried(before, after, house_words(house()))


def test_conditions_are_seen() -> None:
    found = conditional("turn on the fan if it is above 25")
    assert found is not None
    assert (found.command, found.word, found.condition) == ("turn on the fan", "if", "it is above 25")
    assert conditional("when the oven is done, turn on the lights") is not None
    assert conditional("turn on the fan") is None
    assert conditional("when is my next alarm") is None


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("don't turn on the light", "negated"),
        ("she turned off the light", "told"),
        ("turn off the light", None),
        ("don't let me forget the milk", None),
        ("is there a window open", None),
        ("i want the lamp on", None),
    ],
)
def test_talk_is_told_from_commands(said: str, why: str | None) -> None:
    assert aside(said) == why


@pytest.mark.parametrize(
    ("said", "pieces"),
    [
        ("turn off the telly lock the front door", ["turn off the telly", "lock the front door"]),
        ("close the blinds there's a storm coming", ["close the blinds", "there's a storm coming"]),
        ("turn the light on in the hall", ["turn the light on in the hall"]),
        ("switch the lamp on and the fan off", ["switch the lamp on and the fan off"]),
        ("add it's raining men to my playlist", ["add it's raining men to my playlist"]),
    ],
)
def test_commands_without_a_word_between_them_come_apart_and_no_others(said: str, pieces: list[str]) -> None:
    assert [c.text for c in run_on(said)] == pieces
