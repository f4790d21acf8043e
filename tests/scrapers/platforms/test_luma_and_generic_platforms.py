"""Luma, and the platforms that are asked last: any calendar, any page."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers import registry
from scrapers.platform import Access, Payload, ReadContext
from scrapers.platforms.luma import Luma

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "platform", "access"),
    [
        ("https://api.luma.com/ics/get?entity=calendar&id=cal-x", "luma", Access.FEED),
        ("https://api2.luma.com/ics/get?entity=discover&id=discplace-x", "luma", Access.FEED),
        ("webcal://api.lu.ma/ics/get?entity=calendar&id=cal-x", "luma", Access.FEED),
        ("https://api.luma.com/discover/get-paginated-events?slug=boston", "luma", Access.PAGE),
        ("https://api.luma.com/insights/x", "luma", Access.FORBIDDEN),
        ("https://public-api.luma.com/v1/x", "luma", Access.FORBIDDEN),
        ("https://luma.com/boston", "luma", Access.PAGE),
        ("https://luma.com/user/x", "luma", Access.FORBIDDEN),
        (
            "https://calendar.google.com/calendar/ical/x%40group.calendar.google.com/public/basic.ics",
            "google",
            Access.FEED,
        ),
        ("webcal://example.org/anything", "ical", Access.FEED),
        ("https://example.org/events/?ical=1", "ical", Access.FEED),
        ("https://example.org/?feed=tribe_events&x=1", "ical", Access.FEED),
        ("https://example.org/export?format=ics", "ical", Access.FEED),
        ("https://example.org/events", "page", Access.PAGE),
        ("https://example.org/musical/", "page", Access.PAGE),
    ],
)
def test_an_address_belongs_to_the_most_specific_platform(url: str, platform: str, access: Access) -> None:
    found = registry.platform_for(url)
    assert found is not None
    assert (found.name, found.access(url)) == (platform, access)


def test_webcal_addresses_are_fetched_over_https() -> None:
    calendars = registry.platform("ical")
    assert calendars is not None
    assert calendars.canonical("webcal://Example.org/a.ics#x") == "https://example.org/a.ics"
    assert Luma().canonical("https://api.lu.ma/ics/get?id=x") == "https://api.luma.com/ics/get?id=x"


def test_a_payload_of_unknown_origin_is_known_by_its_marks() -> None:
    def name(url: str, body: bytes) -> str | None:
        found = registry.platform_of(Payload(url, body))
        return found.name if found else None

    assert name("stdin", b"BEGIN:VCALENDAR\r\nPRODID:-//X//EN\r\n") == "ical"
    assert name("a.ics", b"") == "ical"
    assert name("stdin", b"BEGIN:VCALENDAR\r\nPRODID:-//Meetup//Meetup Calendar 1.0//EN\r\n") == "meetup"
    assert name("page.html", b"<html></html>") == "page"
    assert name("list.json", b"[]") == "page"
    assert name("notes.txt", b"hello") is None


ODD = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.just("2027-01-01T18:00:00Z")),
    lambda inner: st.dictionaries(
        st.sampled_from(["cents", "currency", "mode", "city", "name", "api_id", "latitude"]), inner
    ),
    max_leaves=5,
)


@settings(max_examples=200)
@given(
    st.dictionaries(st.sampled_from(["calendar", "ticket_info", "api_id", "event"]), ODD),
    st.dictionaries(
        st.sampled_from(
            [
                "start_at",
                "end_at",
                "timezone",
                "url",
                "geo_address_info",
                "coordinate",
                "location_type",
                "duration_interval",
            ]
        ),
        ODD,
    ),
)
def test_no_shape_of_entry_raises(entry: dict[str, Any], event: dict[str, Any]) -> None:
    whole = {"event": {"name": "x", "start_at": "2027-01-01T18:00:00Z", **event}, **entry}
    body = json.dumps({"entries": [whole, None, 1]}).encode()
    Luma().read(Payload("https://api.luma.com/calendar/get-items", body), ReadContext("test", NOW))


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"entries":1}', b"<html>", b"BEGIN:VCALENDAR", b"\xff"]
)
def test_no_body_raises(body: bytes) -> None:
    for platform in registry.platforms():
        assert platform.read(Payload("https://example.org/", body), ReadContext("test", NOW)).events == ()
