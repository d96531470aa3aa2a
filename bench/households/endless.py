"""`python -m bench.households.endless`: one sentence without end, through the commands; processor time and memory of import and learning.

Knows the journal's form and the command line, nothing of the learner.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

HOME = Path(__file__).resolve().parents[2] / "devices" / "simulated" / "home.yaml"
BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
FRAME = {"intent": "HassTurnOn", "slots": {"name": "Desk Lamp"}, "targets": ["light.desk_lamp"]}


def write(file: Path, turns: int, gap: float) -> None:
    """So many turns of one sentence that works, `gap` seconds apart."""
    row = {
        "home": "simulated", "person": "ann", "room": None, "heard": "turn on the desk lamp", "asr": {"confidence": 0.9, "nbest": []},
        "rewrite": None, **FRAME, "confidence": 0.95, "margin": 0.9, "frames": [FRAME], "decision": "act", "code": None, "actions": [],
        "reply": "Okay.", "feedback": {"barge_in_ms": None, "explicit": None, "undone": False},
    }  # fmt: skip
    with file.open("w", encoding="utf-8") as out:
        for k in range(turns):
            at = (BEGAN + timedelta(seconds=gap * k)).isoformat()
            out.write(json.dumps({"kind": "turn", "id": f"e{k}", "at": at, **row}) + "\n")


def run(*args: str) -> str:
    """One command in a process of its own: its processor time, time by the clock, and most memory."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run([sys.executable, "-c", "from hub.cli import main; main()", *args], capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    said = (done.stdout or done.stderr).splitlines()[0]
    clock = time.monotonic() - began
    figures = f"{spent:.1f} s of processor, {clock:.0f} s by the clock, {after.ru_maxrss / 1024:.0f} MB at most"
    return f"{args[0]}: {figures}; rc {done.returncode}; {said}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=1_000_000)
    parser.add_argument("--gap", type=float, default=170.0, help="seconds between two turns; 2.5 is a million in a month")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="endless-") as temp:
        file, db = Path(temp) / "journal.jsonl", Path(temp) / "hub.db"
        write(file, args.turns, args.gap)
        print(run("journal", "import", str(file), "--db", str(db)), flush=True)
        file.unlink()
        now = (BEGAN + timedelta(seconds=args.gap * args.turns, days=1)).isoformat()
        print(run("learn", "--db", str(db), "--home", str(HOME), "--now", now), flush=True)
        print(f"journal {os.path.getsize(db) / 2**20:.0f} MB; load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
