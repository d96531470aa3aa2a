"""Promises of learning from being corrected: from a journal to a rewrite in force, and back."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from devices.home import Home
from devices.homefile import load_home
from hub.keeping.journal import import_lines
from hub.keeping.store import Store
from hub.knowledge import load
from hub.learning import rewrite, views
from hub.learning.nightly import learn
from hub.learning.reading import reader
from models.said import Context, Interpretation

HOME = Path(__file__).parent.parent / "devices" / "simulated" / "home.yaml"
START = datetime(2026, 10, 1, 18, tzinfo=UTC)
NOW = START + timedelta(days=30)
Read = Callable[[str], Interpretation]
OFFICE = {"intent": "HassTurnOn", "slots": {"name": "Desk Lamp"}, "targets": ["light.desk_lamp"]}


@pytest.fixture(scope="module")
def house() -> Home:
    return load_home(HOME)


@pytest.fixture(scope="module")
def read(house: Home) -> Read:
    found = reader(house, NOW)
    assert found is not None
    return found


class Journal:
    """Turns as a hub would have written them."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def turn(self, at: datetime, heard: str, frame: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        row: dict[str, Any] = {
            "kind": "turn",
            "id": f"t{len(self.rows)}",
            "at": at.isoformat(),
            "home": "simulated",
            "person": "ann",
            "room": None,
            "heard": heard,
            "asr": {"confidence": 0.8, "nbest": []},
            "rewrite": None,
            "intent": None,
            "slots": {},
            "confidence": 0.3,
            "margin": 0.3,
            "frames": [],
            "targets": [],
            "decision": "decline",
            "code": "no_intent_match",
            "actions": [],
            "reply": "",
            "feedback": {"barge_in_ms": None, "explicit": None, "undone": False},
        }
        if frame is not None:
            actions = [{"service": "light.turn_on", "entity_id": e, "data": {}, "status": "confirmed"} for e in frame["targets"]]
            row |= {**frame, "frames": [frame], "decision": "act", "code": None, "actions": actions, "confidence": 0.95}
        row |= more
        self.rows.append(row)
        return row

    def misheard(self, heard: str, said: str, frame: dict[str, Any], days: int, gap: float = 9.0, lead: str = "no I said ") -> None:
        for day in range(days):
            at = START + timedelta(days=day, minutes=len(self.rows))
            self.turn(at, heard)
            self.turn(at + timedelta(seconds=gap), lead + said, frame)
            self.turn(at + timedelta(hours=2), said, frame)

    def into(self, store: Store) -> None:
        report = import_lines(store, [json.dumps(r).encode() for r in self.rows])
        assert not report.bad


def asked(text: str, store: Store, house: Home, read: Read, now: datetime = NOW, person: str = "ann") -> Any:
    known = load(store)
    context = Context(now=now, person=person)
    change = rewrite.precomputed(text, known, context, house)
    return change or rewrite.online(text, known, house, context, read(text), read)


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with Store(tmp_path / "hub.db") as opened:
        yield opened


def test_what_was_misheard_and_said_again_works_the_next_morning(store: Store, house: Home, read: Read) -> None:
    journal = Journal()
    journal.misheard("turn on the dusk lamb", "turn on the desk lamp", OFFICE, 4)
    journal.into(store)
    report = learn(store, now=NOW, home=house, read=read)
    assert report["promoted"] >= 1
    change = asked("turn on the dusk lamb", store, house, read)
    assert change is not None
    assert read(change.to).frames[0].targets == ("light.desk_lamp",)


def test_it_reaches_requests_that_were_never_heard_before(store: Store, house: Home, read: Read) -> None:
    journal = Journal()
    journal.misheard("turn on the dusk lamb", "turn on the desk lamp", OFFICE, 4)
    journal.into(store)
    learn(store, now=NOW, home=house, read=read)
    change = asked("switch the dusk lamb off please", store, house, read)
    assert change is not None
    assert read(change.to).frames[0].targets == ("light.desk_lamp",)
    assert read(change.to).frames[0].intent == "HassTurnOff"


