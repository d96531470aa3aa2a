"""What all entities of Home Assistant's MQTT discovery share: topics, templates, availability. Knows no single domain."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from devices.home import State
from devices.template import TemplateFailed, TemplateRefused, compiled, value_of
from devices.wiring import Available, CannotDo, Listen, Message, Write

Apply = Callable[[str, State], State | None]
Send = Callable[..., Message]
Built = tuple[Write, bool]
"""How an entity is commanded, and whether it reports."""

JSON_LIMIT = 256 * 1024


def with_value(state: State, value: str) -> State:
    """The state with another value; what is no number though it says so is unknown."""
    return replace(state, value="unknown" if value.lower() in ("nan", "inf", "-inf", "infinity", "-infinity") else value)


def clean(value: Any, depth: int = 0) -> Any:
    """JSON as an attribute may hold it: finite numbers, few levels, short texts; None for what is neither."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return value[:4096]
    if isinstance(value, dict):
        return {str(key)[:80]: clean(item, depth + 1) for key, item in list(value.items())[:200]} if depth < 5 else None
    if isinstance(value, list):
        return [clean(item, depth + 1) for item in value[:1000]] if depth < 5 else None
    return value


def with_attributes(state: State, **changes: Any) -> State:
    """The state with attributes set; None takes one away."""
    attributes = {key: value for key, value in {**state.attributes, **changes}.items() if value is not None}
    return replace(state, attributes=MappingProxyType(attributes))


def json_object(text: str) -> dict[str, Any]:
    """A JSON object; raises ValueError for anything else."""
    if len(text) > JSON_LIMIT:
        raise ValueError("too long for a device's JSON")
    try:
        parsed = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(parsed, dict):
        raise ValueError("no JSON object")
    return parsed


def legal_topic(topic: object, *, publish: bool) -> bool:
    """Whether a string can be subscribed to, or published to: not empty, no NUL, no $SYS, wildcards only where they may stand."""
    if not isinstance(topic, str) or not 0 < len(topic.encode()) <= 1024 or "\0" in topic or topic.startswith("$"):
        return False
    if publish:
        return "+" not in topic and "#" not in topic
    return re.fullmatch(r"(?:(?:[^+#/]*|\+)/)*(?:[^+#/]*|\+|#)", topic) is not None and topic not in ("#", "+/#", "+")


def named(table: Mapping[str, str]) -> Apply:
    """A payload that stands for a state."""
    return lambda value, state: with_value(state, table[value]) if value in table else None


def need(send: Send | None) -> Send:
    if send is None:
        raise CannotDo("not_supported")
    return send


def finite(value: str) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{value} is no reading")
    return int(number) if number == int(number) else number


def plain(value: str, state: State) -> State | None:
    return with_value(state, "unknown" if value in ("None", "nan", "NaN") else value[:255])


