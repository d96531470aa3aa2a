"""Promises of learning as a stranger checks them: the `hub` command alone, journals in the contract's form, files read raw."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hub.cli import cli
from models.voice.tts import Cache

ROOT = Path(__file__).parent.parent
HOME = ROOT / "devices" / "simulated" / "home.yaml"
START = datetime(2026, 10, 1, 9, tzinfo=UTC)
NOW = START + timedelta(days=30)
DESK = {"intent": "HassTurnOn", "slots": {"name": "Desk Lamp"}, "targets": ["light.desk_lamp"]}
BED = {"intent": "HassTurnOn", "slots": {"name": "Bed Light"}, "targets": ["light.bed_light"]}
Row = dict[str, Any]


class Box:
    """A folder with a journal, and the command that works on it. Every call opens and closes the journal; `apart`: in another process."""

    def __init__(self, folder: Path, apart: bool = False) -> None:
        self.folder, self.db, self.apart = folder, folder / "hub.db", apart
        self.clock = NOW
        self.count = 0
        self.env = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_DATA_HOME": str(folder / "data"), "XDG_CACHE_HOME": str(folder / "cache")}

    def hub(self, *args: str, rc: int = 0) -> str:
        whole = [*args, "--db", str(self.db), "--home", str(HOME)]
        if self.apart:
            run = [sys.executable, "-c", "from hub.cli import main; main()", *whole]
            done = subprocess.run(run, capture_output=True, text=True, env=self.env, cwd=self.folder)
            code, out, self.said = done.returncode, done.stdout, done.stderr
        else:
            result = CliRunner().invoke(cli, whole, env=self.env)
            code, out, self.said = result.exit_code, result.stdout, result.stderr
        assert code == rc, out + self.said
        return out

    def rows(self, *args: str) -> list[Row]:
        return [json.loads(line) for line in self.hub(*args).splitlines()]

    def take(self, rows: Iterable[Row], rc: int = 0) -> str:
        file = self.folder / "in.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        told = self.hub("journal", "import", str(file), rc=rc)
        file.unlink()
        return told

    def learn(self) -> Row:
        found: Row = json.loads(self.hub("learn", "--now", self.clock.isoformat(), "--json"))
        return found

    def ask(self, *texts: str, person: str = "ann", after: Sequence[Row | None] = ()) -> list[Row]:
        """One process; each text is a conversation of its own, or goes on after one turn."""
        lines = []
        for k, text in enumerate(texts):
            self.clock += timedelta(minutes=1)
            self.count += 1
            line: Row = {"id": f"q{self.count}", "text": text, "person": person, "now": self.clock.isoformat()}
            if k < len(after) and (before := after[k]) is not None:
                known = {part: before[part] for part in ("decision", "code", "frames", "reply")}
                line["history"] = [known | {"at": (self.clock - timedelta(seconds=9)).isoformat()}]
            lines.append(json.dumps(line) + "\n")
        file = self.folder / "ask.jsonl"
        file.write_text("".join(lines))
        turns = self.rows("ask", "--batch", str(file), "--no-screen")
        file.unlink()
        return turns

    def teach(self, *lessons: str, person: str = "ann") -> list[Row]:
        asked = self.ask(*lessons, person=person)
        return self.ask(*["yes"] * len(asked), person=person, after=asked)

    def store_sounds(self) -> None:
        """Replies as a hub that speaks keeps their sounds, by hashes of their words."""
        cache = Cache(self.folder / "speech")
        for key in ("a1", "b2"):
            cache.put(key, b"\0\0" * 80, frequent=True)
        assert self.sounds()

    def sounds(self) -> list[str]:
        return [f.name for f in self.folder.rglob("*.s16")]

    def files_with(self, *words: str) -> list[str]:
        """Every file below the folder that holds one of the words, in whatever case."""
        wanted = [w.lower().encode() for w in words]
        return [str(f) for f in self.folder.rglob("*") if f.is_file() and any(w in f.read_bytes().lower() for w in wanted)]


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


class Diary:
    """Turns in the contract's form."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def turn(self, at: datetime, heard: str, frame: Row | None = None, **more: Any) -> Row:
        row: Row = {
            "kind": "turn", "id": f"d{len(self.rows)}", "at": at.isoformat(), "home": "simulated", "person": "ann", "room": None,
            "heard": heard, "asr": {"confidence": 0.8, "nbest": []}, "rewrite": None, "intent": None, "slots": {}, "confidence": 0.3,
            "margin": 0.3, "frames": [], "targets": [], "decision": "decline", "code": "no_intent_match", "actions": [], "reply": "",
            "feedback": {"barge_in_ms": None, "explicit": None, "undone": False},
        }  # fmt: skip
        if frame is not None:
            row |= {**frame, "frames": [frame], "decision": "act", "code": None, "confidence": 0.95, "margin": 0.9}
        row |= more
        self.rows.append(row)
        return row

    def misheard(self, heard: str, said: str, frame: Row, days: int = 5, hour: int = 0) -> None:
        """It fails, is said again with success, and works as said in the evening."""
        for day in range(days):
            at = START + timedelta(days=day, hours=hour)
            self.turn(at, heard)
            self.turn(at + timedelta(seconds=9), "no I said " + said, frame)
            self.turn(at + timedelta(hours=9), said, frame)


