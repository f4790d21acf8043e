"""What it costs to find the stored events that new records are of: `python -m benchmarks.match_cost --sizes 10000 100000`.

Prints JSON: milliseconds a record to match and store a batch against that many stored events, and how many found theirs. Half
of the batch tells a stored event again under another address, the other half is another event of the same hour and place. Every batch
is rolled back, so that each round meets the same store. Databases are made in `--folder` once (`benchmarks.city_data`, minutes for
1,000,000) and used again; those that another version of the project filled are to be deleted first.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import time
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select, text

from app.core.clock import utc_now
from app.db import Database
from app.ingest.pipeline import prepare
from app.ingest.store import store
from app.ingest.store.rows import EVENT, LISTING
from app.listings.items import Item, SourceRef, understand
from app.listings.locate import PlaceHint
from benchmarks.search import prepared
from scrapers.records import ScrapedEvent, ScrapedPlace

SOURCE: Final = SourceRef(1, "page", "Source 1", PlaceHint())
ROUNDS: Final = 3


class _TakenBack(Exception):  # noqa: N818
    """Ends a transaction without its writes."""


def main() -> None:
    """Measure every size and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--records", type=int, default=1_000)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/nextcircle-match"))
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    figures = {str(size): measured(given.folder, size, given.records) for size in given.sizes}
    print(json.dumps({"machine": machine, "records": given.records, "stored": figures}, indent=2))


def measured(folder: Path, size: int, count: int) -> dict[str, Any]:
    """The best of some rounds over one store."""
    now = utc_now()
    database = prepared(f"sqlite:///{folder / f'{size}.sqlite'}", size)
    with database.read() as connection:
        rows = _some_events(connection, count)
    listings = [(SOURCE, record) for number, row in enumerate(rows) for record in [_record(number, row)]]
    items = [understand(each) for each in prepare(listings, now)[0]]
    rounds = [_round(database, items, now) for _ in range(ROUNDS)]
    database.close()
    return {
        "ms_a_record": round(1000 * min(seconds for seconds, _ in rounds) / len(items), 3),
        "found_theirs": rounds[0][1],
        "told_again": (len(rows) + 1) // 2,
    }


def _some_events(connection: Connection, count: int) -> list[Any]:
    """Stored events by chance, the same ones every time."""
    ids = list(connection.execute(select(EVENT.c.id).order_by(EVENT.c.id)).scalars())
    chosen = random.Random(3).sample(ids, min(count, len(ids)))
    found = []
    for start in range(0, len(chosen), 500):
        found += connection.execute(
            select(EVENT).where(EVENT.c.id.in_(chosen[start : start + 500])).order_by(EVENT.c.id)
        ).all()
    return found


def _record(number: int, row: Any) -> ScrapedEvent:
    """The event of a row as another page tells it, or, each second time, another event there and then."""
    again = number % 2 == 0
    zone = ZoneInfo(row.timezone)
    return ScrapedEvent(
        platform="page",
        source="Source 1",
        uid=f"again-{number}",
        name=row.name if again else f"{_NAMES[number % len(_NAMES)]} {number}",
        start_date=row.start_at.astimezone(zone),
        end_date=row.until_at.astimezone(zone),
        timezone=row.timezone,
        url=f"https://calendar.example/{number}",
        location=ScrapedPlace(
            row.place_name, row.address, row.city, None, row.country, lat=row.lat, lon=row.lon
        ),
    )


_NAMES: Final = ("Choir rehearsal", "Bicycle repair evening", "Pottery for adults", "Chess in the library")


def _round(database: Database, items: list[Item], now: datetime) -> tuple[float, int]:
    """Seconds of one batch, and how many of its listings went to an event that was stored before."""
    seconds, found = 0.0, 0
    try:
        with database.write() as connection:
            database.lock_store(connection)
            before = connection.execute(select(func.count()).select_from(EVENT)).scalar_one()
            began = time.perf_counter()
            store(connection, items, now)
            seconds = time.perf_counter() - began
            after = connection.execute(select(func.count()).select_from(EVENT)).scalar_one()
            stored = connection.execute(
                select(func.count())
                .select_from(LISTING)
                .where(text("id IN (SELECT value FROM json_each(:ids))"))
                .params(ids=json.dumps([each.listing_id for each in items]))
            ).scalar_one()
            found = stored - (after - before)
            raise _TakenBack
    except _TakenBack:
        return seconds, found


if __name__ == "__main__":
    main()
