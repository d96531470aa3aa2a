"""Tells systemd how the hub is (sd_notify) and notices a hub that has gone deaf. Knows frame counts, not sound."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable

log = logging.getLogger("hub.running.watchdog")

DEAF_S = 7.5
"""No frame for so long, and no known reason: the hub is deaf. With the look after it that is seen within 10 s."""
LOOK_S = 2.5


class Notifier:
    """Lines to systemd's socket; nothing where there is none."""

    def __init__(self, environ: os._Environ[str] | dict[str, str] = os.environ) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")
        usec = environ.get("WATCHDOG_USEC", "")
        pid = environ.get("WATCHDOG_PID", "")
        mine = not pid or pid == str(os.getpid())
        self.watchdog_s = int(usec) / 1e6 if usec.isdigit() and mine else None
        """How often systemd wants a sign of life; None if it does not watch."""

    def tell(self, **lines: str | int) -> None:
        """READY=1, STATUS=…, WATCHDOG=1, STOPPING=1, EXTEND_TIMEOUT_USEC=…"""
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        text = "\n".join(f"{key}={value}" for key, value in lines.items())
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK) as sock:
            try:
                sock.sendto(text.encode(), address)
            except OSError as error:
                log.warning("systemd does not take a message (%s)", error)


async def watch(notifier: Notifier, frames: Callable[[], int], trouble: Callable[[], str | None]) -> None:
    """Gives signs of life as long as frames of sound are processed, or it is known why they are not. For ever."""
    wait_s = min(LOOK_S, notifier.watchdog_s / 2) if notifier.watchdog_s is not None else LOOK_S
    loop = asyncio.get_running_loop()
    seen, since, deaf, said = frames(), loop.time(), False, ""
    while True:
        now, known = frames(), trouble()
        if now != seen:
            seen, since = now, loop.time()
            if deaf:
                log.warning("sound comes again")
            deaf = False
        elif not deaf and known is None and loop.time() - since >= DEAF_S:
            deaf = True
            log.error("no sound has come for %d s: the hub is deaf", DEAF_S)
        status = known or ("deaf: no sound comes" if deaf else "listening")
        if status != said:
            said = status
            notifier.tell(STATUS=status)
        if not deaf:
            notifier.tell(WATCHDOG=1)
        await asyncio.sleep(wait_s)