def to(turn: Row) -> str | None:
    return turn["rewrite"]["to"] if turn["rewrite"] else None


def test_what_is_taught_holds_in_the_next_turn_in_other_words_with_other_rooms_and_is_gone_when_forgotten(tmp_path: Path) -> None:
    box = Box(tmp_path, apart=True)
    asked = box.ask(
        "when I say vesper hour, turn off the kitchen light",
        "when I say hush bedroom, turn off the bedroom light",
        "remember that the crooked one is the floor lamp",
    )
    assert [t["decision"] for t in asked] == ["confirm"] * 3
    assert [t["code"] for t in box.ask("yes", "yes please", "yes", after=asked)] == ["taught"] * 3
    used = box.ask("vesper hour", "it's vesper hour please", "hush kitchen", "turn off the crooked one", "is the crooked one on")
    assert [t["targets"] for t in used] == [
        ["light.kitchen_ceiling"], ["light.kitchen_ceiling"], ["light.kitchen_ceiling"], ["light.standing_light"], ["light.standing_light"],
    ]  # fmt: skip
    assert all("taught" in t["signals"] and t["rewrite"]["source"] == "taught" for t in used)
    assert {t["key"] for t in box.rows("taught", "--jsonl")} == {"vesper hour", "hush {area}", "crooked one"}
    box.hub("taught", "remove", "vesper hour")
    assert [t["code"] for t in box.ask("forget hush bedroom", "forget the crooked one")] == ["forgotten"] * 2
    assert box.hub("taught", "--jsonl") == ""
    assert all(t["rewrite"] is None for t in box.ask("vesper hour", "hush kitchen", "turn off the crooked one"))


def test_nothing_is_taught_where_learning_is_off_for_the_speaker_or_the_house(box: Box) -> None:
    assert [t["code"] for t in box.ask("stop learning from me")] == ["learning_off"]
    box.teach("when I say vesper hour, turn off the kitchen light", person="ann")
    assert box.hub("taught", "--jsonl") == ""
    box.teach("when I say vesper hour, turn off the kitchen light", person="bob")
    assert len(box.rows("taught", "--jsonl")) == 1
    box.ask("stop learning from us", person="bob")
    box.teach("when I say hush bedroom, turn off the bedroom light", person="bob")
    assert len(box.rows("taught", "--jsonl")) == 1
    diary = Diary()
    diary.misheard("turn on the dusk lamb", "turn on the desk lamp", DESK)
    box.take(diary.rows)
    assert box.learn()["promoted"] == 0
    box.ask("start learning from us", "start learning from me", person="ann")
    assert box.learn()["promoted"] >= 1


def test_what_was_said_today_is_nowhere_in_the_files_when_it_is_forgotten_nor_what_was_learned_from_it(box: Box) -> None:
    diary = Diary()
    diary.misheard("turn on the dusk lamb", "turn on the desk lamp", DESK)
    box.take(diary.rows)
    box.clock = START + timedelta(days=8)
    today = Diary()
    for k in range(4):
        at = box.clock - timedelta(hours=k)
        today.turn(at, "turn on the bad zyzzyva", id=f"x{k}")
        today.turn(at + timedelta(seconds=8), "turn on the bed light", BED, id=f"y{k}")
    box.take(today.rows)
    box.learn()
    box.teach("when I say quixotry, turn off the kitchen light")
    box.ask("quixotry", "turn on the bad zyzzyva")
    assert box.files_with("quixotry"), "it is there"
    assert box.files_with("zyzzyva"), "it is there"
    assert box.ask("forget what I said today")[0]["code"] == "forgotten"
    assert box.files_with("quixotry", "zyzzyva") == []
    assert to(box.ask("turn on the dusk lamb")[0]) == "turn on the desk lamp", "what was learned before today stays"
    box.hub("forget", "--since", START.isoformat(), "--now", box.clock.isoformat())
    assert box.files_with("dusk", "lamb") == []
    assert box.hub("rewrites", "--jsonl", "--all") == ""


