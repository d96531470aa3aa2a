"""Promises of models.hearing.wake: what wakes the hub, when, and what never does."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hub.sound.audio import read_file
from models.hearing.wake import CHUNK, RATE, WakeWordError, WakeWords, bundled, locate_word

SILENCE = np.zeros(RATE, np.int16)


@pytest.fixture(scope="module")
def alexas(shared: Path) -> list[Path]:
    rows = [json.loads(line) for line in (shared / "wakewords/labels.jsonl").read_text().splitlines()]
    good = [r for r in rows if r["keyword"] == "alexa" and not r.get("upstream_flac_damaged")]
    return [shared / "wakewords" / r["file"] for r in good[::12]]


def scores(words: WakeWords, audio: np.ndarray, step: int = CHUNK) -> list[float]:
    result = []
    for start in range(0, len(audio) - step + 1, step):
        words.feed(audio[start : start + step])
        result.append(words.scores["alexa"])
    return result


def test_real_people_saying_alexa_wake_the_hub(alexas: list[Path]) -> None:
    words = WakeWords(["alexa"])
    woken = 0
    for path in alexas:
        words.reset()
        wake = words.feed(np.concatenate((SILENCE, read_file(path), SILENCE)))
        woken += wake is not None and wake.phrase == "alexa" and wake.score >= 0.5
    assert woken >= len(alexas) - 1


def test_the_scores_are_those_of_the_openwakeword_package(alexas: list[Path], tmp_path: Path) -> None:
    audio = np.concatenate((SILENCE, *[read_file(p) for p in alexas[:2]], SILENCE))
    np.save(tmp_path / "audio.npy", audio)
    program = f"""
import sys, warnings; warnings.simplefilter("ignore")
import numpy as np
from openwakeword.model import Model
audio = np.load({str(tmp_path / "audio.npy")!r})
model = Model([{str(bundled()["alexa"])!r}])
print([float(list(model.predict(audio[i:i + 1280]).values())[0]) for i in range(0, len(audio) - 1279, 1280)])
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=100)
    theirs = json.loads(run.stdout.strip().splitlines()[-1])
    ours = scores(WakeWords(["alexa"]), audio)
    assert len(ours) == len(theirs)
    assert max(theirs) > 0.9
    assert np.abs(np.array(ours) - np.array(theirs)).max() < 1e-4


def test_it_does_not_matter_how_the_audio_is_cut(alexas: list[Path]) -> None:
    audio = np.concatenate((SILENCE, read_file(alexas[0]), SILENCE))
    whole = WakeWords(["alexa"]).feed(audio)
    words, found = WakeWords(["alexa"]), None
    for start in range(0, len(audio), 317):
        found = found or words.feed(audio[start : start + 317])
    assert whole is not None
    assert found == whole


def test_one_saying_is_one_wake(alexas: list[Path]) -> None:
    audio = np.concatenate((SILENCE, read_file(alexas[0]), SILENCE, SILENCE))
    words, wakes = WakeWords(["alexa"]), 0
    for start in range(0, len(audio) - 319, 320):
        wakes += words.feed(audio[start : start + 320]) is not None
    assert wakes == 1


def test_after_a_reset_the_past_is_forgotten(alexas: list[Path]) -> None:
    audio = np.concatenate((SILENCE, read_file(alexas[1]), SILENCE))
    words = WakeWords(["alexa"])
    first = scores(words, audio)
    words.reset()
    assert scores(words, audio) == first


def test_silence_noise_and_other_speech_do_not_wake_it(shared: Path) -> None:
    words = WakeWords(["alexa", "hey_jarvis", "hey_mycroft", "hey_marvin"])
    rng = np.random.default_rng(0)
    rows = [json.loads(line) for line in (shared / "s2i/labels.jsonl").read_text().splitlines()][:6]
    speech = [read_file(shared / "s2i" / row["file"]) for row in rows]
    for audio in (np.zeros(5 * RATE, np.int16), rng.normal(0, 3000, 5 * RATE).astype(np.int16), np.concatenate(speech)):
        words.reset()
        assert words.feed(audio) is None


def test_the_position_of_the_wake_is_that_of_the_frame_that_fired(alexas: list[Path]) -> None:
    audio = np.concatenate((SILENCE, SILENCE, read_file(alexas[0]), SILENCE))
    wake = WakeWords(["alexa"]).feed(audio)
    assert wake is not None
    assert 2.0 < wake.at_s <= len(audio) / RATE


def test_a_threshold_of_its_own_silences_one_word(alexas: list[Path]) -> None:
    audio = np.concatenate((SILENCE, read_file(alexas[0]), SILENCE))
    assert WakeWords(["alexa"], threshold={"alexa": 1.01}).feed(audio) is None
    assert WakeWords(["alexa"], threshold={"hey_jarvis": 1.01}).feed(audio) is not None


def test_patience_wants_more_than_one_step_above_the_threshold(alexas: list[Path]) -> None:
    audio = np.concatenate((SILENCE, read_file(alexas[0]), SILENCE))
    one, three = WakeWords(["alexa"]).feed(audio), WakeWords(["alexa"], patience=3).feed(audio)
    assert one is not None
    assert three is None or three.at_s > one.at_s


def test_names_are_taken_as_people_write_them() -> None:
    assert locate_word("Hey Jarvis")[0] == "hey_jarvis"
    assert set(bundled()) == {"alexa", "hey_jarvis", "hey_mycroft", "hey_marvin"}


def test_an_onnx_file_of_ones_own_is_a_wake_word(tmp_path: Path, alexas: list[Path]) -> None:
    own = tmp_path / "computer_v0.1.onnx"
    own.write_bytes(bundled()["alexa"].read_bytes())
    wake = WakeWords([str(own)]).feed(np.concatenate((SILENCE, read_file(alexas[0]), SILENCE)))
    assert wake is not None
    assert wake.phrase == "computer"


@pytest.mark.parametrize("content", [b"", b"not onnx at all"])
def test_a_damaged_wake_word_file_is_named(tmp_path: Path, content: bytes) -> None:
    bad = tmp_path / "bad.onnx"
    bad.write_bytes(content)
    with pytest.raises(WakeWordError, match=r"bad\.onnx"):
        WakeWords([str(bad)])


def test_an_onnx_file_for_something_else_is_refused() -> None:
    other = bundled()["alexa"].parent / "silero_vad.onnx"
    with pytest.raises(WakeWordError, match="not one for openWakeWord"):
        WakeWords([str(other)])


def test_an_unknown_word_lists_those_that_there_are() -> None:
    with pytest.raises(WakeWordError, match="hey_marvin"):
        WakeWords(["okay_nabu"])
    with pytest.raises(WakeWordError, match="no wake word file"):
        WakeWords(["/nowhere/word.onnx"])
    with pytest.raises(WakeWordError, match="Name at least one"):
        WakeWords([])


def test_samples_of_another_kind_are_refused() -> None:
    with pytest.raises(ValueError, match="int16"):
        WakeWords(["alexa"]).feed(np.zeros(1280, np.float32))  # type: ignore[arg-type]


def test_listening_never_loads_scipy_or_sklearn() -> None:
    program = "import sys; from models.hearing.wake import WakeWords; from models.hearing.vad import Vad; WakeWords(['alexa']); Vad(); \
print([m for m in ('scipy', 'sklearn', 'openwakeword', 'torch') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.strip() == "[]"
