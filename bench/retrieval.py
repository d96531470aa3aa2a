"""`python -m bench.retrieval`: misheard requests, and the request that was said looked for among many: the bi-encoder beside older ways.

Queries: SLURP's real recogniser outputs (dev part of test; the half of the sentence ids that lends nothing to any training), where they
differ from what was said. Index: every distinct gold sentence of that part. Two questions: the very sentence is in the index (what a home
said before); or it is not, and another wording of the same intent and values is (what a home said before in other words).
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import cdist

from hub.learning.sound import plain, spoken
from models.reading.embed import Embedder
from models.training.corpora import fitting_half

Scores = Callable[[Sequence[str], Sequence[str]], np.ndarray]


def today(queries: Sequence[str], index: Sequence[str]) -> np.ndarray:
    """Spelling and sound by edit distance, as the personal index had them."""
    text = cdist(queries, index, scorer=ratio)
    sound = cdist([spoken(q) for q in queries], [spoken(t) for t in index], scorer=ratio)
    return np.asarray((text + sound) / 200)


def weighted(pieces: Callable[[str], list[str]], bm25: bool) -> Scores:
    """Okapi BM25, or the cosine of tf-idf, over some pieces of the texts."""

    def score(queries: Sequence[str], index: Sequence[str]) -> np.ndarray:
        docs = [Counter(pieces(t)) for t in index]
        seen = Counter(p for d in docs for p in d)
        idf = {p: math.log(1 + (len(docs) - n + 0.5) / (n + 0.5)) for p, n in seen.items()}
        mean = sum(sum(d.values()) for d in docs) / len(docs)
        posting: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for k, d in enumerate(docs):
            length = sum(d.values())
            norm = math.sqrt(sum((n * idf[p]) ** 2 for p, n in d.items())) or 1.0
            for p, n in d.items():
                w = idf[p] * n * 2.2 / (n + 1.2 * (0.25 + 0.75 * length / mean)) if bm25 else n * idf[p] / norm
                posting[p].append((k, w))
        out = np.zeros((len(queries), len(index)))
        for row, query in zip(out, queries, strict=True):
            for p, n in Counter(pieces(query)).items():
                for k, w in posting.get(p, ()):
                    row[k] += w if bm25 else w * n * idf[p]
        return out

    return score


def triples(text: str) -> list[str]:
    padded = f" {text} "
    return [padded[k : k + 3] for k in range(len(padded) - 2)]


def figures(scores: np.ndarray, right: Sequence[set[int]], hidden: Sequence[int | None]) -> list[tuple[bool, bool, float]]:
    """P@1, P@5 and reciprocal rank of each query; `hidden` is left out of the index for it."""
    out = []
    for row, good, gone in zip(scores.copy(), right, hidden, strict=True):
        if gone is not None:
            row[gone] = -np.inf
        order = np.argsort(-row, kind="stable")[:100]
        rank = next((k for k, n in enumerate(order, 1) if int(n) in good), 0)
        out.append((rank == 1, 0 < rank <= 5, 1 / rank if rank else 0.0))
    return out


def line(name: str, found: Sequence[tuple[bool, bool, float]], groups: Sequence[int], ms: float) -> str:
    """One row; intervals by bootstrap over sentences (a sentence has several recordings)."""
    by: dict[int, list[tuple[bool, bool, float]]] = defaultdict(list)
    for f, g in zip(found, groups, strict=True):
        by[g].append(f)
    rng, keys = random.Random(1), list(by)
    means = []
    for _ in range(300):
        some = [f for g in rng.choices(keys, k=len(keys)) for f in by[g]]
        means.append([sum(f[n] for f in some) / len(some) for n in range(3)])
    cells = []
    for n in range(3):
        values = sorted(m[n] for m in means)
        cells.append(f"{sum(f[n] for f in found) / len(found):.3f} ({values[7]:.3f} … {values[292]:.3f})")
    return f"| {name} | {len(found)} | {' | '.join(cells)} | {ms:.2f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--weights", type=Path, help="weights of the bi-encoder, if not the ones that ship")
    parser.add_argument("--mix", type=float, default=0.5, help="share of the bi-encoder in the ranked union")
    args = parser.parse_args()
    frames: dict[str, tuple[str, ...]] = {}
    rows = []
    with (args.data / "slurp" / "test_asr_hyps.jsonl").open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            frame = (row["intent"], *sorted(f"{e['type']}={plain(e['filler'])}" for e in row["entities"]))
            frames.setdefault(plain(row["gold"]), frame)
            if not fitting_half(row["slurp_id"]) and plain(row["asr"]) and plain(row["asr"]) != plain(row["gold"]):
                rows.append((plain(row["asr"]), plain(row["gold"]), row["slurp_id"]))
    index = list(frames)
    place = {t: k for k, t in enumerate(index)}
    same: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for text, frame in frames.items():
        if len(frame) > 1:
            same[frame].add(place[text])
    embedder = Embedder(args.weights)

    def near(queries: Sequence[str], texts: Sequence[str]) -> np.ndarray:
        return np.asarray(embedder.vectors(queries) @ embedder.vectors(texts).T)

    def union(queries: Sequence[str], texts: Sequence[str]) -> np.ndarray:
        return (1 - args.mix) * today(queries, texts) + args.mix * near(queries, texts)

    ways: dict[str, Scores] = {
        "BM25, words": weighted(str.split, True), "tf-idf, letter triples": weighted(triples, False), "spelling and sound (before)": today,
        "bi-encoder": near, "both": union,
    }  # fmt: skip
    others = [(q, g, s) for q, g, s in rows if same.get(frames[g], set()) - {place[g]}]
    for title, some in (("the very sentence is in the index", rows), ("only other wordings of it are", others)):
        hide = some is others
        right = [(same[frames[g]] - {place[g]}) if hide else {place[g]} for _, g, _ in some]
        print(f"\n{title}: {len(some)} queries of {len({s for _, _, s in some})} sentences, {len(index)} in the index\n")
        print("| way | n | P@1 (95 %) | P@5 | MRR | ms a query |\n| --- | --- | --- | --- | --- | --- |")
        for name, way in ways.items():
            began = time.process_time()
            scores = way([q for q, _, _ in some], index)
            ms = 1000 * (time.process_time() - began) / len(some)
            found = figures(scores, right, [place[g] if hide else None for _, g, _ in some])
            print(line(name, found, [s for _, _, s in some], ms), flush=True)


if __name__ == "__main__":
    main()
