"""A small website on loopback, and records to store: what the tests of the service share."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from app.db import Database
from app.ingest.items import SourceRef, source_ref
from app.ingest.locate import PlaceHint
from app.sources.catalogue import CatalogueSource
from app.sources.store import add
from scrapers.records import ScrapedEvent, ScrapedGroup, ScrapedOrganizer, ScrapedPlace
from scrapers.registry import Access

BOSTON = {"city": "Boston", "region": "Massachusetts", "country": "US", "lat": 42.3601, "lon": -71.0589}


@dataclass
class Page:
    """What a path answers with; `etag` of null is made from the body."""

    body: bytes
    content_type: str = "text/calendar"
    status: int = 200
    conditional: bool = True
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Site:
    """A website whose pages a test sets, and that remembers what it was asked."""

    port: int = 0
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str], int]] = field(default_factory=list)
    listen: Callable[[str], None] = lambda _: None

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"

    def statuses(self, path: str) -> list[int]:
        return [status for asked, _, status in self.asked if asked == path]


@pytest.fixture
def site() -> Iterator[Site]:
    """An empty website; every unknown path is 404, robots.txt included."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            return

        def do_GET(self) -> None:
            page = site.pages.get(self.path, Page(b"not here", "text/plain", 404))
            etag = f'"{hashlib.sha256(page.body).hexdigest()[:16]}"'
            status = page.status
            if page.conditional and status == 200 and self.headers.get("If-None-Match") == etag:
                status = 304
            body = b"" if status == 304 else page.body
            site.asked.append((self.path, dict(self.headers), status))
            self.send_response(status)
            if page.conditional:
                self.send_header("ETag", etag)
            self.send_header("Content-Type", page.content_type)
            for name, value in page.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    servers: list[ThreadingHTTPServer] = []

    def listen(address: str) -> None:
        """Answer on another loopback address as well, at the same port: another host."""
        server = ThreadingHTTPServer((address, site.port), Handler)
        site.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        servers.append(server)

    listen("127.0.0.1")
    site.listen = listen
    yield site
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def source(database: Database, now: datetime) -> Callable[..., SourceRef]:
    """Adds a source and gives its reference: `source("meetup", "Boston Python")`."""

    def make(
        platform: str = "meetup", name: str = "a source", url: str | None = None, **members: Any
    ) -> SourceRef:
        address = url or f"https://example.org/{platform}/{name}"
        row = CatalogueSource(
            slug=f"{platform}-{name}",
            platform=platform,
            name=name,
            url=address,
            access=Access.FEED,
            **members,
        )
        add(database, [row], members.pop("origin", "operator"), now)
        return known_source(database, address)

    return make


def known_source(database: Database, url: str) -> SourceRef:
    """The reference of a stored source."""
    from sqlalchemy import text

    with database.read() as connection:
        row = connection.execute(text("SELECT * FROM source WHERE url = :url"), {"url": url}).mappings().one()
        return source_ref({**row, "topics": []})


def an_event(**members: Any) -> ScrapedEvent:
    """A Python evening in Boston in ten days, but for what the test says."""
    start = members.pop("start_date", None) or datetime.fromisoformat("2026-12-03T18:30:00-05:00")
    given: dict[str, Any] = {
        "platform": "meetup",
        "source": "a source",
        "uid": "1",
        "name": "Python project night",
        "description": "Programmers hack on open source software together.",
        "start_date": start,
        "end_date": None if "end_date" in members else start + timedelta(hours=2),
        "timezone": "America/New_York",
        "event_attendance_mode": "offline",
        "url": "https://www.meetup.com/boston-python/events/1/",
        "location": ScrapedPlace(name="The Hub", **BOSTON),
        "organizer": ScrapedOrganizer(
            uid="boston-python", name="Boston Python", url="https://www.meetup.com/boston-python/"
        ),
    }
    return ScrapedEvent(**{**given, **members})


def a_group(**members: Any) -> ScrapedGroup:
    """A Python group in Boston, but for what the test says."""
    given: dict[str, Any] = {
        "platform": "meetup",
        "source": "a source",
        "uid": "boston-python",
        "name": "Boston Python",
        "description": "The user group of software developers.",
        "url": "https://www.meetup.com/boston-python/",
        "members": 1200,
        "location": ScrapedPlace(**BOSTON),
        "timezone": "America/New_York",
    }
    return ScrapedGroup(**{**given, **members})


NO_HINT = PlaceHint()
