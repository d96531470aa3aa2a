"""Splits text into words and word pieces (BERT's scheme). Knows no model and no meaning."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+(?:['’.:/][^\W_]+)*(?:[%°][^\W_]*)?")
_INITIALS = re.compile(r"[a-z](?:\.[a-z])+")
_PARTS = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One word of the text: where it stands, how it reads in lower case, and its piece ids."""

    start: int
    end: int
    text: str
    ids: tuple[int, ...]


def plain(word: str) -> str:
    """Lower case, no accents, straight apostrophes, "a.m" as "am"."""
    low = "".join(c for c in unicodedata.normalize("NFD", word.lower().replace("’", "'")) if unicodedata.category(c) != "Mn")
    return low.replace(".", "") if _INITIALS.fullmatch(low) else low


def split_words(text: str) -> list[str]:
    """The plain words of a text; punctuation between words is dropped, as recognisers give none."""
    return [plain(m[0]) for m in _WORD.finditer(text)]


class WordPieces:
    """Greedy longest-match pieces of a fixed vocabulary (Devlin et al. 2018); unknown characters give one unknown piece a word."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self.ids = {piece: i for i, piece in enumerate(vocabulary)}
        self.unknown = self.ids["[UNK]"]
        self.start = self.ids["[CLS]"]
        self.end = self.ids["[SEP]"]
        self._cache: dict[str, tuple[int, ...]] = {}

    def word(self, word: str) -> tuple[int, ...]:
        """Piece ids of one plain word."""
        known = self._cache.get(word)
        if known is None:
            known = tuple(i for part in _PARTS.findall(word) for i in self._part(part)) or (self.unknown,)
            if len(self._cache) < 20_000:
                self._cache[word] = known
        return known

    def _part(self, part: str) -> tuple[int, ...]:
        if len(part) > 40:
            return (self.unknown,)
        out: list[int] = []
        start = 0
        while start < len(part):
            for end in range(len(part), start, -1):
                found = self.ids.get(part[start:end] if start == 0 else "##" + part[start:end])
                if found is not None:
                    out.append(found)
                    start = end
                    break
            else:
                return (self.unknown,)
        return tuple(out)

    def read(self, text: str, most: int = 64) -> list[Piece]:
        """The first words of the text, as many as fit into `most` pieces."""
        out: list[Piece] = []
        room = most
        for m in _WORD.finditer(text):
            word = plain(m[0])
            ids = self.word(word)
            room -= len(ids)
            if room < 0:
                break
            out.append(Piece(start=m.start(), end=m.end(), text=word, ids=ids))
        return out
