"""What listening and speaking cost: CPU a second of sound and memory of each part, and how soon a reply sounds.

    .venv/bin/python -m bench.cost

Each part is measured in a process of its own, so that memory is its own.
"""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np

from bench.sound import machine

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


def speech() -> None:
    from models.voice.tts import Voice

    before = rss_mb()
    voice = Voice.load()
    loaded = rss_mb()
    list(voice.speak("Warm."))
    fresh, cached, cost, length = [], [], 0.0, 0.0
    for number, text in enumerate((*REPLIES, *(r.replace("the ", "that ") for r in REPLIES))):
        for times in (fresh, cached):
            began, cpu = time.perf_counter(), time.process_time()
            parts = voice.speak(f"{text}")
            next(parts)
            times.append((time.perf_counter() - began) * 1000)
            length += sum(len(p.pcm) / 2 / p.rate for p in parts) if number >= 0 else 0
            cost += time.process_time() - cpu
    p = [np.percentile(t, [50, 95]) for t in (fresh, cached)]
    print(f"first sound of {len(fresh)} replies: p50 {p[0][0]:.0f}, p95 {p[0][1]:.0f} ms; cached p50 {p[1][0]:.1f}, p95 {p[1][1]:.1f} ms")
    print(f"memory: {loaded - before:.0f} MB loaded, {rss_mb() - before:.0f} MB after {len(fresh)} replies")


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
