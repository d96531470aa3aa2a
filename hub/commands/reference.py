"""docs/cli.md, written from the commands themselves: `python -m hub.commands.reference`."""

from __future__ import annotations

import click

from hub.cli import cli

HEAD = """# Commands

JSON goes to standard output, one object a line; everything else to standard error. Exit 0 done, 1 a problem that the message explains,
2 usage, 130 interrupted. This page is generated (`python -m hub.commands.reference > docs/cli.md`).
"""


def document() -> str:
    """All commands with their options, as Markdown."""
    return "\n".join([HEAD, *_lines(cli, "hub")])


def _lines(command: click.Command, name: str) -> list[str]:
    lines: list[str] = []
    if not isinstance(command, click.Group) or command.invoke_without_command:
        arguments = [p for p in command.params if isinstance(p, click.Argument)]
        usage = " ".join([name, *(a.make_metavar(click.Context(command)) for a in arguments)])
        lines += [f"## `{usage}`", "", (command.help or "").strip().replace("\n", " "), ""]
        rows = [_row(p) for p in command.params if isinstance(p, click.Option) and not p.hidden]
        if rows:
            lines += ["| option | does |", "| --- | --- |", *rows, ""]
    if isinstance(command, click.Group):
        for key in sorted(command.commands):
            lines += _lines(command.commands[key], f"{name} {key}")
    return lines


def _row(option: click.Option) -> str:
    names = ", ".join(f"`{n}`" for n in (*option.opts, *option.secondary_opts))
    return f"| {names} | {(option.help or '').replace('|', '·')} |"


if __name__ == "__main__":
    print(document())
