"""Google Calendar: the public calendars of clubs, job centres and meetups that have no site of their own.

Addresses: `calendar.google.com/calendar/ical/{id}/public/basic.ics`, published by the owner's own choice: a feed. The
embed frame and the "add" link of a calendar name it too and become its feed. Traps: an address with `/private-…/` holds
a secret and is closed; a calendar that is called like an e-mail address is a person's; one page may embed several
calendars, of which the first counts.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from binascii import Error as Base64Error
from dataclasses import replace
from typing import ClassVar, Final
from urllib.parse import parse_qs, quote, unquote

from scrapers.formats import ical
from scrapers.formats.detect import detect
from scrapers.formats.text import split_url
from scrapers.platform import Access, Payload, Platform, ReadContext
from scrapers.platforms._listing import otherwise
from scrapers.platforms._people import organisation
from scrapers.records import Reading, ScrapedOrganizer

_HOSTS: Final = frozenset({"calendar.google.com", "www.google.com", "google.com"})
_FEED: Final = re.compile(r"/calendar/ical/([^/]+)/public/(?:basic|full)(?:\.ics)?", re.IGNORECASE)
_NAMES_ONE: Final = re.compile(
    r"/calendar(?:/[uhr]/\d+)?(?:/[ur])?(?:/embed|/htmlembed|/render)?/?", re.IGNORECASE
)
_ID: Final = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,200}@[\w.-]{3,200}")


class GoogleCalendar(Platform):
    """Public calendars on calendar.google.com."""

    name: ClassVar[str] = "google"
    label: ClassVar[str] = "Google Calendar"
    # Platforms that keep their calendar at Google come first.
    rank: ClassVar[int] = 10
    is_generic: ClassVar[bool] = True
    terms_url: ClassVar[str | None] = "https://policies.google.com/terms"

    def access(self, url: str) -> Access | None:
        """FEED for public calendars and the addresses that name one; private and other ones are closed."""
        parts = split_url(url)
        if parts is None or parts.hostname not in _HOSTS or not parts.path.startswith("/calendar"):
            return None
        return Access.FEED if _FEED.fullmatch(parts.path) or calendar_id(url) else Access.FORBIDDEN

    def recognises(self, payload: Payload) -> bool:
        head = payload.body[:8_192]
        return self.access(payload.url) is not None or (
            b"BEGIN:VCALENDAR" in head and b"PRODID:-//Google Inc//Google Calendar" in head
        )

    def canonical(self, url: str) -> str:
        """The feed of the calendar that an address names."""
        identifier = calendar_id(url)
        if identifier is None:
            return url
        return f"https://calendar.google.com/calendar/ical/{quote(identifier, safe='')}/public/basic.ics"

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The events of a calendar; its name is their organiser, unless it may be a person's."""
        if detect(payload.body, payload.content_type) != "ical":
            return otherwise(payload, context, self.name)
        document = ical.parse(payload.body)
        reading = ical.read_document(document, context, self.name)
        title = organisation(document.title)
        organizer = ScrapedOrganizer(uid=calendar_id(payload.url), name=title) if title else None
        events = tuple(
            replace(event, uid=event.uid.removesuffix("@google.com"), organizer=organizer)
            for event in reading.events
        )
        return replace(reading, events=events)


def calendar_id(url: str) -> str | None:
    """The id of the public calendar that an address of Google names; None where it names none."""
    parts = split_url(url)
    if parts is None or parts.hostname not in _HOSTS:
        return None
    match = _FEED.fullmatch(parts.path)
    if match is not None:
        return _checked(unquote(match[1]))
    if not _NAMES_ONE.fullmatch(parts.path):
        return None
    query = parse_qs(parts.query)
    written = next((query[key][0] for key in ("src", "cid") if query.get(key)), "")
    return _checked(written) or _decoded(written)


def _checked(identifier: str) -> str | None:
    return identifier if _ID.fullmatch(identifier) else None


def _decoded(written: str) -> str | None:
    try:
        return _checked(urlsafe_b64decode(written + "=" * (-len(written) % 4)).decode())
    except (Base64Error, ValueError):
        return None
