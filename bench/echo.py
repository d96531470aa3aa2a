"""How well a person is heard over the hub's own voice, and whether the hub ever hears itself.

    .venv/bin/python -m bench.echo [--data DIR] [--every N] [--minutes M]

(a) Simulated rooms: Piper's voice comes back as echo at −6…+6 dB against a real recording of "alexa" said over it; stopped = woken within
0.6 s of the word's end, beside AEC3 alone and nothing at all. (b) Hours of the hub's own speech, its wake word in it, echo at +6 dB:
self-wakes. (c) Real double talk (Microsoft's AEC challenge): how much the cancellers take away where the far end sounds.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.sound import DATA, machine, read, rows, wilson
from hub.sound.echo import OWN_SCORE, EchoCanceller
from hub.sound.echo_filter import BLOCK
from hub.sound.playback import samples_of
from models.hearing.wake import RATE, WakeWords
from models.voice.tts import Voice

Sound = NDArray[np.float64]
Pcm = NDArray[np.int16]
TEXT = (
    "The forecast for today is mostly sunny with a high of twenty three degrees. In the evening there may be some rain, so take a jacket. "
    "Your first appointment is at nine thirty with the dentist. The washing machine will be done in forty minutes, and the front door is "
    "locked. I have put milk, bread and eggs on the shopping list, and the alarm is set for seven in the morning."
)
OWN = (
    "My wake word is Alexa.",
    "Say Alexa, and then what you want.",
    "Alexa, turn on the kitchen light, is what you could say.",
    "A Lexus is parked in front of the garage, and Alexander is at the door.",
    "I am listening when somebody says Alexa.",
)


def room(rng: np.random.Generator, near: bool) -> Sound:
    """Delay of 20–110 ms, then decay over 0.2–0.4 s; `near`: the direct sound leads, as with a loudspeaker in the same case."""
    length = int(rng.uniform(0.2, 0.4) * RATE)
    tail = rng.normal(0, 1, length) * np.exp(-6.9 * np.arange(length) / length)
    tail[0] = 30 if near else 4
    path = np.concatenate((np.zeros(int(rng.uniform(0.02, 0.11) * RATE)), tail))
    return np.asarray(path / np.sqrt(np.square(path).sum()))


def through(sound: Sound, path: Sound) -> Sound:
    size = 1 << (len(sound) + len(path)).bit_length()
    return np.asarray(np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(path, size), size)[: len(sound)])


def pcm(sound: Sound) -> Pcm:
    return (np.clip(sound, -1, 1) * 32767).astype(np.int16)[: len(sound) // BLOCK * BLOCK]


def loudness(sound: Sound) -> float:
    return float(np.sqrt(np.square(sound[np.abs(sound) > 0.05 * np.abs(sound).max()]).mean()))


def ours(mic: Pcm, played: Pcm) -> Pcm:
    return EchoCanceller().process(mic, played)


def aec3_alone(mic: Pcm, played: Pcm) -> Pcm:
    from livekit import rtc

    apm, out = rtc.AudioProcessingModule(echo_cancellation=True, noise_suppression=True, high_pass_filter=True), np.empty_like(mic)
    for start in range(0, len(mic), 160):
        apm.process_reverse_stream(rtc.AudioFrame(bytearray(played[start : start + 160].tobytes()), RATE, 1, 160))
        frame = rtc.AudioFrame(bytearray(mic[start : start + 160].tobytes()), RATE, 1, 160)
        apm.process_stream(frame)
        out[start : start + 160] = np.frombuffer(bytes(frame.data), np.int16)
    return out


WAYS: dict[str, Callable[[Pcm, Pcm], Pcm]] = {"hub": ours, "AEC3 alone": aec3_alone, "nothing": lambda mic, played: mic}


def wakes(words: WakeWords, sound: Pcm) -> list[float]:
    words.reset()
    found = []
    for start in range(0, len(sound) - 1279, 1280):
        wake = words.feed(sound[start : start + 1280])
        if wake is not None:
            found.append(wake.at_s)
    return found


def may_wake(words: WakeWords, sound: Pcm) -> list[float]:
    """Where the hub's guard takes its own sound for a wake word."""
    words.reset()
    found = []
    for start in range(0, len(sound) - 1279, 1280):
        words.feed(sound[start : start + 1280])
        found += [(start + 1280) / RATE] if max(words.scores.values()) >= OWN_SCORE else []
    return found


