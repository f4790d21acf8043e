"""The way to the network: one fresh, metered connection per request, pinned to the address that was checked.

It speaks HTTP/1.1 through httpcore and knows neither robots.txt nor politeness nor what an answer means. What fails is
raised as a `FetchError` or as httpcore's own exception, which `translated` turns into one.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Final

import httpcore
import httpx

from scrapers.http import robots
from scrapers.http.address_guard import AddressGuard, BlockedAddressError, Resolver, Target
from scrapers.http.outcomes import FetchError, Outcome, sentence, too_large

MAX_HEADER_BYTES: Final = 64 * 1024


def translated(error: Exception) -> FetchError:
    """What an exception of the transport means."""
    match error:
        case (
            httpcore.ConnectError()
            | httpcore.ConnectTimeout()
            | httpx.ConnectError()
            | httpx.ConnectTimeout()
        ):
            return FetchError(Outcome.CONNECT, "no connection could be made.")
        case httpcore.TimeoutException() | httpx.TimeoutException() | TimeoutError():
            return FetchError(Outcome.TIMEOUT, "the answer took too long.")
        case httpcore.RemoteProtocolError() | httpx.RemoteProtocolError():
            # h11 and httpcore have no type of their own for a connection that ended early.
            if "without sending" in str(error):
                return FetchError(Outcome.INCOMPLETE, "the connection ended before the answer was complete.")
            return FetchError(Outcome.PROTOCOL, "the answer is not valid HTTP.")
        case httpcore.NetworkError() | httpx.NetworkError():
            return FetchError(Outcome.INCOMPLETE, "the connection broke before the answer was complete.")
        case _:
            return FetchError(Outcome.PROTOCOL, f"the exchange failed ({type(error).__name__}).")


class _Connection(httpcore.AsyncHTTP11Connection):
    """A connection whose lines (status, header, chunk sizes) may be 64 KB long and not h11's 100 KB.

    Small reads, because h11 looks at its limit only where a line is still unfinished.
    """

    READ_NUM_BYTES = 8 * 1024
    MAX_INCOMPLETE_EVENT_SIZE = MAX_HEADER_BYTES


class _MeteredStream(httpcore.AsyncNetworkStream):
    """Counts what comes in, before anything parses it: interim answers and chunk framing are bytes too."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._left = MAX_HEADER_BYTES + _Connection.READ_NUM_BYTES
        self._error = FetchError(Outcome.PROTOCOL, "the answer's header is longer than 64 KB.")

    def allow_body(self, limit: int, error: FetchError) -> None:
        self._left = limit
        self._error = error

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109  httpcore's interface
        data = await self._stream.read(max_bytes, timeout)
        self._left -= len(data)
        if self._left < 0:
            raise self._error
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109  as above
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


class PinnedTransport(httpx.AsyncBaseTransport):
    """One fresh connection for each request, to the very address that the guard has just checked.

    SNI, certificate check and Host keep the name of the URL. There is no pool, no proxy and no environment.
    """

    def __init__(
        self,
        guard: AddressGuard,
        resolver: Resolver,
        connect_timeout: float,
        dns_timeout: float,
        ssl_context: ssl.SSLContext | None,
        max_body: int,
    ) -> None:
        self._guard = guard
        self._resolver = resolver
        self._connect_timeout = connect_timeout
        self._dns_timeout = dns_timeout
        self._ssl_context = ssl_context
        self._max_body = max_body
        self._backend = httpcore.AnyIOBackend()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        target: Target = request.extensions["target"]
        async with AsyncExitStack() as stack:
            stream = _MeteredStream(await self._connect(target))
            stack.push_async_callback(stream.aclose)
            origin = httpcore.Origin(target.scheme.encode(), target.host.encode(), target.port)
            answer = await _Connection(origin, stream).handle_async_request(
                httpcore.Request(
                    request.method,
                    httpcore.URL(
                        scheme=origin.scheme, host=origin.host, port=origin.port, target=request.url.raw_path
                    ),
                    headers=request.headers.raw,
                    content=request.content,
                )
            )
            # Framing costs bytes beside the body; twice the body is far more than honest chunks need.
            largest = max(self._max_body, robots.MAX_BYTES)
            stream.allow_body(2 * largest + MAX_HEADER_BYTES, too_large(largest))
            return httpx.Response(
                answer.status, headers=answer.headers, stream=_WireBody(answer, stack.pop_all())
            )

    async def _connect(self, target: Target) -> httpcore.AsyncNetworkStream:
        addresses = await self._addresses(target)
        stream = await self._first_open(target, addresses)
        return stream if target.scheme == "http" else await self._secured(target, stream)

    async def _addresses(self, target: Target) -> list[str]:
        if target.literal is not None:
            return [str(target.literal)]
        try:
            async with asyncio.timeout(self._dns_timeout):
                answers = list(await self._resolver(target.host, target.port))
        except TimeoutError:
            raise FetchError(
                Outcome.DNS, f"{target.host} could not be looked up within {self._dns_timeout:g} seconds."
            ) from None
        except OSError as error:
            raise FetchError(Outcome.DNS, f"{target.host} could not be looked up.") from error
        if not answers:
            raise FetchError(Outcome.DNS, f"{target.host} has no address.")
        try:
            return self._guard.checked(target, answers)
        except BlockedAddressError as error:
            raise FetchError(Outcome.BLOCKED_ADDRESS, sentence(error)) from error

    async def _first_open(self, target: Target, addresses: list[str]) -> httpcore.AsyncNetworkStream:
        """The first connection that opens, of at most two addresses of each family, all within `connect_timeout`."""
        sixes = [address for address in addresses if ":" in address][:2]
        fours = [address for address in addresses if ":" not in address][:2]
        candidates = [address for address in addresses if address in sixes or address in fours]
        until = time.monotonic() + self._connect_timeout
        for tried, address in enumerate(candidates):
            # What a quick refusal leaves over is shared by the addresses still to come.
            share = (until - time.monotonic()) / (len(candidates) - tried)
            try:
                return await self._backend.connect_tcp(address, target.port, timeout=max(0.0, share))
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        raise FetchError(Outcome.CONNECT, f"{target.host} accepts no connection on port {target.port}.")

    async def _secured(
        self, target: Target, stream: httpcore.AsyncNetworkStream
    ) -> httpcore.AsyncNetworkStream:
        if self._ssl_context is None:
            self._ssl_context = httpx.create_ssl_context(trust_env=False)
        try:
            return await stream.start_tls(
                self._ssl_context, server_hostname=target.host, timeout=self._connect_timeout
            )
        except (httpcore.ConnectError, httpcore.ConnectTimeout, ssl.SSLError, ValueError) as error:
            await stream.aclose()
            why = _certificate_fault(error) or "the encrypted connection could not be set up"
            raise FetchError(Outcome.TLS, f"{target.host} is not trusted: {why}.") from error


def _certificate_fault(error: BaseException | None) -> str | None:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_message
        error = error.__cause__ or error.__context__
    return None


class _WireBody(httpx.AsyncByteStream):
    """The body as it comes in, and the connection that ends with it."""

    def __init__(self, answer: httpcore.Response, connection: AsyncExitStack) -> None:
        self._answer = answer
        self._connection = connection

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._answer.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        async with self._connection:
            await self._answer.aclose()
