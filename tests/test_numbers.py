"""Numbers, lengths of time and moments are read as people say them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unicode_rbnf import RbnfEngine

from models.reading.duration import canonical, duration
from models.reading.numbers import amounts, as_percent, cardinal, code, decimals, number, tokens
from models.reading.shades import color
from models.reading.when import find, iso

NOW = datetime(2026, 11, 2, 14, 0, tzinfo=UTC)
WORDS = RbnfEngine.for_language("en")


def words(text: str) -> list[str]:
    return [t.text for t in tokens(text)]


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("twenty one", 21),
        ("one hundred and five", 105),
        ("a hundred", 100),
        ("two thousand seven hundred", 2700),
        ("twenty point five", 20.5),
        ("zero point two five", 0.25),
        ("half", 0.5),
        ("a quarter", 0.25),
        ("three quarters", 0.75),
        ("two and a half", 2.5),
        ("minus five", -5),
        ("a couple of", 2),
        ("a dozen", 12),
        ("1,000", 1000),
        ("20.5", 20.5),
        ("nineteen and three quarters", 19.75),
        ("halfway", 0.5),
    ],
)
def test_number_words(said: str, value: float) -> None:
    found = number(words(said))
    assert found is not None
    assert found[0] == pytest.approx(value)
    assert found[1] == len(words(said))


@given(st.integers(min_value=0, max_value=99_999))
@settings(max_examples=200, deadline=None)
def test_every_cardinal_in_words_is_read_back(value: int) -> None:
    said = WORDS.format_number(value).text
    found = cardinal(words(said.replace("-", " ")))
    assert found is not None
    assert found[0] == value


@given(st.text(max_size=40))
@settings(max_examples=150, deadline=None)
def test_any_text_has_tokens_inside_it(text: str) -> None:
    for token in tokens(text):
        assert 0 <= token.start < token.end <= len(text)
    assert amounts(words(text)) is not None
    assert decimals(text) is not None
    assert find(tokens(text), NOW, bare=True) is None or True


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("4711", "4711"),
        ("four seven one one", "4711"),
        ("forty seven eleven", "4711"),
        ("the pin is four seven double one", "4711"),
        ("oh oh seven", "007"),
        ("yes", ""),
        ("four seven please", ""),
        ("", ""),
    ],
)
def test_a_code_is_read_as_digits_and_nothing_else_is(said: str, digits: str) -> None:
    assert code(said) == digits


def test_amounts_have_units() -> None:
    found = amounts(words("set it to fifty percent or twenty one degrees celsius or 2700 kelvin"))
    assert [(a.value, a.unit) for a in found] == [(50, "percent"), (21, "celsius"), (2700, "kelvin")]


@pytest.mark.parametrize(("said", "percent"), [("half", 50), ("a quarter", 25), ("one third", 33), ("40", 40), ("twenty degrees", None)])
def test_percentages(said: str, percent: int | None) -> None:
    assert as_percent(amounts(words(said))[0]) == percent


def test_whites_are_temperatures_and_colours_are_names() -> None:
    assert color(["warm", "white"], 0) == ("temperature", 2700, 2)
    assert color(["red"], 0) == ("color", "red", 1)
    assert color(["table"], 0) is None


@pytest.mark.parametrize(
    ("said", "slots"),
    [
        ("five and a half minutes", {"minutes": 5, "seconds": 30}),
        ("an hour and a half", {"hours": 1, "minutes": 30}),
        ("half an hour", {"minutes": 30}),
        ("ninety seconds", {"seconds": 90}),
        ("1 hour 5 minutes", {"hours": 1, "minutes": 5}),
        ("two minutes thirty", {"minutes": 2, "seconds": 30}),
        ("three quarters of an hour", {"minutes": 45}),
        ("an hour and fifteen minutes", {"hours": 1, "minutes": 15}),
        ("1h30", {"hours": 1, "minutes": 30}),
        ("2.5 hours", {"hours": 2, "minutes": 30}),
        ("a couple of minutes", {"minutes": 2}),
    ],
)
def test_lengths_of_time(said: str, slots: dict[str, int]) -> None:
    found = duration(words(said))
    assert found is not None
    assert found.slots() == slots


@given(st.integers(1, 23), st.integers(1, 59))
@settings(max_examples=60, deadline=None)
def test_hours_and_minutes_survive_the_canonical_form(hours: int, minutes: int) -> None:
    said = " ".join(canonical(words(f"{hours} hours and {minutes} minutes")))
    found = duration(words(said))
    assert found is not None
    assert found.total == hours * 3600 + minutes * 60


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("half past six", "2026-11-02T18:30:00"),
        ("at quarter to seven", "2026-11-02T18:45:00"),
        ("tomorrow at 7", "2026-11-03T07:00:00"),
        ("in ten minutes", "2026-11-02T14:10:00"),
        ("at seven thirty pm", "2026-11-02T19:30:00"),
        ("tonight at eight", "2026-11-02T20:00:00"),
        ("on friday at 10", "2026-11-06T10:00:00"),
        ("at eighteen hundred", "2026-11-02T18:00:00"),
        ("at ten to eight", "2026-11-02T19:50:00"),
        ("seven o'clock in the evening", "2026-11-02T19:00:00"),
        ("on the 5th of december at 3pm", "2026-12-05T15:00:00"),
        ("at noon", "2026-11-03T12:00:00"),
        ("at midnight", "2026-11-03T00:00:00"),
        ("an hour and a half from now", "2026-11-02T15:30:00"),
        ("the day after tomorrow at nine", "2026-11-04T09:00:00"),
        ("19:30", "2026-11-02T19:30:00"),
        ("7 a.m.", "2026-11-03T07:00:00"),
        ("six oh five tomorrow morning", "2026-11-03T06:05:00"),
    ],
)
def test_moments(said: str, at: str) -> None:
    found = find(tokens(said), NOW, bare=True)
    assert found is not None
    assert iso(found.at) == at


def test_repeats_name_the_weekdays_and_the_next_time() -> None:
    found = find(tokens("every monday and friday at seven"), NOW, bare=True)
    assert found is not None
    assert found.repeat == ("monday", "friday")
    assert iso(found.at) == "2026-11-02T19:00:00" or found.at.weekday() in (0, 4)


@given(st.integers(0, 23), st.integers(0, 59))
@settings(max_examples=100, deadline=None)
def test_a_clock_time_is_always_in_the_future_and_within_a_day(hour: int, minute: int) -> None:
    found = find(tokens(f"at {hour:02d}:{minute:02d}"), NOW, bare=True)
    assert found is not None
    assert NOW < found.at <= NOW + timedelta(days=1)
    assert found.at.minute == minute
