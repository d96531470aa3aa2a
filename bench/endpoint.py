"""How soon after the last word a turn ends, and how often that cuts somebody off: fixed silences against silence that knows the words.

    .venv/bin/python -m bench.endpoint [--data DIR] [--coffee N] [--home N] [--snr clean,10]

Real recordings run once through voice detection and the recogniser: each pause is decoded, as the hub does, and its verdict and the time
that the decoding took are kept. Every setting is then tried on those. The last speech sample is where voice detection last hears speech
in the clean recording; a turn that ends with 0.2 s or more of speech still to come was cut off. Not counted: what comes after the words
are known (reading and deciding, some 10 ms).
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.coffee import own_commands
from bench.sound import DATA, machine, mixed, read, rows, to_int16, wilson
from bench.spoken import home
from devices.home import Home
from devices.homefile import load_home
from models.automaton import grammar
from models.hearing import asr, recognisers
from models.hearing.segment import Segmenter, Settings
from models.hearing.vad import Vad

STEP = 320
DT = STEP / 16000
NEVER = replace(Settings(), complete_s=60, can_go_on_s=60, incomplete_s=60, unknown_s=60, max_s=60)
AFTER_S = 2.0
"""Quiet after each recording."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    name: str
    speech: tuple[float, ...]
    """Probability of speech, by 20 ms."""
    pauses: tuple[tuple[str, float, str], ...]
    """Verdict, seconds that the decoding took, and text at each pause."""
    last_s: float
    """The last speech sample."""
    voiced: NDArray[np.bool_]
    """Where the clean recording has speech, by 20 ms."""


def curve(vad: Vad, pcm: NDArray[np.int16]) -> list[float]:
    vad.reset()
    return [vad.feed(pcm[i : i + STEP]) for i in range(0, len(pcm) - STEP + 1, STEP)]


def heard(
    name: str, clean: NDArray[np.int16], pcm: NDArray[np.int16], house: grammar.Grammar, engine: asr.Recogniser, vad: Vad
) -> Clip | None:
    voiced = np.array(curve(vad, clean)) > 0.5
    if voiced.sum() < 10:
        return None
    speech, segmenter, pauses = curve(vad, pcm), Segmenter(NEVER), []
    engine.start(house)
    for number, probability in enumerate(speech):
        engine.accept(pcm[number * STEP : (number + 1) * STEP])
        event = segmenter.step(probability, DT)
        if event is not None and event.kind == "pause":
            began = time.process_time()
            text = engine.partial().text
            pauses.append((engine.complete(text), time.process_time() - began, text))
    last = float(np.flatnonzero(voiced)[-1] + 1) * DT
    return Clip(name=name, speech=tuple(speech), pauses=tuple(pauses), last_s=last, voiced=voiced)


def decided(clip: Clip, settings: Settings) -> tuple[float, str | None] | None:
    """When the turn ends and its words are known, and the verdict it ended with; None if it never does."""
    segmenter, pause, ready, verdict, busy = Segmenter(settings), -1, np.inf, None, 0.0
    for probability in clip.speech:
        known = verdict if segmenter.now_s >= ready else None
        event = segmenter.step(probability, DT, known)
        if event is None:
            continue
        if event.kind == "pause":
            pause += 1
            verdict, took, _ = clip.pauses[min(pause, len(clip.pauses) - 1)]
            ready = busy = max(busy, event.at_s) + took  # one decode at a time: a useless one delays the next
        elif event.kind == "resume":
            verdict, ready = None, np.inf
        elif event.kind in ("end", "too_long"):
            return max(event.at_s, ready if ready < np.inf else 0.0), known
        elif event.kind == "nothing_said":
            return None
    return None


def outcome(clips: Sequence[Clip], settings: Settings) -> tuple[NDArray[np.float64], list[Clip], int, Counter[str | None]]:
    late, cut, open_, verdicts = [], [], 0, Counter[str | None]()
    for clip in clips:
        end = decided(clip, settings)
        if end is None:
            open_ += 1
            continue
        if clip.voiced[round(end[0] / DT) :].sum() * DT >= 0.2:
            cut.append(clip)
        else:
            late.append(end[0] - clip.last_s)
            verdicts[end[1]] += 1
    return np.array(late), cut, open_, verdicts


