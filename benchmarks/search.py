"""How fast search answers: `python -m benchmarks.search --events 1000000 --folder /tmp/nextcircle-bench`.

Prints every figure as JSON. The data set (`benchmarks.city_data`) is made in the folder once and used again. `--url` measures
a PostgreSQL database instead (an empty one is filled). `http`, the headline, is `benchmarks.search_http`; `--http` measures nothing
else. The other times are those of the engine alone, SQL and the checks in Python, in this process; every query is run twice,
and the second time counts.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from app.core.clock import utc_now
from app.db import Database
from app.maintenance.schema import migrate
from app.search.candidates import Wishes, group_candidates
from app.search.engine import find_events, find_groups
from app.search.query import Circle, Query, TopicChoice
from app.taxonomy.keys import topic_key
from app.taxonomy.taxonomy import load
from app.textindex.tokens import parse
from benchmarks.city_data import LONDON, City, cities, fill
from benchmarks.search_http import measure

SMALLER = 10_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/nextcircle-bench"))
    parser.add_argument("--url", help="a PostgreSQL database to fill and ask instead of an SQLite file")
    parser.add_argument("--questions", type=int, default=400)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--http", action="store_true", help="measure the server alone")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    now = utc_now()
    database = prepared(given.url or _file(given.folder, given.events), given.events)
    figures: dict[str, Any] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "database": database.dialect,
        "events": given.events,
        "groups": max(given.events // 5, 1),
    }
    if not given.http:
        figures |= {
            "query_ms": queries(database, now, given.questions),
            "text_ms": texts(database, now, given.questions),
            "groups_ms": groups(database, now, given.questions // 4),
        }
    if given.url is None and not given.http:
        smaller = prepared(_file(given.folder, SMALLER), SMALLER)
        few, many = (growth(each, now, given.questions) for each in (smaller, database))
        figures["growth"] = {"small_ms": few, "large_ms": many, "times": round(many / few, 2)}
        smaller.close()
    url = database.url
    database.close()
    figures["http"] = measure(url, given.seconds)
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
        group_candidates(connection, query.areas, now, wishes=Wishes(exact=wanted))

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


if __name__ == "__main__":
    main()
