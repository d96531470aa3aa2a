"""`python -m bench.households.days`: how it goes day by day with learning in the loop: from the first day on, and after a change.

Every morning (of those listed) the learner reads what the hub journalled, and the day's turns use what it learned: a rewrite that is used
is in the journal as such, and people react to what came of it.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from bench import sound
from bench.households.confusion import Confusion, Ear
from bench.households.house import Goal, House, build, key
from bench.households.journal import START, Row, journal
from bench.households.kept import kept
from bench.households.lessons import Lessons
from bench.households.names import NEAR, NICKNAMES
from bench.households.outcomes import Score, interval, score
from bench.households.people import HARD, KIND, People
from bench.households.probing import Said, probes, understood
from bench.households.telling import Understands
from devices.homefile import load_home
from hub.knowledge import NOTHING, Knowledge
from hub.learning.reading import reader

CURVE = (1, 3, 7, 14, 28, 60)
SWAP = 14
ARMS = ("all of it", "no hold-out", "not self-aware", "nothing learned after the change")
CHANGES = ("sayings", "swapped names", "voice", "device")


def live(
    house: House,
    people: People,
    seed: int,
    lessons: Lessons,
    name: str,
    learns: Collection[int],
    look: Callable[[int, Knowledge], None],
    before: Callable[[int], None] = lambda day: None,
    aware: bool = True,
    holdout: bool = True,
) -> None:
    """Weeks with what was learned in force. `look` sees each morning's knowledge, `before` may change the world first.

    Not aware: the journal that the learner gets does not say which turns were rewritten, so that their outcome counts for what was heard.
    """
    knowledge, fresh = NOTHING, list[Row]()

    def morning(day: int) -> Understands:
        nonlocal knowledge
        before(day)
        if day in learns:
            rows = fresh if aware else [row | {"rewrite": None} for row in fresh]
            knowledge = lessons.learn(name, house, rows, now=START + timedelta(days=day))
            fresh.clear()
        look(day, knowledge)
        using = knowledge
        return lambda heard, person, at: understood(house, using, heard, person, at, f"{at}" if holdout else None)

    for row in journal(house, people, seed, morning=morning):
        fresh.append(row)
    morning(people.days)


def curve_of(number: int, people: People, seed: int, n: int, data: Path) -> dict[str, Any]:
    """One home's probes, morning after morning: day → Score."""
    out: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as temp, Lessons(Path(temp) / "learner") as lessons:
        house = build(number, Path(temp), data, Confusion(data / "slurp"), people, seed, reader)
        asked = probes(house, people, n, seed, ())

        def look(day: int, knowledge: Knowledge) -> None:
            if day in CURVE:
                score(result := Score(), house, asked, knowledge)
                result.worst, result.won, result.missed = result.worst[:5], [], []
                out[str(day)] = asdict(result)

        live(house, people, seed, lessons, "all", {1, 2, 3, 5, 7, 10, 14, 18, 22, 28, 36, 44, 52, 60}, look)
    return out


def sayings(house: House, rng: random.Random) -> list[Goal]:
    """What this home says in words of its own, a tenth of all it says; each means one thing until it means another."""
    lights = [e.name.lower() for e in house.home.entities.values() if e.id.startswith("light.")]
    out = []
    total = sum(g.weight for g in house.goals)
    for (saying, clear), name in zip(NICKNAMES, rng.sample(lights, len(NICKNAMES)), strict=True):
        plainly = clear.format(name=name)
        out.append(Goal(wordings=(saying,), weight=0.05 * total, want=key(house.read(plainly)), kind="saying", clear=(plainly,)))
    return out


def swapped(house: House, right: bool) -> list[Goal]:
    """Pairs of lamps whose names got swapped in the home file: people ask for one and get the other, until it is put right."""
    lights = {e.name: e for e in house.home.entities.values() if e.id.startswith("light.")}
    total = sum(g.weight for g in house.goals)
    out = []
    for pair in NEAR:
        if all(name in lights for name in pair):
            for name, other in (pair, pair[::-1]):
                said, plainly = (f"turn on the {n.lower()}" for n in (name, name if right else other))
                want = key(house.read(plainly))
                out.append(Goal(wordings=(said,), weight=0.05 * total, want=want, kind="saying", clear=(said, plainly)))
    return out


