"""The linear part of echo cancellation: learns the path from loudspeaker to microphone and takes only that away. Knows no clock.

A frequency-domain Kalman filter in partitions (Enzner & Vary 2006, "Frequency-domain adaptive Kalman filter for acoustic echo control in
hands-free telephones"; partitioned as in Kuech, Mabande & Enzner 2014). Its step follows from its own uncertainty and from the power of
what it cannot explain, so speech over the echo stops the learning instead of ruining it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BLOCK = 320
"""Samples a block: 20 ms at 16 kHz."""


class KalmanFilter:
    """`step(mic, played)` gives the microphone without the echo, a block at a time.

    `tail_s`: the longest echo, its delay included. `forget`: how fast the room may change, per block, near 1.
    """

    def __init__(self, tail_s: float = 0.4, forget: float = 0.9995) -> None:
        self._count = max(1, round(tail_s * 16000 / BLOCK))
        self._keep = forget * forget
        self.reset()

    def reset(self) -> None:
        """Forget the room."""
        bins = BLOCK + 1
        self._x = np.zeros((self._count, bins), np.complex64)
        self._w = np.zeros((self._count, bins), np.complex64)
        self.doubt()
        self._noise = np.full(bins, 1e-3, np.float32)
        self._before = np.zeros(BLOCK, np.float32)

    def doubt(self) -> None:
        """Learn as fast as at the beginning: the room is another one."""
        # Early partitions may be strong, late ones are weak: rooms decay.
        decay = np.exp(-np.arange(self._count) / 8)[:, None]
        self._p = (np.ones((self._count, BLOCK + 1)) * decay).astype(np.float32)

    @property
    def memory(self) -> int:
        """How many played samples it remembers."""
        return (self._count + 1) * BLOCK

    def remember(self, played: NDArray[np.float32]) -> None:
        """As if these `memory` samples had been the newest that were played; what was learned of the room stays."""
        blocks = played.reshape(-1, BLOCK)[::-1]
        self._x[:] = np.fft.rfft(np.concatenate((blocks[1:], blocks[:-1]), axis=1), axis=1)
        self._before = blocks[0]

    def sooner(self, count: int) -> None:
        """The same room, but all of its echo comes so many samples sooner."""
        path = np.fft.irfft(self._w, axis=1)[:, :BLOCK].ravel()
        moved = np.concatenate((path[count:], np.zeros(count))).reshape(-1, BLOCK)
        self._w[:] = np.fft.rfft(moved, 2 * BLOCK, axis=1)

    def step(self, mic: NDArray[np.float32], played: NDArray[np.float32], *, learn: bool = True) -> NDArray[np.float32]:
        """Both BLOCK samples, −1…1; gives BLOCK samples."""
        self._x[1:] = self._x[:-1]
        self._x[0] = np.fft.rfft(np.concatenate((self._before, played)))
        self._before = played
        echo = np.fft.irfft((self._x * self._w).sum(axis=0))[BLOCK:].astype(np.float32)
        rest = np.asarray(mic - echo, np.float32)
        if not learn:
            return rest
        error = np.fft.rfft(np.concatenate((np.zeros(BLOCK, np.float32), rest))).astype(np.complex64)
        power = self._x.real**2 + self._x.imag**2
        unsure = (power * self._p).sum(axis=0)
        self._noise = 0.9 * self._noise + 0.1 * (error.real**2 + error.imag**2)
        if power.max() > 0:
            gain = self._p / (unsure + 2 * self._noise + 1e-9)
            step = gain * self._x.conj() * error
            short = np.fft.irfft(step, axis=1)
            short[:, BLOCK:] = 0
            self._w += np.fft.rfft(short, axis=1).astype(np.complex64)
            self._p *= self._keep * (1 - 0.5 * gain * power)
        self._p += (1 - self._keep) * (self._w.real**2 + self._w.imag**2)
        return rest
