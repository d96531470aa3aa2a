"""The simulated house on a broker: announces every entity of a home file, obeys commands, reports states. Knows no hub."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from devices.bus import Bus, BusDown
from devices.expected import expected_state
from devices.home import Command, Home, State
from devices.homefile import load_home
from devices.simulated.plugs import Plug, command, plug

HOME_FILE = Path(__file__).with_name("home.yaml")
TRAVEL_S = 0.15
"""How long a cover takes; it reports that it moves, then that it stands."""
OVEN_HOT, OVEN_COLD = 180.0, 24.0


class House:
    """Simulated devices. Everything that a person or a fault would do to them is a method."""

    def __init__(self, home: Home, bus: Bus, prefix: str = "homeassistant", root: str = "simulated", delay_s: float = 0.01) -> None:
        self.home = home
        self.obeyed: list[Command] = []
        """Every command that a device took, in order."""
        self.silent: set[str] = set()
        """Entities that obey no more and say nothing, though they seem to be there."""
        self._bus, self._prefix, self._root, self._delay_s = bus, prefix, root, delay_s
        self._unplugged = {entity_id for entity_id, state in home.states.items() if not state.available}
        self._plugs: dict[str, Plug] = {}
        self._work: asyncio.Queue[tuple[str, Command]] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        for entity_id in home.entities:
            self._plugs[entity_id] = plug(entity_id, home.state(entity_id), self.base(entity_id))

    def base(self, entity_id: str) -> str:
        return f"{self._root}/{entity_id.replace('.', '/')}"

    def state(self, entity_id: str) -> State:
        """What the device itself thinks its state is."""
        return self.home.state(entity_id)

    async def set(self, entity_id: str, state: str | None = None, **attributes: Any) -> None:
        """As if somebody used the device, or it measured something else."""
        now = self.home.state(entity_id)
        merged = MappingProxyType({**now.attributes, **attributes})
        self._become(entity_id, replace(now, value=str(state) if state is not None else now.value, attributes=merged))
        await self._report(entity_id)

    async def unplug(self, entity_id: str) -> None:
        """The device is gone: the broker says so, and it obeys no more."""
        self._unplugged.add(entity_id)
        await self._publish(f"{self.base(entity_id)}/availability", "offline")

    async def plug_in(self, entity_id: str) -> None:
        self._unplugged.discard(entity_id)
        if not self.home.state(entity_id).available:
            self._become(entity_id, replace(self.home.state(entity_id), value="off"))
        await self._publish(f"{self.base(entity_id)}/availability", "online")
        await self._report(entity_id)

    async def announce(self) -> None:
        """Publishes discovery, availability and states of everything, retained."""
        for topic, payload in self.announcements().items():
            await self._publish(topic, payload)
        for entity_id in self.home.entities:
            await self._publish(f"{self.base(entity_id)}/availability", "offline" if entity_id in self._unplugged else "online")
            await self._report(entity_id)

    def announcements(self) -> dict[str, str]:
        """Discovery topics and payloads: one device payload for devices with several entities, single ones for the rest."""
        messages: dict[str, str] = {}
        by_device: dict[str, list[str]] = {}
        for entity in self.home.entities.values():
            by_device.setdefault(entity.device or entity.id, []).append(entity.id)
        for key, members in by_device.items():
            device = self.home.devices.get(key)
            name = device.name if device is not None else self.home.entities[members[0]].name
            about: dict[str, Any] = {"ids": [f"simulated_{key.replace('.', '_')}"], "name": name, "mf": "Ambient Hub", "mdl": "Simulated"}
            area = self.home.area_of(members[0])
            if area is not None:
                about["sa"] = area.name
            origin = {"name": "Simulated House", "sw": "1"}
            if len(members) > 1:
                parts = {member.replace(".", "_"): {"p": member.partition(".")[0], **self._config(member, name)} for member in members}
                messages[f"{self._prefix}/device/{key}/config"] = json.dumps({"dev": about, "o": origin, "cmps": parts})
            else:
                member = members[0]
                topic = f"{self._prefix}/{member.partition('.')[0]}/{member.partition('.')[2]}/config"
                messages[topic] = json.dumps({**self._config(member, name), "dev": about, "o": origin})
        return messages

    def _config(self, entity_id: str, device_name: str) -> dict[str, Any]:
        entity, attributes = self.home.entities[entity_id], self.home.state(entity_id).attributes
        own = entity.name.removeprefix(device_name).strip() or None
        config: dict[str, Any] = {
            "~": self.base(entity_id), "name": own, "uniq_id": f"simulated_{entity_id.replace('.', '_')}", "def_ent_id": entity_id,
            "avty_t": "~/availability", **self._plugs[entity_id].config,
        }
        names = {"device_class": "dev_cla", "unit_of_measurement": "unit_of_meas"}
        return config | {short: attributes[key] for key, short in names.items() if key in attributes}

    async def start(self) -> None:
        for entity_id, one in self._plugs.items():
            for topic, read in one.commands.items():
                self._bus.subscribe(topic, self._listener(entity_id, read))
        self._tasks = [asyncio.create_task(self._obey(), name="simulated house"), asyncio.create_task(self._warm(), name="simulated oven")]
        self._bus.on_connect(lambda: self._tasks.append(asyncio.create_task(self._say_hello(), name="simulated hello")))
        if self._bus.connected:
            await self.announce()

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _say_hello(self) -> None:
        with contextlib.suppress(BusDown):
            await self.announce()

    def _listener(self, entity_id: str, read: Callable[[str], tuple[str, dict[str, Any]] | None]) -> Callable[[str, bytes, bool], None]:
        def heard(topic: str, payload: bytes, retained: bool) -> None:
            asked = read(payload.decode("utf-8", "replace"))
            if asked is not None and not retained and entity_id not in self._unplugged and entity_id not in self.silent:
                self._work.put_nowait((entity_id, command(entity_id, asked)))

        return heard

    async def _obey(self) -> None:
        while True:
            entity_id, wish = await self._work.get()
            await asyncio.sleep(self._delay_s)
            self.obeyed.append(wish)
            before, after = self.home.state(entity_id), expected_state(self.home, wish)
            with contextlib.suppress(BusDown):
                if entity_id.startswith("cover.") and before.value != after.value:
                    moving = replace(before, value="opening" if after.value == "open" else "closing")
                    for topic, payload in self._plugs[entity_id].report(moving).items():
                        await self._publish(topic, payload)
                    await asyncio.sleep(TRAVEL_S)
                self._become(entity_id, after)
                await self._report(entity_id)
                for other, service, data in _EFFECTS.get(entity_id, ()):
                    if other in self.home.entities and other not in self._unplugged:
                        self._become(other, expected_state(self.home, Command(entity_id=other, service=service, data=data)))
                        await self._report(other)

    async def _warm(self) -> None:
        """The oven's thermometer follows the oven."""
        while "switch.oven" in self.home.entities and "sensor.oven_temperature" in self.home.entities:
            goal = OVEN_HOT if self.home.state("switch.oven").value == "on" else OVEN_COLD
            now = float(self.home.state("sensor.oven_temperature").value)
            if abs(goal - now) >= 1:
                with contextlib.suppress(BusDown):
                    await self.set("sensor.oven_temperature", str(round(now + (goal - now) * 0.3)))
            await asyncio.sleep(1.0)

    def _become(self, entity_id: str, state: State) -> None:
        self.home = self.home.with_state(entity_id, replace(state, changed=datetime.now().astimezone()))

    async def _report(self, entity_id: str) -> None:
        if entity_id in self._unplugged or entity_id in self.silent:
            return
        for topic, payload in self._plugs[entity_id].report(self.home.state(entity_id)).items():
            await self._publish(topic, payload)

    async def _publish(self, topic: str, payload: str) -> None:
        await self._bus.publish(topic, payload, qos=1, retain=True)


