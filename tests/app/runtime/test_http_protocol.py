"""What a server puts up with from its clients: real sockets on loopback."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from app.core.client_address import networks
from app.runtime.http_protocol import LimitedProtocol, Limits, affordable_connections, protocol

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Read the body, and say how long it was."""
    if scope["type"] != "http":
        return
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    body = str(size).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def serving(limits: Limits) -> Iterator[Callable[[], socket.socket]]:
    """A server with these limits; what is yielded connects to it."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(app, http=protocol(limits), ws="none", log_level="critical", lifespan="off")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    opened: list[socket.socket] = []

    def connect() -> socket.socket:
        opened.append(socket.create_connection(listening.getsockname(), 10))
        return opened[-1]

    try:
        yield connect
    finally:
        for each in opened:
            each.close()
        server.should_exit = True
        thread.join(10)
        listening.close()


def answer(connection: socket.socket) -> bytes:
    """Everything until the server closes the connection."""
    received = b""
    with suppress(ConnectionError):
        while part := connection.recv(65_536):
            received += part
    return received


def one_answer(connection: socket.socket) -> bytes:
    """The first bytes of an answer on a connection that stays open."""
    return connection.recv(65_536)


def test_requests_after_each_other_and_all_at_once_are_answered_on_one_connection():
    with serving(Limits()) as connect:
        connection = connect()
        for _ in range(3):
            connection.sendall(REQUEST)
            assert one_answer(connection).startswith(b"HTTP/1.1 200")
        connection.sendall(
            b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 70000\r\n\r\n" + b"x" * 70_000 + REQUEST
        )
        received = b""
        while received.count(b"HTTP/1.1 200") < 2:
            received += one_answer(connection)
        assert b"70000" in received


@pytest.mark.parametrize("size", [17_000, 70_000, 2_000_000])
@pytest.mark.parametrize("where", ["one header", "many headers", "the address"])
def test_a_head_beyond_the_limit_is_a_431(size, where):
    filler = b"x" * size
    if where == "many headers":
        filler = b"\r\n".join(b"X-%d: abcdefgh" % number for number in range(size // 16))
    heads = {
        "one header": b"GET / HTTP/1.1\r\nHost: h\r\nX-Long: " + filler + b"\r\n\r\n",
        "many headers": b"GET / HTTP/1.1\r\nHost: h\r\n" + filler + b"\r\n\r\n",
        "the address": b"GET /?" + filler + b" HTTP/1.1\r\nHost: h\r\n\r\n",
    }
    with serving(Limits()) as connect:
        connection = connect()
        with suppress(ConnectionError):
            connection.sendall(heads[where])
        received = answer(connection)
        # The kernel may throw an answer away that lies beside bytes nobody read.
        assert received == b"" or received.startswith(b"HTTP/1.1 431 ")
        assert size > 20_000 or b"16384 bytes" in received


def test_a_header_without_end_is_cut_off_long_before_it_is_large():
    with serving(Limits()) as connect:
        connection = connect()
        sent = 0
        with suppress(ConnectionError):
            connection.sendall(b"GET / HTTP/1.1\r\nX-Long: ")
            while sent < 200_000_000:
                connection.sendall(b"x" * 65_536)
                sent += 65_536
        # What lies in the sockets' buffers on both sides was sent, but never read.
        assert sent < 20_000_000


def test_a_connection_that_says_nothing_is_closed_and_one_that_says_too_little_is_told_so():
    with serving(Limits(header_seconds=0.3, body_seconds=0.3)) as connect:
        silent, half, bodiless = connect(), connect(), connect()
        half.sendall(b"GET / HTTP/1.1\r\nHost:")
        bodiless.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc")
        assert answer(silent) == b""
        assert answer(half).startswith(b"HTTP/1.1 408 ")
        assert answer(bodiless).startswith(b"HTTP/1.1 408 ")


def test_a_head_that_comes_in_drops_has_one_deadline_for_all_of_it():
    with serving(Limits(header_seconds=0.5)) as connect:
        connection = connect()
        drops = 0
        with suppress(ConnectionError):
            for _ in range(200):
                connection.sendall(b"G" if drops == 0 else b"x")
                drops += 1
                time.sleep(0.02)
        assert drops < 200


def test_of_one_address_an_idle_connection_makes_room_and_busy_ones_do_not():
    limits = Limits(connections_per_address=3)
    with serving(limits) as connect:
        idle = [connect() for _ in range(10)]
        late = connect()
        late.sendall(REQUEST)
        assert one_answer(late).startswith(b"HTTP/1.1 200")
        assert answer(idle[0]) == b""
        for _ in range(3):
            busy = connect()
            busy.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n")
            # The application waits for the body now.
            assert one_answer(busy).startswith(b"HTTP/1.1 100")
        assert answer(connect()).startswith(b"HTTP/1.1 503 ")


def test_a_trusted_proxy_holds_any_number_of_connections():
    with serving(Limits(connections_per_address=1, proxies=networks("127.0.0.0/8"))) as connect:
        for each in [connect() for _ in range(5)]:
            each.sendall(REQUEST)
            assert one_answer(each).startswith(b"HTTP/1.1 200")


def test_idle_connections_make_room_for_those_that_ask():
    with serving(Limits(connections=20, connections_per_address=0)) as connect:
        idle = [connect() for _ in range(60)]
        late = connect()
        late.sendall(REQUEST)
        assert one_answer(late).startswith(b"HTTP/1.1 200")
        assert len(idle) == 60


def test_a_process_takes_no_more_connections_than_it_may_open_files(monkeypatch):
    monkeypatch.setattr("resource.getrlimit", lambda _: (256, 256))
    assert affordable_connections(0) == 192
    assert affordable_connections(50) == 50
    assert affordable_connections(5_000) == 192


def test_the_protocol_of_a_server_has_its_limits():
    limits = Limits(header_bytes=2_000)
    made = protocol(limits)
    assert issubclass(made, LimitedProtocol)
    assert made.limits is limits
