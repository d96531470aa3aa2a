"""Numbers as people say them: words, fractions, percentages, units. Knows English words and no device."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*['’]?|%|°|-(?=\d)")
ONES = {
    "zero": 0,
    "oh": 0,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
}
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_MISHEARD = {"won": 1, "tree": 3, "ate": 8, "sex": 6}
"""What recognisers write for a digit after a ten."""
SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
ORDINALS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
    "eleventh": 11,
    "twelfth": 12,
    "thirteenth": 13,
    "fourteenth": 14,
    "fifteenth": 15,
    "sixteenth": 16,
    "seventeenth": 17,
    "eighteenth": 18,
    "nineteenth": 19,
    "twentieth": 20,
    "thirtieth": 30,
}
FRACTIONS = {
    "half": 0.5,
    "third": 1 / 3,
    "thirds": 1 / 3,
    "quarter": 0.25,
    "quarters": 0.25,
    "fifth": 0.2,
    "fifths": 0.2,
    "tenth": 0.1,
    "tenths": 0.1,
    "sixth": 1 / 6,
    "sixths": 1 / 6,
    "eighth": 0.125,
    "eighths": 0.125,
}
_PARTS = frozenset(FRACTIONS) - {"half"} | {"halves"}
"""What may follow a number: "three quarters", "one fifth"."""


@dataclass(frozen=True, slots=True)
class Token:
    """One lower-case word and where it stands in the text that it came from."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Amount:
    """A number and what it counts."""

    value: float
    unit: str | None
    """percent · degrees · kelvin · celsius · fahrenheit · times · None"""
    start: int
    """First token."""
    end: int
    """After the last token."""


def tokens(text: str, limit: int = 96) -> list[Token]:
    """Words, numbers and the signs % and °, at most `limit`; a number and the letters that follow it are two tokens."""
    found: list[Token] = []
    for match in _WORD.finditer(text):
        word = match.group().lower().replace("’", "'").rstrip("'")
        if word:
            found.append(Token(word, match.start(), match.end()))
        if len(found) >= limit:
            break
    return found


def plain(value: float) -> int | float:
    """21.0 becomes 21, 20.5 stays."""
    rounded = round(value, 4)
    return int(rounded) if rounded == int(rounded) else rounded


def _digits(word: str) -> float | None:
    if not word[:1].isdecimal() or ":" in word:
        return None
    text = word.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", word) else word.replace(",", ".")
    try:
        return float(text)
    except ValueError:
        return None


def _below_hundred(words: Sequence[str], at: int) -> tuple[int, int] | None:
    """(value, tokens used) of a cardinal under 100 at `at`."""
    if at >= len(words):
        return None
    word = words[at]
    if word in TENS:
        if at + 1 < len(words) and 1 <= ONES.get(words[at + 1], _MISHEARD.get(words[at + 1], 0)) <= 9:
            return TENS[word] + ONES.get(words[at + 1], _MISHEARD.get(words[at + 1], 0)), 2
        return TENS[word], 1
    joined = next((ten for ten in TENS if word.startswith(ten) and 1 <= ONES.get(word[len(ten) :], 0) <= 9), None)
    if joined is not None:
        return TENS[joined] + ONES[word[len(joined) :]], 1
    if word in ONES and word != "oh":
        return ONES[word], 1
    return None


def cardinal(words: Sequence[str], at: int = 0) -> tuple[float, int] | None:
    """The longest cardinal at `at`, digits or words ("a hundred and five", "two point five"), as (value, tokens used)."""
    if at >= len(words):
        return None
    number = _digits(words[at])
    if number is not None:
        return number, 1
    total, current, used = 0.0, None, 0
    i = at
    while i < len(words):
        word = words[i]
        part = _below_hundred(words, i)
        if part is not None and (current is None or (current >= 100 and current % 100 == 0)):
            current = (current or 0) + part[0]
            i += part[1]
        elif word in SCALES and (current is not None or (i == at + 1 and words[at] == "a")):
            current = (1 if current is None else current) * SCALES[word]
            if SCALES[word] >= 1000:
                total, current = total + current, None
            i += 1
        elif (word == "a" and i == at and i + 1 < len(words) and words[i + 1] in SCALES) or (
            word == "and" and used and i + 1 < len(words) and words[i - 1] in SCALES and _below_hundred(words, i + 1)
        ):
            i += 1
            continue
        else:
            break
        used = i - at
    if not used:
        return None
    value = total + (current or 0)
    i = at + used
    if i + 1 < len(words) and words[i] == "point":
        decimals = ""
        i += 1
        while i < len(words):
            if ONES.get(words[i], 10) <= 9:
                decimals += str(ONES[words[i]])
                i += 1
                continue
            part = _below_hundred(words, i)
            if part is not None and not decimals:
                decimals, i = str(part[0]), i + part[1]
            break
        if decimals:
            return float(f"{int(value)}.{decimals}"), i - at
    return value, used

_AROUND_CODE = frozenset({"my", "the", "a", "pin", "code", "number", "is", "it", "its", "it's"})
_TIMES = {"double": 2, "triple": 3}


