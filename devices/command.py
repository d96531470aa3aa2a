"""Command -> messages on the bus -> the device's own echo -> Outcome. Knows no sentence and no ecosystem."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from devices.bus import Bus, BusDown
from devices.capability import canonical, check
from devices.catalogue import Catalogue
from devices.expected import expected_state, same_state
from devices.home import Command, Outcome, State
from devices.template import TemplateFailed, TemplateRefused
from devices.wiring import CannotDo, Message

UNCHANGED_S = 0.5
"""How long a report is waited for where the command changes no state, or the state is already as wanted."""


_NO_STATE = ("media_next_track", "media_previous_track", "media_seek", "locate", "stop_cover", "stop_valve", "get_items", "send_command")


async def execute(command: Command, catalogue: Catalogue, bus: Bus, deadline_s: float = 2.0) -> Outcome:
    """Publishes the command with QoS 1, never retained, and waits until the device reports the state asked for.

    Status: confirmed; sent (nothing is reported by this entity, or the command changes no state); unavailable; refused; timed_out.
    Codes: no_such_entity · not_supported · bad_value · read_only · unavailable · not_wired · broker_down · no_echo · other_state · already.
    """
    started = time.monotonic()
    home = catalogue.home
    before = home.state(command.entity_id) if command.entity_id is not None else None

    def outcome(status: str, code: str | None = None, after: State | None = None) -> Outcome:
        return Outcome(command=command, status=status, before=before, after=after if after is not None else before,
                       took_s=time.monotonic() - started, code=code)

    code = check(home, command)
    if code is not None:
        return outcome("unavailable" if code == "unavailable" else "refused", code)
    if command.entity_id is None or before is None:
        return await _publish_own(command.data, bus, outcome)
    wiring = catalogue.wiring.get(command.entity_id)
    if wiring is None:
        return outcome("unavailable", "not_wired")
    expected = expected_state(home, command)
    name = canonical(command.entity_id, command.service).partition(".")[2]
    try:
        messages = wiring.write(name, command.data, before, expected)
    except CannotDo as error:
        return outcome("refused", error.code)
    except (TemplateFailed, TemplateRefused, ValueError, KeyError, TypeError):
        return outcome("refused", "bad_value")
    if not bus.connected:
        return outcome("unavailable", "broker_down")

    reports: asyncio.Queue[State] = asyncio.Queue()
    end = catalogue.on_report(command.entity_id, reports.put_nowait)
    catalogue.expect(command.entity_id)
    try:
        await _publish(messages, bus)
        if not wiring.echoes:
            catalogue.assume(command.entity_id, expected)
            return outcome("sent", None, expected)
        unchanged = same_state(expected, before) and expected.attributes == before.attributes
        already = "already" if unchanged and not (wiring_is_stateless(command.entity_id) or name in _NO_STATE) else None
        return await _echo(reports, expected, before, started + (UNCHANGED_S if unchanged else deadline_s), unchanged, already, outcome)
    except BusDown:
        return outcome("unavailable", "broker_down")
    finally:
        end()


def wiring_is_stateless(entity_id: str) -> bool:
    """Whether the entity has no state that a command could reach: scripts, scenes, buttons."""
    return entity_id.partition(".")[0] in ("script", "scene", "button", "input_button", "notify", "camera")


async def _echo(
    reports: asyncio.Queue[State], expected: State, before: State, until: float, unchanged: bool, already: str | None, outcome: Any,
) -> Outcome:
    last: State | None = None
    while True:
        try:
            async with asyncio.timeout(max(0.0, until - time.monotonic())):
                last = await reports.get()
        except TimeoutError:
            break
        if not last.available:
            return _made(outcome("unavailable", "unavailable", last))
        if same_state(expected, last, before):
            return _made(outcome("confirmed", already, last))
    if unchanged:  # a button, a next track, or a device that doesn't repeat itself: nothing can be waited for
        return _made(outcome("sent", already, last))
    return _made(outcome("timed_out", "no_echo" if last is None else "other_state", last))


def _made(outcome: Outcome) -> Outcome:
    return outcome


async def _publish(messages: tuple[Message, ...], bus: Bus) -> None:
    for message in messages:
        await bus.publish(message.topic, message.payload, qos=1, retain=False)


async def _publish_own(data: Mapping[str, Any], bus: Bus, outcome: Any) -> Outcome:
    """One of the owner's own commands: topic and payload are ready."""
    topic, payload = data.get("topic"), data.get("payload")
    if not isinstance(topic, str) or not topic:
        return _made(outcome("refused", "bad_value"))
    try:
        await bus.publish(topic, "" if payload is None else str(payload), qos=1, retain=False)
    except BusDown:
        return _made(outcome("unavailable", "broker_down"))
    return _made(outcome("sent"))
