"""What a turn's events mean for the hub's own device on the bus, and what somebody sets there. Knows events, not topics."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from importlib.metadata import version
from typing import Any

from devices.announce_self import Presence
from devices.bus import Bus
from hub.config import Config
from hub.keeping.store import Store
from hub.turn import Turn

log = logging.getLogger("hub.running.presence")

STATE_OF = {
    "wake": "listening", "opened": "listening", "expecting": "listening", "heard": "processing", "decided": "processing",
    "speaking": "responding", "announce": "responding", "turn": "idle", "dropped": "idle", "expected_nothing": "idle", "error": "idle",
}  # fmt: skip
"""Event → the state of a voice satellite, in Home Assistant's words."""
EVENT_OF = {"act": "understood", "answer": "understood", "ask": "asked", "confirm": "asked", "decline": "declined"}


class Face:
    """An observer that keeps the hub's device on the bus true. `mute`, `volume` and `undo` do what somebody sets there."""

    def __init__(
        self, bus: Bus, config: Config, store: Store, *, mute: Callable[[bool], Coroutine[Any, Any, None]], volume: Callable[[float], None],
        undo: Callable[[], Coroutine[Any, Any, Any]],
    ) -> None:  # fmt: skip
        self._config, self._store = config, store
        self._mute, self._volume, self._undo = mute, volume, undo
        self._tasks: set[asyncio.Task[Any]] = set()
        self._presence = Presence(
            bus, self._set, prefix=config.mqtt.discovery or "homeassistant", version=version("ambient-hub"), area=config.hub.room,
            transcripts=config.privacy.publish_transcripts,
        )
        self._presence.show("state", "idle")
        loud = store.get("volume", 100)
        volume(loud / 100)
        self._presence.show("volume", str(loud))
        self._presence.show("mute", "OFF")
        if store.get("muted", False):
            self._set("mute", "ON")

    def take(self, kind: str, data: Mapping[str, Any]) -> None:
        state = STATE_OF.get(kind)
        if state is not None:
            self._presence.show("state", state)
        if kind == "decided":
            turn: Turn = data["turn"]
            event = EVENT_OF.get(turn.decision.kind) if turn.decision is not None else None
            frames = turn.interpretation.frames if turn.interpretation is not None else ()
            if event is not None:
                self._presence.event(event, frames[0].intent if frames else None)
            if turn.utterance is not None:
                self._presence.show("heard", turn.utterance.text)

    def _set(self, key: str, payload: str) -> None:
        if key == "mute" and payload in ("ON", "OFF"):
            self._store.put("muted", payload == "ON")
            self._presence.show("mute", payload)
            self._soon(self._mute(payload == "ON"), "mutes")
        elif key == "volume" and payload.replace(".", "", 1).isdigit() and 0 <= float(payload) <= 100:
            loud = round(float(payload))
            self._store.put("volume", loud)
            self._presence.show("volume", str(loud))
            self._volume(loud / 100)
        elif key == "undo":
            self._soon(self._undo(), "undoes")
        else:
            log.warning("hub/%s/%s/set: %r is no value for it", self._config.hub.name, key, payload)

    def _soon(self, work: Coroutine[Any, Any, Any], name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
