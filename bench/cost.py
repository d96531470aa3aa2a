"""What listening and speaking cost: CPU a second of sound and memory of each part, and how soon a reply sounds.

    .venv/bin/python -m bench.cost

Each part is measured in a process of its own, so that memory is its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.sound import machine
from hub.running import memory
from models import manifest
from models.one_thread import open_session
from models.voice.tts import Voice, pieces

SECONDS = 60
REPLIES = (
    "Okay.",
    "Done.",
    "Okay, the kitchen light is off.",
    "The oven is at one hundred and eighty degrees.",
    "Your timer for the pasta has three minutes and twenty seconds left.",
    "I do not know a room called attic, so I left everything as it was.",
    "There are two lamps in the living room. Which one do you mean, the floor lamp or the reading lamp?",
    "The garage door is open, the front door is locked, and the back door was unlocked twenty minutes ago.",
    "It is twenty one degrees in the bedroom, and the window has been open since half past seven.",
    "Good morning. It is seven o'clock, your first appointment is at nine, and it will rain in the afternoon.",
)


def rss_mb() -> float:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096 / 1e6


def part(name: str) -> None:
    """Runs in a process of its own: prints memory and CPU of one part."""
    import onnxruntime  # noqa: F401 (shared by all parts, so not part of their cost)
    import soxr  # noqa: F401

    before, rng = rss_mb(), np.random.default_rng(0)
    sound = rng.normal(0, 500, SECONDS * 16000).astype(np.int16)
    if name.startswith("wake"):
        from models.hearing.wake import WakeWords

        words = WakeWords(["alexa"] if name == "wake, 1 word" else ["alexa", "hey_jarvis", "hey_mycroft", "hey_marvin"])
        run = words.feed
    elif name == "voice detection":
        from models.hearing.vad import Vad

        vad = Vad()
        run = vad.feed  # type: ignore[assignment]
    else:
        from hub.sound.echo import EchoCanceller

        canceller = EchoCanceller()
        run = lambda frame: canceller.process(frame, frame)  # type: ignore[assignment,return-value]  # noqa: E731
    for start in range(0, 16000, 320):
        run(sound[start : start + 320])
    began = time.process_time()
    for start in range(0, len(sound), 320):
        run(sound[start : start + 320])
    print(f"{100 * (time.process_time() - began) / SECONDS:.2f} {rss_mb() - before:.0f}")


class AsBefore:
    """Piper in one step, a first piece of at most 36 characters: what the voice did before it sounded while it was made."""

    def __init__(self, model: Path) -> None:
        from piper import PiperConfig, PiperVoice

        settings = PiperConfig.from_dict(json.loads(Path(f"{model}.json").read_text(encoding="utf-8")))
        self._piper = PiperVoice(session=open_session(model, arena=False), config=settings)

    def speak(self, text: str) -> Iterator[int]:
        """Samples of each piece."""
        for piece in pieces(text, 36, 50):
            yield sum(len(chunk.audio_float_array) for chunk in self._piper.synthesize(piece))


def speech() -> None:
    """New replies, then the same from the cache; each new one in both ways, one right after the other, so that load hits both alike."""
    before = rss_mb()
    voice = Voice.load()
    memory.give_back()
    loaded = rss_mb()
    list(voice.speak("Warm."))
    texts = (*REPLIES, *(r.replace("the ", "that ") for r in REPLIES))
    model = manifest.locate("piper/voice")
    whole = AsBefore(model) if model is not None else None
    times: dict[str, list[tuple[float, float]]] = {"streamed": [], "in one step": [], "cached": []}
    length, cost = 0.0, 0.0
    for text in texts:
        for name in times:
            wall, cpu = time.perf_counter(), time.process_time()
            if name == "in one step":
                if whole is not None:
                    parts: Iterator[object] = whole.speak(text)
                    next(parts)
                    times[name].append((time.perf_counter() - wall, time.process_time() - cpu))
                    list(parts)
                continue
            spoken = voice.speak(text)
            first = next(spoken)
            times[name].append((time.perf_counter() - wall, time.process_time() - cpu))
            size = len(first.pcm) + sum(len(part.pcm) for part in spoken)
            if name == "streamed":
                length += size / 2 / voice.rate
                cost += time.process_time() - cpu
    for name, taken in times.items():
        wall_ms, cpu_ms = (1000 * np.percentile([t[side] for t in taken], [50, 95]) for side in (0, 1))
        figures = f"p50 {wall_ms[0]:5.1f}, p95 {wall_ms[1]:5.1f} ms; of CPU {cpu_ms[0]:5.1f} / {cpu_ms[1]:5.1f} ms"
        print(f"first sound of {len(taken)} replies, {name:12} {figures}")
    print(f"whole replies: {cost / length:.3f} s of CPU a second of sound; memory: {loaded - before:.0f} MB loaded")


def main() -> None:
    if len(sys.argv) > 1:
        part(sys.argv[1])
        return
    print(machine())
    for name in ("wake, 1 word", "wake, 4 words", "voice detection", "echo cancelling"):
        result = subprocess.run([sys.executable, "-m", "bench.cost", name], capture_output=True, text=True, check=True)
        cpu, memory = result.stdout.split()
        print(f"{name:18} {cpu} % of a core, {memory} MB")
    speech()


if __name__ == "__main__":
    main()
