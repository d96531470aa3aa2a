"""Promises of hub.sound.echo: the hub does not hear itself, and hears people who speak over it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import installed

from hub.config import Config
from hub.errors import PartMissing
from hub.running.engines import load_engines
from hub.sound.audio import FRAME, RATE, Frame, read_file
from hub.sound.ears import Ears
from hub.sound.echo import EchoCanceller, EchoGuard, MicClock
from hub.sound.echo_delay import EchoDelay
from hub.sound.echo_filter import BLOCK, KalmanFilter
from hub.sound.playback import Mixer, samples_of
from models.hearing.segment import Settings
from models.hearing.wake import WakeWords
from models.said import Speech
from models.voice.tts import Voice

REPLY = (
    "The forecast for today is mostly sunny with a high of twenty three degrees. In the evening there may be some rain, so take a jacket. "
    "Your first appointment is at nine thirty with the dentist."
)


def level(sound: np.ndarray) -> float:
    return 10 * float(np.log10(np.square(sound.astype(float)).mean() + 1e-3))


def room(rng: np.random.Generator, delay_s: float = 0.05) -> np.ndarray:
    """A loudspeaker beside the microphone in a living room: direct sound, then 0.3 s of decay."""
    tail = rng.normal(0, 1, int(0.3 * RATE)) * np.exp(-6.9 * np.arange(int(0.3 * RATE)) / (0.3 * RATE))
    tail[0] = 12
    path = np.concatenate((np.zeros(int(delay_s * RATE)), tail))
    return path / np.sqrt(np.square(path).sum())


def through(sound: np.ndarray, path: np.ndarray) -> np.ndarray:
    size = 1 << (len(sound) + len(path)).bit_length()
    return np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(path, size), size)[: len(sound)]


def pcm(sound: np.ndarray) -> np.ndarray:
    return (np.clip(sound, -1, 1) * 32767).astype(np.int16)[: len(sound) // BLOCK * BLOCK]


@pytest.fixture(scope="module")
def reply() -> np.ndarray:
    voice = Voice.load(installed("piper/voice"))
    return np.concatenate([samples_of(s) for s in voice.speak(REPLY)])


@pytest.fixture(scope="module")
def alexas(shared: Path) -> list[np.ndarray]:
    rows = [json.loads(line) for line in (shared / "wakewords/labels.jsonl").read_text().splitlines()]
    good = [r for r in rows if r["keyword"] == "alexa" and not r.get("upstream_flac_damaged")]
    sounds = [read_file(shared / "wakewords" / r["file"]).astype(float) / 32768 for r in good[::20]]
    return [s / np.abs(s).max() * 0.3 for s in sounds]


def test_the_echo_of_a_reply_is_taken_out(reply: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    mic = pcm(through(reply, room(rng)) * 0.5 + rng.normal(0, 1e-4, len(reply)))
    cleaned = EchoCanceller().process(mic, pcm(reply))
    after = slice(2 * RATE, len(mic))
    assert level(mic[after]) - level(cleaned[after]) > 28


@pytest.mark.parametrize("loud_db", [-6, 0, 6])
def test_alexa_is_heard_over_the_reply(reply: np.ndarray, alexas: list[np.ndarray], loud_db: int) -> None:
    rng, words, heard = np.random.default_rng(loud_db + 10), WakeWords(["alexa"]), 0
    for said in alexas:
        echo = through(reply, room(rng, rng.uniform(0.02, 0.1)))
        speech = np.sqrt(np.square(said[np.abs(said) > 0.02]).mean())
        echo *= speech / np.sqrt(np.square(echo[np.abs(echo) > 0.01]).mean()) * 10 ** (loud_db / 20)
        start = int(rng.uniform(3, 5) * RATE)
        mic = echo + rng.normal(0, 3e-4, len(echo))
        mic[start : start + len(said)] += said
        words.reset()
        canceller = EchoCanceller()
        canceller.process(pcm(mic), pcm(reply))
        heard += words.feed(canceller.for_wake) is not None
    assert heard >= len(alexas) - 1


def test_speech_alone_comes_through_the_linear_filter_untouched(alexas: list[np.ndarray]) -> None:
    path, out = KalmanFilter(), []
    said = alexas[0][: len(alexas[0]) // BLOCK * BLOCK].astype(np.float32)
    for start in range(0, len(said), BLOCK):
        out.append(path.step(said[start : start + BLOCK], np.zeros(BLOCK, np.float32)))
    assert np.abs(np.concatenate(out) - said).max() < 1e-6


def test_the_filter_learns_a_room_and_learns_it_anew(reply: np.ndarray) -> None:
    rng, path, left = np.random.default_rng(3), KalmanFilter(), []
    for _ in range(2):
        echo = through(reply, room(rng)).astype(np.float32)
        rest = [path.step(echo[i : i + BLOCK], reply[i : i + BLOCK].astype(np.float32)) for i in range(0, len(echo) - BLOCK + 1, BLOCK)]
        left.append(level(32768 * echo[4 * RATE :]) - level(32768 * np.concatenate(rest)[4 * RATE :]))
    assert left[0] > 15
    assert left[1] > 8


def test_frames_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="320"):
        EchoCanceller().process(np.zeros(320, np.int16), np.zeros(640, np.int16))


class Fed:
    """A mixer and microphone on one made-up clock; the microphone hears what is played after `delay_s`."""

    def __init__(self, delay_s: float = 0.03, own_words: WakeWords | None = None) -> None:
        self.now, self.count = 100.0, 0
        self.mixer = Mixer(lambda: self.now)
        self.guard = EchoGuard(self.mixer, own_words=own_words)
        self.delay = np.zeros(round(delay_s * RATE), np.int16)

    def step(self, near: np.ndarray | None = None, late: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
        """20 ms: what the microphone heard and what is left of it."""
        self.now += 0.02
        self.delay = np.concatenate((self.delay, self.mixer.pull(FRAME, self.now)))
        heard, self.delay = self.delay[:FRAME] // 2, self.delay[FRAME:]
        heard = heard if near is None else heard + near
        frame = Frame(pcm=heard, at_s=self.count * 0.02, arrived=self.now + late)
        self.count += 1
        return heard, self.guard.clean(frame)


async def test_nothing_is_changed_while_nothing_plays() -> None:
    fed, rng = Fed(), np.random.default_rng(0)
    for _ in range(50):
        heard, cleaned = fed.step(rng.normal(0, 1000, FRAME).astype(np.int16))
        assert (heard == cleaned).all()
    assert fed.guard.frames == 0


@pytest.mark.parametrize("jitter_s", [0.0, 0.03])
async def test_the_reference_follows_what_was_really_played(reply: np.ndarray, jitter_s: float) -> None:
    fed, rng = Fed(), np.random.default_rng(1)
    for _ in range(100):
        fed.step()
    playback = fed.mixer.begin()
    playback.add(Speech(text="", pcm=pcm(reply).tobytes(), rate=RATE))
    playback.end()
    pairs = [fed.step(late=abs(rng.normal(0, jitter_s))) for _ in range(400)]
    assert fed.guard.on
    heard, cleaned = (np.concatenate([p[k] for p in pairs[150:]]) for k in (0, 1))
    assert level(heard) - level(cleaned) > 20
    playback.stop()
    for _ in range(100):
        fed.step()
    assert not fed.guard.on


class Deaf:
    """A canceller that only keeps what it is given."""

    learned = settling = False

    def __init__(self) -> None:
        self.played: list[np.ndarray] = []

    def process(self, mic: np.ndarray, played: np.ndarray) -> np.ndarray:
        self.played.append(played)
        self.linear = self.for_wake = mic
        return mic


@pytest.mark.parametrize("ahead_s", [0.0, 0.01, 0.02, 0.06])
async def test_however_late_the_output_takes_its_samples_the_reference_has_no_holes(ahead_s: float) -> None:
    now, canceller, rng = 50.0, Deaf(), np.random.default_rng(0)
    mixer = Mixer(lambda: now)
    guard = EchoGuard(mixer, canceller)  # type: ignore[arg-type]
    playback = mixer.begin()
    playback.add(Speech(text="", pcm=rng.integers(-9000, 9000, 3 * RATE).astype(np.int16).tobytes(), rate=RATE))
    out = []
    for number in range(100):
        out.append(mixer.pull(FRAME, now + ahead_s))
        now += 0.02
        guard.clean(Frame(pcm=np.zeros(FRAME, np.int16), at_s=number * 0.02, arrived=now))
    given, played = np.concatenate(canceller.played[10:]), np.concatenate(out)
    begin = next(at for at in range(len(played) - 400) if (played[at : at + 400] == given[:400]).all())
    assert (given == played[begin : begin + len(given)]).all()


async def test_what_is_left_of_the_echo_is_no_person_and_a_person_is(reply: np.ndarray, alexas: list[np.ndarray]) -> None:
    fed, rng = Fed(), np.random.default_rng(4)
    playback = fed.mixer.begin()
    playback.add(Speech(text="", pcm=pcm(reply).tobytes(), rate=RATE))
    for _ in range(250):
        fed.step(rng.normal(0, 5, FRAME).astype(np.int16))
    assert fed.guard.is_own(fed.now)
    said, near = pcm(alexas[0]), []
    for start in range(0, len(said) - FRAME, FRAME):
        fed.step(said[start : start + FRAME])
        near.append(fed.guard.is_own(fed.now))
    assert not all(near)
    loud = int(np.argmax(np.convolve(np.abs(said.astype(float)), np.ones(FRAME), "same"))) // FRAME
    assert not any(near[loud + 2 : loud + 20])


def test_what_was_learned_in_another_room_is_not_used(reply: np.ndarray) -> None:
    rng, canceller = np.random.default_rng(6), EchoCanceller()
    played = pcm(reply)
    for _ in range(2):
        canceller.process(pcm(through(reply, room(rng, 0.03)) * 0.5), played)
        used = canceller.learned
    elsewhere, soon = pcm(through(reply, room(rng, 0.08)) * 0.5), 25 * BLOCK
    canceller.process(elsewhere[:soon], played[:soon])
    assert used
    assert not canceller.learned


@pytest.mark.parametrize("later_s", [-0.018, 0.004, 0.06])
def test_what_was_learned_stays_good_when_the_next_reply_comes_back_sooner_or_later(reply: np.ndarray, later_s: float) -> None:
    rng, canceller = np.random.default_rng(8), EchoCanceller()
    path = room(rng, 0.07)
    canceller.process(pcm(through(reply, path) * 0.5 + rng.normal(0, 1e-4, len(reply))), pcm(reply))
    assert canceller.learned
    silence = np.zeros(50 * BLOCK, np.int16)
    canceller.process(silence, silence)
    shift = round(later_s * RATE)
    path = np.concatenate((np.zeros(shift), path)) if shift > 0 else path[-shift:]
    mic, played = pcm(through(reply, path) * 0.5 + rng.normal(0, 1e-4, len(reply))), pcm(reply)
    first, next_ = slice(0, 40 * BLOCK), slice(40 * BLOCK, 100 * BLOCK)
    canceller.process(mic[first], played[first])
    assert canceller.learned
    canceller.process(mic[next_], played[next_])
    assert level(mic[next_]) - level(canceller.linear) > 18


@pytest.mark.parametrize("later_s", [-0.05, 0.0, 0.31])
def test_how_much_later_an_echo_comes_than_expected_is_found_while_somebody_speaks(
    reply: np.ndarray, alexas: list[np.ndarray], later_s: float
) -> None:
    delay, shift = EchoDelay(), round(later_s * RATE)
    expected = through(reply, room(np.random.default_rng(2))) * 0.3
    heard = np.concatenate((np.zeros(shift), expected)) if shift > 0 else expected[-shift:]
    heard[: len(alexas[0])] += alexas[0]
    first, second = heard.astype(np.float32), expected.astype(np.float32)
    found = {delay.step(first[i : i + BLOCK], second[i : i + BLOCK]) for i in range(0, 60 * BLOCK, BLOCK)} - {None}
    assert found == {shift}


class Uncleaned:
    """A guard that takes nothing away, and knows when each frame was recorded."""

    def __init__(self) -> None:
        self.for_wake, self.heard_at = np.zeros(0, np.int16), 0.0

    def clean(self, frame: Frame) -> np.ndarray:
        self.for_wake, self.heard_at = frame.pcm, frame.arrived
        return frame.pcm

    def is_own(self, arrived: float) -> bool:
        return False

    @property
    def settling(self) -> bool:
        return False

    def is_echo(self, arrived: float) -> bool:
        return False

    @property
    def clear(self) -> bool:
        return True


async def test_the_end_of_a_question_that_the_microphone_brings_late_is_no_answer(reply: np.ndarray, alexas: list[np.ndarray]) -> None:
    installed("moonshine-tiny/encoder")
    engines, opened, loop = load_engines(Config()), [], asyncio.get_running_loop()
    ears = Ears(engines, Settings(), lambda: None, opened.append, realtime=False, guard=Uncleaned())
    question, answer = pcm(reply)[: 4 * RATE], pcm(alexas[0] * 2)
    sound = np.concatenate((question, np.zeros(RATE // 2, np.int16), answer, np.zeros(RATE, np.int16)))
    began = loop.time() - 4.0  # the question is over now, and the microphone has yet to bring its last two seconds
    try:
        for number in range(len(sound) // FRAME):
            if number == 100:
                ears.expect(20)
            at = number * FRAME / RATE
            await ears.feed(Frame(pcm=sound[number * FRAME : (number + 1) * FRAME], at_s=at, arrived=began + at + 0.02))
            assert at > 4.0 or not opened
        await ears.close()
    finally:
        engines.hearing.close()
        engines.waking.close()
    assert [o.kind for o in opened] == ["follow_up"]
    assert opened[0].stretch.at_s >= 3.75


async def test_the_hub_saying_its_own_wake_word_is_known_as_its_own(alexas: list[np.ndarray]) -> None:
    fed, words = Fed(), WakeWords(["alexa"])
    fed = Fed(own_words=words)
    playback = fed.mixer.begin()
    playback.add(Speech(text="", pcm=pcm(np.concatenate((np.zeros(RATE), alexas[0], np.zeros(RATE)))).tobytes(), rate=RATE))
    for _ in range(round((2 + len(alexas[0]) / RATE) * 50)):
        fed.step()
        if fed.guard.is_own(fed.now):
            break
    assert fed.guard.is_own(fed.now)
    assert not fed.guard.is_own(fed.now + 5)


def test_the_clock_of_a_stream_is_that_of_its_earliest_frames() -> None:
    clock = MicClock()
    rng = np.random.default_rng(0)
    for number in range(200):
        late = abs(rng.normal(0, 0.02))
        end = clock.end_of(Frame(pcm=np.zeros(FRAME, np.int16), at_s=number * 0.02, arrived=7 + (number + 1) * 0.02 + late))
    assert end == pytest.approx(7 + 200 * 0.02, abs=0.003)


def test_without_livekit_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "livekit", None)
    with pytest.raises(PartMissing, match="livekit"):
        EchoCanceller()


def test_a_process_that_cancelled_echo_ends_well() -> None:
    program = "import numpy as np; from hub.sound.echo import EchoCanceller; x = np.zeros(320, np.int16); EchoCanceller().process(x, x)"
    runs = [subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60, check=False) for _ in range(3)]
    assert [run.returncode for run in runs] == [0, 0, 0]
