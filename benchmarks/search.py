"""How fast search answers: `python -m benchmarks.search --events 1000000 --folder /tmp/nextcircle-bench`.

Prints every figure as JSON. The data set (`benchmarks.city_data`) is made in the folder once and used again. `--url` measures
a PostgreSQL database instead (an empty one is filled). The bare FastAPI route that returns the same bytes is asked in turn
with ours by the same client, each in a server of its own with one worker. `database` times are those of the engine alone,
SQL and the checks in Python, in this process; every question is asked twice, and the second time counts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from app.core.clock import utc_now
from app.db import Database
from app.maintenance.schema import migrate
from app.search.candidates import group_candidates
from app.search.engine import find_events, find_groups
from app.search.query import Circle, Query, TopicChoice
from app.taxonomy.keys import topic_key
from app.taxonomy.taxonomy import load
from app.textindex.tokens import parse
from benchmarks.city_data import LONDON, City, cities, fill
from benchmarks.http_load import flood

SMALLER = 10_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/nextcircle-bench"))
    parser.add_argument("--url", help="a PostgreSQL database to fill and ask instead of an SQLite file")
    parser.add_argument("--questions", type=int, default=400)
    parser.add_argument("--seconds", type=float, default=5.0)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    now = utc_now()
    database = prepared(given.url or _file(given.folder, given.events), given.events)
    figures: dict[str, Any] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "database": database.dialect,
        "events": given.events,
        "groups": max(given.events // 5, 1),
        "query_ms": queries(database, now, given.questions),
        "text_ms": texts(database, now, given.questions),
        "groups_ms": groups(database, now, given.questions // 4),
    }
    if given.url is None:
        smaller = prepared(_file(given.folder, SMALLER), SMALLER)
        few, many = (growth(each, now, given.questions) for each in (smaller, database))
        figures["growth"] = {"small_ms": few, "large_ms": many, "times": round(many / few, 2)}
        smaller.close()
    url = database.url
    database.close()
    figures["http"] = asyncio.run(http(url, given.seconds, now))
    print(json.dumps(figures, indent=2))


def prepared(url: str, events: int) -> Database:
    """The database, filled where it is empty."""
    database = Database(url)
    migrate(database)
    with database.read() as connection:
        filled = connection.execute(text("SELECT 1 FROM event LIMIT 1")).first()
    if filled is None:
        print(f"filling {database.dialect} with {events} events ...", file=sys.stderr)
        fill(database, events, utc_now())
    if database.is_sqlite:
        # The file lies in the machine's memory, as it does where it is used.
        with Path(str(database.engine.url.database)).open("rb") as file:
            while file.read(1 << 24):
                pass
    return database


def timed(database: Database, questions: list[Query], find: Callable[[Any, Query], Any]) -> dict[str, float]:
    """p50 and p95 in milliseconds."""
    took = []
    with database.read() as connection:
        for query in questions:
            find(connection, query)
        for query in questions:
            began = time.perf_counter()
            find(connection, query)
            took.append(1000 * (time.perf_counter() - began))
    took.sort()
    return {
        "p50": round(took[len(took) // 2], 2),
        "p95": round(took[int(len(took) * 0.95)], 2),
        "worst": round(took[-1], 2),
    }


def queries(database: Database, now: datetime, count: int) -> dict[str, Any]:
    """A population-weighted mix of cities, London a tenth: by start or distance, with and without a field."""
    fields = sorted(load().fields)
    figures = {}
    for sort in ("start", "distance"):
        for name, with_field in (("all", False), ("field", True)):
            chance = random.Random(5)
            asked = [
                Query(
                    now=now,
                    areas=(area,),
                    sort=sort,  # type: ignore[arg-type]
                    topics=(_field(chance.choice(fields)),) if with_field else (),
                )
                for area in _around(chance, count)
            ]
            figures[f"{sort}_{name}"] = timed(database, asked, find_events)
    return figures


def texts(database: Database, now: datetime, count: int) -> dict[str, Any]:
    """Text + place + the next 30 days, for the commonest words, the rarest, and two words."""
    with database.read() as connection:
        words = [
            row.word for row in connection.execute(text("SELECT word FROM word ORDER BY events DESC, word"))
        ]
    rare = words[len(words) * 2 // 3 :]
    figures = {}
    for name, wording in (
        ("common", lambda chance: chance.choice(words[:20])),
        ("middle", lambda chance: chance.choice(words[100:600])),
        ("rare", lambda chance: chance.choice(rare)),
        ("two", lambda chance: f"{chance.choice(words[:50])} {chance.choice(words[50:500])}"),
        ("begun", lambda chance: f"{chance.choice(words[:500])[:4]}*"),
        ("common_nearest", lambda chance: chance.choice(words[:20])),
    ):
        chance = random.Random(6)
        asked = [
            Query(
                now=now,
                areas=(area,),
                start_to=now + timedelta(days=30),
                text=parse(wording(chance)),
                sort="distance" if name == "common_nearest" else "start",
            )
            for area in _around(chance, count)
        ]
        figures[name] = timed(database, asked, find_events)
    return figures


def groups(database: Database, now: datetime, count: int) -> dict[str, Any]:
    """Groups by relevance, and the candidates that recommendations are made of."""
    fields = sorted(load().fields)
    chance = random.Random(8)
    asked = [
        Query(now=now, areas=(area,), sort="relevance", topics=(_field(chance.choice(fields)),))
        for area in _around(chance, count)
    ]
    wanted = {topic_key("field", each) for each in fields[:4]}

    def candidates(connection: Any, query: Query) -> None:
        group_candidates(connection, query.areas, now, topics=wanted)

    london = [Query(now=now, areas=(area,)) for area in _around(chance, count, only_london=True)]
    return {
        "relevance_field": timed(database, asked, find_groups),
        "candidates": timed(database, asked, candidates),
        "candidates_london": timed(database, london, candidates),
    }


def growth(database: Database, now: datetime, count: int) -> float:
    """Milliseconds of the next 20 events of London, in the middle: a page that is full in the small data set as well."""
    chance = random.Random(9)
    asked = [Query(now=now, areas=(area,)) for area in _around(chance, count, only_london=True)]
    return timed(database, asked, find_events)["p50"]


async def http(url: str, seconds: float, now: datetime) -> dict[str, Any]:
    """London 25 km, the next 30 days, one field, 20 rows: ours without and with the cache, against a bare route."""
    chance = random.Random(3)
    until = (now + timedelta(days=30)).date().isoformat()

    def path(lat: float, lon: float) -> str:
        return f"/v1/events?lat={lat:.6f}&lon={lon:.6f}&radius_km=25&to={until}&field=software-engineering&limit=20"

    same = path(*LONDON)
    # Every question is another one, of people all over the town: no answer is given a second time.
    fresh = [
        path(LONDON[0] + chance.uniform(-0.05, 0.05), LONDON[1] + chance.uniform(-0.05, 0.05))
        for _ in range(100_000)
    ]
    ours, bare = _free_port(), _free_port()
    started = time.perf_counter()
    environment = {
        **os.environ,
        "NEXTCIRCLE_DATABASE_URL": url,
        "NEXTCIRCLE_PORT": str(ours),
        "NEXTCIRCLE_LOG_LEVEL": "error",
    }
    server = [str(Path(sys.executable).with_name("nextcircle")), "api"]
    with _process(server, environment) as process:
        _await(f"http://127.0.0.1:{ours}/readyz")
        ready = time.perf_counter() - started
        at_rest = _memory_mb(process.pid)
        body = _await(f"http://127.0.0.1:{ours}{same}")
        sample = Path(os.environ.get("TMPDIR", "/tmp")) / f"nextcircle-bare-{os.getpid()}.json"
        sample.write_bytes(body)
        program = [
            "-m",
            "uvicorn",
            "benchmarks.bare:app",
            "--port",
            str(bare),
            "--no-access-log",
            "--log-level",
            "error",
        ]
        with _process([sys.executable, *program], {**os.environ, "BARE_BODY": str(sample)}):
            _await(f"http://127.0.0.1:{bare}/bare")
            rounds: dict[str, list[Any]] = {"bare": [], "fresh": [], "cached": []}
            # A server that has been up for a while: nobody measures its first second.
            warm = await flood(ours, fresh, max(seconds / 3, 2.0))
            await flood(bare, ["/bare"], 0.5)
            place = len(warm.latencies) + 100
            for _ in range(3):
                rounds["bare"].append(await flood(bare, ["/bare"], seconds / 3))
                found = await flood(ours, fresh[place:], seconds / 3)
                place += len(found.latencies) + 100
                rounds["fresh"].append(found)
                rounds["cached"].append(await flood(ours, [same], seconds / 3))
        sample.unlink()
        under_load = _memory_mb(process.pid)
    rates = {
        name: sum(len(each.latencies) for each in found) / sum(each.seconds for each in found)
        for name, found in rounds.items()
    }
    return {
        "bytes": len(body),
        "items": len(json.loads(body)["items"]),
        "bare_requests_per_second": round(rates["bare"]),
        "requests_per_second": round(rates["fresh"]),
        "share_of_bare": round(rates["fresh"] / rates["bare"], 2),
        "p50_ms": rounds["fresh"][-1].percentile(0.5),
        "p99_ms": rounds["fresh"][-1].percentile(0.99),
        "cached_requests_per_second": round(rates["cached"]),
        "cached_share_of_bare": round(rates["cached"] / rates["bare"], 2),
        "statuses": sorted(
            {status for found in rounds.values() for each in found for status in each.statuses}
        ),
        "ready_s": round(ready, 2),
        "memory_at_rest_mb": at_rest,
        "memory_after_mb": under_load,
    }


def _around(chance: random.Random, count: int, *, only_london: bool = False) -> list[Circle]:
    known = cities()
    weights = [each.population for each in known]
    london = City("London", "GB", *LONDON, "Europe/London", 0)
    found = []
    for number in range(count):
        city = london if only_london or number % 10 == 0 else chance.choices(known, weights)[0]
        found.append(Circle(city.lat + chance.gauss(0, 0.02), city.lon + chance.gauss(0, 0.02), 25.0))
    return found


def _field(identity: str) -> TopicChoice:
    return TopicChoice(kind="field", include=frozenset({topic_key("field", identity)}))


def _file(folder: Path, events: int) -> str:
    return f"sqlite:///{folder / f'events-{events}.sqlite'}"


@contextmanager
def _process(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


def _await(address: str) -> bytes:
    until = time.monotonic() + 30
    while True:
        try:
            body: bytes = urllib.request.urlopen(address).read()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return body


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _memory_mb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return -1
    kilobytes = next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return round(int(kilobytes) / 1024)


if __name__ == "__main__":
    main()
