"""Which ecosystems are read: one line each. Knows their readers and nothing of what they read."""

from __future__ import annotations

from devices.bus import Bus
from devices.catalogue import Catalogue, Reader
from devices.homeassistant import HomeAssistant
from devices.homie import Homie
from devices.tasmota import Tasmota
from devices.zigbee2mqtt import Zigbee2Mqtt


def follow(
    bus: Bus, catalogue: Catalogue, *, discovery: str = "homeassistant", zigbee2mqtt: str = "zigbee2mqtt", tasmota: bool = True,
    homie: bool = True,
) -> None:
    """Lets the catalogue follow the bus. An empty prefix leaves an ecosystem out."""
    readers: list[Reader] = []
    if zigbee2mqtt:
        readers.append(Zigbee2Mqtt(zigbee2mqtt))
    if tasmota:
        readers.append(Tasmota())
    if homie:
        readers.append(Homie())
    if discovery:
        readers.append(HomeAssistant(discovery, hub=bus.name))
    catalogue.attach(bus, readers)
