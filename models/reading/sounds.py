"""How words sound, roughly: a key that recognisers' mix-ups share. Knows English spelling and no house."""

from __future__ import annotations

import re
from functools import lru_cache

_RULES = [
    (r"^kn|^gn|^pn", "n"),
    (r"^wr", "r"),
    (r"^wh", "w"),
    (r"^x", "s"),
    (r"mb$", "m"),
    (r"tch", "x"),
    (r"tion|sion", "xn"),
    (r"isl(?=[ae])", "il"),
    (r"sch", "sk"),
    (r"ch|sh", "x"),
    (r"ph|gh(?=t)", "f"),
    (r"gh", ""),
    (r"dg(?=[eiy])|g(?=e$)", "j"),
    (r"c(?=[eiy])", "s"),
    (r"ck|c|q", "k"),
    (r"x", "x"),
    (r"th", "0"),
    (r"z", "s"),
    (r"dd?|tt?", "t"),
    (r"bb?|pp?", "p"),
    (r"v", "f"),
    (r"g", "k"),
    (r"w(?![aeiou])", ""),
    (r"h", ""),
]
_VOWELS = re.compile(r"[aeiouy]+")


@lru_cache(maxsize=16384)
def key(word: str) -> str:
    """Consonant skeleton with voiced and unvoiced merged, `a` for a first vowel: "light", "lied" and "lite" are all "lt"."""
    text = re.sub(r"[^a-z0-9]", "", word.lower())
    text = re.sub(r"ight", "it", text)
    for pattern, to in _RULES:
        text = re.sub(pattern, to, text)
    first = "a" if text[:1] and text[0] in "aeiouy" else ""
    text = first + _VOWELS.sub("", text)
    return re.sub(r"(.)\1+", r"\1", text)


def phrase_key(text: str) -> str:
    """The key of several words run together: word boundaries are what recognisers get wrong."""
    return "".join(key(word) for word in text.split())
