"""Ticketmaster: ticketed shows, and the few fairs and talks among them, around a place.

Addresses: `app.ticketmaster.com/discovery/v2/events.json`, official, with a free key (NEXTCIRCLE_TICKETMASTER_KEY), five
requests a second: a feed. The key has its place in the query and is joined only on the wire. Pages of ticketmaster.com
are closed. Traps: a date may be "to be announced" (`dateTBA`, `dateTBD`) and is none then; a time may be missing; nothing
beyond the thousandth event can be asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from scrapers.formats.offers import amount_of
from scrapers.platform import Access, Payload, Platform, ReadContext, Request
from scrapers.platforms._listing import Draft, Listing, is_json, otherwise
from scrapers.platforms._places import place_of
from scrapers.platforms._values import Node, at, host_and_path, joined, nodes, price_of, with_query
from scrapers.records import EventStatus, Reading, ScrapedPlace

_API: Final = "app.ticketmaster.com"
_LISTING: Final = re.compile(r"/discovery/v2/events(?:\.json)?(?:/[\w-]+(?:\.json)?)?")
_SITE: Final = re.compile(r"(?:[\w-]+\.)*(?:ticketmaster|livenation)\.(?:com?\.)?[a-z]{2,3}")
_DEEPEST: Final = 1_000
_STATUSES: Final[dict[str, EventStatus]] = {
    "cancelled": "EventCancelled",
    "canceled": "EventCancelled",
    "postponed": "EventPostponed",
    "rescheduled": "EventRescheduled",
}


class Ticketmaster(Platform):
    """ticketmaster.com and its national sites."""

    name: ClassVar[str] = "ticketmaster"
    label: ClassVar[str] = "Ticketmaster"
    terms_url: ClassVar[str | None] = "https://developer.ticketmaster.com/support/terms-of-use/"
    key_name: ClassVar[str | None] = "TICKETMASTER"

    def access(self, url: str) -> Access | None:
        """FEED for the Discovery interface; everything else is closed."""
        found = host_and_path(url)
        if found is None or not _SITE.fullmatch(found[0]):
            return None
        return Access.FEED if found[0] == _API and _LISTING.fullmatch(found[1]) else Access.FORBIDDEN

    def recognises(self, payload: Payload) -> bool:
        head = payload.body[:100_000]
        return self.access(payload.url) is not None or (b'"_embedded"' in head and b'"localDate"' in head)

    def canonical(self, url: str) -> str:
        """A listing in its largest pages, by date, without a key."""
        found = host_and_path(url)
        if found is None or self.access(url) is not Access.FEED:
            return url
        return with_query(url, apikey=None, size=200, sort="date,asc") or url

    def request(self, url: str, keys: Mapping[str, str]) -> Request:
        key = keys.get("TICKETMASTER")
        return Request(url, secret_query={"apikey": key} if key else {})

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The events of a page."""
        if not is_json(payload):
            return otherwise(payload, context, self.name)
        listing = Listing(self.name, payload, context)
        value = listing.json()
        found = at(value, "_embedded", "events")
        if found is None and at(value, "page", "totalElements") == 0:
            found = []
        listing.each([value] if at(value, "dates") else found, lambda item: _event(listing, item))
        number, pages, size = (at(value, "page", each) for each in ("number", "totalPages", "size"))
        numbers = all(isinstance(each, int) for each in (number, pages, size))
        more = numbers and number + 1 < pages and (number + 1) * size < _DEEPEST
        return listing.reading(listing.turned(apikey=None, page=number + 1) if more else ())


def _event(listing: Listing, node: Node) -> None:
    begins, ends = at(node, "dates", "start"), at(node, "dates", "end")
    if node.get("test") is True:
        return
    if True in (at(begins, "dateTBA"), at(begins, "dateTBD")):
        listing.notes.add("no_start", f"{node.get('name')!s:.80}: the date is not set yet")
        return
    venue = next(iter(nodes(at(node, "_embedded", "venues"))), {})
    untimed = True in (at(begins, "timeTBA"), at(begins, "noSpecificTime")) or not at(begins, "localTime")
    local = joined(at(begins, "localDate"), at(begins, "localTime"), by=" ")
    prices = nodes(node.get("priceRanges"))
    lows = [low for each in prices if (low := amount_of(each.get("min"))) is not None]
    highs = [high for each in prices if (high := amount_of(each.get("max"))) is not None]
    listing.event(
        Draft(
            uid=node.get("id"),
            title=node.get("name"),
            start=at(begins, "localDate") if untimed else at(begins, "dateTime") or local,
            end=None if untimed or at(ends, "approximate") is True else at(ends, "dateTime"),
            zone=at(node, "dates", "timezone") or venue.get("timezone"),
            all_day=untimed,
            description=node.get("info") or node.get("description"),
            status=_STATUSES.get(str(at(node, "dates", "status", "code")), "EventScheduled"),
            url=node.get("url"),
            image=at(nodes(node.get("images")), 0, "url"),
            place=_place(venue),
            words=[
                each
                for part in nodes(node.get("classifications"))
                for key in ("segment", "genre", "subGenre")
                if (each := at(part, key, "name")) not in ("Undefined", "Other", None)
            ],
            price=price_of(min(lows, default=None), max(highs, default=None), at(prices, 0, "currency")),
            language=node.get("locale"),
        )
    )


def _place(venue: Any) -> ScrapedPlace | None:
    return place_of(
        title=at(venue, "name"),
        address=joined(at(venue, "address", "line1"), at(venue, "address", "line2"), at(venue, "postalCode")),
        city=at(venue, "city", "name"),
        region=at(venue, "state", "stateCode") or at(venue, "state", "name"),
        country=at(venue, "country", "countryCode"),
        lat=at(venue, "location", "latitude"),
        lon=at(venue, "location", "longitude"),
    )[0]
