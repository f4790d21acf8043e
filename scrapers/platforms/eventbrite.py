"""Eventbrite: the events of one organiser, venue or organisation, through its interface and with the operator's token.

Addresses: `www.eventbriteapi.com/v3/organizers|organizations|venues|series/{id}/events/`; an organiser's page becomes it.
Eventbrite's terms forbid scraping, whatever its robots.txt allows: every page of it is FORBIDDEN. Searching the public
events ended in 2020. The token travels in the Authorization header (NEXTCIRCLE_EVENTBRITE_KEY). Traps: a series stands in
listings as one "event" of fourteen months, and only its dates are events; unlisted events are not public.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo

from scrapers.formats.datetimes import moment_of
from scrapers.formats.notes import Notes
from scrapers.platform import Access, Payload, Platform, ReadContext, Request
from scrapers.platforms._listing import Draft, Listing, is_json, otherwise
from scrapers.platforms._people import organisation
from scrapers.platforms._places import place_of
from scrapers.platforms._values import (
    Node,
    at,
    host_and_path,
    identifier,
    joined,
    nodes,
    price_of,
    with_query,
)
from scrapers.records import (
    EventStatus,
    Reading,
    ScrapedEvent,
    ScrapedOrganizer,
    ScrapedPlace,
    ScrapedPrice,
)

_API: Final = "www.eventbriteapi.com"
_SITE: Final = re.compile(r"(?:[\w-]+\.)*(?:eventbrite\.(?:com?\.)?[a-z]{2,3}|evbuc\.com|eventbriteapi\.com)")
_LISTING: Final = re.compile(r"/v3/(?:organizers|organizations|venues|series)/\d+/events")
_ORGANIZER: Final = re.compile(r"/o/(?:[^/]*-)?(\d{6,})")
# Nothing on Eventbrite that lasts longer is one date: it is a series shown from its first to its last.
_LONGEST: Final = timedelta(days=7)
_STATUSES: Final[dict[str, EventStatus]] = {"canceled": "EventCancelled", "cancelled": "EventCancelled"}


class Eventbrite(Platform):
    """eventbrite.com and its national sites."""

    name: ClassVar[str] = "eventbrite"
    label: ClassVar[str] = "Eventbrite"
    terms_url: ClassVar[str | None] = (
        "https://www.eventbrite.com/help/en-us/articles/251210/eventbrite-terms-of-service/"
    )
    key_name: ClassVar[str | None] = "EVENTBRITE"

    def access(self, url: str) -> Access | None:
        """FEED for the listings of the interface; pages and everything else are FORBIDDEN."""
        found = host_and_path(url)
        if found is None or not _SITE.fullmatch(found[0]):
            return None
        return Access.FEED if found[0] == _API and _LISTING.fullmatch(found[1]) else Access.FORBIDDEN

    def recognises(self, payload: Payload) -> bool:
        head = payload.body[:50_000]
        return self.access(payload.url) is not None or (
            b"eventbriteapi.com/v3/" in head
            or b'"destination_event"' in payload.body
            or (b"eventbrite." in head and (b"ld+json" in head or b'"start_time"' in head))
        )

    def canonical(self, url: str) -> str:
        """The interface's listing of an organiser, for the organiser's page; without a token in the query."""
        found = host_and_path(url)
        if found is None or not _SITE.fullmatch(found[0]):
            return url
        match = _ORGANIZER.fullmatch(found[1])
        if match:
            url = f"https://{_API}/v3/organizers/{match[1]}/events/"
        elif found[0] != _API:
            return url
        return (
            with_query(url, token=None, expand="venue,organizer", status="live", order_by="start_asc") or url
        )

    def request(self, url: str, keys: Mapping[str, str]) -> Request:
        token = keys.get("EVENTBRITE")
        return Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The events of a page of the interface; a page saved to a file is read by its markup."""
        if not is_json(payload) or b'"@type"' in payload.body:
            return _without_series(otherwise(payload, context, self.name))
        listing = Listing(self.name, payload, context)
        value = listing.json()
        found = value if isinstance(value, list) else at(value, "events")
        if isinstance(found, dict):
            found = found.get("results")
        series: list[str] = []
        listing.each(found, lambda item: _event(listing, item, series))
        pages = at(value, "pagination")
        more: tuple[str, ...] = ()
        if at(pages, "has_more_items") is True and identifier(at(pages, "continuation")):
            more = listing.turned(continuation=at(pages, "continuation"), token=None)
        children = (
            f"https://{_API}/v3/series/{each}/events/" for each in dict.fromkeys(series) if each.isdigit()
        )
        ours = (host_and_path(payload.url) or ("",))[0] == _API
        return listing.reading((*more, *(tuple(children) if ours else ())))


