"""Recipe of models/weights/rank.json, the ranker of the search for what was meant; and what it does on titles that are only alike.

    .venv/bin/python -m bench.ranker --train      simulated homes 1000…; the truth of the simulator is the label
    .venv/bin/python -m bench.ranker              similar_titles.txt, written by hand: harm and gain

A home's days are split by parity: what was said with success on the one half is the personal index of the other half's turns in doubt.
List-wise softmax with "keep what was said" at 0; keeping counts KEEP times where it is right. numpy alone.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from devices.home import Home
from hub.knowledge import Knowledge, Learned, Said, assemble
from hub.learning import mine, rank, rephrase, retrieve, rewrite, spans
from hub.learning.evidence import Evidence
from hub.learning.signals import observe, row_of, sessions, weigh
from hub.learning.vocabulary import vocabulary
from models.said import Context, Interpretation

OUT = Path("models/weights/rank.json")
TITLES = Path(__file__).with_name("similar_titles.txt")
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
KEEP = 2.5
MOST = 12
"""Candidates of a turn at most that are learned from."""
RULE = 4.0
"""Set by hand: what a rule that passed the gate is worth. Homes here have no rules, so it is not learned."""
Read = Callable[[str], Interpretation]
Query = tuple[np.ndarray, np.ndarray, np.ndarray]
"""(features of its candidates, which of them are right, what the hand-set score before this ranker gave them)"""


def known_from(rows: Sequence[dict[str, Any]], home: Home) -> Knowledge:
    """What a night would know from these turns: requests with at least two quiet successes, and their words."""
    evidence = Evidence(now=NOW.timestamp())
    for session in sessions(row_of({k: v for k, v in r.items() if not k.startswith("_")}) for r in rows):
        judged = observe(session)
        rephrase.link(judged, spans.reader())
        weigh(judged)
        for i in range(len(judged) - 1, -1, -1):
            judged[i].best = rephrase.best(judged, i)
        evidence.add(judged)
    misheard = {home.id or "": {heard: dict(meant) for heard, meant in evidence.misheard.items()}}
    words = {home.id or "": dict(evidence.words)}
    return assemble(1, Learned(said=mine.index(evidence, home.id), words=words, misheard=misheard))


def queries(
    home: Home, read: Read, rows: Sequence[dict[str, Any]], meant: dict[str, str], key: Callable[[Interpretation], str]
) -> list[Query]:
    """The turns in doubt of one home, with their candidates and which of them mean what was meant."""
    out: list[Query] = []
    halves = [[r for r in rows if (datetime.fromisoformat(r["at"]).toordinal() % 2) == n] for n in (0, 1)]
    for said, asked in (halves, halves[::-1]):
        knowledge = known_from(said, home)
        words = rewrite._clean(knowledge, home.id)
        known, share = vocabulary(home, words), retrieve.share(knowledge, home.id)
        for row in asked:
            heard, reading = rewrite._request(row["heard"]), read(row["heard"])
            failed = rewrite.doubtful(reading)
            if not heard or not (failed or reading.confidence < rewrite.SOFT) or not 2 <= len(heard.split()) <= 16:
                continue
            options = rewrite.candidates(heard, knowledge, home, Context(now=NOW), (), failed)
            options = sorted(options, key=lambda o: -max(o.alike, o.cosine))[:MOST]
            often, code = retrieve.meant_often(knowledge, home.id), rewrite.why_failed(reading) if failed else None
            if not options:
                continue
            x, y, old = [], [], []
            for option in options:
                other = read(option.text)
                targets = any(f.targets for f in other.frames)
                least = rewrite.LEAST_CONFIDENCE if failed else rewrite.SURE
                if rewrite.doubtful(other) or other.confidence < least or (not failed and rewrite.same(reading, other)):
                    continue
                if option.source == "global" and not targets:
                    continue
                usual_here = often.get(rewrite.meaning_of(other), 0.0)
                x.append(rank.features(heard, option, known, share, failed, other.confidence, targets, usual_here, code))
                y.append(key(other) == meant[row["id"]] != "-")
                old.append(rank.rough(option, failed))
            if x:
                out.append((np.array(x), np.array(y), np.array(old)))
    return out


def fit(data: Sequence[Query], steps: int = 800) -> np.ndarray:
    """List-wise logistic regression by gradient descent, with weights that are drawn to zero."""
    most = max(len(y) for _, y, _ in data)
    x, y, there = np.zeros((len(data), most, len(rank.FEATURES))), np.zeros((len(data), most + 1)), np.zeros((len(data), most + 1))
    for n, (rows, right, _) in enumerate(data):
        x[n, : len(right)], y[n, 1 : 1 + len(right)], there[n, : 1 + len(right)] = rows, right, 1
        y[n, 0] = not right.any()
    weight = np.where(y[:, :1] > 0, KEEP, 1.0)
    w = np.zeros(len(rank.FEATURES))
    speed = np.zeros_like(w)
    for step in range(steps):
        z = np.concatenate((np.zeros((len(data), 1)), x @ w), axis=1)
        p = np.exp(z - z.max(1, keepdims=True)) * there
        p /= p.sum(1, keepdims=True)
        right = p * y
        right /= right.sum(1, keepdims=True)
        grad = 0.003 * w + np.einsum("nk,nkf->f", (weight * (p - right))[:, 1:], x) / len(data)
        speed = 0.9 * speed - 0.3 * (1 - step / steps) * grad
        w = w + speed
    return w


def figures(data: Sequence[Query], w: np.ndarray, enough: float) -> list[int]:
    """Turns in doubt, those that can be answered, those that are, and those that are answered wrong."""
    right = wrong = there = 0
    for x, y, _ in data:
        keep, p = rank.shares(list(x @ w))
        k = int(np.argmax(p))
        there += bool(y.any())
        if p[k] >= enough and p[k] - keep >= rewrite.LEAD:
            right, wrong = right + bool(y[k]), wrong + (not y[k])
    return [len(data), there, right, wrong]


def by_hand(data: Sequence[Query]) -> str:
    """The same of the score before."""
    right = wrong = 0
    for x, y, old in data:
        order = np.argsort(-old)
        failed = x[0][rank.FEATURES.index("failed")] > 0
        taken = old[order[0]] >= (0.7 if failed else 0.78) and all(y[k] == y[order[0]] for k in order[1:] if old[k] >= old[order[0]] - 0.06)
        right, wrong = right + bool(taken and y[order[0]]), wrong + bool(taken and not y[order[0]])
    return f"by hand: {right} right, {wrong} wrong"


def train(homes: int, data: Path) -> None:
    """Simulates homes and writes the weights."""
    from bench.households.confusion import Confusion
    from bench.households.house import build, key
    from bench.households.journal import journal
    from bench.households.people import HARD
    from bench.households.train import VARIED
    from hub.learning.reading import reader

    confusion, made = Confusion(data / "slurp"), []
    worlds = replace(VARIED, days=20), HARD
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1000, 1000 + homes):
            world = worlds[number % 2]
            house = build(number, Path(folder), data, confusion, world, 9, reader)
            rows = list(journal(house, world, 9))
            made.append(queries(house.home, house.read, rows, house.meant, key))
    write(made)


def write(made: Sequence[list[Query]]) -> None:
    """Prints what three folds of the homes say, and writes the weights of all."""
    counts: dict[float, list[int]] = {}
    for fold in range(3):
        w = fit([q for n, home in enumerate(made) if n % 3 != fold for q in home])
        for enough in (0.5, 0.6, 0.75, 0.9):
            found = figures([q for n, home in enumerate(made) if n % 3 == fold for q in home], w, enough)
            counts[enough] = [a + b for a, b in zip(counts.get(enough, [0, 0, 0, 0]), found, strict=True)]
    for enough, (n, there, right, wrong) in counts.items():
        print(f"three folds by home, {enough}: {n} in doubt, {there} answerable, {right} right, {wrong} wrong")
    every = [q for home in made for q in home]
    print(by_hand(every))
    w = fit(every)
    w[rank.FEATURES.index("rule")] = RULE
    about = {"weights": {name: round(float(v), 4) for name, v in zip(rank.FEATURES, w, strict=True)}, "queries": len(every)}
    OUT.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


HABITS = (
    "turn on the kitchen light", "turn off the hall light", "set a timer for ten minutes", "what time is it", "play jazz",
    "close the blinds", "turn off the tv", "what's the weather tomorrow", "add milk to the shopping list",
    "set the volume to thirty percent", "good night",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Titles:
    """What became of similar_titles.txt."""

    kept: int
    """Requests that must be left as they are."""
    harm: tuple[str, ...]
    misheard: int
    right: int
    between: int
    """Not rewritten, though something else is likelier than keeping: what is to be asked about."""


def titles(path: Path, forced: bool) -> Titles:
    """What the search does on similar_titles.txt, as turns go; or, `forced`, with every reading taken for a failed one."""
    from bench.households.names import LIGHTS, OTHERS, STATES
    from devices.homefile import parse_home
    from hub.learning.reading import reader

    names = [("light", n) for n in (*LIGHTS, "Kitchen Light", "Hall Light")] + [(d, n) for d, some in OTHERS.items() for n in some]
    names += [("fan", "Bedroom Fan"), ("cover", "Left Blind"), ("climate", "Office Thermostat")]
    entities = [{"id": f"{d}.{n.lower().replace(' ', '_')}", "name": n, "state": STATES[d]} for d, n in names]
    home = parse_home({"id": "h", "areas": [], "entities": entities})
    read = reader(home, NOW)
    assert read is not None
    lines = [line.split(" | ") for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    lost = Interpretation(frames=(), accepted=False, confidence=0.2, margin=0.0, code="no_intent_match")
    harm, right, between = [], 0, 0
    for before, heard, want in lines:
        words = Counter(w for t in (*HABITS, before) for w in t.split() for _ in range(4))
        said = tuple(Said(text=t, home="h", n=4.0, meaning="") for t in (*HABITS, before))
        knowledge = assemble(1, Learned(said=said, words={"h": dict(words)}))
        meant = lost if forced else read(heard)
        found = rewrite.search(heard, knowledge, home, Context(now=NOW), meant, read)
        to = found.rewrite.to if found.rewrite is not None else "keep"
        between += found.rewrite is None and bool(found.options) and found.options[0][1] > found.keep
        if want == "keep" and to != "keep":
            harm.append(f"{heard!r} → {to!r} ({found.margin})")
        right += want != "keep" and (to == want or (to == "keep" and meant.accepted and rewrite.same(meant, read(want))))
    kept = sum(want == "keep" for *_, want in lines)
    return Titles(kept, tuple(harm), len(lines) - kept, right, between)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--homes", type=int, default=18)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    args = parser.parse_args()
    if args.train:
        train(args.homes, args.data)
    for forced in (False, True):
        print("forced" if forced else "as turns go", titles(TITLES, forced))


if __name__ == "__main__":
    main()
