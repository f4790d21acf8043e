"""A client against servers on loopback, and what tests of it share."""

from __future__ import annotations

import asyncio

from scrapers.http.client import Outcome, PoliteClient
from tests.scrapers.servers import answer, serving

AGENT = "NextCircle/1.0 (+https://nextcircle.example/bot; team@nextcircle.example)"


ICS = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


GOOD = answer(ICS, content_type="text/calendar")


# The largest body in these tests where the limit itself is not the subject.
SMALL = 100_000


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def polite(*servers, **options) -> PoliteClient:
    """A client that may ask these servers, without pauses and with little patience."""
    given = {
        "user_agent": AGENT,
        "allow_hosts": tuple(server.host_port for server in servers),
        "min_interval": 0.0,
        "deadline": 5.0,
        "max_body": SMALL,
    }
    return PoliteClient(**(given | options))


def fetched(routes, path="/x", *, get=None, **options):
    """What one GET of `path` ends as, and the server that saw it."""

    async def go():
        async with serving(routes) as server, polite(server, **options) as client:
            return await client.get(server.url(path), **(get or {})), server

    return asyncio.run(go())


def outcome(routes, path="/x", **options) -> Outcome:
    return fetched(routes, path, **options)[0].outcome


def robots_txt(text: str, **fields) -> bytes:
    return answer(text.encode(), content_type="text/plain", **fields)


async def hang(writer, seen):
    await asyncio.sleep(30)


def posted(routes, **options):
    async def go():
        async with serving(routes) as server, polite(server) as client:
            return await client.post(
                server.url("/graphql"), **({"json": {"query": "{ é }"}} | options)
            ), server

    return asyncio.run(go())
