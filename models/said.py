"""The records of what was said and what it may mean. Plain data: no engine, no audio, no device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from devices.home import EMPTY


@dataclass(frozen=True, slots=True, kw_only=True)
class Wake:
    phrase: str
    score: float
    at_s: float = 0.0
    """Position of the frame that fired in the input stream, seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    text: str
    start_s: float
    end_s: float
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    text: str
    confidence: float
    """Calibrated probability that this text is what was said, 0–1."""
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    text: str
    """The best hypothesis; empty if nothing was understood as words."""
    confidence: float
    nbest: tuple[Hypothesis, ...] = ()
    free: str = ""
    """What the free decode (no house grammar) heard."""
    house_score: float | None = None
    """Nats a token by which the house's best sentence beats silence; low means that the house was not spoken to."""
    in_house: bool = True
    """Whether the text came from the house automaton and its score says that the house was spoken to."""
    engine: str = "typed"
    speech_s: float = 0.0
    """From the first to the last speech sample, seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One reading of one command: Home Assistant's intent and slots, and what they resolve to here."""

    intent: str
    slots: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    """As said, plus `area` where the hub's room stands for it."""
    targets: tuple[str, ...] = ()
    """Entity ids."""
    score: float = 0.0
    """Probability of this reading among its rivals, 0–1."""
    source: str = ""
    """exact · own · model · taught · context: which reader proposed it."""
    code: str | None = None
    """Why it can't be done here (no_valid_targets, missing_value…); None if it can."""
    span: tuple[int, int] | None = None
    """Character span in the heard text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """An earlier turn, as far as it matters for the next one."""

    at: datetime | None = None
    room: str | None = None
    person: str | None = None
    heard: str = ""
    intent: str | None = None
    slots: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    targets: tuple[str, ...] = ()
    frames: tuple[Frame, ...] = ()
    actions: tuple[Mapping[str, Any], ...] = ()
    """As in Turn JSON: service, entity_id, data, status."""
    decision: str | None = None
    code: str | None = None
    reply: str = ""
    offer: Mapping[str, Any] | None = None
    """What the hub offered: intent, slots, targets."""
    id: str | None = None
    signals: tuple[str, ...] = ()
    """Context that decided then."""
    rewrite: Mapping[str, Any] | None = None
    """What was learned and put in the place of the words: to, source, id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """A count from the journal: in this situation, this was asked for."""

    kind: str
    """sequence (after `when`) · time (at `when`) · preference (slot value)"""
    when: Mapping[str, Any]
    then: Mapping[str, Any]
    p: float
    support: int
    person: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What surrounds the words: a snapshot handed in, never fetched by a model."""

    now: datetime
    """Local time, with zone."""
    area: str | None = None
    """Area id of the room where the hub stands."""
    screen: bool = False
    """Whether the hub has a screen."""
    person: str | None = None
    recent: tuple[Past, ...] = ()
    """Earlier turns of this conversation, oldest first, not expired."""
    nearby: tuple[Past, ...] = ()
    """The same of other rooms, by the same person as far as that is known: what "same here" points to."""
    habits: tuple[Habit, ...] = ()
    playing: tuple[str, ...] = ()
    """Media players that play now."""
    activity: str | None = None
    """alarm_stopped · came_home · … within the last minutes."""
    timers: tuple[Mapping[str, Any], ...] = ()
    """Running timers, alarms and reminders: id, kind, name, due, duration_s, area, paused, ringing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpretation:
    frames: tuple[Frame, ...]
    """The commands of this utterance in the order said; empty if nothing was understood."""
    accepted: bool
    confidence: float
    margin: float
    """Lead of the best reading over the next, as a difference of probabilities."""
    code: str | None = None
    """no_intent_match · no_valid_targets · missing_value · ambiguous · not_for_me · …"""
    heard: str = ""
    """The text that was read, after any rewrite."""
    signals: tuple[str, ...] = ()
    """Context that changed the outcome: room, device_state, screen, habit, time, history, taught, person, activity."""
    rivals: tuple[Frame, ...] = ()
    """Other readings, best first; what "which one?" is asked from."""
    detail: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    """Words for the reply and the explanation: the missing name, the unknown area, costs…"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """One synthesised sentence."""

    text: str
    pcm: bytes
    """16-bit mono."""
    rate: int
