"""A Turn as JSON and back, as the contract writes it. Knows no file, no database and no clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from devices.home import Command, Outcome, State
from hub.turn import Decision, Feedback, Opening, Rewrite, Spoken, Turn
from models.said import Frame, Hypothesis, Interpretation, Past, Utterance, Wake

TIMES = ("wake", "speech_end", "final_text", "decided", "published", "confirmed", "first_sound")
KNOWN = frozenset({
    "kind", "id", "at", "room", "wake", "heard", "asr", "rewrite", "intent", "slots", "confidence", "margin", "frames", "targets",
    "decision", "code", "actions", "reply", "reply_audio_ms", "signals", "feedback", "timings_ms", "versions", "offer",
    "source", "person", "opening", "speech_s", "interrupted", "error",
})
"""Keys that the record has a place for; every other key is kept in Turn.extra."""


def to_json(turn: Turn) -> dict[str, Any]:
    """The contract's Turn JSON; absent parts are null or empty. Ready for any JSON encoder."""
    opening, said, meant, decided = turn.opening, turn.utterance, turn.interpretation, turn.decision
    frames = meant.frames if meant is not None else ()
    first = frames[0] if frames else None
    targets = decided.targets if decided is not None and decided.targets else _union(frames)
    out: dict[str, Any] = {
        "id": turn.id,
        "at": opening.at.isoformat(),
        "room": opening.room,
        "wake": {"phrase": opening.wake.phrase, "score": round(opening.wake.score, 4)} if opening.wake else None,
        "heard": said.text if said is not None else (opening.text or ""),
        "asr": _asr(said) if said is not None else None,
        "rewrite": {"to": turn.rewrite.to, "source": turn.rewrite.source, "id": turn.rewrite.id} if turn.rewrite else None,
        "intent": first.intent if first else None,
        "slots": _plain(first.slots) if first else {},
        "confidence": round(meant.confidence, 4) if meant else None,
        "margin": round(meant.margin, 4) if meant else None,
        "frames": [_frame(f) for f in frames],
        "targets": list(targets),
        "decision": decided.kind if decided else None,
        "code": (decided.code if decided else None) or (meant.code if meant and decided is None else None),
        "actions": [_action(o) for o in turn.outcomes],
        "reply": turn.reply,
        "reply_audio_ms": turn.spoken.audio_ms if turn.spoken else None,
        "signals": list(meant.signals) if meant else [],
        "feedback": {
            "barge_in_ms": turn.feedback.barge_in_ms,
            "explicit": turn.feedback.explicit,
            "undone": turn.feedback.undone,
        },
        "timings_ms": {name: round(ms, 1) for name, ms in turn.timings.items()},
        "versions": dict(turn.versions),
        "opening": opening.kind,
        "person": opening.person,
        "speech_s": round(said.speech_s, 3) if said is not None and said.speech_s else None,
    }
    if turn.feedback.barge_in is not None:
        out["feedback"]["barge_in"] = _plain(turn.feedback.barge_in)
    if decided is not None and decided.offer is not None:
        out["offer"] = _plain(decided.offer)
    if opening.source is not None:
        out["source"] = opening.source
    if opening.interrupted is not None:
        out["interrupted"] = opening.interrupted
    if turn.spoken is not None and turn.spoken.interrupted:
        out["reply_played_ms"] = turn.spoken.played_ms
    if turn.error is not None:
        out["error"] = turn.error
    for key, value in turn.extra.items():
        out.setdefault(key, value)
    return out


def from_json(data: Mapping[str, Any]) -> Turn:
    """The record of a stored turn. Missing parts are empty; unknown keys land in `extra`. ValueError where `id` or `at` is no good."""
    if not isinstance(data.get("id"), str) or not data["id"]:
        raise ValueError("a turn needs an `id`")
    at = parse_at(data.get("at"))
    wake = data.get("wake") or None
    asr = data.get("asr") or {}
    heard = str(data.get("heard") or "")
    frames = _frames(data)
    feedback = data.get("feedback") or {}
    offer = data.get("offer")
    utterance = Utterance(
        text=heard,
        confidence=float(asr.get("confidence") or 0.0),
        nbest=tuple(Hypothesis(text=str(h.get("text", "")), confidence=float(h.get("confidence") or 0)) for h in asr.get("nbest") or ()),
        free=str(asr.get("free") or ""),
        house_score=asr.get("house_score"),
        in_house=bool(asr.get("in_house", True)),
        engine=str(asr.get("engine") or (data.get("versions") or {}).get("asr") or "typed"),
        speech_s=float(data.get("speech_s") or 0.0),
    )
    meant = Interpretation(
        frames=frames, accepted=bool(frames), confidence=float(data.get("confidence") or 0.0), margin=float(data.get("margin") or 0.0),
        code=data.get("code"), heard=str((data.get("rewrite") or {}).get("to") or heard), signals=tuple(data.get("signals") or ()),
    )
    decision = None
    if data.get("decision"):
        decision = Decision(
            kind=str(data["decision"]), code=data.get("code"), targets=tuple(data.get("targets") or ()),
            offer=offer if isinstance(offer, Mapping) else None,
        )
    rewrite = data.get("rewrite") or None
    audio_ms = data.get("reply_audio_ms")
    return Turn(
        id=str(data["id"]),
        opening=Opening(
            kind=str(data.get("opening") or ("wake" if wake else "typed")), at=at, room=data.get("room"),
            wake=Wake(phrase=str(wake.get("phrase", "")), score=float(wake.get("score") or 0)) if isinstance(wake, Mapping) else None,
            text=heard if data.get("opening") == "typed" else None, person=data.get("person"), source=data.get("source"),
            interrupted=data.get("interrupted"),
        ),
        utterance=utterance,
        rewrite=Rewrite(to=str(rewrite.get("to", "")), source=str(rewrite.get("source", "")), id=str(rewrite.get("id", "")))
        if isinstance(rewrite, Mapping) else None,
        interpretation=meant,
        decision=decision,
        outcomes=tuple(_outcome(a) for a in data.get("actions") or ()),
        reply=str(data.get("reply") or ""),
        spoken=Spoken(audio_ms=int(audio_ms), played_ms=int(data.get("reply_played_ms") or audio_ms), interrupted="reply_played_ms" in data)
        if audio_ms is not None else None,
        feedback=Feedback(
            barge_in_ms=feedback.get("barge_in_ms"), explicit=feedback.get("explicit"), undone=bool(feedback.get("undone")),
            barge_in=feedback.get("barge_in"),
        ),
        timings=dict(data.get("timings_ms") or {}),
        versions=dict(data.get("versions") or {}),
        error=data.get("error"),
        extra={k: v for k, v in data.items() if k not in KNOWN and k != "reply_played_ms"},
    )


