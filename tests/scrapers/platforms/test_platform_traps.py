"""The traps of each platform: what its answers say that is not so, and what a person would write down instead."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from scrapers import registry
from scrapers.platform import Access
from scrapers.records import Reading
from tests.scrapers.platforms.readings import codes, linked, only, read

# Times.


def test_an_end_in_2067_is_no_end() -> None:
    event = {
        "id": 1,
        "title": "X",
        "utc_start_date": "2026-12-05 00:00:00",
        "utc_end_date": "2067-02-26 06:00:00",
        "start_date": "2026-12-04 18:00:00",
        "timezone": "America/Chicago",
    }
    reading = read("tribe", {"events": [event], "rest_url": "https://x.example.org/wp-json/tribe/events/v1/"})
    assert only(reading).end_date is None
    assert codes(reading) == ["implausible_end"]


def test_a_tribe_event_is_at_its_utc_time_on_its_own_clock() -> None:
    event = {
        "id": 1,
        "title": "X",
        "start_date": "2026-12-04 18:00:00",
        "utc_start_date": "2026-12-05 00:00:00",
        "timezone": "America/Chicago",
    }
    assert only(read("tribe", event)).start_date.isoformat() == "2026-12-04T18:00:00-06:00"
    offset = only(read("tribe", {**event, "utc_start_date": None, "timezone": "UTC+5.5"}))
    assert offset.start_date.isoformat() == "2026-12-04T18:00:00+05:30"


@pytest.mark.parametrize(
    ("cost", "free"), [("", None), ("Free", True), ("$0", True), ("$6.00", False), ("$0 – $15", None)]
)
def test_a_tribe_cost_says_free_only_in_words(cost: str, free: bool | None) -> None:
    event = {"id": 1, "title": "X", "start_date": "2026-12-04 18:00:00", "cost": cost}
    assert only(read("tribe", event)).is_accessible_for_free is free


def test_a_series_of_fourteen_months_is_no_event() -> None:
    def event(**members: Any) -> dict[str, Any]:
        return {
            "id": "77",
            "name": {"text": "Quiz"},
            "start": {"utc": "2024-10-03T18:00:00Z", "timezone": "Europe/London"},
            **members,
        }

    url = "https://www.eventbriteapi.com/v3/organizers/1/events/"
    long = event(end={"utc": "2025-12-18T22:00:00Z"})
    reading = read("eventbrite", {"events": [long], "pagination": {}}, url)
    assert reading.events == ()
    assert codes(reading) == ["series"]
    assert reading.next == ("https://www.eventbriteapi.com/v3/series/77/events/",)
    assert read("eventbrite", {"events": [event(is_series_parent=True)]}, url).events == ()
    assert len(read("eventbrite", {"events": [event(end={"utc": "2024-10-05T22:00:00Z"})]}, url).events) == 1


def test_a_series_in_a_saved_eventbrite_page_is_no_event() -> None:
    node = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": "Quiz",
        "startDate": "2024-10-03T19:00:00+0100",
    }
    assert read("eventbrite", {**node, "endDate": "2025-12-18T22:00:00+0000"}).events == ()
    assert len(read("eventbrite", {**node, "endDate": "2024-10-03T22:00:00+0100"}).events) == 1


def test_a_linked_super_event_frames_its_sub_events() -> None:
    assert linked(super_event_type="recurring").events == ()
    assert linked(super_event_type="umbrella").events == ()
    found = linked(
        super_event_type="recurring",
        sub_events=[
            {"id": "helsinki:1", "start_time": "2026-12-15T14:00:00Z"},
            {"@id": "https://api.hel.fi/x"},
        ],
    )
    assert [(event.uid, event.name) for event in found.events] == [("helsinki:1", "X")]
    sub = linked(
        super_event={"@id": "https://api.hel.fi/linkedevents/v1/event/helsinki:s/"}, super_event_type=None
    )
    assert len(sub.events) == 1


def test_a_linked_event_without_an_hour_is_a_day() -> None:
    found = only(linked(start_time="2026-12-01T22:00:00Z", has_start_time=False))
    assert found.start_date == date(2026, 12, 2)


def test_a_mobilizon_event_is_on_the_clock_of_its_zone() -> None:
    element = {"uuid": "u", "title": "X", "beginsOn": "2026-12-05T13:00:00Z", "endsOn": None}

    def start(**members: Any) -> str:
        found = only(
            read("mobilizon", {"data": {"searchEvents": {"total": 1, "elements": [{**element, **members}]}}})
        )
        return found.start_date.isoformat()

    assert start(options={"timezone": "Europe/Paris"}) == "2026-12-05T14:00:00+01:00"
    assert start(options={}, physicalAddress={"timezone": "America/Montreal"}) == "2026-12-05T08:00:00-05:00"
    assert start(options={"timezone": "Nowhere/Else"}) == "2026-12-05T13:00:00+00:00"


def ticketmaster(**start: Any) -> Reading:
    event = {"id": "v1", "name": "X", "dates": {"start": start, "timezone": "America/New_York"}}
    return read(
        "ticketmaster",
        {"_embedded": {"events": [event]}, "page": {"number": 0, "totalPages": 1, "size": 200}},
    )


def test_a_date_to_be_announced_is_no_date() -> None:
    for flag in ("dateTBA", "dateTBD"):
        reading = ticketmaster(localDate="2027-12-31", **{flag: True})
        assert reading.events == ()
        assert codes(reading) == ["no_start"]


def test_a_time_to_be_announced_leaves_a_day() -> None:
    assert only(ticketmaster(localDate="2026-12-12", timeTBA=True)).start_date == date(2026, 12, 12)
    assert only(ticketmaster(localDate="2026-12-12")).all_day
    found = only(ticketmaster(localDate="2026-12-12", localTime="19:30:00"))
    assert found.start_date.isoformat() == "2026-12-12T19:30:00-05:00"


def test_ticketmaster_has_no_page_beyond_the_thousandth_event() -> None:
    def following(number: int) -> tuple[str, ...]:
        value = {"_embedded": {"events": []}, "page": {"number": number, "totalPages": 12, "size": 200}}
        return read(
            "ticketmaster", value, "https://app.ticketmaster.com/discovery/v2/events.json?apikey=s3cret"
        ).next

    assert following(3) == ("https://app.ticketmaster.com/discovery/v2/events.json?page=4",)
    assert following(4) == ()


def test_dev_events_publishes_the_day_of_the_event() -> None:
    def feed(when: str) -> bytes:
        item = f"<item><title>X</title><link>https://dev.events/x</link><pubDate>{when}</pubDate></item>"
        return f"<?xml version='1.0'?><rss version='2.0'><channel>{item}</channel></rss>".encode()

    assert only(read("dev_events", feed("Wed, 10 Mar 2027 00:00:00 GMT"))).start_date == date(2027, 3, 10)
    assert not only(read("dev_events", feed("Wed, 10 Mar 2027 18:30:00 +0100"))).all_day


def test_a_localist_recurrence_is_its_instances() -> None:
    event = {
        "id": 1,
        "title": "X",
        "first_date": "2026-12-01",
        "last_date": "2027-12-01",
        "event_instances": [
            {"event_instance": {"start": f"2026-12-0{day}T18:00:00-05:00", "end": None}} for day in (1, 8)
        ],
    }
    reading = read("localist", {"events": [{"event": event}], "page": {"current": 1, "total": 1}})
    assert [str(found.start_date)[:10] for found in reading.events] == ["2026-12-01", "2026-12-08"]
    assert all(found.recurrence_id for found in reading.events)


def test_localists_pages_end_with_an_empty_one() -> None:
    url = "https://calendar.example.edu/api/2/events?pp=100"
    event = {"event": {"id": 1, "title": "X", "event_instances": []}}
    assert read("localist", {"events": [event], "page": {"current": 1, "total": 240}}, url).next == (
        f"{url}&page=2",
    )
    assert read("localist", {"events": [], "page": {"current": 3, "total": 240}}, url).next == ()


def test_a_wix_event_without_a_date_waits_for_one() -> None:
    event = {
        "id": "1",
        "title": "X",
        "scheduling": {"config": {"scheduleTbd": True, "startDate": "2027-01-01T00:00:00Z"}},
    }
    page = {
        "appsWarmupData": {"140603ad-af8d-84a5-2c80-a0f60cb47351": {"w": {"events": {"events": [event]}}}}
    }
    reading = read("wix", page)
    assert (reading.events, codes(reading), reading.items_seen) == ((), ["no_start"], 1)


def test_open_event_database_knows_more_than_gatherings() -> None:
    def feature(what: str, kind: str = "scheduled") -> dict[str, Any]:
        return {
            "type": "Feature",
            "geometry": None,
            "properties": {"what": what, "type": kind, "label": what, "start": "2026-12-05"},
        }

    features = [
        feature("traffic.jam"),
        feature("weather.storm"),
        feature("culture.talk"),
        feature("culture.talk", "observed"),
    ]
    assert [
        e.name
        for e in read("open_event_database", {"type": "FeatureCollection", "features": features}).events
    ] == ["culture.talk"]


# People, privacy, pages.


@pytest.mark.parametrize(
    ("organizer", "kept"),
    [
        ("Burke Connolly", False),
        ("Dr. Anna-Maria O'Neill", False),
        ("J. R. Smith", False),
        ("pat@example.org", False),
        ("tcit", False),
        ("PAT PERSON", False),
        ("Ronald McDonald", False),
        ("PyData Prague", True),
        ("MLB", True),
        ("Springfield Chamber of Commerce", True),
        ("Queer Lit & Social Refuge", True),
        ("GDG Jakarta", True),
        ("Boston Public Library", True),
        ("London Drawing Group", True),
    ],
)
def test_an_organiser_that_may_be_a_person_is_dropped(organizer: str, kept: bool) -> None:
    event = {
        "id": 1,
        "title": "X",
        "start_date": "2026-12-04 18:00:00",
        "organizer": [{"id": 9, "organizer": organizer}],
    }
    found = only(read("tribe", event)).organizer
    assert (found is not None) is kept


def test_a_mobilizon_profile_is_no_organiser() -> None:
    element = {"uuid": "u", "title": "X", "beginsOn": "2026-12-05T13:00:00Z"}
    person = {
        **element,
        "attributedTo": {"__typename": "Person", "name": "Pat Person", "preferredUsername": "pat"},
    }
    assert only(read("mobilizon", {"data": {"searchEvents": {"elements": [person]}}})).organizer is None


def test_what_is_not_public_is_not_read() -> None:
    start = "2026-12-05T13:00:00Z"
    assert (
        read(
            "ocg", {"events": [{"event_id": "1", "name": "X", "starts_at": 1797030000, "test_event": True}]}
        ).events
        == ()
    )
    assert (
        read(
            "eventbrite",
            {"events": [{"id": "1", "name": {"text": "X"}, "start": {"utc": start}, "listed": False}]},
        ).events
        == ()
    )
    assert (
        read(
            "discourse", {"events": [{"id": 1, "name": "X", "starts_at": start, "status": "private"}]}
        ).events
        == ()
    )
    assert (
        read(
            "mobilize",
            {
                "data": [
                    {
                        "id": 1,
                        "title": "X",
                        "visibility": "PRIVATE",
                        "timeslots": [{"start_date": 1796918400}],
                    }
                ]
            },
        ).events
        == ()
    )
    assert (
        read(
            "pretix", {"results": [{"slug": "x", "name": "X", "date_from": start, "is_public": False}]}
        ).events
        == ()
    )
    assert (
        read("bevy", {"results": [{"id": 1, "title": "X", "start_date": start, "is_hidden": True}]}).events
        == ()
    )
    assert (
        read(
            "tribe", {"events": [{"id": 1, "title": "X", "start_date": "2026-12-05", "status": "private"}]}
        ).events
        == ()
    )


def test_further_pages_are_on_the_same_host_and_hold_no_key() -> None:
    url = "https://api.mobilize.us/v1/events"
    assert (
        read("mobilize", {"data": [], "next": "https://evil.example.org/v1/events?cursor=1"}, url).next == ()
    )
    assert read("mobilize", {"data": [], "next": "javascript:alert(1)"}, url).next == ()
    assert read("mobilize", {"data": [], "next": url}, url).next == ()
    assert read("mobilize", {"data": [], "next": f"{url}?cursor=1"}, url).next == (f"{url}?cursor=1",)
    agenda = "https://api.openagenda.com/v2/agendas/5/events?key=s3cret&size=300"
    (following,) = read("openagenda", {"events": [{"uid": 1}], "after": [17, "x y"]}, agenda).next
    assert "s3cret" not in following
    assert following.endswith("size=300&after%5B%5D=17&after%5B%5D=x+y")


def test_bevys_sitemap_leads_to_the_months_to_come_and_their_events() -> None:
    def sitemap(*urls: str) -> Reading:
        body = "".join(f"<sitemap><loc>https://gdg.community.dev{url}</loc></sitemap>" for url in urls)
        return read(
            "bevy",
            f"<?xml version='1.0'?><sitemapindex>{body}</sitemapindex>".encode(),
            "https://gdg.community.dev/sitemap.xml",
        )

    found = sitemap(
        "/sitemap-events-2026-10.xml",
        "/sitemap-events-2026-11.xml",
        "/sitemap-events-2027-01.xml",
        "/api/event/1/",
        "/u/x/",
    )
    assert [url.rpartition("/")[2] for url in found.next] == [
        "sitemap-events-2026-11.xml",
        "sitemap-events-2027-01.xml",
    ]
    bevy = registry.platform("bevy")
    assert bevy is not None
    assert all(bevy.access(url) is Access.PAGE for url in found.next)


def test_an_xml_bomb_is_not_expanded() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><ArrayOfEventDisplay><EventDisplay><Name>&b;</Name><StartDate>2026-12-10T17:30:00</StartDate></EventDisplay></ArrayOfEventDisplay>'
    for name in ("growthzone", "bevy", "dev_events"):
        assert read(name, bomb).events == ()
        assert read(name, bomb.decode().encode("utf-16")).events == ()


def test_a_luma_entry_of_another_site_keeps_its_address() -> None:
    event = {
        "api_id": "evt-1",
        "name": "X",
        "start_at": "2026-12-05T13:00:00Z",
        "url": "https://www.meetup.com/x/events/1/",
    }
    found = only(read("luma", {"entries": [{"event": event, "platform": "external"}]}))
    assert found.url == "https://www.meetup.com/x/events/1/"


def test_only_the_window_is_read_and_only_so_many() -> None:
    events = [{"id": day, "title": "X", "start_date": f"2026-12-{day:02} 10:00:00"} for day in range(1, 21)]
    window = (datetime(2026, 12, 5, tzinfo=UTC), datetime(2026, 12, 8, tzinfo=UTC))
    assert [e.uid for e in read("tribe", {"events": events}, window=window).events] == ["5", "6", "7"]
    capped = read("tribe", {"events": events}, max_events=3)
    assert (len(capped.events), capped.complete, codes(capped), capped.items_seen) == (
        3,
        False,
        ["events_capped"],
        20,
    )