_EFFECTS: Mapping[str, tuple[tuple[str, str, Mapping[str, Any]], ...]] = {
    "scene.mood_lighting": (
        ("light.living_room_lamp", "light.turn_on", {"brightness_pct": 30, "color_name": "orange"}),
        ("light.bed_light", "light.turn_on", {"brightness_pct": 20, "color_name": "red"}),
    ),
    "scene.good_night": (
        *((f"light.{name}", "light.turn_off", {}) for name in (
            "kitchen_ceiling", "kitchen_counter", "living_room_lamp", "standing_light", "desk_lamp", "entrance_light", "garage_light")),
        ("lock.front_door", "lock.lock", {}), ("cover.living_room_curtains", "cover.close_cover", {}),
    ),
    "script.party_time": (
        ("light.living_room_lamp", "light.turn_on", {"brightness_pct": 100, "color_name": "purple"}),
        ("media_player.kitchen_speaker", "media_player.play_media", {"media_content_id": "party", "media_content_type": "music"}),
    ),
}
"""What scenes and scripts do."""


@contextlib.asynccontextmanager
async def simulated_house(
    url: str, home: Home | None = None, *, prefix: str = "homeassistant", delay_s: float = 0.01,
) -> AsyncIterator[House]:
    """The house lives on the broker at url until the block ends; then its devices go offline."""
    async with Bus(url, "simulated-house", announce=False) as bus:
        house = House(home if home is not None else load_home(HOME_FILE), bus, prefix, delay_s=delay_s)
        if not await bus.wait_connected(5.0):
            raise BusDown(bus.problem.what if bus.problem is not None else f"no broker at {url}")
        await house.start()
        try:
            yield house
        finally:
            await house.stop()
