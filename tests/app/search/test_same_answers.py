"""Hundreds of random questions: SQLite and PostgreSQL answer the same rows in the same order, and those are the right ones.

What is right is said a second time here, without any index: every event is looked at.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.db import Database
from app.ingest.pipeline import ingest
from app.places.cells import haversine_km
from app.search.engine import find_events, find_groups
from app.search.query import PARTS_OF_DAY, Box, Circle, Query, TopicChoice
from app.sources.catalogue import CatalogueSource
from app.sources.repository.sources import add
from app.taxonomy.keys import topic_key
from app.textindex.tokens import names_company, parse
from scrapers.platform import Access
from scrapers.records import ScrapedEvent, ScrapedOrganizer, ScrapedPlace
from tests.app.conftest import an_event, known_source
from tests.conftest import NOW
from tests.postgresql import Copy

QUESTIONS = 400
CITIES = {
    "London": (51.5, -0.12, "GB", "Europe/London"),
    "Boston": (42.36, -71.06, "US", "America/New_York"),
    "Suva": (-18.14, 179.9, "FJ", "Pacific/Fiji"),
    "Longyearbyen": (78.22, 15.65, "SJ", "Arctic/Longyearbyen"),
    "Camp": (89.95, 100.0, "NO", "UTC"),
}
TITLES = (
    "Python programming night", "Board games evening", "Nursing careers fair", "Entwicklertreffen für JavaScript",
    "Soirée jeux de société", "Finance networking breakfast", "東京都の勉強会", "C++ user group", "Hiking and running",
)  # fmt: skip
SENTENCES = (
    "Talks about machine learning and front-end work.", "Hosted by Initech, pizza from Acme Corp.", "Step-free access.",
    "Wir treffen uns mit Entwicklerinnen und lernen.", "Live captions are there.", "Running shoes needed, runners welcome.",
)  # fmt: skip
TEXTS = (
    "python", "program", "games -board", '"machine learning"', "entwickler", "run", "prog*", "front-end", "jeux soirée",
    "東京", "c++", "-python", "nobody-wrote-this", "learning machine",
)  # fmt: skip
TOPICS = (
    ("field", "software-engineering"), ("field", "nursing"), ("field", "accounting-finance"), ("interest", "board-games"),
    ("interest", "games"), ("interest", "hiking"), ("purpose", "networking"), ("purpose", "hiring"),
)  # fmt: skip


def events_for(now: datetime, count: int = 300) -> Iterator[ScrapedEvent]:
    chance = random.Random(11)
    for number in range(count):
        city = chance.choice([*CITIES, "London"])
        lat, lon, country, zone = CITIES[city]
        mode = chance.choice(["offline", "offline", "online", "mixed", None])
        begins = now + timedelta(hours=chance.randrange(-24 * 20, 24 * 40), minutes=chance.choice([0, 0, 30]))
        lasts = chance.choice([None, 2, 2, 3, 30, 24 * 9])
        wrapped = (lon + chance.gauss(0, 0.4) + 180) % 360 - 180
        place = ScrapedPlace(
            name=chance.choice(["Hub", "Initech Office", None]),
            city=city,
            country=country,
            lat=min(lat + chance.gauss(0, 0.15), 90.0),
            lon=wrapped,
        )
        all_day = chance.random() < 0.1
        group = f"Group {number % 40}"
        yield an_event(
            uid=str(number),
            name=f"{chance.choice(TITLES)} no{number}",
            description=" ".join(chance.sample(SENTENCES, k=chance.randrange(4))) or None,
            start_date=begins.date() if all_day else begins,
            end_date=None if lasts is None or all_day else begins + timedelta(hours=lasts),
            all_day=all_day,
            timezone=zone,
            event_attendance_mode=mode,
            event_status="EventCancelled" if chance.random() < 0.1 else "EventScheduled",
            url=f"https://example.org/events/{number}",
            location=None if mode == "online" else place,
            organizer=ScrapedOrganizer(uid=group, name=group, url=f"https://example.org/{number % 40}"),
            is_accessible_for_free=chance.choice([True, False, None]),
            in_language=chance.choice(["en", "de", "pt-BR", None]),
        )


def questions(now: datetime, groups: list[int], seed: int = 3) -> Iterator[Query]:
    chance = random.Random(seed)

    def sometimes(share: float) -> bool:
        return chance.random() < share

    for _ in range(QUESTIONS):
        areas: list[Circle | Box] = []
        if sometimes(0.8):
            for _ in range(chance.choice([1, 1, 1, 2])):
                lat, lon, _, _ = CITIES[chance.choice(list(CITIES))]
                if sometimes(0.2):
                    areas.append(
                        Box(lon - 1, max(lat - 1, -90), (lon + 1 + 180) % 360 - 180, min(lat + 1, 90))
                    )
                else:
                    areas.append(Circle(lat, lon, chance.choice([2, 10, 25, 60, 200, 500])))
        begins = now + timedelta(days=chance.choice([0, 0, 0, 3, -10]))
        asked = [
            TopicChoice(
                kind=kind,
                include=frozenset(topic_key(*each) for each in chosen if sometimes(0.7)),
                exclude=frozenset(topic_key(*each) for each in chosen if sometimes(0.2)),
            )
            for kind in ("field", "interest", "purpose")
            if sometimes(0.25)
            for chosen in [chance.sample([each for each in TOPICS if each[0] == kind], k=2)]
        ]
        sorts = ["start", "start", "relevance"] + ["distance"] * any(
            isinstance(each, Circle) for each in areas
        )
        yield Query(
            now=now,
            areas=tuple(areas),
            start_from=begins,
            start_to=begins + timedelta(days=chance.choice([1, 7, 30])) if sometimes(0.4) else None,
            weekdays=frozenset(chance.sample(range(1, 8), k=3)) if sometimes(0.1) else frozenset(),
            parts_of_day=frozenset(chance.sample(list(PARTS_OF_DAY), k=2)) if sometimes(0.1) else frozenset(),
            topics=tuple(each for each in asked if each.include or each.exclude),
            text=parse(chance.choice(TEXTS)) if sometimes(0.3) else Query(now=now).text,
            mode=chance.choice(["offline", "online", "mixed"]) if sometimes(0.2) else None,
            free=chance.choice([True, False]) if sometimes(0.1) else None,
            language=chance.choice(["en", "pt"]) if sometimes(0.1) else None,
            group_id=chance.choice(groups) if sometimes(0.05) else None,
            company=(names_company(chance.choice(["Initech", "Acme Corp", "Nobody"])),)
            if sometimes(0.1)
            else (),
            access=frozenset({chance.choice(["step-free", "captions"])}) if sometimes(0.08) else frozenset(),
            sort=chance.choice(sorts),
            limit=chance.choice([3, 10, 50]),
            facets=("field", "mode") if sometimes(0.1) else (),
            explain=sometimes(0.05),
            total=sometimes(0.1),
        )


@pytest.fixture(scope="module")
def filled(
    sqlite_template, postgresql_server, postgresql_template, tmp_path_factory
) -> Iterator[tuple[Database, Database]]:
    """The same events in a database of each kind."""
    path = tmp_path_factory.mktemp("same") / "same.sqlite"
    shutil.copy(sqlite_template, path)
    copy = Copy(postgresql_server, postgresql_template)
    both = Database(f"sqlite:///{path}"), Database(copy.url)
    for database in both:
        url = "https://example.org/same.ics"
        row = CatalogueSource(slug="same", platform="ical", name="same", url=url, access=Access.FEED)
        add(database, [row], "operator", NOW)
        ref = known_source(database, url)
        ingest(database, [(ref, each) for each in events_for(NOW)], NOW)
    yield both
    for database in both:
        database.close()
    copy.drop()


def pages(database: Database, query: Query, find) -> tuple:
    """Three pages of an answer by name and distance, and what is told beside them."""
    seen: list = []
    with database.read() as connection:
        found = find(connection, query)
        beside = found.total, found.facets, found.removed
        for _ in range(3):
            seen += [(row.name, found.distances[row.id]) for row in found.rows]
            if found.next is None:
                return seen, True, beside
            following = replace(query, after=found.next, until=found.until, facets=(), explain=False)
            found = find(connection, following)
        return seen, False, beside


def ids_of(database: Database, table: str) -> dict[str, int]:
    from sqlalchemy import text

    with database.read() as connection:
        return {row.name: row.id for row in connection.execute(text(f"SELECT id, name FROM {table}"))}


def test_both_databases_answer_the_same_and_the_right_rows_in_the_same_order(filled, now):
    one, other = filled
    groups = ids_of(one, "meetup_group")
    twins = {groups[name]: number for name, number in ids_of(other, "meetup_group").items()}
    with one.read() as connection:
        stored = find_events(
            connection, Query(now=now, start_from=now - timedelta(days=400), limit=2_000)
        ).rows
    asked = list(questions(now, sorted(groups.values())))
    answered = 0
    for number, query in enumerate(asked):
        seen, ended, beside = pages(one, query, find_events)
        twin = replace(query, group_id=twins.get(query.group_id))
        assert (seen, ended, beside) == pages(other, twin, find_events), (number, query)
        right = [row.name for row in stored if is_right(query, row)]
        names = [name for name, _ in seen]
        if query.sort == "start":
            assert names == right[: len(names)], (number, query)
        assert set(names) <= set(right), (number, query)
        assert len(set(names)) == len(names)
        if ended:
            assert set(names) == set(right), (number, query)
        answered += bool(names)
    assert answered > QUESTIONS / 4


def test_groups_are_the_same_on_both(filled, now):
    one, other = filled
    for number, query in enumerate(questions(now, [1], seed=4)):
        if number % 4:
            continue
        assert pages(one, query, find_groups) == pages(other, query, find_groups), (number, query)


def is_right(query: Query, row) -> bool:
    """Whether an event is an answer, said without any index."""
    from app.search.checks import Checks, event_words
    from app.search.rows import topics_of
    from app.search.words import match_of

    begins = int(query.start_from.timestamp())
    local = datetime.fromtimestamp(row.start_at, ZoneInfo(row.timezone))
    online = row.event_attendance_mode == "online"
    if row.until_at <= begins or (query.start_to and row.start_at >= query.start_to.timestamp()):
        return False
    if row.event_status == "EventCancelled" and row.start_at <= query.now.timestamp():
        return False
    if query.mode and row.event_attendance_mode not in {query.mode, "mixed"}:
        return False
    if query.areas:
        nowhere = row.lat is None
        if not any(_contains(area, row) for area in query.areas) and not (nowhere and query.mode == "online"):
            return False
        if online and query.mode != "online":
            return False
    if query.free is not None and (row.is_free is None or bool(row.is_free) != query.free):
        return False
    if query.language and (row.language or "").split("-")[0] != query.language:
        return False
    if query.group_id is not None and row.group_id != query.group_id:
        return False
    if query.weekdays and local.isoweekday() not in query.weekdays:
        return False
    if query.parts_of_day:
        minute = local.hour * 60 + local.minute
        spans = [PARTS_OF_DAY[name] for name in query.parts_of_day]
        if row.all_day or not any(a <= minute < b if a < b else minute >= a or minute < b for a, b in spans):
            return False
    for choice in query.topics:
        has = {topic_key(choice.kind, each) for each, _ in topics_of(row.topics).get(choice.kind, ())}
        if (choice.include and not has & choice.include) or has & choice.exclude:
            return False
    checks = Checks(query, match_of(_whole_words(query.text), query.company, query.access))
    checks.match = match_of(_whole_words(query.text), query.company, query.access)
    checks.texts = True
    return checks.holds(*event_words(row))


def _whole_words(text):
    """`prog*` as the words of this test that begin so."""
    return replace(
        text,
        wanted=tuple(
            replace(each, terms=("programm", "program", "programming")) if each.prefix else each
            for each in text.wanted
        ),
    )


def _contains(area, row) -> bool:
    if row.lat is None:
        return False
    if isinstance(area, Circle):
        return haversine_km(area.lat, area.lon, row.lat, row.lon) <= area.radius_km
    inside = (
        area.west <= row.lon <= area.east if area.west <= area.east else not area.east < row.lon < area.west
    )
    return area.south <= row.lat <= area.north and inside