def test_what_works_is_left_as_it_is(store: Store, house: Home, read: Read) -> None:
    journal = Journal()
    journal.misheard("turn on the dusk lamb", "turn on the desk lamp", OFFICE, 4)
    journal.into(store)
    learn(store, now=NOW, home=house, read=read)
    for text in ("turn on the desk lamp", "turn on the bed light", "what time is it", "turn off the tv", "set a timer for ten minutes"):
        assert asked(text, store, house, read) is None, text


def test_a_thing_that_this_home_does_not_have_is_never_turned_into_one_that_it_has(store: Store, house: Home, read: Read) -> None:
    journal = Journal()
    for day in range(12):
        at = START + timedelta(days=day)
        for minute, name in enumerate(("desk lamp", "bed light", "kitchen light", "garage light", "ceiling fan")):
            journal.turn(at + timedelta(minutes=10 * minute), f"turn on the {name}", OFFICE)
    journal.into(store)
    learn(store, now=NOW, home=house, read=read)
    for text in (
        "turn on the playroom lamp",
        "turn on the heater",
        "turn on the nursery light",
        "give me the news",
        "order a pizza",
        "turn on the bathroom fan",
    ):
        change = asked(text, store, house, read)
        assert change is None, (text, change)


def test_an_opposite_is_never_learned_however_often(store: Store, house: Home, read: Read) -> None:
    journal = Journal()
    journal.misheard("turn on the dusk lamb", "turn off the desk lamp", {**OFFICE, "intent": "HassTurnOff"}, 9)
    journal.into(store)
    learn(store, now=NOW, home=house, read=read)
    assert all(rule.status != "live" for rule in load(store).learned.rules if rule.kind == "text")


def test_nothing_risky_is_ever_brought_in_by_a_rewrite(store: Store, house: Home, read: Read) -> None:
    journal = Journal()
    journal.misheard(
        "look the front door",
        "unlock the front door",
        {"intent": "HassTurnOff", "slots": {"name": "Front Door"}, "targets": ["lock.front_door"]},
        9,
    )
    journal.into(store)
    learn(store, now=NOW, home=house, read=read)
    change = asked("look the front door", store, house, read)
    assert change is None or "unlock" not in change.to


def test_a_poisoned_rewrite_is_gone_within_three_defects(store: Store, house: Home, read: Read) -> None:
    journal = Journal()
    journal.misheard("turn on the dusk lamb", "turn on the desk lamp", OFFICE, 5)
    journal.into(store)
    learn(store, now=NOW, home=house, read=read)
    used = asked("turn on the dusk lamb", store, house, read)
    assert used is not None
    later = Journal()
    for n in range(3):
        at = NOW + timedelta(hours=n)
        row = later.turn(at, "turn on the dusk lamb", OFFICE, rewrite={"to": used.to, "source": used.source, "id": used.id})
        row["id"] = f"bad{n}"
        row["feedback"] = {"barge_in_ms": 400, "explicit": "no", "undone": True}
    later.into(store)
    report = learn(store, now=NOW + timedelta(hours=5), home=house, read=read)
    assert used.id in report["blocked"]
    again = asked("turn on the dusk lamb", store, house, read, NOW + timedelta(hours=6))
    assert again is None or again.to != used.to, "by no layer"


def test_turns_dealt_out_at_random_teach_nothing(store: Store, house: Home, read: Read) -> None:
    journal = Journal()
    journal.misheard("turn on the dusk lamb", "turn on the desk lamp", OFFICE, 8)
    texts = ["what time is it", "set a timer for ten minutes", "turn off the tv", "play some jazz", "good night", "close the blinds"]
    for day in range(8):
        for n, text in enumerate(texts):
            journal.turn(START + timedelta(days=day, hours=3, minutes=n), text, {**OFFICE, "slots": {"name": text}})
    rng = random.Random(4)
    times = [r["at"] for r in journal.rows]
    rng.shuffle(times)
    for row, at in zip(journal.rows, times, strict=True):
        row["at"] = at
        row["heard"] = row["heard"].removeprefix("no I said ")
    journal.into(store)
    learn(store, now=NOW, home=house, read=read)
    for text in texts:
        assert asked(text, store, house, read) is None


