"""Same words, two contexts: our own minimal pairs, each signal taken away in turn, and sentences that context must not change.

Run: python -m bench.context [--data DIR] [--failures N]. The pairs are tests/sentences/pairs.yaml, written by the makers of the program: a
regression test, not an estimate for other people's pairs. "half" counts each half alone; a context-free reader gets at most one half of
a pair whose halves differ.
"""

from __future__ import annotations

import argparse
import importlib
import platform
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.understanding import NOW, ha_fixture, interpret, read_jsonl, reader, slots_right, wilson
from devices.home import Home, State
from hub.context import build
from hub.decide import decide
from hub.turn import Opening, Turn
from models.conversation import dialogue
from models.said import Context, Past, Utterance
from models.situation import rerank

SIGNALS = ("history", "device_state", "room", "screen", "habit", "person", "activity", "time")


def blind(home: Home, context: Context, signal: str) -> tuple[Home, Context]:
    """House and context with one signal taken away."""
    if signal == "history":
        return home, replace(context, recent=(), timers=())
    if signal == "device_state":
        return replace(home, states={k: State(value="unknown", attributes=s.attributes) for k, s in home.states.items()}), replace(
            context, playing=()
        )
    if signal == "room":
        return home, replace(context, area=None)
    if signal == "screen":
        return home, replace(context, screen=False)
    if signal == "habit":
        return home, replace(context, habits=())
    if signal == "person":
        return home, replace(context, person=None, habits=tuple(replace(h, person=None) for h in context.habits))
    if signal == "activity":
        return home, replace(context, activity=None)
    if signal == "time":
        return home, replace(context, now=context.now.replace(hour=12, minute=0))
    return home, context


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--failures", type=int, default=20)
    asked = parser.parse_args()
    cases = importlib.import_module("tests.test_pairs")
    one = reader()

    def taken(text: str, case: Mapping[str, Any], signal: str) -> list[str]:
        now = datetime.fromisoformat(str(case.get("now", cases.NOW)))
        home = cases.house(case)
        context = build(
            now, home, cases.history(case, now), room=case.get("room"), person=case.get("person"), screen=case.get("screen", False)
        )
        home, context = blind(home, context, signal)
        said = Utterance(text=text, confidence=1.0)
        opening = Opening(kind="typed", at=now, room=case.get("room"), text=text)
        turn = Turn(id="t", opening=opening, context=context, utterance=said, interpretation=one.interpret(said, home, context))
        wanted = (
            {k: v for k, v in case.items() if k not in ("signal", "says")} if signal else {k: v for k, v in case.items() if k != "says"}
        )
        found: list[str] = cases.faults(decide(turn, home), wanted)
        return found

    print(f"machine: {platform.machine()}, Python {platform.python_version()}, one thread; language model: {'yes' if one.nlu else 'no'}\n")
    rows = cases.pairs("pairs.yaml")
    print(f"{'taken away':14} {'both halves right':34} {'half':34}")
    for signal in ("", *SIGNALS):
        results = [[taken(text, half, signal) for half in halves] for text, *halves in rows]
        pairs = sum(not any(r) for r in results)
        halves = [r for pair in results for r in pair]
        print(f"{signal or 'nothing':14} {wilson(pairs, len(rows)):34} {wilson(sum(not r for r in halves), len(halves)):34}")
        if not signal:
            for (text, *_), result in zip(rows, results, strict=True):
                if any(result) and asked.failures:
                    print(f"   ✗ {text} | {result}")
    everything = [[taken_all(cases, one, text, half) for half in halves] for text, *halves in rows]
    pairs = sum(not any(r) for r in everything)
    flat = [r for pair in everything for r in pair]
    print(f"{'all of them':14} {wilson(pairs, len(rows)):34} {wilson(sum(not r for r in flat), len(flat)):34}")
    print("\nthe re-ranker's weights without one signal's features (situations only)")
    for signal in SIGNALS:
        patched = _without(signal)
        with patched:
            good = sum(not any(taken(text, half, "") for half in halves) for text, *halves in rows)
        print(f"{signal:14} {wilson(good, len(rows))}")
    neutral(asked.data, one)


def taken_all(cases: Any, one: Any, text: str, case: Mapping[str, Any]) -> list[str]:
    """A half with every signal taken away: what words alone can do."""
    now = datetime.fromisoformat(str(case.get("now", cases.NOW)))
    home = cases.house(case)
    context = build(now, home, cases.history(case, now), room=case.get("room"), person=case.get("person"), screen=case.get("screen", False))
    for signal in SIGNALS:
        home, context = blind(home, context, signal)
    said = Utterance(text=text, confidence=1.0)
    turn = Turn(
        id="t", opening=Opening(kind="typed", at=now), context=context, utterance=said, interpretation=one.interpret(said, home, context)
    )
    found: list[str] = cases.faults(decide(turn, home), {k: v for k, v in case.items() if k not in ("signal", "says")})
    return found


class _without:
    """The re-ranker with one signal's features left out."""

    def __init__(self, signal: str) -> None:
        self.signal = signal

    def __enter__(self) -> None:
        kept: Callable[..., Any] = rerank.rerank
        self.kept = kept

        def ablated(readings: Any, home: Home, context: Context, **options: Any) -> Any:
            return kept(readings, home, context, without=frozenset({self.signal}))

        rerank.rerank = ablated
        dialogue.rerank = ablated  # type: ignore[attr-defined]

    def __exit__(self, *_: object) -> None:
        rerank.rerank = self.kept
        dialogue.rerank = self.kept  # type: ignore[attr-defined]


def neutral(data: Path, one: Any) -> None:
    """Home Assistant's own sentences: plain, in a busy house with a conversation before, and after a stale one."""
    path = data / "ha_intents" / "tests_en.jsonl"
    if not path.exists():
        print("\ncontext-neutral sentences: no data")
        return
    rows = read_jsonl(path)
    every = ha_fixture(data / "ha_intents" / "fixtures.yaml", rows)
    plain = ha_fixture(data / "ha_intents" / "fixtures.yaml", [r for r in rows if r["slots"].get("name") != "Garage Door"])
    lamp = Past(
        at=NOW - timedelta(seconds=30),
        room="living_room_id",
        heard="turn on the living room lamp",
        intent="HassTurnOn",
        slots={"name": "Living Room Lamp"},
        targets=("light.living_room_lamp",),
        actions=({"service": "light.turn_on", "entity_id": "light.living_room_lamp", "data": {}, "status": "sent"},),
    )
    print("\ncontext-neutral: Home Assistant's sentences (dev), intent and all slots")
    for name, recent in (("no conversation", ()), ("after another turn", (lamp,))):
        good = 0
        for row in rows:
            home = every if row["slots"].get("name") == "Garage Door" else plain
            found = interpret(one, row["text"], home, "living_room_id", recent=recent)
            frame = found.frames[0] if len(found.frames) == 1 else None
            good += frame is not None and frame.intent == row["intent"] and slots_right(row["slots"], frame.slots)
        print(f"{name:20} {wilson(good, len(rows))}")


if __name__ == "__main__":
    main()
