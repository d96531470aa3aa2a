"""How one home is heard: a text and what comes of it, by ways that differ from home to home. Knows words and sounds; no things."""

from __future__ import annotations

import random
from collections.abc import Sequence

from bench.households.confusion import Confusion
from bench.manyways.ways import Ways
from hub.learning.sound import plain


def pick(r: random.Random, shares: dict[str, float] | object) -> str:
    names = dict(shares)  # type: ignore[call-overload]
    return str(r.choices(list(names), list(names.values()))[0])


class Hearing:
    """One home's recogniser; some words go wrong again and again, in the same way."""

    def __init__(self, confusion: Confusion, ways: Ways, names: Sequence[str], words: Sequence[str], r: random.Random) -> None:
        self.confusion, self.ways, self.names, self.words, self.r = confusion, ways, [n.lower() for n in names], words, r
        self._habit: dict[str, str] = {}
        self._weight: dict[str, float] = {}

    def hear(self, said: str, care: float = 1.0) -> str:
        """What is heard; the text itself where nothing goes wrong."""
        said = plain(said)
        if not said or self.r.random() >= self.ways.misheard * care:
            return said
        for _ in range(4):
            heard = " ".join(self._wrong(said, pick(self.r, self.ways.hearing)).split())
            if heard != said:
                return heard
        return said

    def _wrong(self, said: str, how: str) -> str:
        r, words = self.r, said.split()
        if how == "cut_start":
            return " ".join(words[r.randint(1, max(1, len(words) // 2)) :])
        if how == "cut_end":
            return " ".join(words[: -r.randint(1, max(1, len(words) // 2))])
        if how == "extra":
            return " ".join(r.choice([[r.choice(self.words), *words], [*words, r.choice(self.words), r.choice(self.words)]]))
        if how == "other_name":
            name = max((n for n in self.names if n in said), key=len, default=None)
            if name is not None and len(self.names) > 1:
                return said.replace(name, self._habit.setdefault(name, r.choice([n for n in self.names if n != name])), 1)
            how = "near"
        for _ in range({"garbled": r.randint(2, 5)}.get(how, r.choice([1, 1, 1, 2]))):
            for w in words:
                self._weight.setdefault(w, r.choice((0.1, 0.3, 1.0, 4.0)) * (0.4 if len(w) < 3 else 1.0))
            if not words:
                break
            k = r.choices(range(len(words)), [self._weight.get(w, 0.1) + 0.01 for w in words])[0]
            words[k] = "" if how == "drop" else self._word(words[k], how)
            words = " ".join(words).split()
        return " ".join(words)

    def _word(self, word: str, how: str) -> str:
        if how != "garbled" and self.r.random() < self.ways.sticky and word in self._habit:
            return self._habit[word]
        near = self.confusion.near(word)
        found = self.r.choice(near) if how == "near" and near else self.confusion.draw(word, self.r)
        self._habit.setdefault(word, found)
        return found
