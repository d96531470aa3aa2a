"""`python -m bench.households.slurp`: failure points of SLURP's recordings, real recogniser outputs and a published system's answers.

After §7's counterfactual rule. A turn is correct if HerMiT's intent and entities on the recogniser's text are SLURP's own. Else the gold
text is put in: HerMiT's answer to a recording of the same sentence that was heard without error says what it makes of the words themselves:
right → ASR; intent wrong → NLU; entities wrong → entity. Sentences that no recording was heard right of are left out. There is no false
wake and no failed action here, no confidence, and no following turn. Half of the sentences may train what ships; the other is measured.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.households.train import fit, judged
from hub.learning import failures, usual
from hub.learning.sound import plain
from hub.learning.vocabulary import usual as usual_word

CLASSES = ("correct", "asr", "nlu", "entity")
Rows = list[dict[str, Any]]
Guess = NDArray[np.int64]


def answer(row: dict[str, Any]) -> tuple[bool, bool]:
    """Whether the published system's intent is right, and its entities."""

    def bag(found: Sequence[dict[str, str]]) -> Counter[tuple[str, str]]:
        return Counter((e["type"], plain(e["filler"])) for e in found)

    said = row["hermit"]
    return (said["scenario"], said["action"]) == (row["scenario"], row["action"]), bag(said["entities"]) == bag(row["entities"])


