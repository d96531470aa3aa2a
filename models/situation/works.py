"""Titles that are both film and book, and words that mark music: what "play …" can mean. Data from models/language/works.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

PATH = Path(__file__).parent.parent / "language" / "works.toml"


@lru_cache(maxsize=1)
def _table() -> Mapping[str, frozenset[str]]:
    data = tomllib.loads(PATH.read_text(encoding="utf-8"))
    return {kind: frozenset(_fold(t) for t in titles) for kind, titles in data["titles"].items()}


def _fold(title: str) -> str:
    text = " ".join(re.findall(r"[a-z0-9]+", title.casefold().replace("'", "").replace("&", "and")))
    return re.sub(r"^(the|a|an) ", "", text)


def kinds(title: str) -> frozenset[str]:
    """Which of film_and_book, series_and_book, film, series, music a title is known as; empty if it isn't known."""
    folded = _fold(title)
    folded = re.sub(r" (part|volume|episode|season|book|chapter) \w+$", "", folded)
    found = {"music" if kind == "sound" else kind for kind, titles in _table().items() if folded in titles}
    if not found and folded.split() and set(folded.split()) & _table()["music"]:
        found = {"music"}
    return frozenset(found)


def like_a_title(text: str) -> bool:
    """Whether words that no list holds are said as films and books are called: "the …", or three words and more; no band's plural."""
    words = text.casefold().split()
    if not 2 <= len(words) <= 9 or words[0] in ("some", "any", "my", "something", "more", "a", "an", "that", "this", "it", "all", "songs"):
        return len(words) > 2 and words[0] in ("a", "an")
    if set(words) & {"by", "from", "music", "songs", "hits", "playlist", "album", "radio", "on", "with"} - {words[0]} and "by" in words:
        return False
    if words[0] == "the":
        return not (len(words) == 2 and words[1].endswith("s"))
    return len(words) >= 3
