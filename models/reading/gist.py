"""Which known things a sentence speaks of, in any order: names, places, device words, acts, values. Knows words; decides no intent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from models.automaton.house_words import Called, HouseWords, is_class_word, normal, stem, stems
from models.reading.duration import Duration, duration
from models.reading.near import near_misses
from models.reading.numbers import TENS, Token, amounts, tokens
from models.reading.parts import Part, words_known
from models.reading.shades import color

UNKNOWN_COST = 1.0
_LONGEST = 6


@dataclass(frozen=True, slots=True)
class Gist:
    """The cheapest reading of every token."""

    tokens: tuple[Token, ...]
    parts: tuple[Part, ...]
    cost: float

    def of(self, *kinds: str) -> list[Part]:
        return [p for p in self.parts if p.kind in kinds]

    def first(self, kind: str) -> Part | None:
        return next((p for p in self.parts if p.kind == kind), None)

    def says(self, *words: str) -> bool:
        return any(t.text in words for t in self.tokens)


def _values(toks: Sequence[Token]) -> list[Part]:
    words = [t.text for t in toks]
    found: list[Part] = []
    for i in range(len(words)):
        length: Duration | None = duration(words, i)
        if length is not None:
            found.append(Part("duration", length, i, length.end, 0.01, " ".join(words[i : length.end])))
        shade = color(words, i)
        if shade is not None:
            found.append(Part("color", shade[:2], i, i + shade[2], 0.02, " ".join(words[i : i + shade[2]])))
    for amount in amounts(words):
        found.append(Part("amount", amount, amount.start, amount.end, 0.02, " ".join(words[amount.start : amount.end])))
    return found


def _exact(toks: Sequence[Token], house: HouseWords) -> list[Part]:
    known = words_known().phrases
    plain = [normal(t.text) or t.text for t in toks]
    found: list[Part] = []
    longest = max(_LONGEST, house.longest)
    for i in range(len(toks)):
        for j in range(i + 1, min(len(toks), i + longest) + 1):
            phrase = " ".join(plain[i:j])
            if any(w in TENS for w in plain[i : j - 1]):
                phrase = normal(" ".join(t.text for t in toks[i:j]))
            bonus = 0.012 * (j - i - 1)
            if j - i <= _LONGEST:
                entries = known.get(phrase)
                if entries is None and j - i == 1 and phrase.endswith("s"):
                    entries = [e for e in known.get(stem(phrase), []) if e[0] == "noun"]
                noun_place = i > 0 and plain[i - 1] in ("the", "a", "an", "my", "both", "all")
                for kind, value, cost in entries or ():
                    if kind == "act" and noun_place and value not in ("on", "off"):
                        cost += 1.2
                    if kind in ("act", "state", "opener") and phrase in _NEVER_CALLED and i > 0 and plain[i - 1] in ("the", "my", "our"):
                        cost += 1.2  # "the off is light" was a name
                    if kind == "filler" and phrase in _SIDES and noun_place and _thing_follows(plain, j, house):
                        cost += 1.2  # "the back gate" is not any gate
                    found.append(Part(kind, value, i, j, max(0.0, cost - bonus), phrase))
            called = house.said(phrase) or _owned(toks[i:j], house)
            if not called and j - i > 1 and (whole := house.tight.get("".join(plain[i:j]))) is not None and whole.count(" ") < j - i - 1:
                called = house.names[whole]  # "the tv back light" is the TV Backlight
            if called:
                best = min(c.cost for c in called)
                form = (0.0 if phrase in house.names else 0.03) + (0.05 if is_class_word(phrase) else 0.0)
                found.append(Part("called", tuple(called), i, j, max(0.0, 0.01 + 0.5 * best + form - bonus), phrase))
    return found


def _owned(toks: Sequence[Token], house: HouseWords) -> list[Called]:
    """A name in the genitive: "Gus's battery"."""
    last = toks[-1].text
    if not last.endswith(("'s", "s'")):
        return []
    return list(house.said(" ".join(normal(t) for t in (*(t.text for t in toks[:-1]), last[:-2] if last.endswith("'s") else last[:-1]))))

_NEVER_CALLED = frozenset({"on", "off", "is", "are", "was"})
"""Words that never follow an article: what stands there was misheard."""
_SIDES = frozenset({"back", "left", "right", "inside", "over", "out", "straight"})
"""Words that say nothing beside a verb, and which one beside a thing."""


def _thing_follows(plain: Sequence[str], at: int, house: HouseWords) -> bool:
    if at >= len(plain):
        return False
    following = [plain[at], " ".join(plain[at : at + 2])]
    return any(house.said(f) or any(kind == "noun" for kind, _, _ in words_known().phrases.get(f, ())) for f in following)


def _cheapest(count: int, parts: Sequence[Part], toks: Sequence[Token]) -> tuple[list[Part], float]:
    by_end: dict[int, list[Part]] = {}
    for part in parts:
        by_end.setdefault(part.end, []).append(part)
    best: list[tuple[float, list[Part]]] = [(0.0, [])]
    for end in range(1, count + 1):
        previous = best[end - 1]
        choice = (
            previous[0] + UNKNOWN_COST,
            [*previous[1], Part("unknown", toks[end - 1].text, end - 1, end, UNKNOWN_COST, toks[end - 1].text)],
        )
        for part in by_end.get(end, ()):
            cost = best[part.start][0] + part.cost + 0.015
            if cost < choice[0] - 1e-9 or (abs(cost - choice[0]) < 1e-9 and part.kind == "called"):
                choice = (cost, [*best[part.start][1], part])
        best.append(choice)
    return best[count][1], best[count][0]


_OF = ("of", "the", "my", "our", "those", "these")
_SET_TO = ("to", "at", "by", "past", "for", "channel", "number", "level")


def _counted(parts: Sequence[Part], toks: Sequence[Token]) -> list[Part]:
    """The parts with "three" of "all three radiators", "two lamps" or "one of the lights" as how many are meant, and no value of theirs.

    0 stands for a part of them, which can't be told: "half the lights".
    """
    found = list(parts)
    for index, part in enumerate(parts):
        if part.kind != "amount" or part.value.unit is not None or (part.start and toks[part.start - 1].text in _SET_TO):
            continue
        at, number = index + 1, part.value.value
        while at < len(parts) and parts[at].text in _OF:
            at += 1
        while at + 1 < len(parts) and parts[at].kind == "called" and all(c.kind == "area" for c in parts[at].value):
            at += 1  # "the three bunk room lights"
        after = parts[at] if at < len(parts) and parts[at].kind in ("noun", "called") else None
        if after is None:
            continue
        plural = after.text.endswith("s") and stem(after.text) != after.text
        beside = parts[index + 1].text == "of" or parts[index + 1].text not in _OF
        if number in range(2, 13) and plural and beside:
            found[index] = replace(part, kind="count", value=int(number))
        elif number == 1 and after.kind == "noun" and (plural if at > index + 1 else not plural):
            found[index] = replace(part, kind="count", value=1)
        elif 0 < number < 1 and after.kind == "noun" and (plural if at > index + 1 else toks[part.start].text == "a"):
            found[index] = replace(part, kind="count", value=0)
    return found


@lru_cache(maxsize=64)
def read(text: str, house: HouseWords, limit: int = 48) -> Gist:
    """The cheapest cover of the text's words by known things; near misses are looked for only where words stay unknown."""
    toks = tokens(text, limit)
    parts = _values(toks) + _exact(toks, house)
    chosen, cost = _cheapest(len(toks), parts, toks)
    unknown = {i for p in chosen if p.kind in ("unknown", "room") for i in range(p.start, p.end)}
    if unknown and len(toks) <= 24:
        near = near_misses(toks, unknown, house)
        if near:
            chosen, cost = _cheapest(len(toks), parts + near, toks)
    return Gist(tuple(toks), tuple(_counted(chosen, toks)), cost)


def entities_in(part: Part) -> list[Called]:
    return [c for c in part.value if c.kind == "entity"]


def subset_names(words: Sequence[str], house: HouseWords, ids: Sequence[str]) -> list[str]:
    """Entities among `ids` whose name or alias holds all these words ("big" of "the big lamp"), singular and plural alike."""
    wanted = {stem(w) for w in words if w}
    found: list[str] = []
    for entity_id in ids:
        entity = house.home.entities[entity_id]
        for name in (entity.name, *entity.aliases):
            if wanted <= set(stems(normal(name)).split()):
                found.append(entity_id)
                break
    return found
