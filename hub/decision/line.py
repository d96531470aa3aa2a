"""What an answer is made of: keys of language/en.toml with their values, and what it is about. Answers nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Line = tuple[str, Mapping[str, Any]]
"""A key of language/en.toml, and its values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    lines: tuple[Line, ...]
    code: str | None = None
    kind: str = "answer"
    """answer, or decline where there is nothing to answer from."""
    targets: tuple[str, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)
