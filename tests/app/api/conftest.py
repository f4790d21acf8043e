"""A city full of events behind the API, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.clock import utc_now
from app.db import Database
from app.ingest.pipeline import ingest
from app.main import create_app
from app.settings import read_settings
from scrapers.records import ScrapedEvent, ScrapedOrganizer, ScrapedPlace
from tests.app.conftest import an_event

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
