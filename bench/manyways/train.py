"""Recipe of models/weights/failures.npz: boosted trees over hub.learning.failure_features, and how they do on a simulator never seen.

`python -m bench.manyways.train`: homes of this folder (0…), each journal as it is and as another hub would have written it
(bench/journals/vary.py). `--test`: on homes of bench.households and bench.journals, of which nothing was trained on: what to expect of a
stranger's homes. `--old`: what training on these two gives. `--pairs`: recipe of request_pairs.npz. Wants scikit-learn; the hub does not.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.journals.train import Made, examples, others, ours
from bench.manyways.made import homes, request_texts
from hub.learning import failures
from hub.learning.plausible import counted

WEIGHTS = Path("models/weights")
Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Set = tuple[Floats, Ints, Ints]
"""Features, classes, homes."""


def rows(made: Iterable[Made], views: int) -> Set:
    """Examples of journals: as they are, and `views` − 1 times as other hubs would have written them."""
    x: list[list[float]] = []
    y: list[int] = []
    home: list[int] = []
    for number, one in enumerate(made):
        for k in range(views):
            for row, label in examples(one, random.Random(f"{number}/{k}"), as_it_is=k == 0):
                x.append(row)
                y.append(label)
                home.append(number)
    return np.array(x, dtype=np.float32), np.array(y), np.array(home)


def weight_of(y: Ints, power: float = 0.4) -> NDArray[np.float64]:
    """Rare classes count for more, though not in full."""
    counts = np.maximum(np.bincount(y, minlength=6), 1)
    out: NDArray[np.float64] = ((counts.sum() / (6 * counts)) ** power)[y]
    return out


def boosted(x: Floats, y: Ints, rounds: int = 160) -> Mapping[str, NDArray[Any]]:
    """Boosted trees as plain arrays: see hub/learning/failures.py."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        max_iter=rounds,
        learning_rate=0.08,
        max_leaf_nodes=15,
        l2_regularization=5,
        min_samples_leaf=40,
        early_stopping=False,
        random_state=1,
    ).fit(x, y, sample_weight=weight_of(y))
    feature, threshold, left, right, value, roots = (list[Any]() for _ in range(6))
    for stage in model._predictors:
        for tree in stage:
            start = len(feature)
            roots.append(start)
            for k, node in enumerate(tree.nodes):
                leaf = bool(node["is_leaf"])
                feature.append(0 if leaf else int(node["feature_idx"]))
                threshold.append(np.inf if leaf else float(node["num_threshold"]))
                left.append(start + (k if leaf else int(node["left"])))
                right.append(start + (k if leaf else int(node["right"])))
                value.append(float(node["value"]) if leaf else 0.0)
    return {
        "feature": np.array(feature, dtype=np.uint8),
        "threshold": np.array(threshold, dtype=np.float32),
        "left": np.array(left, dtype=np.uint16),
        "right": np.array(right, dtype=np.uint16),
        "value": np.array(value, dtype=np.float16),
        "roots": np.array(roots, dtype=np.uint16),
        "base": np.asarray(model._baseline_prediction, dtype=np.float32).reshape(-1),
    }


def f1s(y: Ints, guess: Ints) -> list[float]:
    return [2 * float(((y == c) & (guess == c)).sum()) / max(1, int((y == c).sum() + (guess == c).sum())) for c in range(6)]


def interval(y: Ints, guess: Ints, home: Ints, draws: int = 400) -> tuple[float, float]:
    """95 % of macro-F1 by bootstrap over homes."""
    rng = random.Random(1)
    members = [np.flatnonzero(home == h) for h in np.unique(home)]
    found = []
    for _ in range(draws):
        k = np.concatenate(rng.choices(members, k=len(members)))
        found.append(float(np.mean(f1s(y[k], guess[k]))))
    found.sort()
    return found[int(0.025 * draws)], found[int(0.975 * draws) - 1]


def table(name: str, y: Ints, guess: Ints, home: Ints) -> None:
    """One line of figures and the confusions."""
    each, (low, high) = f1s(y, guess), interval(y, guess, home)
    print(
        f"| {name} | {len(y)} | {np.mean(each):.3f} ({low:.3f} … {high:.3f}) | " + " | ".join(f"{v:.2f}" for v in each) + " |", flush=True
    )
    for c, truth in enumerate(failures.CLASSES):
        print(f"    {truth:10s}", [int(((y == c) & (guess == k)).sum()) for k in range(6)])


def guesses(trees: Mapping[str, NDArray[Any]], x: Floats) -> Ints:
    """As `hub failures` decides."""
    out: Ints = failures.heard_alike(failures.by_trees(trees, x), x).argmax(1)
    return out


def tried(number: int, data: Path) -> Mapping[str, Set]:
    """Homes of each simulator that nothing was trained on."""
    return {
        "many ways": rows(homes(5000, number, data), 1),
        "households": rows(ours(1500, number, data), 1),
        "journals": rows(others(0, number, data, seed=3, days=14), 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--homes", type=int, default=100)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--pairs", action="store_true")
    parser.add_argument("--test", action="store_true", help="the trees that ship, on homes of all three simulators")
    parser.add_argument("--old", action="store_true", help="trees trained on the two older simulators, on each other and on this one")
    args = parser.parse_args()
    head = "| trained on → tested on | n | macro-F1 (95 % by home) | " + " | ".join(failures.CLASSES) + " |\n" + "| --- " * 9 + "|"
    if args.pairs:
        np.savez_compressed(WEIGHTS / "request_pairs.npz", counts=counted(request_texts(args.data)))
    elif args.test:
        trees = dict(np.load(WEIGHTS / "failures.npz"))
        print(head)
        for name, test in tried(8, args.data).items():
            table(f"as shipped → {name}", test[1], guesses(trees, test[0]), test[2])
    elif args.old:
        train = {"households": rows(ours(1000, 16, args.data), 2), "journals": rows(others(100, 48, args.data), 2)}
        tests = tried(8, args.data)
        print(head)
        for kept in (["households"], ["journals"], ["households", "journals"]):
            trees = boosted(*(np.concatenate([train[k][part] for k in kept]) for part in (0, 1)))  # type: ignore[arg-type]
            for name in tests.keys() - set(kept):
                table(f"{' + '.join(kept)} → {name}", tests[name][1], guesses(trees, tests[name][0]), tests[name][2])
    else:
        x, y, _ = rows(homes(0, args.homes, args.data), 2)
        print(len(y), "examples")
        np.savez_compressed(WEIGHTS / "failures.npz", **boosted(x, y))


if __name__ == "__main__":
    main()
