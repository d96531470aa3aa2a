"""`python -m bench.households.pools`: what the counts of 1, 5, 50, 500 other homes do for a home on its first day, and later.

Every home of the pool is a family of its own (other voices, other mishearings, other days) in one of a few dozen houses; it learns in the
learner's process and hands out nothing but `hub learn --pool-out`. The new homes are in houses of their own.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from bench import sound
from bench.households.confusion import Confusion, Ear
from bench.households.house import House, build
from bench.households.journal import journal
from bench.households.kept import FOLDER, sources
from bench.households.lessons import Lessons
from bench.households.outcomes import HEAD, Score, line, score
from bench.households.people import HARD, KIND, People
from bench.households.probing import probes
from hub.learning.reading import reader

SIZES = (1, 5, 50, 500)
FIRST_POOL, FIRST_NEW = 3000, 4000
FAMILIES = 50
"""Homes of the pool in one house."""
DAYS = 5
"""Days that a home of the pool has counted."""


def families(folder: Path, homes: int, people: People, seed: int, data: Path, until: float) -> int:
    """Makes the counts of so many homes that are not there yet, also beside other processes that do; how many there are."""
    confusion = Confusion(data / "slurp")
    folder.mkdir(parents=True, exist_ok=True)
    starts = list(range(0, homes, FAMILIES))
    random.Random(os.getpid()).shuffle(starts)
    for first in starts:
        files = {k: folder / f"home{k:04}.json" for k in range(first, min(homes, first + FAMILIES))}
        if all(f.is_file() for f in files.values()):
            continue
        with tempfile.TemporaryDirectory() as temp, Lessons(Path(temp) / "learner") as lessons:
            house = build(FIRST_POOL + first // FAMILIES, Path(temp), data, confusion, people, seed, reader)
            for k, file in files.items():
                if file.is_file():
                    continue
                if time.monotonic() > until:
                    return len(list(folder.glob("*.json")))
                rng = random.Random(seed * 50021 + k)
                house.ears = {p: Ear(confusion, random.Random(rng.random()), rate=people.wrong) for p in house.ears}
                out = lessons.folder / "counts.json"
                lessons.learn(f"family{k}", house, journal(house, people, seed * 1000 + k), "--pool-out", str(out))
                shutil.copyfile(out, file)
        print(f"{len(list(folder.glob('*.json')))} homes in the pool", file=sys.stderr)
    return len(list(folder.glob("*.json")))


def newcomer(
    house: House, people: People, days: int, seed: int, n: int, pools: dict[int, Path], temp: Path, total: dict[str, Score]
) -> None:
    """One new home with each pool, after so many days of its own."""
    rows = list(journal(house, replace(people, days=days), seed)) if days else []
    asked = probes(house, people, n, seed, [r["heard"] for r in rows])
    for size, folder in pools.items():
        with Lessons(temp / f"learner{house.number}-{days}-{size}") as lessons:
            handed = lessons.folder / "pool"
            handed.mkdir(exist_ok=True)
            for file in sorted(folder.glob("*.json"))[:size]:
                shutil.copy(file, handed)
            began = time.monotonic()
            knowledge = lessons.learn("new", house, rows, *(("--pool", str(handed)) if size else ()))
            name = f"day {days or 1}{'' if days else ' (nothing said yet)'}, pool of {size}"
            score(total.setdefault(name, Score()), house, asked, knowledge)
            pooled = [r for r in knowledge.learned.rules if r.source == "global" and r.home is None and r.status == "live"]
            print(f"home {house.number} {name}: {len(pooled)} pooled rules, {time.monotonic() - began:.1f} s", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--homes", type=int, default=3, help="new homes")
    parser.add_argument("--sizes", default="1,5,50")
    parser.add_argument("--days", default="0,7", help="days of the new home's own")
    parser.add_argument("--world", choices=["kind", "hard"], default="kind")
    parser.add_argument("--probes", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--only-pool", action="store_true", help="make the pool and stop")
    parser.add_argument("--full", action="store_true", help="pools up to 500 homes, 6 new homes")
    args = parser.parse_args()
    if args.full:
        args.homes, args.sizes = 6, ",".join(map(str, SIZES))
    people = HARD if args.world == "hard" else KIND
    sizes = [int(s) for s in args.sizes.split(",")]
    folder = FOLDER / f"pool-{args.world}-{args.seed}"
    there = families(folder, max(sizes), replace(people, days=DAYS), args.seed, args.data, time.monotonic() + 60 * args.minutes)
    print(f"{there} homes in the pool, {sources()}; {sound.machine()}")
    if args.only_pool:
        return
    total: dict[str, Score] = {}
    confusion = Confusion(args.data / "slurp")
    with tempfile.TemporaryDirectory() as temp:
        for number in range(FIRST_NEW, FIRST_NEW + args.homes):
            house = build(number, Path(temp), args.data, confusion, people, args.seed, reader)
            for days in map(int, args.days.split(",")):
                newcomer(
                    house,
                    people,
                    days,
                    args.seed,
                    args.probes,
                    {0: folder, **dict.fromkeys((s for s in sizes if s <= there), folder)},
                    Path(temp),
                    total,
                )
    print(HEAD)
    for name, s in sorted(total.items(), key=lambda item: (item[0].split(",")[0], int(item[0].rsplit(" ", 1)[1]))):
        print(line(name, s, random.Random(1)))
    for name, s in total.items():
        for what, items in (("lost", s.worst), ("won", s.won)):
            if items and name.endswith(str(max(sizes))):
                print(f"\n{name}, {what} ({len(items)}):", *items[:8], sep="\n   ")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"largest learner process: {peak:.0f} MB")


if __name__ == "__main__":
    main()
