"""Bodies that are read in memory and nowhere else: counted while they stream in, and never spilled to a file.

Frameworks write an upload of more than a megabyte to a temporary file. Uploads here are of people who were not asked, so
they are taken apart by hand, into memory that is gone with the request. All uploads together have so much room and no more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from app.core.errors import ProblemError

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

# Of all uploads that are being read or worked on in this process.
ROOM_BYTES: Final = 128 * 1024 * 1024
SECONDS: Final = 120
_MOST_PARTS: Final = 40
_LONGEST_BOUNDARY: Final = 200
_BUSY_SECONDS: Final = "30"
# Its warnings quote bytes of the body.
logging.getLogger("python_multipart.multipart").setLevel(logging.CRITICAL)


@dataclass(slots=True)
class Part:
    """One part of a form. Names of files are not kept."""

    name: str
    data: bytearray = field(default_factory=bytearray)


class Room:
    """Memory that uploads share. Used from one event loop, so that it needs no lock."""

    def __init__(self, size: int = ROOM_BYTES) -> None:
        self.size = size
        self.taken = 0

    def take(self, size: int) -> None:
        """Count bytes in; raise the 503 where there is no room for them."""
        if self.taken + size > self.size:
            raise ProblemError(
                503,
                "too many uploads at the moment; try again soon, or run nextcircle network analyse on your own machine",
                headers={"Retry-After": _BUSY_SECONDS},
            )
        self.taken += size

    def give(self, size: int) -> None:
        """Count bytes out."""
        self.taken -= size


@asynccontextmanager
async def received(
    request: Request, room: Room, most: int, take: Callable[[bytes], object]
) -> AsyncIterator[None]:
    """Hand the body on piece by piece; the block runs when it is whole, and its room is taken for as long.

    Raises the 413 beyond `most` bytes, the 408 for who sends too slowly, the 503 where there is no room.
    """
    announced = request.headers.get("content-length", "0")
    if not announced.isdigit() or len(announced) > 15 or int(announced) > most:
        raise too_large(most)
    size = 0
    try:
        try:
            async with asyncio.timeout(SECONDS):
                async for chunk in request.stream():
                    if size + len(chunk) > most:
                        raise too_large(most)
                    room.take(len(chunk))
                    size += len(chunk)
                    take(chunk)
        except TimeoutError:
            raise ProblemError(408, f"the body did not arrive within {SECONDS} seconds") from None
        except ClientDisconnect:
            raise ProblemError(400, "the body was not sent to its end") from None
        yield
    finally:
        room.give(size)


def too_large(most: int) -> ProblemError:
    """The 413, in the words of an export that is too large."""
    return ProblemError(
        413,
        f"the body may have {most // 1024**2} MB at most",
        members={
            "code": "too_large",
            "hint": "choose only the files that are needed: Connections.csv, Invitations.csv, messages.csv",
        },
    )


class Form:
    """A `multipart/form-data` body that is taken apart while it comes. Raises the 415 for another type, the 400 for a broken one."""

    def __init__(self, content_type: str) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary or len(boundary) > _LONGEST_BOUNDARY:
            raise ProblemError(415, "the body must be multipart/form-data, as curl -F and HTML forms send it")
        self._parts: list[Part] = []
        self._ended = False
        self._field = b""
        self._value = b""
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._begin,
            "on_header_field": self._on_field,
            "on_header_value": self._on_value,
            "on_header_end": self._on_header,
            "on_part_data": self._on_data,
            "on_end": self._on_end,
        }
        self._parser = MultipartParser(boundary, callbacks)

    def write(self, chunk: bytes) -> None:
        """Take a piece of the body."""
        try:
            self._parser.write(chunk)
        except FormParserError:
            raise ProblemError(
                400, "the body is not multipart/form-data: its parts cannot be told apart"
            ) from None

    def parts(self) -> list[Part]:
        """All parts, once the body is whole."""
        if not self._ended:
            raise ProblemError(400, "the body is cut: its last part has no end")
        return self._parts

    def _begin(self) -> None:
        if len(self._parts) >= _MOST_PARTS:
            raise ProblemError(413, f"the form may have {_MOST_PARTS} parts at most")
        self._parts.append(Part(""))

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header(self) -> None:
        if self._field.lower() == b"content-disposition":
            _, options = parse_options_header(self._value)
            self._parts[-1].name = options.get(b"name", b"").decode("utf-8", "replace")
        self._field = self._value = b""

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        self._parts[-1].data += data[start:end]

    def _on_end(self) -> None:
        self._ended = True
