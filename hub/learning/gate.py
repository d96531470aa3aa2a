"""What a learned rewrite must pass before it acts, and what takes it back: the ten guard-rails, the replay, the watch.
Knows evidence, not how it was found.

Guard-rails after §4 of the learning notes: evidence, margin, original's success, executable, likeness, safety and polarity, block list,
self-awareness, veto, no cycles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from devices.home import Home
from hub.knowledge import Learned, Rule, digest
from hub.learning.evidence import Evidence
from hub.learning.markov import beta_beats, solve
from hub.learning.signals import value_key
from hub.learning.sound import NUMBER_WORDS, SMALL, WORDS_OF_RISK, alike, changes, flips, mishearing, sound_alike
from hub.learning.tally import FELL, Arm, Fared, Pair
from hub.learning.vocabulary import Vocabulary, least_alike
from models.said import Frame, Interpretation

Read = Callable[[str], Interpretation]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Thresholds; every one may be swept."""

    sessions: int = 3
    days: int = 2
    target_successes: float = 3.0
    margin: float = 0.95
    original_success: float = 0.5
    likeness: float = 0.55
    failed_likeness: float = 0.6
    """Likeness that makes one session enough where the text never worked."""
    history_likeness: float = 0.62
    traced_likeness: float = 0.68
    history_successes: float = 1.5
    own_sessions: int = 2
    """Sessions that are enough for words that were never understood, if all that one speaker then said meant the same."""
    agreement: float = 0.7
    """Share of the evidence that must point to the same meaning."""
    block_days: float = 14.0
    homes: int = 3
    """Homes that must agree before something holds for every home."""


LIMITS = Limits()
MOST_TRIED = 6
"""Requests at most that a fragment is tried on."""


def wording(heard: str, to: str) -> str:
    """Why these words may never be rewritten into those (guard-rail 6); empty if they may."""
    if heard == to:
        return "it changes nothing"
    if flips(heard, to):
        return "it would turn the request round"
    new = (frozenset(to.split()) - frozenset(heard.split())) & WORDS_OF_RISK
    if new:
        return f"it would bring in something risky ({', '.join(sorted(new))})"
    return ""


def likeness(heard: str, to: str) -> float:
    """Guard-rail 5: how far the two can be one request, misheard or nearly the same words."""
    return max(mishearing(heard, to), alike(heard, to) - 0.15)


def judge_text(
    rule: Rule, pair: Pair, evidence: Evidence, limits: Limits = LIMITS, known: Vocabulary | None = None, share: float = 0.0
) -> Rule:
    """A whole-text rule with its status. `share`: how much of what was said instead meant this.

    `always` by the full chain; `history` where every trace of the text is bad and its change is plainly a mishearing; `failed` where
    the text
    was never understood; else refused with why.
    """
    fared = evidence.fared[rule.heard]
    target = evidence.fared.get(rule.to)
    why = wording(rule.heard, rule.to)
    if why:
        return replace(rule, status="refused", why=why)
    like = likeness(rule.heard, rule.to)
    target_ok = target.ok if target else 0.0
    target_bad = target.bad if target else 0.0
    trace = evidence.trace_rate()
    two_things = between_things(rule.heard, rule.to, known)
    silent = min(1.0, (fared.bad / max(1e-9, fared.bad + fared.ok)) / trace)
    ok = fared.ok if fared.hard or two_things else (fared.ok + fared.bad) * (1.0 - silent)
    bad = fared.ok + fared.bad - ok
    rule = replace(
        rule, wins=round(target_ok, 2), losses=round(target_bad, 2), passed_ok=round(fared.ok, 2), passed_bad=round(fared.bad, 2)
    )
    margin = beta_beats(round(target_ok, 1), round(target_bad, 1), round(ok, 1), round(bad, 1))
    rule = replace(rule, p=round(margin, 4))
    never = fared.hard > 0 and fared.ok <= 0.1 * fared.n
    enough = pair.sessions >= limits.sessions and len(pair.days) >= limits.days and target_ok >= limits.target_successes
    alike_enough = like >= limits.likeness or (pair.sessions >= 2 * limits.sessions and len(pair.days) >= limits.days)
    if enough and margin >= limits.margin and ok <= limits.original_success * (ok + bad) and alike_enough:
        return replace(rule, when="always", why=f"said instead with success in {pair.sessions} sessions on {len(pair.days)} days")
    own = share >= 1.0 and pair.sessions >= limits.own_sessions and len(pair.days) >= limits.days and pair.p >= 0.75
    if never and target_ok > 0 and (own or _enough_for_failed(rule, pair, fared, limits)):
        return replace(rule, when="failed", why=f"never understood as heard; said instead with success {pair.sessions}×")
    if (
        ok <= 0.1 * fared.n
        and not _seldom(pair, fared)
        and target_ok >= limits.history_successes
        and like >= limits.history_likeness
        and margin >= 0.9
        and pair.p >= 0.75
    ):
        doubt = confusable(rule.heard, rule.to, known)
        if (
            not doubt
            or (pair.traced and like >= limits.traced_likeness and not two_things and not numeric(rule.heard, rule.to))
            or (pair.sessions >= 2 and len(pair.days) >= limits.days)
        ):
            return replace(rule, when="history", why=f"went wrong every time; said instead with success {pair.sessions}×")
    for failed, text in (
        (not enough, f"too little evidence ({pair.sessions} sessions, {len(pair.days)} days)"),
        (ok > limits.original_success * (ok + bad), "it works as heard often enough"),
        (not alike_enough, "the two are not alike"),
        (margin < limits.margin, "not surely better"),
    ):
        if failed:
            return replace(rule, status="refused", why=text)
    return replace(rule, status="refused", why="not surely better")


