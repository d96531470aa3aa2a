"""What the commands that work on a journal open: the journal, the house, the time. Knows options, and not what a command does."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from hub.commands.options import note, settings


def journal(config_path: Path | None, db: Path | None) -> Any:
    from hub.keeping.store import Store

    store = Store(settings(config_path, hub__db=db).config.db)
    for message in store.messages:
        note(message)
    return store


def house_of(config_path: Path | None, home: Path | None) -> Any:
    """The house of the option or the configuration; None where neither names one."""
    config = settings(config_path).config
    path = home or (Path(config.hub.home).expanduser() if config.hub.home else None)
    if path is None:
        return None
    from devices.homefile import load_home

    house = load_home(path)
    if config.commands:
        from hub.asking import with_commands

        house = with_commands(house, config.commands)
    return house


def now_or(now: datetime | None) -> datetime:
    from hub.clock import SystemClock

    return now if now is not None else SystemClock().now()


def not_before_the_last_turn(store: Any, now: datetime | None) -> datetime:
    """The time it is taken to be; without one the newest turn's, should the journal reach into the future."""
    moment = now_or(now)
    last = store.turns(last=1)
    if now is None and last:
        newest = datetime.fromisoformat(str(last[-1]["at"]))
        return max(moment, newest if newest.tzinfo else newest.replace(tzinfo=moment.tzinfo))
    return moment
