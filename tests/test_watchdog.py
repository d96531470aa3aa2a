"""A hub that hears nothing is noticed within ten seconds, and systemd is told; one that knows why it hears nothing is not restarted."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from hub.running.watchdog import Notifier, watch
from hub.sound.audio import FRAME, FRAME_S, Frame

pytestmark = pytest.mark.looptime


class Microphone:
    """A source that may stall: it is open, has no trouble to tell, and gives nothing."""

    def __init__(self) -> None:
        self.stalled = False
        self.trouble: str | None = None

    async def __aiter__(self) -> AsyncIterator[Frame]:
        at = 0.0
        while True:
            await asyncio.sleep(FRAME_S)
            if not self.stalled:
                yield Frame(pcm=np.zeros(FRAME, np.int16), at_s=at, arrived=asyncio.get_running_loop().time())
                at += FRAME_S


class Systemd:
    """The other end of the notify socket."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.setblocking(False)
        self._lines: list[str] = []

    async def read(self) -> None:
        """For ever: the socket holds ten messages only."""
        while True:
            self._take()
            await asyncio.sleep(1)

    def heard(self) -> list[str]:
        """What was told since this was asked last."""
        self._take()
        lines, self._lines = self._lines, []
        return lines

    def _take(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                self._lines += self._socket.recv(4096).decode().splitlines()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    made = Systemd(tmp_path / "notify")
    yield made
    made.close()


@asynccontextmanager
async def running(microphone: Microphone, systemd: Systemd, tmp_path: Path) -> AsyncIterator[None]:
    heard = [0]

    async def hear() -> None:
        async for _ in microphone:
            heard[0] += 1

    notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "30000000"})
    watching = watch(notifier, lambda: heard[0], lambda: microphone.trouble)
    tasks = [asyncio.ensure_future(work) for work in (systemd.read(), hear(), watching)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_stalled_source_is_noticed_within_ten_seconds(
    systemd: Systemd, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    microphone = Microphone()
    async with running(microphone, systemd, tmp_path):
        for moment in range(5):
            microphone.stalled = False
            await asyncio.sleep(30 + moment * 0.6)
            assert "STATUS=listening" in systemd.heard()
            microphone.stalled = True
            await asyncio.sleep(10)
            assert "STATUS=deaf: no sound comes" in systemd.heard()
            await asyncio.sleep(20)
            assert "WATCHDOG=1" not in systemd.heard(), "systemd restarts a hub that gives no sign of life"
    assert caplog.text.count("the hub is deaf") == 5


async def test_silence_is_not_deafness(systemd: Systemd, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    async with running(Microphone(), systemd, tmp_path):
        await asyncio.sleep(120)
        assert systemd.heard().count("WATCHDOG=1") >= 40
    assert caplog.text == ""


async def test_a_microphone_that_is_known_to_be_unplugged_is_told_and_no_reason_to_restart(systemd: Systemd, tmp_path: Path) -> None:
    microphone = Microphone()
    async with running(microphone, systemd, tmp_path):
        await asyncio.sleep(5)
        microphone.stalled, microphone.trouble = True, "the microphone is unplugged"
        systemd.heard()
        await asyncio.sleep(60)
        lines = systemd.heard()
    assert "STATUS=the microphone is unplugged" in lines
    assert lines.count("WATCHDOG=1") >= 20
