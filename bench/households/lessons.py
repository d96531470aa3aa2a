"""The learner, from the benchmark's side: a process of its own that is handed a journal and a home file, and gives back what it learned."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from bench.households.house import MADE_AT, House
from hub.keeping.store import Store
from hub.knowledge import Knowledge, load

ROOT = Path(__file__).resolve().parents[2]


class Lessons:
    """One confined process; `folder` is all that it can read and write. Use it as a context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "TMPDIR": str(folder), "OMP_NUM_THREADS": "1"}
        with (folder / "trouble.log").open("w") as trouble:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bench.households.learner", str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=trouble,
                text=True,
                env=environment,
                cwd=ROOT,
            )
        self.kept_by = str(self._answer()["kept_by"])
        """kernel or interpreter"""
        self.spent_s = 0.0

    def __enter__(self) -> Lessons:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(
                f"the learner's process ended ({self.process.wait(10)}): {(self.folder / 'trouble.log').read_text()[-2000:]}"
            )
        answer: dict[str, Any] = json.loads(line)
        return answer

    def hub(self, *args: str, may_fail: bool = False) -> str:
        """Runs one command of the hub in the learner's process; what it printed."""
        assert self.process.stdin is not None
        began = time.monotonic()
        self.process.stdin.write(json.dumps(args) + "\n")
        self.process.stdin.flush()
        answer = self._answer()
        self.spent_s += time.monotonic() - began
        if answer["rc"] and not may_fail:
            raise RuntimeError(f"hub {' '.join(args)} ended with {answer['rc']}: {(self.folder / 'trouble.log').read_text()[-2000:]}")
        return str(answer["out"])

    def learn(self, name: str, house: House, rows: Iterable[dict[str, Any]], *options: str, now: datetime = MADE_AT) -> Knowledge:
        """Imports turns into the journal `name` (those that it has already count once) and learns; what is in force afterwards."""
        file, home, db = self.folder / f"{name}.jsonl", self.folder / house.file.name, self.folder / f"{name}.db"
        file.write_text("".join(json.dumps(shown(row)) + "\n" for row in rows), encoding="utf-8")
        shutil.copyfile(house.file, home)
        if file.stat().st_size:
            self.hub("journal", "import", str(file), "--db", str(db))
        self.hub("learn", "--db", str(db), "--home", str(home), "--now", now.isoformat(), "--json", *options)
        with Store(db) as store:
            return load(store)


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """A turn without what only the simulator knows."""
    return {k: v for k, v in row.items() if not k.startswith("_")}
