"""Takes the hub's own sound out of what the microphone hears. Knows what was played and when; not words or turns.

Two stages: our linear filter (`hub.sound.echo_linear`), which leaves a person's speech as it is, then WebRTC's AEC3 out of the `livekit`
package, which takes what a linear filter cannot. AEC3 alone swallows half of what is said over a loud reply, so it works alone only
until the filter has learned the room, or where the loudspeaker distorts too much for that. They run only while
something plays and a short time after: with nothing to cancel they can only do harm. The reference is what the mixer really gave
out, by the clock, so a stop or a gap is in it.
"""

from __future__ import annotations

import atexit
import math
import sys
import time
from collections import deque
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hub.errors import PartMissing
from hub.sound.audio import FRAME, FRAME_S, RATE, Frame
from hub.sound.echo_filter import BLOCK
from hub.sound.echo_linear import LinearStage
from hub.sound.playback import Mixer
from models.hearing.wake import WakeWords

LAST_WORDS_S = 0.3
"""What livekit's threads are given to end in."""
TAIL_S = 0.6
"""Echo lives on this long after the last sound: the room, and the delays of both cards."""
LEAD_S = 0.025
"""The reference is given this much early, so that an echo never comes before it: what is written to a file now can be in a frame
that ends now. Less where the output takes its samples later than that (a sound card; its echo cannot come early): a reference with
holes teaches the canceller nothing."""
SLIP_S = 0.008
"""The reference is moved only when it is off by more: each move costs the canceller some of what it learned."""
OWN_S = 1.2
"""A wake word heard this soon after the hub said it itself is its own."""
OWN_SCORE = 0.1
"""What scores this much in the clean reference may wake the hub when it comes back through a room."""
RESIDUE_DB, LINEAR_DB = 20.0, 12.0
"""What both stages leave, and what the linear filter leaves where it has learned the room, by so much below what the microphone heard is
a remainder of the echo, not a person. AEC3 alone takes away people too."""
WORD_S = 0.8
"""The sound that a wake word is recognised by."""
_STEP = 160
_FULL = np.float32(32768)
Samples = NDArray[np.int16]


def end() -> None:
    """Ends livekit's threads; nothing is cancelled after it. They call back into Python to log, and one that does so while the
    interpreter goes away takes the whole process down (SIGABRT): so they end, and say their last, while Python is still there."""
    client = getattr(sys.modules.get("livekit.rtc._ffi_client"), "FfiClient", None)
    running = getattr(client, "_instance", None)
    if running is not None:
        running._dispose()  # does nothing the second time
        time.sleep(LAST_WORDS_S)


@cache
def _ends_well() -> None:
    atexit.register(end)


class EchoCanceller:
    """Both ways on frames of 20 ms: the linear filter with AEC3 behind it where the filter has learned the room, else AEC3 alone with
    its noise suppressor (a bad loudspeaker's distortion is beyond any linear filter). 2.5 % of a core while it runs, 21 MB.
    Raises PartMissing.
    """

    def __init__(self) -> None:
        try:
            from livekit import rtc
        except ImportError as error:
            raise PartMissing(
                "Echo cancellation needs the package livekit",
                "audio.echo",
                "Install it: pip install 'ambient-hub[echo]', or set echo = false.",
            ) from error
        self._rtc: Any = rtc
        _ends_well()
        self.reset()

    def reset(self) -> None:
        """Forget the room."""
        self._linear = LinearStage()
        self._behind: Any = self._rtc.AudioProcessingModule(echo_cancellation=True)
        self._alone: Any = self._rtc.AudioProcessingModule(echo_cancellation=True, noise_suppression=True, high_pass_filter=True)
        self.linear: Samples = np.zeros(0, np.int16)
        """What the linear filter left of the newest samples."""
        self.for_wake: Samples = np.zeros(0, np.int16)
        """The newest samples for the wake words: half of what AEC3 takes away of a word over a loud reply is left in, and all of it until
        the filter has learned the room: AEC3 alone takes most of the word."""

    @property
    def learned(self) -> bool:
        """Whether the linear filter knows the room, so that speech over an echo comes through it untouched."""
        return self._linear.learned

    @property
    def settling(self) -> bool:
        """Whether the delay of a sound that has just begun is still looked for: what is heard now may well be its echo."""
        return self._linear.settling

    def process(self, mic: Samples, played: Samples) -> Samples:
        """The microphone's samples without what was played; both the same multiple of 320 samples at 16 kHz."""
        if len(mic) != len(played) or len(mic) % BLOCK:
            raise ValueError(f"echo: {len(mic)} and {len(played)} samples; both must be the same multiple of {BLOCK}")
        blocks = [self._block(mic[i : i + BLOCK], played[i : i + BLOCK]) for i in range(0, len(mic), BLOCK)]
        cleaned, self.linear, self.for_wake = (np.concatenate(side) for side in zip(*blocks, strict=True))
        return cleaned

    def _block(self, mic: Samples, played: Samples) -> tuple[Samples, Samples, Samples]:
        """What both stages leave, what the first leaves, and what the wake words hear."""
        heard = mic.astype(np.float32) / _FULL
        rest = self._linear.step(heard, played.astype(np.float32) / _FULL)
        linear = (np.clip(rest, -1, 1) * np.float32(32767)).astype(np.int16)
        behind = self._aec3(self._behind, linear, played)
        alone = self._aec3(self._alone, mic, played)
        if not self.learned:
            return alone, linear, linear
        return behind, linear, behind // 2 + linear // 2

    def _aec3(self, apm: Any, mic: Samples, played: Samples) -> Samples:
        out = np.empty(BLOCK, np.int16)
        for start in range(0, BLOCK, _STEP):
            apm.process_reverse_stream(self._frame(played[start : start + _STEP]))
            frame = self._frame(mic[start : start + _STEP])
            apm.process_stream(frame)
            out[start : start + _STEP] = np.frombuffer(bytes(frame.data), np.int16)
        return out

    def _frame(self, pcm: Samples) -> Any:
        return self._rtc.AudioFrame(bytearray(pcm.tobytes()), RATE, 1, _STEP)


