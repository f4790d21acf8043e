"""SpaceAPI: what a hackerspace or makerspace says of itself in one JSON file, with the address of its calendar.

Addresses: whatever a space has entered in the directory of spaceapi.io, often `/spaceapi.json` or `/status.json`: made for
other programs, a feed. The format is that of SpaceApi/schema (0.13 to 15), as akora/spaceapi-explorer reads it; the bot of
Krautspace follows its calendar. The file holds the space (a group, with its point) and names `feeds.calendar`, which
becomes a source of its own. Traps: `events` are what happened at the door, not what one goes to, and name people; so do `contact` and
`state`, which are never looked at; files change every minute with their sensors.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

from scrapers.platform import Access, Payload, Platform, ReadContext
from scrapers.platforms._listing import Listing, is_json, otherwise
from scrapers.platforms._places import place_of
from scrapers.platforms._values import at, host_and_path, identifier
from scrapers.records import Reading

_PATH: Final = re.compile(r"/(?:[\w-]+/)*space-?api(?:[-_]?v?\d+)?(?:\.(?:json|php|cgi))?", re.IGNORECASE)
_CALENDARS: Final = frozenset({"ical", "ics", "icalendar", "text/calendar", "caldav"})


class SpaceApi(Platform):
    """Hackerspaces and makerspaces that publish SpaceAPI."""

    name: ClassVar[str] = "space_api"
    label: ClassVar[str] = "SpaceAPI"
    rank: ClassVar[int] = 50
    leads_on: ClassVar[bool] = True
    terms_url: ClassVar[str | None] = "https://spaceapi.io/"
    default_access: ClassVar[Access | None] = Access.FEED

    def access(self, url: str) -> Access | None:
        """FEED for addresses that are named after the format; others are known from the directory."""
        found = host_and_path(url)
        return Access.FEED if found is not None and _PATH.fullmatch(found[1]) else None

    def recognises(self, payload: Payload) -> bool:
        head = payload.body[:200_000]
        return self.access(payload.url) is not None or (
            b'"space"' in head and (b'"api_compatibility"' in head or b'"issue_report_channels"' in head)
        )

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The space as a group; its calendar in `next`."""
        if not is_json(payload):
            return otherwise(payload, context, self.name)
        listing = Listing(self.name, payload, context)
        value = listing.json()
        if at(value, "space") is None:
            listing.fail("no_space", "this answer names no space")
            return listing.reading()
        listing.each([value], lambda node: _space(listing, node))
        return listing.reading(_calendar(listing, value))


def _space(listing: Listing, node: dict[str, Any]) -> None:
    place, _ = place_of(
        address=at(node, "location", "address"),
        lat=at(node, "location", "lat"),
        lon=at(node, "location", "lon"),
    )
    listing.group(
        uid=node.get("url") or node.get("space"),
        title=node.get("space"),
        url=node.get("url"),
        place=place,
        words=["hackerspace", "makers"],
        zone=at(node, "location", "timezone"),
        image=node.get("logo"),
    )


def _calendar(listing: Listing, value: Any) -> tuple[str, ...]:
    """The address of the space's calendar, if it is iCalendar; `webcal` is https."""
    feed = at(value, "feeds", "calendar")
    kind, address = identifier(at(feed, "type")), identifier(at(feed, "url"))
    if address is None or (kind or "ical").lower() not in _CALENDARS:
        return ()
    if address.lower().startswith(("webcal://", "webcals://")):
        address = "https://" + address.partition("://")[2]
    url = listing.url(address)
    return (url,) if url is not None else ()
