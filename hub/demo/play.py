"""Plays a story of the demo: the house, the hub, the scenes one after the other. Knows scenes, and not how they look.

Nothing is faked but the room: the sound goes through wake word, recogniser, understanding, MQTT and voice like a microphone's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any

import msgspec

from devices.broker import embedded_broker
from devices.simulated import HOME_FILE, simulated_house
from hub.config import Config
from hub.demo.restart import killed_and_back
from hub.demo.script import SceneScript, scenes
from hub.demo.stage import Samples, Stage, speech
from hub.running.service import Service, open_service
from hub.sound.audio import Source
from hub.sound.players import NullPlayer, Player
from hub.turn import Turn
from models.voice.tts import Voice

PATIENCE_S = 12.0
OVER_AFTER_S = 0.7
"""How much of a reply is heard before somebody speaks over it."""

Watch = Callable[[str, Mapping[str, Any]], None]
Done = list[tuple[SceneScript, Turn]]
Sounds = Mapping[tuple[str, ...], Samples]


async def play(config: Config, watch: Watch, story: str = "tour", *, stay: bool = False) -> Done:
    """Plays all scenes of a story and returns the turns. `watch` is told `scene`, `house`, `step` and every event of the hub. With `stay`
    it goes on until it is cancelled. Raises what `open_service` raises."""
    script = scenes(story)
    spoken = [scene for scene in script if not scene.killed]
    voice = Voice.load()
    sounds = {said: speech(said, voice) for scene in script for said in scene.parts}
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(embedded_broker())
        house = await stack.enter_async_context(simulated_house(url))
        config = with_broker(config, url)
        done = await _spoken(spoken, script, config, watch, sounds, house, stay=stay)
        for number, scene in enumerate(script):
            if scene.killed:
                watch("scene", {"number": number + 1, "of": len(script), "scene": scene})
                done += [(scene, turn) for turn in await killed_and_back(config, scene, sounds[scene.say], watch)]
    return done


async def _spoken(
    spoken: list[SceneScript], script: tuple[SceneScript, ...], config: Config, watch: Watch, sounds: Sounds, house: Any, *, stay: bool
) -> Done:
    """The scenes that one hub in this process plays."""
    stage, around = Stage(), dict[str, Any]()
    done: Done = []
    events: asyncio.Queue[tuple[str, Mapping[str, Any]]] = asyncio.Queue()

    def told(kind: str, data: Mapping[str, Any]) -> None:
        watch(kind, data)
        events.put_nowait((kind, data))

    player: Player = NullPlayer()
    async with open_service(
        config, source=stage, player=player, home_file=HOME_FILE, observers=[told], surroundings=lambda: around, extras=stay
    ) as service:
        _show_changes(service, watch)
        running = asyncio.create_task(service.run(), name="hub")
        try:
            await _ready(service)
            for scene in spoken:
                watch("scene", {"number": script.index(scene) + 1, "of": len(script), "scene": scene})
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
    scene: SceneScript, stage: Stage, events: asyncio.Queue[tuple[str, Mapping[str, Any]]], sounds: Sounds, service: Service
) -> list[Turn]:
    """Speaks one scene's words and waits for its turns."""
    turns: list[Turn] = []
    answers = list(scene.then)
    while not events.empty():
        events.get_nowait()
    stage.say(sounds[scene.say])
    wanted = 1 + bool(scene.over) + len(scene.then)
    try:
        async with asyncio.timeout(PATIENCE_S * wanted):
            while len(turns) < wanted:
                kind, data = await events.get()
                if kind == "speaking" and scene.over and not turns:
                    await asyncio.sleep(OVER_AFTER_S)
                    stage.say(sounds[scene.over])
                if kind == "expecting" and answers:
                    await asyncio.sleep(0.2)
                    stage.say(sounds[answers.pop(0)])
                if kind == "turn":
                    turns.append(data["turn"])
            await service.conversation.idle()
    except TimeoutError:
        return turns
    return turns


async def mic(config: Config, source: Source, player: Player, watch: Watch) -> None:
    """The same house and hub with a real microphone and speaker, until cancelled."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(embedded_broker())
        await stack.enter_async_context(simulated_house(url))
        service = await stack.enter_async_context(
            open_service(with_broker(config, url), source=source, player=player, home_file=HOME_FILE, observers=[watch], extras=False)
        )
        _show_changes(service, watch)
        await service.run()


def with_broker(config: Config, url: str) -> Config:
    """The same configuration on another broker."""
    return msgspec.structs.replace(config, mqtt=msgspec.structs.replace(config.mqtt, broker=url))


def _show_changes(service: Service, watch: Watch) -> None:
    service.house.catalogue.on_change(lambda home, entity_id, before, after, cause: watch("house", {"id": entity_id, "state": after}))


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
