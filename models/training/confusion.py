"""How recognisers mangle words: fitted on real (gold, recognised) pairs, applied to tagged words. Knows no intents."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher


def sound(word: str) -> str:
    """A rough phonetic key: consonant classes in order, first vowel kept apart, doubles dropped."""
    w = re.sub(r"[^a-z]", "", word.lower())
    for old, new in (
        ("ph", "f"),
        ("ght", "t"),
        ("kn", "n"),
        ("wr", "r"),
        ("ck", "k"),
        ("sch", "sk"),
        ("ch", "x"),
        ("sh", "x"),
        ("th", "t"),
        ("qu", "kw"),
        ("c", "k"),
        ("q", "k"),
        ("z", "s"),
        ("v", "f"),
        ("d", "t"),
        ("b", "p"),
        ("g", "k"),
        ("j", "x"),
        ("m", "n"),
    ):
        w = w.replace(old, new)
    head = "a" if w[:1] and w[0] in "aeiouyhw" else ""
    w = head + re.sub(r"[aeiouyhw]", "", w)
    return re.sub(r"(.)\1+", r"\1", w)


CLASSIC: dict[str, tuple[str, ...]] = {
    "off": ("of", "of", "of", "up", "often"),
    "on": ("own", "an", "in", "and", "one"),
    "light": ("lied", "like", "lite", "right", "late", "night"),
    "lights": ("lies", "likes", "lice", "rights", "flights", "nights"),
    "lamp": ("lamb", "land", "lamps", "ramp"),
    "turn": ("turned", "ten", "tern", "torn", "to"),
    "set": ("said", "sat", "sit", "that"),
    "dim": ("tim", "them", "deem", "then"),
    "four": ("for", "fore"),
    "to": ("two", "too", "the"),
    "two": ("to", "too"),
    "for": ("four",),
    "fan": ("van", "fen", "fun"),
    "blinds": ("blind", "lines", "blends"),
    "close": ("clothes", "clothe", "cloth"),
    "hall": ("whole", "haul", "all"),
    "alarm": ("alone", "a alarm", "larm", "along"),
    "play": ("lay", "please", "pay", "played"),
    "heat": ("eat", "heed", "he"),
    "lock": ("look", "log", "luck"),
    "unlock": ("on lock", "and lock", "unlocked"),
    "kitchen": ("chicken", "kitschen", "kitten"),
    "bedroom": ("bed room", "bathroom", "better"),
    "mute": ("moot", "new", "mood"),
    "volume": ("volumes", "column", "value"),
    "list": ("lists", "least", "lest"),
    "add": ("at", "ad", "and"),
    "timer": ("time or", "time", "tima", "timor"),
    "open": ("opened", "oven", "hope in"),
    "degrees": ("the grease", "degree"),
    "living": ("leaving", "livin"),
    "oven": ("open", "of in"),
    "remind": ("mind", "remained"),
}
"""Near misses that house words are known for."""


class Confusion:
    """Word substitutions, splits, deletions and insertions with the rates they were seen with."""

    def __init__(self, pairs: Iterable[tuple[str, str]], vocabulary: Iterable[str]) -> None:
        self.swaps: dict[str, Counter[str]] = defaultdict(Counter)
        self.seen: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()
        self.added: Counter[str] = Counter()
        wrong = total = 0
        for gold, heard in pairs:
            a, b = gold.lower().split(), heard.lower().split()
            total += len(a)
            self.seen.update(a)
            for kind, i1, i2, j1, j2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
                if kind == "equal":
                    continue
                wrong += max(i2 - i1, j2 - j1)
                if kind == "replace" and i2 - i1 == 1 and j2 - j1 <= 2:
                    self.swaps[a[i1]][" ".join(b[j1:j2])] += 1
                elif kind == "replace" and i2 - i1 == j2 - j1:
                    for x, y in zip(a[i1:i2], b[j1:j2], strict=True):
                        self.swaps[x][y] += 1
                elif kind == "delete" and i2 - i1 == 1:
                    self.dropped[a[i1]] += 1
                elif kind == "insert" and j2 - j1 == 1:
                    self.added[b[j1]] += 1
        self.rate = wrong / max(1, total)
        self.by_sound: dict[str, list[str]] = defaultdict(list)
        for word in sorted(set(vocabulary)):
            if word.isalpha():
                self.by_sound[sound(word)].append(word)
        self.drops = [w for w, c in self.dropped.items() for _ in range(c)]
        self.adds = [w for w, c in self.added.items() for _ in range(c)]

    def _swap(self, r: random.Random, word: str) -> str:
        known = self.swaps.get(word)
        if known and r.random() < 0.7:
            return r.choices(list(known), list(known.values()))[0]
        near = [w for w in self.by_sound.get(sound(word), ()) if w != word]
        if near:
            return r.choice(near)
        if known:
            return r.choices(list(known), list(known.values()))[0]
        if len(word) > 4 and r.random() < 0.5:
            cut = r.randint(2, len(word) - 2)
            near = [w for w in self.by_sound.get(sound(word[:cut]), ()) if len(w) > 1]
            if near:
                return r.choice(near)
        if len(word) > 3:
            i = r.randrange(1, len(word))
            return word[:i] + r.choice(("", "e", "a", "s", "t", "n")) + word[i + 1 :]
        return word

    def mangle(self, r: random.Random, words: Sequence[str], tags: Sequence[str], strength: float = 1.0) -> tuple[list[str], list[str]]:
        """The words as a recogniser might have heard them; every word keeps the tag of what it stands for."""
        out_w: list[str] = []
        out_t: list[str] = []
        words = [r.choice(CLASSIC[w]) if w in CLASSIC and r.random() < 0.12 else w for w in words]
        rate = min(0.45, self.rate * strength * r.choice((0.5, 1.0, 1.0, 2.0)))
        for i, word in enumerate(words):
            t = tags[i] if tags else ""
            k = r.random()
            often = 1.0 + (sum(self.swaps[word].values()) / self.seen[word] if self.seen[word] >= 5 and word in self.swaps else 0.3)
            if k < rate * often * 0.72:
                for j, part in enumerate(self._swap(r, word).split()):
                    out_w.append(part)
                    out_t.append(t if j == 0 else t.replace("B-", "I-"))
            elif k < rate * 0.85 and (word in self.dropped or r.random() < 0.25) and len(words) > 2:
                continue
            else:
                out_w.append(word)
                out_t.append(t)
            if r.random() < rate * 0.10 and self.adds:
                out_w.append(r.choice(self.adds))
                nxt = tags[i + 1] if tags and i + 1 < len(tags) else "O"
                out_t.append(nxt if nxt.startswith("I-") else "O" if tags else "")
        if not out_w:
            return list(words), list(tags)
        fixed: list[str] = []
        for i, t in enumerate(out_t):
            if t.startswith("I-") and (i == 0 or fixed[-1][2:] != t[2:]):
                t = "B-" + t[2:]
            fixed.append(t)
        return out_w, fixed if tags else []
