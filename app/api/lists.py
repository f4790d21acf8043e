"""How every list of the API is answered: from the response cache, else from the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import orjson
from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.db import Reading
from app.http.deps import NO_CACHE, State, answer_bytes, demand_of, etag_of
from app.http.query_string import read_query
from app.http.reads import Reads
from app.http.response_cache import ResponseCache
from app.search.rows import RowCache
from app.service.pages import is_short
from app.service.parameters import TopicParameters

Parameters = TypeVar("Parameters", bound=TopicParameters)
# Reads one document: (connection, parameters, what the caller knows, rows read lately) -> document.
Page = Callable[[Reading, Parameters, State, RowCache | None], dict[str, Any]]


class RequestRoute(APIRoute):
    """A route whose endpoint takes nothing but the request: FastAPI describes it, and neither reads nor wraps anything for it."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the endpoint and send its answer."""
        if scope["method"] != "GET":
            await super().handle(scope, receive, send)
            return
        response = await self.endpoint(Request(scope, receive, send))
        await response(scope, receive, send)


class Lists:
    """What the lists of one app share."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.reads = Reads(state.reading)
        self.responses = ResponseCache()
        self.rows = RowCache()


async def answer_list(
    request: Request, model: type[Parameters], page: Page[Parameters], changes: Page[Parameters]
) -> Response:
    """The page that the query string asks for, or with `since` the changes."""
    lists: Lists = request.app.state.lists
    path, query_string = request.scope["path"], request.scope["query_string"]
    version = await lists.reads.version()
    cached = lists.responses.get((path, query_string), version)
    if cached is not None:
        return answer_bytes(request, cached.body, cached.etag)
    parameters = read_query(model, query_string)
    if parameters.since is not None:
        document, version = await lists.reads.in_thread(
            lambda connection: changes(connection, parameters, lists.state, None)
        )
        body = orjson.dumps(document)
        return answer_bytes(request, body, etag_of(body, version), NO_CACHE)
    if lists.reads.database.is_sqlite and is_short(parameters):
        rows = lists.rows.of(version)
        document = lists.reads.at_once(lambda reader: page(reader, parameters, lists.state, rows))
    else:
        document, version = await lists.reads.in_thread(
            lambda connection: page(connection, parameters, lists.state, None)
        )
    if not document["items"] and parameters.cursor is None:
        demand_of(request).note(document["resolved"], lists.state.clock())
    body = orjson.dumps(document)
    cached = lists.responses.put((path, query_string), body, version, etag_of(body, version))
    return answer_bytes(request, body, cached.etag)
