"""What stays behind when sources change their titles at every run: `python -m benchmarks.growth --runs 400`.

Twenty sources list each other's events, four each of them, and some of their own; at every run some of them call some events otherwise, so that
listings part and meet again, and move some to another day. Every run is the worker's own: asked, read, matched and stored, hours apart
on a simulated clock. Prints JSON every hundred runs: rows of each kind, and the memory of this process.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from app.db import Database
from app.maintenance.retention import purge
from app.maintenance.schema import migrate
from app.settings import read_settings
from app.sources.catalogue import CatalogueSource
from app.sources.repository.sources import add
from benchmarks.politeness import START, SimulatedClock, SimulatedWorker
from benchmarks.processes import memory_mb
from benchmarks.synthetic import title
from scrapers.http.client import PoliteClient
from scrapers.platform import Access

SOURCES = 20
SHARED = 80
# Of so many sources each of them is.
LISTED_BY = 4
OWN = 2
_NAMES = (
    "{} for everybody",
    "An evening of {}",
    "{} with friends",
    "CANCELLED: {} for everybody",
    "{} (new room)",
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=400)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        database = Database(
            os.environ.get("NEXTCIRCLE_TEST_DATABASE_URL") or f"sqlite:///{Path(folder) / 'growth.sqlite'}"
        )
        migrate(database)
        asyncio.run(live(database, runs))
        database.close()


async def live(database: Database, runs: int) -> None:
    """Let the worker read every source once a run; a line each hundred runs."""
    clock = SimulatedClock()
    add(
        database,
        [
            CatalogueSource(
                slug=f"source-{number}", platform="ical", name=f"Source {number}", url=f"https://host{number}.example/all.ics",
                access=Access.FEED, city="Boston", country="US", lat=42.36, lon=-71.06, timezone="America/New_York",
            )
            for number in range(SOURCES)
        ],
        "operator",
        clock.now(),
    )  # fmt: skip
    settings = read_settings()
    for run in range(1, runs + 1):
        async with PoliteClient(
            user_agent="NextCircle/benchmark",
            transport=httpx.MockTransport(lambda request, run=run: _answer(request, run)),
            clock=clock.monotonic,
            sleep=clock.sleep,
            now=clock.now,
        ) as client:
            worker = SimulatedWorker(database, client, pages=False, clock=clock.now)
            worker.simulated = clock
            await worker.fetch_due()
        clock.seconds += 3_600
        _make_due(database, clock.now())
        if run % 24 == 0:
            await asyncio.to_thread(purge, database, settings, clock.now())
        if run % max(1, runs // 4) == 0:
            print(
                json.dumps({"run": run, **_rows(database), "memory_mb": round(memory_mb(os.getpid()))}),
                flush=True,
            )


def _answer(request: httpx.Request, run: int) -> httpx.Response:
    if request.url.path == "/robots.txt":
        return httpx.Response(404)
    number = int(request.url.host.removeprefix("host").partition(".")[0])
    return httpx.Response(200, content=_calendar(number, run), headers={"Content-Type": "text/calendar"})


def _calendar(source: int, run: int) -> bytes:
    """A source's share of the events; a fifth of the titles and a twentieth of the dates are others at each run."""
    chance = random.Random(f"{source} {run}")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    shared = [event for event in range(SHARED) if (event + source) % (SOURCES // LISTED_BY) == 0]
    for event in [*shared, *(SHARED + OWN * source + each for each in range(OWN))]:
        start = START + timedelta(days=60 + event % 40, hours=event % 5)
        name = _NAMES[chance.randrange(len(_NAMES)) if chance.random() < 0.2 else 0]
        if chance.random() < 0.05:
            start += timedelta(days=1)
        lines += [
            "BEGIN:VEVENT", f"UID:{event}@source{source}", f"DTSTART:{start:%Y%m%dT%H%M%SZ}", "DURATION:PT2H",
            f"SUMMARY:{name.format(title(7 * event))}", f"LOCATION:Hall {event}\\, Boston", "END:VEVENT",
        ]  # fmt: skip
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def _make_due(database: Database, now: datetime) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE source SET next_fetch_at = :now"), {"now": int(now.timestamp())})


def _rows(database: Database) -> dict[str, Any]:
    counted = {
        "living": "SELECT COUNT(*) FROM event WHERE removed_at IS NULL AND merged_into IS NULL",
        "merged": "SELECT COUNT(*) FROM event WHERE merged_into IS NOT NULL",
        "removed": "SELECT COUNT(*) FROM event WHERE removed_at IS NOT NULL",
        "listings": "SELECT COUNT(*) FROM listing WHERE removed_at IS NULL",
        "removed_listings": "SELECT COUNT(*) FROM listing WHERE removed_at IS NOT NULL",
        "groups": "SELECT COUNT(*) FROM meetup_group",
        "variants": "SELECT COUNT(*) FROM event_variant",
        "words": "SELECT COUNT(*) FROM word",
    }
    with database.read() as connection:
        return {name: connection.execute(text(sql)).scalar_one() for name, sql in counted.items()}


if __name__ == "__main__":
    main()
