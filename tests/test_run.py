"""The service as a process of its own: a real broker, a house on it, speech of people on standard input, the speaker's sound in a file."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiomqtt
import numpy as np
import pytest
from conftest import installed

from devices.broker import embedded_broker
from devices.simulated import HOME_FILE, House, simulated_house
from hub.keeping.store import Store
from hub.sound.audio import read_file
from models import manifest

CLIPS = Path(__file__).parent.parent / "hub" / "demo" / "clips"
HUB = str(Path(sys.executable).parent / "hub")


def quiet(seconds: float) -> np.ndarray:
    return np.random.default_rng(1).normal(0, 8, round(16000 * seconds)).astype(np.int16)


def tight(name: str) -> np.ndarray:
    pcm = read_file(CLIPS / name)
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > max(300, 0.03 * np.abs(pcm.astype(np.int32)).max()))
    return np.concatenate([pcm[max(0, loud[0] - 800) : loud[-1] + 800], quiet(0.15)])


class Running:
    """A hub process, and a person who speaks to it."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path, env: dict[str, str]) -> None:
        self.process, self.folder, self.env = process, folder, env
        self.words: asyncio.Queue[np.ndarray] = asyncio.Queue()
        self.errors: list[str] = []

    async def microphone(self) -> None:
        """Room noise in real time, and words where there are any."""
        pipe = self.process.stdin
        assert pipe is not None
        noise, pending, due = quiet(10), np.zeros(0, np.int16), time.monotonic()
        at = 0
        while True:
            while not self.words.empty():
                pending = np.concatenate((pending, self.words.get_nowait()))
            frame, pending = pending[:320], pending[320:]
            at = (at + 320) % (len(noise) - 320)
            sound = np.concatenate((frame, noise[at : at + 320 - len(frame)]))
            try:
                pipe.write(sound.astype(np.int16).tobytes())
                await pipe.drain()
            except (BrokenPipeError, ConnectionResetError):
                return
            due += 0.02
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    async def logs(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.errors.append(line.decode())

    async def ready(self) -> None:
        """Until it says that it listens; the broker may still hold the word of an earlier hub."""
        async with asyncio.timeout(60):
            while not any("Listening to" in line for line in self.errors):
                assert self.process.returncode is None, "".join(self.errors)
                await asyncio.sleep(0.05)

    def say(self, *names: str) -> None:
        for name in names:
            self.words.put_nowait(tight(name))

    def turns(self) -> list[dict[str, object]]:
        with Store(self.folder / "hub.db") as store:
            return store.turns()

    async def turn(self, count: int, seconds: float = 25.0, *, finished: bool = False) -> dict[str, object]:
        """The `count`th turn of the journal, once it is there (and its reply was heard)."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            rows = self.turns()
            if len(rows) >= count and (not finished or rows[count - 1]["reply_audio_ms"] is not None):
                return rows[count - 1]
            await asyncio.sleep(0.1)
        raise AssertionError(f"only {len(self.turns())} turns: {[t['heard'] for t in self.turns()]}\n{''.join(self.errors[-20:])}")

    async def cli(self, *args: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            HUB, *args, env=self.env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        out, err = await process.communicate()
        self.errors.append(err.decode())
        return process.returncode or 0, out.decode()


@asynccontextmanager
async def running(folder: Path, url: str) -> AsyncIterator[Running]:
    (folder / "run").mkdir(mode=0o700, exist_ok=True)
    (folder / "hub.toml").write_text('[wake]\nwords = ["alexa"]\n[web]\nport = 0\n[audio]\necho = "off"\n')
    env = {
        **os.environ, "OMP_NUM_THREADS": "1", "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder / "run"),
        "XDG_DATA_HOME": str(folder / "data"), "HUB_MODELS": str(manifest.folder()),
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        HUB, "run", "-c", str(folder / "hub.toml"), "--broker", url, "--input", "-", "--output", str(folder / "out.raw"),
        "--db", str(folder / "hub.db"), "--home", str(HOME_FILE), "--room", "living_room",
        stdin=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=env,
    )  # fmt: skip
    hub = Running(process, folder, env)
    tasks = [asyncio.create_task(hub.microphone()), asyncio.create_task(hub.logs())]
    try:
        await hub.ready()
        yield hub
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        process._transport.close()  # type: ignore[attr-defined]


async def availability(url: str, wanted: str) -> None:
    async with asyncio.timeout(45), aiomqtt.Client("127.0.0.1", int(url.rpartition(":")[2])) as client:
        await client.subscribe("hub/hub/availability")
        async for message in client.messages:
            if message.payload == wanted.encode():
                return


@pytest.fixture
async def house() -> AsyncIterator[tuple[str, House]]:
    installed("moonshine-tiny/encoder")
    async with embedded_broker() as url, simulated_house(url) as simulated:
        yield url, simulated


async def test_a_spoken_command_moves_the_house_and_a_wake_word_stops_the_reply(house: tuple[str, House], tmp_path: Path) -> None:
    url, simulated = house
    async with running(tmp_path, url) as hub:
        await availability(url, "online")
        hub.say("alexa_1.flac", "would_you_please_turn_on_the_living_room_lamp.flac")
        first = await hub.turn(1, finished=True)
        assert [a["status"] for a in first["actions"]] == ["confirmed"], first  # type: ignore[attr-defined]
        entity = first["actions"][0]["entity_id"]  # type: ignore[index]
        assert simulated.state(entity).value == "on"
        with Store(tmp_path / "hub.db") as store:
            changes = [s for s in store.states(entity_id=entity) if s["state"] == "on"]
        assert [c["cause"] for c in changes] == ["voice"]
        times = first["timings_ms"]
        assert isinstance(times, dict)
        assert times["wake"] < 0 < times["decided"] <= times["published"] <= times["confirmed"]
        assert times["first_sound"] > times["decided"]
        assert (tmp_path / "out.raw").stat().st_size >= 2 * 16 * (first["reply_audio_ms"] - 40)  # type: ignore[operator]

        code, said = await hub.cli("ask", "what is the weather like in new york and what is the date", "--live", "--json")
        assert code == 0
        await asyncio.sleep(0.4)
        hub.say("alexa_2.flac", "timer_status.flac")
        stopped = json.loads(said)
        after = await hub.turn(3, finished=True)
        assert (after["opening"], after["interrupted"]) == ("barge_in", stopped["id"])
        assert after["intent"] == "HassTimerStatus"
        async with asyncio.timeout(5):
            while "barge_in" not in (before := hub.turns()[1]["feedback"]):  # type: ignore[operator]
                await asyncio.sleep(0.1)
        assert isinstance(before, dict)
        assert 0 < before["barge_in_ms"] < 10_000
        assert before["barge_in"]["class"] == "unrelated"

        hub.process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(hub.process.wait(), 15) == 0, "".join(hub.errors)
        await availability(url, "offline")
        assert "Traceback" not in "".join(hub.errors)


async def test_kill_nine_loses_no_turn_and_no_timer(house: tuple[str, House], tmp_path: Path) -> None:
    url, _ = house
    async with running(tmp_path, url) as hub:
        _, said = await hub.cli("ask", "set a pizza timer for 20 minutes", "--live", "--json")
        acknowledged = json.loads(said)
        hub.process.kill()
        await hub.process.wait()
        assert [t["id"] for t in hub.turns()] == [acknowledged["id"]]
    async with running(tmp_path, url) as hub:
        _, said = await hub.cli("ask", "how long is left on the pizza timer", "--live", "--json")
        assert said, "".join(hub.errors)
        assert "19" in json.loads(said)["reply"] or "20" in json.loads(said)["reply"]
        pipe = hub.process.stdin
        assert pipe is not None
        pipe.close()
        assert await asyncio.wait_for(hub.process.wait(), 20) == 0, "".join(hub.errors)


async def test_the_house_is_waited_for_across_a_kill_and_what_is_risky_is_asked_then(house: tuple[str, House], tmp_path: Path) -> None:
    url, home = house
    async with running(tmp_path, url) as hub:
        replies = []
        for text in (
            "turn on the hall light when the back door opens", "unlock the front door when the back door opens",
            "tell me when the coffee maker is done", "whenever the back door opens turn on the oven",
        ):  # fmt: skip
            _, said = await hub.cli("ask", text, "--live", "--json")
            replies.append(json.loads(said))
        assert [r["decision"] for r in replies] == ["act", "act", "act", "decline"], [r["reply"] for r in replies]
        assert all(not r["actions"] for r in replies)
        _, said = await hub.cli("ask", "what are you waiting for", "--live", "--json")
        assert "turn on the hall light" in json.loads(said)["reply"]
        _, said = await hub.cli("ask", "stop waiting for the coffee maker", "--live", "--json")
        assert json.loads(said)["decision"] == "act"
        hub.process.kill()
        await hub.process.wait()
    async with running(tmp_path, url) as hub:
        count = len(hub.turns())
        await home.set("binary_sensor.back_door", "on")
        done, asked = await hub.turn(count + 1), await hub.turn(count + 2)
        assert [(a["service"], a["entity_id"]) for a in done["actions"]] == [("light.turn_on", "light.entrance_light")]  # type: ignore[attr-defined]
        assert home.home.state("light.entrance_light").value == "on"
        assert (asked["decision"], asked["code"], asked["actions"]) == ("confirm", "risky_unlock", [])
        assert home.home.state("lock.front_door").value == "locked"
        _, said = await hub.cli("ask", "what are you waiting for", "--live", "--json")
        assert "not waiting" in json.loads(said)["reply"] or "nothing" in json.loads(said)["reply"].lower()
