"""The journal in and out: what came in goes out again, a bad line costs only itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.cli import cli
from hub.keeping.journal import export_lines, import_lines
from hub.keeping.store import Store

TURN = {
    "kind": "turn",
    "id": "a",
    "at": "2026-11-01T07:00:00+00:00",
    "home": "h",
    "person": None,
    "heard": "hello",
    "speech_s": 1.2,
    "odd": {"x": [1, None]},
}
STATE = {
    "kind": "state",
    "at": "2026-11-01T06:00:00Z",
    "home": "h",
    "entity_id": "light.a",
    "state": "on",
    "attributes": {"brightness": 3},
    "cause": "app",
}


def lines(*events: object) -> list[bytes]:
    return [json.dumps(event).encode() for event in events]


def test_what_came_in_goes_out_again_with_all_its_keys(tmp_path: Path) -> None:
    with Store(tmp_path / "hub.db") as store:
        import_lines(store, lines(TURN, STATE))
        assert [json.loads(line) for line in export_lines(store)] == [STATE, TURN]
        assert all(line.startswith(b'{"kind":') for line in export_lines(store))


def test_a_second_import_changes_nothing(tmp_path: Path) -> None:
    with Store(tmp_path / "hub.db") as store:
        first = import_lines(store, lines(TURN, STATE))
        second = import_lines(store, lines(TURN, STATE, {**TURN, "heard": "changed"}))
        assert (first.turns, first.states, first.known) == (1, 1, 0)
        assert (second.turns, second.states, second.known) == (0, 0, 3)
        turn = store.turn("a")
        assert turn is not None
        assert turn["heard"] == "hello"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{bad", "no JSON"), (b"[]", "no JSON object"), (b'{"kind":"mood"}', "kind"),
        (b'{"kind":"turn","at":"2026-11-01T07:00:00Z"}', "id"),
        (b'{"kind":"turn","id":"x","at":"soon"}', "at"), (b'{"kind":"state","at":"2026-11-01T07:00:00Z","state":"on"}', "entity_id"),
        (b'{"kind":"state","at":"2026-11-01T07:00:00Z","entity_id":"a.b","state":1}', "state"),
        (b'{"kind":"turn","id":"x","at":NaN}', "no JSON"),
        (b'{"kind":"turn","id":"x","at":"2026-11-01T07:00:00Z","slots":[1]}', "slots"), (b'\xff\xfe{"kind":"turn"}', "no JSON"),
        (b'{"kind":"turn","id":"\\ud800","at":"2026-11-01T07:00:00Z"}', "no JSON"), (b"[" * 100_000, "no JSON"),
        (b'{"kind":"turn","id":"x","at":"2026-11-01T07:00:00Z","home":3}', "home"),
    ],
)  # fmt: skip
def test_a_bad_line_is_told_with_its_number_and_the_rest_comes_in(tmp_path: Path, line: bytes, said: str) -> None:
    with Store(tmp_path / "hub.db") as store:
        report = import_lines(store, [*lines(TURN), b"", line, *lines(STATE)])
        assert (report.turns, report.states) == (1, 1)
        assert [number for number, _ in report.bad] == [3]
        assert said in report.bad[0][1]


def test_the_commands_import_export_and_show(tmp_path: Path) -> None:
    run = CliRunner()
    file, db = tmp_path / "in.jsonl", str(tmp_path / "hub.db")
    file.write_bytes(b"\n".join([*lines(TURN, STATE), b"{bad"]))
    done = run.invoke(cli, ["journal", "import", str(file), "--db", db])
    assert done.exit_code == 1
    assert f"{file}:3: no JSON" in done.stderr
    assert "1 turns and 1 state events imported" in done.stderr
    out = run.invoke(cli, ["journal", "export", "--db", db])
    assert [json.loads(line) for line in out.stdout.splitlines()] == [STATE, TURN]
    shown = run.invoke(cli, ["turns", "--db", db, "--jsonl", "--since", "2026-11-01T00:00:00+00:00"])
    assert [json.loads(line)["id"] for line in shown.stdout.splitlines()] == ["a"]
    assert run.invoke(cli, ["turns", "--db", db, "--jsonl", "--since", "2026-11-02T00:00:00+00:00"]).stdout == ""
    assert "hello" in run.invoke(cli, ["turns", "--db", db]).stdout
    assert run.invoke(cli, ["turns", "--since", "whenever"]).exit_code == 2


def test_a_file_that_is_not_there_has_a_sentence(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["journal", "import", str(tmp_path / "none.jsonl"), "--db", str(tmp_path / "hub.db")])
    assert done.exit_code == 1
    assert "none.jsonl" in done.stderr