def labelled(data: Path) -> tuple[Rows, list[str], int]:
    """Rows, their failure, and how many rows could not be labelled."""
    by_sentence: dict[int, Rows] = defaultdict(list)
    with (data / "slurp" / "test_asr_hyps.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            by_sentence[row["slurp_id"]].append(row)
    rows, truths, left_out = list[dict[str, Any]](), list[str](), 0
    for group in by_sentence.values():
        clean = [answer(r) for r in group if plain(r["asr"]) == plain(r["gold"])]
        for row in group:
            if all(answer(row)):
                truth = "correct"
            elif not clean:
                left_out += 1
                continue
            elif all(all(a) for a in clean):
                truth = "asr"
            else:
                truth = "entity" if all(a[0] for a in clean) else "nlu"
            rows.append(row)
            truths.append(truth)
    return rows, truths, left_out


def is_for_training(sentence: int) -> bool:
    """Which half of SLURP's sentences may train the model that ships (bench/manyways/made.py); figures are from the other half."""
    return sentence * 2654435761 % 2**32 < 2**31


def turn(row: dict[str, Any], name: str, at: datetime) -> dict[str, Any]:
    """One recording as a hub's journal would hold it."""
    return {
        "id": name,
        "at": at.isoformat(),
        "home": "slurp",
        "heard": row["asr"],
        "intent": f"{row['hermit']['scenario']}_{row['hermit']['action']}",
        "slots": {e["type"]: e["filler"] for e in row["hermit"]["entities"]},
        "decision": "act",
    }


def shipped(rows: Rows, truths: Sequence[str], again: float = 0.0) -> tuple[Guess, NDArray[np.float64]]:
    """What `hub failures` says of each turn; and the features that it looks at.

    `again`: the share of failed turns that somebody interrupts and says again: another recording of the sentence, heard right.
    """
    clean = {r["slurp_id"]: r for r in rows if plain(r["asr"]) == plain(r["gold"])}
    start, rng = datetime(2026, 1, 1, tzinfo=UTC), random.Random(4)
    journal = []
    for k, (row, truth) in enumerate(zip(rows, truths, strict=True)):
        at = start + timedelta(hours=k)
        journal.append(turn(row, str(k), at))
        if truth != "correct" and row["slurp_id"] in clean and rng.random() < again:
            journal[-1]["feedback"] = {"barge_in_ms": 700}
            journal.append(turn(clean[row["slurp_id"]], f"again{k}", at + timedelta(seconds=8)))
    found, seen = [], []
    sessions = judged(journal)
    whole = usual.of(sessions)
    for session in sessions:
        found.append(int(np.argmax([next(failures.classify(session, None, journal=whole))["p"][c] for c in CLASSES])))
        seen.append(failures.features(session, 0, None, online=not again, journal=whole))
    return np.array(found), np.array(seen, dtype=np.float64)


def by_thresholds(rows: Rows) -> Guess:
    """Rules on what little there is: odd words → ASR, no entity → entity, a general intent → NLU."""
    out = []
    for row in rows:
        words = plain(row["asr"]).split()
        least = min((usual_word(w) for w in words), default=0.0)
        if len(words) < 2 or least < 0.1:
            out.append(1)
        elif row["hermit"]["scenario"] == "general":
            out.append(2)
        elif not row["hermit"]["entities"] and len(words) > 6:
            out.append(3)
        else:
            out.append(0)
    return np.array(out)


def words_of(rows: Rows, width: int = 160) -> NDArray[np.float64]:
    """Hashed words, pairs of words, the answer's intent and entity types, and how usual the words are."""
    out = np.zeros((len(rows), width + 6))
    for k, row in enumerate(rows):
        words = plain(row["asr"]).split()
        known = [usual_word(w) for w in words] or [0.0]
        for part in (row["hermit"]["scenario"] + "/" + row["hermit"]["action"], *(e["type"] for e in row["hermit"]["entities"]), *words):
            out[k, sum(map(ord, part)) * 2654435761 % 2**32 % width] += 1
        fillers = sum(len(e["filler"].split()) for e in row["hermit"]["entities"])
        out[k, width:] = min(known), sum(known) / len(known), len(words), len(row["hermit"]["entities"]), fillers, known.count(min(known))
    return out


def trained(x: NDArray[np.float64], y: Guess, groups: Sequence[int], folds: int = 5) -> Guess:
    """A small network, trained on other sentences of the same set (by fold over sentences)."""
    fold = np.array([hash((g * 2654435761) % 2**32) % folds for g in groups])
    out = np.zeros(len(y), dtype=np.int64)
    counts = np.bincount(y, minlength=4)
    weight = (counts.sum() / (4 * counts)) ** 0.6
    for k in range(folds):
        net = fit(x[fold != k].astype(np.float32), y[fold != k], 4, 48, 1, epochs=12, weights=weight[y[fold != k]])
        z = np.clip((x[fold == k] - net["mean"]) / net["scale"], -6, 6)
        out[fold == k] = (np.maximum(z @ net["w1"] + net["b1"], 0) @ net["w2"] + net["b2"]).argmax(1)
    return out


def f1s(y: Guess, guess: Guess) -> list[float]:
    out = []
    for c in range(len(CLASSES)):
        right = int(((y == c) & (guess == c)).sum())
        out.append(2 * right / max(1, int((y == c).sum() + (guess == c).sum())))
    return out


def interval(y: Guess, guess: Guess, groups: Sequence[int], draws: int = 300) -> tuple[float, float]:
    """95 % by bootstrap over sentences."""
    rng = random.Random(1)
    members: dict[int, list[int]] = defaultdict(list)
    for k, g in enumerate(groups):
        members[g].append(k)
    names = list(members)
    found = []
    for _ in range(draws):
        picked = np.array([k for g in rng.choices(names, k=len(names)) for k in members[g]])
        found.append(float(np.mean(f1s(y[picked], guess[picked]))))
    found.sort()
    return found[int(0.025 * draws)], found[int(0.975 * draws) - 1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    args = parser.parse_args()
    every, failed, left_out = labelled(args.data)
    mine = [k for k, row in enumerate(every) if not is_for_training(row["slurp_id"])]
    rows, truths = [every[k] for k in mine], [failed[k] for k in mine]
    y = np.array([CLASSES.index(t) for t in truths])
    groups = [row["slurp_id"] for row in rows]
    ours, features = shipped(rows, truths)
    said_again = {share: shipped(rows, truths, share) for share in (0.4, 1.0)}
    text = words_of(rows)
    methods: dict[str, Callable[[], Guess]] = {
        "majority (correct)": lambda: np.zeros(len(y), dtype=np.int64),
        "threshold rules": lambda: by_thresholds(rows),
        "hub failures as shipped": lambda: ours,
        "a small network on its features, trained here on other sentences": lambda: trained(features, y, groups),
        "the same with the words and the answer": lambda: trained(np.hstack([features, text]), y, groups),
        **{
            f"as shipped, {share:.0%} of the failures interrupted and said again (simulated)": lambda share=share: said_again[share][0]
            for share in said_again
        },
        **{
            f"trained here on other sentences, {share:.0%} said again (simulated)": lambda share=share: trained(
                said_again[share][1], y, groups
            )
            for share in said_again
        },
    }
    print(f"{len(rows)} recordings of {len(set(groups))} sentences, {left_out} left out; {dict(Counter(truths))}")
    print("| method | macro-F1 (95 % by sentence) | accuracy | " + " | ".join(CLASSES) + " |\n" + "| --- " * 7 + "|")
    for name, method in methods.items():
        guess = method()
        each = f1s(y, guess)
        low, high = interval(y, guess, groups)
        print(
            f"| {name} | {np.mean(each):.3f} ({low:.3f} … {high:.3f}) | {np.mean(guess == y):.1%} | "
            + " | ".join(f"{v:.3f}" for v in each)
            + " |"
        )


if __name__ == "__main__":
    main()
