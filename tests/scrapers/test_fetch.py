"""A platform's own way of being asked reaches the wire, and its key reaches nothing else."""

from __future__ import annotations

import json

import httpx
import pytest

from app.settings import read_settings
from scrapers.fetch import ask
from scrapers.http.client import PoliteClient, Response
from scrapers.registry import platforms

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Wire(httpx.AsyncBaseTransport):
    """Remembers what was sent and answers with an empty document."""

    def __init__(self) -> None:
        self.sent: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.sent.append(request)
        status = 404 if request.url.path == "/robots.txt" else 200
        return httpx.Response(status, headers={"Content-Type": "application/json"}, content=b"{}")


async def asked(name: str, url: str, **keys: str) -> tuple[httpx.Request, Response]:
    wire = Wire()
    async with PoliteClient(user_agent="NextCircle/test", transport=wire, min_interval=0) as client:
        answer = await ask(client, name, url, keys)
    assert isinstance(answer, Response), answer
    return wire.sent[-1], answer


async def test_an_ordinary_address_is_simply_fetched():
    request, _ = await asked("ical", "https://club.example/c.ics")
    assert (request.method, str(request.url)) == ("GET", "https://club.example/c.ics")


async def test_a_key_in_a_header_is_sent():
    request, _ = await asked(
        "connpass", "https://connpass.com/api/v2/events/?prefecture=tokyo", CONNPASS="s3cret"
    )
    assert request.headers["x-api-key"] == "s3cret"


async def test_a_key_in_the_query_is_in_no_answer():
    url = "https://app.ticketmaster.com/discovery/v2/events.json?city=Boston"
    request, answer = await asked("ticketmaster", url, TICKETMASTER="s3cret")
    assert "apikey=s3cret" in str(request.url)
    assert "s3cret" not in repr(answer)
    assert answer.url == url


async def test_a_search_of_a_graphql_platform_is_posted():
    request, _ = await asked("mobilizon", "https://mobilizon.fr/api?search=events&term=python")
    assert request.method == "POST"
    assert json.loads(request.content)["query"]


def test_every_key_that_a_platform_asks_for_is_a_setting(monkeypatch):
    for each in platforms():
        if each.key_name is not None:
            monkeypatch.setenv(f"NEXTCIRCLE_{each.key_name}_KEY", "k")
            assert read_settings().platform_keys[each.key_name] == "k"
