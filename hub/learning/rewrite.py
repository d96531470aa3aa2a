"""What a turn reads instead of what was heard, if anything: taught, precomputed, or searched for when in doubt.
Knows knowledge and a reader.

Precision first: without a rule in force, or a reading that failed, nothing is ever rewritten; "keep what was said" is always candidate 0.
Online search after Cho et al. 2021 and Fan et al. 2021: trigger, two retrieval layers (this home's own requests; what is asked of things
like those it has, and its words by sound), guard-rails, one ranker.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from devices.home import Home
from hub.knowledge import Knowledge, Rule, digest
from hub.learning import rank, retrieve, taught
from hub.learning.gate import between_things, pair_id, same, wording
from hub.learning.rank import Option
from hub.learning.respell import respelled, trusted
from hub.learning.retrieve import Near, mean_alike
from hub.learning.sayings import sayings
from hub.learning.signals import meaning, request_span, stops
from hub.learning.sound import NUMBER_WORDS, SMALL, changes, plain, sound_alike
from hub.learning.vocabulary import Vocabulary, house_word, vocabulary
from hub.turn import Rewrite
from models.said import Context, Interpretation

Read = Callable[[str], Interpretation]

ENOUGH = 0.6
"""Least probability of the meaning that is taken, where what was heard could not be read or done."""
ENOUGH_SOFT = 0.9
"""The same where it could, and is only in doubt."""
LEAD = 0.4
"""Least lead over the next meaning, and over keeping what was said."""
LEAST_POINTS = -2.5
"""Log-odds against keeping what was said below which a candidate is not even read."""
MOST_READ = 3
"""Candidates that are read at most: a reading is what a turn in doubt costs."""
BEHIND = 2.0
"""Log-odds behind the best one from which a candidate is not read."""
SOFT = 0.8
"""Confidence of an accepted reading below which words that this home does not know put it in doubt."""
SURE = 0.88
LEAST_CONFIDENCE = 0.6
GATED = 5.0
"""Least log-odds of a rule for these very words: it passed the gate by what people did, so likeness is not asked for again."""
BEYOND = math.log(0.1)
"""Log-odds of being declined so often without a further try from which on a request is taken as heard, and as beyond this house."""
SAYING = 0.8
"""Least likeness to a saying of this home that was misheard."""
CONTINUES = frozenset(("no_area", "unanswered", "expired"))


def _request(text: str) -> str:
    start, end = request_span(text)
    return plain(text[start:end])


def precomputed(text: str, knowledge: Knowledge, context: Context, home: Home | None = None) -> Rewrite | None:
    """A taught phrase, or a rule in force for these very words; None almost always. A dictionary look-up, microseconds.

    A rule of this very speaker keeps everybody's from being used, even where it is itself only for a reading that failed.
    """
    heard = plain(text)
    home_id = home.id if home is not None else None
    said = taught.expand(heard, knowledge, home, context)
    if said is not None:
        return said
    if not knowledge.texts and not knowledge.fragments:
        return None
    heard = _request(text)
    for rule in _ordered(knowledge.texts.get(heard, ()), context):
        if (
            rule.when in ("always", "history")
            and knowledge.applies(rule, home_id, context.person)
            and not _blocked(knowledge, rule.id, heard, rule.to, context.now)
        ):
            return Rewrite(to=rule.to, source=rule.source, id=rule.id)
        if rule.person is not None and knowledge.applies(rule, home_id, context.person):
            break
    if (home_id, heard) in knowledge.worked:
        return None
    changed, used = heard, None
    for rule in _matching(heard, knowledge, home_id, context):
        if rule.when == "always":
            after = _replaced(changed, rule)
            if (
                after != changed
                and not wording(heard, after)
                and not knowledge.blocked(pair_id(heard, after), context.now)
                and not (home is not None and between_things(heard, after, vocabulary(home)))
            ):
                changed, used = after, used or rule
    return Rewrite(to=changed, source=used.source, id=used.id) if used is not None else None


def _blocked(knowledge: Knowledge, rule_id: str, heard: str, to: str, now: datetime) -> bool:
    return knowledge.blocked(rule_id, now) or knowledge.blocked(pair_id(heard, to), now)


def _ordered(rules: Sequence[Rule], context: Context) -> list[Rule]:
    return sorted(rules, key=lambda r: (r.person != context.person, r.home is None, -r.p))


def _matching(heard: str, knowledge: Knowledge, home: str | None, context: Context) -> list[Rule]:
    """Fragment rules found in the words, the longest first."""
    padded = f" {heard} "
    found = [
        rule
        for word in dict.fromkeys(heard.split())
        for rule in knowledge.fragments.get(word, ())
        if f" {rule.heard} " in padded and knowledge.applies(rule, home, context.person) and not knowledge.blocked(rule.id, context.now)
    ]
    return sorted(found, key=lambda r: (-len(r.heard.split()), -r.sessions))


def _replaced(text: str, rule: Rule) -> str:
    if f" {rule.to} " in f" {text} ":
        return text
    return f" {text} ".replace(f" {rule.heard} ", f" {rule.to} ").strip()


def doubtful(meant: Interpretation) -> bool:
    """The trigger: what was heard could not be read, or not be done, or only just."""
    if not meant.accepted or not meant.frames:
        return True
    return any(
        frame.code in ("no_valid_targets", "no_intent_match", "no_such_device", "missing_value") for frame in meant.frames
    ) or meant.code in (
        "no_valid_targets",
        "no_intent_match",
        "no_such_device",
        "missing_value",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search came to."""

    rewrite: Rewrite | None
    """What is read instead; None: what was said is kept."""
    margin: float
    """Lead of the likeliest meaning over the next, "keep what was said" among them, as a difference of probabilities."""
    keep: float
    """Probability that what was said is best kept."""
    options: tuple[tuple[Rewrite, float], ...] = ()
    """Texts of different meaning with their probabilities, best first: what "did you mean …?" is asked from."""


