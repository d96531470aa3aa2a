"""The demo's third story: an evening of misunderstandings, one learning run, and the next morning the same words work.
Knows a script and a clock that is not waited for; the hub, the house, the journal and the learner are real.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from devices.broker import embedded_broker
from devices.simulated import HOME_FILE, simulated_house
from hub.asking import Asker, Question
from hub.config import Config
from hub.demo.play import with_broker
from hub.demo.script import SceneScript
from hub.learning.nightly import learn
from hub.running.house import House, open_house
from hub.turn import Turn
from models.said import Interpretation, Utterance

PERSON = "ann"


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A turn of the script."""

    at: str
    room: str
    heard: str
    comment: str = ""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The evening, or the morning."""

    day: str
    turns: tuple[Line, ...]


class Night(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When it learns."""

    day: str
    at: str


class Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """learning.toml."""

    evening: Part
    night: Night
    morning: Part


def script() -> Script:
    """The story as it is written down."""
    return msgspec.convert(tomllib.loads((Path(__file__).with_name("learning.toml")).read_text(encoding="utf-8")), Script)


async def play(config: Config, watch: Callable[[str, Mapping[str, Any]], None]) -> list[tuple[SceneScript, Turn]]:
    """Plays the story; the turns as they were. `watch` is told `step`s and turns."""
    story = script()
    done: list[tuple[SceneScript, Turn]] = []
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(embedded_broker())
        await stack.enter_async_context(simulated_house(url))
        house = await stack.enter_async_context(open_house(with_broker(config, url), HOME_FILE, settle=True))
        asker = Asker(config)
        stack.callback(asker.close)
        watch("step", {"text": f"the evening of {story.evening.day}"})
        done += await _part(story.evening, asker, house, config, watch)
        watch("step", {"text": f"{story.night.at[:5]}, everybody sleeps: hub learn"})
        report = _learn(asker, house, config, moment(story.night.day, story.night.at))
        news = f"{report['turns']} turns read, {report['promoted']} rewrites in force, knowledge version {report['version']}"
        watch("step", {"text": news})
        watch("step", {"text": f"the morning of {story.morning.day}"})
        done += await _part(story.morning, asker, house, config, watch)
    watch("end", {"web": None})
    return done


async def _part(
    part: Part, asker: Asker, house: House, config: Config, watch: Callable[[str, Mapping[str, Any]], None]
) -> list[tuple[SceneScript, Turn]]:
    done = []
    for line in part.turns:
        question = Question(text=line.heard, db=config.db, room=line.room, person=PERSON, now=moment(part.day, line.at), live=True)
        turn = await asker.ask(question, house.execute, house.home())
        watch("turn", {"turn": turn, "comment": line.comment})
        done.append((SceneScript(shows=line.comment, say=(line.heard,)), turn))
    return done


def _learn(asker: Asker, house: House, config: Config, now: datetime) -> dict[str, Any]:
    from hub.context import build

    home = house.home()
    context = build(now, home, ())

    def read(text: str) -> Interpretation:
        return asker.reader.interpret(Utterance(text=text, confidence=1.0), home, context)

    return learn(asker.store(config.db), now=now, home=home, read=read)


def moment(day: str, at: str) -> datetime:
    """A moment of the script, UTC."""
    return datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=UTC)
