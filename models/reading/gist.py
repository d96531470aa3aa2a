"""Which known things a sentence speaks of, in any order: names, places, device words, acts, values. Knows words; decides no intent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from models.automaton.house_words import Called, HouseWords, is_class_word, lexicon, normal, stem, stems
from models.reading.duration import Duration, duration
from models.reading.numbers import TENS, Token, amounts, color, tokens
from models.reading.sounds import phrase_key

UNKNOWN_COST = 1.0
_LONGEST = 6


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of tokens and what it stands for."""

    kind: str
    """act · noun · measure · measured · state · level · little · lot · quant · here · everywhere · upstairs · downstairs · called ·
    amount ·    color · duration · pronoun · ratio · filler · opener · room · unknown"""
    value: Any
    start: int
    end: int
    cost: float
    text: str


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


@dataclass(frozen=True, slots=True)
class _Words:
    """Every fixed phrase of models/language/words.yaml: normal form → (kind, value, cost)."""

    phrases: dict[str, list[tuple[str, Any, float]]] = field(default_factory=dict)
    fuzzy: list[str] = field(default_factory=list)
    rooms: frozenset[str] = frozenset()
    single: frozenset[str] = frozenset()
    noun_sounds: dict[str, str] = field(default_factory=dict)
    """How device words sound: "lites" is "lights"."""
    act_sounds: dict[str, str] = field(default_factory=dict)
    """How verbs sound; none that opens, unlocks or disarms."""


@lru_cache(maxsize=1)
def words_known() -> _Words:
    data = lexicon()
    known: dict[str, list[tuple[str, Any, float]]] = {}

    def add(phrase: str, kind: str, value: Any, cost: float) -> None:
        known.setdefault(normal(str(phrase)), []).append((kind, value, cost))

    for group, kind, cost in (
        ("acts", "act", 0.02),
        ("nouns", "noun", 0.02),
        ("measures", "measure", 0.02),
        ("states", "state", 0.03),
        ("levels", "level", 0.02),
    ):
        for value, phrases in data[group].items():
            for phrase in phrases:
                add(phrase, kind, str(value), cost)
    for phrase, value in data["measured"].items():
        add(phrase, "measured", value, 0.02)
    for group, kind in (
        ("little", "little"),
        ("lot", "lot"),
        ("quants", "quant"),
        ("here", "here"),
        ("everywhere", "everywhere"),
        ("upstairs", "upstairs"),
        ("downstairs", "downstairs"),
        ("openers", "opener"),
    ):
        for phrase in data[group]:
            add(phrase, kind, phrase, 0.02)
    for phrase in data["fillers"]:
        add(phrase, "filler", phrase, 0.04)
    for phrase in data["rooms"]:
        add(phrase, "room", phrase, 0.9)
    for phrase in data["pronouns"]:
        add(phrase, "pronoun", phrase, 0.04)
    for phrase, value in data["ratios"].items():
        add(phrase, "ratio", float(value), 0.02)
    for value, phrases in data["misheard"].items():
        for phrase in phrases:
            add(phrase, "act", value, 0.07)
    fuzzy = [p for p, entries in known.items() if len(p) >= 5 and any(k in ("act", "noun", "measure") for k, _, _ in entries)]
    singles = frozenset(w for p in known for w in p.split())
    sounds = {phrase_key(p): p for p, entries in known.items() if len(p) >= 5 and " " not in p and any(k == "noun" for k, _, _ in entries)}
    verbs = {
        phrase_key(p): p
        for p, entries in known.items()
        if len(p) >= 4
        and " " not in p
        and any(k == "act" and v not in ("open", "unlock", "disarm") and cost < 0.05 for k, v, cost in entries)
    }
    return _Words(known, fuzzy, frozenset(normal(r) for r in data["rooms"]), singles, sounds, verbs)


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


