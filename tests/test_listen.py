"""hub listen on recordings of people: one line a turn, in the order of the files, with true times."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import installed

from hub.sound.audio import read_file

CLIPS = Path(__file__).parent.parent / "hub" / "demo" / "clips"
HUB = str(Path(sys.executable).parent / "hub")
ENV = {**os.environ, "OMP_NUM_THREADS": "1"}


def quiet(seconds: float) -> np.ndarray:
    return np.random.default_rng(1).normal(0, 8, round(16000 * seconds)).astype(np.int16)


def tight(name: str) -> np.ndarray:
    """A clip without the silence around it."""
    pcm = read_file(CLIPS / name)
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > max(300, 0.03 * np.abs(pcm.astype(np.int32)).max()))
    return pcm[max(0, loud[0] - 800) : loud[-1] + 800]


def write(path: Path, *parts: np.ndarray, rate: int = 16000, channels: int = 1) -> str:
    pcm = np.concatenate(parts)
    if rate != 16000:
        import soxr

        pcm = soxr.resample(pcm, 16000, rate).astype(np.int16)
    soundfile.write(path, np.column_stack([pcm] * channels) if channels > 1 else pcm, rate)
    return str(path)


def listen(*args: str) -> tuple[list[dict[str, object]], subprocess.CompletedProcess[str]]:
    done = subprocess.run([HUB, "listen", *args, "--jsonl"], capture_output=True, text=True, env=ENV, check=False, timeout=110)
    return [json.loads(line) for line in done.stdout.splitlines()], done


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    installed("moonshine-tiny/encoder")
    folder = tmp_path_factory.mktemp("listen")
    alexa, date = tight("alexa_1.flac"), tight("whats_the_date.flac")
    lights = tight("would_you_please_turn_on_the_living_room_lamp.flac")
    (folder / "hub.toml").write_text('[wake]\nwords = ["alexa"]\n')
    return {
        "toml": str(folder / "hub.toml"),
        "command": write(folder / "command.wav", quiet(0.6), alexa, quiet(0.2), lights, quiet(0.3), rate=44100, channels=2),
        "two": write(folder / "two.flac", quiet(0.6), alexa, quiet(0.2), date, quiet(2.0), tight("alexa_2.flac"), quiet(0.2),
        lights, quiet(1)),
        "woken": write(folder / "woken.wav", quiet(0.6), alexa, quiet(5.5)),
        "unwoken": write(folder / "unwoken.wav", quiet(0.3), lights, quiet(1)),
        "silence": write(folder / "silence.wav", quiet(2)),
        "folder": str(folder),
    }  # fmt: skip


def test_turns_come_in_the_order_of_the_files_and_each_file_has_its_line(files: dict[str, str]) -> None:
    names = [files[n] for n in ("command", "silence", "two", "woken", "unwoken")]
    rows, done = listen(*names, "-c", files["toml"])
    assert done.returncode == 0, done.stderr
    assert [row["source"] for row in rows] == [names[0], names[1], names[2], names[2], names[3], names[4]]
    first, silence, date, lights, woken, unwoken = rows
    assert (first["intent"], first["decision"]) == ("HassTurnOn", "act")
    assert {a["status"] for a in first["actions"]} == {"dry_run"}  # type: ignore[attr-defined]
    assert first["wake"]["phrase"] == "alexa"  # type: ignore[index]
    assert (silence["id"], silence["reason"]) == (None, "no_wake")
    assert date["intent"] == "HassGetCurrentDate"
    assert lights["intent"] == "HassTurnOn"
    assert (woken["id"], woken["reason"]) == (None, "no_speech")
    assert (unwoken["id"], unwoken["reason"]) == (None, "no_wake")
    times = first["timings_ms"]
    assert isinstance(times, dict)
    assert times["wake"] < times["speech_end"] == 0 < times["final_text"] <= times["decided"]
    assert first["versions"]["asr"].partition(":")[0] in ("moonshine", "vosk")  # type: ignore[index]


def test_without_a_wake_word_each_stretch_of_speech_opens_a_turn(files: dict[str, str]) -> None:
    date, lamp = tight("whats_the_date.flac"), tight("would_you_please_turn_on_the_living_room_lamp.flac")
    both = write(Path(files["folder"]) / "both.wav", date, quiet(2.5), lamp)
    rows, done = listen("--no-wake", both, files["silence"], "-c", files["toml"], "--room", "kitchen")
    assert done.returncode == 0, done.stderr
    assert [row.get("intent") for row in rows] == ["HassGetCurrentDate", "HassTurnOn", None]
    assert rows[2] == {"source": files["silence"], "id": None, "reason": "no_speech"}
    assert rows[0]["wake"] is None
    assert rows[0]["room"] == "kitchen"


def test_in_real_time_the_line_comes_when_the_turn_is_decided(files: dict[str, str]) -> None:
    length = soundfile.info(files["command"]).duration
    process = subprocess.Popen(
        [HUB, "listen", files["command"], files["silence"], "--realtime", "--jsonl", "-c", files["toml"]],
        stdout=subprocess.PIPE, text=True, env=ENV,
    )  # fmt: skip
    assert process.stdout is not None
    row = json.loads(process.stdout.readline())
    came = time.monotonic()
    rest = process.stdout.read()
    process.stdout.close()
    assert process.wait() == 0
    assert row["intent"] == "HassTurnOn"
    assert time.monotonic() - came > 1.0, "the line came while the next file still played"
    assert json.loads(rest)["reason"] == "no_wake"
    assert 50 < row["timings_ms"]["decided"] < 5000
    assert length > 1


def test_bad_files_have_their_sentence_and_the_others_are_heard(files: dict[str, str]) -> None:
    folder = Path(files["folder"])
    (folder / "text.wav").write_text("no sound at all")
    (folder / "empty.wav").write_bytes(b"")
    soundfile.write(folder / "none.wav", np.zeros(0, np.int16), 16000)
    soundfile.write(folder / "nan.wav", np.full(16000, np.nan, np.float32), 16000, subtype="FLOAT")
    bad = [str(folder / name) for name in ("text.wav", "empty.wav", "none.wav", "nan.wav", "absent.wav")]
    rows, done = listen(*bad, files["silence"], "-c", files["toml"])
    assert done.returncode == 1
    assert [row["source"] for row in rows] == [*bad, files["silence"]]
    assert rows[-1]["reason"] == "no_wake"
    for path in bad:
        assert len([line for line in done.stderr.splitlines() if path in line]) == 1, done.stderr
    assert "Traceback" not in done.stderr