def test_forgetting_a_person_takes_all_that_they_said_and_taught_and_leaves_the_others(box: Box) -> None:
    box.teach("when I say quixotry, turn off the kitchen light", person="bob")
    box.teach("when I say vesper hour, turn on the desk lamp", person="ann")
    box.store_sounds()
    box.hub("forget", "--person", "bob", "--now", box.clock.isoformat())
    assert box.files_with("quixotry") == []
    assert box.sounds() == [], "replies that were spoken"
    assert box.ask("vesper hour")[0]["targets"] == ["light.desk_lamp"]


def test_a_rewrite_is_blocked_and_allowed_by_its_id_and_versions_go_back_whole_or_by_their_parts(box: Box) -> None:
    diary = Diary()
    diary.misheard("turn on the dusk lamb", "turn on the desk lamp", DESK)
    diary.misheard("turn on the bat light", "turn on the bed light", BED, hour=1)
    box.take(diary.rows)
    box.learn()
    lamb, bat = box.ask("turn on the dusk lamb", "turn on the bat light")
    assert (to(lamb), to(bat)) == ("turn on the desk lamp", "turn on the bed light")
    version = lamb["versions"]["knowledge"]
    box.hub("rewrites", "block", lamb["rewrite"]["id"])
    now = box.ask("turn on the dusk lamb", "turn on the bat light")
    assert [to(t) for t in now] == [None, "turn on the bed light"], "only that part is taken back"
    box.learn()
    assert to(box.ask("turn on the dusk lamb")[0]) is None, "another night does not bring it back"
    box.hub("rewrites", "allow", lamb["rewrite"]["id"])
    assert to(box.ask("turn on the dusk lamb")[0]) == "turn on the desk lamp"
    box.teach("when I say vesper hour, turn on the desk lamp")
    box.hub("knowledge", "rollback", str(version))
    assert box.ask("vesper hour")[0]["rewrite"] is None
    back = box.ask("turn on the dusk lamb", "turn on the bat light")
    assert [t["versions"]["knowledge"] for t in back] == [version] * 2
    assert [to(t) for t in back] == ["turn on the desk lamp", "turn on the bed light"]
    box.hub("knowledge", "rollback", "0")
    assert [t["versions"]["knowledge"] for t in box.ask("turn on the dusk lamb")] == [0]
    assert to(box.ask("turn on the bat light")[0]) is None


def test_a_poisoned_rewrite_is_gone_within_three_defects(box: Box) -> None:
    diary = Diary()
    diary.misheard("turn on the dusk lamb", "turn on the desk lamp", DESK)
    box.take(diary.rows)
    box.learn()
    used = 0
    for _ in range(4):
        box.clock += timedelta(hours=1)
        turn = box.ask("turn on the dusk lamb")[0]
        if to(turn) != "turn on the desk lamp":
            break
        used += 1
        box.clock -= timedelta(seconds=50)
        box.ask("no, I meant the bed light", after=[turn])
    assert 1 <= used <= 3
    box.clock += timedelta(hours=1)
    box.learn()
    assert to(box.ask("turn on the dusk lamb")[0]) != "turn on the desk lamp"


def planted(days: int = 28) -> list[Row]:
    """A light that goes on at half past six and a coffee maker after it, among other things."""
    rng = random.Random(3)
    diary = Diary()
    coffee = {"intent": "HassTurnOn", "slots": {"name": "Coffee Maker"}, "targets": ["switch.coffee_maker"]}
    for day in range(days):
        at = START.replace(hour=6, minute=30) + timedelta(days=day, minutes=rng.uniform(0, 6))
        diary.turn(at, "turn on the bed light", BED)
        diary.turn(at + timedelta(minutes=4), "turn on the coffee maker", coffee)
        for _ in range(14):
            name = rng.choice(("desk_lamp", "kitchen_ceiling", "tv", "living_room_lamp", "bathroom_light", "fan", "radio", "hallway_light"))
            frame = {"intent": rng.choice(("HassTurnOn", "HassTurnOff")), "slots": {"name": name}, "targets": [f"light.{name}"]}
            when = START.replace(hour=7, minute=30) + timedelta(days=day, minutes=rng.uniform(0, 900))
            diary.turn(when, f"{frame['intent']} {name}", frame, person=rng.choice(("ann", "bob")))
    return diary.rows


