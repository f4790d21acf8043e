"""Groups with topics and events for measuring, written straight to the tables: reading is what is measured here."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from app.core.clock import utc_now
from app.db import Database
from app.models import Event, EventTopic, Group, GroupTopic
from app.places.cells import cell
from app.taxonomy.keys import topic_key
from app.taxonomy.taxonomy import load
from benchmarks.synthetic import CITIES, WORDS

CITY_NAMES = tuple(f"{name}, {country}" for name, _, country, *_ in CITIES)
_CHUNK = 5_000


def fill(database: Database, count: int, seed: int = 11) -> None:
    """`count` groups of one to three topics, each with one past and one coming event."""
    chance, now = random.Random(seed), utc_now()
    known = load()
    fields, interests = (
        list(known.fields),
        [each.id for each in known.interests.values() if not each.sensitive],
    )
    weights = [city[-1] for city in CITIES]
    for first in range(0, count, _CHUNK):
        groups, events, group_topics, event_topics = (list[dict[str, Any]]() for _ in range(4))
        for number in range(first + 1, min(first + _CHUNK, count) + 1):
            name, region, country, lat, lon, zone, _ = chance.choices(CITIES, weights)[0]
            lat, lon = lat + chance.gauss(0, 0.08), lon + chance.gauss(0, 0.08)
            topics: dict[str, list[list[Any]]] = {
                "field": [],
                "interest": [],
                "purpose": [["networking", 0.5]],
            }
            for kind, of in (("field", fields), ("interest", interests)):
                for each in chance.sample(of, chance.randrange(3) if kind == "field" else 1):
                    topics[kind].append([each, round(chance.uniform(0.3, 0.9), 2)])
            last = now - timedelta(days=chance.randrange(1, 120))
            ahead = now + timedelta(days=chance.randrange(1, 40))
            place = cell(lat, lon)
            where = {
                "city": name, "region": region, "country": country, "lat": lat, "lon": lon, "cell": place,
                "timezone": zone,
            }  # fmt: skip
            label = known.label(topics["interest"][0][0])
            groups.append(
                {
                    "id": number, "name": f"{name} {label} {number}", "members": int(chance.lognormvariate(5.5, 1.2)),
                    "description": " ".join(chance.choices(WORDS, k=36)), "url": f"https://groups.example/{number}/",
                    "topics": json.dumps(topics), "sample": False, "career": 0.8 if topics["field"] else 0.1, "latest_event_at": ahead,
                    "updated_at": now, **where,
                }
            )  # fmt: skip
            for serial, start in enumerate((last, ahead)):
                events.append(
                    {
                        "id": 2 * number + serial, "name": f"Meeting {serial} of {number}", "start_at": start,
                        "until_at": start + timedelta(hours=2), "has_end": True, "local_minute": 1080,
                        "local_weekday": 1, "event_status": "EventScheduled", "event_attendance_mode": "offline",
                        "group_id": number, "all_day": False, "career": 0.5, "topics": json.dumps(topics), "sample": False, "updated_at": now, **where,
                    }
                )  # fmt: skip
            for kind, found in topics.items():
                for each, _ in found:
                    key = topic_key(kind, each)  # type: ignore[arg-type]
                    group_topics.append({"topic": key, "cell": place, "group_id": number})
                    event_topics.append(
                        {"topic": key, "cell": place, "start_at": ahead, "event_id": 2 * number + 1}
                    )
        with database.write() as connection:
            for table, rows in (
                (Group, groups),
                (Event, events),
                (GroupTopic, group_topics),
                (EventTopic, event_topics),
            ):
                connection.execute(insert(table), rows)
