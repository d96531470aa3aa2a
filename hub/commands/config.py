"""`hub config`: what is set, by what, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from hub.commands.options import config_option, emit, ends_well, note
from hub.config import Config
from hub.config_file import check as check_file
from hub.config_file import load


@click.group(invoke_without_command=True)
@config_option
@click.option("--show-origin", is_flag=True, help="Also say where each value comes from.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@click.pass_context
@ends_well
def config(ctx: click.Context, config_path: Path | None, show_origin: bool, as_json: bool) -> None:
    """Shows every setting that holds."""
    ctx.obj = config_path
    if ctx.invoked_subcommand is not None:
        return
    loaded = load(config_path)
    values = msgspec.to_builtins(loaded.config)
    for name in ("mqtt.broker", "web.token"):
        section, key = name.split(".")
        values[section][key] = _hidden(key, values[section][key])
    if as_json:
        emit({key: {"value": _value(values, key), "origin": origin} for key, origin in loaded.origins.items()})
        return
    for key, origin in loaded.origins.items():
        text = f"{key} = {msgspec.json.encode(_value(values, key)).decode()}"
        click.echo(f"{text:<48}  # {origin}" if show_origin else text)
    for command in values["commands"]:
        click.echo(f"[[commands]] {command['intent']}")


@config.command("check")
@config_option
@click.pass_context
@ends_well
def check(ctx: click.Context, config_path: Path | None) -> None:
    """Checks hub.toml and the environment; exit 1 if anything is wrong."""
    path = config_path or ctx.obj
    loaded, problems = check_file(path)
    for problem in problems:
        note(str(problem))
    if loaded is None:
        raise SystemExit(1)
    taken = _clashes(loaded.config)
    for line in taken:
        note(line)
    if taken:
        raise SystemExit(1)
    click.echo(f"{path}: good" if path is not None else "No file was named (-c hub.toml): all defaults, good")


def _clashes(config: Config) -> list[str]:
    """A line for each own command whose sentence already means something, from hub.toml and from the home file it names."""
    from devices.home import Home
    from hub.asking import with_commands
    from hub.running.house import owners

    home = with_commands(owners(config, None) or Home(), config.commands)
    if not home.commands:
        return []
    from models.reading.exact import clashes

    return [
        f"[[commands]]: “{sentence}” is already {intent}. Your own command goes first; say it in other words to keep both."
        for sentence, intent in clashes(home)
    ]


def _value(values: dict[str, dict[str, object]], key: str) -> object:
    section, _, name = key.partition(".")
    return values[section][name]


def _hidden(key: str, value: str | None) -> str | None:
    """Secrets are not shown."""
    if value is None or key == "token":
        return None if value is None else "…"
    import re

    return re.sub(r"(://[^:/@]*:)[^@]*@", r"\1…@", value)
