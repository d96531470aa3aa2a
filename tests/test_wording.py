"""Names, times and numbers as people say them."""

from __future__ import annotations

from datetime import datetime

import pytest

from devices.home import Area, Entity, Home
from hub.saying.wording import choices, clock, day, listed, named, number, span, the

HOME = Home(
    areas={"k": Area(id="k", name="Kitchen"), "b": Area(id="b", name="Bedroom")},
    entities={
        e.id: e
        for e in (
            Entity(id="light.a", name="Ceiling", area="k"),
            Entity(id="light.b", name="Counter", area="k"),
            Entity(id="light.c", name="Spots", area="k"),
            Entity(id="light.d", name="Lamp", area="k"),
            Entity(id="light.e", name="Lamp", area="b"),
            Entity(id="vacuum.d", name="Dusty"),
        )
    },
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Kitchen Light", "the kitchen light"),
        ("TV", "the TV"),
        ("Anna's Lamp", "Anna's lamp"),
        ("The Big One", "the big one"),
        ("My Fan", "my fan"),
    ],
)
def test_names_get_an_article_where_they_need_one(name: str, expected: str) -> None:
    assert the(name) == expected


def test_several_things_are_named_only_as_far_as_needed() -> None:
    assert named(HOME, ["light.a"], None) == ("the ceiling", "is")
    assert named(HOME, ["light.c"], None) == ("the spots", "are")
    assert named(HOME, ["light.a", "light.b", "light.c"], "k") == ("the lights", "are")
    assert named(HOME, ["light.a", "light.b", "light.c"], "b") == ("the kitchen lights", "are")
    assert named(HOME, ["vacuum.d"], None) == ("Dusty", "is")
    assert named(HOME, [], None) == ("it", "is")


def test_things_of_the_same_name_are_told_apart_by_room() -> None:
    assert choices(HOME, ["light.d", "light.e"]) == "the one in the kitchen or the one in the bedroom"
    assert choices(HOME, ["light.a", "light.b"]) == "the ceiling or the counter"


def test_lists_numbers_and_spans() -> None:
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed([]) == ""
    assert (number(21.0), number("20.55"), number("nan")) == ("21", "20.6", "unknown")
    assert (span(90), span(3600), span(0)) == ("1 minute and 30 seconds", "1 hour", "no time")


def test_clock_and_day_are_said_as_people_do() -> None:
    now = datetime(2026, 11, 23, 20, 0)
    assert (clock(now), clock(now.replace(hour=0, minute=5))) == ("8:00 PM", "12:05 AM")
    assert (day(now, now), day(now.replace(day=24), now), day(now.replace(day=27), now)) == ("today", "tomorrow", "on Friday")
    assert day(datetime(2027, 3, 1), now) == "on March 1st"
