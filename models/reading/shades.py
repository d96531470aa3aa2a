"""Colours and whites as people say them. Knows English words and no lamp."""

from __future__ import annotations

from collections.abc import Sequence

COLORS = frozenset(
    [
        "white",
        "black",
        "red",
        "orange",
        "yellow",
        "green",
        "blue",
        "purple",
        "brown",
        "pink",
        "turquoise",
        "violet",
        "magenta",
        "cyan",
        "teal",
        "lime",
        "gold",
        "indigo",
        "lavender",
        "salmon",
        "coral",
        "crimson",
        "maroon",
        "navy",
        "olive",
        "beige",
        "ivory",
        "amber",
        "aqua",
        "peach",
        "mint",
        "fuchsia",
        "silver",
        "gray",
        "grey",
        "tan",
        "khaki",
        "plum",
        "orchid",
        "scarlet",
    ]
)
WHITES = {
    ("candle", "light"): 1900,
    ("candlelight",): 1900,
    ("warm", "white"): 2700,
    ("warm", "light"): 2700,
    ("soft", "white"): 2700,
    ("cold", "white"): 4000,
    ("cool", "white"): 4000,
    ("neutral", "white"): 4000,
    ("day", "light"): 6500,
    ("daylight",): 6500,
}
"""Names of colour temperatures in kelvin, as Home Assistant has them."""
_SHADES = frozenset({"soft", "pale", "bright", "deep", "hot", "gentle", "pastel", "vivid", "rich", "strong"})


def color(words: Sequence[str], at: int) -> tuple[str, int | str, int] | None:
    """("color", name, tokens) or ("temperature", kelvin, tokens) at `at`."""
    for parts, kelvin in WHITES.items():
        if tuple(words[at : at + len(parts)]) == parts:
            return "temperature", kelvin, len(parts)
    if at + 1 < len(words) and words[at] in _SHADES and words[at + 1] in COLORS:
        return "color", words[at + 1], 2
    if at < len(words) and words[at] in COLORS:
        return "color", words[at], 1
    return None
