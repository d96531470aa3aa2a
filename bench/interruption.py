"""Interruptions written by hand, by class: how many are read as their author meant them. `python -m bench.interruption FILE.yaml…`."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from bench.sound import wilson
from hub.interruption import CLASSES, Interruption, classify


def read(case: list[Any]) -> Interruption:
    """One case: [class, request, decision, share, what followed, {first: [intent, target], second: [intent, target], after: decision}]."""
    _, request, decision, share, followed, *more = case
    extra = more[0] if more else {}
    first, second = (extra.get(k, [None, None]) for k in ("first", "second"))
    turn = {"heard": request, "decision": decision, "intent": first[0], "targets": [first[1]] if first[1] else []}
    after = {"heard": followed, "decision": extra.get("after", "act"), "intent": second[0], "targets": [second[1]] if second[1] else []}
    return classify(turn, after, played_ms=round(share * 2000), reply_ms=2000, gap_s=0.6)


def main(paths: list[str]) -> None:
    for path in paths:
        cases = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        wrong = [(case, got) for case in cases if (got := read(case)).kind != case[0]]
        missed, every = Counter(case[0] for case, _ in wrong), Counter(case[0] for case in cases)
        low, high = wilson(len(cases) - len(wrong), len(cases))
        share = 100 * (1 - len(wrong) / len(cases))
        print(f"{path}: {len(cases) - len(wrong)} of {len(cases)}, {share:.1f} % ({100 * low:.1f}–{100 * high:.1f})")
        print("  " + " · ".join(f"{kind} {every[kind] - missed[kind]} of {every[kind]}" for kind in CLASSES))
        for case, got in wrong:
            print(f"  {case[0]}, read as {got.kind}: {case[4]!r} over the answer to {case[1]!r} ({got.evidence['why']})")


if __name__ == "__main__":
    main(sys.argv[1:] or ["tests/barge_in.yaml", "tests/barge_in_blind.yaml", "tests/barge_in_last.yaml"])
