"""An hour of `nextcircle serve`, and what has grown by then: `python -m benchmarks.soak --minutes 60`.

A hundred calendars, each on an address of its own, are due every minute; a tenth of their titles is new each time and some
events move. Twenty requests a second ask about towns of the whole world and about Boston, where the calendars are. Prints a
line of JSON a minute: memory and open files of the API and the worker with its helpers, the write-ahead log, the rows of each table;
at the end how much each has grown since the warm-up, the first sixth.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from http.server import ThreadingHTTPServer
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import text

from app.core.clock import utc_now
from app.db import Database
from app.maintenance.schema import migrate
from app.sources.catalogue import CatalogueSource
from app.sources.repository.sources import add
from benchmarks.calendar_server import calendar_server
from benchmarks.http_load import steady
from benchmarks.mix import requests
from benchmarks.processes import await_ready, children, descendants, free_port, memory_mb, open_files, running
from benchmarks.synthetic import title
from scrapers.platform import Access

SOURCES = 100
EVENTS = 30
RATE = 20.0
_BOSTON = (42.3601, -71.0589)
_TABLES = ("event", "listing", "event_topic", "event_variant", "meetup_group", "word", "fetch_run", "job_run")
# Events are dated from here, so that none is over before the end.
_FIRST = utc_now() + timedelta(days=2)


def main() -> int:
    """Run, measure and print; 1 if a request failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=60)
    minutes = parser.parse_args().minutes
    server_of_calendars = calendars(lambda: int(time.time()) // 60)
    hosts = [f"127.0.1.{number + 1}:{server_of_calendars.server_port}" for number in range(SOURCES)]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "soak.sqlite"
        database = Database(f"sqlite:///{file}", pool_size=1)
        migrate(database)
        add(database, sources_of(hosts), "operator", utc_now())
        port = free_port()
        command = [sys.executable, "-m", "app.cli", "serve"]
        with running(command, _environment(database.url, folder, port, hosts)) as server:
            await_ready(f"http://127.0.0.1:{port}/readyz")
            samples = list(_minutes(database, file, server.pid, port, minutes))
        database.close()
    server_of_calendars.shutdown()
    warm = samples[len(samples) // 6]
    grown = {
        name: round(samples[-1][name] / warm[name] - 1, 3)
        for name in warm
        if isinstance(warm[name], (int, float)) and warm[name] and name != "minute"
    }
    failed = sum(count for sample in samples for status, count in sample["statuses"].items() if status != 200)
    print(json.dumps({"grown_since_minute": warm["minute"], **grown, "failed_requests": failed}))
    return 1 if failed else 0


def _environment(url: str, folder: str, port: int, hosts: list[str]) -> dict[str, str]:
    return {
        **os.environ,
        "NEXTCIRCLE_DATABASE_URL": url,
        "NEXTCIRCLE_DATA_DIR": folder,
        "NEXTCIRCLE_PORT": str(port),
        "NEXTCIRCLE_FETCH_ALLOW_HOSTS": ",".join(hosts),
        # A place without catalogue sources: nothing but the hundred is fetched.
        "NEXTCIRCLE_PLACES": "Bozeman, MT",
        "NEXTCIRCLE_LOG_LEVEL": "error",
    }


def _minutes(database: Database, file: Path, server: int, port: int, minutes: int) -> Any:
    """Let a minute pass, again and again; what there is after each."""
    questions = requests(5)
    chance = random.Random(6)
    for minute in range(1, minutes + 1):
        with database.write() as connection:
            connection.execute(
                text("UPDATE source SET next_fetch_at = :now"), {"now": int(utc_now().timestamp())}
            )
        paths = [
            path if number % 2 else _near_boston(path, chance)
            for number, path in enumerate(islice(questions, int(60 * RATE)))
        ]
        began = time.monotonic()
        measured = asyncio.run(steady(port, paths, 60.0, RATE))
        time.sleep(max(0.0, 60 - (time.monotonic() - began)))
        sample: dict[str, Any] = {"minute": minute, **_processes(server), **_stored(database, file)}
        sample |= {"p99_ms": measured.percentile(0.99), "statuses": measured.statuses}
        print(json.dumps(sample), flush=True)
        yield sample


def _near_boston(path: str, chance: random.Random) -> str:
    kept = [
        part for part in path.partition("?")[2].split("&") if not part.startswith(("near=", "lat=", "lon="))
    ]
    lat, lon = (round(each + chance.gauss(0, 0.02), 5) for each in _BOSTON)
    return f"/v1/events?lat={lat}&lon={lon}&{'&'.join(kept)}"


def _processes(server: int) -> dict[str, float]:
    """Memory and open files of the API, and of the worker with its helpers."""
    found: dict[str, float] = {}
    for child in children(server):
        name = "api" if "api" in _command(child) else "worker"
        pids = [child, *descendants(child)]
        found[f"{name}_mb"] = round(sum(map(memory_mb, pids)), 1)
        found[f"{name}_files"] = sum(map(open_files, pids))
    return found


def _command(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_text().split("\0")


def _stored(database: Database, file: Path) -> dict[str, float]:
    with database.read() as connection:
        found: dict[str, float] = {
            f"{table}_rows": connection.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar_one()
            for table in _TABLES
        }
    found["file_mb"] = round(file.stat().st_size / 2**20, 2)
    found["wal_mb"] = round(file.with_name(f"{file.name}-wal").stat().st_size / 2**20, 2)
    return found


def sources_of(hosts: list[str]) -> list[CatalogueSource]:
    """The calendars as sources, each on a host of its own."""
    return [
        CatalogueSource(
            slug=f"soak-{number}", platform="ical", name=f"Calendar {number}", url=f"http://{host}/{number}.ics",
            access=Access.FEED, city="Boston", country="US", lat=_BOSTON[0], lon=_BOSTON[1], timezone="America/New_York",
        )
        for number, host in enumerate(hosts)
    ]  # fmt: skip


def calendars(edition: Callable[[], int]) -> ThreadingHTTPServer:
    """A server of the calendars in their newest edition."""
    return calendar_server(lambda number: calendar_of(number, edition()))


def calendar_of(number: int, edition: int) -> bytes:
    """Thirty events, a third of which the next calendar lists as well."""
    chance = random.Random(f"{number} {edition}")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    own = [(number, each) for each in range(EVENTS * 2 // 3)]
    shared = [((number + 1) % SOURCES, each) for each in range(EVENTS // 3)]
    for owner, each in own + shared:
        start = _FIRST + timedelta(days=(owner + each) % 60, hours=each % 6)
        if chance.random() < 0.02:
            start += timedelta(days=1)
        name = title(owner * EVENTS + each)
        if chance.random() < 0.1:
            name = chance.choice(
                (f"{name}: talks", f"CANCELLED: {name}", title(owner * EVENTS + each + 1_000))
            )
        lines += [
            "BEGIN:VEVENT", f"UID:{owner}-{each}@{number}", f"DTSTART:{start:%Y%m%dT%H0000Z}", "DURATION:PT2H",
            f"SUMMARY:{name}", "DESCRIPTION:Talks and networking for everybody.", f"LOCATION:Hall {owner}\\, Boston", "END:VEVENT",
        ]  # fmt: skip
    return ("\r\n".join([*lines, "END:VCALENDAR"]) + "\r\n").encode()


if __name__ == "__main__":
    sys.exit(main())
