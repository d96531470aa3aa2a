"""The demo: recorded people speak in a simulated house on a real broker, and the real hub answers. Knows scenes, and not how they look.

Nothing is faked but the room: the sound goes through wake word, recogniser, understanding, MQTT and voice like a microphone's. Speech is
fed faster than a person speaks; from its last sample on, time is real, so that the times in the table are those of a microphone.
"""

from __future__ import annotations

import asyncio
import tomllib
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
import numpy as np
import soxr
from numpy.typing import NDArray

from devices.broker import embedded_broker
from devices.simulated import HOME_FILE, simulated_house
from hub.config import Config
from hub.running.service import Service, open_service
from hub.sound.audio import FRAME, FRAME_S, Frame, Source, read_file
from hub.sound.players import NullPlayer, Player
from hub.turn import Turn
from models.voice.tts import Speaks, Voice

Samples = NDArray[np.int16]
CLIPS = Path(str(resources.files("hub"))) / "demo_clips"
GAP_S = 0.12
"""Between the wake word and the command."""
HASTE = 6.0
"""How much faster than a person the recordings speak: the hub keeps up with it on a slow machine too."""
PATIENCE_S = 12.0
OVER_AFTER_S = 0.7
"""How much of a reply is heard before somebody speaks over it."""


class SceneScript(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One scene of demo_scenes.toml."""

    shows: str
    say: tuple[str, ...]
    room: str | None = None
    screen: bool = False
    person: str | None = None
    house: dict[str, str] = {}
    unplug: tuple[str, ...] = ()
    over: tuple[str, ...] = ()
    then: tuple[str, ...] = ()


class _Scenes(msgspec.Struct, frozen=True):
    scene: tuple[SceneScript, ...]


def scenes() -> tuple[SceneScript, ...]:
    """The scenes of the demo, in order."""
    text = (resources.files("hub") / "demo_scenes.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), _Scenes).scene


class Stage:
    """A source of sound in which somebody can be made to speak; between that, a silent room in real time."""

    name = "the demo's recordings"
    dropped = 0
    trouble: str | None = None

    def __init__(self) -> None:
        self._speech: deque[Samples] = deque()
        self._over = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over = True

    def say(self, samples: Samples) -> None:
        """Speaks, from the next frame on."""
        whole = len(samples) // FRAME * FRAME
        self._speech.extend(samples[:whole].reshape(-1, FRAME))

    def close(self) -> None:
        """Nobody will speak any more: the stream ends."""
        self._over = True

    async def __aiter__(self) -> AsyncIterator[Frame]:
        loop = asyncio.get_running_loop()
        room = np.random.default_rng(7).normal(0, 3, (500, FRAME)).astype(np.int16)
        count, due = 0, loop.time()
        while not self._over:
            if self._speech:
                pcm, due = self._speech.popleft(), loop.time()
                await asyncio.sleep(FRAME_S / HASTE if self._speech else 0)
            else:
                pcm, due = room[count % len(room)], max(due + FRAME_S, loop.time() - 0.5)
                await asyncio.sleep(max(0.0, due - loop.time()))
            yield Frame(pcm=pcm, at_s=count * FRAME_S, arrived=loop.time())
            count += 1


async def play(config: Config, watch: Callable[[str, Mapping[str, Any]], None], *, stay: bool = False) -> list[tuple[SceneScript, Turn]]:
    """Plays all scenes and returns the turns. `watch` is told `scene` and `house` and every event of the hub. With `stay` it goes on
    until it is cancelled. Raises what `open_service` raises."""
    stage, around = Stage(), dict[str, Any]()
    done: list[tuple[SceneScript, Turn]] = []
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(embedded_broker())
        house = await stack.enter_async_context(simulated_house(url))
        config = with_broker(config, url)
        events: asyncio.Queue[tuple[str, Mapping[str, Any]]] = asyncio.Queue()

        def told(kind: str, data: Mapping[str, Any]) -> None:
            watch(kind, data)
            events.put_nowait((kind, data))

        player: Player = NullPlayer()
        service = await stack.enter_async_context(
            open_service(
                config, source=stage, player=player, home_file=HOME_FILE, observers=[told], surroundings=lambda: around, extras=stay
            )
        )
        service.house.catalogue.on_change(lambda home, entity_id, before, after, cause: watch("house", {"id": entity_id, "state": after}))
        voice = Voice.load()
        sounds = {part: _sound(part, voice) for scene in scenes() for part in (*scene.say, *scene.over, *scene.then)}
        running = asyncio.create_task(service.run(), name="hub")
        try:
            await _ready(service)
            for number, scene in enumerate(scenes()):
                watch("scene", {"number": number + 1, "of": len(scenes()), "scene": scene})
                around.clear()
                around.update(room=scene.room, screen=scene.screen, person=scene.person)
                for entity_id, state in scene.house.items():
                    await house.set(entity_id, state)
                for entity_id in scene.unplug:
                    await house.unplug(entity_id)
                await _follow(scene, service)
                done += [(scene, turn) for turn in await _scene(scene, stage, events, sounds, service)]
            watch("end", {"web": config.web.port if stay else None})
            if stay:
                await running
            stage.close()
            await running
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    return done


async def _scene(
    scene: SceneScript, stage: Stage, events: asyncio.Queue[tuple[str, Mapping[str, Any]]], sounds: Mapping[str, Samples], service: Service
) -> list[Turn]:
    """Speaks one scene's words and waits for its turns."""
    turns: list[Turn] = []
    while not events.empty():
        events.get_nowait()
    stage.say(_joined([sounds[part] for part in scene.say]))
    wanted = 1 + bool(scene.over) + bool(scene.then)
    try:
        async with asyncio.timeout(PATIENCE_S):
            while len(turns) < wanted:
                kind, data = await events.get()
                if kind == "speaking" and scene.over and not turns:
                    await asyncio.sleep(OVER_AFTER_S)
                    stage.say(_joined([sounds[part] for part in scene.over]))
                if kind == "expecting" and scene.then:
                    await asyncio.sleep(0.2)
                    stage.say(_joined([sounds[part] for part in scene.then]))
                if kind == "turn":
                    turns.append(data["turn"])
            await service.conversation.idle()
    except TimeoutError:
        return turns
    return turns


async def mic(config: Config, source: Source, player: Player, watch: Callable[[str, Mapping[str, Any]], None]) -> None:
    """The same house and hub with a real microphone and speaker, until cancelled."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(embedded_broker())
        await stack.enter_async_context(simulated_house(url))
        service = await stack.enter_async_context(
            open_service(with_broker(config, url), source=source, player=player, home_file=HOME_FILE, observers=[watch], extras=False)
        )
        service.house.catalogue.on_change(lambda home, entity_id, before, after, cause: watch("house", {"id": entity_id, "state": after}))
        await service.run()


def with_broker(config: Config, url: str) -> Config:
    """The same configuration on another broker."""
    return msgspec.structs.replace(config, mqtt=msgspec.structs.replace(config.mqtt, broker=url))


async def _ready(service: Service) -> None:
    await service.house.bus.wait_connected(10.0)
    await service.house.catalogue.settled()


def _as_scripted(scene: SceneScript, service: Service) -> bool:
    home = service.house.home()
    states = all(home.state(entity_id).value == state for entity_id, state in scene.house.items())
    return states and all(not home.state(entity_id).available for entity_id in scene.unplug)


async def _follow(scene: SceneScript, service: Service) -> None:
    """Waits until the hub's picture of the house has followed what the scene did to it."""
    moved = asyncio.Event()
    service.house.catalogue.on_change(lambda *_: moved.set())
    async with asyncio.timeout(PATIENCE_S):
        while not _as_scripted(scene, service):
            await moved.wait()
            moved.clear()


def _joined(parts: list[Samples]) -> Samples:
    gap = np.zeros(int(GAP_S * 16000) // FRAME * FRAME, np.int16)
    return np.concatenate([piece for part in parts for piece in (part, gap)][:-1])


def _sound(part: str, voice: Speaks) -> Samples:
    """A recording, or the voice speaking where `part` begins with `text:`; 16 kHz mono."""
    if not part.startswith("text:"):
        return read_file(CLIPS / f"{part}.flac")
    spoken = list(voice.speak(part.removeprefix("text:")))
    pcm = np.frombuffer(b"".join(s.pcm for s in spoken), np.int16).astype(np.float32)
    sound: Samples = np.clip(soxr.resample(pcm, spoken[0].rate, 16000), -32768, 32767).astype(np.int16)
    return sound
