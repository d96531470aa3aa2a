"""Reads Zigbee2MQTT in its own language: bridge/devices, bridge/groups, exposes. Knows no state and no Home.

Capabilities are explicit there (access bits, ranges, units), so no template is needed. Both 1.x and 2.x payloads are read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from devices import colours
from devices.ha_light import asked, rgb_of, with_kelvin, with_rgb
from devices.ha_parts import json_object, legal_topic, with_attributes, with_value
from devices.home import State
from devices.wiring import Available, CannotDo, Found, FoundDevice, Listen, Message, Report, Wiring, Write, read_only

MAX_PAYLOAD = 8 * 1024 * 1024
PUBLISHED, SETTABLE = 1, 2
_SENSORS: Mapping[str, tuple[str | None, str]] = {
    "temperature": ("temperature", "Temperature"), "humidity": ("humidity", "Humidity"), "pressure": ("atmospheric_pressure", "Pressure"),
    "illuminance": ("illuminance", "Illuminance"), "illuminance_lux": ("illuminance", "Illuminance"), "battery": ("battery", "Battery"),
    "power": ("power", "Power"), "energy": ("energy", "Energy"), "voltage": ("voltage", "Voltage"), "current": ("current", "Current"),
    "co2": ("carbon_dioxide", "CO2"), "pm25": ("pm25", "PM2.5"), "pm10": ("pm10", "PM10"), "voc": ("volatile_organic_compounds", "VOC"),
    "soil_moisture": ("moisture", "Soil moisture"), "device_temperature": ("temperature", "Device temperature"), "action": (None, "Action"),
    "occupancy": ("occupancy", "Occupancy"), "presence": ("presence", "Presence"), "contact": ("door", "Door"), "water_leak": ("moisture",
        "Leak"),
    "smoke": ("smoke", "Smoke"), "gas": ("gas", "Gas"), "carbon_monoxide": ("carbon_monoxide", "Carbon monoxide"),
    "vibration": ("vibration", "Vibration"), "tamper": ("tamper", "Tamper"), "battery_low": ("battery", "Battery low"),
    "window_open": ("window", "Window"), "local_temperature": ("temperature", "Temperature"),
}
"""Property -> device class and plain name. Other read-only properties are the bridge's own business."""

Read = Callable[[Mapping[str, Any], State], State | None]


