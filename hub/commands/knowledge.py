"""`hub knowledge` and `hub forget`: versions of everything learned, and taking it back. Knows options and output."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import click

from hub.commands.opened import house_of, journal, now_or
from hub.commands.options import Moment, emit, ends_well, journal_options


@click.group(invoke_without_command=True)
@journal_options
@click.pass_context
@ends_well
def knowledge(ctx: click.Context, config_path: Path | None, db: Path | None, home: Path | None) -> None:
    """Versions of everything learned: list, show, rollback."""
    ctx.obj = (config_path, db)
    if ctx.invoked_subcommand is None:
        _versions(config_path, db, False)


def _versions(config_path: Path | None, db: Path | None, jsonl: bool) -> None:
    with journal(config_path, db) as store:
        rows = store.knowledge_versions()
    for row in rows:
        if jsonl:
            emit(row)
        else:
            click.echo(f"{'*' if row['active'] else ' '} {row['version']:4} {row['at'][:19]}  {row['note'] or ''}")
    if not rows and not jsonl:
        click.echo("nothing learned")


@knowledge.command("list")
@journal_options
@click.option("--jsonl", is_flag=True, help="One version a line.")
@click.pass_context
@ends_well
def list_versions(ctx: click.Context, config_path: Path | None, db: Path | None, home: Path | None, jsonl: bool) -> None:
    """Lists versions; the active one has a star."""
    given = ctx.obj or (None, None)
    _versions(config_path or given[0], db or given[1], jsonl)


@knowledge.command()
@click.argument("version", type=int, required=False)
@journal_options
@click.pass_context
@ends_well
def show(ctx: click.Context, version: int | None, config_path: Path | None, db: Path | None, home: Path | None) -> None:
    """Everything in a version (the active one by default), as JSON."""
    given = ctx.obj or (None, None)
    with journal(config_path or given[0], db or given[1]) as store:
        found = store.knowledge(version)
    if found is None:
        if version:
            raise click.ClickException(f"there is no version {version}")
        emit({"version": 0})
        return
    number, data = found
    emit({"version": number, **data})


@knowledge.command()
@click.argument("version", type=click.IntRange(min=0))
@journal_options
@click.pass_context
@ends_well
def rollback(ctx: click.Context, version: int, config_path: Path | None, db: Path | None, home: Path | None) -> None:
    """Goes back to an earlier version, whole; 0 is nothing learned."""
    from hub.knowledge import rollback as go_back

    given = ctx.obj or (None, None)
    with journal(config_path or given[0], db or given[1]) as store:
        if not go_back(store, version):
            raise click.ClickException(f"there is no version {version}; hub knowledge list shows them")
    click.echo(f"version {version} is in force")


@click.command()
@click.option("--last", is_flag=True, help="The last turn and what it taught.")
@click.option("--since", type=Moment(), help="All that was said since, teachings and what was learned from them.")
@click.option("--person", help="All that this person said and taught.")
@click.option("--all", "everything", is_flag=True, help="Everything.")
@click.option("--now", type=Moment(), help="The time that it is taken to be.")
@journal_options
@ends_well
def forget(
    last: bool,
    since: datetime | None,
    person: str | None,
    everything: bool,
    now: datetime | None,
    config_path: Path | None,
    db: Path | None,
    home: Path | None,
) -> None:
    """Erases for good: from the journal, from what was learned, and from the file."""
    if not (last or since is not None or person is not None or everything):
        raise click.UsageError("say what to forget: --last, --since T, --person P or --all")
    from hub.learning.forget import forget_turns

    house = house_of(config_path, home)
    with journal(config_path, db) as store:
        ids: list[str] = []
        if last:
            newest = store.turns(last=1)
            if not newest:
                click.echo("the journal is empty")
                return
            ids = [str(newest[0]["id"])]
        gone: Mapping[str, int] = forget_turns(
            store,
            now_or(now),
            home=house,
            turns=ids,
            since=since.isoformat() if since is not None else None,
            person=person,
            everything=everything,
        )
    click.echo(", ".join(f"{n} {table}" for table, n in gone.items() if n) or "nothing to forget")
