"""Short sounds instead of words: woken, done, error, no longer listening, timer. Made in code; knows no device and no turn."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.said import Speech

RATE = 16000
LEVEL = 0.12
"""Peak, −18 dBFS: quieter than speech."""
_NOTES: dict[str, tuple[tuple[float, float], ...]] = {
    "wake": ((659.3, 0.07), (987.8, 0.11)),
    "done": ((880.0, 0.12),),
    "error": ((392.0, 0.11), (311.1, 0.16)),
    "end": ((493.9, 0.07), (392.0, 0.10)),
    "mute": ((587.3, 0.08), (440.0, 0.12)),
    "unmute": ((440.0, 0.08), (587.3, 0.12)),
    "timer": ((880.0, 0.14), (0.0, 0.06), (880.0, 0.14), (0.0, 0.06), (1174.7, 0.22), (0.0, 0.9)),
}
NAMES = tuple(_NOTES)


def _note(hertz: float, seconds: float) -> NDArray[np.float64]:
    """A soft bell: two harmonics, 8 ms of attack, falling to nothing."""
    time = np.arange(round(seconds * RATE)) / RATE
    if hertz == 0:
        return np.zeros(len(time))
    tone = np.sin(2 * np.pi * hertz * time) + 0.3 * np.sin(4 * np.pi * hertz * time)
    rise = np.minimum(1, time / 0.008)
    fall = np.minimum(1, (seconds - time) / 0.02)
    return np.asarray(tone * rise * fall * np.exp(-3 * time / seconds))


@cache
def tone(name: str) -> Speech:
    """One of `NAMES` as sound; `timer` is one ring, to be repeated. Raises KeyError for any other."""
    sound = np.concatenate([_note(hertz, seconds) for hertz, seconds in _NOTES[name]])
    sound *= LEVEL / np.abs(sound).max()
    return Speech(text="", pcm=(sound * 32767).astype(np.int16).tobytes(), rate=RATE)