def barge_in(reply: Sound, data: Path, every: int) -> None:
    words = WakeWords(["alexa"])
    said_rows = [r for r in rows("wakewords", data) if r["keyword"] == "alexa" and not r.get("upstream_flac_damaged")][::every]
    print(f"\n(a) 'alexa' over the reply, n {len(said_rows)} a cell: stopped (Wilson 95 %), delay from the word's end p50/p95, other wakes")
    spent = dict.fromkeys(WAYS, 0.0)
    for near in (True, False):
        for db in (-6, 0, 6):
            rng, cells = np.random.default_rng(100 + db), []
            hits: dict[str, list[float]] = {name: [] for name in WAYS}
            other = dict.fromkeys(WAYS, 0)
            for row in said_rows:
                said = read(data / "wakewords" / row["file"]).astype(float)
                said *= 0.3 / np.abs(said).max()
                echo = through(reply, room(rng, near))
                echo *= loudness(said) / loudness(echo) * 10 ** (db / 20)
                at = int(rng.uniform(1.5 * RATE, len(reply) - len(said) - RATE))
                mic = echo + rng.normal(0, 3e-4, len(echo))
                mic[at : at + len(said)] += said
                loud = np.convolve(np.square(said), np.ones(800) / 800, "same")
                end = (at + np.flatnonzero(loud > 0.02 * loud.max())[-1]) / RATE
                for name, way in WAYS.items():
                    began = time.process_time()
                    cleaned = way(pcm(mic), pcm(reply))
                    spent[name] += time.process_time() - began
                    found = wakes(words, cleaned)
                    good = [t for t in found if at / RATE < t < end + 0.6]
                    other[name] += len(found) - len(good)
                    hits[name] += [(good[0] - end) * 1000] if good else []
            for name, late in hits.items():
                low, high = wilson(len(late), len(said_rows))
                p50, p95 = np.percentile(late, [50, 95]) if late else (np.nan, np.nan)
                share = 100 * len(late) / len(said_rows)
                cells.append(f"{name}: {share:5.1f} % ({100 * low:.0f}–{100 * high:.0f}) {p50:4.0f}/{p95:4.0f} ms, {other[name]}")
            print(f"  {'loudspeaker near' if near else 'reverberant     '} {db:+d} dB   " + "   ".join(cells), flush=True)
    seconds = 6 * len(said_rows) * len(reply) / RATE
    print("  cost, CPU-s a second:", {name: round(s / seconds, 4) for name, s in spent.items() if name != "nothing"})


def own_voice(voice: Voice, minutes: float) -> None:
    """The hub talks all the time, every other reply with its wake word in it. Without the guard and with it."""
    rng, words, own = np.random.default_rng(5), WakeWords(["alexa"]), WakeWords(["alexa"])
    canceller, heard_s, raw_wakes, self_wakes = EchoCanceller(), 0.0, 0, 0
    path = room(rng, True)
    parts = [*OWN, *(s.strip() + "." for s in TEXT.split(".") if s.strip())]
    while heard_s < minutes * 60:
        if rng.random() < 0.1:
            path = room(rng, bool(rng.random() < 0.7))
        texts = [parts[k] for k in rng.permutation(len(parts))[:6]]
        reply = np.concatenate([samples_of(s).astype(float) for t in texts for s in voice.speak(t)])
        mic = through(reply, path)
        mic = mic * 0.1 / loudness(mic) * 10 ** (6 / 20) + rng.normal(0, 3e-4, len(reply))
        cleaned = canceller.process(pcm(mic), pcm(reply))
        raw_wakes += len(wakes(words, pcm(mic)))
        said = may_wake(own, pcm(reply))
        self_wakes += sum(not any(-0.3 <= t - s <= 1.2 for s in said) for t in wakes(words, cleaned))
        heard_s += len(reply) / RATE
    print(
        f"\n(b) {heard_s / 60:.0f} min of its own voice, wake word in it: woken by itself {self_wakes} (microphone as it is: {raw_wakes})"
    )


def double_talk(data: Path) -> None:
    print("\n(c) real double talk: dB taken away where the far end sounds, by 100 ms (10th…90th percentile), and where only people do")
    for row in rows("aec_doubletalk", data):
        mic, far = (pcm(read(data / "aec_doubletalk" / row[k]).astype(float)) for k in ("mic", "farend"))
        size = min(len(mic), len(far)) // 1600 * 1600
        mic, far = mic[:size], far[:size]

        def power(sound: Pcm) -> Sound:
            return np.asarray(10 * np.log10(np.square(sound.astype(float)).reshape(-1, 1600).mean(axis=1) + 1))

        gone, sounding = power(mic) - power(ours(mic, far)), power(far)
        active = sounding > sounding.max() - 25
        quiet_far = ~np.convolve(active, np.ones(5), "same").astype(bool)
        people = quiet_far & (power(mic) > np.percentile(power(mic), 10) + 15)
        lost = f"{np.median(gone[people]):.1f}" if people.any() else "–"
        share = np.percentile(gone[active], [10, 50, 75, 90]).round(1)
        print(f"  {row['mic'][6:28]} moving {row['movement']!s:5}: {share} dB; near speech loses {lost} dB (median, n {int(people.sum())})")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--data", type=Path, default=DATA)
    options.add_argument("--every", type=int, default=2)
    options.add_argument("--minutes", type=float, default=20)
    asked = options.parse_args()
    print(machine() + "; dev")
    voice = Voice.load()
    reply = np.concatenate([samples_of(s).astype(float) for s in voice.speak(TEXT)])
    double_talk(asked.data)
    barge_in(reply[: 16 * RATE], asked.data, asked.every)
    own_voice(voice, asked.minutes)


if __name__ == "__main__":
    main()
