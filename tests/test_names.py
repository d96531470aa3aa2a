"""Promises of learning what people call the things of their house, and of who is learned from."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from devices.home import Home
from hub.keeping.store import Store
from hub.knowledge import Learned, Rule, assemble, load
from hub.learning.gate import Read
from hub.learning.nightly import learn
from hub.learning.vocabulary import phrases
from hub.turn import Opening, Turn
from hub.understand import understand
from models.said import Context, Interpretation, Utterance
from tests.test_learning import NOW, OFFICE, START, Journal, asked, house, read, store

__all__ = ["house", "read", "store"]

WORDINGS = (
    ("turn the tall thing on", "switch on the bed light", "HassTurnOn"),
    ("dim the tall thing to thirty percent", "set the bed light brightness to thirty percent", "HassLightSet"),
    ("tall thing off please", "turn off the bed light", "HassTurnOff"),
)
NEVER_HEARD = "switch the tall thing on"


def named(intent: str, target: str = "light.bed_light", name: str = "Bed Light") -> dict[str, Any]:
    return {"intent": intent, "slots": {"name": name}, "targets": [target]}


def called(journal: Journal, person: str | None, days: int = 4, target: str = "light.bed_light", name: str = "Bed Light") -> None:
    """Somebody asks in their own name for a thing, is not understood, and asks again in the house's name, each time worded otherwise."""
    for day in range(days):
        for k, (heard, said, intent) in enumerate(WORDINGS):
            at = START + timedelta(days=day, hours=k, minutes=len(journal.rows))
            journal.turn(at, heard, person=person, room=None)
            journal.turn(at + timedelta(seconds=7), said.replace("bed light", name.lower()), named(intent, target, name), person=person)
            journal.turn(at + timedelta(minutes=40), said.replace("bed light", name.lower()), named(intent, target, name), person=person)


def test_a_name_of_ones_own_is_learned_over_different_wordings_and_reaches_new_ones(store: Store, house: Home, read: Read) -> None:
    journal = Journal()
    called(journal, "ann")
    called(journal, "bob")
    journal.into(store)
    learn(store, now=NOW, home=house, read=read)
    for person in ("ann", "bob", "cleo"):
        change = asked(NEVER_HEARD, store, house, read, person=person)
        assert change is not None, person
        assert read(change.to).frames[0].targets == ("light.bed_light",)


def test_a_name_that_one_person_uses_is_not_put_in_the_mouths_of_others(store: Store, house: Home, read: Read) -> None:
    journal = Journal()
    called(journal, "ann")
    journal.turn(START, "turn on the desk lamp", OFFICE, person="bob")
    journal.into(store)
    learn(store, now=NOW, home=house, read=read)
    assert asked(NEVER_HEARD, store, house, read, person="ann") is not None
    assert asked(NEVER_HEARD, store, house, read, person="bob") is None


def test_who_lives_alone_is_understood_without_being_recognised(store: Store, house: Home, read: Read) -> None:
    journal = Journal()
    called(journal, "ann")
    journal.into(store)
    learn(store, now=NOW, home=house, read=read)
    assert asked(NEVER_HEARD, store, house, read, person=None) is not None  # type: ignore[arg-type]


def test_two_persons_who_call_two_things_by_one_name_are_not_mixed_up(store: Store, house: Home, read: Read) -> None:
    journal = Journal()
    called(journal, "ann")
    called(journal, "bob", target="light.desk_lamp", name="Desk Lamp")
    journal.into(store)
    learn(store, now=NOW, home=house, read=read)
    for person, target in (("ann", "light.bed_light"), ("bob", "light.desk_lamp")):
        change = asked(WORDINGS[0][0], store, house, read, person=person)
        assert change is None or read(change.to).frames[0].targets == (target,), person
    assert not [r for r in load(store).learned.rules if r.status == "live" and r.kind == "fragment" and r.person is None]


