"""Promises of hub.sound.audio and soundcard: every source gives the same frames, bad input says what is wrong, a lost card is found."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from fake_card import FakeCard, until

from hub.errors import AudioError
from hub.sound import soundcard
from hub.sound.audio import FRAME, FileSource, Frame, FrameQueue, MicSource, PreRoll, RawSource, open_source, read_file

RATE = 16000


def tone(seconds: float, rate: int = RATE, hertz: float = 440.0) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def frame(number: int, value: int = 0) -> Frame:
    return Frame(pcm=np.full(FRAME, value, np.int16), at_s=number * 0.02, arrived=0.0)


async def frames_of(path: Path, **options: float) -> list[Frame]:
    async with FileSource(path, **options) as source:  # type: ignore[arg-type]
        return [f async for f in source]


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000, 96000])
@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize(("name", "subtype"), [("a.wav", "PCM_16"), ("a.flac", "PCM_16"), ("a.wav", "FLOAT"), ("a.flac", "PCM_24")])
def test_any_rate_and_channel_count_becomes_the_same_sound(tmp_path: Path, rate: int, channels: int, name: str, subtype: str) -> None:
    path = tmp_path / name
    soundfile.write(path, np.repeat(tone(0.5, rate)[:, None], channels, axis=1), rate, subtype=subtype)
    heard = read_file(path)
    assert heard.dtype == np.int16
    assert abs(len(heard) - 8000) <= 2
    middle = heard[2000:6000].astype(float) / 32768
    assert np.sqrt((middle**2).mean()) == pytest.approx(0.354, abs=0.01)
    assert np.argmax(np.abs(np.fft.rfft(middle))) * RATE / len(middle) == pytest.approx(440, abs=5)


async def test_a_file_comes_in_frames_of_20_ms_and_then_silence(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone(0.51), RATE)
    frames = await frames_of(tmp_path / "a.wav", tail_s=0.2)
    assert len(frames) == 26 + 10
    assert all(len(f.pcm) == FRAME for f in frames)
    assert [f.at_s for f in frames[:3]] == [0.0, 0.02, 0.04]
    assert not frames[-1].pcm.any()


async def test_realtime_takes_as_long_as_the_file(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone(0.4), RATE)
    began = time.monotonic()
    frames = await frames_of(tmp_path / "a.wav", realtime=True)
    assert 0.38 <= time.monotonic() - began < 0.8
    assert frames[-1].arrived - frames[0].arrived == pytest.approx(0.38, abs=1e-6)


def damaged(tmp_path: Path) -> dict[str, Path]:
    good = tmp_path / "good.flac"
    soundfile.write(good, np.random.default_rng(0).normal(0, 0.2, RATE * 3), RATE)
    whole = good.read_bytes()
    files = {
        "empty": b"",
        "text.wav": b"This is no wav file at all, only words." * 20,
        "cut.flac": whole[: len(whole) // 2],
        "header.wav": b"RIFF\x24\x00\x00\x00WAVEfmt ",
    }
    paths = {name: tmp_path / name for name in files}
    for name, content in files.items():
        paths[name].write_bytes(content)
    return paths


@pytest.mark.parametrize("name", ["empty", "text.wav", "cut.flac", "header.wav"])
def test_a_damaged_file_is_named_with_what_to_do(tmp_path: Path, name: str) -> None:
    path = damaged(tmp_path)[name]
    with pytest.raises(AudioError) as caught:
        read_file(path)
    assert str(path) in str(caught.value)
    assert caught.value.mend


def test_the_recordings_that_are_damaged_upstream_never_crash(shared: Path) -> None:
    import json

    rows = [json.loads(line) for line in (shared / "wakewords/labels.jsonl").read_text().splitlines()]
    bad = [shared / "wakewords" / row["file"] for row in rows if row.get("upstream_flac_damaged")][:5]
    assert bad
    for path in bad:
        with contextlib.suppress(AudioError):
            assert len(read_file(path)) > 0


def test_samples_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    sound = tone(0.5)
    sound[1000] = np.nan
    soundfile.write(tmp_path / "nan.wav", sound, RATE, subtype="FLOAT")
    with pytest.raises(AudioError, match="no numbers"):
        read_file(tmp_path / "nan.wav")


def test_a_file_without_samples_a_folder_and_nothing_are_told_apart(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "zero.wav", np.zeros(0), RATE)
    with pytest.raises(AudioError, match="0 samples"):
        read_file(tmp_path / "zero.wav")
    with pytest.raises(AudioError, match="not a file"):
        read_file(tmp_path)
    with pytest.raises(AudioError, match="no such file"):
        read_file(tmp_path / "none.wav")


async def test_a_bad_file_is_refused_when_it_is_opened(tmp_path: Path) -> None:
    with pytest.raises(AudioError):
        async with FileSource(damaged(tmp_path)["text.wav"]):
            pass


async def test_loud_floats_are_clipped_and_do_not_wrap(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "loud.wav", tone(0.1) * 4, RATE, subtype="FLOAT")
    heard = read_file(tmp_path / "loud.wav")
    assert heard.max() == 32767
    assert heard.min() == -32768


async def test_raw_samples_come_through_a_pipe_unchanged() -> None:
    sound = (tone(0.3) * 32767).astype(np.int16)
    read, write = os.pipe()
    threading.Thread(target=lambda: (os.write(write, sound.tobytes()), os.close(write))).start()
    async with RawSource(read, "a pipe") as source:
        heard = np.concatenate([f.pcm async for f in source])
    os.close(read)
    assert (heard[: len(sound)] == sound).all()
    assert source.dropped == 0


async def test_a_fast_sender_waits_and_loses_nothing() -> None:
    sound = np.arange(20 * RATE).astype(np.int16)
    read, write = os.pipe()

    def send() -> None:
        with os.fdopen(write, "wb") as pipe:
            pipe.write(sound.tobytes())

    threading.Thread(target=send).start()
    heard = []
    async with RawSource(read) as source:
        await asyncio.sleep(0.2)
        async for f in source:
            heard.append(f.pcm)
    os.close(read)
    assert (np.concatenate(heard) == sound).all()


async def test_leaving_a_pipe_that_says_nothing_does_not_hang() -> None:
    read, write = os.pipe()
    async with asyncio.timeout(2):
        async with RawSource(read):
            pass
    os.close(read)
    os.close(write)


async def test_a_full_queue_drops_the_oldest_and_counts_it() -> None:
    queue = FrameQueue(3)
    for number in range(5):
        queue.put(frame(number))
    queue.close()
    left = []
    while (got := await queue.get()) is not None:
        left.append(round(got.at_s / 0.02))
    assert left == [2, 3, 4]
    assert queue.dropped == 2


def test_the_pre_roll_keeps_two_seconds_and_finds_a_moment_in_them() -> None:
    roll = PreRoll(2.0)
    for number in range(150):
        roll.add(frame(number, number))
    assert len(roll.last(10)) == 2 * RATE
    assert roll.since(2.9)[0] == 145
    assert len(roll.since(2.91)) == round(0.09 * RATE)
    assert len(roll.since(99)) == 0
    assert len(roll.since(0)) == 2 * RATE
    roll.clear()
    assert len(roll.last(1)) == 0


async def test_a_microphone_that_was_unplugged_is_found_again_within_5_s() -> None:
    card = FakeCard()
    async with MicSource(backend=card) as mic:
        frames = mic.__aiter__()
        assert (await anext(frames)).pcm[0] == 1
        card.plugged = False
        await until(lambda: mic.trouble is not None, 3)
        assert "sound card" in str(mic.trouble)
        card.plugged = True
        assert await until(lambda: mic.trouble is None, 5) < 5
        before = card.opened
        for _ in range(20):
            await anext(frames)
        assert before >= 2
        assert card.refreshed >= 1


async def test_a_microphone_that_stands_still_is_opened_again() -> None:
    card = FakeCard()
    async with MicSource(backend=card) as mic:
        frames = mic.__aiter__()
        await anext(frames)
        card.stuck = True
        await until(lambda: card.opened >= 2, 4)
        card.stuck = False
        await asyncio.wait_for(anext(frames), 3)
        assert mic.trouble is None


async def test_a_microphone_that_is_not_there_yet_is_waited_for() -> None:
    card = FakeCard()
    card.plugged = False
    async with MicSource(backend=card) as mic:
        assert mic.trouble is not None
        card.plugged = True
        await until(lambda: mic.trouble is None, 5)
        assert len((await anext(mic.__aiter__())).pcm) == FRAME


async def test_mute_really_closes_the_microphone() -> None:
    card = FakeCard()
    async with MicSource(backend=card) as mic:
        await mic.mute(True)
        assert card.opened == 1
        await asyncio.sleep(0.6)
        assert card.opened == 1
        await mic.mute(False)
        assert card.opened == 2


def test_without_portaudio_the_message_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refuses:
        def find_spec(self, name: str, path: object = None, target: object = None) -> None:
            if name == "sounddevice":
                raise OSError("PortAudio library not found")

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Refuses(), *sys.meta_path])
    with pytest.raises(AudioError, match="apt install libportaudio2"):
        soundcard.portaudio("microphone")


def test_sources_are_named_as_on_the_command_line(tmp_path: Path) -> None:
    assert isinstance(open_source("mic"), MicSource)
    assert isinstance(open_source(str(tmp_path / "a.wav")), FileSource)
