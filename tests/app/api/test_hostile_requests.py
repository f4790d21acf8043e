"""Hostile values through every parameter, path and header of every read, and every hostile body: a 2xx, 3xx or 4xx, soon."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.db import Database
from app.main import create_app
from app.settings import read_settings

DATA = os.environ.get("EVALUATION_DATA", "")
LISTS = Path(DATA) / "hostile" / "lists"
KEY = "the key of an operator"
# `HOSTILE_SHARE=1 pytest tests/app/api/test_hostile_requests.py` sends every value everywhere; a third is enough for every day.
SHARE = int(os.environ.get("HOSTILE_SHARE", "3"))

pytestmark = pytest.mark.skipif(not DATA, reason="skipped: EVALUATION_DATA is not set")


@pytest.fixture
def client(database):
    """The API with a key that opens all of it."""
    app = create_app(read_settings(admin_key=KEY), database)
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


def lines(name: str) -> list[dict]:
    """The lines of a list; its last one may be cut."""
    found = []
    for line in (LISTS / name).read_text().split("\n"):
        with contextlib.suppress(json.JSONDecodeError):
            found.append(json.loads(line))
    return found


def texts() -> list[str]:
    """Every value that a list holds, whatever it was meant for, each once."""
    found: dict[str, None] = {}
    for name in (
        "api_query_values.jsonl",
        "ssrf_urls.jsonl",
        "email_addresses.jsonl",
        "subject_values.jsonl",
    ):
        for line in lines(name):
            for value in line.values():
                if isinstance(value, str) and len(value) < 30_000:
                    found.setdefault(value)
    return list(found)


def encoded(value: str) -> str:
    # Half characters have no UTF-8: a client can only send bytes like these.
    return quote(value.encode("utf-8", "surrogatepass"), safe="")


def right(status: int, kind: str, asked: str) -> None:
    assert status < 500, asked
    assert status < 400 or kind == "application/problem+json", asked


async def ask(app: FastAPI, address: str) -> tuple[int, str]:
    """(status, content type) of a GET, without a client in between: there are tens of thousands."""
    path, _, query = address.partition("?")
    start: dict = {}
    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": unquote(path),
        "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(b"host", b"x"), (b"x-api-key", KEY.encode())],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict) -> None:
        if message["type"] == "http.response.start":
            start.update(message)

    await app(scope, receive, send)
    return start["status"], dict(start["headers"]).get(b"content-type", b"").decode()


def addresses(client: TestClient, share: int) -> Iterator[str]:
    """Every value in every place of every read; of a `share` above 1 each place gets that part of the values, the next one another."""
    values = [encoded(each) for each in texts()]
    for path, operations in client.get("/openapi.json").json()["paths"].items():
        parameters = operations.get("get", {}).get("parameters", [])
        names = [each["name"] for each in parameters if each["in"] == "path"]
        if names:
            some = values[len(path) % share :: share]
            yield from (path.replace(f"{{{names[0]}}}", value) for value in some)
            continue
        query = [each["name"] for each in parameters if each["in"] == "query"]
        for place, name in enumerate(query):
            yield from (f"{path}?{name}={value}" for value in values[place % share :: share])


def test_every_value_through_every_parameter_is_answered_or_refused(
    client: TestClient, put, database: Database
):
    put("Python night")
    # What is refused is refused before the database is asked, whichever it is.
    share = SHARE if database.is_sqlite else 4 * SHARE

    async def through() -> None:
        for address in addresses(client, share):
            status, kind = await ask(client.app, address)
            right(status, kind, address[:200])

    asyncio.run(through())


def kind(response) -> str:
    return response.headers.get("content-type", "")


def test_every_header_is_answered_or_refused(client: TestClient, put):
    put("Python night")
    for path in ("/v1/events", "/v1/groups", "/v1/fields", "/v1/sources", "/healthz"):
        for line in lines("api_headers.jsonl"):
            name, value = line["header"], line["value"].encode("utf-8")
            if name in {"Content-Length", "Transfer-Encoding", "Expect", "Connection", "Upgrade"}:
                continue  # the server's own business, before any of ours
            response = client.get(path, headers={name: value})
            right(response.status_code, kind(response), f"{path} {name}")
            assert "evil.example" not in response.text, name
            assert "evil.example" not in str(response.headers), name


def test_every_body_is_refused(client: TestClient, database):
    documented = client.get("/openapi.json").json()["paths"]
    paths = [
        (method, re.sub(r"\{\w+\}", "x", path))
        for path, operations in documented.items()
        for method, operation in operations.items()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    ]
    assert len(paths) > 8
    for method, path in paths:
        for line in lines("api_bodies.jsonl"):
            body = line["body"].encode("utf-8", "surrogatepass")
            headers = {"Content-Type": "application/json", "X-API-Key": KEY}
            response = client.request(method, path, content=body, headers=headers)
            right(response.status_code, kind(response), line["body"][:100])
            if response.status_code == 202:
                # Of a member that is there twice the last one counts, as everywhere in JSON.
                assert b"x.org" in body
