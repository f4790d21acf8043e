"""OpenAgenda: the agendas of French towns, libraries, employment offices and associations.

Addresses: `api.openagenda.com/v2/agendas/{uid}/events` and `/v2/agendas`, an official interface with a free key
(NEXTCIRCLE_OPENAGENDA_KEY): a feed. The key has its place in the query and is joined only on the wire. Pages of
openagenda.com are pages. Traps: an event is its `timings`, which may be hundreds; every text is a dictionary by language;
modes and statuses are numbers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from scrapers.platform import Access, Payload, Platform, ReadContext, Request
from scrapers.platforms._listing import Draft, Listing, is_json, otherwise
from scrapers.platforms._places import place_of
from scrapers.platforms._values import (
    Node,
    at,
    host_and_path,
    identifier,
    items,
    localised_text,
    nodes,
    with_query,
    word,
)
from scrapers.records import AttendanceMode, EventStatus, Reading, ScrapedOrganizer

_API: Final = "api.openagenda.com"
_LISTING: Final = re.compile(r"/v2/agendas(?:/\d+/events)?")
_MODES: Final[dict[object, AttendanceMode]] = {1: "offline", 2: "online", 3: "mixed"}
_STATUSES: Final[dict[object, EventStatus]] = {
    2: "EventRescheduled",
    3: "EventMovedOnline",
    4: "EventPostponed",
    6: "EventCancelled",
}


class OpenAgenda(Platform):
    """openagenda.com."""

    name: ClassVar[str] = "openagenda"
    label: ClassVar[str] = "OpenAgenda"
    key_name: ClassVar[str | None] = "OPENAGENDA"

    def access(self, url: str) -> Access | None:
        """FEED for listings of the interface, PAGE for agendas and events."""
        found = host_and_path(url)
        if found is None:
            return None
        if found[0] == _API:
            return Access.FEED if _LISTING.fullmatch(found[1]) else Access.FORBIDDEN
        return Access.PAGE if found[0] in {"openagenda.com", "www.openagenda.com"} else None

    def recognises(self, payload: Payload) -> bool:
        head = payload.body[:200_000]
        return self.access(payload.url) is not None or (
            b'"timings"' in head and b'"attendanceMode"' in payload.body
        )

    def canonical(self, url: str) -> str:
        """What is still to come, in the largest pages, and without a key."""
        found = host_and_path(url)
        if found is None or found[0] != _API or not found[1].endswith("/events"):
            return with_query(url, key=None) or url if found is not None and found[0] == _API else url
        return (
            with_query(url, key=None, size=300, detailed=1, **{"relative[]": ["current", "upcoming"]}) or url
        )

    def request(self, url: str, keys: Mapping[str, str]) -> Request:
        key = keys.get("OPENAGENDA")
        return Request(url, secret_query={"key": key} if key else {})

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The timings of the events of a page, or the agendas of a search as groups."""
        if not is_json(payload):
            return otherwise(payload, context, self.name)
        listing = Listing(self.name, payload, context)
        value = listing.json()
        if isinstance(at(value, "agendas"), list):
            listing.each(value["agendas"], lambda item: _agenda(listing, item))
        else:
            listing.each(at(value, "events"), lambda item: _event(listing, item))
        after = [each for each in items(at(value, "after")) if isinstance(each, str | int)]
        more = bool(after) and bool(at(value, "events") or at(value, "agendas"))
        return listing.reading(listing.turned(key=None, **{"after[]": after}) if more else ())


def _agenda(listing: Listing, node: Node) -> None:
    slug = identifier(node.get("slug"))
    listing.group(
        uid=node.get("uid"),
        title=node.get("title"),
        url=f"https://openagenda.com/{slug}" if slug else node.get("url"),
        description=localised_text(node.get("description"), "fr"),
        image=node.get("image"),
    )


def _event(listing: Listing, node: Node) -> None:
    where = node.get("location")
    place, mode = place_of(
        title=at(where, "name"),
        address=at(where, "address"),
        city=at(where, "city"),
        region=at(where, "region"),
        country=at(where, "countryCode"),
        lat=at(where, "latitude"),
        lon=at(where, "longitude"),
    )
    agenda = node.get("originAgenda")
    title = word(at(agenda, "title"))
    timings = items(node.get("timings"))
    if not timings and isinstance(node.get("nextTiming"), dict):
        timings = [node["nextTiming"]]
    if not timings:
        listing.notes.add("no_start", f"event {node.get('uid')!s:.40}")
    words: Any = localised_text(node.get("keywords"), "fr", "en")
    languages = node.get("title")
    for timing in timings[: listing.context.max_instances]:
        listing.event(
            Draft(
                uid=node.get("uid"),
                title=localised_text(node.get("title"), "fr", "en"),
                start=at(timing, "begin"),
                end=at(timing, "end"),
                zone=at(where, "timezone") or node.get("timezone"),
                occurrence=len(timings) > 1,
                description=localised_text(
                    node.get("longDescription") or node.get("description"), "fr", "en"
                ),
                status=_STATUSES.get(_number(node.get("status")), "EventScheduled"),
                mode=_MODES.get(_number(node.get("attendanceMode"))) or mode,
                url=_page(node),
                image=_image(node.get("image")),
                place=place,
                organizer=ScrapedOrganizer(uid=identifier(at(agenda, "uid")), name=title) if title else None,
                words=items(words),
                language=next(iter(languages))
                if isinstance(languages, dict) and len(languages) == 1
                else None,
            )
        )


def _number(value: object) -> object:
    number = at(value, "id") if isinstance(value, dict) else value
    return number if isinstance(number, int) else None


def _page(node: Node) -> object:
    agenda, slug = identifier(at(node, "originAgenda", "slug")), identifier(node.get("slug"))
    if agenda and slug:
        return f"https://openagenda.com/{agenda}/events/{slug}"
    links = [each.get("value") for each in nodes(node.get("registration")) if each.get("type") == "link"]
    return next((each for each in links if isinstance(each, str)), None)


def _image(value: Any) -> object:
    base, name = at(value, "base"), at(value, "filename")
    return f"{base}{name}" if isinstance(base, str) and isinstance(name, str) else value
