"""Normalising makes anything safe, says the same when asked twice, and rejects with a reason."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.listings.normalise import Rejected, language, normalise, zone_name
from scrapers.records import ScrapedEvent, ScrapedPlace, ScrapedPrice, from_json, to_json
from tests.app.conftest import an_event
from tests.conftest import NOW

texts = st.text(max_size=80)
floats = st.floats(allow_nan=True, allow_infinity=True)
moments = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=st.just(UTC)) | st.datetimes(
    datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.timezones()
)
events = st.builds(
    an_event,
    name=texts,
    uid=texts,
    description=st.none() | texts,
    start_date=moments,
    end_date=st.none() | moments | st.dates(),
    timezone=st.none() | texts | st.just("Europe/Berlin"),
    url=st.none() | texts,
    image=st.none() | texts,
    keywords=st.lists(texts, max_size=5).map(tuple),
    in_language=st.none() | texts,
    location=st.none() | st.builds(ScrapedPlace, name=texts, city=texts, lat=floats, lon=floats),
    price=st.none() | st.builds(ScrapedPrice, min=floats, max=floats, currency=texts),
)


@given(events)
def test_normalising_twice_is_normalising_once(event: ScrapedEvent):
    once = normalise(event, NOW)
    if not isinstance(once, Rejected):
        assert normalise(once, NOW) == once


@given(events)
def test_what_is_normalised_can_be_written_as_json_and_read_again(event: ScrapedEvent):
    once = normalise(event, NOW)
    if not isinstance(once, Rejected):
        assert from_json(to_json(once)) == once
        to_json(once)["name"].encode()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " \u200b\t"}, "no_name"),
        ({"uid": "\0"}, "no_uid"),
        ({"start_date": datetime(2034, 1, 1, tzinfo=UTC)}, "start_out_of_range"),
        ({"start_date": datetime(9999, 12, 31, 23, tzinfo=UTC)}, "start_out_of_range"),
        ({"start_date": datetime(1, 1, 1, tzinfo=UTC)}, "start_out_of_range"),
        ({"start_date": datetime(2026, 12, 1)}, "naive_start"),
    ],
)
def test_what_cannot_stand_is_rejected_with_a_code(changes, code):
    result = normalise(an_event(**{"end_date": None, **changes}), NOW)
    assert isinstance(result, Rejected)
    assert result.code == code


@pytest.mark.parametrize(
    ("end", "kept"),
    [
        (timedelta(hours=2), True),
        (timedelta(hours=-2), False),
        (timedelta(0), False),
        (timedelta(days=400), False),
    ],
)
def test_an_end_is_kept_only_after_the_start_and_within_a_year(end, kept):
    event = an_event()
    result = normalise(an_event(end_date=event.start_date + end), NOW)
    assert isinstance(result, ScrapedEvent)
    assert (result.end_date is not None) is kept


def test_times_are_cut_to_the_second_as_they_are_stored():
    start = an_event().start_date.replace(microsecond=900_000)
    result = normalise(an_event(start_date=start, end_date=start + timedelta(seconds=1)), NOW)
    assert isinstance(result, ScrapedEvent)
    assert result.start_date == start.replace(microsecond=0)
    assert result.end_date == start.replace(microsecond=0) + timedelta(seconds=1)


@pytest.mark.parametrize(
    "point", [(0.0, 0.0), (91.0, 1.0), (float("nan"), 1.0), (1.0, float("inf")), (1.0, 181.0)]
)
def test_coordinates_off_the_earth_are_dropped(point):
    result = normalise(an_event(location=ScrapedPlace(name="Hub", lat=point[0], lon=point[1])), NOW)
    assert isinstance(result, ScrapedEvent)
    assert result.location == ScrapedPlace(name="Hub")


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "ftp://x.example", "https://user:pw@x.example/", "https://x.example/\n", "//x"],
)
def test_addresses_that_are_no_plain_links_are_dropped(url):
    result = normalise(an_event(url=url), NOW)
    assert isinstance(result, ScrapedEvent)
    assert result.url is None


def test_text_loses_controls_and_direction_overrides_but_keeps_its_script():
    result = normalise(an_event(name="\u202eevil\u202c \x1b[31mred\u00ad Café 東京 שלום 👩\u200d💻"), NOW)
    assert isinstance(result, ScrapedEvent)
    assert result.name == "evil [31mred Café 東京 שלום 👩\u200d💻"


def test_zone_names_are_those_of_tzdata_and_nothing_else():
    assert zone_name("America/New_York") == "America/New_York"
    assert [zone_name(name) for name in ("../../etc/passwd", "Europe", "", "localtime", None)] == [None] * 5


def test_languages_are_bcp_47():
    assert [language(each) for each in ("EN", "pt_br", "zh-Hant", "english please", "")] == [
        "en",
        "pt-BR",
        "zh-Hant",
        None,
        None,
    ]


def test_a_plain_date_is_an_all_day_event():
    result = normalise(
        an_event(start_date=date(2026, 12, 24), end_date=date(2026, 12, 26), all_day=True), NOW
    )
    assert isinstance(result, ScrapedEvent)
    assert result.end_date == date(2026, 12, 26)
