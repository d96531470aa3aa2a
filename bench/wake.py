"""How well "alexa" wakes the hub: misses in quiet and in kitchen noise, false wakes an hour of other speech, delay, cost.

    .venv/bin/python -m bench.wake [--data DIR] [--every N]

Positives: all undamaged dev recordings of "alexa", each with 1.2 s of quiet before and after. "10 dB" compares the loudest frames, as
Picovoice's benchmarks do; "10 dB mean" the mean powers. Negatives: coffee orders, home commands, other
wake words, confusable words, household noise. Scores are made once; the table sweeps threshold and patience over them.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.sound import DATA, machine, mixed, read, rows, wilson
from models.hearing.wake import CHUNK, RATE, WakeWords

DEBOUNCE_S = 1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    name: str
    scores: NDArray[np.float64]
    end_s: float
    """Where the word ends, roughly: the last loud 10 ms."""


def int16(sound: NDArray[np.float32]) -> NDArray[np.int16]:
    return (np.clip(sound, -1, 1) * 32767).astype(np.int16)


def score(words: WakeWords, sound: NDArray[np.int16]) -> NDArray[np.float64]:
    words.reset()
    result = []
    for start in range(0, len(sound) - CHUNK + 1, CHUNK):
        words.feed(sound[start : start + CHUNK])
        result.append(words.scores["alexa"])
    return np.array(result)


def fires(scores: NDArray[np.float64], threshold: float, patience: int) -> list[int]:
    """Steps at which the hub would wake, debounced."""
    above, found, quiet = scores >= threshold, [], -1.0
    for step in np.flatnonzero(above):
        if above[max(0, step - patience) : step + 1].sum() >= patience and step * 0.08 >= quiet:
            found.append(int(step))
            quiet = step * 0.08 + DEBOUNCE_S
    return found


def mean_mixed(speech: NDArray[np.float32], noise: NDArray[np.float32], snr_db: float, rng: np.random.Generator) -> NDArray[np.int16]:
    """The other way to set a ratio: mean power of the noise against mean power of the loud part of the speech."""
    at = int(rng.integers(0, len(noise) - len(speech)))
    part = noise[at : at + len(speech)]
    loud = np.square(speech[np.abs(speech) > np.abs(speech).max() * 0.1]).mean()
    return int16(speech + part * np.sqrt(loud / np.square(part).mean() / 10 ** (snr_db / 10)))


def last_loud(sound: NDArray[np.float32]) -> float:
    power = np.square(sound[: len(sound) // 160 * 160]).reshape(-1, 160).mean(axis=1)
    loud = np.convolve(power, np.ones(5) / 5, "same")
    return float(np.flatnonzero(loud > loud.max() * 0.02)[-1] + 1) * 0.01


def positives(words: WakeWords, data: Path, every: int) -> dict[str, list[Scored]]:
    rng = np.random.default_rng(0)
    good = [r for r in rows("wakewords", data) if r["keyword"] == "alexa" and not r.get("upstream_flac_damaged")][::every]
    kitchen = read(data / "noise/audio/gsc_doing_the_dishes.flac")
    sets: dict[str, list[Scored]] = {
        "quiet": [],
        "quiet, 20 dB softer": [],
        "kitchen 10 dB": [],
        "kitchen 10 dB mean": [],
        "kitchen 5 dB": [],
    }
    for number, row in enumerate(good):
        said = read(data / "wakewords" / row["file"])
        floor = float(np.sort(np.abs(said))[len(said) // 10]) + 1e-4
        pad = (rng.normal(0, floor, round(1.2 * RATE))).astype(np.float32)
        clip = np.concatenate((pad, said, pad))
        end = 1.2 + last_loud(said)
        for name, sound in (
            ("quiet", int16(clip)),
            ("quiet, 20 dB softer", int16(clip / 10)),
            ("kitchen 10 dB", mixed(clip, kitchen, 10, number)),
            ("kitchen 10 dB mean", mean_mixed(clip, kitchen, 10, rng)),
            ("kitchen 5 dB", mixed(clip, kitchen, 5, number)),
        ):
            sets[name].append(Scored(name=row["file"], scores=score(words, sound), end_s=end))
    return sets


def negatives(words: WakeWords, data: Path, every: int) -> dict[str, list[Scored]]:
    sets: dict[str, list[Scored]] = {}
    for name, part, wanted in (
        ("coffee orders", "s2i", lambda r: True),
        ("home commands", "home_commands", lambda r: True),
        ("other wake words", "wakewords", lambda r: r["keyword"] != "alexa"),
        ("confusable words", "speech_negatives", lambda r: "alexa" not in r["label"].lower()),
        ("household noise", "noise", lambda r: True),
    ):
        sets[name] = []
        for row in [r for r in rows(part, data) if wanted(r)][::every]:
            sound = np.concatenate((read(data / part / row["file"]), np.zeros(RATE // 2, np.float32)))
            sets[name].append(Scored(name=row["file"], scores=score(words, int16(sound)), end_s=0.0))
    return sets


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--data", type=Path, default=DATA)
    options.add_argument("--every", type=int, default=1, help="take every n-th recording only")
    asked = options.parse_args()
    words = WakeWords(["alexa"], debounce_s=0)
    began = time.process_time()
    good, bad = positives(words, asked.data, asked.every), negatives(words, asked.data, asked.every)
    spent = time.process_time() - began
    steps = sum(len(s.scores) for group in (*good.values(), *bad.values()) for s in group)
    hours = {name: sum(len(s.scores) for s in group) * CHUNK / RATE / 3600 for name, group in bad.items()}
    print(f"{machine()}; cost {spent / (steps * CHUNK / RATE):.4f} CPU-s a second of audio; negatives {sum(hours.values()):.2f} h; dev")
    print(
        f"{'threshold':>9} {'patience':>8}  misses: "
        + "  ".join(f"{name:>24}" for name in good)
        + "   false wakes (an hour)   delay p50/p95 ms"
    )
    for threshold in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        for patience in (1, 2):
            cells, delays = [], []
            for group in good.values():
                found = [fires(s.scores, threshold, patience) for s in group]
                miss = sum(not f for f in found)
                low, high = wilson(miss, len(group))
                cells.append(f"{miss:3d}/{len(group)} {100 * miss / len(group):4.1f} % ({100 * low:.1f}–{100 * high:.1f})")
                delays += [((f[0] + 1) * 0.08 - s.end_s) * 1000 for f, s in zip(found, group, strict=True) if f]
            false = {name: sum(len(fires(s.scores, threshold, patience)) for s in group) for name, group in bad.items()}
            total = sum(false.values())
            late = np.percentile(delays, [50, 95])
            print(
                f"{threshold:9.1f} {patience:8d}          "
                + "  ".join(f"{c:>24}" for c in cells)
                + f"   {total:3d} ({total / sum(hours.values()):.2f})  {late[0]:8.0f} / {late[1]:.0f}"
            )
    print(
        "\nfalse wakes at 0.5, by set:", {n: f"{sum(len(fires(s.scores, 0.5, 1)) for s in g)} in {hours[n]:.2f} h" for n, g in bad.items()}
    )
    worst = sorted((float(s.scores.max()), f"{name}: {s.name}") for name, group in bad.items() for s in group)[-6:]
    print("closest to a false wake:", *(f"\n  {p:.2f}  {name}" for p, name in reversed(worst)))
    hardest = sorted((float(s.scores.max()), f"{name}: {s.name}") for name, group in good.items() for s in group)[:8]
    print("hardest to hear:", *(f"\n  {p:.2f}  {name}" for p, name in hardest))


if __name__ == "__main__":
    main()
