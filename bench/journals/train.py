"""Examples for the model of failures from homes of bench.households and of this folder; the recipe is bench/manyways/train.py.

Each journal once as it is, then as another hub would have written it (`vary.py`: scales, codes, what is left out); one in five as a journal
just begun. The truth of the simulators are the labels. Homes 0–7 of seed 3, and 1500… of bench.households, are not trained on.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.households.confusion import Confusion
from bench.households.house import build
from bench.households.journal import journal
from bench.households.train import VARIED
from bench.journals.ears import Ears, Room
from bench.journals.people import Life
from bench.journals.vary import varied
from bench.journals.world import house
from devices.home import Home
from devices.homefile import load_home
from hub.learning import failures, rephrase, usual
from hub.learning.reading import reader
from hub.learning.second_opinion import NO_OPINION, second_opinion
from hub.learning.signals import Judged, observe, reversals, row_of, sessions, weigh

Row = dict[str, Any]
Made = tuple[Home, list[Row], list[Row], Mapping[str, str]]
"""A home, its turns and its state changes in order of time, and which part failed."""


def judged(turns: Sequence[Row], states: Sequence[Row]) -> list[list[Judged]]:
    """Sessions as the learner sees them."""
    acted: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for turn in turns:
        if turn["decision"] == "act":
            for entity in turn["targets"]:
                acted[entity].append((datetime.fromisoformat(turn["at"]).timestamp(), turn["id"]))
    back = reversals(states, acted)
    out = []
    for session in sessions(row_of(t) for t in turns):
        found = observe(session, back)
        rephrase.link(found)
        weigh(found)
        for i in range(len(found) - 1, -1, -1):
            found[i].best = rephrase.best(found, i)
        out.append(found)
    return out


def ours(first: int, n: int, data: Path) -> Iterator[Made]:
    """Homes of bench.households, with failures of every part."""
    confusion = Confusion(data / "slurp")
    with (data / "clinc150" / "oos_train.jsonl").open(encoding="utf-8") as lines:
        chatter = [json.loads(line)["text"] for line in lines]
    with tempfile.TemporaryDirectory() as temp:
        for number in range(first, first + n):
            made = build(number, Path(temp), data, confusion, VARIED, 9, reader)
            rows = list(journal(made, VARIED, 9, chatter))
            turns = [r for r in rows if r.get("kind", "turn") == "turn"]
            yield made.home, _ordered(turns), _ordered([r for r in rows if r.get("kind") == "state"]), made.truths


def others(first: int, n: int, data: Path, seed: int = 77, days: int = 6) -> Iterator[Made]:
    """Homes of this folder; how often the television wakes the hub, devices fail and people ask for the impossible differs by home."""
    ears = [Ears.fitted(data / "slurp" / "test_asr_hyps.jsonl", half) for half in (0, 1)]
    with tempfile.TemporaryDirectory() as temp:
        for number in range(first, first + n):
            home, r = house(number, seed=seed), random.Random(f"life{number}/{seed}")
            names = [x for t in home.things for x in (t.name, t.nick or "")] + [v[0] for v in home.areas.values()]
            life = Life(
                home,
                Room.of(ears[number % 2], names, r, r.uniform(0.7, 1.3)),
                r,
                tv=r.choice([0.1, 0.5, 1.5, 3]),
                broken=r.choice([0.005, 0.02, 0.05]),
                cannot=r.choice([0, 0.3, 2]),
                strict=r.choice([0.7, 0.8, 0.9, 1.0]),
            )
            life.days(days)
            file = Path(temp) / f"{number}.json"
            file.write_text(json.dumps(home.file()), encoding="utf-8")
            truth = {t["turn"]: t["failure"] for t in life.truth if "turn" in t}
            turns, states = ([x for x in life.journal if x["kind"] == kind] for kind in ("turn", "state"))
            yield load_home(file), _ordered(turns), _ordered(states), truth


def _ordered(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda r: datetime.fromisoformat(r["at"]))


def examples(made: Made, r: random.Random, as_it_is: bool) -> Iterator[tuple[list[float], int]]:
    """Feature rows of one journal with the class of each turn."""
    home, turns, states, truth = made
    rows = [{k: v for k, v in t.items() if not k.startswith("_")} for t in turns] if as_it_is else varied(turns, r)
    found = judged(rows, states if as_it_is or r.random() < 0.7 else [])
    journal_ = usual.NOTHING if not as_it_is and r.random() < 0.2 else usual.of(found)
    online, known = not as_it_is and r.random() < 0.15, home if r.random() < 0.8 else None
    second = second_opinion(known) if r.random() < (1.0 if as_it_is else 0.7) else NO_OPINION
    failures.compare(found, second)
    for session in found:
        for i, turn in enumerate(session):
            yield failures.features(session, i, known, online, journal_, second), failures.CLASSES.index(truth[turn.row.id])
