"""The journal added up, one session at a time: how each text fared, what people said instead, which words were misheard. Knows no rule.

Linear in turns; memory goes with distinct texts, not with turns. Only the arm that was used is updated (2205.00029): a rewritten turn says
something of its rewrite, never of the text as heard.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field

from hub.learning import rephrase
from hub.learning.markov import Counts, half_life
from hub.learning.signals import Judged, Row
from hub.learning.sound import changes
from hub.learning.tally import FELL, Arm, Fared, Fragment, Pair
from hub.learning.vocabulary import phrases

DAY_S = 86400.0
TRACES = frozenset(("explicit_no", "undone", "state_reversed", "barge_in_stop", "barge_in_rephrase", "correcting"))
LONGEST = 3
"""Words on either side of a change at most."""
BY_CHANCE = 0.1
"""Share of requests that something alike follows though they were rightly declined."""
LEAST_PATIENCE = 0.3
SURE = 0.6
"""Least P(rephrase) for a pair to count as evidence."""


@dataclass(slots=True)
class Evidence:
    """Everything that the miners read, for one home (or for all homes pooled)."""

    now: float
    fared: dict[str, Fared] = field(default_factory=dict)
    pairs: dict[tuple[str, str], Pair] = field(default_factory=dict)
    own: dict[str, dict[tuple[str, str], Pair]] = field(default_factory=dict)
    """By speaker: pairs whose both sides that person said."""
    fragments: dict[tuple[str, str], Fragment] = field(default_factory=dict)
    called: dict[tuple[str, str], Fragment] = field(default_factory=dict)
    """(words of a failed request, the one thing that was meant) → where."""
    speakers: set[str] = field(default_factory=set)
    """Everybody who is known to have spoken."""
    guests: bool = False
    """Whether speakers are known here, so that somebody unknown is a guest, who teaches nothing."""
    arms: dict[str, Arm] = field(default_factory=dict)
    chain: Counts = field(default_factory=Counts)
    words: Counter[str] = field(default_factory=Counter)
    misheard: dict[str, Counter[str]] = field(default_factory=dict)
    """Words as heard → words as they were then said with success."""
    turns: int = 0
    sessions: int = 0
    failed: int = 0
    traced: int = 0
    """Hard failures that were said again."""
    says: dict[str, Counter[str]] = field(default_factory=dict)
    """Meaning → texts that succeeded with it."""

    def add(self, session: Sequence[Judged]) -> None:
        """Takes in one judged and linked session."""
        self.sessions += 1
        for i, turn in enumerate(session):
            row = turn.row
            self.turns += 1
            weight = half_life((self.now - row.at) / DAY_S)
            if row.rewrite_id is not None:
                self._arm(session, i)
                continue
            if not row.text or row.decision == "ignore" or (self.guests and row.person is None):
                continue
            if row.person is not None:
                self.speakers.add(row.person)
            fared = self.fared.get(row.text)
            if fared is None:
                fared = self.fared[row.text] = Fared()
            fared.n += 1
            fared.hard += row.hard
            fared.bad += weight * turn.defect
            fared.last_at = max(fared.last_at, row.at)
            fared.raw = row.heard[row.span[0] : row.span[1]]
            self.failed += row.hard
            if turn.success > 0:
                fared.ok += weight * turn.success
                fared.meanings[row.meaning] += 1
                self.chain.end(row.text, weight * turn.success, 0.0)
                if turn.success >= 0.7:
                    self.words.update(set(row.text.split()))
                    self.says.setdefault(row.meaning, Counter())[row.text] += 1
            self._links(session, i, weight)

    def _links(self, session: Sequence[Judged], i: int, weight: float) -> None:
        turn = session[i]
        row = turn.row
        following = [j for j, p in turn.links.items() if p >= SURE]
        if following:
            self.fared[row.text].again += 1
            first = session[min(following)].row
            if first.text != row.text:
                self.chain.edge(row.text, first.text, weight)
        elif turn.defect >= 0.5:
            self.chain.end(row.text, 0.0, weight)
        said = self._pair(session, i, weight)
        if said is None:
            return
        for phrase in phrases(row.text, said.text) if len(said.targets) == 1 else ():
            self.called.setdefault((phrase, said.targets[0]), Fragment()).add(row)
        different = changes(row.text, said.text)
        for before, after in different if len(different) <= 2 else ():
            if before and after and len(before.split()) <= LONGEST and len(after.split()) <= LONGEST:
                self.misheard.setdefault(before, Counter())[after] += 1
        for before, after in fragments(row.text, said.text):
            self.fragments.setdefault((before, after), Fragment()).add(row)

    def _pair(self, session: Sequence[Judged], i: int, weight: float) -> Row | None:
        """Counts what was said instead of a turn that failed, and gives it back."""
        turn, j = session[i], session[i].best
        row = turn.row
        p = rephrase.chain(session, i)
        if j is None or p < SURE:
            return None
        said = session[j].row
        self.traced += row.hard
        if said.text == row.text or turn.defect < 0.5 or session[j].success <= 0 or said.rewrite_id is not None:
            return None
        if said.meaning == row.meaning and not row.hard:
            return None
        if row.rewrite_id is None:
            self.fared[row.text].corrected += 1
        traced = any(name in TRACES for name in turn.signals) or said.corrects
        self.pairs.setdefault((row.text, said.text), Pair()).add(row, weight, p, traced)
        if row.person is not None and said.person == row.person:
            self.own.setdefault(row.person, {}).setdefault((row.text, said.text), Pair()).add(row, weight, p, traced)
        return said

    def _arm(self, session: Sequence[Judged], i: int) -> None:
        turn = session[i]
        row = turn.row
        assert row.rewrite_id is not None
        arm = self.arms.get(row.rewrite_id)
        if arm is None:
            arm = self.arms[row.rewrite_id] = Arm(heard=row.text, to=row.rewrite_to or "")
        weight = half_life((self.now - row.at) / DAY_S)
        if turn.defect >= 0.5:
            arm.outcomes.append((row.at, False))
            arm.losses += weight
            arm.last_bad_at = max(arm.last_bad_at, row.at)
            if i + 1 < len(session) and "i meant what i said" in session[i + 1].row.heard.lower():
                arm.vetoed_at = max(arm.vetoed_at, session[i + 1].row.at)
            if arm.defects_in_a_row() == FELL:
                self._void(row, arm.outcomes[-FELL][0])
            if not self.guests or row.person is not None:
                self.fared.setdefault(row.text, Fared())
                self._pair(session, i, weight)
        elif turn.success > 0:
            arm.outcomes.append((row.at, True))
            arm.wins += weight * turn.success
        del arm.outcomes[:-12]

    def _void(self, row: Row, since: float) -> None:
        """What spoke for a rewrite that has just gone wrong once too often is of a time that is over: only what came `since` counts."""
        heard, to = row.text, f" {row.rewrite_to or ''} "
        for pairs in (self.pairs, *self.own.values()):
            for key in [k for k, pair in pairs.items() if k[0] == heard and pair.last_at < since]:
                del pairs[key]
        self.chain.next.pop(heard, None)
        if heard in self.fared:
            self.fared[heard].corrected = 0
        padded = f" {heard} "
        for change in [k for k in self.fragments if f" {k[0]} " in padded and f" {k[1]} " in to]:
            del self.fragments[change]
        for name in [k for k in self.called if f" {k[0]} " in padded and k[1] in row.targets]:
            del self.called[name]

    def trace_rate(self) -> float:
        """The share of failures that leave a trace, from those that the hub itself knows of."""
        return (self.traced + 4.0) / (self.failed + 10.0)


def cannot(evidence: Evidence) -> dict[str, float]:
    """Requests declined each time, and so seldom said again, that people take no for an answer → log-odds of that, had they been misheard.

    How often what is misheard is said again is taken from the texts that were said again at all, without that once.
    """
    known = [fared for fared in evidence.fared.values() if fared.hard == fared.n and fared.again]
    patience = (sum(f.again - 1 for f in known) + 2.0) / (sum(f.n - 1 for f in known) + 5.0)
    patience = min(0.9, max(LEAST_PATIENCE, patience))
    silent, again = math.log(1.0 - patience), math.log(patience / BY_CHANCE)
    odds = {
        text: silent * (fared.n - fared.again) + again * fared.again
        for text, fared in evidence.fared.items()
        if fared.n >= 2 and fared.hard == fared.n
    }
    return {text: round(found, 2) for text, found in odds.items() if found < 0}


def fared_with(evidence: Evidence, keys: Iterable[tuple[str, str]], but: Container[str] = ()) -> dict[tuple[str, str], tuple[float, float]]:
    """How requests that hold a fragment's words fared as they were heard: fragment → (successes, defects). `but`: texts left out."""
    wanted: dict[str, list[tuple[str, str]]] = {}
    for key in keys:
        wanted.setdefault(key[0].split(" ", 1)[0], []).append(key)
    found: dict[tuple[str, str], tuple[float, float]] = {key: (0.0, 0.0) for several in wanted.values() for key in several}
    for text, fared in evidence.fared.items():
        if text in but:
            continue
        padded = f" {text} "
        for word in set(text.split()):
            for key in wanted.get(word, ()):
                if f" {key[0]} " in padded:
                    ok, bad = found[key]
                    found[key] = ok + fared.ok, bad + fared.bad
    return found


