"""OpenEventDatabase: events with a place and a time, entered by anyone, in the spirit of OpenStreetMap.

Address: `api.openeventdatabase.org/event?what=…&when=…&bbox=…`, GeoJSON, open data: a feed. Traps: most of it is traffic,
weather and road works, so only what people go to is read; coordinates are longitude first, and a place may be a shape.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

from scrapers.platform import Access, Payload, Platform, ReadContext
from scrapers.platforms._listing import Draft, Listing, is_json, otherwise
from scrapers.platforms._places import place_of
from scrapers.platforms._values import Node, at, host_and_path, word
from scrapers.records import Reading

_HOST: Final = "api.openeventdatabase.org"
_NO_GATHERING: Final = re.compile(
    r"(?:traffic|weather|power|electricity|energy|transport|public_transport|bike|road|hazard|nature|earthquake|flood|fire"
    r"|alert|health|sensor|time|date|holiday|school\.(?:holiday|vacation)|astronomy|water|air|pollution|crime|telecom)"
    r"(?:[._:-]|$)",
    re.IGNORECASE,
)


class OpenEventDatabase(Platform):
    """openeventdatabase.org."""

    name: ClassVar[str] = "open_event_database"
    label: ClassVar[str] = "OpenEventDatabase"
    terms_url: ClassVar[str | None] = "https://github.com/openeventdatabase/backend/wiki"

    def access(self, url: str) -> Access | None:
        """FEED for searches and single events."""
        found = host_and_path(url)
        if found is None or found[0] != _HOST:
            return None
        return Access.FEED if re.fullmatch(r"/event(?:/[\w-]+)?", found[1]) else Access.FORBIDDEN

    def recognises(self, payload: Payload) -> bool:
        head = payload.body[:20_000]
        return self.access(payload.url) is not None or (
            b'"Feature"' in head and b'"what"' in head and (b'"start"' in head or b'"when"' in head)
        )

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The gatherings among the features of an answer."""
        if not is_json(payload):
            return otherwise(payload, context, self.name)
        listing = Listing(self.name, payload, context)
        value = listing.json()
        single = at(value, "type") == "Feature"
        listing.each([value] if single else at(value, "features"), lambda item: _event(listing, item))
        return listing.reading()


def _event(listing: Listing, feature: Node) -> None:
    node: Any = feature.get("properties")
    what = word(at(node, "what")) or ""
    if _NO_GATHERING.match(what) or at(node, "type") in ("unscheduled", "observed", "forecast"):
        return
    lon, lat = _point(at(feature, "geometry"))
    place, mode = place_of(title=at(node, "where:name") or at(node, "where"), lat=lat, lon=lon)
    uid = at(node, "id")
    listing.event(
        Draft(
            uid=uid,
            title=at(node, "label") or at(node, "name") or at(node, "short_description"),
            start=at(node, "start") or at(node, "when"),
            end=at(node, "stop"),
            zone=at(node, "timezone"),
            description=at(node, "description"),
            mode=mode,
            url=at(node, "url") or at(node, "website") or at(node, "source"),
            place=place,
            words=[part.replace("_", " ") for part in re.split(r"[._]", what)[:3]],
        )
    )


def _point(geometry: Any) -> tuple[object, object]:
    """A point's longitude and latitude; the first corner of any other shape."""
    value = at(geometry, "coordinates")
    for _ in range(4):
        if isinstance(at(value, 0), int | float):
            return at(value, 0), at(value, 1)
        value = at(value, 0)
    return None, None
