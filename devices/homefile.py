"""Reads the owner's home file (YAML or JSON) into a Home. Knows the file's words; knows no broker and no sentence."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from devices.home import EMPTY, Area, Device, Entity, Floor, Home, OwnCommand, State

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 24
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class HomeFileError(Exception):
    """A home file that can't be read: what is wrong, where in the file, and how to mend it."""

    def __init__(self, what: str, where: str, mend: str) -> None:
        super().__init__(f"{where}: {what}. {mend}")
        self.what = what
        self.where = where
        self.mend = mend


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something in the house that works, but not as its owner will have meant it."""

    what: str
    where: str
    mend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeRead:
    home: Home
    findings: tuple[Finding, ...] = ()


_cache: dict[tuple[str, int, int], HomeRead] = {}
_names: dict[bytes, int] = {}


def names_version(home: Home) -> int:
    """A number that is the same exactly while floors, areas, devices, entities, device classes and commands are the same.

    Within one process; two homes with different names never share a number.
    """
    digest = hashlib.blake2b(digest_size=16)
    for part in (home.floors, home.areas, home.devices, home.entities):
        for key, value in part.items():
            digest.update(f"{key}={value!r}\n".encode())
        digest.update(b"\0")
    for key in home.entities:
        digest.update(f"{home.device_class(key)}\n".encode())
    for command in home.commands:
        slots = sorted((name, values) for name, values in command.slots.items())
        digest.update(f"{command.intent}|{command.sentences}|{slots}|{command.topic}|{command.payload}|{command.reply}\n".encode())
    return _names.setdefault(digest.digest(), len(_names) + 1)


def load_home(path: str | Path) -> Home:
    """The house as the file says it is now. Raises HomeFileError; an unchanged file is not read twice."""
    return read_home_file(path).home


def read_home_file(path: str | Path) -> HomeRead:
    """As load_home, with the findings that `hub doctor` shows."""
    file = Path(path)
    try:
        stat = file.stat()
        key = (str(file.resolve()), stat.st_mtime_ns, stat.st_size)
        if key in _cache:
            return _cache[key]
        if stat.st_size > MAX_BYTES:
            raise HomeFileError(f"{stat.st_size} bytes is too much for a home", str(path), "Give the home file, not a dump.")
        raw = file.read_bytes()
    except FileNotFoundError:
        raise HomeFileError("there is no such file", str(path), "Check the path given by --home.") from None
    except OSError as error:
        raise HomeFileError(f"it can't be read ({error.strerror})", str(path), "Check the path and its permissions.") from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise HomeFileError(f"byte {error.start} is no UTF-8", str(path), "Save the file as UTF-8.") from error
    read = read_home(_parse(text, str(path)), where=str(path))
    if len(_cache) >= 256:
        _cache.clear()
    _cache[key] = read
    return read


def parse_home(obj: object, where: str = "home") -> Home:
    """A Home from the mapping that a home file holds. Raises HomeFileError."""
    return read_home(obj, where).home


def _parse(text: str, where: str) -> object:
    if text.lstrip()[:1] in ("{", "["):
        try:
            parsed: object = json.loads(text)
            return parsed
        except ValueError:
            pass  # YAML's flow style starts with the same letters
        except RecursionError:
            raise HomeFileError("it is nested too deeply", where, "A home file has a few levels only.") from None
    try:
        loaded: object = yaml.load(text, Loader=_Loader)
        return loaded
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        at = f"{where}, line {mark.line + 1}, column {mark.column + 1}" if mark is not None else where
        what = f"this is neither YAML nor JSON: {error.problem}"
        raise HomeFileError(what, at, "Check indentation, quotes and brackets there.") from error
    except (yaml.YAMLError, ValueError) as error:
        raise HomeFileError(f"this is neither YAML nor JSON: {error}", where, "Check the file with a YAML editor.") from error
    except RecursionError:
        raise HomeFileError("it is nested too deeply", where, "A home file has a few levels only.") from None


def read_home(obj: object, where: str = "home") -> HomeRead:
    """As parse_home, with findings. Whatever isn't understood is ignored; what is ambiguous becomes a finding."""
    if obj is None:
        obj = {}
    if not isinstance(obj, Mapping):
        raise HomeFileError("a home is a mapping with areas and entities", where, "Start it with `areas:` and `entities:`.")
    findings: list[Finding] = []
    floors: dict[str, Floor] = {}
    for at, row in _rows(obj, "floors", where):
        ident, name = _ident_and_name(row, at)
        if _new(ident, floors, at, findings):
            floors[ident] = Floor(id=ident, name=name, aliases=_strings(row.get("aliases")))
    areas: dict[str, Area] = {}
    for at, row in _rows(obj, "areas", where):
        ident, name = _ident_and_name(row, at)
        if _new(ident, areas, at, findings):
            floor = _reference(row.get("floor", row.get("floor_id")), floors)
            if floor is not None and floor not in floors:
                floors[floor] = Floor(id=floor, name=_as_name(floor))
            areas[ident] = Area(id=ident, name=name, aliases=_strings(row.get("aliases")), floor=floor)
    devices: dict[str, Device] = {}
    for at, row in _rows(obj, "devices", where):
        ident, name = _ident_and_name(row, at)
        if _new(ident, devices, at, findings):
            kind = row.get("kind")
            devices[ident] = Device(id=ident, name=name, area=_area(row, areas), kind=str(kind) if kind is not None else None)
    entities: dict[str, Entity] = {}
    states: dict[str, State] = {}
    for at, row in _rows(obj, "entities", where):
        ident = str(row.get("id", row.get("entity_id")) or "").strip()
        domain, dot, suffix = ident.partition(".")
        if not (domain and dot and suffix):
            raise HomeFileError(f"an entity's id is `domain.name`, not {ident!r}", at, "Write for example `id: light.kitchen_ceiling`.")
        if not _new(ident, entities, at, findings):
            continue
        name = " ".join(str(row.get("name") or "").split()) or _as_name(suffix)
        device = row.get("device", row.get("device_id"))
        unique = row.get("unique_id")
        entities[ident] = Entity(
            id=ident, name=name, aliases=_strings(row.get("aliases")), area=_area(row, areas),
            device=_reference(device, devices), unique_id=str(unique) if unique is not None else None,
        )
        attributes = _attributes(row.get("attributes"), at)
        state = row.get("state")
        if state is None:
            state = attributes.get("hvac_mode" if domain == "climate" else "native_value")
        states[ident] = State(value=_state(state, domain), attributes=attributes)
    home_id = obj.get("id")
    home = Home(
        version=1, id=str(home_id) if home_id is not None else None, floors=MappingProxyType(floors), areas=MappingProxyType(areas),
        devices=MappingProxyType(devices), entities=MappingProxyType(entities), states=MappingProxyType(states),
        commands=tuple(parse_command(row, at) for at, row in _rows(obj, "commands", where)),
    )
    return HomeRead(home=number_names(home), findings=tuple(findings))


