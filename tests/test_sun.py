"""It gets dark when the almanac says so, and the place is the one that the time zone is named after."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from devices.homefile import parse_home
from hub.keeping import sun
from hub.keeping.timers import plan
from models.said import Frame

TABLE = [
    "# comment",
    "GB,GG,IM,JE\t+513030-0000731\tEurope/London",
    "US\t+404251-0740023\tAmerica/New_York\tEastern",
    "AU\t-3352+15113\tAustralia/Sydney",
    "SJ\t+7800+01600\tArctic/Longyearbyen",
]


@pytest.mark.parametrize(
    ("zone", "noon", "dark"),
    [
        ("Europe/London", "2026-06-21T12:00", "22:09"),
        ("Europe/London", "2026-12-21T12:00", "16:33"),
        ("America/New_York", "2026-12-21T12:00", "17:03"),
        ("Australia/Sydney", "2026-12-21T12:00", "20:34"),
    ],
)
def test_it_gets_dark_at_the_end_of_civil_twilight(zone: str, noon: str, dark: str) -> None:
    place = sun.place_of(zone, TABLE)
    assert place is not None
    now = datetime.fromisoformat(noon).replace(tzinfo=ZoneInfo(zone))
    found = sun.next_change(now, place, dark=True)
    assert found is not None
    wanted = datetime.combine(now.date(), datetime.strptime(dark, "%H:%M").time(), ZoneInfo(zone))
    assert abs((found - wanted).total_seconds()) <= 180
    light = sun.next_change(found, place, dark=False)
    assert light is not None
    assert timedelta(hours=5) < light - found < timedelta(hours=16)


def test_where_the_sun_does_not_set_it_gets_no_darker() -> None:
    place = sun.place_of("Arctic/Longyearbyen", TABLE)
    assert place is not None
    assert sun.next_change(datetime(2026, 6, 21, 12, tzinfo=UTC), place, dark=True) is None
    assert sun.place_of("Etc/UTC", TABLE) is None


def test_without_a_sensor_the_time_of_dusk_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sun, "here", lambda: (51.5, -0.1))
    now = datetime(2026, 12, 21, 12, tzinfo=UTC)
    frame = Frame(intent="HubWhen", slots={"condition": "it gets dark", "conversation_command": "close the blinds"})
    set_ = plan(frame, (), now, area=None, home=parse_home({})).put
    assert [(t.kind, t.command) for t in set_] == [("command", "close the blinds")]
    assert now + timedelta(hours=4) < set_[0].due < now + timedelta(hours=5)


def test_where_nobody_knows_the_place_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sun, "here", lambda: None)
    frame = Frame(intent="HubWhen", slots={"condition": "it gets dark", "conversation_command": "close the blinds"})
    found = plan(frame, (), datetime(2026, 12, 21, 12, tzinfo=UTC), area=None, home=parse_home({}))
    assert (found.status, found.code, found.put) == ("unseen", "cannot_see", ())
