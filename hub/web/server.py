"""The page of turns over HTTP: the list, one turn's timeline, what happens now. Knows the journal and events, no sound and no device."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from hub.config import Config
from hub.keeping.store import Store
from hub.running.metrics import Metrics
from hub.running.worker import Worker
from hub.turn import Turn
from hub.turn_json import plain, to_json
from hub.web.access import Access, token_in

log = logging.getLogger("hub.web")

FOLDER = Path(__file__).parent
PAGE = 50
KEEP_ALIVE_S = 20.0


class Shown(Protocol):
    """What of a hub the page shows."""

    config: Config
    metrics: Metrics

    @property
    def parts(self) -> Any: ...

    def status(self) -> dict[str, Any]: ...


class Feed:
    """Hands events to every page that is open; a page that does not keep up misses some."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[bytes]] = set()

    def take(self, kind: str, data: Mapping[str, Any]) -> None:
        if not self._queues or kind in ("heard", "understood"):
            return
        row: dict[str, Any] = {"kind": kind}
        for key, value in data.items():
            if isinstance(value, Turn):
                row["turn"] = to_json(value)
            elif isinstance(value, str | int | float | bool | None):
                row[key] = value
        line = b"data: " + msgspec.json.encode(row, enc_hook=plain) + b"\n\n"
        for queue in self._queues:
            if not queue.full():
                queue.put_nowait(line)

    async def follow(self) -> AsyncIterator[bytes]:
        """Server-sent events until the reader goes away."""
        queue: asyncio.Queue[bytes] = asyncio.Queue(100)
        self._queues.add(queue)
        try:
            yield b": open\n\n"
            while True:
                try:
                    async with asyncio.timeout(KEEP_ALIVE_S):
                        line = await queue.get()
                except TimeoutError:
                    line = b": still here\n\n"
                yield line
        finally:
            self._queues.discard(queue)


def app(store: Store, worker: Worker, feed: Feed, status: Callable[[], dict[str, Any]], metrics: Callable[[], str]) -> Starlette:
    """The page as an ASGI application; who may see it is `Access`'s matter."""

    async def turns(request: Request) -> Response:
        before = request.query_params.get("before")
        try:
            rows = await worker.run(store.turns, until=before, last=PAGE)
        except ValueError as error:
            return _json({"error": str(error)}, 400)
        return _json([_short(row) for row in reversed(rows)])

    async def turn(request: Request) -> Response:
        row = await worker.run(store.turn, request.path_params["id"])
        return _json({"error": "there is no such turn"}, 404) if row is None else _json(row)

    async def forget(request: Request) -> Response:
        gone = await worker.run(store.erase, turns=[request.path_params["id"]])
        return _json({"forgotten": gone.get("turns", 0)}, 200 if gone.get("turns") else 404)

    async def events(request: Request) -> Response:
        return StreamingResponse(feed.follow(), media_type="text/event-stream")

    async def state(request: Request) -> Response:
        return _json(status())

    async def numbers(request: Request) -> Response:
        return PlainTextResponse(metrics(), media_type="text/plain; version=0.0.4")

    async def page(request: Request) -> Response:
        name = request.path_params.get("file", "page.html")
        if name not in ("page.html", "page.js", "page.css"):
            return PlainTextResponse("Not here.\n", 404)
        return FileResponse(FOLDER / name)

    return Starlette(
        routes=[
            Route("/", page), Route("/api/turns", turns), Route("/api/turns/{id}", turn),
            Route("/api/turns/{id}", forget, methods=["DELETE"]),
            Route("/api/events", events), Route("/api/status", state), Route("/metrics", numbers), Route("/{file}", page),
        ]
    )  # fmt: skip


async def serve(service: Shown) -> None:
    """Serves the page until it is cancelled. Where the port is taken it says so and the hub goes on without."""
    web, parts = service.config.web, service.parts
    if parts.store is None:
        return
    feed = Feed()
    parts.observers.append(feed.take)
    page = app(parts.store, parts.writing, feed, service.status, service.metrics.text)
    guarded = Access(page, token_in(parts.store.path.parent, web.token), web.names)
    config = uvicorn.Config(guarded, log_level="warning", lifespan="off", access_log=False, server_header=False)
    try:
        sock = socket.create_server((web.host, web.port), family=socket.AF_INET6 if ":" in web.host else socket.AF_INET)
    except OSError as error:
        log.warning("the page is not served on %s:%d (%s): choose another web.port in hub.toml", web.host, web.port, error.strerror)
        return
    try:
        await _Quiet(config).serve(sockets=[sock])
    finally:
        sock.close()
        parts.observers.remove(feed.take)


class _Quiet(uvicorn.Server):
    """uvicorn without its signal handlers: the hub has its own."""

    def capture_signals(self) -> Any:
        return contextlib.nullcontext()


def _short(row: Mapping[str, Any]) -> dict[str, Any]:
    keys = ("id", "at", "room", "person", "heard", "decision", "code", "reply", "intent", "targets", "actions", "feedback", "timings_ms")
    return {key: row.get(key) for key in keys}


def _json(data: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(data), status, media_type="application/json")
