"""Promises of the simulated households: the truth is hidden from the learner, and what is printed is what was measured."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from bench.households.confusion import Confusion, Ear
from bench.households.house import House, build
from bench.households.journal import journal
from bench.households.lessons import ROOT, Lessons, shown
from bench.households.nulls import SIGNALS, without
from bench.households.outcomes import Score, score
from bench.households.people import HARD, KIND, People
from bench.households.probing import probes
from hub.learning.reading import reader
from hub.learning.signals import QUIET_S

PEOPLE = People(days=4, per_day=(12, 14))


@pytest.fixture(scope="module")
def confusion(shared: Path) -> Confusion:
    return Confusion(shared / "slurp")


@pytest.fixture
def house(shared: Path, confusion: Confusion, tmp_path: Path) -> House:
    return build(3, tmp_path, shared, confusion, PEOPLE, 5, reader)


def test_the_learner_is_another_process_and_gets_no_truth(house: House, tmp_path: Path) -> None:
    rows = list(journal(house, PEOPLE, 5))
    assert any(key.startswith("_") for key in rows[0]), "the simulator knows more than it hands over"
    with Lessons(tmp_path / "learner") as lessons:
        assert lessons.process.pid != os.getpid()
        knowledge = lessons.learn("all", house, rows)
    assert knowledge.version == 1
    given = (tmp_path / "learner" / "all.jsonl").read_text()
    assert [json.loads(line) for line in given.splitlines()] == [shown(row) for row in rows]
    for hidden in ('"truth"', '"want"', '"goal"', '"meant"', "_want", "_got", "_ok"):
        assert hidden not in given


THIEF = """
import sys
from datetime import datetime
from pathlib import Path
folder, what, where = sys.argv[1:]
from bench.households.learner import ROOT, program
from bench.households.confined import confine
print(confine(program(), [Path(folder)], [ROOT]))
try:
    if what == "open":
        print(open(where, "rb").read(64))
    elif what == "list":
        print(list(Path(where).iterdir()))
    elif what == "import":
        import importlib
        print(importlib.import_module(where))
    elif what == "run":
        import subprocess
        print(subprocess.run(["cat", where], capture_output=True, check=True).stdout)
    elif what == "native":
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        fd = libc.open(where.encode(), 0)
        assert fd >= 0, "denied"
        print(fd)
    elif what == "link":
        link = Path(folder) / "link"
        link.symlink_to(where)
        print(link.read_bytes()[:64])
    elif what == "own":
        (Path(folder) / "mine").write_text("ok")
        import hub.learning.nightly
        assert Path(hub.learning.nightly.__file__).is_relative_to(ROOT), "the program that is measured, and no other copy of it"
except BaseException as error:
    print("denied", type(error).__name__)
    sys.exit(13)