class Zigbee2Mqtt:
    """A reader. It remembers what each device exposes, since groups are described by their members."""

    def __init__(self, base: str = "zigbee2mqtt") -> None:
        self.base = base
        self.patterns: tuple[str, ...] = (f"{base}/bridge/devices", f"{base}/bridge/groups")
        self._kinds: dict[str, list[Mapping[str, Any]]] = {}
        """IEEE address -> what it exposes."""
        self._groups: bytes = b""

    def read(self, topic: str, payload: bytes) -> Report | list[Report] | None:
        if topic not in self.patterns:
            return None
        if topic.endswith("/groups"):
            self._groups = payload
        try:
            if len(payload) > MAX_PAYLOAD:
                raise ValueError(f"it has {len(payload)} bytes")
            rows = json.loads(payload.decode() or "[]")
            if not isinstance(rows, list):
                raise ValueError("it is no JSON list")
        except (ValueError, RecursionError) as error:
            return Report(key=topic, problems=((f"the bridge's list can't be read ({error})",
                "Restart Zigbee2MQTT; it publishes the list anew."),))
        if topic.endswith("/groups"):
            return self._group_report(topic, rows)
        found: list[Found] = []
        problems: list[tuple[str, str]] = []
        self._kinds.clear()
        for row in rows[:1000]:
            if not isinstance(row, Mapping) or row.get("type") == "Coordinator" or row.get("disabled") or not row.get("ieee_address"):
                continue
            definition = row.get("definition")
            if not isinstance(definition, Mapping) or row.get("supported") is False:
                if row.get("interview_completed", True):
                    problems.append((f"{str(row.get('friendly_name'))[:80]!r} is no device that Zigbee2MQTT knows",
                        "Look for an external converter."))
                continue
            exposes = [item for item in definition.get("exposes") or [] if isinstance(item, Mapping)]
            self._kinds[str(row["ieee_address"])] = exposes
            found.extend(self._device(topic, row, definition, exposes))
        reports = [Report(key=topic, found=tuple(found), problems=tuple(problems))]
        if self._groups:
            groups = self.read(f"{self.base}/bridge/groups", self._groups)
            reports += [groups] if isinstance(groups, Report) else []
        return reports

    def _device(self, key: str, row: Mapping[str, Any], definition: Mapping[str, Any], exposes: list[Mapping[str, Any]]) -> Iterator[Found]:
        ieee, friendly = str(row["ieee_address"]), str(row.get("friendly_name") or row["ieee_address"])
        place, _, name = friendly.rpartition("/")
        if name == ieee:
            name = str(definition.get("description") or definition.get("model") or ieee)
        device = FoundDevice(id=f"zigbee_{ieee.removeprefix('0x')}", name=name.replace("_", " "), area=place.replace("_", " ") or None,
                             kind=str(definition.get("description") or "") or None, same_as=frozenset({ieee.lower().removeprefix("0x")}))
        for entity in self._entities(key, friendly, ieee, exposes):
            yield Found(key=key, domain=entity[0], object_id="", name=entity[1], device=device, unique_id=f"{ieee}_{entity[2]}",
                        attributes=MappingProxyType(entity[3]), native=True, wiring=entity[4])

    def _group_report(self, key: str, rows: list[Any]) -> Report:
        found = []
        for row in rows[:500]:
            if not isinstance(row, Mapping) or not row.get("friendly_name"):
                continue
            members = row.get("members") if isinstance(row.get("members"), list) else []
            kinds = [self._kinds.get(str(member.get("ieee_address")), []) for member in members or [] if isinstance(member, Mapping)]
            shared = next((item for exposes in kinds for item in exposes if item.get("type") in ("light", "switch", "cover")), None)
            if shared is None:
                continue
            name = str(row["friendly_name"])
            for domain, _, part, attributes, wiring in self._entities(key, name, f"group_{row.get('id')}", [shared]):
                found.append(Found(key=key, domain=domain, object_id="", name=name.rpartition("/")[2].replace("_", " "), native=True,
                                   unique_id=f"{self.base}_group_{row.get('id')}_{part}", attributes=MappingProxyType(attributes),
                                   wiring=wiring))
        return Report(key=key, found=tuple(found))

    def _entities(
        self, key: str, friendly: str, ieee: str, exposes: list[Mapping[str, Any]],
    ) -> Iterator[tuple[str, str | None, str, dict[str, Any], Wiring]]:
        """(domain, own name, property, attributes, wiring) of each thing that the device exposes."""
        topic = f"{self.base}/{friendly}"
        if not legal_topic(topic, publish=True):
            return
        available = (Available(topic=f"{self.base}/bridge/state", read=_online), Available(topic=f"{topic}/availability", read=_online))

        def wired(read: Read, write: Write = read_only) -> Wiring:
            listen = Listen(topic=topic, read=lambda payload, state: read(json_object(payload), state) if payload.startswith("{") else None)
            return Wiring(source="zigbee2mqtt", listens=(listen,), available=available, available_mode="unless_offline", write=write,
                          echoes=write is not read_only, claims=frozenset({(f"{topic}/set",
                              "")}) if write is not read_only else frozenset())

        def put(body: Mapping[str, Any]) -> tuple[Message, ...]:
            return (Message(topic=f"{topic}/set", payload=json.dumps(body)),)

        for item in exposes:
            kind, endpoint = item.get("type"), item.get("endpoint")
            features = {str(part.get("name")): part for part in item.get("features") or [] if isinstance(part, Mapping)}
            own = str(endpoint).capitalize() if endpoint else None
            if kind in _SPECIFIC and ("state" in features or kind == "climate"):
                attributes, read, write = _SPECIFIC[str(kind)](features, put)
                suffix = f"{kind}_{endpoint}" if endpoint else str(kind)
                yield str(kind), own, suffix, attributes, wired(read, write)
            elif kind in ("binary", "numeric", "enum") and str(item.get("name")) in _SENSORS and int(item.get("access") or 0) & PUBLISHED:
                if item.get("category") == "config" or int(item.get("access") or 0) & SETTABLE:
                    continue
                device_class, plain = _SENSORS[str(item["name"])]
                prop = str(item.get("property") or item["name"])
                attributes = {"device_class": device_class} if device_class else {}
                if item.get("unit"):
                    attributes["unit_of_measurement"] = str(item["unit"])
                name = f"{plain} {endpoint}" if endpoint else plain
                yield ("binary_sensor" if kind == "binary" else "sensor"), name, prop, attributes, wired(_sensor(item, prop))


def _online(payload: str) -> bool | None:
    text = payload.strip()
    if text.startswith("{"):
        try:
            text = str(json_object(text).get("state"))
        except ValueError:
            return None
    return {"online": True, "offline": False}.get(text)


