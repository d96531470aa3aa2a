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
    """Which of film_and_book, film, series, music, podcast a title is known as; empty if it isn't known."""
    folded = _fold(title)
    folded = re.sub(r" (part|volume|episode|season|book|chapter) \w+$", "", folded)
    found = {kind for kind, titles in _table().items() if folded in titles}
    if not found and folded.split() and set(folded.split()) & _table()["music"]:
        found = {"music"}
    return frozenset(found)
