"""Reads Tasmota in its own language: tasmota/discovery/<MAC>/config and /sensors. Knows no state and no Home."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from devices import colours
from devices.ha_light import asked, with_kelvin, with_rgb
from devices.ha_parts import json_object, legal_topic, with_attributes, with_value
from devices.home import State
from devices.wiring import Available, CannotDo, Found, FoundDevice, Listen, Message, Report, Wiring, Write, read_only

_CLASSES: Mapping[str, tuple[str, str | None]] = {
    "Temperature": ("temperature", None), "Humidity": ("humidity", "%"), "DewPoint": ("temperature", None),
    "Pressure": ("atmospheric_pressure", "hPa"),
    "Illuminance": ("illuminance", "lx"), "CarbonDioxide": ("carbon_dioxide", "ppm"), "Power": ("power", "W"), "Voltage": ("voltage", "V"),
    "Current": ("current", "A"), "Total": ("energy", "kWh"), "Today": ("energy", "kWh"), "Yesterday": ("energy", "kWh"),
    "PM2.5": ("pm25", "µg/m³"), "PM10": ("pm10", "µg/m³"), "Moisture": ("moisture", "%"), "Distance": ("distance", "cm"),
}
_CHANNELS = {1: ["brightness"], 2: ["color_temp"], 3: ["rgb"], 4: ["rgb"], 5: ["rgb", "color_temp"]}
"""Light subtype (number of channels) -> colour modes."""


class Tasmota:
    """A reader. The sensors' message says nothing of topics, so it remembers each device's configuration."""

    def __init__(self, prefix: str = "tasmota/discovery") -> None:
        self.prefix = prefix
        self.patterns: tuple[str, ...] = (f"{prefix}/+/config", f"{prefix}/+/sensors")
        self._configs: dict[str, Mapping[str, Any]] = {}
        self._sensors: dict[str, Mapping[str, Any]] = {}

    def read(self, topic: str, payload: bytes) -> Report | list[Report] | None:
        mac, _, kind = topic.removeprefix(f"{self.prefix}/").partition("/")
        if kind not in ("config", "sensors"):
            return None
        known = self._configs if kind == "config" else self._sensors
        if not payload.strip():
            known.pop(mac, None)
            return Report(key=topic)
        try:
            known[mac] = json_object(payload.decode())
        except ValueError as error:
            return Report(key=topic, problems=((f"its discovery message can't be read ({error})",
                "Send `SetOption19 0` to the device again."),))
        config = self._configs.get(mac)
        if config is None:
            return Report(key=topic)
        reports = [self._device(f"{self.prefix}/{mac}/config", mac, config)]
        if mac in self._sensors:
            reports.append(Report(key=f"{self.prefix}/{mac}/sensors", found=tuple(self._readings(mac, config, self._sensors[mac]))))
        return reports

    def _device(self, key: str, mac: str, config: Mapping[str, Any]) -> Report:
        topics = _topics(config)
        if topics is None:
            return Report(key=key, problems=(("its full topic can't be used", "Set FullTopic to %prefix%/%topic%/ on the device."),))
        relays = [int(item or 0) for item in config.get("rl") or [] if isinstance(item, (int, float))]
        names = config.get("fn") if isinstance(config.get("fn"), list) else []
        options = config.get("so") if isinstance(config.get("so"), Mapping) else {}
        used = [number for number, relay in enumerate(relays) if relay in (1, 2)]
        found, lit, shutters = [], False, 0
        for number, relay in enumerate(relays):
            power = "POWER" if len(used) == 1 and not (options or {}).get("26") else f"POWER{number + 1}"
            own = str(names[number]) if names and number < len(names) and names[number] else None
            if relay == 2 and not lit:
                lit = True
                found.append(self._found(key, mac, config, "light", own, f"light_{number}", *_light(config, topics, power)))
            elif relay == 1:
                domain = "light" if (options or {}).get("30") else "switch"
                found.append(self._found(key, mac, config, domain, own, f"relay_{number}", *_switch(config, topics, power, domain)))
            elif relay == 3:
                shutters += 1
                if shutters % 2:  # a shutter has two relays
                    found.append(self._found(key, mac, config, "cover", own, f"shutter_{shutters // 2}", *_shutter(topics,
                        shutters // 2 + 1)))
        return Report(key=key, found=tuple(found))

    def _found(self, key: str, mac: str, config: Mapping[str, Any], domain: str, own: str | None, part: str, attributes: dict[str, Any],
               listens: tuple[Listen, ...], write: Write) -> Found:
        topics = _topics(config) or {}
        name = str(config.get("dn") or mac)
        yes, no = str(config.get("onln") or "Online"), str(config.get("ofln") or "Offline")
        there = Available(topic=f"{topics['tele']}LWT", read=lambda payload: {yes: True, no: False}.get(payload.strip()))
        device = FoundDevice(id=f"tasmota_{mac.lower()}", name=name, kind=str(config.get("md") or "") or None,
            same_as=frozenset({mac.lower()}))
        claims = frozenset({(f"{topics['cmnd']}{part}", "")}) if write is not read_only else frozenset()
        return Found(
            key=key, domain=domain, object_id="", name=None if own in (None, name) else own, device=device, unique_id=f"{mac}_{part}",
            attributes=MappingProxyType(attributes), native=True,
            wiring=Wiring(source="tasmota", listens=listens, available=(there,), available_mode="latest", write=write,
                          echoes=write is not read_only, claims=claims, asks=(Message(topic=f"{topics['cmnd']}STATE", payload=""),)),
        )

    def _readings(self, mac: str, config: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[Found]:
        topics, readings = _topics(config), given.get("sn")
        if topics is None or not isinstance(readings, Mapping):
            return
        for sensor, values in readings.items():
            if not isinstance(values, Mapping):
                continue
            for quantity in values:
                if quantity not in _CLASSES:
                    continue
                device_class, unit = _CLASSES[quantity]
                unit = f"°{readings.get('TempUnit', 'C')}" if device_class == "temperature" else unit
                listen = Listen(topic=f"{topics['tele']}SENSOR", read=_reading(str(sensor), str(quantity)))
                name = quantity if sensor in ("ENERGY", "ANALOG") or len(readings) <= 3 else f"{sensor} {quantity}"
                yield self._found(f"{self.prefix}/{mac}/sensors", mac, config, "sensor", name, f"{sensor}_{quantity}",
                                  {"device_class": device_class, **({"unit_of_measurement": unit} if unit else {})}, (listen,), read_only)


def _topics(config: Mapping[str, Any]) -> dict[str, str] | None:
    """cmnd, stat and tele topics, each with its trailing slash."""
    full, topic, prefixes = str(config.get("ft") or "%prefix%/%topic%/"), str(config.get("t") or ""), config.get("tp") or ["cmnd", "stat",
        "tele"]
    if not topic or not isinstance(prefixes, list) or len(prefixes) < 3:
        return None
    full = full if full.endswith("/") else f"{full}/"
    whole = [full.replace("%prefix%", str(prefix)).replace("%topic%", topic).replace("%hostname%", str(config.get("hn") or "")).replace(
        "%id%", str(config.get("mac") or "")[-6:]) for prefix in prefixes[:3]]
    return dict(zip(("cmnd", "stat", "tele"), whole, strict=True)) if all(legal_topic(item, publish=True) for item in whole) else None


def _reading(sensor: str, quantity: str) -> Callable[[str, State], State | None]:
    def read(payload: str, state: State) -> State | None:
        values = json_object(payload).get(sensor)
        value = values.get(quantity) if isinstance(values, Mapping) else None
        value = value[0] if isinstance(value, list) and value else value
        return with_value(state, str(value)) if isinstance(value, (int, float)) else None

    return read


def _reports(topics: Mapping[str, str], read: Callable[[Mapping[str, Any], State], State | None]) -> tuple[Listen, ...]:
    """Tasmota answers on stat/…/RESULT and reports on tele/…/STATE; what STATUS 11 gives is nested."""
    def apply(payload: str, state: State) -> State | None:
        given = json_object(payload)
        nested = given.get("StatusSTS")
        return read(nested if isinstance(nested, Mapping) else given, state)

    return tuple(Listen(topic=topic, read=apply) for topic in (f"{topics['stat']}RESULT", f"{topics['tele']}STATE",
        f"{topics['stat']}STATUS11"))


def _words(config: Mapping[str, Any]) -> tuple[str, str]:
    words = config.get("state") if isinstance(config.get("state"), list) else []
    return (str(words[0]), str(words[1])) if words and len(words) >= 2 else ("OFF", "ON")


def _switch(config: Mapping[str, Any], topics: Mapping[str, str], power: str, domain: str) -> tuple[dict[str, Any], tuple[Listen, ...],
    Write]:
    off, on = _words(config)
    table = {on: "on", off: "off"}

    def read(given: Mapping[str, Any], state: State) -> State | None:
        value = given.get(power, given.get("POWER") if power == "POWER1" else None)
        return with_value(state, table[value]) if isinstance(value, str) and value in table else None

    plain = Listen(topic=f"{topics['stat']}{power}", read=lambda payload, state: with_value(state,
        table[payload]) if payload in table else None)

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        if any(key in data for key in ("brightness", "brightness_pct", "rgb_color", "color_name", "color_temp_kelvin")):
            raise CannotDo("not_supported")
        return (Message(topic=f"{topics['cmnd']}{power}", payload=on if after.value == "on" else off),)

    return ({"supported_color_modes": ["onoff"]} if domain == "light" else {}), (*_reports(topics, read), plain), write


def _light(config: Mapping[str, Any], topics: Mapping[str, str], power: str) -> tuple[dict[str, Any], tuple[Listen, ...], Write]:
    channels = int(config.get("lt_st") or 0)
    modes = _CHANNELS.get(channels, ["onoff"])
    _, switched, switch = _switch(config, topics, power, "light")

    def read(given: Mapping[str, Any], state: State) -> State | None:
        if isinstance(given.get("Dimmer"), (int, float)) and given["Dimmer"] > 0:
            state = with_attributes(state, brightness=round(given["Dimmer"] * 255 / 100))
        hsb = str(given.get("HSBColor") or "").split(",")
        white = given.get("White", 0)
        if len(hsb) == 3 and all(part.strip().isdigit() for part in hsb) and "rgb" in modes and not white:
            state = with_rgb(state, colours.hs_to_rgb((float(hsb[0]), float(hsb[1]))), "rgb")
        elif isinstance(given.get("CT"), (int, float)) and given["CT"] > 0 and "color_temp" in modes:
            state = with_kelvin(state, colours.mired(given["CT"]))
        return state

    def both(payload: str, state: State) -> State | None:
        given = json_object(payload)
        state = read(given, state) or state
        return switched[0].read(payload, state) or state

    listens = tuple(Listen(topic=item.topic, read=both) if item.topic.endswith(("RESULT", "STATE")) else item for item in switched)

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        if after.value == "off" or not data:
            return switch(name, {}, before, after)
        values, messages = asked(data, before, after), []
        if "rgb" in values:
            if "rgb" not in modes:
                raise CannotDo("not_supported")
            hue, saturation = colours.rgb_to_hs(values["rgb"])
            level = values.get("brightness", before.attributes.get("brightness", 255))
            messages.append(Message(topic=f"{topics['cmnd']}HSBColor",
                payload=f"{round(hue)},{round(saturation)},{round(level * 100 / 255)}"))
        elif "kelvin" in values:
            if "color_temp" not in modes:
                raise CannotDo("not_supported")
            messages.append(Message(topic=f"{topics['cmnd']}CT", payload=str(max(153, min(500, colours.mired(values["kelvin"]))))))
        if "brightness" in values and "rgb" not in values:
            if modes == ["onoff"]:
                raise CannotDo("not_supported")
            messages.append(Message(topic=f"{topics['cmnd']}Dimmer", payload=str(max(1, round(values["brightness"] * 100 / 255)))))
        return tuple(messages) or switch(name, {}, before, after)

    return {"supported_color_modes": modes}, listens, write


def _shutter(topics: Mapping[str, str], number: int) -> tuple[dict[str, Any], tuple[Listen, ...], Write]:
    key = f"SHUTTER{number}"

    def apply(payload: str, state: State) -> State | None:
        given = next((value for name, value in json_object(payload).items() if name.upper() == key), None)
        if not isinstance(given, Mapping) or not isinstance(given.get("Position"), (int, float)):
            return None
        state = with_attributes(state, current_position=round(given["Position"]))
        moving = {1: "opening", -1: "closing"}.get(int(given.get("Direction") or 0))
        return with_value(state, moving or ("open" if given["Position"] > 0 else "closed"))

    listens = tuple(Listen(topic=topic, read=apply) for topic in (f"{topics['stat']}RESULT", f"{topics['tele']}SENSOR",
        f"{topics['stat']}STATUS10"))

    def write(name: str, data: Mapping[str, Any], before: State, after: State) -> tuple[Message, ...]:
        if name == "set_cover_position":
            return (Message(topic=f"{topics['cmnd']}ShutterPosition{number}", payload=str(round(float(data["position"])))),)
        verbs = {"open_cover": "Open", "close_cover": "Close", "stop_cover": "Stop", "toggle": "Open" if after.value == "open" else "Close"}
        if name not in verbs:
            raise CannotDo("not_supported")
        return (Message(topic=f"{topics['cmnd']}Shutter{verbs[name]}{number}", payload=""),)

    return {"supported_features": ["open", "close", "stop", "set_position"]}, listens, write

