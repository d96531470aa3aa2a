"""How alike two requests look and sound: plain forms, sound keys, word alignment. Knows English spelling; no home and no journal."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import Levenshtein
from rapidfuzz.fuzz import ratio

_DROP = re.compile(r"[^a-z0-9%°'.\s]+")
_DOT = re.compile(r"\.(?!\d)|(?<!\d)\.")
_SPLIT_S = re.compile(r"\s+'(s|re|ll|m|ve|d|t)\b")

_RULES = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^kn|^gn|^pn", "n"),
        (r"^wr", "r"),
        (r"^wh", "w"),
        (r"^ps", "s"),
        (r"mb$", "m"),
        (r"tch", "C"),
        (r"sch", "sk"),
        (r"ch", "C"),
        (r"sh", "S"),
        (r"tion|sion|cion", "Sn"),
        (r"ture$", "Cr"),
        (r"th", "T"),
        (r"ph", "f"),
        (r"augh|ough(?=t)", "o"),
        (r"igh", "Y"),
        (r"gh", ""),
        (r"dge?(?=$)|dg(?=[eiy])", "J"),
        (r"ck", "k"),
        (r"qu", "kw"),
        (r"x", "ks"),
        (r"sc(?=[eiy])", "s"),
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"g(?=[ei]$|e[rst])", "J"),
        (r"j", "J"),
        (r"q", "k"),
        (r"(?<=[aeiou][bcdfgklmnprstvz])e$", "E"),
        (r"(?<=[bcdfgklmnprstvz])le$", "l"),
        (r"a(?=[a-zA-Z]E$)|ai|ay|ei(?=[nt])|ey(?!$)", "e"),
        (r"i(?=[a-zA-Z]E$)|y(?=[a-zA-Z]E$)|ie$|^y(?=[^aeiou])|(?<=^[a-z])y$|(?<=^[a-z][a-z])y$", "Y"),
        (r"o(?=[a-zA-Z]E$)|oa|ow$|oe$", "o"),
        (r"u(?=[a-zA-Z]E$)|oo|ew|ue$|ou(?=[lp])", "u"),
        (r"ee|ea|ie|ey$|y$", "i"),
        (r"ou|ow", "A"),
        (r"oi|oy", "O"),
        (r"au|aw|al(?=[lk])", "o"),
        (r"[eiu]r(?![aeiou])", "r"),
        (r"y(?=[aeiou])", "j"),
        (r"y", "i"),
        (r"E", ""),
        (r"z", "s"),
        (r"h(?=[^aeiouYAO]|$)", ""),
        (r"(.)\1+", r"\1"),
    )
)
_VOWELS = frozenset("aeiouYAO")
_NEAR = {
    frozenset(pair): cost
    for pairs, cost in (
        (("pb", "td", "kg", "fv", "mn", "Tf", "SC", "CJ", "sS", "Ts", "Td", "JS", "Tt"), 0.35),
        (("lr", "wr", "lw", "bv", "pf", "ns", "pt", "kt", "gd", "bd", "hf"), 0.6),
    )
    for pair in pairs
}


@lru_cache(maxsize=16384)
def plain(text: str) -> str:
    """The form that texts are compared in: lower case, no punctuation but what numbers need, single blanks."""
    text = _SPLIT_S.sub(r"'\1", text.lower().replace("’", "'"))
    return " ".join(_DOT.sub(" ", _DROP.sub(" ", text)).split())


@lru_cache(maxsize=16384)
def sounds(word: str) -> str:
    """A sound key of one word: about one letter a phoneme, vowels kept apart coarsely."""
    key = re.sub(r"[^a-z0-9]", "", word)
    if not key or key[0].isdigit():
        return key
    for pattern, sound in _RULES:
        key = pattern.sub(sound, key)
    return key or word


@lru_cache(maxsize=16384)
def spoken(text: str) -> str:
    """The sound key of a plain text, words run together: what "bad room" and "bedroom" share."""
    return "".join(sounds(word) for word in text.split())


def _cost(a: str, b: str) -> float:
    if a == b:
        return 0.0
    if a in _VOWELS and b in _VOWELS:
        return 0.4
    return _NEAR.get(frozenset((a, b)), 1.0)


@lru_cache(maxsize=16384)
def sound_alike(a: str, b: str) -> float:
    """How alike two plain fragments sound, 0–1: a weighted edit distance over sound keys, near sounds and vowels cheap."""
    x, y = spoken(a), spoken(b)
    if not x or not y:
        return 0.0
    if x == y:
        return 1.0
    row = [0.0]
    for letter in y:
        row.append(row[-1] + (0.5 if letter in _VOWELS else 0.8))
    for left in x:
        drop = 0.5 if left in _VOWELS else 0.8
        before, row[0] = row[0], row[0] + drop
        for j, right in enumerate(y):
            change = before + _cost(left, right)
            before = row[j + 1]
            add = 0.5 if right in _VOWELS else 0.8
            row[j + 1] = min(change, row[j + 1] + drop, row[j] + add)
    return max(0.0, 1.0 - row[-1] / max(len(x), len(y)))


@lru_cache(maxsize=16384)
def changes(a: str, b: str) -> tuple[tuple[str, str], ...]:
    """What differs between two plain texts, word by word: ("lied", "light"), ("", "the")…; empty where they are equal.

    A split or joined word ("bad room", "bedroom") comes as one change.
    """
    left, right = a.split(), b.split()
    out: list[tuple[int, int, int, int]] = []
    for op in Levenshtein.opcodes(left, right):
        if op.tag == "equal":
            continue
        if out and out[-1][1] == op.src_start and out[-1][3] == op.dest_start:
            out[-1] = (out[-1][0], op.src_end, out[-1][2], op.dest_end)
        else:
            out.append((op.src_start, op.src_end, op.dest_start, op.dest_end))
    return tuple((" ".join(left[a:b]), " ".join(right[c:d])) for a, b, c, d in out)


@lru_cache(maxsize=16384)
def alike(a: str, b: str) -> float:
    """How alike two plain texts are, 0–1: the better of spelling and sound."""
    return max(ratio(a, b), ratio(spoken(a), spoken(b))) / 100


SMALL = frozenset(
    [
        "the",
        "a",
        "an",
        "my",
        "our",
        "please",
        "in",
        "of",
        "on",
        "at",
        "to",
        "is",
        "it's",
        "for",
        "me",
        "can",
        "you",
        "could",
        "would",
        "i'd",
        "like",
        "just",
        "and",
        "up",
        "now",
        "hey",
        "okay",
        "ok",
        "will",
    ]
)
"""Words that a recogniser drops or adds without harm."""
LITTLE = SMALL | frozenset(
    ["their", "they", "there", "this", "that", "these", "those", "her", "his", "some", "are", "oh", "uh", "um", "er", "let", "new"]
)
"""Words that stand in for small ones when misheard."""
OPPOSITES = tuple(
    frozenset(pair.split())
    for pair in (
        "on off",
        "up down",
        "open close",
        "open shut",
        "lock unlock",
        "raise lower",
        "increase decrease",
        "louder quieter",
        "brighter dimmer",
        "start stop",
        "play pause",
        "play stop",
        "arm disarm",
        "enable disable",
        "mute unmute",
        "warmer cooler",
        "add remove",
        "add delete",
        "next previous",
        "activate deactivate",
        "resume pause",
    )
)
NEGATIONS = frozenset(["not", "don't", "never", "no", "without", "except", "dont", "doesn't", "isn't"])
NUMBER_WORDS = frozenset(
    [
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
        "thirty",
        "forty",
        "fifty",
        "sixty",
        "seventy",
        "eighty",
        "ninety",
        "hundred",
        "half",
        "quarter",
    ]
)
WORDS_OF_RISK = frozenset(["unlock", "disarm", "oven", "hob", "stove", "cooktop", "garage", "gate", "barn"])


def flips(a: str, b: str) -> bool:
    """Whether going from `a` to `b` turns a request round: an opposite swapped, or a negation added or lost."""
    left, right = frozenset(a.split()), frozenset(b.split())
    if (left & NEGATIONS) != (right & NEGATIONS):
        return True
    return any((pair & left) and (pair & right) and (pair & left) != (pair & right) and not (pair & left & right) for pair in OPPOSITES)


def mishearing(a: str, b: str) -> float:
    """How far `b` can be what was said where `a` was heard, 0–1: the weakest change decides; small words cost little."""
    worst, total = 1.0, 0.0
    found = changes(a, b)
    for before, after in found:
        if not before or not after:
            words = (before or after).split()
            score = 0.93 if all(w in SMALL for w in words) else 0.45 if len(words) == 1 else 0.2
        else:
            score = sound_alike(before, after)
            if score < 0.8 and all(w in LITTLE for w in (before + " " + after).split()):
                score = 0.8
        worst = min(worst, score)
        total += 1.0 - score
    return max(0.0, worst - 0.08 * max(0, len(found) - 1) - 0.1 * max(0.0, total - (1 - worst)))