def _sensor(item: Mapping[str, Any], prop: str) -> Read:
    on, off = item.get("value_on", True), item.get("value_off", False)

    def read(given: Mapping[str, Any], state: State) -> State | None:
        value = given.get(prop)
        if prop not in given or isinstance(value, (dict, list)):
            return None
        if item.get("type") == "binary":
            return with_value(state, "on" if value == on else "off" if value == off else "unknown")
        return with_value(state, "unknown" if value is None else str(value)[:255])

    return read


def _property(features: Mapping[str, Mapping[str, Any]], name: str) -> str:
    return str(features[name].get("property") or name) if name in features else name


Specific = tuple[dict[str, Any], Read, Write]
Put = Callable[[Mapping[str, Any]], tuple[Message, ...]]


def _light(features: Mapping[str, Mapping[str, Any]], put: Put) -> Specific:
    state_key, level_key, temp_key = (_property(features, name) for name in ("state", "brightness", "color_temp"))
    colour = next((features[name] for name in ("color_xy", "color_hs") if name in features), None)
    colour_key = str(colour.get("property") or "color") if colour is not None else "color"
    scale = float(features.get("brightness", {}).get("value_max") or 254)
    modes = [*(["color_temp"] if "color_temp" in features else []),
        *(["xy" if "color_xy" in features else "hs"] if colour is not None else [])]
    attributes: dict[str, Any] = {"supported_color_modes": modes or (["brightness"] if "brightness" in features else ["onoff"])}
    for ours, theirs in (("max_color_temp_kelvin", "value_min"), ("min_color_temp_kelvin", "value_max")):
        if features.get("color_temp", {}).get(theirs):
            attributes[ours] = colours.mired(float(features["color_temp"][theirs]))
    on, off = features["state"].get("value_on", "ON"), features["state"].get("value_off", "OFF")

    def read(given: Mapping[str, Any], state: State) -> State | None:
        if state_key in given:
            state = with_value(state, "on" if given[state_key] == on else "off" if given[state_key] == off else "unknown")
        level, temp, mode = given.get(level_key), given.get(temp_key), given.get("color_mode")
        if isinstance(level, (int, float)) and level > 0 and "brightness" in features:
            state = with_attributes(state, brightness=max(1, min(255, round(level * 255 / scale))))
        if isinstance(temp, (int, float)) and temp > 0 and "color_temp" in features and mode in (None, "color_temp"):
            state = with_kelvin(state, colours.mired(temp))
        if isinstance(given.get(colour_key), Mapping) and mode in ("xy", "hs") and (rgb := rgb_of(given[colour_key])) is not None:
            state = with_rgb(state, rgb, mode)
        return state

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        extra = {key: data[key] for key in ("transition",) if key in data}
        if after.value == "off":
            return put({state_key: off, **extra})
        values = asked(data, before, after)
        body: dict[str, Any] = {state_key: on, **extra, **({"effect": values["effect"]} if "effect" in values else {})}
        for field, needed in (("brightness", "brightness"), ("kelvin", "color_temp")):
            if field in values and needed not in features:
                raise CannotDo("not_supported")
        if "brightness" in values:
            body[level_key] = max(1, round(values["brightness"] * scale / 255))
        if "kelvin" in values:
            body[temp_key] = colours.mired(values["kelvin"])
        if "rgb" in values:
            if colour is None:
                raise CannotDo("not_supported")
            body[colour_key] = dict(zip("rgb", values["rgb"], strict=True))
        return put(body)

    return attributes, read, write


def _switch(features: Mapping[str, Mapping[str, Any]], put: Put) -> Specific:
    key, on, off = _property(features, "state"), features["state"].get("value_on", "ON"), features["state"].get("value_off", "OFF")
    return {}, _states(key, {on: "on", off: "off"}), lambda name, data, before, after: put({key: on if after.value == "on" else off})


def _states(key: str, table: Mapping[Any, str]) -> Read:
    return lambda given, state: with_value(state, table.get(given[key], "unknown")) if isinstance(given.get(key), (str, bool,
        int)) else None


def _lock(features: Mapping[str, Mapping[str, Any]], put: Put) -> Specific:
    key, on, off = _property(features, "state"), features["state"].get("value_on", "LOCK"), features["state"].get("value_off", "UNLOCK")

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        if name == "open":
            raise CannotDo("not_supported")
        return put({key: on if after.value == "locked" else off})

    return {"supported_features": []}, _states(key, {on: "locked", off: "unlocked"}), write