def number_names(home: Home) -> Home:
    """The same home with its names_version set."""
    return replace(home, names_version=names_version(home))


def parse_command(row: Mapping[str, Any], where: str) -> OwnCommand:
    """One of the owner's own commands, from a home file or from hub.toml."""
    intent = str(row.get("intent") or "").strip()
    sentences = _strings(row.get("sentences"))
    if not intent:
        raise HomeFileError("the command has no intent", where, "Give it a name: `intent: orderDrink`.")
    if not sentences:
        raise HomeFileError(f"the command {intent} has no sentences", where, 'Write `sentences: ["make me a {coffeeDrink}"]`.')
    slots = row.get("slots") or {}
    if not isinstance(slots, Mapping):
        raise HomeFileError(f"the slots of {intent} are no mapping", where, 'Write `slots: {size: ["small", "large"]}`.')
    publish = row.get("publish") or {}
    if not isinstance(publish, Mapping):
        raise HomeFileError(f"what {intent} publishes is no mapping", where, "Write `publish: {topic: …, payload: …}`.")
    topic, payload, reply = publish.get("topic"), publish.get("payload"), row.get("reply")
    if topic is not None and (not str(topic) or re.search(r"[+#\0]", str(topic))):
        raise HomeFileError(f"{topic!r} is no topic to publish to", where, "A topic to publish to holds no + and no #.")
    if payload is not None and not isinstance(payload, str):
        payload = json.dumps(payload, ensure_ascii=False)
    return OwnCommand(
        intent=intent, sentences=sentences, slots=MappingProxyType({str(name): _strings(values) for name, values in slots.items()}),
        topic=str(topic) if topic is not None else None, payload=payload, reply=str(reply) if reply is not None else None,
    )


