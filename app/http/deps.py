"""What routes share: the app's state, the time, JSON answers with ETags, and the limits of writes."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

import orjson
from fastapi import Depends, Request
from pydantic import AfterValidator, Field
from sqlalchemy import Connection
from starlette.responses import Response

from app.core.characters import is_plain_line, is_plain_text
from app.core.clock import utc_now
from app.core.errors import ProblemError
from app.db import Database
from app.demand.counter import DemandCounter
from app.digest.desk import Desk
from app.embedders.register import Register
from app.http.auth import Caller
from app.http.rate_limit import RateLimiter
from app.http.reads import LONGEST_SECONDS
from app.settings import Settings
from app.webhooks import management

# How long a shared cache may serve an answer.
FRESH_SECONDS: Final = 60
CACHE_CONTROL: Final = f"public, max-age={FRESH_SECONDS}, stale-while-revalidate=300, stale-if-error=86400"
# Clients that poll for changes must not get what a cache has had for a minute.
NO_CACHE: Final = "no-cache"


@dataclass(frozen=True, slots=True)
class State:
    """What an app was made with. `reading` answers public reads: a replica, or the database itself."""

    settings: Settings
    database: Database
    reading: Database
    # The sandbox's clock stands still.
    clock: Callable[[], datetime] = utc_now


def state_of(request: Request) -> State:
    """What the app of a request was made with."""
    state = request.app.state.nextcircle
    assert isinstance(state, State)
    return state


def _reading(state: Annotated[State, Depends(state_of)]) -> Iterator[Connection]:
    with state.reading.read(LONGEST_SECONDS) as connection:
        yield connection


def desk_of(request: Request) -> Desk:
    """The subscriptions of the app that is asked."""
    desk = request.app.state.desk
    assert isinstance(desk, Desk)
    return desk


def demand_of(request: Request) -> DemandCounter:
    """What counts the questions that the app found nothing for."""
    demand = request.app.state.demand
    assert isinstance(demand, DemandCounter)
    return demand


def register_of(request: Request) -> Register:
    """The sites that embed the app that is asked."""
    register = request.app.state.embedders
    assert isinstance(register, Register)
    return register


def webhooks_of(request: Request) -> management.Webhooks:
    """The webhooks of the app that is asked."""
    webhooks = request.app.state.webhooks
    assert isinstance(webhooks, management.Webhooks)
    return webhooks


def _now(request: Request) -> datetime:
    return state_of(request).clock()


AppState = Annotated[State, Depends(state_of)]
Reading = Annotated[Connection, Depends(_reading)]
Subscriptions = Annotated[Desk, Depends(desk_of)]
Embedders = Annotated[Register, Depends(register_of)]
Webhooks = Annotated[management.Webhooks, Depends(webhooks_of)]
Now = Annotated[datetime, Depends(_now)]


def answer(request: Request, document: Any, version: str, cache_control: str = CACHE_CONTROL) -> Response:
    """The document as JSON, or 304 if the client has it already. `version` names the state of the data."""
    body = orjson.dumps(document)
    return answer_bytes(request, body, etag_of(body, version), cache_control)


def answer_bytes(
    request: Request,
    body: bytes,
    etag: str,
    cache_control: str = CACHE_CONTROL,
    media_type: str = "application/json",
    more_headers: Iterable[tuple[str, str]] = (),
) -> Response:
    """The body, or 304 if the client has it already."""
    headers = {"ETag": etag, "Cache-Control": cache_control, **dict(more_headers)}
    if matches(request.headers.get("if-none-match"), etag):
        # The compressing middleware, which adds this to bodies, passes answers without one on.
        return Response(status_code=304, headers={**headers, "Vary": "Accept-Encoding"})
    return Response(body, media_type=media_type, headers=headers)


def etag_of(body: bytes, version: str) -> str:
    """The validator of an answer that was made from a state of the data."""
    return f'"{version}-{len(body):x}-{zlib.crc32(body):08x}"'


def matches(header: str | None, etag: str) -> bool:
    """Whether `If-None-Match` names the ETag, by weak comparison (RFC 9110 8.8.3.2)."""
    if header is None:
        return False
    sent = {value.strip().removeprefix("W/") for value in header.split(",")}
    return "*" in sent or etag.removeprefix("W/") in sent


MAX_WRITES_AN_HOUR: Final = 20
MAX_WRITES_AN_HOUR_OF_ALL: Final = 500


def _plain_text(text: str) -> str:
    if not is_plain_text(text):
        raise ValueError("contains control or invisible characters")
    return text


def _plain_line(text: str) -> str:
    if not is_plain_line(text):
        raise ValueError("contains line breaks, control or invisible characters")
    return text


# The promised pattern, which must not become narrower; what is hidden or controls a terminal is refused beside it.
_PATTERN: Final = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f]*$"
# Lines of text that every database can store and every terminal can print; one line.
PlainText = Annotated[str, AfterValidator(_plain_text), Field(json_schema_extra={"pattern": _PATTERN})]
PlainLine = Annotated[str, AfterValidator(_plain_line), Field(json_schema_extra={"pattern": _PATTERN})]


def allow_write(request: Request, what: str) -> None:
    """Raise the 429 for a client that sends too many of something; a key with the scope `write` has its own limit a minute only.

    Each thing has counters of its own: a flood of suggestions must not keep organisers from asking for a removal.
    """
    caller: Caller = request.state.caller
    if caller.credentials is not None and caller.credentials.may("write"):
        return
    limiter: RateLimiter = request.app.state.write_limiter
    status = limiter.count(what, f"{what} {caller.rate_limit_key}", MAX_WRITES_AN_HOUR)
    if not status.refused:
        status = limiter.count(what, f"{what} everyone", MAX_WRITES_AN_HOUR_OF_ALL)
    if status.refused:
        raise ProblemError(
            429,
            f"too many {what}; try again in {status.seconds} seconds",
            headers={"Retry-After": str(status.seconds)},
        )


def json_only(request: Request) -> None:
    """Raise the 415 for a body that says it is anything but JSON."""
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise ProblemError(415, f"the body must be application/json, not {kind[:100] or 'empty'}")
