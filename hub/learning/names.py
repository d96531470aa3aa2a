"""What people call the things of this house: words of failed requests that always turned out to mean one thing.
Knows evidence and the house.

A fragment is learned from two texts that differ in one place; a name from any number of requests, however worded, that failed with the same
words in them and were later done with the same thing. So it reaches requests never heard before.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from devices.home import Home
from hub.knowledge import Rule, digest
from hub.learning.evidence import Evidence
from hub.learning.gate import LIMITS, Limits, Read, needed, wording
from hub.learning.sound import plain, sound_alike
from hub.learning.tally import Fragment
from hub.learning.vocabulary import COMMAND_WORDS, house_word, usual

_COMMANDS = frozenset(COMMAND_WORDS)
NEVER = frozenset(("lock", "alarm_control_panel", "siren"))
"""Domains that no name is learned for: what is risky keeps the name that its owner gave it."""


def rules(evidence: Evidence, home_id: str | None, house: Home | None, read: Read | None = None, limits: Limits = LIMITS) -> list[Rule]:
    """Name proposals, judged: the words that go with a thing most often, the longer of equals; the name of the thing in their place."""
    if house is None:
        return []
    by_target: dict[str, list[tuple[str, Fragment]]] = defaultdict(list)
    totals: dict[str, int] = defaultdict(int)
    for (phrase, target), found in evidence.called.items():
        totals[phrase] += found.sessions
        if found.sessions >= 2:
            by_target[target].append((phrase, found))
    taken = {plain(n) for e in house.entities.values() for n in (e.name, *e.aliases)} | {
        plain(n) for a in house.areas.values() for n in (a.name, *a.aliases)
    }
    wanted: dict[str, set[str]] = defaultdict(set)
    chosen: list[tuple[str, str, Fragment]] = []
    for target, found_here in by_target.items():
        entity = house.entities.get(target)
        if entity is None or entity.domain in NEVER:
            continue
        named: set[str] = set()
        for phrase, found in sorted(found_here, key=lambda f: (-len(f[1].texts) * (1 + len(f[0].split())), -f[1].sessions, f[0])):
            own = {w for w in phrase.split() if not house_word(w)}
            if any(f" {name} " in f" {phrase} " for name in taken) or own & named or not own:
                continue
            if any(f" {plain(entity.name)} " in f" {text} " for text in found.texts):
                continue  # the thing was named: something else went wrong
            named |= own
            whole = _with_neighbours(phrase, found.texts, set(plain(entity.name).split()))
            chosen.append((whole, target, found))
            totals[whole] = totals[phrase]
            wanted[whole.split(" ", 1)[0]].add(whole)
    clean: dict[str, float] = defaultdict(float)
    wrong: dict[str, float] = defaultdict(float)
    for text, fared in evidence.fared.items():
        padded = f" {text} "
        for word in set(text.split()):
            for phrase in wanted.get(word, ()):
                if f" {phrase} " in padded:
                    clean[phrase] += fared.ok
                    wrong[phrase] += fared.bad
    out = []
    for phrase, target, found in chosen:
        ok, bad, to = clean[phrase], wrong[phrase], _name(target, house)
        rule = fragment_rule(phrase, to, found, totals[phrase], ok, bad, evidence, home_id, limits)
        rule = _judged(rule, found, totals[phrase], ok, bad, limits)
        out.append(needed(rule, found.texts, read))
    return out


def _with_neighbours(phrase: str, texts: set[str], name: set[str]) -> str:
    """The phrase with the words of the thing's own name that always stand beside it: "shopping east" for the shopping list."""
    size = len(phrase.split())
    before, after = set(), set()
    for text in texts:
        words = text.split()
        k = next(i for i in range(len(words)) if words[i : i + size] == phrase.split())
        before.add(words[k - 1] if k else "")
        after.add(words[k + size] if k + size < len(words) else "")
    left = next(iter(before)) if len(before) == 1 and before <= name else ""
    right = next(iter(after)) if len(after) == 1 and after <= name else ""
    return f"{left} {phrase} {right}".strip()


def fragment_rule(
    heard: str, to: str, found: Fragment, total: int, ok: float, bad: float, evidence: Evidence, home: str | None, limits: Limits
) -> Rule:
    """Words that stand for other words, with their evidence, not yet judged. `ok`, `bad`: how requests with these words fared as heard.

    Where the two do not sound alike it is the wording of who said it, and theirs alone.
    """
    return Rule(
        id=digest("fragment", heard, to, home),
        kind="fragment",
        heard=heard,
        to=to,
        source="personal",
        home=home,
        person=None if sound_alike(heard, to) >= limits.likeness else only_speaker(found.persons, evidence),
        when="failed",
        sessions=found.sessions,
        days=len(found.days),
        examples=tuple(found.examples),
        passed_ok=round(ok, 2),
        passed_bad=round(bad, 2),
        p=round((found.sessions + 1) / (total + 2), 3),
    )


def _judged(rule: Rule, found: Fragment, total: int, ok: float, bad: float, limits: Limits) -> Rule:
    phrase, to = rule.heard, rule.to
    for wrong, why in (
        (bool(wording(phrase, to)), wording(phrase, to)),
        (found.sessions < limits.agreement * total, "people meant different things by it"),
        (ok > 0.34 * (ok + bad), "requests with these words work as heard"),
        (phrase in _COMMANDS, "the word says something else, too"),
        (len(found.texts) < 2 and found.sessions < limits.sessions, f"too little evidence ({found.sessions} sessions, one request)"),
    ):
        if wrong:
            return replace(rule, status="refused", why=why)
    plain_word = len(phrase.split()) == 1 and usual(phrase) > 0.3
    always = (
        not plain_word
        and found.sessions >= limits.sessions
        and len(found.days) >= limits.days
        and len(found.texts) >= 2
        and ok <= 0.05 * bad
    )
    return replace(
        rule, when="always" if always else "failed", why=f"what {to} is called here: {found.sessions} sessions, {len(found.texts)} requests"
    )


def _name(target: str, house: Home) -> str:
    """How a thing is named so that nothing else is meant: its room with it where two have one name."""
    entity = house.entities[target]
    name = plain(entity.name)
    twin = any(e.id != target and plain(e.name) == name for e in house.entities.values())
    area = house.areas.get(entity.area) if entity.area else None
    return f"{name} in the {plain(area.name)}" if twin and area is not None else name


def only_speaker(persons: set[str | None], evidence: Evidence) -> str | None:
    """The one known person of several that evidence comes from; None where it is shared, where one lives alone, or unknown."""
    return next(iter(persons)) if len(persons) == 1 and len(evidence.speakers) > 1 else None
