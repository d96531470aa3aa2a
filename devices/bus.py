"""The one MQTT connection: login, TLS, last will, reconnect with back-off, subscribe, dispatch, publish. Knows no device."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import socket
from collections.abc import Callable
from types import TracebackType
from typing import Any

import aiomqtt

from devices.address import BrokerConfig, BrokerUrlError, Problem, explain, parse_broker, tls_context

__all__ = ["BrokerConfig", "BrokerUrlError", "Bus", "BusDown", "Callback", "Problem", "matches", "parse_broker"]

log = logging.getLogger(__name__)

Callback = Callable[[str, bytes, bool], None]
"""Called with topic, payload, and whether the message was a retained one."""

MAX_PAYLOAD = 8 * 1024 * 1024
"""Zigbee2MQTT describes a hundred devices in one message of a megabyte."""
FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 4.0
LONGEST_WAIT_REFUSED_S = 60.0
"""A wrong password does not get right by asking often."""


class BusDown(ConnectionError):
    """Nothing can be published now: there is no connection to the broker."""


def matches(pattern: str, topic: str) -> bool:
    """Whether a topic falls under an MQTT filter with + and #."""
    if topic.startswith("$") and not pattern.startswith("$"):
        return False
    wanted, given = pattern.split("/"), topic.split("/")
    for number, level in enumerate(wanted):
        if level == "#":
            return True
        if number >= len(given) or (level not in ("+", given[number])):
            return False
    return len(wanted) == len(given)


