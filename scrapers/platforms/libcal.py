"""LibCal (Springshare): the calendars of public and university libraries, with their job and writing workshops.

Addresses: `{library}.libcal.com/ical_subscribe.php`, `/ical_featured.php`, `/rss.php` and `/event/{id}/ical`, offered for
subscription: feeds. A page links to its calendars by number (`?cid=`) and so leads to their feeds; judell/community-calendar
and rococodogs/node-libcal-events know calendars by it as well. The REST interface (`/1.1/`) and what pages ask for behind the scenes
(`/ajax/`) are closed here. Traps: some libraries ask for ten seconds between requests (robots.txt says so, the client
obeys); the online room is written into LOCATION, and times in UTC although a library has a clock on its wall; `cid=-1` means
all calendars, but not in a subscription.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import ClassVar, Final
from urllib.parse import parse_qsl

from scrapers.formats.text import split_url
from scrapers.platform import Access, Payload, Platform, ReadContext
from scrapers.platforms._listing import in_source_zone, otherwise
from scrapers.platforms._values import host_and_path
from scrapers.records import Reading, ScrapedEvent

_FEED: Final = re.compile(r"/ical_(?:subscribe|featured)\.php|/rss\.php|/event/\d+/ical", re.IGNORECASE)
_CLOSED: Final = re.compile(r"/(?:1\.\d|admin|login|ajax|booking|api_|widget)", re.IGNORECASE)
_NUMBER: Final = re.compile(
    rb"ical_subscribe\.php\?[^\"'<>\s]{0,200}?cid=(\d{2,9})|[?&;](?:amp;)?cid=(\d{2,9})(?!\d)", re.IGNORECASE
)
_MOST_CALENDARS: Final = 12
_UID: Final = re.compile(r"LibCal-(?:\d+-)?(\d+)", re.IGNORECASE)


class LibCal(Platform):
    """Libraries on LibCal."""

    name: ClassVar[str] = "libcal"
    label: ClassVar[str] = "LibCal"
    leads_on: ClassVar[bool] = True

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
        """https, without a fragment; the calendar of an event page, and of a page whose address has its number."""
        parts, found = split_url(url), host_and_path(url)
        if parts is None or found is None:
            return url
        number = dict(parse_qsl(parts.query)).get("cid", "")
        if found[1].lower().startswith("/calendar") and number.isascii() and number.isdigit():
            return _subscription(found[0], number)
        path = f"{found[1]}/ical" if re.fullmatch(r"/event/\d+", found[1]) else parts.path
        return parts._replace(path=path, fragment="").geturl()

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The events of a calendar; of a page, the subscriptions of the calendars that it names in `next`."""
        reading = otherwise(payload, context, self.name)
        events = tuple(_tidied(event, context) for event in reading.events)
        found = _subscriptions(payload, reading.format)
        if not found:
            return replace(reading, events=events)
        # A page without events of its own is no fault: it leads to them.
        return Reading(reading.format, events, next=found, items_seen=len(events) + len(found))


def _subscriptions(payload: Payload, form: str) -> tuple[str, ...]:
    """The feeds of the calendars that a page of a library names, in links to a subscription or to a calendar."""
    found = host_and_path(payload.url)
    if form in {"ical", "rss", "atom"} or found is None or not found[0].endswith(".libcal.com"):
        return ()
    body = payload.body[:2_000_000]
    numbers = [match[1] or match[2] for match in _NUMBER.finditer(body)]
    return tuple(
        _subscription(found[0], number.decode()) for number in list(dict.fromkeys(numbers))[:_MOST_CALENDARS]
    )


def _subscription(host: str, number: str) -> str:
    return f"https://{host}/ical_subscribe.php?src=p&cid={number}"


def _tidied(event: ScrapedEvent, context: ReadContext) -> ScrapedEvent:
    match = _UID.match(event.uid)
    return in_source_zone(replace(event, uid=match[1]) if match else event, context)
