"""How fast the house answers: discovery, command to echo, and coming back after the broker died. On mosquitto with login and embedded."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import math
import os
import platform
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from devices.broker import embedded_broker
from devices.bus import Bus
from devices.catalogue import Catalogue
from devices.command import execute
from devices.ecosystems import follow
from devices.home import Command
from devices.simulated import simulated_house

LAMPS = ("light.kitchen_ceiling", "light.living_room_lamp", "light.desk_lamp", "light.entrance_light", "switch.coffee_maker")


class Mosquitto:
    """A mosquitto with login on a free port that can be killed and started again."""

    def __init__(self, binary: str, folder: str) -> None:
        self.binary, self.folder = binary, folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        subprocess.run(["mosquitto_passwd", "-c", "-b", f"{folder}/passwords", "hub", "secret"], check=True, capture_output=True)
        user = "user root\n" if os.geteuid() == 0 else ""
        Path(folder, "conf").write_text(f"{user}listener {self.port} 127.0.0.1\nallow_anonymous false\npassword_file {folder}/passwords\n")
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"mqtt://hub:secret@127.0.0.1:{self.port}"

    def start(self) -> None:
        self.process = subprocess.Popen([self.binary, "-c", f"{self.folder}/conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=0.2):
                return
            time.sleep(0.02)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@contextlib.asynccontextmanager
async def hub(url: str) -> AsyncIterator[tuple[Catalogue, Bus]]:
    async with Bus(url, "hub") as bus:
        catalogue = Catalogue()
        follow(bus, catalogue)
        yield catalogue, bus


def wilson(hits: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """95 % interval of a proportion."""
    p = hits / n
    middle, spread = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (middle - spread) / (1 + z * z / n), (middle + spread) / (1 + z * z / n)


def row(what: str, times_s: list[float], done: int, n: int) -> str:
    low, high = wilson(done, n)
    ordered = sorted(times_s)
    p95 = ordered[min(len(ordered) - 1, math.ceil(0.95 * len(ordered)) - 1)]
    share = f"{100 * done / n:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"
    return (f"| {what} | {n} | {share} | {1000 * statistics.median(ordered):.1f} | {1000 * p95:.1f} "
            f"| {1000 * ordered[-1]:.1f} |")


async def commands(url: str, n: int) -> str:
    async with simulated_house(url, delay_s=0.0), hub(url) as (catalogue, bus):
        await catalogue.settled()
        times, done = [], 0
        for number in range(n):
            entity = LAMPS[number % len(LAMPS)]
            service = "turn_on" if (number // len(LAMPS)) % 2 == 0 else "turn_off"
            outcome = await execute(Command(entity_id=entity, service=f"{entity.partition('.')[0]}.{service}"), catalogue, bus)
            times.append(outcome.took_s)
            done += outcome.status == "confirmed"
    return row("command to the device's own echo", times, done, n)


async def discovery(url: str, n: int, entities: int) -> str:
    async with Bus(url, "maker", announce=False) as maker:
        await maker.wait_connected(5)
        for number in range(entities):
            config = {"name": f"Lamp {number}", "uniq_id": f"u{number}", "cmd_t": f"l/{number}/set", "stat_t": f"l/{number}"}
            await maker.publish(f"homeassistant/light/l{number}/config", json.dumps(config), retain=True)
            await maker.publish(f"l/{number}", "ON", retain=True)
    times, done = [], 0
    for _ in range(n):
        started = time.monotonic()
        async with hub(url) as (catalogue, _bus):
            while time.monotonic() - started < 20:
                states = catalogue.home.states
                if sum(states[key].value == "on" for key in states if key.startswith("light.lamp_")) == entities:
                    done += 1
                    break
                await asyncio.sleep(0.01)
            times.append(time.monotonic() - started)
    return row(f"start to {entities} entities known with their states", times, done, n)


async def recovery(broker: Mosquitto, n: int) -> str:
    times, done = [], 0
    async with simulated_house(broker.url), hub(broker.url) as (catalogue, bus):
        await catalogue.settled()
        for number in range(n):
            broker.kill()
            await asyncio.sleep(1.0 + number)
            broker.start()
            started = time.monotonic()
            status = ""
            while status != "confirmed" and time.monotonic() - started < 20:
                wish = Command(entity_id="light.desk_lamp", service=f"light.turn_{'off' if number % 2 else 'on'}")
                status = (await execute(wish, catalogue, bus, deadline_s=0.5)).status
                await asyncio.sleep(0.02)
            times.append(time.monotonic() - started)
            done += status == "confirmed" and times[-1] <= 10
    return row("broker back to a confirmed command (≤ 10 s)", times, done, n)


async def measure(n: int) -> None:
    lines = []
    binary = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if binary is not None:
        with tempfile.TemporaryDirectory() as folder:
            broker = Mosquitto(binary, folder)
            broker.start()
            try:
                lines += ["mosquitto with login", await commands(broker.url, n), await recovery(broker, 6), await discovery(broker.url, 5,
                    200)]
            finally:
                broker.kill()
    else:
        print("mosquitto is not installed; the embedded broker only")
    async with embedded_broker() as url:
        lines += ["embedded broker", await commands(url, n)]
    async with embedded_broker() as url:
        lines.append(await discovery(url, 5, 200))
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, Linux {platform.release()}")
    print("| what | n | done [95 %] | median ms | p95 ms | most ms |\n| --- | --- | --- | --- | --- | --- |")
    for line in lines:
        print(line if line.startswith("|") else f"| **{line}** | | | | | |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=200, help="commands")
    asyncio.run(measure(parser.parse_args().n))


if __name__ == "__main__":
    main()
