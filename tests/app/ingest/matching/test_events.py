"""The decider gives one answer whatever the order of what it is shown."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ingest.matching.events import EventCandidate, contradict, same, same_name, worth_comparing
from app.ingest.matching.similarity import EventFeatures, event_similarity, features
from app.listings.locate import Whereabouts
from app.listings.urls import canonical
from app.places.cells import cell
from app.places.gazetteer import LatLon

START = datetime(2026, 12, 1, 18, tzinfo=UTC)
BOSTON = LatLon(42.36, -71.06)


def seen(
    name="Python night", url_key: int | None = None, start=START, source=1, at=BOSTON, **members
) -> EventCandidate:
    exact = members.pop("exact", True)
    all_day = members.pop("all_day", False)
    place = members.pop("place", None)
    given = {"city": "Boston", "country": "US", "lat": at.lat, "lon": at.lon, **members}
    return EventCandidate(
        listing_id=source,
        source_id=source,
        features=EventFeatures(id="", name=name, start=start.date(), end=start.date(), **given),
        start=start,
        all_day=all_day,
        url_key=url_key,
        where=Whereabouts(
            name=place,
            city=given["city"],
            lat=at.lat,
            lon=at.lon,
            cell=cell(*at),
            middle=BOSTON,
            precision=3 if exact else 2,
        ),
    )


def test_the_same_address_start_and_name_are_one_event_even_to_one_source():
    found = same(seen(url_key=7), seen("Python Night!", url_key=7))
    assert found == (1.0, ("same address and start",))


def test_the_same_evening_in_another_sources_words_is_one_event_and_says_why():
    other = seen("Boston Python: Python Night", start=START + timedelta(minutes=30), source=2)
    probability, reasons = same(seen(), other)
    assert probability >= 0.5
    assert reasons


def test_two_similar_evenings_of_one_source_stay_two():
    assert contradict(same(seen(), seen("Python night for beginners"))[0])
    assert contradict(same(seen(place="Room 1"), seen(place="Room 2"))[0])
    assert contradict(same(seen(group="1"), seen(group="2"))[0])
    assert contradict(same(seen(exact=False), seen(exact=False))[0])
    assert contradict(same(seen(exact=False, place="Boston"), seen(exact=False, place="Boston"))[0])
    assert contradict(same(seen(online=True), seen(online=True))[0])


def test_what_one_source_lists_twice_at_one_door_is_one_event():
    for one, other in (
        (seen(), seen()),
        (seen(url_key=7), seen("PYTHON NIGHT!", url_key=8)),
        (seen(exact=False, place="Café Zero"), seen(exact=False, place="Cafe Zero")),
        (seen(online=True, group="1"), seen(online=True, group="1")),
    ):
        assert worth_comparing(one, other)
        assert same(one, other) == (1.0, ("same name, start and place in one source",))
    assert same(seen(), seen(start=START + timedelta(minutes=30)))[0] == 0


def test_another_time_another_name_or_another_town_is_another_event():
    for other in (
        seen(start=START + timedelta(days=7), source=2, url_key=7),
        seen(start=START + timedelta(hours=4), source=2),
        seen("Knitting for beginners", source=2),
        seen(source=2, city="London", country="GB", at=LatLon(51.5, -0.1)),
    ):
        assert same(seen(), other)[0] < 0.5, other


def test_an_all_day_listing_and_one_with_an_hour_are_of_one_day():
    assert same(seen(), seen(source=2, all_day=True, start=START.replace(hour=5)))[0] >= 0.5


def test_a_venue_is_compared_with_its_neighbours_and_with_the_middle_of_its_town():
    near, far = LatLon(42.37, -71.06), LatLon(42.45, -71.06)
    assert worth_comparing(seen(), seen(source=2, at=near))
    assert not worth_comparing(seen(), seen(source=2, at=far))
    assert worth_comparing(seen(at=far), seen(source=2, exact=False))
    assert not worth_comparing(seen(), seen("Knitting for beginners", source=2))
    assert not worth_comparing(seen(), seen("Python night for beginners"))


@given(st.text(max_size=40), st.text(max_size=40))
def test_names_are_the_same_both_ways_or_neither(one, other):
    assert same_name(one, other) == same_name(other, one)


def test_names_differ_by_their_words_not_by_their_dress():
    assert same_name("[Online] Café Python: Talks", "Cafe Python talks")
    assert not same_name("Python night", "Nurses' breakfast")


@given(st.text(max_size=60))
def test_a_canonical_address_is_its_own_canonical_address(path):
    address = canonical(f"https://www.example.org/{path}")
    if address is not None:
        assert canonical(address) == address


def test_two_spellings_of_one_page_are_one_address():
    assert len({
        canonical(each)
        for each in (
            "https://www.meetup.com/Boston-Python/events/1/?utm_source=x&eventOrigin=y",
            "http://meetup.com/boston-python/events/1",
            "https://meetup.com/boston-python/events/1/#rsvp",
        )
    }) == 1  # fmt: skip
    assert canonical("https://lu.ma/abc") == canonical("https://luma.com/abc?tk=z")
    assert canonical("https://x.example/e?id=1") != canonical("https://x.example/e?id=2")


names = st.text(max_size=40)
days = st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1))
sightings = st.builds(
    EventFeatures,
    id=st.just(""),
    name=names,
    start=days,
    end=days,
    url=st.none()
    | names
    | st.sampled_from(["https://a.example/1", "https://lu.ma/x", "https://www.meetup.com/a/events/1/"]),
    city=st.none() | names,
    country=st.none() | names,
    lat=st.none() | st.floats(-90, 90),
    lon=st.none() | st.floats(-180, 180),
    online=st.none() | st.booleans(),
)


@given(sightings, sightings)
def test_likeness_is_the_same_both_ways(one, other):
    assert event_similarity(one, other) == event_similarity(other, one)
    assert 0 <= event_similarity(one, other).probability <= 1


def test_the_same_series_in_another_city_or_year_is_another_event_and_a_renamed_one_is_not():
    one = EventFeatures(
        "1",
        "DevOpsDays Boston 2026",
        date(2026, 9, 14),
        date(2026, 9, 15),
        city="Boston",
        lat=42.36,
        lon=-71.06,
    )
    year = EventFeatures(
        "2",
        "DevOpsDays Boston 2027",
        date(2027, 9, 13),
        date(2027, 9, 14),
        city="Boston",
        lat=42.36,
        lon=-71.06,
    )
    town = EventFeatures(
        "3", "DevOpsDays Berlin 2026", date(2026, 9, 14), date(2026, 9, 15), city="Berlin", lat=52.5, lon=13.4
    )
    name = EventFeatures(
        "4",
        "devopsdays Boston",
        date(2026, 9, 14),
        date(2026, 9, 15),
        city="Boston, MA",
        lat=42.35,
        lon=-71.05,
    )
    assert not event_similarity(one, year).same
    assert not event_similarity(one, town).same
    assert event_similarity(one, name).same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://events.acme.co.uk/1", "https://www.acme.co.uk/2", True),
        ("https://acme.co.uk/1", "https://bolt.co.uk/1", False),
        ("https://acme.github.io/1", "https://bolt.github.io/1", False),
        ("https://a.acme.com.au/1", "https://acme.com.au/2", True),
        ("https://localhost/1", "https://localhost.example/1", False),
    ],
)
def test_a_site_is_a_registered_domain(one, other, same):
    first, second = EventFeatures("a", "Python night", url=one), EventFeatures("b", "Python night", url=other)
    assert ("same_site" in features(first, second)) is same
