"""Mobilize: volunteering and civic events in the United States, around a ZIP code.

Addresses: `api.mobilize.us/v1/events` and `/v1/organizations/{id}/events`, official and without a key for what is public:
a feed. Pages of mobilize.us are pages. Traps: an event is its timeslots; an address may be for those who signed up
(`address_visibility`), and then only the town is kept; contacts are people.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

from scrapers.platform import Access, Payload, Platform, ReadContext
from scrapers.platforms._listing import Draft, Listing, is_json, otherwise
from scrapers.platforms._people import organisation
from scrapers.platforms._places import place_of
from scrapers.platforms._values import (
    Node,
    at,
    host_and_path,
    identifier,
    items,
    joined,
    nodes,
    with_query,
    word,
)
from scrapers.records import AttendanceMode, Reading, ScrapedOrganizer, ScrapedPlace

_API: Final = "api.mobilize.us"
_LISTING: Final = re.compile(r"/v1/(?:organizations/\d+/)?events|/v1/organizations")


class Mobilize(Platform):
    """mobilize.us."""

    name: ClassVar[str] = "mobilize"
    label: ClassVar[str] = "Mobilize"
    terms_url: ClassVar[str | None] = "https://github.com/mobilizeamerica/api"

    def access(self, url: str) -> Access | None:
        """FEED for public listings, PAGE for pages; the rest of the interface is closed."""
        found = host_and_path(url)
        if found is None:
            return None
        if found[0] == _API:
            return Access.FEED if _LISTING.fullmatch(found[1]) else Access.FORBIDDEN
        return Access.PAGE if found[0] in {"www.mobilize.us", "mobilize.us"} else None

    def recognises(self, payload: Payload) -> bool:
        body = payload.body[:200_000]
        return self.access(payload.url) is not None or (b'"timeslots"' in body and b'"browser_url"' in body)

    def canonical(self, url: str) -> str:
        """What is still to come, in large pages."""
        found = host_and_path(url)
        if found is None or self.access(url) is not Access.FEED or not found[1].endswith("/events"):
            return url
        start = {} if "timeslot_start=" in url else {"timeslot_start": "gte_now"}
        return with_query(url, per_page=100, **start) or url

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The timeslots of the events of a page."""
        if not is_json(payload):
            return otherwise(payload, context, self.name)
        listing = Listing(self.name, payload, context)
        value = listing.json()
        found = at(value, "data")
        listing.each([found] if isinstance(found, dict) else found, lambda item: _item(listing, item))
        return listing.reading(listing.next(at(value, "next")))


def _item(listing: Listing, node: Node) -> None:
    if "timeslots" not in node and "org_type" in node:
        _sponsor(listing, node)
        return
    if node.get("visibility") not in (None, "PUBLIC") or node.get("approval_status") in (
        "REJECTED",
        "NEEDS_APPROVAL",
    ):
        return
    place, mode = _place(node)
    virtual = node.get("is_virtual") is True
    kind = word(node.get("event_type"))
    slots = items(node.get("timeslots"))
    if not slots:
        listing.notes.add("no_start", f"{node.get('title')!s:.80}")
    for slot in slots[: listing.context.max_instances]:
        listing.event(
            Draft(
                uid=node.get("id"),
                title=node.get("title"),
                start=at(slot, "start_date"),
                end=at(slot, "end_date"),
                zone=node.get("timezone"),
                occurrence=len(slots) > 1,
                description=node.get("description") or node.get("summary"),
                mode="online" if virtual else mode,
                url=node.get("browser_url"),
                image=node.get("featured_image_url"),
                place=place,
                organizer=_sponsor(listing, node.get("sponsor")),
                words=[
                    kind.replace("_", " ").capitalize() if kind else None,
                    *(each.get("name") for each in nodes(node.get("tags"))),
                ],
            )
        )


def _sponsor(listing: Listing, node: Any) -> ScrapedOrganizer | None:
    title = organisation(at(node, "name"))
    if title is None:
        return None
    return listing.group(
        uid=identifier(at(node, "slug")) or at(node, "id"),
        title=title,
        url=at(node, "event_feed_url"),
        place=place_of(region=at(node, "state"), country="US" if at(node, "state") else None)[0],
    )


def _place(node: Node) -> tuple[ScrapedPlace | None, AttendanceMode | None]:
    where = node.get("location")
    shown = node.get("address_visibility") in (None, "PUBLIC")
    return place_of(
        title=at(where, "venue") if shown else None,
        address=joined(*items(at(where, "address_lines")), at(where, "postal_code")) if shown else None,
        city=at(where, "locality"),
        region=at(where, "region"),
        country=at(where, "country"),
        lat=at(where, "location", "latitude") if shown else None,
        lon=at(where, "location", "longitude") if shown else None,
    )
