"""Microdata, RDFa, microformats and whole pages in, records out."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from scrapers.formats import hevent, jsonld, microdata, webpage
from scrapers.formats.elements import Page
from scrapers.formats.microformats import items_of
from scrapers.platform import Payload, ReadContext
from scrapers.records import Reading, ScrapedEvent, ScrapedPlace
from tests.steps import at_most

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def context(**settings: object) -> ReadContext:
    return ReadContext(**{"source": "test", "now": NOW, "timezone": "America/New_York", **settings})  # type: ignore[arg-type]


def payload(markup: str) -> Payload:
    return Payload("https://example.org/list/", markup.encode("utf-8", "surrogatepass"))


def only(reading: Reading) -> ScrapedEvent:
    assert len(reading.events) == 1, reading
    return reading.events[0]


def test_three_syntaxes_of_one_item_give_equal_records() -> None:
    linked = {
        "@context": "https://schema.org",
        "@type": "MusicEvent",
        "name": "Concert & talk",
        "url": "/c",
        "startDate": "2027-01-01T18:00",
        "location": {
            "@type": "Place",
            "name": "Hall",
            "address": {"@type": "PostalAddress", "addressLocality": "Boston"},
        },
        "offers": {"@type": "Offer", "price": "12.50", "priceCurrency": "USD"},
        "organizer": {"@type": "Organization", "name": "Club"},
    }
    block = f'<script type="application/ld+json">{json.dumps(linked)}</script>'
    items = """<div itemscope itemtype="http://schema.org/MusicEvent"><a itemprop="url" href="/c">
      <b itemprop="name">Concert &amp; talk</b></a><time itemprop="startDate" datetime="2027-01-01T18:00">x</time>
      <p itemprop="location" itemscope itemtype="http://schema.org/Place"><i itemprop="name">Hall</i>
      <i itemprop="address" itemscope itemtype="http://schema.org/PostalAddress"><i itemprop="addressLocality">Boston</i></i></p>
      <p itemprop="offers" itemscope itemtype="http://schema.org/Offer"><i itemprop="price" content="12.50">$12</i>
      <meta itemprop="priceCurrency" content="USD"></p>
      <p itemprop="organizer" itemscope itemtype="http://schema.org/Organization"><i itemprop="name">Club</i></p></div>"""
    triples = (
        items.replace("itemscope itemtype=", "typeof=")
        .replace("http://schema.org/", "")
        .replace("itemprop=", "property=")
    )
    expected = only(jsonld.read(payload(block), context()))
    assert only(microdata.read(payload(items), context())) == expected
    assert only(microdata.read(payload(f'<body vocab="http://schema.org/">{triples}'), context())) == expected


def test_itemref_shares_a_place_and_a_circle_of_them_ends() -> None:
    event = '<div itemscope itemtype="https://schema.org/Event" itemref="p"><b itemprop="name">{}</b><meta itemprop="startDate" content="2027-01-0{}"></div>'
    place = '<div id="p" itemprop="location" itemscope itemtype="https://schema.org/Place"><b itemprop="name">Hall</b></div>'
    reading = microdata.read(payload(event.format("A", 1) + event.format("B", 2) + place), context())
    assert [each.location for each in reading.events] == [ScrapedPlace(name="Hall")] * 2
    circle = '<div id="a" itemscope itemtype="https://schema.org/Event" itemref="b"><b itemprop="name">A</b><meta itemprop="startDate" content="2027-01-01"></div><div id="b" itemprop="subEvent" itemscope itemtype="https://schema.org/Event" itemref="a b"></div>'
    assert only(microdata.read(payload(circle), context())).name == "A"


def test_a_person_is_never_an_organizer_and_other_vocabularies_are_not_read() -> None:
    person = '<div itemscope itemtype="https://schema.org/Event"><b itemprop="name">A</b><meta itemprop="startDate" content="2027-01-01"><i itemprop="organizer" itemscope itemtype="https://schema.org/Person"><b itemprop="name">P</b></i></div>'
    assert only(microdata.read(payload(person), context())).organizer is None
    other = '<div itemscope itemtype="https://example.org/schema.orgy"><b itemprop="name">A</b></div><!-- schema.org -->'
    assert microdata.read(payload(other), context()).events == ()


@pytest.mark.parametrize(
    ("dated", "start"),
    [
        ('<time class="dt-start">2027-01-01</time>', date(2027, 1, 1)),
        (
            '<time class="dt-start" datetime="2027-01-01T18:00-0500">x</time>',
            datetime(2027, 1, 1, 23, tzinfo=UTC),
        ),
        (
            '<time class="dt-start" datetime="2027-01-01 18:00-05">x</time>',
            datetime(2027, 1, 1, 23, tzinfo=UTC),
        ),
        ('<abbr class="dt-start" title="2027-01-01T18:00">x</abbr>', datetime(2027, 1, 1, 23, tzinfo=UTC)),
        (
            '<p class="dt-start"><b class="value">2027-01-01</b><b class="value">6pm</b></p>',
            datetime(2027, 1, 1, 23, tzinfo=UTC),
        ),
        (
            '<p class="dt-start"><b class="value">6:00 p.m.</b><b class="value">2027-01-01</b><b class="value">-05:00</b></p>',
            datetime(2027, 1, 1, 23, tzinfo=UTC),
        ),
        (
            '<p class="dt-start"><b class="value-title" title="2027-01-01T18:00-05:00"> </b>New Year</p>',
            datetime(2027, 1, 1, 23, tzinfo=UTC),
        ),
        ('<time class="dt-start" datetime="2027-001">x</time>', date(2027, 1, 1)),
    ],
)
def test_dates_of_microformats_are_put_together_from_their_parts(dated: str, start: date) -> None:
    reading = hevent.read(payload(f'<div class="h-event"><b class="p-name">A</b>{dated}</div>'), context())
    assert only(reading).start_date == start


def test_an_end_that_is_only_a_time_is_on_the_day_of_the_start() -> None:
    markup = '<div class="vevent"><b class="summary">A</b><abbr class="dtstart" title="2027-01-01T18:00">x</abbr><i class="dtend">20:30</i></div>'
    assert only(hevent.read(payload(markup), context())).end_date == datetime(2027, 1, 2, 1, 30, tzinfo=UTC)


def test_an_all_day_hcalendar_ends_on_the_day_before_its_dtend() -> None:
    markup = '<div class="vevent"><b class="summary">A</b><abbr class="dtstart" title="20270101">x</abbr><abbr class="dtend" title="2027-01-03">y</abbr></div>'
    assert only(hevent.read(payload(markup), context())).end_date == date(2027, 1, 2)


def test_attendees_and_people_who_organise_are_dropped() -> None:
    markup = '<div class="h-event"><b class="p-name">A</b><time class="dt-start">2027-01-01</time><i class="p-attendee h-card">Ada</i><i class="p-organizer h-card">Bob</i></div>'
    assert "Ada" not in repr(hevent.read(payload(markup), context()))
    assert only(hevent.read(payload(markup), context())).organizer is None


def test_name_and_address_are_implied_by_a_bare_link() -> None:
    (item,) = items_of(Page(LexborHTMLParser('<a class="h-event" href="/x">IndieWebCamp</a>')))
    assert (item.texts("name"), item.texts("url")) == (["IndieWebCamp"], ["/x"])


def test_a_page_tells_an_event_once_whatever_syntaxes_it_stands_in() -> None:
    linked = '<script type="application/ld+json">{"@type":"Event","name":"A","url":"https://example.org/a","startDate":"2027-01-01T18:00:00Z"}</script>'
    item = '<div itemscope itemtype="https://schema.org/Event"><b itemprop="name">a</b><meta itemprop="startDate" content="2027-01-01T13:00-05:00"></div>'
    formats = '<div class="vevent"><a class="url summary" href="https://example.org/a">A!</a><b class="dtstart">2027-01-01</b></div><div class="vevent"><b class="summary">B</b><b class="dtstart">2027-01-02</b></div>'
    reading = webpage.read(payload(linked + item + formats), context())
    assert [event.name for event in reading.events] == ["A", "B"]
    assert reading.complete


def test_a_page_without_any_markup_is_not_complete() -> None:
    reading = webpage.read(payload("<html><body>Nothing here"), context())
    assert (reading.events, reading.complete, [each.code for each in reading.warnings]) == (
        (),
        False,
        ["no_jsonld"],
    )


def scheduled(**schedule: object) -> list[str]:
    node = {
        "@type": "Event",
        "name": "A",
        "eventSchedule": {"@type": "Schedule", "scheduleTimezone": "Europe/Berlin", **schedule},
    }
    window = (datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC))
    reading = jsonld.read(payload(json.dumps(node)), context(window=window))
    return [event.start_date.isoformat()[:16] for event in reading.events]


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (
            {"repeatFrequency": "P1M", "byDay": "2MO", "startTime": "18:00"},
            ["2027-01-11T18:00", "2027-02-08T18:00"],
        ),
        (
            {"repeatFrequency": "P1M", "byMonthDay": [1, 15], "startTime": "09:00"},
            ["2027-01-01T09:00", "2027-01-15T09:00", "2027-02-01T09:00", "2027-02-15T09:00"],
        ),
        (
            {
                "repeatFrequency": "P1M",
                "byMonthWeek": 1,
                "byDay": "https://schema.org/Friday",
                "startTime": "09:00",
            },
            ["2027-01-01T09:00", "2027-02-05T09:00"],
        ),
        (
            {"repeatFrequency": "P1D", "repeatCount": 3, "startDate": "2026-12-31", "startTime": "09:00"},
            ["2027-01-01T09:00", "2027-01-02T09:00"],
        ),
        (
            {
                "repeatFrequency": "P2W",
                "startDate": "2027-01-05",
                "endDate": "2027-01-31",
                "startTime": "09:00",
                "exceptDate": "2027-01-19",
            },
            ["2027-01-05T09:00"],
        ),
        ({"repeatFrequency": "P1W", "startDate": "2027-02-20", "byDay": "MO"}, ["2027-02-22"]),
        ({"repeatFrequency": "P1W", "startTime": "09:00"}, []),
    ],
)
def test_a_schedule_is_expanded_inside_the_window(schedule: dict[str, object], expected: list[str]) -> None:
    assert scheduled(**schedule) == expected


def test_two_schedules_of_one_event_are_both_read() -> None:
    days = {
        "@type": "Schedule",
        "repeatFrequency": "P1D",
        "repeatCount": 2,
        "startDate": "2027-01-04",
        "scheduleTimezone": "Europe/Berlin",
    }
    node = {
        "@type": "Event",
        "name": "A",
        "eventSchedule": [{**days, "startTime": "09:00"}, {**days, "startTime": "14:00"}],
    }
    assert len(jsonld.read(payload(json.dumps(node)), context()).events) == 4


MARKUP = st.lists(
    st.sampled_from(
        [
            "<div class='h-event'>",
            "<div class='vevent'>",
            "</div>",
            "<b class='p-name'>x</b>",
            "<i class='dt-start value'>",
            "</i>",
            "2027-01-01",
            "7pm",
            "<p itemscope itemtype='https://schema.org/Event'>",
            "<p itemscope itemprop='location subEvent' itemref='a b'>",
            "<p id=a itemprop=name>",
            "<p vocab='https://schema.org/' typeof=Event>",
            "<p property=startDate content='2027-01-01'>",
            "<p rel=location>",
            "<p id=b itemscope itemref=a>",
            "<i class='p-location h-card'>",
            "<i class='geo h-geo'>1;2</i>",
            "\x00",
            "<a href='//['>",
            "<time datetime='0000-99'>",
            "<script>",
            "<table>",
        ]
    ),
    max_size=40,
).map("".join)


@settings(max_examples=200)
@given(MARKUP)
def test_no_markup_makes_a_reader_raise(markup: str) -> None:
    for read in (microdata.read, hevent.read, webpage.read):
        assert isinstance(read(payload(markup), context()), Reading)


@pytest.mark.parametrize(
    "markup",
    [
        "<div itemscope itemtype='https://schema.org/Event' itemprop='name subEvent'>" * 3_000,
        "<div itemprop=name itemscope itemtype='https://schema.org/Event'>" + "<i itemprop=name>x" * 3_000,
        "<div class='h-event p-name'>" * 3_000,
        "<div class='vevent'>" + "<i class='summary dtstart'>x" * 3_000,
        "<div vocab='https://schema.org/' typeof=Event>" + "<i property='name startDate'>x" * 3_000,
        "".join(
            f"<p id=a{n} itemscope itemtype='https://schema.org/Event' itemref='{' '.join(f'a{m}' for m in range(40))}'></p>"
            for n in range(400)
        ),
    ],
)
def test_nested_and_circular_markup_is_read_in_time(markup: str) -> None:
    with at_most(calls=8_000_000):
        webpage.read(payload(markup), context())
