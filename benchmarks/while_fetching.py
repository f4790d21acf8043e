"""How long answers take while 200 sources are fetched and stored: `python -m benchmarks.while_fetching --events 1000000`.

Prints JSON: p50 and p99 at a constant 50 requests a second without and with the fetch beside it. The sources are calendars
of a server of this process, each on an address of its own (127.0.1.1 and on), so that they are read at the same time. The
data set is the one of `benchmarks.search`; it is copied, since the fetch writes into it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from app.core.clock import utc_now
from app.db import Database
from app.sources.catalogue import CatalogueSource
from app.sources.repository.sources import add
from benchmarks.calendar_server import calendar_server
from benchmarks.city_data import LONDON, cities
from benchmarks.http_load import Measured, steady
from benchmarks.processes import await_ready, free_port, running
from benchmarks.search import _file, prepared
from scrapers.platform import Access

SOURCES = 200
EVENTS_A_SOURCE = 60
RATE = 50.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/nextcircle-bench"))
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    prepared(_file(given.folder, given.events), given.events).close()
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        copy = Path(name) / "copy.sqlite"
        shutil.copy(given.folder / f"events-{given.events}.sqlite", copy)
        figures = measured(f"sqlite:///{copy}", given.seconds)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(json.dumps({"machine": machine, "events": given.events, **figures}, indent=2))


def measured(url: str, seconds: float) -> dict[str, Any]:
    """Ask without the fetch, then with it."""
    port, server = free_port(), calendar_server(_calendar)
    hosts = [f"127.0.1.{number + 1}:{server.server_port}" for number in range(SOURCES)]
    database = Database(url)
    now = utc_now()
    add(
        database,
        [
            CatalogueSource(
                slug=f"bench-{number}", platform="ical", name=f"Calendar {number}", url=f"http://{host}/{number}.ics",
                access=Access.FEED, city="London", country="GB", lat=LONDON[0], lon=LONDON[1], timezone="Europe/London",
            )
            for number, host in enumerate(hosts)
        ],
        "operator",
        now,
    )  # fmt: skip
    database.close()
    environment = {
        **os.environ,
        "NEXTCIRCLE_DATABASE_URL": url,
        "NEXTCIRCLE_PORT": str(port),
        "NEXTCIRCLE_FETCH_ALLOW_HOSTS": ",".join(hosts),
        "NEXTCIRCLE_LOG_LEVEL": "error",
    }
    command = str(Path(sys.executable).with_name("nextcircle"))
    paths = _questions()
    with running([command, "api"], environment):
        await_ready(f"http://127.0.0.1:{port}/readyz")
        asyncio.run(steady(port, paths[:500], 5, RATE))
        alone = asyncio.run(steady(port, paths, seconds, RATE))
        began = time.perf_counter()
        fetch = subprocess.Popen(
            [command, "fetch", "--due", "--json"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        rounds = []
        while fetch.poll() is None:
            rounds.append(asyncio.run(steady(port, paths, 2.0, RATE)))
        took = time.perf_counter() - began
    server.shutdown()
    beside = Measured(seconds=took, latencies=[each for found in rounds for each in found.latencies])
    with_database = Database(url)
    with with_database.read() as connection:
        from sqlalchemy import text

        stored = connection.execute(
            text(
                "SELECT COUNT(*) FROM listing l JOIN source s ON s.id = l.source_id WHERE s.slug LIKE 'bench-%' AND l.kind = 'e'"
            )
        ).scalar_one()
    with_database.close()
    statuses = {status for found in (alone, *rounds) for status in found.statuses}
    return {
        "requests_per_second": RATE,
        "alone_ms": {"p50": alone.percentile(0.5), "p99": alone.percentile(0.99)},
        "while_fetching_ms": {"p50": beside.percentile(0.5), "p99": beside.percentile(0.99)},
        "times": round(beside.percentile(0.99) / alone.percentile(0.99), 2),
        "fetch_s": round(took, 1),
        "sources": SOURCES,
        "events_stored": stored,
        "statuses": sorted(statuses),
    }


def _questions() -> list[str]:
    """Cities by their population, London a tenth, with and without a field, none twice."""
    chance = random.Random(4)
    known = cities()
    weights = [each.population for each in known]
    found = []
    for number in range(20_000):
        city = chance.choices(known, weights)[0]
        lat, lon = LONDON if number % 10 == 0 else (city.lat, city.lon)
        field = "&field=software-engineering" if number % 2 else ""
        found.append(
            f"/v1/events?lat={lat + chance.gauss(0, 0.03):.5f}&lon={lon + chance.gauss(0, 0.03):.5f}&limit=20{field}"
        )
    return found


def _calendar(number: int) -> bytes:
    chance = random.Random(number)
    now = utc_now()
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    for each in range(EVENTS_A_SOURCE):
        start = now + timedelta(days=chance.randrange(1, 90), hours=chance.randrange(24))
        lines += [
            "BEGIN:VEVENT", f"UID:{number}-{each}", f"DTSTART:{start:%Y%m%dT%H0000Z}", "DURATION:PT2H",
            f"SUMMARY:Calendar {number} meets for the {each}th time", "DESCRIPTION:Talks and networking for everybody.",
            f"GEO:{LONDON[0] + chance.gauss(0, 0.05):.5f};{LONDON[1] + chance.gauss(0, 0.05):.5f}", "END:VEVENT",
        ]  # fmt: skip
    return ("\r\n".join([*lines, "END:VCALENDAR"]) + "\r\n").encode()


if __name__ == "__main__":
    main()
