"""From evidence to proposed rewrites: whole texts over the Markov chain, fragments over their alignment. Knows no journal and no turn."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from devices.home import Home
from hub.knowledge import Rule, Said, digest
from hub.learning.evidence import Evidence, fared_with
from hub.learning.gate import LIMITS, Limits, Read, by_chain, executable, judge_text, likeness, needed, no_cycles, wording
from hub.learning.names import fragment_rule, only_speaker
from hub.learning.sound import SMALL, sound_alike
from hub.learning.tally import Pair
from hub.learning.vocabulary import Vocabulary

MOST_RULES = 2000
MOST_SAID = 2000
DISAGREE = "people meant different things by it"


def texts(evidence: Evidence, home: str | None, limits: Limits = LIMITS, known: Vocabulary | None = None) -> list[Rule]:
    """Whole-text proposals, judged; at most one live rule for a text (and speaker)."""
    out: list[Rule] = []
    own = {person: _by_heard(pairs) for person, pairs in evidence.own.items()}
    for heard, found in _by_heard(evidence.pairs).items():
        rule = _text_rule(heard, found, evidence, home, None, limits, known)
        out.append(rule)
        if len(found) > 1:
            for person, theirs in own.items():
                mine = theirs.get(heard)
                if mine and (rule.why == DISAGREE or _lately(mine, evidence, limits) is not mine):
                    out.append(_text_rule(heard, mine, evidence, home, person, limits, known))
    return out


def _by_heard(pairs: Mapping[tuple[str, str], Pair]) -> dict[str, list[tuple[str, Pair]]]:
    found: dict[str, list[tuple[str, Pair]]] = defaultdict(list)
    for (heard, to), pair in pairs.items():
        found[heard].append((to, pair))
    return found


def _text_rule(
    heard: str,
    found: list[tuple[str, Pair]],
    evidence: Evidence,
    home: str | None,
    person: str | None,
    limits: Limits,
    known: Vocabulary | None,
) -> Rule:
    """What a text should be read as, judged; with a `person` by what that speaker said alone, and then only on the full evidence."""
    found = _lately(found, evidence, limits)
    groups: dict[str, float] = defaultdict(float)
    for to, pair in found:
        groups[_meaning(evidence, to)] += pair.weight
    total = sum(groups.values())
    found.sort(key=lambda item: (groups[_meaning(evidence, item[0])], item[1].weight), reverse=True)
    to, pair = found[0]
    whole = _merged([p for t, p in found if _meaning(evidence, t) == _meaning(evidence, to)])
    rule = Rule(
        id=digest("text", heard, to, home, person) if person else digest("text", heard, to, home),
        kind="text",
        heard=heard,
        to=to,
        source="personal",
        home=home,
        person=person,
        sessions=whole.sessions,
        days=len(whole.days),
        examples=tuple(whole.examples[:5]),
    )
    if groups[_meaning(evidence, to)] < limits.agreement * total:
        return replace(rule, status="refused", why=DISAGREE)
    if person is not None and (whole.sessions < limits.own_sessions or len(whole.days) < limits.days):
        return replace(rule, status="refused", why="too little evidence of this speaker alone")
    rule = judge_text(rule, whole, evidence, limits, known, groups[_meaning(evidence, to)] / total)
    if rule.status == "live" and likeness(heard, to) < limits.likeness:
        rule = replace(rule, person=only_speaker(whole.persons, evidence))
    if rule.status == "live" and rule.when == "always":
        if person is None and not by_chain(evidence, heard, to):
            return replace(rule, status="refused", why="the chain does not lead there")
        return replace(rule, source="markov")
    return rule


def _lately(found: list[tuple[str, Pair]], evidence: Evidence, limits: Limits) -> list[tuple[str, Pair]]:
    """What was said instead since everybody who meant one thing came to mean another; all of it where two meanings still alternate."""
    newest = max(found, key=lambda item: item[1].last_at)
    now = [item for item in found if _meaning(evidence, item[0]) == _meaning(evidence, newest[0])]
    whole = _merged([pair for _, pair in now])
    before = [pair for _, pair in found if all(pair is not p for _, p in now)]
    ended = max((pair.last_at for pair in before), default=0.0)
    same_people = all(pair.persons <= whole.persons for pair in before)
    changed = same_people and ended < whole.first_at < math.inf and whole.sessions >= limits.own_sessions and len(whole.days) >= limits.days
    return now if changed else found


def _meaning(evidence: Evidence, text: str) -> str:
    fared = evidence.fared.get(text)
    return fared.meanings.most_common(1)[0][0] if fared and fared.meanings else text


def _merged(pairs: list[Pair]) -> Pair:
    out = Pair()
    for pair in pairs:
        out.weight += pair.weight
        out.sessions += pair.sessions
        out.traced += pair.traced
        out.days |= pair.days
        out.persons |= pair.persons
        out.homes |= pair.homes
        out.p = max(out.p, pair.p)
        out.examples += pair.examples
        out.first_at = min(out.first_at, pair.first_at)
        out.last_at = max(out.last_at, pair.last_at)
    return out


def fragments(evidence: Evidence, home: str | None, limits: Limits = LIMITS, read: Read | None = None) -> list[Rule]:
    """Fragment proposals: misheard words that recur over sessions, hardly ever part of a request that worked as heard."""
    wanted = [key for key, found in evidence.fragments.items() if found.sessions >= 2]
    fared = fared_with(evidence, wanted)
    out: list[Rule] = []
    totals: dict[str, int] = defaultdict(int)
    for (before, _), found in evidence.fragments.items():
        totals[before] += found.sessions
    for key in wanted:
        before, after = key
        found = evidence.fragments[key]
        ok, bad = fared[key][0] + found.ok, fared[key][1] + found.bad
        rule = fragment_rule(before, after, found, totals[before], ok, bad, evidence, home, limits)
        alike = sound_alike(before, after)
        rule = _judged(rule, len(found.texts), alike, found.sessions / totals[before], limits)
        out.append(needed(rule, found.texts, read))
    return out


def _judged(rule: Rule, n_texts: int, alike: float, share: float, limits: Limits) -> Rule:
    why = wording(rule.heard, rule.to)
    if why:
        return replace(rule, status="refused", why=why)
    if share < limits.agreement:
        return replace(rule, status="refused", why=DISAGREE)
    if rule.passed_ok > 0.34 * (rule.passed_ok + rule.passed_bad):
        return replace(rule, status="refused", why="requests with these words work as heard")
    if all(word in SMALL for word in rule.heard.split()) and len(rule.heard.split()) < 2:
        return replace(rule, status="refused", why="too short to be sure")
    if alike < limits.likeness and (rule.sessions < 2 * limits.sessions or n_texts < 2):
        return replace(rule, status="refused", why="the two do not sound alike")
    always = (
        rule.sessions >= limits.sessions
        and rule.days >= limits.days
        and n_texts >= 2
        and rule.passed_ok <= 0.05 * rule.passed_bad
        and alike >= 0.7
    )
    return replace(
        rule, when="always" if always else "failed", why=f"misheard so in {rule.sessions} sessions, {n_texts} different requests"
    )


def index(evidence: Evidence, home: str | None) -> tuple[Said, ...]:
    """The personal index: requests with at least two successes, the most frequent first."""
    rows = [
        Said(text=text, home=home, n=round(fared.ok, 2), meaning=fared.meanings.most_common(1)[0][0])
        for text, fared in evidence.fared.items()
        if fared.ok >= 1.2 and fared.meanings and fared.bad <= 0.5 * fared.ok and fared.hard == 0
    ]
    rows.sort(key=lambda s: -s.n)
    return tuple(rows[:MOST_SAID])


def pooled(evidence: Evidence, limits: Limits = LIMITS) -> list[Rule]:
    """What holds for every home: only what at least `limits.homes` homes said, and only where nothing can be done with what was heard.

    Other homes do not say how often the same words are right there, so their word is not taken against a reading that works here.
    """
    kept = Evidence(
        now=evidence.now,
        fared=evidence.fared,
        chain=evidence.chain,
        words=evidence.words,
        says=evidence.says,
        pairs={k: v for k, v in evidence.pairs.items() if len(v.homes) >= limits.homes},
        fragments={k: v for k, v in evidence.fragments.items() if len(v.homes) >= limits.homes},
        failed=evidence.failed,
        traced=evidence.traced,
    )
    return [
        replace(rule, source="global", when="failed" if rule.status == "live" else rule.when)
        for rule in [*texts(kept, None, limits), *fragments(kept, None, limits)]
    ]


def checked(rules: list[Rule], read: Read | None, home: Home | None) -> list[Rule]:
    """Rules after the guard-rails that need the house: executable now, no cycles; the best of each text first, bounded in number."""
    rules = [executable(rule, read, home) if rule.status == "live" else rule for rule in rules]
    rules = no_cycles(rules)
    rules.sort(key=lambda r: (r.status != "live", r.when != "always", -r.sessions, r.id))
    once = {r.id: r for r in reversed(rules)}
    return sorted(once.values(), key=lambda r: (r.status != "live", -r.sessions, r.id))[:MOST_RULES]
