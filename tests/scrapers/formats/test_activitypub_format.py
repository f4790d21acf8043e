"""ActivityStreams in, records out; nothing about people."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.formats import activitypub
from scrapers.formats.detect import detect
from scrapers.platform import Payload, ReadContext
from scrapers.records import Reading, ScrapedEvent

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def read(value: Any) -> Reading:
    payload = Payload("https://example.org/outbox", json.dumps(value).encode())
    return activitypub.read(payload, ReadContext("test", NOW))


def only(**members: Any) -> ScrapedEvent:
    reading = read({"type": "Event", "name": "A", "startTime": "2027-01-01T18:00:00Z", **members})
    assert len(reading.events) == 1, reading
    return reading.events[0]


@pytest.mark.parametrize(
    ("members", "mode"),
    [
        ({"isOnline": True}, "online"),
        ({"isOnline": True, "location": {"type": "Place", "name": "Hall"}}, "mixed"),
        ({"isOnline": False, "location": {"type": "Place", "name": "Hall"}}, "offline"),
        ({"isOnline": False}, None),
        ({"location": {"type": "Place", "name": "Hall"}}, None),
        ({"location": {"type": "VirtualLocation", "url": "https://example.org"}}, "online"),
        ({"location": [{"type": "Place", "name": "Hall"}, {"type": "VirtualLocation"}]}, "mixed"),
        ({"location": "https://zoom.us/j/1"}, "online"),
        ({}, None),
    ],
)
def test_online_and_in_person_follow_from_evidence_only(members: dict[str, Any], mode: str | None) -> None:
    assert only(**members).event_attendance_mode == mode


@pytest.mark.parametrize(
    ("actor", "name"),
    [
        ({"type": "Group", "name": "Club", "id": "https://example.org/@club"}, "Club"),
        ({"type": "Organization", "preferredUsername": "club"}, "club"),
        ({"type": "Person", "name": "Ada"}, None),
        ("https://example.org/@who", None),
        ([{"type": "Person", "name": "Ada"}, {"type": "Group", "name": "Club"}], "Club"),
    ],
)
def test_only_a_group_is_an_organizer(actor: Any, name: str | None) -> None:
    organizer = only(attributedTo=actor).organizer
    assert (organizer.name if organizer else None) == name


def test_a_cancelled_event_is_marked_and_a_local_time_is_of_its_zone() -> None:
    event = only(
        **{"ical:status": "CANCELLED", "startTime": "2027-01-01T18:00:00", "timezone": "Europe/Paris"}
    )
    assert event.event_status == "EventCancelled"
    assert (event.start_date, event.timezone) == (datetime(2027, 1, 1, 17, tzinfo=UTC), "Europe/Paris")


def test_a_collection_is_read_activity_by_activity_and_names_its_next_page() -> None:
    event = {"type": "Event", "name": "A", "id": "https://example.org/1", "startTime": "2027-01-01"}
    page = {
        "type": "OrderedCollectionPage",
        "orderedItems": [
            {"type": "Create", "object": event},
            None,
            {"type": "Like", "object": event},
            {"type": "Event"},
        ],
        "next": "https://example.org/outbox?page=2",
    }
    reading = read(page)
    assert [each.start_date for each in reading.events] == [date(2027, 1, 1)]
    assert (reading.items_seen, reading.next, reading.complete) == (
        2,
        ("https://example.org/outbox?page=2",),
        False,
    )
    assert read({**page, "next": "http://127.0.0.1/x"}).next == ()
    assert read({**page, "next": "https://example.org/outbox"}).next == ()


def test_an_empty_collection_is_complete_and_a_bare_actor_is_not() -> None:
    assert read({"type": "OrderedCollection", "orderedItems": []}).complete
    assert not read({"type": "Application", "name": "instance"}).complete


def test_activity_streams_are_told_from_json_ld() -> None:
    assert detect(b'{"@context":"https://www.w3.org/ns/activitystreams","type":"Event"}') == "activitypub"
    assert detect(b'{"@context":"https://schema.org","@type":"Event"}') == "jsonld"


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["Event", "2027-01-01", "https://a.example"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "object",
                    "orderedItems",
                    "name",
                    "startTime",
                    "endTime",
                    "location",
                    "address",
                    "tag",
                    "attachment",
                    "url",
                    "first",
                    "next",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=200)
@given(VALUES)
def test_no_value_makes_the_reader_raise(value: Any) -> None:
    assert isinstance(
        read({"type": "Event", "name": "A", "startTime": "2027-01-01", "location": value, "url": value}),
        Reading,
    )
    assert isinstance(read(value), Reading)
