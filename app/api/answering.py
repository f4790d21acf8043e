"""What every route shares: the app's state, the moment, JSON bytes with validators and cache times."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import Depends, Request
from sqlalchemy import Connection
from starlette.responses import Response

from app.clock import utc_now
from app.db import Database
from app.settings import Settings

# How long an answer may be served from a cache; `from` = now moves on with it.
FRESH_SECONDS = 60
# A statement that lasts longer is stopped, and the question is a 503.
LONGEST_SECONDS = 2.0
CACHE_CONTROL = f"public, max-age={FRESH_SECONDS}, stale-while-revalidate=300, stale-if-error=86400"


@dataclass(frozen=True, slots=True)
class State:
    """What an app was made with. `reading` answers public reads: a replica, or the database itself."""

    settings: Settings
    database: Database
    reading: Database
    # The sandbox's clock stands still.
    clock: Callable[[], datetime] = utc_now


def _state(request: Request) -> State:
    state = request.app.state.nextcircle
    assert isinstance(state, State)
    return state


def _reading(state: Annotated[State, Depends(_state)]) -> Iterator[Connection]:
    with state.reading.read(LONGEST_SECONDS) as connection:
        yield connection


AppState = Annotated[State, Depends(_state)]
Reading = Annotated[Connection, Depends(_reading)]
Now = Annotated[datetime, Depends(utc_now)]


def answer(request: Request, document: Any, version: str) -> Response:
    """The document as JSON, or 304 where the client has it already. `version` names the state of the data."""
    body = orjson.dumps(document)
    etag = etag_of(body, version)
    headers = {"ETag": etag, "Cache-Control": CACHE_CONTROL, "Vary": "Accept-Encoding"}
    if matches(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def etag_of(body: bytes, version: str) -> str:
    """The validator of an answer that was made from a state of the data."""
    return f'"{version}-{len(body):x}-{zlib.crc32(body):08x}"'


def matches(header: str | None, etag: str) -> bool:
    """Weak comparison (RFC 9110 8.8.3.2)."""
    if header is None:
        return False
    sent = {each.strip().removeprefix("W/") for each in header.split(",")}
    return "*" in sent or etag in sent