def fragments(heard: str, meant: str) -> list[tuple[str, str]]:
    """The misheard words of a pair, bare and with a neighbour on either side; nothing where the two differ too much to be a mishearing."""
    diff = changes(heard, meant)
    if not diff or len(diff) > 2:
        return []
    out: list[tuple[str, str]] = []
    left, right = heard.split(), meant.split()
    for before, after in diff:
        if len(before.split()) > LONGEST or len(after.split()) > LONGEST:
            continue
        if before and after:
            out.append((before, after))
        for a, b in _widened(left, right, before.split(), after.split()):
            out.append((a, b))
    return out


def _widened(left: list[str], right: list[str], before: list[str], after: list[str]) -> list[tuple[str, str]]:
    out = []
    n, m = len(before), len(after)
    for i in range(len(left) - n + 1):
        if left[i : i + n] != before:
            continue
        for j in range(len(right) - m + 1):
            if right[j : j + m] != after:
                continue
            lead = i > 0 and j > 0 and left[i - 1] == right[j - 1]
            tail = i + n < len(left) and j + m < len(right) and left[i + n] == right[j + m]
            if lead:
                out.append((" ".join(left[i - 1 : i + n]), " ".join(right[j - 1 : j + m])))
            if tail:
                out.append((" ".join(left[i : i + n + 1]), " ".join(right[j : j + m + 1])))
            if not (before and after) and lead and tail:
                out = [(" ".join(left[i - 1 : i + n + 1]), " ".join(right[j - 1 : j + m + 1]))]
            if lead or tail:
                return out
    return out
