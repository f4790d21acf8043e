"""Bevy: the chapters of developer and user communities (GDG, Figma, Codecademy, Slack) and their events.

Addresses: a community's `sitemap.xml`, which leads to its event pages, `/events/details/…`, each with one JSON-LD event.
robots.txt of every Bevy site closes `/api/`, `/gql/` and `/u/` and asks for two seconds between requests: the interface
is closed here too, and its answers are only read where the community hands one over as a file. Traps: `addressCountry`
is "US" where nobody set it (Karlsruhe); a hybrid event has a list of places; speakers and hosts are people.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, ClassVar, Final

from scrapers.formats.offers import amount_of
from scrapers.platform import Access, Payload, Platform, ReadContext
from scrapers.platforms._listing import Draft, Listing, is_json, otherwise
from scrapers.platforms._places import place_of, us_state
from scrapers.platforms._values import Node, at, host_and_path, items, joined, nodes, price_of, word
from scrapers.platforms._xml import answer_of, members
from scrapers.records import AttendanceMode, Reading, ScrapedEvent, ScrapedOrganizer

_HOSTS: Final = frozenset(
    (
        "gdg.community.dev",
        "community.cncf.io",
        "friends.figma.com",
        "community.codecademy.com",
        "slackcommunity.com",
    )
)
_DETAILS: Final = re.compile(r"/events/details/[\w%-]+-presents-[\w%-]+", re.IGNORECASE)
_INTERFACE: Final = re.compile(
    r"/api/(?:event_slim|chapter_slim|event|chapter|search)(?:/|$)|/gql(?:/|$)|/u(?:/|$)"
)
_OWN_INTERFACE: Final = re.compile(r"/api/(?:event_slim|chapter_slim)(?:/|$)")
_SITEMAP: Final = re.compile(r"/sitemap(?:-events-(\d{4}-\d{2})|-chapters)?\.xml")
_MODES: Final[dict[str, AttendanceMode]] = {"IN_PERSON": "offline", "VIRTUAL": "online", "HYBRID": "mixed"}
_MAX_PAGES: Final = 500


class Bevy(Platform):
    """Communities on Bevy."""

    name: ClassVar[str] = "bevy"
    label: ClassVar[str] = "Bevy"

    def access(self, url: str) -> Access | None:
        """PAGE for sitemaps, chapters and events; what robots.txt closes is FORBIDDEN, on any host where it is Bevy's."""
        found = host_and_path(url)
        if found is None:
            return None
        host, path = found
        if host in _HOSTS or host.endswith(".bevy.com"):
            closed = path == "/api" or path.startswith("/api/") or _INTERFACE.match(path)
            return Access.FORBIDDEN if closed else Access.PAGE
        if _OWN_INTERFACE.match(path):
            return Access.FORBIDDEN
        return Access.PAGE if _DETAILS.fullmatch(path) else None

    def recognises(self, payload: Payload) -> bool:
        head = payload.body[:100_000]
        return (
            self.access(payload.url) is not None
            or (b'"audience_type"' in head and b'"chapter' in payload.body)
            or (b"/events/details/" in head[:8_192] and b"<urlset" in head[:1_024])
        )

    def canonical(self, url: str) -> str:
        """The sitemap, for a community's front page."""
        found = host_and_path(url)
        if found is None or found[1] not in {"/", "/events"}:
            return url
        return f"https://{found[0]}/sitemap.xml"

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The addresses of a sitemap, the event of a page, or an answer of the interface."""
        answer = answer_of(payload) if b"<loc" in payload.body else None
        if answer is not None and answer.name in {"sitemapindex", "urlset"}:
            listing = Listing(self.name, payload, context, "sitemap")
            if answer.fault is not None:
                listing.fail("truncated", answer.fault)
            return _sitemap(listing, [members(each) for each in answer.every("sitemap", "url")])
        if is_json(payload) and b'"@type"' not in payload.body:
            listing = Listing(self.name, payload, context)
            value = listing.json()
            found = at(value, "results") if isinstance(at(value, "results"), list) else value
            if isinstance(found, list) or at(found, "start_date") is not None:
                listing.each(
                    found if isinstance(found, list) else [found], lambda item: _event(listing, item)
                )
                return listing.reading()
            if at(found, "chapter_location") or at(found, "members_count") is not None:
                listing.each([found], lambda item: _add_chapter(listing, item))
                return listing.reading()
        reading = otherwise(payload, context, self.name)
        return replace(reading, events=tuple(_tidied(event) for event in reading.events))


def _sitemap(listing: Listing, entries: list[dict[str, str]]) -> Reading:
    """The event pages of a month, or the months that are not over."""
    month = listing.context.now.strftime("%Y-%m")
    following: list[str] = []
    for entry in entries:
        for url in listing.next(entry.get("loc", "").strip()):
            path = (host_and_path(url) or ("", ""))[1]
            match = _SITEMAP.fullmatch(path)
            if _DETAILS.fullmatch(path) or (match is not None and match[1] and match[1] >= month):
                following.append(url)
    if len(following) > _MAX_PAGES:
        listing.notes.add(
            "pages_capped", f"only the first {_MAX_PAGES} of {len(following)} addresses are kept"
        )
    listing.each([dict(entry) for entry in entries], lambda item: None)
    return listing.reading(tuple(dict.fromkeys(following))[:_MAX_PAGES])


def _tidied(event: ScrapedEvent) -> ScrapedEvent:
    """A page's event without a country that nobody chose."""
    place = event.location
    if place is not None and place.country in {"US", "USA"} and not us_state(place.region):
        place = replace(place, country=None)
    match = re.search(r"/events/details/([\w%-]+)", event.url or "")
    return replace(event, uid=match[1] if match else event.uid, location=place)


