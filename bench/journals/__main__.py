"""Writes homes, journals, the truth about them and probes into a folder.

`python -m bench.journals OUT [--homes N] [--days N] [--control perfect|shuffled]`; then `python -m bench.journals.score OUT`.
"""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.journals.ears import Ears, Room
from bench.journals.people import Life
from bench.journals.world import house


def main() -> None:
    a = argparse.ArgumentParser()
    a.add_argument("out", type=Path)
    a.add_argument("--homes", type=int, default=8)
    a.add_argument("--days", type=int, default=28)
    a.add_argument("--probes", type=int, default=400)
    a.add_argument("--seed", type=int, default=3)
    a.add_argument("--control", choices=["none", "perfect", "shuffled"], default="none")
    a.add_argument("--slurp", type=Path, default=Path("../shared/data/slurp/test_asr_hyps.jsonl"))
    o = a.parse_args()
    ears = [Ears.fitted(o.slurp, 0), Ears.fitted(o.slurp, 1)]
    for n in range(o.homes):
        home = house(n, seed=o.seed)
        if o.control == "perfect":  # nothing is misheard, and everything is called by its name and asked for plainly
            things = tuple(replace(t, nick=None) for t in home.things)
            home = replace(home, things=things, people=tuple(replace(p, indirect=0.0) for p in home.people))
        r = random.Random(f"life{n}/{o.seed}")
        room = Room.of(
            ears[n % 2],
            [x for t in home.things for x in (t.name, t.nick or "")] + [v[0] for v in home.areas.values()],
            r,
            0.0 if o.control == "perfect" else r.uniform(0.7, 1.3),
        )
        life = Life(home, room, r)
        life.days(o.days)
        if o.control == "shuffled":
            shuffle(life.journal, r)
        probes = life.probe(o.probes, random.Random(f"probe{n}/{o.seed}"))
        to = o.out / f"home{n}"
        to.mkdir(parents=True, exist_ok=True)
        (to / "home.json").write_text(json.dumps(home.file(), indent=1))
        order = list(life.journal)
        r.shuffle(order)
        lines = order if n % 2 else life.journal
        (to / "journal.jsonl").write_text("".join(json.dumps(x) + "\n" for x in lines))
        (to / "truth.jsonl").write_text("".join(json.dumps(x) + "\n" for x in life.truth))
        (to / "probes.jsonl").write_text("".join(json.dumps(x) + "\n" for x in probes))
        turns = [x for x in life.truth if "turn" in x]
        bad = sum(x["defect"] for x in turns)
        fixed, misheard = sum(x["rephrase_turn"] is not None for x in turns), sum(not x["truth"]["clean"] for x in probes)
        print(f"home{n}: {len(turns)} turns, {bad} defects, {fixed} later said right; {misheard} of {len(probes)} probes misheard")


def shuffle(journal: list[dict[str, Any]], r: random.Random) -> None:
    """Feedback and following turns torn from what they were about: what was heard changes places among all turns, feedback too."""
    turns = [x for x in journal if x["kind"] == "turn"]
    for keys in (
        ("feedback",),
        ("heard", "asr", "intent", "slots", "frames", "targets", "actions", "decision", "code", "reply", "confidence", "margin"),
    ):
        packs = [{k: t[k] for k in keys} for t in turns]
        r.shuffle(packs)
        for t, pack in zip(turns, packs, strict=True):
            t.update(pack)


if __name__ == "__main__":
    main()
