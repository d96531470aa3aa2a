"""An MQTT broker inside this process (amqtt), for the demo, for tests and for somebody who has none. Knows no device."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any


class BrokerMissing(RuntimeError):
    """amqtt is not installed; the message says how to get it."""


class _Steady(dict[Any, Any]):
    """amqtt 0.12 awaits while it goes through its subscriptions, and drops the client if another one subscribes meanwhile."""

    def __iter__(self) -> Iterator[Any]:
        return iter(list(super().keys()))

    def items(self) -> Any:
        return list(super().items())


@contextlib.asynccontextmanager
async def embedded_broker(port: int = 0, logins: Mapping[str, str] | None = None, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """Runs a broker and gives its url. Port 0 takes a free one; logins maps user to password, without them anybody is let in."""
    try:
        from amqtt.broker import Broker
    except ImportError as error:
        raise BrokerMissing("No embedded broker without amqtt: pip install 'ambient-hub[broker]', or name yours with --broker.") from error
    for name in ("amqtt", "transitions"):
        logging.getLogger(name).setLevel(logging.ERROR)
    number = port or _free_port(host)
    with tempfile.TemporaryDirectory(prefix="hub-broker-") as folder:
        plugins: dict[str, Any] = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": not logins}}
        if logins:
            plugins = {"amqtt.plugins.authentication.FileAuthPlugin": {"password_file": _password_file(folder, logins)}}
        broker = Broker({"listeners": {"default": {"type": "tcp", "bind": f"{host}:{number}"}}, "plugins": plugins})
        broker._subscriptions = _Steady()
        await broker.start()
        try:
            yield f"mqtt://{host}:{number}"
        finally:
            with contextlib.suppress(asyncio.CancelledError):
                await broker.shutdown()


def _password_file(folder: str, logins: Mapping[str, str]) -> str:
    from pwdlib import PasswordHash  # what amqtt checks with
    from pwdlib.hashers.argon2 import Argon2Hasher

    hasher = PasswordHash((Argon2Hasher(),))
    file = Path(folder, "passwords")
    file.touch(mode=0o600)
    file.write_text("".join(f"{user}:{hasher.hash(password)}\n" for user, password in logins.items()))
    return str(file)


def _free_port(host: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
