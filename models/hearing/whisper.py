"""Whether somebody whispers: speech without a voice. Knows frames of sound and how likely they are speech; no words.

A voice makes sound periodic, 60–400 times a second, and strong below 1 kHz; a whisper is breath, and neither. The meter takes the loudest
part of what is speech (quiet parts are room and consonants), and asks how much of it is periodic and how much of its power lies low.
There was no public whispered speech to set it with: it rests on whispers made from recordings.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RATE = 16000
WINDOW = 640
"""Samples looked at together: 40 ms, two and a half periods of the lowest voice."""
LOWEST_HZ, HIGHEST_HZ = 62, 400
BANDS_HZ = (900, 2500)
"""Periods are looked for below each: the voice's own harmonics, and a band in which breath is far from periodic."""
PERIODIC = 0.7
"""Height of the autocorrelation's peak from which a window is periodic; noise in a narrow band often reaches 0.5."""
LEAST_S = 0.3
"""Less speech than this says nothing."""
LOUD_DB = 15.0
"""Windows down to so far under the loudest are looked at."""
VOICE = 0.6
"""A score below this is a whisper; voices lie between 0.6 and 2.5. Set on 39 recordings, see bench/results/turns.md."""

_WINDOW = np.hanning(WINDOW).astype(np.float32)
_FREQUENCIES = np.fft.rfftfreq(2 * WINDOW, 1 / RATE)
_BANDS = tuple((_FREQUENCIES >= 80) & (top >= _FREQUENCIES) for top in BANDS_HZ)
_SPEECH = (_FREQUENCIES >= 80) & (_FREQUENCIES <= 6000)
_LAGS = slice(RATE // HIGHEST_HZ, RATE // LOWEST_HZ)
_TAPER = np.fft.irfft(np.square(np.abs(np.fft.rfft(_WINDOW, 2 * WINDOW))))


class Whisper:
    """Feed it every frame of one utterance; `whispered` tells at any time."""

    def __init__(self) -> None:
        self._last = np.zeros(0, np.float32)
        self._seen: list[tuple[float, float, float, float]] = []

    def feed(self, pcm: NDArray[np.int16], speech: float) -> None:
        """The next samples, and how likely they are speech."""
        self._last = np.concatenate((self._last, pcm.astype(np.float32)))[-WINDOW:]
        if speech < 0.5 or len(self._last) < WINDOW:
            return
        power = np.square(np.abs(np.fft.rfft(self._last * _WINDOW, 2 * WINDOW)))
        total = float(power[_SPEECH].sum())
        if total <= 0:
            return
        low, wide = (np.where(band, power, 0) for band in _BANDS)
        self._seen.append((total, _periodic(low), _periodic(wide), float(low.sum()) / total))

    @property
    def speech_s(self) -> float:
        return len(self._seen) * 0.02

    def score(self) -> float:
        """Shares of the loud windows that are periodic, in both bands, and half of how much of their power lies low: 0–2.5."""
        rows = np.array(self._seen)
        loud = rows[rows[:, 0] >= rows[:, 0].max() * 10 ** (-LOUD_DB / 10)]
        return float(np.mean(loud[:, 1] >= PERIODIC) + np.mean(loud[:, 2] >= PERIODIC) + 0.5 * np.median(loud[:, 3]))

    @property
    def whispered(self) -> bool:
        """Whether what was fed was whispered; False where there was too little of it."""
        return self.speech_s >= LEAST_S and self.score() < VOICE


def _periodic(power: NDArray[np.floating]) -> float:
    """Height of the highest autocorrelation peak among a voice's periods, 0–1, the window's own taper taken out."""
    auto = np.fft.irfft(power)
    return float((auto[_LAGS] / _TAPER[_LAGS]).max() * _TAPER[0] / auto[0]) if auto[0] > 0 else 0.0
