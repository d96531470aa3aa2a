"""The fourth verb: what was decided is done. Knows commands, deadlines and outcomes; not wires, words or clocks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from devices.expected import expected_state
from devices.home import Command, Home, Outcome
from hub.turn import Turn

Execute = Callable[[Command], Coroutine[Any, Any, Outcome]]
"""Carries one command out and waits for the device's own word; trouble is an Outcome, not an exception."""


async def act(turn: Turn, home: Home, execute: Execute | None) -> Turn:
    """The turn with `outcomes`: all commands at once, each with its own deadline. Without `execute` they are only worked out."""
    decision = turn.decision
    if decision is None or decision.kind != "act" or not decision.commands:
        return turn
    if execute is None or not turn.opening.live:
        return replace(turn, outcomes=tuple(rehearse(home, command) for command in decision.commands))
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(execute(command), name=f"does {command.service}") for command in decision.commands]
    return replace(turn, outcomes=tuple(task.result() for task in tasks))


def rehearse(home: Home, command: Command) -> Outcome:
    """What a command would do: the state before, and the one that the device would report."""
    before = after = None
    if command.entity_id is not None and command.entity_id in home.entities:
        before = home.state(command.entity_id)
        after = expected_state(home, command)
    return Outcome(command=command, status="dry_run", before=before, after=after)
