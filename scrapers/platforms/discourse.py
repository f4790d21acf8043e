"""Discourse: the events that communities post in their forums (calendar and event plugin).

Addresses: `/discourse-post-event/events.ics` and `.json` on any forum; `/upcoming-events` becomes the latter. The calendar
is offered for subscription: a feed; the terms are each forum's. Traps: the calendar often has no end (DTEND); invitees and
authors are people; private events stand in the answer for those who may see them.
"""

from __future__ import annotations

import re
from typing import ClassVar, Final

from scrapers.formats.text import split_url
from scrapers.platform import Access, Payload, Platform, ReadContext
from scrapers.platforms._listing import Draft, Listing, is_json, otherwise
from scrapers.platforms._places import place_of
from scrapers.platforms._values import Node, at, host_and_path, identifier
from scrapers.records import Reading

_LISTING: Final = re.compile(r"(?:/[\w-]+)?/discourse-post-event/events(?:\.json|\.ics)?", re.IGNORECASE)
_UPCOMING: Final = re.compile(r"/upcoming-events(?:/.*)?", re.IGNORECASE)


class Discourse(Platform):
    """Forums on Discourse with its event plugin."""

    name: ClassVar[str] = "discourse"
    label: ClassVar[str] = "Discourse"
    rank: ClassVar[int] = 40
    default_access: ClassVar[Access | None] = Access.FEED

    def access(self, url: str) -> Access | None:
        """FEED for the events of a forum."""
        found = host_and_path(url)
        return Access.FEED if found is not None and _LISTING.fullmatch(found[1]) else None

    def recognises(self, payload: Payload) -> bool:
        head = payload.body[:50_000]
        return self.access(payload.url) is not None or (
            (b'"starts_at"' in head and b'"post"' in head and b'"topic"' in head)
            or (b"BEGIN:VCALENDAR" in head and b"PRODID:-//Discourse" in head)
        )

    def canonical(self, url: str) -> str:
        """The events of a forum, for any other address of it."""
        found, parts = host_and_path(url), split_url(url)
        if found is None or parts is None or _LISTING.fullmatch(found[1]):
            return url
        return parts._replace(path="/discourse-post-event/events.json", query="", fragment="").geturl()

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The events of a forum."""
        if not is_json(payload):
            return otherwise(payload, context, self.name)
        listing = Listing(self.name, payload, context)
        listing.each(at(listing.json(), "events"), lambda item: _event(listing, item))
        return listing.reading()


def _event(listing: Listing, node: Node) -> None:
    if node.get("status") == "private":
        return
    topic = at(node, "post", "topic")
    number, slug = identifier(at(topic, "id")), identifier(at(topic, "slug")) or "-"
    path = at(node, "post", "url") or (f"/t/{slug}/{number}" if number else None)
    place, mode = place_of(title=node.get("location"))
    listing.event(
        Draft(
            uid=node.get("id"),
            title=node.get("name") or at(topic, "title"),
            start=node.get("starts_at"),
            end=node.get("ends_at"),
            zone=node.get("timezone"),
            all_day=node.get("all_day") is True,
            occurrence=bool(node.get("recurrence")),
            description=node.get("description"),
            status="EventCancelled" if node.get("is_cancelled") is True else "EventScheduled",
            mode=mode,
            url=path if listing.base or str(path).startswith("http") else None,
            place=place,
            words=(at(node, "category", "name"),),
        )
    )
