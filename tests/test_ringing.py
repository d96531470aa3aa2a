"""Timers that are kept: they ring until stopped, survive a kill, and tell what was missed. Virtual time, a real journal."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from devices.home import Home
from devices.homefile import parse_home
from hub.keeping.ringing import Ringing, load, save
from hub.keeping.store import Store
from hub.keeping.timers import Plan, Timer
from models.situation.awaited import Awaited

START = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)


class House:
    """What a person in the house would notice, with the second at which it happened."""

    def __init__(self, store: Store) -> None:
        self.heard: list[tuple[float, str, str]] = []
        self.published: list[list[str]] = []
        self.ringing = Ringing(store, self.now, self.announce, self.command, self.publish)

    def now(self) -> datetime:
        return START + timedelta(seconds=asyncio.get_running_loop().time())

    async def announce(self, timer: Timer, how: str) -> None:
        self.heard.append((round(asyncio.get_running_loop().time(), 1), timer.id, how))

    async def command(self, timer: Timer) -> None:
        self.heard.append((round(asyncio.get_running_loop().time(), 1), timer.command or "", "command"))

    async def publish(self, timers: Sequence[Timer]) -> None:
        self.published.append([t.id for t in timers])


@asynccontextmanager
async def running(house: House) -> AsyncIterator[House]:
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(house.ringing.run(), name="ringing")
        yield house
        task.cancel()


def timer(seconds: float, name: str = "pizza", kind: str = "timer", **more: object) -> Timer:
    return Timer(id=name, kind=kind, due=START + timedelta(seconds=seconds), duration_s=seconds, **more)  # type: ignore[arg-type]


pytestmark = pytest.mark.looptime


async def test_a_timer_rings_when_it_is_due_and_until_somebody_stops_it(tmp_path: Path) -> None:
    with Store(tmp_path / "hub.db") as store:
        async with running(House(store)) as house:
            house.ringing.apply(Plan(status="done", put=(timer(60),)))
            await asyncio.sleep(67)
            assert house.heard == [(60.0, "pizza", "rings"), (63.0, "pizza", "again"), (66.0, "pizza", "again")]
            assert [t.id for t in house.ringing.stop()] == ["pizza"]
            await asyncio.sleep(60)
            assert len(house.heard) == 3
            assert house.published[-1] == []
            assert load(store) == ()


async def test_an_alarm_that_nobody_hears_gives_up_after_a_quarter_of_an_hour(tmp_path: Path) -> None:
    with Store(tmp_path / "hub.db") as store:
        async with running(House(store)) as house:
            house.ringing.apply(Plan(status="done", put=(timer(10),)))
            await asyncio.sleep(3600)
            assert house.heard[-1][0] == pytest.approx(910, abs=4)
            assert house.ringing.timers == ()


async def test_a_weekday_alarm_that_was_stopped_rings_on_its_next_day(tmp_path: Path) -> None:
    with Store(tmp_path / "hub.db") as store:
        async with running(House(store)) as house:
            alarm = timer(60, "wake", "alarm", at="20:01", repeat=("monday", "tuesday"))
            house.ringing.apply(Plan(status="done", put=(alarm,)))
            await asyncio.sleep(61)
            house.ringing.stop()
            assert [t.due for t in house.ringing.timers] == [START + timedelta(days=1, seconds=60)]
            await asyncio.sleep(86400)
            assert house.heard[-1][1] == "wake"
            assert house.heard[-1][0] > 86400


async def test_a_delayed_command_and_a_reminder_happen_once(tmp_path: Path) -> None:
    with Store(tmp_path / "hub.db") as store:
        async with running(House(store)) as house:
            later = timer(5, "later", "command", command="turn off the lights")
            house.ringing.apply(Plan(status="done", put=(later, timer(7, "bins", "reminder", message="the bins"))))
            await asyncio.sleep(100)
            assert house.heard == [(5.0, "turn off the lights", "command"), (7.0, "bins", "reminder")]


async def test_what_expired_while_the_hub_was_off_is_told_once(tmp_path: Path) -> None:
    with Store(tmp_path / "hub.db") as store:
        save(store, [timer(-3600), timer(100, "later")], [])
        async with running(House(store)) as house:
            await asyncio.sleep(10)
            assert house.heard == [(0.0, "pizza", "missed")]
        async with running(House(store)) as house:
            await asyncio.sleep(10)
            assert house.heard == []
            assert [t.id for t in house.ringing.timers] == ["later"]


async def test_a_new_timer_that_is_due_sooner_rings_first(tmp_path: Path) -> None:
    with Store(tmp_path / "hub.db") as store:
        async with running(House(store)) as house:
            house.ringing.apply(Plan(status="done", put=(timer(1000, "slow"),)))
            await asyncio.sleep(1)
            house.ringing.apply(Plan(status="done", put=(timer(5, "fast"),)))
            await asyncio.sleep(5)
            assert house.heard == [(5.0, "fast", "rings")]


async def test_a_timer_that_cannot_be_read_does_not_stop_the_others(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Store(tmp_path / "hub.db") as store:
        store.put_timer("broken", {"id": "broken", "due": "tomorrow-ish"}, due=START)
        save(store, [timer(5)], [])
        assert [t.id for t in load(store)] == ["pizza"]
        assert "left out" in caplog.text


CHILD = """
import sys
from datetime import UTC, datetime
from hub.keeping.ringing import save
from hub.keeping.store import Store
from hub.keeping.timers import Timer
store = Store(sys.argv[1])
for n in range(10_000):
    save(store, [Timer(id=f"t{n}", kind="timer", due=datetime(2030, 1, 1, tzinfo=UTC), duration_s=float(n))], [])
    print(n, flush=True)
