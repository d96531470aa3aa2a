"""Whether the recogniser's confidence is a probability: reliability by tenths, expected calibration error, and the recipe of its constants.

    python -m bench.asr --keep bench/cache/hearings.jsonl && python -m bench.confidence bench/cache/hearings.jsonl

Confidence is the best text's share among its rivals, sharpened, times a sigmoid of its house score. The three constants are fitted on one
half of the recordings (all draws of noise of a recording are in one half) and tested on the other; other speech weighs a quarter of all.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.sound import wilson
from models.hearing.asr_moonshine import EVEN, SHARPNESS, TRUST

Floats = NDArray[np.float64]
OTHERS = 0.25
"""Share of all weight that other speech has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """One recording in one draw of noise."""

    shares: tuple[float, ...]
    """Of the n-best, as they were sharpened when heard; they sum to one."""
    house_score: float
    right: bool
    command: bool
    half: int


def read(path: Path) -> list[Hearing]:
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row: dict[str, Any] = json.loads(line)
        total = sum(p for _, p in row["nbest"])
        if row["house_score"] is None or not total:
            continue
        shares = tuple(p / total for _, p in row["nbest"])
        right = bool(row["said"]) and bool(row["said"][0])
        half = zlib.crc32(row["file"].encode()) % 2
        found.append(Hearing(shares=shares, house_score=row["house_score"], right=right, command=bool(row["said"]), half=half))
    return found


def confidence(heard: Sequence[Hearing], sharpness: float, trust: float, even: float) -> Floats:
    """What the constants make of these hearings."""
    found = []
    for h in heard:
        sharp = [share ** (sharpness / SHARPNESS) for share in h.shares]
        found.append(sharp[0] / sum(sharp) / (1.0 + math.exp(-trust * (h.house_score - even))))
    clipped: Floats = np.clip(np.array(found), 1e-4, 1 - 1e-4)
    return clipped


def weights(heard: Sequence[Hearing]) -> Floats:
    commands = np.array([h.command for h in heard])
    weight = np.where(commands, (1 - OTHERS) / max(1, commands.sum()), OTHERS / max(1, (~commands).sum()))
    result: Floats = weight / weight.sum()
    return result


def loss(heard: Sequence[Hearing], p: Floats) -> float:
    right = np.array([h.right for h in heard])
    return float(-(weights(heard) * np.where(right, np.log(p), np.log(1 - p))).sum())


def fit(heard: Sequence[Hearing]) -> tuple[float, float, float]:
    """Sharpness, trust, even: the least log loss on a grid."""
    grid = itertools.product((0.4, 0.5, 0.6, 0.7, 0.85, 1.0, 1.2, 1.5, 2.0, 3.0), (1.5, 2.0, 2.5, 3.0, 4.0, 5.0), np.arange(-1.5, 0.6, 0.1))
    return min(((s, t, round(float(e), 2)) for s, t, e in grid), key=lambda c: loss(heard, confidence(heard, *c)))


def table(heard: Sequence[Hearing], p: Floats) -> float:
    """Prints the reliability by tenths and gives the expected calibration error."""
    right, weight = np.array([h.right for h in heard]), weights(heard)
    error = 0.0
    for low in np.arange(0, 1, 0.1):
        inside = (p >= low) & (p < low + 0.1)
        if not inside.any():
            continue
        share = float((weight[inside] * right[inside]).sum() / weight[inside].sum())
        mean = float((weight[inside] * p[inside]).sum() / weight[inside].sum())
        error += float(weight[inside].sum()) * abs(share - mean)
        a, b = wilson(int(right[inside].sum()), int(inside.sum()))
        print(f"    {low:.1f}–{low + 0.1:.1f}  n {inside.sum():4}  said {mean:.2f}  right {share:.2f}   unweighted [{a:.2f}, {b:.2f}]")
    return error


def auc(heard: Sequence[Hearing], p: Floats) -> float:
    right = np.array([h.right for h in heard])
    above = p[right][:, None] - p[~right][None, :]
    return float(np.mean((above > 0) + 0.5 * (above == 0)))


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("kept", type=Path)
    heard = read(options.parse_args().kept)
    halves = [[h for h in heard if h.half == half] for half in (0, 1)]
    print(f"{len(heard)} hearings, {sum(h.command for h in heard)} of commands; fitted on {len(halves[0])}, tested on {len(halves[1])}")
    fitted = fit(halves[0])
    for name, constants in (("as set", (SHARPNESS, TRUST, EVEN)), ("fitted on the first half", fitted)):
        p = confidence(halves[1], *constants)
        print(f"  {name} {constants}, on the second half:")
        error = table(halves[1], p)
        print(f"    expected calibration error {error:.3f}, log loss {loss(halves[1], p):.3f}, area under curve {auc(halves[1], p):.3f}")
    print("  fitted on all:", fit(heard))
    scores = np.array(sorted(h.house_score for h in heard if h.right))
    others = np.array([h.house_score for h in heard if not h.command])
    for share in (0.01, 0.02, 0.05):
        least = float(np.quantile(scores, share))
        taken = int((others >= least).sum())
        low, high = wilson(taken, len(others))
        part = f"{taken}/{len(others)} [{low:.1%}, {high:.1%}]"
        print(f"  {share:.0%} of right commands rejected below {least:.2f}: other speech taken {part}")


if __name__ == "__main__":
    main()
