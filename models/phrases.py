"""The sentences of language/en.toml, chosen by a seed so that one turn always says the same. Knows no house and no turn."""

from __future__ import annotations

import tomllib
import zlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

PATH = Path(__file__).parent / "language" / "en.toml"


class _Missing(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


@lru_cache(maxsize=1)
def phrases() -> Mapping[str, tuple[str, ...]]:
    """`section.key` -> its variants."""
    table = tomllib.loads(PATH.read_text(encoding="utf-8"))
    found: dict[str, tuple[str, ...]] = {}
    for section, entries in table.items():
        for key, variants in entries.items():
            found[f"{section}.{key}"] = (variants,) if isinstance(variants, str) else tuple(variants)
    return found


def phrase(key: str, seed: str = "", **values: Any) -> str:
    """One variant of `section.key` with its `{values}` filled in; the same for the same seed. KeyError for a key that isn't there."""
    variants = phrases()[key]
    chosen = variants[zlib.crc32(f"{key}|{seed}".encode()) % len(variants)]
    text = " ".join(chosen.format_map(_Missing(values)).split()).replace(" .", ".").replace(" ,", ",").replace(" ?", "?")
    return text[:1].upper() + text[1:]
