"""HTTP connections with limits: what a client may send before anything of the application sees it, and for how long.

uvicorn's own protocol reads headers of any length and waits without limit for the first request of a connection. This one counts
what arrives, piece by piece, refuses a long header (431) before it is assembled, and closes connections that are idle or too slow.
"""

from __future__ import annotations

import asyncio
import resource
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.core.client_address import Network, is_in, parsed_address

# Files that a process opens for itself: databases, logs, pipes.
_OWN_FILES: Final = 64
_MOST_CONNECTIONS: Final = 1_000
_PIECE: Final = 8 * 1024


@dataclass(slots=True)
class Limits:
    """The limits of one server, and how many connections each address holds. Times are in seconds, 0 connections = any number."""

    header_bytes: int = 16 * 1024
    header_seconds: float = 10.0
    body_seconds: float = 120.0
    connections: int = _MOST_CONNECTIONS
    connections_per_address: int = 64
    # Every client behind a proxy comes from its address.
    proxies: tuple[Network, ...] = ()
    open: Counter[str] = field(default_factory=Counter)


def affordable_connections(wanted: int) -> int:
    """As many connections as wanted (0 = the most that are of use), but no more than the process may open files.

    Raises its soft limit of open files to the hard one.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    files = _MOST_CONNECTIONS + _OWN_FILES if hard == resource.RLIM_INFINITY else hard
    return max(1, min(wanted or _MOST_CONNECTIONS, files - _OWN_FILES))


def protocol(limits: Limits) -> type[HttpToolsProtocol]:
    """uvicorn's protocol within limits, as its `http` option takes it."""
    return type("Limited", (LimitedProtocol,), {"limits": limits})


class LimitedProtocol(HttpToolsProtocol):
    """One connection."""

    limits: ClassVar[Limits]

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._deadline: asyncio.TimerHandle | None = None
        # Bytes of a head that is not complete yet; None while a body is read or an answer is made.
        self._head: int | None = 0
        self._address = ""
        self._since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, or close it (or an idle one) where there are too many."""
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        self.limits.open[self._address] += 1
        self._since = self.loop.time()
        if self._is_one_too_many() and not self._close_an_idle_one(self._address):
            self._refuse(503, "too many connections from this address")
        elif len(self.connections) > self.limits.connections and not self._close_an_idle_one():
            self._refuse(503, "too many connections")
        else:
            self._wait(self.limits.header_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._end_wait()
        self.limits.open[self._address] -= 1
        if self.limits.open[self._address] <= 0:
            del self.limits.open[self._address]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Hand the data on in small pieces: what the parser puts together is never much longer than the limit."""
        for start in range(0, len(data), _PIECE):
            if self.transport.is_closing() or self.parser is None:
                return
            piece = data[start : start + _PIECE]
            if self._head is not None:
                self._head += len(piece)
            super().data_received(piece)
            if self._head is not None and self._head > self.limits.header_bytes + _PIECE:
                self._refuse(431, f"the request line and headers may have {self.limits.header_bytes} bytes")
                return
        if self._deadline is None and self._head != 0 and not self.transport.is_closing():
            self._wait(self.limits.body_seconds if self._head is None else self.limits.header_seconds)

    def on_headers_complete(self) -> None:
        """Begin the answer, unless the head is too long."""
        self._head = None
        self._end_wait()
        if self.transport.is_closing():
            return
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > self.limits.header_bytes:
            self._refuse(431, f"the request line and headers may have {self.limits.header_bytes} bytes")
            return
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of the body, unless its request was refused."""
        if not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is here; the next one may begin."""
        self._head = 0
        self._end_wait()
        if not self.transport.is_closing():
            super().on_message_complete()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being answered."""
        return self.cycle is None or self.cycle.response_complete

    def _is_one_too_many(self) -> bool:
        most = self.limits.connections_per_address
        if not most or self.limits.open[self._address] <= most:
            return False
        found = parsed_address(self._address)
        return found is None or not is_in(found, self.limits.proxies)

    def _close_an_idle_one(self, address: str | None = None) -> bool:
        """Close the oldest connection, of an address or any, on which nothing is being answered; False if there is none."""
        idle = [
            each
            for each in self.connections
            if each is not self
            and isinstance(each, LimitedProtocol)
            and each.is_idle
            and not each.transport.is_closing()
            and (address is None or each._address == address)  # noqa: SLF001  one of ours
        ]
        if not idle:
            return False
        # At once: `close` would still wait for what a client that does not read was sent.
        min(idle, key=lambda each: each._since).transport.abort()  # noqa: SLF001
        return True

    def _wait(self, seconds: float) -> None:
        self._end_wait()
        self._deadline = self.loop.call_later(seconds, self._too_slow)

    def _end_wait(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if self.transport.is_closing():
            return
        begun = self._head is None or self._head > 0
        if begun and not (self.cycle is not None and self.cycle.response_started):
            self._refuse(408, "the request took too long to arrive")
        else:
            self.transport.close()

    def _refuse(self, status: int, detail: str) -> None:
        """Answer with a problem and close; only close where another answer has begun."""
        self._end_wait()
        if not self.is_idle and self.cycle.response_started:
            self.transport.abort()
            return
        title = {408: "Request Timeout", 431: "Request Header Fields Too Large", 503: "Service Unavailable"}[
            status
        ]
        problem = {"type": "about:blank", "title": title, "status": status, "detail": detail, "errors": []}
        body = orjson.dumps(problem)
        head = (
            f"HTTP/1.1 {status} {title}\r\ncontent-type: application/problem+json\r\ncontent-length: {len(body)}\r\n"
            f"{'retry-after: 5' + chr(13) + chr(10) if status == 503 else ''}connection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
