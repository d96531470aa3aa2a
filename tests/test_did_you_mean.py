"""Promises of "did you mean …?": asked where one reading is likely and not sure; the answer does it, is learned from, and is feedback."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hub.cli import cli
from hub.keeping.store import Store
from tests.test_learning import HOME, NOW, OFFICE, START, Journal

UNSURE = (
    "turn on the test lamp",
    "turn on the death lamp",
    "turn on the healing fan",
    "turn off the bet right",
    "turn on a task lump",
    "turn on the deaf lamp",
    "turn on the task lamp",
    "turn on the jet lamp",
    "turn on the dance lamp",
    "turn off the bat light",
    "turn on the feeling plan",
    "turn on the tusk land",
    "turn on the vest lamp",
    "turn on the trusty lamp",
    "turn off the best life",
    "turn on the selling fan",
    "turn on the death land",
    "turn on the this lamp",
)
"""Words that nobody here uses, like and not like those that they use: some of them are likely, and not sure."""
DAILY = (
    ("turn on the desk lamp", OFFICE),
    ("turn off the bed light", {"intent": "HassTurnOff", "slots": {"name": "Bed Light"}, "targets": ["light.bed_light"]}),
    ("turn on the ceiling fan", {"intent": "HassTurnOn", "slots": {"name": "Ceiling Fan"}, "targets": ["fan.ceiling_fan"]}),
)
NAMES = {"light.desk_lamp": "desk lamp", "light.bed_light": "bed light", "fan.ceiling_fan": "ceiling fan"}
Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """A home that asks for the same things every day, and typed turns in it, each with the turns before as its history."""
    journal = Journal()
    for day in range(6):
        for hour, (text, frame) in enumerate(DAILY):
            journal.turn(START + timedelta(days=day, hours=hour), text, frame)
    db = tmp_path / "hub.db"
    with Store(db) as store:
        journal.into(store)
    where = ("--db", str(db), "--home", str(HOME))
    assert CliRunner().invoke(cli, ["learn", "--now", NOW.isoformat(), *where]).exit_code == 0
    said: list[dict[str, Any]] = []

    def one(text: str, person: str = "ann", fresh: bool = False) -> dict[str, Any]:
        if fresh:
            said.clear()
        history = tmp_path / "history.jsonl"
        history.write_text("".join(json.dumps(t) + "\n" for t in said), encoding="utf-8")
        now = (NOW + timedelta(hours=1, seconds=9 * len(said))).isoformat()
        done = CliRunner().invoke(
            cli, ["ask", text, "--json", "--person", person, "--now", now, "--history", str(history), *where], catch_exceptions=False
        )
        said.append(json.loads(done.stdout))
        return said[-1]

    one.db = db  # type: ignore[attr-defined]
    return one


def unsure(ask: Ask) -> dict[str, Any]:
    """The first turn that is asked about; which one it is, is the ranker's affair."""
    for text in UNSURE:
        turn = ask(text, fresh=True)
        if turn["code"] == "did_you_mean":
            return turn
    raise AssertionError("nothing was asked about")


def test_a_likely_reading_is_asked_about_and_nothing_is_done_before_the_yes(ask: Ask) -> None:
    asked = unsure(ask)
    assert (asked["decision"], asked["code"], asked["actions"], asked["rewrite"]) == ("ask", "did_you_mean", [], None)
    assert asked["heard"] in UNSURE
    meant = asked["offer"]
    assert NAMES[meant["targets"][0]] in asked["reply"].lower()
    done = ask("yes")
    assert (done["intent"], done["targets"]) == (meant["intent"], meant["targets"])
    assert done["decision"] in ("act", "answer"), "done, or so already"


def test_a_yes_is_feedback_and_the_words_mean_that_from_then_on(ask: Ask) -> None:
    asked = unsure(ask)
    ask("yes")
    with Store(ask.db) as store:  # type: ignore[attr-defined]
        row = store.turn(asked["id"])
        assert row is not None
        assert row["feedback"]["explicit"] == "yes"
    again = ask(asked["heard"], fresh=True)
    assert (again["targets"], again["rewrite"]["source"]) == (asked["offer"]["targets"], "taught")


def test_a_no_does_nothing_and_is_not_asked_again(ask: Ask) -> None:
    asked = unsure(ask)
    refused = ask("no")
    assert not refused["actions"]
    with Store(ask.db) as store:  # type: ignore[attr-defined]
        row = store.turn(asked["id"])
        assert row is not None
        assert row["feedback"]["explicit"] == "no"
    again = ask(asked["heard"], fresh=True)
    assert again["rewrite"] is None
    assert not again["actions"]
    assert (again.get("offer") or {}).get("targets") != asked["offer"]["targets"]


def test_it_never_asks_twice_in_a_row(ask: Ask) -> None:
    asked = unsure(ask)
    assert ask(asked["heard"])["code"] != "did_you_mean"


def test_what_no_house_can_do_is_not_asked_about(ask: Ask) -> None:
    for text in ("make me a sandwich", "how tall is mount everest", "book a table for two", "turn on the lawn sprinkler"):
        assert ask(text, fresh=True)["code"] != "did_you_mean", text
