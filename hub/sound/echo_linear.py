"""The linear stage of echo cancellation: takes an echo out by what it has learned of the room. Knows two streams of samples, no clock.

The filter (`hub.sound.echo_filter`) learns a room with its delay in it. The delay changes from one sound to the next (files and cards begin
anew, queues fill up), the room does not: so after a pause it is looked for first (`hub.sound.echo_delay`), by the echo that was expected,
and what was learned stays good.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from hub.sound.echo_delay import LONGEST_S, RATE, EchoDelay
from hub.sound.echo_filter import BLOCK, KalmanFilter

LEARNED_DB = 10.0
"""The filter is used from this much of echo removed on."""
LOUDER = 1.1
"""A filter that leaves so many times the power that came in knows another room, or another delay, than this one."""
SETTLED_S = 0.6
"""If the delay of an echo is not found in so much sound, the one before is believed."""
PAUSE_S = 0.5
"""After so much silence a sound may come by another delay."""
EARLY = 160
"""Samples by which an echo is let come before the delay that was found: the direct sound may be weaker than a reflection."""
FITS = 5
"""So many blocks with little echo left show that the delay before still holds."""
_LOOK = 150
_SOUND = 0.003

Floats = NDArray[np.float32]


class LinearStage:
    """`step(heard, played)` gives the microphone without the echo, a block of 320 samples (−1…1) at a time."""

    def __init__(self) -> None:
        self._filter = KalmanFilter()
        self._delay = EchoDelay()
        self._far = np.zeros(round(LONGEST_S * RATE) + self._filter.memory + BLOCK, np.float32)
        """What was played, newest last."""
        self._late = 0
        """Samples that the filter's reference is kept back."""
        self._found: int | None = None
        """The delay that what was learned goes with, where it was ever seen."""
        self._silent = RATE
        self._settling = 0
        """Samples of sound until the delay before is believed; 0 while it is."""
        self._doubted = False
        """Whether the filter added to the echo instead of taking it away: by another delay, or in another room."""
        self._fits = 0
        self._gains: deque[float] = deque(maxlen=_LOOK)
        self._came = self._left = 0.0
        self._knows = False

    @property
    def learned(self) -> bool:
        """Whether it knows the room and the delay, so that speech over an echo comes through it untouched."""
        return self._knows and not self.settling

    @property
    def settling(self) -> bool:
        """Whether a sound has just begun, or fits no more, and its delay is still looked for: 0.6 s of sound at most."""
        return self._settling > 0

    def step(self, heard: Floats, played: Floats) -> Floats:
        self._far = np.concatenate((self._far[BLOCK:], played))
        if _sounds(played):
            if self._silent >= PAUSE_S * RATE:
                self._unsettle(doubted=False)
            self._silent = 0
        else:
            self._silent += BLOCK
        kept_back = self._played(BLOCK)
        rest = self._filter.step(heard, kept_back, learn=not self._settling)
        if self._settling:
            self._settle(heard, heard - rest if self._knows else played, rest)
        else:
            self._judge(float(np.square(heard).sum()), float(np.square(rest).sum()), sounds=_sounds(kept_back))
        return rest

    def _played(self, count: int) -> Floats:
        """The `count` samples of the reference up to now."""
        end = len(self._far) - self._late
        return self._far[end - count : end]

    def _settle(self, heard: Floats, expected: Floats, rest: Floats) -> None:
        """After a pause, and where the filter fits no more, the delay is looked for before the filter learns on."""
        if not _sounds(expected):
            return
        found = self._delay.step(heard, expected)
        self._fits += self._knows and float(np.square(rest).sum()) < float(np.square(heard).sum()) / 4
        self._settling -= BLOCK
        if found is not None:
            self._move(found)
        elif self._settling <= 0 or self._fits >= FITS:
            self._stay()

    def _unsettle(self, *, doubted: bool) -> None:
        self._delay.restart()
        self._settling, self._doubted, self._fits = round(SETTLED_S * RATE), doubted, 0

    def _move(self, found: int) -> None:
        """The echo comes so much later than expected, or, while that is not known, than what was played."""
        if self._knows:
            later = found
        elif self._found is not None:
            later = found - self._found
        else:
            later = max(0, found - EARLY) - self._late
            self._filter.reset()
        if not self._knows:
            self._found = found
        elif self._found is not None:
            self._found += later
        if not later:
            self._stay()
            return
        self._settling = 0
        late = self._late + later
        if late < 0:
            self._filter.sooner(-late)
        self._late = min(max(0, late), round(LONGEST_S * RATE))
        self._filter.remember(self._played(self._filter.memory))

    def _stay(self) -> None:
        """The delay is as before. If the filter fits no more, the room is another one."""
        self._settling = 0
        if self._doubted and self._fits < FITS:
            self._filter.doubt()
            self._knows = False

    def _judge(self, came: float, left: float, *, sounds: bool) -> None:
        """What the filter takes away at its best moments of the last seconds: at the others somebody speaks. Adding instead of taking
        away, it is not used at once: the sum of two rooms' echoes sounds like anything."""
        self._came, self._left = 0.93 * self._came + 0.07 * came, 0.93 * self._left + 0.07 * left
        if self._knows and self._left > LOUDER * self._came:
            self._gains.clear()
            self._came = self._left = 0.0
            self._unsettle(doubted=True)
            return
        if not sounds:
            return
        self._gains.append(10 * float(np.log10((came + 1e-7) / (left + 1e-7))))
        if len(self._gains) >= _LOOK // 6:
            best = sorted(self._gains)[int(0.85 * len(self._gains))]
            self._knows = best > (LEARNED_DB - 3 if self._knows else LEARNED_DB)


def _sounds(samples: Floats) -> bool:
    return float(np.abs(samples).max()) > _SOUND
