"""How an entity hangs on the bus: what it listens to, how a command becomes messages. Records only; each ecosystem fills them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from devices.home import EMPTY, State


class CannotDo(Exception):
    """This entity has no topic for that command; code is stable: not_supported · bad_value · read_only."""

    def __init__(self, code: str, why: str = "") -> None:
        super().__init__(why or code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    topic: str
    payload: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """A topic and what its payload makes of the state: None where it says nothing of it. May raise ValueError."""

    topic: str
    read: Callable[[str, State], State | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Available:
    """A topic that tells whether the device is there: True, False, or None where the payload says neither."""

    topic: str
    read: Callable[[str], bool | None]


Write = Callable[[str, Mapping[str, Any], State, State], tuple[Message, ...]]
"""(service without its domain, data, state before, state expected after) -> what to publish. Raises CannotDo."""


def read_only(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
    raise CannotDo("read_only")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    source: str
    """homeassistant · zigbee2mqtt · tasmota · homie · file"""
    listens: tuple[Listen, ...] = ()
    available: tuple[Available, ...] = ()
    available_mode: str = "latest"
    """latest · all · any · unless_offline (there until a topic says that it isn't)"""
    write: Write = read_only
    echoes: bool = False
    """Whether the device reports its state after a command."""
    claims: frozenset[tuple[str, str]] = frozenset()
    """(topic, payload) pairs that commands go out with: what no other device may have too."""
    falls_off_s: float | None = None
    """A motion sensor that reports only "on": it is off again so long after."""
    expires_s: float | None = None
    """A sensor whose reading counts for so long only."""
    asks: tuple[Message, ...] = ()
    """What to publish to be told the state, where it isn't retained."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDevice:
    id: str
    name: str | None = None
    area: str | None = None
    """A name, as the bridge suggests it."""
    kind: str | None = None
    same_as: frozenset[str] = frozenset()
    """Hardware addresses, lower case without separators: a device found by two readers shares one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One entity as a bridge describes it."""

    key: str
    """Where it was announced: what a later announcement replaces."""
    domain: str
    object_id: str
    name: str | None
    """Its own name; None where it goes by its device's."""
    wiring: Wiring
    device: FoundDevice | None = None
    area: str | None = None
    unique_id: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    state: str = "unknown"
    native: bool = False
    """Read from the bridge's own language, which is preferred over what it says in Home Assistant's."""
    category: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one announcement says: these entities stand under `key` now (none: they are gone), and this was odd about it."""

    key: str
    found: tuple[Found, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()
    """(what is wrong, how to mend it)"""
