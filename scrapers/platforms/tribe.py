"""The Events Calendar: the REST interface of the WordPress plugin, on the sites of chambers, nonprofits, co-workings.

Addresses: `/wp-json/tribe/events/v1/events` and `/organizers` on any host. The plugin publishes them for other programs
to read: a feed; the terms are each site's. Traps: local times are written without an offset (`utc_*` is read), `venue`
is an empty list where there is none, an empty `cost` says nothing, imports leave end dates in 2067, and organisers are
often people: a name that may be one is dropped.
"""

from __future__ import annotations

import re
from typing import ClassVar, Final

from scrapers.formats.offers import amount_of
from scrapers.formats.text import split_url
from scrapers.platform import Access, Payload, Platform, ReadContext
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
from scrapers.records import AttendanceMode, EventStatus, Reading, ScrapedOrganizer, ScrapedPrice

_PATH: Final = re.compile(
    r"/wp-json/tribe/events/v1/(?:events(?:/\d+|/by-slug/[^/]+)?|organizers(?:/\d+)?)", re.IGNORECASE
)
_LISTS: Final = re.compile(r"/wp-json/tribe/events/v1/(?:events|organizers)", re.IGNORECASE)
_HIDDEN: Final = ("draft", "pending", "private", "trash", "auto-draft")
_STATUSES: Final[dict[str, EventStatus]] = {"canceled": "EventCancelled", "postponed": "EventPostponed"}


class TheEventsCalendar(Platform):
    """WordPress sites with The Events Calendar."""

    name: ClassVar[str] = "tribe"
    label: ClassVar[str] = "The Events Calendar"
    rank: ClassVar[int] = 40
    is_generic: ClassVar[bool] = True
    default_access: ClassVar[Access | None] = Access.FEED

    def access(self, url: str) -> Access | None:
        """FEED for the plugin's REST addresses."""
        found = host_and_path(url)
        return Access.FEED if found is not None and _PATH.fullmatch(found[1]) else None

    def recognises(self, payload: Payload) -> bool:
        """Known by the addresses in its answers; a page that merely links the interface is a page."""
        marked = b"tribe/events/v1" in payload.body or b"tribe\\/events\\/v1" in payload.body
        return self.access(payload.url) is not None or (marked and is_json(payload))

    def canonical(self, url: str) -> str:
        """A list in its largest pages; for another address of a site, the list of its events."""
        found, parts = host_and_path(url), split_url(url)
        if found is None or parts is None:
            return url
        if not _PATH.fullmatch(found[1]):
            url = parts._replace(path="/wp-json/tribe/events/v1/events", query="").geturl()
        elif not _LISTS.fullmatch(found[1]):
            return url
        return with_query(url, per_page=50) or url

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """A page of events or organisers, or one event."""
        if not is_json(payload):
            return otherwise(payload, context, self.name)
        listing = Listing(self.name, payload, context)
        value = listing.json()
        reader = _Reader(listing)
        organizers = at(value, "organizers")
        if isinstance(organizers, list):
            listing.each(organizers, reader.group)
        else:
            single = at(value, "start_date") is not None
            listing.each([value] if single else at(value, "events"), reader.event)
        return listing.reading(listing.next(at(value, "next_rest_url")))


class _Reader:
    def __init__(self, listing: Listing) -> None:
        self._listing = listing

    def group(self, node: Node) -> None:
        title = organisation(node.get("organizer"))
        if title is not None:
            self._listing.group(
                uid=node.get("id"), title=title, url=node.get("url"), description=node.get("description")
            )

    def event(self, node: Node) -> None:
        if node.get("status") in _HIDDEN or node.get("hide_from_listings") is True:
            return
        all_day = node.get("all_day") is True
        venue = next(iter(nodes(node.get("venue"))), {})
        place, mode = place_of(
            title=venue.get("venue"),
            address=joined(venue.get("address"), venue.get("zip")),
            city=venue.get("city"),
            region=venue.get("stateprovince") or venue.get("state") or venue.get("province"),
            country=venue.get("country"),
            lat=venue.get("geo_lat"),
            lon=venue.get("geo_lng"),
        )
        if node.get("is_virtual") is True:
            mode = _virtual(node, has_place=place is not None)
        organizer = self._organizer(node)
        free, price = _cost(node)
        self._listing.event(
            Draft(
                uid=node.get("id"),
                title=node.get("title"),
                start=_day(node, "start") if all_day else _moment(node, "start"),
                end=_day(node, "end") if all_day else _moment(node, "end"),
                zone=node.get("timezone"),
                all_day=all_day,
                description=node.get("description") or node.get("excerpt"),
                status=_STATUSES.get(str(node.get("event_status")), "EventScheduled"),
                mode=mode,
                url=node.get("url"),
                image=at(node, "image", "url"),
                place=place,
                organizer=organizer,
                words=[each.get("name") for key in ("categories", "tags") for each in nodes(node.get(key))],
                free=free,
                price=price,
            )
        )

    def _organizer(self, node: Node) -> ScrapedOrganizer | None:
        for each in nodes(node.get("organizer")):
            title = organisation(each.get("organizer"))
            if title is not None:
                return ScrapedOrganizer(
                    uid=identifier(each.get("id")), name=title, url=self._listing.url(each.get("url"))
                )
        return None


def _moment(node: Node, which: str) -> object:
    """The UTC time; the local one, in the event's zone, only where there is no other."""
    written = node.get(f"utc_{which}_date")
    return f"{written}Z" if isinstance(written, str) and written else node.get(f"{which}_date")


def _day(node: Node, which: str) -> object:
    written = node.get(f"{which}_date")
    return written[:10] if isinstance(written, str) else written


def _virtual(node: Node, *, has_place: bool) -> AttendanceMode:
    hybrid = node.get("virtual_event_type") == "hybrid" or node.get("is_hybrid") is True
    return "mixed" if hybrid or has_place else "online"


def _cost(node: Node) -> tuple[bool | None, ScrapedPrice | None]:
    values = at(node, "cost_details", "values")
    amounts = (
        [amount for each in values if (amount := amount_of(each)) is not None]
        if isinstance(values, list)
        else []
    )
    written = node.get("cost")
    if not amounts and isinstance(written, str) and written.strip():
        amounts = [
            amount for each in re.split(r"[–—-]", written[:100]) if (amount := amount_of(each)) is not None
        ]
    if not amounts:
        return None, None
    price = price_of(min(amounts), max(amounts), at(node, "cost_details", "currency_code"))
    return max(amounts) == 0 if min(amounts) == max(amounts) or min(amounts) > 0 else None, price
