"""The options that commands share, and how a command ends: exit 0 done, 1 a problem that the message explains, 2 usage, 130 interrupted."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from hub.config_file import Loaded, load
from hub.errors import explain

F = TypeVar("F", bound=Callable[..., Any])
FILE = click.Path(path_type=Path, dir_okay=False)


class Moment(click.ParamType[datetime]):
    """An ISO 8601 time on the command line."""

    name = "ISO8601"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        from hub.clock import parse_now

        if isinstance(value, datetime):
            return value
        try:
            return parse_now(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


def _stack(*options: Callable[[F], F]) -> Callable[[F], F]:
    def add(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return add


config_option = click.option("-c", "--config", "config_path", type=FILE, help="hub.toml; without it everything has its default.")
db_option = click.option("--db", type=FILE, help="Journal file.")
home_option = click.option("--home", type=FILE, help="Home file (YAML or JSON).")
journal_options = _stack(config_option, db_option, home_option)
"""What every journal and learning command takes: config_path, db, home."""
turn_options = _stack(
    config_option, home_option, db_option,
    click.option("--room", help="Area id of the room where the hub stands."),
    click.option("--person", help="Who speaks, where known."),
    click.option("--now", type=Moment(), help="The time that it is taken to be."),
    click.option("--screen/--no-screen", default=None, help="Whether the hub has a screen."),
    click.option("--history", type=FILE, help="Earlier turns of this conversation (JSONL of Turn)."),
)  # fmt: skip
"""What ask and listen take: config_path, home, db, room, person, now, screen, history."""


def settings(config_path: Path | None, **options: Any) -> Loaded:
    """The configuration with the command's own options on top: `hub__room="kitchen"` sets hub.room. Raises ConfigError."""
    given = {name.replace("__", "."): str(value) if isinstance(value, Path) else value for name, value in options.items()}
    loaded = load(config_path, options=given)
    from hub import log

    log.start(loaded.config.log.level, loaded.config.log.format)
    return loaded


def emit(data: Mapping[str, Any]) -> None:
    """One JSON object on a line of standard output, flushed."""
    from hub.turn_json import plain

    sys.stdout.buffer.write(msgspec.json.encode(data, enc_hook=plain) + b"\n")
    sys.stdout.buffer.flush()


def note(text: str) -> None:
    """A line for people on standard error."""
    click.echo(text, err=True)


def ends_well(command: F) -> F:
    """Turns trouble into its one message and exit 1, and an interruption into exit 130."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            raise SystemExit(130) from None
        except BrokenPipeError:
            raise SystemExit(0) from None
        except Exception as error:
            if getattr(error, "what", None) is None and not isinstance(error, OSError):
                raise
            note(explain(error))
            raise SystemExit(1) from None

    return run  # type: ignore[return-value]
