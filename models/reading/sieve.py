"""Which written sentences a text can be at all, found before any matching. Knows template trees; decides nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

from hassil.expression import Alternative, Expression, Group, ListReference, RuleReference, Sentence
from hassil.intents import Intent, IntentData, Intents
from hassil.util import normalize_for_matching, remove_skip_words

_OF_THE_HOUSE = frozenset({"name", "area", "floor"})
_APART = re.compile(r"[^\w]+|_+")


def plain_words(text: str) -> str:
    """Words without signs between them, for a test whether one text can hold another."""
    return _APART.sub(" ", text.casefold()).strip()


def needed(item: Expression, rules: Mapping[str, Sentence]) -> frozenset[str]:
    """The lists among name, area and floor without which the template matches nothing."""
    if isinstance(item, ListReference):
        return frozenset({item.list_name}) & _OF_THE_HOUSE
    if isinstance(item, RuleReference):
        rule = rules.get(item.rule_name)
        return needed(rule.expression, rules) if rule is not None else frozenset()
    if isinstance(item, Alternative):
        if item.is_optional or not item.items:
            return frozenset()
        return frozenset.intersection(*(needed(i, rules) for i in item.items))
    if isinstance(item, Group):
        return frozenset().union(*(needed(i, rules) for i in item.items))
    return frozenset()


@dataclass(frozen=True, slots=True)
class _Written:
    """One sentence and what a text must hold to fit it."""

    block: int
    order: int
    sentence: Any
    clauses: tuple[int, ...]
    """Each one of some fragments; numbered, as many sentences share them."""
    lists: frozenset[str]


class Sieve:
    """hassil's own required fragments and the lists of the house, worked out once and not for every text."""

    def __init__(self, intents: Intents) -> None:
        self.intents = intents
        self.blocks: list[tuple[str, IntentData]] = []
        self.clauses: list[tuple[str, ...]] = []
        numbers: dict[frozenset[str], int] = {}
        written: list[_Written] = []
        for intent in intents.intents.values():
            for data in intent.data:
                rules = {**intents.expansion_rules, **data.expansion_rules}
                own = set(data.slot_lists)
                for order, sentence in enumerate(data.sentences):
                    found: list[int] = []
                    for clause in sentence.get_required_clauses(rules):
                        if clause not in numbers:
                            numbers[clause] = len(self.clauses)
                            self.clauses.append(tuple(clause))
                        found.append(numbers[clause])
                    lists = needed(sentence.expression, rules) - own
                    written.append(_Written(len(self.blocks), order, sentence, tuple(found), lists))
                self.blocks.append((intent.name, data))
        shared = [0] * len(self.clauses)
        for one in written:
            for number in one.clauses:
                shared[number] += 1
        self.by_clause: dict[int, list[_Written]] = {}
        for one in written:
            rarest = min(one.clauses, key=shared.__getitem__, default=-1)
            self.by_clause.setdefault(rarest, []).append(one)

    def passing(self, text: str, house: Mapping[str, tuple[str, ...]]) -> Intents:
        """The same language with only the sentences that `text` may fit; `house` holds what name, area and floor may be called."""
        tracked = normalize_for_matching(text).text
        bare = remove_skip_words(tracked, self.intents.skip_words, False)
        hay = f"{tracked.casefold()}\n{bare.casefold()}"
        words = f"{plain_words(tracked)}\n{plain_words(bare)}"
        there = [any(fragment in hay for fragment in clause) for clause in self.clauses]
        absent = frozenset(slot for slot in _OF_THE_HOUSE if not any(value in words for value in house.get(slot, ())))
        kept: dict[int, list[_Written]] = {}
        for number, sentences in self.by_clause.items():
            if number >= 0 and not there[number]:
                continue
            for one in sentences:
                if not (one.lists & absent) and all(there[c] for c in one.clauses):
                    kept.setdefault(one.block, []).append(one)
        intents: dict[str, Intent] = {}
        for block in sorted(kept):
            name, data = self.blocks[block]
            fewer = copy(data)
            fewer.__dict__["sentences"] = [w.sentence for w in sorted(kept[block], key=lambda w: w.order)]
            intents.setdefault(name, Intent(name)).data.append(fewer)
        return replace(self.intents, intents=intents)
