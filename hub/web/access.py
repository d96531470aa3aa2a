"""Who may look at the page: anybody on this machine, others with the token; no page of another name, no form of another site. Pure ASGI."""

from __future__ import annotations

import hmac
import ipaddress
import os
import secrets
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

COOKIE = "hub_token"
HEADERS = (
    (b"content-security-policy", b"default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class Access:
    """Wraps the page. `names`: further host names it may be asked by. `token`: what everybody but this machine must show."""

    def __init__(self, app: App, token: str, names: Sequence[str] = ()) -> None:
        self._app, self._token = app, token
        self._names = LOCAL_NAMES | {name.lower() for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await _answer(send, *refusal)
            return
        given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]

        async def guarded(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                extra = list(HEADERS)
                if given:
                    extra.append((b"set-cookie", f"{COOKIE}={given}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000".encode()))
                message["headers"] = [*message.get("headers", []), *extra]
            await send(message)

        await self._app(scope, receive, guarded)

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str] | None:
        host = _name(headers.get("host", ""))
        if host not in self._names and not _is_address(host):
            return 421, f"This hub is not called {host or 'nothing'}: add the name to web.names in hub.toml."
        if scope["method"] not in ("GET", "HEAD"):
            origin = headers.get("origin")
            if origin is None or urlsplit(origin).netloc != headers.get("host", ""):
                return 403, "A change must come from the hub's own page."
        client = scope.get("client")
        if client is not None and _is_loopback(str(client[0])):
            return None
        if not self._shown(scope, headers):
            return 401, "Show the token: open the page once as /?token=… (it is in the file web-token beside the journal)."
        return None

    def _shown(self, scope: Scope, headers: dict[str, str]) -> bool:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        query = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]
        return any(hmac.compare_digest(given.encode(), self._token.encode()) for given in (cookie.value if cookie else "", bearer, query))


def token_in(folder: Path, wanted: str | None) -> str:
    """The owner's token, else the one kept in `folder`/web-token (made once, mode 0600)."""
    if wanted:
        return wanted
    place = folder / "web-token"
    try:
        kept = place.read_text(encoding="ascii").strip()
        if len(kept) >= 16:
            return kept
    except (OSError, UnicodeDecodeError):
        pass  # none yet: one is made
    made = secrets.token_urlsafe(24)
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(made + "\n")
    return made


def _name(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.rpartition(":")[0].lower() if host.count(":") == 1 else host.lower()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _answer(send: Send, status: int, text: str) -> None:
    body = text.encode() + b"\n"
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode()), *HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
