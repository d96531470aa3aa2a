"""Promises about a home's own ways: its wordings reach its other things, its sayings are learned and learned anew, and what it cannot do is
left alone."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from devices.home import Home
from devices.homefile import load_home
from hub.keeping.store import Store
from hub.knowledge import Learned, Rule, Said, Taught, assemble, load
from hub.learning import forms, rewrite
from hub.learning.nightly import learn
from hub.learning.reading import reader
from models.said import Context
from tests.test_learning import HOME, NOW, OFFICE, START, Journal, asked

BED = {"intent": "HassTurnOn", "slots": {"name": "Bed Light"}, "targets": ["light.bed_light"]}
SAYING = "make it cosy"


@pytest.fixture(scope="module")
def house() -> Home:
    return load_home(HOME)


@pytest.fixture(scope="module")
def read(house: Home) -> Any:
    return reader(house, NOW)


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with Store(tmp_path / "hub.db") as opened:
        yield opened


def knows(*texts: str, **more: Any) -> Any:
    words = Counter(w for t in texts for w in t.split() for _ in range(4))
    said = tuple(Said(text=t, home="simulated", n=6.0, meaning="") for t in texts)
    return assemble(1, Learned(said=said, words={"simulated": dict(words)}, **more))


def test_a_wording_of_this_home_is_tried_on_its_other_things_and_a_title_in_other_wordings(house: Home) -> None:
    said = [
        Said(text="switch the desk lamp on", home="simulated", n=4.0, meaning="HassTurnOn|light.desk_lamp|"),
        Said(text="put on royals", home="simulated", n=3.0, meaning="HassMediaSearchAndPlay|media_player.tv|search_query=royals"),
        Said(text="play yesterday", home="simulated", n=2.0, meaning="HassMediaSearchAndPlay|media_player.tv|search_query=yesterday"),
    ]
    made = dict(forms.made(said, house))
    assert made["switch the bed light on"] == 4.0
    assert made["put on yesterday"] == 3.0
    assert made["play royals"] == 2.0
    assert not {s.text for s in said} & set(made), "what was said is in the other index"
    assert not any("front door" in text for text in made), "nothing is made up about a lock"


def test_a_misheard_wording_of_a_thing_that_was_never_asked_for_so_is_found(house: Home, read: Any) -> None:
    knowledge = knows("switch the desk lamp on", "switch the ceiling fan on", "turn on the bed light", "what time is it")
    heard = "switch the porch late on"
    found = rewrite.search(heard, knowledge, house, Context(now=NOW), read(heard), read)
    assert found.rewrite is not None
    assert found.rewrite.to == "switch the porch light on"
    assert read(found.rewrite.to).frames[0].targets == ("light.porch_light",)


def saying(journal: Journal, day: float, frame: dict[str, Any], name: str, person: str = "ann", used: Any = None) -> None:
    """Somebody says the saying, in vain, and then plainly what is meant; later once more plainly, with success."""
    at = START + timedelta(days=day)
    rewritten = {"to": used.to, "source": used.source, "id": used.id} if used is not None else None
    row = journal.turn(at, SAYING, OFFICE if used is not None else None, person=person, rewrite=rewritten)
    if used is not None:
        row["feedback"] = {"barge_in_ms": 400, "explicit": "no", "undone": False}
    journal.turn(at + timedelta(seconds=9), f"no, I said turn on the {name}", frame, person=person)
    journal.turn(at + timedelta(hours=2), f"turn on the {name}", frame, person=person)


def test_two_days_of_one_meaning_are_enough_for_words_that_were_never_understood_and_hold_for_that_speaker(
    store: Store, house: Home, read: Any
) -> None:
    journal = Journal()
    for day in (0, 1):
        saying(journal, day, OFFICE, "desk lamp")
        journal.turn(START + timedelta(days=day, hours=5), "turn on the bed light", BED, person="bob")
    journal.into(store)
    learn(store, now=NOW, home=house, read=read)
    assert asked(SAYING, store, house, read).to == "turn on the desk lamp"
    assert asked(SAYING, store, house, read, person="bob") is None


def test_two_days_that_say_two_things_are_not(store: Store, house: Home, read: Any) -> None:
    journal = Journal()
    saying(journal, 0, OFFICE, "desk lamp")
    saying(journal, 1, BED, "bed light")
    journal.into(store)
    learn(store, now=NOW, home=house, read=read)
    assert asked(SAYING, store, house, read) is None


def test_a_saying_that_comes_to_mean_another_thing_is_learned_anew_within_days(store: Store, house: Home, read: Any) -> None:
    journal = Journal()
    for day in range(8):
        saying(journal, day, OFFICE, "desk lamp")
    journal.misheard("turn on the bad lied", "turn on the bed light", BED, 5)
    journal.into(store)
    learn(store, now=START + timedelta(days=9), home=house, read=read)
    used = asked(SAYING, store, house, read, START + timedelta(days=9))
    assert used.to == "turn on the desk lamp"
    changed = Journal()
    for day in (10, 11):
        saying(changed, day, BED, "bed light", used=used)
    for n, row in enumerate(changed.rows):
        row["id"] = f"changed{n}"
    changed.into(store)
    report = learn(store, now=START + timedelta(days=12), home=house, read=read)
    assert used.id in report["blocked"]
    assert asked(SAYING, store, house, read, START + timedelta(days=12)).to == "turn on the bed light"


def test_a_change_of_meaning_between_two_nights_is_seen_and_two_persons_who_alternate_are_not_one(
    store: Store, house: Home, read: Any
) -> None:
    journal = Journal()
    for day in range(4):
        saying(journal, day, OFFICE, "desk lamp")
        saying(journal, day + 0.4, OFFICE, "desk lamp", person="bob")
    for day in (5, 6):
        saying(journal, day, BED, "bed light")
    journal.misheard("turn on the bad lied", "turn on the bed light", BED, 5)
    journal.into(store)
    learn(store, now=START + timedelta(days=7), home=house, read=read)
    now = START + timedelta(days=7)
    assert asked(SAYING, store, house, read, now).to == "turn on the bed light", "ann changed her mind"
    assert asked(SAYING, store, house, read, now, person="bob").to == "turn on the desk lamp", "bob did not"


def test_one_rephrase_says_nothing_of_words_that_were_declined_a_dozen_times(store: Store, house: Home, read: Any) -> None:
    journal = Journal()
    for day in range(12):
        journal.turn(START + timedelta(days=day), "turn on the dusk lamb")
    saying(journal, 13, OFFICE, "desk lamp")
    journal.turn(START + timedelta(days=14), "turn on the dusk lamb")
    journal.turn(START + timedelta(days=14, seconds=9), "turn on the desk lamp", OFFICE)
    journal.turn(START + timedelta(days=14, hours=2), "turn on the desk lamp", OFFICE)
    journal.into(store)
    learn(store, now=NOW, home=house, read=read)
    assert not [r for r in load(store).learned.rules if r.heard == "turn on the dusk lamb" and r.status == "live"]


@pytest.mark.parametrize("sequels", [0, 1])
def test_what_is_declined_time_and_again_and_hardly_ever_said_again_is_left_alone(
    store: Store, house: Home, read: Any, sequels: int
) -> None:
    journal = Journal()
    for day in range(20):
        journal.turn(START + timedelta(days=day), "turn on the dust lamp")
        if day < sequels:
            journal.turn(START + timedelta(days=day, seconds=12), "turn on the desk lamp", OFFICE)
        journal.turn(START + timedelta(days=day, hours=1), "turn on the desk lamp", OFFICE)
    journal.misheard("turn on the dusk lamb", "turn on the desk lamp", OFFICE, 4)
    journal.into(store)
    learn(store, now=NOW, home=house, read=read)
    assert asked("turn on the dust lamp", store, house, read) is None
    assert asked("turn on the dusk lamb", store, house, read).to == "turn on the desk lamp"


def test_a_mishearing_of_what_this_house_cannot_do_is_no_request_for_what_it_can(house: Home, read: Any) -> None:
    heard = "turn on the dusk lamb"
    refused = {"simulated": {"turn on the dusk lamp": -4.0}}
    free, bound = (knows("turn on the desk lamp", "what time is it", cannot=cannot) for cannot in ({}, refused))
    assert rewrite.search(heard, free, house, Context(now=NOW), read(heard), read).rewrite is not None
    assert rewrite.search(heard, bound, house, Context(now=NOW), read(heard), read).rewrite is None


def test_a_saying_that_was_taught_is_known_when_misheard(house: Home, read: Any) -> None:
    taught = Taught(id="t", kind="phrase", key="bedtime please", value="turn on the bed light", home="simulated", at=NOW.isoformat())
    knowledge = knows("turn on the desk lamp", "what time is it", taught=(taught,))
    found = rewrite.search("bad time please", knowledge, house, Context(now=NOW), read("bad time please"), read)
    assert found.rewrite is not None
    assert (found.rewrite.to, found.rewrite.source, found.rewrite.id) == ("turn on the bed light", "taught", "t")
    assert rewrite.search("what a day please", knowledge, house, Context(now=NOW), read("what a day please"), read).rewrite is None


def test_one_thing_of_the_house_is_not_put_in_another_ones_place_in_requests_never_heard(house: Home) -> None:
    rule = Rule(id="r", kind="fragment", heard="the desk lamp", to="the bed light", source="personal", home="simulated", when="always")
    knowledge = assemble(1, Learned(rules=(rule,)))
    assert rewrite.precomputed("please turn the desk lamp off", knowledge, Context(now=NOW), house) is None
