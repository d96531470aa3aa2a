"""`python -m bench.households`: nothing learned, each layer, all of it, the oracle, and three nulls, side by side with intervals by
home."""

from __future__ import annotations

import argparse
import copy
import itertools
import json
import math
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.households.confusion import Confusion
from bench.households.world import House, People, Said, build, journal, key, probes
from hub.keeping.store import Store
from hub.knowledge import Knowledge, assemble, load
from hub.learning import rewrite
from hub.learning.reading import reader
from models.said import Context

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


@dataclass(slots=True)
class Score:
    """Paired outcomes of one way of learning against nothing learned."""

    wins: list[int] = field(default_factory=list)
    losses: list[int] = field(default_factory=list)
    before: list[int] = field(default_factory=list)
    after: list[int] = field(default_factory=list)
    n: list[int] = field(default_factory=list)
    clean_rewritten: list[int] = field(default_factory=list)
    clean: list[int] = field(default_factory=list)
    worst: list[str] = field(default_factory=list)
    won: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


def interval(
    top: Sequence[float], bottom: Sequence[float], statistic: Callable[[float, float], float], rng: random.Random
) -> tuple[float, float]:
    """95 % interval by bootstrap over homes."""
    draws = []
    for _ in range(1000):
        picks = [rng.randrange(len(top)) for _ in top]
        draws.append(statistic(sum(top[k] for k in picks), sum(bottom[k] for k in picks)))
    draws.sort()
    return draws[25], draws[974]


def learn(db: Path, home: Path, rows: Sequence[dict[str, Any]], folder: Path) -> float:
    """Imports a journal and learns, in a process of its own that is given the journal and the home file and nothing else. Seconds."""
    file = folder / "journal.jsonl"
    file.write_text("".join(json.dumps({k: v for k, v in row.items() if not k.startswith("_")}) + "\n" for row in rows), encoding="utf-8")
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "OMP_NUM_THREADS": "1"}
    began = time.monotonic()
    for args in (
        ["journal", "import", str(file), "--db", str(db)],
        ["learn", "--db", str(db), "--home", str(home), "--now", NOW.isoformat()],
    ):
        subprocess.run(
            [sys.executable, "-m", "bench.households.learner", *args], check=True, env=environment, capture_output=True, cwd=Path.cwd()
        )
    return time.monotonic() - began


def heard_as(said: Said, house: House, knowledge: Knowledge) -> tuple[str, Any]:
    """What a turn makes of a probe, and the rewrite that it used."""
    context = Context(now=NOW, person=said.person)
    change = rewrite.precomputed(said.heard, knowledge, context, house.home)
    meant = house.read(change.to if change else said.heard)
    if change is None:
        change = rewrite.online(said.heard, knowledge, house.home, context, meant, house.read)
        if change is not None:
            meant = house.read(change.to)
    return key(meant), change


def score(result: Score, house: House, asked: Sequence[Said], knowledge: Knowledge, oracle: dict[str, str] | None = None) -> None:
    """Adds one home's probes."""
    wins = losses = before = after = clean = touched = 0
    for said in asked:
        base = key(house.read(said.heard))
        if oracle is not None:
            got, change = (said.truth, "oracle") if oracle.get(said.heard) == said.truth and base != said.truth else (base, None)
        else:
            got, change = heard_as(said, house, knowledge)
        right_before, right_after = base == said.truth, got == said.truth
        before += not right_before
        after += not right_after
        wins += right_after and not right_before
        losses += right_before and not right_after
        if right_before:
            clean += 1
            touched += change is not None
        if right_before and not right_after and len(result.worst) < 40:
            result.worst.append(
                f"{said.text!r} heard {said.heard!r} → {change.to if hasattr(change, 'to') else change!r} ({getattr(change, 'source', '')})"
            )
        if right_after and not right_before and len(result.won) < 60:
            result.won.append(f"{said.heard!r} → {getattr(change, 'to', change)!r} ({getattr(change, 'source', '')})")
        if not right_after and len(result.missed) < 80:
            result.missed.append(
                f"{said.text!r} heard {said.heard!r} [{'wrong' if base != '-' else 'declined'}{', seen' if said.seen else ''}] "
                f"{getattr(change, 'to', '')}"
            )
    for name, value in (
        ("wins", wins),
        ("losses", losses),
        ("before", before),
        ("after", after),
        ("n", len(asked)),
        ("clean", clean),
        ("clean_rewritten", touched),
    ):
        getattr(result, name).append(value)


def layers(full: Knowledge) -> dict[str, Knowledge]:
    """Each layer alone."""
    learned = full.learned
    bare = replace(learned, rules=(), said=())

    def only(**parts: Any) -> Knowledge:
        return assemble(full.version, replace(bare, **parts))

    return {
        "whole texts": only(rules=tuple(r for r in learned.rules if r.kind == "text")),
        "fragments": only(rules=tuple(r for r in learned.rules if r.kind == "fragment")),
        "personal index": only(said=learned.said),
        "global (words, names)": only(),
        "all": full,
    }


def shuffled(rows: Sequence[dict[str, Any]], rng: random.Random) -> list[dict[str, Any]]:
    """The same turns with everybody's reactions dealt out anew: what was said when, and how it was received, no longer belong together."""
    rows = copy.deepcopy(list(rows))
    times, feedback = [r["at"] for r in rows], [r["feedback"] for r in rows]
    rng.shuffle(feedback)
    rng.shuffle(rows)
    for row, at, fb in zip(rows, times, feedback, strict=True):
        row["at"], row["feedback"] = at, fb
    return rows


