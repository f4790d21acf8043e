"""Tockify: the embedded calendars of small organisations, libraries and clubs.

Addresses: `tockify.com/api/feeds/ics/{calendar}`, offered for subscription: a feed; the page `tockify.com/{calendar}`
becomes it. The JSON behind the page is closed. Trap: the page's address may go on with a view (`/monthly`, `/detail/…`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import ClassVar, Final

from scrapers.formats import ical
from scrapers.formats.detect import detect
from scrapers.platform import Access, Payload, Platform, ReadContext
from scrapers.platforms._listing import in_source_zone, otherwise
from scrapers.platforms._people import organisation
from scrapers.platforms._values import host_and_path
from scrapers.records import Reading, ScrapedOrganizer

_HOSTS: Final = frozenset({"tockify.com", "www.tockify.com"})
_FEED: Final = re.compile(r"/api/feeds/(?:ics|rss)/([\w.-]{1,100})", re.IGNORECASE)
_PAGE: Final = re.compile(r"/([\w.-]{1,100})(?:/.*)?")
_RESERVED: Final = frozenset(
    {"api", "i", "tkf2", "login", "signup", "auth", "admin", "account", "blog", "help"}
)


class Tockify(Platform):
    """tockify.com."""

    name: ClassVar[str] = "tockify"
    label: ClassVar[str] = "Tockify"

    def access(self, url: str) -> Access | None:
        """FEED for subscriptions and the pages that become one; the rest is closed."""
        found = host_and_path(url)
        if found is None or found[0] not in _HOSTS:
            return None
        return Access.FEED if _FEED.fullmatch(found[1]) or _calendar_of(found[1]) else Access.FORBIDDEN

    def recognises(self, payload: Payload) -> bool:
        head = payload.body[:8_192]
        return self.access(payload.url) is not None or (
            b"BEGIN:VCALENDAR" in head and b"PRODID:-//Tockify" in head
        )

    def canonical(self, url: str) -> str:
        """The subscription of a calendar."""
        found = host_and_path(url)
        calendar = _calendar_of(found[1]) if found is not None and found[0] in _HOSTS else None
        return f"https://tockify.com/api/feeds/ics/{calendar}" if calendar else url

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The events of a calendar, by the organisation it is named after."""
        if detect(payload.body, payload.content_type) != "ical":
            return otherwise(payload, context, self.name)
        document = ical.parse(payload.body)
        reading = ical.read_document(document, context, self.name)
        match = _FEED.fullmatch((host_and_path(payload.url) or ("", ""))[1])
        title = organisation(document.title)
        organizer = ScrapedOrganizer(uid=match[1] if match else None, name=title) if title else None
        events = (in_source_zone(replace(event, organizer=organizer), context) for event in reading.events)
        return replace(reading, events=tuple(events))


def _calendar_of(path: str) -> str | None:
    match = _PAGE.fullmatch(path)
    return match[1] if match and match[1].lower() not in _RESERVED else None
