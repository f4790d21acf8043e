"""How politely sources are polled: `python -m benchmarks.politeness` lives through seven days and prints one JSON document.

200 sources on 40 hosts, a clock that is ours, servers inside this process that count every request. The worker is
started anew at every hour, and each one dies with sources in its hands. Then half a day of 1,000 sources on 200 hosts,
with the memory it took. Nothing here touches the network; the smaller version of it is a test.

`--loopback` polls 1,000 sources (calendars, RSS, JSON-LD) on 200 loopback addresses over real HTTP instead, twice, each time
by a `nextcircle fetch --due` of its own, on the wall's clock. Linux only: memory is read from /proc.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import platform
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from app.core.clock import utc_now
from app.db import Database
from app.fetching.worker import Worker
from app.maintenance.schema import migrate
from app.sources.catalogue import CatalogueSource
from app.sources.repository.leases import claim_due
from app.sources.repository.sources import add
from scrapers.http.client import PoliteClient
from scrapers.platform import Access

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
SOURCES_A_HOST = 5
# What one worker with a thousand sources may take, servers and all.
MOST_MEGABYTES = 300
# A server's own time for an answer, in seconds.
LATENCY = 0.2
# What the servers do; the sources take turns.
KINDS = (
    "etag", "etag", "etag", "etag", "etag", "last_modified", "max_age", "daily", "overloaded", "limited",
)  # fmt: skip


class SimulatedClock:
    """Seconds since the start; who sleeps moves it on."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        """The moment."""
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        """The same in seconds."""
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        """Be `seconds` later at least."""
        until = self.seconds + seconds
        await asyncio.sleep(0)
        self.seconds = max(self.seconds, until)


@dataclass(slots=True)
class Poll:
    """One request for a calendar, as its server saw it."""

    at: float
    status: int
    conditional: bool
    bogus: bool
    # Whether what is served is what was served at the last good poll.
    unchanged: bool
    # The server's own word on when to come back, in seconds.
    wait: float


@dataclass
class World(httpx.AsyncBaseTransport):
    """Every server there is."""

    clock: SimulatedClock
    polls: dict[str, list[Poll]] = field(default_factory=lambda: defaultdict(list))
    hits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    robots: int = 0
    odd_headers: int = 0
    served: dict[str, int] = field(default_factory=dict)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer, and write down who asked when."""
        host = request.url.host
        self.hits[host].append(self.clock.seconds)
        self.odd_headers += sum(name in request.headers for name in ("cookie", "referer", "authorization"))
        await self.clock.sleep(LATENCY)
        if request.url.path == "/robots.txt":
            self.robots += 1
            return httpx.Response(404)
        return self._calendar(str(request.url), request.headers)

    def _calendar(self, url: str, headers: httpx.Headers) -> httpx.Response:
        kind = url.rpartition("/")[2].partition("-")[0]
        at = self.clock.seconds
        version = int(at // 86_400) if kind == "daily" else 0
        fields, wait = _fields(kind, version)
        sent = {name: headers[name] for name in ("if-none-match", "if-modified-since") if name in headers}
        given = {"if-none-match": fields.get("ETag"), "if-modified-since": fields.get("Last-Modified")}
        matches = bool(sent) and all(given[name] == value for name, value in sent.items())
        before = self.served.get(url)
        bogus = bool(sent) and (before is None or sent != _asked_with(_fields(kind, before)[0]))
        status, body = (304, b"") if matches else (200, _body(url, version))
        trouble = self._trouble(kind, at)
        if trouble is not None:
            status, body, fields, wait = trouble
        self.polls[url].append(Poll(at, status, bool(sent), bogus, before == version, wait))
        if status in {200, 304}:
            self.served[url] = version
        return httpx.Response(status, headers=fields, content=body)

    def _trouble(self, kind: str, at: float) -> tuple[int, bytes, dict[str, str], float] | None:
        hour = at // 3_600 % 24
        if kind == "overloaded" and 9 <= hour < 15:
            return 503, b"", {"Retry-After": "7200"}, 7_200
        if kind == "limited" and 3 <= hour < 6:
            return 429, b"", {"Retry-After": "86400"}, 86_400
        return None


def _fields(kind: str, version: int) -> tuple[dict[str, str], float]:
    modified = format_datetime(START - timedelta(days=30 - version), usegmt=True)
    if kind == "last_modified":
        return {"Last-Modified": modified}, 0
    fields = {"ETag": f'W/"{kind}-{version}"'}
    if kind == "max_age":
        return {**fields, "Last-Modified": modified, "Cache-Control": "max-age=43200"}, 43_200
    return fields, 0


def _asked_with(fields: dict[str, str]) -> dict[str, str]:
    """The conditions of a question that has the validators of `fields`."""
    pairs = {"if-none-match": fields.get("ETag"), "if-modified-since": fields.get("Last-Modified")}
    return {name: value for name, value in pairs.items() if value is not None}


def _body(url: str, version: int) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//simulated//EN"]
    for number in range(3):
        day = START + timedelta(days=10 + number)
        lines += [
            "BEGIN:VEVENT",
            f"UID:{number}@{url}",
            f"DTSTART:{day:%Y%m%dT%H%M%SZ}",
            f"SUMMARY:Evening {number} of {url.rpartition('/')[2]}, version {version}",
            f"URL:{url}/{number}",
            "END:VEVENT",
        ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


class SimulatedWorker(Worker):
    """A worker whose pauses pass on the simulated clock."""

    simulated: SimulatedClock

    async def _pause(self, seconds: float) -> None:
        await self.simulated.sleep(seconds)


async def live(database: Database, *, sources: int, days: float) -> dict[str, Any]:
    """Let the days pass; the figures."""
    clock = SimulatedClock()
    world = World(clock)
    add(database, _sources(sources), "operator", clock.now())
    began = time.perf_counter()
    hours = int(days * 24)
    for hour in range(hours):
        await _one_hour(database, clock, world, (hour + 1) * 3_600.0)
    figures = measured(world)
    return {
        "sources": sources,
        "hosts": len(world.hits),
        "days": days,
        "restarts": hours - 1,
        "seconds": round(time.perf_counter() - began, 1),
        **figures,
    }


async def _one_hour(database: Database, clock: SimulatedClock, world: World, until: float) -> None:
    """A worker's whole life: it starts with an empty memory and dies holding leases."""
    async with PoliteClient(
        user_agent="NextCircle/benchmark",
        transport=world,
        clock=clock.monotonic,
        sleep=clock.sleep,
        now=clock.now,
    ) as client:
        worker = SimulatedWorker(database, client, pages=False, clock=clock.now)
        worker.simulated = clock
        while clock.seconds < until:
            await worker.fetch_due()
            clock.seconds = max(clock.seconds + 1, min(until, _next_due(database)))
        await asyncio.to_thread(claim_due, database, "dead:1:x", clock.now(), 2, pages=False)


def _next_due(database: Database) -> float:
    with database.read() as connection:
        found = connection.execute(
            text(
                "SELECT MIN(CASE WHEN lease_until > next_fetch_at THEN lease_until ELSE next_fetch_at END) FROM source WHERE paused IS NULL"
            )
        ).scalar()
    return float("inf") if found is None else float(found) - START.timestamp()


def _sources(count: int) -> list[CatalogueSource]:
    return [
        CatalogueSource(
            slug=f"simulated-{number}",
            platform="ical",
            name=f"Simulated {number}",
            url=f"https://host{number // SOURCES_A_HOST}.example/{KINDS[number % len(KINDS)]}-{number}.ics",
            access=Access.FEED,
        )
        for number in range(count)
    ]


def measured(world: World) -> dict[str, Any]:
    """What the servers counted, and whether it is polite."""
    polls = [poll for each in world.polls.values() for poll in each]
    unchanged = [poll for poll in polls if poll.unchanged and poll.status in {200, 304}]
    not_modified = sum(poll.conditional and poll.status == 304 for poll in unchanged)
    early = sum(
        after.at - before.at < _least_wait(before)
        for each in world.polls.values()
        for before, after in pairwise(each)
    )
    gaps = [b - a for each in world.hits.values() for a, b in pairwise(each)]
    figures = {
        "polls": len(polls),
        "statuses": dict(sorted(Counter(poll.status for poll in polls).items())),
        "unchanged_polls": len(unchanged),
        "unchanged_not_modified_share": round(not_modified / max(1, len(unchanged)), 4),
        "polls_before_due": early,
        "made_up_validators": sum(poll.bogus for poll in polls),
        "cookies_referrers_keys": world.odd_headers,
        "shortest_gap_on_a_host_seconds": round(min(gaps, default=0.0), 3),
        "robots_requests": world.robots,
    }
    figures["met"] = (
        figures["unchanged_not_modified_share"] >= 0.95
        and not (early or figures["made_up_validators"] or world.odd_headers)
        and min(gaps, default=0.0) >= 1.0
    )
    return figures


def _least_wait(poll: Poll) -> float:
    """An hour after a good answer, what the server asked for, and never less than the shortest back-off."""
    return max(3_600.0 if poll.status in {200, 304} else 60.0, poll.wait)


class Loopback(ThreadingHTTPServer):
    """Serves every loopback address, and writes down which was asked when (monotonic seconds) and what it answered."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("0.0.0.0", 0), _Served)
        self.hits: dict[str, list[float]] = defaultdict(list)
        self.statuses: Counter[int] = Counter()


class _Served(BaseHTTPRequestHandler):
    server: Loopback

    def do_GET(self) -> None:
        self.server.hits[self.headers["Host"]].append(time.monotonic())
        made = _MADE.get(self.path.rpartition(".")[2])
        status, kind, body = 404, "text/plain", b""
        if made is not None:
            kind, body = made[0], made[1](f"http://{self.headers['Host']}{self.path}")
            status = 304 if self.headers.get("If-None-Match") == '"1"' else 200
        if self.path != "/robots.txt":
            self.server.statuses[status] += 1
        body = body if status == 200 else b""
        self.send_response(status)
        if made is not None:
            self.send_header("ETag", '"1"')
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def _feed(url: str) -> bytes:
    items = "".join(
        f"<item><title>Evening {number}</title><link>{url}/{number}</link><guid>{url}/{number}</guid>"
        f"<ev:startdate>{_day(number)}</ev:startdate></item>"
        for number in range(3)
    )
    return (
        '<rss version="2.0" xmlns:ev="http://purl.org/rss/1.0/modules/event/"><channel>'
        f"<title>Feed</title><link>{url}</link><description>Evenings</description>{items}</channel></rss>"
    ).encode()


def _page(url: str) -> bytes:
    events = [
        {
            "@context": "https://schema.org",
            "@type": "Event",
            "name": f"Evening {number}",
            "startDate": _day(number),
            "url": f"{url}/{number}",
        }
        for number in range(3)
    ]
    return f'<html><script type="application/ld+json">{json.dumps(events)}</script></html>'.encode()


def _day(number: int) -> str:
    return f"{utc_now() + timedelta(days=10 + number):%Y-%m-%dT18:00:00+00:00}"


_MADE = {
    "ics": ("text/calendar", lambda url: _body(url, 0)),
    "xml": ("application/rss+xml", _feed),
    "html": ("text/html", _page),
}


def over_loopback(folder: Path, sources: int = 1_000) -> dict[str, Any]:
    """Poll all sources twice; what the server saw and what the worker with its parsers took."""
    server = Loopback()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    hosts = [f"127.0.1.{number + 1}:{server.server_port}" for number in range(sources // SOURCES_A_HOST)]
    url = f"sqlite:///{folder / 'loopback.sqlite'}"
    database = Database(url)
    migrate(database)
    endings = list(_MADE)
    add(
        database,
        [
            CatalogueSource(
                slug=f"loopback-{number}",
                platform="ical" if number % 3 == 0 else "page",
                name=f"Loopback {number}",
                url=f"http://{hosts[number // SOURCES_A_HOST]}/{number}.{endings[number % 3]}",
                access=Access.FEED,
            )
            for number in range(sources)
        ],
        "operator",
        utc_now(),
    )
    environment = {
        **os.environ,
        "NEXTCIRCLE_DATABASE_URL": url,
        "NEXTCIRCLE_FETCH_ALLOW_HOSTS": ",".join(hosts),
        "NEXTCIRCLE_LOG_LEVEL": "error",
    }
    rounds = []
    for _ in range(2):
        with database.write() as connection:
            connection.execute(text("UPDATE source SET next_fetch_at = 0"))
        server.statuses.clear()
        seconds, peak = _fetched(environment)
        rounds.append({"seconds": seconds, "peak_megabytes": peak, "statuses": dict(server.statuses)})
    with database.read() as connection:
        stored = connection.execute(text("SELECT COUNT(*) FROM listing WHERE kind = 'e'")).scalar_one()
    database.close()
    server.shutdown()
    gaps = [b - a for hits in server.hits.values() for a, b in pairwise(hits)]
    first, second = rounds
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "sources": sources,
        "hosts": len(server.hits),
        "rounds": rounds,
        "events_stored": stored,
        "shortest_gap_on_a_host_seconds": round(min(gaps), 3),
        "met": min(gaps) >= 1.0
        and max(each["peak_megabytes"] for each in rounds) <= MOST_MEGABYTES
        and first["statuses"] == {200: sources}
        and second["statuses"] == {304: sources}
        and stored == 3 * sources,
    }


def _fetched(environment: dict[str, str]) -> tuple[float, int]:
    """Run `nextcircle fetch --due`; wall seconds, and the most megabytes it and its children held at one time."""
    began, peak = time.perf_counter(), 0
    command = [str(Path(sys.executable).with_name("nextcircle")), "fetch", "--due"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as worker:
        while worker.poll() is None:
            peak = max(peak, _kilobytes(worker.pid))
            time.sleep(0.1)
    if worker.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {worker.returncode}; its errors stand above")
    return round(time.perf_counter() - began, 1), round(peak / 1_024)


def _kilobytes(process: int) -> int:
    """Resident memory of a process and all below it; what they share is counted once for each that shares it."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
        children = [
            int(child)
            for each in Path(f"/proc/{process}/task").iterdir()
            for child in (each / "children").read_text().split()
        ]
    except (FileNotFoundError, ProcessLookupError):
        return 0
    own = next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")), 0)
    return own + sum(_kilobytes(child) for child in children)


def main() -> int:
    """Measure and print; 1 where it was not polite."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--loopback", action="store_true", help="poll twice over real HTTP, on the wall's clock"
    )
    if parser.parse_args().loopback:
        with tempfile.TemporaryDirectory() as folder:
            figures = over_loopback(Path(folder))
        print(json.dumps(figures, indent=2))
        return 0 if figures["met"] else 1
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'simulated.sqlite'}")
        migrate(database)
        week = asyncio.run(live(database, sources=200, days=7))
        database.close()
        many = Database(f"sqlite:///{Path(folder) / 'many.sqlite'}")
        migrate(many)
        half_day = asyncio.run(live(many, sources=1_000, days=0.5))
        many.close()
    # Kilobytes on Linux, bytes on macOS.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1_024 if sys.platform != "darwin" else 1_048_576
    )
    fits = peak <= MOST_MEGABYTES
    document = {"week": week, "thousand_sources": {**half_day, "peak_megabytes": round(peak), "fits": fits}}
    print(json.dumps(document, indent=2))
    return 0 if week["met"] and half_day["met"] and fits else 1


if __name__ == "__main__":
    sys.exit(main())
