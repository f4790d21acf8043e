"""How long a dump, a backup, a restore and a poll of changes take, as JSON: `python -m benchmarks.keeping [EVENTS]`."""

from __future__ import annotations

import json
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi.testclient import TestClient

from app.core.clock import utc_now
from app.db import Database
from app.ingest.bulk import load
from app.main import create_app
from app.maintenance.backup import backup
from app.maintenance.dump import dump
from app.maintenance.restore import restore
from app.maintenance.schema import migrate
from app.settings import read_settings
from benchmarks.synthetic import events


def measured(work: Callable[[], Any]) -> float:
    """Seconds that something takes."""
    began = time.perf_counter()
    work()
    return round(time.perf_counter() - began, 2)


def poll_all(client: TestClient, question: dict[str, Any]) -> int:
    """Ask for every change from the start; how many answers it took."""
    since, answers = "start", 0
    while True:
        page = client.get("/v1/events", params={**question, "since": since}).json()
        since, answers = page["next"], answers + 1
        if not page["more"]:
            return answers


def main() -> None:
    """Measure on an SQLite file in a temporary folder."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with TemporaryDirectory() as name:
        folder = Path(name)
        lines = folder / "events.jsonl"
        now = utc_now()
        lines.write_text("".join(json.dumps(each) + "\n" for each in events(count, now)))
        database = Database(f"sqlite:///{folder / 'one.sqlite'}")
        migrate(database)
        other = Database(f"sqlite:///{folder / 'other.sqlite'}")
        migrate(other)
        found: dict[str, Any] = {"events": count, "machine": platform.processor() or platform.machine()}
        found["load_s"] = measured(lambda: load(database, [lines], now))
        found["dump_s"] = measured(lambda: dump(database, folder / "dump", "https://example.org", now))
        found["dump_mb"] = sum(each.stat().st_size for each in (folder / "dump").glob("*.gz")) // 1_000_000
        exact, portable = folder / "copy.sqlite", folder / "copy.jsonl.gz"
        found["backup_sqlite_s"] = measured(lambda: backup(database, exact, now))
        found["backup_portable_s"] = measured(lambda: backup(database, portable, now))
        found["restore_sqlite_s"] = measured(lambda: restore(other, exact))
        found["restore_portable_s"] = measured(lambda: restore(other, portable, replace=True))
        with TestClient(create_app(read_settings(), database)) as client:
            found["poll_boston_s"] = measured(lambda: poll_all(client, {"near": "Boston, MA", "limit": 100}))
            since = client.get("/v1/events?since=now").json()["next"]
            found["poll_nothing_new_ms"] = round(
                measured(lambda: [client.get("/v1/events", params={"since": since}) for _ in range(100)])
                * 10,
                2,
            )
        print(json.dumps(found))


if __name__ == "__main__":
    main()
