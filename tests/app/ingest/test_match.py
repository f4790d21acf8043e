"""The decider gives one answer whatever the order of what it is shown."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.ingest.likeness import Sighting, likeness
from app.ingest.match import Attach, Candidate, Insert, Known, Seen, Unchanged, Update, decide, same_name
from app.ingest.urls import canonical

START = datetime(2026, 12, 1, 18, tzinfo=UTC)


def seen(name="Python night", url_key: int | None = 7, start=START, source=1, **members) -> Seen:
    given = {"city": "Boston", "country": "US", "lat": 42.36, "lon": -71.06, "group": "5", **members}
    return Seen(
        Sighting(id="", name=name, start=start.date(), end=start.date(), **given),
        start=start,
        all_day=False,
        url_key=url_key,
        sources=frozenset({source}),
    )


def about(known: Known | None = None, candidates=(), **members):
    return decide(seen(**members), content_hash=1, known=known, candidates=candidates)


def test_what_is_known_and_the_same_is_unchanged():
    assert about(Known(5, content_hash=1, removed=False)) == Unchanged(5)


def test_what_is_known_and_says_something_else_is_an_update():
    assert about(Known(5, content_hash=2, removed=False)) == Update(5)


def test_what_comes_back_is_an_update_of_what_it_was():
    assert about(Known(5, content_hash=1, removed=True)) == Update(5)


def test_a_new_listing_with_address_and_start_of_a_known_event_joins_it():
    assert about(candidates=[Candidate(9, seen("Python Night!"))]) == Attach(9, ("same address and start",))


def test_the_same_evening_in_another_sources_words_joins_it_without_an_address():
    found = about(
        candidates=[
            Candidate(9, seen("Boston Python: Python Night", None, START + timedelta(minutes=30), source=2))
        ],
        url_key=None,
    )
    assert isinstance(found, Attach)
    assert found.reasons


def test_two_similar_evenings_of_one_source_stay_two():
    assert about(candidates=[Candidate(9, seen(url_key=None))], url_key=None) == Insert()


def test_another_time_another_name_or_another_town_is_another_event():
    for other in (
        seen(start=START + timedelta(days=7), source=2),
        seen(start=START + timedelta(hours=4), source=2, url_key=None),
        seen("Knitting for beginners", source=2),
        seen(source=2, url_key=None, city="London", country="GB", lat=51.5, lon=-0.1, group="6"),
    ):
        assert about(candidates=[Candidate(9, other)]) == Insert(), other


@given(st.permutations([3, 1, 2]))
def test_of_several_the_oldest_wins_in_any_order(ids):
    assert about(candidates=[Candidate(each, seen()) for each in ids]) == Attach(
        1, ("same address and start",)
    )


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
    Sighting,
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
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other).probability <= 1


def test_the_same_series_in_another_city_or_year_is_another_event_and_a_renamed_one_is_not():
    one = Sighting(
        "1",
        "DevOpsDays Boston 2026",
        date(2026, 9, 14),
        date(2026, 9, 15),
        city="Boston",
        lat=42.36,
        lon=-71.06,
    )
    year = Sighting(
        "2",
        "DevOpsDays Boston 2027",
        date(2027, 9, 13),
        date(2027, 9, 14),
        city="Boston",
        lat=42.36,
        lon=-71.06,
    )
    town = Sighting(
        "3", "DevOpsDays Berlin 2026", date(2026, 9, 14), date(2026, 9, 15), city="Berlin", lat=52.5, lon=13.4
    )
    name = Sighting(
        "4",
        "devopsdays Boston",
        date(2026, 9, 14),
        date(2026, 9, 15),
        city="Boston, MA",
        lat=42.35,
        lon=-71.05,
    )
    assert not likeness(one, year).same
    assert not likeness(one, town).same
    assert likeness(one, name).same
