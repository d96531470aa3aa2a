"""`hub ask`: typed turns. Knows options and output; hub.asking answers."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from hub.commands.options import FILE, emit, ends_well, note, settings, turn_options
from hub.errors import explain


@click.command()
@click.argument("text", required=False)
@turn_options
@click.option("--dry-run/--no-dry-run", default=True, help="Work commands out without sending them (default).")
@click.option("--broker", help="mqtt[s]://user:password@host:port, for --no-dry-run.")
@click.option("--batch", type=click.Path(path_type=Path, allow_dash=True), help='JSONL of {"id", "text", …}; `-`: standard input.')
@click.option("--live", is_flag=True, help="Hand the text to the hub that runs on this machine; it really acts.")
@click.option("--json", "as_json", is_flag=True, help="Answer as Turn JSON.")
@click.option("--why", is_flag=True, help="Say what the turn was decided by.")
@click.option("--socket", type=FILE, help="Socket of the running hub, for --live.")
@ends_well
def ask(
    text: str | None, config_path: Path | None, home: Path | None, db: Path | None, room: str | None, person: str | None,
    now: datetime | None, screen: bool | None, history: Path | None, dry_run: bool, broker: str | None, batch: Path | None, live: bool,
    as_json: bool, why: bool, socket: Path | None,
) -> None:
    """Asks the hub something in writing: one TEXT, or a batch of lines."""  # fmt: skip
    if (text is None) == (batch is None):
        raise click.UsageError("give a TEXT, or --batch FILE")
    config = settings(config_path, hub__room=room, hub__person=person, mqtt__broker=broker).config
    if live:
        from hub.running.live import ask_live

        answer = asyncio.run(ask_live(text or "", socket, {"room": room, "person": person}))
        emit(answer) if as_json else click.echo(answer.get("reply") or "")
        return
    from hub.asking import Asker, AskError, Question, home_of, question_of, read_history
    from hub.saying.why import why as because
    from hub.turn_json import to_json

    question = Question(
        text=text or "", home=home, db=db or (config.db if config.hub.db else None), room=config.hub.room, person=config.hub.person,
        now=now,
        screen=screen if screen is not None else (config.hub.screen or None), live=not dry_run,
        history=read_history(history) if history is not None else None,
    )
    asker = Asker(config)
    try:
        if not dry_run:
            from hub.commands.ask_house import ask_on_broker

            turn = asyncio.run(ask_on_broker(asker, question))
            _show(to_json(turn), as_json, because(turn, home_of(home, config)) if why else "")
        elif batch is None:
            turn = asyncio.run(asker.ask(question))
            _show(to_json(turn), as_json, because(turn, home_of(home, config)) if why else "")
        else:
            bad = 0
            with asyncio.Runner() as runner:
                for number, line in _lines(batch):
                    try:
                        asked = question_of(line, question, Path.cwd())
                        emit(to_json(runner.run(asker.ask(replace(asked, live=False)))))
                    except AskError as error:
                        bad += 1
                        note(f"{batch}:{number}: {error}")
                    except Exception as error:
                        if getattr(error, "what", None) is None:
                            raise
                        bad += 1
                        note(f"{batch}:{number}: {explain(error)}")
            if bad:
                raise SystemExit(1)
    finally:
        asker.close()


def _lines(batch: Path) -> Iterator[tuple[int, bytes]]:
    if str(batch) == "-":
        yield from ((n, line) for n, line in enumerate(sys.stdin.buffer, 1) if line.strip())
        return
    with batch.open("rb") as file:
        yield from ((n, line) for n, line in enumerate(file, 1) if line.strip())


def _show(data: dict[str, Any], as_json: bool, because: str) -> None:
    if as_json:
        emit(data | ({"why": because} if because else {}))
        return
    click.echo(data["reply"] or "")
    if because:
        click.echo(because)
