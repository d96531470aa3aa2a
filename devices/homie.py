"""Reads the Homie convention, 4 (one topic per attribute) and 5 (one JSON description). Knows no state and no Home."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from devices import colours
from devices.ha_light import asked, with_rgb
from devices.ha_parts import json_object, legal_topic, with_attributes, with_value
from devices.home import State
from devices.homeassistant import addresses
from devices.wiring import Available, CannotDo, Found, FoundDevice, Listen, Message, Report, Wiring, Write, read_only

_POWER = ("power", "on", "state", "switch", "onoff", "on-off", "toggle")
_LEVEL = ("brightness", "dim", "dimmer", "level", "intensity")
_UNITS: Mapping[str, str] = {"°C": "temperature", "°F": "temperature", "W": "power", "kWh": "energy", "V": "voltage", "A": "current",
    "Pa": "pressure",
                             "hPa": "pressure", "lx": "illuminance", "ppm": "carbon_dioxide"}
_KINDS = ("temperature", "humidity", "motion", "occupancy", "smoke", "battery", "illuminance", "pressure", "door", "window", "power",
    "energy")
MAX_DEVICES = 500


@dataclass(slots=True)
class _Device:
    """What has been heard of a Homie 4 device so far."""

    attributes: dict[str, str] = field(default_factory=dict)
    nodes: dict[str, dict[str, str]] = field(default_factory=dict)
    properties: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)


class Homie:
    """A reader. Homie 4 spreads a device over many retained topics, so it collects them until `$nodes` and its nodes are known."""

    def __init__(self, base: str = "homie") -> None:
        self.base = base
        self.patterns: tuple[str, ...] = (
            f"{base}/5/+/$description", f"{base}/+/$homie", f"{base}/+/$name", f"{base}/+/$nodes", f"{base}/+/$state", f"{base}/+/+/$name",
            f"{base}/+/+/$type", f"{base}/+/+/$properties", f"{base}/+/+/+/$name", f"{base}/+/+/+/$datatype", f"{base}/+/+/+/$settable",
            f"{base}/+/+/+/$format", f"{base}/+/+/+/$unit",
        )
        self._devices: dict[str, _Device] = {}

    def read(self, topic: str, payload: bytes) -> Report | None:
        levels = topic.removeprefix(f"{self.base}/").split("/")
        if not topic.startswith(f"{self.base}/") or not levels[-1].startswith("$"):
            return None
        if levels[0] == "5":
            return self._five(topic, levels, payload) if len(levels) == 3 and levels[2] == "$description" else None
        return self._four(levels, payload.decode("utf-8", "replace").strip())

    def _five(self, topic: str, levels: list[str], payload: bytes) -> Report:
        root = f"{self.base}/5/{levels[1]}"
        if not payload.strip():
            return Report(key=root)
        try:
            given = json_object(payload.decode())
        except ValueError as error:
            return Report(key=root, problems=((f"{topic} can't be read ({error})", "The device's own firmware has to be mended."),))
        nodes = given.get("nodes") if isinstance(given.get("nodes"), Mapping) else {}
        tree = {
            str(node): {"name": about.get("name"), "type": about.get("type"), "properties": {
                str(name): prop for name, prop in (about.get("properties") or {}).items() if isinstance(prop, Mapping)}}
            for node, about in list((nodes or {}).items())[:100] if isinstance(about, Mapping) and isinstance(about.get("properties", {}),
                Mapping)
        }
        return self._report(root, levels[1], str(given.get("name") or levels[1]), tree)

    def _four(self, levels: list[str], text: str) -> Report | None:
        ident, attribute = levels[0], levels[-1]
        if ident not in self._devices and len(self._devices) >= MAX_DEVICES:
            return None
        device = self._devices.setdefault(ident, _Device())
        known = (device.attributes if len(levels) == 2 else device.nodes.setdefault(levels[1], {}) if len(levels) == 3
                 else device.properties.setdefault((levels[1], levels[2]), {}))
        if known.get(attribute) == text:
            return None
        known[attribute] = text
        if not text and attribute in ("$homie", "$state"):
            del self._devices[ident]
            return Report(key=f"{self.base}/{ident}")
        if attribute == "$state" or "$homie" not in device.attributes or "$nodes" not in device.attributes:
            return None
        tree: dict[str, dict[str, Any]] = {}
        for node in filter(None, device.attributes["$nodes"].split(",")):
            node = node.removesuffix("[]")
            about = device.nodes.get(node, {})
            names = [name for name in about.get("$properties", "").split(",") if name]
            tree[node] = {"name": about.get("$name"), "type": about.get("$type"), "properties": {
                name: {key[1:]: value == "true" if key == "$settable" else value for key, value in device.properties[node, name].items()}
                for name in names if device.properties.get((node, name), {}).get("$datatype")}}
        return self._report(f"{self.base}/{ident}", ident, device.attributes.get("$name") or ident, tree)

    def _report(self, root: str, ident: str, name: str, tree: Mapping[str, Mapping[str, Any]]) -> Report:
        device = FoundDevice(id=f"homie_{ident.replace('-', '_')}", name=name, same_as=addresses(ident))
        there = Available(topic=f"{root}/$state", read=lambda payload: payload.strip() in ("ready", "alert") if payload.strip() else False)
        found: list[Found] = []
        for node, about in tree.items():
            label = str(about.get("name") or node)
            for domain, own, part, attributes, listens, write in _entities(f"{root}/{node}", label, about):
                if not all(legal_topic(listen.topic, publish=True) for listen in listens):
                    continue
                claims = frozenset({(f"{root}/{node}/{part}/set", "")}) if write is not read_only else frozenset()
                found.append(Found(
                    key=root, domain=domain, object_id="", name=None if len(tree) == 1 and own == label and own == name else own,
                    device=device,
                    unique_id=f"homie_{ident}_{node}_{part}", attributes=MappingProxyType(attributes), native=True,
                    wiring=Wiring(source="homie", listens=listens, available=(there,), write=write, echoes=write is not read_only,
                        claims=claims),
                ))
        return Report(key=root, found=tuple(found))


Entity = tuple[str, str, str, dict[str, Any], tuple[Listen, ...], Write]


def _entities(root: str, label: str, about: Mapping[str, Any]) -> list[Entity]:
    properties: Mapping[str, Mapping[str, Any]] = about["properties"]
    power = next((name for name,
        prop in properties.items() if name in _POWER and prop.get("datatype") == "boolean" and prop.get("settable")), None)
    level = next((name for name, prop in properties.items() if name in _LEVEL and prop.get("settable")), None)
    colour = next((name for name, prop in properties.items() if prop.get("datatype") == "color" and prop.get("settable")), None)
    kind = f"{label} {about.get('type') or ''}".casefold()
    done: set[str | None] = set()
    entities: list[Entity] = []
    if power is not None and (level or colour or any(word in kind for word in ("light", "lamp", "bulb", "led"))):
        entities.append(_light(root, label, properties, power, level, colour))
        done = {power, level, colour}
    for name, prop in properties.items():
        if name not in done:
            single = name == power and len(properties) == 1
            entities.append(_single(root, label if single else str(prop.get("name") or name), name, prop))
    return entities


def _single(root: str, own: str, name: str, prop: Mapping[str, Any]) -> Entity:
    settable, kind = prop.get("settable") is True, str(prop.get("datatype"))
    attributes: dict[str, Any] = {}
    unit = str(prop.get("unit") or "")
    device_class = _UNITS.get(unit) or next((word for word in _KINDS if word in f"{name} {own}".casefold()), None)
    if unit:
        attributes["unit_of_measurement"] = unit
    if device_class is not None and not settable:
        attributes["device_class"] = device_class
    bounds = str(prop.get("format") or "")
    if kind == "boolean":
        domain, table = "switch" if settable else "binary_sensor", {"true": "on", "false": "off"}
        listen = Listen(topic=f"{root}/{name}", read=lambda payload, state: with_value(state, table[payload]) if payload in table else None)
    else:
        domain = "sensor"
        if settable and kind in ("integer", "float"):
            domain = "number"
            attributes |= {key: float(part) for key, part in zip(("min", "max"), bounds.split(":"), strict=False) if _is_number(part)}
        elif settable and kind == "enum":
            domain, attributes["options"] = "select", bounds.split(",")
        elif settable:
            domain = "text"
        listen = Listen(topic=f"{root}/{name}", read=lambda payload, state: with_value(state, payload[:255] or "unknown"))

    def write(service: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        value = {"on": "true", "off": "false"}[after.value] if kind == "boolean" else after.value
        return (Message(topic=f"{root}/{name}/set", payload=value),)

    return domain, own, name, attributes, (listen,), write if settable else read_only


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _light(root: str, label: str, properties: Mapping[str, Mapping[str, Any]], power: str, level: str | None, colour: str | None) -> Entity:
    bounds = [float(part) for part in str(properties.get(level or "", {}).get("format") or "0:100").split(":")[:2] if _is_number(part)]
    top = bounds[1] if len(bounds) == 2 and bounds[1] > 0 else 100.0
    model = str(properties.get(colour or "", {}).get("format") or "rgb").split(",")[0]

    def lit(payload: str, state: State) -> State | None:
        return with_value(state, "on" if payload == "true" else "off") if payload in ("true", "false") else None

    def bright(payload: str, state: State) -> State | None:
        return with_attributes(state, brightness=round(min(255.0, float(payload) * 255 / top))) if float(payload) > 0 else None

    def coloured(payload: str, state: State) -> State | None:
        parts = payload.split(",")
        used = parts[0] if parts[0] in ("rgb", "hsv", "xyz") else model  # Homie 5 says the model in the value
        values = [float(part) for part in parts if _is_number(part)]
        if len(values) != 3 or used == "xyz":
            return None
        rgb = colours.hs_to_rgb(values[:2]) if used == "hsv" else (int(values[0]), int(values[1]), int(values[2]))
        return with_rgb(state, rgb, "rgb")

    reads: list[tuple[str | None, Callable[[str, State], State | None]]] = [(power, lit), (level, bright), (colour, coloured)]
    listens = tuple(Listen(topic=f"{root}/{name}", read=read) for name, read in reads if name is not None)
    prefix = f"{model}," if "/5/" in root else ""

    def write(service: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        messages: list[Message] = []
        values = asked(data, before, after) if after.value == "on" else {}
        if "kelvin" in values:
            raise CannotDo("not_supported")
        if "brightness" in values:
            if level is None:
                raise CannotDo("not_supported")
            scaled = values["brightness"] * top / 255
            whole = properties[level].get("datatype") == "integer"
            messages.append(Message(topic=f"{root}/{level}/set", payload=str(max(1, round(scaled)) if whole else round(scaled, 3))))
        if "rgb" in values:
            if colour is None:
                raise CannotDo("not_supported")
            hue, saturation = colours.rgb_to_hs(values["rgb"])
            parts = (round(hue), round(saturation), 100) if model == "hsv" else values["rgb"]
            messages.append(Message(topic=f"{root}/{colour}/set", payload=prefix + ",".join(map(str, parts))))
        if before.value != after.value or not messages:
            messages.append(Message(topic=f"{root}/{power}/set", payload="true" if after.value == "on" else "false"))
        return tuple(messages)

    modes = ["rgb"] if colour is not None else ["brightness"] if level is not None else ["onoff"]
    return "light", label, power, {"supported_color_modes": modes}, listens, write
