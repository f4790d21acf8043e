"""How fast calendars, pages and feeds are read: `python -m benchmarks.parse` prints one JSON document.

The calendar is read by us and by the bare icalendar library in the same run, and both must find the same events; the
targets stand beside the figures. Payloads are made here, so that the figures need no data and no network.
"""

from __future__ import annotations

import gc
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar

from scrapers.formats import feed, ical, webpage
from scrapers.platform import Payload, ReadContext

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CONTEXT = ReadContext("benchmark", NOW, "Europe/Berlin")
EVENTS = 10_000
ITEMS = 1_000
PAGE_BYTES = 300_000


def main() -> int:
    """Measure and print; 1 where a target is missed or the two readers disagree."""
    results = [calendar(), page(), rss()]
    document = {
        "machine": {
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
            "processors": os.cpu_count(),
        },
        "results": results,
    }
    print(json.dumps(document, indent=2))
    return 0 if all(each["met"] for each in results) else 1


def calendar() -> dict[str, Any]:
    """10,000 events: `read` against the library's parse and the values that a reader takes from it."""
    body = calendar_of(EVENTS)
    payload = Payload("https://example.org/calendar.ics", body, "text/calendar")
    bare_seconds, bare = timed(lambda: bare_events(body), rounds=3)
    seconds, reading = timed(lambda: ical.read(payload, CONTEXT), rounds=5)
    ours = sorted((e.uid, e.name, instant(e.start_date), instant(e.end_date)) for e in reading.events)
    equal = ours == sorted(bare)
    ratio = bare_seconds / seconds
    return {
        "name": "calendar",
        "events": EVENTS,
        "events_per_second": round(EVENTS / seconds),
        "icalendar_version": icalendar.__version__,
        "icalendar_events_per_second": round(EVENTS / bare_seconds),
        "ratio": round(ratio, 2),
        "equal": equal,
        "target": "ratio >= 3 with equal results",
        "met": equal and ratio >= 3,
    }


def page() -> dict[str, Any]:
    """A page of 300 KB with 20 events in JSON-LD, as a listing page has them."""
    body = page_of(PAGE_BYTES)
    seconds, reading = timed(lambda: webpage.read(Payload("https://example.org/", body), CONTEXT), rounds=15)
    return {
        "name": "jsonld_page",
        "bytes": len(body),
        "events": len(reading.events),
        "milliseconds": round(seconds * 1000, 2),
        "target": "< 10 ms",
        "met": seconds < 0.010 and len(reading.events) == 20,
    }


def rss() -> dict[str, Any]:
    """1,000 dated items."""
    body = feed_of(ITEMS)
    seconds, reading = timed(lambda: feed.read(Payload("https://example.org/", body), CONTEXT), rounds=9)
    return {
        "name": "rss",
        "items": ITEMS,
        "bytes": len(body),
        "milliseconds": round(seconds * 1000, 2),
        "target": "< 50 ms",
        "met": seconds < 0.050 and len(reading.events) == ITEMS,
    }


def timed(call: Callable[[], Any], *, rounds: int) -> tuple[float, Any]:
    """The shortest duration of a call after one that warms up, and what it returned: others only add other work."""
    result = call()
    durations = []
    for _ in range(rounds):
        gc.collect()
        begun = time.perf_counter()
        result = call()
        durations.append(time.perf_counter() - begun)
    return min(durations), result


def bare_events(body: bytes) -> list[tuple[str, str, str, str]]:
    """What the library gives, in the shape that is compared."""
    return [
        (
            str(event["UID"]),
            str(event["SUMMARY"]),
            instant(event.decoded("DTSTART")),
            instant(event.decoded("DTEND")),
        )
        for event in icalendar.Calendar.from_ical(body).walk("VEVENT")
    ]


def instant(moment: Any) -> str:
    """A moment in UTC."""
    return str(moment.astimezone(UTC).isoformat())


def calendar_of(count: int) -> bytes:
    """A calendar such as a library or a group publishes: zone, folded description, place, coordinates."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Benchmark//EN", "X-WR-CALNAME:Benchmark"]
    for number in range(count):
        start = datetime(2026, 12, 1, 18, tzinfo=UTC) + timedelta(hours=number % 4_000)
        end = start + timedelta(hours=2)
        lines += [
            "BEGIN:VEVENT",
            f"UID:event-{number}@example.org",
            "DTSTAMP:20261101T120000Z",
            f"DTSTART;TZID=Europe/Berlin:{start:%Y%m%dT%H%M%S}",
            f"DTEND;TZID=Europe/Berlin:{end:%Y%m%dT%H%M%S}",
            f"SUMMARY:Meetup number {number}\\, for everybody",
            "DESCRIPTION:We meet and talk about work\\, code and what comes next.\\nBring some",
            " body along; the room has space for forty people and the coffee is free.",
            f"LOCATION:Room {number % 50}\\, Main Street 1\\, Berlin",
            "GEO:52.5200;13.4050",
            f"URL:https://example.org/events/{number}",
            "CATEGORIES:TECH,CAREER",
            "STATUS:CONFIRMED",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return ("\r\n".join(lines) + "\r\n").encode()


def page_of(size: int) -> bytes:
    """A page of `size` bytes: one block of 20 events between navigation, cards and scripts."""
    events = [
        {
            "@type": "Event",
            "name": f"Career evening {number}",
            "url": f"https://example.org/e/{number}",
            "startDate": f"2026-12-{number + 1:02}T18:00:00+01:00",
            "endDate": f"2026-12-{number + 1:02}T20:00:00+01:00",
            "description": "Talks and networking. " * 20,
            "location": {"@type": "Place", "name": "Hall", "address": {"addressLocality": "Berlin"}},
            "offers": {"@type": "Offer", "price": "0", "priceCurrency": "EUR"},
        }
        for number in range(20)
    ]
    block = json.dumps({"@context": "https://schema.org", "@graph": events})
    card = '<div class="card card--event"><a href="/e/1"><h3 class="card__title">Career evening</h3></a><p>Tuesday</p></div>\n'
    head = f'<!doctype html><html><head><script type="application/ld+json">{block}</script></head><body>'
    filler = card * ((size - len(head) - 14) // len(card))
    return f"{head}{filler}</body></html>".encode()


def feed_of(count: int) -> bytes:
    """An RSS feed with the event module and places, as a university publishes it."""
    items = "".join(
        f"<item><title>Workshop {number} &amp; talk</title><link>https://example.org/w/{number}</link>"
        f"<guid>https://example.org/w/{number}</guid><pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate>"
        f"<description><![CDATA[<p>About <b>work</b> and what comes after.</p>]]></description>"
        f"<ev:startdate>2026-12-{number % 28 + 1:02}T{number % 24:02}:00:00+01:00</ev:startdate>"
        f"<ev:enddate>2026-12-{number % 28 + 1:02}T{number % 24:02}:45:00+01:00</ev:enddate>"
        f"<ev:location>Room {number % 40}</ev:location><category>Career</category>"
        "<georss:point>52.52 13.405</georss:point></item>"
        for number in range(count)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:ev="http://purl.org/rss/1.0/modules/event/" '
        f'xmlns:georss="http://www.georss.org/georss"><channel><title>Events</title>{items}</channel></rss>'
    ).encode()


if __name__ == "__main__":
    sys.exit(main())
