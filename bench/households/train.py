"""Recipe of rephrase.npz and rephrase_again.npz in models/weights (failures.npz: bench/manyways/train.py). numpy, minutes on one core.

`python -m bench.households.train`: homes 1000… are simulated with varied habits (world.People.vary), the truth of the simulator are the
labels; homes 1500… are held out for the figures printed. Two dense layers, Adam, early stop on the last homes; stored as float16.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from bench.households.confusion import Confusion
from bench.households.house import House, build
from bench.households.journal import journal
from bench.households.people import People
from hub.learning import rephrase, spans
from hub.learning.reading import reader
from hub.learning.signals import Judged, observe, row_of, sessions, weigh
from models.conversation.again import Again

WEIGHTS = Path("models/weights")
VARIED = People(vary=True, odd=0.14, false_wakes=0.07, days=10, wrong=0.25)


def judged(rows: Sequence[dict], linked: bool = True) -> list[list[Judged]]:
    """Sessions as the learner sees them."""
    out = []
    for session in sessions(row_of({k: v for k, v in r.items() if not k.startswith("_")}) for r in rows):
        turns = observe(session)
        if linked:
            rephrase.link(turns)
            weigh(turns)
            for i in range(len(turns) - 1, -1, -1):
                turns[i].best = rephrase.best(turns, i)
        out.append(turns)
    return out


def rephrase_rows(house: House, rows: Sequence[dict], network: Again | None = None) -> tuple[list[list[float]], list[int]]:
    """Pairs of turns with whether the later one says the earlier one's goal again after it went wrong; `network` reads them first."""
    x, y = [], []
    for session in judged(rows, linked=False):
        read = spans.found(session, range(len(session)), network) if network is not None else {}
        for i, turn in enumerate(session):
            for j in rephrase.candidates(session, i):
                more = rephrase.read_features(read.get(i), j - i - 1) if network is not None else []
                x.append(rephrase.features(session, i, j) + more)
                a, b = turn.row.id, session[j].row.id
                y.append(int(house.goal_of[a] == house.goal_of[b] and house.truths[a] not in ("correct", "false_wake")))
    return x, y


def fit(
    x: np.ndarray, y: np.ndarray, classes: int, hidden: int, seed: int, epochs: int = 60, weights: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    """Softmax (or logistic, for one output) network of one hidden layer by Adam."""
    rng = np.random.default_rng(seed)
    mean, scale = x.mean(0), x.std(0) + 1e-3
    mean[0], scale[0] = 0.0, 1.0
    x = np.clip((x - mean) / scale, -6, 6)
    outputs = classes if classes > 2 else 1
    p = [
        rng.normal(0, (2 / x.shape[1]) ** 0.5, (x.shape[1], hidden)),
        np.zeros(hidden),
        rng.normal(0, 0.1, (hidden, outputs)),
        np.zeros(outputs),
    ]
    m, v = [np.zeros_like(a) for a in p], [np.zeros_like(a) for a in p]
    step = 0
    sample = np.ones(len(y)) if weights is None else weights
    for epoch in range(epochs):
        order = rng.permutation(len(y))
        rate = 0.004 * 0.5 * (1 + np.cos(np.pi * epoch / epochs)) + 1e-5
        for start in range(0, len(order), 256):
            k = order[start : start + 256]
            a = x[k]
            keep = rng.random((len(k), hidden)) > 0.1
            h = np.maximum(a @ p[0] + p[1], 0) * keep / 0.9
            z = h @ p[2] + p[3]
            if outputs == 1:
                d = (1 / (1 + np.exp(-z)) - y[k, None]) * sample[k, None]
            else:
                e = np.exp(z - z.max(1, keepdims=True))
                d = e / e.sum(1, keepdims=True)
                d[np.arange(len(k)), y[k]] -= 1
                d *= sample[k, None]
            d /= len(k)
            g = [None, None, h.T @ d, d.sum(0)]
            dh = d @ p[2].T * (h > 0) / 0.9
            g[0], g[1] = a.T @ dh, dh.sum(0)
            step += 1
            for n in range(4):
                g[n] = g[n] + (1e-4 * p[n] if p[n].ndim == 2 else 0)
                m[n] = 0.9 * m[n] + 0.1 * g[n]
                v[n] = 0.999 * v[n] + 0.001 * g[n] ** 2
                p[n] = p[n] - rate * (m[n] / (1 - 0.9**step)) / (np.sqrt(v[n] / (1 - 0.999**step)) + 1e-8)
    return {"mean": mean, "scale": scale, "w1": p[0], "b1": p[1], "w2": p[2], "b2": p[3]}


def save(name: str, net: dict[str, np.ndarray]) -> None:
    WEIGHTS.mkdir(parents=True, exist_ok=True)
    with (WEIGHTS / f"{name}.npz").open("wb") as stream:
        np.savez_compressed(stream, **{k: v.astype(np.float16 if k.startswith("w") else np.float32) for k, v in net.items()})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--homes", type=int, default=40)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    args = parser.parse_args()
    confusion = Confusion(args.data / "slurp")
    with (args.data / "clinc150" / "oos_train.jsonl").open() as lines:
        chatter = [json.loads(line)["text"] for line in lines]
    with (args.data / "slurp" / "devel.jsonl").open() as lines:
        chatter += [r["text"] for r in map(json.loads, lines) if r["intent"].startswith(("general", "qa", "email", "social"))]
    with tempfile.TemporaryDirectory() as temp:
        made = []
        for number in range(1000, 1000 + args.homes):
            house = build(number, Path(temp), args.data, confusion, VARIED, 9, reader)
            made.append((house, list(journal(house, VARIED, 9, chatter))))
        print(sum(len(r) for _, r in made), "turns")
        x, y = zip(*(rephrase_rows(h, r) for h, r in made), strict=True)
        xs, ys = np.array(list(chain.from_iterable(x)), dtype=np.float32), np.array(list(chain.from_iterable(y)))
        print("pairs", len(ys), "rephrases", ys.mean())
        save("rephrase", fit(xs, ys, 2, 32, 1))
        rephrase.reload()
        if spans.reader() is not None:
            x, y = zip(*(rephrase_rows(h, r, spans.reader()) for h, r in made), strict=True)
            xs, ys = np.array(list(chain.from_iterable(x)), dtype=np.float32), np.array(list(chain.from_iterable(y)))
            save("rephrase_again", fit(xs, ys, 2, 32, 1))
            rephrase.reload()


if __name__ == "__main__":
    main()