"""


def thief(folder: Path, what: str, where: str) -> subprocess.CompletedProcess[str]:
    """A process confined as the learner is, which tries to get at something."""
    folder.mkdir(exist_ok=True)
    return subprocess.run([sys.executable, "-c", THIEF, str(folder), what, where], capture_output=True, text=True, cwd=ROOT, check=False)


def test_a_process_confined_as_the_learner_is_works_in_its_folder(tmp_path: Path) -> None:
    done = thief(tmp_path / "learner", "own", "")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "learner" / "mine").read_text() == "ok"


@pytest.mark.parametrize("what", ["open", "run", "link"])
def test_the_learner_cannot_read_the_truth_even_where_it_lies_beside_its_folder(tmp_path: Path, what: str) -> None:
    truth = tmp_path / "truth.json"
    truth.write_text('{"home0-1": "asr"}')
    done = thief(tmp_path / "learner", what, str(truth))
    assert done.returncode == 13, done.stdout + done.stderr
    assert "home0-1" not in done.stdout


def test_the_learner_cannot_read_the_simulators_memory_or_files(tmp_path: Path, shared: Path) -> None:
    for what, where in (
        ("open", f"/proc/{os.getpid()}/mem"),
        ("open", f"/proc/{os.getpid()}/environ"),
        ("list", f"/proc/{os.getpid()}/fd"),
        ("open", str(shared / "slurp" / "test_asr_hyps.jsonl")),
        ("list", str(tmp_path)),
    ):
        done = thief(tmp_path / "learner", what, where)
        assert done.returncode == 13, (what, where, done.stdout + done.stderr)


@pytest.mark.parametrize("module", ["house", "journal", "telling", "probing", "people"])
def test_the_learner_cannot_make_the_truth_anew_from_the_seed(tmp_path: Path, module: str) -> None:
    done = thief(tmp_path / "learner", "import", f"bench.households.{module}")
    assert done.returncode == 13, done.stdout + done.stderr


def test_where_the_kernel_keeps_the_learner_in_native_code_gets_no_further(tmp_path: Path) -> None:
    truth = tmp_path / "truth.json"
    truth.write_text("{}")
    done = thief(tmp_path / "learner", "native", str(truth))
    if done.stdout.startswith("interpreter"):
        pytest.skip("no Landlock here")
    assert done.returncode == 13, done.stdout + done.stderr


def test_the_learners_process_confines_itself_before_it_takes_a_command(house: House, tmp_path: Path) -> None:
    elsewhere = tmp_path / "journal.jsonl"
    elsewhere.write_text(json.dumps(shown(next(iter(journal(house, PEOPLE, 5))))) + "\n")
    with Lessons(tmp_path / "learner") as lessons, pytest.raises(RuntimeError):
        lessons.hub("journal", "import", str(elsewhere), "--db", str(tmp_path / "learner" / "hub.db"))


def test_the_same_seed_gives_the_same_people(house: House) -> None:
    first = probes(house, PEOPLE, 20, 5, ())
    assert [p.text for p in first] == [p.text for p in probes(house, PEOPLE, 20, 5, ())]


def test_a_recognisers_errors_are_those_of_real_recordings_and_stick(confusion: Confusion) -> None:
    assert 0.2 < confusion.wrong_share < 0.7
    ear = Ear(confusion, random.Random(2), rate=1.0, sticky=1.0)
    heard = [ear.hear("turn on the desk lamp") for _ in range(40)]
    assert len(set(heard)) < 30
    assert any(h != "turn on the desk lamp" for h in heard)


def test_in_a_hard_home_errors_are_often_other_valid_requests(confusion: Confusion) -> None:
    names = (("floor lamp", "door lamp", "reading light"),)
    ear = Ear(confusion, random.Random(2), rate=1.0, names=names, valid=1.0)
    heard = [ear.hear("turn on the floor lamp") for _ in range(20)]
    assert heard.count("turn on the door lamp") >= 15


def test_a_hard_home_has_people_who_mean_two_things_by_the_same_words(shared: Path, confusion: Confusion, tmp_path: Path) -> None:
    hard = build(1, tmp_path, shared, confusion, HARD, 5, reader)
    ours = [g for g in hard.goals if g.kind == "nickname"]
    by_text = {g.wordings: {h.want for h in ours if h.wordings == g.wordings} for g in ours}
    assert by_text
    assert all(len(wants) == 2 for wants in by_text.values())
    rows = list(journal(hard, HARD, 5))
    asked = {r["heard"] for r in rows}
    assert any(g.cold for g in hard.goals)
    assert not any(g.wordings[0] in asked for g in hard.goals if g.cold and g.kind == "title")
    good_but_marked = [r for r in rows if r["_got"] == r["_want"] and r["_ok"] and r["feedback"]["explicit"] == "no"]
    assert good_but_marked, "people change their minds, and the hub cannot know"


def test_a_signal_left_out_is_not_in_the_journal(house: House) -> None:
    rows = list(journal(house, PEOPLE, 5))
    for signal in SIGNALS:
        spoilt = without(signal, rows)
        assert signal == "silence" or len(spoilt) <= len(rows)
        if signal == "barge-in":
            assert all(r["feedback"]["barge_in_ms"] is None for r in spoilt)
        elif signal == "rephrase":
            assert 0 < len(spoilt) < len(rows)
        elif signal == "correcting words":
            assert not any(r["heard"].startswith(("no ", "no, ", "i said")) for r in spoilt)
        elif signal == "silence":
            times = [datetime.fromisoformat(r["at"]) for r in spoilt]
            assert all((b - a).total_seconds() <= QUIET_S for a, b, r in zip(times, times[1:], spoilt, strict=False) if r["heard"] != "mhm")
    assert any(r["feedback"]["barge_in_ms"] is not None for r in rows), "the journal itself is left as it was"
    with pytest.raises(ValueError, match="smell"):
        without("smell", rows)


def test_without_errors_nothing_is_rewritten(shared: Path, confusion: Confusion, tmp_path: Path) -> None:
    perfect = People(days=4, per_day=(12, 14), wrong=0.0)
    clean = build(4, tmp_path, shared, confusion, perfect, 6, reader)
    result = Score()
    with Lessons(tmp_path / "learner") as lessons:
        score(result, clean, probes(clean, perfect, 60, 6, ()), lessons.learn("clean", clean, list(journal(clean, perfect, 6))))
    assert sum(result.clean_rewritten) == 0
    assert sum(result.losses) == 0


def test_the_kind_row_is_pessimistic_about_feedback() -> None:
    assert (KIND.traces, KIND.false_barge) == (0.4, 0.05)
    assert HARD.traces <= KIND.traces
    assert HARD.false_barge >= KIND.false_barge