def _event(listing: Listing, node: Node, series: list[str]) -> None:
    if node.get("listed") is False or node.get("status") in ("draft", "deleted"):
        return
    zone = at(node, "start", "timezone") or node.get("timezone")
    start = at(node, "start", "utc") or joined(node.get("start_date"), node.get("start_time"), by=" ")
    end = at(node, "end", "utc") or joined(node.get("end_date"), node.get("end_time"), by=" ")
    if node.get("is_series_parent") is True or _is_long(start, end):
        # The dates of a series are at an address of their own.
        series.append(identifier(node.get("series_id") or node.get("id")) or "")
        listing.notes.add(
            "series",
            f"{at(node, 'name', 'text') or node.get('name')!s:.80}: its dates are events, it is none",
        )
        return
    tickets = node.get("ticket_availability") or node.get("ticket")
    online = node.get("online_event") is True or node.get("is_online_event") is True
    free = node.get("is_free") if isinstance(node.get("is_free"), bool) else at(tickets, "is_free")
    price = _price(tickets)
    listing.event(
        Draft(
            uid=node.get("id"),
            title=at(node, "name", "text") or node.get("name"),
            start=start,
            end=end,
            zone=zone,
            description=at(node, "description", "text") or node.get("summary"),
            status="EventCancelled"
            if node.get("is_cancelled") is True
            else _STATUSES.get(str(node.get("status")), "EventScheduled"),
            mode="online" if online else None,
            url=node.get("url"),
            image=at(node, "logo", "original", "url") or at(node, "image", "url") or node.get("image_url"),
            place=_place(node.get("venue") or node.get("primary_venue")),
            organizer=_organizer(listing, node),
            words=[
                each.get("display_name")
                for each in nodes(node.get("tags"))
                if str(each.get("prefix")).startswith("Eventbrite") or each.get("prefix") == "OrganizerTag"
            ],
            free=free,
            price=None if free is False and price is not None and price.max == 0 else price,
            language=node.get("language") or node.get("locale"),
        )
    )


def _price(tickets: Any) -> ScrapedPrice | None:
    low, high = at(tickets, "minimum_ticket_price"), at(tickets, "maximum_ticket_price")
    least, most = at(tickets, "min_price"), at(tickets, "max_price")
    currency = at(low, "currency") or str(least or "").rpartition(" ")[2]
    return price_of(at(low, "major_value") or least, at(high, "major_value") or most, currency)


def _is_long(start: object, end: object) -> bool:
    first, last = moment_of(start, ZoneInfo("UTC")), moment_of(end, ZoneInfo("UTC"))
    return isinstance(first, datetime) and isinstance(last, datetime) and last - first > _LONGEST


def _place(venue: Any) -> ScrapedPlace | None:
    address = at(venue, "address")
    return place_of(
        title=at(venue, "name"),
        address=joined(at(address, "address_1"), at(address, "address_2"), at(address, "postal_code")),
        city=at(address, "city"),
        region=at(address, "region"),
        country=at(address, "country"),
        lat=at(venue, "latitude") or at(address, "latitude"),
        lon=at(venue, "longitude") or at(address, "longitude"),
    )[0]


def _organizer(listing: Listing, node: Node) -> ScrapedOrganizer | None:
    written = node.get("organizer") or node.get("primary_organizer")
    title = organisation(at(written, "name"))
    uid = identifier(node.get("organizer_id") or node.get("primary_organizer_id"))
    if title is None:
        return None
    return ScrapedOrganizer(uid=uid, name=title, url=listing.url(at(written, "url")))


def _without_series(reading: Reading) -> Reading:
    kept: list[ScrapedEvent] = []
    notes = Notes()
    for event in reading.events:
        if event.end_date is not None and _span(event.start_date, event.end_date) > _LONGEST:
            notes.add("series", f"{event.name[:80]}: its dates are events, it is none")
        else:
            kept.append(event)
    return replace(reading, events=tuple(kept), warnings=(*reading.warnings, *notes.warnings()))


def _span(start: datetime | date, end: datetime | date) -> timedelta:
    if isinstance(start, datetime) and isinstance(end, datetime):
        return end - start
    first, last = (each.date() if isinstance(each, datetime) else each for each in (start, end))
    return last - first
