"""The page over real HTTP: the turns and their timeline, live events, and nobody else's page or form gets in."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from hub.config import Config, WebSettings
from hub.keeping.store import Store
from hub.running.metrics import Metrics
from hub.running.worker import Worker
from hub.turn import Opening, Turn
from hub.web.access import Access, token_in
from hub.web.server import serve

TOKEN = "a-token-of-some-length"


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[SimpleNamespace]:
    store, worker, metrics = Store(tmp_path / "hub.db"), Worker("writes"), Metrics()
    for n in range(3):
        store.add_turn(
            {"id": f"t{n}", "at": f"2026-11-01T07:0{n}:00+00:00", "heard": f"<b>text {n}</b>", "decision": "act", "reply": "Okay."}
        )
    port = free_port()
    config = Config(web=WebSettings(port=port, token=TOKEN, names=["hub.local"]))
    parts = SimpleNamespace(store=store, writing=worker, observers=[])
    service = SimpleNamespace(config=config, parts=parts, metrics=metrics, status=lambda: {"input": "microphone", "entities": 3})
    task = asyncio.create_task(serve(service))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=5) as client:
        for _ in range(100):
            try:
                await client.get("/")
                break
            except httpx.ConnectError:
                await asyncio.sleep(0.02)
        yield SimpleNamespace(client=client, store=store, parts=parts, metrics=metrics, port=port)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    worker.close()
    store.close()


async def test_the_newest_turns_come_first_and_each_can_be_looked_at(page: SimpleNamespace) -> None:
    rows = (await page.client.get("/api/turns")).json()
    assert [row["id"] for row in rows] == ["t2", "t1", "t0"]
    assert [row["id"] for row in (await page.client.get("/api/turns", params={"before": rows[1]["at"]})).json()] == ["t0"]
    assert (await page.client.get("/api/turns/t1")).json()["heard"] == "<b>text 1</b>"
    assert (await page.client.get("/api/turns/none")).status_code == 404
    assert (await page.client.get("/api/turns", params={"before": "noon"})).status_code == 400


async def test_the_page_is_one_file_each_and_loads_nothing_from_elsewhere(page: SimpleNamespace) -> None:
    for path, kind in (("/", "text/html"), ("/page.js", "javascript"), ("/page.css", "text/css")):
        answer = await page.client.get(path)
        assert answer.status_code == 200
        assert kind in answer.headers["content-type"]
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "http://" not in answer.text
        assert "https://" not in answer.text
    assert (await page.client.get("/server.py")).status_code == 404
    assert (await page.client.get("/..%2Fstore.py")).status_code == 404


async def test_a_turn_can_be_forgotten_from_the_page_only(page: SimpleNamespace) -> None:
    assert (await page.client.delete("/api/turns/t1")).status_code == 403
    assert (await page.client.delete("/api/turns/t1", headers={"origin": "http://evil.example"})).status_code == 403
    own = {"origin": f"http://127.0.0.1:{page.port}"}
    assert (await page.client.delete("/api/turns/t1", headers=own)).json() == {"forgotten": 1}
    assert page.store.turn("t1") is None


async def test_a_foreign_name_is_refused(page: SimpleNamespace) -> None:
    assert (await page.client.get("/", headers={"host": "evil.example"})).status_code == 421
    assert (await page.client.get("/", headers={"host": f"hub.local:{page.port}"})).status_code == 200
    assert (await page.client.get("/", headers={"host": "localhost"})).status_code == 200


async def test_what_happens_now_is_told_as_it_happens(page: SimpleNamespace) -> None:
    async with page.client.stream("GET", "/api/events") as events:
        lines = events.aiter_lines()
        assert await anext(lines) == ": open"
        turn = Turn(id="now", opening=Opening(kind="typed", at=datetime(2026, 11, 1, tzinfo=UTC)))
        for observer in page.parts.observers:
            observer("turn", {"turn": turn})
        async for line in lines:
            if line.startswith("data: "):
                event = json.loads(line[6:])
                break
    assert (event["kind"], event["turn"]["id"]) == ("turn", "now")


async def test_numbers_are_there_and_hold_no_words(page: SimpleNamespace) -> None:
    turn = Turn(
        id="x", opening=Opening(kind="wake", at=datetime(2026, 11, 1, tzinfo=UTC)), timings={"decided": 210.0}, reply="secret words"
    )
    page.metrics.take("turn", {"turn": turn})
    page.metrics.take("wake", {})
    text = (await page.client.get("/metrics")).text
    assert 'hub_turns_total{origin="wake",result="none"} 1' in text
    assert 'hub_stage_seconds_bucket{stage="decided",le="0.3"} 1' in text
    assert 'hub_stage_seconds_bucket{stage="decided",le="0.2"} 0' in text
    assert "secret" not in text


async def seen(client: tuple[str, int], headers: dict[str, str], query: str = "", method: str = "GET") -> tuple[int, dict[bytes, bytes]]:
    """What somebody at this address gets."""
    sent: list[dict[str, object]] = []

    async def inner(scope: object, receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b""})  # type: ignore[operator]

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": method, "client": client, "query_string": query.encode(),
        "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
    }  # fmt: skip
    await Access(inner, TOKEN)(scope, None, send)  # type: ignore[arg-type]
    return int(str(sent[0]["status"])), dict(sent[0]["headers"])  # type: ignore[call-overload]


async def test_from_the_network_the_token_is_wanted(tmp_path: Path) -> None:
    far, host = ("192.168.1.7", 5000), {"host": "192.168.1.2:8321"}
    assert (await seen(far, host))[0] == 401
    assert (await seen(far, host, "token=wrong"))[0] == 401
    status, headers = await seen(far, host, f"token={TOKEN}")
    assert status == 200
    assert b"HttpOnly" in headers[b"set-cookie"]
    assert b"SameSite=Strict" in headers[b"set-cookie"]
    assert (await seen(far, {**host, "cookie": f"hub_token={TOKEN}"}))[0] == 200
    assert (await seen(far, {**host, "authorization": f"Bearer {TOKEN}"}))[0] == 200
    assert (await seen(("127.0.0.1", 5000), {"host": "127.0.0.1"}))[0] == 200
    made = token_in(tmp_path, None)
    assert token_in(tmp_path, None) == made
    assert (tmp_path / "web-token").stat().st_mode & 0o777 == 0o600


async def test_a_taken_port_costs_the_page_and_not_the_hub(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    import socket

    with socket.socket() as taken, Store(tmp_path / "hub.db") as store:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        config = Config(web=WebSettings(port=taken.getsockname()[1], token=TOKEN))
        service = SimpleNamespace(
            config=config, parts=SimpleNamespace(store=store, writing=None, observers=[]), metrics=Metrics(), status=dict
        )
        await asyncio.wait_for(serve(service), 5)
    assert "is not served" in caplog.text
