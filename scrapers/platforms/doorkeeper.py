"""Doorkeeper: groups and events in Japan, a good part of them in English, by no means only tech.

Addresses: `api.doorkeeper.jp/events` (`?prefecture=tokyo`, `?q=`, `?since=`), `/groups/{group}` and `/groups/{group}/events`,
the documented interface (doorkeeper.jp/developer/api): a feed. A key is not needed; with one more is answered in a minute.
Public readers of the format: the gem doorkeeper_jp and nalabjp/pesca. Traps: each item wraps its event; times are UTC,
people meet by the clock of Japan; the group is a number unless `expand[]=group` asks for it; a place of null is a call;
descriptions are HTML.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from scrapers.platform import Access, Payload, Platform, ReadContext, Request
from scrapers.platforms._listing import Draft, Listing, is_json, otherwise
from scrapers.platforms._places import place_of
from scrapers.platforms._values import at, host_and_path, identifier, with_query, word
from scrapers.records import Reading, ScrapedOrganizer

_HOST: Final = "api.doorkeeper.jp"
_EVENTS: Final = re.compile(r"/events(?:/\d+)?|/groups/[\w-]+/events", re.IGNORECASE)
_GROUP: Final = re.compile(r"/groups/[\w-]+", re.IGNORECASE)
_GROUP_HOST: Final = re.compile(r"([\w-]+)\.doorkeeper\.jp", re.IGNORECASE)
_OWN_HOSTS: Final = frozenset({"www", "manage", "support", "api"})
_ZONE: Final = "Asia/Tokyo"
_PAGE_SIZE: Final = 25


class Doorkeeper(Platform):
    """doorkeeper.jp."""

    name: ClassVar[str] = "doorkeeper"
    label: ClassVar[str] = "Doorkeeper"
    terms_url: ClassVar[str | None] = "https://www.doorkeeper.jp/developer/api"
    key_name: ClassVar[str | None] = "DOORKEEPER"

    def access(self, url: str) -> Access | None:
        """FEED for the interface, PAGE for the pages of a group."""
        found = host_and_path(url)
        if found is None:
            return None
        if found[0] == _HOST:
            path = found[1]
            return Access.FEED if _EVENTS.fullmatch(path) or _GROUP.fullmatch(path) else Access.FORBIDDEN
        group = _GROUP_HOST.fullmatch(found[0])
        return Access.PAGE if group is not None and group[1] not in _OWN_HOSTS else None

    def recognises(self, payload: Payload) -> bool:
        head = payload.body[:20_000]
        return self.access(payload.url) is not None or (
            b'"public_url"' in head and b"doorkeeper.jp" in head and b'"starts_at"' in head
        )

    def canonical(self, url: str) -> str:
        """The events of a group, with their group, for its pages."""
        found = host_and_path(url)
        if found is None or self.access(url) in {None, Access.FORBIDDEN}:
            return url
        group = _GROUP_HOST.fullmatch(found[0])
        if found[0] != _HOST and group is not None:
            url = f"https://{_HOST}/groups/{group[1]}/events"
        elif not _EVENTS.fullmatch(found[1]):
            return url
        return with_query(url, **{"expand[]": "group"}) or url

    def needs_key(self, url: str) -> bool:  # noqa: ARG002  a key only answers more
        return False

    def request(self, url: str, keys: Mapping[str, str]) -> Request:
        key = keys.get("DOORKEEPER")
        return Request(url, headers={"Authorization": f"Bearer {key}"} if key else {})

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """A page of events, one event, or a group."""
        if not is_json(payload):
            return otherwise(payload, context, self.name)
        listing = Listing(self.name, payload, context)
        value = listing.json()
        if isinstance(at(value, "group"), dict) and at(value, "event") is None:
            _group(listing, at(value, "group"))
            return listing.reading()
        found = value if isinstance(value, list) else [value] if isinstance(value, dict) else None
        listing.each(found, lambda item: _event(listing, item.get("event", item)))
        full = isinstance(value, list) and len(value) >= _PAGE_SIZE
        return listing.reading(listing.turned(page=listing.number("page", 1) + 1) if full else ())


def _group(listing: Listing, node: Any) -> ScrapedOrganizer | None:
    if not isinstance(node, dict):
        return None
    return listing.group(
        uid=node.get("id"),
        title=node.get("name"),
        url=node.get("public_url"),
        description=node.get("description"),
        members=node.get("members_count"),
        place=place_of(country=node.get("country_code"))[0],
        zone=_ZONE,
        image=node.get("logo"),
    )


def _event(listing: Listing, node: Any) -> None:
    if not isinstance(node, dict):
        listing.notes.add("no_object", "event")
        return
    place, mode = place_of(
        title=node.get("venue_name"),
        address=node.get("address"),
        lat=node.get("lat"),
        lon=node.get("long"),
    )
    nowhere = word(node.get("venue_name")) is None and word(node.get("address")) is None
    group = node.get("group")
    known = _group(listing, group) if isinstance(group, dict) else None
    number = identifier(group)
    listing.event(
        Draft(
            uid=node.get("id"),
            title=node.get("title"),
            start=node.get("starts_at"),
            end=node.get("ends_at"),
            zone=_ZONE,
            description=node.get("description"),
            mode="online" if nowhere else mode,
            url=node.get("public_url"),
            image=node.get("banner"),
            place=place,
            organizer=known or (ScrapedOrganizer(uid=number) if number else None),
        )
    )