def line(name: str, clips: Sequence[Clip], settings: Settings) -> list[Clip]:
    late, cut, open_, verdicts = outcome(clips, settings)
    low, high = wilson(len(cut), len(clips))
    p = np.percentile(late, [50, 90, 95]) * 1000 if len(late) else [np.nan] * 3
    share = f"{100 * len(cut) / len(clips):4.1f} % ({100 * low:.1f}–{100 * high:.1f})"
    ended = " ".join(f"{k}:{n}" for k, n in verdicts.most_common())
    print(f"  {name:34} median {p[0]:5.0f}  p90 {p[1]:5.0f}  p95 {p[2]:5.0f} ms   cut off {share:20} never {open_}  {ended}", flush=True)
    return cut


def spread(items: list[dict[str, object]], count: int) -> list[dict[str, object]]:
    return items if not count or count >= len(items) else [items[i * len(items) // count] for i in range(count)]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--data", type=Path, default=DATA)
    options.add_argument("--coffee", type=int, default=60)
    options.add_argument("--home", type=int, default=0)
    options.add_argument("--snr", default="clean,10")
    asked = options.parse_args()
    engine, vad = recognisers.load(), Vad()
    with tempfile.TemporaryDirectory() as folder:
        rooms = grammar.build(load_home(home(asked.data, Path(folder))))
    coffee = grammar.build(Home(commands=(own_commands(asked.data, "short"),)))
    listed = [
        ("home_commands", r, rooms)
        for r in spread([r for r in rows("home_commands", asked.data) if not r["out_of_vocabulary"]], asked.home)
    ]
    listed += [("s2i", r, coffee) for r in spread(rows("s2i", asked.data), asked.coffee)]
    noise = read(asked.data / "noise/audio/gsc_doing_the_dishes.flac")
    rng = np.random.default_rng(0)
    print(f"{machine()}, {engine.name}; dev")
    for house, part in ((rooms, "home_commands"), (coffee, "s2i")):  # the first decode in a house fills caches; the hub does that at start
        heard("", *2 * (to_int16(read(asked.data / part / rows(part, asked.data)[0]["file"])),), house, engine, vad)
    for snr in asked.snr.split(","):
        clips: list[Clip] = []
        for number, (part, row, house) in enumerate(listed):
            sound = read(asked.data / part / str(row["file"]))
            quiet = float(np.sort(np.abs(sound))[len(sound) // 10]) + 1e-4
            sound = np.concatenate((sound, rng.normal(0, quiet, round(AFTER_S * 16000)).astype(np.float32)))
            clean = to_int16(sound)
            clip = heard(str(row["file"]), clean, clean if snr == "clean" else mixed(sound, noise, float(snr), number), house, engine, vad)
            clips += [clip] if clip is not None else []
        took = 1000 * np.array([t for c in clips for _, t, _ in c.pauses])
        print(f"\n{snr}: n {len(clips)}; {len(took)} decodes, median {np.median(took):.0f} ms, p95 {np.percentile(took, 95):.0f} ms")
        for fixed in (0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0):
            line(f"fixed {fixed} s", clips, replace(Settings(), complete_s=fixed, can_go_on_s=fixed, incomplete_s=fixed, unknown_s=fixed))
        cut = line("as set", clips, Settings())
        for complete in (0.1, 0.15, 0.2, 0.25):
            for more in (0.3, 0.4, 0.5):
                for less in (0.8, 1.2):
                    tried = replace(Settings(), complete_s=complete, can_go_on_s=more, incomplete_s=less)
                    line(f"words: {complete} / {more} / {less} s", clips, tried)
        for clip in cut[:8]:
            print("  cut off:", clip.name, [(verdict, text[:60]) for verdict, _, text in clip.pauses])


if __name__ == "__main__":
    main()
