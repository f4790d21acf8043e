"""`/mcp`: the tools over streamable HTTP, without sessions. A request is answered with JSON and nothing of it is kept."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import anyio
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from app.http.problems import problem
from app.http.reads import Reads

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server

PATH: Final = "/mcp"
_LOCAL: Final = ("127.0.0.1", "localhost", "::1")
log = logging.getLogger(__name__)


class Endpoint:
    """Answers POST. The SDK takes most of a second to be imported, which only who asks has to wait for."""

    def __init__(self, reads: Reads, clock: Callable[[], datetime], base_url: str) -> None:
        self._reads = reads
        self._clock = clock
        self._base_url = base_url
        self._server: Server[Any] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, with a transport of its own."""
        request = Request(scope)
        if request.method != "POST":
            # There are no sessions: nothing to listen to, and nothing to end.
            await problem(405, "send MCP messages with POST", headers={"Allow": "POST"})(scope, receive, send)
            return
        origin = request.headers.get("origin")
        if origin is not None and not self._is_ours(origin):
            await problem(403, "pages of other origins may not use /mcp; the API under /v1 is open to them")(
                scope, receive, send
            )
            return
        server = await self._started()
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        # A manager runs once: of requests that share nothing, each has its own.
        manager = StreamableHTTPSessionManager(server, json_response=True, stateless=True)
        async with manager.run():
            await manager.handle_request(scope, receive, send)

    def _is_ours(self, origin: str) -> bool:
        """Whether a page is ours or of this machine: a name that was bound to our address anew must not reach us (DNS rebinding)."""
        own, theirs = urlsplit(self._base_url), urlsplit(origin)
        return (theirs.scheme, theirs.netloc) == (own.scheme, own.netloc) or theirs.hostname in _LOCAL

    async def _started(self) -> Server[Any]:
        if self._server is None:
            self._server = await anyio.to_thread.run_sync(self._make)
        return self._server

    def _make(self) -> Server[Any]:
        from app.mcp.server import make_server

        return make_server(self._reads, self._clock, self._base_url)


def route(reads: Reads, clock: Callable[[], datetime], base_url: str) -> Route:
    """The route of `/mcp`."""
    return Route(PATH, Endpoint(reads, clock, base_url), include_in_schema=False)
