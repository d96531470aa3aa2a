"""Every command, option, code and event of the program stands in the documents; found by walking the program."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from hub import errors
from hub.asking import AskError
from hub.cli import cli
from hub.commands.reference import document
from hub.running.live import NoHub

ROOT = Path(__file__).parent.parent
CODES = (ROOT / "docs" / "codes.md").read_text(encoding="utf-8")
SOURCES = [p for layer in ("devices", "models", "hub") for p in (ROOT / layer).rglob("*.py") if "training" not in p.parts]


def commands(group: click.Command = cli, name: str = "hub") -> list[tuple[str, click.Command]]:
    found = [(name, group)]
    for key, command in getattr(group, "commands", {}).items():
        found += commands(command, f"{name} {key}")
    return found


def test_the_command_reference_is_the_one_that_the_program_prints() -> None:
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == document() + "\n"


@pytest.mark.parametrize(("name", "command"), commands(), ids=[name for name, _ in commands()])
def test_every_command_and_option_says_what_it_does(name: str, command: click.Command) -> None:
    assert command.help, name
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, f"{name} {option.opts}"


def test_every_command_of_the_contract_is_there() -> None:
    have = {name for name, _ in commands()}
    wanted = "setup run demo listen ask turns learn rewrites rephrases failures labels habits taught knowledge forget devices doctor config"
    assert [word for word in wanted.split() if f"hub {word}" not in have] == []
    assert {"hub journal import", "hub journal export", "hub config check", "hub rewrites block", "hub rewrites allow"} <= have


def test_journal_and_learning_commands_all_take_db_home_and_c() -> None:
    for name in ["turns", "learn", "rewrites", "rephrases", "failures", "labels", "habits", "taught", "knowledge", "forget"]:
        options = {opt for p in cli.commands[name].params for opt in p.opts}
        for group in getattr(cli.commands[name], "commands", {}).values():
            options |= {opt for p in group.params for opt in p.opts}
        assert {"--db", "--home", "-c"} <= options, name


def test_every_code_is_documented() -> None:
    found: set[str] = set()
    for source in SOURCES:
        text = source.read_text(encoding="utf-8")
        found |= set(re.findall(r'\bcode="([a-z_]+)"', text))
    assert [code for code in sorted(found) if f"`{code}`" not in CODES] == []


def test_every_error_has_a_code_and_it_is_documented() -> None:
    def below(kind: type[errors.HubError]) -> list[type[errors.HubError]]:
        return [kind, *(k for sub in kind.__subclasses__() for k in below(sub))]

    assert AskError in below(errors.HubError)
    assert NoHub in below(errors.HubError)
    for kind in below(errors.HubError):
        if kind.__module__.startswith("hub."):
            assert f"`{kind.code}`" in CODES, kind


def test_every_event_is_documented() -> None:
    told: set[str] = set()
    for source in (ROOT / "hub").rglob("*.py"):
        told |= set(re.findall(r'\b_?tell\(\s*"([a-z_]+)"', source.read_text(encoding="utf-8")))
    assert told
    assert [event for event in sorted(told) if f"`{event}`" not in CODES] == []


def test_the_error_tree_is_drawn_as_it_is() -> None:
    drawn = errors.__doc__ or ""
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, Exception):
            assert name in drawn
