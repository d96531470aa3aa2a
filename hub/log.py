"""Lines on standard error: plain, coloured, for journald or as JSON. What was said aloud never stands in a log line."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from typing import Any

PRIORITY = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}
COLOUR = {logging.WARNING: "33", logging.ERROR: "31", logging.CRITICAL: "31"}


class _Lines(logging.Formatter):
    def __init__(self, style: str) -> None:
        super().__init__()
        self._form = style

    def format(self, record: logging.LogRecord) -> str:
        text = record.getMessage().replace("\n", "\n  ")
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        data: dict[str, Any] = getattr(record, "data", {})
        if self._form == "json":
            row = {"at": round(record.created, 3), "level": record.levelname.lower(), "from": record.name, "message": text, **data}
            return json.dumps(row, default=str)
        if data:
            text += " " + " ".join(f"{key}={value}" for key, value in data.items() if value is not None)
        if self._form == "journald":
            return "\n".join(f"<{PRIORITY.get(record.levelno, 6)}>{line}" for line in text.splitlines())
        stamp = time.strftime("%H:%M:%S", time.localtime(record.created))
        if self._form == "colour" and record.levelno in COLOUR:
            return f"\x1b[2m{stamp}\x1b[0m \x1b[{COLOUR[record.levelno]}m{text}\x1b[0m"
        return f"{stamp} {text}"


def start(level: str = "info", style: str = "auto") -> None:
    """Sends log lines to standard error. `style`: auto · text · json."""
    if style == "auto":
        plain = "NO_COLOR" in os.environ or not sys.stderr.isatty()
        style = "journald" if os.environ.get("JOURNAL_STREAM") else "text" if plain else "colour"
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines(style))
    root = logging.getLogger("hub")
    for layer in ("hub", "models", "devices"):
        logger = logging.getLogger(layer)
        logger.handlers[:] = [handler]
        logger.propagate = False
        logger.setLevel(level.upper())
    logging.getLogger().handlers[:] = [handler]
    logging.getLogger().setLevel("WARNING")
    root.debug("log level %s", level)
