"""Where the broker is, how to speak TLS to it, and in words why it can't be reached. Knows no connection."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit


class BrokerUrlError(ValueError):
    """The broker's address can't be read: what is wrong and how to mend it."""


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
