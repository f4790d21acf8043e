"""Captured payloads of real platforms, replayed from loopback: fetched, stored, deduplicated, queried, fetched again."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.core.clock import utc_now
from app.db import Database
from app.fetching.worker import Worker
from app.main import create_app
from app.settings import read_settings
from app.sources.catalogue import CatalogueSource
from app.sources.repository.sources import add
from scrapers.http.client import PoliteClient
from scrapers.platform import Access
from tests.app.conftest import Page, Site

DATA = os.environ.get("EVALUATION_DATA", "")
FOLDERS = {
    "meetup/ical": "meetup",
    "meetup/apollo": "meetup",
    "luma": "luma",
    "jsonld": "page",
    "ics": "ical",
}
TYPES = {
    ".ics": "text/calendar",
    ".html": "text/html",
    ".json": "application/json",
    ".jsonld": "application/ld+json",
}

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(not DATA, reason="skipped: EVALUATION_DATA is not set")]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def serve_everything(site: Site, database: Database) -> int:
    """Every captured payload at an address of its own, each a host of its own, each a source."""
    sources = []
    for folder, platform in FOLDERS.items():
        for path in sorted((Path(DATA) / "fixtures" / folder).iterdir()):
            if path.suffix not in TYPES:
                continue
            address = f"127.0.1.{len(sources) + 1}"
            site.listen(address)
            # A Meetup address begins with the group's name.
            where = f"/group-{len(sources)}/{path.name}"
            site.pages[where] = Page(path.read_bytes(), TYPES[path.suffix])
            sources.append(
                CatalogueSource(
                    slug=f"replay-{path.name}",
                    platform=platform,
                    name=path.name,
                    url=f"http://{address}:{site.port}{where}",
                    access=Access.FEED,
                )
            )
    add(database, sources, "operator", utc_now())
    return len(sources)


async def fetch_all(database: Database, site: Site, count: int, *, later: timedelta) -> list:
    runs: list = []
    hosts = tuple(f"127.0.1.{number + 1}:{site.port}" for number in range(count))
    async with PoliteClient(user_agent="NextCircle/test", allow_hosts=hosts, min_interval=0) as client:
        worker = Worker(database, client, pages=True, clock=lambda: utc_now() + later, report=runs.append)
        await worker.fetch_due()
    return runs


async def test_captured_payloads_go_the_whole_way_and_back_unchanged(database: Database, site: Site):
    count = serve_everything(site, database)
    first = await fetch_all(database, site, count, later=timedelta(0))
    served = [run for run in first if run.slug.startswith("replay-")]
    assert len(served) == count
    bad = {run.slug: run.outcome for run in served if run.outcome != "ok"}
    # A list of places, a calendar without events, and one whose end is missing.
    assert sorted(bad.values()) == ["empty", "empty", "incomplete"]
    # The group pages name their calendars, which became sources of their own.
    assert {run.outcome for run in first if run not in served} == {"dns"}

    with database.read() as connection:
        events = connection.execute(text("SELECT * FROM event ORDER BY id")).all()
        groups = connection.execute(text("SELECT name, members FROM meetup_group")).all()
    assert len(events) > 20
    assert any(group.members == 1797 for group in groups), "PyData Prague has 1,797 members in its page"
    names = [(event.name, event.start_at, event.url) for event in events]
    assert len(names) == len(set(names))

    with TestClient(create_app(read_settings(), database)) as api:
        found = api.get("/v1/groups", params={"near": "Prague", "activity": "any"}).json()["items"]
        assert {"PyData Prague", "ReactGirls"} == {group["name"] for group in found}
        past = api.get("/v1/events", params={"from": "2022-01-01", "limit": 100}).json()["items"]
        assert len(past) > 20

    second = await fetch_all(database, site, count, later=timedelta(days=2))
    again = {run.outcome for run in second if run.slug not in bad and run.slug.startswith("replay-")}
    assert again <= {"not_modified", "unchanged"}
    assert sum(run.counts.event_rows for run in second) == 0
    with database.read() as connection:
        assert connection.execute(text("SELECT * FROM event ORDER BY id")).all() == events
