"""JSON-LD in, records out; one broken block costs only itself."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.formats import jsonld, plainjson
from scrapers.formats.detect import detect, read_as
from scrapers.platform import Payload, ReadContext
from scrapers.records import Reading, ScrapedEvent, ScrapedOrganizer, ScrapedPlace, ScrapedPrice
from tests.steps import at_most

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
GOOD = '{"@type":"Event","name":"Good","startDate":"2027-01-01T18:00:00+01:00","url":"https://example.org/e"}'


def context(**settings: object) -> ReadContext:
    return ReadContext(**{"source": "test", "now": NOW, **settings})  # type: ignore[arg-type]


def page(*blocks: str) -> bytes:
    scripts = "".join(f'<script type="application/ld+json">{block}</script>' for block in blocks)
    return f"<!doctype html><html><head>{scripts}</head><body></body></html>".encode()


def read(*blocks: str, **settings: object) -> Reading:
    return jsonld.read(Payload("https://example.org/list/", page(*blocks)), context(**settings))


def only(**members: Any) -> ScrapedEvent:
    node = {"@type": "Event", "name": "Python Night", "startDate": "2027-01-01T18:00:00+01:00", **members}
    reading = read(json.dumps(node))
    assert len(reading.events) == 1, reading
    return reading.events[0]


def codes(reading: Reading) -> list[str]:
    return [warning.code for warning in reading.warnings]


@pytest.mark.parametrize(
    "block",
    [
        GOOD[:-1] + ",}",
        GOOD + ";",
        "\ufeff" + GOOD,
        f"<!-- {GOOD} -->",
        f"//<![CDATA[\n{GOOD}\n//]]>",
        f"/*<![CDATA[*/{GOOD}/*]]>*/",
        GOOD.replace('"name"', '/* a */ "name"'),
        GOOD.replace('"name"', '// "a"\n"name"'),
        GOOD[:-1] + ',"description":"raw\nnewline\tand \\\' tab"}',
        GOOD[:-1] + ',"offers":{"price":NaN,"x":-Infinity,"y":undefined}}',
        GOOD[:-1] + ',"description":"\\ud83d"}',
        GOOD.replace('"', "&quot;"),
        f"[{GOOD}]",
        f'{{"@graph":[[{GOOD}]]}}',
        f'{{"@type":"ItemList","itemListElement":[{{"@type":"ListItem","item":{GOOD}}}]}}',
        f'{{"@type":"Place","event":[{GOOD}]}}',
        f'{{"@type":"EventSeries","name":"S","startDate":"2027-01-01","subEvent":[{GOOD}]}}',
        GOOD.replace('"Event"', '["Thing","https://schema.org/MusicEvent"]'),
        GOOD.replace('"Event"', '"event"'),
        GOOD.replace('"name"', '"schema:name"'),
        GOOD + "</script><script type='application/ld+json'>" + GOOD,
    ],
)
def test_what_pages_write_for_json_ld_is_read(block: str) -> None:
    reading = read(block)
    assert [event.name for event in reading.events] == ["Good"]
    assert reading.warnings == ()


@pytest.mark.parametrize(
    "block",
    [
        "",
        "{",
        "{'@type':'Event'}",
        '{"@type":"Event","name":"cut',
        "[" * 45000 + "]" * 45000,
        '{"a":' + "9" * 20000 + "}",
        "/*" * 50000,
        '"' * 50000,
        '\\"' * 50000,
    ],
)
def test_a_broken_block_is_one_warning_and_costs_no_other(block: str) -> None:
    with at_most(calls=1_000_000):
        reading = read(block, GOOD)
        assert [event.name for event in reading.events] == ["Good"]
        assert codes(reading) == ["bad_jsonld"]


def test_blocks_without_events_are_no_fault() -> None:
    reading = read("null", "[]", '"Event"', "7", '{"@type":"Organization","name":"x"}', GOOD)
    assert len(reading.events) == 1
    assert reading.warnings == ()


def test_names_of_any_shape_are_coerced_or_skipped() -> None:
    assert only(name=["a", "b"]).name == "a"
    assert only(name={"@value": "v", "@language": "de"}).name == "v"
    assert only(name="Q&amp;A <b>night</b>").name == "Q&A night"
    assert codes(read('{"@type":"Event","name":[[]],"startDate":"2027-01-01"}')) == ["no_name"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2027-01-01", "2027-01-01"),
        ("2027-01-01T18:00", "2027-01-01T18:00:00-05:00"),
        ("2027-01-01 18:00:00", "2027-01-01T18:00:00-05:00"),
        ("2027-01-01T18:00:00+0100", "2027-01-01T18:00:00+01:00"),
        ("2027-01-01T18:00:00.000Z", "2027-01-01T18:00:00+00:00"),
        ("2027-1-5 6:30 PM", "2027-01-05T18:30:00-05:00"),
        ("January 5, 2027 6:30 pm", "2027-01-05T18:30:00-05:00"),
        ("Tue, 05 Jan 2027 18:30:00 GMT", "2027-01-05T18:30:00+00:00"),
        ("5 Jan 2027", "2027-01-05"),
        (1_800_000_000, "2027-01-15T08:00:00+00:00"),
        (1_800_000_000_000, "2027-01-15T08:00:00+00:00"),
        (20270101, "2027-01-01"),
        (["2027-01-01"], "2027-01-01"),
    ],
)
def test_dates_of_all_kinds_are_read(written: object, expected: str) -> None:
    node = json.dumps({"@type": "Event", "name": "x", "startDate": written})
    event = read(node, timezone="America/New_York").events[0]
    assert event.start_date.isoformat() == expected
    assert event.all_day == (not isinstance(event.start_date, datetime))


@pytest.mark.parametrize(
    "written", ["03/04/2027", "soon", True, None, {}, [], 10**40, "9999-01-01", "0000-01-01", "2027-02-30"]
)
def test_a_date_with_two_meanings_or_none_is_refused(written: object) -> None:
    reading = read(json.dumps({"@type": "Event", "name": "Some day", "startDate": written}), GOOD)
    assert len(reading.events) == 1
    assert codes(reading)[0] in {"no_start", "bad_start"}
    assert reading.warnings[0].detail == "Some day"


def test_places_of_every_shape_are_read() -> None:
    address = {
        "@type": "PostalAddress",
        "streetAddress": "Main St 1",
        "addressLocality": "Boston",
        "addressRegion": "MA",
        "addressCountry": {"@type": "Country", "name": "US"},
        "postalCode": "02101",
    }
    place = only(
        location={
            "@type": "Place",
            "name": "Hall",
            "address": address,
            "geo": {"latitude": "42.3", "longitude": -71},
        }
    )
    assert place.location == ScrapedPlace("Hall", "Main St 1, 02101", "Boston", "MA", "US", 42.3, -71.0)
    assert only(location=address).location == ScrapedPlace(None, "Main St 1, 02101", "Boston", "MA", "US")
    assert only(location="Town Hall").location == ScrapedPlace("Town Hall")
    assert only(
        location=[None, 7, {"@type": "Place", "name": "Hall", "address": "Main St"}]
    ).location == ScrapedPlace("Hall", "Main St")
    assert only(location={"@type": "Place", "geo": {"latitude": 0, "longitude": 0}}).location is None


def test_how_to_attend_follows_the_flag_then_the_kind_of_place() -> None:
    virtual, place = (
        {"@type": "VirtualLocation", "url": "https://x.example"},
        {"@type": "Place", "name": "Hall"},
    )
    assert only(location=virtual).event_attendance_mode == "online"
    assert only(location=[place, virtual]).event_attendance_mode == "mixed"
    assert only(location=place).event_attendance_mode is None
    assert only(location={"@type": "Place", "name": "Online event"}).event_attendance_mode == "online"
    flagged = only(location=virtual, eventAttendanceMode="https://schema.org/OfflineEventAttendanceMode")
    assert flagged.event_attendance_mode == "offline"
    assert only(eventStatus="EventMovedOnline").event_attendance_mode == "online"
    assert only(eventStatus="http://schema.org/EventCancelled").event_status == "EventCancelled"


def test_only_organisations_organise() -> None:
    group = {"@type": "Organization", "name": "Boston Python", "url": "/python"}
    person = {"@type": "Person", "name": "Jo Doe"}
    assert only(organizer=[person, group]).organizer == ScrapedOrganizer(
        name="Boston Python", url="https://example.org/python"
    )
    assert only(organizer=person, performer=person, attendee=[person]).organizer is None
    assert only(organizer="Jo Doe").organizer is None


def test_prices_are_spans_and_free_is_told_or_known() -> None:
    assert only(offers={"price": "0"}).is_accessible_for_free is True
    assert only(offers=[{"price": "$10.50", "priceCurrency": "usd"}, {"price": 20}]).price == ScrapedPrice(
        10.5, 20.0, "USD"
    )
    assert (
        only(offers={"@type": "AggregateOffer", "lowPrice": 0, "highPrice": 5}).is_accessible_for_free is None
    )
    assert only(isAccessibleForFree="http://schema.org/True").is_accessible_for_free is True
    assert only(offers=[[], "x", {"price": "9" * 500}, {"price": -1}, {"price": True}]).price is None


def test_addresses_are_resolved_and_dangerous_ones_dropped() -> None:
    found = only(url="/e/1", image={"@type": "ImageObject", "url": "i.png"})
    assert (found.url, found.image) == ("https://example.org/e/1", "https://example.org/list/i.png")
    assert only(url="javascript:alert(1)", image="data:text/html,x").url is None
    assert only(url="https://exämple.org/").url == "https://exämple.org/"
    assert only(url="http://⒈.⒈.⒈.⒈/").url is None
    assert (
        only(image=["javascript:1", {"url": {"@value": "https://example.org/i.png"}}]).image
        == "https://example.org/i.png"
    )


def test_the_rest_of_an_event_is_read_and_unknown_keys_are_not() -> None:
    found = only(
        endDate="2027-01-01T20:00:00+01:00",
        keywords="Tech, Career",
        inLanguage={"@type": "Language", "alternateName": "en"},
        __proto__={"name": "evil"},
        description="<p>Hello</p>",
    )
    assert (found.keywords, found.in_language, found.description) == (("Tech", "Career"), "en", "Hello")
    assert only(duration="PT90M").end_date.isoformat() == "2027-01-01T19:30:00+01:00"  # type: ignore[union-attr]
    assert only(endDate="2026-01-01T00:00:00Z").end_date is None
    assert only(startDate="2027-01-01", endDate="2027-01-03").end_date == date(2027, 1, 3)


def test_an_event_is_known_by_id_address_identifier_or_name_and_start() -> None:
    assert only(**{"@id": "#a", "url": "/e"}).uid == "https://example.org/list/#a"
    assert only(url="/e").uid == "https://example.org/e"
    assert only(identifier={"@type": "PropertyValue", "value": 7}).uid == "7"
    assert only().uid == only().uid


def test_references_are_followed_and_cycles_end() -> None:
    block = {
        "@graph": [
            {"@type": "Event", "@id": "#a", "name": "A", "startDate": "2027-01-01", "location": {"@id": "#hall"},
             "superEvent": {"@id": "#b"}, "subEvent": [{"@type": "Event", "@id": "#b", "name": "B",
             "startDate": "2027-01-02", "superEvent": {"@id": "#a"}, "subEvent": [{"@id": "#a"}]}]},
            {"@type": "Place", "@id": "#hall", "name": "Hall"},
        ]
    }  # fmt: skip
    reading = read(json.dumps(block))
    assert [event.name for event in reading.events] == ["A", "B"]
    assert reading.events[0].location == ScrapedPlace("Hall")


def test_the_same_event_twice_is_one_and_dates_behind_one_address_are_several() -> None:
    other = GOOD.replace("2027-01-01", "2027-01-08")
    reading = read(GOOD, GOOD, other)
    assert [event.start_date.day for event in reading.events] == [1, 8]
    assert reading.events[1].recurrence_id == "2027-01-08T18:00:00+01:00"


def test_a_simple_schedule_is_expanded() -> None:
    schedule = {
        "@type": "Schedule",
        "startDate": "2027-01-04",
        "endDate": "2027-01-31",
        "repeatFrequency": "P1W",
        "byDay": "https://schema.org/Monday",
        "startTime": "18:00",
        "endTime": "20:00",
        "scheduleTimezone": "Europe/Berlin",
        "exceptDate": ["2027-01-18"],
    }
    reading = read(json.dumps({"@type": "Event", "name": "Weekly", "eventSchedule": schedule}))
    assert [event.start_date.isoformat() for event in reading.events] == [
        "2027-01-04T18:00:00+01:00",
        "2027-01-11T18:00:00+01:00",
        "2027-01-25T18:00:00+01:00",
    ]


def test_bare_documents_and_pages_without_markup_are_told_apart() -> None:
    assert len(jsonld.read(Payload("a.jsonld", GOOD.encode()), context()).events) == 1
    empty = jsonld.read(Payload("a.html", b"<title>Just a moment...</title>"), context())
    assert codes(empty) == ["no_jsonld"]
    assert not empty.complete


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"BEGIN:VCALENDAR\r\n", "ical"),
        ("BEGIN:VCALENDAR\r\n".encode("utf-16"), "ical"),
        (b"\xef\xbb\xbf\n<!doctype html>", "html"),
        (GOOD.encode(), "jsonld"),
        (b'{"events":[]}', "json"),
        (b"[]", "json"),
        (b"<?xml version='1.0'?><rss/>", "feed"),
        (b"", None),
        (b"hello", None),
    ],
)
def test_formats_are_told_by_their_content(body: bytes, kind: str | None) -> None:
    assert detect(body) == kind


def test_an_unknown_format_is_a_warning() -> None:
    assert codes(read_as("pdf", Payload("a", b""), context(), "page")) == ["unknown_format"]


# Plain JSON.


def plain(value: object, **settings: object) -> Reading:
    return plainjson.read(Payload("https://example.org/api", json.dumps(value).encode()), context(**settings))


@pytest.mark.parametrize(
    "wrap", [lambda items: items, lambda items: {"events": items}, lambda items: {"items": items}]
)
@pytest.mark.parametrize("name", ["name", "title"])
@pytest.mark.parametrize("start", ["start", "start_date", "startDate"])
def test_a_plain_list_of_events_reads(wrap: Any, name: str, start: str) -> None:
    reading = plain(wrap([{name: "Python Night", start: "2027-01-01T18:00:00Z", "id": 7}]))
    assert [(event.uid, event.name) for event in reading.events] == [("7", "Python Night")]


def test_an_object_a_line_reads_and_a_cut_line_takes_none_along() -> None:
    lines = b'{"name": "a", "start": "2026-12-01"}\n\n{"name": "b", "start": "2026-12-02"}\n'
    whole = plainjson.read(Payload("a.ndjson", lines), context())
    cut = plainjson.read(Payload("a.ndjson", lines + b'{"name": "c", "sta'), context())
    assert [event.name for event in whole.events] == [event.name for event in cut.events] == ["a", "b"]
    assert (whole.complete, cut.complete) == (True, False)
    assert [warning.code for warning in cut.warnings] == ["bad_json"]


def test_ids_of_other_types_do_not_merge_and_bad_items_are_counted() -> None:
    items = [{"id": each, "name": "x", "start": "2027-01-01"} for each in ("1", 1.0, True, [1], {"a": 1}, "")]
    reading = plain({"events": [*items, None, {}, {"id": None, "name": None, "start": None}]})
    assert {event.uid for event in reading.events} == {"1", reading.events[1].uid}
    assert reading.items_seen == 9
    assert sorted(set(codes(reading))) == ["no_object", "no_start"]


def test_places_and_modes_of_plain_lists_are_read() -> None:
    item = {
        "name": "x",
        "start": "2027-01-01T18:00",
        "timezone": "Europe/Berlin",
        "online": True,
        "url": "/e",
    }
    event = plain([{**item, "venue": {"name": "Hall", "city": "Berlin", "lat": 52.5, "lng": 13.4}}]).events[0]
    assert event.location == ScrapedPlace("Hall", city="Berlin", lat=52.5, lon=13.4)
    assert (event.event_attendance_mode, event.timezone, event.url) == (
        "online",
        "Europe/Berlin",
        "https://example.org/e",
    )


@pytest.mark.parametrize("body", [b"", b"{", b'{"status":"error"}', b"[" * 40_000, b'{"id":1e999}', b"null"])
def test_an_answer_without_a_list_is_a_clean_failure(body: bytes) -> None:
    reading = plainjson.read(Payload("a.json", body), context())
    assert not reading.complete
    assert len(reading.warnings) == 1


ANYTHING = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just("2027-01-01")
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "@type",
                    "@id",
                    "@value",
                    "name",
                    "url",
                    "address",
                    "geo",
                    "latitude",
                    "price",
                    "event",
                    "startDate",
                ]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)
MEMBERS = [
    "name",
    "startDate",
    "endDate",
    "location",
    "organizer",
    "offers",
    "image",
    "keywords",
    "inLanguage",
    "url",
]


@settings(max_examples=300)
@given(
    st.dictionaries(
        st.sampled_from([*MEMBERS, "eventSchedule", "@id", "subEvent", "description", "start"]), ANYTHING
    )
)
def test_no_shape_of_event_raises(members: dict[str, Any]) -> None:
    node = {"@type": "Event", "name": "x", "startDate": "2027-01-01T18:00", "start": "2027-01-01", **members}
    payload = Payload("https://example.org/", json.dumps(node).encode())
    jsonld.read(payload, context(timezone="Asia/Tokyo", window=(NOW, None)))
    plainjson.read(Payload("a", json.dumps([node]).encode()), context())


@settings(max_examples=200)
@given(st.text(max_size=100))
def test_no_text_raises(text: str) -> None:
    read(text)
    for kind in ("html", "jsonld", "json"):
        read_as(kind, Payload("a", text.encode(errors="replace")), context(), "page")