def code(text: str) -> str:
    """The digits of a code as people say it: "4711", "four seven one one", "forty seven eleven", "the pin is four seven double one".
    "" where anything else is said."""
    words = [w for w in text.casefold().replace(",", " ").replace(".", " ").split() if w not in _AROUND_CODE]
    digits, at, times = "", 0, 1
    while at < len(words):
        if words[at] in _TIMES:
            times, at = _TIMES[words[at]], at + 1
            continue
        part = (0, 1) if words[at] == "oh" else _below_hundred(words, at)
        if words[at].isdecimal():
            said, at = words[at], at + 1
        elif part is not None:
            said, at = str(part[0]), at + part[1]
        else:
            return ""
        digits, times = digits + said * times, 1
    return digits


def number(words: Sequence[str], at: int = 0) -> tuple[float, int] | None:
    """Any number at `at`: cardinals, "half", "a quarter", "three quarters", "two and a half", "a couple of", "a dozen"."""
    n = len(words)
    if at >= n:
        return None
    minus = words[at] in ("minus", "negative", "-")
    if minus:
        inner = number(words, at + 1)
        return (-inner[0], inner[1] + 1) if inner else None
    rest = words[at:]
    article = 1 if rest[0] in ("a", "an", "one") and len(rest) > 1 else 0
    if article and rest[1] in ("half", "quarter", "third", "fifth", "tenth") and rest[0] != "one":
        return FRACTIONS[rest[1]], 2
    if rest[0] == "halfway" or rest[:2] == ["half", "way"]:
        return 0.5, 1 if rest[0] == "halfway" else 2
    if rest[0] in ("half", "quarter"):
        return FRACTIONS[rest[0]], 1
    if rest[0] in ("a", "the") and rest[1:2] == ["couple"]:
        return 2.0, 3 if rest[2:3] == ["of"] else 2
    if rest[0] == "couple":
        return 2.0, 2 if rest[1:2] == ["of"] else 1
    if rest[0] in ("a", "one") and rest[1:2] == ["dozen"]:
        return 12.0, 2
    found = cardinal(words, at)
    if found is None:
        return None
    value, used = found
    after = words[at + used : at + used + 3]
    if value == int(value) and len(after) >= 1 and after[0] in _PARTS and value < 10:
        fraction = 0.5 if after[0] == "halves" else FRACTIONS[after[0]]
        return value * fraction, used + 1
    if len(after) >= 2 and after[0] == "and" and after[1] == "half":
        return value + 0.5, used + 2
    if len(after) >= 3 and after[0] == "and" and after[1] in ("a", "one") and after[2] in ("half", "quarter"):
        return value + FRACTIONS[after[2]], used + 3
    if len(after) >= 3 and after[0] == "and" and after[1] in ("three", "3") and after[2] in ("quarters", "quarter"):
        return value + 0.75, used + 3
    return value, used


def decimals(text: str) -> str:
    """The text with "twenty one and a half" as 21.5, so that its "and" joins no two commands."""
    toks = tokens(text)
    words = [t.text for t in toks]
    out, last = [], 0
    i = 0
    while i < len(words):
        part = number(words, i)
        if part is not None and "and" in words[i : i + part[1]]:
            out += [text[last : toks[i].start], str(plain(part[0]))]
            last = toks[i + part[1] - 1].end
        i += part[1] if part else 1
    return "".join(out) + text[last:]


def ordinal(word: str) -> int | None:
    """ "third", "3rd" and "twenty-first" as far as it is one token."""
    match = re.fullmatch(r"(\d+)(?:st|nd|rd|th)", word)
    if match:
        return int(match.group(1))
    return ORDINALS.get(word)

_UNITS = {
    "%": "percent",
    "percent": "percent",
    "percents": "percent",
    "pct": "percent",
    "°": "degrees",
    "degree": "degrees",
    "degrees": "degrees",
    "deg": "degrees",
    "kelvin": "kelvin",
    "k": "kelvin",
    "celsius": "celsius",
    "c": "celsius",
    "centigrade": "celsius",
    "fahrenheit": "fahrenheit",
    "f": "fahrenheit",
    "times": "times",
    "notches": "notches",
    "notch": "notches",
}
_LIKE_PERCENT = frozenset({"person", "present", "presents", "parcent", "persent"})
"""What recognisers write for "percent" at the end of a sentence: no lamp is set to fifty persons."""


def amounts(words: Sequence[str]) -> list[Amount]:
    """Every number with its unit, in order; "per cent" and "degrees celsius" are read whole."""
    found: list[Amount] = []
    i = 0
    while i < len(words):
        part = number(words, i)
        if part is None:
            i += 1
            continue
        value, used = part
        end = i + used
        unit = None
        if end < len(words) and words[end] in _UNITS:
            unit = _UNITS[words[end]]
            end += 1
            if unit == "degrees" and end < len(words) and _UNITS.get(words[end]) in ("celsius", "fahrenheit"):
                unit = _UNITS[words[end]]
                end += 1
        elif end + 1 < len(words) and words[end] == "per" and words[end + 1] in ("cent", "sent", "scent"):
            unit, end = "percent", end + 2
        elif end + 1 == len(words) and words[end] in _LIKE_PERCENT and value > 1:
            unit, end = "percent", end + 1
        found.append(Amount(value, unit, i, end))
        i = end
    return found


def as_percent(amount: Amount) -> int | float | None:
    """Percent 0–100: "half" is 50, "three quarters" 75, 40 is 40; None where it can't be one."""
    value = amount.value
    if amount.unit in ("degrees", "kelvin", "celsius", "fahrenheit", "times", "notches"):
        return None
    if amount.unit is None and 0 < value < 1:
        value = round(value * 100)
    return plain(value) if 0 <= value <= 100 else None
