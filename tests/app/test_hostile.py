"""Hostile payloads through the real fetcher into the database: a named outcome each, nothing else touched."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from app.clock import utc_now
from app.db import Database
from app.sources.catalogue import CatalogueSource
from app.sources.store import add
from app.worker import Worker
from scrapers.client import PoliteClient
from scrapers.registry import Access
from tests.app.conftest import Page, Site
from tests.app.ingest.test_run import calendar

DATA = os.environ.get("EVALUATION_DATA", "")
TYPES = {
    ".ics": "text/calendar", ".html": "text/html", ".json": "application/json", ".rss": "application/rss+xml",
    ".atom": "application/atom+xml", ".xml": "application/xml", ".ndjson": "application/x-ndjson",
}  # fmt: skip

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(not DATA, reason="skipped: EVALUATION_DATA is not set")]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_every_hostile_file_ends_in_a_named_run_and_takes_nothing_along(database: Database, site: Site):
    site.pages["/good.ics"] = Page(calendar(5))
    good = CatalogueSource(
        slug="good", platform="meetup", name="Good", url=site.url("/good.ics"), access=Access.FEED
    )
    add(database, [good], "operator", utc_now())
    async with PoliteClient(user_agent="NextCircle/test", allow_hosts=(site.host,), min_interval=0) as client:
        await Worker(database, client, pages=True).fetch_due()
    with database.read() as connection:
        before = connection.execute(text("SELECT * FROM event ORDER BY id")).all()
    assert len(before) == 5

    files = sorted(
        path
        for folder in ("ics", "html", "json", "xml")
        for path in (Path(DATA) / "hostile" / folder).iterdir()
        if path.suffix in TYPES
    )
    hosts = []
    for number, path in enumerate(files):
        address = f"127.0.{2 + number // 250}.{1 + number % 250}"
        site.listen(address)
        hosts.append(f"{address}:{site.port}")
        site.pages[f"/{number}{path.suffix}"] = Page(path.read_bytes(), TYPES[path.suffix])
        platform = "ical" if path.suffix == ".ics" else "page"
        row = CatalogueSource(
            slug=f"h{number}",
            platform=platform,
            name=path.name,
            url=f"http://{hosts[-1]}/{number}{path.suffix}",
            access=Access.FEED,
        )
        add(database, [row], "operator", utc_now())
    runs: list = []
    async with PoliteClient(user_agent="NextCircle/test", allow_hosts=tuple(hosts), min_interval=0) as client:
        worker = Worker(
            database, client, pages=True, clock=lambda: utc_now() + timedelta(seconds=5), report=runs.append
        )
        await worker.fetch_due()

    by_name = {run.name: run for run in runs if run.slug.startswith("h")}
    assert len(by_name) == len(files)
    # `blocked` is a page that keeps robots out, served with 200.
    named = {"ok", "empty", "incomplete", "blocked"}
    assert {n: (r.outcome, r.detail) for n, r in by_name.items() if r.outcome not in named} == {}
    assert all(run.outcome == "ok" or run.detail for run in by_name.values())
    assert max(run.elapsed_ms for run in by_name.values()) < 10_000
    assert by_name["00_control_good.ics"].counts.inserted == 1
    with database.read() as connection:
        after = connection.execute(
            text("SELECT e.* FROM event e JOIN listing l ON l.event_id = e.id JOIN source s ON s.id = l.source_id"
                 " WHERE s.slug = 'good' ORDER BY e.id")
        ).all()  # fmt: skip
        stored = connection.execute(text("SELECT name, description, url FROM event")).all()
    assert after == before
    assert not any("\0" in (name + (description or "")) for name, description, _ in stored)
    assert all(url is None or url.startswith(("http://", "https://")) for *_, url in stored)
