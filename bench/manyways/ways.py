"""How one simulated home differs from the next: every rate, habit and form, drawn widely. Numbers only; no home and no words."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

Shares = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """One home's ways."""

    days: int
    per_day: tuple[int, int]
    misheard: float
    """Share of requests that the recogniser gets wrong."""
    hearing: Shares
    """How a text goes wrong: `table`, `near`, `drop`, `cut_start`, `cut_end`, `extra`, `garbled`, `other_name`."""
    sticky: float
    repairs: float
    """Share of damaged names that the hub still takes for the right thing."""
    nlu: float
    entity: float
    result: float
    indirect: float
    """Share of requests in words that are hard to understand; these fail `harder` times as often."""
    harder: float
    nicknames: float
    sticky_faults: float
    """Share of faults that a wording or a thing keeps."""
    unreadable: Shares
    """What becomes of words that nothing fits: `no_intent`, `no_target`, `other_target`, `other_intent`, `room`, `ask`, `chat`."""
    nlu_modes: Shares
    entity_modes: Shares
    result_modes: Shares
    cannot: float
    """Share of wishes that no house can do."""
    absent: float
    """Of these, the share for things that are not here."""
    false_wakes: float
    wake_text: Shares
    wake_answer: Shares
    general: float
    """Share of wishes that have nothing to do with things of the home."""
    recorded: float
    """Share of those that are real recordings with a published system's answer."""
    risky: float
    trace: float
    """Share of failures after which anything is done."""
    patience: float
    fits: float
    """How far the way of trying again depends on what went wrong."""
    again: Shares
    """How it is said again: `same`, `lead`, `other`, `exact`."""
    marks: Shares
    """`barge`, `no`, `said_no`, `undo`, `revert`, `app`, `none`."""
    gives_up: float
    slow: tuple[float, float]
    false_barge: float
    sequel: float
    thanks: float
    fickle: float
    care: float
    """How much less is misheard the second time."""
    asr_level: float
    asr_noise: float
    asr_tells: float
    """How much lower the recogniser's confidence is where it erred; may be nothing."""
    nlu_noise: float
    nlu_tells: float
    nlu_feels_asr: float
    entity_tells: float
    wake_tells: float
    rate: tuple[float, float]
    nbest: float
    nbest_true: float
    keeps_intent: float
    """Share of refusals without a target that still name the intent."""
    asks: float
    silent_result: float
    style: int


def _shares(r: random.Random, *names: str, spread: float = 1.0) -> Shares:
    """A drawn share for each name; one that is given twice draws twice."""
    found = dict.fromkeys(names, 0.0)
    for name in names:
        found[name] += r.gammavariate(0.8, spread) + 0.01
    total = sum(found.values())
    return {n: v / total for n, v in found.items()}


def drawn(r: random.Random) -> Ways:
    """One home's ways; each rate over a range that holds every hub and household we know of."""
    fast, own = r.uniform(2, 6), r.random() < 0.5
    """Half of the homes speak much in their own words, of things that the hub has under other names."""
    return Ways(
        days=r.randint(4, 9),
        per_day=(18, 40),
        misheard=r.choice([0.02, 0.06, 0.12, 0.2, 0.3, 0.45] if own else [0.04, 0.1, 0.2, 0.3, 0.45]),
        hearing=_shares(r, "table", "table", "near", "drop", "cut_start", "cut_end", "extra", "garbled", "other_name"),
        sticky=r.uniform(0, 0.8),
        repairs=r.uniform(0.0, 0.6),
        nlu=r.choice([0.01, 0.03, 0.07, 0.12]),
        entity=r.choice([0.01, 0.03, 0.07, 0.15]),
        result=r.choice([0.01, 0.02, 0.05, 0.1]),
        indirect=r.uniform(0.0, 0.6 if own else 0.4),
        harder=r.uniform(1, 12 if own else 6),
        nicknames=r.choice([0.05, 0.2, 0.5] if own else [0.0, 0.0, 0.05, 0.15]),
        sticky_faults=r.uniform(0, 0.9),
        unreadable=_shares(r, "no_intent", "no_target", "other_target", "other_intent", "room", "ask", "chat"),
        nlu_modes=_shares(r, "no_intent", "opposite", "other_intent", "other_domain", "value", "lost_value", "chat"),
        entity_modes=_shares(r, "no_target", "near_name", "same_domain", "other_room", "too_many", "ask", "ghost"),
        result_modes=_shares(r, "unavailable", "timed_out", "refused", "silent", "declined"),
        cannot=r.choice([0.0, 0.02, 0.06, 0.12, 0.2]),
        absent=r.choice([0.0, 0.0, 0.5, 1.0]),
        false_wakes=r.choice([0.01, 0.03, 0.08, 0.15]),
        wake_text=_shares(r, "chatter", "chatter", "fragment", "empty", "command", "question"),
        wake_answer=_shares(r, "ignore", "decline", "chat", "act", "ask"),
        general=r.uniform(0.05, 0.6),
        recorded=r.choice([0.0, 0.0, 0.5, 1.0]),
        risky=0.03,
        trace=r.uniform(0.25, 1.0),
        patience=r.uniform(0.4, 0.95),
        fits=r.random(),
        again=_shares(r, "same", "same", "lead", "other", "exact"),
        marks=_shares(r, "barge", "no", "said_no", "undo", "revert", "app", "none", "none"),
        gives_up=r.choice([0.05, 0.2, 0.4]),
        slow=(r.uniform(0.5, 4), fast + r.uniform(2, 30)),
        false_barge=r.uniform(0, 0.08),
        sequel=r.uniform(0, 0.3),
        thanks=r.uniform(0, 0.08),
        fickle=r.uniform(0, 0.05),
        care=r.uniform(0.3, 1.0),
        asr_level=r.uniform(0.6, 0.97),
        asr_noise=r.uniform(0.02, 0.18),
        asr_tells=r.choice([0.0, 0.05, 0.15, 0.3, 0.4]),
        nlu_noise=r.uniform(0.02, 0.18),
        nlu_tells=r.choice([0.0, 0.1, 0.25, 0.4]),
        nlu_feels_asr=r.choice([0.0, 0.1, 0.25]),
        entity_tells=r.choice([0.0, 0.1, 0.3, 0.5]),
        wake_tells=r.choice([0.0, 0.1, 0.2, 0.35]),
        rate=(r.uniform(1.6, 2.4), r.uniform(2.5, 3.6)),
        nbest=r.choice([0.0, 0.5, 1.0]),
        nbest_true=r.uniform(0.0, 0.6),
        keeps_intent=r.choice([0.0, 0.5, 1.0]),
        asks=r.uniform(0.1, 0.9),
        silent_result=r.random(),
        style=r.randrange(4),
    )
