"""The learner's process: the command line and nothing else of the benchmark."""

from __future__ import annotations

from hub.cli import cli
from hub.learning.commands import register

if __name__ == "__main__":
    if "learn" not in cli.commands:
        register(cli)
    cli.main(prog_name="hub")
