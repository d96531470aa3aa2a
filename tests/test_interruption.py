"""What an interruption meant, against interruptions written by hand."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bench.interruption import read
from hub.interruption import CLASSES, classify, unheard


def cases(name: str) -> list[list[Any]]:
    found: list[list[Any]] = yaml.safe_load(Path(__file__).with_name(name).read_text(encoding="utf-8"))
    return found


CASES = cases("barge_in.yaml")


def test_at_least_nine_of_ten_interruptions_are_read_as_a_person_reads_them() -> None:
    wrong = [(case[0], got.kind, case[4], got.evidence["why"]) for case in CASES if (got := read(case)).kind != case[0]]
    assert len(CASES) >= 150
    assert len(wrong) <= 0.1 * len(CASES), wrong


@pytest.mark.parametrize("name", ["barge_in_blind.yaml", "barge_in_last.yaml"])
def test_so_it_is_for_words_that_the_classifier_was_not_written_with(name: str) -> None:
    wrong = [(case[0], got.kind, case[4], got.evidence["why"]) for case in cases(name) if (got := read(case)).kind != case[0]]
    assert len(wrong) <= 0.1 * len(cases(name)), wrong


@pytest.mark.parametrize("kind", CLASSES)
def test_no_class_is_read_badly(kind: str) -> None:
    of_kind = [case for case in CASES if case[0] == kind]
    right = Counter(read(case).kind == kind for case in of_kind)
    assert right[True] >= 0.8 * len(of_kind)


def test_nothing_said_after_the_interruption_is_noise() -> None:
    got = classify({"heard": "what's the weather"}, None, played_ms=300, reply_ms=2000)
    assert (got.kind, got.evidence["played_share"]) == ("noise", 0.15)


def test_the_evidence_is_told() -> None:
    evidence = read(["correction", "play queen", "act", 0.2, "play king", {}]).evidence
    assert {"words", "why", "likeness", "played_share", "gap_s"} <= set(evidence)


@given(heard=st.text(max_size=60), said=st.text(max_size=60), played=st.one_of(st.none(), st.integers(0, 10_000)))
def test_any_words_get_a_class(heard: str, said: str, played: int | None) -> None:
    got = classify({"heard": heard}, {"heard": said}, played_ms=played, reply_ms=played)
    assert got.kind in CLASSES
    assert 0 <= got.p <= 1


def test_an_answer_goes_on_with_the_sentence_in_which_it_was_stopped() -> None:
    reply = "It is sunny. It will rain tomorrow. Take a coat."
    assert unheard(reply, 100, 3000) == reply
    assert unheard(reply, 1500, 3000) == "It will rain tomorrow. Take a coat."
    assert unheard(reply, 2900, 3000) == "Take a coat."
    assert unheard(reply, 3000, 3000) == ""
    assert unheard(reply, 400, None) == reply
