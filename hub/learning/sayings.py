"""What people here say for something else: taught phrases, and learned rules between unlike words. Knows knowledge; no reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hub.knowledge import Knowledge, Rule
from hub.learning.gate import LIMITS, likeness

_kept: dict[int, tuple[Mapping[str, tuple[Rule, ...]], tuple[Rule, ...]]] = {}


def _unlike(texts: Mapping[str, tuple[Rule, ...]]) -> tuple[Rule, ...]:
    """The rules that are sayings. Kept for the last few versions: a version's mapping is one object all along."""
    known = _kept.get(id(texts))
    if known is None or known[0] is not texts:
        while len(_kept) >= 4:
            del _kept[next(iter(_kept))]
        found = tuple(r for rules in texts.values() for r in rules if likeness(r.heard, r.to) < LIMITS.likeness)
        known = _kept[id(texts)] = (texts, found)
    return known[1]


def sayings(knowledge: Knowledge, home: str | None, person: str | None) -> Iterator[tuple[str, str, str, str]]:
    """(saying, what is meant by it, source, id), of this home and speaker; the speaker's own before everybody's."""
    for taught in knowledge.phrases.values():
        for item in taught:
            if item.kind == "phrase" and "{" not in item.key and knowledge.applies(item, home, person):
                yield item.key, item.value, "taught", item.id
    for rule in sorted(_unlike(knowledge.texts), key=lambda r: (r.person != person, -r.p)):
        if knowledge.applies(rule, home, person):
            yield rule.heard, rule.to, rule.source, rule.id
