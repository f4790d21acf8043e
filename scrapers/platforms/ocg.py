"""Open Community Groups: the groups and events of the CNCF and other foundations, searched by box, text or community.

Addresses: `/explore/groups/search` and `/explore/events/search` of ocgroups.dev and of any host that runs the software
(cncf/open-community-groups, Apache-2.0). They answer anyone, in pages of at most 100: a feed. Group and event pages are
pages. Traps: `latitude`/`longitude` in the query are overwritten with where the caller is, so a box (`bbox_*`) asks for
a place; test events and unpublished ones stand in the answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar, Final

from scrapers.platform import Access, Payload, Platform, ReadContext, Request
from scrapers.platforms._listing import Draft, Listing, is_json, otherwise
from scrapers.platforms._places import place_of
from scrapers.platforms._values import Node, at, host_and_path, identifier, with_query
from scrapers.records import AttendanceMode, Reading, ScrapedOrganizer, ScrapedPlace

_HOST: Final = "ocgroups.dev"
_SEARCH: Final = re.compile(r"/explore/(?:groups|events)/search")
_GROUP: Final = re.compile(r"/[\w-]+/group/[\w-]+(?:/event/[\w-]+)?")
_MODES: Final[dict[str, AttendanceMode]] = {"in-person": "offline", "virtual": "online", "hybrid": "mixed"}
_CALLERS: Final = ("latitude", "longitude")


class OpenCommunityGroups(Platform):
    """ocgroups.dev and other hosts of the same software."""

    name: ClassVar[str] = "ocg"
    label: ClassVar[str] = "Open Community Groups"

    def access(self, url: str) -> Access | None:
        """FEED for searches on any host; on ocgroups.dev PAGE for groups and events, the rest is closed."""
        found = host_and_path(url)
        if found is None:
            return None
        host, path = found
        if _SEARCH.fullmatch(path):
            return Access.FEED
        if host != _HOST:
            return None
        return Access.PAGE if _GROUP.fullmatch(path) else Access.FORBIDDEN

    def recognises(self, payload: Payload) -> bool:
        if self.access(payload.url) is not None:
            return True
        head = payload.body[:200_000]
        return b'"community_display_name"' in head and (b'"group_id"' in head or b'"event_id"' in head)

    def canonical(self, url: str) -> str:
        """A search in pages of 100, without the coordinates that the server overwrites."""
        found = host_and_path(url)
        if found is None or not _SEARCH.fullmatch(found[1]):
            return url
        return with_query(url, **dict.fromkeys(_CALLERS), limit=100) or url

    def request(self, url: str, keys: Mapping[str, str]) -> Request:  # noqa: ARG002  no key is needed
        return Request(url, headers={"Accept": "application/json"})

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The groups or the events of a search."""
        if not is_json(payload):
            return otherwise(payload, context, self.name)
        listing = Listing(self.name, payload, context)
        value = listing.json()
        reader = _Search(listing, payload.url)
        groups, events = at(value, "groups"), at(value, "events")
        if isinstance(groups, list):
            listing.each(groups, reader.group)
        if isinstance(events, list) or not isinstance(groups, list):
            listing.each(events, reader.event)
        offset, limit, total = listing.number("offset", 0), listing.number("limit", 100), at(value, "total")
        more = bool(groups or events) and isinstance(total, int) and 0 < limit < total - offset
        return listing.reading(listing.turned(offset=offset + limit) if more else ())


class _Search:
    def __init__(self, listing: Listing, url: str) -> None:
        self._listing = listing
        found = host_and_path(url)
        self._site = f"https://{found[0] if found else _HOST}"

    def group(self, node: Node) -> None:
        if node.get("active") is False:
            return
        self._listing.group(
            # Events name their group by its slug alone.
            uid=node.get("slug") or node.get("group_id"),
            title=node.get("name"),
            url=self._page(node, node.get("slug_pretty") or node.get("slug")),
            description=node.get("description") or node.get("description_short"),
            place=_place(node),
            members=node.get("members_count"),
            words=(at(node, "category", "name"), node.get("community_display_name")),
            image=node.get("logo_url"),
        )

    def event(self, node: Node) -> None:
        if node.get("test_event") is True or node.get("published") is False:
            return
        slug = node.get("group_slug_pretty") or node.get("group_slug")
        group, page = self._page(node, slug), identifier(node.get("slug"))
        mode = _MODES.get(str(node.get("kind")))
        place, by_name = place_of(
            title=node.get("venue_name"),
            address=node.get("venue_address"),
            city=node.get("venue_city"),
            region=node.get("venue_state"),
            country=node.get("venue_country_code") or node.get("venue_country_name"),
            lat=node.get("latitude"),
            lon=node.get("longitude"),
        )
        name = identifier(node.get("group_name"))
        organizer = (
            ScrapedOrganizer(uid=identifier(node.get("group_slug")), name=name, url=group) if name else None
        )
        self._listing.event(
            Draft(
                uid=node.get("event_id"),
                title=node.get("name"),
                start=node.get("starts_at"),
                end=node.get("ends_at"),
                zone=node.get("timezone"),
                description=node.get("description") or node.get("description_short"),
                status="EventCancelled" if node.get("canceled") is True else "EventScheduled",
                mode=mode or by_name,
                url=f"{group}/event/{page}" if group and page else None,
                image=node.get("logo_url"),
                place=place,
                organizer=organizer,
                words=(node.get("group_category_name"), node.get("community_display_name")),
            )
        )

    def _page(self, node: Node, slug: object) -> str | None:
        community, group = identifier(node.get("community_name")), identifier(slug)
        return f"{self._site}/{community}/group/{group}" if community and group else None


def _place(node: Node) -> ScrapedPlace | None:
    return place_of(
        city=node.get("city"),
        region=node.get("state"),
        country=node.get("country_code") or node.get("country_name"),
        lat=node.get("latitude"),
        lon=node.get("longitude"),
    )[0]
