"""`hub taught`: what people have taught the hub, listed, added and removed. Knows options and output."""

from __future__ import annotations

from pathlib import Path

import click

from hub.commands.opened import house_of, journal, now_or
from hub.commands.options import emit, ends_well, journal_options


@click.group(invoke_without_command=True)
@journal_options
@click.option("--jsonl", is_flag=True, help="One teaching a line.")
@click.pass_context
@ends_well
def taught(ctx: click.Context, config_path: Path | None, db: Path | None, home: Path | None, jsonl: bool) -> None:
    """What was taught: list, add, remove."""
    ctx.obj = (config_path, db)
    if ctx.invoked_subcommand is None:
        _list_taught(config_path, db, jsonl)


def _list_taught(config_path: Path | None, db: Path | None, jsonl: bool) -> None:
    with journal(config_path, db) as store:
        rows = store.taught()
    for row in rows:
        if jsonl:
            emit(row)
        else:
            click.echo(
                f"{row['id']}  {row.get('kind', ''):10} {row.get('key')!r} → {row.get('value')!r}"
                + (f"  ({row['person']})" if row.get("person") else "")
            )


@taught.command("list")
@journal_options
@click.option("--jsonl", is_flag=True, help="One teaching a line.")
@click.pass_context
@ends_well
def list_(ctx: click.Context, config_path: Path | None, db: Path | None, home: Path | None, jsonl: bool) -> None:
    """Lists teachings."""
    given = ctx.obj or (None, None)
    _list_taught(config_path or given[0], db or given[1], jsonl)


@taught.command()
@click.argument("phrase")
@click.argument("request")
@click.option("--name", is_flag=True, help="PHRASE is another name for REQUEST, a thing of this house.")
@click.option("--person", help="Only for this speaker.")
@journal_options
@click.pass_context
@ends_well
def add(
    ctx: click.Context,
    phrase: str,
    request: str,
    name: bool,
    person: str | None,
    config_path: Path | None,
    db: Path | None,
    home: Path | None,
) -> None:
    """Teaches that PHRASE means REQUEST. Here risky requests can be taught, too; they are still confirmed when they are used."""
    from hub.learning.sound import plain
    from hub.learning.taught import store_taught

    given = ctx.obj or (None, None)
    house = house_of(config_path or given[0], home)
    with journal(config_path or given[0], db or given[1]) as store:
        done = store_taught(
            store,
            {"kind": "name" if name else "phrase", "key": plain(phrase), "value": plain(request)},
            now=now_or(None),
            home=house,
            person=person,
            only=True,
            note="taught by hand",
        )
    click.echo(f"{phrase!r} → {request!r}" if done else "learning is switched off for this person")


@taught.command()
@click.argument("taught_id", metavar="ID|PHRASE")
@journal_options
@click.pass_context
@ends_well
def remove(ctx: click.Context, taught_id: str, config_path: Path | None, db: Path | None, home: Path | None) -> None:
    """Forgets a teaching, by its id or its phrase."""
    from hub.learning.forget import remove_taught
    from hub.learning.sound import plain

    given = ctx.obj or (None, None)
    with journal(config_path or given[0], db or given[1]) as store:
        ids = [r["id"] for r in store.taught() if r["id"] == taught_id or r.get("key") == plain(taught_id)]
        if not ids:
            raise click.ClickException(f"nothing taught is called {taught_id}; hub taught lists them")
        remove_taught(store, ids, now_or(None))
    click.echo(f"forgotten: {taught_id}")
