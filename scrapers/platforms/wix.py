"""Wix Events: the event lists of small organisations' sites, out of the data their pages start with.

Addresses: any page that shows the list; `{account}.wixsite.com` and `/event-details/{slug}` are known by their look, other
pages by their content. A page, whose terms are each site's. The list stands in the script `wix-warmup-data`. Traps: an
event may be listed before it has a date (`scheduleTbd`) or a place (`tbd`); prices are words with a currency sign; each
date of a series is an event of its own.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

from scrapers.formats import markup
from scrapers.formats.offers import amount_of
from scrapers.formats.text import split_url
from scrapers.platform import Access, Payload, Platform, ReadContext
from scrapers.platforms._listing import Draft, Listing, is_json, otherwise
from scrapers.platforms._places import place_of
from scrapers.platforms._values import Node, at, host_and_path, identifier, items, nodes, price_of
from scrapers.records import AttendanceMode, Reading, ScrapedPlace, ScrapedPrice

_APP: Final = "140603ad-af8d-84a5-2c80-a0f60cb47351"
_DETAILS: Final = re.compile(r"(?:/[\w-]+)?/event-details(?:-registration)?/[^/]+", re.IGNORECASE)
# 0 scheduled, 1 begun, 2 over, 3 cancelled, 4 draft.
_CANCELLED: Final = (3, "CANCELED", "CANCELLED")
_DRAFT: Final = (4, "DRAFT")
_ONLINE: Final = (1, "ONLINE")


class WixEvents(Platform):
    """Sites on Wix with its events application."""

    name: ClassVar[str] = "wix"
    label: ClassVar[str] = "Wix Events"
    rank: ClassVar[int] = 50
    is_generic: ClassVar[bool] = True
    default_access: ClassVar[Access | None] = Access.PAGE

    def access(self, url: str) -> Access | None:
        """PAGE for sites on wixsite.com and for event pages."""
        found = host_and_path(url)
        if found is None:
            return None
        return Access.PAGE if found[0].endswith(".wixsite.com") or _DETAILS.fullmatch(found[1]) else None

    def recognises(self, payload: Payload) -> bool:
        return self.access(payload.url) is not None or _APP.encode() in payload.body

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The events in a page's data; a page without that data is read by its markup."""
        listing = Listing(self.name, payload, context)
        found = _events(payload)
        if not found:
            return otherwise(payload, context, self.name)
        listing.each(found, lambda item: _event(listing, item))
        return listing.reading()


def _events(payload: Payload) -> list[Any]:
    page = markup.text_of(payload.body, payload.content_type)
    script = page if is_json(payload) else markup.script_by_id(page, "wix-warmup-data")
    if not script or _APP not in script:
        return []
    try:
        value = markup.json_of(script)
    except ValueError:
        return []
    widgets = at(value, "appsWarmupData", _APP)
    found = [
        event
        for widget in (widgets.values() if isinstance(widgets, dict) else ())
        for event in (items(at(widget, "events", "events")) or nodes(at(widget, "event")))
    ]
    return found or items(at(value, "events"))


def _event(listing: Listing, node: Node) -> None:
    when = at(node, "scheduling", "config")
    if node.get("status") in _DRAFT:
        return
    if at(when, "scheduleTbd") is True:
        listing.notes.add("no_start", f"{node.get('title')!s:.80}: the date is not set yet")
        return
    place, mode = _place(node.get("location"))
    slug = identifier(node.get("slug"))
    free, price = _price(node.get("registration"))
    parts = split_url(listing.payload.url)
    listing.event(
        Draft(
            uid=node.get("id"),
            title=node.get("title"),
            start=at(when, "startDate"),
            end=None if at(when, "endDateHidden") is True else at(when, "endDate"),
            zone=at(when, "timeZoneId"),
            description=node.get("about") or node.get("description"),
            status="EventCancelled" if node.get("status") in _CANCELLED else "EventScheduled",
            mode=mode,
            url=f"{parts.scheme}://{parts.netloc}/event-details/{slug}"
            if parts is not None and slug
            else None,
            image=at(node, "mainImage", "url"),
            place=place,
            words=[each.get("name") for each in nodes(node.get("categories"))],
            free=free,
            price=price,
            language=node.get("language"),
        )
    )


def _place(node: Any) -> tuple[ScrapedPlace | None, AttendanceMode | None]:
    if at(node, "type") in _ONLINE:
        return None, "online"
    if at(node, "tbd") is True:
        return None, None
    full = at(node, "fullAddress")
    regions = [each.get("name") for each in nodes(at(full, "subdivisions"))]
    return place_of(
        title=at(node, "name"),
        address=at(node, "address") or at(full, "formattedAddress"),
        city=at(full, "city"),
        region=regions[0] if regions else at(full, "subdivision"),
        country=at(full, "country"),
        lat=at(node, "coordinates", "lat"),
        lon=at(node, "coordinates", "lng"),
    )


def _price(node: Any) -> tuple[bool | None, ScrapedPrice | None]:
    tickets = at(node, "ticketing")
    low, high = at(tickets, "lowestTicketPrice"), at(tickets, "highestTicketPrice")
    price = price_of(at(low, "amount"), at(high, "amount"), at(low, "currency") or at(tickets, "currency"))
    if price is None or price.max is None or amount_of(at(low, "amount")) is None:
        return None, price
    if price.max == 0:
        return True, price
    return (False if price.min else None), price