def confusable(heard: str, to: str, known: Vocabulary | None) -> bool:
    """Whether both sides are things that people here say: then the two may be two requests, and one correction proves little."""
    if numeric(heard, to):
        return True
    for before, after in changes(heard, to):
        words = [w for w in before.split() if w not in SMALL]
        if words and (known is None or all(w in known.words for w in words)):
            return True
        if not words and any(w not in SMALL for w in after.split()):
            return True
    return False


def between_things(heard: str, to: str, known: Vocabulary | None) -> bool:
    """Whether one thing of this home is taken for another: then silence is what success looks like, and a change of mind looks like a
    correction."""
    return known is not None and any(
        any(w in known.name_words for w in before.split()) and any(w in known.name_words for w in after.split())
        for before, after in changes(heard, to)
    )


def numeric(heard: str, to: str) -> bool:
    """Whether a number changes: somebody who corrects a number may have changed their mind."""
    return any(any(c.isdigit() for c in w) or w in NUMBER_WORDS for pair in changes(heard, to) for part in pair for w in part.split())


def _enough_for_failed(rule: Rule, pair: Pair, fared: Fared, limits: Limits) -> bool:
    """The less two texts sound alike, and the more usual what was heard is, the more often must the one have stood in for the other."""
    if _seldom(pair, fared):
        return False
    if pair.sessions >= limits.sessions and len(pair.days) >= limits.days:
        return True
    heard_right = [
        before
        for before, after in changes(rule.heard, rule.to)
        if not all(w in SMALL for w in (before + " " + after).split())
        and (not before or not after or sound_alike(before, after) < least_alike(before, 0.5))
    ]
    if pair.sessions >= 2:
        return not heard_right or likeness(rule.heard, rule.to) >= limits.failed_likeness
    return not heard_right and pair.p >= 0.75


def _seldom(pair: Pair, fared: Fared) -> bool:
    """Whether a text was heard so often that somebody would have put it right more often, had it been wrong."""
    return fared.n >= 4 and pair.sessions < 0.15 * fared.n


def by_chain(evidence: Evidence, heard: str, to: str) -> bool:
    """Whether the Markov chain, too, says that success is reached by `to` from `heard`, rather than by staying."""
    reach = solve(evidence.chain, heard)
    here = reach.at.get(heard, 0.0)
    there = reach.at.get(to, 0.0)
    return there > here and there >= 0.5 * max(reach.at.values())


def executable(rule: Rule, read: Read | None, home: Home | None) -> Rule:
    """Guard-rail 4: what it rewrites to must be understood and possible in this home now."""
    if read is None or rule.kind != "text":
        return rule
    meant = read(rule.to)
    if not meant.accepted or any(frame.code for frame in meant.frames):
        return replace(rule, status="refused", why="what it leads to is not possible here now")
    if rule.when in ("always", "history"):
        now = read(rule.heard)
        if now.accepted and same(now, meant):
            return replace(rule, status="refused", why="already understood so")
    return rule


def needed(rule: Rule, texts: Iterable[str], read: Read | None) -> Rule:
    """A fragment that this hub does well enough without (its reader makes the same of such a request) waits until a reading fails."""
    if read is None or rule.status != "live" or rule.when != "always":
        return rule
    for text in sorted(texts)[:MOST_TRIED]:
        now, then = read(text), read(f" {text} ".replace(f" {rule.heard} ", f" {rule.to} ").strip())
        if now.accepted and not any(f.code for f in now.frames) and same(now, then):
            return replace(rule, when="failed")
    return rule


