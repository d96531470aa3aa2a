"""What this house does again and again: one thing after another, or at a time of day; what is preferred. Knows meanings and times.

Sequences by pointwise mutual information, Wilson's lower bound, Fisher's exact test with Benjamini–Hochberg over all pairs tried
(Kumar & Rath
2020; §9 of the learning notes); times of day by the mass in a window on matching days; preferences as Dirichlet counts with back-off.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from devices.home import Home
from devices.risk import risk
from hub.decision.services import commands
from hub.knowledge import Knowledge, Routine, digest
from hub.learning.signals import Judged, Row
from models.said import Context, Frame

AFTER_S = 900.0
WINDOW_MIN = 30
LEAST = 4
LEAST_DAYS = 3
PMI = 1.5
LOWER = 0.6
FDR = 0.05
RECENT_DAYS = 30
NOT_HABITS = ("Hub", "HassNevermind", "HassRespond", "HassGetCurrent", "HassGetWeather")
MOST_EVENTS = 40000


@dataclass(slots=True)
class Miner:
    """Collects what was done, home by home; small: one tuple a deed."""

    deeds: dict[str, list[tuple[float, int, int, int, str | None]]] = field(default_factory=dict)
    """home → (time, day, minute, meaning number, person)"""
    meanings: dict[str, int] = field(default_factory=dict)
    frames: list[Mapping[str, Any]] = field(default_factory=list)
    liked: dict[tuple[str, str | None], Counter[tuple[str, str, str]]] = field(default_factory=dict)

    def add(self, session: Sequence[Judged]) -> None:
        """Takes in what succeeded in one session."""
        for turn in session:
            row = turn.row
            if not row.done or turn.defect >= 0.5 or not row.intent or not row.meaning:
                continue
            if (
                row.intent == "HassMediaSearchAndPlay"
                or row.intent.startswith("HubAlarm")
                or not row.intent.startswith(NOT_HABITS)
                or row.intent in ("HubSetAlarm", "HubStop", "HubSnooze")
            ):
                number = self.meanings.setdefault(row.meaning, len(self.meanings))
                if number == len(self.frames):
                    self.frames.append({"intent": row.intent, "slots": _slots(row), "targets": list(row.targets)})
                events = self.deeds.setdefault(row.home or "", [])
                events.append((row.at, row.day, row.minute, number, row.person))
                if len(events) > MOST_EVENTS:
                    del events[: MOST_EVENTS // 4]
            for slot in ("search_query", "media_class", "color", "brightness", "temperature"):
                value = row.slots.get(slot)
                if value is not None:
                    self.liked.setdefault((row.home or "", row.person), Counter())[row.intent, slot, str(value).lower()] += 1

    def found(self, homes: Iterable[str]) -> list[Routine]:
        """Habits that pass every test."""
        out: list[Routine] = []
        for home in homes:
            events = sorted(self.deeds.get(home, ()))
            out += self._sequences(home, events)
            out += self._times(home, events)
            out += self._preferences(home)
        return out

    def _sequences(self, home: str, events: list[tuple[float, int, int, int, str | None]]) -> list[Routine]:
        first: Counter[int] = Counter()
        second: Counter[int] = Counter()
        both: Counter[tuple[int, int]] = Counter()
        days: dict[tuple[int, int], set[int]] = defaultdict(set)
        for k, (at, day, _, number, _) in enumerate(events):
            first[number] += 1
            second[number] += 1
            seen: set[int] = set()
            for later in events[k + 1 : k + 13]:
                if later[0] - at > AFTER_S:
                    break
                if later[3] != number and later[3] not in seen:
                    seen.add(later[3])
                    both[number, later[3]] += 1
                    days[number, later[3]].add(day)
                elif later[3] == number:
                    break
        total = max(1, len(events))
        tried: list[tuple[float, tuple[int, int]]] = []
        for (a, b), n11 in both.items():
            if n11 < LEAST:
                continue
            rate = 1 - math.exp(-_rate_near(events, second[b]) * AFTER_S)
            tried.append((_binomial_tail(n11, first[a], min(0.95, max(rate, 1e-6))), (a, b)))
        passed = _benjamini_hochberg(tried, max(len(both), 1))
        out = []
        for a, b in passed:
            n11 = both[a, b]
            pmi = math.log(n11 * total / (first[a] * second[b]))
            if len(days[a, b]) < LEAST_DAYS or pmi < PMI or wilson_lower(n11, first[a]) < LOWER:
                continue
            when, then = self.frames[a], self.frames[b]
            out.append(
                Routine(
                    id=digest("sequence", _key(when), _key(then), home),
                    kind="sequence",
                    when=when,
                    then=then,
                    p=round(n11 / first[a], 3),
                    support=n11,
                    proposed=True,
                    home=home or None,
                )
            )
        return out

    def _times(self, home: str, events: list[tuple[float, int, int, int, str | None]]) -> list[Routine]:
        if not events:
            return []
        newest = events[-1][1]
        by: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for _, day, minute, number, _ in events:
            if newest - day <= RECENT_DAYS:
                by[number].append((day, minute))
        oldest = max(newest - RECENT_DAYS, events[0][1])
        out = []
        for number, times in by.items():
            if len(times) < 5:
                continue
            for weekdays in ((0, 1, 2, 3, 4), (5, 6), (0, 1, 2, 3, 4, 5, 6)):
                those = [(d, m) for d, m in times if (d - 1) % 7 in weekdays]
                possible = sum(1 for d in range(oldest, newest + 1) if (d - 1) % 7 in weekdays)
                routine = self._time(home, number, those, possible, weekdays)
                if routine is not None:
                    out.append(routine)
                    if len(weekdays) == 5:
                        break
        return _dropped(out)

    def _time(self, home: str, number: int, times: list[tuple[int, int]], possible: int, weekdays: tuple[int, ...]) -> Routine | None:
        if len(times) < 5 or possible < 4:
            return None
        minutes = sorted(m for _, m in times)
        best, start = max((bisect_right(minutes, s + WINDOW_MIN) - bisect_left(minutes, s), -s) for s in set(minutes))
        start = -start
        inside = [(d, m) for d, m in times if start <= m <= start + WINDOW_MIN]
        days = {d for d, _ in inside}
        if best < 0.6 * len(times) or len(days) < 5 or len(days) < 0.5 * min(possible, 10 if len(weekdays) > 2 else 8):
            return None
        if wilson_lower(len(days), possible) < 0.35:
            return None
        middle = sorted(m for _, m in inside)[len(inside) // 2]
        when = {"at": f"{middle // 60:02d}:{middle % 60:02d}", "days": list(weekdays)}
        then = self.frames[number]
        return Routine(
            id=digest("time", str(middle // 60), str(weekdays), _key(then), home),
            kind="time",
            when=when,
            then=then,
            p=round(len(days) / possible, 3),
            support=len(days),
            proposed=True,
            home=home or None,
        )

    def _preferences(self, home: str) -> list[Routine]:
        out = []
        everybody: Counter[tuple[str, str, str]] = Counter()
        for (where, person), counts in self.liked.items():
            if where == home:
                everybody.update(counts)
                if person is not None:
                    out += _preferred(home, person, counts)
        return out + _preferred(home, None, everybody)


def _preferred(home: str, person: str | None, counts: Mapping[tuple[str, str, str], int]) -> list[Routine]:
    """The value that is clearly preferred for a slot of an intent: at least four times and 60 % of all (lower bound 0.4)."""
    totals: Counter[tuple[str, str]] = Counter()
    for (intent, slot, _), n in counts.items():
        totals[intent, slot] += n
    out = []
    for (intent, slot, value), n in counts.items():
        total = totals[intent, slot]
        if n >= 4 and n >= 0.6 * total and wilson_lower(n, total) >= 0.4:
            out.append(
                Routine(
                    id=digest("preference", intent, slot, value, home, person),
                    kind="preference",
                    when={"intent": intent},
                    then={"intent": intent, "slots": {slot: value}, "targets": []},
                    p=round((n + 1) / (total + 3), 3),
                    support=n,
                    home=home or None,
                    person=person,
                )
            )
    return out


def _slots(row: Row) -> dict[str, Any]:
    return {k: v for k, v in row.slots.items() if k != "datetime"}


def _key(frame: Mapping[str, Any]) -> str:
    slots = sorted((k, str(v)) for k, v in (frame.get("slots") or {}).items())
    return f"{frame.get('intent')}|{sorted(map(str, frame.get('targets') or ()))}|{slots}"


def _rate_near(events: Sequence[tuple[float, int, int, int, str | None]], n: int) -> float:
    """How often a deed that was done n times happens by itself, per waking second (16 h a day)."""
    days = max(1, events[-1][1] - events[0][1] + 1)
    return n / (days * 16 * 3600.0) * 3.0


def _binomial_tail(k: int, n: int, p: float) -> float:
    """P(at least k of n) by chance."""
    return min(
        1.0,
        sum(
            math.exp(math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) + i * math.log(p) + (n - i) * math.log1p(-p))
            for i in range(k, n + 1)
        ),
    )


def _benjamini_hochberg(tried: list[tuple[float, tuple[int, int]]], m: int) -> list[tuple[int, int]]:
    ordered = sorted(tried)
    last = max((i for i, (p, _) in enumerate(ordered, 1) if p <= FDR * i / m), default=0)
    return [pair for _, pair in ordered[:last]]


def wilson_lower(k: int, n: int, z: float = 1.645) -> float:
    """Lower Wilson bound of a share (90 % two-sided by default)."""
    if n == 0:
        return 0.0
    share = k / n
    middle = share + z * z / (2 * n)
    spread = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return (middle - spread) / (1 + z * z / n)


def _dropped(routines: list[Routine]) -> list[Routine]:
    """Of the same deed on weekdays, at weekends and on all days, the surest stays where they say the same time."""
    out: list[Routine] = []
    for routine in sorted(routines, key=lambda r: -r.p):
        if not any(o.then == routine.then and abs(_minutes(o) - _minutes(routine)) < WINDOW_MIN for o in out):
            out.append(routine)
    return out


def _minutes(routine: Routine) -> int:
    hours, _, minutes = str(routine.when["at"]).partition(":")
    return int(hours) * 60 + int(minutes)


QUIET = (22, 7)
"""Hours between which nothing is offered."""


def offer(frames: Sequence[Frame], home: Home, context: Context, knowledge: Knowledge) -> Mapping[str, Any] | None:
    """What usually follows what was just done, to be offered: {"intent", "slots", "targets"}; None almost always.

    Never at night, never twice in a conversation, never what is risky, already so, or was refused lately.
    """
    if not frames or context.now.hour >= QUIET[0] or context.now.hour < QUIET[1] or any(past.offer is not None for past in context.recent):
        return None
    done = {(frame.intent, tuple(sorted(frame.targets))) for frame in frames}
    for routine in sorted(knowledge.learned.routines, key=lambda r: -r.p):
        if (
            routine.kind != "sequence"
            or not routine.proposed
            or routine.home not in (None, home.id)
            or knowledge.blocked(routine.id, context.now)
        ):
            continue
        when, then = routine.when, routine.then
        if (when.get("intent"), tuple(sorted(when.get("targets") or ()))) not in done:
            continue
        targets = tuple(then.get("targets") or ())
        if not targets or not all(t in home.entities and home.state(t).available for t in targets):
            continue
        wanted = Frame(intent=str(then.get("intent")), slots=dict(then.get("slots") or {}), targets=targets)
        calls = [c for c in commands(wanted, home, context) if c.entity_id is not None]
        if not calls or any(risk(home, c.entity_id, c.service) != "safe" for c in calls):
            continue
        if {"HassTurnOn": "on", "HassTurnOff": "off"}.get(wanted.intent) in {home.state(t).value for t in targets}:
            continue
        return {"intent": wanted.intent, "slots": dict(wanted.slots), "targets": list(targets)}
    return None
