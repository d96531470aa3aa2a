"""The house as one immutable picture with a version number. Knows no wires, no words and no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

EMPTY: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    id: str
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    id: str
    name: str
    aliases: tuple[str, ...] = ()
    floor: str | None = None
    """Floor id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    id: str
    name: str
    area: str | None = None
    """Area id."""
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    id: str
    """Home Assistant style: what stands before the dot is the domain."""
    name: str
    aliases: tuple[str, ...] = ()
    area: str | None = None
    """Area id."""
    device: str | None = None
    """Device id."""
    unique_id: str | None = None
    """What a bridge calls it; the key for de-duplication."""

    @property
    def domain(self) -> str:
        return self.id.partition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    value: str = "unknown"
    """Home Assistant's state string: on, off, open, locked, heat, playing, 21.5, unknown, unavailable…"""
    attributes: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    """Home Assistant's attributes: brightness 0–255, device_class, unit_of_measurement, supported_color_modes…"""
    changed: datetime | None = None

    @property
    def available(self) -> bool:
        return self.value != "unavailable"


UNKNOWN = State()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCommand:
    """A command that the owner made up: sentences in Home Assistant's template syntax and what to publish."""

    intent: str
    sentences: tuple[str, ...]
    slots: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: EMPTY)
    topic: str | None = None
    payload: str | None = None
    """May hold `{slot}`."""
    reply: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Everything that is known of the house at one moment. A change makes a new Home with the next version."""

    version: int = 0
    id: str | None = None
    floors: Mapping[str, Floor] = field(default_factory=lambda: EMPTY)
    areas: Mapping[str, Area] = field(default_factory=lambda: EMPTY)
    devices: Mapping[str, Device] = field(default_factory=lambda: EMPTY)
    entities: Mapping[str, Entity] = field(default_factory=lambda: EMPTY)
    states: Mapping[str, State] = field(default_factory=lambda: EMPTY)
    commands: tuple[OwnCommand, ...] = ()
    names_version: int = 0
    """Grows only when names, areas, entities or commands change: what grammars and matchers are cached by."""

    def state(self, entity_id: str) -> State:
        return self.states.get(entity_id, UNKNOWN)

    def area_of(self, entity_id: str) -> Area | None:
        """The entity's own area, else its device's."""
        entity = self.entities.get(entity_id)
        if entity is None:
            return None
        area = entity.area
        if area is None and entity.device is not None and entity.device in self.devices:
            area = self.devices[entity.device].area
        return self.areas.get(area) if area is not None else None

    def device_class(self, entity_id: str) -> str | None:
        value = self.state(entity_id).attributes.get("device_class")
        return str(value) if value is not None else None

    def with_state(self, entity_id: str, state: State) -> Home:
        states = dict(self.states)
        states[entity_id] = state
        return replace(self, version=self.version + 1, states=MappingProxyType(states))


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One service call on one entity, in Home Assistant's words."""

    entity_id: str | None
    service: str
    """`domain.service`, e.g. light.turn_on; mqtt.publish for an owner's own command."""
    data: Mapping[str, Any] = field(default_factory=lambda: EMPTY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    command: Command
    status: str
    """dry_run · confirmed · sent · unavailable · refused · timed_out"""
    before: State | None = None
    after: State | None = None
    took_s: float = 0.0
    code: str | None = None
    """Why, where it did not work: a stable code."""
