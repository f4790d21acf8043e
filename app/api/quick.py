"""The short way to `/v1/events` and `/v1/groups`: the same question and answer as their routes, without the framework.

A question asked again within seconds is answered by its raw query string before anybody looks at it, as long as the data is
the same. Whatever is odd about a question goes the long way through its route, which says what is wrong with it.

SQLite is asked in the event loop where the question is a small one: a thread costs more than the answer. Everything else
waits in a few threads, so that nobody else waits for it.
"""

from __future__ import annotations

import gzip
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Final, get_origin
from urllib.parse import parse_qsl

import anyio
import brotli
import orjson
from pydantic import ValidationError
from sqlalchemy import Connection
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.neighbours import Neighbours, Point, point_of
from app.core.errors import ProblemError
from app.db import DatabaseAwayError
from app.http.deps import CACHE_CONTROL, LONGEST_SECONDS, State, etag_of, matches
from app.http.problems import of_away
from app.search.related import data_version
from app.search.rows import Kept
from app.service.pages import event_bytes, event_document, group_document
from app.service.parameters import EventParameters, GroupParameters, TopicParameters

# How long an answer is given again; `from` = now stands still for as long.
FRESH_SECONDS: Final = 10.0
_MOST_BYTES: Final = 32 * 1024 * 1024
_LEAST_TO_PACK: Final = 1_000
_THREADS: Final = 4
_OF_304: Final = frozenset({b"etag", b"cache-control", b"vary"})
_SMALL_RADIUS_KM: Final = 60.0
_MODELS: Final[dict[str, type[TopicParameters]]] = {
    "/v1/events": EventParameters,
    "/v1/groups": GroupParameters,
}
_LISTS: Final = {
    path: frozenset(
        info.alias or name for name, info in model.model_fields.items() if get_origin(info.annotation) is list
    )
    for path, model in _MODELS.items()
}
# Only these are asked in the event loop: others may take longer than a thread costs.
_SMALL: Final = frozenset(
    {
        "near",
        "lat",
        "lon",
        "radius_km",
        "from",
        "to",
        "field",
        "interest",
        "purpose",
        "mode",
        "free",
        "limit",
        "cursor",
    }
)


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer as it is sent, of one state of the data."""

    until: float
    version: str
    etag: str
    headers: list[tuple[bytes, bytes]]
    body: bytes


class QuickReads:
    """Answers the two lists itself; every other request passes."""

    def __init__(self, app: ASGIApp, *, state: State, routes: list[Any]) -> None:
        self.app = app
        self.state = state
        # What requests are counted and deprecated by.
        self.routes = {each.path: each for each in routes if isinstance(each, Route) and each.path in _MODELS}
        self.limiter: anyio.CapacityLimiter | None = None
        self._kept: OrderedDict[tuple[str, bytes, str], _Answer] = OrderedDict()
        self._bytes = 0
        self._base_url = state.settings.base_url
        self._shown = Kept()
        self._neighbours = Neighbours()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """From what was kept, else asked anew, else by the route."""
        path = scope.get("path", "")
        if scope["type"] != "http" or scope["method"] != "GET" or path not in _MODELS:
            await self.app(scope, receive, send)
            return
        query: bytes = scope["query_string"]
        packing, validator = _sent(scope["headers"])
        key = path, query, packing
        # By this name the request is counted.
        if path in self.routes:
            scope["route"] = self.routes[path]
        try:
            version = await self._version()
            kept = self._kept.get(key)
            if kept is None or kept.version != version or kept.until < time.monotonic():
                kept = await self._asked(path, query, packing, version)
        except DatabaseAwayError as error:
            await of_away(path, error)(scope, receive, send)
            return
        if kept is None:
            await self.app(scope, receive, send)
            return
        if validator is not None and matches(validator, kept.etag):
            same = [each for each in kept.headers if each[0] in _OF_304]
            await send({"type": "http.response.start", "status": 304, "headers": same})
            await send({"type": "http.response.body", "body": b""})
            return
        await send({"type": "http.response.start", "status": 200, "headers": kept.headers})
        await send({"type": "http.response.body", "body": kept.body})

    async def _version(self) -> str:
        """The state of the data now."""
        database = self.state.reading
        if database.is_sqlite:
            return database.sqlite_version()
        version: str = await self._in_thread(self._read_version)
        return version

    def _read_version(self) -> str:
        with self.state.reading.read(LONGEST_SECONDS) as connection:
            return data_version(connection)

    async def _asked(self, path: str, query: bytes, packing: str, version: str) -> _Answer | None:
        here = self.state.reading.is_sqlite and path == "/v1/events"
        point = point_of(query) if here else None
        try:
            known = self._known_around(point, version) if point is not None else None
            if known is not None:
                return self._keep((path, query, packing), known, version)
            given = _given(path, query)
            if given is None or "since" in given:
                return None
            asked = _MODELS[path].model_validate(given)
            if here and _is_small(given, asked):
                made = self._made_here(asked, point, version), version
            else:
                made = await self._in_thread(self._made, asked)
        except (ValidationError, ProblemError):
            return None
        return self._keep((path, query, packing), *made)

    def _known_around(self, point: Point, version: str) -> bytes | None:
        """From what others of the same town have asked."""
        with self.state.reading.quick_read(LONGEST_SECONDS) as reader:
            now, shown = self.state.clock(), self._shown.of(version)
            return self._neighbours.answered(reader, point, now, self._base_url, shown)

    def _made_here(self, asked: TopicParameters, point: Point | None, version: str) -> bytes:
        """In the event loop, on its own connection, with what was shown lately of this state of the data."""
        assert isinstance(asked, EventParameters)
        now = self.state.clock()
        if point is not None:
            self._neighbours.meet(point, asked, now)
        with self.state.reading.quick_read(LONGEST_SECONDS) as reader:
            return event_bytes(reader, asked, now, self._base_url, self._shown.of(version))

    def _made(self, asked: TopicParameters) -> tuple[bytes, str]:
        with self.state.reading.read(LONGEST_SECONDS) as connection:
            return orjson.dumps(_document(connection, asked, self.state)), data_version(connection)

    def _keep(self, key: tuple[str, bytes, str], body: bytes, version: str) -> _Answer:
        etag = etag_of(body, version)
        packed, encoding = _packed(body, key[2])
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(packed)).encode()),
            (b"etag", etag.encode()),
            (b"cache-control", CACHE_CONTROL.encode()),
            (b"vary", b"Accept-Encoding"),
        ]
        if encoding:
            headers.insert(0, (b"content-encoding", encoding))
        kept = _Answer(time.monotonic() + FRESH_SECONDS, version, etag, headers, packed)
        old = self._kept.pop(key, None)
        self._bytes += len(packed) - (len(old.body) if old else 0)
        self._kept[key] = kept
        while self._bytes > _MOST_BYTES:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= len(gone.body)
        return kept

    async def _in_thread(self, work: Any, *given: Any) -> Any:
        if self.limiter is None:
            self.limiter = anyio.CapacityLimiter(_THREADS)
        return await anyio.to_thread.run_sync(work, *given, limiter=self.limiter)


def _document(connection: Connection, asked: TopicParameters, state: State) -> dict[str, Any]:
    now, base_url = state.clock(), state.settings.base_url
    if isinstance(asked, EventParameters):
        return event_document(connection, asked, now, base_url)
    assert isinstance(asked, GroupParameters)
    return group_document(connection, asked, now, base_url)


def _given(path: str, query: bytes) -> dict[str, Any] | None:
    """The parameters by name, lists where they may be repeated; null for what only the framework knows how to read."""
    try:
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=200)
    except ValueError:
        return None
    lists = _LISTS[path]
    given: dict[str, Any] = {}
    for name, value in pairs:
        if name in lists:
            given.setdefault(name, []).append(value)
        else:
            given[name] = value
    return given


def _is_small(given: dict[str, Any], asked: TopicParameters) -> bool:
    return (
        given.keys() <= _SMALL
        and bool(asked.near or asked.lat is not None)
        and asked.radius_km <= _SMALL_RADIUS_KM
    )


def _sent(headers: list[tuple[bytes, bytes]]) -> tuple[str, str | None]:
    """The packing that the client takes (`br`, `gzip` or nothing), and the validator it has."""
    packing, validator = "", None
    for name, value in headers:
        if name == b"accept-encoding":
            packing = "br" if b"br" in value else "gzip" if b"gzip" in value else ""
        elif name == b"if-none-match":
            validator = value.decode("latin-1")
    return packing, validator


def _packed(body: bytes, packing: str) -> tuple[bytes, bytes]:
    if len(body) < _LEAST_TO_PACK or not packing:
        return body, b""
    if packing == "br":
        return brotli.compress(body, quality=4), b"br"
    return gzip.compress(body, 5, mtime=0), b"gzip"
