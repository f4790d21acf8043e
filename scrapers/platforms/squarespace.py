"""Squarespace: the event collections of small organisations' sites, as JSON.

Addresses: a collection's page with `?format=json` on any host. The site's owner publishes the page and Squarespace the
form; neither says "subscribe": a page, whose terms are each site's. Traps: an event without an address still has
coordinates, those of Squarespace in New York (40.7207559, -74.0007613); times carry the milliseconds at which somebody
clicked; `nextPageUrl` leads into the past.
"""

from __future__ import annotations

import re
from typing import ClassVar, Final
from urllib.parse import parse_qs

from scrapers.formats.text import split_url
from scrapers.platform import Access, Payload, Platform, ReadContext
from scrapers.platforms._listing import Draft, Listing, is_json, otherwise
from scrapers.platforms._places import place_of
from scrapers.platforms._values import Node, at, host_and_path, items, joined, text, with_query, word
from scrapers.records import AttendanceMode, Reading, ScrapedPlace

_NEW_YORK: Final = (40.7207559, -74.0007613)
_MINUTE: Final = 60_000
_REGION: Final = re.compile(r"[A-Z]{2}(?=$|[ ,]|\d)")


class Squarespace(Platform):
    """Sites on Squarespace."""

    name: ClassVar[str] = "squarespace"
    label: ClassVar[str] = "Squarespace"
    # The parameter is also that of other products: they come first.
    rank: ClassVar[int] = 60
    is_generic: ClassVar[bool] = True
    default_access: ClassVar[Access | None] = Access.PAGE

    def access(self, url: str) -> Access | None:
        """PAGE for addresses that ask for a collection as JSON, and for sites on squarespace.com."""
        found, parts = host_and_path(url), split_url(url)
        if found is None or parts is None:
            return None
        asks = parse_qs(parts.query).get("format", [""])[0] in {"json", "json-pretty"}
        own = found[0].endswith(".squarespace.com") and found[0] not in {
            "www.squarespace.com",
            "api.squarespace.com",
        }
        return Access.PAGE if own or (asks and not found[1].startswith("/api")) else None

    def recognises(self, payload: Payload) -> bool:
        body = payload.body
        return self.access(payload.url) is not None or (
            b'"collection"' in body[:100_000] and b'"recordType"' in body and b'"CalendarEvent"' in body
        )

    def canonical(self, url: str) -> str:
        """The collection as JSON."""
        return with_query(url, format="json") or url

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The coming and past events of a collection."""
        if not is_json(payload) or not any(
            mark in payload.body for mark in (b'"upcoming"', b'"collection"', b'"recordType"')
        ):
            return otherwise(payload, context, self.name)
        listing = Listing(self.name, payload, context)
        value = listing.json()
        site = at(value, "website", "baseUrl")
        zone = at(value, "website", "timeZone") or at(value, "collection", "timezone")
        found = [each for key in ("upcoming", "past", "items", "item") for each in _list(at(value, key))]
        listing.each(found, lambda item: _event(listing, item, zone, site))
        return listing.reading()


def _list(value: object) -> list[object]:
    return [value] if isinstance(value, dict) else items(value)


def _event(listing: Listing, node: Node, zone: object, site: object) -> None:
    path = node.get("fullUrl")
    place, mode = _place(node.get("location"))
    url = (
        f"{site}{path}" if isinstance(site, str) and isinstance(path, str) and path.startswith("/") else path
    )
    listing.event(
        Draft(
            uid=node.get("id"),
            title=node.get("title"),
            start=_moment(node, "startDate"),
            end=_moment(node, "endDate"),
            zone=zone,
            description=text(node.get("body")) or node.get("excerpt"),
            mode=mode,
            url=url,
            image=node.get("assetUrl") if node.get("originalSize") or node.get("contentType") else None,
            place=place,
            words=[*items(node.get("categories")), *items(node.get("tags"))],
        )
    )


def _moment(node: Node, key: str) -> object:
    """Milliseconds, cut to the minute people meant."""
    value = node.get(key, at(node, "structuredContent", key))
    return value // _MINUTE * _MINUTE if isinstance(value, int) and not isinstance(value, bool) else None


def _place(node: object) -> tuple[ScrapedPlace | None, AttendanceMode | None]:
    street, town = word(at(node, "addressLine1")), word(at(node, "addressLine2"))
    lat = at(node, "markerLat") if at(node, "markerLat") is not None else at(node, "mapLat")
    lon = at(node, "markerLng") if at(node, "markerLng") is not None else at(node, "mapLng")
    if not street and not town and _is_default(lat, lon):
        lat = lon = None
    # "Boston, MA, 02118" and "London, England, E8 3AZ": the first part is the town.
    parts = [part.strip() for part in (town or "").split(",")]
    region = parts[1] if len(parts) > 1 and not any(sign.isdigit() for sign in parts[1]) else None
    code = _REGION.match(parts[1]) if len(parts) > 1 and region is None else None
    return place_of(
        title=at(node, "addressTitle"),
        address=joined(street, town),
        city=parts[0] if parts and not any(sign.isdigit() for sign in parts[0]) else None,
        region=region or (code[0] if code else None),
        country=at(node, "addressCountry"),
        lat=lat,
        lon=lon,
    )


def _is_default(lat: object, lon: object) -> bool:
    return (
        isinstance(lat, int | float)
        and isinstance(lon, int | float)
        and abs(lat - _NEW_YORK[0]) < 1e-4
        and abs(lon - _NEW_YORK[1]) < 1e-4
    )
