"""Looks at everything that a hub needs, and says of each what is wrong and how to mend it. Changes nothing."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from hub.config import Config
from hub.errors import explain

FREE_BYTES = 200_000_000
HOT_C = 80.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at."""

    about: str
    status: str
    """good · warning · problem"""
    what: str
    mend: str = ""


async def examine(config: Config, home_file: Path | None = None) -> AsyncIterator[Finding]:
    """Each finding as soon as it is known."""
    for look in (_running, _models, _words, _journal, _home, _input, _output, _broker, _time, _disk, _heat):
        try:
            found = look(config, home_file)
            for finding in (await found) if asyncio.iscoroutine(found) else found:
                yield finding
        except Exception as error:  # whatever a look meets is itself a finding
            yield Finding(about=look.__name__.strip("_"), status="problem", what=explain(error))


async def _running(config: Config, _: Path | None) -> list[Finding]:
    from hub.running.live import NoHub, call

    try:
        found = await call({"do": "status"}, name=config.hub.name)
    except NoHub as error:
        return [Finding(about="hub", status="warning", what=error.what, mend=error.mend)]
    good = [
        Finding(
            about="hub",
            status="good",
            what=f"runs since {str(found['started'])[:19]}, {found['entities']} devices, hears with {found['asr']}",
        )
    ]
    for key, about in (("input_trouble", "microphone"), ("output_trouble", "speaker"), ("broker_trouble", "broker")):
        if found.get(key):
            good.append(
                Finding(about=about, status="problem", what=str(found[key]), mend="The hub looks for it again by itself; check the plug.")
            )
    if found.get("frames_dropped"):
        good.append(Finding(
            about="sound", status="warning", what=f"{found['frames_dropped']} frames of sound were dropped", mend="Is the machine too busy?"
        ))  # fmt: skip
    return good


def _models(config: Config, _: Path | None) -> list[Finding]:
    from models import manifest

    found = []
    for entry in manifest.entries():
        path = manifest.locate(entry.key)
        if path is None:
            found.append(Finding(
                about=f"model {entry.key}", status="warning" if entry.optional else "problem", what="is not installed",
                mend="It is optional." if entry.optional else "Run: hub setup.",
            ))  # fmt: skip
        elif not manifest.verified(entry, _root(path, entry.path)):
            found.append(
                Finding(
                    about=f"model {entry.key}", status="problem", what=f"{path} is damaged (its sha256 is wrong)", mend="Run: hub setup."
                )
            )
    return found or [Finding(about="models", status="good", what="all installed, all sums right")]


def _root(path: Path, below: str) -> Path:
    return path.parents[len(Path(below).parts) - 1]


def _words(config: Config, _: Path | None) -> list[Finding]:
    from models.hearing.wake import locate_word

    return [Finding(about="wake word", status="good", what=f"{locate_word(word)[0]} is there") for word in config.wake.words]


def _journal(config: Config, _: Path | None) -> list[Finding]:
    from hub.keeping.store import Store

    if not config.db.exists():
        return [Finding(about="journal", status="good", what=f"{config.db} is made when the hub first runs")]
    with Store(config.db) as store:
        count = sum(1 for _ in store.iter_turns())
        said = [Finding(about="journal", status="problem", what=m, mend="") for m in store.messages]
        damaged = sorted(config.db.parent.glob(config.db.name + ".damaged-*"))
        said += [
            Finding(about="journal", status="warning", what=f"{d} was set aside", mend="Recover it with sqlite3, or delete it.")
            for d in damaged
        ]
        return said or [Finding(about="journal", status="good", what=f"{config.db}: {count} turns")]


def _home(config: Config, home_file: Path | None) -> list[Finding]:
    from devices.homefile import read_home_file

    path = home_file or (Path(config.hub.home).expanduser() if config.hub.home else None)
    if path is None:
        return [Finding(about="home file", status="good", what="none is named; names and rooms are those of the bridges")]
    read = read_home_file(path)
    found = [Finding(about=f"home file {f.where}", status="warning", what=f.what, mend=f.mend) for f in read.findings]
    return found or [
        Finding(about="home file", status="good", what=f"{path}: {len(read.home.entities)} entities, {len(read.home.areas)} areas")
    ]


