"""What every request passes before a route sees it, whatever the route: pure ASGI, no database, no words of any noun."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterable, Iterator
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.deprecation import deprecation_of
from app.http.headers import API_HEADERS, STRICT_TRANSPORT
from app.http.metrics import Observer
from app.http.problems import problem

# Of a request's body; the largest that any route takes is a few texts.
MOST_BYTES: Final = 64 * 1024

_EXPOSED: Final = b"ETag, Link, RateLimit, RateLimit-Policy, Retry-After, Deprecation, Sunset, X-Request-Id"
_CORS: Final = [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", _EXPOSED)]
_PREFLIGHT: Final = [
    (b"access-control-allow-methods", b"GET, HEAD, OPTIONS"),
    (b"access-control-allow-headers", b"Accept, If-None-Match, Range, X-API-Key, X-Request-Id"),
    (b"access-control-max-age", b"7200"),
    (b"cache-control", b"public, max-age=7200"),
]
# Answers are for programs; whoever looks for pages finds those.
_NOT_INDEXED: Final = (b"x-robots-tag", b"noindex")
_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9-]{8,64}")


class HeadAsGet:
    """Answers HEAD as GET without the body (RFC 9110 9.3.2), on every route."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything else on as it is."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"}, receive, without_body)


class Edge:
    """What every answer carries, errors of the framework included: security headers, CORS, an `X-Request-Id`.
    What it took is told to the observer.

    Public reads may be read by pages of any origin, without credentials; writes and `/v1/admin` by none but our own.
    """

    def __init__(self, app: ASGIApp, *, encrypted: bool, observer: Observer) -> None:
        self.observer = observer
        self.app = app
        headers = API_HEADERS | ({"Strict-Transport-Security": STRICT_TRANSPORT} if encrypted else {})
        self.headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer preflights; else add what is missing to the start of the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sent = dict(scope["headers"])
        identity = _request_id(sent.get(b"x-request-id"))
        scope.setdefault("state", {})["request_id"] = identity.decode()
        extra = [*self.headers, (b"x-request-id", identity)]
        if scope["path"].startswith("/embed/"):
            # Their own policies say who may frame them; this older header cannot.
            extra = [each for each in extra if each[0] != b"x-frame-options"]
        if scope["path"].startswith("/v1/"):
            extra.append(_NOT_INDEXED)
        readable = _readable_anywhere(scope)
        if readable:
            extra += _CORS
        elif scope["path"].startswith("/v1/"):
            extra = [(b"cross-origin-resource-policy", b"same-origin"), *extra]

        began, status = time.perf_counter(), 500

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = scope["state"]["status"] = message["status"]
                names = {name for name, _ in message["headers"]}
                on_its_way_out = deprecation_of(scope.get("route"))
                message["headers"] = [*message["headers"], *on_its_way_out, *_missing(extra, names)]
            await send(message)

        if readable and scope["method"] == "OPTIONS" and b"access-control-request-method" in sent:
            await with_headers({"type": "http.response.start", "status": 204, "headers": _PREFLIGHT})
            await send({"type": "http.response.body", "body": b""})
            return
        with self.observer.span(scope):
            try:
                await self.app(scope, receive, with_headers)
            finally:
                self.observer.done(scope, status, time.perf_counter() - began)


class BodyLimit:
    """Refuses a body of more than `MOST_BYTES` (413): by its announced length, else while it streams in.

    Frameworks read a JSON body whole before they look at it, so that a stranger could fill the memory. `streamed` are the
    paths of routes that read their bodies themselves and hold limits of their own.
    """

    def __init__(self, app: ASGIApp, *, streamed: frozenset[str] = frozenset()) -> None:
        self.app = app
        self.streamed = streamed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body up to the limit, then hand it on in one piece."""
        reads = scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}
        if reads or scope["path"] in self.streamed:
            await self.app(scope, receive, send)
            return
        body = b""
        more = True
        too_large = _announced(scope) > MOST_BYTES
        while more and not too_large:
            message = await receive()
            if message["type"] != "http.request":
                return  # the client is gone
            body += message.get("body", b"")
            more = message.get("more_body", False)
            too_large = len(body) > MOST_BYTES
        if too_large:
            answer = problem(413, f"the body may have {MOST_BYTES} bytes at most")
            await answer(scope, receive, send)
            return
        handed_on = False

        async def again() -> Message:
            nonlocal handed_on
            if handed_on:
                return await receive()
            handed_on = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, again, send)


def _readable_anywhere(scope: Scope) -> bool:
    path: str = scope["path"]
    return (
        scope["method"] in _READS
        and (path.startswith("/v1/") or path == "/openapi.json")
        and not path.startswith("/v1/admin")
    )


def _request_id(given: bytes | None) -> bytes:
    """The client's own id where it is a plain word, else a new one."""
    if given is not None and _REQUEST_ID.fullmatch(given):
        return given
    return secrets.token_hex(8).encode()


def _missing(headers: Iterable[tuple[bytes, bytes]], names: set[bytes]) -> Iterator[tuple[bytes, bytes]]:
    for each in headers:
        if each[0] not in names:
            names.add(each[0])
            yield each


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() and len(value) < 20 else MOST_BYTES + 1
    return 0
