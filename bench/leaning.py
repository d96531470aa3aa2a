"""How soon a night may take the second of two close readings, and how often by mistake: invented tries with a known truth.

    .venv/bin/python -m bench.leaning

Asked anew after every 1,000 turns in which there was something to choose, as nights do, until 20,000 of them; the log is drawn at the hub's
own rates. A step is right where the second reading is meant more often between its rungs.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable

from hub.learning.lean import LADDER, NEVER, Tries, updated
from hub.learning.signals import Judged, row_of

Right = Callable[[float, int], float]
"""(share of the likeliest one's probability, which was done) → chance that it was right."""
NIGHT = 1000
TURNS = 20_000


def second_is_meant(ratio: float, rank: int) -> float:
    """The second one above 0.8; below it the first."""
    return (0.8 if rank == 2 else 0.3) if ratio >= 0.8 else (0.2 if rank == 2 else 0.9)


WORLDS: dict[str, Right] = {
    "second meant (0.8 to 0.3) from 0.8 on": second_is_meant,
    "second a little better (0.6 to 0.5) everywhere": lambda _, rank: 0.6 if rank == 2 else 0.5,
    "no difference (0.5)": lambda _, rank: 0.5,
    "no difference (0.9)": lambda _, rank: 0.9,
    "second worse (0.5 to 0.6)": lambda _, rank: 0.5 if rank == 2 else 0.6,
}


def logged(n: int, right: Right, rate: float = 0.1, least: float = NEVER, seed: int = 1, into: Tries | None = None) -> Tries:
    """Turns of a hub that takes the second of two from `least` on, and tries the other one at that rate."""
    rng = random.Random(seed)
    out = into if into is not None else Tries()
    for k in range(n):
        ratio = rng.uniform(0.25, 1.0)
        first, other = (2, 1) if ratio >= least else (1, 2)
        explored = rng.random() < rate
        rank = other if explored else first
        good = rng.random() < right(ratio, rank)
        tried = {
            "kind": "reading", "propensity": rate if explored else 1 - rate, "explored": explored, "among": 2, "domain": "light",
            "ratio": round(ratio, 3), "rank": rank,
        }  # fmt: skip
        row = row_of({"id": f"t{k}", "at": "2026-11-02T12:00:00+00:00", "heard": "lamp", "decision": "act", "explore": tried})
        out.add([Judged(row=row, success=float(good), defect=float(not good))])
    return out


def run(right: Right, rate: float, seed: int) -> tuple[int | None, float]:
    """(turns until the first step, where it stands in the end)."""
    tries, lean, first = Tries(), dict[str, float](), None
    for night in range(TURNS // NIGHT):
        logged(NIGHT, right, rate, lean.get("light", NEVER), seed * 1000 + night, tries)
        lean = updated(tries, lean)
        if lean and first is None:
            first = (night + 1) * NIGHT
    return first, lean.get("light", NEVER)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=40)
    args = parser.parse_args()
    rungs = " / ".join(map(str, ("never", *LADDER)))
    print(f"| what is meant | rate | runs | ever took a step | turns until then, median | in the end: {rungs} |\n" + "| --- " * 6 + "|")
    for name, right in WORLDS.items():
        for rate in (0.05, 0.1):
            found = [run(right, rate, seed) for seed in range(args.runs)]
            steps = sorted(first for first, _ in found if first is not None)
            ends = " / ".join(str(sum(end == rung for _, end in found)) for rung in (NEVER, *LADDER))
            print(f"| {name} | {rate} | {args.runs} | {len(steps)} | {steps[len(steps) // 2] if steps else '–'} | {ends} |", flush=True)


if __name__ == "__main__":
    main()