class MicClock:
    """When the samples of a stream were recorded, from when its frames came: the earliest arrivals of the last half minute tell, in
    which two clocks drift apart by a millisecond or two, and a stream that lags for seconds is not believed to be on time."""

    def __init__(self, frames: int = 1500) -> None:
        self._late: deque[float] = deque(maxlen=frames)

    def end_of(self, frame: Frame) -> float:
        """The event loop's clock at the frame's last sample."""
        end = frame.at_s + FRAME_S
        self._late.append(frame.arrived - end)
        return end + min(self._late)


class EchoGuard:
    """Stands between microphone and hub: `clean` every frame, in order. What a person says over the hub stays.

    With `own_words`, it also listens to the hub's own voice for the wake word, so that the hub does not wake itself.
    """

    def __init__(self, mixer: Mixer, canceller: EchoCanceller | None = None, own_words: WakeWords | None = None) -> None:
        self._mixer = mixer
        self._canceller = canceller or EchoCanceller()
        self._own = own_words
        self._own_at = -1e9
        self.heard_at = -1e9
        """The event loop's clock when the newest frame ended, however late it came."""
        self._clock = MicClock()
        self._next: float | None = None
        self._ahead: deque[float] = deque(maxlen=50)
        self.for_wake: Samples = np.zeros(0, np.int16)
        """The newest frame as the wake words hear it."""
        self._powers: deque[tuple[float, float, float]] = deque(maxlen=round(WORD_S / FRAME_S))
        self._on = False
        self.frames = 0
        """Frames that were cleaned, of all that came."""

    @property
    def on(self) -> bool:
        """Whether the newest frame was cleaned."""
        return self._on

    @property
    def clear(self) -> bool:
        """Whether nothing sounds, or the filter knows the room: else an echo may be left that sounds like speech."""
        return not self._on or self._canceller.learned

    @property
    def settling(self) -> bool:
        """Whether the hub's own sound has just begun, so that its echo is not to be told from a person yet."""
        return self._on and self._canceller.settling

    def clean(self, frame: Frame) -> Samples:
        """The frame's samples without the hub's own sound."""
        self.heard_at = end = self._clock.end_of(frame)
        self._on = self._mixer.sounded(end - FRAME_S - TAIL_S, end + 2 * LEAD_S)
        if not self._on:
            self._next = None
            self._powers.clear()
            self.for_wake = frame.pcm
            return frame.pcm
        played = self._mixer.played(self._reference(end), FRAME)
        if self._own is not None:
            self._own.feed(played)
            if max(self._own.scores.values()) >= OWN_SCORE:
                self._own_at = end
        self.frames += 1
        cleaned = self._canceller.process(frame.pcm, played)
        canceller = self._canceller
        self.for_wake = canceller.for_wake
        # Where the filter has not learned the room it says nothing: as if it left no echo at all.
        self._powers.append((_power(frame.pcm), _power(cleaned), _power(canceller.linear) if canceller.learned else 0.0))
        return cleaned

    def _reference(self, end: float) -> float:
        """The time from which on what was played belongs to the microphone's frame that ended at `end`."""
        known = self._mixer.known_until if self._mixer.busy else math.inf
        if -FRAME_S < known - end < math.inf:
            self._ahead.append(known - end)
        lead = LEAD_S
        if self._ahead:  # one late frame of the output does not move it
            lead = min(lead, max(0.0, sorted(self._ahead)[len(self._ahead) // 10]))
        want = end - FRAME_S + lead
        kept = self._next is not None and abs(want - self._next) <= SLIP_S and self._next + FRAME_S <= known
        start = self._next if kept and self._next is not None else want
        self._next = start + FRAME_S
        return start

    def is_own(self, at: float) -> bool:
        """Whether a wake word heard at `at` (the event loop's clock) is the hub's own voice: it just said it, or all that there is to
        hear is what is left of its echo."""
        return -0.3 <= at - self._own_at <= OWN_S or self.is_echo(at)

    def is_echo(self, at: float) -> bool:
        """Whether all that there is to hear is what is left of the hub's own sound."""
        heard, cleaned, linear = (sum(power[side] for power in self._powers) for side in (0, 1, 2))
        little = heard > cleaned * 10 ** (RESIDUE_DB / 10) and heard > linear * 10 ** (LINEAR_DB / 10)
        return self._on and at < self.heard_at + OWN_S and little


def _power(pcm: Samples) -> float:
    return float(np.square(pcm.astype(np.float32)).sum())
