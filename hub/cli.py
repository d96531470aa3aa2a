"""The command `hub`. Knows which commands there are; each lives in hub/commands and imports what is heavy when it runs."""

from __future__ import annotations

import click

from hub.commands.ask import ask
from hub.commands.config import config
from hub.commands.demo import demo
from hub.commands.devices import devices
from hub.commands.doctor import doctor
from hub.commands.journal import journal, turns
from hub.commands.knowledge import forget, knowledge
from hub.commands.learn import failures, habits, labels, learn, rephrases
from hub.commands.listen import listen
from hub.commands.rewrites import rewrites
from hub.commands.run import run
from hub.commands.setup import setup
from hub.commands.taught import taught


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(package_name="ambient-hub", prog_name="hub")
def cli() -> None:
    """A voice hub for the home: it hears, understands, acts, answers and learns on this machine."""


def main() -> None:
    """Entry point of the `hub` script."""
    cli.main(prog_name="hub")


for command in (
    setup, demo, run, ask, listen, journal, turns, devices, doctor, config,
    learn, rewrites, rephrases, failures, labels, habits, taught, knowledge, forget,
):
    cli.add_command(command)