def _rows(obj: Mapping[Any, Any], key: str, where: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    rows = obj.get(key)
    if rows is None:
        return
    if isinstance(rows, Mapping):
        rows = [{"id": ident, **(row if isinstance(row, Mapping) else {"name": row})} for ident, row in rows.items()]
    if not isinstance(rows, list):
        raise HomeFileError(f"`{key}` is no list", where, f"Write `{key}:` and below it one `- id: …` per line.")
    for number, row in enumerate(rows):
        at = f"{where}, {key}[{number}]"
        if isinstance(row, str) and key in ("floors", "areas"):
            row = {"name": row}
        if not isinstance(row, Mapping):
            raise HomeFileError(f"{row!r} is no mapping", at, "Each entry has keys such as `id` and `name`.")
        yield at, row


def _ident_and_name(row: Mapping[str, Any], at: str) -> tuple[str, str]:
    ident, name = row.get("id"), " ".join(str(row.get("name") or "").split())
    if ident is None or str(ident).strip() == "":
        if not name:
            raise HomeFileError("it has neither id nor name", at, "Give it `id: kitchen` and `name: Kitchen`.")
        ident = re.sub(r"\W+", "_", name.casefold()).strip("_") or name
    return str(ident), name or _as_name(str(ident))


def _new(ident: str, seen: Mapping[str, object], at: str, findings: list[Finding]) -> bool:
    if ident in seen:
        findings.append(Finding(what=f"{ident} is there twice; the first one counts", where=at, mend="Give one of them another id."))
    return ident not in seen


def _reference(value: object, known: Mapping[str, Any]) -> str | None:
    """The id that is meant by an id or a name; what is not listed stands for itself."""
    if value is None or str(value).strip() == "":
        return None
    text = str(value).strip()
    if text in known:
        return text
    folded = " ".join(text.casefold().replace("_", " ").split())
    for ident, record in known.items():
        if folded in (record.name.casefold(), ident.casefold().replace("_", " ")):
            return ident
    return text


def _area(row: Mapping[str, Any], areas: dict[str, Area]) -> str | None:
    area = _reference(row.get("area", row.get("area_id")), areas)
    if area is not None and area not in areas:
        areas[area] = Area(id=area, name=_as_name(area))
    return area


def _as_name(ident: str) -> str:
    words = ident.replace("_", " ").replace("-", " ").split()
    return " ".join(word if any(letter.isupper() for letter in word) else word.capitalize() for word in words) or ident


def _strings(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)):
        value = (value,)
    return tuple(dict.fromkeys(text for item in value if item is not None and (text := " ".join(_text(item).split()))))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


def _state(value: object, domain: str) -> str:
    """YAML reads on/off as booleans and numbers as numbers; NaN is no state. {in, out} is the sentence tests' way: out is the state."""
    if isinstance(value, Mapping):
        value = value.get("out", value.get("value", value.get("in")))
    if value is None or isinstance(value, (list, Mapping)):
        return "unknown"
    if isinstance(value, bool):
        return {"cover": ("closed", "open"), "valve": ("closed", "open"), "lock": ("unlocked", "locked")}.get(domain, ("off", "on"))[value]
    if isinstance(value, float) and not math.isfinite(value):
        return "unknown"
    text = str(value).strip()
    return "unknown" if text == "" or text.casefold() in ("nan", "inf", "-inf", "none", "null") else text


def _attributes(value: object, at: str) -> Mapping[str, Any]:
    if value is None:
        return EMPTY
    if not isinstance(value, Mapping):
        raise HomeFileError("`attributes` is no mapping", at, "Write for example `attributes: {device_class: temperature}`.")
    cleaned: dict[str, Any] = {}
    for key, item in value.items():
        kept = _finite(item, at, 0)
        if kept is not None:
            cleaned[str(key)] = kept
    kind = cleaned.get("device_class")
    if isinstance(kind, str) and "." in kind:  # fixtures write media_player.MediaPlayerDeviceClass.TV
        cleaned["device_class"] = kind.rpartition(".")[2].lower()
    for theirs, ours in (("native_unit_of_measurement", "unit_of_measurement"), ("target_temperature", "temperature")):
        if theirs in cleaned and ours not in cleaned:
            cleaned[ours] = cleaned[theirs]
    return MappingProxyType(cleaned)


def _finite(value: Any, at: str, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise HomeFileError("an attribute is nested too deeply or holds itself", at, "Remove that anchor.")
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(key): _finite(item, at, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item, at, depth + 1) for item in value]
    if isinstance(value, (str, int, float)) or value is None:
        return value
    return str(value)  # dates and times, which YAML makes of some strings
