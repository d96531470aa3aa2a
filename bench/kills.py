"""kill -9, again and again, while turns and timers are written: what was acknowledged must be there afterwards.

A writer process writes turns and timers and acknowledges each on its standard output; it is killed at a random moment and a
new one goes on in the same journal. Run: python -m bench.kills [--kills 1000]
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.sound import machine
from hub.keeping.ringing import load
from hub.keeping.store import Store

WRITER = """
import sys
from datetime import UTC, datetime
from hub.keeping.ringing import save
from hub.keeping.store import Store
from hub.keeping.timers import Timer
store, prefix = Store(sys.argv[1]), sys.argv[2]
print("ready", flush=True)
for n in range(100_000):
    store.add_turn({"id": f"{prefix}-{n}", "at": "2026-11-01T07:00:00+00:00", "heard": "turn on the light"}, home="kills")
    save(store, [Timer(id=f"{prefix}-{n}", kind="timer", due=datetime(2030, 1, 1, tzinfo=UTC), duration_s=60.0)], [])
    print(f"{prefix}-{n}", flush=True)
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=1000)
    kills = options.parse_args().kills
    rng, acknowledged, began = random.Random(3), set[str](), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hub.db"
        for number in range(kills):
            writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(number)], stdout=subprocess.PIPE, text=True)
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(rng.uniform(0.0, 0.03))
            writer.kill()
            acknowledged |= {line.strip() for line in writer.stdout if line.endswith("\n") and line.strip() != "ready"}
            writer.wait()
            writer.stdout.close()
        with Store(path) as store:
            turns, timers = {turn["id"] for turn in store.turns()}, {timer.id for timer in load(store)}
            sound = store.messages
    print(machine())
    print(f"{kills} kills, {len(acknowledged)} turns and timers acknowledged, {time.monotonic() - began:.0f} s")
    print(f"turns lost: {len(acknowledged - turns)}; timers lost: {len(acknowledged - timers)}; the file was found damaged: {bool(sound)}")


if __name__ == "__main__":
    main()
