"""Reads Home Assistant's MQTT discovery: topics, device and single payloads, abbreviations, `~`. Knows no state and no Home."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from devices import abbreviations
from devices.capability import FEATURE_BITS
from devices.ha_entities import COMPONENTS, IGNORED, OURS, by_service
from devices.ha_parts import Parts
from devices.wiring import Found, FoundDevice, Report, Wiring, read_only

MAX_CONFIG = 256 * 1024
MAX_COMPONENTS = 300
ORIGIN = "Ambient Hub"
"""How our own announcements are signed."""
_LEGAL_ID = re.compile(r"[a-zA-Z0-9_-]{1,255}")
_ADDRESS = re.compile(r"(?<![0-9a-fA-F])(?:0[xX])?([0-9a-fA-F]{16}|[0-9a-fA-F]{12})(?![0-9a-fA-F])")
_SHARED = ("availability", "availability_topic", "availability_mode", "availability_template", "payload_available", "payload_not_available",
           "command_topic", "state_topic", "qos", "encoding", "device", "origin", "~")


class HomeAssistant:
    """A reader: `patterns` are what it wants to hear, `read` turns one announcement into a Report."""

    def __init__(self, prefix: str = "homeassistant", hub: str = "hub") -> None:
        self.prefix, self.hub = prefix, hub
        self.patterns: tuple[str, ...] = (f"{prefix}/+/+/config", f"{prefix}/+/+/+/config")

    def foreign(self, topic: str) -> bool:
        """Topics that no device may claim: the hub's own, discovery itself, and the bridges' rooms for requests."""
        return topic.startswith((f"hub/{self.hub}/", f"{self.prefix}/status")) or "/bridge/request/" in topic or (
            topic.startswith(f"{self.prefix}/") and topic.endswith("/config"))

    def read(self, topic: str, payload: bytes) -> Report | None:
        """None where the topic is no discovery topic."""
        levels = topic.removeprefix(f"{self.prefix}/").split("/")
        if not topic.startswith(f"{self.prefix}/") or levels[-1] != "config" or len(levels) not in (3, 4):
            return None
        component, ids = levels[0], levels[1:-1]
        if component in IGNORED:
            return None
        if not payload.strip():
            return Report(key=topic)
        if not all(_LEGAL_ID.fullmatch(part) for part in (component, *ids)):
            return _refused(topic, "its topic has an illegal id", "Ids of discovery topics hold letters, digits, _ and - only.")
        if component != "device" and component not in COMPONENTS and component not in OURS:
            return _refused(topic, f"there is no component {component!r}", "It is left out; everything else goes on.")
        if len(payload) > MAX_CONFIG:
            return _refused(topic, f"its configuration has {len(payload)} bytes", f"{MAX_CONFIG} are read; look at its firmware.")
        try:
            given = json.loads(payload.decode())
        except (ValueError, RecursionError):
            return _refused(topic, "its configuration is no JSON", "Look at what publishes there; an empty retained message removes it.")
        if not isinstance(given, dict):
            return _refused(topic, "its configuration is no JSON object", "Look at what publishes on that topic.")
        if given.get("migrate_discovery") is True or given.get("migr_discvry") is True:
            return Report(key=topic)
        config = expand(given)
        if _origin(config) == ORIGIN and any(part == self.hub or part.startswith(f"{self.hub}_") for part in ids):
            return None  # our own announcement
        if component == "device":
            return self._device(topic, ids[-1], config)
        problems: list[tuple[str, str]] = []
        found = self._entity(topic, component, ids, config, problems)
        return Report(key=topic, found=(found,) if found is not None else (), problems=tuple(problems))

    def _device(self, topic: str, object_id: str, config: dict[str, Any]) -> Report:
        components = config.get("components")
        if not isinstance(components, Mapping) or not isinstance(config.get("device"), Mapping):
            return _refused(topic, "a device payload needs `device` and `components`", "The device's own configuration has to be mended.")
        shared = {key: config[key] for key in _SHARED if key in config}
        found: list[Found] = []
        problems: list[tuple[str, str]] = []
        for name, part in list(components.items())[:MAX_COMPONENTS]:
            platform = part.get("platform") if isinstance(part, Mapping) else None
            if platform in IGNORED:
                continue
            if platform not in COMPONENTS and platform not in OURS:
                problems.append((f"its component {str(name)[:60]!r} has no known platform ({str(platform)[:60]!r})", "It is left out."))
            elif len([key for key in part if key != "~"]) > 1:  # only a platform: the component is taken away
                entity = self._entity(topic, str(platform), [object_id, _slug(str(name))], {**shared, **part}, problems)
                if entity is not None:
                    found.append(entity)
        return Report(key=topic, found=tuple(found), problems=tuple(problems))

    def _entity(self, topic: str, component: str, ids: list[str], config: dict[str, Any], problems: list[tuple[str, str]]) -> Found | None:
        if config.get("enabled_by_default") is False:
            return None
        parts = Parts(config, self.foreign)
        parts.keep("device_class", "unit_of_measurement", "state_class", "icon", "code_format")
        build = by_service if component in OURS or config.get("schema") == "hub" else COMPONENTS[component]
        write, echoes = build(parts)
        parts.json_attributes()
        available, mode = parts.availability()
        problems.extend(parts.problems)
        if not parts.listens and not parts.claims and component not in ("camera", "image"):
            problems.append((f"{component} {'/'.join(ids)} has no topic that could be used", "It is left out."))
            return None
        if parts.features or (component in FEATURE_BITS and component not in OURS and component != "camera"):
            parts.attributes["supported_features"] = sorted(parts.features)
        default_id = str(config.get("default_entity_id") or config.get("object_id") or "")
        unique, device = config.get("unique_id"), _found_device(config.get("device"))
        return Found(
            key=topic, domain=component, object_id=_slug(default_id.rpartition(".")[2]), name=_name(config), device=device,
            unique_id=str(unique)[:255] if unique is not None else None, attributes=MappingProxyType(parts.attributes),
            state="idle" if component == "camera" else "unknown",
            category=str(config["entity_category"]) if config.get("entity_category") else None,
            wiring=Wiring(source="homeassistant", listens=tuple(parts.listens), available=available, available_mode=mode,
                          write=write if parts.claims else read_only, echoes=echoes and config.get("optimistic") is not True,
                          claims=frozenset(parts.claims), falls_off_s=parts.seconds("off_delay"), expires_s=parts.seconds("expire_after")),
        )


def _refused(topic: str, what: str, mend: str) -> Report:
    return Report(key=topic, problems=((what, mend),))


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9_]+", "_", text.casefold()).strip("_")


def _origin(config: Mapping[str, Any]) -> str | None:
    origin = config.get("origin")
    return str(origin.get("name")) if isinstance(origin, Mapping) else None


def expand(given: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration with long keys and whole topics: abbreviations undone, `~` replaced at the start or end of topics."""
    config = _long(given, abbreviations.ENTITY)
    for key, table in (("device", abbreviations.DEVICE), ("origin", abbreviations.ORIGIN)):
        if isinstance(config.get(key), Mapping):
            config[key] = _long(config[key], table)
    entries = config.get("availability")
    if isinstance(entries, list):
        config["availability"] = [_long(entry, abbreviations.ENTITY) if isinstance(entry, Mapping) else entry for entry in entries[:20]]
    elif isinstance(entries, Mapping):
        config["availability"] = _long(entries, abbreviations.ENTITY)
    base = config.pop("~", None)
    parts = config.get("components")
    if isinstance(parts, Mapping):
        shared = {"~": base} if base is not None else {}
        config["components"] = {
            name: expand({**shared, **{key: value for key, value in part.items() if key not in ("components", "cmps")}})
            if isinstance(part, Mapping) else part
            for name, part in list(parts.items())[:MAX_COMPONENTS]
        }
    if isinstance(base, str):
        _whole_topics(config, base)
        entries = config.get("availability")
        for entry in [entries] if isinstance(entries, dict) else entries if isinstance(entries, list) else []:
            if isinstance(entry, dict):
                _whole_topics(entry, base)
    return config


