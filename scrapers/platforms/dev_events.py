"""dev.events: developer conferences and meetups by continent, country and city.

Addresses: `dev.events/rss.xml`, offered for subscription: a feed; `dev.events/{continent}/{country}/{city}` and other
pages carry JSON-LD: pages, whose terms nobody has checked. Traps: `pubDate` of the feed is the day of the event, not of
its publication; the feed says no end and no place.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import ClassVar, Final

from scrapers.formats.detect import detect
from scrapers.platform import Access, Payload, Platform, ReadContext
from scrapers.platforms._listing import Draft, Listing, otherwise
from scrapers.platforms._values import Node, host_and_path
from scrapers.platforms._xml import answer_of, local, members
from scrapers.records import Reading

_HOSTS: Final = frozenset({"dev.events", "www.dev.events"})
_CLOSED: Final = re.compile(r"/(?:api|admin|login|account|go|out)(?:/|$)", re.IGNORECASE)
_MIDNIGHT: Final = re.compile(r"\b00:00(?::00)?\s*(?:GMT|UTC|Z|[+-]00:?00)?$")


class DevEvents(Platform):
    """dev.events."""

    name: ClassVar[str] = "dev_events"
    label: ClassVar[str] = "dev.events"

    def access(self, url: str) -> Access | None:
        """FEED for the feed, PAGE for lists and events."""
        found = host_and_path(url)
        if found is None or found[0] not in _HOSTS:
            return None
        if found[1].endswith(("/rss.xml", "/rss")):
            return Access.FEED
        return Access.FORBIDDEN if _CLOSED.match(found[1]) else Access.PAGE

    def recognises(self, payload: Payload) -> bool:
        head = payload.body[:4_096]
        return self.access(payload.url) is not None or (
            b"<rss" in head and b"<link>https://dev.events" in head.replace(b"www.", b"")
        )

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The events of the feed, or the JSON-LD of a page."""
        if detect(payload.body, payload.content_type) != "feed":
            reading = otherwise(payload, context, self.name)
            return replace(reading, events=tuple(replace(each, organizer=None) for each in reading.events))
        answer = answer_of(payload)
        if answer is None or answer.name != "rss":
            return otherwise(payload, context, self.name)
        listing = Listing(self.name, payload, context, "rss")
        if answer.fault is not None:
            listing.fail("truncated", answer.fault)
        items: list[Node] = []
        for item in answer.every("item"):
            words = [each.text or "" for each in item if local(each) == "category"]
            items.append({**members(item), "words": words})
        listing.each(items, lambda item: _event(listing, item))
        return listing.reading()


def _event(listing: Listing, node: Node) -> None:
    written = str(node.get("pubdate") or "").strip()
    listing.event(
        Draft(
            uid=node.get("guid") or node.get("link"),
            title=node.get("title"),
            start=written,
            # Midnight is how a feed writes a day.
            all_day=_MIDNIGHT.search(written) is not None,
            description=node.get("description"),
            url=node.get("link"),
            words=node["words"],
        )
    )
