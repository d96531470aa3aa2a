"""What an interruption meant: impatience, correction, stop, unrelated or noise, with the evidence. Knows two turns, no audio.

A barge-in is the raw material of learning, and most are no complaint: somebody who has heard enough says "thanks". Only `correction`
(and `stop` early in a reply) speaks against the turn that was interrupted; see the label function of docs/learning.md. The raw events
stay in the journal, so that a better classifier can read them again.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from rapidfuzz import fuzz

from devices.home import EMPTY

CLASSES = ("impatience", "correction", "stop", "unrelated", "noise")
RAW, CLASSED = "reply_stopped", "barge_in"
"""Kinds of event in the journal: what was seen, and what it was taken for."""
VERSION = 3
"""Grows with each change of how interruptions are read."""
LONGEST_CUE = 8
"""A longer sentence is about something of its own."""


def _patterns() -> Iterator[Any]:
    words = tomllib.loads((resources.files("models") / "language" / "interruption.toml").read_text(encoding="utf-8"))
    address = rf"^(?:(?:{'|'.join(words['address'])})[ ]+)*"
    yield frozenset(words["fillers"])
    yield frozenset(words["light"])
    for whole, tail in (("stop", words["tail"]), ("enough", [])):
        phrases = rf"(?:(?:{'|'.join(words[whole])})(?: |$))"
        yield re.compile(rf"{address}{phrases}(?:(?:{'|'.join([*words[whole], *tail])})(?: |$))*$")
    yield re.compile("|".join(words["wrong"]))
    yield re.compile(words["sequel"])
    yield frozenset(frozenset(pair) for pair in words["opposite"])
    yield re.compile("|".join(words["stop_cue"]))
    yield re.compile("|".join(words["enough_cue"]))
    yield re.compile(address + "(?:" + words["request"].removeprefix("^") + ")")
    yield re.compile(words["elsewhere"])
    yield frozenset(words["numbers"])


_FILLERS, _LIGHT, _STOP, _ENOUGH, _WRONG, _SEQUEL, _OPPOSITE, _STOP_CUE, _ENOUGH_CUE, _REQUEST, _ELSEWHERE, _NUMBERS = _patterns()


@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption:
    """The class of one barge-in. `p` is how sure that is, 0–1; `evidence` names what was seen."""

    kind: str
    p: float
    evidence: Mapping[str, Any] = field(default_factory=lambda: EMPTY)


def classify(
    interrupted: Mapping[str, Any],
    after: Mapping[str, Any] | None,
    *,
    played_ms: int | None,
    reply_ms: int | None,
    gap_s: float | None = None,
) -> Interruption:
    """Reads the interrupted turn and the one that followed (Turn JSON; None if nothing was said).

    `played_ms` of `reply_ms` had sounded when the reply stopped; `gap_s` is how long after that the next words began.
    """
    said = _plain(str((after or {}).get("heard") or ""))
    share = played_ms / reply_ms if played_ms is not None and reply_ms else None
    seen: dict[str, Any] = {"words": said, "played_share": None if share is None else round(share, 2), "gap_s": gap_s}

    def found(kind: str, p: float, why: str, **more: Any) -> Interruption:
        return Interruption(kind=kind, p=p, evidence={**seen, "why": why, **more})

    words = said.split()
    if words and _STOP.match(said):
        return found("stop", 0.95, "a stop word")
    if after is None or not words or all(_no_word(w) for w in words) or _babble(words):
        return found("noise", 0.95, "no words followed")
    if after.get("decision") == "ignore" and not (_WRONG.search(said) and not _ELSEWHERE.search(said)):
        return found("noise", 0.8, "what followed was not said to the hub")
    asks = after.get("intent") not in (None, "HassNevermind", "HubStop") or _REQUEST.match(said) is not None
    if not asks and len(words) <= LONGEST_CUE and _STOP_CUE.search(said) and not _ENOUGH.match(said):
        return found("stop", 0.8, "it asks for nothing but to be left")
    before = _plain(str(interrupted.get("heard") or ""))
    likeness = _likeness(before, said)
    if _asked(interrupted) and not _WRONG.search(said) and (likeness >= 0.3 or not _REQUEST.match(said)):
        return found("impatience", 0.8, "an answer given before the question ended")
    if _ENOUGH.match(said):
        return found("impatience", 0.9, "words of having heard enough")
    if _WRONG.search(said):
        return found("correction", 0.9, "words that correct")
    if (not asks or said.startswith(("just ", "only "))) and len(words) <= LONGEST_CUE and _ENOUGH_CUE.search(said):
        return found("impatience", 0.75, "it asks for nothing, and says that enough was heard")
    if all(w in _NUMBERS for w in words):
        return found("correction", 0.7, "a bare number: another value")
    seen["likeness"] = round(likeness, 2)
    frames = _frames_alike(interrupted, after)
    if frames == "undoes":
        return found("correction", 0.85, "it takes back what was done")
    if _SEQUEL.match(said):
        return found("impatience", 0.75, "a sequel: the answer so far was enough")
    if _failed(interrupted) and (likeness >= 0.45 or frames is not None):
        return found("correction", 0.85, "the same request again after it failed")
    if likeness >= 0.66 and before != said:
        return found("correction", 0.75, "nearly the same words again")
    if before == said:
        return found("correction", 0.8, "the same words again")
    if frames == "same goal" and likeness >= 0.4:
        return found("correction", 0.65, "the same intent with another value")
    if frames == "same device" and likeness >= 0.3:
        return found("correction", 0.55, "the same device asked for in another way")
    if asks or len(words) > LONGEST_CUE:
        return found("unrelated", 0.75, "another request")
    return found("impatience", 0.45, "a few words that ask for nothing: more likely about the answer than about something else")


def unheard(reply: str, played_ms: int, audio_ms: int | None) -> str:
    """What of a reply is to be said again after a false interruption: from the sentence on in which it stopped."""
    heard = len(reply) * min(1.0, played_ms / audio_ms) if audio_ms else 0.0
    if audio_ms and played_ms >= audio_ms:
        return ""
    begins = [0, *(found.end() for found in re.finditer(r"[.!?]\s+", reply))]
    return reply[max(at for at in begins if at <= heard) :]


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w' ]+", " ", text.casefold()).split())


def _no_word(word: str) -> bool:
    """A filler, a laugh, or letters that nobody can speak as a word."""
    return word in _FILLERS or not re.search(r"[aeiouy0-9]", word) or re.fullmatch(r"(ha|he|ho|hee|la|ah|eh|uh){2,}h?", word) is not None


def _babble(words: list[str]) -> bool:
    """The same syllable again and again."""
    return len(words) >= 3 and len(set(words)) == 1 and len(words[0]) <= 4 and words[0] not in ("stop", "no", "yes", "off", "on")


def _content(text: str) -> list[str]:
    return [w for w in text.split() if w not in _LIGHT] or text.split()


def _likeness(first: str, second: str) -> float:
    """How alike two requests are, 0–1: by letters over the words that carry meaning, so that a mishearing still counts."""
    a, b = _content(first), _content(second)
    if not a or not b:
        return 0.0
    best = sum(max(fuzz.ratio(x, y) for y in b) for x in a) / len(a) + sum(max(fuzz.ratio(x, y) for x in a) for y in b) / len(b)
    order = fuzz.ratio(" ".join(a), " ".join(b))
    return (0.5 * best / 2 + 0.5 * order) / 100


def _asked(turn: Mapping[str, Any]) -> bool:
    return turn.get("decision") in ("ask", "confirm")


def _failed(turn: Mapping[str, Any]) -> bool:
    bad = {"unavailable", "refused", "timed_out"}
    return turn.get("decision") in ("decline", "ignore") or any(a.get("status") in bad for a in turn.get("actions") or ())


def _frames_alike(first: Mapping[str, Any], second: Mapping[str, Any]) -> str | None:
    a, b = first.get("intent"), second.get("intent")
    shared = set(first.get("targets") or ()) & set(second.get("targets") or ())
    if a is None or b is None:
        return "same device" if shared else None
    if b == "HubUndo" or (frozenset((a, b)) in _OPPOSITE and (shared or not first.get("targets"))):
        return "undoes"
    if a == b:
        return "same goal"
    return "same device" if shared else None