def _near(toks: Sequence[Token], unknown: set[int], house: HouseWords) -> list[Part]:
    """Near misses by letters and by sound for the stretches that hold an unknown token."""
    known = words_known()
    plain = [normal(t.text) or t.text for t in toks]
    found: list[Part] = []
    for i in range(len(toks)):
        for j in range(i + 1, min(len(toks), i + 4) + 1):
            if not unknown & set(range(i, j)):
                continue
            phrase = " ".join(plain[i:j])
            if len(phrase) < 4 or phrase in known.rooms or (j - i == 1 and phrase in known.single):
                continue
            if plain[i] in ("the", "a", "in", "my") or plain[j - 1] in ("the", "a", "in", "my"):
                continue
            tight = phrase.replace(" ", "")
            cutoff = 90 if len(tight) <= 4 else 84 if len(tight) <= 7 else 80
            options: dict[str, float] = {}
            least = cutoff if j - i == 1 else min(cutoff, 70)
            for name, score, _ in process.extract(phrase, house.keys, scorer=fuzz.ratio, score_cutoff=least, limit=3):
                if abs(len(name) - len(phrase)) <= 4 and _alike(phrase, name) and (score >= cutoff or _one_word_off(phrase, name)):
                    options[name] = 0.25 + (100 - score) / 50
            if j - i > 1:
                for name, score, _ in process.extract(tight, house.tight.keys(), scorer=fuzz.ratio, score_cutoff=min(cutoff, 70), limit=2):
                    spaced = house.tight[name]
                    if _alike(phrase, spaced) and (score >= cutoff or _cut_apart(phrase, spaced)):
                        options[spaced] = min(options.get(spaced, 9.0), 0.27 + (100 - score) / 50)
            sound = phrase_key(phrase)
            if len(sound) >= 3 or (len(sound) == 2 and j - i == 1 and len(phrase) >= 4):
                for name in house.sounds.get(sound, ()):
                    if len(sound) == 2 and name[0] != phrase[0]:
                        continue
                    if fuzz.ratio(name, phrase) >= (55 if len(sound) >= 3 else 66) and _alike(phrase, name):
                        options[name] = min(options.get(name, 9.0), 0.3 + (100 - fuzz.ratio(name, phrase)) / 100)
            for name, cost in options.items():
                called = house.names.get(name, [])
                if called and not _part_of(phrase, name):
                    found.append(Part("called", tuple(called), i, j, cost, phrase))
            noun = known.noun_sounds.get(sound) if j - i == 1 and len(phrase) >= 4 else None
            placed = noun is not None and i > 0 and any(c.kind == "area" for c in house.said(plain[i - 1])) and phrase[0] == noun[0]
            if noun is not None and (fuzz.ratio(noun, phrase) >= 60 if len(phrase) >= 5 else placed):
                value = next(v for k, v, _ in known.phrases[noun] if k == "noun")
                found.append(Part("noun", value, i, j, 0.4, noun))
            verb = known.act_sounds.get(sound) if i == 0 and j == 1 and len(toks) > 1 and len(phrase) >= 4 else None
            if verb is not None and verb[0] == phrase[0] and fuzz.ratio(verb, phrase) >= 60:
                value = next(v for k, v, _ in known.phrases[verb] if k == "act")
                found.append(Part("act", value, i, j, 0.4, verb))
            if j - i <= 2:
                for name, score, _ in process.extract(phrase, known.fuzzy, scorer=fuzz.ratio, score_cutoff=max(cutoff, 82), limit=2):
                    for kind, value, _ in known.phrases[name]:
                        if kind in ("act", "noun", "measure"):
                            found.append(Part(kind, value, i, j, 0.25 + (100 - score) / 50, name))
    return found


_VOICED = str.maketrans("bdgvzm", "ptkfsn")


_CONFUSED = str.maketrans("bpfv", "pppp")
"""Lips: what a recogniser hears for another inside a word."""


