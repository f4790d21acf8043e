"""Real answers of the platforms, where they are at hand (EVALUATION_DATA names the folder): what a person would note."""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from scrapers import registry
from scrapers.platform import Payload, ReadContext
from scrapers.records import Reading, ScrapedPlace

FIXTURES = Path(os.environ.get("EVALUATION_DATA") or "/nonexistent") / "fixtures"
pytestmark = pytest.mark.skipif(
    not os.environ.get("EVALUATION_DATA"), reason="skipped: EVALUATION_DATA is not set"
)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def read(path: str) -> tuple[str, Reading]:
    """The reading of a file by the platform that recognises it, as `nextcircle read FILE` finds it."""
    payload = Payload(path.rpartition("/")[2], (FIXTURES / path).read_bytes())
    platform = registry.platform_of(payload)
    assert platform is not None
    return platform.name, platform.read(payload, ReadContext("test", NOW, timezone="America/New_York"))


@pytest.mark.parametrize(
    ("path", "platform", "events", "groups"),
    [
        ("bevy/gdg_api_event_60014_detail.json", "bevy", 1, 1),
        ("bevy/gdg_event_slim_for_chapter_0.json", "bevy", 3, 0),
        ("confs-tech/2026_data.json", "confs_tech", 92, 0),
        # One conference stands twice in the file.
        ("confs-tech/2026_general.json", "confs_tech", 45, 0),
        ("confs-tech/2026_networking.json", "confs_tech", 28, 0),
        ("confs-tech/2026_opensource.json", "confs_tech", 33, 0),
        ("developers-events/all-events_sample9.json", "developers_events", 9, 0),
        # A venue without an event.
        ("eventbrite/hackgreenville_api-v3_live-event-in-past-venue.json", "eventbrite", 0, 0),
        ("eventbrite/nht_destination_event_results_2023.json", "eventbrite", 20, 0),
        ("eventbrite/placecal_api-v3_organizer-events_expand-venue_p1.json", "eventbrite", 50, 0),
        ("eventbrite/wjshku_eventsbrite1.json", "eventbrite", 20, 0),
        ("linkedevents/lippupiste_response.json", "linked_events", 1, 0),
        ("localist/northeastern_event_min.json", "localist", 1, 0),
        ("luma/hackgreenville_public-api_response-external-event.json", "luma", 1, None),
        ("mobilize/tassock_v1_events.json", "mobilize", 4, 1),
        ("ocg/groups_search_shape.json", "ocg", 0, 1),
        ("squarespace/format-json.slim.json", "squarespace", 16, 0),
        ("tribe/byday_event.json", "tribe", 1, 0),
        ("wix/wix_events.slim.json", "wix", 13, 0),
        ("calagator/ical_google.ics", "google", None, 0),
    ],
)
def test_a_captured_answer_is_recognised_and_read_whole(
    path: str, platform: str, events: int | None, groups: int | None
) -> None:
    name, reading = read(path)
    assert name == platform
    assert events is None or len(reading.events) == events
    assert groups is None or len(reading.groups) == groups


def test_the_hybrid_devfest_of_jakarta() -> None:
    (event,) = read("bevy/gdg_api_event_60014_detail.json")[1].events
    assert event.start_date.isoformat() == "2023-11-26T08:45:00+07:00"
    assert (event.timezone, event.event_attendance_mode) == ("Asia/Jakarta", "mixed")
    assert event.location is not None
    assert (event.location.name, event.location.city) == ("QBIG BSD City", "Kabupaten Tangerang")
    assert event.organizer is not None
    assert event.organizer.name == "GDG Jakarta"
    # The in-person workshops of the other answer say `is_virtual_event` all the same.
    modes = {each.event_attendance_mode for each in read("bevy/gdg_event_slim_for_chapter_0.json")[1].events}
    assert modes == {"offline"}