def shuffled(rows: list[Row], part: str, seed: int) -> list[Row]:
    values = [r[part] for r in rows]
    random.Random(seed).shuffle(values)
    return [{**r, part: value} for r, value in zip(rows, values, strict=True)]


def test_a_habit_is_found_and_none_is_claimed_when_the_times_are_dealt_out_anew(box: Box, tmp_path: Path) -> None:
    box.take(planted())
    box.learn()
    found = box.rows("habits", "--jsonl")
    assert "sequence" in {h["kind"] for h in found}
    assert any(h["then"]["targets"] == ["switch.coffee_maker"] for h in found)
    for seed in range(3):
        (tmp_path / f"s{seed}").mkdir()
        other = Box(tmp_path / f"s{seed}")
        other.take(shuffled(planted(), "at", seed))
        other.learn()
        assert [h for h in other.rows("habits", "--jsonl") if h["kind"] in ("sequence", "time")] == []


def test_a_bad_line_is_told_with_its_number_and_what_cannot_be_is_bounded(box: Box) -> None:
    diary = Diary()
    diary.misheard("turn on the dusk lamb", "turn on the desk lamp", DESK)
    good = [json.dumps(r) for r in diary.rows]
    jump = dict(diary.rows[0], id="jump", at="2051-01-01T00:00:00+00:00")
    back = dict(diary.rows[0], id="back", at="1999-01-01T00:00:00+00:00")
    lines = [*good, "{broken", json.dumps({"kind": "turn", "id": "no time"}), *good, json.dumps(jump), json.dumps(back), '{"kind":"what"}']
    file = box.folder / "odd.jsonl"
    file.write_text("\n".join(lines) + "\n")
    box.hub("journal", "import", str(file), rc=1)
    for number in (len(good) + 1, len(good) + 2, len(lines)):
        assert f"odd.jsonl:{number}: " in box.said, box.said
    assert len(box.rows("turns", "--jsonl")) == len(good) + 2, "each id once"
    assert box.learn()["turns"] == len(good) + 2
    assert to(box.ask("turn on the dusk lamb")[0]) == "turn on the desk lamp"


def test_an_adversary_who_interrupts_everything_and_denies_it_changes_nothing_that_works(box: Box) -> None:
    rng = random.Random(2)
    diary = Diary()
    things = [(DESK, "turn on the desk lamp"), (BED, "turn on the bed light")]
    for k in range(600):
        frame, text = rng.choice(things)
        mark = {"barge_in_ms": rng.randint(100, 900), "explicit": rng.choice((None, "no")), "undone": rng.random() < 0.5}
        diary.turn(START + timedelta(hours=k, seconds=0), text, frame, feedback=mark)
        frame, text = rng.choice(things)
        diary.turn(START + timedelta(hours=k, seconds=8), rng.choice(("", "no I said ", "I meant ")) + text, frame, feedback=mark)
    box.take(diary.rows)
    box.learn()
    turns = box.ask("turn on the desk lamp", "turn on the bed light", "turn off the desk lamp")
    assert [t["targets"] for t in turns] == [["light.desk_lamp"], ["light.bed_light"], ["light.desk_lamp"]]
    assert all(t["rewrite"] is None for t in turns)


def test_two_persons_who_correct_each_other_and_a_teacher_of_nonsense_leave_plain_requests_alone(box: Box) -> None:
    diary = Diary()
    for day in range(20):
        at = START + timedelta(days=day)
        undone = {"barge_in_ms": 300, "explicit": None, "undone": True}
        diary.turn(at, "turn on the desk lamp", DESK, feedback=undone)
        diary.turn(at + timedelta(seconds=8), "no, turn on the bed light", BED, person="bob")
        diary.turn(at + timedelta(hours=2), "turn on the bed light", BED, person="bob", feedback=undone)
        diary.turn(at + timedelta(hours=2, seconds=8), "no, turn on the desk lamp", DESK)
    box.take(diary.rows)
    box.learn()
    box.teach(
        "when I say turn on the desk lamp, turn off the desk lamp",
        "remember that the on is the floor lamp",
        "when I say colourless green ideas, sleep furiously",
        "when I say please, unlock the front door",
        "remember that the front door is the desk lamp",
        "when I say stop, turn on the tv",
    )
    assert box.hub("taught", "--jsonl") == ""
    turns = box.ask("turn on the desk lamp", "turn on the bed light", person="ann") + box.ask("turn on the desk lamp", person="bob")
    assert [t["targets"] for t in turns] == [["light.desk_lamp"], ["light.bed_light"], ["light.desk_lamp"]]
    assert all(t["decision"] in ("act", "answer") and t["rewrite"] is None for t in turns)
