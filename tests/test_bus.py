"""The one MQTT connection: it comes back by itself, and says once, clearly, why it can't."""

from __future__ import annotations

import asyncio
import gc
import logging
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mosquitto_broker import mosquitto, self_signed

from devices.broker import embedded_broker
from devices.bus import BrokerUrlError, Bus, BusDown, matches, parse_broker


@pytest.mark.parametrize(("url", "host", "port", "tls", "user", "password"), [
    ("mqtt://localhost", "localhost", 1883, False, None, None), ("mqtts://u:p%40ss@h:8884", "h", 8884, True, "u", "p@ss"),
    ("mqtts://broker.lan", "broker.lan", 8883, True, None, None), ("192.168.1.2:1884", "192.168.1.2", 1884, False, None, None),
    ("mqtt://u%3Ax:@h", "h", 1883, False, "u:x", ""), ("mqtt://[::1]:1883", "::1", 1883, False, None, None),
])
def test_a_brokers_address_is_read(url: str, host: str, port: int, tls: bool, user: str | None, password: str | None) -> None:
    broker = parse_broker(url)
    assert (broker.host, broker.port, broker.tls, broker.user, broker.password) == (host, port, tls, user, password)


@pytest.mark.parametrize("url", ["http://h", "mqtt://", "mqtt://h:99999", "mqtt://h:x", ""])
def test_a_wrong_address_says_how_to_write_it(url: str) -> None:
    with pytest.raises(BrokerUrlError, match="mqtt"):
        parse_broker(url)


def test_a_password_is_never_shown() -> None:
    assert "secret" not in repr(parse_broker("mqtt://u:secret@h"))
    assert "secret" not in str(parse_broker("mqtt://u:secret@h"))
    with pytest.raises(BrokerUrlError) as caught:
        parse_broker("mqtt://u:secret@h:port")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("pattern", "topic", "falls"), [
    ("a/+/c", "a/b/c", True), ("a/+", "a/b/c", False), ("a/#", "a", True), ("a/#", "a/b/c", True), ("#", "$SYS/x", False), ("+/b", "/b",
        True),
    ("a/b", "a/b", True), ("a", "a/b", False),
])
def test_filters_match_as_mqtt_says(pattern: str, topic: str, falls: bool) -> None:
    assert matches(pattern, topic) is falls


@given(st.lists(st.sampled_from(["a", "b", ""]), min_size=1, max_size=4))
def test_every_topic_falls_under_itself_and_under_all(levels: list[str]) -> None:
    topic = "/".join(levels)
    assert matches(topic, topic)
    assert matches("#", topic)
    assert matches("/".join("+" for _ in levels), topic)


async def test_what_is_published_arrives_and_availability_is_retained() -> None:
    async with embedded_broker() as url, Bus(url, "one") as one, Bus(url, "two") as two:
        assert await one.wait_connected(5)
        assert await two.wait_connected(5)
        heard: asyncio.Queue[tuple[str, bytes, bool]] = asyncio.Queue()
        two.subscribe("room/+", lambda topic, payload, retained: heard.put_nowait((topic, payload, retained)))
        two.subscribe(one.availability_topic, lambda topic, payload, retained: heard.put_nowait((topic, payload, retained)))
        async with asyncio.timeout(5):
            assert await heard.get() == ("hub/one/availability", b"online", True)
            await one.publish("room/light", "on")
            assert await heard.get() == ("room/light", b"on", False)


async def test_after_leaving_it_is_offline_and_after_dying_too() -> None:
    async with embedded_broker() as url, Bus(url, "watch", announce=False) as watch:
        heard: asyncio.Queue[bytes] = asyncio.Queue()
        watch.subscribe("hub/gone/availability", lambda topic, payload, retained: heard.put_nowait(payload))
        async with Bus(url, "gone") as gone, asyncio.timeout(5):
            assert await gone.wait_connected(5)
            assert await heard.get() == b"online"
        async with asyncio.timeout(5):
            assert await heard.get() == b"offline"


