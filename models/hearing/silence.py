"""What the Moonshine network says to silence: its own language model, remembered piece by piece. Knows no sound and no house.

The sentences of a house begin alike, so most of what a search asks was asked before (a tree of prefixes, each with its keys and values).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.hearing.moonshine import Cache, Floats, Heard, Network

RATE = 16000
MOST = 2000
"""Prefixes remembered: some 14 kB each."""


@dataclass(slots=True)
class _Known:
    """One prefix: the keys and values of its last piece, and what is known of the next one."""

    values: list[Floats]
    pieces: NDArray[np.int32]
    logs: Floats


class Silence:
    """A second of silence, encoded, asked what follows a prefix."""

    def __init__(self, network: Network) -> None:
        self._heard: Heard = network.hear(np.zeros(RATE, np.float32))
        self._known: dict[tuple[int, ...], _Known] = {}

    def forget(self) -> None:
        """Gives back the memory if it has grown; not while a search is going on."""
        if len(self._known) > MOST:
            self._known = {}

    def follow(self, sequences: Sequence[Sequence[int]]) -> list[Floats]:
        """Log-probability of each piece of whole sequences and of their ends: one array a sequence, one longer than it."""
        return self._heard.follow(sequences)

    def after(self, prefixes: Sequence[tuple[int, ...]], pieces: Sequence[NDArray[np.int32]]) -> list[Floats]:
        """Log-probabilities of these pieces, a list of them for each prefix; all prefixes have the same length. A prefix may come twice,
        with other pieces: as the house's own words and as free text."""
        found: dict[int, Floats] = {}
        for index, (prefix, asked) in enumerate(zip(prefixes, pieces, strict=True)):
            known = self._known.get(prefix)
            if known is not None and np.array_equal(known.pieces, asked):
                found[index] = known.logs
        missing = [index for index in range(len(prefixes)) if index not in found]
        if missing:
            found |= zip(missing, self._learn([prefixes[i] for i in missing], [pieces[i] for i in missing]), strict=True)
        return [found[index] for index in range(len(prefixes))]

    def _learn(self, prefixes: Sequence[tuple[int, ...]], pieces: Sequence[NDArray[np.int32]]) -> list[Floats]:
        first, begun = self._heard.begin()
        if not prefixes[0]:
            self._known[()] = _Known([], pieces[0], first[0, pieces[0]])
            return [first[0, asked] for asked in pieces]
        paths = [[self._known[prefix[:length]].values for length in range(1, len(prefix))] for prefix in prefixes]
        before = [
            np.concatenate([np.concatenate([start, *(values[layer] for values in path)], axis=2) for path in paths])
            for layer, start in enumerate(begun.values)
        ]
        logs, grown = self._heard.step([prefix[-1] for prefix in prefixes], Cache(before))
        for row, (prefix, asked) in enumerate(zip(prefixes, pieces, strict=True)):
            values = [value[row : row + 1, :, -1:].copy() for value in grown.values]
            self._known[prefix] = _Known(values, asked, logs[row, asked])
        return [logs[row, asked] for row, asked in enumerate(pieces)]