KEPT = Found(rewrite=None, margin=1.0, keep=1.0)


def online(
    text: str,
    knowledge: Knowledge,
    home: Home,
    context: Context,
    meant: Interpretation,
    read: Read,
    nbest: Sequence[str] = (),
) -> Rewrite | None:
    """What was meant, where what was heard could not be read or done: the surest of all candidates if it is sure enough, else None."""
    return search(text, knowledge, home, context, meant, read, nbest).rewrite


def search(
    text: str,
    knowledge: Knowledge,
    home: Home,
    context: Context,
    meant: Interpretation,
    read: Read,
    nbest: Sequence[str] = (),
) -> Found:
    """Trigger, three layers of retrieval, the guard-rails, one ranker.

    Nothing happens unless something was learned (knowledge version 0 leaves every turn as it is) and the reading is in doubt; nor to words
    that only others here mean something by, or that are declined time and again without a further try, or that are likest such words.
    """
    failed = doubtful(meant)
    if knowledge.version == 0 or stops(text) or not (failed or meant.confidence < SOFT):
        return KEPT
    if knowledge.learned.report.get("feedback_informative") is False:
        return KEPT
    heard = _request(text)
    ruled = knowledge.texts.get(heard, ())
    refused = knowledge.learned.cannot.get(home.id or "", {}) if failed else {}
    beyond = refused.get(heard, 0.0) if not ruled else 0.0
    if beyond <= BEYOND or (ruled and not any(knowledge.applies(rule, home.id, context.person) for rule in ruled)):
        return KEPT
    words = heard.split()
    known = vocabulary(home, _clean(knowledge, home.id))
    if (not failed and not _strange(words, known)) or (not 2 <= len(words) <= 16 and heard not in knowledge.texts):
        return KEPT
    share = retrieve.share(knowledge, home.id)

    code = why_failed(meant) if failed else None
    often = retrieve.meant_often(knowledge, home.id)

    def points(option: Option, confidence: float = 0.9, targets: bool = True, does: str = "") -> float:
        found = rank.score(rank.features(heard, option, known, share, failed, confidence, targets, often.get(does, 0.0), code))
        return max(found, GATED) if option.kind == "whole" else found + beyond

    nearest = max((mean_alike(heard, text) for text, odds in refused.items() if odds <= BEYOND), default=0.0)
    found = [
        option
        for option in candidates(heard, knowledge, home, context, nbest, failed)
        if option.kind in ("rule", "whole") or option.alike > nearest
    ]
    likely = sorted(((points(o), o) for o in found), key=lambda p: -p[0])[:MOST_READ]
    scores: list[float] = []
    meanings: list[tuple[Option, Interpretation]] = []
    for rough, option in likely:
        if rough < LEAST_POINTS or (scores and rough < max(scores) - BEHIND):
            break
        reading = read(option.text)
        if doubtful(reading) or reading.confidence < (LEAST_CONFIDENCE if failed else SURE) or (not failed and same(meant, reading)):
            continue
        targets = any(frame.targets for frame in reading.frames)
        if option.source == "global" and not targets:
            continue
        meanings.append((option, reading))
        scores.append(points(option, reading.confidence, targets, meaning_of(reading)))
    return _chosen(meanings, scores, failed)


def _chosen(meanings: Sequence[tuple[Option, Interpretation]], scores: Sequence[float], failed: bool) -> Found:
    """Candidates that mean the same share their best one's probability; the likeliest meaning is taken if it is likely enough."""
    groups: list[tuple[float, Option, Interpretation]] = []
    for (option, reading), score in sorted(zip(meanings, scores, strict=True), key=lambda m: -m[1]):
        if not any(same(reading, other) for _, _, other in groups):
            groups.append((score, option, reading))
    keep, p = rank.shares([g[0] for g in groups])
    options = tuple((Rewrite(to=o.text, source=o.source, id=o.id), share) for (_, o, _), share in zip(groups, p, strict=True))
    if not options:
        return KEPT
    margin = p[0] - max(keep, p[1] if len(p) > 1 else 0.0)
    enough = p[0] >= (ENOUGH if failed else ENOUGH_SOFT) and margin >= LEAD
    return Found(rewrite=options[0][0] if enough else None, margin=round(margin, 4), keep=round(keep, 4), options=options)


