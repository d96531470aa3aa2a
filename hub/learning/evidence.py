"""The journal added up, one session at a time: how each text fared, what people said instead, which words were misheard. Knows no rule.

Linear in turns; memory goes with distinct texts, not with turns. Only the arm that was used is updated (2205.00029): a rewritten turn says
something of its rewrite, never of the text as heard.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field

from hub.learning import rephrase
from hub.learning.markov import Counts, half_life
from hub.learning.signals import Judged, Row
from hub.learning.sound import changes
from hub.learning.vocabulary import phrases

DAY_S = 86400.0
KEPT_DAYS = 40
TRACES = frozenset(("explicit_no", "undone", "state_reversed", "barge_in_stop", "barge_in_rephrase", "correcting"))
SURE = 0.6
"""Least P(rephrase) for a pair to count as evidence."""


@dataclass(slots=True)
class Fared:
    """How one text fared when it was taken as heard."""

    n: int = 0
    ok: float = 0.0
    bad: float = 0.0
    """Expected defects; decayed, as `ok` is."""
    hard: int = 0
    """Times it was not understood or could not be done."""
    corrected: int = 0
    """Times it was later said another way."""
    meanings: Counter[str] = field(default_factory=Counter)
    last_at: float = 0.0
    raw: str = ""


@dataclass(slots=True)
class Pair:
    """A text that failed, and what was said instead with success."""

    weight: float = 0.0
    sessions: int = 0
    traced: int = 0
    """Sessions in which the person also said no, took it back, interrupted, or began with correcting words."""
    days: set[int] = field(default_factory=set)
    persons: set[str | None] = field(default_factory=set)
    homes: set[str | None] = field(default_factory=set)
    p: float = 0.0
    """Best P(rephrase) seen."""
    examples: list[str] = field(default_factory=list)
    last_at: float = 0.0

    def add(self, row: Row, weight: float, p: float, traced: bool) -> None:
        """One more session in which it happened."""
        self.weight += weight * p
        self.sessions += 1
        self.traced += traced
        _keep_day(self.days, row.day)
        self.persons.add(row.person)
        self.homes.add(row.home)
        self.p = max(self.p, p)
        self.last_at = max(self.last_at, row.at)
        if len(self.examples) < 5:
            self.examples.append(row.id)


@dataclass(slots=True)
class Arm:
    """How a rewrite fared when it was used: newest outcomes last."""

    outcomes: list[tuple[float, bool]] = field(default_factory=list)
    """(time, went well). Unknown outcomes are left out."""
    wins: float = 0.0
    losses: float = 0.0
    vetoed_at: float = 0.0
    last_bad_at: float = 0.0
    heard: str = ""
    to: str = ""

    def defects_in_a_row(self, since: float = 0.0) -> int:
        """Defects at the end of its record, no success between."""
        run = 0
        for at, good in reversed(self.outcomes):
            if good or at < since:
                break
            run += 1
        return run


@dataclass(slots=True)
class Fragment:
    """Words heard and words meant, over the requests that differ just there."""

    texts: set[str] = field(default_factory=set)
    sessions: int = 0
    days: set[int] = field(default_factory=set)
    homes: set[str | None] = field(default_factory=set)
    persons: set[str | None] = field(default_factory=set)
    examples: list[str] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """One more session in which it happened."""
        if len(self.texts) < 50:
            self.texts.add(row.text)
        self.sessions += 1
        _keep_day(self.days, row.day)
        self.homes.add(row.home)
        self.persons.add(row.person)
        if len(self.examples) < 5:
            self.examples.append(row.id)

    ok: float = 0.0
    """Successes of other homes' requests with these words, taken as heard."""
    bad: float = 0.0


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
            first = session[min(following)].row
            if first.text != row.text:
                self.chain.edge(row.text, first.text, weight)
        elif turn.defect >= 0.5:
            self.chain.end(row.text, 0.0, weight)
        j = turn.best
        p = rephrase.chain(session, i)
        if j is None or p < SURE:
            return
        said = session[j].row
        self.traced += row.hard
        if said.text == row.text or turn.defect < 0.5 or session[j].success <= 0 or said.rewrite_id is not None:
            return
        if said.meaning == row.meaning and not row.hard:
            return
        self.fared[row.text].corrected += 1
        traced = any(name in TRACES for name in turn.signals) or said.corrects
        self.pairs.setdefault((row.text, said.text), Pair()).add(row, weight, p, traced)
        if row.person is not None and said.person == row.person:
            self.own.setdefault(row.person, {}).setdefault((row.text, said.text), Pair()).add(row, weight, p, traced)
        if len(said.targets) == 1:
            for phrase in phrases(row.text, said.text):
                self.called.setdefault((phrase, said.targets[0]), Fragment()).add(row)
        for before, after in fragments(row.text, said.text):
            self.fragments.setdefault((before, after), Fragment()).add(row)

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
        elif turn.success > 0:
            arm.outcomes.append((row.at, True))
            arm.wins += weight * turn.success
        del arm.outcomes[:-12]

    def trace_rate(self) -> float:
        """The share of failures that leave a trace, from those that the hub itself knows of."""
        return (self.traced + 4.0) / (self.failed + 10.0)


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


def _keep_day(days: set[int], day: int) -> None:
    if len(days) < KEPT_DAYS:
        days.add(day)


def fragments(heard: str, meant: str) -> list[tuple[str, str]]:
    """The misheard words of a pair, bare and with a neighbour on either side; nothing where the two differ too much to be a mishearing."""
    diff = changes(heard, meant)
    if not diff or len(diff) > 2:
        return []
    out: list[tuple[str, str]] = []
    left, right = heard.split(), meant.split()
    for before, after in diff:
        if len(before.split()) > 3 or len(after.split()) > 3:
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
