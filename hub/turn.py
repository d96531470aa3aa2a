"""The Turn: one frozen record that gets fuller as it passes the six verbs. Knows its JSON form, and no engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from devices.home import EMPTY, Outcome
from models.said import Context, Interpretation, Utterance, Wake


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Why a turn began."""

    kind: str
    """wake · typed · follow_up · barge_in · speech (no wake word asked for)"""
    at: datetime
    room: str | None = None
    wake: Wake | None = None
    text: str | None = None
    """Typed text."""
    person: str | None = None
    source: str | None = None
    """The file that was listened to."""
    interrupted: str | None = None
    """Id of the turn whose reply this opening stopped."""
    live: bool = True
    """False: dry run, commands are worked out and not sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    to: str
    source: str
    """taught · markov · global · personal"""
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    kind: str
    """act · ask · confirm · answer · decline · ignore"""
    code: str | None = None
    commands: tuple[Any, ...] = ()
    """devices.home.Command, in order."""
    targets: tuple[str, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    """What the reply needs: names, values, candidates, the timer…"""
    offer: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """How the reply went."""

    audio_ms: int = 0
    """Length of the whole reply."""
    played_ms: int = 0
    first_sound_at: datetime | None = None
    interrupted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    barge_in_ms: int | None = None
    """How much of the reply was played until it was stopped, from its first sample."""
    explicit: str | None = None
    """yes · no"""
    undone: bool = False
    barge_in: Mapping[str, Any] | None = None
    """Class of the interruption and its evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    id: str
    opening: Opening
    context: Context | None = None
    utterance: Utterance | None = None
    rewrite: Rewrite | None = None
    interpretation: Interpretation | None = None
    decision: Decision | None = None
    outcomes: tuple[Outcome, ...] = ()
    reply: str = ""
    spoken: Spoken | None = None
    feedback: Feedback = Feedback()
    timings: Mapping[str, float] = field(default_factory=lambda: EMPTY)
    """Milliseconds from the end of speech; `wake` is negative."""
    versions: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    error: str | None = None
    extra: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    """Unknown keys of an imported turn, kept for export."""
