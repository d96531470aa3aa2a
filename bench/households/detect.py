"""`python -m bench.households.detect`: rephrase spans, failure points and labels against the hidden truth, beside their baselines."""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from rapidfuzz.fuzz import ratio

from bench.households.confusion import Confusion
from bench.households.house import House, build, frames_key
from bench.households.journal import journal
from bench.households.train import VARIED, judged
from hub.learning import failures, rephrase, usual
from hub.learning.labels import goals, labelled
from hub.learning.reading import reader
from hub.learning.second_opinion import second_opinion
from hub.learning.signals import Judged


def f1(pairs: list[tuple[object, object]]) -> float:
    """F1 of spans: (found, truth), None for no rephrase."""
    right = sum(a == b and b is not None for a, b in pairs)
    found, there = sum(a is not None for a, _ in pairs), sum(b is not None for _, b in pairs)
    return 2 * right / max(1, found + there)


def next_turn(session: list[Judged], i: int) -> str | None:
    return session[i + 1].row.id if i + 1 < len(session) else None


def edit_distance(session: list[Judged], i: int, least: float = 0.6) -> str | None:
    near = [(ratio(session[i].row.text, s.row.text) / 100, s.row.id) for s in session[i + 1 : i + 6] if s.row.done]
    return max(near)[1] if near and max(near)[0] >= least else None


def same_intent(session: list[Judged], i: int) -> str | None:
    return next((s.row.id for s in session[i + 1 : i + 6] if s.row.done and s.row.intent == session[i].row.intent), None)


def ours(session: list[Judged], i: int) -> str | None:
    turn = session[i]
    if turn.best is None or rephrase.chain(session, i) < rephrase.LINKED or (turn.defect < 0.5 and not turn.row.hard):
        return None
    return session[turn.best].row.id


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--homes", type=int, default=8)
    parser.add_argument("--first", type=int, default=1500)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    args = parser.parse_args()
    confusion = Confusion(args.data / "slurp")
    with (args.data / "clinc150" / "oos_val.jsonl").open(encoding="utf-8") as lines:
        chatter = [json.loads(line)["text"] for line in lines]
    methods: dict[str, Callable[[list[Judged], int], str | None]] = {
        "next turn": next_turn, "edit distance ≥ 0.6": edit_distance, "same intent": same_intent, "ours": ours,
    }  # fmt: skip
    spans: dict[str, list[tuple[object, object]]] = {m: [] for m in methods}
    confusion_table: Counter[tuple[str, str]] = Counter()
    emitted = right = failed = recovered = 0
    with tempfile.TemporaryDirectory() as temp:
        for number in range(args.first, args.first + args.homes):
            house: House = build(number, Path(temp), args.data, confusion, VARIED, 9, reader)
            rows = list(journal(house, VARIED, 9, chatter))
            by_id = {r["id"]: r for r in rows}
            found_sessions = judged(rows)
            journal_, second = usual.of(found_sessions), second_opinion(house.home)
            failures.compare(found_sessions, second)
            for session in found_sessions:
                goals(session)
                for found in failures.classify(session, house.home, journal=journal_, second=second):
                    confusion_table[house.truths[found["turn"]], found["failure"]] += 1
                for i, turn in enumerate(session):
                    truth = house.truths[turn.row.id]
                    if truth not in ("correct", "false_wake"):
                        for name, method in methods.items():
                            spans[name].append((method(session, i), house.right_turn[turn.row.id]))
                for label, turn in zip(labelled(session, house.home, journal_, second), session, strict=True):
                    said_right = house.right_turn[turn.row.id] is not None
                    failed += said_right
                    if label["emitted"]:
                        emitted += 1
                        good = frames_key([label]) == house.meant[turn.row.id]
                        right += good
                        recovered += good and said_right
            del by_id
    print("| rephrase, failed turns | n | span F1 |\n| --- | --- | --- |")
    rng = random.Random(1)
    for name, pairs in spans.items():
        draws = sorted(f1(rng.choices(pairs, k=len(pairs))) for _ in range(300))
        print(f"| {name} | {len(pairs)} | {f1(pairs):.3f} ({draws[7]:.3f} … {draws[292]:.3f}) |")
    print("\n| failure | n | precision | recall | F1 |\n| --- | --- | --- | --- | --- |")
    total = []
    for c in failures.CLASSES:
        tp = confusion_table[c, c]
        there = sum(v for (t, _), v in confusion_table.items() if t == c)
        found = sum(v for (_, p), v in confusion_table.items() if p == c)
        total.append(2 * tp / max(1, there + found))
        print(f"| {c} | {there} | {tp / max(1, found):.3f} | {tp / max(1, there):.3f} | {total[-1]:.3f} |")
    print(f"macro-F1 {sum(total) / len(total):.3f}; confusions: {[(k, v) for k, v in confusion_table.most_common(16) if k[0] != k[1]]}")
    print(
        f"labels: {emitted} emitted, precision {right / max(1, emitted):.3f}; of {failed} failed turns later said right "
        f"{recovered / max(1, failed):.1%} labelled right"
    )


if __name__ == "__main__":
    main()
