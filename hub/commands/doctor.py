"""`hub doctor`: what is wrong and how to mend it. Knows output; hub.doctor looks."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from hub.commands.options import config_option, db_option, emit, ends_well, home_option, settings

MARKS = {"good": "[green]good[/]   ", "warning": "[yellow]look[/]   ", "problem": "[red]problem[/]"}


@click.command()
@config_option
@home_option
@db_option
@click.option("--broker", help="mqtt[s]://user:password@host:port, percent-encoded.")
@click.option("--json", "as_json", is_flag=True, help="One finding a line.")
@ends_well
def doctor(config_path: Path | None, home: Path | None, db: Path | None, broker: str | None, as_json: bool) -> None:
    """Looks at configuration, models, sound, broker, journal and machine; exit 1 if anything is a problem."""
    config = settings(config_path, hub__home=home, hub__db=db, mqtt__broker=broker).config
    if asyncio.run(_look(config, home, as_json)):
        raise SystemExit(1)


async def _look(config: Any, home: Path | None, as_json: bool) -> int:
    from rich.console import Console

    from hub.doctor import examine

    console, bad = Console(), 0
    async for finding in examine(config, home):
        bad += finding.status == "problem"
        if as_json:
            emit(asdict(finding))
        else:
            mend = f" [dim]{finding.mend}[/]" if finding.mend and finding.status != "good" else ""
            console.print(f"{MARKS[finding.status]} {finding.about}: {finding.what}{mend}", soft_wrap=True, highlight=False)
    return bad
