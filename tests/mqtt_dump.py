"""Replays a recorded dump of retained messages into a catalogue, as a broker would: announcements and states in any order."""

from __future__ import annotations

from pathlib import Path

from devices.catalogue import Catalogue, Reader
from devices.home import Home
from devices.homeassistant import HomeAssistant
from devices.homie import Homie
from devices.tasmota import Tasmota
from devices.zigbee2mqtt import Zigbee2Mqtt

DUMPS = Path(__file__).with_name("mqtt_dumps")
NAMES = ("homeassistant", "zigbee2mqtt", "tasmota", "homie")


def lines(name: str) -> list[tuple[str, bytes]]:
    """Topic and payload; the topic of zigbee2mqtt may hold blanks, so the payload begins at the first { [ or after the last blank."""
    found = []
    for line in (DUMPS / f"{name}.txt").read_text().splitlines():
        cut = min((line.find(mark) for mark in (" {", " [") if mark in line), default=-1)
        topic, payload = (line[:cut], line[cut + 1 :]) if cut > 0 else line.split(" ", 1) if "$" in line else line.rsplit(" ", 1)
        found.append((topic, payload.encode()))
    return found


def readers() -> list[Reader]:
    return [Zigbee2Mqtt(), Tasmota(), Homie(), HomeAssistant()]


def replay(*names: str, owner: Home | None = None, backwards: bool = False) -> Catalogue:
    """States are retained, so the broker sends them once somebody listens: whatever the order, they come after what announces them."""
    catalogue = Catalogue(owner, readers())
    messages = [message for name in names for message in lines(name)]
    for _ in range(2):
        for topic, payload in reversed(messages) if backwards else messages:
            catalogue.feed(topic, payload, True)
    return catalogue
