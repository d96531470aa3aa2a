"""The house on its broker: the owner's file, what the bridges report, and a way to act. Knows how they are joined, not what a turn is."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from devices.broker import embedded_broker
from devices.bus import Bus, BusDown, parse_broker
from devices.catalogue import Catalogue
from devices.command import execute
from devices.ecosystems import follow
from devices.home import Command, Home, Outcome
from devices.homefile import load_home
from hub.asking import with_commands
from hub.config import Config
from hub.errors import BrokerError, ConfigError

log = logging.getLogger("hub.running.house")

LOCAL = "mqtt://localhost:1883"


@dataclass(slots=True, kw_only=True)
class House:
    """A house that can be looked at and told what to do."""

    bus: Bus
    catalogue: Catalogue
    config: Config
    show: Callable[[Command], bool] = lambda _: False
    """Does what the hub itself is asked to (hub.show_camera, …); whether it could."""
    _seen: tuple[Home, Home] | None = None

    def home(self) -> Home:
        """The house as it is now, with the owner's own commands."""
        now = self.catalogue.home
        if self._seen is None or self._seen[0] is not now:
            self._seen = now, with_commands(now, self.config.commands)
        return self._seen[1]

    async def execute(self, command: Command) -> Outcome:
        """Carries a command out and waits for the device's own word; trouble is an Outcome."""
        if command.service == "mqtt.publish":
            return await self._publish(command)
        if command.service.startswith("hub."):
            return Outcome(command=command, status="sent" if self.show(command) else "refused", code=None)
        return await execute(command, self.catalogue, self.bus, self.config.mqtt.deadline_s)

    async def _publish(self, command: Command) -> Outcome:
        try:
            await self.bus.publish(str(command.data["topic"]), str(command.data.get("payload") or ""))
        except BusDown:
            return Outcome(command=command, status="unavailable", code="broker_away")
        return Outcome(command=command, status="sent")


@asynccontextmanager
async def open_house(
    config: Config, home_file: Path | None = None, *, settle: bool = False, announce: bool = False
) -> AsyncIterator[House]:
    """The house on `mqtt.broker` (localhost if unset). With `settle` it waits for the broker and until discovery has come in, and raises
    BrokerError where there is none; else the broker may be absent and come later. With `announce` it is connected, and the hub "online",
    only when the caller enters `house.bus`."""
    owner = owners(config, home_file)
    async with AsyncExitStack() as stack:
        url = config.mqtt.broker or LOCAL
        if url == "embedded":
            url = await stack.enter_async_context(embedded_broker())
        bus = Bus(broker_of(url, config), config.hub.name, announce=announce)
        catalogue = Catalogue(owner)
        follow(
            bus, catalogue, discovery=config.mqtt.discovery, zigbee2mqtt=config.mqtt.zigbee2mqtt or "", tasmota=config.mqtt.tasmota,
            homie=config.mqtt.homie,
        )
        if not announce:
            await stack.enter_async_context(bus)
        house = House(bus=bus, catalogue=catalogue, config=config)
        if settle:
            if not await bus.wait_connected(8.0):
                problem = bus.problem
                what, mend = (problem.what, problem.mend) if problem is not None else ("the broker does not answer", "Is it running?")
                raise BrokerError(what, str(bus.broker), mend)
            await catalogue.settled()
        yield house


def owners(config: Config, home_file: Path | None) -> Home | None:
    """The owner's home file: the option's, else the configuration's. HomeFileError."""
    path = home_file or (Path(config.hub.home).expanduser() if config.hub.home else None)
    return load_home(path) if path is not None else None


def broker_of(url: str, config: Config) -> Any:
    """The broker's address with the password from where it is kept. ConfigError where the address is none."""
    try:
        broker = parse_broker(url)
    except ValueError as error:
        raise ConfigError(str(error).rstrip("."), "mqtt.broker", "Write mqtt://user:password@host:1883, percent-encoded.") from error
    place = password_file(config)
    if place is not None and not broker.password:
        try:
            broker = replace(broker, password=place.read_text(encoding="utf-8").strip())
        except OSError as error:
            raise ConfigError(f"the password file cannot be read ({error.strerror})", str(place), "Check mqtt.password_file.") from error
    return broker


def password_file(config: Config) -> Path | None:
    """mqtt.password_file, else systemd's credential `mqtt-password`."""
    if config.mqtt.password_file:
        return Path(config.mqtt.password_file).expanduser()
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    place = Path(folder) / "mqtt-password" if folder else None
    return place if place is not None and place.is_file() else None
