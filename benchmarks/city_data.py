"""A large data set to ask questions of: rows written straight into the tables, as ingest would have written them.

`fill(database, 1_000_000, now)` takes minutes where the whole ingest takes a quarter of an hour; what it leaves out is the
classifying, locating and matching. Events and groups lie around the cities of 14 countries by their population, London has a
tenth. Words are drawn by Zipf's law from 12,000, so that there are common and rare ones.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import text

from app.core.ids import new_ids
from app.db import Database
from app.ingest.store.index import EventText, count_words, put_event_texts, put_group_texts
from app.ingest.store.rows import (
    EVENT,
    EVENT_TOPIC,
    GROUP,
    GROUP_TOPIC,
    LISTING,
    SOURCE,
    insert_rows,
    topic_keys,
)
from app.listings.items import pack
from app.places.cells import cell
from app.places.gazetteer_file import gazetteer
from app.taxonomy.taxonomy import load
from app.textindex.documents import event_text, group_text

COUNTRIES: Final = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "CA", "AU", "IN", "BR", "JP", "PL", "SE")
SOURCES: Final = 200
LONDON: Final = (51.5074, -0.1278)
_SYLLABLES: Final = (
    "ka",
    "lo",
    "mi",
    "ter",
    "ran",
    "su",
    "vel",
    "on",
    "pri",
    "da",
    "ne",
    "chu",
    "bor",
    "ix",
    "ta",
)
_COMMON: Final = (
    "python",
    "community",
    "networking",
    "workshop",
    "meetup",
    "talks",
    "evening",
    "robotics",
    "career",
    "data",
)
_BATCH: Final = 20_000


class City(NamedTuple):
    """Where things happen."""

    name: str
    country: str
    lat: float
    lon: float
    timezone: str
    population: int


def cities() -> list[City]:
    """Cities of more than 15,000 people in the countries, the largest first."""
    places = gazetteer()
    found = [
        City(each.name, each.country, each.lat, each.lon, each.timezone, each.population)
        for country in COUNTRIES
        for index in places.in_area(country)
        if places.population(index) >= 15_000
        for each in [places.city(index)]
    ]
    return sorted(found, key=lambda each: -each.population)


def vocabulary(chance: random.Random) -> tuple[list[str], list[float]]:
    """12,000 words and their cumulative weights."""
    made = {"".join(chance.choices(_SYLLABLES, k=chance.choice([2, 3, 3, 4]))) for _ in range(40_000)}
    words = [*_COMMON, *sorted(made - set(_COMMON))][:12_000]
    return words, list(itertools.accumulate(1 / (rank + 3) for rank in range(len(words))))


class _Maker:
    def __init__(self, now: datetime, seed: int) -> None:
        self.now = now
        self.chance = random.Random(seed)
        self.words, self.weights = vocabulary(self.chance)
        self.cities = cities()
        people = [each.population for each in self.cities]
        london = next(number for number, each in enumerate(self.cities) if each.name == "London")
        people[london] = (sum(people) - people[london]) // 9
        self.people = list(itertools.accumulate(people))
        taxonomy = load()
        self.fields = sorted(taxonomy.fields)
        self.interests = sorted(taxonomy.interests)
        self.purposes = sorted(taxonomy.purposes)
        self.zones = {each.timezone: ZoneInfo(each.timezone) for each in self.cities}

    def place(self) -> tuple[City, float, float]:
        city = self.chance.choices(self.cities, cum_weights=self.people)[0]
        lat = max(min(city.lat + self.chance.gauss(0, 0.08), 89.9), -89.9)
        return city, round(lat, 5), round((city.lon + self.chance.gauss(0, 0.1) + 180) % 360 - 180, 5)

    def topics(self) -> str:
        chance = self.chance
        named = {
            "field": chance.sample(self.fields, k=chance.choice([0, 1, 1, 2])),
            "interest": chance.sample(self.interests, k=chance.choice([0, 1, 1])),
            "purpose": chance.sample(self.purposes, k=chance.choice([0, 1])),
        }
        found = {
            kind: [[each, round(chance.uniform(0.3, 0.95), 2)] for each in ids]
            for kind, ids in named.items()
            if ids
        }
        return json.dumps(found, separators=(",", ":"))

    def text(self, count: int) -> str:
        return " ".join(self.chance.choices(self.words, cum_weights=self.weights, k=count))


def fill(database: Database, count: int, now: datetime, groups: int | None = None, seed: int = 7) -> None:
    """Write `count` events, past and coming by four to six, and a fifth as many groups."""
    groups = max(count // 5, 1) if groups is None else groups
    maker = _Maker(now.astimezone(UTC).replace(microsecond=0), seed)
    with database.write() as connection:
        insert_rows(connection, SOURCE, [_source(number, now) for number in range(1, SOURCES + 1)])
    ids = new_ids(now, groups + count)
    group_ids: list[tuple[int, City, float, float]] = []
    for batch in _parts(groups):
        with database.write() as connection:
            _write_groups(connection, maker, [(next(ids), *maker.place()) for _ in range(batch)], group_ids)
    for batch in _parts(count):
        with database.write() as connection:
            _write_events(connection, maker, [next(ids) for _ in range(batch)], group_ids)
    with database.write() as connection:
        latest = "SELECT MAX(start_at) FROM event WHERE event.group_id = meetup_group.id"
        connection.execute(text(f"UPDATE meetup_group SET latest_event_at = ({latest})"))
        connection.execute(text("INSERT INTO meta (key, value) VALUES ('data_version', '1')"))
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as plain:
            plain.execute(text("VACUUM ANALYZE"))


def _parts(count: int) -> Iterator[int]:
    for start in range(0, count, _BATCH):
        yield min(_BATCH, count - start)


def _source(number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": number, "slug": f"source-{number}", "platform": "meetup", "name": f"Source {number}",
        "url": f"https://example.org/{number}", "host": "example.org", "origin": "operator", "access": "feed",
        "enabled": False, "topics": [], "interval_seconds": 21_600, "next_fetch_at": now, "failures": 0,
        "created_at": now, "last_ok_at": now,
    }  # fmt: skip


def _write_groups(connection: Any, maker: _Maker, made: list[Any], known: list[Any]) -> None:
    rows, topics, texts, listings = [], [], {}, []
    for identity, city, lat, lon in made:
        name, description, said = maker.text(3).title(), maker.text(30), maker.topics()
        rows.append(
            {
                "id": identity, "name": name, "description": description, "url": f"https://example.org/g/{identity}",
                "members": int(maker.chance.paretovariate(1) * 40), "city": city.name, "country": city.country,
                "lat": lat, "lon": lon, "cell": cell(lat, lon), "timezone": city.timezone, "topics": said,
                "career": 0.5, "sample": False, "updated_at": maker.now,
            }
        )  # fmt: skip
        topics += [{"topic": each, "cell": cell(lat, lon), "group_id": identity} for each in topic_keys(said)]
        texts[identity] = group_text(name, (description, city.name), cell(lat, lon)).terms
        listings.append(_listing(maker, identity, "g", {"name": name, "description": description}, None))
        known.append((identity, city, lat, lon))
    insert_rows(connection, GROUP, rows)
    insert_rows(connection, GROUP_TOPIC, sorted(topics, key=lambda each: (each["topic"], each["cell"])))
    put_group_texts(connection, texts)
    insert_rows(connection, LISTING, listings)


def _write_events(connection: Any, maker: _Maker, ids: list[int], groups: list[Any]) -> None:
    rows, topics, texts, words, listings = [], [], [], [], []
    chance = maker.chance
    for identity in ids:
        group, city, lat, lon = chance.choice(groups)
        start = maker.now + timedelta(days=chance.randrange(-80, 120), minutes=15 * chance.randrange(96))
        until = start + timedelta(hours=2 if chance.random() < 0.98 else 50)
        local = start.astimezone(maker.zones[city.timezone])
        name, description, said = maker.text(4).title(), maker.text(30), maker.topics()
        url = f"https://example.org/e/{identity}"
        rows.append(
            {
                "id": identity, "name": name, "description": description, "url": url, "url_key": identity,
                "start_at": start, "until_at": until, "has_end": True, "timezone": city.timezone, "all_day": False,
                "local_minute": local.hour * 60 + local.minute, "local_weekday": local.isoweekday(),
                "event_status": "EventScheduled", "event_attendance_mode": chance.choice(["offline", "offline", "mixed"]),
                "place_name": f"Venue {group % 997}", "address": f"{group % 99} Main St", "city": city.name,
                "country": city.country, "lat": lat, "lon": lon, "cell": cell(lat, lon), "exact": True, "group_id": group,
                "is_free": chance.choice([True, False, None]), "language": "en", "topics": said, "career": 0.5,
                "sample": False, "updated_at": maker.now, "change": 1, "born": 1,
            }
        )  # fmt: skip
        keys = topic_keys(said)
        topics += [
            {"topic": each, "cell": cell(lat, lon), "start_at": start, "event_id": identity} for each in keys
        ]
        seconds = int((until - start).total_seconds())
        found = event_text(name, (description, city.name), "en", cell(lat, lon), seconds, keys)
        texts.append(EventText(identity, int(start.timestamp()), found.terms))
        words.append(found.words)
        told = {
            "uid": str(identity), "name": name, "description": description, "url": url, "timezone": city.timezone,
            "start_date": local.isoformat(), "end_date": until.astimezone(local.tzinfo).isoformat(),
            "location": {
                "name": rows[-1]["place_name"], "address": rows[-1]["address"], "city": city.name,
                "country": city.country, "lat": lat, "lon": lon,
            },
        }  # fmt: skip
        listings.append(_listing(maker, identity, "e", told, start))
    insert_rows(connection, EVENT, rows)
    insert_rows(
        connection,
        EVENT_TOPIC,
        sorted(topics, key=lambda each: (each["topic"], each["cell"], each["start_at"], each["event_id"])),
    )
    put_event_texts(connection, texts)
    count_words(connection, words)
    insert_rows(connection, LISTING, listings)


def _listing(maker: _Maker, identity: int, kind: str, said: dict[str, Any], start: Any) -> dict[str, Any]:
    owner = (
        {"event_id": identity, "group_id": None} if kind == "e" else {"event_id": None, "group_id": identity}
    )
    return {
        "id": identity, "source_id": identity % SOURCES + 1, "kind": kind, "content_hash": identity, **owner,
        "start_at": start, "first_seen_at": maker.now, "removed_at": None,
        "content": pack(json.dumps(said, separators=(",", ":"))),
    }  # fmt: skip
