"""pretix and pretalx: the ticket shops and programmes of community conferences.

Addresses: `/{organizer}/events/ical/` and `/{organizer}/{event}/ical/` of pretix.eu and pretalx.com, published for
subscription, and `pretalx.com/api/events/`: feeds. `/api/v1/organizers/{organizer}/events/` of pretix wants a token
(NEXTCIRCLE_PRETIX_KEY, in the Authorization header). Traps: pretalx says no place at all, so none is guessed; a pretix
shop with sub events is a series whose dates are elsewhere; texts are dictionaries by language; speakers are people.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar, Final

from scrapers.platform import Access, Payload, Platform, ReadContext, Request
from scrapers.platforms._listing import Draft, Listing, is_json, otherwise
from scrapers.platforms._places import place_of
from scrapers.platforms._values import Node, at, host_and_path, localised_text, nodes
from scrapers.records import Reading

_HOSTS: Final = frozenset({"pretalx.com", "pretix.eu"})
_SHOP_CALENDAR: Final = re.compile(r"/[\w.-]+/(?:[\w.-]+/)?(?:events/)?ical")
_TOKEN_LISTING: Final = re.compile(r"/api/v1/organizers/[\w.-]+/(?:events(?:/[\w.-]+/subevents)?|subevents)")
_CLOSED: Final = re.compile(r"/(?:api|control|orga|redirect|accounts?|login)(?:/|$)")


class Pretix(Platform):
    """pretix.eu, pretalx.com, and what is served in their forms elsewhere."""

    name: ClassVar[str] = "pretix"
    label: ClassVar[str] = "pretix and pretalx"
    key_name: ClassVar[str | None] = "PRETIX"

    def access(self, url: str) -> Access | None:
        """FEED for calendars and lists of events, PAGE for shops; on other hosts only the token's lists are known."""
        found = host_and_path(url)
        if found is None:
            return None
        host, path = found
        if _TOKEN_LISTING.fullmatch(path):
            return Access.FEED
        if host not in _HOSTS:
            return None
        if _SHOP_CALENDAR.fullmatch(path) or (
            host == "pretalx.com" and re.fullmatch(r"/api/events(?:/[\w.-]+)?", path)
        ):
            return Access.FEED
        return Access.FORBIDDEN if path == "/" or _CLOSED.match(path) else Access.PAGE

    def recognises(self, payload: Payload) -> bool:
        head = payload.body[:100_000]
        return self.access(payload.url) is not None or (
            (
                b'"date_from"' in head
                and b'"slug"' in head
                and (b'"is_public"' in head or b'"has_subevents"' in head)
            )
            or (
                b"BEGIN:VCALENDAR" in head
                and (b"PRODID:-//pretix//" in head or b"PRODID:-//pretalx//" in head)
            )
        )

    def request(self, url: str, keys: Mapping[str, str]) -> Request:
        key = keys.get("PRETIX")
        wanted = key and _TOKEN_LISTING.fullmatch((host_and_path(url) or ("", ""))[1])
        return Request(url, headers={"Authorization": f"Token {key}"} if wanted else {})

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The events of a list or a calendar."""
        if not is_json(payload) or b'"@type"' in payload.body:
            return otherwise(payload, context, self.name)
        listing = Listing(self.name, payload, context)
        value = listing.json()
        found = value if isinstance(value, list) else at(value, "results")
        if found is None and at(value, "date_from"):
            found = nodes(value)
        listing.each(found, lambda item: _event(listing, item))
        return listing.reading(listing.next(at(value, "next")))


def _event(listing: Listing, node: Node) -> None:
    if False in (node.get("is_public"), node.get("live"), node.get("active")) or node.get("testmode") is True:
        return
    title = localised_text(node.get("name"), "en", "de")
    if node.get("has_subevents") is True:
        listing.notes.add("series", f"{title!s:.80}: its dates are events, it is none")
        return
    place, mode = place_of(
        title=localised_text(node.get("location"), "en", "de"),
        lat=node.get("geo_lat"),
        lon=node.get("geo_lon"),
    )
    start = node.get("date_from")
    listing.event(
        Draft(
            uid=node.get("slug") or node.get("id"),
            title=title,
            start=start,
            end=node.get("date_to"),
            zone=node.get("timezone"),
            mode=mode,
            url=node.get("public_url") or at(node, "urls", "base") or _page(listing, node),
            place=place,
        )
    )


def _page(listing: Listing, node: Node) -> str | None:
    """pretalx names pages by the event's slug on its own host."""
    slug = node.get("slug")
    return (
        f"/{slug}/"
        if isinstance(slug, str) and listing.base and "is_public" in node and "live" not in node
        else None
    )
