"""The hub as a device of the house: announced by Home Assistant discovery, its states and switches on the bus. Knows no turn."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from devices.bus import Bus
from devices.homeassistant import ORIGIN

STATES = ("idle", "listening", "processing", "responding")
"""The states of Home Assistant's assist satellites."""
OnCommand = Callable[[str, str], None]
"""Called with what was set (mute · volume · undo · wake_word) and the payload."""


def announcement(name: str, *, prefix: str = "homeassistant", version: str = "", wake_words: Sequence[str] = (), area: str | None = None,
                 transcripts: bool = False) -> tuple[str, str]:
    """Topic and payload of the hub's own discovery message. What is said aloud is announced only where the owner publishes it."""
    device: dict[str, Any] = {"ids": [f"ambient_hub_{name}"], "name": name.replace("_", " ").title(), "mf": "Ambient Hub",
        "mdl": "Voice hub"}
    device |= ({"sw": version} if version else {}) | ({"sa": area} if area else {})
    base = f"hub/{name}"

    def part(platform: str, key: str, label: str, **more: Any) -> dict[str, Any]:
        return {"p": platform, "name": label, "uniq_id": f"ambient_hub_{name}_{key}", **more}

    parts = {
        "state": part("sensor", "state", "State", stat_t="~/state", dev_cla="enum", ops=list(STATES), ic="mdi:account-voice"),
        "mute": part("switch", "mute", "Mute", stat_t="~/mute", cmd_t="~/mute/set", ent_cat="config", ic="mdi:microphone-off"),
        "volume": part("number", "volume", "Volume", stat_t="~/volume", cmd_t="~/volume/set", min=0, max=100, unit_of_meas="%",
            ent_cat="config"),
        "undo": part("button", "undo", "Undo", cmd_t="~/undo/set", ic="mdi:undo"),
        "intent": part("event", "intent", "Intent", stat_t="~/intent", evt_typ=["understood", "declined", "asked"]),
        "false_wakes": part("sensor", "false_wakes", "False wakes per day", stat_t="~/false_wakes", ent_cat="diagnostic",
            stat_cla="measurement"),
    }
    if wake_words:
        parts["wake_word"] = part("select", "wake_word", "Wake word", stat_t="~/wake_word", cmd_t="~/wake_word/set", ops=list(wake_words),
                                  ent_cat="config")
    if transcripts:
        parts["heard"] = part("sensor", "heard", "Last heard", stat_t="~/heard", en=False)
    payload = {"~": base, "dev": device, "o": {"name": ORIGIN, "sw": version or "0"}, "avty_t": f"{base}/availability", "cmps": parts}
    return f"{prefix}/device/{name}/config", json.dumps(payload, ensure_ascii=False)


class Presence:
    """Keeps the hub's own device up to date on the bus, and passes on what somebody sets there."""

    def __init__(self, bus: Bus, on_command: OnCommand, *, prefix: str = "homeassistant", version: str = "", wake_words: Sequence[str] = (),
                 area: str | None = None, transcripts: bool = False) -> None:
        self._bus, self._on_command, self._transcripts = bus, on_command, transcripts
        self._message = announcement(bus.name, prefix=prefix, version=version, wake_words=wake_words, area=area, transcripts=transcripts)
        self._known: dict[str, str] = {}
        for key in ("mute", "volume", "undo", "wake_word"):
            bus.subscribe(f"hub/{bus.name}/{key}/set", self._set)
        bus.subscribe(f"{prefix}/status", lambda topic, payload,
            retained: self.announce() if payload == b"online" and not retained else None)
        bus.on_connect(self.announce)
        if bus.connected:
            self.announce()

    def announce(self) -> None:
        """Publishes the announcement and all that is known, retained."""
        self._bus.publish_soon(*self._message, retain=True)
        for key, value in self._known.items():
            self._bus.publish_soon(f"hub/{self._bus.name}/{key}", value, retain=True)

    def show(self, key: str, value: str) -> None:
        """Shows state, mute (ON/OFF), volume (0–100), wake_word, false_wakes; `heard` only where transcripts may be published."""
        if (key == "heard" and not self._transcripts) or self._known.get(key) == value:
            return
        self._known[key] = value
        if self._bus.connected:
            self._bus.publish_soon(f"hub/{self._bus.name}/{key}", value, retain=True)

    def event(self, kind: str, intent: str | None) -> None:
        """understood · declined · asked, with the intent's name and never its words."""
        self._bus.publish_soon(f"hub/{self._bus.name}/intent", json.dumps({"event_type": kind, "intent": intent}))

    def _set(self, topic: str, payload: bytes, retained: bool) -> None:
        if not retained:  # a retained command would be obeyed again at every start
            self._on_command(topic.split("/")[-2], payload.decode("utf-8", "replace")[:200])
