"""When the hub asks whether an answer was right, and how seldom."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.asking import Asker, Question
from hub.config import Config
from hub.keeping.store import Store
from hub.learning.opinion import INTENT, Opinion, due, refused, suits, worth
from hub.turn import Decision, Opening, Rewrite, Turn
from models.said import Frame, Interpretation, Past, Utterance

NOW = datetime(2026, 11, 25, 19, tzinfo=UTC)
DAY_S = 86400.0


def past(hours_ago: float, *, asked: bool = False, answer: bool = False) -> Past:
    intent = INTENT if answer else "HassTurnOn"
    return Past(at=NOW - timedelta(hours=hours_ago), intent=intent, offer={"intent": INTENT} if asked else None)


def turn(confidence: float, intent: str = "HassTurnOn", **more: object) -> Turn:
    meant = Interpretation(frames=(Frame(intent=intent),), accepted=True, confidence=confidence, margin=1.0)
    made = Turn(
        id="t", opening=Opening(kind="wake", at=NOW), utterance=Utterance(text="x", confidence=1.0), interpretation=meant,
        decision=Decision(kind="answer"),
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


def asks(history: list[Past]) -> bool:
    return due(history, NOW, every_s=DAY_S, every_turns=20)


def test_a_day_and_twenty_turns_must_lie_between_two_questions() -> None:
    assert not asks([past(1)] * 19)
    assert asks([past(1)] * 20)
    before = [past(25, asked=True), past(24.9, answer=True)]
    assert asks([*before, *[past(1)] * 19])
    assert not asks([*before, *[past(1)] * 18])
    assert not asks([past(23, asked=True), past(22.9, answer=True), *[past(1)] * 50])


def test_each_question_that_nobody_answers_doubles_the_wait() -> None:
    one = [past(40, asked=True), *[past(1)] * 100]
    assert refused(one) == 1
    assert not asks(one)
    assert asks([past(49, asked=True), *[past(1)] * 100])
    two = [past(200, asked=True), past(190), past(90, asked=True), *[past(1)] * 100]
    assert refused(two) == 2
    assert not asks(two)
    answered = [past(200, asked=True), past(190), past(90, asked=True), past(89, answer=True), *[past(1)] * 100]
    assert refused(answered) == 0
    assert asks(answered)


def test_what_is_unsure_and_often_asked_for_is_worth_most() -> None:
    often = [past(1)] * 10
    assert worth(turn(0.6), often) > worth(turn(0.9), often)
    assert worth(turn(0.6), often) > worth(turn(0.6, "HassGetState"), often)
    rewritten = turn(0.99, rewrite=Rewrite(to="x", source="markov", id="r"))
    assert worth(rewritten, often) > worth(turn(0.6), often)


@pytest.mark.parametrize("more", [
    {"decision": Decision(kind="ask")}, {"decision": Decision(kind="decline", code="no_intent_match")},
    {"decision": Decision(kind="answer", offer={"intent": "HassTurnOn"})},
    {"opening": Opening(kind="barge_in", at=NOW, interrupted="other")}, {"opening": Opening(kind="typed", at=NOW)},
])  # fmt: skip
def test_it_does_not_fit_every_turn(more: dict[str, object]) -> None:
    assert suits(turn(0.5))
    assert not suits(turn(0.5, **more))


def test_only_the_best_tenth_is_asked_about_and_nothing_in_quiet_hours() -> None:
    history = [past(1)] * 30
    for quiet, better, wanted in ((False, True, True), (False, False, False), (True, True, False)):
        opinion = Opinion(every_s=DAY_S, every_turns=20)
        for n in range(30):
            assert not opinion.wanted(turn(0.5 + n / 100), history, quiet=True)
        assert opinion.wanted(turn(0.3 if better else 0.7), history, quiet=quiet) is wanted


@given(st.lists(st.tuples(st.floats(0.1, 40), st.booleans()), max_size=120))
def test_whatever_comes_there_are_never_two_in_a_day(turns: list[tuple[float, bool]]) -> None:
    at, history, asked = NOW, [past(1)] * 20, []
    for hours, answered in turns:
        at += timedelta(hours=hours / 10)
        wanted = due(history, at, every_s=DAY_S, every_turns=20)
        history = [*history, Past(at=at, intent="HassTurnOn", offer={"intent": INTENT} if wanted else None)]
        if wanted:
            asked.append(at)
            if answered:
                history = [*history, Past(at=at, intent=INTENT)]
    assert all(b - a >= timedelta(days=1) for a, b in pairwise(asked))


@pytest.mark.parametrize(
    ("said", "explicit"), [("yes", "yes"), ("no", "no"), ("no you didn't", "no"), ("not really", "no"), ("never mind", None)]
)
async def test_the_answer_is_logged_on_the_turn_that_asked_in_a_dry_run_too(tmp_path: Path, said: str, explicit: str | None) -> None:
    db = tmp_path / "hub.db"
    asked = {
        "id": "q", "at": NOW.isoformat(), "heard": "what time is it", "intent": "HassGetCurrentTime", "decision": "answer",
        "reply": "Seven.", "offer": {"intent": INTENT, "slots": {}, "targets": []},
    }  # fmt: skip
    with Store(db) as store:
        store.add_turn(json.loads(json.dumps(asked)))
    asker = Asker(Config())
    try:
        answered = await asker.ask(Question(text=said, db=db, now=NOW + timedelta(seconds=10)))
    finally:
        asker.close()
    assert answered.decision is not None
    with Store(db) as store:
        row = store.turn("q")
    assert row is not None
    assert (row.get("feedback") or {}).get("explicit") == explicit
    assert answered.decision.code == ("feedback" if explicit else "cancelled")
