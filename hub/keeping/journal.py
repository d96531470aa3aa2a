"""The journal in and out as JSON lines, `kind` first. Knows the format; the store knows the rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import merge
from typing import Any

import msgspec

from hub.keeping.store import Store
from hub.keeping.store_rows import state_row, turn_row
from hub.turn_json import parse_at

LONGEST_LINE = 4_000_000
"""Bytes; a line above this is no event that a hub wrote."""


@dataclass(slots=True)
class Imported:
    """What came of an import."""

    turns: int = 0
    states: int = 0
    known: int = 0
    """Lines that the journal held already."""
    bad: list[tuple[int, str]] = field(default_factory=list)
    """(line number from 1, what is wrong with it)"""


def import_lines(store: Store, lines: Iterable[bytes]) -> Imported:
    """Reads events in any order into the journal, all good ones in one transaction; a turn is known by its `id`, a state by its whole.

    A line that holds no event is put in `bad` and skipped. Raises StoreError where nothing can be written.
    """
    report = Imported()
    with store.writing() as db:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                event = read_event(line)
            except ValueError as error:
                report.bad.append((number, str(error)))
                continue
            if event["kind"] == "turn":
                row = turn_row({k: v for k, v in event.items() if k != "kind"})
                new = db.execute("INSERT OR IGNORE INTO turns VALUES (?,?,?,?,?,?)", row).rowcount
                report.turns += new
            else:
                row = state_row({k: v for k, v in event.items() if k != "kind"})
                new = db.execute("INSERT OR IGNORE INTO states VALUES (?,?,?,?,?,?)", row).rowcount
                report.states += new
            report.known += 1 - new
    return report


def read_event(line: bytes) -> dict[str, Any]:
    """One checked event; ValueError says what is wrong."""
    if len(line) > LONGEST_LINE:
        raise ValueError(f"the line is {len(line)} bytes long; an event has at most {LONGEST_LINE}")
    try:
        event = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"no JSON ({error})") from None
    if not isinstance(event, dict):
        raise ValueError("no JSON object")
    kind = event.get("kind")
    if kind == "turn":
        _check_turn(event)
        turn_row(event)
    elif kind == "state":
        state_row(event)
    else:
        raise ValueError(f"`kind` is {kind!r}, not turn or state")
    return event


def export_lines(store: Store) -> Iterator[bytes]:
    """Every turn and state event, oldest first, with all the keys that they came with."""
    turns = ((parse_at(row["at"]).timestamp(), 0, {"kind": "turn", **row}) for row in store.iter_turns())
    states = ((parse_at(row["at"]).timestamp(), 1, {"kind": "state", **row}) for row in store.iter_states())
    for _, _, event in merge(turns, states, key=lambda item: item[:2]):
        yield msgspec.json.encode(event)


def _check_turn(event: dict[str, Any]) -> None:
    kinds: tuple[tuple[str, type, str], ...] = (
        ("slots", dict, "an object"), ("frames", list, "a list"), ("targets", list, "a list"), ("actions", list, "a list"),
        ("feedback", dict, "an object"), ("asr", dict, "an object"), ("wake", dict, "an object"), ("rewrite", dict, "an object"),
        ("heard", str, "a text"), ("reply", str, "a text"), ("intent", str, "a text"), ("versions", dict, "an object"),
        ("timings_ms", dict, "an object"), ("signals", list, "a list"),
    )
    for key, kind, words in kinds:
        if event.get(key) is not None and not isinstance(event[key], kind):
            raise ValueError(f"`{key}` is not {words}")
