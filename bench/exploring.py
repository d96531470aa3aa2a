"""Whether the value of a policy that was never run can be told from the log of another: labelled sentences turned into a log of choices.

    .venv/bin/python -m bench.exploring

Supervised-to-bandit: a sentence is a turn, an intent is what could be done, the reward is whether it is the right one, and the log
shows the reward of the one intent that was chosen. So the true value of every policy is known.
The log is drawn by hub.learning.explore.choose.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np

from hub.learning import explore
from hub.learning.explore import Candidate, Logged, choose, deploy, evaluate

NOON = datetime(2026, 11, 2, 12)
BUCKETS = 4096
Policy = Callable[[Mapping[str, object]], Mapping[str, float]]


def hashed(text: str) -> np.ndarray:
    """Words and pairs of words as a vector of length one."""
    out = np.zeros(BUCKETS, dtype=np.float32)
    words = text.lower().split()
    for item in [*words, *(f"{a} {b}" for a, b in itertools.pairwise(words))]:
        out[zlib.crc32(item.encode()) % BUCKETS] += 1
    return out / max(1e-6, float(np.linalg.norm(out)))


def fitted(x: np.ndarray, y: np.ndarray, classes: int, steps: int) -> np.ndarray:
    """A softmax regression by plain gradient descent; few steps make a poor one."""
    w = np.zeros((x.shape[1], classes), dtype=np.float32)
    rng = np.random.default_rng(1)
    for _ in range(steps):
        k = rng.integers(0, len(x), 256)
        z = x[k] @ w
        p = np.exp(z - z.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        p[np.arange(256), y[k]] -= 1
        w -= 2.0 * x[k].T @ p / 16
    return w


def ranked(w: np.ndarray, x: np.ndarray, most: int = 4) -> list[list[tuple[str, float]]]:
    """The likeliest intents of each sentence with their probabilities."""
    z = x @ w
    p = np.exp(z - z.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    return [[(str(k), float(row[k])) for k in np.argsort(-row)[:most]] for row in p]


def log_of(contexts: Sequence[Mapping[str, object]], run: int) -> list[Logged]:
    """What a hub would have written down: the intent that it chose, its odds, and whether it was right."""
    out = []
    for n, context in enumerate(contexts):
        ways: list[tuple[str, float]] = context["old"]  # type: ignore[assignment]
        options = [Candidate(id=k, p=p, safe=True, domain="media_player") for k, p in ways]
        choice = choose(options, turn=f"{run}-{n}", now=NOON)
        assert choice is not None
        out.append(
            Logged(chosen=choice.id, propensity=choice.propensity, reward=float(choice.id == context["right"]), context=context)
        )
    return out


def value(contexts: Sequence[Mapping[str, object]], policy: Policy) -> float:
    """The true value."""
    return float(np.mean([policy(c).get(str(c["right"]), 0.0) for c in contexts]))


def old(context: Mapping[str, object]) -> Mapping[str, float]:
    """What is in force: the best of the poor model."""
    return {context["old"][0][0]: 1.0}  # type: ignore[index]


def new(context: Mapping[str, object]) -> Mapping[str, float]:
    """What could replace it: of what the poor model finds plausible, that which the better model likes best."""
    ways: list[tuple[str, float]] = context["old"]  # type: ignore[assignment]
    plausible = [k for k, p in ways if p >= explore.LEAST_SHARE * ways[0][1]]
    liked: dict[str, float] = context["liked"]  # type: ignore[assignment]
    return {max(plausible, key=lambda k: liked.get(k, 0.0)): 1.0}


def worse(context: Mapping[str, object]) -> Mapping[str, float]:
    """What must not replace it: the second best, wherever there is a plausible one."""
    ways: list[tuple[str, float]] = context["old"]  # type: ignore[assignment]
    return {ways[1][0] if ways[1][1] >= explore.LEAST_SHARE * ways[0][1] else ways[0][0]: 1.0}


def contexts_of(rows: Sequence[tuple[str, str]], seed: int) -> list[dict[str, object]]:
    """Sentences that neither model saw, with what both make of them."""
    rng = random.Random(seed)
    rows = list(rows)
    rng.shuffle(rows)
    names = {k: n for n, k in enumerate(sorted({label for _, label in rows}))}
    x = np.stack([hashed(text) for text, _ in rows])
    y = np.array([names[label] for _, label in rows])
    half = len(rows) // 2
    poor, good = fitted(x[: half // 6], y[: half // 6], len(names), 40), fitted(x[:half], y[:half], len(names), 600)
    return [
        {"old": ways, "liked": dict(liked), "right": str(label)}
        for ways, liked, label in zip(ranked(poor, x[half:]), ranked(good, x[half:], 12), y[half:], strict=True)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--clip", type=float, default=explore.CLIP)
    args = parser.parse_args()
    explore.CLIP = args.clip
    sets: dict[str, list[tuple[str, str]]] = {}
    with (args.data / "hwu64" / "cv10_all.jsonl").open(encoding="utf-8") as lines:
        sets["HWU64"] = [(r["text"], r["intent"]) for r in map(json.loads, lines)]
    with (args.data / "clinc150" / "train.jsonl").open(encoding="utf-8") as lines:
        sets["CLINC150 train"] = [(r["text"], r["intent"]) for r in map(json.loads, lines)]
    columns = ("set", "turns in a log", "policy", "true value", "mean estimate", "bias", "spread", "truth ≥ lower bound", "effective size")
    print(f"| {' | '.join(columns)} | deployed |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, rows in sets.items():
        contexts = contexts_of(rows, 3)
        for size in (300, len(contexts)):
            for label, policy in (("in force", old), ("better", new), ("second best", worse)):
                found, covered, weight, deployed, truths = [], 0, [], 0, []
                for run in range(args.runs):
                    part = random.Random(run).sample(contexts, size) if size < len(contexts) else contexts
                    log = log_of(part, run)
                    got, now, truth = evaluate(log, policy), evaluate(log, old), value(part, policy)
                    found.append(got.value)
                    truths.append(truth)
                    covered += truth >= got.low
                    weight.append(got.effective)
                    deployed += deploy(got, now, 0.8)
                print(
                    f"| {name} | {size} | {label} | {np.mean(truths):.3f} | {np.mean(found):.3f} | "
                    f"{np.mean(found) - np.mean(truths):+.3f} | {np.std(found):.3f} | {covered / args.runs:.1%} | {np.mean(weight):.0f} | "
                    f"{deployed / args.runs:.0%} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
