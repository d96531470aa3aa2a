"""Promises of models.voice.tts and tones: a reply begins early, a frequent one at once, and what is cached can be forgotten."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import installed
from hypothesis import given
from hypothesis import strategies as st

from models.one_thread import open_session
from models.said import Speech
from models.voice import tones, tts
from models.voice.halves import halves
from models.voice.tts import Cache, NullVoice, Voice, VoiceError, pieces
from models.voice.vits import Vits


@pytest.fixture(scope="module")
def voice() -> Voice:
    return Voice.load(installed("piper/voice"))


def seconds(speech: Speech) -> float:
    return len(speech.pcm) / 2 / speech.rate


def test_a_reply_is_spoken_sentence_by_sentence(voice: Voice) -> None:
    spoken = list(voice.speak("The light is on. The door is locked."))
    assert [s.text for s in spoken if s.text] == ["The light is on.", "The door is locked."]
    second = next(n for n, s in enumerate(spoken) if n and s.text)
    for sentence in (spoken[:second], spoken[second:]):
        assert 0.6 < sum(map(seconds, sentence)) < 3
        assert max(np.abs(np.frombuffer(s.pcm, np.int16)).max() for s in sentence) > 3000


def test_the_first_piece_comes_before_the_rest_is_made(voice: Voice) -> None:
    text = "It is seven. " + " ".join("The weather will be fine all through the day, with some clouds." for _ in range(4))
    began = time.perf_counter()
    parts = voice.speak(text)
    next(parts)
    first = time.perf_counter() - began
    list(parts)
    assert first < (time.perf_counter() - began) / 2


def test_a_sentence_sounds_while_its_end_is_made(voice: Voice) -> None:
    text = "Your timer for the pasta has three minutes and twenty seconds left."
    began = time.process_time()
    parts = voice.speak(text)
    first = next(parts)
    early = time.process_time() - began
    assert sum(map(seconds, parts)) > 2
    assert 0.2 < seconds(first) < 0.6
    assert early < (time.process_time() - began) / 2


def test_a_voice_in_two_halves_says_what_it_says_whole() -> None:
    model = installed("piper/voice")
    vits, whole = Vits(model), open_session(model, arena=False)
    assert vits._make is not None
    vits._scales = np.array([0, 1, 0], np.float32)  # no chance in it, so that both say the same
    sentence = "I do not know a room called attic, so I left everything as it was."
    ids = np.array([vits._piper.phonemes_to_ids(vits._piper.phonemize(sentence)[0])], np.int64)
    wants = {"input": ids, "input_lengths": np.array([ids.shape[1]]), "scales": vits._scales}
    once = whole.run(None, wants)[0].reshape(-1)
    plan = vits._plan.run(None, wants)[0]
    parts = list(vits._pieces(vits._make, plan))
    assert len(parts) >= 3
    assert np.abs(np.concatenate(parts) - once).max() < 1e-4


@given(st.binary(max_size=200))
def test_a_file_that_is_no_model_is_refused_or_left_whole(content: bytes) -> None:
    with contextlib.suppress(ValueError):
        assert halves(content, "dec.conv_pre.weight") is None


def test_what_was_said_before_sounds_at_once(voice: Voice) -> None:
    list(voice.speak("Okay, the kitchen light is off."))
    began = time.perf_counter()
    assert seconds(next(voice.speak("Okay, the kitchen light is off."))) > 1  # all of it, not a first part
    assert time.perf_counter() - began < 0.06


def test_there_is_hardly_any_silence_before_the_first_sound(voice: Voice) -> None:
    pcm = np.frombuffer(next(voice.speak("Done.")).pcm, np.int16)
    assert np.flatnonzero(np.abs(pcm.astype(int)) > 330)[0] / voice.rate <= tts.LEAD_S + 0.001


@pytest.mark.parametrize("text", ["", "   ", "…", "!?", "()"])
def test_nothing_to_say_is_no_sound(voice: Voice, text: str) -> None:
    assert list(voice.speak(text)) == []


@pytest.mark.parametrize("text", ["21.5 °C", "a *bold* `word`", "naïve café, señor", "日本語 ok", "👍 done", "x" * 300])
def test_odd_text_is_spoken_and_never_breaks(voice: Voice, text: str) -> None:
    assert sum(seconds(s) for s in voice.speak(text)) > 0.1


def test_replies_that_were_warmed_need_no_making(tmp_path: Path) -> None:
    first = Voice.load(installed("piper/voice"), cache=tmp_path)
    assert first.warm(["Okay.", "Done."]) == 2
    assert first.warm(["Okay."]) == 0
    assert len(list(tmp_path.glob("*.s16"))) == 2
    again = Voice.load(installed("piper/voice"), cache=tmp_path)
    began = time.perf_counter()
    assert seconds(next(again.speak("Okay."))) > 0.2
    assert time.perf_counter() - began < 0.03


def test_two_threads_may_speak(voice: Voice) -> None:
    got: list[float] = []
    threads = [threading.Thread(target=lambda n=n: got.append(sum(map(seconds, voice.speak(f"Timer number {n}."))))) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 3
    assert min(got) > 0.5


def test_a_missing_voice_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tts.manifest, "locate", lambda key: None)
    with pytest.raises(VoiceError, match="hub setup"):
        Voice.load()
    with pytest.raises(VoiceError, match=r"none\.onnx"):
        Voice.load(tmp_path / "none.onnx")


def test_a_damaged_voice_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.onnx").write_bytes(b"nothing")
    (tmp_path / "bad.onnx.json").write_text("{")
    with pytest.raises(VoiceError, match=r"bad\.onnx"):
        Voice.load(tmp_path / "bad.onnx")


def test_no_voice_is_a_voice_too() -> None:
    assert [(s.text, s.pcm) for s in NullVoice().speak("One. Two.")] == [("One.", b""), ("Two.", b"")]


def test_loading_the_voice_loads_no_heavy_package() -> None:
    program = "import sys; import piper; print([m for m in ('torch', 'scipy', 'sklearn') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_a_long_first_sentence_is_cut_where_one_breathes() -> None:
    text = "I do not know a room that is called attic or anything that sounds like it, so I left everything as it was. Sorry."
    begin, rest = "I do not know a room that is called attic or anything that sounds like it,", "so I left everything as it was."
    assert pieces(text) == [begin, rest, "Sorry."]
    assert pieces("The oven is at one hundred and eighty degrees.") == ["The oven is at one hundred and eighty degrees."]


def test_numbers_and_abbreviations_stay_whole() -> None:
    assert pieces("It is 21.5 °C and 45.2 % now.") == ["It is 21.5 degrees and 45.2 % now."]


@given(st.text(alphabet="abc ,.!?;:é\n'\"", max_size=200))
def test_cutting_loses_no_word(text: str) -> None:
    words = [w for w in "".join(c if c.isalnum() else " " for c in text).split() if w]
    assert [w for w in "".join(c if c.isalnum() else " " for c in " ".join(pieces(text))).split() if w] == words


def test_the_memory_part_of_the_cache_is_bounded() -> None:
    cache = Cache(None, memory_bytes=1000)
    for number in range(20):
        cache.put(str(number), bytes(100))
    assert sum(cache.get(str(n)) is not None for n in range(20)) == 10
    assert cache.get("19") == bytes(100)


def test_the_disk_part_is_bounded_and_keeps_only_what_is_said_twice(tmp_path: Path) -> None:
    cache = Cache(tmp_path, disk_bytes=1000)
    cache.put("once", bytes(100))
    assert not list(tmp_path.iterdir())
    for number in range(20):
        cache.put(str(number), bytes(100), frequent=True)
    assert sum(p.stat().st_size for p in tmp_path.glob("*.s16")) <= 1000
    cache.put("once", bytes(100))
    assert (tmp_path / "once.s16").is_file()


def test_a_cleared_cache_remembers_nothing(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put("a", b"12", frequent=True)
    cache.clear()
    assert cache.get("a") is None
    assert not list(tmp_path.iterdir())


def test_a_cache_that_cannot_be_written_is_only_slower(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file" / "below")
    cache.put("a", b"12", frequent=True)
    assert cache.get("a") == b"12"
    assert cache.trouble is not None


@pytest.mark.parametrize("name", tones.NAMES)
def test_tones_are_short_soft_and_do_not_click(name: str) -> None:
    sound = np.frombuffer(tones.tone(name).pcm, np.int16).astype(int)
    assert np.abs(sound).max() < 5000
    assert np.abs(sound[0]) < 300
    assert np.abs(sound[-1]) < 300
    assert len(sound) / tones.RATE < (2 if name == "timer" else 0.3)


def test_no_two_tones_sound_alike() -> None:
    assert len({tones.tone(name).pcm for name in tones.NAMES}) == len(tones.NAMES)
