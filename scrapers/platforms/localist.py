"""Localist (Concept3D): the calendars of universities and tourist boards, with their departments and groups.

Addresses: `/api/2/events`, `/groups`, `/departments`, `/organizations` on any host; documented as read-only and public: a
feed. The vendor now sells keys for it, so some hosts answer 401; their `/calendar.ics` is a calendar like any other.
Traps: a recurring event is its instances, never the span from `first_date` to `last_date`; `page.total` counts pages on
some hosts and events on others, so the listing ends with its first empty page.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

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
    items,
    joined,
    nodes,
    price_of,
    with_query,
)
from scrapers.records import AttendanceMode, EventStatus, Reading, ScrapedOrganizer

_PATH: Final = re.compile(
    r"/api/2(?:\.\d)?/(?:events(?:/search|/\d+)?|groups|departments|organizations)(?:/\d+)?", re.IGNORECASE
)
_MODES: Final[dict[str, AttendanceMode]] = {"inperson": "offline", "virtual": "online", "hybrid": "mixed"}
_STATUSES: Final[dict[str, EventStatus]] = {
    "canceled": "EventCancelled",
    "cancelled": "EventCancelled",
    "postponed": "EventPostponed",
}
_GROUPS: Final = {"groups": "group", "departments": "department", "organizations": "organization"}


class Localist(Platform):
    """Calendars that run on Localist."""

    name: ClassVar[str] = "localist"
    label: ClassVar[str] = "Localist"
    rank: ClassVar[int] = 40
    terms_url: ClassVar[str | None] = "https://developer.localist.com/doc/api"
    default_access: ClassVar[Access | None] = Access.FEED

    def access(self, url: str) -> Access | None:
        """FEED for the public interface, PAGE for the calendars on the vendor's own hosts."""
        found = host_and_path(url)
        if found is None:
            return None
        if _PATH.fullmatch(found[1]):
            return Access.FEED
        own = found[0].endswith(".localist.com") and not found[0].startswith(("www.", "developer.", "help."))
        return Access.PAGE if own and not found[1].startswith("/api") else None

    def recognises(self, payload: Payload) -> bool:
        body = payload.body[:500_000]
        return self.access(payload.url) is not None or (
            b'"localist_url"' in body or (b'"event_instances"' in body and b'"event_instance"' in body)
        )

    def canonical(self, url: str) -> str:
        """A list in its largest pages, events a year ahead; for another address of a host, the list of its events."""
        found, parts = host_and_path(url), split_url(url)
        if found is None or parts is None:
            return url
        path = found[1]
        if not _PATH.fullmatch(path):
            path = "/api/2/events"
            url = parts._replace(path=path, query="").geturl()
        if path.rpartition("/")[2].isdigit():
            return url
        parameters = {"pp": 100}
        if path.endswith("/events") and "days=" not in url and "end=" not in url:
            parameters["days"] = 365
        return with_query(url, **parameters) or url

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """A page of events with their instances, or of groups."""
        if not is_json(payload):
            return otherwise(payload, context, self.name)
        listing = Listing(self.name, payload, context)
        value = listing.json()
        key = next((each for each in _GROUPS if isinstance(at(value, each), list)), None)
        if key is not None:
            found: Any = at(value, key)
            listing.each(found, lambda item: _group(listing, item.get(_GROUPS[key], item)))
        else:
            found = [value] if isinstance(at(value, "event"), dict) else at(value, "events")
            listing.each(found, lambda item: _event(listing, item.get("event", item)))
        current, total = at(value, "page", "current"), at(value, "page", "total")
        more = isinstance(current, int) and isinstance(total, int) and bool(found) and current < total
        return listing.reading(listing.turned(page=current + 1) if more else ())


def _group(listing: Listing, node: Any) -> None:
    listing.group(
        uid=at(node, "id"),
        title=at(node, "name"),
        url=at(node, "localist_url") or at(node, "url"),
        description=at(node, "description_text") or at(node, "description"),
        members=at(node, "members_count"),
        image=at(node, "photo_url"),
    )


def _event(listing: Listing, node: Any) -> None:
    if not isinstance(node, dict):
        listing.notes.add("no_object", "event")
        return
    if True in (node.get("private"), node.get("rejected")):
        return
    instances = [each for item in nodes(node.get("event_instances")) if (each := at(item, "event_instance"))]
    if not instances:
        listing.notes.add("no_start", f"{node.get('title')!s:.80}")
    geo = node.get("geo")
    place, by_name = place_of(
        title=joined(node.get("location_name") or node.get("location"), node.get("room_number")),
        address=node.get("address") or at(geo, "street"),
        city=at(geo, "city"),
        region=at(geo, "state"),
        country=at(geo, "country"),
        lat=at(geo, "latitude"),
        lon=at(geo, "longitude"),
    )
    amount = amount_of(node.get("ticket_cost"))
    free = True if node.get("free") is True else (amount == 0 if amount is not None else None)
    for instance in instances:
        listing.event(
            Draft(
                uid=node.get("id"),
                title=node.get("title"),
                start=at(instance, "start"),
                end=at(instance, "end"),
                all_day=at(instance, "all_day") is True,
                occurrence=len(instances) > 1 or node.get("recurring") is True,
                description=node.get("description_text") or node.get("description"),
                status=_STATUSES.get(str(node.get("status")), "EventScheduled"),
                mode=_MODES.get(str(node.get("experience"))) or by_name,
                url=node.get("localist_url") or node.get("url"),
                image=node.get("photo_url"),
                place=place,
                organizer=_organizer(node),
                words=_words(node),
                free=free,
                price=price_of(amount),
            )
        )


def _organizer(node: Node) -> ScrapedOrganizer | None:
    for key in ("groups", "departments"):
        for each in nodes(node.get(key)):
            title = organisation(each.get("name"))
            if title is not None:
                return ScrapedOrganizer(uid=identifier(each.get("id")), name=title)
    return None


def _words(node: Node) -> list[object]:
    filters = node.get("filters")
    named = [
        each.get("name")
        for key in (filters if isinstance(filters, dict) else ())
        if key in {"event_types", "event_topic", "event_topics"}
        for each in nodes(at(filters, key))
    ]
    plain = [
        at(each, "name") if isinstance(each, dict) else each
        for key in ("tags", "keywords")
        for each in items(node.get(key))
    ]
    return [*named, *plain]
