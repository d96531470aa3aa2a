"""What a turn reads instead of what was heard, if anything: taught, precomputed, or searched for when in doubt.
Knows knowledge and a reader.

Precision first: without a rule in force, or a reading that failed, nothing is ever rewritten; "keep what was said" is always candidate 0.
Online search after Cho et al. 2021 and Fan et al. 2021: trigger, two retrieval layers (this home's own requests; words and names of this
home), one ranker over spelling, sound and evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from devices.home import Home
from hub.knowledge import Knowledge, Rule, digest
from hub.learning import taught
from hub.learning.gate import pair_id, same, wording
from hub.learning.retrieve import nearest
from hub.learning.signals import request_span, stops
from hub.learning.sound import LITTLE, NUMBER_WORDS, SMALL, changes, mishearing, plain, sound_alike
from hub.learning.vocabulary import Vocabulary, least_alike, usual, vocabulary
from hub.turn import Rewrite
from models.said import Context, Interpretation

Read = Callable[[str], Interpretation]

ACCEPT = 0.7
"""Least score of a candidate; "keep what was said" has this score."""
LEAD = 0.06
"""Least lead over the next candidate that means something else."""
MOST_READ = 6
SOFT = 0.8
"""Confidence of an accepted reading below which words that this home does not know put it in doubt."""
ACCEPT_SOFT = 0.78
SURE = 0.88
LEAST_CONFIDENCE = 0.6
DOUBT_MARGIN = 0.1
CONTINUES = frozenset(("no_area", "unanswered", "expired"))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that could have been meant."""

    text: str
    score: float
    source: str
    id: str


def _request(text: str) -> str:
    start, end = request_span(text)
    return plain(text[start:end])


def precomputed(text: str, knowledge: Knowledge, context: Context, home: Home | None = None) -> Rewrite | None:
    """A taught phrase, or a rule in force for these very words; None almost always. A dictionary look-up, microseconds."""
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
    if (home_id, heard) in knowledge.worked:
        return None
    changed, used = heard, None
    for rule in _matching(heard, knowledge, home_id, context):
        if rule.when == "always":
            after = _replaced(changed, rule)
            if after != changed and not wording(heard, after) and not knowledge.blocked(pair_id(heard, after), context.now):
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


def online(
    text: str,
    knowledge: Knowledge,
    home: Home,
    context: Context,
    meant: Interpretation,
    read: Read,
    nbest: Sequence[str] = (),
) -> Rewrite | None:
    """What was meant, where what was heard could not be read or done: the surest of all candidates if it is sure enough, else None.

    Nothing happens unless something was learned (knowledge version 0 leaves every turn as it is) and the reading is in doubt.
    """
    failed = doubtful(meant)
    if knowledge.version == 0 or stops(text) or not (failed or meant.confidence < SOFT):
        return None
    if knowledge.learned.report.get("feedback_informative") is False:
        return None
    heard = _request(text)
    words = heard.split()
    if not failed and not _strange(words, vocabulary(home, _clean(knowledge, home.id))):
        return None
    if not 2 <= len(words) <= 16 and heard not in knowledge.texts:
        return None
    found = sorted(_candidates(heard, knowledge, home, context, nbest, failed), key=lambda c: -c.score)
    best: Candidate | None = None
    meaning: Interpretation | None = None
    tried: set[str] = {heard}
    for candidate in found:
        if candidate.score < (ACCEPT if failed else ACCEPT_SOFT) or (best is not None and candidate.score < best.score - LEAD):
            break
        if candidate.text in tried or len(tried) > MOST_READ:
            continue
        tried.add(candidate.text)
        reading = read(candidate.text)
        if doubtful(reading) or reading.confidence < (LEAST_CONFIDENCE if failed else SURE):
            continue
        if not failed and same(meant, reading):
            return None
        if candidate.source == "global" and not any(frame.targets for frame in reading.frames):
            continue
        if best is None or meaning is None:
            best, meaning = candidate, reading
        elif not same(meaning, reading):
            return None
    if best is None:
        return None
    return Rewrite(to=best.text, source=best.source, id=best.id)


def _strange(words: Sequence[str], known: Vocabulary) -> bool:
    return any(w not in known.words and not any(c.isdigit() for c in w) for w in words)


