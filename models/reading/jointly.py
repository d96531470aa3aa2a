"""Which of the texts that a recogniser thinks possible was meant: hearing, reading and situation weighed together. Hears and reads nothing.

Texts that mean the same are one: their probabilities add up. The score is, in nats, the log-probability that it was said, the
log-probability of its reading, and how well what it asks for suits the moment (what is on, plays, runs or rings, what was spoken of,
habits: the features and weights of models.situation.rerank; what cannot be done suits it least). The last is bounded, and never lifts
a risky action over a harmless one: it decides between texts that sound alike, and nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from devices.home import Home
from models.reading.numbers import tokens
from models.reading.whole import Whole
from models.said import Context, Frame, Hypothesis, Utterance
from models.situation.features import SIGNALS, features, risky
from models.situation.rerank import weights

READING = 1.0
"""Weight of the reading's log-probability beside that of the hearing."""
REFUSED = -0.5
"""Nats for a reading that cannot be done here."""
SHARE = 0.5
"""Of what the re-ranker gives readings of the same words: other words were heard here."""
SUITS = 0.7
"""Nats at most for or against a text by what is going on."""
ASIDE = frozenset(("in_room", "other_room"))
"""Features that don't count here: where a room was meant, it was said or left out in both texts."""
TORN = 0.15
"""Two things of nearly one name that lie so few nats apart are asked about: acting would be wrong nearly every second time."""
LEAST = 1e-4
_MOST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """One text with its reading and what speaks for it."""

    hypothesis: Hypothesis
    whole: Whole
    plain: float
    """By hearing and reading, nats."""
    total: float
    """And by the situation."""
    moment: dict[str, float] = field(default_factory=dict)
    """What each feature of the situation gives, nats."""


def hypotheses(utterance: Utterance) -> list[Hypothesis]:
    """The texts to read, likeliest first; none if nothing was said."""
    if utterance.nbest:
        return [h for h in utterance.nbest[:_MOST] if h.text.strip()]
    return [Hypothesis(text=utterance.text, confidence=utterance.confidence or 1.0)] if utterance.text.strip() else []


def hopeless(hypothesis: Hypothesis, read: Sequence[Joint]) -> bool:
    """Whether neither this text nor it with another as likely could come before the best so far; texts come likeliest first."""
    return bool(read) and _log(2.0 * hypothesis.confidence) + SUITS < max(j.total for j in read)


def rescues(text: str, whole: Whole, best_text: str, best: Whole | None) -> bool:
    """Whether a less likely hypothesis may be read: never where it only lost the words that the likeliest was refused for."""
    ours, theirs = [t.text for t in tokens(text)], [t.text for t in tokens(best_text)]
    if best is None:
        return len(ours) * 2 > len(theirs)
    if best.code not in ("no_valid_targets", "no_intent_match"):
        return True
    unknown = {t.text for v in best.detail.values() if isinstance(v, str) for t in tokens(v)}
    kept = [w for w in theirs if w not in unknown]
    placed = any({"name", "area", "floor"} & set(f.slots) for f in whole.frames) and "room" not in whole.signals
    return placed and len(ours) > len(kept) and set(kept) <= set(ours)


def weighed(hypothesis: Hypothesis, whole: Whole, home: Home, context: Context) -> Joint:
    """The text with its score here and now."""
    table = weights()
    moment: dict[str, float] = {}
    for frame in whole.frames:
        for name, value in features(frame, home, context).items():
            if name in ASIDE:
                continue
            moment[name] = moment.get(name, 0.0) + SHARE * table.get(name, 0.0) * value / len(whole.frames)
    plain = _log(hypothesis.confidence) + READING * _log(whole.score) + (REFUSED if whole.code is not None else 0.0)
    gain = max(-SUITS, min(SUITS, sum(moment.values()))) if whole.code is None else -SUITS
    return Joint(hypothesis=hypothesis, whole=whole, plain=plain, total=plain + gain, moment=moment)


def choose(texts: Sequence[Joint], home: Home) -> tuple[Joint, Joint | None, tuple[str, ...]]:
    """The best, the next best of another meaning, and the signals by which the situation chose another than hearing and reading would."""
    read = pooled(texts)
    order = sorted(read, key=lambda j: -j.total)
    plainly = max(read, key=lambda j: j.plain)
    if order[0] is not plainly and _risky(order[0], home) and not _risky(plainly, home):
        order = sorted(read, key=lambda j: -j.plain)
    best = order[0]
    signals: tuple[str, ...] = ()
    if best is not plainly and best.whole.frames != plainly.whole.frames:
        leads = {name: best.moment.get(name, 0.0) - plainly.moment.get(name, 0.0) for name in {*best.moment, *plainly.moment}}
        deciding = max(leads, key=lambda name: leads[name])
        signals = (SIGNALS[deciding],) if deciding in SIGNALS else ()
    return best, order[1] if len(order) > 1 else None, signals


def torn(best: Joint, second: Joint | None) -> tuple[Frame, ...] | None:
    """The question "this or that?" as frames, the ambiguous one first, where two texts ask the same of two things and none is likelier."""
    if second is None or best.total - second.total > TORN or len(best.whole.frames) != 1 or len(second.whole.frames) != 1:
        return None
    one, other = best.whole.frames[0], second.whole.frames[0]
    single = len(one.targets) == len(other.targets) == 1 and one.targets != other.targets
    if not single or one.intent != other.intent or best.whole.code is not None or second.whole.code is not None:
        return None
    slots = {k: v for k, v in one.slots.items() if other.slots.get(k) == v}
    return replace(one, targets=(*one.targets, *other.targets), slots=slots, code="ambiguous"), one, other


def pooled(texts: Sequence[Joint]) -> list[Joint]:
    """One for each meaning, by its likeliest text, with the confidence of all texts that mean the same."""
    found: dict[str, Joint] = {}
    for joint in texts:
        key = repr([(f.intent, sorted((k, str(v)) for k, v in f.slots.items()), f.targets) for f in joint.whole.frames])
        known = found.get(key)
        if known is None:
            found[key] = joint
            continue
        best, other = (known, joint) if known.total >= joint.total else (joint, known)
        both = min(1.0, best.hypothesis.confidence + other.hypothesis.confidence)
        gain = _log(both) - _log(best.hypothesis.confidence)
        heard = replace(best.hypothesis, confidence=both)
        found[key] = replace(best, hypothesis=heard, plain=best.plain + gain, total=best.total + gain)
    return list(found.values())


def _risky(joint: Joint, home: Home) -> bool:
    return any(risky(frame, home) for frame in joint.whole.frames)


def _log(p: float) -> float:
    return math.log(max(p, LEAST))
