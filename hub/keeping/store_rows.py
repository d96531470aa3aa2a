"""What a row of the journal holds: checked, encoded, decoded. Knows no file and no connection."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from hub.turn_json import parse_at, plain

Row = dict[str, Any]


def turn_row(data: Mapping[str, Any]) -> tuple[Any, ...]:
    """A row of `turns` for a Turn JSON; ValueError where it cannot be one."""
    if not isinstance(data.get("id"), str) or not data["id"]:
        raise ValueError("a turn needs an `id`")
    at = parse_at(data.get("at")).timestamp()
    return data["id"], at, _text(data, "home"), _text(data, "person"), _text(data, "room"), encode(data)


def state_row(data: Mapping[str, Any]) -> tuple[Any, ...]:
    """A row of `states` for a state event; ValueError where it cannot be one."""
    entity = data.get("entity_id")
    if not isinstance(entity, str) or not entity:
        raise ValueError("a state event needs an `entity_id`")
    if not isinstance(data.get("state"), str):
        raise ValueError("a state event needs a `state`")
    cause = data.get("cause", "device")
    if cause not in ("voice", "app", "device"):
        raise ValueError(f"`cause` is {cause!r}, not voice, app or device")
    at = parse_at(data.get("at")).timestamp()
    body = encode(data)
    digest = hashlib.blake2b(msgspec.json.encode(data, order="sorted"), digest_size=16).digest()
    return digest, at, _text(data, "home"), entity, cause, body


def _text(data: Mapping[str, Any], key: str) -> str | None:
    value = data.get(key)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"`{key}` is {value!r}, not a text")
    return value


def where(since: datetime | str | None, until: datetime | str | None, **equal: str | None) -> tuple[str, list[Any]]:
    """An SQL condition and its values: since is inclusive, until is not."""
    parts: list[str] = []
    values: list[Any] = []
    for sign, moment in ((">=", since), ("<", until)):
        if moment is not None:
            parts.append(f"at {sign} ?")
            values.append(parse_at(moment).timestamp())
    for column, value in equal.items():
        if value is not None:
            parts.append(f"{column} = ?")
            values.append(value)
    return (" WHERE " + " AND ".join(parts) if parts else ""), values


def iso(at: float) -> str:
    """ISO 8601 in UTC of seconds since 1970."""
    return datetime.fromtimestamp(at, UTC).isoformat()


def encode(value: Any) -> str:
    """JSON text; mappings of any make are objects."""
    return msgspec.json.encode(value, enc_hook=plain).decode()


def decode(text: str | bytes) -> Row:
    """The object of a JSON text."""
    row: Row = msgspec.json.decode(text)
    return row
