"""The learner's process: the hub's command line, confined to one folder and the program. Knows no other part of the benchmark.

`python -m bench.households.learner FOLDER`: reads one command a line as a JSON list of arguments, answers each with one JSON line
`{"rc", "out"}`. Before it imports anything of the hub it gives up every other file, other processes and the network.
"""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stdout
from pathlib import Path

from bench.households.confined import confine

ROOT = Path(__file__).resolve().parents[2]


def program() -> list[Path]:
    """What the learner may read beside its folder: Python, the system's libraries, the hub; of the benchmark these two files alone."""
    packages = [Path(p) for p in sys.path if p and Path(p).exists() and Path(p).resolve() != ROOT and ROOT not in Path(p).resolve().parents]
    system = [
        Path(p)
        for p in (
            "/usr",
            "/lib",
            "/lib64",
            "/etc",
            "/dev/null",
            "/dev/urandom",
            "/proc/cpuinfo",
            "/proc/meminfo",
            "/sys/devices/system/cpu",
        )
    ]
    installed = [Path(sys.prefix), Path(sys.base_prefix), *packages, *system]
    own = [ROOT / part for part in ("hub", "models", "devices", "bench/__init__.py", "bench/households/__init__.py")]
    return [*installed, *own, Path(__file__), Path(__file__).with_name("confined.py")]


def main(folder: Path) -> None:
    """Serves commands until standard input ends."""
    kept = confine(program(), [folder], [ROOT])
    print(json.dumps({"kept_by": kept}), flush=True)
    from hub.cli import cli

    for line in sys.stdin:
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        try:
            with redirect_stdout(out):
                cli.main(args=json.loads(line), prog_name="hub", standalone_mode=True)
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        out.flush()
        print(json.dumps({"rc": code, "out": out.buffer.getvalue().decode()}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
