"""BiblioCommons: the events of public libraries, career workshops and job clubs among them, by branch.

Addresses: `gateway.bibliocommons.com/v2/libraries/{library}/events`, what each library's own page is made of. Nobody
documents it: a page, and the operator decides. `{library}.bibliocommons.com/events/rss/…` is offered for subscription.
Traps: the items are ids, everything else stands beside them in `entities`; times are the library's local ones; hosts
and presenters are people and not read.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

from scrapers.platform import Access, Payload, Platform, ReadContext
from scrapers.platforms._listing import Draft, Listing, is_json, otherwise
from scrapers.platforms._places import place_of
from scrapers.platforms._values import at, host_and_path, identifier, items, joined, with_query
from scrapers.records import Reading

_GATEWAY: Final = "gateway.bibliocommons.com"
_LISTING: Final = re.compile(r"/v2/libraries/([\w-]+)/events")
_PAGE: Final = re.compile(r"/v2/events(?:/[\w-]+)?|/events(?:/[\w-]+)?")


class BiblioCommons(Platform):
    """Libraries on BiblioCommons."""

    name: ClassVar[str] = "bibliocommons"
    label: ClassVar[str] = "BiblioCommons"

    def access(self, url: str) -> Access | None:
        """PAGE for listings and event pages, FEED for RSS; accounts, catalogue and the rest are closed."""
        found = host_and_path(url)
        if found is None or not found[0].endswith(".bibliocommons.com"):
            return None
        host, path = found
        if host == _GATEWAY:
            return Access.PAGE if _LISTING.fullmatch(path) else Access.FORBIDDEN
        if path.startswith("/events/rss/"):
            return Access.FEED
        return Access.PAGE if _PAGE.fullmatch(path) else Access.FORBIDDEN

    def recognises(self, payload: Payload) -> bool:
        head = payload.body[:200_000]
        return self.access(payload.url) is not None or (
            b'"entities"' in payload.body and b'"definition"' in head and b'"branchLocationId"' in head
        )

    def canonical(self, url: str) -> str:
        """The gateway's listing, for a library's own events page."""
        found = host_and_path(url)
        if found is None or not found[0].endswith(".bibliocommons.com"):
            return url
        host, path = found
        if host == _GATEWAY:
            return with_query(url, limit=100) or url
        if path in {"/v2/events", "/events"}:
            return f"https://{_GATEWAY}/v2/libraries/{host.partition('.')[0]}/events?limit=100"
        return url

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """The events of a page of the listing, in its order."""
        if not is_json(payload):
            return otherwise(payload, context, self.name)
        listing = Listing(self.name, payload, context)
        value = listing.json()
        entities = at(value, "entities")
        ids = at(value, "events", "items")
        known = at(entities, "events")
        found = (
            [at(known, each) for each in items(ids) if isinstance(each, str)]
            if isinstance(ids, list)
            else None
        )
        if found is None and isinstance(known, dict):
            found = list(known.values())
        match = _LISTING.fullmatch((host_and_path(payload.url) or ("", ""))[1])
        listing.each(found, lambda item: _event(listing, item, entities, match[1] if match else None))
        current, pages = at(value, "events", "pagination", "page"), at(value, "events", "pagination", "pages")
        more = isinstance(current, int) and isinstance(pages, int) and current < pages and bool(found)
        return listing.reading(listing.turned(page=current + 1) if more else ())


def _event(listing: Listing, node: Any, entities: Any, library: str | None) -> None:
    said = at(node, "definition")
    uid = identifier(at(node, "id") or at(said, "id"))
    branch = identifier(at(said, "branchLocationId") or at(said, "nonBranchLocationId")) or ""
    where = at(entities, "locations", branch) or at(entities, "nonBranchLocations", branch)
    address = at(where, "address")
    place, mode = place_of(
        title=at(where, "name") or at(said, "locationDetails"),
        address=address
        if isinstance(address, str)
        else joined(joined(at(address, "number"), at(address, "street"), by=" "), at(address, "zip")),
        city=at(address, "city"),
        region=at(address, "state"),
        country=at(address, "country"),
        lat=at(address, "mapLocation", "lat") or at(where, "lat"),
        lon=at(address, "mapLocation", "lng") or at(where, "lng"),
    )
    virtual = at(said, "isVirtual") is True or str(at(where, "name")).casefold() in {"online", "virtual"}
    language = next(
        (at(entities, "eventLanguages", str(each), "name") for each in items(at(said, "languageIds"))), None
    )
    listing.event(
        Draft(
            uid=uid,
            title=at(said, "title"),
            start=at(said, "start") or at(node, "indexStart"),
            end=at(said, "end") or at(node, "indexEnd"),
            description=at(said, "description"),
            status="EventCancelled" if at(said, "isCancelled") is True else "EventScheduled",
            mode="online" if virtual else mode,
            url=f"https://{library}.bibliocommons.com/v2/events/{uid}" if library and uid else None,
            place=place,
            words=_words(said, entities),
            language=language if isinstance(language, str) and len(language) == 2 else None,
        )
    )


def _words(said: Any, entities: Any) -> list[object]:
    program = identifier(at(said, "programId")) or ""
    types = [at(entities, "eventTypes", str(each), "name") for each in items(at(said, "typeIds"))]
    audiences = [at(entities, "eventAudiences", str(each), "name") for each in items(at(said, "audienceIds"))]
    return [at(entities, "eventPrograms", program, "name"), *types, *audiences]
