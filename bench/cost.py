"""What listening and speaking cost: CPU a second of sound and memory of each part, and how soon a reply sounds.

    .venv/bin/python -m bench.cost

Each part is measured in a process of its own, so that memory is its own.
"""

from __future__ import annotations

import asyncio
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


def music(rng: np.random.Generator) -> np.ndarray:
    """A minute that is as dense as music: four voices of a chord with eight harmonics each, changing twice a second, and a drum."""
    time_s = np.arange(SECONDS * 16000) / 16000
    sound = np.zeros(len(time_s))
    for start in range(0, len(time_s), 8000):
        at = time_s[: min(8000, len(time_s) - start)]
        for note in rng.choice([110, 131, 147, 165, 196, 220, 262, 330, 392, 440], 4, replace=False):
            for harmonic in range(1, 9):
                sound[start : start + len(at)] += np.sin(2 * np.pi * note * harmonic * at + rng.uniform(0, 6)) / harmonic * np.exp(-2 * at)
        beat = rng.normal(0, 2, 1600) * np.exp(-np.arange(1600) / 300)
        sound[start : start + len(beat)] += beat[: len(sound) - start]
    return np.asarray(0.3 * sound / np.abs(sound).max())


def over_music() -> None:
    """All that runs while music plays through the hub's mixer and comes back by way of a room: mixer, guard with its own wake word, and
    for the sum also the wake word and voice detection that always run."""
    asyncio.run(_over_music())


async def _over_music() -> None:
    from bench.room import room, through
    from hub.sound.audio import Frame
    from hub.sound.echo import EchoGuard
    from hub.sound.playback import Mixer
    from models.hearing.vad import Vad
    from models.hearing.wake import WakeWords
    from models.said import Speech

    rng, now = np.random.default_rng(0), 0.0
    sound = music(rng)
    mixer = Mixer(lambda: now)
    guard, words, vad = EchoGuard(mixer, own_words=WakeWords(["alexa"])), WakeWords(["alexa"]), Vad()
    playback = mixer.begin()
    playback.add(Speech(text="", pcm=(sound * 32767).astype(np.int16).tobytes(), rate=16000))
    playback.end()
    mic = ((through(sound, room(rng, True)) + rng.normal(0, 3e-4, len(sound))) * 32767).clip(-32768, 32767).astype(np.int16)
    spent, left, wakes = {"mixer and canceller": 0.0, "wake word": 0.0, "voice detection": 0.0}, [], 0
    mixer.pull(320, 0.0)
    for start in range(0, len(mic) - 320, 320):
        began = time.process_time()
        mixer.pull(320, now + 0.02)
        now += 0.02
        frame = Frame(pcm=mic[start : start + 320], at_s=start / 16000, arrived=now)
        cleaned = guard.clean(frame)
        mid = time.process_time()
        wakes += words.feed(guard.for_wake) is not None
        late = time.process_time()
        vad.feed(cleaned)
        for name, took in zip(spent, (mid - began, late - mid, time.process_time() - late), strict=True):
            spent[name] += took
        left.append(np.mean(np.square(cleaned.astype(float))))
    gone = 10 * np.log10(np.square(mic[16000 * 10 :].astype(float)).mean() / (np.mean(left[500:]) + 1e-9))
    shares = ", ".join(f"{name} {100 * took / SECONDS:.1f} %" for name, took in spent.items())
    print(f"music playing, {SECONDS} s: {shares} of a core; {gone:.0f} dB of it taken away after 10 s; woken {wakes} times")


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
    over_music()
    speech()


if __name__ == "__main__":
    main()
