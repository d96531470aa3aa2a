"""Drawn homes with their journals and the truth, one after another. Knows the public texts; the learner never imports it."""

from __future__ import annotations

import json
import random
import tempfile
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.households.confusion import Confusion
from bench.households.slurp import is_for_training, labelled
from bench.manyways.life import Life, general_wishes
from bench.manyways.talk import talk
from bench.manyways.things import Wish, place
from bench.manyways.ways import drawn
from devices.home import Home
from devices.homefile import load_home
from hub.learning.sound import plain

Row = dict[str, Any]


def counts(text: str) -> bool:
    """Which half of the public texts hub/learning/plausible.py counts; the other half is said in these homes."""
    return zlib.crc32(text.encode()) % 2 == 0


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def recordings(data: Path) -> Mapping[str, list[Row]]:
    """SLURP's recordings of the training half by their sentence, with a published system's frame and what failed."""
    out: dict[str, list[Row]] = defaultdict(list)
    for row, failure in zip(*labelled(data)[:2], strict=True):
        if is_for_training(row["slurp_id"]):
            said = row["hermit"]
            frame = {
                "intent": f"{said['scenario']}_{said['action']}",
                "slots": {e["type"]: e["filler"] for e in said["entities"]},
                "targets": [],
            }
            out[row["gold"]].append({"asr": row["asr"], "frame": frame, "failure": failure})
    return out


def homes(first: int, n: int, data: Path) -> Iterator[tuple[Home, list[Row], list[Row], dict[str, str]]]:
    """(home, turns, states, turn → failure) of homes `first` and on."""
    confusion = Confusion(data / "slurp")
    oos = [row["text"] for row in _rows(data / "clinc150" / "oos_train.jsonl")]
    texts = [
        (row["text"], row["intent"])
        for row in _rows(data / "hwu64" / "cv10_all.jsonl")
        if not row["intent"].startswith("general") and not counts(row["text"])
    ]
    clinc = [row["text"] for row in _rows(data / "clinc150" / "train.jsonl") if not counts(row["text"])]
    agents = [t["text"] for row in _rows(data / "cqr_context" / "dev.jsonl") for t in row["turns"] if t["who"] == "assistant"]
    real = recordings(data)
    with tempfile.TemporaryDirectory() as temp:
        for number in range(first, first + n):
            r = random.Random(f"many ways {number}")
            ways, home = drawn(r), place(number, r)
            chatter = r.choice(([talk(r) for _ in range(80)], [*r.sample(agents, 40), *(talk(r) for _ in range(30))], r.sample(oos, 60)))
            cannot = [*r.sample(oos, 15), *r.sample(clinc, 15)]
            some: list[tuple[str, str]] = r.sample(texts, 150)
            sentences = r.sample(list(real), min(150, len(real)))
            wishes: list[Wish] = general_wishes(some, cannot, {s: real[s] for s in sentences})
            life = Life.of(home, ways, confusion, chatter, wishes, r)
            life.live()
            file = Path(temp) / f"{number}.json"
            file.write_text(json.dumps(home.file), encoding="utf-8")
            turns, states = ([x for x in life.journal if x["kind"] == kind] for kind in ("turn", "state"))
            yield load_home(file), _ordered(turns), _ordered(states), life.truth


def _ordered(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: datetime.fromisoformat(row["at"]))


def request_texts(data: Path) -> list[str]:
    """The half of the public requests that is counted, in plain form."""
    texts = [row["text"] for name in ("hwu64/cv10_all.jsonl", "clinc150/train.jsonl") for row in _rows(data / name) if counts(row["text"])]
    texts += [row["text"] for row in _rows(data / "snips7" / "train.jsonl")]
    return [plain(text) for text in texts]
