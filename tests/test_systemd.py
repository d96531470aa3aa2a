"""The units in systemd/: they parse, they are closed down, and the timer learns at night."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).parent.parent / "systemd"
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


@needs_systemd
@pytest.mark.parametrize("unit", ["hub.service", "hub-learn.service"])
def test_the_system_services_are_no_more_exposed_than_one_point_six(unit: str) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=16", str(UNITS / unit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
    assert found is not None, done.stdout + done.stderr
    assert float(found[1]) <= 1.6


@needs_systemd
@pytest.mark.parametrize("unit", ["hub.service", "hub-user.service", "hub-learn.service"])
def test_systemd_understands_every_line(unit: str, tmp_path: Path) -> None:
    copy = tmp_path / unit
    copy.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", (UNITS / unit).read_text(), flags=re.M))
    done = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False)
    mine = [line for line in done.stderr.splitlines() if unit in line]
    assert mine == []


def test_the_service_tells_when_it_is_ready_and_is_watched() -> None:
    for unit in ("hub.service", "hub-user.service"):
        text = (UNITS / unit).read_text()
        assert "Type=notify\n" in text
        assert "WatchdogSec=" in text
        assert "Restart=on-failure" in text


def test_the_sound_card_stays_reachable_in_the_closed_down_unit() -> None:
    text = (UNITS / "hub.service").read_text()
    assert "DeviceAllow=char-alsa rw" in text
    assert "SupplementaryGroups=audio" in text
    assert "PrivateDevices" not in text


def test_learning_happens_at_night_with_what_is_left_of_the_machine() -> None:
    assert "OnCalendar=*-*-* 03:30" in (UNITS / "hub-learn.timer").read_text()
    text = (UNITS / "hub-learn.service").read_text()
    assert "Nice=15" in text
    assert "PrivateNetwork=yes" in text
