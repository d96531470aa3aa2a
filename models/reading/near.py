"""Names, device words and verbs that were nearly said: near misses by letters and by sound. Knows words; decides no reading."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from models.automaton.house_words import HouseWords, normal, stem, stems
from models.reading.numbers import Token
from models.reading.parts import Part, words_known
from models.reading.sounds import phrase_key


def near_misses(toks: Sequence[Token], unknown: set[int], house: HouseWords) -> list[Part]:
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