def past(data: Mapping[str, Any]) -> Past:
    """What of an earlier turn matters for the next one; every key may be missing (a history line holds what its writer knew)."""
    at = data.get("at")
    offer = data.get("offer")
    frames = _frames(data)
    first = frames[0] if frames else None
    return Past(
        at=parse_at(at) if at else None,
        room=data.get("room"),
        person=data.get("person"),
        heard=str(data.get("heard") or ""),
        intent=data.get("intent") or (first.intent if first else None),
        slots=dict(data.get("slots") or (first.slots if first else {})),
        targets=tuple(data.get("targets") or (_union(frames))),
        frames=frames,
        actions=tuple(a for a in data.get("actions") or () if isinstance(a, Mapping)),
        decision=data.get("decision"),
        code=data.get("code"),
        reply=str(data.get("reply") or ""),
        offer=offer if isinstance(offer, Mapping) else None,
        id=data.get("id"),
        signals=tuple(str(s) for s in data.get("signals") or ()),
        rewrite=data["rewrite"] if isinstance(data.get("rewrite"), Mapping) else None,
    )


def parse_at(value: object) -> datetime:
    """An aware datetime from ISO 8601 text; text without a zone is UTC. ValueError says what was found."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if not isinstance(value, str):
        raise ValueError(f"`at` is {value!r}, not an ISO 8601 time")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"`at` is {value!r}, not an ISO 8601 time") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def plain(value: Any) -> Any:
    """What a JSON encoder asks for a value that it does not know: mappings, times, numbers of numpy. TypeError for anything else."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, datetime):
        return value.isoformat()
    number = getattr(value, "item", None)
    if callable(number):
        return number()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _asr(said: Utterance) -> dict[str, Any]:
    nbest = [{"text": h.text, "confidence": round(h.confidence, 4)} for h in said.nbest]
    out: dict[str, Any] = {"confidence": round(said.confidence, 4), "nbest": nbest}
    if said.engine != "typed":
        out |= {"engine": said.engine, "free": said.free, "house_score": said.house_score, "in_house": said.in_house}
    return out


def _frame(frame: Frame) -> dict[str, Any]:
    out: dict[str, Any] = {"intent": frame.intent, "slots": _plain(frame.slots), "targets": list(frame.targets)}
    if frame.code is not None:
        out["code"] = frame.code
    if frame.span is not None:
        out["span"] = list(frame.span)
    return out


def _frames(data: Mapping[str, Any]) -> tuple[Frame, ...]:
    rows = [f for f in data.get("frames") or () if isinstance(f, Mapping) and f.get("intent")]
    if not rows and data.get("intent"):
        rows = [{"intent": data["intent"], "slots": data.get("slots") or {}, "targets": data.get("targets") or []}]
    return tuple(
        Frame(
            intent=str(f["intent"]), slots=dict(f.get("slots") or {}), targets=tuple(f.get("targets") or ()),
            score=float(data.get("confidence") or 0), code=f.get("code"),
            span=(int(f["span"][0]), int(f["span"][1])) if f.get("span") else None,
        )
        for f in rows
    )


def _action(outcome: Outcome) -> dict[str, Any]:
    command = outcome.command
    out: dict[str, Any] = {
        "service": command.service, "entity_id": command.entity_id, "data": _plain(command.data), "status": outcome.status,
    }
    if outcome.code is not None:
        out["code"] = outcome.code
    for name, state in (("before", outcome.before), ("after", outcome.after)):
        if state is not None:
            out[name] = {"state": state.value, "attributes": _plain(state.attributes)}
    return out


def _outcome(action: Mapping[str, Any]) -> Outcome:
    command = Command(entity_id=action.get("entity_id"), service=str(action.get("service", "")), data=dict(action.get("data") or {}))
    return Outcome(
        command=command, status=str(action.get("status") or "sent"), before=_state(action.get("before")), after=_state(action.get("after")),
        code=action.get("code"),
    )


def _state(data: object) -> State | None:
    if not isinstance(data, Mapping):
        return None
    return State(value=str(data.get("state", "unknown")), attributes=dict(data.get("attributes") or {}))


def _union(frames: tuple[Frame, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(t for f in frames for t in f.targets))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(v) for v in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value
