"""How fast listings go through the whole ingest: `python -m benchmarks.load --events 100000`.

Prints JSON: events a second of a first and of a second, unchanged load, peak memory of all its processes, bytes on disk an event, and
how long at most somebody else who writes a row every tenth of a second has waited. The database is a new SQLite file, or NEXTCIRCLE_TEST_DATABASE_URL (an empty PostgreSQL database).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Any

from sqlalchemy import text

from app.core.clock import utc_now
from app.db import Database
from app.ingest.bulk import load
from app.maintenance.schema import migrate
from benchmarks.processes import memory_mb
from benchmarks.synthetic import events


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    count = parser.parse_args().events
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for event in events(count, utc_now()):
                file.write(json.dumps(event) + "\n")
        file_of_sqlite = Path(folder) / "load.sqlite"
        database = Database(os.environ.get("NEXTCIRCLE_TEST_DATABASE_URL") or f"sqlite:///{file_of_sqlite}")
        migrate(database)
        with peak_memory() as peak, another_writer(database.url) as waits:
            first, again = measured(database, path), measured(database, path)
        dialect = database.dialect
        database.close()
        on_disk = sum(each.stat().st_size for each in Path(folder).glob("load.sqlite*"))
    print(
        json.dumps(
            {
                "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
                "database": dialect,
                "events": count,
                "events_per_second": round(count / first),
                "unchanged_events_per_second": round(count / again),
                "peak_memory_mb": round(peak[0]),
                "others_wrote": len(waits),
                "others_waited_at_most_ms": round(1000 * max(waits, default=0.0)),
                "bytes_on_disk_per_event": round(on_disk / count) if on_disk else None,
            },
            indent=2,
        )
    )


@contextmanager
def peak_memory() -> Iterator[list[float]]:
    """The most megabytes that this process and its helpers held at one moment, looked at ten times a second."""
    peak, done = [0.0], threading.Event()

    def look() -> None:
        while not done.wait(0.1):
            pids = [os.getpid(), *(each.pid for each in active_children() if each.pid)]
            peak[0] = max(peak[0], sum(map(memory_mb, pids)))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield peak
    finally:
        done.set()
        looking.join()


@contextmanager
def another_writer(url: str) -> Iterator[list[float]]:
    """The seconds that each write of another process took, there at the end."""
    waits: list[float] = []
    context = get_context("spawn")
    done, told = context.Event(), context.SimpleQueue()
    writing = context.Process(target=_write_on, args=(url, done, told))
    writing.start()
    try:
        yield waits
    finally:
        done.set()
        waits += told.get()
        writing.join()


def _write_on(url: str, done: Any, told: Any) -> None:
    database = Database(url, pool_size=1)
    waits = []
    while not done.wait(0.1):
        began = time.perf_counter()
        with database.write() as connection:
            database.lock_store(connection)
            connection.execute(text("UPDATE meta SET value = value"))
        waits.append(time.perf_counter() - began)
    database.close()
    told.put(waits)


def measured(database: Database, path: Path) -> float:
    """Seconds of one load."""
    began = time.perf_counter()
    load(database, [path], utc_now())
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
