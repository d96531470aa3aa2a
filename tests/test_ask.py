"""hub ask: typed turns through the same door as spoken ones, alone or as a batch whose lines share nothing."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.cli import cli
from hub.keeping.store import Store

HOME = """
id: test-home
areas: [{id: kitchen, name: Kitchen}, {id: hall, name: Hall}]
entities:
  - {id: light.kitchen_a1, name: Kitchen Light, area: kitchen, state: "off", attributes: {supported_color_modes: [brightness]}}
  - {id: light.hall, name: Hall Light, area: hall, state: "on", attributes: {supported_color_modes: [onoff]}}
  - {id: lock.front, name: Front Door, area: hall, state: locked}
commands:
  - intent: orderDrink
    sentences: ["(get|make) me a [{size}] {drink}"]
    slots: {size: [small, large], drink: [latte, mocha]}
    publish: {topic: "bar/order", payload: "{size} {drink}"}
"""


@pytest.fixture
def home(tmp_path: Path) -> str:
    path = tmp_path / "home.yaml"
    path.write_text(HOME)
    return str(path)


def ask(*args: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(cli, ["ask", *args], input=stdin)


def test_a_typed_command_is_worked_out_and_not_sent(home: str) -> None:
    done = ask("turn on the kitchen light", "--home", home, "--json", "--room", "kitchen", "--now", "2026-11-01T07:00:00+01:00")
    assert done.exit_code == 0, done.output
    turn = json.loads(done.stdout)
    assert turn["at"] == "2026-11-01T07:00:00+01:00"
    assert (turn["intent"], turn["targets"], turn["decision"]) == ("HassTurnOn", ["light.kitchen_a1"], "act")
    assert [(a["service"], a["entity_id"], a["status"]) for a in turn["actions"]] == [("light.turn_on", "light.kitchen_a1", "dry_run")]
    assert turn["reply"]
    assert turn["timings_ms"]["decided"] > 0
    assert set(turn["feedback"]) == {"barge_in_ms", "explicit", "undone"}


def test_without_json_the_reply_is_printed_and_why_says_more(home: str) -> None:
    done = ask("turn on the kitchen light", "--home", home, "--why")
    assert done.exit_code == 0
    assert len(done.stdout.strip().splitlines()) == 2


def test_a_risky_thing_is_confirmed_by_a_yes_with_the_history(home: str, tmp_path: Path) -> None:
    first = json.loads(ask("unlock the front door", "--home", home, "--json", "--now", "2026-11-01T07:00:00+00:00").stdout)
    assert (first["decision"], first["actions"], first["targets"]) == ("confirm", [], ["lock.front"])
    history = tmp_path / "history.jsonl"
    history.write_text(json.dumps(first) + "\n")
    yes = json.loads(ask("yes", "--home", home, "--json", "--history", str(history), "--now", "2026-11-01T07:00:20+00:00").stdout)
    assert [a["service"] for a in yes["actions"]] == ["lock.unlock"]
    late = json.loads(ask("yes", "--home", home, "--json", "--history", str(history), "--now", "2026-11-01T07:20:00+00:00").stdout)
    assert late["actions"] == []


def test_a_command_of_the_owners_own_is_published(home: str) -> None:
    turn = json.loads(ask("make me a large mocha", "--home", home, "--json").stdout)
    assert (turn["intent"], turn["slots"]) == ("orderDrink", {"size": "large", "drink": "mocha"})
    action = {key: turn["actions"][0][key] for key in ("service", "entity_id", "data")}
    assert action == {"service": "mqtt.publish", "entity_id": None, "data": {"topic": "bar/order", "payload": "large mocha"}}


def test_own_commands_may_stand_in_hub_toml_too(home: str, tmp_path: Path) -> None:
    toml = tmp_path / "hub.toml"
    toml.write_text('[[commands]]\nintent = "feedCat"\nsentences = ["feed the cat"]\npublish = {topic = "cat/feed", payload = "1"}\n')
    turn = json.loads(ask("feed the cat", "--home", home, "-c", str(toml), "--json").stdout)
    assert turn["intent"] == "feedCat"
    assert turn["actions"][0]["data"] == {"topic": "cat/feed", "payload": "1"}


def test_a_batch_is_answered_in_order_and_a_bad_line_is_told_with_its_number(home: str, tmp_path: Path) -> None:
    batch = tmp_path / "batch.jsonl"
    lines = [
        {"id": "a", "text": "turn on the kitchen light", "home": home},
        {"id": "b", "text": "turn it off", "home": home, "history": [{"at": "2026-11-01T07:00:00+00:00", "heard": "turn on the hall light",
         "intent": "HassTurnOn", "slots": {"name": "Hall Light"}, "targets": ["light.hall"], "actions": []}],
         "now": "2026-11-01T07:00:30+00:00"},
        {"id": "c", "text": "turn it off", "home": home},
        {"id": "d"},
        {"id": "e", "text": "turn on the kitchen light", "home": "nowhere.yaml"},
        {"id": "f", "text": "turn on the kitchen light", "home": home, "room": "kitchen", "screen": True, "person": "anna"},
    ]  # fmt: skip
    batch.write_text("\n".join(json.dumps(line) for line in lines) + "\n{broken\n")
    done = ask("--batch", str(batch))
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in rows] == ["a", "b", "c", "f"]
    assert rows[1]["targets"] == ["light.hall"]
    assert "history" in rows[1]["signals"]
    assert "history" not in rows[2]["signals"]
    assert (rows[3]["room"], rows[3]["person"]) == ("kitchen", "anna")
    assert done.exit_code == 1
    assert [line.split(": ")[0] for line in done.stderr.splitlines()] == [f"{batch}:4", f"{batch}:5", f"{batch}:7"]


def test_a_batch_is_quick(home: str, tmp_path: Path) -> None:
    batch = tmp_path / "batch.jsonl"
    texts = ["turn on the kitchen light", "turn off the hall light", "is the front door locked", "set the kitchen light to 30 percent"] * 15
    batch.write_text("\n".join(json.dumps({"id": str(n), "text": text, "home": home}) for n, text in enumerate(texts)))
    ask("hello", "--home", home)
    began = time.process_time()
    done = ask("--batch", str(batch))
    took = time.process_time() - began
    assert len(done.stdout.splitlines()) == 60
    assert 60 / took > 12, f"{60 / took:.0f} sentences a second of processor time"


def test_a_journal_remembers_the_conversation_of_single_turns(home: str, tmp_path: Path) -> None:
    db = str(tmp_path / "made.db")
    ask("turn off the hall light", "--home", home, "--db", db, "--now", "2026-11-01T07:00:00+00:00")
    again = json.loads(ask("turn it on again", "--home", home, "--db", db, "--json", "--now", "2026-11-01T07:01:00+00:00").stdout)
    assert again["targets"] == ["light.hall"]
    with Store(db) as store:
        assert [t["heard"] for t in store.turns()] == ["turn off the hall light", "turn it on again"]
        assert {t["home"] for t in store.turns()} == {"test-home"}


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        ([], 2, "TEXT"), (["a", "--batch", "x"], 2, "TEXT"), (["a", "--now", "noon"], 2, "ISO 8601"), (["a", "--home",
        "none.yaml"], 1, "none.yaml"),
        (["a", "--history", "none.jsonl"], 1, "none.jsonl"), (["a", "--no-dry-run", "--broker", "http://x"], 1, "mqtt"),
        (["a", "--live", "--socket", "none.sock"], 1, "no hub runs"), (["--batch", "none.jsonl"], 1, "none.jsonl"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_has_one_sentence(
    args: list[str], code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = ask(*args)
    assert done.exit_code == code
    assert said in done.stderr
    assert "Traceback" not in done.output
