"""GrowthZone and ChamberMaster: the event calendars of chambers of commerce.

Addresses: `/api/events` on the hosts that the vendor gives its chambers (`business.`, `members.`, `chambermaster.` before
a chamber's own domain), and `/feeds/events.rss` there: published for other sites to show, a feed; the terms are each
chamber's. Their pages (`/events/calendar`, `/events/details/...`) lead there. Traps: times are local and without an offset, so a source needs its zone; nothing says where an event is; the
description is HTML, escaped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar, Final

from scrapers.formats.text import split_url
from scrapers.platform import Access, Payload, Platform, ReadContext, Request
from scrapers.platforms._listing import Draft, Listing, is_json, otherwise
from scrapers.platforms._values import Node, at, host_and_path, identifier
from scrapers.platforms._xml import answer_of, members
from scrapers.records import Reading

_PREFIXES: Final = ("business.", "members.", "member.", "chambermaster.", "web.", "cm.")
_SUFFIXES: Final = (".chambermaster.com", ".growthzoneapp.com")
_PATHS: Final = frozenset({"/api/events", "/feeds/events.rss"})
# The pages that both products make, on the hosts above: /events/calendar/2027-01-01, /events/details/breakfast-1234.
_PAGE: Final = re.compile(
    r"/events(?:/(?:calendar|catgid|details|index|search|category)(?:/.*)?)?/?|/chambercalendar",
    re.IGNORECASE,
)


class GrowthZone(Platform):
    """Chambers of commerce on GrowthZone or ChamberMaster."""

    name: ClassVar[str] = "growthzone"
    label: ClassVar[str] = "GrowthZone"
    rank: ClassVar[int] = 35
    default_access: ClassVar[Access | None] = Access.FEED

    def access(self, url: str) -> Access | None:
        """FEED for the calendar of a chamber, PAGE for the pages that show it."""
        found = host_and_path(url)
        if found is None or not (found[0].startswith(_PREFIXES) or found[0].endswith(_SUFFIXES)):
            return None
        if found[1].lower() in _PATHS:
            return Access.FEED
        # Only the vendor's own hosts are sure to have nothing else at /events.
        sure = found[0].endswith(_SUFFIXES) or found[1].lower().rstrip("/") != "/events"
        return Access.PAGE if sure and _PAGE.fullmatch(found[1]) else None

    def recognises(self, payload: Payload) -> bool:
        head = payload.body[:4_096]
        return (
            self.access(payload.url) is Access.FEED
            or b"<ArrayOfEventDisplay" in head
            or b"<EventDisplay" in head
        )

    def canonical(self, url: str) -> str:
        """The calendar of a chamber, for any other address of its host."""
        found, parts = host_and_path(url), split_url(url)
        if found is None or parts is None or found[1].lower() in _PATHS:
            return url
        return parts._replace(path="/api/events", query="", fragment="").geturl()

    def request(self, url: str, keys: Mapping[str, str]) -> Request:  # noqa: ARG002  no key is needed
        return Request(url, headers={"Accept": "application/xml, text/xml;q=0.9"})

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The events of an `ArrayOfEventDisplay`, in XML or in JSON."""
        if is_json(payload):
            listing = Listing(self.name, payload, context)
            found = listing.json()
            found = found if isinstance(found, list) else at(found, "Events")
        else:
            answer = answer_of(payload)
            if answer is None or answer.name not in {"arrayofeventdisplay", "eventdisplay"}:
                return otherwise(payload, context, self.name)
            listing = Listing(self.name, payload, context, "xml")
            if answer.fault is not None:
                listing.fail("truncated", answer.fault)
            found = [members(each) for each in answer.every("eventdisplay")]
        listing.each(found, lambda item: _event(listing, item))
        return listing.reading()


def _event(listing: Listing, item: Node) -> None:
    node = {key.lower(): value for key, value in item.items()}
    slug = identifier(node.get("slug"))
    listing.event(
        Draft(
            uid=slug or node.get("id") or node.get("eventid"),
            title=node.get("name"),
            start=node.get("startdate"),
            end=node.get("enddate"),
            all_day=str(node.get("isalldayevent")).lower() == "true",
            description=node.get("description"),
            url=f"/events/details/{slug}" if slug and listing.base else None,
        )
    )
