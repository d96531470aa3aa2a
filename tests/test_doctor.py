"""hub doctor finds what is wrong and says how to mend it; hub devices shows the house."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from devices.broker import embedded_broker
from devices.simulated import HOME_FILE, simulated_house
from hub.cli import cli
from hub.config import AudioSettings, Config, HubSettings, MqttSettings
from hub.doctor import Finding, examine
from hub.running.live import open_socket

HUB = str(Path(sys.executable).parent / "hub")


async def findings(config: Config, home: Path | None = None) -> dict[str, Finding]:
    found: dict[str, Finding] = {}
    async for finding in examine(config, home):
        found.setdefault(finding.about, finding)
    return found


def config(tmp_path: Path, broker: str) -> Config:
    return Config(
        hub=HubSettings(db=str(tmp_path / "hub.db")), mqtt=MqttSettings(broker=broker), audio=AudioSettings(input="-", output="null"),
    )  # fmt: skip


@pytest.fixture(autouse=True)
def own_runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)


async def test_a_house_that_is_well_has_no_problem(tmp_path: Path) -> None:
    async with embedded_broker() as url, simulated_house(url):
        found = await findings(config(tmp_path, url), HOME_FILE)
    problems = [f for f in found.values() if f.status == "problem" and not f.about.startswith("model")]
    assert problems == []
    assert "connected" in found["broker"].what
    assert found["hub"].mend == "Start it: hub run."


async def test_each_problem_has_its_sentence_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "home.yaml").write_text("entities: 3")
    (tmp_path / "hub.db").write_text("no database" * 100)
    found = await findings(config(tmp_path, "mqtt://127.0.0.1:9"), tmp_path / "home.yaml")
    for about, said in (("broker", "127.0.0.1:9"), ("home", "home.yaml"), ("journal", "set aside")):
        assert found[about].status == "problem", found
        assert said in found[about].what
        assert len(found[about].what) > 20


async def test_a_running_hub_tells_how_it_is(tmp_path: Path) -> None:
    async def status(request: object) -> dict[str, object]:
        return {
            "started": "2026-11-01T07:00:00", "entities": 7, "asr": "scripted",
            "input_trouble": "the microphone is unplugged", "frames_dropped": 3,
        }  # fmt: skip

    async with open_socket(status):
        found = await findings(config(tmp_path, "mqtt://127.0.0.1:9"))
    assert "7 devices" in found["hub"].what
    assert found["microphone"].what in ("the microphone is unplugged", "not used: -")
    assert "3 frames" in found["sound"].what


def test_doctor_ends_with_one_where_there_is_a_problem(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["doctor", "--broker", "mqtt://127.0.0.1:9", "--db", str(tmp_path / "hub.db"), "--json"])
    assert done.exit_code == 1
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {"about", "status", "what", "mend"} == set(rows[0])
    assert "problem" in {row["status"] for row in rows}


async def test_devices_lists_what_the_broker_and_the_home_file_say(tmp_path: Path) -> None:
    import asyncio

    async with embedded_broker() as url, simulated_house(url):
        process = await asyncio.create_subprocess_exec(
            HUB, "devices", "--json", "--broker", url, "--home", str(HOME_FILE), stdout=subprocess.PIPE, env=os.environ
        )
        out, _ = await process.communicate()
    found = json.loads(out)
    lamp = next(row for row in found["entities"] if row["id"] == "light.living_room_lamp")
    assert (lamp["area"], lamp["state"]) == ("living_room", "off")
    assert {area["id"] for area in found["areas"]} >= {"kitchen", "living_room"}


def test_devices_without_a_broker_has_one_sentence() -> None:
    done = CliRunner().invoke(cli, ["devices", "--broker", "mqtt://127.0.0.1:9"])
    assert done.exit_code == 1
    assert "127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.output