def test_guests_teach_nothing_where_speakers_are_known(store: Store, house: Home, read: Read) -> None:
    journal = Journal()
    called(journal, None)
    for day in range(60):
        for k in range(3):
            journal.turn(START - timedelta(days=day, hours=k), "turn off the bed light", named("HassTurnOff"), person="ann")
    journal.into(store)
    learn(store, now=NOW, home=house, read=read)
    assert asked(NEVER_HEARD, store, house, read, person="ann") is None
    assert not [r for r in load(store).learned.rules if r.status == "live"]


def test_where_nobody_knows_who_speaks_everybody_teaches(store: Store, house: Home, read: Read) -> None:
    journal = Journal()
    called(journal, None)
    journal.into(store)
    learn(store, now=NOW, home=house, read=read)
    assert asked(NEVER_HEARD, store, house, read, person="ann") is not None


def test_no_name_is_learned_for_a_lock(store: Store, house: Home, read: Read) -> None:
    lock = next(e for e in house.entities.values() if e.domain == "lock")
    journal = Journal()
    called(journal, None, target=lock.id, name=lock.name)
    journal.into(store)
    learn(store, now=NOW, home=house, read=read)
    assert not [r for r in load(store).learned.rules if r.status == "live" and r.kind == "fragment"]


@pytest.mark.parametrize(
    ("heard", "said", "name"),
    [
        ("make the book light green", "set the reading light to green", "book light"),
        ("set the hanging one to ten percent", "dim the pendant to ten percent", "hanging one"),
        ("turn on the twinkles", "turn on the fairy lights", "twinkles"),
    ],
)
def test_the_words_that_could_be_a_name_leave_out_verbs_and_values(heard: str, said: str, name: str) -> None:
    found = set(phrases(heard, said))
    assert name in found
    assert not any(w in phrase.split() for phrase in found for w in ("turn", "set", "ten", "percent", "the"))


def test_a_request_that_the_reader_understands_alike_is_not_rewritten(store: Store, house: Home, read: Read) -> None:
    rule = Rule(id="r1", kind="text", heard="switch the desk lamp on", to="turn on the desk lamp", source="personal")
    other = Rule(id="r2", kind="text", heard="work time please", to="turn on the desk lamp", source="personal")
    knowledge = assemble(1, Learned(rules=(rule, other)))

    class Reads:
        def interpret(self, utterance: Utterance, home: Home, context: Context) -> Interpretation:
            return read(utterance.text)

    def turn(text: str) -> Turn:
        opening = Opening(kind="typed", at=NOW, text=text)
        return Turn(id="t", opening=opening, context=Context(now=NOW), utterance=Utterance(text=text, confidence=1.0))

    assert understand(turn("switch the desk lamp on"), Reads(), house, knowledge).rewrite is None
    changed = understand(turn("work time please"), Reads(), house, knowledge)
    assert changed.rewrite is not None
    assert changed.rewrite.id == "r2"


def test_a_name_that_goes_wrong_in_use_is_gone_within_three_defects_in_whatever_words(store: Store, house: Home, read: Read) -> None:
    journal = Journal()
    called(journal, "ann")
    for day in range(4):  # and once more in words that differ in one place only
        at = START + timedelta(days=day, hours=8)
        journal.turn(at, "turn on the tall thing")
        journal.turn(at + timedelta(seconds=8), "turn on the bed light", named("HassTurnOn"))
    journal.into(store)
    learn(store, now=NOW, home=house, read=read)
    rules = [r for r in load(store).learned.rules if r.status == "live" and r.kind == "fragment"]
    wrong = 0
    for k, words in enumerate(("turn on the tall thing", "switch the tall thing on", "tall thing on please", "put the tall thing on") * 3):
        now = NOW + timedelta(hours=k)
        change = asked(words, store, house, read, now=now)
        if change is None or change.id not in {r.id for r in rules}:
            continue
        wrong += 1
        later = Journal()
        row = later.turn(now, words, named("HassTurnOn"), rewrite={"to": change.to, "source": change.source, "id": change.id})
        row["id"] = f"w{k}"
        row["feedback"] = {"barge_in_ms": 400, "explicit": "no", "undone": True}
        later.into(store)
        learn(store, now=now + timedelta(minutes=5), home=house, read=read)
    assert 1 <= wrong <= 3
