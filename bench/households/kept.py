"""What was measured already, kept by home, so that a run that is stopped goes on. Knows the sources that a figure depends on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "bench" / "cache" / "households"
WORLD = ("confusion", "house", "journal", "lessons", "learner", "names", "nulls", "outcomes", "people", "probing", "telling")
DEPENDS = (
    "hub/learning/*.py",
    "hub/knowledge.py",
    "models/weights/*",
    "models/weights/nlu/*",
    "models/reading/*.py",
    *(f"bench/households/{name}.py" for name in WORLD),
)


@lru_cache(maxsize=1)
def sources() -> str:
    """A digest of everything that could change a figure: other sources, other files."""
    whole = hashlib.blake2b(digest_size=6)
    for pattern in DEPENDS:
        for path in sorted(ROOT.glob(pattern)):
            if path.is_file():
                whole.update(path.name.encode() + path.read_bytes())
    return whole.hexdigest()


def kept(name: str, make: Callable[[], dict[str, Any]], *parts: object) -> dict[str, Any]:
    """The stored result of `make` for these settings and these sources, or a new one, stored."""
    stamp = hashlib.blake2b(repr((name, parts)).encode(), digest_size=6).hexdigest()
    path = FOLDER / sources() / f"{name}-{stamp}.json"
    if path.is_file():
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found
    made = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(made), encoding="utf-8")
    part.replace(path)
    return made
