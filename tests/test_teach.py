"""Promises of teaching and forgetting, over the real reader and a real journal file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from devices.home import Home
from devices.homefile import load_home
from hub.context import build
from hub.keeping.store import Store
from hub.knowledge import load, rollback
from hub.learning import rewrite, teach
from hub.learning.reading import reader
from hub.learning.settle import settle
from hub.turn import Decision, Opening, Turn
from hub.turn_json import past, to_json
from models.said import Interpretation, Utterance

HOME = Path(__file__).parent.parent / "devices" / "simulated" / "home.yaml"
NOW = datetime(2026, 11, 1, 20, tzinfo=UTC)
Read = Callable[[str], Interpretation]


@pytest.fixture(scope="module")
def house() -> Home:
    return load_home(HOME)


@pytest.fixture(scope="module")
def read(house: Home) -> Read:
    found = reader(house, NOW)
    assert found is not None
    return found


class Talk:
    """A conversation with the learning part of a hub."""

    def __init__(self, path: Path, house: Home, read: Read, person: str | None = "ann") -> None:
        self.path, self.house, self.read, self.person = path, house, read, person
        self.store = Store(path)
        self.now = NOW
        self.history: list[dict[str, Any]] = []

    def say(self, text: str, person: str | None = None) -> dict[str, Any]:
        self.now += timedelta(seconds=12)
        who = person or self.person
        known = load(self.store)
        context = build(self.now, self.house, [past(t) for t in self.history], person=who)
        meant = teach.before(text, known, self.house, context, self.read)
        change = None
        if meant is None:
            change = rewrite.precomputed(text, known, context, self.house)
            meant = self.read(change.to if change else text)
            change = change or rewrite.online(text, known, self.house, context, meant, self.read)
        detail = meant.detail
        decision = Decision(
            kind=str(detail.get("decision") or ("act" if meant.accepted else "decline")), code=detail.get("code") or meant.code
        )
        turn = Turn(
            id=f"t{len(self.history)}",
            opening=Opening(kind="typed", at=self.now, text=text, person=who),
            context=context,
            utterance=Utterance(text=text, confidence=1.0),
            rewrite=change,
            interpretation=meant,
            decision=decision,
            reply=str(detail.get("reply") or ""),
        )
        self.store.add_turn(turn, home=self.house.id)
        settle(turn, self.store, self.now, self.house, self.read)
        self.history.append(to_json(turn))
        return self.history[-1]

    def restart(self) -> None:
        self.store.close()
        self.store = Store(self.path)
        self.history = []


@pytest.fixture
def talk(tmp_path: Path, house: Home, read: Read) -> Iterator[Talk]:
    conversation = Talk(tmp_path / "hub.db", house, read)
    yield conversation
    conversation.store.close()


def targets(turn: dict[str, Any]) -> set[str]:
    return set(turn["targets"])


@pytest.mark.parametrize(
    "said", ["I mean the desk lamp", "no I mean the desk lamp", "sorry, I mean the desk lamp", "lock the back, I mean the front door"]
)
def test_a_correction_in_one_breath_teaches_nothing(talk: Talk, said: str) -> None:
    assert talk.say(said)["intent"] != "HubTeach"
    assert talk.store.taught() == []


def test_a_phrase_is_read_back_confirmed_and_in_force_on_the_very_next_turn_and_after_a_restart(talk: Talk) -> None:
    asked = talk.say("when I say movie time, dim the living room lamp and turn off the kitchen light")
    assert asked["decision"] == "confirm"
    assert "movie time" in asked["reply"]
    assert talk.say("yes")["code"] == "taught"
    assert talk.say("movie time")["rewrite"]["source"] == "taught"
    talk.restart()
    assert targets(talk.say("movie time please")) == {"light.living_room_lamp", "light.kitchen_ceiling"}


@pytest.mark.parametrize(
    ("teaching", "phrase", "entity"),
    [
        ("when I say good morning sunshine turn on the coffee maker", "good morning sunshine", "switch.coffee_maker"),
        ("whenever I say night night, turn off the bed light", "night night", "light.bed_light"),
        ("if I say too dark then turn on the desk lamp", "too dark", "light.desk_lamp"),
        ("work mode means turn on the desk lamp", "work mode", "light.desk_lamp"),
        ("from now on when I say cosy set the living room lamp to 20 percent", "cosy", "light.living_room_lamp"),
    ],
)
def test_phrases_can_be_taught_in_many_words(talk: Talk, teaching: str, phrase: str, entity: str) -> None:
    assert talk.say(teaching)["decision"] == "confirm"
    talk.say("yes please")
    assert targets(talk.say(phrase)) == {entity}


def test_nothing_is_stored_without_a_yes(talk: Talk) -> None:
    talk.say("when I say movie time, dim the living room lamp")
    assert talk.say("no")["code"] == "not_taught"
    assert talk.store.taught() == []
    assert talk.say("movie time")["rewrite"] is None


def test_a_new_name_works_in_every_request_at_once(talk: Talk) -> None:
    asked = talk.say("remember that the big lamp is the floor lamp")
    assert (asked["decision"], asked["code"]) == ("confirm", "teach")
    assert "floor lamp" in asked["reply"]
    assert "big lamp" in asked["reply"]
    assert talk.store.taught() == []
    assert talk.say("yes")["code"] == "taught"
    assert targets(talk.say("turn off the big lamp")) == {"light.standing_light"}
    assert targets(talk.say("turn on the big lamp")) == {"light.standing_light"}


@pytest.mark.parametrize(
    "said", ["movie time please", "it's movie time", "let's do movie time", "could you start movie time", "Movie time!"]
)
def test_a_phrase_is_known_with_what_people_say_around_it(talk: Talk, said: str) -> None:
    talk.say("when I say movie time, turn off the kitchen light")
    talk.say("yes")
    assert targets(talk.say(said)) == {"light.kitchen_ceiling"}


@pytest.mark.parametrize("said", ["stop movie time", "don't do movie time", "no movie time", "what is movie time", "movie time tomorrow"])
def test_other_words_around_a_phrase_are_not_that_phrase(talk: Talk, said: str) -> None:
    talk.say("when I say movie time, turn off the kitchen light")
    talk.say("yes")
    assert talk.say(said)["rewrite"] is None


def test_a_name_that_is_part_of_another_things_name_leaves_that_thing_its_own(talk: Talk) -> None:
    talk.say("remember that the bed is the floor lamp")
    talk.say("yes")
    assert targets(talk.say("turn on the bed")) == {"light.standing_light"}
    assert targets(talk.say("turn on the bed light")) == {"light.bed_light"}


@pytest.mark.parametrize(
    "teaching",
    [
        "remember that it is the floor lamp",
        "remember that on is the floor lamp",
        "when I say turn on the desk lamp, turn off the desk lamp",
        "when I say yes, turn on the desk lamp",
    ],
)
def test_words_that_say_something_already_get_no_other_meaning(talk: Talk, teaching: str) -> None:
    assert talk.say(teaching)["code"] == "reserved"
    talk.say("yes")
    assert talk.store.taught() == []


def test_a_room_in_a_phrase_becomes_any_room(talk: Talk) -> None:
    talk.say("when I say bright up the kitchen, turn on the lights in the kitchen")
    talk.say("yes")
    assert "light.desk_lamp" in targets(talk.say("bright up the office"))


@pytest.mark.parametrize(
    "teaching",
    [
        "when I say I'm back unlock the front door",
        "when I say let me in, open the garage door",
        "when I say bake time turn on the oven",
        "open sesame means unlock the front door",
    ],
)
def test_risky_commands_cannot_be_taught_by_voice_alone(talk: Talk, teaching: str) -> None:
    turn = talk.say(teaching)
    assert turn["decision"] == "decline"
    assert turn["code"] == "risky_not_by_voice"
    talk.say("yes")
    assert talk.store.taught() == []


def test_an_unknown_thing_cannot_be_given_another_name(talk: Talk) -> None:
    assert talk.say("remember that the zapper is the flux capacitor")["decision"] == "decline"
    assert talk.store.taught() == []


def test_a_liking_is_kept_for_the_person_who_said_it(talk: Talk) -> None:
    assert talk.say("I'm a Warriors fan")["code"] == "taught"
    row = talk.store.taught()[0]
    assert row["person"] == "ann"
    assert "warriors" in row["value"]


def test_a_correction_holds_from_then_on_for_that_person(talk: Talk) -> None:
    talk.say("turn on the desk light")
    meant = talk.say("no, I meant turn on the bed light")
    assert targets(meant) == {"light.bed_light"}
    assert targets(talk.say("turn on the desk light")) == {"light.bed_light"}
    assert targets(talk.say("turn on the desk light", person="bob")) == {"light.desk_lamp"}


def test_what_was_taught_is_gone_when_it_is_forgotten_and_gone_from_the_file(talk: Talk) -> None:
    talk.say("when I say abracadabra, dim the living room lamp")
    talk.say("yes")
    assert talk.say("forget abracadabra")["code"] == "forgotten"
    assert talk.say("abracadabra")["rewrite"] is None
    talk.say("forget what I said today")
    assert talk.store.turns() == []
    assert talk.store.taught() == []
    talk.store.close()
    left = b"".join(p.read_bytes() for p in talk.path.parent.iterdir())
    assert b"abracadabra" not in left
    talk.store = Store(talk.path)


def test_a_phrase_for_any_room_is_forgotten_by_the_words_that_taught_it(talk: Talk) -> None:
    talk.say("when I say cosy kitchen, turn on the kitchen light")
    talk.say("yes")
    assert talk.say("forget cosy kitchen")["code"] == "forgotten"
    assert talk.store.taught() == []


def test_forget_that_takes_back_the_last_teaching(talk: Talk) -> None:
    talk.say("remember that the big lamp is the floor lamp")
    talk.say("yes")
    talk.say("forget that")
    assert talk.store.taught() == []
    assert talk.say("turn off the big lamp")["rewrite"] is None


def test_it_tells_what_it_was_taught(talk: Talk) -> None:
    assert "Nothing yet" in talk.say("what have you learned?")["reply"]
    talk.say("remember that the big lamp is the floor lamp")
    talk.say("yes")
    assert "big lamp" in talk.say("what have you learned?")["reply"]


def test_rolling_back_takes_teachings_back_too(talk: Talk) -> None:
    talk.say("remember that the big lamp is the floor lamp")
    talk.say("yes")
    first = load(talk.store).version
    talk.say("remember that the small lamp is the desk lamp")
    talk.say("yes")
    assert len(talk.store.taught()) == 2
    assert rollback(talk.store, first)
    assert [t.key for t in load(talk.store).learned.taught] == ["big lamp"]
    assert rollback(talk.store, 0)
    assert load(talk.store).version == 0
    assert talk.store.taught() == []


def test_learning_can_be_switched_off_by_person(talk: Talk) -> None:
    assert talk.say("stop learning from me")["code"] == "learning_off"
    assert talk.say("I'm a Warriors fan")["code"] == "learning_is_off", "nothing is promised that is not kept"
    assert talk.store.taught() == []
    talk.say("start learning from me")
    talk.say("I'm a Warriors fan")
    assert len(talk.store.taught()) == 1


@pytest.mark.parametrize(
    "text",
    [
        "turn on the kitchen light",
        "what is the temperature",
        "i like to move it",
        "when is my next alarm",
        "forget it",
        "set a timer for five minutes",
        "what does the fox say",
    ],
)
def test_ordinary_words_teach_nothing(talk: Talk, text: str) -> None:
    context = build(NOW, talk.house, ())
    assert teach.before(text, load(talk.store), talk.house, context, talk.read) is None
