"""Reads hub.toml, the environment and the command line into one Config, and remembers where each value came from."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from hub.config import Config, sections
from hub.errors import ConfigError, message


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A checked configuration."""

    config: Config
    origins: Mapping[str, str]
    """`section.key` → `default`, `FILE:LINE`, the environment variable or the option that set it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    where: str
    what: str
    mend: str

    def __str__(self) -> str:
        return message(self.what, self.where, self.mend)


def load(path: Path | None = None, *, env: Mapping[str, str] | None = None, options: Mapping[str, Any] | None = None) -> Loaded:
    """The configuration: `options` (`section.key` → value, None: not given) over the environment over the file over the defaults.

    Raises ConfigError, whose message has a line for every problem found.
    """
    loaded, problems = check(path, env=env, options=options)
    if loaded is None:
        first = problems[0]
        if len(problems) == 1:
            raise ConfigError(first.what, first.where, first.mend)
        raise ConfigError(f"{len(problems)} problems:\n" + "\n".join(f"  {p}" for p in problems), "configuration")
    return loaded


def check(
    path: Path | None, *, env: Mapping[str, str] | None = None, options: Mapping[str, Any] | None = None
) -> tuple[Loaded | None, list[Problem]]:
    """The configuration, or everything that is wrong with it."""
    problems: list[Problem] = []
    text = _read(path, problems) if path is not None else ""
    raw = _parse(path, text, problems)
    if problems:
        return None, problems
    origins = {f"{s}.{f.name}": "default" for s, struct in sections().items() if s != "commands" for f in msgspec.structs.fields(struct)}
    values: dict[str, Any] = {}
    for section, body in raw.items():
        place = f"{path}:{line_of(text, section)}"
        if section not in sections():
            problems.append(Problem(where=place, what=f"there is no section `{section}`", mend=_nearest(section, sections())))
        elif section == "commands":
            values["commands"] = body
        elif not isinstance(body, dict):
            problems.append(Problem(where=place, what=f"`{section}` is a section, not a value", mend=f"Write [{section}] above its keys."))
        else:
            for key, value in body.items():
                if _take(values, problems, section, key, value, f"{path}:{line_of(text, section, key)}"):
                    origins[f"{section}.{key}"] = f"{path}:{line_of(text, section, key)}"
    _from_env(os.environ if env is None else env, values, origins, problems)
    for name, value in (options or {}).items():
        if value is not None:
            section, _, key = name.partition(".")
            _take(values, problems, section, key, value, f"--{key.replace('_', '-')}")
            origins[name] = f"--{key.replace('_', '-')}"
    commands = _commands(path, text, values.pop("commands", []), problems)
    if problems:
        return None, problems
    config = msgspec.convert({**values, "commands": commands}, Config)
    return Loaded(config=config, origins=origins), []


def line_of(text: str, section: str, key: str | None = None, nth: int = 0) -> int:
    """Line (from 1) of a section's header, or of a key in it; 0 where the file does not show it plainly."""
    inside, seen, found = False, -1, 0
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[\[?\s*([^\]]+?)\s*\]", line)
        if header:
            name = header.group(1).strip("\"' ")
            inside = name == section or name.startswith(section + ".")
            if name == section:
                seen += 1
                if seen == nth:
                    found = number
                    if key is None:
                        return number
            continue
        if key is not None and inside and seen <= nth and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", line):
            if seen == nth:
                return number
        elif not inside and found == 0 and re.match(rf"\s*{re.escape(section)}\s*[.=]\s*[\"']?{re.escape(key) if key else ''}", line):
            return number
    return found


def _read(path: Path, problems: list[Problem]) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        problems.append(Problem(where=str(path), what=f"cannot be read ({error.strerror})", mend="Name an existing file with -c."))
    except UnicodeDecodeError as error:
        problems.append(Problem(where=str(path), what=f"is not UTF-8 text (byte {error.start})", mend="Save it as UTF-8."))
    return ""


def _parse(path: Path | None, text: str, problems: list[Problem]) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        spot = re.search(r"\(at line (\d+), column (\d+)\)", said)
        where = f"{path}:{spot.group(1)}" if spot else f"{path}:{text.count(chr(10)) + 1}"
        what = re.sub(r"\s*\(at .*\)$", "", said)
        what = f"broken TOML: {what[:1].lower()}{what[1:]}"
        problems.append(Problem(where=where, what=what, mend="Mend that line; strings stand in quotes."))
    except RecursionError:
        problems.append(Problem(where=str(path), what="broken TOML: nested too deeply", mend="Sections are one level deep."))
    return {}


def _take(values: dict[str, Any], problems: list[Problem], section: str, key: str, value: Any, place: str) -> bool:
    struct = sections()[section]
    fields = {f.name: f for f in msgspec.structs.fields(struct)}
    if key not in fields:
        problems.append(Problem(where=place, what=f"there is no key `{key}` in [{section}]", mend=_nearest(key, fields)))
        return False
    try:
        msgspec.convert({key: value}, struct)
    except msgspec.ValidationError as error:
        what = re.sub(r"\s*- at `.*`$", "", str(error))
        what = f"`{section}.{key}` = {_short(value)}: {what[:1].lower()}{what[1:]}"
        problems.append(Problem(where=place, what=what, mend="See docs/config.md."))
        return False
    values.setdefault(section, {})[key] = value
    return True


def _from_env(env: Mapping[str, str], values: dict[str, Any], origins: dict[str, str], problems: list[Problem]) -> None:
    for section, struct in sections().items():
        if section == "commands":
            continue
        for f in msgspec.structs.fields(struct):
            name = f"HUB_{section}_{f.name}".upper()
            if name not in env:
                continue
            given: Any = env[name]
            for reading in (given, [part.strip() for part in given.split(",")]):
                try:
                    given = getattr(msgspec.convert({f.name: reading}, struct, strict=False), f.name)
                    break
                except msgspec.ValidationError:
                    continue
            if _take(values, problems, section, f.name, given, f"environment variable {name}"):
                origins[f"{section}.{f.name}"] = name


def _commands(path: Path | None, text: str, rows: Any, problems: list[Problem]) -> list[Any]:
    if not isinstance(rows, list):
        place = f"{path}:{line_of(text, 'commands')}"
        problems.append(Problem(where=place, what="`commands` is a list", mend="Write [[commands]] above each."))
        return []
    known = {f.name: f for f in msgspec.structs.fields(sections()["commands"])}
    for nth, row in enumerate(rows):
        place = f"{path}:{line_of(text, 'commands', None, nth)}"
        unknown = [k for k in row if k not in known] if isinstance(row, dict) else []
        for key in unknown:
            spot = f"{path}:{line_of(text, 'commands', key, nth)}"
            problems.append(Problem(where=spot, what=f"there is no key `{key}` in [[commands]]", mend=_nearest(key, known)))
        if unknown:
            continue
        try:
            msgspec.convert(row, sections()["commands"])
        except msgspec.ValidationError as error:
            problems.append(Problem(where=place, what=f"[[commands]]: {error}", mend="See docs/config.md."))
    return rows


def _nearest(name: str, known: Mapping[str, Any]) -> str:
    close = difflib.get_close_matches(name.lower(), list(known), n=1, cutoff=0.5)
    return f"Did you mean `{close[0]}`?" if close else "There are: " + ", ".join(f"`{k}`" for k in known) + "."


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
