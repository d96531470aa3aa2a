"""A better classifier reads the journal's interruptions again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hub.interruption import CLASSED, VERSION
from hub.keeping.store import Store
from hub.learning.reread import read_again

NOW = datetime(2026, 11, 25, 19, tzinfo=UTC)


def interrupted(store: Store, number: int, said: str, taken_for: str, classifier: int) -> None:
    first, second = f"a{number}", f"b{number}"
    known = {"class": taken_for, "p": 0.9, "evidence": {"gap_s": 0.4}, "next": second, "classifier": classifier}
    store.add_turn({
        "id": first, "at": NOW.isoformat(), "heard": "turn on the hall light", "decision": "act", "intent": "HassTurnOn",
        "targets": ["light.hall"], "reply_audio_ms": 2000, "feedback": {"barge_in_ms": 600, "barge_in": known},
    })  # fmt: skip
    later = (NOW + timedelta(seconds=3)).isoformat()
    store.add_turn({"id": second, "at": later, "heard": said, "decision": "answer", "interrupted": first})
    store.add_event(CLASSED, at=NOW, turn=first, played_ms=600, **known)


def test_what_an_older_classifier_has_read_is_read_anew_and_what_was_seen_stays(tmp_path: Path) -> None:
    with Store(tmp_path / "hub.db") as store:
        interrupted(store, 1, "no i said the kitchen", "unrelated", VERSION - 1)
        interrupted(store, 2, "okay thanks", "impatience", VERSION - 1)
        interrupted(store, 3, "no i said the kitchen", "unrelated", VERSION)
        before = store.events(CLASSED)
        assert read_again(store) == 1
        classes = [(store.turn(f"a{n}") or {})["feedback"]["barge_in"] for n in (1, 2, 3)]
        assert [c["class"] for c in classes] == ["correction", "impatience", "unrelated"]
        assert all(c["classifier"] == VERSION and c["evidence"]["gap_s"] == 0.4 for c in classes[:2])
        assert store.events(CLASSED) == before
        assert read_again(store) == 0
