"""An event from midnight to midnight is one of days, in every format, and so is one that its source calls all-day."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from scrapers.formats.detect import detect, read_as
from scrapers.platform import Payload, ReadContext
from scrapers.records import ScrapedEvent

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MARK = "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"


def only(body: bytes, zone: str = "Europe/Berlin") -> ScrapedEvent:
    form = detect(body)
    assert form is not None
    [event] = read_as(
        form, Payload("https://example.org/", body), ReadContext("test", NOW, zone), "page"
    ).events
    return event


def in_a_calendar(*lines: str, zone: str = "Europe/Berlin") -> ScrapedEvent:
    body = "\r\n".join(
        [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "BEGIN:VEVENT",
            "UID:1",
            "SUMMARY:Fair",
            *lines,
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ]
    )
    return only(body.encode(), zone)


def on_a_page(start: str, end: str) -> ScrapedEvent:
    event = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": "Fair",
        "startDate": start,
        "endDate": end,
    }
    return only(f'<script type="application/ld+json">{json.dumps(event)}</script>'.encode())


def days(event: ScrapedEvent) -> tuple[object, object]:
    assert event.all_day
    return event.start_date, event.end_date


@pytest.mark.parametrize(
    ("lines", "first", "last"),
    [
        (("DTSTART;TZID=Europe/Berlin:20270401T000000", "DTEND;TZID=Europe/Berlin:20270402T000000"), 1, 1),
        (("DTSTART;TZID=Europe/Berlin:20270401T000000", "DTEND;TZID=Europe/Berlin:20270404T000000"), 1, 3),
        (("DTSTART:20270401T000000", "DURATION:P1D"), 1, 1),
        (("DTSTART:20270331T220000Z", "DTEND:20270401T220000Z", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"), 1, 1),
        (("DTSTART:20270401T000000Z", "DTEND:20270403T000000Z", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"), 1, 2),
        (("DTSTART:20270401T000000", "X-FUNAMBOL-ALLDAY:1"), 1, 1),
    ],
)
def test_a_calendar_says_it_by_its_times_or_by_a_mark(lines: tuple[str, ...], first: int, last: int) -> None:
    assert days(in_a_calendar(*lines)) == (date(2027, 4, first), date(2027, 4, last))


def test_the_day_on_which_clocks_change_is_a_day() -> None:
    spring = in_a_calendar(
        "DTSTART;TZID=Europe/Berlin:20270328T000000", "DTEND;TZID=Europe/Berlin:20270329T000000"
    )
    assert days(spring) == (date(2027, 3, 28), date(2027, 3, 28))


def test_the_mark_means_the_midnight_of_the_zone_that_it_was_made_in() -> None:
    marked = in_a_calendar("DTSTART:20270401T050000Z", "DTEND:20270402T050000Z", MARK, zone="UTC")
    assert days(marked) == (date(2027, 4, 1), date(2027, 4, 1))


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:20270401T000000", "DTEND:20270401T060000"),
        ("DTSTART:20270401T180000", "DTEND:20270402T180000"),
        ("DTSTART:20270401T090000", "DTEND:20270401T170000", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"),
        ("DTSTART:20270401T180000", "DTEND:20270401T200000", "X-MICROSOFT-CDO-ALLDAYEVENT:FALSE"),
        ("DTSTART:20270401T000000",),
    ],
)
def test_other_times_stay_times(lines: tuple[str, ...]) -> None:
    assert not in_a_calendar(*lines).all_day


def test_each_date_of_a_series_is_a_day() -> None:
    body = (
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Fair\r\nDTSTART:20270401T000000\r\n"
        b"DTEND:20270402T000000\r\nRRULE:FREQ=MONTHLY;COUNT=2\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    events = read_as("ical", Payload("a.ics", body), ReadContext("test", NOW, "Europe/Berlin"), "ical").events
    assert [event.start_date for event in events] == [date(2027, 4, 1), date(2027, 5, 1)]
    assert len({event.recurrence_id for event in events}) == 2


def test_a_page_may_end_the_day_a_second_before_midnight() -> None:
    event = on_a_page("2027-04-01T00:00:00+02:00", "2027-04-02T23:59:59+02:00")
    assert days(event) == (date(2027, 4, 1), date(2027, 4, 2))
    assert not on_a_page("2027-04-01T18:00:00+02:00", "2027-04-01T23:59:59+02:00").all_day