def test_the_conferences_of_developers_events() -> None:
    events = {event.name: event for event in read("developers-events/all-events_sample9.json")[1].events}
    assert events["Devoxx France 2027"].start_date == date(2027, 4, 7)
    assert events["Devoxx France 2027"].end_date == date(2027, 4, 9)
    assert events["Devoxx France 2027"].in_language == "fr"
    assert events["Devopsdays Zurich"].location == ScrapedPlace(city="Zurich")
    assert events["DevTalks"].location == ScrapedPlace(country="Romania")
    online = events["AI & Copilot Summit 01.-02. Juni 2027"]
    assert (online.location, online.event_attendance_mode) == (None, "online")


def test_the_conferences_of_confs_tech() -> None:
    found: Counter[str] = Counter()
    for topic in ("data", "general", "networking", "opensource"):
        for event in read(f"confs-tech/2026_{topic}.json")[1].events:
            found[event.uid] += 1
            assert event.all_day
            assert event.event_attendance_mode is not None or event.location is None
            assert event.url is not None
    assert max(found.values()) > 1


def test_no_eventbrite_event_lasts_fourteen_months() -> None:
    _, page = read("eventbrite/organizer-page_2025-05.slim.html")
    assert (
        len(page.events) + sum(warning.code == "series" for warning in page.warnings) == page.items_seen == 24
    )
    _, answer = read("eventbrite/placecal_api-v3_organizer-events_expand-venue_p1.json")
    for event in (*page.events, *answer.events):
        assert isinstance(event.start_date, datetime)
        assert isinstance(event.end_date, datetime)
        assert event.end_date - event.start_date <= timedelta(days=7)
    first = answer.events[0]
    assert first.start_date.isoformat() == "2025-06-10T18:30:00+01:00"
    assert first.location is not None
    assert (first.location.name, first.location.lat) == ("Social Refuge", 53.48422)


def test_no_event_in_dalston_is_in_new_york() -> None:
    _, reading = read("squarespace/format-json.slim.json")
    assert {event.location for event in reading.events} == {None}
    assert {event.timezone for event in reading.events} == {"Europe/London"}
    assert reading.events[0].start_date.isoformat() == "2022-10-26T19:00:00+01:00"
    assert all(
        event.url and event.url.startswith("https://www.vfdalston.com/our-events/")
        for event in reading.events
    )


def test_the_ball_game_does_not_last_until_2067() -> None:
    (event,) = read("tribe/byday_event.json")[1].events
    assert (event.end_date, event.price and event.price.min) == (None, 6.0)
    assert event.location is not None
    assert (event.location.name, event.location.city, event.location.region) == (
        "SunTrust Park",
        "Atlanta",
        "GA",
    )


def test_the_workshops_of_a_wix_site() -> None:
    events = read("wix/wix_events.slim.json")[1].events
    assert {event.timezone for event in events} == {"Europe/London"}
    assert events[0].start_date.isoformat() == "2026-01-21T19:00:00+00:00"
    assert events[0].price is not None
    assert (events[0].price.min, events[0].price.currency) == (25.63, "GBP")


def test_the_timeslots_of_a_monthly_meeting() -> None:
    _, reading = read("mobilize/tassock_v1_events.json")
    assert {event.uid for event in reading.events} == {"22335"}
    assert len({event.recurrence_id for event in reading.events}) == 4
    assert reading.events[0].start_date.isoformat() == "2021-07-28T19:00:00-04:00"


def test_the_finnish_play_of_a_ticket_seller() -> None:
    (event,) = read("linkedevents/lippupiste_response.json")[1].events
    assert (event.name, event.start_date.isoformat()) == ("PIENET JUHLAT", "2020-04-24T19:00:00+03:00")
    assert event.location is not None
    assert event.location.city == "Tampere"


def test_a_luma_entry_of_meetup_keeps_meetups_address() -> None:
    (event,) = read("luma/hackgreenville_public-api_response-external-event.json")[1].events
    assert event.url is not None
    assert event.url.startswith("https://www.meetup.com/")
