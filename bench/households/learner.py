"""The learner's process: the command line and nothing else of the benchmark."""

from __future__ import annotations

from hub.cli import main

if __name__ == "__main__":
    main()
