"""What every route shares: the app's state, the time, JSON answers with validators, what a body may be and how often it may be sent."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

import orjson
from fastapi import Depends, Request
from pydantic import AfterValidator, Field
from sqlalchemy import Connection
from starlette.responses import Response

from app.core.clock import utc_now
from app.core.errors import ProblemError
from app.db import Database
from app.http.auth import Caller
from app.http.rate_limit import RateLimiter
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


# A poller wants what is new, not what a cache has had for a minute.
NO_CACHE = "no-cache"


def answer(request: Request, document: Any, version: str, cache_control: str = CACHE_CONTROL) -> Response:
    """The document as JSON, or 304 where the client has it already. `version` names the state of the data."""
    body = orjson.dumps(document)
    etag = etag_of(body, version)
    headers = {"ETag": etag, "Cache-Control": cache_control, "Vary": "Accept-Encoding"}
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


MAX_WRITES_AN_HOUR: Final = 20
MAX_WRITES_AN_HOUR_OF_ALL: Final = 500


def _told(text: str) -> str:
    if any((ord(char) < 32 and char not in "\n\t\r") or 0xD800 <= ord(char) < 0xE000 for char in text):
        raise ValueError("holds control characters")
    return text


# What a person writes: lines of text that every database can hold.
PlainText = Annotated[
    str,
    AfterValidator(_told),
    Field(json_schema_extra={"pattern": r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f]*$"}),
]


def allow_write(request: Request) -> None:
    """Raise the 429 for a client that writes too often; a key with the scope `write` has its own limit a minute only."""
    caller: Caller = request.state.caller
    if caller.credentials is not None and caller.credentials.may("write"):
        return
    limiter: RateLimiter = request.app.state.write_limiter
    status = limiter.count("writes", caller.rate_limit_key, MAX_WRITES_AN_HOUR)
    if not status.refused:
        status = limiter.count("writes", "everyone", MAX_WRITES_AN_HOUR_OF_ALL)
    if status.refused:
        raise ProblemError(
            429,
            f"too many submissions; try again in {status.seconds} seconds",
            headers={"Retry-After": str(status.seconds)},
        )


def json_only(request: Request) -> None:
    """Raise the 415 for a body that says it is anything but JSON."""
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise ProblemError(415, f"the body must be application/json, not {kind[:100] or 'empty'}")
