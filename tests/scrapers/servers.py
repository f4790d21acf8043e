"""Real servers on loopback for the client's tests: raw bytes out, every request kept.

A route is the exact bytes of an answer, or a coroutine function that writes what it likes. Nothing here leaves 127.0.0.1.
"""

from __future__ import annotations

import asyncio
import ssl
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

# A self-signed certificate for feeds.example and its key, made for these tests and used nowhere else.
KEY = """-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgvwgbkM2iEgKRo0A8
YCHdE0eRhdzr+BiSEMrvSoCcviOhRANCAARcPD2qf1+gUX9a1iWmCY8ibQqcmKP7
B3pmsh6yK3rFeD0Be5yYZHQ2Kp+zlcOQcpDwGL28zwZWcttvqt/YuAUx
-----END PRIVATE KEY-----
"""
CERTIFICATE = """-----BEGIN CERTIFICATE-----
MIIBojCCAUegAwIBAgIUKP+ts8jDG80rSwhI86+7Qt3IzrIwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNZmVlZHMuZXhhbXBsZTAgFw0yNjExMjMwNTI2MzBaGA8yMTI2
MTAzMDA1MjYzMFowGDEWMBQGA1UEAwwNZmVlZHMuZXhhbXBsZTBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABFw8Pap/X6BRf1rWJaYJjyJtCpyYo/sHemayHrIresV4
PQF7nJhkdDYqn7OVw5BykPAYvbzPBlZy22+q39i4BTGjbTBrMB0GA1UdDgQWBBSN
QliR+EMd52+duZz5AsSR0xkXbzAfBgNVHSMEGDAWgBSNQliR+EMd52+duZz5AsSR
0xkXbzAPBgNVHRMBAf8EBTADAQH/MBgGA1UdEQQRMA+CDWZlZWRzLmV4YW1wbGUw
CgYIKoZIzj0EAwIDSQAwRgIhALKFir8wwXtaUxJKUAnhHh+kamnPD8g9F4Mk+vQC
NaQUAiEA3XSnNxdVmS1jclitjb+TyoSS+to7DzEPvFWErzMSYgA=
-----END CERTIFICATE-----
"""


@dataclass(frozen=True)
class Seen:
    """One request as it came: header names in lower case, values as bytes; `began` and `ended` in monotonic seconds."""

    method: str
    path: str
    headers: dict[str, bytes]
    body: bytes
    began: float


Answer = bytes | Callable[[asyncio.StreamWriter, Seen], Awaitable[None]]


@dataclass
class LoopbackServer:
    """A server that knows a few paths; anything else, robots.txt too, is 404 unless it is in `routes`."""

    routes: dict[str, Answer]
    port: int = 0
    seen: list[Seen] = field(default_factory=list)
    server_names: list[str | None] = field(default_factory=list)
    open_now: int = 0
    most_open: int = 0

    @property
    def host_port(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/") -> str:
        return f"http://{self.host_port}{path}"

    @property
    def paths(self) -> list[str]:
        """The paths asked for, robots.txt left out."""
        return [each.path for each in self.seen if each.path != "/robots.txt"]

    def last(self) -> Seen:
        return self.seen[-1]

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            seen = await _read_request(reader)
            self.seen.append(seen)
            answer = self.routes.get(seen.path, self.routes.get(seen.path.partition("?")[0], NOT_FOUND))
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(writer, seen)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open_now -= 1
            writer.close()
            with suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()


async def _read_request(reader: asyncio.StreamReader) -> Seen:
    head = await reader.readuntil(b"\r\n\r\n")
    began = time.monotonic()
    lines = head.split(b"\r\n")
    method, path, _ = lines[0].decode("latin-1").split(" ", 2)
    headers = {}
    for line in lines[1:]:
        if line:
            name, _, value = line.partition(b":")
            headers[name.decode("latin-1").lower()] = value.strip(b" ")
    body = await reader.readexactly(int(headers.get("content-length", b"0")))
    return Seen(method, path, headers, body, began)


def answer(body: bytes = b"", status: str = "200 OK", *, length: bool = True, **fields: str | bytes) -> bytes:
    """The bytes of an answer; `content_type="..."` becomes Content-Type."""
    head = [f"HTTP/1.1 {status}".encode()]
    for name, value in fields.items():
        raw = value if isinstance(value, bytes) else value.encode("latin-1")
        head.append(name.replace("_", "-").encode() + b": " + raw)
    if length:
        head.append(b"Content-Length: " + str(len(body)).encode())
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def redirect(to: str | bytes, status: str = "302 Found") -> bytes:
    return answer(status=status, location=to)


NOT_FOUND = answer(status="404 Not Found")


@asynccontextmanager
async def serving(
    routes: dict[str, Answer], *, tls: bool = False, also_at: Sequence[str] = ()
) -> AsyncIterator[LoopbackServer]:
    """A server for the time of the block, on a free port of 127.0.0.1 and the same of further loopback addresses."""
    loopback = LoopbackServer(routes)
    context = server_context(loopback.server_names) if tls else None
    servers = [await asyncio.start_server(loopback.handle, "127.0.0.1", 0, ssl=context, limit=1 << 20)]
    loopback.port = servers[0].sockets[0].getsockname()[1]
    if also_at:
        servers.append(await asyncio.start_server(loopback.handle, also_at, loopback.port, limit=1 << 20))
    try:
        yield loopback
    finally:
        for server in servers:
            server.close()


def server_context(server_names: list[str | None]) -> ssl.SSLContext:
    """A TLS server's context that writes down which name each client asked for (SNI)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "both.pem"
        path.write_text(KEY + CERTIFICATE)
        context.load_cert_chain(path)

    def note(_socket: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
        server_names.append(name)

    context.sni_callback = note
    return context


def trusting_context() -> ssl.SSLContext:
    """A client's context that trusts the certificate above and nothing else."""
    return ssl.create_default_context(cadata=CERTIFICATE)
