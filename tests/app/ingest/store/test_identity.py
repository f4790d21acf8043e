"""What is one event or group does not depend on the order in which sources are read, and nothing said is lost."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.db import Database
from app.ingest.pipeline import ingest
from app.ingest.store.overrides import rule
from app.ingest.store.reprocess import rematch
from app.ingest.store.retire import remove_events
from scrapers.records import ScrapedEvent, ScrapedOrganizer, ScrapedPlace
from tests.app.conftest import a_group, an_event

HALL = {"name": "Town Hall", "lat": 42.3611, "lon": -71.0571}


def said_of_events(database: Database) -> list[list[tuple[str, str]]]:
    """For every event the (source, uid) of its listings."""
    with database.read() as connection:
        rows = connection.execute(
            text(
                "SELECT l.event_id AS event, s.name AS source, l.id AS listing FROM listing l "
                "JOIN source s ON s.id = l.source_id WHERE l.kind = 'e' AND l.removed_at IS NULL"
            )
        ).all()
        known = {row.id for row in connection.execute(text("SELECT id FROM event WHERE merged_into IS NULL"))}
    assert {row.event for row in rows} <= known
    found: dict[int, list[tuple[str, str]]] = {}
    for row in rows:
        found.setdefault(row.event, []).append((row.source, str(row.listing)))
    return sorted(sorted(each) for each in found.values())


def emptied(database: Database) -> None:
    with database.write() as connection:
        for table in (
            "event", "event_variant", "event_topic", "listing", "meetup_group", "group_topic", "group_key", "group_link",
        ):  # fmt: skip
            connection.execute(text(f"DELETE FROM {table}"))


def evening(platform: str, uid: str, name: str, minutes: int = 0, **members):
    base = an_event(platform=platform, uid=uid, name=name, url=None, **members)
    return replace(base, start_date=base.start_date + timedelta(minutes=minutes), organizer=None)


def test_the_clusters_are_the_same_in_every_order(database, source, now):
    listings = [
        (source("meetup", "a"), evening("meetup", "1", "Boston Python: project night")),
        (source("luma", "b"), evening("luma", "1", "Python project night", 60)),
        (source("ics", "c"), evening("ics", "1", "Project night (Python)", 120)),
        (source("page", "d"), evening("page", "1", "Nurses' breakfast")),
    ]
    for number, order in enumerate(permutations(listings)):
        # Another day each time, so that one database serves for every order.
        shifted = [
            (
                ref,
                replace(
                    each, uid=f"{each.uid}-{number}", start_date=each.start_date + timedelta(days=3 * number)
                ),
            )
            for ref, each in order
        ]
        for each in shifted:
            ingest(database, [each], now)
    with database.read() as connection:
        counts = connection.execute(
            text("SELECT start_at / 86400 / 3, COUNT(*) FROM event WHERE merged_into IS NULL GROUP BY 1")
        ).all()
    assert len({count for _, count in counts}) == 1


@pytest.mark.parametrize("seed", range(4))
def test_one_by_one_and_in_one_batch_give_the_same_events(database, source, now, seed):
    chance = random.Random(seed)
    names = (
        "Python project night",
        "Boston Python project night",
        "Nurses' breakfast",
        "Data breakfast Boston",
    )
    refs = [source(platform, platform) for platform in ("meetup", "luma", "ics", "page")]
    listings = [
        (ref, evening(ref.platform, str(number), chance.choice(names), chance.choice((0, 45, 90, 600))))
        for number in range(3)
        for ref in refs
    ]
    chance.shuffle(listings)
    for each in listings:
        ingest(database, [each], now)
    one_by_one = said_of_events(database)
    emptied(database)
    ingest(database, listings, now)
    assert said_of_events(database) == one_by_one


PLATFORMS = ("meetup", "luma", "ics", "page")
TOWN_HALL = ScrapedPlace(**HALL, city="Boston", region="MA", country="US")
ORGANIZERS = (
    None,
    ScrapedOrganizer(uid="boston-python", name="Boston Python", url="https://www.meetup.com/boston-python/"),
    ScrapedOrganizer(uid="nurses", name="Boston Nurses", url="https://nurses.example/"),
)
BOSTON = {"city": "Boston", "region": "MA", "country": "US"}
PLACES = {
    "hall": TOWN_HALL,
    "next door": ScrapedPlace(name="Town Hall, side door", lat=42.3619, lon=-71.0579, **BOSTON),
    "mill": ScrapedPlace(name="The Mill", lat=42.3420, lon=-71.0900, **BOSTON),
    # Said to be in Boston, and twenty kilometres from the middle of it.
    "far out": ScrapedPlace(name="The Farm", lat=42.1800, lon=-71.0600, **BOSTON),
    "town": ScrapedPlace(**BOSTON),
    "next town": ScrapedPlace(city="Cambridge", region="MA", country="US"),
    "online": None,
}
NAMES = (
    "Python project night",
    "Boston Python: project night",
    "Project night (Python) #12",
    "Nurses' breakfast",
)
URLS = (None, "https://project.example/night", "https://nurses.example/breakfast")
MINUTES = (0, 30, 60, 90, 150, 240, 600, 24 * 60, 7 * 24 * 60)
ZONES = ("America/New_York", "America/Los_Angeles", "Asia/Tokyo", "Pacific/Kiritimati")


@dataclass(frozen=True)
class Told:
    """What a source says of an evening."""

    platform: str
    name: str
    minutes: int
    place: str
    zone: str
    all_day: bool
    organizer: ScrapedOrganizer | None
    url: str | None

    def event(self, number: int) -> ScrapedEvent:
        event = evening(
            self.platform,
            str(number),
            self.name,
            self.minutes,
            location=PLACES[self.place],
            timezone=self.zone if self.place == "online" else "America/New_York",
            event_attendance_mode="online" if self.place == "online" else "offline",
        )
        if self.all_day:
            event = replace(event, start_date=event.start_date.date(), end_date=None, all_day=True)
        return replace(event, organizer=self.organizer, url=self.url)


told = st.builds(
    Told,
    platform=st.sampled_from(PLATFORMS),
    name=st.sampled_from(NAMES),
    minutes=st.sampled_from(MINUTES),
    place=st.sampled_from(list(PLACES)),
    zone=st.sampled_from(ZONES),
    all_day=st.sampled_from((False, False, True)),
    organizer=st.sampled_from(ORGANIZERS),
    url=st.sampled_from(URLS),
)


@given(st.lists(told, min_size=2, max_size=8), st.randoms(use_true_random=False))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_and_any_batches_give_the_same_events(database, source, now, said, chance):
    refs = {platform: source(platform, platform) for platform in PLATFORMS}
    listings = [(refs[each.platform], each.event(number)) for number, each in enumerate(said)]
    shuffled = list(listings)
    chance.shuffle(shuffled)
    cut = chance.randrange(len(shuffled) + 1)
    found = []
    for batches in ([listings], [[each] for each in listings], [[each] for each in shuffled],
                    [shuffled], [shuffled[:cut], shuffled[cut:]]):  # fmt: skip
        emptied(database)
        for batch in batches:
            ingest(database, batch, now)
        found.append(said_of_events(database))
    assert all(each == found[0] for each in found)
    assert sum(map(len, found[0])) == len(listings)
    assert not rematch(database, now).merged


def test_two_known_events_that_a_third_source_joins_are_one_and_the_younger_leads_on(database, source, now):
    first, second, third = source("meetup", "a"), source("luma", "b"), source("ics", "c")
    ingest(database, [(first, evening("meetup", "1", "Python project night"))], now)
    ingest(database, [(second, evening("luma", "1", "Python project night", 600))], now + timedelta(hours=1))
    moved = evening("luma", "1", "Python project night", 30)
    ingest(database, [(second, moved)], now + timedelta(hours=2))
    ingest(database, [(third, evening("ics", "1", "Python project night", 15))], now + timedelta(hours=3))
    with database.read() as connection:
        rows = connection.execute(text("SELECT id, merged_into FROM event ORDER BY id")).all()
    assert [row.merged_into for row in rows] == [None, rows[0].id]
    assert len(said_of_events(database)) == 1


def test_an_operators_word_parts_what_looks_the_same_and_stays(database, source, now):
    first, second = source("meetup", "a"), source("luma", "b")
    ingest(database, [(first, evening("meetup", "1", "Python project night"))], now)
    ingest(database, [(second, evening("luma", "1", "Python project night"))], now)
    [event] = said_of_events(database)
    with database.write() as connection:
        rule(connection, [tuple(int(listing) for _, listing in event)], now, same=False)
    changed = evening("luma", "1", "Python project night", description="Bring a laptop")
    ingest(database, [(second, changed)], now + timedelta(hours=1))
    assert len(said_of_events(database)) == 2


def groups(database: Database):
    with database.read() as connection:
        return connection.execute(text("SELECT id, name, merged_into FROM meetup_group ORDER BY id")).all()


@pytest.mark.parametrize("backwards", [False, True])
def test_a_group_on_two_platforms_that_links_to_itself_is_one_group(database, source, now, backwards):
    on_meetup = a_group(
        uid="pydata-boston", name="PyData Boston", url="https://www.meetup.com/pydata-boston/"
    )
    on_luma = a_group(
        platform="luma",
        uid="cal-1",
        name="PyData Boston Chapter",
        url="https://luma.com/pydata",
        description="Also on https://www.meetup.com/pydata-boston/",
    )
    both = [(source("meetup", "a"), on_meetup), (source("luma", "b"), on_luma)]
    for number, each in enumerate(reversed(both) if backwards else both):
        ingest(database, [each], now + timedelta(hours=number))
    rows = groups(database)
    assert [row.merged_into for row in rows] == [None, rows[0].id]
    with database.read() as connection:
        held = connection.execute(text("SELECT DISTINCT group_id FROM listing WHERE kind = 'g'")).all()
        keys = connection.execute(text("SELECT DISTINCT group_id FROM group_key")).all()
    assert held == keys == [(rows[0].id,)]


def test_groups_of_one_name_on_one_platform_stay_two(database, source, now):
    ref = source("meetup", "a")
    one = a_group(uid="x", name="Boston Data Science", url="https://www.meetup.com/x/")
    other = a_group(uid="y", name="Boston Data Science", url="https://www.meetup.com/y/")
    ingest(database, [(ref, one), (ref, other)], now)
    assert [row.merged_into for row in groups(database)] == [None, None]


def test_an_event_is_found_by_each_of_its_listings_where_they_disagree_on_place_and_hours(
    database, source, now
):
    name = "Project night (Python) #12"
    said = (
        Told("luma", name, 150, "mill", ZONES[0], False, ORGANIZERS[2], None),
        Told("page", "Python project night", 0, "hall", ZONES[0], True, ORGANIZERS[2], None),
        Told("luma", name, 0, "next door", ZONES[0], True, ORGANIZERS[1], None),
    )
    refs = {platform: source(platform, platform) for platform in PLATFORMS}
    listings = [(refs[each.platform], each.event(number)) for number, each in enumerate(said)]
    ingest(database, listings, now)
    in_a_batch = said_of_events(database)
    assert sorted(len(each) for each in in_a_batch) == [1, 2]
    for order in permutations(listings):
        emptied(database)
        for each in order:
            ingest(database, [each], now)
        assert said_of_events(database) == in_a_batch


def variants(database: Database) -> list[str]:
    with database.read() as connection:
        return [row.name for row in connection.execute(text("SELECT name FROM event_variant ORDER BY name"))]


def test_what_a_listing_says_otherwise_than_its_event_is_kept_as_long_as_both_are_there(
    database, source, now
):
    first, second = source("meetup", "meetup"), source("page", "page")
    one, other = (
        evening("meetup", "1", "Python project night"),
        evening("page", "1", "Project night: Python", 30),
    )
    ingest(database, [(first, one)], now)
    assert variants(database) == []
    ingest(database, [(second, other)], now)
    assert variants(database) == [other.name]
    ingest(database, [(second, replace(one, platform="page"))], now + timedelta(hours=1))
    assert variants(database) == []
    ingest(database, [(second, other)], now + timedelta(hours=2))
    assert variants(database) == [other.name]
    [[(_, listing), *_]] = said_of_events(database)
    with database.write() as connection:
        event = connection.scalar(text("SELECT event_id FROM listing WHERE id = :id"), {"id": int(listing)})
        remove_events(connection, [event], now)
    assert variants(database) == []
