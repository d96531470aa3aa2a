"""One right decision of six; what is risky is never done without a plain yes to the hub's own question."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from devices.home import Area, Entity, Home, State
from hub.decide import decide
from hub.saying.reply import reply
from hub.saying.why import why
from hub.turn import Opening, Rewrite, Turn
from models.conversation.dialogue import CONFIRMED
from models.said import Context, Frame, Interpretation, Past, Utterance, Wake

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
HOME = Home(
    areas={"hall": Area(id="hall", name="Hall"), "kitchen": Area(id="kitchen", name="Kitchen"), "garage": Area(id="garage", name="Garage")},
    entities={
        e.id: e
        for e in (
            Entity(id="lock.front", name="Front Door", area="hall"),
            Entity(id="cover.garage", name="Garage Door", area="garage"),
            Entity(id="switch.oven", name="Oven", area="kitchen"),
            Entity(id="light.a", name="Ceiling", area="kitchen"),
            Entity(id="light.b", name="Counter", area="kitchen"),
            Entity(id="light.gone", name="Old Lamp", area="kitchen"),
            Entity(id="alarm_control_panel.home", name="Alarm"),
            Entity(id="camera.door", name="Door Camera", area="hall"),
            Entity(id="climate.k", name="Heating", area="kitchen"),
            Entity(id="binary_sensor.w", name="Window", area="kitchen"),
        )
    },
    states={
        "lock.front": State(value="locked"),
        "cover.garage": State(value="closed", attributes={"device_class": "garage"}),
        "switch.oven": State(value="off"),
        "light.a": State(value="off"),
        "light.b": State(value="on"),
        "light.gone": State(value="unavailable"),
        "alarm_control_panel.home": State(value="armed_away"),
        "climate.k": State(value="heat", attributes={"temperature": 20, "max_temp": 30}),
        "binary_sensor.w": State(value="on", attributes={"device_class": "window"}),
    },
)


def decided(
    *frames: Frame,
    heard: str = "words",
    home: Home = HOME,
    rewrite: Rewrite | None = None,
    pin: str | None = None,
    opening: str = "typed",
    in_house: bool = True,
    accepted: bool = True,
    code: str | None = None,
    detail: Any = None,
    rivals: tuple[Frame, ...] = (),
    wake: Wake | None = None,
    **context: Any,
) -> Turn:
    meant = Interpretation(
        frames=frames, accepted=accepted, confidence=0.9, margin=0.5, code=code, heard=heard, detail=detail or {}, rivals=rivals
    )
    turn = Turn(
        id="t",
        opening=Opening(kind=opening, at=NOW, wake=wake),
        context=Context(now=NOW, **context),
        rewrite=rewrite,
        interpretation=meant,
        utterance=Utterance(text=heard, confidence=1.0, in_house=in_house),
    )
    turn = decide(turn, home, pin=pin)
    return replace(turn, reply=reply(turn, home))


def kind(turn: Turn) -> tuple[str, str | None]:
    assert turn.decision is not None
    return turn.decision.kind, turn.decision.code


def calls(turn: Turn) -> list[str]:
    assert turn.decision is not None
    return [f"{c.service} {c.entity_id}" for c in turn.decision.commands]


UNLOCK = Frame(intent="HassTurnOff", targets=("lock.front",))
RISKY = [
    UNLOCK,
    Frame(intent="HassTurnOn", targets=("cover.garage",)),
    Frame(intent="HassTurnOn", targets=("switch.oven",)),
    Frame(intent="HassTurnOff", targets=("alarm_control_panel.home",)),
]


def asked(frame: Frame = UNLOCK, *, ago_s: int = 10, **known: Any) -> Past:
    return Past(at=NOW - timedelta(seconds=ago_s), intent=frame.intent, targets=frame.targets, frames=(frame,), decision="confirm", **known)


@pytest.mark.parametrize("frame", RISKY)
def test_unlocking_opening_the_garage_cooking_and_disarming_are_asked_first(frame: Frame) -> None:
    turn = decided(frame)
    assert kind(turn)[0] == "confirm"
    assert calls(turn) == []
    assert turn.decision is not None
    assert turn.decision.targets == frame.targets
    assert turn.reply.endswith("?")


@pytest.mark.parametrize("frame", RISKY)
def test_a_plain_yes_to_that_question_lets_it_through(frame: Frame) -> None:
    turn = decided(replace(frame, source=CONFIRMED), heard="yes", recent=(asked(frame),))
    assert kind(turn)[0] == "act"
    assert len(calls(turn)) == 1


def test_a_yes_to_no_question_or_to_another_thing_confirms_nothing() -> None:
    sure = replace(UNLOCK, source=CONFIRMED)
    assert kind(decided(sure, heard="yes"))[0] == "confirm"
    assert kind(decided(sure, heard="yes", recent=(asked(RISKY[1]),)))[0] == "confirm"
    between = Past(at=NOW, intent="HassGetCurrentTime", decision="answer")
    assert kind(decided(sure, heard="yes", recent=(asked(), between)))[0] == "confirm"


def test_a_learned_rewrite_can_never_confirm() -> None:
    turn = decided(replace(UNLOCK, source=CONFIRMED), heard="yep", recent=(asked(),), rewrite=Rewrite(to="yes", source="personal", id="r1"))
    assert kind(turn)[0] == "confirm"
    assert calls(turn) == []


def test_the_hubs_own_voice_is_ignored() -> None:
    turn = decided(
        UNLOCK, heard="really unlock the front door", opening="follow_up", recent=(asked(reply="Shall I really unlock the front door?"),)
    )
    assert kind(turn) == ("ignore", "own_voice")
    assert turn.reply == ""


def test_a_television_in_the_room_cannot_say_yes_but_a_person_with_the_wake_word_can() -> None:
    sure = replace(UNLOCK, source=CONFIRMED)
    film = Entity(id="media_player.tv", name="TV", area="hall")
    on = replace(HOME, entities={**HOME.entities, film.id: film}).with_state(film.id, State(value="on"))
    over_it = decided(sure, heard="yes", home=on, recent=(asked(),), opening="follow_up", area="hall")
    assert kind(over_it) == ("confirm", "risky_unlock")
    assert calls(over_it) == []
    assert over_it.reply == "The TV is on, so I can't be sure who said that. Say my wake word, then yes."
    woken = Wake(phrase="alexa", score=0.9)
    person = decided(sure, heard="yes", home=on, recent=(asked(),), opening="wake", wake=woken, area="hall")
    assert calls(person) == ["lock.unlock lock.front"]
    off, elsewhere = on.with_state(film.id, State(value="off")), on
    assert calls(decided(sure, heard="yes", home=off, recent=(asked(),), opening="follow_up", area="hall")) != []
    assert calls(decided(sure, heard="yes", home=elsewhere, recent=(asked(),), opening="follow_up", area="kitchen")) != []


def test_with_a_pin_the_yes_is_not_enough_and_a_wrong_code_opens_nothing() -> None:
    sure = replace(UNLOCK, source=CONFIRMED)
    assert kind(decided(sure, heard="yes", recent=(asked(),), pin="1234")) == ("confirm", "pin_needed")
    asked_pin = asked(code="pin_needed")
    assert kind(decided(sure, heard="four three two one", recent=(asked_pin,), pin="1234")) == ("decline", "wrong_pin")
    for spoken in ("one two three four", "1234", "the code is twelve thirty four", "1 2 3 4"):
        assert calls(decided(sure, heard=spoken, recent=(asked_pin,), pin="1234")) == ["lock.unlock lock.front"]


def test_a_risky_part_holds_the_whole_sentence_back() -> None:
    turn = decided(Frame(intent="HassTurnOn", targets=("light.a",)), UNLOCK)
    assert kind(turn)[0] == "confirm"
    assert calls(turn) == []


def test_locking_closing_and_turning_off_need_no_question() -> None:
    house = HOME.with_state("lock.front", State(value="unlocked")).with_state(
        "cover.garage", State(value="open", attributes={"device_class": "garage"})
    )
    house = house.with_state("switch.oven", State(value="on"))
    for frame in (
        Frame(intent="HassTurnOn", targets=("lock.front",)),
        Frame(intent="HassTurnOff", targets=("cover.garage",)),
        Frame(intent="HassTurnOff", targets=("switch.oven",)),
    ):
        assert kind(decided(frame, home=house))[0] == "act"


def test_what_is_so_already_is_said_and_not_done() -> None:
    turn = decided(Frame(intent="HassTurnOn", targets=("light.b",)))
    assert kind(turn) == ("answer", "already")
    assert "already" in turn.reply


def test_what_is_not_there_is_declined_and_nothing_else_is_touched() -> None:
    turn = decided(Frame(intent="HassTurnOn", slots={"name": "Old Lamp"}, targets=("light.gone",)))
    assert kind(turn) == ("decline", "unavailable")
    assert calls(turn) == []
    assert "old lamp" in turn.reply


def test_of_several_lamps_the_ones_that_are_there_are_switched_and_the_other_is_named() -> None:
    turn = decided(Frame(intent="HassTurnOn", slots={"area": "Kitchen"}, targets=("light.a", "light.gone")))
    assert calls(turn) == ["light.turn_on light.a"]
    assert "old lamp" in turn.reply


def test_an_unknown_name_is_refused_by_its_name() -> None:
    frame = Frame(intent="HassTurnOn", slots={"name": "flux capacitor"}, code="no_valid_targets")
    turn = decided(frame, accepted=False, code="no_valid_targets", detail={"name": "flux capacitor"})
    assert kind(turn) == ("decline", "no_valid_targets")
    assert "flux capacitor" in turn.reply


def test_which_one_names_the_candidates() -> None:
    first = Frame(intent="HassTurnOn", slots={"domain": "light"}, targets=("light.a",), code="ambiguous")
    turn = decided(first, accepted=False, code="ambiguous", rivals=(replace(first, targets=("light.b",)),))
    assert kind(turn)[0] == "ask"
    assert turn.decision is not None
    assert set(turn.decision.targets) == {"light.a", "light.b"}
    assert "ceiling" in turn.reply
    assert "counter" in turn.reply
    assert turn.interpretation is not None
    assert turn.interpretation.frames[0].targets == ("light.a", "light.b")


def test_a_missing_value_is_asked_for() -> None:
    assert kind(decided(Frame(intent="HassStartTimer", slots={}))) == ("ask", "missing_value")
    assert kind(decided(Frame(intent="HassClimateSetTemperature", targets=("climate.k",)))) == ("ask", "missing_value")


def test_a_value_out_of_range_is_declined() -> None:
    assert kind(decided(Frame(intent="HassClimateSetTemperature", slots={"temperature": 90}, targets=("climate.k",)))) == (
        "decline",
        "bad_value",
    )


def test_not_for_me_is_ignored_in_silence() -> None:
    turn = decided(accepted=False, code="not_for_me")
    assert kind(turn)[0] == "ignore"
    assert turn.reply == ""
    assert kind(decided(accepted=False, code="no_intent_match", in_house=False))[0] == "ignore"


def test_what_is_not_understood_is_declined_in_a_sentence() -> None:
    turn = decided(accepted=False, code="no_intent_match")
    assert kind(turn) == ("decline", "no_intent_match")
    assert turn.reply


def test_empty_words_are_ignored() -> None:
    assert kind(decided(heard="  "))[0] == "ignore"


def test_a_camera_needs_a_screen() -> None:
    show = Frame(intent="HubShowCamera", targets=("camera.door",))
    assert calls(decided(show, screen=True)) == ["hub.show_camera camera.door"]
    without = decided(show)
    assert kind(without)[0] in ("answer", "decline")
    assert without.decision is not None
    assert without.decision.targets == ("camera.door",)


def test_a_timer_is_an_act_without_device_commands_and_carries_its_plan() -> None:
    turn = decided(Frame(intent="HassStartTimer", slots={"minutes": 5}))
    assert kind(turn)[0] == "act"
    assert calls(turn) == []
    assert turn.decision is not None
    assert turn.decision.detail["plan"].put[0].duration_s == 300
    assert "5 minutes" in turn.reply


def test_two_timers_in_one_sentence_keep_both_plans() -> None:
    turn = decided(Frame(intent="HassStartTimer", slots={"minutes": 5}), Frame(intent="HassStartTimer", slots={"minutes": 9}))
    assert turn.decision is not None
    assert len(turn.decision.detail["plans"]) == 2


def test_what_teaching_has_decided_is_said_word_for_word() -> None:
    turn = decided(Frame(intent="HubTeach"), detail={"decision": "answer", "code": "taught", "reply": "I will remember {that}."})
    assert kind(turn) == ("answer", "taught")
    assert turn.reply == "I will remember {that}."


def test_undo_restores_the_state_before_and_names_the_turn() -> None:
    past = Past(
        at=NOW,
        id="p1",
        intent="HassLightSet",
        targets=("light.b",),
        actions=(
            {
                "service": "light.turn_on",
                "entity_id": "light.b",
                "data": {"brightness_pct": 5},
                "status": "confirmed",
                "before": {"state": "off", "attributes": {}},
            },
        ),
    )
    turn = decided(Frame(intent="HubUndo"), heard="undo", recent=(past,))
    assert calls(turn) == ["light.turn_off light.b"]
    assert turn.decision is not None
    assert turn.decision.detail["undoes"] == "p1"


def test_undoing_a_locked_door_is_unlocking_and_asked_first() -> None:
    past = Past(
        at=NOW,
        intent="HassTurnOn",
        targets=("lock.front",),
        actions=({"service": "lock.lock", "entity_id": "lock.front", "status": "confirmed"},),
    )
    assert kind(decided(Frame(intent="HubUndo"), heard="undo", recent=(past,)))[0] == "confirm"


def test_an_open_window_answers_a_yes_no_question() -> None:
    frame = Frame(intent="HassGetState", slots={"name": "Window", "state": "open"}, targets=("binary_sensor.w",))
    assert decided(frame, heard="is the window open").reply == "Yes."
    frame = Frame(intent="HassGetState", slots={"name": "Window", "state": "closed"}, targets=("binary_sensor.w",))
    assert "open" in decided(frame, heard="is the window closed").reply


def test_how_many_and_which_are_answered_from_all_that_were_asked_about() -> None:
    frame = Frame(intent="HassGetState", slots={"domain": "light", "state": "on"}, targets=("light.a", "light.b"))
    assert decided(frame, heard="how many lights are on").reply == "One."
    assert "counter" in decided(frame, heard="which lights are on").reply.lower()
    assert "ceiling" in decided(frame, heard="are all lights on").reply.lower()


def test_a_turn_always_says_the_same_and_why_tells_words_and_reasons() -> None:
    turn = decided(Frame(intent="HassTurnOn", targets=("light.a",)), heard="light on")
    assert turn.reply == reply(turn, HOME)
    assert "light on" in why(turn, HOME)
    assert "risky" in why(decided(UNLOCK), HOME)


def test_terse_replies_are_okay_in_the_same_room() -> None:
    from devices.home import Command, Outcome

    turn = decided(Frame(intent="HassTurnOn", targets=("light.a",)), area="kitchen")
    turn = replace(turn, outcomes=(Outcome(command=Command(entity_id="light.a", service="light.turn_on"), status="confirmed"),))
    assert reply(turn, HOME, terse=True) in ("Okay.", "Done.", "All right.")
    failed = replace(turn, outcomes=(Outcome(command=Command(entity_id="light.a", service="light.turn_on"), status="timed_out"),))
    assert "ceiling" in reply(failed, HOME, terse=True).lower()
