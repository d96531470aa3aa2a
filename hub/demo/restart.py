"""One scene of the demo: a real `hub run` sets a timer, is killed with -9, and comes back. Knows processes, pipes and MQTT topics."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import aiomqtt
import msgspec

from devices.bus import parse_broker
from devices.simulated import HOME_FILE
from hub.config import Config
from hub.demo.script import SceneScript
from hub.demo.stage import Samples, frames, silence
from hub.keeping.store import Store
from hub.sound.audio import FRAME_S
from hub.turn import Turn
from hub.turn_json import from_json

START_S = 30.0
"""Within which a hub has to be there; it takes 3 to 6."""
PROGRAM = "from hub.cli import main; main()"


class Topics:
    """What the hub says of itself on MQTT: whether it is there, and its timers."""

    def __init__(self, name: str) -> None:
        self._base = f"hub/{name}"
        self.there = False
        self.timers: list[dict[str, Any]] = []
        self._moved = asyncio.Event()

    async def follow(self, url: str) -> None:
        """Reads the topics until it is cancelled."""
        broker = parse_broker(url)
        async with aiomqtt.Client(broker.host, port=broker.port) as client:
            await client.subscribe(f"{self._base}/availability", qos=1)
            await client.subscribe(f"{self._base}/timers", qos=1)
            async for message in client.messages:
                payload = bytes(message.payload) if isinstance(message.payload, bytes | bytearray) else b""
                if message.topic.value == f"{self._base}/availability":
                    self.there = payload == b"online"
                elif message.topic.value == f"{self._base}/timers":  # the embedded broker also sends retained messages of other topics
                    self.timers = msgspec.json.decode(payload) if payload else []
                self._moved.set()

    async def until(self, holds: Callable[[], bool], patience_s: float = START_S) -> None:
        """Waits. TimeoutError."""
        async with asyncio.timeout(patience_s):
            while not holds():
                self._moved.clear()
                await self._moved.wait()


async def killed_and_back(
    config: Config, scene: SceneScript, sound: Samples, watch: Callable[[str, Mapping[str, Any]], None]
) -> list[Turn]:
    """The turn that set the timer. Raises TimeoutError where the hub does not come, or does not ring."""
    settings = Path(config.db).with_name("killed.toml")
    words = msgspec.json.encode(config.wake.words).decode()
    settings.write_text(f'[hub]\nname = "killed"\n[wake]\nwords = {words}\n[web]\nenabled = false\n')
    topics = Topics("killed")
    following = asyncio.create_task(topics.follow(str(config.mqtt.broker)), name="the demo's ear on MQTT")
    try:
        async with _hub(config, settings, scene) as (process, say):
            await topics.until(lambda: topics.there)
            before = _last(config.db)
            say(sound)
            await topics.until(lambda: bool(topics.timers))
            turns = before
            for _ in range(100):  # the journal of another process tells nobody that it has grown
                turns = _last(config.db)
                if turns != before:
                    break
                await asyncio.sleep(0.1)
            for turn in turns:
                watch("turn", {"turn": turn})
            watch("step", {"text": f"kill -9 {process.pid}: the hub is gone, the timer is on disk"})
            os.kill(process.pid, signal.SIGKILL)
            await process.wait()
            topics.there = False
        async with _hub(config, settings, scene) as (process, say):
            await topics.until(lambda: topics.there)
            watch("step", {"text": f"the hub is back as {process.pid}; the timer has {topics.timers[0]['left_s']:.0f} s to go"})
            await topics.until(lambda: any(timer.get("ringing") for timer in topics.timers), 60.0)
            watch("step", {"text": "it rings, when it was meant to"})
            process.terminate()
            await process.wait()
        return turns
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


@contextlib.asynccontextmanager
async def _hub(config: Config, settings: Path, scene: SceneScript) -> AsyncIterator[tuple[Process, Callable[[Samples], None]]]:
    """A hub of its own that hears what is said to it through a pipe."""
    options = ["-c", str(settings), "--db", str(config.db), "--home", str(HOME_FILE), "--broker", str(config.mqtt.broker)]
    sound = ["--input", "-", "--output", "null", "--room", scene.room or "kitchen"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, "run", *options, *sound, stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL
    )
    waiting: list[Samples] = []
    feeding = asyncio.create_task(_feed(process, waiting), name="feeds the hub")
    try:
        yield process, waiting.append
    finally:
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _feed(process: Process, waiting: list[Samples]) -> None:
    """A quiet room in real time, and what is said in it."""
    assert process.stdin is not None
    room = silence()
    count = 0
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        while process.returncode is None:
            for pcm in frames(waiting.pop(0)) if waiting else room[count % len(room)][None]:
                process.stdin.write(pcm.tobytes())
                await process.stdin.drain()
                await asyncio.sleep(FRAME_S)
                count += 1


def _last(db: Path) -> list[Turn]:
    """The last turn of the journal, as the hub has written it."""
    with Store(db) as store:
        return [from_json(row) for row in store.turns(last=1)]
