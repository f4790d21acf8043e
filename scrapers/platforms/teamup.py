"""Teamup: shared calendars of clubs, makerspaces and community centres.

Addresses: `ics.teamup.com/feed/{key}/{calendar}.ics`, the subscription that Teamup offers of a calendar (`0` for all of it):
a feed; the page for people is `teamup.com/{key}`. Public readers of the form: geeksforsocialchange/PlaceCal and
geeksforsocialchange/pan_cal. Traps: a key that begins with `ks` may be read by anybody who has it, so only those that
are published are sources.
"""

from __future__ import annotations

import re
from typing import ClassVar, Final

from scrapers.platform import Access, Payload, Platform, ReadContext
from scrapers.platforms._listing import otherwise
from scrapers.platforms._values import host_and_path
from scrapers.records import Reading

_FEED: Final = re.compile(r"/feed/(ks[a-z0-9]{8,30})/(\d+)\.ics", re.IGNORECASE)
_PAGE: Final = re.compile(r"/(ks[a-z0-9]{8,30})(?:/.*)?", re.IGNORECASE)
_FEED_HOST: Final = "ics.teamup.com"
_PAGE_HOSTS: Final = frozenset({"teamup.com", "www.teamup.com"})


class Teamup(Platform):
    """Calendars on Teamup."""

    name: ClassVar[str] = "teamup"
    label: ClassVar[str] = "Teamup"
    terms_url: ClassVar[str | None] = "https://www.teamup.com/tos/"

    def access(self, url: str) -> Access | None:
        """FEED for subscriptions, PAGE for the calendar as people see it."""
        found = host_and_path(url)
        if found is None:
            return None
        if found[0] == _FEED_HOST:
            return Access.FEED if _FEED.fullmatch(found[1]) else Access.FORBIDDEN
        return Access.PAGE if found[0] in _PAGE_HOSTS and _PAGE.fullmatch(found[1]) else None

    def recognises(self, payload: Payload) -> bool:
        head = payload.body[:8_192]
        return self.access(payload.url) is not None or (
            b"BEGIN:VCALENDAR" in head and b"PRODID:-//TeamUp Solutions" in head
        )

    def canonical(self, url: str) -> str:
        """The subscription of a whole calendar, for its page."""
        found = host_and_path(url)
        page = _PAGE.fullmatch(found[1]) if found is not None and found[0] in _PAGE_HOSTS else None
        return f"https://{_FEED_HOST}/feed/{page[1]}/0.ics" if page else url

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        return otherwise(payload, context, self.name)
