"""How fast listings go through the whole ingest: `python -m benchmarks.load --events 100000`.

Prints JSON: events a second of a first and of a second, unchanged load, peak memory, bytes on disk an event. The
database is a new SQLite file, or NEXTCIRCLE_TEST_DATABASE_URL (an empty PostgreSQL database).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import tempfile
import time
from pathlib import Path

from app.clock import utc_now
from app.db import Database
from app.ingest.loading import load
from app.setup import migrate
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
                # This process and its largest helper, of which there is one a core.
                "peak_memory_mb": round(
                    _peak(resource.RUSAGE_SELF) + _peak(resource.RUSAGE_CHILDREN) * _helpers()
                ),
                "bytes_on_disk_per_event": round(on_disk / count) if on_disk else None,
            },
            indent=2,
        )
    )


def _peak(who: int) -> float:
    """Megabytes."""
    return resource.getrusage(who).ru_maxrss / 1024


def _helpers() -> int:
    return min(os.cpu_count() or 1, 4)


def measured(database: Database, path: Path) -> float:
    """Seconds of one load."""
    began = time.perf_counter()
    load(database, [path], utc_now())
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