def line(name: str, s: Score, rng: random.Random) -> str:
    """One row of the table."""
    wins, losses, before, after = sum(s.wins), sum(s.losses), sum(s.before), sum(s.after)
    change = 100 * (after - before) / max(1, before)
    low, high = interval(s.after, s.before, lambda a, b: 100 * (a - b) / max(1.0, b), rng)
    ratio_low, ratio_high = interval(s.wins, s.losses, lambda w, x: (w + 0.5) / (x + 0.5), rng)
    touched = 100 * sum(s.clean_rewritten) / max(1, sum(s.clean))
    ratio = wins / losses if losses else math.inf
    return (
        f"| {name} | {sum(s.n)} | {100 * before / max(1, sum(s.n)):.1f} % | {100 * after / max(1, sum(s.n)):.1f} % | {change:+.1f} "
        f"% ({low:+.1f} … {high:+.1f}) | "
        f"{wins}:{losses} = {ratio:.1f} ({ratio_low:.1f} … {ratio_high:.1f}) | {touched:.2f} % |"
    )


def main() -> None:
    """Runs the households and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--homes", type=int, default=8)
    parser.add_argument("--probes", type=int, default=400)
    parser.add_argument("--traces", type=float, default=0.4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--show", type=int, default=3, help="how many of the worst to show")
    parser.add_argument("--no-nulls", action="store_true")
    args = parser.parse_args()
    rng = random.Random(args.seed)
    people = People(traces=args.traces)
    confusion = Confusion(args.data / "slurp")
    scores: dict[str, Score] = {}
    took = 0.0
    with tempfile.TemporaryDirectory() as temp:
        folder = Path(temp)
        for number in range(args.homes):
            house = build(number, folder, args.data, confusion, people, args.seed, reader)
            rows = list(journal(house, people, args.seed))
            asked = probes(house, people, args.probes, args.seed, [r["heard"] for r in rows])
            db = folder / f"{number}.db"
            took += learn(db, house.file, rows, folder)
            with Store(db) as store:
                full = load(store)
            for name, knowledge in layers(full).items():
                score(scores.setdefault(name, Score()), house, asked, knowledge)
            oracle = {r["heard"]: r["_want"] for r in rows}
            score(scores.setdefault("oracle (every heard text's meaning)", Score()), house, asked, full, oracle)
            print(
                f"home {number}: {len(rows)} turns, {sum(r['_got'] != r['_want'] for r in rows)} defects, rules "
                f"{sum(r.status == 'live' for r in full.learned.rules)}",
                file=sys.stderr,
            )
            if not args.no_nulls:
                null = folder / f"{number}s.db"
                learn(null, house.file, shuffled(rows, rng), folder)
                with Store(null) as store:
                    score(scores.setdefault("null: shuffled feedback", Score()), house, asked, load(store))
                perfect = replace(people, wrong=0.0)
                clean = build(number, folder, args.data, confusion, perfect, args.seed, reader)
                clean_rows = list(journal(clean, perfect, args.seed + 1))
                none = folder / f"{number}p.db"
                learn(none, clean.file, clean_rows, folder)
                with Store(none) as store:
                    score(
                        scores.setdefault("null: perfect recogniser", Score()),
                        clean,
                        probes(clean, perfect, args.probes, args.seed + 1, ()),
                        load(store),
                    )
                dealt = folder / f"{number}r.db"
                learn(dealt, house.file, dealt_anew(rows, rng), folder)
                with Store(dealt) as store:
                    score(scores.setdefault("null: random rephrases", Score()), house, asked, load(store))
                marks = folder / f"{number}m.db"
                learn(marks, house.file, remarked(rows, rng), folder)
                with Store(marks) as store:
                    score(scores.setdefault("null: feedback marks alone shuffled", Score()), house, asked, load(store))
    print(
        f"{args.homes} homes, {people.days} days, traces {people.traces:.0%}, seed {args.seed}; learning {took / args.homes:.1f} s "
        f"a home; {platform.machine()}, {os.cpu_count()} cores"
    )
    print(
        "| learned | probes | defects before | after | change of defects (95 % by home) | wins:losses | clean turns rewritten |\n| "
        "--- | --- | --- | --- | --- | --- | --- |"
    )
    for name, s in scores.items():
        print(line(name, s, rng))
    for what, items in (("worst", scores["all"].worst), ("won", scores["all"].won), ("missed", scores["all"].missed)):
        print(f"\n{what}:")
        for item in items[: args.show]:
            print("  ", item)


def dealt_anew(rows: Sequence[dict[str, Any]], rng: random.Random) -> list[dict[str, Any]]:
    """After every failure somebody says something that worked at another time: random rewrites are all that could be learned."""
    rows = copy.deepcopy(list(rows))
    good = [r for r in rows if r["decision"] in ("act", "answer")]
    parts = ("heard", "intent", "slots", "frames", "targets", "actions", "decision", "code", "confidence", "margin")
    for row, after in itertools.pairwise(rows):
        if row["_got"] != row["_want"]:
            after.update({k: copy.deepcopy(v) for k, v in rng.choice(good).items() if k in parts})
    return rows


def remarked(rows: Sequence[dict[str, Any]], rng: random.Random) -> list[dict[str, Any]]:
    """The same turns in the same order, with barge-ins, undo and answers dealt out anew."""
    rows = copy.deepcopy(list(rows))
    marks = [r["feedback"] for r in rows]
    rng.shuffle(marks)
    for row, mark in zip(rows, marks, strict=True):
        row["feedback"] = mark
    return rows


if __name__ == "__main__":
    main()
