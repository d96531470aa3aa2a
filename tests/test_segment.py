"""Promises of models.hearing.segment: where a command begins and ends, for any sequence of sounds."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.hearing.segment import Event, Segmenter, Settings, learn_pauses

DT = 0.02
STEPS = st.lists(st.tuples(st.floats(0, 1), st.sampled_from([None, "complete", "can_go_on", "incomplete"])), max_size=1500)


def run(speech: list[tuple[float, float]], complete: str | None = None, settings: Settings | None = None) -> list[Event]:
    """Stretches of (seconds, probability); the verdict is handed in only while there is a pause, as the caller does."""
    segmenter, events, verdict = Segmenter(settings), [], None
    for seconds, probability in speech:
        for _ in range(round(seconds / DT)):
            event = segmenter.step(probability, DT, verdict)
            if event is not None:
                events.append(event)
                verdict = complete if event.kind == "pause" else None
    return events


def kinds(events: list[Event]) -> list[str]:
    return [event.kind for event in events]


@pytest.mark.parametrize(("complete", "silence"), [("complete", 0.12), ("can_go_on", 0.4), ("incomplete", 1.2), (None, 0.8)])
def test_the_words_decide_how_long_silence_must_be(complete: str | None, silence: float) -> None:
    events = run([(0.5, 0.0), (1.0, 0.9), (3.0, 0.0)], complete)
    assert kinds(events) == ["speech_start", "pause", "end"]
    assert events[-1].at_s - 1.5 == pytest.approx(silence, abs=DT + 1e-6)
    assert events[-1].last_s == pytest.approx(1.5)
    assert events[-1].first_s == pytest.approx(0.5)
    assert events[-1].speech_s == pytest.approx(1.0)


def test_a_pause_in_the_command_does_not_end_it() -> None:
    events = run([(0.2, 0.0), (0.6, 0.9), (0.7, 0.0), (0.6, 0.9), (2.0, 0.0)], "incomplete")
    assert kinds(events) == ["speech_start", "pause", "resume", "pause", "end"]
    assert events[-1].last_s == pytest.approx(2.1)


def test_nothing_said_is_told_once_and_in_time() -> None:
    events = run([(20.0, 0.1)])
    assert kinds(events) == ["nothing_said"]
    assert events[0].at_s == pytest.approx(5.0, abs=DT)
    assert events[0].speech_s == 0


def test_a_click_is_no_speech() -> None:
    assert kinds(run([(1.0, 0.0), (0.06, 1.0), (1.0, 0.0), (0.06, 1.0), (5.0, 0.0)])) == ["nothing_said"]


def test_endless_clicking_is_nothing_said_too() -> None:
    assert kinds(run([(0.06, 1.0), (0.3, 0.0)] * 60)) == ["nothing_said"]


def test_a_word_with_a_short_gap_in_it_is_speech() -> None:
    assert kinds(run([(0.08, 1.0), (0.06, 0.0), (0.08, 1.0), (0.02, 0.0)])) == ["speech_start"]


def test_endless_speech_is_cut_at_the_limit() -> None:
    events = run([(60.0, 1.0)])
    assert kinds(events) == ["speech_start", "too_long"]
    assert events[-1].at_s == pytest.approx(15.0, abs=2 * DT)


def test_speech_may_go_on_at_a_lower_probability_than_it_begins() -> None:
    settings = Settings(off=0.35)
    assert kinds(run([(1.0, 0.4)], settings=settings)) == []
    assert kinds(run([(0.3, 0.9), (2.0, 0.4)], settings=settings)) == ["speech_start"]


def test_a_stale_verdict_does_not_end_the_next_pause_before_it_is_seen() -> None:
    segmenter = Segmenter()
    events = [segmenter.step(p, DT, "complete") for p in [1.0] * 50 + [0.0] * 4]
    assert [e.kind for e in events if e] == ["speech_start", "pause"]


def test_pauses_inside_the_command_are_remembered() -> None:
    segmenter = Segmenter()
    for seconds, p in [(0.5, 0.9), (0.4, 0.0), (0.5, 0.9), (0.2, 0.0), (0.5, 0.9)]:
        for _ in range(round(seconds / DT)):
            segmenter.step(p, DT)
    assert segmenter.pauses == pytest.approx((0.4, 0.2))


@given(STEPS)
def test_it_never_ends_a_command_that_did_not_begin(steps: list[tuple[float, str | None]]) -> None:
    segmenter, started = Segmenter(), False
    for probability, complete in steps:
        event = segmenter.step(probability, DT, complete)
        if event is None:
            continue
        started = started or event.kind == "speech_start"
        assert started or event.kind == "nothing_said"
        assert not (started and event.kind == "nothing_said")


@given(STEPS)
def test_every_command_is_over_by_its_limits(steps: list[tuple[float, str | None]]) -> None:
    settings = Settings(max_s=4.0, nothing_said_s=2.0)
    segmenter = Segmenter(settings)
    for probability, complete in [*steps, *[(0.9, None)] * 400, *[(0.0, None)] * 400]:
        segmenter.step(probability, DT, complete)
        assert segmenter.over or segmenter.now_s <= settings.nothing_said_s + settings.max_s + 1.0
    assert segmenter.over


@given(STEPS)
def test_events_come_in_an_order_that_makes_sense(steps: list[tuple[float, str | None]]) -> None:
    segmenter = Segmenter(Settings(max_s=6.0))
    events = [e for e in (segmenter.step(p, DT, c) for p, c in steps) if e]
    names = kinds(events)
    speaking = {"pause", "too_long"}
    allowed = {"speech_start": speaking, "pause": {"resume", "end", "too_long"}, "resume": speaking}
    for before, after in itertools.pairwise(names):
        assert after in allowed[before]
    for event in events:
        if event.last_s is not None and event.first_s is not None:
            assert 0 <= event.first_s <= event.last_s <= event.at_s + 1e-9


@given(STEPS)
def test_the_same_sound_gives_the_same_events(steps: list[tuple[float, str | None]]) -> None:
    one, two = Segmenter(), Segmenter()
    first = [one.step(p, DT, c) for p, c in steps]
    two.step(1.0, DT)
    two.reset()
    assert first == [two.step(p, DT, c) for p, c in steps]


@given(STEPS)
def test_an_end_comes_only_after_enough_silence(steps: list[tuple[float, str | None]]) -> None:
    segmenter = Segmenter()
    for probability, complete in steps:
        event = segmenter.step(probability, DT, complete)
        if event is not None and event.kind == "end":
            assert event.last_s is not None
            assert event.at_s - event.last_s >= segmenter.settings.wait(complete) - 1e-6


@pytest.mark.parametrize("bad", [{"off": 0.9}, {"max_s": 0}, {"complete_s": -1}, {"on": 1.5}])
def test_settings_that_make_no_sense_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="segmenter"):
        replace(Settings(), **bad)


def test_a_step_takes_time() -> None:
    with pytest.raises(ValueError, match="time"):
        Segmenter().step(0.5, 0.0)


def test_a_slow_speaker_is_waited_for_and_a_quick_one_is_not() -> None:
    own = Settings()
    slow, quick = learn_pauses([0.8] * 40, own), learn_pauses([0.15] * 40, own)
    assert own.can_go_on_s < slow.can_go_on_s <= 2 * own.can_go_on_s
    assert own.can_go_on_s / 2 <= quick.can_go_on_s < own.can_go_on_s
    assert quick.incomplete_s == own.incomplete_s
    assert learn_pauses([], own) == own


def test_two_pauses_teach_little() -> None:
    own = Settings()
    assert abs(learn_pauses([0.9, 0.9], own).can_go_on_s - own.can_go_on_s) < 0.15
