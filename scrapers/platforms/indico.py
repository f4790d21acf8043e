"""Indico: the seminars, talks and conferences of universities and laboratories.

Addresses: `/category/{id}/events.ics` and `/export/categ/{id}.json|.ics` on any installation, documented for subscription:
feeds; a category's page becomes its calendar. Traps: date, time and zone stand in three members; chairs, speakers and
creators are people; a meeting of a week is one event.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

from scrapers.formats.text import split_url
from scrapers.platform import Access, Payload, Platform, ReadContext
from scrapers.platforms._listing import Draft, Listing, is_json, otherwise
from scrapers.platforms._places import place_of
from scrapers.platforms._values import Node, at, host_and_path, identifier, items, joined, word
from scrapers.records import Reading, ScrapedOrganizer

_FEED: Final = re.compile(
    r"(?:/[\w-]+)?(?:/category/\d+/events\.(?:ics|atom)|/export/categ/[\d-]+\.(?:json|ics))"
)
_CATEGORY: Final = re.compile(r"((?:/[\w-]+)?)/category/(\d+)(?:/.*)?")


class Indico(Platform):
    """Installations of Indico."""

    name: ClassVar[str] = "indico"
    label: ClassVar[str] = "Indico"
    rank: ClassVar[int] = 40
    default_access: ClassVar[Access | None] = Access.FEED

    def access(self, url: str) -> Access | None:
        """FEED for the calendars and exports of categories."""
        found = host_and_path(url)
        return Access.FEED if found is not None and _FEED.fullmatch(found[1]) else None

    def recognises(self, payload: Payload) -> bool:
        head = payload.body[:50_000]
        return self.access(payload.url) is not None or (
            (b"BEGIN:VCALENDAR" in head and b"CERN//INDICO" in head)
            or (
                b'"categoryId"' in payload.body
                and b'"startDate"' in payload.body
                and b'"results"' in payload.body
            )
        )

    def canonical(self, url: str) -> str:
        """The calendar of a category, for its page."""
        found, parts = host_and_path(url), split_url(url)
        if found is None or parts is None or _FEED.fullmatch(found[1]):
            return url
        match = _CATEGORY.fullmatch(found[1])
        if match is None:
            return url
        return parts._replace(
            path=f"{match[1]}/category/{match[2]}/events.ics", query="", fragment=""
        ).geturl()

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The events of an export or a calendar."""
        if not is_json(payload):
            return otherwise(payload, context, self.name)
        listing = Listing(self.name, payload, context)
        listing.each(at(listing.json(), "results"), lambda item: _event(listing, item))
        return listing.reading()


def _event(listing: Listing, node: Node) -> None:
    place, mode = place_of(
        title=joined(node.get("location"), node.get("roomFullname") or node.get("room")),
        address=node.get("address"),
    )
    category = word(node.get("category"))
    listing.event(
        Draft(
            uid=node.get("id"),
            title=node.get("title"),
            start=_moment(node.get("startDate")),
            end=_moment(node.get("endDate")),
            zone=at(node, "startDate", "tz") or node.get("timezone"),
            description=node.get("description"),
            mode=mode,
            url=node.get("url"),
            place=place,
            organizer=ScrapedOrganizer(uid=identifier(node.get("categoryId")), name=category)
            if category
            else None,
            words=[category, *items(node.get("keywords"))],
        )
    )


def _moment(value: Any) -> object:
    return joined(at(value, "date"), at(value, "time"), by=" ") if isinstance(value, dict) else value
