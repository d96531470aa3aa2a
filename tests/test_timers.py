"""What timers, alarms and reminders promise, on made-up clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.home import Area, Home
from hub.keeping.timers import Plan, Timer, after_ringing, due_now, from_json, next_due, next_ring, plan, to_json, wall
from models.said import Frame

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 20, 0, tzinfo=BERLIN)
HOME = Home(areas=MappingProxyType({"kitchen": Area(id="kitchen", name="Kitchen"), "office": Area(id="office", name="Office")}))


def said(intent: str, *timers: Timer, area: str | None = None, now: datetime = NOW, **slots: object) -> Plan:
    return plan(Frame(intent=intent, slots=slots), timers, now, area=area, home=HOME)


def timer(minutes: float, name: str | None = None, **more: object) -> Timer:
    due = NOW.astimezone(UTC) + timedelta(minutes=minutes)
    return Timer(id=name or f"t{minutes}", kind="timer", due=due, duration_s=minutes * 60, name=name, **more)  # type: ignore[arg-type]


def test_a_timer_is_due_after_the_time_that_was_said() -> None:
    slots = {"minutes": 5, "seconds": 30, "name": "pizza", "area": "Kitchen"}
    got = plan(Frame(intent="HassStartTimer", slots=slots), (), NOW, area="office", home=HOME)
    (pizza,) = got.put
    assert (got.status, pizza.kind, pizza.name, pizza.area) == ("done", "timer", "pizza", "kitchen")
    assert pizza.due - NOW == timedelta(minutes=5, seconds=30)


def test_a_timer_without_a_time_is_asked_for() -> None:
    assert (said("HassStartTimer").status, said("HassStartTimer").code) == ("missing", "missing_value")


def test_a_delayed_command_keeps_its_words() -> None:
    (later,) = said("HassStartTimer", minutes=10, conversation_command="turn off the lights").put
    assert (later.kind, later.command) == ("command", "turn off the lights")


def test_two_timers_of_equal_length_in_other_rooms_are_asked_about() -> None:
    got = said("HassCancelTimer", timer(5, "a"), timer(5, "b"))
    assert (got.status, got.code, [t.id for t in got.about], got.remove) == ("which", "multiple_timers_matched", ["a", "b"], ())


def test_the_one_in_this_room_is_meant_when_only_one_is_here() -> None:
    got = said("HassCancelTimer", timer(5, "a", area="kitchen"), timer(5, "b", area="office"), area="office")
    assert got.remove == ("b",)


@pytest.mark.parametrize(
    ("slots", "expected"), [({"name": "pizza"}, "pizza"), ({"start_minutes": 9}, "eggs"), ({"area": "Office"}, "eggs")]
)
def test_a_timer_is_found_by_name_by_length_or_by_room(slots: dict[str, object], expected: str) -> None:
    timers = (timer(5, "pizza", area="kitchen"), timer(9, "eggs", area="office"))
    assert plan(Frame(intent="HassCancelTimer", slots=slots), timers, NOW, area=None, home=HOME).remove == (expected,)


def test_an_unknown_timer_is_refused_and_no_other_is_touched() -> None:
    got = said("HassCancelTimer", timer(5, "pizza"), name="laundry")
    assert (got.status, got.code, got.remove) == ("none", "timer_not_found", ())


def test_a_paused_timer_keeps_what_is_left_and_goes_on_from_there() -> None:
    paused = said("HassPauseTimer", timer(10), now=NOW + timedelta(minutes=4)).put[0]
    assert paused.paused_left_s == 360
    later = NOW + timedelta(hours=3)
    assert due_now([paused], later) == ()
    resumed = said("HassUnpauseTimer", paused, now=later).put[0]
    assert resumed.due - later == timedelta(minutes=6)
    assert said("HassUnpauseTimer", resumed, now=later).status == "already"


def test_time_is_added_and_taken_away() -> None:
    assert said("HassIncreaseTimer", timer(5), minutes=2).put[0].left_s(NOW) == 420
    assert said("HassDecreaseTimer", timer(5), minutes=2).put[0].left_s(NOW) == 180
    assert said("HassDecreaseTimer", timer(5), minutes=20).put[0].left_s(NOW) == 0
    assert said("HassIncreaseTimer", timer(5)).code == "missing_value"


def test_all_timers_are_cancelled_and_alarms_stay() -> None:
    alarm = Timer(id="alarm", kind="alarm", due=NOW.astimezone(UTC) + timedelta(hours=9), at="05:00")
    assert said("HassCancelAllTimers", timer(5, "a"), timer(6, "b"), alarm).remove == ("a", "b")


def test_how_long_is_left_is_told_for_the_next_first() -> None:
    assert [t.id for t in said("HassTimerStatus", timer(9, "b"), timer(5, "a")).about] == ["a", "b"]
    assert said("HassTimerStatus").code == "timer_not_found"


def test_an_alarm_rings_at_the_wall_clock_time_that_was_said() -> None:
    (alarm,) = said("HubSetAlarm", datetime="2026-11-24T07:00:00").put
    assert alarm.due.astimezone(BERLIN) == datetime(2026, 11, 24, 7, 0, tzinfo=BERLIN)
    assert said("HubSetAlarm", alarm, datetime="2026-11-24T07:00:00").status == "already"
    assert said("HubSetAlarm", datetime="2026-11-23T07:00:00").code == "time_is_past"


def test_a_weekday_alarm_skips_the_weekend_and_comes_back_after_it_rang() -> None:
    days = ["monday", "tuesday", "wednesday", "thursday", "friday"]
    friday_evening = datetime(2026, 11, 27, 20, 0, tzinfo=BERLIN)
    (alarm,) = said("HubSetAlarm", now=friday_evening, datetime="2026-11-28T07:00:00", repeat=days).put
    assert alarm.due.astimezone(BERLIN) == datetime(2026, 11, 30, 7, 0, tzinfo=BERLIN)
    again = after_ringing(replace(alarm, ringing=True), alarm.due.astimezone(BERLIN) + timedelta(minutes=1))
    assert again is not None
    assert (again.due.astimezone(BERLIN), again.ringing) == (datetime(2026, 12, 1, 7, 0, tzinfo=BERLIN), False)


def test_seven_stays_seven_across_daylight_saving() -> None:
    for before in (datetime(2026, 3, 28, 20, 0, tzinfo=BERLIN), datetime(2026, 10, 24, 20, 0, tzinfo=BERLIN)):
        assert next_ring(time(7), (), before).astimezone(BERLIN).hour == 7


def test_a_time_that_the_clock_leaves_out_rings_after_the_jump() -> None:
    assert wall(date(2026, 3, 29), time(2, 30), BERLIN).astimezone(BERLIN) == datetime(2026, 3, 29, 3, 30, tzinfo=BERLIN)


def test_a_time_that_comes_twice_rings_the_first_time_only() -> None:
    first = wall(date(2026, 10, 25), time(2, 30), BERLIN)
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert next_ring(time(2, 30), (), first.astimezone(BERLIN)) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def test_snooze_moves_what_rings_and_nothing_else() -> None:
    ringing = replace(timer(0, "rings"), kind="alarm", ringing=True)
    got = said("HubSnooze", ringing, timer(5, "quiet"), minutes=3)
    assert [(t.id, t.left_s(NOW), t.ringing) for t in got.put] == [("rings", 180, False)]
    assert said("HubSnooze", timer(5)).code == "timer_not_found"


def test_the_ringing_one_is_meant_when_one_of_several_rings() -> None:
    assert said("HassCancelTimer", replace(timer(0, "rings"), ringing=True), timer(5, "other")).remove == ("rings",)


@given(
    minutes=st.integers(1, 10_000),
    offset=st.integers(0, 400),
    repeat=st.lists(st.sampled_from(["monday", "sunday", "wednesday"]), unique=True),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
)
def test_what_is_stored_comes_back_the_same_and_the_next_ring_is_always_ahead(
    minutes: int, offset: int, repeat: list[str], hour: int, minute: int
) -> None:
    now = NOW + timedelta(days=offset, minutes=minutes)
    due = next_ring(time(hour, minute), repeat, now)
    assert now < due <= now + timedelta(days=8, hours=1)
    kept = Timer(id="x", kind="alarm", due=due, repeat=tuple(repeat), at=f"{hour:02}:{minute:02}")
    assert from_json(to_json(kept)) == kept
    assert next_due([kept]) == due
