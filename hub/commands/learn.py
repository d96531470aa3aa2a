"""`hub learn`, and what it works out of the journal, turn by turn. Knows options and output; the work is done in hub/learning."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click

from hub.commands.opened import house_of, journal, not_before_the_last_turn
from hub.commands.options import Moment, emit, ends_well, journal_options


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
    from hub.learning.reading import reader

    house = house_of(config_path, home)
    with journal(config_path, db) as store:
        moment = not_before_the_last_turn(store, now)
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


def _rows(name: str) -> Callable[..., None]:
    """A command that prints one JSON object a turn."""

    @journal_options
    @click.option("--jsonl", is_flag=True, help="One object a line (the only form).")
    @click.option("--since", type=Moment(), help="Only turns from this time on.")
    @click.option("--gap", type=click.FloatRange(1, 600), default=45.0, help="Silence that ends a session, seconds.")
    @ends_well
    def run(config_path: Path | None, db: Path | None, home: Path | None, jsonl: bool, since: datetime | None, gap: float) -> None:
        from hub.learning import views

        house = house_of(config_path, home)
        with journal(config_path, db) as store:
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

    house = house_of(config_path, home)
    with journal(config_path, db) as store:
        rows = list(found(store, house))
    for row in rows:
        if jsonl:
            emit(row)
        else:
            click.echo(
                f"{row['id']}  {row['kind']:8} {json.dumps(row['when'])} → {json.dumps(row['then'])}  p {row['p']}, {row['support']}×"
            )
