"""Gancio: shared agendas of a town or region in the fediverse, many in Italy.

Addresses: `/api/events`, `/feed/ics` and `/feed/rss` (also by tag, place or collection) on any instance. Open to anyone
by design (AGPL): feeds. Traps: times are seconds since 1970 and no zone is named, so the source's counts; a place that
is called "online" is none; an event that spans days says so by `multidate`; there may be no end.
"""

from __future__ import annotations

import re
from typing import ClassVar, Final

from scrapers.formats.text import split_url
from scrapers.platform import Access, Payload, Platform, ReadContext
from scrapers.platforms._listing import Draft, Listing, is_json, otherwise
from scrapers.platforms._places import place_of
from scrapers.platforms._values import Node, at, host_and_path, identifier, items, nodes
from scrapers.records import AttendanceMode, Reading

_FEED: Final = re.compile(r"/feed/(?:ics|rss|json)(?:/(?:tag|place|collection)/[^/]+)?", re.IGNORECASE)


class Gancio(Platform):
    """Instances of Gancio."""

    name: ClassVar[str] = "gancio"
    label: ClassVar[str] = "Gancio"
    # After the chambers, whose calendars stand at the same path of other hosts.
    rank: ClassVar[int] = 45
    terms_url: ClassVar[str | None] = "https://gancio.org/"
    default_access: ClassVar[Access | None] = Access.FEED

    def access(self, url: str) -> Access | None:
        """FEED for the list of events and the feeds, PAGE for an instance on a host that is called after it."""
        found = host_and_path(url)
        if found is None:
            return None
        if found[1] == "/api/events" or _FEED.fullmatch(found[1]):
            return Access.FEED
        return Access.PAGE if found[0].startswith("gancio.") and "/api/" not in found[1] else None

    def recognises(self, payload: Payload) -> bool:
        head = payload.body[:20_000]
        return self.access(payload.url) is Access.FEED or (
            b'"start_datetime"' in head and b'"multidate"' in head
        )

    def canonical(self, url: str) -> str:
        """The list of events, for any other address of an instance."""
        found, parts = host_and_path(url), split_url(url)
        if found is None or parts is None or self.access(url) is Access.FEED:
            return url
        return parts._replace(path="/api/events", query="", fragment="").geturl()

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The events of the list, or a feed."""
        if not is_json(payload) or (
            b'"start_datetime"' not in payload.body and payload.body.strip() != b"[]"
        ):
            return otherwise(payload, context, self.name)
        listing = Listing(self.name, payload, context)
        value = listing.json()
        listing.each(
            value if isinstance(value, list) else at(value, "events"), lambda item: _event(listing, item)
        )
        return listing.reading()


def _event(listing: Listing, node: Node) -> None:
    spot = node.get("place")
    place, mode = place_of(
        title=at(spot, "name"),
        address=at(spot, "address"),
        lat=at(spot, "latitude"),
        lon=at(spot, "longitude"),
    )
    if mode == "online":
        place = None
    slug = identifier(node.get("slug"))
    media = next(iter(nodes(node.get("media"))), {})
    picture = identifier(media.get("url"))
    zone = listing.context.timezone
    listing.event(
        Draft(
            uid=node.get("id"),
            title=node.get("title"),
            start=node.get("start_datetime"),
            end=node.get("end_datetime"),
            zone=zone if zone != "UTC" else None,
            description=node.get("description"),
            mode=_online(node, mode, has_place=place is not None),
            url=f"/event/{slug}" if slug and listing.base else None,
            image=f"/media/{picture}" if picture and listing.base and "/" not in picture else None,
            place=place,
            words=[each if isinstance(each, str) else at(each, "tag") for each in items(node.get("tags"))],
        )
    )


def _online(node: Node, mode: AttendanceMode | None, *, has_place: bool) -> AttendanceMode | None:
    if items(node.get("online_locations")):
        return "mixed" if has_place else "online"
    return mode
