"""python.org: the two calendars of the Python community, conferences and user groups of the whole world.

Addresses: the Google calendars that python.org/events embeds and tells people to subscribe to: feeds. The pages of
python.org/events become them. Traps: LOCATION is a city or an address, written by volunteers; conferences are whole days
whose end is exclusive; one page without a calendar of its own is a page.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Final

from scrapers.formats.text import split_url
from scrapers.platform import Access, Payload, Platform, ReadContext
from scrapers.platforms._listing import otherwise
from scrapers.platforms._values import host_and_path
from scrapers.platforms.google import calendar_id
from scrapers.records import Reading

_CONFERENCES: Final = "j7gov1cmnqr9tvg14k621j7t5c@group.calendar.google.com"
_USER_GROUPS: Final = "3haig2m9msslkpf2tn1h56nn9g@group.calendar.google.com"
_FEED: Final = "https://calendar.google.com/calendar/ical/{}/public/basic.ics"
_PAGES: Final = {
    "/events": _CONFERENCES,
    "/events/python-events": _CONFERENCES,
    "/events/python-user-group": _USER_GROUPS,
}


class PythonOrg(Platform):
    """The calendars of python.org/events."""

    name: ClassVar[str] = "python_org"
    label: ClassVar[str] = "python.org events"
    terms_url: ClassVar[str | None] = "https://www.python.org/about/legal/"

    def access(self, url: str) -> Access | None:
        """FEED for the calendars and the pages that show them whole, PAGE for other pages of python.org/events."""
        if calendar_id(url) in {_CONFERENCES, _USER_GROUPS}:
            return Access.FEED
        found = host_and_path(url)
        if (
            found is None
            or found[0] not in {"www.python.org", "python.org"}
            or not found[1].startswith("/events")
        ):
            return None
        return Access.FEED if found[1] in _PAGES else Access.PAGE

    def recognises(self, payload: Payload) -> bool:
        return self.access(payload.url) is not None or (
            b"X-WR-CALNAME:Python Events Calendar" in payload.body[:8_192]
            or b"X-WR-CALNAME:Python User Group Calendar" in payload.body[:8_192]
        )

    def canonical(self, url: str) -> str:
        """The calendar of an address."""
        found, parts = host_and_path(url), split_url(url)
        if found is None or parts is None:
            return url
        known = calendar_id(url) or (_PAGES.get(found[1]) if found[0].endswith("python.org") else None)
        return _FEED.format(known.replace("@", "%40")) if known in {_CONFERENCES, _USER_GROUPS} else url

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The events of a calendar."""
        reading = otherwise(payload, context, self.name)
        events = tuple(
            replace(
                event, uid=event.uid.removesuffix("@google.com"), keywords=("Python", *event.keywords)[:50]
            )
            for event in reading.events
        )
        return replace(reading, events=events)
