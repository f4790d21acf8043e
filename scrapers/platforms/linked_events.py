"""Linked Events: the public event register of Helsinki and other Finnish cities.

Addresses: `api.hel.fi/linkedevents/v1/event/` and the same path of other cities' hosts. Documented, without a key, made to
be reused: a feed. Traps: a recurring or umbrella event only frames its sub events, which are listed beside it; every text
is a dictionary by language; coordinates are longitude first, but some were entered the other way round; a time that
nobody set stands as midnight with `has_start_time` false. A ticket seller's export for the register is read too.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

from scrapers.formats.datetimes import moment_of
from scrapers.platform import Access, Payload, Platform, ReadContext
from scrapers.platforms._listing import Draft, Listing, is_json, otherwise
from scrapers.platforms._people import organisation
from scrapers.platforms._places import place_of
from scrapers.platforms._values import (
    Node,
    at,
    host_and_path,
    items,
    joined,
    localised_text,
    nodes,
    price_of,
    with_query,
)
from scrapers.records import AttendanceMode, EventStatus, Reading, ScrapedOrganizer, ScrapedPlace

_PATH: Final = re.compile(r"(?:/linkedevents)?/v1/event(?:/[\w:.-]+)?")
_LANGUAGE: Final = re.compile(r"/language/([a-z]{2})/?$")
_DATE: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_STATUSES: Final[dict[str, EventStatus]] = {
    "EventCancelled": "EventCancelled",
    "EventPostponed": "EventPostponed",
    "EventRescheduled": "EventRescheduled",
}
_ZONE: Final = "Europe/Helsinki"


class LinkedEvents(Platform):
    """Event registers that run Linked Events."""

    name: ClassVar[str] = "linked_events"
    label: ClassVar[str] = "Linked Events"
    terms_url: ClassVar[str | None] = "https://api.hel.fi/linkedevents/v1/"

    def access(self, url: str) -> Access | None:
        """FEED for the list of events."""
        found = host_and_path(url)
        if found is None or not _PATH.fullmatch(found[1]):
            return None
        return Access.FEED if "linkedevents" in found[0] or found[1].startswith("/linkedevents") else None

    def recognises(self, payload: Payload) -> bool:
        head = payload.body[:100_000]
        return self.access(payload.url) is not None or (
            (b'"super_event_type"' in payload.body and b'"start_time"' in head) or b'"EventSerieId"' in head
        )

    def canonical(self, url: str) -> str:
        """A list from today on, in its largest pages, with what it refers to."""
        found = host_and_path(url)
        if found is None or self.access(url) is None or not found[1].endswith("/event"):
            return url
        start = {} if "start=" in url else {"start": "today"}
        return with_query(url, include="location,keywords", sort="start_time", page_size=100, **start) or url

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The events of a page, or one event."""
        if not is_json(payload):
            return otherwise(payload, context, self.name)
        listing = Listing(self.name, payload, context)
        value = listing.json()
        if isinstance(at(value, "Events"), list):
            listing.each(value["Events"], lambda item: _ticketed(listing, item))
            return listing.reading()
        found = at(value, "data") if at(value, "start_time") is None else [value]
        listing.each(found, lambda item: _event(listing, item))
        return listing.reading(listing.next(at(value, "meta", "next")))


def _event(listing: Listing, node: Node) -> None:
    if node.get("super_event_type") in ("recurring", "umbrella"):
        for each in nodes(node.get("sub_events")):
            if each.get("start_time"):
                _event(listing, {**node, "super_event_type": None, "sub_events": None, **each})
        listing.notes.add(
            "series", f"{_words_of(node.get('name'), ())!s:.80}: its dates are events, it is none"
        )
        return
    if node.get("publication_status") == "draft" or node.get("deleted") is True:
        return
    languages = [
        match[1]
        for each in nodes(node.get("in_language"))
        if (match := _LANGUAGE.search(str(each.get("@id")))) is not None
    ]
    order = (*languages, "fi", "sv", "en")
    place, mode = _place(node.get("location"), order)
    offers = nodes(node.get("offers"))
    free = True in [each.get("is_free") for each in offers]
    prices = [_words_of(each.get("price"), order) for each in offers]
    provider = organisation(_words_of(node.get("provider"), order))
    publisher = organisation(_words_of(node.get("publisher_name"), order))
    listing.event(
        Draft(
            uid=node.get("id"),
            title=_words_of(node.get("name"), order),
            start=node.get("start_time"),
            end=node.get("end_time"),
            zone=_ZONE,
            all_day=node.get("has_start_time") is False,
            description=_words_of(node.get("description"), order)
            or _words_of(node.get("short_description"), order),
            status=_STATUSES.get(str(node.get("event_status")), "EventScheduled"),
            mode="online" if node.get("internet_based") is True and place is None else mode,
            url=_words_of(node.get("info_url"), order) or node.get("@id"),
            image=at(node.get("images"), 0, "url"),
            place=place,
            organizer=ScrapedOrganizer(name=provider or publisher) if provider or publisher else None,
            words=[_words_of(each.get("name"), order) for each in nodes(node.get("keywords"))],
            free=free or (False if offers and any(prices) else None),
            price=price_of(prices[0]) if len(prices) == 1 else None,
            language=languages[0] if len(languages) == 1 else None,
        )
    )


def _words_of(value: Any, order: tuple[str, ...]) -> object:
    return localised_text(value, *order, "fi", "sv", "en")


def _place(node: Any, order: tuple[str, ...]) -> tuple[ScrapedPlace | None, AttendanceMode | None]:
    lon, lat = at(node, "position", "coordinates", 0), at(node, "position", "coordinates", 1)
    if _is_finnish(lon, lat) and not _is_finnish(lat, lon):
        lat, lon = lon, lat
    return place_of(
        title=_words_of(at(node, "name"), order),
        address=joined(_words_of(at(node, "street_address"), order), at(node, "postal_code")),
        city=_words_of(at(node, "address_locality"), order),
        country="FI" if at(node, "address_locality") or at(node, "position") else None,
        lat=lat,
        lon=lon,
    )


def _is_finnish(lat: object, lon: object) -> bool:
    numbers = isinstance(lat, int | float) and isinstance(lon, int | float)
    return numbers and 59 <= float(str(lat)) <= 71 and 19 <= float(str(lon)) <= 32


def _ticketed(listing: Listing, node: Node) -> None:
    """An event of a ticket seller's export."""
    match = _DATE.fullmatch(str(node.get("EventDate")).strip())
    day = f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}" if match else node.get("EventDate")
    clock = str(node.get("EventTime") or "").strip()
    timed = moment_of(f"{day} {clock}", listing.window.zone) is not None
    place, mode = place_of(
        title=node.get("EventVenue"),
        address=joined(node.get("EventStreet"), node.get("EventZip")),
        city=node.get("EventPlace"),
        country="FI",
    )
    listing.event(
        Draft(
            uid=node.get("EventId"),
            title=node.get("EventName"),
            start=f"{day} {clock}" if timed else day,
            zone=_ZONE,
            description=(
                joined(node.get("EventSerieText"), node.get("EventSerieInfo"), by="\n") or ""
            ).lstrip(" ,"),
            mode=mode,
            url=node.get("EventLinkFi"),
            place=place,
            organizer=ScrapedOrganizer(name=title)
            if (title := organisation(node.get("EventPromoterName")))
            else None,
            words=[each.get("Name") for each in nodes(node.get("Categories"))],
            language="fi" if items(node.get("Categories")) else None,
        )
    )
