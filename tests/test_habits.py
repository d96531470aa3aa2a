"""Promises of habits: what is planted is found, and nothing is found where there is nothing."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.learning.habits import Miner, wilson_lower
from hub.learning.signals import observe, row_of, sessions

START = datetime(2026, 9, 7, tzinfo=UTC)


def turn(n: int, at: datetime, intent: str, target: str, **slots: Any) -> dict[str, Any]:
    frame = {"intent": intent, "slots": slots, "targets": [target] if target else []}
    return {
        "id": f"t{n}",
        "at": at.isoformat(),
        "home": "h",
        "person": "ann",
        "heard": f"{intent} {target} {slots}",
        "decision": "act",
        "frames": [frame],
        **frame,
        "actions": [],
        "feedback": {},
    }


def mined(rows: list[dict[str, Any]]) -> Miner:
    miner = Miner()
    for session in sessions(row_of(r) for r in sorted(rows, key=lambda r: str(r["at"]))):
        miner.add(observe(session))
    return miner


def noise(rng: random.Random, days: int, per_day: int = 22) -> list[dict[str, Any]]:
    rows = []
    targets = [f"light.l{k}" for k in range(25)]
    for day in range(days):
        for _ in range(per_day):
            at = START + timedelta(days=day, hours=7, seconds=rng.uniform(0, 15 * 3600))
            rows.append(
                turn(len(rows), at, rng.choice(("HassTurnOn", "HassTurnOff")), rng.choices(targets, [1 / (k + 2) for k in range(25)])[0])
            )
    return rows


def test_coffee_after_the_alarm_and_the_light_at_seven_are_found() -> None:
    rng = random.Random(5)
    rows = noise(rng, 28)
    for day in range(28):
        at = START + timedelta(days=day, hours=6, minutes=30 + rng.uniform(0, 8))
        if rng.random() < 0.85:
            rows.append(turn(len(rows) + 90000, at, "HassTurnOff", "switch.bedside_alarm"))
            rows.append(turn(len(rows) + 90000, at + timedelta(minutes=4), "HassTurnOn", "switch.coffee_maker"))
    found = mined(rows).found(["h"])
    sequences = [r for r in found if r.kind == "sequence"]
    assert [(r.when["targets"], r.then["targets"]) for r in sequences] == [(["switch.bedside_alarm"], ["switch.coffee_maker"])]
    assert all(r.proposed and r.support >= 20 for r in sequences)
    times = {r.then["targets"][0]: r.when["at"] for r in found if r.kind == "time"}
    assert times["switch.coffee_maker"].startswith("06:")


def test_a_home_without_habits_has_none() -> None:
    count = 0
    for seed in range(12):
        found = mined(noise(random.Random(100 + seed), 28)).found(["h"])
        count += sum(r.kind != "preference" for r in found)
    assert count / 12 <= 0.1, "false habits a home and month"


def test_what_is_always_played_is_preferred_and_by_whom() -> None:
    rows = [turn(n, START + timedelta(days=n), "HassMediaSearchAndPlay", "media_player.tv", search_query="jazz") for n in range(9)]
    found = [r for r in mined(rows).found(["h"]) if r.kind == "preference"]
    assert {(r.person, r.then["slots"]["search_query"]) for r in found} == {("ann", "jazz"), (None, "jazz")}


def test_the_lower_bound_is_wilsons() -> None:
    assert round(wilson_lower(9, 10), 3) == 0.652
    assert wilson_lower(0, 0) == 0.0


def test_what_usually_follows_is_offered_by_day_once_and_only_if_it_is_safe() -> None:
    from pathlib import Path

    from devices.homefile import load_home
    from hub.knowledge import Learned, Routine, assemble
    from hub.learning.habits import offer
    from models.said import Context, Frame, Past

    house = load_home(Path(__file__).parent.parent / "devices" / "simulated" / "home.yaml")
    when = {"intent": "HassTurnOff", "slots": {}, "targets": ["light.bed_light"]}

    def known(target: str) -> Any:
        then = {"intent": "HassTurnOn", "slots": {}, "targets": [target]}
        return assemble(1, Learned(routines=(Routine(id="r", kind="sequence", when=when, then=then, p=0.8, support=9, proposed=True),)))

    frames = [Frame(intent="HassTurnOff", targets=("light.bed_light",))]
    day = Context(now=START + timedelta(hours=8))
    assert offer(frames, house, day, known("switch.coffee_maker")) == {
        "intent": "HassTurnOn",
        "slots": {},
        "targets": ["switch.coffee_maker"],
    }
    assert offer(frames, house, Context(now=START + timedelta(hours=23)), known("switch.coffee_maker")) is None
    assert offer(frames, house, Context(now=day.now, recent=(Past(offer={"intent": "x"}),)), known("switch.coffee_maker")) is None
    assert offer(frames, house, day, known("switch.oven")) is None, "an oven is never offered"
    assert offer([Frame(intent="HassTurnOn", targets=("light.bed_light",))], house, day, known("switch.coffee_maker")) is None


def test_no_habit_is_claimed_when_the_times_of_a_home_with_habits_are_dealt_out_anew() -> None:
    claimed = 0
    for seed in range(20):
        rng = random.Random(seed)
        rows = noise(rng, 28)
        for day in range(28):
            at = START + timedelta(days=day, hours=6, minutes=30 + rng.uniform(0, 8))
            rows.append(turn(len(rows) + 90000, at, "HassTurnOff", "switch.bedside_alarm"))
            rows.append(turn(len(rows) + 90000, at + timedelta(minutes=4), "HassTurnOn", "switch.coffee_maker"))
        assert mined(rows).found(["h"])
        times = [r["at"] for r in rows]
        rng.shuffle(times)
        found = mined([{**r, "at": at} for r, at in zip(rows, times, strict=True)]).found(["h"])
        claimed += any(r.kind in ("sequence", "time") for r in found)
    assert claimed == 0


def test_nobody_is_said_to_prefer_anything_when_the_speakers_are_dealt_out_anew() -> None:
    rows = []
    for k in range(200):
        person, music = ("ann", "jazz") if k % 2 else ("bob", "rock")
        rows.append(turn(k, START + timedelta(hours=3 * k), "HassMediaSearchAndPlay", "", search_query=music) | {"person": person})
    assert {(r.person, r.then["slots"]["search_query"]) for r in mined(rows).found(["h"]) if r.kind == "preference"} == {
        ("ann", "jazz"), ("bob", "rock"),
    }  # fmt: skip
    persons = [r["person"] for r in rows]
    random.Random(1).shuffle(persons)
    dealt = [{**r, "person": person} for r, person in zip(rows, persons, strict=True)]
    assert [r for r in mined(dealt).found(["h"]) if r.kind == "preference"] == []


def test_one_sentence_tens_of_thousands_of_times_in_a_month_is_looked_through_in_no_time() -> None:
    rows = [turn(k, START + timedelta(seconds=60 * k), "HassTurnOn", "light.desk_lamp") for k in range(30_000)]
    miner = mined(rows)
    began = time.process_time()
    assert miner.found(["h"]) == []
    assert time.process_time() - began < 5.0
