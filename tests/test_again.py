"""Promises of the span network: where a failed request is said again, or that it is not; and that it is read at night only, and cheaply."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bench import rephrases
from hub.learning import rephrase, spans
from hub.learning.signals import Judged, observe, row_of, weigh
from models.conversation.again import TURNS, After, Again, Window, encode
from models.reading.nlu import Nlu


@pytest.fixture(scope="module")
def network() -> Again:
    found = spans.reader()
    assert found is not None, "the network ships with the hub"
    return found


def asked(text: str, feedback: str, *after: tuple[float, str, str]) -> Window:
    return Window(text=text, feedback=feedback, after=tuple(After(text=t, gap_s=g, feedback=f) for g, f, t in after))


def pointed(window: Window, network: Again) -> str | None:
    """The words that the network points at."""
    found = network.read([window])[0]
    best = max(range(len(found.turns)), key=lambda k: found.turns[k])
    start, end = found.spans[best]
    return window.after[best].text[start:end] if found.turns[best] > found.nothing else None


def test_it_points_at_the_words_that_said_it_right(network: Again) -> None:
    window = asked("turn on the dusk lamb", "fail", (6, "ok", "no i said turn on the desk lamp"), (40, "ok", "what time is it"))
    assert pointed(window, network) == "turn on the desk lamp"


def test_it_points_at_the_last_try_and_past_what_lies_between(network: Again) -> None:
    window = asked(
        "turn on the dusk lamb", "fail", (6, "fail", "turn on the disk lamb"), (8, "ok", "what time is it"),
        (7, "ok", "turn on the desk lamp"),
        (30, "ok", "play some jazz"),
    )  # fmt: skip
    assert pointed(window, network) == "turn on the desk lamp"


def test_it_points_at_nothing_where_something_else_was_wanted(network: Again) -> None:
    assert pointed(asked("turn on the dusk lamb", "fail", (40, "ok", "what's the weather tomorrow")), network) is None
    assert pointed(asked("turn on the desk lamp", "ok", (12, "ok", "and the kitchen light too")), network) is None


def test_probabilities_are_of_one_whole_and_spans_lie_inside_their_turns(network: Again) -> None:
    windows = [d for d in (spans.window(x.session, 0) for x in rephrases.read(rephrases.FILE, Nlu())) if d.after]
    for window, found in zip(windows, network.read(windows), strict=True):
        assert found.nothing + sum(found.turns) == pytest.approx(1.0)
        assert len(found.turns) == len(found.spans) == min(TURNS, len(window.after))
        for after, (start, end) in zip(window.after, found.spans, strict=False):
            assert 0 <= start <= end <= len(after.text)


def test_endless_talk_is_cut_and_read_all_the_same(network: Again) -> None:
    long = " ".join(["antidisestablishmentarianism"] * 400)
    window = asked(long, "fail", *[(5.0, "fail", long)] * 9)
    assert len(encode(window, network.pieces).ids) <= 160
    found = network.read([window, asked("", "none", (1.0, "ok", ""))])
    assert len(found[0].turns) == TURNS


def night(n: int) -> list[list[Judged]]:
    """Sessions of a bad evening, again and again."""
    at, out = datetime(2026, 11, 2, 18, tzinfo=UTC), []
    for k in range(n):
        rows: list[dict[str, Any]] = []
        said = ((0, False, f"turn on the dusk lamb {k}"), (7, True, "no turn on the desk lamp"), (30, True, "what time is it"))
        for gap, done, text in said:
            at += timedelta(seconds=gap)
            rows.append({
                "id": f"{k}-{len(rows)}", "at": at.isoformat(), "home": "h", "heard": text, "decision": "act" if done else "decline",
                "intent": "HassTurnOn" if done else None, "code": None if done else "no_intent_match",
            })  # fmt: skip
        at += timedelta(hours=1)
        out.append(observe([row_of(r) for r in rows]))
    return out


def test_a_night_of_a_thousand_failures_is_read_within_seconds(network: Again) -> None:
    evening = night(1000)
    began = time.process_time()
    for session in evening:
        rephrase.link(session, network)
    assert time.process_time() - began < 12.0
    assert sum(s[0].links.get(1, 0.0) >= rephrase.LINKED for s in evening) > 950


def test_on_conversations_written_by_hand_it_does_better_than_any_simpler_way(network: Again) -> None:
    nlu = Nlu()
    dialogues = rephrases.read(rephrases.FILE, nlu)
    f1 = {
        name: rephrases.figures([(method(d.session, d.asked), d.truth, 0.0) for d in dialogues])[0]
        for name, method in rephrases.ways(nlu, network, None).items()
    }
    for simpler in ("next turn", "edit distance ≥ 0.6", "same intent"):
        assert f1["both"] > f1[simpler] + 0.03, f1


def test_a_turn_in_the_day_never_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def never() -> Again:
        raise AssertionError("the network is read at night only")

    monkeypatch.setattr(spans, "reader", never)
    for session in night(3):
        rephrase.link(session)
        weigh(session)
        assert session[0].links[1] >= rephrase.LINKED