def why_failed(meant: Interpretation) -> str:
    """The code of a reading that failed."""
    return meant.code or next((f.code for f in meant.frames if f.code), None) or ""


def meaning_of(reading: Interpretation) -> str:
    """A reading's key, as the personal index gives it."""
    return meaning([{"intent": f.intent, "targets": f.targets, "slots": f.slots} for f in reading.frames])


def _strange(words: Sequence[str], known: Vocabulary) -> bool:
    return any(w not in known.words and not any(c.isdigit() for c in w) for w in words)


def candidates(heard: str, knowledge: Knowledge, home: Home, context: Context, nbest: Sequence[str], failed: bool) -> list[Option]:
    """Every text that could have been meant and that no guard-rail refuses, once each."""
    home_id = home.id
    known = vocabulary(home, _clean(knowledge, home_id))
    out: dict[str, Option] = {}

    def add(to: str, source: str, rule_id: str, kind: str, near: Near | None = None, start: str = heard, via: str = "") -> None:
        if to == heard or to in out or wording(heard, via or to) or _blocked(knowledge, rule_id, heard, to, context.now):
            return
        ruled = kind in ("rule", "whole")
        seen = mended(start, via or to, knowledge.learned.misheard.get(home_id or "", {})) if not ruled else (0.0, 0.0)
        if not ruled and kind != "saying" and (not _numbers(heard) <= _numbers(to) or (not seen[0] and _of_a_house(heard, to))):
            return
        like, cosine = (near.alike, near.cosine) if near is not None else (mean_alike(heard, to), -1.0)
        trust = 1.0 if ruled else trusted(start, via or to, known, failed)
        times = near.n if near is not None else 0.0
        out[to] = Option(
            text=to, source=source, id=rule_id, alike=like, cosine=cosine, trusted=trust, times=times, kind=kind,
            seen=seen[0], some=seen[1], via=via,
        )  # fmt: skip

    for rule in _ordered(knowledge.texts.get(heard, ()), context):
        if knowledge.applies(rule, home_id, context.person):
            add(rule.to, rule.source, rule.id, "whole")
            if rule.person is not None:
                break
    for saying, to, source, rule_id in sayings(knowledge, home_id, context.person) if failed else ():
        like = mean_alike(heard, saying)
        if like >= SAYING and saying != heard:
            add(to, source, rule_id, "saying", Near(to, source, like, -1.0, 0.0), via=saying)
    changed, used = heard, None
    for rule in _matching(heard, knowledge, home_id, context):
        after = _replaced(changed, rule)
        if after != changed:
            changed, used = after, used or rule
            add(after, rule.source, rule.id, "rule")
    for start in [heard] if used is None else [heard, changed]:
        for near in retrieve.search(start, knowledge, home):
            if near.layer == "global" or max(near.alike, near.cosine) >= rank.FLOOR:
                kind, source = ("formed", "personal") if near.layer == "formed" else ("search", near.layer)
                add(near.text, source, digest(near.layer, heard, near.text, home_id), kind, near, start)
        for to, _ in respelled(start, known):
            add(to, "global", digest("global", heard, to, home_id), "respelled", start=start)
    for other in nbest:
        to = _request(other)
        add(to, "global", digest("nbest", heard, to, home_id), "nbest")
    missing = list(dict.fromkeys(o.via or o.text for o in out.values() if o.cosine < 0))
    near_by = dict(zip(missing, retrieve.cosines(heard, missing), strict=True))
    return [replace(o, cosine=near_by[o.via or o.text]) if o.cosine < 0 else o for o in out.values()]


def mended(heard: str, to: str, misheard: Mapping[str, Mapping[str, int]]) -> tuple[float, float]:
    """(sessions in which the rarest change was mended in just this way, the same of the commonest); small words do not count."""
    counts = [
        float(misheard.get(before, {}).get(after, 0))
        for before, after in changes(heard, to)
        if not all(w in SMALL for w in (before + " " + after).split())
    ]
    return (min(counts), max(counts)) if counts else (0.0, 0.0)


def _numbers(text: str) -> frozenset[str]:
    """The numbers in a text: one that was heard is never taken for another by likeness alone."""
    return frozenset(w for w in text.split() if w.isdigit() or w in NUMBER_WORDS)


def _of_a_house(heard: str, to: str) -> bool:
    """Whether a thing that houses have was heard and would be lost: likelier a thing that is not here than a mishearing."""
    return any(house_word(w) and sound_alike(before, after) < 0.9 for before, after in changes(heard, to) for w in before.split())


def _clean(knowledge: Knowledge, home: str | None) -> tuple[str, ...]:
    counts = knowledge.learned.words.get(home or "", {})
    return tuple(word for word, n in counts.items() if n >= 3)


