"""Promises of what the households print: intervals, recovery, labels by the counterfactual rule, and that nothing stale is reused."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from bench.households import kept as keeping
from bench.households.days import SWAP, recovery
from bench.households.outcomes import HEAD, Score, interval, line, strata
from bench.households.slurp import labelled


def scored(wins: list[int], losses: list[int]) -> Score:
    n = [100] * len(wins)
    before = [20] * len(wins)
    after = [b - w + x for b, w, x in zip(before, wins, losses, strict=True)]
    touched = [w + x for w, x in zip(wins, losses, strict=True)]
    return Score(wins=wins, losses=losses, before=before, after=after, n=n, clean=[80] * len(wins), clean_rewritten=touched)


def test_a_row_has_as_many_cells_as_its_head_and_no_ratio_without_a_loss() -> None:
    for s in (scored([5, 6], [0, 0]), scored([17], [2]), scored([0], [0])):
        row = line("all", s, random.Random(1))
        assert row.count("|") == HEAD.splitlines()[0].count("|")
    assert "11:0 |" in line("all", scored([5, 6], [0, 0]), random.Random(1))
    assert "17:2 = 8.5 | 2.2 … 33." in line("all", scored([17], [2]), random.Random(1)), "Wilson's interval of 17:2 is that of the notes"


def test_the_interval_by_home_is_wide_where_homes_differ() -> None:
    alike = interval([10] * 8, [20] * 8, lambda a, b: a / b, random.Random(1))
    differ = interval([0, 20] * 4, [20] * 8, lambda a, b: a / b, random.Random(1))
    assert alike == (0.5, 0.5)
    assert differ[1] - differ[0] > 0.4


def test_what_was_seen_and_what_was_not_is_counted_apart() -> None:
    s = scored([3], [1])
    s.count("seen text", {"n": 60, "before": 5, "after": 4, "wins": 2, "losses": 1})
    s.count("unseen thing", {"n": 40, "before": 15, "after": 14, "wins": 1, "losses": 0})
    assert "| seen text | 60 | 60 % |" in strata(s)
    assert "| 1:0 |" in strata(s)


def test_recovery_counts_days_from_the_change() -> None:
    days = dict.fromkeys(range(SWAP), 0.8) | {SWAP: 0.1, SWAP + 1: 0.3, SWAP + 2: 0.75, SWAP + 3: 0.8}
    assert recovery(days) == 2
    assert recovery({d: v for d, v in days.items() if d <= SWAP + 1}) is None


def recording(number: int, asr: str, action: str, filler: str = "kitchen") -> dict[str, object]:
    return {
        "slurp_id": number,
        "gold": "lights off in the kitchen",
        "asr": asr,
        "scenario": "iot",
        "action": "hue_lightoff",
        "entities": [{"type": "house_place", "filler": "kitchen"}],
        "hermit": {"scenario": "iot", "action": action, "entities": [{"type": "house_place", "filler": filler}]},
    }


@pytest.mark.parametrize(
    ("clean", "wrong", "truth"),
    [
        (("hue_lightoff", "kitchen"), ("hue_lighton", "kitchen"), "asr"),
        (("hue_lighton", "kitchen"), ("hue_lighton", "kitchen"), "nlu"),
        (("hue_lightoff", "chicken"), ("hue_lightoff", "chicken"), "entity"),
        (("hue_lightoff", "kitchen"), ("hue_lightoff", "kitchen"), "correct"),
    ],
)
def test_the_first_part_that_fails_is_found_by_putting_the_right_words_in(
    tmp_path: Path, clean: tuple[str, str], wrong: tuple[str, str], truth: str
) -> None:
    rows = [
        recording(1, "lights off in the kitchen", *clean),
        recording(1, "lights of in the chicken", *wrong),
        recording(2, "lights of", "hue_lighton"),
    ]
    (tmp_path / "slurp").mkdir()
    (tmp_path / "slurp" / "test_asr_hyps.jsonl").write_text("\n".join(map(json.dumps, rows)))
    found, truths, left_out = labelled(tmp_path)
    assert [t for r, t in zip(found, truths, strict=True) if r["asr"] == "lights of in the chicken"] == [truth]
    assert left_out == 1, "nobody knows what the system makes of a sentence that was never heard right"


def test_a_figure_is_taken_from_what_is_kept_only_for_the_same_settings_and_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "FOLDER", tmp_path)
    calls = []

    def make() -> dict[str, object]:
        calls.append(1)
        return {"n": len(calls)}

    assert keeping.kept("home", make, 1) == keeping.kept("home", make, 1) == {"n": 1}
    assert keeping.kept("home", make, 2) == {"n": 2}
    monkeypatch.setattr(keeping, "sources", lambda: "changed")
    assert keeping.kept("home", make, 1) == {"n": 3}