def _long(given: Mapping[str, Any], table: Mapping[str, str]) -> dict[str, Any]:
    return {table.get(str(key), str(key)): value for key, value in given.items()}


def _whole_topics(config: dict[str, Any], base: str) -> None:
    for key, value in config.items():
        if key.endswith("topic") and isinstance(value, str) and len(value) < 1024:
            if value.startswith("~"):
                config[key] = base + value[1:]
            elif value.endswith("~"):
                config[key] = value[:-1] + base


def _name(config: Mapping[str, Any]) -> str | None:
    """The entity's own name; None where it goes by its device's."""
    if config.get("name") is not None:
        return str(config["name"])
    if "name" not in config and config.get("device_class") is not None:
        return str(config["device_class"]).replace("_", " ").capitalize()
    return None


def addresses(*texts: object) -> frozenset[str]:
    """Hardware addresses (MAC, IEEE) in some identifiers: 12 or 16 hex digits, lower case, without separators."""
    joined = [re.sub(r"(?<=[0-9a-fA-F]{2})[:-](?=[0-9a-fA-F]{2})", "", str(text)) for text in texts]
    return frozenset(item.lower() for text in joined for item in _ADDRESS.findall(text))


def _found_device(given: object) -> FoundDevice | None:
    if not isinstance(given, Mapping):
        return None
    ids = given.get("identifiers") or []
    ids = [str(item) for item in (ids if isinstance(ids, list) else [ids])][:20]
    pairs = given.get("connections") or []
    linked = [str(pair[1]) for pair in pairs[:20] if isinstance(pair, (list, tuple)) and len(pair) == 2] if isinstance(pairs, list) else []
    if not ids and not linked:
        return None
    area, name = given.get("suggested_area"), given.get("name")
    return FoundDevice(id=_slug((ids or linked)[0]) or "device", name=str(name) if name else None, area=str(area) if area else None,
                       same_as=addresses(*ids, *linked))