def test_bad_rows_and_clock_jumps_do_no_harm(store: Store, house: Home) -> None:
    journal = Journal()
    journal.turn(START, "")
    journal.turn(START - timedelta(days=4000), "hello")
    journal.rows.append({"kind": "turn", "id": "odd", "at": START.isoformat()})
    journal.rows.append(
        {
            "kind": "turn",
            "id": "odder",
            "at": START.isoformat(),
            "slots": [1],
            "frames": "x",
            "feedback": {"barge_in_ms": "soon"},
            "targets": None,
        }
    )
    journal.rows.append(
        {"kind": "turn", "id": "oddest", "at": START.isoformat(), "heard": 5, "asr": "loud", "actions": [None, 3], "wake": 1}
    )
    taken = import_lines(store, [json.dumps(r).encode() for r in journal.rows])
    assert len(taken.bad) <= 2
    report = learn(store, now=NOW, home=house)
    assert report["turns"] + report["skipped"] >= 3
    assert report["promoted"] == 0
    assert len(list(views.failures(store))) == report["turns"]


def test_one_sentence_a_hundred_thousand_times_is_one_row_of_counts(house: Home) -> None:
    from hub.learning.evidence import Evidence
    from hub.learning.signals import observe, row_of, sessions

    journal = Journal()
    row = journal.turn(START, "turn on the desk lamp", OFFICE)
    evidence = Evidence(now=NOW.timestamp())
    for session in sessions(row_of({**row, "id": str(n), "at": (START + timedelta(seconds=n)).isoformat()}) for n in range(3000)):
        evidence.add(observe(session))
    assert len(evidence.fared) == 1
    assert evidence.turns == 3000


def test_every_view_gives_a_row_a_turn_and_the_span_leaves_the_lead_out(store: Store, house: Home) -> None:
    journal = Journal()
    journal.misheard("turn on the dusk lamb", "turn on the desk lamp", OFFICE, 2)
    journal.into(store)
    rephrased = [r for r in views.rephrases(store) if r["rephrase_turn"]]
    assert [(r["turn"], r["rephrase_turn"]) for r in rephrased] == [("t0", "t1"), ("t3", "t4")]
    start, end = rephrased[0]["span"]
    assert journal.rows[1]["heard"][start:end] == "turn on the desk lamp"
    failed = list(views.failures(store, home=house))
    assert len(failed) == 6
    assert failed[0]["failure"] == "asr"
    assert all(abs(sum(r["p"].values()) - 1) < 0.01 and len(r["p"]) == 6 for r in failed)
    labels = list(views.labels(store, home=house))
    assert labels[0]["goal"] == labels[1]["goal"] != labels[2]["goal"]
    assert labels[0]["intent"] == "HassTurnOn"


def test_two_persons_who_correct_each_other_teach_nothing(store: Store, house: Home, read: Read) -> None:
    journal = Journal()
    for day in range(8):
        at = START + timedelta(days=day)
        journal.turn(at, "turn on the desk lamp", OFFICE, feedback={"barge_in_ms": None, "explicit": None, "undone": True})
        journal.turn(at + timedelta(seconds=8), "turn on the bed light", {**OFFICE, "targets": ["light.bed_light"]}, person="bob")
    journal.into(store)
    learn(store, now=NOW, home=house, read=read)
    assert asked("turn on the desk lamp", store, house, read) is None


def test_words_that_two_persons_mean_two_things_by_are_learned_for_each(store: Store, house: Home, read: Read) -> None:
    journal = Journal()
    bed = {"intent": "HassTurnOn", "slots": {"name": "Bed Light"}, "targets": ["light.bed_light"]}
    for day in range(5):
        for hour, (person, name, frame) in enumerate((("ann", "desk lamp", OFFICE), ("bob", "bed light", bed))):
            at = START + timedelta(days=day, hours=hour)
            journal.turn(at, "turn on the snuggle light", person=person)
            journal.turn(at + timedelta(seconds=9), f"turn on the {name}", frame, person=person)
            journal.turn(at + timedelta(minutes=20), f"turn on the {name}", frame, person=person)
    journal.into(store)
    learn(store, now=NOW, home=house, read=read)
    assert asked("turn on the snuggle light", store, house, read, person="ann").to == "turn on the desk lamp"
    assert asked("turn on the snuggle light", store, house, read, person="bob").to == "turn on the bed light"
    assert asked("turn on the snuggle light", store, house, read, person="guest") is None


