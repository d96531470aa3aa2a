"""What the journal promises: nothing acknowledged is lost, nothing erased remains, and trouble has a sentence."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import StoreError
from hub.keeping.store import Store
from hub.keeping.store_file import MIGRATIONS
from hub.turn_json import from_json, past, to_json

AT = datetime(2026, 11, 1, 7, 0, tzinfo=UTC)


def turn(n: int, **more: object) -> dict[str, object]:
    return {"id": f"t{n}", "at": (AT + timedelta(minutes=n)).isoformat(), "heard": f"text {n}", **more}


@pytest.fixture
def store(tmp_path: Path):
    with Store(tmp_path / "hub.db") as opened:
        yield opened


def test_only_its_owner_can_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "folder" / "hub.db"
    with Store(path) as store:
        store.add_turn(turn(1))
        for part in path.parent.iterdir():
            assert stat.S_IMODE(part.stat().st_mode) == 0o600, part


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    path.touch(mode=0o644)
    with Store(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_turns_come_back_in_the_order_of_their_times_whatever_their_zones(store: Store) -> None:
    store.add_turn({"id": "b", "at": "2026-11-01T08:30:00+02:00"})
    store.add_turn({"id": "a", "at": "2026-11-01T06:00:00+00:00"})
    store.add_turn({"id": "c", "at": "2026-11-01T07:00:00"})
    assert [t["id"] for t in store.turns()] == ["a", "b", "c"]
    assert [t["id"] for t in store.turns(since="2026-11-01T06:30:00+00:00")] == ["b", "c"]
    assert [t["id"] for t in store.turns(until="2026-11-01T06:30:00+00:00")] == ["a"]
    assert [t["id"] for t in store.turns(last=2)] == ["b", "c"]


def test_pages_give_every_turn_once_also_at_equal_times(store: Store) -> None:
    with store.writing():
        for n in range(25):
            store.add_turn({"id": f"x{n:02d}", "at": AT.isoformat()})
            store.add_state(at=AT, entity_id=f"light.l{n}", state="on")
    assert [t["id"] for t in store.iter_turns(page=4)] == [f"x{n:02d}" for n in range(25)]
    assert len({s["entity_id"] for s in store.iter_states(page=3)}) == 25


def test_feedback_is_set_on_a_stored_turn_and_the_rest_stays(store: Store) -> None:
    store.add_turn(turn(1, custom={"kept": [1, 2]}))
    assert store.set_feedback("t1", undone=True)
    assert store.set_feedback("t1", barge_in_ms=420)
    assert not store.set_feedback("nobody", undone=True)
    found = store.turn("t1")
    assert found is not None
    assert found["feedback"] == {"undone": True, "barge_in_ms": 420}
    assert found["custom"] == {"kept": [1, 2]}


def test_one_change_of_the_house_is_kept_once(store: Store) -> None:
    for _ in range(2):
        store.add_state(at=AT, entity_id="light.kitchen", state="on", attributes={"brightness": 3}, cause="voice", home="h")
    assert store.states() == [
        {"at": AT.isoformat(), "home": "h", "entity_id": "light.kitchen", "state": "on", "attributes": {"brightness": 3}, "cause": "voice"}
    ]


def test_an_unknown_cause_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="cause"):
        store.add_state(at=AT, entity_id="light.kitchen", state="on", cause="magic")


def test_knowledge_goes_forward_and_back(store: Store) -> None:
    assert store.knowledge() is None
    first = store.add_knowledge({"rules": [1]}, at=AT, note="one")
    second = store.add_knowledge({"rules": [1, 2]}, at=AT)
    assert store.knowledge() == (second, {"rules": [1, 2]})
    assert store.use_knowledge(first)
    assert store.knowledge() == (first, {"rules": [1]})
    assert store.use_knowledge(0)
    assert store.knowledge() is None
    assert not store.use_knowledge(99)
    assert [v["version"] for v in store.knowledge_versions()] == [first, second]


def test_timers_come_soonest_first_and_go_for_good(store: Store) -> None:
    store.put_timer("late", {"name": "pasta"}, due=AT + timedelta(hours=1))
    store.put_timer("soon", {"name": "tea"}, due=AT)
    store.put_timer("paused", {"name": "oven"}, due=None)
    assert [t["id"] for t in store.timers()] == ["soon", "late", "paused"]
    assert store.remove_timer("soon")
    assert not store.remove_timer("soon")


def test_values_and_events_are_kept(store: Store) -> None:
    store.put("muted", True)
    assert store.get("muted") is True
    assert store.get("absent", 7) == 7
    assert store.remove("muted")
    store.add_event("barge_in", at=AT, turn="t1", played_ms=300)
    assert [(e["kind"], e["turn"], e["played_ms"]) for e in store.events("barge_in")] == [("barge_in", "t1", 300)]


def test_what_is_erased_is_nowhere_in_the_files(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    with Store(path) as store:
        for n in range(50):
            store.add_turn(turn(n, heard="the elephant key is seven"))
        store.put_taught("k", {"turn": "t1", "value": "elephant"}, at=AT)
        gone = store.erase(turns=[f"t{n}" for n in range(50)])
        assert gone["turns"] == 50
        assert gone["taught"] == 1
        everything = b"".join(part.read_bytes() for part in tmp_path.iterdir())
    assert b"elephant" not in everything


def test_forgetting_since_a_time_or_of_a_person_takes_only_that(store: Store) -> None:
    for n in range(4):
        store.add_turn(turn(n, person="anna" if n % 2 else "ben"))
    store.erase(person="anna")
    assert [t["id"] for t in store.turns()] == ["t0", "t2"]
    store.erase(since=AT + timedelta(minutes=2))
    assert [t["id"] for t in store.turns()] == ["t0"]
    store.erase(everything=True)
    assert store.turns() == []


def test_old_rows_leave_after_their_days(store: Store) -> None:
    store.add_turn(turn(0))
    store.add_state(at=AT, entity_id="light.a", state="on")
    assert store.retain(AT + timedelta(days=100), turns_days=0, states_days=90) == 1
    assert len(store.turns()) == 1
    assert store.retain(AT + timedelta(days=400), turns_days=365, states_days=90) == 1
    assert store.turns() == []


def test_a_failed_transaction_leaves_nothing_behind(store: Store) -> None:
    def fail() -> None:
        with store.writing():
            store.add_turn(turn(1))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert store.turns() == []


@pytest.mark.parametrize("damage", ["not a database at all " * 200, ""])
def test_a_damaged_file_is_set_aside_and_a_fresh_one_begun(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "hub.db"
    with Store(path) as store:
        for n in range(300):
            store.add_turn(turn(n))
    if damage:
        path.write_text(damage)
    else:
        with path.open("r+b") as file:  # a page in the middle
            file.seek(8192)
            file.write(os.urandom(8192))
    with Store(path) as store:
        assert "set aside" in store.messages[0]
        assert "hub.db.damaged-" in store.messages[0]
        store.add_turn(turn(1))
        assert len(store.turns()) == 1
    assert [p for p in tmp_path.iterdir() if ".damaged-" in p.name]


def test_a_journal_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    db.close()
    with pytest.raises(StoreError, match=r"newer version.*Update"):
        Store(path)


def test_a_full_disk_has_a_sentence_and_the_hub_goes_on(tmp_path: Path) -> None:
    with Store(tmp_path / "hub.db") as store:
        store.add_turn(turn(1))
        pages = store._db.execute("PRAGMA page_count").fetchone()[0]
        store._db.execute(f"PRAGMA max_page_count = {pages}").fetchone()
        with pytest.raises(StoreError, match=r"disk is full.*Free some space"):
            store.add_turn(turn(2, heard="x" * 100_000))
        store._db.execute("PRAGMA max_page_count = 1000000").fetchone()
        store.add_turn(turn(3))
        assert [t["id"] for t in store.turns()] == ["t1", "t3"]


def test_a_folder_that_cannot_be_made_has_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"cannot be opened.*--db"):
        Store(tmp_path / "file" / "hub.db")


def test_several_threads_write_without_losing_a_row(store: Store) -> None:
    def write(start: int) -> None:
        for n in range(start, start + 40):
            store.add_turn(turn(n))

    threads = [threading.Thread(target=write, args=(k * 40,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.turns()) == 160


def test_another_process_reads_while_this_one_writes(tmp_path: Path) -> None:
    with Store(tmp_path / "hub.db") as store, Store(tmp_path / "hub.db") as reader:
        store.add_turn(turn(1))
        assert [t["id"] for t in reader.turns()] == ["t1"]


WRITER = """
import sys
from hub.keeping.store import Store
from datetime import datetime, timezone
at = datetime(2026, 11, 1, tzinfo=timezone.utc)
with Store(sys.argv[1]) as store:
    n = len(store.timers())
    while True:
        store.add_turn({"id": f"k{n}", "at": at.isoformat()})
        store.put_timer(f"k{n}", {"name": "x"}, due=at)
        print(n, flush=True)
        n += 1
