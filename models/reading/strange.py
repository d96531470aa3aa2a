"""Words that make a name another's, or that nobody knows: what is not in this house. Knows the parts of a sentence; no home."""

from __future__ import annotations

from itertools import pairwise

from models.reading.gist import Gist

_PLACE_WORDS = ("in", "on", "at", "of", "to", "from", "inside", "into", "for", "by", "near")
SMALL = frozenset(["the", "a", "an", "my", "our", "your", "that", "this"])


def unknown_phrases(gist: Gist) -> list[tuple[int, int, str, bool]]:
    """(first token, after last, text, after a place word) of each run of unknown words."""
    runs: list[tuple[int, int, str, bool]] = []
    marks = [p.kind in ("unknown", "room") for p in gist.parts]
    index = 0
    while index < len(gist.parts):
        if not marks[index]:
            index += 1
            continue
        end = index
        while end + 1 < len(gist.parts) and marks[end + 1]:
            end += 1
        start_token, end_token = gist.parts[index].start, gist.parts[end].end
        text = " ".join(t.text for t in gist.tokens[start_token:end_token])
        before = start_token - 1
        while before >= 0 and gist.tokens[before].text in SMALL:
            before -= 1
        placed = (
            before >= 0
            and gist.tokens[before].text in _PLACE_WORDS
            and not any(p.kind in ("act", "state") and p.start <= before < p.end for p in gist.parts)
        )
        beside = end + 1 < len(gist.parts) and gist.parts[end + 1].kind == "noun" and gist.parts[end + 1].start == end_token
        placed = placed and not (beside and gist.tokens[before].text in ("for", "of", "to", "from", "by", "on"))
        runs.append((start_token, end_token, text, placed or gist.parts[index].kind == "room"))
        index = end + 1
    return runs


def two_places(gist: Gist, areas: list[str]) -> str:
    """The thing that one phrase puts in two places, "pantry lamp" of "the pantry lamp in the cellar"; "" where they are told apart."""
    if len(areas) < 2:
        return ""
    spoken = [p for p in gist.parts if p.kind == "called" and any(c.kind == "area" for c in p.value)]
    for first, second in pairwise(spoken):
        between = [t.text for t in gist.tokens[first.end : second.start]]
        thing = next((p for p in gist.parts if p.start == first.end and p.kind == "noun"), None)
        placed = [w for w in between if w not in SMALL][-1:] in (["in"], ["at"], ["inside"])
        if thing is not None and placed and "and" not in between and first.text != second.text:
            return f"{first.text} {thing.text}"
    return ""


def another_of(gist: Gist) -> bool:
    """Whether a word of its own stands between "the" and a name: "the second Dusty" is not Dusty."""
    runs = unknown_phrases(gist)
    return any(start and gist.tokens[start - 1].text in SMALL and another_name(gist, start, end) for start, end, _, _ in runs)


def another_name(gist: Gist, start: int, end: int) -> str | None:
    """A name with a word of its own that makes it another's: "the east hall", "the second Dusty", "Vanity fair"; None for other words."""
    following = next((p for p in gist.parts if p.start == end and p.kind == "called"), None)
    if following is not None and start and gist.tokens[start - 1].text in (*SMALL, "on", "off"):
        return " ".join(t.text for t in gist.tokens[start : following.end])
    before = next((p for p in gist.parts if p.end == start and p.kind == "called"), None)
    alone = before is not None and end == len(gist.tokens) and end - start == 1 and before.end - before.start == 1
    if alone and before is not None and any(c.kind == "entity" and c.how in ("name", "alias") for c in before.value):
        return " ".join(t.text for t in gist.tokens[before.start : end])
    return None
