"""Whoever asks what a neighbour asked gets the answer of their own door: the one that a lonely question gets."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import orjson
import pytest
from fastapi.testclient import TestClient

from app.api import neighbours
from app.db import Database
from app.ingest.pipeline import ingest
from app.main import create_app
from app.places.cells import distances_km, haversine_km
from app.service.pages import event_document
from app.service.parameters import EventParameters
from app.settings import read_settings
from app.sources.catalogue import CatalogueSource
from app.sources.repository import add
from scrapers.platform import Access
from tests.app.conftest import known_source
from tests.app.search.test_same_answers import CITIES, events_for

MOMENT = datetime(2026, 11, 23, 12, 0, 7, 250_000, tzinfo=UTC)
OTHERS = (
    {}, {"field": ["software-engineering"]}, {"field": ["!nursing"], "free": "true"}, {"mode": "online"},
    {"interest": ["games"], "from": "weekend"}, {"to": "2026-12-24"}, {"from": "2026-11-01", "to": "next month"},
)  # fmt: skip


@pytest.fixture
def stored(database: Database) -> Database:
    """A few hundred events in five places, one on the date line and one at the pole."""
    url = "https://example.org/near.ics"
    row = CatalogueSource(slug="near", platform="ical", name="near", url=url, access=Access.FEED)
    add(database, [row], "operator", MOMENT)
    ref = known_source(database, url)
    ingest(database, [(ref, event) for event in events_for(MOMENT)], MOMENT)
    return database


@pytest.fixture
def client(stored: Database):
    """The API at a moment that stands still."""
    with TestClient(create_app(read_settings(), stored, clock=lambda: MOMENT)) as opened:
        yield opened


def expected(database: Database, parameters: dict) -> dict:
    with database.read() as connection:
        document = event_document(
            connection, EventParameters.model_validate(parameters), MOMENT, "http://127.0.0.1:8000"
        )
    return orjson.loads(orjson.dumps(document))


def rounded(document: dict) -> dict:
    """Distances to a hundredth: both ways round them, one of them in bytes."""
    for item in document["items"]:
        for name in ("distance_km", "distance_mi"):
            item[name] = None if item[name] is None else round(item[name], 2)
    return document


@pytest.mark.parametrize("city", CITIES)
def test_neighbours_get_what_each_would_have_got_alone(client, stored, city, monkeypatch):
    given = []
    shared = neighbours.joined
    monkeypatch.setattr(neighbours, "joined", lambda *each: given.append(each) or shared(*each))
    chance = random.Random(city)
    lat, lon, _, _ = CITIES[city]
    for other in OTHERS:
        for radius, limit in ((3, 5), (25, 5), (25, 20), (60, 100)):
            for _ in range(6):
                at = {
                    "lat": round(min(lat + chance.uniform(-0.04, 0.04), 90.0), 6),
                    "lon": round(lon + chance.uniform(-0.04, 0.04), 6),
                }
                asked = {**other, **at, "radius_km": radius, "limit": limit}
                answer = client.get(f"/v1/events?{urlencode(asked, doseq=True)}")
                assert answer.status_code == 200, answer.text
                assert rounded(answer.json()) == rounded(expected(stored, asked)), asked
    if stored.is_sqlite:
        assert len(given) > 50  # else nothing was shown of the short way


def test_pages_go_on_where_a_shared_first_page_ended(client, stored):
    lat, lon, _, _ = CITIES["London"]
    for metres in (0, 300):
        asked = {"lat": lat + metres / 111_000, "lon": lon, "radius_km": 60, "limit": 7}
        seen: list[str] = []
        cursor = None
        while True:
            page = client.get("/v1/events", params=asked | ({"cursor": cursor} if cursor else {})).json()
            seen += [each["id"] for each in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        whole = expected(stored, asked | {"limit": 100})
        assert len(seen) > 14
        assert seen == [each["id"] for each in whole["items"]]


@pytest.mark.parametrize(
    "question",
    ["lat=51.5&lon=-0.1&lat=52", "lat=51.5&lat=51.6", "lat=51.5", "lat=91&lon=0", "lat=0&lon=-180.5", "lat=1e1&lon=0",
     "lat=%D9%A3&lon=0", "near=London", "lat=51.5&lon=0&l%61t=52", "flat=51.5&lon=0", "lat=+51&lon=0", "lat=51.&lon=0"],
)  # fmt: skip
def test_a_point_that_is_not_said_once_and_plainly_goes_the_long_way(question):
    assert neighbours.point_of(question.encode()) is None


def test_what_else_is_asked_stands_apart_from_the_point():
    point = neighbours.point_of(b"from=today&lat=-0.5&limit=3&lon=179.25")
    assert point == neighbours.Point(-0.5, 179.25, b"from=today&limit=3")


def test_a_wrong_question_is_told_to_every_neighbour(client):
    for lat in (51.5, 51.501):
        answer = client.get(f"/v1/events?lat={lat}&lon=-0.1&field=zzqqxx")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["parameter"] == "field"


def test_what_is_stored_meanwhile_is_seen_by_the_next_neighbour(client, stored):
    lat, lon, _, _ = CITIES["London"]
    ask = "/v1/events?lat={}&lon={}&radius_km=60&limit=100"
    first = client.get(ask.format(lat, lon)).json()["items"]
    ref = known_source(stored, "https://example.org/near.ics")
    late = list(events_for(MOMENT, 700))[300:]
    ingest(stored, [(ref, each) for each in late], MOMENT + timedelta(seconds=1))
    second = client.get(ask.format(lat + 0.001, lon)).json()["items"]
    assert len(second) > len(first) or {each["id"] for each in second} != {each["id"] for each in first}


def test_distances_to_many_are_those_to_each():
    chance = random.Random(5)
    points = [(chance.uniform(-90, 90), chance.uniform(-180, 180)) for _ in range(300)]
    points += [None, (51.5, -0.1), (-51.5, 179.9)]
    for there, km in zip(points, distances_km(51.5, -0.1, points), strict=True):
        assert km == (
            None if there is None else pytest.approx(haversine_km(51.5, -0.1, *there), rel=1e-9, abs=1e-6)
        )
