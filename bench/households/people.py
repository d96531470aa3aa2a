"""How simulated persons behave: how much is misheard, how they react, what they change. Numbers only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """How persons behave; the defaults are the pessimistic row."""

    wrong: float = 0.28
    """Share of requests that are misheard."""
    traces: float = 0.4
    """Share of defects after which anything is done about it."""
    false_barge: float = 0.05
    per_day: tuple[int, int] = (20, 40)
    days: int = 28
    guests: float = 0.05
    sequel: float = 0.08
    """Share of requests that another, unrelated one follows within a session."""
    odd: float = 0.0
    """Share of goals that a part other than the recogniser gets wrong at first: nlu, entity, result, in equal parts."""
    false_wakes: float = 0.0
    vary: bool = False
    """Other gaps, other orders, other habits of confidence in every home: what the shipped networks are trained on."""
    near_names: int = 0
    """Pairs of lamps whose names differ by a sound."""
    titles: int = 0
    """Pairs of titles that sound alike; of each, one is asked for often."""
    nicknames: int = 0
    """Sayings that ann and bob mean two different things by."""
    valid_errors: float = 0.0
    """Share of misheard requests in which one name of this home is taken for another one, as a recogniser bound to the house errs."""
    parallel: float = 0.0
    """Share of good turns that the same request for another thing follows at once, as a rephrase would."""
    fickle: float = 0.0
    """Share of good turns after which the person says no, takes it back or interrupts, and wants something else instead."""
    gives_up: float = 0.0
    """Share of defects that are answered by "never mind" and nothing more."""
    wrong_word: float = 0.0
    """Share of second tries that name another thing by a slip of the tongue, which then works."""
    lacking: bool = False
    """Things asked for that are not here sound like things that are."""
    unasked: float = 0.0
    """Share of probes for things and titles that nobody asked for before."""


KIND = People()
HARD = People(
    near_names=3,
    titles=6,
    nicknames=3,
    valid_errors=0.35,
    parallel=0.15,
    fickle=0.05,
    gives_up=0.08,
    wrong_word=0.06,
    lacking=True,
    unasked=0.15,
    guests=0.12,
    odd=0.05,
    sequel=0.15,
)
"""Homes in which what is learned can do harm: nearly everything that differs by a word is valid, and people are not consistent."""