def same(a: Interpretation, b: Interpretation) -> bool:
    """Whether two readings would do the same."""
    return [_does(f) for f in a.frames] == [_does(f) for f in b.frames]


_ONE_DEED = {"HassShoppingListAddItem": "HassListAddItem"}
"""Intents that do the same to the same target."""


def _does(frame: Frame) -> tuple[str, list[str], list[tuple[str, str]]]:
    return _ONE_DEED.get(frame.intent, frame.intent), sorted(frame.targets), _values(frame.slots)


def _values(slots: Mapping[str, object]) -> list[tuple[str, str]]:
    return sorted((k, value_key(v)) for k, v in slots.items() if k not in ("name", "area", "floor", "domain", "device_class"))


def no_cycles(rules: list[Rule]) -> list[Rule]:
    """Guard-rail 10: of i → j and j → i only the surer one lives; a chain i → j → k is cut at j."""
    live = {(r.heard, r.home, r.person): r for r in rules if r.status == "live" and r.kind == "text"}
    out = []
    for rule in rules:
        other = live.get((rule.to, rule.home, rule.person))
        if rule.status == "live" and rule.kind == "text" and other is not None:
            back = other.to == rule.heard
            if not back or (other.p, other.sessions, other.id) > (rule.p, rule.sessions, rule.id):
                rule = replace(
                    rule, status="refused", why="it leads to what is itself rewritten" if not back else "the other way round is surer"
                )
        out.append(rule)
    return out


def watch(learned: Learned, arms: Mapping[str, Arm], now: datetime, limits: Limits = LIMITS) -> tuple[Learned, list[str]]:
    """Blocks what fared badly since it was last blocked: two defects in a row, a posterior below one half, or a veto. Doubling each time.

    Returns the knowledge with new block lists and the ids that were blocked now.
    """
    blocked, blocks = dict(learned.blocked), dict(learned.blocks)
    new: list[str] = []
    for rule_id, arm in arms.items():
        until = blocked.get(rule_id)
        if until == "never":
            continue
        since = datetime.fromisoformat(until).timestamp() if until else 0.0
        if until and since > now.timestamp():
            continue
        recent = [good for at, good in arm.outcomes if at >= since]
        bad = recent.count(False)
        poor = bad >= 2 and beta_beats(recent.count(True), bad, 1, 1) < 0.5 and bad > recent.count(True)
        if arm.defects_in_a_row(since) >= FELL or poor or arm.vetoed_at > since:
            n = blocks.get(rule_id, 0)
            blocks[rule_id] = n + 1
            blocked[rule_id] = (now + timedelta(days=limits.block_days * 2**n)).isoformat()
            if arm.heard and arm.to:
                blocked[pair_id(arm.heard, arm.to)] = blocked[rule_id]
            new.append(rule_id)
    return replace(learned, blocked=blocked, blocks=blocks), new


def pair_id(heard: str, to: str) -> str:
    """What is blocked with a rewrite: these words for those, by whichever layer."""
    return digest("pair", heard, to)


def with_blocks(rules: tuple[Rule, ...], learned: Learned, now: datetime) -> tuple[Rule, ...]:
    """Rules with the block list put on them; what the owner allowed by hand stays."""
    out = []
    for rule in rules:
        until = learned.blocked.get(rule.id)
        if until is not None and (until == "never" or datetime.fromisoformat(until) > now):
            if rule.status != "refused":
                rule = replace(
                    rule,
                    status="blocked",
                    until=until,
                    blocks=learned.blocks.get(rule.id, 0),
                    why="it went wrong when it was used" if until != "never" else "blocked by the owner",
                )
        elif rule.status == "blocked":
            rule = replace(rule, status="live", until="")
        if rule.id in learned.allowed and rule.status != "live":
            rule = replace(rule, status="live", until="", why="allowed by the owner")
        out.append(rule)
    return tuple(_with_kin(out, learned.allowed))


def _with_kin(rules: list[Rule], allowed: Sequence[str]) -> list[Rule]:
    """What says the same of more or fewer words is blocked with a fragment that went wrong: else the next would put them in its place."""
    wrong = [r for r in rules if r.kind == "fragment" and r.status == "blocked"]
    if not wrong:
        return rules
    return [
        replace(rule, status="blocked", until=bad.until, why="it says the same as one that went wrong")
        if rule.kind == "fragment"
        and rule.status == "live"
        and rule.id not in allowed
        and (bad := next((b for b in wrong if b.home == rule.home and _within(b.heard, rule.heard) and _within(b.to, rule.to)), None))
        else rule
        for rule in rules
    ]


def _within(a: str, b: str) -> bool:
    return f" {a} " in f" {b} " or f" {b} " in f" {a} "
