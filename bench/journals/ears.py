"""Knows how real recognisers mishear: word confusions counted on SLURP's recordings, like-sounding words for names. Nothing of homes."""

from __future__ import annotations

import json
import random
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """A rough key of how a word sounds, so that like-sounding words lie near one another."""
    w = re.sub(r"[^a-z]", "", word.lower())
    for a, b in (
        ("ph", "f"),
        ("ght", "t"),
        ("kn", "n"),
        ("wr", "r"),
        ("ck", "k"),
        ("qu", "kw"),
        ("x", "ks"),
        ("tion", "shn"),
        ("sc", "s"),
        ("ce", "se"),
        ("ci", "si"),
        ("c", "k"),
        ("z", "s"),
        ("th", "0"),
        ("sh", "1"),
        ("ch", "1"),
        ("v", "f"),
        ("b", "p"),
        ("d", "t"),
        ("g", "k"),
        ("ee", "i"),
        ("ea", "i"),
        ("ai", "e"),
        ("ay", "e"),
        ("oo", "u"),
        ("ou", "u"),
        ("ow", "u"),
        ("y", "i"),
        ("w", "u"),
    ):
        w = w.replace(a, b)
    w = re.sub(r"(.)\1+", r"\1", w)
    return re.sub(r"e$", "", w) or w


def norm(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9' ]", " ", text.lower().replace(" 's", "'s")).split())


@dataclass(frozen=True)
class Ears:
    """One trained confusion model."""

    table: dict[str, list[tuple[str, int]]]
    words: tuple[str, ...]
    real: dict[str, list[str]]
    """What real recognisers made of a sentence that SLURP has as it stands."""

    @classmethod
    def fitted(cls, path: Path, half: int) -> Ears:
        """On one half of the sentences (by sentence), so that journals and probes can hear with different halves."""
        table: defaultdict[str, Counter[str]] = defaultdict(Counter)
        real: defaultdict[str, list[str]] = defaultdict(list)
        vocabulary: Counter[str] = Counter()
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            gold, heard = norm(row["gold"]), norm(row["asr"])
            vocabulary.update(gold.split())
            real[gold].append(heard)
            if hash_of(gold) % 2 != half or not heard:
                continue
            a, b = gold.split(), heard.split()
            for op, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
                if op == "equal":
                    for w in a[i:j]:
                        table[w][w] += 1
                elif op == "delete":
                    for w in a[i:j]:
                        table[w][""] += 1
                elif op == "replace" and j - i <= 2 and m - k <= 3:
                    if j - i == 1:
                        table[a[i]][" ".join(b[k:m])] += 1
                    elif m - k == 2:
                        table[a[i]][b[k]] += 1
                        table[a[i + 1]][b[k + 1]] += 1
        words = tuple(w for w, n in vocabulary.items() if n >= 2 and len(w) > 2 and w.isalpha())
        return cls({w: list(c.items()) for w, c in table.items()}, words, dict(real))

    def alike(self, word: str, n: int) -> list[str]:
        """The real words that sound most like this one, itself left out."""
        return [w for w in _nearest(self.words, word, n + 1) if w != word][:n]


@lru_cache(maxsize=4096)
def _nearest(words: tuple[str, ...], word: str, n: int) -> tuple[str, ...]:
    key = sound(word)
    return tuple(sorted(words, key=lambda w: -SequenceMatcher(None, key, sound(w), autojunk=False).ratio())[:n])


def hash_of(text: str) -> int:
    return sum((i + 1) * ord(c) for i, c in enumerate(text))


@dataclass
class Room:
    """How one home is heard: some words of its names come out wrong again and again, the others now and then."""

    ears: Ears
    names: dict[str, list[tuple[str, float]]]
    loud: float
    """Scales the chance that any word goes wrong; 0 is a perfect recogniser."""

    @classmethod
    def of(cls, ears: Ears, names: list[str], r: random.Random, loud: float) -> Room:
        hard: dict[str, list[tuple[str, float]]] = {}
        words = sorted({w for n in names for w in norm(n).split() if len(w) > 2})
        for w in words:
            near = ears.alike(w, 4)
            weight = r.choice([0.0, 0.02, 0.06, 0.15, 0.3])
            shares = [0.55, 0.25, 0.12, 0.08]
            r.shuffle(near)
            hard[w] = [(v, weight * s) for v, s in zip(near, shares, strict=True)]
        return cls(ears, hard, loud)

    def hear(self, said: str, r: random.Random, care: float = 1.0) -> str:
        """One pass through the recogniser; care below 1 is somebody who speaks up after a failure."""
        said = norm(said)
        if self.loud == 0:
            return said
        rows = self.ears.real.get(said)
        if rows and r.random() < 0.7 * min(1.0, self.loud):
            return r.choice(rows) or said
        out: list[str] = []
        for w in said.split():
            out.append(self._word(w, r, care))
        return " ".join(" ".join(out).split()) or said

    def _word(self, w: str, r: random.Random, care: float) -> str:
        for wrong, p in self.names.get(w, ()):
            if r.random() < p * self.loud * care:
                return wrong
        row = self.ears.table.get(w)
        if not row:
            return self.ears.alike(w, 1)[0] if r.random() < 0.02 * self.loud * care else w
        total = sum(n for _, n in row)
        wrongs = [(v, n) for v, n in row if v != w]
        if not wrongs or r.random() >= 0.35 * self.loud * care * sum(n for _, n in wrongs) / (total + 5):
            return w
        return r.choices([v for v, _ in wrongs], [n for _, n in wrongs])[0]
