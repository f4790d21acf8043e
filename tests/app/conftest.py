"""A small website on loopback, records to store, the API over a database: what the tests of the service share."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.auth.repository.keys import add_key
from app.core.clock import utc_now
from app.db import Database
from app.ingest.pipeline import ingest
from app.listings.items import SourceRef, source_ref
from app.listings.locate import PlaceHint
from app.main import create_app
from app.settings import read_settings
from app.sources.catalogue import CatalogueSource
from app.sources.repository.sources import add
from scrapers.platform import Access
from scrapers.records import ScrapedEvent, ScrapedGroup, ScrapedOrganizer, ScrapedPlace

BOSTON = {"city": "Boston", "region": "Massachusetts", "country": "US", "lat": 42.3601, "lon": -71.0589}

PLACES = {
    "Boston": ScrapedPlace(name="Hub", city="Boston", region="MA", country="US", lat=42.3601, lon=-71.0589),
    "Cambridge": ScrapedPlace(
        name="Lab", city="Cambridge", region="MA", country="US", lat=42.3736, lon=-71.1097
    ),
    "Worcester": ScrapedPlace(
        name="Mill", city="Worcester", region="MA", country="US", lat=42.2626, lon=-71.8023
    ),
    "London": ScrapedPlace(name="Pub", city="London", country="GB", lat=51.5074, lon=-0.1278),
    "Suva": ScrapedPlace(name="Fale", city="Suva", country="FJ", lat=-18.1416, lon=178.4419),
}
ZONES = {"London": "Europe/London", "Suva": "Pacific/Fiji"}


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
def api(database: Database) -> Callable[..., TestClient]:
    """`api("203.0.113.7", rate_limit=3)`: the API with these settings, asked from this address."""

    def make(address: str = "127.0.0.1", **settings: Any) -> TestClient:
        app = create_app(read_settings(**settings), database)
        return TestClient(app, client=(address, 50_000), raise_server_exceptions=False)

    return make


@pytest.fixture
def key(database: Database, now) -> Callable[..., str]:
    """A valid key: `key("write", per_minute=5)`."""

    def make(*scopes: Any, per_minute: int | None = None) -> str:
        return add_key(database, "a program", frozenset(scopes or ("read",)), per_minute, now)[1]

    return make


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


@pytest.fixture
def client(database: Database) -> Iterator[TestClient]:
    """The API over the test's database."""
    app = create_app(read_settings(public_url="https://nextcircle.test"), database)
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def here() -> datetime:
    """The present: the API asks the clock itself."""
    return utc_now()


@pytest.fixture
def put(database: Database, source: Callable[..., Any], here: datetime) -> Callable[..., ScrapedEvent]:
    """Stores an event: `put("Python night", "Boston", days=3)`; its address and uid are made from its name."""
    ref = source("meetup", "city")

    def store(
        name: str, place: str = "Boston", *, days: float = 3, group: str = "Boston Python", **members: Any
    ) -> ScrapedEvent:
        start = here + timedelta(days=days)
        slug = group.lower().replace(" ", "-")
        given: dict[str, Any] = {
            "uid": f"{name}-{days}-{place}",
            "name": name,
            "description": None,
            "start_date": start,
            "end_date": start + timedelta(hours=2),
            "timezone": ZONES.get(place, "America/New_York"),
            "location": PLACES.get(place),
            "url": f"https://www.meetup.com/{slug}/events/{abs(hash((name, days, place)))}/",
            "organizer": ScrapedOrganizer(uid=slug, name=group, url=f"https://www.meetup.com/{slug}/"),
        }
        event = an_event(**{**given, **members})
        ingest(database, [(ref, event)], here)
        return event

    return store


@pytest.fixture
def names(client: TestClient) -> Callable[..., list[str]]:
    """The names that a question is answered with: `names("/v1/events", near="Boston, MA")`."""

    def ask(path: str = "/v1/events", **parameters: Any) -> list[str]:
        response = client.get(path, params={name.rstrip("_"): value for name, value in parameters.items()})
        assert response.status_code == 200, response.text
        return [item["name"] for item in response.json()["items"]]

    return ask


NO_HINT = PlaceHint()