def _input(config: Config, _: Path | None) -> list[Finding]:
    return _card("microphone", config.audio.input, "mic", config.audio.input_device, "input")


def _output(config: Config, _: Path | None) -> list[Finding]:
    return _card("speaker", config.audio.output, "speaker", config.audio.output_device, "output")


def _card(about: str, spec: str, name: str, device: str | None, way: str) -> list[Finding]:
    if spec != name:
        return [Finding(about=about, status="good", what=f"not used: {spec}")]
    from hub.sound.soundcard import portaudio

    names = portaudio(about).devices()
    if not names:
        return [Finding(about=about, status="problem", what="no sound card was found", mend="Plug it in; is the user in the group audio?")]
    if device is not None and not any(device.lower() in n.lower() for n in names):
        return [Finding(about=about, status="problem", what=f"no sound card is called {device!r}", mend=f"There are: {', '.join(names)}.")]
    return [Finding(about=about, status="good", what=device or ", ".join(names[:3]))]


async def _broker(config: Config, home_file: Path | None) -> list[Finding]:
    from devices.homefile import HomeFileError
    from hub.running.house import open_house, owners

    if config.mqtt.broker == "embedded":
        return [Finding(about="broker", status="good", what="one of the hub's own")]
    try:
        owners(config, home_file)
    except HomeFileError:  # told already, by itself
        config = msgspec.structs.replace(config, hub=msgspec.structs.replace(config.hub, home=None))
        home_file = None
    async with open_house(config, home_file, settle=True) as house:
        home = house.home()
        found = [Finding(about="broker", status="good", what=f"{house.bus.broker}: connected, {len(home.entities)} entities")]
        found += [Finding(about=f"device {p.where}", status="warning", what=p.what, mend=p.mend) for p in house.catalogue.problems]
        gone = [e for e in home.entities if not home.state(e).available]
        if gone:
            found.append(
                Finding(about="devices", status="warning", what=f"not available: {', '.join(gone[:8])}", mend="Are they switched on?")
            )
        return found


def _time(config: Config, _: Path | None) -> list[Finding]:
    if datetime.now(UTC).year < 2025:
        return [
            Finding(
                about="time", status="problem", what=f"the clock says {time.ctime()}", mend="Set it: alarms depend on it (timedatectl)."
            )
        ]
    synced = _said("timedatectl", "show", "-p", "NTPSynchronized", "--value")
    if synced == "no":
        return [
            Finding(about="time", status="warning", what="the clock is not kept right over the network", mend="timedatectl set-ntp true")
        ]
    return [Finding(about="time", status="good", what=f"{datetime.now().astimezone():%Y-%m-%d %H:%M %Z}")]


def _disk(config: Config, _: Path | None) -> list[Finding]:
    place = next(p for p in (config.db.parent, *config.db.parents) if p.exists())
    free = shutil.disk_usage(place).free
    if free < FREE_BYTES:
        return [Finding(about="disk", status="problem", what=f"{free // 1_000_000} MB are free at {place}", mend="Free some space.")]
    if not os.access(place, os.W_OK):
        return [
            Finding(about="disk", status="problem", what=f"{place} cannot be written", mend="Make it writable, or name another with --db.")
        ]
    return [Finding(about="disk", status="good", what=f"{free // 1_000_000} MB free at {place}")]


def _heat(config: Config, _: Path | None) -> list[Finding]:
    zone = Path("/sys/class/thermal/thermal_zone0/temp")
    degrees = float(zone.read_text()) / 1000 if zone.is_file() else None
    throttled = _said("vcgencmd", "get_throttled")
    if throttled is not None and "=" in throttled and int(throttled.split("=")[1], 16) & 0xF:
        return [
            Finding(
                about="power", status="problem", what=f"the processor is held back ({throttled})", mend="Use a stronger supply, or cool it."
            )
        ]
    if degrees is not None and degrees >= HOT_C:
        return [Finding(about="heat", status="warning", what=f"the processor has {degrees:.0f} °C", mend="Give it air.")]
    return [Finding(about="heat", status="good", what=f"{degrees:.0f} °C" if degrees is not None else "not measured here")]


def _said(*command: str) -> str | None:
    if shutil.which(command[0]) is None:
        return None
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=3, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip()