def test_by_hand_two_persons_teach_the_same_words_each_for_themselves(tmp_path: Path, house: Home, read: Read) -> None:
    from click.testing import CliRunner

    from hub.cli import cli

    db = ("--db", str(tmp_path / "hub.db"), "--home", str(HOME))
    for person, name in (("ann", "desk lamp"), ("bob", "bed light")):
        done = CliRunner().invoke(cli, ["taught", "add", "make it cosy", f"turn on the {name}", "--person", person, *db])
        assert done.exit_code == 0, done.output
    with Store(tmp_path / "hub.db") as store:
        assert asked("make it cosy", store, house, read, person="ann").to == "turn on the desk lamp"
        assert asked("make it cosy", store, house, read, person="bob").to == "turn on the bed light"
        assert asked("make it cosy", store, house, read, person="carl") is None


SAM = {"intent": "HassTurnOn", "slots": {"name": "Sam's Lamp"}, "targets": ["light.sams_lamp"]}
PAM = {"intent": "HassTurnOn", "slots": {"name": "Pam's Lamp"}, "targets": ["light.pams_lamp"]}


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Home:
    path = tmp_path_factory.mktemp("twins") / "home.yaml"
    lamps = "".join(f"  - {{id: light.{n.lower()}s_lamp, name: {n}'s Lamp, area: office, state: 'off'}}\n" for n in ("Sam", "Pam"))
    path.write_text("id: simulated\nareas: [{id: office, name: Office}]\nentities:\n" + lamps)
    return load_home(path)


def two_lamps(corrected: int, quiet: int) -> Journal:
    """Sam's lamp is asked for and is right, `quiet` times; on `corrected` further days Pam's lamp is asked for at once."""
    journal = Journal()
    for day in range(corrected + quiet):
        at = START + timedelta(days=day)
        first = journal.turn(at, "turn on sam's lamp", SAM)
        if day >= quiet:
            first["feedback"]["barge_in_ms"] = 500
            journal.turn(at + timedelta(seconds=8), "turn on pam's lamp", PAM)
        journal.turn(at + timedelta(hours=2), "turn on pam's lamp", PAM)
    return journal


@pytest.mark.parametrize(("corrected", "quiet"), [(1, 0), (1, 4), (2, 4)])
def test_a_change_of_mind_between_two_things_of_the_house_teaches_nothing(store: Store, twins: Home, corrected: int, quiet: int) -> None:
    two_lamps(corrected, quiet).into(store)
    learn(store, now=NOW, home=twins, read=reader(twins, NOW))
    assert not [r for r in load(store).learned.rules if r.status == "live"]


def test_one_thing_always_heard_for_another_is_learned_after_some_days(store: Store, twins: Home) -> None:
    two_lamps(4, 0).into(store)
    learn(store, now=NOW, home=twins, read=reader(twins, NOW))
    assert [(r.heard, r.to) for r in load(store).learned.rules if r.status == "live" and r.kind == "text"] == [
        ("turn on sam's lamp", "turn on pam's lamp")
    ]


def test_the_commands_work_end_to_end_on_a_file(tmp_path: Path) -> None:
    journal = Journal()
    journal.misheard("turn on the dusk lamb", "turn on the desk lamp", OFFICE, 4)
    (tmp_path / "j.jsonl").write_text("\n".join(json.dumps(r) for r in journal.rows))
    db = str(tmp_path / "hub.db")

    def hub(*args: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", "from hub.cli import main; main()", *args],
            capture_output=True,
            text=True,
            env={**os.environ, "HOME": str(tmp_path)},
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    hub("journal", "import", str(tmp_path / "j.jsonl"), "--db", db)
    report = json.loads(hub("learn", "--db", db, "--home", str(HOME), "--now", NOW.isoformat(), "--json"))
    assert report["promoted"] >= 1
    rules = [json.loads(line) for line in hub("rewrites", "--jsonl", "--db", db).splitlines()]
    assert rules
    hub("rewrites", "block", rules[0]["id"], "--db", db)
    assert {r["id"]: r["status"] for r in map(json.loads, hub("rewrites", "--jsonl", "--db", db).splitlines())}[rules[0]["id"]] == "blocked"
    hub("forget", "--all", "--db", db)
    assert hub("rewrites", "--jsonl", "--db", db) == ""
    assert b"dusk lamb" not in b"".join(p.read_bytes() for p in tmp_path.glob("hub.db*"))
