"""`hub journal` and `hub turns`: the journal in, out and to look at."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from hub.commands.options import Moment, emit, ends_well, journal_options, note, settings


@click.group()
def journal() -> None:
    """The journal in and out as JSON lines."""


@journal.command("import")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@journal_options
@ends_well
def import_(file: Path, config_path: Path | None, db: Path | None, home: Path | None) -> None:
    """Reads events into the journal; what it holds already is left alone. A bad line is reported and skipped."""
    from hub.keeping.journal import import_lines
    from hub.keeping.store import Store

    config = settings(config_path, hub__db=db).config
    with Store(config.db) as store:
        _say(store)
        if str(file) == "-":
            report = import_lines(store, sys.stdin.buffer)
        else:
            with file.open("rb") as lines:
                report = import_lines(store, lines)
    for number, what in report.bad:
        note(f"{file}:{number}: {what}; the line is left out")
    note(f"{report.turns} turns and {report.states} state events imported, {report.known} known already, {len(report.bad)} bad")
    if report.bad:
        raise SystemExit(1)


@journal.command()
@journal_options
@ends_well
def export(config_path: Path | None, db: Path | None, home: Path | None) -> None:
    """Writes every turn and state event to standard output, oldest first."""
    from hub.keeping.journal import export_lines
    from hub.keeping.store import Store

    config = settings(config_path, hub__db=db).config
    with Store(config.db) as store:
        _say(store)
        for line in export_lines(store):
            sys.stdout.buffer.write(line + b"\n")
        sys.stdout.buffer.flush()


@click.command()
@journal_options
@click.option("--since", type=Moment(), help="Only turns from this time on.")
@click.option("--last", type=click.IntRange(min=1), help="Only so many of the newest.")
@click.option("--jsonl", is_flag=True, help="One Turn JSON a line.")
@ends_well
def turns(config_path: Path | None, db: Path | None, home: Path | None, since: datetime | None, last: int | None, jsonl: bool) -> None:
    """Shows what was said and done."""
    from hub.keeping.store import Store

    config = settings(config_path, hub__db=db).config
    with Store(config.db) as store:
        _say(store)
        rows = store.turns(since=since, last=last) if last is not None else store.iter_turns(since=since)
        if jsonl:
            for row in rows:
                emit(row)
            return
        from rich.console import Console
        from rich.table import Table

        table = Table("when", "heard", "decision", "done", "reply", box=None, pad_edge=False)
        for row in rows:
            done = ", ".join(f"{a.get('entity_id') or a.get('service')} {a.get('status')}" for a in row.get("actions") or ())
            table.add_row(str(row["at"])[:19], row.get("heard") or "", row.get("decision") or "", done, row.get("reply") or "")
        Console().print(table)


def _say(store: object) -> None:
    for message in getattr(store, "messages", ()):
        note(message)