def _candidates(heard: str, knowledge: Knowledge, home: Home, context: Context, nbest: Sequence[str], failed: bool) -> list[Candidate]:
    out: list[Candidate] = []
    home_id = home.id
    known = vocabulary(home, _clean(knowledge, home_id))

    def add(to: str, score: float, source: str, rule_id: str) -> None:
        if to != heard and score >= ACCEPT and not wording(heard, to) and not _blocked(knowledge, rule_id, heard, to, context.now):
            out.append(Candidate(to, min(score, 0.999), source, rule_id))

    for rule in _ordered(knowledge.texts.get(heard, ()), context):
        if knowledge.applies(rule, home_id, context.person):
            add(rule.to, 0.93 + 0.02 * min(3, rule.sessions), rule.source, rule.id)
    changed, used, least = heard, None, 1.0
    for rule in _matching(heard, knowledge, home_id, context):
        after = _replaced(changed, rule)
        if after != changed:
            changed, used, least = after, used or rule, min(least, 0.8 + 0.03 * min(5, rule.sessions))
            add(after, least, rule.source, rule.id)
    starts = [heard] if used is None else [heard, changed]
    for start in starts:
        base = 1.0 if start == heard else least
        for said, near in nearest(start, knowledge, home_id):
            trusted = _trusted(start, said.text, known, failed)
            score = base * (0.4 * trusted + 0.6 * near if failed else trusted) if trusted else 0.0
            add(
                said.text,
                score * (0.94 + 0.06 * near) + 0.01 * min(3.0, said.n / 5),
                "personal",
                digest("personal", heard, said.text, home_id),
            )
        for to, score in respelled(start, known):
            add(to, base * score, "global", digest("global", heard, to, home_id))
    for other in nbest:
        to = _request(other)
        add(to, 0.72 + 0.2 * max(0.0, mishearing(heard, to) - 0.5), "global", digest("nbest", heard, to, home_id))
    return out


def _clean(knowledge: Knowledge, home: str | None) -> tuple[str, ...]:
    counts = knowledge.learned.words.get(home or "", {})
    return tuple(word for word, n in counts.items() if n >= 3)


def _trusted(heard: str, to: str, known: Vocabulary, failed: bool) -> float:
    """How far every difference is a mishearing: what was heard there must be no usual word and no name of this home.

    Where nothing could be done with what was heard (`failed`) less likeness is enough: there is little to lose.
    """
    for before, after in changes(heard, to):
        left = [w for w in before.split() if w not in LITTLE]
        right = [w for w in after.split() if w not in SMALL]
        if before in known.names or any(w in known.name_words or w.isdigit() or w in NUMBER_WORDS for w in left):
            return 0.0
        if right and not left and any(w in known.name_words or w.isdigit() or w in NUMBER_WORDS for w in right):
            return 0.0
        if left and not right and any(w in known.words or usual(w) > 0.3 for w in left):
            return 0.0
        least = least_alike(" ".join(left), 0.5, 0.2) if failed else least_alike(" ".join(left), 0.7)
        if left and right and sound_alike(before, after) < least:
            return 0.0
    return mishearing(heard, to)


def respelled(heard: str, known: Vocabulary, least: float = 0.74) -> list[tuple[str, float]]:
    """The request with words that this home does not know read as words and names that it does, by sound: (text, score)."""
    words = heard.split()
    strange = [i for i, w in enumerate(words) if w not in known.words and not any(c.isdigit() for c in w)]
    if not strange or len(strange) > 3 or len(strange) > 0.6 * len(words):
        return []
    partial: list[tuple[list[str], float]] = [([], 1.0)]
    i = 0
    spans: list[tuple[int, int]] = []
    while i < len(words):
        if i in strange:
            spans.append((i, i + 1))
        i += 1
    texts: list[tuple[str, float]] = [(heard, 1.0)]
    del partial
    for start, end in spans:
        options: list[tuple[str, str, float]] = []
        for a, b in ((start, end), (start, end + 1), (start - 1, end)):
            if a < 0 or b > len(words):
                continue
            fragment = " ".join(words[a:b])
            cost = 0.0 if b - a == 1 else 0.03
            options += [
                (fragment, word, like - cost)
                for word, like in known.nearest(fragment, least_alike(fragment, least))
                if word in known.names or word not in SMALL
            ]
        if not options:
            return []
        options.sort(key=lambda o: -o[2])
        texts = [
            (f" {text} ".replace(f" {fragment} ", f" {word} ", 1).strip(), score * like)
            for text, score in texts
            for fragment, word, like in options[:4]
            if f" {fragment} " in f" {text} "
        ]
    return sorted(texts, key=lambda t: -t[1])[:8]
