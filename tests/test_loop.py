"""Turn-taking by script: a speaker, a recogniser and a voice that do as they are told, in the sound's own time; the rules are real."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest

from devices.home import Command, Home, Outcome
from devices.homefile import parse_home
from hub.clock import SystemClock
from hub.config import Config, HubSettings, SafetySettings
from hub.errors import StoreError
from hub.keeping.store import Store
from hub.loop import Conversation
from hub.running.engines import segmenter_settings
from hub.running.worker import Worker
from hub.scene import Parts
from hub.sound.audio import FRAME, FRAME_S, Frame
from hub.sound.ears import Ears, Engines
from hub.sound.players import NullPlayer
from hub.speak import Mouth
from models.reading.interpret import Interpreter
from models.said import Hypothesis, Speech, Utterance, Wake
from models.voice.tts import VoiceError

HOME = parse_home({
    "id": "h", "areas": [{"id": "kitchen", "name": "Kitchen"}],
    "entities": [
        {"id": "light.kitchen", "name": "Kitchen Light", "area": "kitchen", "state": "off",
         "attributes": {"supported_color_modes": ["onoff"]}},
        {"id": "lock.front", "name": "Front Door", "state": "locked"},
    ],
})  # fmt: skip
LOUD, WAKE = 5000, 9000


class ScriptedRecogniser:
    """Hears the next text of its script as soon as there was loud sound; `verdicts` says how complete a text is."""

    name = "scripted"

    def __init__(self) -> None:
        self.script: list[str] = []
        self.verdicts: dict[str, str] = {}
        self.heard_s: list[float] = []
        self._pcm: list[np.ndarray] = []
        self._text = ""

    def start(self, grammar: object = None) -> None:
        self._pcm, self._text = [], ""

    def accept(self, pcm: np.ndarray) -> None:
        self._pcm.append(pcm)

    def partial(self) -> Utterance:
        sound = np.concatenate(self._pcm) if self._pcm else np.zeros(0, np.int16)
        loud = np.count_nonzero(sound == LOUD) / 16000
        if loud < 0.2:
            return Utterance(text="", confidence=0.0)
        if not self._text:
            self._text = self.script.pop(0)
        self.heard_s.append(len(sound) / 16000)
        return Utterance(
            text=self._text, confidence=0.9, nbest=(Hypothesis(text=self._text, confidence=0.9),), engine="scripted", speech_s=loud
        )

    def finish(self) -> Utterance:
        return self.partial()

    def complete(self, text: str) -> str:
        return self.verdicts.get(text, "complete") if text else "incomplete"


class ScriptedVad:
    def reset(self) -> None:
        return None

    def feed(self, pcm: np.ndarray) -> float:
        return 0.95 if np.abs(pcm).max() >= LOUD else 0.02


class ScriptedWake:
    """Hears its word where the sound says so."""

    def __init__(self) -> None:
        self.scores = {"alexa": 0.9}

    def reset(self) -> None:
        return None

    def feed(self, pcm: np.ndarray) -> Wake | None:
        return Wake(phrase="alexa", score=0.9) if np.any(pcm == WAKE) else None


class ScriptedVoice:
    name = "scripted"

    def __init__(self) -> None:
        self.fails = False
        self.seconds = 0.4

    def speak(self, text: str) -> Iterator[Speech]:
        if self.fails:
            raise VoiceError("no breath", "voice", "Rest.")
        yield Speech(text=text, pcm=np.full(round(16000 * self.seconds), 1000, np.int16).tobytes(), rate=16000)


class Stage:
    """A room, a hub and what happened."""

    def __init__(self, parts: Parts, conversation: Conversation, ears: Ears, recogniser: ScriptedRecogniser, voice: ScriptedVoice) -> None:
        self.parts, self.conversation, self.ears, self.recogniser, self.voice = parts, conversation, ears, recogniser, voice
        self.turns: list[Any] = []
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.done: list[Command] = []
        self.at_s = 0.0
        parts.observers.append(self._take)

    def _take(self, kind: str, data: Any) -> None:
        self.events.append((kind, dict(data)))
        if kind == "turn":
            self.turns.append(data["turn"])

    async def sound(self, seconds: float, level: int = 0, *, wait: bool = True) -> None:
        for _ in range(round(seconds / FRAME_S)):
            frame = Frame(pcm=np.full(FRAME, level, np.int16), at_s=self.at_s, arrived=asyncio.get_running_loop().time())
            await self.ears.feed(frame)
            self.at_s += FRAME_S
            if wait and self.ears.stretch is None:
                await self.conversation.idle()

    async def wake(self) -> None:
        await self.sound(0.08, WAKE, wait=False)

    async def say(self, text: str, seconds: float = 1.0, *, wait: bool = True) -> None:
        self.recogniser.script.append(text)
        await self.sound(seconds, LOUD, wait=wait)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    config = Config(hub=HubSettings(room="kitchen"))
    workers = [Worker(name) for name in ("hears", "wakes", "thinks", "writes", "speaks")]
    recogniser, voice = ScriptedRecogniser(), ScriptedVoice()
    engines = Engines(recogniser=recogniser, hearing=workers[0], waking=workers[1], vad=ScriptedVad(), wake=ScriptedWake())  # type: ignore[arg-type]
    home: list[Home] = [HOME]
    done: list[Command] = []

    async def execute(command: Command) -> Outcome:
        done.append(command)
        return Outcome(command=command, status="confirmed", before=home[0].state(command.entity_id or ""), took_s=0.01)

    with Store(tmp_path / "hub.db") as store:
        async with NullPlayer() as player:
            parts = Parts(
                config=config,
                clock=SystemClock(),
                reader=Interpreter(None),
                home=lambda: home[0],
                thinking=workers[2],
                writing=workers[3],
                store=store,
                execute=execute,
                mouth=Mouth(voice, player, workers[4]),
                asr=recogniser.name,
            )
            conversation = Conversation(parts, live=True)
            ears = Ears(
                engines,
                segmenter_settings(config),
                lambda: None,
                conversation.opened,
                realtime=False,
                tell=parts.tell,
                attentive=lambda: parts.mouth is not None and parts.mouth.speaking,
            )
            conversation.ears = ears
            made = Stage(parts, conversation, ears, recogniser, voice)
            made.done = done
            task = asyncio.create_task(conversation.run())
            yield made
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    for worker in workers:
        worker.close()


def late_ms(turn: Any) -> float:
    return float(turn.timings["final_text"])


async def test_a_complete_sentence_ends_the_turn_at_once(stage: Stage) -> None:
    await stage.wake()
    await stage.sound(0.3)
    await stage.say("turn on the kitchen light")
    await stage.sound(2)
    (turn,) = stage.turns
    assert [c.service for c in stage.done] == ["light.turn_on"]
    assert 100 <= late_ms(turn) <= 300
    assert turn.timings["wake"] == pytest.approx(-1300, abs=100)
    assert turn.spoken.played_ms == pytest.approx(400, abs=25)
    row = stage.parts.store.turn(turn.id)  # type: ignore[union-attr]
    assert row is not None
    assert (row["home"], row["room"], row["reply_audio_ms"]) == ("h", "kitchen", 400)


@pytest.mark.parametrize(("verdict", "low", "high"), [("can_go_on", 380, 520), ("incomplete", 1180, 1320)])
async def test_a_sentence_that_may_go_on_is_waited_for(stage: Stage, verdict: str, low: float, high: float) -> None:
    stage.recogniser.verdicts["turn on the kitchen light"] = verdict
    await stage.wake()
    await stage.sound(0.3)
    await stage.say("turn on the kitchen light")
    await stage.sound(2)
    assert low <= late_ms(stage.turns[0]) <= high


async def test_words_right_after_the_wake_word_are_not_lost(stage: Stage) -> None:
    await stage.sound(1)
    await stage.wake()
    await stage.say("turn on the kitchen light")
    await stage.sound(1)
    assert stage.turns[0].utterance.text == "turn on the kitchen light"
    assert max(stage.recogniser.heard_s) >= 0.9


async def test_a_pause_inside_a_command_does_not_cut_it(stage: Stage) -> None:
    stage.recogniser.verdicts["turn on the kitchen light"] = "incomplete"
    await stage.wake()
    await stage.say("turn on the kitchen light", 0.5)
    await stage.sound(0.7)
    await stage.sound(0.5, LOUD)
    await stage.sound(2)
    assert len(stage.turns) == 1
    assert stage.turns[0].extra["pauses"] == [pytest.approx(0.7, abs=0.05)]


async def test_nothing_said_ends_politely_and_the_next_turn_works(stage: Stage) -> None:
    await stage.wake()
    await stage.sound(6)
    assert [t.decision.kind for t in stage.turns] == ["ignore"]
    assert stage.conversation.nothing_said == 1
    await stage.wake()
    await stage.say("turn on the kitchen light")
    await stage.sound(1)
    assert stage.turns[1].decision.kind == "act"


async def test_endless_speech_is_cut(stage: Stage) -> None:
    await stage.wake()
    await stage.say("turn on the kitchen light", 17)
    assert stage.turns[0].timings["final_text"] < 1500


async def test_a_question_opens_the_microphone_and_only_then(stage: Stage) -> None:
    await stage.say("turn on the kitchen light", wait=True)
    await stage.sound(2)
    assert stage.turns == []
    stage.recogniser.script.clear()
    await stage.wake()
    await stage.say("unlock the front door")
    await stage.sound(1.5)
    assert stage.turns[0].decision.kind == "confirm"
    assert stage.done == []
    await stage.say("yes", 0.4)
    await stage.sound(1.5)
    assert stage.turns[1].opening.kind == "follow_up"
    assert [c.service for c in stage.done] == ["lock.unlock"]


async def test_nobody_answers_and_the_microphone_closes(stage: Stage) -> None:
    await stage.wake()
    await stage.say("unlock the front door")
    await stage.sound(8)
    assert "expected_nothing" in [kind for kind, _ in stage.events]
    await stage.say("yes", 0.4)
    await stage.sound(2)
    assert len(stage.turns) == 1
    assert stage.done == []


async def interrupted(stage: Stage, after_s: float = 0.5) -> None:
    """A long reply has begun and was heard for a while."""
    stage.voice.seconds = 5.0
    await stage.wake()
    await stage.say("turn on the kitchen light", wait=False)
    await stage.sound(0.6, wait=False)
    async with asyncio.timeout(5):
        while stage.parts.mouth is None or stage.parts.mouth.played_ms < after_s * 1000:
            await asyncio.sleep(0.01)
    stage.voice.seconds = 0.2


async def test_the_wake_word_stops_the_reply_and_the_next_words_are_the_next_turn(stage: Stage) -> None:
    await interrupted(stage)
    await stage.wake()
    await stage.say("no I said turn off the kitchen light")
    await stage.sound(1.5)
    await stage.conversation.idle()
    first, second = stage.turns
    assert first.spoken.interrupted
    assert first.feedback.barge_in_ms == pytest.approx(520, abs=120)
    assert (second.opening.kind, second.opening.interrupted) == ("barge_in", first.id)
    async with asyncio.timeout(3):
        while not (events := stage.parts.store.events("barge_in")):  # type: ignore[union-attr]
            await asyncio.sleep(0.02)
    assert (events[0]["turn"], events[0]["class"]) == (first.id, "correction")
    row = stage.parts.store.turn(first.id)  # type: ignore[union-attr]
    assert row is not None
    assert row["feedback"]["barge_in"]["class"] == "correction"


async def test_a_false_interruption_ends_no_answer(stage: Stage) -> None:
    await interrupted(stage)
    await stage.wake()
    await stage.sound(6)
    await stage.conversation.idle()
    resumed = [data for kind, data in stage.events if kind == "resumed"]
    assert [data["turn"] for data in resumed] == [stage.turns[0].id]
    assert resumed[0]["text"] == stage.turns[0].reply


async def test_stop_needs_no_wake_word_while_the_hub_speaks_and_only_then(stage: Stage) -> None:
    await interrupted(stage)
    await stage.say("it is raining again", 0.6, wait=False)
    await stage.sound(0.5, wait=False)
    await asyncio.sleep(0.1)
    assert stage.parts.mouth is not None
    assert stage.parts.mouth.speaking, "what was not said to the hub does not stop it"
    await stage.say("stop", 0.4, wait=False)
    await stage.sound(0.5, wait=False)
    async with asyncio.timeout(3):
        await stage.conversation.idle()
    assert stage.turns[0].spoken.interrupted
    count = len(stage.turns)
    await stage.say("stop", 0.4)
    await stage.sound(1)
    assert len(stage.turns) == count


async def test_a_turn_that_breaks_says_so_and_the_next_one_works(stage: Stage) -> None:
    good, stage.parts.reader = stage.parts.reader, SimpleNamespace(interpret=lambda *_: 1 / 0)
    await stage.wake()
    await stage.say("turn on the kitchen light")
    await stage.sound(1)
    broken = [data["turn"] for kind, data in stage.events if kind == "decided"]
    assert broken[0].decision.code == "internal_error"
    assert "division" in broken[0].error
    stage.parts.reader = good
    await stage.wake()
    await stage.say("turn on the kitchen light")
    await stage.sound(1)
    assert stage.turns[-1].decision.kind == "act"


async def test_a_voice_that_fails_costs_the_sound_only(stage: Stage) -> None:
    stage.voice.fails = True
    await stage.wake()
    await stage.say("turn on the kitchen light")
    await stage.sound(1)
    assert stage.turns[0].decision.kind == "act"
    assert stage.turns[0].reply
    assert stage.parts.mouth is not None
    assert stage.parts.mouth.failures == 1


async def test_typed_and_spoken_turns_share_one_conversation(stage: Stage) -> None:
    turn = await stage.conversation.typed("unlock the front door")
    assert turn.decision is not None
    assert turn.decision.kind == "confirm"
    await stage.conversation.idle()
    await stage.say("yes", 0.4)
    await stage.sound(1)
    assert [c.service for c in stage.done] == ["lock.unlock"]


async def test_a_pin_opens_the_door_and_is_written_down_nowhere(stage: Stage) -> None:
    stage.parts.config = msgspec.structs.replace(stage.parts.config, safety=SafetySettings(pin="4711"))
    assert (await stage.conversation.typed("unlock the front door")).decision.code == "risky_unlock"
    assert (await stage.conversation.typed("yes")).decision.code == "pin_needed"
    assert stage.done == []
    turn = await stage.conversation.typed("four seven eleven")
    assert [c.service for c in stage.done] == ["lock.unlock"]
    assert stage.parts.store is not None
    row = stage.parts.store.turn(turn.id)
    assert row is not None
    assert row["heard"] == "(code)"
    assert "seven" not in json.dumps(row)


async def test_a_muted_hub_hears_nothing(stage: Stage) -> None:
    stage.ears.muted = True
    await stage.wake()
    await stage.say("turn on the kitchen light")
    await stage.sound(1)
    assert stage.turns == []
    assert stage.ears.frames > 0


async def test_where_another_hub_heard_better_this_one_is_quiet(stage: Stage) -> None:
    asked: list[float] = []

    async def answers(loudness_db: float) -> bool:
        asked.append(loudness_db)
        return len(asked) > 1

    stage.conversation._answers = answers
    await stage.wake()
    await asyncio.sleep(0.01)
    await stage.say("turn on the kitchen light")
    await stage.sound(1)
    assert (stage.turns, stage.done) == ([], [])
    assert -90 < asked[0] < 0
    await stage.sound(1)
    await stage.wake()
    await stage.say("turn on the kitchen light")
    await stage.sound(1)
    assert len(stage.done) == 1


async def test_what_a_full_disk_could_not_take_is_written_when_there_is_room(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    store = stage.parts.store
    assert store is not None

    def full(*_: Any, **__: Any) -> None:
        raise StoreError("the disk is full", "hub.db", "Make room.")

    with monkeypatch.context() as patch:
        patch.setattr(store, "add_turn", full)
        await stage.wake()
        await stage.sound(0.3)
        await stage.say("turn on the kitchen light")
        await stage.sound(2)
    assert stage.turns[0].reply
    assert store.turn(stage.turns[0].id) is None
    await stage.wake()
    await stage.sound(0.3)
    await stage.say("turn on the kitchen light")
    await stage.sound(2)
    rows = [store.turn(turn.id) for turn in stage.turns]
    assert [row["heard"] for row in rows if row is not None] == ["turn on the kitchen light"] * 2
    assert rows[0] is not None
    assert rows[0]["reply_audio_ms"] == 400
