"""Words that this home does not know, read as words and names that it does; and how far a change can be a mishearing. Knows the home's
vocabulary and sound; no journal and no reading."""

from __future__ import annotations

from hub.learning.sound import LITTLE, NUMBER_WORDS, SMALL, changes, mishearing, sound_alike
from hub.learning.vocabulary import Vocabulary, least_alike, usual


def trusted(heard: str, to: str, known: Vocabulary, failed: bool) -> float:
    """How far every difference is a mishearing: what was heard there must be no usual word and no name of this home.

    Where nothing could be done with what was heard (`failed`) less likeness is enough: there is little to lose.
    """
    for before, after in changes(heard, to):
        left = [w for w in before.split() if w not in LITTLE]
        right = [w for w in after.split() if w not in SMALL]
        if before in known.names or any(w in known.name_words or w.isdigit() or w in NUMBER_WORDS for w in left):
            return 0.0
        if right and not left and any(w in known.name_words or w.isdigit() or w in NUMBER_WORDS for w in right):
            return 0.0
        if left and not right and any(w in known.words or usual(w) > 0.3 for w in left):
            return 0.0
        least = least_alike(" ".join(left), 0.5, 0.2) if failed else least_alike(" ".join(left), 0.7)
        if left and right and sound_alike(before, after) < least:
            return 0.0
    return mishearing(heard, to)


def respelled(heard: str, known: Vocabulary, least: float = 0.74) -> list[tuple[str, float]]:
    """The request with words that this home does not know read as words and names that it does, by sound: (text, score)."""
    words = heard.split()
    strange = [i for i, w in enumerate(words) if w not in known.words and not any(c.isdigit() for c in w)]
    if not strange or len(strange) > 3 or len(strange) > 0.6 * len(words):
        return []
    texts: list[tuple[str, float]] = [(heard, 1.0)]
    for start in strange:
        end = start + 1
        options: list[tuple[str, str, float]] = []
        for a, b in ((start, end), (start, end + 1), (start - 1, end)):
            if a < 0 or b > len(words):
                continue
            fragment = " ".join(words[a:b])
            cost = 0.0 if b - a == 1 else 0.03
            options += [
                (fragment, word, like - cost)
                for word, like in known.nearest(fragment, least_alike(fragment, least))
                if word in known.names or word not in SMALL
            ]
        if not options:
            return []
        options.sort(key=lambda o: -o[2])
        texts = [
            (f" {text} ".replace(f" {fragment} ", f" {word} ", 1).strip(), score * like)
            for text, score in texts
            for fragment, word, like in options[:4]
            if f" {fragment} " in f" {text} "
        ]
    return sorted(texts, key=lambda t: -t[1])[:8]
