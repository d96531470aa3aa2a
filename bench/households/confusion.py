"""A recogniser's errors, fitted on SLURP's real pairs of what was said and what was heard. Knows words and sounds; no home."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from pathlib import Path

from hub.learning.sound import changes, plain, sound_alike, sounds


class Confusion:
    """P(heard | said) by fragments; what the pairs do not know is drawn from words that sound alike."""

    def __init__(self, slurp: Path) -> None:
        table: dict[str, Counter[str]] = defaultdict(Counter)
        words: Counter[str] = Counter()
        pairs = n = 0
        with (slurp / "test_asr_hyps.jsonl").open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                said, heard = plain(row["gold"]), plain(row["asr"])
                words.update(heard.split())
                n += 1
                if said == heard:
                    continue
                pairs += 1
                for a, b in changes(said, heard):
                    if a and b and len(a.split()) <= 2 and len(b.split()) <= 3 and sound_alike(a, b) > 0.3:
                        table[a][b] += 1
        self.wrong_share = pairs / max(1, n)
        self.table = {a: list(c.items()) for a, c in table.items()}
        self.words = [w for w, k in words.items() if k >= 2 and len(w) > 2 and w.isalpha()]
        self._by_sound: dict[str, list[str]] = defaultdict(list)
        for word in self.words:
            self._by_sound[sounds(word)[:1]].append(word)
        self._near: dict[str, list[str]] = {}

    def near(self, word: str) -> list[str]:
        """Words that sound like it, likely ones first."""
        if word not in self._near:
            pool = [w for first in (sounds(word)[:1], sounds(word)[1:2]) for w in self._by_sound.get(first, ())]
            scored = sorted(((sound_alike(word, w), w) for w in set(pool) if w != word), reverse=True)[:6]
            self._near[word] = [w for s, w in scored if s >= 0.55]
        return self._near[word]

    def draw(self, word: str, rng: random.Random) -> str:
        """What may be heard for a word."""
        known = self.table.get(word)
        if known and rng.random() < 0.75:
            return rng.choices([b for b, _ in known], [k for _, k in known])[0]
        near = self.near(word)
        if near:
            return rng.choices(near, [1 / (k + 1) for k in range(len(near))])[0]
        return ""


class Ear:
    """One home's recogniser with one person's voice: some words go wrong again and again, in the same way."""

    def __init__(
        self,
        confusion: Confusion,
        rng: random.Random,
        *,
        rate: float,
        sticky: float = 0.7,
        names: tuple[tuple[str, ...], ...] = (),
        valid: float = 0.0,
    ) -> None:
        self.confusion, self.rng, self.rate, self.sticky = confusion, rng, rate, sticky
        self.names, self.valid = names, valid
        """Groups of names that stand in each other's place, and the share of errors that are such a change."""
        self._habit: dict[str, str] = {}
        self._weight: dict[str, float] = {}

    def hear(self, text: str, rate: float | None = None) -> str:
        """What the recogniser makes of a text; right with probability 1 − rate."""
        if self.rng.random() >= (self.rate if rate is None else rate):
            return text
        if self.valid and self.rng.random() < self.valid:
            changed = self._another_name(text)
            if changed is not None:
                return changed
        words = plain(text).split()
        for word in words:
            self._weight.setdefault(word, self.rng.choice((0.1, 0.2, 0.5, 1.0, 4.0)) * (0.3 if len(word) < 3 else 1.0))
        count = 1 if self.rng.random() < 0.75 else 2
        for _ in range(count):
            k = self.rng.choices(range(len(words)), [self._weight.get(w, 0.1) for w in words])[0]
            word = words[k]
            if self.rng.random() < self.sticky:
                heard = self._habit.setdefault(word, self.confusion.draw(word, self.rng))
            else:
                heard = self.confusion.draw(word, self.rng)
            words[k] = heard
        return " ".join(" ".join(words).split())

    def _another_name(self, text: str) -> str | None:
        """One name of the home heard as another one that sounds like it; None where the text has none."""
        for group in self.names:
            name = max((n for n in group if n in text), key=len, default=None)
            if name is None:
                continue
            near = sorted(((sound_alike(name, n), n) for n in group if n != name), reverse=True)[:3]
            if not near or near[0][0] < 0.35:
                continue
            drawn = self.rng.choices([n for _, n in near], [like**3 + 1e-6 for like, _ in near])[0]
            other = self._habit.setdefault(name, drawn) if self.rng.random() < self.sticky else drawn
            return text.replace(name, other, 1)
        return None
