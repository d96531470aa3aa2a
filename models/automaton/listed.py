"""Random sentences and the words of an automaton, for an engine that wants lists. Knows no house."""

from __future__ import annotations

import random

from models.automaton.lattice import Lattice


def sampled(lattice: Lattice, count: int, rng: random.Random) -> list[str]:
    """So many different sentences, or nearly."""
    found: dict[str, None] = {}
    for _ in range(count * 3):
        if len(found) >= count:
            break
        state, text = lattice.start, ""
        while len(text) < 200:
            options = sorted(state.letters())
            stop = state.final < float("inf")
            if not options or (stop and rng.random() < 0.5):
                break
            letter = rng.choice(options)
            taken = state.step(letter)
            if taken is None:
                break
            state, text = taken[0], text + letter
        if state.final < float("inf"):
            found[text.strip()] = None
    return list(found)


def vocabulary(lattice: Lattice) -> frozenset[str]:
    """Every word, free text aside."""
    words: set[str] = set()
    seen: set[int] = set()
    agenda = [lattice.root, *lattice.subs.values()]
    while agenda:
        node = agenda.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        for text, target, _ in node.texts:
            words.update(text.split())
            agenda.append(target)
        agenda += [*node.spaces, *(n for n, _ in node.skips), *(n for _, n, _ in node.calls)]
    return frozenset(words)
