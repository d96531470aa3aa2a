"""Promises of pooling homes: what leaves a home, what comes back, and that one home alone is none the worse."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from devices.home import Home
from devices.homefile import load_home
from hub.keeping.journal import import_lines
from hub.keeping.store import Store
from hub.knowledge import load
from hub.learning import pool
from hub.learning.nightly import learn
from hub.learning.reading import reader
from models.said import Context
from tests.test_learning import HOME, NOW, OFFICE, START, Journal

VOLUME = {"intent": "HassSetVolumeRelative", "slots": {"volume_step": "up"}, "targets": ["media_player.kitchen_speaker"]}


@pytest.fixture(scope="module")
def house() -> Home:
    return load_home(HOME)


@pytest.fixture(scope="module")
def read(house: Home) -> Any:
    return reader(house, NOW)


def misheard(number: int, heard: str = "increase the violin", said: str = "increase the volume", days: int = 2) -> Journal:
    journal = Journal()
    journal.misheard(heard, said, VOLUME, days)
    for k, row in enumerate(journal.rows):
        row.update(home=f"home{number}", id=f"h{number}-{k}", person="ann")
    return journal


def counts(folder: Path, number: int, journal: Journal, house: Home) -> Path:
    """What one home hands out."""
    out = folder / f"home{number}.json"
    with Store(folder.parent / f"{number}.db") as store:
        assert not import_lines(store, [json.dumps(r).encode() for r in journal.rows]).bad
        learn(store, now=NOW, home=None, pool_out=out)
    return out


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "pool"
    made.mkdir()
    return made


def newcomer(tmp_path: Path, folder: Path | None, house: Home, read: Any, rows: list[dict[str, Any]] | None = None) -> Any:
    """Knowledge of a home that has said nothing (or `rows`), with a pool."""
    with Store(tmp_path / "new.db") as store:
        if rows:
            import_lines(store, [json.dumps(r).encode() for r in rows])
        learn(store, now=NOW, home=house, read=read, pool=folder)
        return load(store)


def live(knowledge: Any) -> list[tuple[str, str, str, str]]:
    return [(r.source, r.when, r.heard, r.to) for r in knowledge.learned.rules if r.status == "live"]


def test_what_three_homes_misheard_helps_a_new_home_before_it_has_said_a_word(tmp_path: Path, folder: Path, house: Home, read: Any) -> None:
    from hub.learning import rewrite

    for number in range(4):
        counts(folder, number, misheard(number), house)
    knowledge = newcomer(tmp_path, folder, house, read)
    assert knowledge.version == 1
    assert ("global", "failed", "increase the violin", "increase the volume") in live(knowledge)
    context = Context(now=NOW)
    for heard in ("increase the violin", "increase the violin please"):
        change = rewrite.online(heard, knowledge, house, context, read(heard), read)
        assert change is not None
        assert change.source == "global"
        assert "increase the volume" in change.to


@pytest.mark.parametrize("homes", [0, 1, 2])
def test_what_fewer_homes_said_holds_for_nobody_else(tmp_path: Path, folder: Path, house: Home, read: Any, homes: int) -> None:
    for number in range(homes):
        counts(folder, number, misheard(number, days=6), house)
    assert live(newcomer(tmp_path, folder, house, read)) == []


def test_one_home_many_times_is_one_home(tmp_path: Path, folder: Path, house: Home, read: Any) -> None:
    out = counts(folder, 0, misheard(0, days=6), house)
    for copy in range(5):
        (folder / f"copy{copy}.json").write_bytes(out.read_bytes())
    assert live(newcomer(tmp_path, folder, house, read)) == []


def test_what_others_mishear_is_never_used_on_words_that_work_here(tmp_path: Path, folder: Path, house: Home, read: Any) -> None:
    from hub.learning import rewrite

    for number in range(5):
        counts(folder, number, misheard(number, "turn on the standing light", "turn on the bed light", days=6), house)
    knowledge = newcomer(tmp_path, folder, house, read)
    assert all(when == "failed" for _, when, _, _ in live(knowledge))
    assert rewrite.precomputed("turn on the standing light", knowledge, Context(now=NOW), house) is None


def test_names_of_the_home_and_words_that_hardly_anybody_says_never_leave_it(tmp_path: Path, folder: Path, house: Home) -> None:
    journal = misheard(1)
    for heard, said in (
        ("turn on the dusk lamb", "turn on the desk lamp"),
        ("remind me to ring abernathi", "remind me to ring abernathy"),
    ):
        later = Journal()
        later.misheard(heard, said, VOLUME, 3)
        for k, row in enumerate(later.rows):
            row.update(home="home1", id=f"{heard}{k}")
        journal.rows += later.rows
    out = folder / "mine.json"
    with Store(tmp_path / "mine.db") as store:
        import_lines(store, [json.dumps(r).encode() for r in journal.rows])
        learn(store, now=NOW, home=None, pool_out=out)
        with_names = out.read_text()
    assert "violin" in with_names
    assert "abernath" not in with_names
    renamed = [row | {"home": house.id} for row in journal.rows]
    with Store(tmp_path / "named.db") as store:
        import_lines(store, [json.dumps(r).encode() for r in renamed])
        learn(store, now=NOW, home=house, pool_out=out)
    text = out.read_text()
    assert "desk lamp" not in text
    assert house.id not in text
    assert "ann" not in json.loads(text)["home"]


def test_a_home_alone_learns_the_same_with_an_empty_pool(tmp_path: Path, folder: Path, house: Home, read: Any) -> None:
    journal = Journal()
    journal.misheard("turn on the dusk lamb", "turn on the desk lamp", OFFICE, 4)
    alone = newcomer(tmp_path, None, house, read, journal.rows)
    (tmp_path / "new.db").unlink()
    assert live(newcomer(tmp_path, folder, house, read, journal.rows)) == live(alone)
    assert live(alone)


def test_a_file_that_holds_no_counts_is_named(tmp_path: Path, folder: Path, house: Home) -> None:
    (folder / "bad.json").write_text('{"pairs": 3}')
    with Store(tmp_path / "new.db") as store, pytest.raises(ValueError, match=r"bad\.json"):
        learn(store, now=NOW + timedelta(days=1), home=house, pool=folder)


def test_counts_of_many_homes_are_bounded_in_what_they_keep(folder: Path, tmp_path: Path, house: Home) -> None:
    out = counts(folder, 0, misheard(0, days=3), house)
    made = json.loads(out.read_text())
    for number in range(300):
        (folder / f"m{number}.json").write_text(json.dumps(made | {"home": f"digest{number}"}))
    everybody = pool.Evidence(now=(START + timedelta(days=30)).timestamp())
    assert pool.read(folder, everybody) == 301
    for fragment in everybody.fragments.values():
        assert len(fragment.texts) <= pool.MOST_TEXTS + 5
        assert len(fragment.days) <= 40
    assert all(len(pair.days) <= 40 for pair in everybody.pairs.values())