def _cover(features: Mapping[str, Mapping[str, Any]], put: Put) -> Specific:
    state_key, place_key, tilt_key = (_property(features, name) for name in ("state", "position", "tilt"))
    known = ["open", "close", "stop", *(["set_position"] if "position" in features else []),
        *(["set_tilt_position"] if "tilt" in features else [])]

    def read(given: Mapping[str, Any], state: State) -> State | None:
        place, tilt = given.get(place_key), given.get(tilt_key)
        if isinstance(place, (int, float)) and "position" in features:
            state = with_value(with_attributes(state, current_position=round(place)), "open" if place > 0 else "closed")
        elif given.get(state_key) in ("OPEN", "CLOSE"):
            state = with_value(state, "open" if given[state_key] == "OPEN" else "closed")
        if isinstance(tilt, (int, float)):
            state = with_attributes(state, current_tilt_position=round(tilt))
        moving = {"UP": "opening", "DOWN": "closing"}.get(str(given.get("moving")))
        return with_value(state, moving) if moving is not None else state

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        if name == "set_cover_position" and "position" in features:
            return put({place_key: round(float(data["position"]))})
        if "tilt" in name and "tilt" in features:
            return put({tilt_key: round(float(data.get("tilt_position", 100 if name.startswith("open") else 0)))})
        verbs = {"open_cover": "OPEN", "close_cover": "CLOSE", "stop_cover": "STOP", "toggle": "OPEN" if after.value == "open" else "CLOSE"}
        if name not in verbs:
            raise CannotDo("not_supported")
        return put({state_key: verbs[name]})

    return {"supported_features": known}, read, write


def _fan(features: Mapping[str, Mapping[str, Any]], put: Put) -> Specific:
    key, mode_key = _property(features, "state"), _property(features, "mode")
    modes = [str(value) for value in features.get("mode", {}).get("values") or [] if str(value) not in ("off", "on")]

    def read(given: Mapping[str, Any], state: State) -> State | None:
        state = _states(key, {"ON": "on", "OFF": "off"})(given, state) or state
        return with_attributes(state, preset_mode=str(given[mode_key])) if isinstance(given.get(mode_key), str) else state

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        if "preset_mode" in data:
            return put({mode_key: data["preset_mode"]})
        if name not in ("turn_on", "turn_off", "toggle") or "percentage" in data:
            raise CannotDo("not_supported")
        return put({key: "ON" if after.value == "on" else "OFF"})

    return {"preset_modes": modes, "supported_features": ["turn_on", "turn_off", *(["preset_mode"] if modes else [])]}, read, write


def _climate(features: Mapping[str, Mapping[str, Any]], put: Put) -> Specific:
    target = next((name for name in ("occupied_heating_setpoint", "current_heating_setpoint",
        "occupied_cooling_setpoint") if name in features), "")
    modes = [str(value) for value in features.get("system_mode", {}).get("values") or []]
    attributes: dict[str, Any] = {
        "hvac_modes": modes or ["heat"],
        "supported_features": [*(["target_temperature"] if target else []), *(["preset_mode"] if "preset" in features else []),
                               *(["fan_mode"] if "fan_mode" in features else [])],
    }
    for ours, theirs in (("min_temp", "value_min"), ("max_temp", "value_max"), ("target_temp_step", "value_step")):
        if target and features[target].get(theirs) is not None:
            attributes[ours] = features[target][theirs]
    if "preset" in features:
        attributes["preset_modes"] = [str(value) for value in features["preset"].get("values") or []]
    names = {"temperature": target, "current_temperature": "local_temperature", "preset_mode": "preset", "fan_mode": "fan_mode",
             "hvac_action": "running_state"}

    def read(given: Mapping[str, Any], state: State) -> State | None:
        for ours, theirs in names.items():
            value = given.get(_property(features, theirs)) if theirs in features else None
            if isinstance(value, (int, float, str)):
                state = with_attributes(state, **{ours: value})
        mode = given.get(_property(features, "system_mode"))
        return with_value(state, str(mode)) if isinstance(mode, str) else state if modes else with_value(state, "heat")

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        body: dict[str, Any] = {}
        if "temperature" in data and target:
            body[_property(features, target)] = after.attributes["temperature"]
        if name in ("turn_on", "turn_off", "toggle", "set_hvac_mode") or "hvac_mode" in data:
            if after.value not in modes:
                raise CannotDo("bad_value")
            body[_property(features, "system_mode")] = after.value
        for field, feature in (("preset_mode", "preset"), ("fan_mode", "fan_mode")):
            if field in data and feature in features:
                body[_property(features, feature)] = data[field]
        if not body:
            raise CannotDo("not_supported")
        return put(body)

    return attributes, read, write


_SPECIFIC: Mapping[str, Callable[[Mapping[str, Mapping[str, Any]], Put], Specific]] = {
    "light": _light, "switch": _switch, "lock": _lock, "cover": _cover, "fan": _fan, "climate": _climate,
}
