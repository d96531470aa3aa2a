"""Promises of the simulated households: the truth is hidden from the learner, and what is printed is what was measured."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from bench.households import __main__ as bench
from bench.households.confusion import Confusion, Ear
from bench.households.world import House, People, build, journal, probes
from hub.keeping.store import Store
from hub.knowledge import load
from hub.learning.reading import reader

PEOPLE = People(days=4, per_day=(12, 14))


@pytest.fixture(scope="module")
def confusion(shared: Path) -> Confusion:
    return Confusion(shared / "slurp")


@pytest.fixture
def house(shared: Path, confusion: Confusion, tmp_path: Path) -> House:
    return build(3, tmp_path, shared, confusion, PEOPLE, 5, reader)


def test_the_learner_is_another_process_and_gets_no_truth(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = list(journal(house, PEOPLE, 5))
    seen: list[dict[str, str]] = []
    real = bench.subprocess.run

    def watched(command: list[str], **options: object) -> object:
        seen.append(dict(options["env"]))  # type: ignore[call-overload]
        return real(command, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(bench.subprocess, "run", watched)
    bench.learn(tmp_path / "hub.db", house.file, rows, tmp_path)
    assert len(seen) == 2, "import and learn ran as processes of their own"
    assert all(set(environment) == {"PATH", "HOME", "OMP_NUM_THREADS"} for environment in seen)
    given = (tmp_path / "journal.jsonl").read_text()
    for row in map(json.loads, given.splitlines()):
        assert not any(key.startswith("_") for key in row)
    for hidden in ('"truth"', '"want"', '"goal"', '"meant"', "_want", "_got"):
        assert hidden not in given
    written = {p.suffix for p in tmp_path.iterdir()}
    assert written <= {".yaml", ".jsonl", ".db", ".db-wal", ".db-shm", ""}, "nothing but home, journal and database was ever on disk"
    with Store(tmp_path / "hub.db") as store:
        assert load(store).version == 1


def test_the_same_seed_gives_the_same_people(house: House) -> None:
    first = probes(house, PEOPLE, 20, 5, ())
    assert [p.text for p in first] == [p.text for p in probes(house, PEOPLE, 20, 5, ())]


def test_a_recognisers_errors_are_those_of_real_recordings_and_stick(confusion: Confusion) -> None:
    assert 0.2 < confusion.wrong_share < 0.7
    ear = Ear(confusion, random.Random(2), rate=1.0, sticky=1.0)
    heard = [ear.hear("turn on the desk lamp") for _ in range(40)]
    assert len(set(heard)) < 30
    assert any(h != "turn on the desk lamp" for h in heard)


def test_without_errors_nothing_is_rewritten(shared: Path, confusion: Confusion, tmp_path: Path) -> None:
    perfect = People(days=4, per_day=(12, 14), wrong=0.0)
    clean = build(4, tmp_path, shared, confusion, perfect, 6, reader)
    bench.learn(tmp_path / "clean.db", clean.file, list(journal(clean, perfect, 6)), tmp_path)
    result = bench.Score()
    with Store(tmp_path / "clean.db") as store:
        bench.score(result, clean, probes(clean, perfect, 60, 6, ()), load(store))
    assert sum(result.clean_rewritten) == 0
    assert sum(result.losses) == 0
