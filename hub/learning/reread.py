"""Interruptions in the journal, classed anew where an older classifier has read them. Knows the journal and the classifier only."""

from __future__ import annotations

from hub.interruption import CLASSED, VERSION, classify
from hub.keeping.store import Store


def read_again(store: Store) -> int:
    """How many changed their class. The raw events stay as they are; the class stands in the interrupted turn's feedback."""
    changed = 0
    for event in store.events(CLASSED):
        row, after = store.turn(str(event["turn"])), store.turn(str(event.get("next")))
        known = ((row or {}).get("feedback") or {}).get("barge_in")
        if row is None or after is None or not isinstance(known, dict) or known.get("classifier") == VERSION:
            continue
        said = after if str(after.get("heard") or "").strip() else None
        gap_s = (event.get("evidence") or {}).get("gap_s")
        found = classify(row, said, played_ms=event.get("played_ms"), reply_ms=row.get("reply_audio_ms"), gap_s=gap_s)
        seen = {**known, "class": found.kind, "p": found.p, "evidence": dict(found.evidence), "classifier": VERSION}
        changed += found.kind != known.get("class")
        store.set_feedback(str(event["turn"]), barge_in=seen)
    return changed
