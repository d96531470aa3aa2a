"""Where a spoken command begins and ends. Pure: no clock, no audio, no await; time is what the caller says has passed.

Silence alone is slow, so the end depends on whether the words so far are a whole sentence in this house: the caller decodes at each
`pause` and hands the verdict in. After Maier et al. 2017, "Towards deep end-of-turn prediction for situated spoken dialogue systems".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["speech_start", "pause", "resume", "end", "nothing_said", "too_long"]
Complete = Literal["complete", "can_go_on", "incomplete"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All times in seconds, probabilities 0–1."""

    on: float = 0.5
    """Speech begins at this probability."""
    off: float = 0.5
    """Speech goes on down to this probability."""
    min_speech_s: float = 0.12
    """Shorter sounds are no speech: a click, a cough's edge."""
    gap_s: float = 0.15
    """Silences up to this length inside a first word do not start the count of `min_speech_s` again."""
    pause_s: float = 0.05
    """Silence after which `pause` is reported, so that the caller decodes what there is."""
    complete_s: float = 0.12
    """Silence that ends a sentence which is complete and cannot go on."""
    can_go_on_s: float = 0.4
    """… which is complete, but could go on ("turn on the light" … "in the kitchen")."""
    incomplete_s: float = 1.2
    """… which is not complete ("set a timer for")."""
    unknown_s: float = 0.8
    """… of which nothing is known (no verdict yet)."""
    max_s: float = 15.0
    """Longest command from its first speech."""
    nothing_said_s: float = 5.0
    """Time without any speech after which nobody is expected to speak."""

    def __post_init__(self) -> None:
        waits = (self.complete_s, self.can_go_on_s, self.incomplete_s, self.unknown_s)
        if not 0 < self.off <= self.on <= 1:
            raise ValueError("segmenter: 0 < off ≤ on ≤ 1 must hold")
        if min(*waits, self.min_speech_s, self.pause_s, self.max_s, self.nothing_said_s) <= 0 or self.gap_s < 0:
            raise ValueError("segmenter: times must be above 0")

    def wait(self, complete: str | None) -> float:
        """Silence that ends the command, given the verdict on its words."""
        waits = {"complete": self.complete_s, "can_go_on": self.can_go_on_s, "incomplete": self.incomplete_s}
        return waits.get(complete or "", self.unknown_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    kind: Kind
    at_s: float
    """When this was noticed, from the segmenter's start."""
    first_s: float | None = None
    """Start of the first speech."""
    last_s: float | None = None
    """End of the last speech so far."""

    @property
    def speech_s(self) -> float:
        """From the first to the last speech sample."""
        return 0.0 if self.first_s is None or self.last_s is None else self.last_s - self.first_s


class Segmenter:
    """One command: made anew, or `reset()`, for each. After `end`, `nothing_said` or `too_long` it says no more.

    In order: `speech_start`, then any number of `pause` / `resume`, then `end` or `too_long`; or only `nothing_said`.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.reset()

    def reset(self) -> None:
        self.now_s = 0.0
        self.over = False
        self.pauses: tuple[float, ...] = ()
        """Silences inside this command that were followed by more speech, seconds."""
        self._speaking = False
        self._started = False
        self._paused = False
        self._loud_s = 0.0
        self._first_s: float | None = None
        self._last_s: float | None = None

    @property
    def started(self) -> bool:
        """Whether somebody has spoken."""
        return self._started

    @property
    def silence_s(self) -> float:
        """How long nobody has spoken now; 0 while somebody does."""
        return 0.0 if self._last_s is None or self._speaking else self.now_s - self._last_s

    def step(self, speech: float, dt_s: float, complete: str | None = None) -> Event | None:
        """`dt_s` seconds have passed in which speech had this probability.

        `complete`: the verdict on the words up to the current pause; None while somebody speaks or until it is known.
        """
        if dt_s <= 0:
            raise ValueError("segmenter: a step must take time")
        if self.over:
            return None
        before = self.now_s
        self.now_s += dt_s
        self._speaking = speech >= (self.settings.off if self._speaking else self.settings.on)
        return self._sound(before, dt_s) if self._speaking else self._silence(complete)

    def _sound(self, before: float, dt_s: float) -> Event | None:
        silence = 0.0 if self._last_s is None else before - self._last_s
        if not self._started and silence > self.settings.gap_s:
            self._first_s, self._loud_s = None, 0.0
        if self._first_s is None:
            self._first_s = before
        self._last_s = self.now_s
        self._loud_s += dt_s
        if not self._started:
            if self._loud_s + 1e-9 < self.settings.min_speech_s:
                return self._late(self.settings.nothing_said_s, 0.0, "nothing_said") if self._hopeless() else None
            self._started = True
            return self._event("speech_start")
        over = self._late(self.settings.max_s, self._first_s, "too_long")
        if over is not None:
            return over
        if self._paused:
            self._paused = False
            self.pauses += (silence,)
            return self._event("resume")
        return None

    def _silence(self, complete: str | None) -> Event | None:
        if not self._started or self._first_s is None or self._last_s is None:
            return self._late(self.settings.nothing_said_s, 0.0, "nothing_said")
        silence = self.now_s - self._last_s + 1e-9
        if self._paused and silence >= self.settings.wait(complete):
            self.over = True
            return self._event("end")
        if not self._paused and silence >= self.settings.pause_s:
            self._paused = True
            return self._event("pause")
        return self._late(self.settings.max_s, self._first_s, "too_long")

    def _hopeless(self) -> bool:
        """Sound that never becomes speech must not hold the turn open for ever."""
        return self.now_s > self.settings.nothing_said_s + self.settings.min_speech_s

    def _late(self, limit_s: float, since_s: float, kind: Kind) -> Event | None:
        if self.now_s - since_s + 1e-9 < limit_s:
            return None
        self.over = True
        return self._event(kind)

    def _event(self, kind: Kind) -> Event:
        return Event(
            kind=kind, at_s=self.now_s, first_s=self._first_s if self._started else None, last_s=self._last_s if self._started else None
        )


def learn_pauses(pauses: Sequence[float], settings: Settings, keep: float = 0.98) -> Settings:
    """Settings that would have cut this speaker off in at most `1 − keep` of their pauses (seconds, those inside commands).

    Ten pauses count as much as the settings' own value; the result stays between half and twice of it.
    """
    if not pauses:
        return settings
    ordered = sorted(pauses)
    seen = ordered[min(len(ordered) - 1, int(keep * len(ordered)))] + 0.1
    weight = len(ordered) / (len(ordered) + 10)

    def moved(own: float) -> float:
        return min(2 * own, max(own / 2, (1 - weight) * own + weight * seen))

    return replace(settings, can_go_on_s=moved(settings.can_go_on_s), incomplete_s=max(settings.incomplete_s, moved(settings.incomplete_s)))
