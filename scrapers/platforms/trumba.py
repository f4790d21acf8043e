"""Trumba: the calendars of cities, universities and libraries, each in several formats.

Addresses: `www.trumba.com/calendars/{calendar}.ics`, `.rss`, `.json`, offered for subscription: feeds; the calendar's
bare address becomes its `.ics`. Traps: LOCATION is a link in HTML, or holds the address behind the venue's name; whole
days are spread over several events where the calendar repeats them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import ClassVar, Final

from scrapers.formats.text import name, split_url
from scrapers.platform import Access, Payload, Platform, ReadContext
from scrapers.platforms._listing import otherwise
from scrapers.platforms._values import host_and_path
from scrapers.records import Reading, ScrapedEvent

_HOSTS: Final = frozenset({"www.trumba.com", "trumba.com", "eventactions.trumba.com"})
_CALENDAR: Final = re.compile(r"/calendars/([\w.-]{1,120}?)(\.(?:ics|rss|json|xml))?", re.IGNORECASE)
_UID: Final = re.compile(r"https?://uid\.trumba\.com/event/(\w+)", re.IGNORECASE)


class Trumba(Platform):
    """trumba.com."""

    name: ClassVar[str] = "trumba"
    label: ClassVar[str] = "Trumba"

    def access(self, url: str) -> Access | None:
        """FEED for calendars; the rest of trumba.com is closed."""
        found = host_and_path(url)
        if found is None or found[0] not in _HOSTS:
            return None
        return Access.FEED if _CALENDAR.fullmatch(found[1]) else Access.FORBIDDEN

    def recognises(self, payload: Payload) -> bool:
        head = payload.body[:8_192]
        return self.access(payload.url) is not None or (
            b"BEGIN:VCALENDAR" in head and b"TRUMBA" in head.upper()
        )

    def canonical(self, url: str) -> str:
        """The iCalendar form of a calendar that is named without a format."""
        found, parts = host_and_path(url), split_url(url)
        match = _CALENDAR.fullmatch(found[1]) if found is not None and found[0] in _HOSTS else None
        if match is None or parts is None:
            return url
        form = match[2] or ".ics"
        return parts._replace(
            netloc="www.trumba.com", path=f"/calendars/{match[1]}{form}", fragment=""
        ).geturl()

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The events of a calendar."""
        reading = otherwise(payload, context, self.name)
        return replace(reading, events=tuple(_tidied(event) for event in reading.events))


def _tidied(event: ScrapedEvent) -> ScrapedEvent:
    match = _UID.match(event.uid)
    place = event.location
    if place is not None and place.name is not None:
        place = replace(place, name=name(place.name) or None)
    return replace(event, uid=match[1] if match else event.uid, location=place)
