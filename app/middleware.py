"""What every request passes before a route sees it, whatever the route: pure ASGI, no database, no words of any noun."""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import problem

# Of a request's body; the largest that any route takes is a few texts.
MOST_BYTES: Final = 64 * 1024


class HeadAsGet:
    """Answers HEAD as GET without the body (RFC 9110 9.3.2), on every route."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything else on as it is."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"}, receive, without_body)


class BodyLimit:
    """Refuses a body of more than `MOST_BYTES` (413): by its announced length, else while it streams in.

    Frameworks read a JSON body whole before they look at it, so that a stranger could fill the memory.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body up to the limit, then hand it on in one piece."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self.app(scope, receive, send)
            return
        body = b""
        more = True
        too_large = _announced(scope) > MOST_BYTES
        while more and not too_large:
            message = await receive()
            if message["type"] != "http.request":
                return  # the client is gone
            body += message.get("body", b"")
            more = message.get("more_body", False)
            too_large = len(body) > MOST_BYTES
        if too_large:
            answer = problem(413, f"the body may have {MOST_BYTES} bytes at most")
            await answer(scope, receive, send)
            return
        handed_on = False

        async def again() -> Message:
            nonlocal handed_on
            if handed_on:
                return await receive()
            handed_on = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, again, send)


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() and len(value) < 20 else MOST_BYTES + 1
    return 0
