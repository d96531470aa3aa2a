"""`hub run`: the service. Knows options and signals; hub.running.service does the work."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import click

from hub.commands.options import config_option, db_option, ends_well, home_option, note, settings


@click.command()
@config_option
@home_option
@db_option
@click.option("--broker", help="mqtt[s]://user:password@host:port, percent-encoded; `embedded` for one of our own.")
@click.option("--input", "input_", metavar="mic|FILE|-", help="Where sound comes from; `-` reads raw 16 kHz mono s16le.")
@click.option("--output", metavar="speaker|FILE|null", help="Where replies go; a FILE gets them in real time.")
@click.option("--room", help="Area id of the room where the hub stands.")
@ends_well
def run(
    config_path: Path | None, home: Path | None, db: Path | None, broker: str | None, input_: str | None, output: str | None,
    room: str | None,
) -> None:
    """Runs the hub until it is stopped or its input ends."""
    config = settings(
        config_path, hub__home=home, hub__db=db, hub__room=room, mqtt__broker=broker, audio__input=input_, audio__output=output
    ).config
    from hub.running import memory

    memory.frugal()
    from hub.running.service import open_service
    from hub.sound.audio import open_player, open_source

    source = open_source(config.audio.input, device=config.audio.input_device)
    player = open_player(config.audio.output, device=config.audio.output_device)
    stopped: list[signal.Signals] = []

    async def main() -> None:
        task = asyncio.current_task()
        loop = asyncio.get_running_loop()

        def stop(sign: signal.Signals) -> None:
            stopped.append(sign)
            if task is not None:
                task.cancel()

        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, stop, sign)
        try:
            async with open_service(config, source=source, player=player, home_file=home) as service:
                words = " or ".join(word.replace("_", " ") for word in config.wake.words)
                page = f" The page is on http://{config.web.host}:{config.web.port}/." if config.web.enabled and config.web.port else ""
                note(f"Listening to {source.name}; say {words}.{page}")
                await service.run()
        except asyncio.CancelledError:
            if not stopped:
                raise

    try:
        asyncio.run(main())
    except BaseExceptionGroup as group:
        raise _first(group) from group
    if stopped and stopped[0] is signal.SIGINT:
        raise SystemExit(130)


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The one error of a group that a person can act on, else the first."""
    errors: list[BaseException] = []
    for error in group.exceptions:
        errors.append(_first(error) if isinstance(error, BaseExceptionGroup) else error)
    return next((e for e in errors if getattr(e, "what", None) is not None), errors[0])

