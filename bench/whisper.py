"""Whispers told from voices. `python -m bench.whisper`.

Voices are real recordings, clean and in noise. Whispers are made from them: the same sounds, filtered from breath instead of a voice
(linear prediction of each 25 ms, its residual replaced by noise of the same power, the tilt that a voice gives taken out). No public
whispered speech was to be had; real whispers will differ.
"""

from __future__ import annotations

import argparse

import numpy as np
from numpy.typing import NDArray

from bench.sound import DATA, machine, mixed, read, rows, to_int16, wilson
from models.hearing.vad import Vad
from models.hearing.whisper import Whisper

ORDER, STEP, WINDOW = 18, 160, 400


def whispered(sound: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    """The recording as if it were whispered."""
    rng = np.random.default_rng(seed)
    emphasised = np.append(sound[:1], sound[1:] - 0.97 * sound[:-1]).astype(np.float64)
    out = np.zeros(len(sound) + WINDOW)
    weight = np.zeros(len(out))
    window = np.hanning(WINDOW)
    for start in range(0, len(sound) - WINDOW, STEP):
        part = emphasised[start : start + WINDOW] * window
        auto = np.correlate(part, part, "full")[WINDOW - 1 : WINDOW + ORDER]
        if auto[0] < 1e-9:
            continue
        matrix = auto[np.abs(np.subtract.outer(np.arange(ORDER), np.arange(ORDER)))]
        filter_ = np.linalg.solve(matrix + np.eye(ORDER) * auto[0] * 1e-3, auto[1:])
        rest = max(float(auto[0] - filter_ @ auto[1:]), 1e-12)
        breath = rng.standard_normal(WINDOW) * np.sqrt(rest / np.sum(window**2))
        made = np.zeros(WINDOW)
        for n in range(WINDOW):
            past = made[max(0, n - ORDER) : n][::-1]
            made[n] = breath[n] + filter_[: len(past)] @ past
        out[start : start + WINDOW] += made * window
        weight[start : start + WINDOW] += window
    out = out[: len(sound)] / np.maximum(weight[: len(sound)], 1e-3)
    level = np.sqrt(np.mean(sound**2)) / (np.sqrt(np.mean(out**2)) + 1e-12)
    return (out * level).astype(np.float32)


def measure(sound: NDArray[np.int16]) -> Whisper:
    vad, meter = Vad(), Whisper()
    for at in range(0, len(sound) - 320, 320):
        frame = sound[at : at + 320]
        meter.feed(frame, vad.feed(frame))
    return meter


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", default="home_commands", help="home_commands (its first 39 set the threshold) · speech_negatives · …")
    parser.add_argument("--most", type=int, default=60, help="recordings")
    parser.add_argument("--values", action="store_true", help="print each recording's measures")
    args = parser.parse_args()
    print(machine())
    labelled = [row for row in rows(args.set) if (DATA / args.set / row["file"]).is_file()][: args.most]
    noises = [DATA / "noise" / row["file"] for row in rows("noise")]
    for name in ("voice", "whisper"):
        for snr in (None, 20, 10, 5):
            wrong, unheard, count = [], 0, 0
            for n, row in enumerate(labelled):
                sound = read(DATA / args.set / row["file"])[: 16000 * 6]
                sound = whispered(sound, n) * np.float32(0.2) if name == "whisper" else sound
                meter = measure(to_int16(sound) if snr is None else mixed(sound, read(noises[n % len(noises)]), snr, n))
                if args.values and meter.speech_s >= 0.3:
                    print(name, snr, row["file"], round(meter.score(), 2))
                count += 1
                unheard += meter.speech_s < 0.3
                if meter.whispered is (name == "voice"):
                    wrong.append(row["file"])
            low, high = wilson(len(wrong), count)
            where = "clean" if snr is None else f"{snr} dB"
            share = f"{len(wrong)} of {count} ({100 * low:.1f}–{100 * high:.1f} %)"
            print(f"{name:8} {where:6} taken for the other: {share}, too little speech in {unheard}; {', '.join(wrong[:3])}")


if __name__ == "__main__":
    main()
