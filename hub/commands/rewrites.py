"""`hub rewrites`: learned rewrites with their evidence, blocked or allowed by hand. Knows options and output."""

from __future__ import annotations

from pathlib import Path

import click

from hub.commands.opened import journal, now_or
from hub.commands.options import emit, ends_well, journal_options


@click.group(invoke_without_command=True)
@journal_options
@click.option("--jsonl", is_flag=True, help="One rewrite a line.")
@click.option("--all", "everything", is_flag=True, help="Those that were refused, too.")
@click.pass_context
@ends_well
def rewrites(ctx: click.Context, config_path: Path | None, db: Path | None, home: Path | None, jsonl: bool, everything: bool) -> None:
    """Learned rewrites with their evidence; `block ID` and `allow ID` overrule them."""
    ctx.obj = (config_path, db)
    if ctx.invoked_subcommand is not None:
        return
    from hub.knowledge import load
    from hub.learning.gate import pair_id
    from hub.learning.views import rule_row

    with journal(config_path, db) as store:
        learned = load(store).learned
    rules = [r for r in learned.rules if everything or r.status != "refused"]
    known = {i for r in learned.rules for i in (r.id, pair_id(r.heard, r.to))}
    if jsonl:
        for rule in rules:
            emit(rule_row(rule))
        for rule_id, until in learned.blocked.items():
            if rule_id not in known:
                emit({"id": rule_id, "status": "blocked", "live": False, "until": until})
        return
    for rule in rules:
        click.echo(f"{rule.id}  {rule.status:8} {rule.heard!r} → {rule.to!r}  ({rule.source}, {rule.when}: {rule.why})")
    if not rules:
        click.echo("no rewrites")


def _overruled(ctx: click.Context, rule_id: str, db: Path | None, config_path: Path | None, block: bool) -> None:
    from dataclasses import replace

    from hub.knowledge import load, save
    from hub.learning import forget as taking_back
    from hub.learning.gate import pair_id, with_blocks

    given_config, given_db = ctx.obj or (None, None)
    with journal(config_path or given_config, db or given_db) as store:
        now = now_or(None)
        learned = load(store).learned
        known = {r.id for r in learned.rules} | set(learned.blocked)
        rows = [r for r in store.turns(last=2000) if (r.get("rewrite") or {}).get("id") == rule_id] if rule_id not in known else [1]
        if not rows:
            raise click.ClickException(f"there is no rewrite {rule_id}; hub rewrites --all lists them")
        if block:
            taking_back.block(store, rule_id, now)
            click.echo(f"{rule_id} is blocked")
            return
        pairs = {pair_id(r.heard, r.to) for r in learned.rules if r.id == rule_id}
        learned = replace(
            learned,
            blocked={k: v for k, v in learned.blocked.items() if k != rule_id and k not in pairs},
            allowed=tuple(dict.fromkeys((*learned.allowed, rule_id))),
        )
        save(store, replace(learned, rules=with_blocks(learned.rules, learned, now)), at=now, note=f"allowed {rule_id} by hand")
        store.remove("watch")
        click.echo(f"{rule_id} is allowed")


@rewrites.command()
@click.argument("rule_id", metavar="ID")
@journal_options
@click.pass_context
@ends_well
def block(ctx: click.Context, rule_id: str, config_path: Path | None, db: Path | None, home: Path | None) -> None:
    """Never use this rewrite again."""
    _overruled(ctx, rule_id, db, config_path, True)


@rewrites.command()
@click.argument("rule_id", metavar="ID")
@journal_options
@click.pass_context
@ends_well
def allow(ctx: click.Context, rule_id: str, config_path: Path | None, db: Path | None, home: Path | None) -> None:
    """Use this rewrite, whatever the guard-rails say."""
    _overruled(ctx, rule_id, db, config_path, False)