class Bus:
    """An async context manager that keeps one connection up. It enters at once, also where no broker answers yet.

    `async with Bus("mqtt://localhost", "hub") as bus:`; last will and availability stand on `hub/<name>/availability`.
    """

    def __init__(self, url: str | BrokerConfig, name: str = "hub", *, announce: bool = True) -> None:
        self.broker = parse_broker(url) if isinstance(url, str) else url
        self.name = name
        self.problem: Problem | None = None
        """Why it isn't connected; None while it is, and until the first try has ended."""
        self.connections = 0
        self.dropped_payloads = 0
        self.failed_callbacks = 0
        self._announce = announce
        self._client: aiomqtt.Client | None = None
        self._up = asyncio.Event()
        self._exact: dict[str, list[Callback]] = {}
        self._wild: dict[str, list[Callback]] = {}
        self._wanted: asyncio.Queue[tuple[str, bool]] = asyncio.Queue()
        self._outbox: asyncio.Queue[tuple[str, str, bool]] = asyncio.Queue()
        self._on_connect: list[Callable[[], None]] = []
        self._task: asyncio.Task[None] | None = None
        self._said: str | None = None
        self._failed_topics: set[str] = set()

    @property
    def availability_topic(self) -> str:
        return f"hub/{self.name}/availability"

    @property
    def connected(self) -> bool:
        return self._up.is_set()

    async def wait_connected(self, timeout_s: float | None = None) -> bool:
        """True once there is a connection; False if there is none within timeout_s."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._up.wait()
        except TimeoutError:
            return False
        return True

    async def __aenter__(self) -> Bus:
        self._task = asyncio.create_task(self._keep_up(), name=f"bus {self.name}")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._announce and self.connected:
            with contextlib.suppress(BusDown, aiomqtt.MqttError, TimeoutError):
                async with asyncio.timeout(1.0):
                    await self.publish(self.availability_topic, "offline", retain=True)
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def subscribe(self, pattern: str, callback: Callback) -> Callable[[], None]:
        """Calls back for every message under the filter, now and after each reconnect; returns what ends it.

        Retained messages arrive again after a reconnect. Callbacks run on the loop and must not block.
        """
        table = self._wild if "+" in pattern or "#" in pattern else self._exact
        callbacks = table.setdefault(pattern, [])
        callbacks.append(callback)
        self._wanted.put_nowait((pattern, True))

        def end() -> None:
            if callback in callbacks:
                callbacks.remove(callback)
            if not callbacks and table.get(pattern) is callbacks:
                del table[pattern]
                self._wanted.put_nowait((pattern, False))

        return end

    def on_connect(self, callback: Callable[[], None]) -> None:
        """Called after every connect, once the subscriptions stand."""
        self._on_connect.append(callback)

    async def publish(self, topic: str, payload: str | bytes, qos: int = 1, retain: bool = False) -> None:
        """Returns when the broker has acknowledged (QoS 1). Raises BusDown at once where there is no connection."""
        client = self._client
        if client is None or not self.connected:
            raise BusDown(self.problem.what if self.problem is not None else "not connected to the broker")
        try:
            await client.publish(topic, payload, qos=qos, retain=retain, timeout=5.0)
            acknowledge_now(client)
        except aiomqtt.MqttError as error:
            raise BusDown(f"the broker took no message ({error})") from error
        except ValueError as error:
            raise BusDown(f"{topic!r} is no topic to publish to ({error})") from error

    def publish_soon(self, topic: str, payload: str, retain: bool = False) -> None:
        """Queues a message (QoS 1) without waiting; what is queued while there is no connection goes out once there is one."""
        if self._outbox.qsize() < 1000:
            self._outbox.put_nowait((topic, payload, retain))

    async def _keep_up(self) -> None:
        wait_s = FIRST_WAIT_S
        while True:
            before = self.connections
            try:
                await self._connection()
                trouble: Problem = Problem(code="closed", what=f"{self.broker} closed the connection", mend="It is tried again by itself.")
            except (aiomqtt.MqttError, OSError, TimeoutError, ValueError) as error:
                trouble = explain(error, self.broker)
            except ExceptionGroup as group:
                expected, rest = group.split((aiomqtt.MqttError, OSError, TimeoutError, ValueError))
                if rest is not None or expected is None:
                    raise
                trouble = explain(expected.exceptions[0], self.broker)
            finally:
                self._up.clear()
                self._client = None
            self.problem = trouble
            if self._said != trouble.what:  # one line a trouble, however long it lasts
                log.warning("%s. %s", trouble.what, trouble.mend)
                self._said = trouble.what
            if self.connections > before:
                wait_s = FIRST_WAIT_S
            await asyncio.sleep(wait_s * random.uniform(0.8, 1.2))
            wait_s = min(wait_s * 2, LONGEST_WAIT_REFUSED_S if trouble.code in ("login", "tls") else LONGEST_WAIT_S)

    async def _connection(self) -> None:
        broker = self.broker
        will = aiomqtt.Will(self.availability_topic, "offline", qos=1, retain=True) if self._announce else None
        async with aiomqtt.Client(
            broker.host, broker.port, username=broker.user, password=broker.password, will=will, timeout=5.0, keepalive=broker.keepalive_s,
            tls_context=tls_context(broker) if broker.tls else None, logger=_quiet, max_inflight_messages=200,
            socket_options=((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),),
        ) as client:
            self._client = client
            async with asyncio.TaskGroup() as group:
                reader = group.create_task(self._read(client), name="bus read")
                while not self._wanted.empty():
                    self._wanted.get_nowait()
                patterns = [*self._exact, *self._wild]
                for start in range(0, len(patterns), 100):
                    await client.subscribe([(pattern, 1) for pattern in patterns[start : start + 100]])
                if self._announce:
                    await client.publish(self.availability_topic, "online", qos=1, retain=True)
                self.connections += 1
                self.problem, self._said = None, None
                self._up.set()
                log.info("connected to %s", broker)
                for callback in self._on_connect:
                    callback()
                writer = group.create_task(self._follow_wishes(client), name="bus subscribe")
                asker = group.create_task(self._send_questions(client), name="bus questions")
                await reader
                writer.cancel()
                asker.cancel()

    async def _send_questions(self, client: aiomqtt.Client) -> None:
        while True:
            topic, payload, retain = await self._outbox.get()
            await client.publish(topic, payload, qos=1, retain=retain, timeout=5.0)

    async def _follow_wishes(self, client: aiomqtt.Client) -> None:
        while True:
            batch = [await self._wanted.get()]
            while not self._wanted.empty() and len(batch) < 100:
                batch.append(self._wanted.get_nowait())
            live = [pattern for pattern, wanted in batch if wanted and (pattern in self._exact or pattern in self._wild)]
            gone = [pattern for pattern, wanted in batch if not wanted and pattern not in self._exact and pattern not in self._wild]
            if live:
                await client.subscribe([(pattern, 1) for pattern in dict.fromkeys(live)])
            if gone:
                await client.unsubscribe(gone)

    async def _read(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            payload = message.payload
            raw = bytes(payload) if isinstance(payload, (bytes, bytearray)) else str(payload or "").encode()
            if len(raw) > MAX_PAYLOAD:
                self.dropped_payloads += 1
                log.warning("%d bytes on %s were left unread; more than %d is no device's", len(raw), message.topic, MAX_PAYLOAD)
                continue
            acknowledge_now(client)
            self._dispatch(message.topic.value, raw, bool(message.retain))

    def _dispatch(self, topic: str, payload: bytes, retained: bool) -> None:
        callbacks = list(self._exact.get(topic, ()))
        for pattern, more in self._wild.items():
            if matches(pattern, topic):
                callbacks.extend(more)
        for callback in callbacks:
            try:
                callback(topic, payload, retained)
            except Exception:  # one reader's fault must not stop the others
                self.failed_callbacks += 1
                if len(self._failed_topics) < 100 and topic not in self._failed_topics:
                    self._failed_topics.add(topic)
                    log.exception("reading a message on %s failed", topic)


def acknowledge_now(client: aiomqtt.Client) -> None:
    """Sends the TCP acknowledgement that the kernel holds back for 40 ms: brokers with Nagle's algorithm (mosquitto's default) wait for it
    before they send a device's echo. Linux forgets the option after each use."""
    quick = getattr(socket, "TCP_QUICKACK", None)
    wire: Any = client._client.socket()
    if quick is not None and getattr(wire, "family", None) in (socket.AF_INET, socket.AF_INET6):
        with contextlib.suppress(OSError):
            wire.setsockopt(socket.IPPROTO_TCP, quick, 1)


_quiet = logging.getLogger(__name__ + ".aiomqtt")
_quiet.setLevel(logging.CRITICAL)  # what matters of it is said once, in our words
