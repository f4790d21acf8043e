"""connpass: study groups and meetups of Japanese developers, by prefecture.

Addresses: `connpass.com/api/v2/events/` and `/api/v2/groups/`, official, one request a second, with a key that is applied
for (NEXTCIRCLE_CONNPASS_KEY, sent as X-API-Key): a feed. Pages are closed: the interface is what connpass offers to
programs. Traps: `lat` and `lon` are numbers in strings; online is written as a place (オンライン); owners are people.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar, Final

from scrapers.platform import Access, Payload, Platform, ReadContext, Request
from scrapers.platforms._listing import Draft, Listing, is_json, otherwise
from scrapers.platforms._places import place_of
from scrapers.platforms._values import Node, at, host_and_path, identifier, with_query, word
from scrapers.records import AttendanceMode, EventStatus, Reading, ScrapedOrganizer, ScrapedPlace

_LISTING: Final = re.compile(r"/api/v2/(?:events|groups)")
_ONLINE: Final = re.compile(
    r"[\s(（【]*(?:オンライン(?:開催|配信|のみ)?|online|zoom|youtube(?: live)?|discord)[\s)）】]*",
    re.IGNORECASE,
)
_MIXED: Final = re.compile(r"ハイブリッド|オンライン(?:併用|同時)|現地\s*[+＋&・/]\s*オンライン")
_UNKNOWN: Final = re.compile(r"未定|調整中|後日.{0,10}(?:連絡|案内|公開)?")
_STATUSES: Final[dict[str, EventStatus]] = {"cancelled": "EventCancelled", "canceled": "EventCancelled"}


class Connpass(Platform):
    """connpass.com."""

    name: ClassVar[str] = "connpass"
    label: ClassVar[str] = "connpass"
    terms_url: ClassVar[str | None] = "https://connpass.com/about/api/v2/"
    key_name: ClassVar[str | None] = "CONNPASS"

    def access(self, url: str) -> Access | None:
        """FEED for listings of the interface; everything else is closed."""
        found = host_and_path(url)
        if found is None or not (found[0] == "connpass.com" or found[0].endswith(".connpass.com")):
            return None
        return (
            Access.FEED if found[0] == "connpass.com" and _LISTING.fullmatch(found[1]) else Access.FORBIDDEN
        )

    def recognises(self, payload: Payload) -> bool:
        head = payload.body[:2_048]
        return self.access(payload.url) is not None or (
            b'"results_returned"' in payload.body
            and b'"results_available"' in payload.body
            and b'"id"' in head
        )

    def canonical(self, url: str) -> str:
        """A listing in its largest pages; the events of a group, for the group's own page."""
        found = host_and_path(url)
        if found is None or self.access(url) is None:
            return url
        subdomain = found[0].removesuffix(".connpass.com")
        if subdomain not in {"connpass.com", "www"}:
            return f"https://connpass.com/api/v2/events/?subdomain={subdomain}&order=2&count=100"
        return with_query(url, count=100) or url if _LISTING.fullmatch(found[1]) else url

    def request(self, url: str, keys: Mapping[str, str]) -> Request:
        key = keys.get("CONNPASS")
        return Request(url, headers={"X-API-Key": key} if key else {})

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The events or groups of a page."""
        if not is_json(payload):
            return otherwise(payload, context, self.name)
        listing = Listing(self.name, payload, context)
        value = listing.json()
        if isinstance(at(value, "groups"), list):
            listing.each(value["groups"], lambda item: _group(listing, item))
        else:
            listing.each(at(value, "events"), lambda item: _event(listing, item))
        start, returned, available = (
            at(value, f"results_{each}") for each in ("start", "returned", "available")
        )
        numbers = all(isinstance(each, int) for each in (start, returned, available))
        more = numbers and returned > 0 and start + returned <= available
        return listing.reading(listing.turned(start=start + returned) if more else ())


def _group(listing: Listing, node: Node) -> None:
    listing.group(
        uid=node.get("id"),
        title=node.get("title"),
        url=node.get("url"),
        description=node.get("description") or node.get("sub_title"),
        members=node.get("member_users_count"),
        zone="Asia/Tokyo",
        image=node.get("image_url"),
    )


def _event(listing: Listing, node: Node) -> None:
    place, mode = _place(node)
    group = node.get("group")
    title = word(at(group, "title"))
    listing.event(
        Draft(
            uid=node.get("id"),
            title=node.get("title"),
            start=node.get("started_at"),
            end=node.get("ended_at"),
            zone="Asia/Tokyo",
            description=node.get("description") or node.get("catch"),
            status=_STATUSES.get(str(node.get("open_status")), "EventScheduled"),
            mode=mode,
            url=node.get("url") or node.get("event_url"),
            image=node.get("image_url"),
            place=place,
            organizer=ScrapedOrganizer(
                uid=identifier(at(group, "id")), name=title, url=listing.url(at(group, "url"))
            )
            if title
            else None,
            words=(node.get("hash_tag"),),
            language="ja",
        )
    )


def _place(node: Node) -> tuple[ScrapedPlace | None, AttendanceMode | None]:
    title, address = word(node.get("place")), word(node.get("address"))
    mixed = any(_MIXED.search(each) for each in (title, address) if each)
    online = any(_ONLINE.fullmatch(each) for each in (title, address) if each)
    title, address = (
        None if each is None or _ONLINE.fullmatch(each) or _UNKNOWN.match(each) else each
        for each in (title, address)
    )
    place, mode = place_of(
        title=title,
        address=address,
        country="JP" if address or node.get("lat") else None,
        lat=node.get("lat"),
        lon=node.get("lon"),
    )
    if mixed:
        return place, "mixed"
    return place, ("mixed" if place else "online") if online else mode
