"""The recogniser's vocabulary of word pieces: spelling, casing, punctuation. Knows no audio, no grammar and no scores."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_MARK = "▁"
START, END = 1, 2
_BLANKED = str.maketrans({"-": " ", "’": "'", "‘": "'"})
_MARKS = frozenset((",", ".", "?", "!", "..", "...", ";", ":"))


class Twig:
    """A node of the letter tree of all pieces, lower-cased: the pieces that end here and the letters that go on."""

    __slots__ = ("ids", "next")

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.next: dict[str, Twig] = {}


class Pieces:
    """All pieces of one tokenizer file (Hugging Face `tokenizer.json`, BPE with byte fallback and `▁` for a space).

    Raises FileNotFoundError or ValueError if the file is not there or is no such tokenizer.
    """

    def __init__(self, path: Path | str, size: int = 32768) -> None:
        try:
            vocabulary = json.loads(Path(path).read_text(encoding="utf-8"))["model"]["vocab"]
        except (KeyError, json.JSONDecodeError, TypeError) as error:
            raise ValueError(f"{path} is no tokenizer.json: {error}") from error
        self.raw = [""] * size
        for piece, index in vocabulary.items():
            self.raw[index] = piece
        self.spelt = [""] * size
        """Each piece as it is walked through a grammar: lower case, a space for `▁` and for `-`; empty if it cannot be."""
        self.root = Twig()
        wild: list[int] = []
        marks: list[int] = []
        for index, piece in enumerate(self.raw):
            if index <= END or not piece or piece.startswith("<0x"):
                continue
            if piece in _MARKS:
                marks.append(index)
            spelt = piece.replace(_MARK, " ").translate(_BLANKED).lower()
            if "  " in spelt or (spelt != " " and spelt.endswith(" ") and piece != "-"):
                continue
            self.spelt[index] = spelt
            twig = self.root
            for letter in spelt:
                twig = twig.next.setdefault(letter, Twig())
            twig.ids.append(index)
            bare = spelt[1:] if spelt.startswith(" ") else spelt
            if bare and bare.isascii() and all(c.isalnum() or c == "'" for c in bare):
                wild.append(index)
        self.wild: NDArray[np.int32] = np.array(wild, np.int32)
        """Pieces that free text may be made of."""
        self.marks: NDArray[np.int32] = np.array(marks, np.int32)
        """Punctuation that carries no word."""
        self._marks = frozenset(marks)

    def is_mark(self, index: int) -> bool:
        return index in self._marks

    def text(self, ids: Iterable[int]) -> str:
        """The text of a token sequence as the recogniser would write it."""
        out: list[str] = []
        held = bytearray()
        for index in ids:
            piece = self.raw[index] if 0 <= index < len(self.raw) else ""
            if piece.startswith("<0x") and piece.endswith(">"):
                held.append(int(piece[3:-1], 16))
                continue
            if held:
                out.append(held.decode("utf-8", "replace"))
                held.clear()
            if index > END:
                out.append(piece)
        if held:
            out.append(held.decode("utf-8", "replace"))
        return "".join(out).replace(_MARK, " ").strip()

    def words(self, ids: Sequence[int]) -> list[tuple[str, list[int]]]:
        """Words in lower case without punctuation, each with the positions in `ids` that spell it."""
        found: list[tuple[str, list[int]]] = []
        for position, index in enumerate(ids):
            spelt = self.spelt[index]
            if not spelt or (index in self._marks and not (spelt == "." and found and found[-1][0][-1:].isdigit())):
                continue
            parts = spelt.split(" ")
            for number, part in enumerate(parts):
                if number > 0 or not found:
                    found.append((part, [position]))
                else:
                    found[-1] = (found[-1][0] + part, [*found[-1][1], position])
        return [(word.rstrip(".,"), positions) for word, positions in found if word.rstrip(".,")]