def renamed(house: House, goals: Sequence[Goal], rng: random.Random) -> None:
    """Half of the home's lamps are replaced by new ones: other names in the home file, and people say the new names."""
    spec = yaml.safe_load(house.file.read_text(encoding="utf-8"))
    lights = [e for e in spec["entities"] if e["id"].startswith("light.")]
    for entity in rng.sample(lights, len(lights) // 2):
        old, new = entity["name"], f"New {entity['name'].split()[-1]} {rng.choice(('One', 'Two', 'Three', 'Four', 'Five', 'Six'))}"
        entity["name"], entity["id"] = new, f"light.{new.lower().replace(' ', '_')}"
        for goal in goals:
            goal.wordings = tuple(w.replace(old.lower(), new.lower()) for w in goal.wordings)
            goal.clear = tuple(w.replace(old.lower(), new.lower()) for w in goal.clear)
    house.file.write_text(yaml.safe_dump(spec), encoding="utf-8")
    house.home = load_home(house.file)
    house.read = reader(house.home, START + timedelta(days=SWAP))  # type: ignore[assignment]
    for goal in goals:
        goal.want = key(house.read((goal.clear or goal.wordings)[0]))


def drift_of(number: int, change: str, arm: str, people: People, seed: int, data: Path) -> dict[str, Any]:
    """One home over a change: day → (right, n) of the requests that the change is about, heard as that home's people are heard."""
    out: dict[str, Any] = {}
    rng = random.Random(seed * 31 + number)
    people = replace(people, near_names=3) if change == "swapped names" else people
    with tempfile.TemporaryDirectory() as temp, Lessons(Path(temp) / "learner") as lessons:
        confusion = Confusion(data / "slurp")
        house = build(number, Path(temp), data, confusion, people, seed, reader)
        said_so = change in CHANGES[:2]

        def own(after: bool) -> list[Goal]:
            return swapped(house, after) if change == CHANGES[1] else sayings(house, random.Random(seed * 77 + number + after))

        if said_so:
            house.goals += own(False)
        asked: list[Said] = []

        def ask() -> None:
            asked[:] = probes(house, people, 30 if said_so else 150, seed, (), only="saying" if said_so else None)
            if said_so:
                for said in asked:
                    said.heard = said.text

        def before(day: int) -> None:
            if day == SWAP and said_so:
                house.goals = [g for g in house.goals if g.kind != "saying"]
                house.goals += own(True)
            elif day == SWAP and change == "voice":
                for k, person in enumerate(house.ears):
                    house.ears[person] = Ear(confusion, random.Random(seed * 13 + number * 7 + k), rate=people.wrong)
            elif day == SWAP:
                renamed(house, house.goals, rng)
            if day in (0, SWAP):
                ask()

        def look(day: int, knowledge: Knowledge) -> None:
            score(result := Score(), house, asked, knowledge)
            out[str(day)] = [result.n[0] - result.after[0], result.n[0], result.before[0]]

        learns = range(2, SWAP + 1 if arm == ARMS[3] else people.days + 1, 2)
        live(house, people, seed, lessons, "all", learns, look, before, aware=arm != ARMS[2], holdout=arm != ARMS[1])
    return out


def recovery(days: dict[int, float]) -> int | None:
    """Days after the change until nine tenths of what was right before it are right again; None if not in this run."""
    before = [v for d, v in days.items() if SWAP - 3 <= d < SWAP]
    goal = 0.9 * sum(before) / max(1, len(before))
    return next((d - SWAP for d in sorted(days) if d >= SWAP and days[d] >= goal), None)


def print_curve(args: argparse.Namespace) -> None:
    print("\n| world, day | homes | probes | change of defects (95 % by home) | wins:losses |\n| --- | --- | --- | --- | --- |")
    for world, people in (("kind", KIND), ("hard", HARD)):
        people = replace(people, days=max(CURVE))
        by_day: dict[int, Score] = defaultdict(Score)
        for number in range(args.first, args.first + args.homes):
            make = partial(curve_of, number, people, args.seed, args.probes, args.data)
            made = kept(f"curve-{world}-{number}", make, people, args.seed, args.probes)
            for name, s in made.items():
                by_day[int(name)].add(Score(**s))
            print(f"curve {world} home {number}", file=sys.stderr)
        for day, s in sorted(by_day.items()):
            low, high = interval(s.after, s.before, lambda a, b: 100 * (a - b) / max(1.0, b), random.Random(1))
            change = 100 * (sum(s.after) - sum(s.before)) / max(1, sum(s.before))
            print(
                f"| {world}, {day} | {len(s.n)} | {sum(s.n)} | {change:+.1f} % ({low:+.1f} … {high:+.1f}) | {sum(s.wins)}:{sum(s.losses)} |"
            )


def print_drift(args: argparse.Namespace) -> None:
    people = replace(KIND, days=SWAP + 14, per_day=(20, 30), traces=args.traces)
    print(
        "\n| change on day 14, arm | homes | right before | on the day | after 3 days | 7 days | 14 days | days to nine tenths |\n"
        + "| --- " * 8
        + "|"
    )
    for change in args.changes.split(","):
        for arm in ARMS if change in CHANGES[:2] else (ARMS[0], ARMS[3]):
            total: dict[int, list[int]] = defaultdict(lambda: [0, 0])
            for number in range(args.first, args.first + args.homes):
                make = partial(drift_of, number, change, arm, people, args.seed, args.data)
                made = kept(f"drift-{change}-{arm}-{number}", make, people, args.seed)
                for name, (right, n, _) in made.items():
                    total[int(name)][0] += right
                    total[int(name)][1] += n
                print(f"drift {change}, {arm}, home {number}", file=sys.stderr)
            days = {d: r / n for d, (r, n) in total.items()}
            cells = []
            for day in (SWAP - 1, SWAP, SWAP + 3, SWAP + 7, SWAP + 14):
                low, high = sound.wilson(*total[day])
                cells.append(f"{100 * days[day]:.0f} % ({100 * low:.0f} … {100 * high:.0f})")
            back = recovery(days)
            print(f"| {change}, {arm} | {args.homes} | {' | '.join(cells)} | {'not within 14' if back is None else back} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["curve", "drift", "both"], default="both", nargs="?")
    parser.add_argument("--homes", type=int, default=2)
    parser.add_argument("--traces", type=float, default=0.8, help="in the drift runs: there must be something to unlearn")
    parser.add_argument("--changes", default=",".join(CHANGES), help="which changes, with commas")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--probes", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    args = parser.parse_args()
    print(sound.machine())
    if args.what != "drift":
        print_curve(args)
    if args.what != "curve":
        print_drift(args)


if __name__ == "__main__":
    main()
