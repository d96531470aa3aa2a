"""What surrounds a turn: which earlier turns count, timers worked out from them, activity and habits."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from devices.home import Area, Device, Entity, Home, State
from hub.context import build
from models.said import Context, Habit, Past
from models.situation.media import preference

NOW = datetime(2026, 11, 24, 7, 5, tzinfo=timezone(timedelta(hours=1)))
HOME = Home(
    areas={"kitchen": Area(id="kitchen", name="Kitchen"), "den": Area(id="den", name="Den")},
    devices={"d": Device(id="d", name="Panel", area="den", kind="smart_display")},
    entities={
        "media_player.a": Entity(id="media_player.a", name="A", area="den"),
        "media_player.b": Entity(id="media_player.b", name="B", area="kitchen"),
    },
    states={"media_player.a": State(value="playing"), "media_player.b": State(value="playing")},
)


def turn(ago_s: float, intent: str | None = "HassTurnOn", **known: Any) -> Past:
    return Past(at=NOW - timedelta(seconds=ago_s), intent=intent, **known)


def test_a_conversation_is_over_after_five_minutes() -> None:
    context = build(NOW, HOME, [turn(301), turn(299)])
    assert len(context.recent) == 1


def test_another_rooms_and_another_persons_turns_are_no_part_of_it() -> None:
    history = [turn(30, room="den", person="anna"), turn(20, room="kitchen", person="ben"), turn(10, room="kitchen", person="anna")]
    assert build(NOW, HOME, history, room="kitchen", person="anna").recent == (history[2],)


def test_a_turn_of_the_future_does_not_count() -> None:
    assert build(NOW, HOME, [turn(-60)]).recent == ()


def test_what_plays_in_the_room_comes_first() -> None:
    assert build(NOW, HOME, [], room="kitchen").playing == ("media_player.b", "media_player.a")
    assert build(NOW, HOME, [], room="den").playing == ("media_player.a", "media_player.b")


def test_a_display_in_the_room_is_a_screen_and_the_default_is_none() -> None:
    assert build(NOW, HOME, [], room="den").screen
    assert not build(NOW, HOME, [], room="kitchen").screen
    assert not build(NOW, HOME, [], room="den", screen=False).screen


def test_a_timer_of_the_history_runs_then_rings_then_is_gone() -> None:
    history = [turn(100, "HassStartTimer", slots={"minutes": 5})]
    (timer,) = build(NOW, HOME, history).timers
    assert not timer["ringing"]
    (timer,) = build(NOW + timedelta(minutes=5), HOME, history).timers
    assert timer["ringing"]
    assert build(NOW + timedelta(minutes=40), HOME, history).timers == ()


def test_a_cancelled_timer_and_one_that_was_only_asked_about_do_not_run() -> None:
    started = turn(100, "HassStartTimer", slots={"minutes": 5})
    assert build(NOW, HOME, [started, turn(50, "HassCancelTimer")]).timers == ()
    assert build(NOW, HOME, [turn(100, "HassStartTimer", slots={}, decision="ask")]).timers == ()


def test_an_alarm_that_was_stopped_is_an_activity_for_half_an_hour() -> None:
    history = [turn(240, "HubCancelAlarm", heard="stop the alarm", room="den")]
    assert build(NOW, HOME, history, room="kitchen").activity == "alarm_stopped"
    assert build(NOW + timedelta(minutes=40), HOME, history, room="kitchen").activity is None


def test_a_ringing_alarm_that_a_bare_stop_ended_counts_too() -> None:
    history = [turn(36000, "HubSetAlarm", slots={"datetime": "2026-11-24T07:00:00"}), turn(240, "HubStop", heard="stop")]
    assert build(NOW, HOME, history).activity == "alarm_stopped"


def test_a_plain_stop_is_no_alarm() -> None:
    assert build(NOW, HOME, [turn(240, "HubStop", heard="stop")]).activity is None


def test_coming_home_is_an_activity() -> None:
    assert build(NOW, HOME, [turn(60, "HubSmallTalk", heard="I'm home")]).activity == "came_home"


def test_what_a_person_plays_is_counted_for_that_person_only() -> None:
    played = [turn(86400 * d, "HassMediaSearchAndPlay", slots={"search_query": "jazz"}, person="anna") for d in (3, 2, 1)]
    anna = build(NOW, HOME, played, person="anna").habits
    assert [(h.then["slots"]["search_query"], h.support, h.p) for h in anna if h.kind == "preference"] == [("jazz", 3, 1.0)]
    assert not [h for h in build(NOW, HOME, played, person="ben").habits if h.kind == "preference"]


def test_generic_music_is_no_preference() -> None:
    played = [turn(86400 * d, "HassMediaSearchAndPlay", slots={"search_query": "music"}) for d in (3, 2, 1)]
    assert not [h for h in build(NOW, HOME, played).habits if h.kind == "preference"]


def test_what_follows_the_alarm_becomes_a_sequence() -> None:
    history = []
    for day in (3, 2, 1):
        history.append(turn(86400 * day, "HubCancelAlarm", heard="stop the alarm"))
        history.append(turn(86400 * day - 120, "HassTurnOn", targets=("switch.coffee",)))
    (found,) = [h for h in build(NOW, HOME, history).habits if h.kind == "sequence"]
    assert (found.when, found.then["targets"], found.support) == ({"activity": "alarm_stopped"}, ("switch.coffee",), 3)


def test_slots_that_no_hub_wrote_do_no_harm() -> None:
    history = [turn(10, "HassStartTimer", slots={"minutes": "soon"}), turn(5, "HubSetAlarm", slots={"datetime": "at dawn"})]
    assert build(NOW, HOME, history).timers == ()


def test_what_was_learned_and_what_the_journal_shows_are_one_liking_and_no_two() -> None:
    def likes(slots: dict[str, str], p: float, support: int) -> Habit:
        then = {"intent": "HassMediaSearchAndPlay", "slots": slots}
        return Habit(kind="preference", when={"intent": "HassMediaSearchAndPlay"}, then=then, p=p, support=support)

    both = (likes({"search_query": "Jazz", "media_class": "music"}, 0.9, 6), likes({"search_query": "jazz"}, 1.0, 6))
    found = preference(Context(now=NOW, habits=both))
    assert found is not None
    assert found.then["slots"]["search_query"] == "jazz"
    rivals = (likes({"search_query": "jazz"}, 0.5, 6), likes({"search_query": "rock"}, 0.5, 6))
    assert preference(Context(now=NOW, habits=rivals)) is None
