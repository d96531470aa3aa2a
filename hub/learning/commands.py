"""`hub learn` and what shows or takes back what was learned. Knows options and output; the work is done next door."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from hub.commands.options import Moment, emit, ends_well, journal_options, note, settings


def register(cli: click.Group) -> None:
    """Adds the learning commands to the command line."""
    for command in (learn, rewrites, rephrases, failures, labels, habits, taught, knowledge, forget):
        cli.add_command(command)


def _store(config_path: Path | None, db: Path | None) -> Any:
    from hub.keeping.store import Store

    store = Store(settings(config_path, hub__db=db).config.db)
    for message in store.messages:
        note(message)
    return store


def _house(config_path: Path | None, home: Path | None) -> Any:
    """The house of the option or the configuration; None where neither names one."""
    config = settings(config_path).config
    path = home or (Path(config.hub.home).expanduser() if config.hub.home else None)
    if path is None:
        return None
    from devices.homefile import load_home

    house = load_home(path)
    if config.commands:
        from hub.asking import with_commands

        house = with_commands(house, config.commands)
    return house


def _now(now: datetime | None) -> datetime:
    from hub.clock import SystemClock

    return now if now is not None else SystemClock().now()


def _after(store: Any, now: datetime | None) -> datetime:
    """The time it is taken to be; without one the newest turn's, should the journal reach into the future."""
    moment = _now(now)
    last = store.turns(last=1)
    if now is None and last:
        newest = datetime.fromisoformat(str(last[-1]["at"]))
        return max(moment, newest if newest.tzinfo else newest.replace(tzinfo=moment.tzinfo))
    return moment


def reader(house: Any, now: datetime) -> Callable[[str], Any] | None:
    """Reads a text as a turn with no past would; None without a house."""
    if house is None:
        return None
    from hub.context import build
    from models.reading.interpret import Interpreter
    from models.reading.nlu import Nlu
    from models.said import Hypothesis, Utterance

    try:
        nlu = Nlu()
    except FileNotFoundError:
        nlu = None
    interpreter, context = Interpreter(nlu), build(now, house, ())
    known: dict[str, Any] = {}

    def read(text: str) -> Any:
        if text not in known:
            known[text] = interpreter.interpret(
                Utterance(text=text, confidence=1.0, nbest=(Hypothesis(text=text, confidence=1.0),)), house, context
            )
        return known[text]

    return read


@click.command()
@journal_options
@click.option("--now", type=Moment(), help="The time that it is taken to be.")
@click.option("--gap", type=click.FloatRange(1, 600), default=45.0, show_default=True, help="Silence that ends a session, seconds.")
@click.option(
    "--pool",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Counts of other homes (hub journal pool) to learn from, too.",
)
@click.option(
    "--pool-out", type=click.Path(path_type=Path, dir_okay=False), help="Write this home's own counts, pseudonymised, for pooling."
)
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
@ends_well
def learn(
    config_path: Path | None,
    db: Path | None,
    home: Path | None,
    now: datetime | None,
    gap: float,
    pool: Path | None,
    pool_out: Path | None,
    as_json: bool,
) -> None:
    """Learns once over the journal: what is new is tested against the home's own past before it acts."""
    from hub.learning.nightly import learn as run

    house = _house(config_path, home)
    with _store(config_path, db) as store:
        moment = _after(store, now)
        report = run(store, now=moment, home=house, read=reader(house, moment), gap_s=gap, pool=pool, pool_out=pool_out)
    if as_json:
        emit(report)
        return
    click.echo(f"{report['turns']} turns in {report['sessions']} sessions, {report['took_s']} s: knowledge version {report['version']}")
    for key in ("learned", "tested", "promoted", "refused", "rolled_back", "withdrawn", "habits", "taught"):
        click.echo(f"  {key.replace('_', ' '):12} {report[key]}")
    for why, n in report["why_refused"].items():
        click.echo(f"    refused {n}×: {why}")
    if not report["feedback_informative"]:
        click.echo("  the feedback in this journal says nothing about failures, so no rewrite was learned")


