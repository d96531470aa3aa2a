"""What was learned, as it is said aloud: "what have you learned?". Knows the active knowledge; changes nothing."""

from __future__ import annotations

from hub.knowledge import Knowledge, Taught


def told(knowledge: Knowledge, home_id: str | None, person: str | None) -> tuple[dict[str, int], str]:
    """How much was learned for this person in this home, by kind, and what of it is said."""
    learned = knowledge.learned
    taught = [t for t in learned.taught if knowledge.applies(t, home_id, person)]
    rules = [r for r in learned.rules if r.status == "live" and knowledge.applies(r, home_id, person)]
    parts = []
    if taught:
        parts.append("You taught me " + _list([_said_of(t) for t in taught[-4:]]) + ".")
    if rules:
        some = _list([f"by “{r.heard}” you mean “{r.to}”" for r in rules[:3]])
        parts.append(f"I learned {len(rules)} correction{'s' if len(rules) > 1 else ''} from how you said things again: {some}.")
    proposed = [r for r in learned.routines if r.proposed]
    if proposed:
        parts.append(f"I noticed {len(proposed)} habit{'s' if len(proposed) > 1 else ''} of this house.")
    reply = " ".join(parts) or "Nothing yet. I learn when you correct me, or when you teach me something."
    return {"taught": len(taught), "rewrites": len(rules), "habits": len(proposed)}, reply


def _said_of(taught: Taught) -> str:
    if taught.kind == "name":
        return f"that the {taught.key} is the {taught.value}"
    if taught.kind == "preference":
        return f"that you {taught.value}"
    return f"that “{taught.key}” means {taught.value}"


def _list(items: list[str]) -> str:
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]