async def test_a_callback_that_fails_does_not_stop_the_others(caplog: pytest.LogCaptureFixture) -> None:
    async with embedded_broker() as url, Bus(url, "one") as bus:
        assert await bus.wait_connected(5)
        arrived = asyncio.Event()

        def fails(topic: str, payload: bytes, retained: bool) -> None:
            raise RuntimeError("no")

        bus.subscribe("t", fails)
        bus.subscribe("t", lambda topic, payload, retained: arrived.set())
        await asyncio.sleep(0.1)
        await bus.publish("t", "x")
        async with asyncio.timeout(5):
            await arrived.wait()
        assert bus.failed_callbacks == 1


async def test_nothing_can_be_published_without_a_connection_and_it_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="devices.bus")
    async with Bus("mqtt://127.0.0.1:9", "alone") as bus:
        assert not await bus.wait_connected(1.5)
        with pytest.raises(BusDown, match="nothing listens"):
            await bus.publish("a", "b")
        assert bus.problem is not None
        assert bus.problem.code == "unreachable"
    assert len(caplog.records) == 1


async def test_a_killed_broker_that_comes_back_is_found_within_ten_seconds(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with mosquitto(tmp_path) as broker:
        async with Bus(broker.url(), "one") as bus:
            heard: asyncio.Queue[bytes] = asyncio.Queue()
            bus.subscribe("t/#", lambda topic, payload, retained: heard.put_nowait(payload))
            assert await bus.wait_connected(5)
            broker.kill()
            await asyncio.sleep(2.0)
            assert not bus.connected
            broker.start()
            back = time.monotonic()
            assert await bus.wait_connected(10)
            await bus.publish("t/1", "again")
            async with asyncio.timeout(10):
                assert await heard.get() == b"again"
            assert time.monotonic() - back < 10
    assert len([record for record in caplog.records if record.name == "devices.bus" and record.levelno >= logging.WARNING]) <= 2


async def test_a_wrong_password_is_said_once_and_not_tried_in_a_storm(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with mosquitto(tmp_path) as broker:
        async with Bus(broker.url(password="wrong"), "one") as bus:
            assert not await bus.wait_connected(3.0)
            assert bus.problem is not None
            assert bus.problem.code == "login"
            assert "password" in bus.problem.mend
        assert len(caplog.records) == 1
        assert "wrong" not in caplog.text


# paho leaves the socket of a failed handshake to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore:unclosed:ResourceWarning")
async def test_tls_is_spoken_with_the_brokers_own_ca_and_refused_without(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    certificate, key = self_signed(tmp_path)
    with mosquitto(tmp_path, tls=(certificate, key)) as broker:
        async with Bus(broker.url(scheme="mqtts", query=f"?ca={certificate}"), "one") as bus:
            assert await bus.wait_connected(5)
        caplog.clear()
        async with Bus(broker.url(scheme="mqtts"), "two") as bus:
            assert not await bus.wait_connected(1.0)
            assert bus.problem is not None
            assert bus.problem.code == "tls"
        assert len(caplog.records) == 1
        async with Bus(broker.url(scheme="mqtts", query="?ca=/none.pem"), "three") as bus:
            assert not await bus.wait_connected(0.5)
            assert bus.problem is not None
            assert "/none.pem" in bus.problem.what
    gc.collect()


async def test_the_embedded_broker_asks_for_logins_when_told() -> None:
    async with embedded_broker(logins={"hub": "secret"}) as url:
        async with Bus(url.replace("://", "://hub:secret@"), "in") as bus:
            assert await bus.wait_connected(5)
        async with Bus(url.replace("://", "://hub:wrong@"), "out") as bus:
            assert not await bus.wait_connected(1.0)
            assert bus.problem is not None
            assert bus.problem.code == "login"
