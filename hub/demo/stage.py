"""The demo's room: a source of sound in which somebody can be made to speak, and what they say. Knows samples; no hub and no scene.

Speech is fed faster than a person speaks; from its last sample on, time is real, so that the times in the table are those of a microphone.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import soxr
from numpy.typing import NDArray

from hub.sound.audio import FRAME, FRAME_S, Frame, read_file
from models.voice.tts import Speaks

Samples = NDArray[np.int16]
CLIPS = Path(__file__).parent / "clips"
GAP_S = 0.12
"""Between the wake word and the command."""
HASTE = 6.0
"""How much faster than a person the recordings speak: the hub keeps up with it on a slow machine too."""
TELEVISION = 0.84
"""How much lower the television's voice is than the hub's, which speaks for it."""


class Stage:
    """A source of sound in which somebody can be made to speak; between that, a silent room in real time."""

    name = "the demo's recordings"
    dropped = 0
    trouble: str | None = None

    def __init__(self) -> None:
        self._speech: deque[Samples] = deque()
        self._over = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over = True

    def say(self, samples: Samples) -> None:
        """Speaks, from the next frame on."""
        self._speech.extend(frames(samples))

    def close(self) -> None:
        """Nobody will speak any more: the stream ends."""
        self._over = True

    async def __aiter__(self) -> AsyncIterator[Frame]:
        loop = asyncio.get_running_loop()
        room = silence()
        count, due = 0, loop.time()
        while not self._over:
            if self._speech:
                pcm, due = self._speech.popleft(), loop.time()
                await asyncio.sleep(FRAME_S / HASTE if self._speech else 0)
            else:
                pcm, due = room[count % len(room)], max(due + FRAME_S, loop.time() - 0.5)
                await asyncio.sleep(max(0.0, due - loop.time()))
            yield Frame(pcm=pcm, at_s=count * FRAME_S, arrived=loop.time())
            count += 1


def silence() -> Samples:
    """Ten seconds of a quiet room, a frame a row."""
    return np.random.default_rng(7).normal(0, 3, (500, FRAME)).astype(np.int16)


def frames(samples: Samples) -> Samples:
    """A frame a row; what is left over is cut off."""
    return samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)


def speech(parts: Sequence[str], voice: Speaks) -> Samples:
    """What is said, 16 kHz mono: recordings by name, or the voice where a part begins with `text:` (`tv:`, lower, as from a television)."""
    gap = np.zeros(int(GAP_S * 16000) // FRAME * FRAME, np.int16)
    return np.concatenate([piece for part in parts for piece in (_sound(part, voice), gap)][:-1])


def _sound(part: str, voice: Speaks) -> Samples:
    kind, colon, text = part.partition(":")
    if not colon:
        return read_file(CLIPS / f"{part}.flac")
    spoken = list(voice.speak(text))
    pcm = np.frombuffer(b"".join(s.pcm for s in spoken), np.int16).astype(np.float32)
    rate = spoken[0].rate * (TELEVISION if kind == "tv" else 1.0)
    sound: Samples = np.clip(soxr.resample(pcm, rate, 16000), -32768, 32767).astype(np.int16)
    return sound