def _add_chapter(listing: Listing, node: Node) -> None:
    _chapter(listing, node)


def _chapter(listing: Listing, node: Any) -> ScrapedOrganizer | None:
    if not isinstance(node, dict) or not node.get("title"):
        return None
    return listing.group(
        uid=node.get("id"),
        title=node.get("title"),
        url=node.get("url"),
        description=node.get("description"),
        place=place_of(
            city=node.get("city"),
            region=node.get("state"),
            country=node.get("country") or node.get("country_name"),
            lat=node.get("latitude"),
            lon=node.get("longitude"),
        )[0],
        members=node.get("members_count"),
        zone=node.get("timezone"),
        image=at(node, "logo", "url"),
    )


def _event(listing: Listing, node: Node) -> None:
    if True in (node.get("is_hidden"), node.get("is_test")) or node.get("status") in ("Draft", "Canceled"):
        return
    chapter = node.get("chapter")
    title = word(node.get("chapter_title"))
    organizer = _chapter(listing, chapter) or (ScrapedOrganizer(name=title) if title else None)
    place, mode = place_of(
        title=node.get("venue_name"),
        address=joined(node.get("venue_address"), node.get("venue_zip_code")),
        city=node.get("venue_city"),
        # The chapter's country is only the venue's where there is a venue.
        country=at(chapter, "country") if node.get("venue_city") else None,
    )
    tickets = nodes(node.get("tickets"))
    prices = [amount for each in tickets if (amount := amount_of(each.get("price"))) is not None]
    price = price_of(min(prices), max(prices), at(tickets, 0, "currency")) if prices else None
    listing.event(
        Draft(
            uid=node.get("id"),
            title=node.get("title"),
            start=node.get("start_date_iso") or node.get("start_date"),
            end=node.get("end_date_iso") or node.get("end_date"),
            zone=node.get("event_timezone") or at(chapter, "timezone"),
            description=node.get("description") or node.get("description_short"),
            mode=_MODES.get(str(node.get("audience_type"))) or mode,
            url=node.get("url") or node.get("static_url"),
            image=at(node, "picture", "url") or node.get("cropped_picture_url"),
            place=place,
            organizer=organizer,
            words=[node.get("event_type_title"), *items(node.get("tags"))],
            free=price.max == 0 if price is not None and (price.max == 0 or price.min != 0) else None,
            price=price,
        )
    )