def _one_word_off(phrase: str, name: str) -> bool:
    """Whether all words but one are the same, and that one sounds like its fellow: "copy maker" for "coffee maker"."""
    heard, known = phrase.split(), name.split()
    pairs = [(a, b) for a, b in zip(heard, known, strict=False) if stem(a) != stem(b)]
    return len(heard) == len(known) > 1 and len(pairs) == 1 and (phrase_key(pairs[0][0]) == phrase_key(pairs[0][1]) or _lips(*pairs[0]))


def _lips(a: str, b: str) -> bool:
    same = phrase_key(a).translate(_CONFUSED) == phrase_key(b).translate(_CONFUSED)
    return same and min(len(a), len(b)) >= 4 and a[:2] == b[:2] and fuzz.ratio(a, b) >= 40


def _alike(phrase: str, name: str) -> bool:
    """Whether each word may be a mishearing of its fellow: close in letters, or the same consonants; "ball" is no "hall"."""
    if _other_number(name, phrase):
        return False
    heard, known = phrase.split(), name.split()
    if len(heard) != len(known):
        if set(known) < set(heard):  # a word too many is no mishearing: "the back garage door"
            return False
        return (
            fuzz.ratio(phrase.replace(" ", ""), name.replace(" ", "")) >= 82
            or phrase_key(phrase) == phrase_key(name)
            or _cut_apart(phrase, name)
        )
    for a, b in zip(heard, known, strict=True):
        if a == b or stem(a) == stem(b):
            continue
        ratio = fuzz.ratio(a, b)
        lips = len(heard) > 1 and _lips(a, b)
        if abs(len(a) - len(b)) >= 2 and min(len(a), len(b)) <= 5 and not lips and phrase_key(a) != phrase_key(b):
            return False  # a ring is no string
        same = phrase_key(a) == phrase_key(b)
        if ratio >= 60 and len(a) == len(b) and a.translate(_VOICED) == b.translate(_VOICED):
            continue
        if lips:
            continue
        if not (ratio >= 80 or (same and ratio >= 50) or (ratio >= 60 and sorted(phrase_key(a)) == sorted(phrase_key(b)))):
            return False
    return True


def _cut_apart(phrase: str, name: str) -> bool:
    """Whether a long name was heard as other words of nearly the same consonants: "pedal stool fan", "work bench like"."""
    heard, known = phrase_key(phrase), phrase_key(name)
    if len(phrase.split()) <= len(name.split()) or phrase[:2] != name[:2] or min(len(heard), len(known)) < 6:
        return False
    return Levenshtein.distance(heard, known) <= 1


def _part_of(phrase: str, name: str) -> bool:
    """Whether a phrase is a name with words left out: not misheard, and perhaps a part of other names as well."""
    said, whole = set(stems(phrase).split()), set(stems(name).split())
    return said < whole


def _other_number(a: str, b: str) -> bool:
    return [w for w in a.split() if w.isdecimal()] != [w for w in b.split() if w.isdecimal()]


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


def _counted(parts: Sequence[Part]) -> list[Part]:
    """The parts with "three" of "all three radiators" as a word for how many are meant, and no value."""
    found = list(parts)
    for before, part, after in zip(parts, parts[1:], parts[2:], strict=False):
        number = part.value if part.kind == "amount" else None
        things = after.kind in ("noun", "called") and after.text.endswith("s") and stem(after.text) != after.text
        if number is not None and before.kind == "quant" and things and number.unit is None and number.value in range(2, 13):
            found[found.index(part)] = replace(part, kind="quant", value=part.text)
    return found


def read(text: str, house: HouseWords, limit: int = 48) -> Gist:
    """The cheapest cover of the text's words by known things; near misses are looked for only where words stay unknown."""
    toks = tokens(text, limit)
    parts = _values(toks) + _exact(toks, house)
    chosen, cost = _cheapest(len(toks), parts, toks)
    unknown = {i for p in chosen if p.kind in ("unknown", "room") for i in range(p.start, p.end)}
    if unknown and len(toks) <= 24:
        near = _near(toks, unknown, house)
        if near:
            chosen, cost = _cheapest(len(toks), parts + near, toks)
    return Gist(tuple(toks), tuple(_counted(chosen)), cost)


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