"""


@pytest.mark.looptime(enabled=False)
def test_kill_minus_nine_loses_no_timer_that_was_acknowledged(tmp_path: Path) -> None:
    for round_ in range(3):
        path = tmp_path / f"{round_}.db"
        child = subprocess.Popen([sys.executable, "-c", CHILD, str(path)], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        seen = [int(child.stdout.readline()) for _ in range(20 + 13 * round_)]
        os.kill(child.pid, signal.SIGKILL)
        seen += [int(line) for line in child.stdout.read().split()]
        child.wait()
        child.stdout.close()
        with Store(path) as store:
            kept = {t.id for t in load(store)}
        assert {f"t{n}" for n in seen} <= kept


def waits(**more: object) -> Timer:
    awaited = Awaited(kind="done", entities=("sensor.washer",), event=True, fact="the washing machine is done")
    return Timer(id="w", kind="wait", due=START + timedelta(hours=24), awaited=awaited, **more)  # type: ignore[arg-type]


def washer(state: str) -> Home:
    return parse_home({"entities": [{"id": "sensor.washer", "name": "Washing Machine", "state": state}]})


async def test_a_command_that_waits_for_the_house_is_run_once_when_that_comes_about(tmp_path: Path) -> None:
    with Store(tmp_path / "hub.db") as store:
        save(store, [waits(command="turn off the lights")], [])
        async with running(House(store)) as house:
            await asyncio.sleep(100)
            for state in ("rinsing", "unavailable", "idle", "running", "idle"):
                house.ringing.changed(washer(state), "sensor.washer")
                await asyncio.sleep(10)
        assert house.heard == [(120.0, "turn off the lights", "command")]
        assert load(store) == ()


async def test_what_was_to_be_told_is_told_and_a_cancelled_wait_is_silent(tmp_path: Path) -> None:
    with Store(tmp_path / "hub.db") as store:
        save(store, [waits()], [])
        async with running(House(store)) as house:
            await asyncio.sleep(1)
            house.ringing.changed(washer("done"), "sensor.washer")
            await asyncio.sleep(1)
            assert house.heard == [(1.0, "w", "happened")]
            house.ringing.apply(Plan(status="done", put=(waits(),)))
            house.ringing.changed(washer("done"), "sensor.washer")
            house.ringing.apply(Plan(status="done", remove=("w",)))
            await asyncio.sleep(60)
        assert house.heard == [(1.0, "w", "happened")]


async def test_nobody_waits_longer_than_a_day_and_it_is_said(tmp_path: Path) -> None:
    with Store(tmp_path / "hub.db") as store:
        save(store, [waits(command="turn off the lights")], [])
        async with running(House(store)) as house:
            await asyncio.sleep(25 * 3600)
        assert house.heard == [(24 * 3600.0, "w", "expired")]
        assert load(store) == ()


async def test_what_came_about_while_the_hub_was_off_is_seen_to_when_the_house_is_known_again(tmp_path: Path) -> None:
    with Store(tmp_path / "hub.db") as store:
        save(store, [waits(command="turn off the lights")], [])
    with Store(tmp_path / "hub.db") as store:
        async with running(House(store)) as house:
            house.ringing.changed(washer("unknown"), "sensor.washer")
            await asyncio.sleep(1)
            assert house.heard == []
            house.ringing.changed(washer("idle"), "sensor.washer")
            await asyncio.sleep(1)
        assert [what for _, what, _ in house.heard] == ["turn off the lights"]
