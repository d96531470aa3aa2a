"""A weighted automaton over letters with shared sub-automata, made deterministic only where somebody walks. Knows no audio and no house.

Sub-automata (a slot list, a rule) are called, never copied: a position is a node and an interned set of places to return to (a
graph-structured stack, after Tomita, "An efficient augmented-context-free parsing algorithm", 1987). Determinisation is the lazy
weighted subset construction (Mohri, "Finite-state transducers in language and speech processing", 1997): a state is a set of
positions with costs relative to the cheapest, and a step tells by how much the cheapest became dearer. Costs are nats. The
automaton must not call itself and must hold no loops but free text.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.hearing.pieces import Pieces, Twig

WILD = ""
"""The text of a position inside free text (a real arc's text is never empty)."""


FAR = 13.0
"""Positions so many nats dearer than the cheapest of their state are dropped."""


class Node:
    """A place in the automaton. Arcs carry a text, a space (spaces in a row are one), a call, or nothing."""

    __slots__ = ("calls", "end", "skips", "spaces", "texts", "wild")

    def __init__(self) -> None:
        self.texts: list[tuple[str, Node, float]] = []
        self.spaces: list[Node] = []
        self.skips: list[tuple[Node, float]] = []
        self.calls: list[tuple[str, Node, float]] = []
        self.wild: tuple[Node, float] | None = None
        """Free text of one or more words, each at this cost, then that node."""
        self.end = False


class Return:
    """Where a called sub-automaton goes on when it ends: several callers share one call."""

    __slots__ = ("entries",)

    def __init__(self, entries: tuple[tuple[Node, Return | None, float], ...]) -> None:
        self.entries = entries


Item = tuple[str, int, Node, "Return | None", float]
Seeds = dict[tuple[Node, "Return | None"], float]


class Fan:
    """What can follow a set of nodes: arcs by their first letter, free text, and the cost of ending here."""

    __slots__ = ("final", "groups", "wilds")

    def __init__(self) -> None:
        self.groups: dict[str, list[Item]] = {}
        self.wilds: list[Item] = []
        self.final = math.inf


class Choices:
    """The pieces that may follow a state: ids, their costs in nats, and whether each leads into nothing but free text."""

    __slots__ = ("costs", "ids", "wild")

    def __init__(self, ids: NDArray[np.int32], costs: NDArray[np.float32], wild: NDArray[np.bool_]) -> None:
        self.ids, self.costs, self.wild = ids, costs, wild


class State:
    """A deterministic state, expanded when looked at. Compare by identity."""

    __slots__ = ("_choices", "_fan", "_kids", "gap", "items", "lattice", "seeds")

    def __init__(self, lattice: Lattice, items: tuple[Item, ...], seeds: Seeds, gap: bool) -> None:
        self.lattice, self.items, self.seeds, self.gap = lattice, items, seeds, gap
        self._fan: Fan | None = None
        self._kids: dict[str, tuple[State, float] | None] = {}
        self._choices: Choices | None = None

    @property
    def fan(self) -> Fan:
        if self._fan is None:
            self._fan = self.lattice.fan(self.seeds, self.gap)
        return self._fan

    @property
    def wild(self) -> bool:
        """Whether any word may follow or go on here."""
        return any(item[0] == WILD for item in self.items) or bool(self.seeds and self.fan.wilds)

    @property
    def wild_only(self) -> bool:
        """Whether what was said last can only be free text."""
        return not self.seeds and all(item[0] == WILD for item in self.items)

    @property
    def final(self) -> float:
        """The cost of ending here, infinite if the sentence is not complete."""
        best = self.lattice.ending(self.seeds) if self.seeds else math.inf
        for text, phase, node, back, cost in self.items:
            if text == WILD and phase == 1:
                assert node.wild is not None
                best = min(best, cost + self.lattice.ending({(node.wild[0], back): 0.0}))
        return best

    @property
    def can_end(self) -> bool:
        """Whether the sentence may end here otherwise than in free text."""
        return bool(self.seeds) and self.lattice.ending(self.seeds) < math.inf

    @property
    def can_go_on(self) -> bool:
        """Whether another word may follow."""
        return self.step(" ") is not None or (self.gap and (bool(self.fan.groups) or bool(self.fan.wilds)))

    def letters(self) -> set[str]:
        """Letters that may follow otherwise than as free text."""
        found = {item[0][item[1]] for item in self.items if item[0] != WILD}
        if self.seeds:
            found.update(self.fan.groups)
        return found

    def step(self, letter: str) -> tuple[State, float] | None:
        """The state after one more letter (or space) and what that costs; None if nothing goes on so."""
        if letter not in self._kids:
            self._kids[letter] = self._step(letter)
        return self._kids[letter]

    def walk(self, text: str) -> tuple[State, float] | None:
        state, cost = self, 0.0
        for letter in text:
            taken = state.step(letter)
            if taken is None:
                return None
            state, cost = taken[0], cost + taken[1]
        return state, cost

    def _step(self, letter: str) -> tuple[State, float] | None:
        items: dict[tuple[str, int, Node, Return | None], float] = {}
        seeds: Seeds = {}
        wordlike = letter.isalnum() or letter == "'"
        moved: Iterable[Item] = self.items
        if self.seeds:
            moved = [*self.items, *self.fan.groups.get(letter, ()), *self.fan.wilds]
        for text, offset, target, back, cost in moved:
            if text == WILD:
                assert target.wild is not None
                if wordlike:
                    key = (WILD, 1, target, back)
                    cost += 0.0 if offset == 1 else target.wild[1]
                    items[key] = min(cost, items.get(key, math.inf))
                elif letter == " " and offset == 1:
                    key = (WILD, 0, target, back)
                    items[key] = min(cost, items.get(key, math.inf))
                    out = (target.wild[0], back)
                    seeds[out] = min(cost, seeds.get(out, math.inf))
            elif text[offset] == letter:
                if offset + 1 < len(text):
                    key = (text, offset + 1, target, back)
                    items[key] = min(cost, items.get(key, math.inf))
                else:
                    seeds[(target, back)] = min(cost, seeds.get((target, back), math.inf))
        if not items and not seeds:
            return None
        return self.lattice.state(items, seeds, letter == " ")

    def choices(self, pieces: Pieces) -> Choices:
        """The pieces that may follow otherwise than as free text, found once by walking the piece tree and this automaton together."""
        if self._choices is None:
            ids: list[int] = []
            costs: list[float] = []
            wild: list[bool] = []
            agenda: list[tuple[Twig, State, float]] = [(pieces.root, self, 0.0)]
            passed: list[State] = []
            while agenda:
                twig, state, cost = agenda.pop()
                passed.append(state)
                for letter in state.letters():
                    branch = twig.next.get(letter)
                    if branch is None:
                        continue
                    taken = state.step(letter)
                    if taken is None:
                        continue
                    for index in branch.ids:
                        ids.append(index)
                        costs.append(cost + taken[1])
                        wild.append(taken[0].wild_only)
                    if branch.next:
                        agenda.append((branch, taken[0], cost + taken[1]))
            self._choices = Choices(np.array(ids, np.int32), np.array(costs, np.float32), np.array(wild, np.bool_))
            for state in passed:  # nobody comes this way letter by letter again: most of what was made here is not needed
                state._kids.clear()
        return self._choices


class Lattice:
    """An automaton as somebody walks it: the sub-automata by name, and all that was made deterministic so far."""

    def __init__(self, root: Node, subs: Mapping[str, Node]) -> None:
        self.root = root
        self.subs = subs
        self._ranks: dict[str, int] = {}
        self._fans: dict[Any, Fan] = {}
        self._endings: dict[Any, float] = {}
        self._returns: dict[Any, Return] = {}
        self._states: dict[Any, State] = {}
        self._lead = Node()
        self._lead.spaces.append(root)
        self.start: State = State(self, (), {(self._lead, None): 0.0}, False)
        """Before the first word; a sentence is walked with a space before each word."""

    @property
    def expanded(self) -> int:
        """How many sets of nodes were opened since the last `forget`: what memory grows with."""
        return len(self._fans)

    def forget(self) -> None:
        """Gives back the memory of everything that was worked out; states that somebody still holds stay good until dropped."""
        self._fans, self._endings, self._returns, self._states = {}, {}, {}, {}
        self.start = State(self, (), {(self._lead, None): 0.0}, False)

    def state(self, items: Mapping[tuple[str, int, Node, Return | None], float], seeds: Seeds, gap: bool) -> tuple[State, float]:
        """The state for these positions, costs made relative to the cheapest, and that cheapest cost."""
        low = min(min(items.values(), default=math.inf), min(seeds.values(), default=math.inf))
        most = low + FAR
        if low or any(cost > most for cost in seeds.values()):
            seeds = {key: cost - low for key, cost in seeds.items() if cost <= most}
        listed = tuple((text, offset, node, back, cost - low) for (text, offset, node, back), cost in items.items() if cost <= most)
        if listed:
            return State(self, listed, seeds, gap), low
        key = (gap, frozenset(seeds.items()))
        known = self._states.get(key)
        if known is None:
            known = self._states[key] = State(self, (), seeds, gap)
        return known, low

    def rank(self, name: str) -> int:
        """How deep a sub-automaton calls others: 0 if it calls none."""
        if name not in self._ranks:
            self._ranks[name] = 0
            start = self.subs.get(name)
            called = called_by(start) if start is not None else set()
            self._ranks[name] = 1 + max((self.rank(other) for other in called), default=-1)
        return self._ranks[name]

    def fan(self, seeds: Seeds, gap: bool) -> Fan:
        key = (gap, frozenset(seeds.items()))
        known = self._fans.get(key)
        if known is None:
            known = self._fans[key] = self._open(seeds, gap, Fan())
        return known

    def ending(self, seeds: Seeds) -> float:
        """The cost of ending at these nodes, spaces aside."""
        key = frozenset(seeds.items())
        known = self._endings.get(key)
        if known is None:
            known = self._endings[key] = self._open(seeds, True, Fan(), False).final
        return known

    def _open(self, seeds: Seeds, gap: bool, fan: Fan, keep: bool = True) -> Fan:
        seen: Seeds = {}
        agenda = [(node, back, cost) for (node, back), cost in seeds.items()]
        pending: dict[str, Seeds] = {}
        while agenda or pending:
            if not agenda:
                name = max(pending, key=self.rank)
                callers = pending.pop(name)
                start = self.subs.get(name)
                if start is None:
                    continue
                low = min(callers.values())
                agenda.append((start, self._return(callers, low), low))
            node, back, cost = agenda.pop()
            if seen.get((node, back), math.inf) <= cost:
                continue
            seen[(node, back)] = cost
            for text, target, dear in node.texts if keep else ():
                fan.groups.setdefault(text[0], []).append((text, 0, target, back, cost + dear))
            for target in node.spaces:
                if gap:
                    agenda.append((target, back, cost))
                else:
                    fan.groups.setdefault(" ", []).append((" ", 0, target, back, cost))
            agenda.extend((target, back, cost + dear) for target, dear in node.skips)
            for name, after, dear in node.calls:
                callers = pending.setdefault(name, {})
                callers[(after, back)] = min(cost + dear, callers.get((after, back), math.inf))
            if keep and node.wild is not None:
                fan.wilds.append((WILD, 0, node, back, cost))
            if node.end:
                if back is None:
                    fan.final = min(fan.final, cost)
                else:
                    agenda.extend((after, outer, cost + dear) for after, outer, dear in back.entries)
        return fan

    def _return(self, callers: Seeds, low: float) -> Return:
        key = frozenset((node, back, cost - low) for (node, back), cost in callers.items())
        known = self._returns.get(key)
        if known is None:
            known = self._returns[key] = Return(tuple(key))
        return known


def called_by(start: Node) -> set[str]:
    """The names of the sub-automata that are called from this one, itself not looked into."""
    found: set[str] = set()
    seen: set[int] = set()
    agenda = [start]
    while agenda:
        node = agenda.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        found.update(name for name, _, _ in node.calls)
        agenda.extend(target for _, target, _ in node.texts)
        agenda.extend(node.spaces)
        agenda.extend(target for target, _ in node.skips)
        agenda.extend(after for _, after, _ in node.calls)
        if node.wild is not None:
            agenda.append(node.wild[0])
    return found
