"""`hub listen`: sound files as if from the microphone. Knows options and output; hub.listening does the work."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from hub.commands.options import emit, ends_well, note, settings, turn_options
from hub.errors import explain


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="WAV...")
@turn_options
@click.option("--no-wake", is_flag=True, help="Each stretch of speech opens a turn.")
@click.option("--realtime", is_flag=True, help="Play each file in real time, the next at once.")
@click.option("--broker", help="Really act, on this broker: mqtt[s]://user:password@host:port.")
@click.option("--dry-run", is_flag=True, help="Work commands out without sending them (so without --broker anyway).")
@click.option("--jsonl", is_flag=True, help="One Turn JSON a line.")
@ends_well
def listen(
    files: tuple[str, ...], config_path: Path | None, home: Path | None, db: Path | None, room: str | None, person: str | None,
    now: datetime | None, screen: bool | None, history: Path | None, no_wake: bool, realtime: bool, broker: str | None, dry_run: bool,
    jsonl: bool,
) -> None:
    """Runs wav or flac files through the whole pipeline; a line for each turn, in the order of the files."""
    config = settings(config_path, hub__room=room, hub__person=person, mqtt__broker=broker).config
    from hub.asking import Asker, Question, read_history
    from hub.listening import Listener

    question = Question(
        text="", home=home, db=db or (config.db if config.hub.db else None), room=config.hub.room, person=config.hub.person, now=now,
        screen=screen if screen is not None else (config.hub.screen or None), live=broker is not None and not dry_run,
        history=read_history(history) if history is not None else None,
    )
    asker = Asker(config)
    listener = Listener(config, asker, wake=not no_wake)
    try:
        bad = asyncio.run(_listen(listener, files, question, emit if jsonl else _show, realtime))
    finally:
        listener.close()
        asker.close()
    if bad:
        raise SystemExit(1)


async def _listen(listener: Any, files: tuple[str, ...], question: Any, out: Any, realtime: bool) -> int:
    bad = 0
    if question.live:
        from hub.running.house import open_house

        async with open_house(listener.config, question.home, settle=True) as house:
            for path in files:
                bad += await _one(listener, path, question, out, realtime, house.home, house.execute)
        return bad
    for path in files:
        bad += await _one(listener, path, question, out, realtime, None, None)
    return bad


async def _one(listener: Any, path: str, question: Any, out: Any, realtime: bool, home: Any, execute: Any) -> int:
    try:
        await listener.listen(path, question, out, realtime=realtime, home=home, execute=execute)
    except Exception as error:
        if getattr(error, "what", None) is None:
            raise
        note(explain(error))
        out({"source": path, "id": None, "reason": "unreadable", "error": explain(error)})
        return 1
    return 0


def _show(turn: Mapping[str, Any]) -> None:
    heard = turn.get("heard") or turn.get("reason")
    click.echo(f"{turn['source']}: {heard} → {turn.get('decision') or 'nothing'}{': ' + turn['reply'] if turn.get('reply') else ''}")
