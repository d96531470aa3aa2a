"""How much later a sound comes in one stream than in another. Knows two streams of samples; no room, card or clock.

Generalised cross-correlation with phase transform (Knapp & Carter 1976, "The generalized correlation method for estimation of time
delay"): all frequencies count alike, so that the direct sound stands out of reverberation and of people who speak meanwhile.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RATE = 16000
LONGEST_S, SOONEST_S = 0.5, -0.1
"""Other delays are not looked for."""
WINDOW_S = 1.0
EVERY = 10
"""Blocks between two looks."""
ENOUGH_S = 0.2
"""So much sound is needed before the first look."""
SURE, CLEAR = 17.0, 1.8
"""What is found must stand out of all other delays so many times (root mean square), and out of the next best one."""
NEAR = 16
"""Samples around a peak that belong to it: 1 ms."""
_SOUND = 0.003

Floats = NDArray[np.float32]


class EchoDelay:
    """Feed it what was heard and what was expected (what was played, or better its echo as it was before), block by block; now and then
    it knows the delay."""

    def __init__(self) -> None:
        self._size = round(WINDOW_S * RATE)
        self.restart()

    def restart(self) -> None:
        """What was heard so far came by another way."""
        self._heard: list[Floats] = []
        self._expected: list[Floats] = []
        self._sounding = 0
        self._blocks = 0

    def step(self, heard: Floats, expected: Floats) -> int | None:
        """One block of each, −1…1. The samples by which the echo is later than expected, where that is sure."""
        keep = self._size // len(heard) - 1
        self._heard, self._expected = [*self._heard[-keep:], heard], [*self._expected[-keep:], expected]
        self._sounding += len(expected) if np.abs(expected).max() > _SOUND else 0
        self._blocks += 1
        if self._blocks % EVERY or self._sounding < ENOUGH_S * RATE:
            return None
        return _delay(np.concatenate(self._heard), np.concatenate(self._expected))


def _delay(heard: Floats, expected: Floats) -> int | None:
    size = 1 << (2 * len(heard) - 1).bit_length()
    cross = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(expected, size))
    strength = np.abs(cross)
    found = np.abs(np.fft.irfft(cross / (strength + 0.01 * strength.max() + 1e-12), size))
    soonest = round(SOONEST_S * RATE)
    found = np.concatenate((found[soonest:], found[: round(LONGEST_S * RATE)]))
    best = int(np.argmax(found))
    others = np.concatenate((found[: max(0, best - NEAR)], found[best + NEAR :]))
    sure = found[best] > SURE * np.sqrt(np.square(found).mean()) and found[best] > CLEAR * others.max()
    return best + soonest if sure else None