def rule_row(rule: Any) -> dict[str, Any]:
    """A rewrite with its evidence, as `hub rewrites --jsonl` prints it."""
    row: dict[str, Any] = msgspec.to_builtins(rule)
    evidence = {k: row.pop(k) for k in ("sessions", "days", "wins", "losses", "passed_ok", "passed_bad", "examples", "blocks")}
    return {**row, "from": row["heard"], "live": row["status"] == "live", "evidence": evidence}


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

    with _store(config_path, db) as store:
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
    with _store(config_path or given_config, db or given_db) as store:
        now = _now(None)
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


def _rows(name: str) -> Callable[..., None]:
    """A command that prints one JSON object a turn."""

    @journal_options
    @click.option("--jsonl", is_flag=True, help="One object a line (the only form).")
    @click.option("--since", type=Moment(), help="Only turns from this time on.")
    @click.option("--gap", type=click.FloatRange(1, 600), default=45.0, help="Silence that ends a session, seconds.")
    @ends_well
    def run(config_path: Path | None, db: Path | None, home: Path | None, jsonl: bool, since: datetime | None, gap: float) -> None:
        from hub.learning import views

        house = _house(config_path, home)
        with _store(config_path, db) as store:
            for row in getattr(views, name)(store, since=since, home=house, gap_s=gap):
                emit(row)

    return run


rephrases = click.command("rephrases", help="Per failed turn: the later turn that said it right, and where.")(_rows("rephrases"))
failures = click.command("failures", help="Per turn: which part failed, with probabilities.")(_rows("failures"))
labels = click.command("labels", help="Labels that were worked out from what followed: goal, defect, what was meant.")(_rows("labels"))


@click.command()
@journal_options
@click.option("--jsonl", is_flag=True, help="One habit a line.")
@ends_well
def habits(config_path: Path | None, db: Path | None, home: Path | None, jsonl: bool) -> None:
    """What this house does again and again."""
    from hub.learning.views import habits as found

    house = _house(config_path, home)
    with _store(config_path, db) as store:
        rows = list(found(store, house))
    for row in rows:
        if jsonl:
            emit(row)
        else:
            click.echo(
                f"{row['id']}  {row['kind']:8} {json.dumps(row['when'])} → {json.dumps(row['then'])}  p {row['p']}, {row['support']}×"
            )


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
    with _store(config_path, db) as store:
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
    from hub.learning.teach import store_taught

    given = ctx.obj or (None, None)
    house = _house(config_path or given[0], home)
    with _store(config_path or given[0], db or given[1]) as store:
        done = store_taught(
            store,
            {"kind": "name" if name else "phrase", "key": plain(phrase), "value": plain(request)},
            now=_now(None),
            home=house,
            person=person,
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
    with _store(config_path or given[0], db or given[1]) as store:
        ids = [r["id"] for r in store.taught() if r["id"] == taught_id or r.get("key") == plain(taught_id)]
        if not ids:
            raise click.ClickException(f"nothing taught is called {taught_id}; hub taught lists them")
        remove_taught(store, ids, _now(None))
    click.echo(f"forgotten: {taught_id}")


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
    with _store(config_path, db) as store:
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
    with _store(config_path or given[0], db or given[1]) as store:
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
    with _store(config_path or given[0], db or given[1]) as store:
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

    house = _house(config_path, home)
    with _store(config_path, db) as store:
        ids: list[str] = []
        if last:
            newest = store.turns(last=1)
            if not newest:
                click.echo("the journal is empty")
                return
            ids = [str(newest[0]["id"])]
        gone: Mapping[str, int] = forget_turns(
            store,
            _now(now),
            home=house,
            turns=ids,
            since=since.isoformat() if since is not None else None,
            person=person,
            everything=everything,
        )
    click.echo(", ".join(f"{n} {table}" for table, n in gone.items() if n) or "nothing to forget")