class Parts:
    """Collects what one configuration gives: listeners, commands, attributes, and what could not be used of it."""

    def __init__(self, config: Mapping[str, Any], foreign: Callable[[str], bool]) -> None:
        self.config = config
        self.foreign = foreign
        """Whether a topic is one that no device may claim."""
        self.listens: list[Listen] = []
        self.attributes: dict[str, Any] = {}
        self.features: set[str] = set()
        self.claims: set[tuple[str, str]] = set()
        self.problems: list[tuple[str, str]] = []

    def text(self, key: str, default: str) -> str:
        value = self.config.get(key)
        return default if value is None else ("true" if value is True else "false" if value is False else str(value))

    def number(self, key: str, default: float) -> float:
        try:
            return float(self.config.get(key, default))
        except (TypeError, ValueError):
            return default

    def seconds(self, key: str) -> float | None:
        """A time span; None where none is given."""
        value = self.number(key, 0.0)
        return value if 0 < value < 10_000_000 else None

    def strings(self, key: str) -> list[str]:
        value = self.config.get(key)
        return [str(item) for item in value] if isinstance(value, (list, tuple)) else []

    def keep(self, *keys: str, **renamed: str) -> None:
        """Copies values of the configuration into the attributes."""
        for key, ours in [(key, key) for key in keys] + [(theirs, ours) for ours, theirs in renamed.items()]:
            if self.config.get(key) is not None:
                self.attributes[ours] = self.config[key]

    def topic(self, key: str, *, publish: bool = False) -> str | None:
        topic = self.config.get(key)
        if topic is None:
            return None
        if not legal_topic(topic, publish=publish):
            self.problems.append((f"{key} {str(topic)[:80]!r} is no topic", "The device's own configuration has to be mended."))
            return None
        if self.foreign(topic):
            self.problems.append((f"{key} claims {topic}, which is not the device's", "Look at who publishes this discovery message."))
            return None
        return str(topic)

    def template(self, key: str) -> tuple[bool, str | None]:
        """(usable, source)."""
        source = self.config.get(key)
        if source is None:
            return True, None
        try:
            compiled(str(source))
        except TemplateRefused as error:
            self.problems.append((f"{key}: {error}", "What hangs on it is left out; name the entity in the home file to hide it."))
            return False, None
        return True, str(source)

    def listen(self, topic_key: str, template_key: str, apply: Apply) -> bool:
        """Reads a topic through a template; True if the configuration has that topic."""
        topic = self.topic(topic_key)
        usable, source = self.template(template_key)
        if topic is None or not usable:
            return False

        def read(payload: str, state: State) -> State | None:
            value = value_of(source, payload)
            return apply(value, state) if value != "" else None

        self.listens.append(Listen(topic=topic, read=read))
        return True

    def command(self, topic_key: str, template_key: str | None = None) -> Send | None:
        """send(value, **variables) -> Message; None where the configuration has no such command or it can't be used."""
        topic = self.topic(topic_key, publish=True)
        usable, source = self.template(template_key) if template_key is not None else (True, None)
        if topic is None or not usable:
            return None
        own = self.text("payload_on", self.text("payload_press", "")) if topic_key == "command_topic" else topic_key
        self.claims.add((topic, own))

        def send(value: Any, **variables: Any) -> Message:
            if source is None:
                return Message(topic=topic, payload=str(value))
            return Message(topic=topic, payload=compiled(source).render(value=value, **variables))

        return send

    def attribute(self, topic_key: str, template_key: str, name: str, convert: Callable[[str], Any] = str) -> bool:
        """Reads a topic into one attribute."""
        return self.listen(
            topic_key, template_key, lambda value, state: with_attributes(state, **{name: None if value == "None" else convert(value)}))

    def availability(self) -> tuple[tuple[Available, ...], str]:
        """Topics that tell whether the device is there, and how they count together."""
        entries = self.config.get("availability")
        if entries is None and self.config.get("availability_topic") is not None:
            entries = [{
                "topic": self.config["availability_topic"], "value_template": self.config.get("availability_template"),
                "payload_available": self.config.get("payload_available"),
                "payload_not_available": self.config.get("payload_not_available"),
            }]
        found: list[Available] = []
        for entry in [entries] if isinstance(entries, Mapping) else entries if isinstance(entries, list) else []:
            if isinstance(entry, Mapping):
                part = Parts(entry, lambda topic: False)
                topic, (usable, source) = part.topic("topic"), part.template("value_template")
                self.problems.extend(part.problems)
                if topic is not None and usable:
                    found.append(Available(topic=topic, read=_available(
                        source, part.text("payload_available", "online"), part.text("payload_not_available", "offline"))))
        mode = self.text("availability_mode", "latest")
        return tuple(found), mode if mode in ("latest", "all", "any") else "latest"

    def json_attributes(self) -> None:
        """Further attributes that a topic gives as a JSON object; they never hide what the entity itself says."""
        def apply(value: str, state: State) -> State | None:
            given = {key: item for key, item in json_object(value).items() if key not in self.attributes and isinstance(key, str)}
            return with_attributes(state, **{key: clean(item) for key, item in list(given.items())[:64] if key.isidentifier()})

        self.listen("json_attributes_topic", "json_attributes_template", apply)


def _available(source: str | None, yes: str, no: str) -> Callable[[str], bool | None]:
    def read(payload: str) -> bool | None:
        try:
            value = value_of(source, payload)
        except (TemplateFailed, TemplateRefused):
            return None
        if value in (yes, no):
            return value == yes
        if source is None and payload.startswith("{"):  # zigbee2mqtt 2.x behind a configuration of 1.x
            try:
                value = str(json_object(payload).get("state"))
            except ValueError:
                return None
        return value == yes if value in (yes, no) else None

    return read
