"""Any calendar that is published for subscription: iCalendar under whatever address.

The generic platform of feeds. It knows a calendar by its address or by its bytes; what needs tidying belongs to the
platform of the product.
"""

from __future__ import annotations

import re
from typing import ClassVar, Final

from scrapers.formats import ical
from scrapers.formats.detect import detect
from scrapers.formats.text import split_url
from scrapers.platform import Access, Payload, Platform, ReadContext
from scrapers.records import Reading

_PATH: Final = re.compile(
    r"\.(?:ics|ical|ifb|vcs)/?$|/(?:ical|ics|icalendar|webcal)(?:/|$|\.)|/calendar/ical/|/feed/(?:ics|ical)|ical_subscribe",
    re.IGNORECASE,
)
_QUERY: Final = re.compile(
    r"(?:^|&)(?:ical|ics|outlook-ical|mec-ical-feed|format=(?:ical|ics|icalendar)|output=(?:ical|ics)|feed=(?:ical|ics|tribe_events)"
    r"|type=(?:ical|ics)|export=(?:ical|ics))(?:=1|=true)?(?:&|$)|\.ics(?:&|$)",
    re.IGNORECASE,
)


class Calendars(Platform):
    """iCalendar feeds of no particular product."""

    name: ClassVar[str] = "ical"
    label: ClassVar[str] = "iCalendar feed"
    rank: ClassVar[int] = 80
    is_generic: ClassVar[bool] = True
    text_rank: ClassVar[int] = 3
    default_access: ClassVar[Access | None] = Access.FEED

    def access(self, url: str) -> Access | None:
        """FEED for webcal addresses and those that look like a calendar; None for others, whatever they answer."""
        parts = split_url(url)
        if parts is None:
            return None
        if url.strip().lower().startswith("webcal") or _PATH.search(parts.path) or _QUERY.search(parts.query):
            return Access.FEED
        return None

    def recognises(self, payload: Payload) -> bool:
        """Known by its bytes; a calendar's address with a login page behind it is still a calendar's."""
        if detect(payload.body, payload.content_type) == "ical":
            return True
        return payload.url.lower().endswith((".ics", ".ical")) or self.access(payload.url) is not None

    def canonical(self, url: str) -> str:
        """https for webcal, without a fragment."""
        parts = split_url(url)
        return url if parts is None else parts._replace(fragment="").geturl()

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        return ical.read(payload, context, self.name)
