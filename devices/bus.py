"""The one MQTT connection: login, TLS, last will, reconnect with back-off, subscribe, dispatch, publish. Knows no device."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from urllib.parse import parse_qs, unquote, urlsplit

import aiomqtt

log = logging.getLogger(__name__)

Callback = Callable[[str, bytes, bool], None]
"""Called with topic, payload, and whether the message was a retained one."""

MAX_PAYLOAD = 1024 * 1024
FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 4.0
LONGEST_WAIT_REFUSED_S = 60.0
"""A wrong password does not get right by asking often."""


class BrokerUrlError(ValueError):
    """The broker's address can't be read: what is wrong and how to mend it."""


class BusDown(ConnectionError):
    """Nothing can be published now: there is no connection to the broker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerConfig:
    host: str = "localhost"
    port: int = 1883
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    ca: str | None = None
    """A file with the certificate authority to trust instead of the system's."""
    insecure: bool = False
    """Accept any certificate."""
    keepalive_s: int = 20

    def __str__(self) -> str:
        return f"mqtt{'s' if self.tls else ''}://{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why there is no connection: a stable code, one sentence, and how to mend it."""

    code: str
    """login · tls · unreachable · timeout · closed · protocol"""
    what: str
    mend: str


def parse_broker(url: str) -> BrokerConfig:
    """`mqtt[s]://user:password@host:port`, percent-encoded; `?ca=FILE` and `?insecure=1` where wanted. Raises BrokerUrlError."""
    text = url if "://" in url else f"mqtt://{url}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise BrokerUrlError(f"The broker's address {_safe(url)!r} can't be read ({error}). Write mqtt://user:password@host:1883") from None
    if parts.scheme not in ("mqtt", "mqtts", "tcp", "ssl", "tls"):
        raise BrokerUrlError(f"{parts.scheme}:// is no broker's address. Write mqtt://host:1883, or mqtts://host:8883 with TLS.")
    if not parts.hostname:
        raise BrokerUrlError(f"The broker's address {_safe(url)!r} names no host. Write mqtt://user:password@host:1883.")
    tls = parts.scheme in ("mqtts", "ssl", "tls")
    query = parse_qs(parts.query)
    return BrokerConfig(
        host=parts.hostname, port=port or (8883 if tls else 1883), tls=tls,
        user=unquote(parts.username) if parts.username is not None else None,
        password=unquote(parts.password) if parts.password is not None else None,
        ca=query.get("ca", [None])[0], insecure=query.get("insecure", ["0"])[0] in ("1", "true", "yes"),
    )


def _safe(url: str) -> str:
    head, at, tail = url.rpartition("@")
    return f"{head.partition('://')[0]}://…@{tail}" if at and "://" in head else url


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
                log.exception("reading a message on %s failed", topic)


def tls_context(broker: BrokerConfig) -> ssl.SSLContext:
    """The context of a connection; raises OSError or ssl.SSLError where the CA file can't be used."""
    if broker.ca is not None and not Path(broker.ca).is_file():
        raise FileNotFoundError(f"the certificate file {broker.ca} is not there")
    context = ssl.create_default_context(cafile=broker.ca)
    if broker.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def explain(error: BaseException, broker: BrokerConfig) -> Problem:
    """One sentence on why the broker could not be reached, and what to do."""
    chain: list[BaseException] = [error]
    while (deeper := chain[-1].__cause__ or chain[-1].__context__) is not None and len(chain) < 10:
        chain.append(deeper)
    text = str(error) or type(error).__name__
    code = getattr(error, "rc", None)
    value = getattr(code, "value", code)
    if value in (4, 5, 134, 135) or "authori" in text.lower() or "password" in text.lower():
        who = f"as {broker.user!r}" if broker.user is not None else "without a login"
        return Problem(code="login", what=f"{broker} lets nobody in {who}",
                       mend="Check user and password in the broker's address (percent-encoded: mqtt://user:pass%40word@host).")
    if isinstance(error, FileNotFoundError):
        return Problem(code="tls", what=str(error), mend="Check ?ca= in the broker's address.")
    secure = next((item for item in chain if isinstance(item, ssl.SSLError)), None)
    if secure is not None or "ssl" in text.lower() or "certificate" in text.lower():
        reason = getattr(secure, "verify_message", "") or getattr(secure, "reason", None) or text
        return Problem(code="tls", what=f"no secure connection to {broker}: {str(reason).lower().replace('_', ' ')}",
                       mend="Check that the port speaks TLS and name the broker's CA with ?ca=/path/ca.pem.")
    if isinstance(error, TimeoutError) or "timed out" in text.lower():
        return Problem(code="timeout", what=f"{broker} does not answer", mend="Check host, port and firewall; a TLS port needs mqtts://.")
    if "Connection refused" in text or "Errno 111" in text:
        mend = "Start the broker, or check host and port. It is tried again by itself."
        return Problem(code="unreachable", what=f"nothing listens at {broker}", mend=mend)
    if "Name or service" in text or "getaddrinfo" in text or "Temporary failure" in text:
        return Problem(code="unreachable", what=f"there is no host {broker.host!r}", mend="Check the name in the broker's address.")
    return Problem(code="closed", what=f"the connection to {broker} broke ({text})", mend="It is tried again by itself.")


_quiet = logging.getLogger(__name__ + ".aiomqtt")
_quiet.setLevel(logging.CRITICAL)  # what matters of it is said once, in our words
