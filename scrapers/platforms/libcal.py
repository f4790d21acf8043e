"""LibCal (Springshare): the calendars of public and university libraries, with their job and writing workshops.

Addresses: `{library}.libcal.com/ical_subscribe.php`, `/ical_featured.php`, `/rss.php` and `/event/{id}/ical`, offered for
subscription: feeds. The REST interface (`/1.1/`) needs a contract and is closed here. Traps: some libraries ask for ten
seconds between requests (robots.txt says so, the client obeys); the online room is written into LOCATION, and
times in UTC although a library has a clock on its wall.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import ClassVar, Final

from scrapers.formats.text import split_url
from scrapers.platform import Access, Payload, Platform, ReadContext
from scrapers.platforms._listing import in_source_zone, otherwise
from scrapers.platforms._values import host_and_path
from scrapers.records import Reading, ScrapedEvent

_FEED: Final = re.compile(r"/ical_(?:subscribe|featured)\.php|/rss\.php|/event/\d+/ical", re.IGNORECASE)
_CLOSED: Final = re.compile(r"/(?:1\.\d|admin|login|ajax|booking|api_|widget)", re.IGNORECASE)
_UID: Final = re.compile(r"LibCal-(?:\d+-)?(\d+)", re.IGNORECASE)


class LibCal(Platform):
    """Libraries on LibCal."""

    name: ClassVar[str] = "libcal"
    label: ClassVar[str] = "LibCal"

    def access(self, url: str) -> Access | None:
        """FEED for subscriptions, PAGE for calendar and event pages; the interface behind them is closed."""
        found = host_and_path(url)
        if found is None or not found[0].endswith(".libcal.com"):
            return None
        if _FEED.fullmatch(found[1]):
            return Access.FEED
        return Access.FORBIDDEN if _CLOSED.match(found[1]) else Access.PAGE

    def recognises(self, payload: Payload) -> bool:
        head = payload.body[:8_192]
        return self.access(payload.url) is not None or (
            b"BEGIN:VCALENDAR" in head and (b"PRODID:-//Springshare" in head or b"UID:LibCal-" in head)
        )

    def canonical(self, url: str) -> str:
        """https, without a fragment; the calendar of an event page."""
        parts, found = split_url(url), host_and_path(url)
        if parts is None or found is None:
            return url
        path = f"{found[1]}/ical" if re.fullmatch(r"/event/\d+", found[1]) else parts.path
        return parts._replace(path=path, fragment="").geturl()

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The events of a calendar."""
        reading = otherwise(payload, context, self.name)
        events = tuple(_tidied(event, context) for event in reading.events)
        return replace(reading, events=events)


def _tidied(event: ScrapedEvent, context: ReadContext) -> ScrapedEvent:
    match = _UID.match(event.uid)
    return in_source_zone(replace(event, uid=match[1]) if match else event, context)
