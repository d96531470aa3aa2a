"""Talking to the hub that runs on this machine: a socket that only its owner can open, one JSON line each way. Knows no turn's inside."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from hub.config import runtime_dir
from hub.errors import HubError
from hub.turn_json import plain

log = logging.getLogger("hub.running.live")

Answer = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
LONGEST = 1_000_000
PATIENCE_S = 30.0


class NoHub(HubError):
    """No hub runs here, or it does not answer."""

    code = "no_hub"


def places(name: str = "hub") -> list[Path]:
    """Where the socket of a running hub may lie, the likeliest first."""
    folders = [runtime_dir()]
    if os.environ.get("XDG_RUNTIME_DIR"):
        folders.append(Path(os.environ["XDG_RUNTIME_DIR"]) / "hub")
    folders.append(Path("/run/hub"))
    return [folder / f"{name}.sock" for folder in dict.fromkeys(folders)]


@contextlib.asynccontextmanager
async def open_socket(answer: Answer, name: str = "hub") -> Any:
    """Answers requests while it is entered. Where another hub of this name runs it only says so."""
    path = places(name)[0]
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if _alive(path):
        log.warning("%s: another hub of this name runs here; `hub ask --live` reaches that one", path)
        yield None
        return
    path.unlink(missing_ok=True)
    before = os.umask(0o177)
    try:
        server = await asyncio.start_unix_server(lambda r, w: _serve(r, w, answer), path, limit=LONGEST)
    finally:
        os.umask(before)
    try:
        yield path
    finally:
        server.close()
        path.unlink(missing_ok=True)


async def call(request: Mapping[str, Any], path: Path | None = None, name: str = "hub") -> dict[str, Any]:
    """The running hub's answer. NoHub where none runs, or where it answers with an error."""
    tried = [path] if path is not None else places(name)
    for place in tried:
        try:
            reader, writer = await asyncio.open_unix_connection(place, limit=LONGEST)
        except OSError:
            continue
        try:
            writer.write(msgspec.json.encode(request) + b"\n")
            await writer.drain()
            async with asyncio.timeout(PATIENCE_S):
                line = await reader.readline()
        except (TimeoutError, OSError, ValueError) as error:
            raise NoHub("the hub does not answer", str(place), "Is it busy or stuck? `hub doctor` looks.") from error
        finally:
            writer.close()
        if not line:
            raise NoHub("the hub went away", str(place), "Is it being stopped? Try again.")
        found: dict[str, Any] = msgspec.json.decode(line)
        if "error" in found and "id" not in found:
            raise NoHub(str(found["error"]), str(place))
        return found
    raise NoHub("no hub runs on this machine", ", ".join(str(p) for p in tried), "Start it: hub run.")


async def ask_live(text: str, path: Path | None, options: Mapping[str, Any], name: str = "hub") -> dict[str, Any]:
    """A typed turn of the running hub: its Turn JSON, once it is decided."""
    return await call({"do": "ask", "text": text, **{k: v for k, v in options.items() if v is not None}}, path, name)


def _alive(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer) -> None:
    try:
        line = await reader.readline()
        if not line:
            return
        try:
            request = msgspec.json.decode(line)
            if not isinstance(request, dict):
                raise ValueError("a request is one JSON object")
            reply = await answer(request)
        except (ValueError, msgspec.DecodeError, KeyError, TypeError) as error:
            reply = {"error": f"the request is not understood ({error})"}
        writer.write(msgspec.json.encode(reply, enc_hook=plain) + b"\n")
        await writer.drain()
    except (ConnectionError, ValueError) as error:
        log.debug("a caller went away: %s", error)
    finally:
        writer.close()
