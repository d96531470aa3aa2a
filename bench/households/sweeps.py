"""`python -m bench.households.sweeps`: what the figures hang on: silence that ends a session, traces, false barge-ins, guests, each signal.

Each setting is the same homes with the same voices and requests; only what is named changes. Paired with nothing learned.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

from bench import sound
from bench.households.confusion import Confusion, Ear
from bench.households.house import House, build
from bench.households.journal import journal
from bench.households.kept import kept
from bench.households.lessons import Lessons
from bench.households.nulls import SIGNALS, without
from bench.households.outcomes import Score, interval, score
from bench.households.people import HARD, KIND, People
from bench.households.probing import probes
from hub.knowledge import Knowledge, assemble
from hub.learning import retrieve, rewrite
from hub.learning.reading import reader

PLAIN = "session gap 45 s"
"""The setting that the layers are left out of: everything as it is by default."""

SETTINGS: dict[str, dict[str, Any]] = {
    **{f"session gap {gap} s": {"gap": gap} for gap in (15, 30, 45, 60, 120)},
    **{f"traces {share:.0%}": {"traces": share} for share in (0.2, 0.4, 0.6, 0.8)},
    **{f"false barge-ins {share:.0%}": {"false_barge": share} for share in (0.0, 0.05, 0.15, 0.3)},
    **{f"guests {share:.0%}": {"guests": share} for share in (0.0, 0.12, 0.3)},
    **{f"without {signal}": {"without": signal} for signal in SIGNALS},
    "every turn by itself": {"gap": 1},
    "without any sign but declined turns": {"without": "all"},
}


def ablated(full: Knowledge) -> dict[str, Knowledge]:
    """What was learned, without one of its layers."""
    learned = full.learned

    def but(**parts: Any) -> Knowledge:
        return assemble(full.version, replace(learned, **parts))

    return {
        "without whole texts": but(rules=tuple(r for r in learned.rules if r.kind != "text")),
        "without fragments and names": but(rules=tuple(r for r in learned.rules if r.kind != "fragment")),
        "without the personal index": but(said=()),
        "without any search (precomputed alone)": but(report={**learned.report, "feedback_informative": False}),
        "without the global index": full,
        "without words read anew by sound": full,
    }


@contextmanager
def lacking(name: str) -> Iterator[None]:
    """The search without one of its sources, where `name` says so."""
    search, respelled = retrieve.search, rewrite.respelled
    try:
        if name == "without the global index":
            retrieve.search = lambda *args: [n for n in search(*args) if n.layer != "global"]  # type: ignore[assignment]
        elif name == "without words read anew by sound":
            rewrite.respelled = lambda *args: []  # type: ignore[attr-defined]
        yield
    finally:
        retrieve.search, rewrite.respelled = search, respelled  # type: ignore[attr-defined]


def voices(house: House, people: People, confusion: Confusion, seed: int) -> None:
    """The same voices from the start, whatever was said before."""
    home = house.home
    names = tuple(e.name.lower() for e in home.entities.values()), tuple(a.name.lower() for a in home.areas.values())
    for k, person in enumerate(("ann", "bob", "guest")):
        rng = random.Random(seed * 17 + house.number * 5 + k)
        house.ears[person] = Ear(confusion, rng, rate=people.wrong, names=names, valid=people.valid_errors)


def home_of(number: int, world: People, seed: int, n: int, data: Path) -> dict[str, Any]:
    """One home in every setting: setting → Score."""
    out: dict[str, Any] = {}
    confusion = Confusion(data / "slurp")
    with tempfile.TemporaryDirectory() as temp, Lessons(Path(temp) / "learner") as lessons:
        house = build(number, Path(temp), data, confusion, world, seed, reader)
        for k, (name, setting) in enumerate(SETTINGS.items()):
            people = replace(world, **{key: v for key, v in setting.items() if key in People.__dataclass_fields__})
            voices(house, people, confusion, seed)
            asked = probes(house, replace(people, guests=world.guests), n, seed, ())
            rows = list(journal(house, people, seed))
            left_out = setting.get("without")
            for signal in SIGNALS if left_out == "all" else (left_out,) if left_out else ():
                rows = without(signal, rows)
            gap = 1 if left_out == "all" else setting.get("gap")
            knowledge = lessons.learn(f"setting{k}", house, rows, *(("--gap", str(gap)) if gap else ()))
            for part, kept_parts in ({name: knowledge} if name != PLAIN else {name: knowledge, **ablated(knowledge)}).items():
                with lacking(part):
                    score(result := Score(), house, asked, kept_parts)
                result.worst, result.won, result.missed = result.worst[:5], [], []
                out[part] = asdict(result)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--world", choices=["kind", "hard"], default="hard")
    parser.add_argument("--homes", type=int, default=2)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--probes", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    args = parser.parse_args()
    world = HARD if args.world == "hard" else KIND
    total: dict[str, Score] = {}
    for number in range(args.first, args.first + args.homes):
        made = kept(
            f"sweep-{args.world}-{number}",
            partial(home_of, number, world, args.seed, args.probes, args.data),
            world, args.seed, args.probes, sorted(SETTINGS),
        )  # fmt: skip
        for name, s in made.items():
            total.setdefault(name, Score()).add(Score(**s))
        print(f"home {number} swept", file=sys.stderr)
    print(f"{args.world}, {args.homes} homes, {args.probes} probes each, seed {args.seed}; {sound.machine()}")
    print(
        "| setting | defects before | change of defects (95 % by home) | against the default (paired, 95 % by home) | wins:losses "
        "| clean turns rewritten |\n" + "| --- " * 6 + "|"
    )
    for name, s in total.items():
        low, high = interval(s.after, s.before, lambda a, b: 100 * (a - b) / max(1.0, b), random.Random(1))
        before = sum(s.before)
        more = [a - b for a, b in zip(s.after, total[PLAIN].after, strict=True)]
        least, most = interval(more, s.before, lambda a, b: 100 * a / max(1.0, b), random.Random(1))
        against = f"{100 * sum(more) / max(1, before):+.1f} ({least:+.1f} … {most:+.1f})"
        print(
            f"| {name} | {100 * before / sum(s.n):.1f} % of {sum(s.n)} | {100 * (sum(s.after) - before) / max(1, before):+.1f} % "
            f"({low:+.1f} … {high:+.1f}) | {against} | {sum(s.wins)}:{sum(s.losses)} | "
            f"{100 * sum(s.clean_rewritten) / max(1, sum(s.clean)):.2f} % |"
        )


if __name__ == "__main__":
    main()
