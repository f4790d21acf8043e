"""Mobilizon: events and groups of the fediverse, searched around a place on any instance.

Addresses: `https://{instance}/api?search=events&location={geohash}&radius=50` (also `search=groups`, `term=`, `page=`): the
query names what is asked for, and a GraphQL document is sent to it by POST. The interface is open to anyone by design
(AGPL, federated): a feed; so are `/@{group}/feed/ics` and `/feed/instance/ics`. Traps: times are UTC and the zone stands in
the options; `geom` is "longitude;latitude"; whoever an event is attributed to may be a person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Final
from urllib.parse import parse_qs

from scrapers.formats.text import split_url
from scrapers.platform import Access, Payload, Platform, ReadContext, Request
from scrapers.platforms._listing import Draft, Listing, is_json, otherwise
from scrapers.platforms._places import place_of
from scrapers.platforms._values import Node, at, host_and_path, identifier, joined, nodes, word
from scrapers.records import AttendanceMode, EventStatus, Reading, ScrapedOrganizer, ScrapedPlace

_FEED: Final = re.compile(
    r"/@[\w.-]+(?:@[\w.-]+)?/feed/(?:ics|atom)|/feed/instance/(?:ics|atom)", re.IGNORECASE
)
_GROUP_PAGE: Final = re.compile(r"(/@[\w.-]+(?:@[\w.-]+)?)(?:/events)?", re.IGNORECASE)
_LIMIT: Final = 100
_RADIUS: Final = 500.0
_ADDRESS: Final = "description street locality postalCode region country geom timezone"
_EVENTS: Final = (
    "query($term:String,$location:String,$radius:Float,$page:Int,$limit:Int,$beginsOn:DateTime){"
    "searchEvents(term:$term,location:$location,radius:$radius,page:$page,limit:$limit,beginsOn:$beginsOn,"
    "sortBy:START_TIME_ASC){total elements{id uuid url title beginsOn endsOn status category tags{title} ... on Event{description}"
    f" picture{{url}} physicalAddress{{{_ADDRESS}}} attributedTo{{__typename name preferredUsername domain url}}"
    " options{isOnline timezone}}}}"
)
_GROUPS: Final = (
    "query($term:String,$location:String,$radius:Float,$page:Int,$limit:Int){"
    "searchGroups(term:$term,location:$location,radius:$radius,page:$page,limit:$limit){total elements{"
    f"__typename id name preferredUsername domain summary url membersCount physicalAddress{{{_ADDRESS}}}}}}}}}"
)
_STATUSES: Final[dict[str, EventStatus]] = {"CANCELLED": "EventCancelled"}


class Mobilizon(Platform):
    """Instances of Mobilizon."""

    name: ClassVar[str] = "mobilizon"
    label: ClassVar[str] = "Mobilizon"
    rank: ClassVar[int] = 40
    terms_url: ClassVar[str | None] = "https://joinmobilizon.org/"
    default_access: ClassVar[Access | None] = Access.FEED

    def access(self, url: str) -> Access | None:
        """FEED for searches and the feeds of groups and instances, PAGE for a group's page on a host of that name."""
        found = host_and_path(url)
        if found is None:
            return None
        if _FEED.fullmatch(found[1]) or _search_of(url) is not None:
            return Access.FEED
        # Mastodon and others have people at such addresses.
        named = any(label.startswith("mobilizon") for label in found[0].split("."))
        return Access.PAGE if named and _GROUP_PAGE.fullmatch(found[1]) else None

    def canonical(self, url: str) -> str:
        """The calendar of a group, for its page."""
        found, parts = host_and_path(url), split_url(url)
        page = None if found is None else _GROUP_PAGE.fullmatch(found[1])
        if page is None or parts is None:
            return url
        return parts._replace(path=f"{page[1]}/feed/ics", query="", fragment="").geturl()

    def recognises(self, payload: Payload) -> bool:
        head = payload.body[:4_096]
        return self.access(payload.url) is not None or (
            (b'"searchEvents"' in head or b'"searchGroups"' in head) and b'"elements"' in head
        )

    def request(self, url: str, keys: Mapping[str, str]) -> Request:  # noqa: ARG002  no key is needed
        """A GraphQL document for a search; feeds are fetched like any other."""
        search = _search_of(url)
        if search is None:
            return Request(url)
        variables: dict[str, Any] = {
            "term": search.get("term", ""),
            "location": search.get("location") or None,
            "radius": _radius(search.get("radius")),
            "page": int(search["page"]) if search.get("page", "").isdecimal() else 1,
            "limit": _LIMIT,
        }
        events = search["search"] == "events"
        document = _EVENTS if events else _GROUPS
        if events and search.get("after"):
            variables["beginsOn"] = search["after"]
        return Request(
            url,
            method="POST",
            headers={"Accept": "application/json"},
            json={
                "query": document,
                "variables": {key: value for key, value in variables.items() if value is not None},
            },
        )

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The events or groups of a search, or a feed."""
        if not is_json(payload) or not self._is_search(payload):
            return otherwise(payload, context, self.name)
        listing = Listing(self.name, payload, context)
        value = listing.json()
        following: tuple[str, ...] = ()
        for error in nodes(at(value, "errors")):
            listing.notes.add("graphql_error", str(error.get("message")))
        events, groups = at(value, "data", "searchEvents"), at(value, "data", "searchGroups")
        for result, read in ((groups, _add_group), (events, _event)):
            if isinstance(result, dict):
                listing.each(result.get("elements"), lambda item, read=read: read(listing, item))  # type: ignore[misc]
                page = listing.number("page", 1)
                if (
                    isinstance(result.get("total"), int)
                    and page * _LIMIT < result["total"]
                    and result.get("elements")
                ):
                    following = listing.turned(page=page + 1)
        if not isinstance(events, dict) and not isinstance(groups, dict):
            listing.fail("no_events", "this answer has no search in it")
        return listing.reading(following)

    def _is_search(self, payload: Payload) -> bool:
        return (
            b'"searchEvents"' in payload.body
            or b'"searchGroups"' in payload.body
            or b'"errors"' in payload.body
        )


def _search_of(url: str) -> dict[str, str] | None:
    parts = split_url(url)
    if parts is None or parts.path.rstrip("/") != "/api":
        return None
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    return query if query.get("search") in {"events", "groups"} else None


def _radius(written: str | None) -> float | None:
    try:
        return min(max(float(written), 1.0), _RADIUS) if written else None
    except ValueError:
        return None


def _place(address: Any) -> tuple[ScrapedPlace | None, AttendanceMode | None]:
    lon, _, lat = str(at(address, "geom") or "").partition(";")
    return place_of(
        title=at(address, "description"),
        address=joined(at(address, "street"), at(address, "postalCode")),
        city=at(address, "locality"),
        region=at(address, "region"),
        country=at(address, "country"),
        lat=lat,
        lon=lon,
    )


def _handle(node: Any) -> str | None:
    name, domain = identifier(at(node, "preferredUsername")), identifier(at(node, "domain"))
    return f"{name}@{domain}" if name and domain else name


def _add_group(listing: Listing, node: Node) -> None:
    listing.group(
        uid=_handle(node),
        title=node.get("name") or node.get("preferredUsername"),
        url=node.get("url"),
        description=node.get("summary"),
        place=_place(node.get("physicalAddress"))[0],
        members=node.get("membersCount"),
        zone=at(node, "physicalAddress", "timezone"),
    )


def _event(listing: Listing, node: Node) -> None:
    place, mode = _place(node.get("physicalAddress"))
    online = at(node, "options", "isOnline") is True
    category = word(node.get("category"))
    tags = [each.get("title") for each in nodes(node.get("tags"))]
    listing.event(
        Draft(
            uid=node.get("uuid") or node.get("id"),
            title=node.get("title"),
            start=node.get("beginsOn"),
            end=node.get("endsOn"),
            zone=at(node, "options", "timezone") or at(node, "physicalAddress", "timezone"),
            description=node.get("description"),
            status=_STATUSES.get(str(node.get("status")), "EventScheduled"),
            mode=("mixed" if place else "online") if online else mode,
            url=node.get("url"),
            image=at(node, "picture", "url"),
            place=place,
            organizer=_organizer(listing, node.get("attributedTo")),
            words=[category.replace("_", " ").capitalize() if category else None, *tags],
            language=node.get("language"),
        )
    )


def _organizer(listing: Listing, node: Any) -> ScrapedOrganizer | None:
    """The group an event is attributed to; a person's account is left out."""
    if not isinstance(node, dict) or node.get("__typename", node.get("type", "Group")) not in (
        "Group",
        "GROUP",
    ):
        return None
    name = word(node.get("name")) or word(node.get("preferredUsername"))
    return ScrapedOrganizer(uid=_handle(node), name=name, url=listing.url(node.get("url"))) if name else None
