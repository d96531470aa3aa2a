"""The running service: time until it is online, memory with all models, idle cost; and how many typed sentences a second.

`.venv/bin/python -m bench.service`: an embedded broker, the simulated house, room noise on standard input. Linux only (/proc).
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from devices.broker import embedded_broker
from devices.simulated import HOME_FILE, simulated_house
from models import manifest

HUB = str(Path(sys.executable).parent / "hub")
IDLE_S = 30
TEXTS = ("turn on the kitchen light", "is the front door locked", "set the living room lamp to 30 percent", "what's the temperature")


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> float:
    line = next(x for x in Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


async def service(folder: Path) -> None:
    async with embedded_broker() as url, simulated_house(url):
        env = {**os.environ, "XDG_RUNTIME_DIR": str(folder), "HUB_WEB_PORT": "0", "HUB_MODELS": str(manifest.folder())}
        began = time.monotonic()
        hub = await asyncio.create_subprocess_exec(
            HUB, "run", "--broker", url, "--input", "-", "--output", str(folder / "out.raw"), "--db", str(folder / "hub.db"),
            "--home", str(HOME_FILE), stdin=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=env,
        )  # fmt: skip
        assert hub.stdin is not None
        assert hub.stderr is not None
        while b"Listening" not in await hub.stderr.readline():
            continue
        print(f"start → ready                 {time.monotonic() - began:6.2f} s ({cpu_s(hub.pid):.2f} s of processor time)")
        noise = np.random.default_rng(0).normal(0, 20, 16000 * 10).astype(np.int16)

        async def listen(seconds: float) -> None:
            due = time.monotonic()
            for frame in range(round(seconds * 50)):
                at = frame * 320 % (len(noise) - 320)
                hub.stdin.write(noise[at : at + 320].tobytes())  # type: ignore[union-attr]
                due += 0.02
                await asyncio.sleep(max(0.0, due - time.monotonic()))

        await listen(3)
        before = cpu_s(hub.pid)
        await listen(IDLE_S)
        print(f"idle, live audio              {(cpu_s(hub.pid) - before) / IDLE_S * 100:6.1f} % of a core (n = {IDLE_S} s)")
        for text in TEXTS:
            asked = await asyncio.create_subprocess_exec(HUB, "ask", text, "--live", env=env, stdout=asyncio.subprocess.DEVNULL)
            await asyncio.gather(asked.wait(), listen(4))
        print(f"memory after {len(TEXTS)} spoken replies  {rss_mb(hub.pid):6.0f} MB RSS")
        hub.stdin.close()
        await hub.wait()


def varied(i: int) -> str:
    """No text twice: what was read is remembered."""
    return (
        f"set the living room lamp to {i % 100} percent", f"set a timer for {i} minutes", f"wake me up at {i % 12 + 1}:{i % 60:02d}",
        f"is the front door locked or did I forget it {i} times",
    )[i % 4]  # fmt: skip


def batch(folder: Path, n: int = 200) -> None:
    import subprocess

    path = folder / "batch.jsonl"
    for count in (20, n):
        lines = [{"id": str(i), "text": varied(i), "home": str(HOME_FILE)} for i in range(count)]
        path.write_text("\n".join(map(json.dumps, lines)))
        before = os.times()
        subprocess.run([HUB, "ask", "--batch", str(path)], stdout=subprocess.DEVNULL, check=True)
        after = os.times()
        took = after.children_user + after.children_system - before.children_user - before.children_system
        if count == 20:
            first = took
    print(f"ask --batch                   {(n - 20) / (took - first):6.0f} sentences a second of processor time (n = {n - 20})")


def main() -> None:
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(service(Path(folder)))
        batch(Path(folder))


if __name__ == "__main__":
    main()
