"""The groups handed to recommendations: those around, the preferred first, each with its life."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.ingest.pipeline import ingest
from app.search.candidates import Wishes, event_candidates, group_candidates
from app.search.query import Box, Circle, Query
from app.taxonomy.keys import topic_key
from scrapers.records import ScrapedGroup, ScrapedOrganizer, ScrapedPlace
from tests.app.conftest import an_event

BOSTON = Circle(42.36, -71.06, 25)
PLACES = {
    "Boston": ScrapedPlace(city="Boston", region="MA", country="US", lat=42.3601, lon=-71.0589),
    "London": ScrapedPlace(city="London", country="GB", lat=51.5074, lon=-0.1278),
}


@pytest.fixture
def put(database, source, now):
    ref = source("meetup", "city")

    def store(name: str, place: str = "Boston", *days: float, members: int = 100):
        slug = name.lower().replace(" ", "-")
        url = f"https://www.meetup.com/{slug}/"
        group = ScrapedGroup(
            platform="meetup",
            source="city",
            uid=slug,
            name=name,
            url=url,
            members=members,
            location=PLACES[place],
        )
        events = [
            an_event(
                uid=f"{slug}-{each}",
                name=f"{name} meets",
                start_date=now + timedelta(days=each),
                url=f"{url}events/{abs(hash(each))}/",
                location=PLACES[place],
                organizer=ScrapedOrganizer(uid=slug, name=name, url=url),
            )
            for each in days
        ]
        ingest(database, [(ref, group), *((ref, each) for each in events)], now)

    return store


def names(database, now, areas, **options):
    with database.read() as connection:
        return [each.name for each in group_candidates(connection, areas, now, **options)]


def test_only_groups_inside_the_areas_are_candidates(database, put, now):
    put("Boston Knitting", "Boston", 3)
    put("London Knitting", "London", 3)
    assert names(database, now, [BOSTON]) == ["Boston Knitting"]
    assert names(database, now, [Box(-1, 51, 1, 52)]) == ["London Knitting"]
    assert len(names(database, now, [])) == 2


def test_preferred_topics_come_first_and_the_rest_fills_up(database, put, now):
    put("Boston Knitting Circle", "Boston", 3, members=5_000)
    put("Boston Python Programmers", "Boston", 3)
    topics = {topic_key("field", "software-engineering")}
    assert names(database, now, [BOSTON], wishes=Wishes(near=topics)) == [
        "Boston Python Programmers",
        "Boston Knitting Circle",
    ]
    assert names(database, now, [BOSTON], wishes=Wishes(near=topics), most=1) == ["Boston Python Programmers"]


def test_dormant_groups_are_left_out_unless_asked_for(database, put, now):
    put("Boston Sleepers", "Boston", -300)
    assert names(database, now, [BOSTON]) == []
    assert names(database, now, [BOSTON], dormant=True) == ["Boston Sleepers"]


def test_a_candidate_knows_its_life(database, put, now):
    put("Boston Python", "Boston", -30, -5, 2, 9)
    with database.read() as connection:
        [found] = group_candidates(connection, [BOSTON], now)
        assert group_candidates(connection, [BOSTON], now, exclude={found.id}) == []
    assert (found.last_event, found.next_event) == (now - timedelta(days=5), now + timedelta(days=2))
    assert (found.state, found.events_per_month, found.members) == ("active", 1.0, 100)
    assert (found.known_since, found.coming) == (now - timedelta(days=30), 2)
    assert found.distance_km == pytest.approx(0.1, abs=0.1)
    assert found.fields[0][0] == "software-engineering"


def test_all_groups_with_a_topic_that_was_asked_for_are_candidates_however_many_border_on_it(
    database, put, now
):
    for number in range(4):
        put(f"Boston Python Programmers {number}", "Boston", 3)
    put("Boston Data Engineering", "Boston", 3, members=9_000)
    exact = {topic_key("field", "software-engineering")}
    wider = {topic_key("field", "data-engineering")}
    found = names(database, now, [BOSTON], wishes=Wishes(exact, wider), most=2)
    assert {each for each in found if "Python" in each} == {
        f"Boston Python Programmers {each}" for each in range(4)
    }
    assert "Boston Data Engineering" in found


def test_an_evening_of_a_group_is_a_candidate_for_what_the_group_is_about(database, put, now):
    put("Boston Python Programmers", "Boston", 3, 30, 50)
    put("Boston Knitting Circle", "Boston", 2)
    with database.write() as connection:
        connection.execute(text("UPDATE event SET name = 'December social', topics = '{}'"))
        connection.execute(text("DELETE FROM event_topic"))
    query = Query(now=now, areas=(BOSTON,))
    with database.read() as connection:
        found = event_candidates(connection, query, Wishes({topic_key("field", "software-engineering")}))
        of_python = [row for row, _ in found if row.group_name == "Boston Python Programmers"]
        nothing_asked = event_candidates(connection, query, Wishes())
    # The event in fifty days is too far ahead. Knitting fills the list.
    assert len(of_python) == 2
    assert len(found) == len(nothing_asked) == 3
    assert found[0][0].group_name == "Boston Python Programmers"


def test_what_a_group_says_of_itself_makes_it_a_candidate_whatever_its_topics(database, put, now):
    put("Puppeteers of Boston", "Boston", 3)
    put("Puppeteers of London", "London", 3)
    for number in range(2):
        put(f"Boston Knitting {number}", "Boston", 3, members=5_000)
    wishes = Wishes(words=[["puppeteers"]])
    assert names(database, now, [BOSTON], wishes=wishes, most=1) == ["Puppeteers of Boston"]
    assert "Puppeteers of Boston" not in names(database, now, [BOSTON], most=2)
