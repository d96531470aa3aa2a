"""`python -m bench.households`: nothing learned, each layer, all of it, the oracle, and the nulls, side by side with intervals by home."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

from bench.households.confusion import Confusion
from bench.households.house import House, build
from bench.households.journal import journal
from bench.households.kept import kept
from bench.households.lessons import Lessons
from bench.households.nulls import NULLS
from bench.households.outcomes import HEAD, Score, line, score, strata
from bench.households.people import HARD, KIND, People
from bench.households.probing import probes
from bench.sound import machine
from hub.keeping.store import Store
from hub.knowledge import Knowledge, assemble, load
from hub.learning.reading import reader

WORLDS = {"kind": KIND, "hard": HARD}
ORACLE = "oracle: every heard text's meaning"
Scores = dict[str, Score]


def layers(full: Knowledge) -> dict[str, Knowledge]:
    """Each layer alone."""
    learned = full.learned
    bare = replace(learned, rules=(), said=(), taught=())

    def only(**parts: Any) -> Knowledge:
        return assemble(full.version, replace(bare, **parts))

    return {
        "whole texts": only(rules=tuple(r for r in learned.rules if r.kind == "text")),
        "fragments": only(rules=tuple(r for r in learned.rules if r.kind == "fragment")),
        "personal index": only(said=learned.said),
        "global (words, names)": only(),
        "all": full,
    }


def one_home(number: int, people: People, seed: int, n: int, data: Path, nulls: bool) -> Scores:
    """A home from its first day to its probes, with everything that is compared on it."""
    scores: Scores = {}
    confusion = Confusion(data / "slurp")
    with tempfile.TemporaryDirectory() as temp, Lessons(Path(temp) / "learner") as lessons:
        house = build(number, Path(temp), data, confusion, people, seed, reader)
        rows = list(journal(house, people, seed))
        asked = probes(house, people, n, seed, [r["heard"] for r in rows])
        full = lessons.learn("all", house, rows)
        for name, knowledge in layers(full).items():
            score(scores.setdefault(name, Score()), house, asked, knowledge)
        score(scores.setdefault(ORACLE, Score()), house, asked, full, oracle(rows))
        if any(g.kind == "nickname" for g in house.goals):
            score(scores.setdefault("all, and each person's own sayings taught", Score()), house, asked, taught(house, lessons))
        if nulls:
            rng = random.Random(seed + number)
            for name, spoil in NULLS.items():
                score(scores.setdefault(name, Score()), house, asked, lessons.learn(name.split(":")[1].strip(), house, spoil(rows, rng)))
            perfect_null(scores, number, people, seed, n, data, lessons, Path(temp), confusion)
    return scores


def taught(house: House, lessons: Lessons) -> Knowledge:
    """The knowledge after everybody taught the hub the sayings that are their own."""
    db, home = lessons.folder / "all.db", lessons.folder / house.file.name
    for goal in house.goals:
        if goal.kind == "nickname" and goal.person is not None:
            where = ("--person", goal.person, "--db", str(db), "--home", str(home))
            lessons.hub("taught", "add", goal.wordings[0], goal.clear[0], *where)
    with Store(db) as store:
        return load(store)


def oracle(rows: list[dict[str, Any]]) -> dict[str, str]:
    """What each heard text meant most often."""
    meant: dict[str, Counter[str]] = {}
    for row in rows:
        meant.setdefault(row["heard"], Counter())[row["_want"]] += 1
    return {text: counts.most_common(1)[0][0] for text, counts in meant.items()}


def perfect_null(
    scores: Scores, number: int, people: People, seed: int, n: int, data: Path, lessons: Lessons, folder: Path, confusion: Confusion
) -> None:
    """The same home with a recogniser that never errs and parts that never fail: there is nothing to learn from."""
    perfect = replace(people, wrong=0.0, odd=0.0, nicknames=0)
    clean: House = build(number, folder, data, confusion, perfect, seed, reader)
    rows = list(journal(clean, perfect, seed + 1))
    asked = probes(clean, perfect, n, seed + 1, ())
    score(scores.setdefault("null: perfect recogniser", Score()), clean, asked, lessons.learn("perfect", clean, rows))


def from_kept(found: dict[str, Any]) -> Scores:
    """Scores as they were stored."""
    return {name: Score(**s) for name, s in found.items()}


def as_kept(number: int, people: People, seed: int, n: int, data: Path, nulls: bool) -> dict[str, Any]:
    """One home's scores in the form that they are stored in."""
    return {name: asdict(s) for name, s in one_home(number, people, seed, n, data, nulls).items()}


def many(world: str, people: People, homes: range, seed: int, n: int, data: Path, nulls: int, until: float) -> Scores:
    """All homes, each taken from what is kept where it was measured already; stops early when time is up, and says so."""
    total: Scores = {}
    for number in homes:
        if time.monotonic() > until:
            print(f"{world}: time is up after {number - homes.start} of {len(homes)} homes", file=sys.stderr)
            break
        with_nulls = number - homes.start < nulls
        found = kept(
            f"{world}-{number}",
            partial(as_kept, number, people, seed, n, data, with_nulls),
            people, seed, n, with_nulls,
        )  # fmt: skip
        for name, s in from_kept(found).items():
            total.setdefault(name, Score()).add(s)
        print(f"{world} home {number}: {sum(total['all'].wins)}:{sum(total['all'].losses)} so far", file=sys.stderr)
    return total


def main() -> None:
    """Runs the households and prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--world", choices=["kind", "hard", "both"], default="both")
    parser.add_argument("--homes", type=int, default=4)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--probes", type=int, default=400)
    parser.add_argument("--nulls", type=int, default=2, help="homes that the null controls are run in")
    parser.add_argument("--traces", type=float)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--show", type=int, default=3, help="how many of the worst to show")
    parser.add_argument("--minutes", type=float, default=30.0, help="no further home is begun after that")
    parser.add_argument("--full", action="store_true", help="16 homes, 600 probes, nulls in 8: about 15 minutes")
    args = parser.parse_args()
    if args.full:
        args.homes, args.probes, args.nulls = 16, 600, 8
    until = time.monotonic() + 60 * args.minutes
    for world in ("kind", "hard") if args.world == "both" else (args.world,):
        people = WORLDS[world] if args.traces is None else replace(WORLDS[world], traces=args.traces)
        total = many(world, people, range(args.first, args.first + args.homes), args.seed, args.probes, args.data, args.nulls, until)
        print(f"\n{world}: {len(total['all'].n)} homes, {people.days} days, traces {people.traces:.0%}, seed {args.seed}; {machine()}")
        print(HEAD)
        for name, s in total.items():
            print(line(name, s, random.Random(args.seed)))
        print("\nall, by what was seen before:\n" + strata(total["all"]))
        for what, items in (("lost", total["all"].worst), ("won", total["all"].won), ("missed", total["all"].missed)):
            print(f"\n{what} ({len(items)}):")
            for item in items[: args.show]:
                print("  ", item)


if __name__ == "__main__":
    main()
