"""How people say what a template says: politeness, several things, exceptions, corrections, later, several commands. Knows no template."""

from __future__ import annotations

import random
import re
import tomllib
from pathlib import Path

from models.reading.wordpiece import split_words
from models.training import values
from models.training.sentences import Example, Sampler, Tagged, finish

_LISTS = tomllib.loads((Path(__file__).parent / "words.toml").read_text())["wording"]
BEFORE: list[str] = _LISTS["before"].split("|")
AFTER: list[str] = _LISTS["after"].split("|")
FILLERS: list[str] = _LISTS["fillers"].split("|")
JOIN: list[str] = _LISTS["join"].split("|")
EXCEPT: list[str] = _LISTS["except"].split("|")
EDIT: list[str] = _LISTS["edit"].split("|")
COMMANDS: list[str] = _LISTS["commands"].split("|")
DONE: list[str] = _LISTS["done"].split("|")
LATER = frozenset(
    (
        "HassTurnOn",
        "HassTurnOff",
        "HassLightSet",
        "HassSetPosition",
        "HassClimateSetTemperature",
        "HassVacuumStart",
        "HassMediaSearchAndPlay",
        "HassMediaPause",
    )
)


def wrap(r: random.Random, chunks: Tagged) -> Tagged:
    """Politeness, wake words and fillers around and in between."""
    out = list(chunks)
    if r.random() < 0.32:
        out = [(r.choice(BEFORE), "\x00", ""), *out]
        if r.random() < 0.15:
            out = [(r.choice(BEFORE), "\x00", ""), *out]
    if r.random() < 0.16:
        out = [*out, (r.choice(AFTER), "\x00", "")]
    if r.random() < 0.07:
        at = r.randint(0, len(out))
        out = [*out[:at], (r.choice(FILLERS), "\x00", ""), *out[at:]]
    return out


def coordinate(r: random.Random, s: Sampler, chunks: Tagged) -> tuple[Tagged, int]:
    """ "the kitchen light" → "the kitchen light, the fan and the lamp"."""
    at = [
        i
        for i, c in enumerate(chunks)
        if c[2] in ("light", "device", "switch", "area", "cover", "lock", "item", "player", "fan", "todoitem", "floor", "dc")
    ]
    if not at:
        return chunks, 1
    i = r.choice(at)
    extra = 1 if r.random() < 0.72 else (2 if r.random() < 0.7 else 3)
    the = r.choice(("the ", "the ", "")) if chunks[i][2] not in ("item", "todoitem") else ""
    new: Tagged = [chunks[i]]
    for k in range(extra):
        text, slot = s.value(chunks[i][2])
        new.append((r.choice(("and", "and", "and also", "plus", "as well as")) if k == extra - 1 else r.choice(("", "and")), "conj", ""))
        if the:
            new.append((the, "", ""))
        new.append((text, slot, chunks[i][2]))
    return [*chunks[:i], *new, *chunks[i + 1 :]], min(4, 1 + extra)


def exception(r: random.Random, s: Sampler, chunks: Tagged) -> Tagged:
    """ "… except the hall"."""
    kind = r.choice(("light", "device", "area", "area"))
    text, slot = s.value(kind)
    lead = r.choice(("the ", "", "in the ", "the one in the ")) if kind == "area" else r.choice(("the ", "the ", ""))
    return [*chunks, (r.choice(EXCEPT), "except", ""), (lead, "", ""), (text, slot, kind)]


def repair(r: random.Random, s: Sampler, chunks: Tagged) -> Tagged:
    """ "turn on no off the lamp": what is taken back, and the words that take it back, are one repair span."""
    for i, (text, slot, _) in enumerate(chunks):
        m = re.search(r"\b(on|off)\b", text) if not slot else None
        if m and r.random() < 0.6:
            other = "off" if m[1] == "on" else "on"
            return [
                *chunks[:i],
                (text[: m.start()], "", ""),
                (f"{other} {r.choice(EDIT)}", "repair", ""),
                (text[m.start() :], "", ""),
                *chunks[i + 1 :],
            ]
    at = [i for i, c in enumerate(chunks) if c[2] and c[1]]
    if at and r.random() < 0.75:
        i = r.choice(at)
        wrong, _ = s.value(chunks[i][2]) if chunks[i][2] not in ("cmd", "cmd2") else ("", "")
        if wrong and wrong != chunks[i][0]:
            return [*chunks[:i], (f"{wrong} {r.choice(EDIT)} {r.choice(('', 'the', '', ''))}", "repair", ""), *chunks[i:]]
    first = split_words(" ".join(c[0] for c in s.plain_command()))[: r.randint(2, 5)]
    return [(" ".join(first) + " " + r.choice(EDIT), "repair", ""), *chunks]


def later(r: random.Random, chunks: Tagged) -> Tagged:
    """The same command at a time of day or after something has happened."""
    text = (
        r.choice(DONE)
        if r.random() < 0.35
        else r.choice(
            (
                f"at {values.clock(r)}",
                f"at {values.clock(r)} {values.day(r)}",
                values.day(r),
                values.repeat(r),
                f"every day at {values.clock(r)}",
                f"until {values.clock(r)}",
                f"{values.day(r)} at {values.clock(r)}",
            )
        )
    )
    when = (text, "datetime", "")
    return [when, *chunks] if r.random() < 0.25 else [*chunks, when]


def draw(s: Sampler, rows: list[int]) -> Example:
    """One training sentence from these template rows."""
    r = s.r
    chunks, intents = s.chunks(r.choice(rows))
    intent = max(intents, key=lambda k: intents[k])
    n = 1
    k = r.random()
    if intent in COMMANDS and len(intents) == 1:
        if k < 0.08:
            chunks, n = coordinate(r, s, chunks)
        elif k < 0.14 and any(c[1] in ("domain", "device_class") or "everything" in c[0] for c in chunks):
            chunks = exception(r, s, chunks)
        elif k < 0.19:
            chunks = repair(r, s, chunks)
        elif k < 0.22 and intent in LATER and not any(c[1] in ("datetime", "duration") for c in chunks):
            chunks = later(r, chunks)
    chunks = wrap(r, chunks)
    return finish(chunks, "template", intents, n)


def compound(s: Sampler, rows_of: dict[str, list[int]]) -> Example:
    """Two to four commands in one breath; the intents share the probability."""
    r = s.r
    count = r.choice((2, 2, 2, 2, 3, 3, 4))
    chunks: Tagged = []
    share: dict[str, float] = {}
    total = 0
    for i in range(count):
        intent = r.choice(COMMANDS)
        rows = [x for x in rows_of.get(intent, []) if len(s.templates.rows[x][0]) == 1]
        if not rows:
            continue
        part, _ = s.chunks(r.choice(rows))
        if i and r.random() < 0.06:
            part, more = coordinate(r, s, part)
            total += more - 1
        if total:
            chunks.append((r.choice(JOIN), "conj", ""))
        chunks += part
        share[intent] = share.get(intent, 0.0) + 1.0
        total += 1
    weight = sum(share.values())
    return finish(wrap(r, chunks), "compound", {k: v / weight for k, v in share.items()}, min(4, max(1, total)))
