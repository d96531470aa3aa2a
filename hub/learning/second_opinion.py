"""What this hub itself would make of the texts of a journal, whoever wrote it. Knows a reader and judged rows; no verdict.

If the words as heard, read again, give what was done in the end, the recogniser was right; if they give what was done at once, and that was
wrong, it was not the reader. How often the two readings agree on good turns says how far to trust it in this journal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from devices.home import Home
from hub.learning.reading import reader
from hub.learning.signals import Row, meaning

MOST = 3000
"""Different texts read in one journal at most: some 6 ms each."""
ENOUGH = 200
"""Good turns that are compared with the journal's own readings."""


@dataclass(slots=True)
class Reading:
    """One text read again."""

    accepted: bool
    intent: str | None
    targets: frozenset[str]
    key: str
    code: str | None
    confidence: float


@dataclass(slots=True)
class SecondOpinion:
    """Readings of one journal's texts, each made once."""

    read: Callable[[str], Any] | None
    known: dict[str, Reading] = field(default_factory=dict)
    agreed: int = 0
    compared: int = 0

    def of(self, text: str) -> Reading | None:
        """The text read again; None without a house, or where too much was read already."""
        if self.read is None or not text:
            return None
        found = self.known.get(text)
        if found is None and len(self.known) < MOST:
            made = self.read(text)
            frames = [{"intent": f.intent, "slots": dict(f.slots), "targets": list(f.targets)} for f in made.frames]
            found = self.known[text] = Reading(
                accepted=bool(made.accepted and frames and not any(f.code for f in made.frames)),
                intent=str(frames[0]["intent"]) if frames else None,
                targets=frozenset(t for f in frames for t in f["targets"]),
                key=meaning(frames),
                code=made.code or next((f.code for f in made.frames if f.code), None),
                confidence=float(made.confidence),
            )
        return found

    def agrees(self, row: Row) -> float:
        """How far a reading again is what the row says was understood: 1 all of it, 0.5 the intent or the targets alone, 0 neither."""
        found = self.of(row.text)
        if found is None:
            return 0.5
        if not row.intent:
            return float(not found.accepted)
        return 0.5 * (found.intent == row.intent) + 0.5 * (found.targets == frozenset(row.targets))

    def count(self, row: Row) -> None:
        """Takes in a good turn: how far the two readers agree in this journal."""
        if self.of(row.text) is not None:
            self.compared += 1
            self.agreed += self.agrees(row) == 1.0

    @property
    def trust(self) -> float:
        return (self.agreed + 2.0) / (self.compared + 4.0)


NO_OPINION = SecondOpinion(read=None)


def second_opinion(home: Home | None) -> SecondOpinion:
    """An empty book of readings for a journal of this home."""
    return SecondOpinion(read=reader(home, datetime(2026, 1, 1, 12, tzinfo=UTC)) if home is not None else None)
