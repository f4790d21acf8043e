"""Pages lose nothing and repeat nothing, whatever is stored or taken away between them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.db import Database
from app.ingest.pipeline import ingest
from app.ingest.store import remove_events, touch
from app.search.engine import find_events
from app.search.query import Circle, Query
from app.sources.catalogue import CatalogueSource
from app.sources.repository.sources import add
from app.textindex.tokens import parse
from scrapers.platform import Access
from scrapers.records import ScrapedPlace
from tests.app.conftest import an_event, known_source

LAT, LON = 42.36, -71.06


@pytest.fixture
def empty(sqlite_template, tmp_path):
    """Makes empty databases."""
    made = []

    def make() -> Database:
        path = tmp_path / f"{len(made)}.sqlite"
        shutil.copy(sqlite_template, path)
        made.append(Database(f"sqlite:///{path}"))
        return made[-1]

    yield make
    for database in made:
        database.close()


def event(number: int, hours: int, metres: int, now):
    return an_event(
        uid=str(number),
        name=f"Python night {number}",
        start_date=now + timedelta(hours=1 + hours),
        end_date=None,
        url=f"https://example.org/{number}",
        location=ScrapedPlace(city="Boston", country="US", lat=LAT + metres / 111_000, lon=LON),
        organizer=None,
    )


steps = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9_000)), min_size=1, max_size=3)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    stored=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9_000)), min_size=3, max_size=14),
    added=st.lists(steps, max_size=6),
    gone=st.lists(st.integers(0, 13), max_size=3),
    sort=st.sampled_from(["start", "distance", "relevance"]),
    limit=st.integers(1, 4),
)
def test_what_is_there_all_the_time_comes_once(empty, now, stored, added, gone, sort, limit):
    database = empty()
    url = "https://example.org/pages.ics"
    row = CatalogueSource(slug="pages", platform="ical", name="pages", url=url, access=Access.FEED)
    add(database, [row], "operator", now)
    ref = known_source(database, url)
    ingest(database, [(ref, event(number, *each, now)) for number, each in enumerate(stored)], now)
    query = Query(now=now, areas=(Circle(LAT, LON, 25),), sort=sort, limit=limit, text=parse("python"))
    removed = {f"Python night {number}" for number in gone}
    seen: list[str] = []
    for turn in range(60):
        with database.read() as connection:
            found = find_events(connection, query)
        seen += [each.name for each in found.rows]
        if found.next is None:
            break
        query = replace(query, after=found.next, until=found.until)
        if turn < len(added):
            more = [event(100 + 10 * turn + at, *each, now) for at, each in enumerate(added[turn])]
            ingest(database, [(ref, each) for each in more], now)
        if turn < len(gone):
            with database.write() as connection:
                ids = [
                    row.id
                    for row in connection.exec_driver_sql(
                        "SELECT id FROM event WHERE name = ? AND removed_at IS NULL",
                        (f"Python night {gone[turn]}",),
                    )
                ]
                remove_events(connection, ids, now)
                touch(connection)
    assert len(seen) == len(set(seen))
    stayed = {f"Python night {number}" for number in range(len(stored))} - removed
    assert stayed <= set(seen)
