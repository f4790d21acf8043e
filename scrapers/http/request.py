"""What one call is made of: the headers a caller may give it, its limits, the seconds it may take, the body it gets.

It asks nobody and decides nothing about politeness; `scrapers.http.client` does.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from json import dumps
from typing import cast

import httpx

from scrapers.http.decoding import Decoder, coding_of
from scrapers.http.outcomes import NO_VALIDATORS, FetchError, NotEncodedError, Outcome, Validators, too_large
from scrapers.http.response import Answer, Fields, announced_length
from scrapers.http.transport import translated

# What a caller may not set: what makes us somebody else, what the client itself owns, and what frames the message.
_OWN_HEADERS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "cookie",
        "host",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "if-unmodified-since",
        "proxy-authorization",
        "range",
        "referer",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
    }
)
# What may follow a redirect to another origin; anything else a caller adds may be a key.
_HARMLESS_HEADERS = frozenset({b"accept", b"accept-language"})


@dataclass(frozen=True, slots=True)
class Call:
    """A request before it has an address, and what of its answer is wanted."""

    method: str = "GET"
    headers: tuple[tuple[bytes, bytes], ...] = ()
    validators: Validators = NO_VALIDATORS
    content: bytes | None = None
    identity: bool = False
    cap: int = 0  # bytes of the decoded body; 0 = the client's own
    cut: bool = False  # a body beyond the cap is cut there instead of refused


class Budget:
    """The seconds that one call may spend on the wire, all its requests together."""

    def __init__(self, seconds: float) -> None:
        self._whole = seconds
        self._left = seconds

    async def spend(self, exchange: Awaitable[Answer]) -> Answer:
        started = time.monotonic()
        try:
            async with asyncio.timeout(max(0.0, self._left)):
                return await exchange
        except TimeoutError:
            raise FetchError(
                Outcome.TIMEOUT, f"no complete answer came within {self._whole:g} seconds."
            ) from None
        finally:
            self._left -= time.monotonic() - started


def given(headers: Mapping[str, str], *, accept: str) -> tuple[tuple[bytes, bytes], ...]:
    """The headers of a call: what a caller gives, less what only the client may say."""
    fields = {"accept": accept}
    fields.update(
        {name.lower(): value for name, value in headers.items() if name.lower() not in _OWN_HEADERS}
    )
    return tuple((name.encode("ascii"), value.encode("utf-8")) for name, value in fields.items())


def harmless(headers: tuple[tuple[bytes, bytes], ...]) -> tuple[tuple[bytes, bytes], ...]:
    """The headers that may follow a redirect to another origin."""
    return tuple(entry for entry in headers if entry[0] in _HARMLESS_HEADERS)


def document_of(json: object) -> bytes:
    """A JSON document as it is sent."""
    return dumps(json, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


async def body_of(response: httpx.Response, fields: Fields, cap: int, *, cut: bool) -> bytes:
    """The decoded body, at most `cap` bytes; raises `FetchError` or `NotEncodedError`."""
    decoder = Decoder(coding_of(fields.every("content-encoding")), cap)
    announced = announced_length(fields)
    if announced is not None and announced > cap and not cut:
        raise too_large(cap)
    received = 0
    try:
        async for chunk in cast("httpx.AsyncByteStream", response.stream):
            received += len(chunk)
            decoder.feed(chunk)
            if decoder.full or received > cap:
                if cut:
                    return decoder.result()[:cap]
                raise too_large(cap)
    except (FetchError, NotEncodedError):
        raise
    except Exception as error:
        raise translated(error) from error
    if announced is not None and received < announced:
        raise FetchError(Outcome.INCOMPLETE, f"only {received} of {announced} announced bytes came.")
    if not decoder.complete:
        raise FetchError(Outcome.INCOMPLETE, "the compressed answer ends in the middle.")
    return decoder.result()