"""


def test_kill_nine_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    acknowledged = -1
    for delay in (3, 11, 19):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        for _ in range(delay):
            acknowledged = int(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)
        rest = writer.stdout.read().split()
        writer.stdout.close()
        writer.wait()
        acknowledged = int(rest[-1]) if rest else acknowledged
        with Store(path) as store:
            assert store.messages == []
            assert len(store.turns()) >= acknowledged + 1
            assert len(store.timers()) >= acknowledged + 1


NAMES = st.text(st.characters(blacklist_categories=("Cs",)), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | NAMES,
    lambda x: st.lists(x, max_size=3) | st.dictionaries(NAMES, x, max_size=3),
)


@given(st.dictionaries(NAMES.filter(lambda k: k not in ("id", "at", "kind", "home", "person", "room")), JSON, max_size=5))
def test_whatever_keys_a_turn_has_they_come_back(more: dict[str, object]) -> None:
    with _scratch() as store:
        store.add_turn({"id": "t", "at": AT.isoformat(), **more})
        found = store.turn("t")
    assert found is not None
    assert {k: found[k] for k in more} == more


def _scratch() -> Store:
    import tempfile

    return Store(Path(tempfile.mkdtemp(prefix="hub-test-")) / "hub.db")


def test_a_turn_survives_the_way_through_json() -> None:
    data = {
        "id": "t", "at": AT.isoformat(), "room": "kitchen", "wake": {"phrase": "alexa", "score": 0.9}, "heard": "turn of the light",
        "asr": {"confidence": 0.7, "nbest": [{"text": "turn of the light", "confidence": 0.7}]}, "rewrite": {"to": "turn off",
        "source": "taught", "id": "r"},
        "intent": "HassTurnOff", "slots": {"name": "Light"}, "confidence": 0.9, "margin": 0.8,
        "frames": [{"intent": "HassTurnOff", "slots": {"name": "Light"}, "targets": ["light.a"]}], "targets": ["light.a"],
        "decision": "act",
        "code": None, "actions": [{"service": "light.turn_off", "entity_id": "light.a", "data": {}, "status": "confirmed",
        "before": {"state": "on", "attributes": {}}}],
        "reply": "Okay.", "reply_audio_ms": 500, "signals": ["room"], "feedback": {"barge_in_ms": 100, "explicit": "no", "undone": True},
        "timings_ms": {"decided": 210.0}, "versions": {"asr": "vosk:x", "home": 3}, "unheard_of": {"a": 1},
        "offer": {"intent": "X", "slots": {}, "targets": []},
    }  # fmt: skip
    again = to_json(from_json(data))
    again["asr"] = {key: again["asr"][key] for key in ("confidence", "nbest")}
    assert {key: again[key] for key in data} == data
    assert past(again).actions[0]["before"] == {"state": "on", "attributes": {}}


def test_a_turn_without_id_or_time_is_no_turn() -> None:
    with pytest.raises(ValueError, match="id"):
        from_json({"at": AT.isoformat()})
    with pytest.raises(ValueError, match="at"):
        from_json({"id": "t", "at": "yesterday"})
