"""Promises of hub.sound.playback and hub.sound.players: what was heard is counted exactly, and a stop is a stop."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from fake_card import FakeCard, until

from hub.errors import AudioError
from hub.sound.playback import FRAME, RATE, Mixer, play
from hub.sound.players import FilePlayer, NullPlayer, Player, SpeakerPlayer, open_player
from models.said import Speech


def speech(seconds: float, rate: int = RATE, level: int = 10000) -> Speech:
    return Speech(text="", pcm=np.full(round(seconds * rate), level, np.int16).tobytes(), rate=rate)


@pytest.fixture(params=["wav", "raw", "null", "speaker"])
def player(request: pytest.FixtureRequest, tmp_path: Path) -> Player:
    if request.param == "null":
        return NullPlayer()
    if request.param == "speaker":
        return SpeakerPlayer(backend=FakeCard())
    return FilePlayer(tmp_path / f"out.{request.param}")


async def test_a_sound_is_played_whole_and_takes_its_time(player: Player) -> None:
    async with player:
        began = time.monotonic()
        done = await play(player.mixer, [speech(0.2), speech(0.1, 22050)])
        assert done.played_ms == pytest.approx(300, abs=0.1)
        assert done.audio_ms == done.played_ms
        assert 0.22 <= time.monotonic() - began < 0.6  # an output takes its last frames up to 60 ms before they sound
        assert done.first_sound_at is not None
        assert done.first_sound_at - began < 0.1
        assert not done.interrupted


async def test_cancelling_stops_within_a_frame_and_says_how_much_was_heard(player: Player) -> None:
    async with player:
        playback = player.mixer.begin()
        task = asyncio.create_task(play(player.mixer, [speech(5)], playback))
        await asyncio.sleep(0.3)
        task.cancel()
        stopped = time.monotonic()
        with pytest.raises(asyncio.CancelledError):
            await task
        await playback.wait()
        assert time.monotonic() - stopped < 0.06
        assert 100 <= playback.played_ms <= 380
        assert playback.interrupted
        assert not player.mixer.busy


async def test_it_opens_and_closes_without_a_sound(player: Player) -> None:
    async with player:
        pass
    assert not player.mixer.busy


@pytest.mark.parametrize("suffix", ["wav", "raw"])
async def test_the_file_grows_in_real_time_and_is_never_ahead(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out.{suffix}"
    async with FilePlayer(path) as player:
        task = asyncio.create_task(play(player.mixer, [speech(1.0)]))
        began, head = time.monotonic(), 44 if suffix == "wav" else 0
        ahead, behind = -9.0, -9.0
        while not task.done():
            await asyncio.sleep(0.01)
            written = (path.stat().st_size - head) / (2 * RATE)
            if 0 < written < 0.98:
                now = time.monotonic() - began
                ahead, behind = max(ahead, written - now), max(behind, now - written)
        assert ahead <= 0.1
        assert behind <= 0.15


async def test_a_wav_can_be_read_while_it_grows_and_holds_what_was_played(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    async with FilePlayer(path) as player:
        task = asyncio.create_task(play(player.mixer, [speech(0.6)]))
        await asyncio.sleep(0.3)
        sound, rate = soundfile.read(path)
        assert rate == RATE
        assert 0.1 < len(sound) / rate < 0.5
        await task
    sound, _ = soundfile.read(path, dtype="int16")
    assert (sound == 9999).sum() + (sound == 10000).sum() >= 0.6 * RATE - 2


async def test_the_file_has_exactly_what_was_counted(tmp_path: Path) -> None:
    path = tmp_path / "out.raw"
    async with FilePlayer(path) as player:
        playback = player.mixer.begin()
        task = asyncio.create_task(play(player.mixer, [speech(3)], playback))
        await asyncio.sleep(0.25)
        task.cancel()
        await asyncio.wait([task])
        await playback.wait()
    heard = np.flatnonzero(np.frombuffer(path.read_bytes(), np.int16))
    assert (heard[-1] + 1) * 1000 / RATE == pytest.approx(playback.played_ms, abs=0.2)


async def test_an_output_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="nowhere"):
        async with FilePlayer(tmp_path / "nowhere" / "out.wav"):
            pass


async def test_without_real_time_a_reply_takes_no_time() -> None:
    async with NullPlayer(realtime=False) as player:
        began = time.monotonic()
        done = await play(player.mixer, [speech(30)])
        assert time.monotonic() - began < 1
        assert done.played_ms == 30000


async def test_the_next_sentence_may_come_late() -> None:
    async def sentences():  # type: ignore[no-untyped-def]
        yield speech(0.1)
        await asyncio.sleep(0.3)
        yield speech(0.1)

    async with NullPlayer() as player:
        done = await play(player.mixer, sentences())
        assert done.played_ms == 200


async def test_a_speaker_that_was_unplugged_plays_on_when_it_is_back() -> None:
    card = FakeCard()
    async with SpeakerPlayer(backend=card) as player:
        task = asyncio.create_task(play(player.mixer, [speech(0.6)]))
        await asyncio.sleep(0.2)
        card.plugged = False
        await until(lambda: player.trouble is not None, 3)
        card.plugged = True
        done = await asyncio.wait_for(task, 6)
        assert done.played_ms == 600


async def test_a_dead_speaker_does_not_hold_the_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.sound.players.DEAD_S", 0.5)
    card = FakeCard()
    card.plugged = False
    async with SpeakerPlayer(backend=card) as player:
        done = await asyncio.wait_for(play(player.mixer, [speech(9)]), 3)
        assert done.interrupted
        assert done.played_ms < 50


async def test_a_dead_speaker_does_not_hold_the_end() -> None:
    card = FakeCard()
    async with SpeakerPlayer(backend=card) as player:
        card.plugged = False
        playback = player.mixer.begin()
        task = asyncio.create_task(play(player.mixer, [speech(9)], playback))
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.wait([task])
    assert playback.over


async def mixer() -> Mixer:
    return Mixer(time.monotonic)


async def test_volume_gain_and_ducking_make_it_quieter() -> None:
    mix = await mixer()
    voice, ring = mix.begin(gain=0.5), mix.begin(duckable=True)
    voice.add(speech(1))
    assert mix.pull(FRAME)[-1] == pytest.approx(5000, abs=2)
    voice.stop()
    mix.pull(FRAME)
    ring.add(speech(5))
    assert mix.pull(FRAME)[-1] == pytest.approx(10000, abs=2)
    mix.duck(True)
    first = mix.pull(FRAME)
    assert first[0] > first[-1]
    assert mix.pull(FRAME)[-1] == pytest.approx(1000, abs=2)
    mix.duck(False)
    mix.volume = 0.1
    mix.pull(FRAME)
    assert mix.pull(FRAME)[-1] == pytest.approx(1000, abs=2)


async def test_two_sounds_are_mixed_and_never_wrap() -> None:
    mix = await mixer()
    for _ in range(2):
        mix.begin().add(speech(0.1, level=30000))
    assert mix.pull(FRAME).max() == 32767


async def test_a_stop_fades_and_does_not_click() -> None:
    mix = await mixer()
    playback = mix.begin()
    playback.add(speech(1))
    mix.pull(FRAME)
    playback.stop()
    last = mix.pull(FRAME).astype(int)
    assert np.abs(np.diff(last)).max() < 200
    assert not last[FRAME // 2 :].any()
    assert not mix.pull(FRAME).any()


async def test_what_was_played_when_is_remembered() -> None:
    mix = await mixer()
    playback = mix.begin()
    playback.add(speech(0.04))
    playback.end()
    for number in range(4):
        mix.pull(FRAME, 100 + number * 0.02)
    played = mix.played(99.99, 4 * FRAME)
    assert not played[:160].any()
    assert played[160 : 160 + 2 * FRAME].all()
    assert not played[160 + 2 * FRAME :].any()
    assert mix.sounded(100.01, 100.02)
    assert not mix.sounded(100.05, 101)
    assert not mix.sounded(99, 100)


async def test_what_comes_after_the_end_is_left_out() -> None:
    mix = await mixer()
    playback = mix.begin()
    playback.end()
    playback.add(speech(1))
    mix.pull(FRAME)
    await asyncio.wait_for(playback.wait(), 1)
    assert playback.played_ms == 0


def test_outputs_are_named_as_on_the_command_line(tmp_path: Path) -> None:
    assert isinstance(open_player("speaker"), SpeakerPlayer)
    assert isinstance(open_player("null"), NullPlayer)
    assert isinstance(open_player(str(tmp_path / "a.wav")), FilePlayer)
