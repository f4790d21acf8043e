"""Reads events of the Fediverse: ActivityStreams `Event` objects as Mobilizon, Gancio and WP Event Bridge send them.

https://www.w3.org/TR/activitystreams-vocabulary/#dfn-event and FEP-8a8e. An activity around an event, a collection of
either, or the bare object. Contexts and remote objects are never fetched; an actor that is a person, or only an
address, is dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from scrapers.formats.collected import Collected
from scrapers.formats.datetimes import end_of, moment_of, timezone_name
from scrapers.formats.identity import derived_uid
from scrapers.formats.linked import Node, each_of
from scrapers.formats.markup import json_of
from scrapers.formats.notes import Notes
from scrapers.formats.offers import amount_of
from scrapers.formats.places import coordinates_of, venue_of
from scrapers.formats.status import status_of
from scrapers.formats.text import keywords, name, one_line, paragraphs, web_url
from scrapers.formats.whole_days import whole_days
from scrapers.formats.window import time_window
from scrapers.formats.zones import zone_named
from scrapers.platform import Payload, ReadContext
from scrapers.records import (
    AttendanceMode,
    EventStatus,
    Reading,
    ScrapedEvent,
    ScrapedOrganizer,
    ScrapedPlace,
    ScrapedPrice,
    Warning,  # noqa: A004  the toolbox's own word for it
)

_HOLDERS: Final = ("object", "orderedItems", "items", "first")
_ACTIVITIES: Final = frozenset({"create", "update", "announce", "add"})
_COLLECTIONS: Final = frozenset(
    {"collection", "orderedcollection", "collectionpage", "orderedcollectionpage"}
)
_GROUPS: Final = frozenset({"group", "organization"})
_STATUSES: Final[dict[str, EventStatus]] = {"cancelled": "EventCancelled", "canceled": "EventCancelled"}
_MAX_DEPTH: Final = 8
_MAX_ITEMS: Final = 50_000


def read(payload: Payload, context: ReadContext, platform: str = "page") -> Reading:
    """The events of an activity, a collection or an event. Times without an offset are of the event's own zone."""
    try:
        value = json_of(payload.body)
    except ValueError as problem:
        return Reading("activitypub", warnings=(Warning("bad_json", str(problem)[:200]),), complete=False)
    return _Reader(payload, context, platform).reading(value)


class _Reader:
    def __init__(self, payload: Payload, context: ReadContext, platform: str) -> None:
        self._context = context
        self._platform = platform
        base = context.base_url or payload.url
        self._base = base if base.startswith(("http://", "https://")) else None
        self._window = time_window(context)
        self._notes = Notes()
        self._kept = Collected(context.max_events, self._notes)

    def reading(self, value: Any) -> Reading:
        seen = 0
        for item in _events(value):
            seen += 1
            try:
                self._add(item)
            except (ValueError, OverflowError) as problem:
                self._notes.add("bad_event", f"{_title(item)}: {problem}")
        following = self._next(value)
        if not seen and not _is_collection(value):
            self._notes.add("no_events", "no Event in this document")
        return Reading(
            "activitypub",
            events=self._kept.events(),
            next=following,
            warnings=self._notes.warnings(),
            # A page of a collection says nothing about what stands on the others.
            complete=(bool(seen) or _is_collection(value)) and not self._kept.capped and not following,
            items_seen=seen,
        )

    def _add(self, item: Node) -> None:
        written = item.get("timezone")
        zone = (zone_named(written) if isinstance(written, str) else None) or self._window.zone
        title = _title(item)
        start = moment_of(item.get("startTime"), zone)
        if start is None:
            self._notes.add(
                "bad_start" if item.get("startTime") else "no_start", title or "event without a name"
            )
            return
        if not title:
            self._notes.add("no_name", f"event at {start.isoformat()}")
            return
        if isinstance(start, datetime) and zone is not self._window.zone:
            start = start.astimezone(zone)
        ending = moment_of(item.get("endTime"), zone)
        end = end_of(start, ending)
        if ending is not None and end is None and isinstance(ending, datetime) == isinstance(start, datetime):
            self._notes.add("end_before_start", title)
        if end is None and not isinstance(start, datetime):
            end = start
        if isinstance(end, datetime) and isinstance(start, datetime):
            end = end.astimezone(start.tzinfo)
        if not self._window.holds(start, end):
            return
        url = self._url(item.get("url")) or self._url(item.get("id"))
        place, mode = self._location(item)
        description = _string(item, "content") or _string(item, "summary")
        price = amount_of(item.get("price"))
        currency = _string(item, "priceCurrency")
        self._kept.add(
            whole_days(
                ScrapedEvent(
                    platform=self._platform,
                    source=self._context.source,
                    uid=one_line(_string(item, "id") or "", 500) or url or derived_uid(title, start),
                    name=title,
                    description=paragraphs(description) if description else None,
                    start_date=start,
                    end_date=end,
                    timezone=timezone_name(start, zone),
                    all_day=not isinstance(start, datetime),
                    event_status=status_of(title, _status(item)),
                    event_attendance_mode=mode,
                    url=url,
                    image=self._image(item),
                    location=place,
                    organizer=self._organizer(item),
                    keywords=keywords(_tags(item)),
                    is_accessible_for_free=None if price is None else price == 0,
                    price=None
                    if price is None
                    else ScrapedPrice(
                        price, price, currency.upper() if currency and len(currency) == 3 else None
                    ),
                    in_language=_language(item),
                )
            )
        )

    def _url(self, value: Any) -> str | None:
        """An address, or the one of a Link; of several the page for people."""
        links = each_of(value)[:20]
        links.sort(key=lambda each: isinstance(each, dict) and each.get("mediaType") != "text/html")
        for each in links:
            written = each.get("href") if isinstance(each, dict) else each
            if isinstance(written, str) and (url := web_url(written, self._base)):
                return url
        return None

    def _image(self, item: Node) -> str | None:
        for each in [*each_of(item.get("image")), *each_of(item.get("attachment"))][:20]:
            if not isinstance(each, dict):
                continue
            media = each.get("mediaType")
            if each.get("type") == "Image" or (isinstance(media, str) and media.startswith("image/")):
                url = self._url(each.get("url")) or self._url(each.get("href"))
                if url:
                    return url
        return None

    def _organizer(self, item: Node) -> ScrapedOrganizer | None:
        for each in each_of(item.get("attributedTo"))[:20]:
            if not isinstance(each, dict) or not _kinds(each) & _GROUPS:
                continue
            label = name(_string(each, "name") or _string(each, "preferredUsername") or "") or None
            url = self._url(each.get("url")) or self._url(each.get("id"))
            if label or url:
                uid = _string(each, "id")
                return ScrapedOrganizer(uid=one_line(uid, 500) if uid else None, name=label, url=url)
        return None

    def _location(self, item: Node) -> tuple[ScrapedPlace | None, AttendanceMode | None]:
        """The first physical place; online by `isOnline`, by a VirtualLocation or by what the place is called."""
        place: ScrapedPlace | None = None
        online = item.get("isOnline") is True
        for each in each_of(item.get("location"))[:20]:
            found, mode = _place(each)
            online = online or mode in {"online", "mixed"}
            place = place or found
        if online:
            return place, "mixed" if place is not None else "online"
        return place, "offline" if item.get("isOnline") is False and place is not None else None

    def _next(self, value: Any) -> tuple[str, ...]:
        """The collection's next page, or its first where it only names it; another address of the same host."""
        if not isinstance(value, dict) or not _is_collection(value) or self._base is None:
            return ()
        first = value.get("first")
        inner = first.get("next") if isinstance(first, dict) else first
        for written in (value.get("next"), inner):
            url = web_url(written, self._base) if isinstance(written, str) else None
            if url and url != self._base and urlsplit(url).netloc == urlsplit(self._base).netloc:
                return (url,)
        return ()


def _events(value: Any) -> Iterator[Node]:
    """Every event in an activity or a collection, in order."""
    stack: list[tuple[Any, int]] = [(value, 0)]
    count = 0
    while stack and count < _MAX_ITEMS:
        current, depth = stack.pop()
        count += 1
        if isinstance(current, list):
            if depth < _MAX_DEPTH:
                stack.extend((each, depth + 1) for each in reversed(current))
        elif isinstance(current, dict):
            kinds = _kinds(current)
            if "event" in kinds:
                yield current
            elif depth < _MAX_DEPTH and kinds & (_ACTIVITIES | _COLLECTIONS):
                stack.extend((current[key], depth + 1) for key in reversed(_HOLDERS) if key in current)


def _kinds(item: Node) -> set[str]:
    return {
        each.lower() for each in each_of(item.get("type", item.get("@type")))[:10] if isinstance(each, str)
    }


def _is_collection(value: Any) -> bool:
    return isinstance(value, dict) and bool(_kinds(value) & _COLLECTIONS)


def _string(item: Node, key: str) -> str | None:
    value = item.get(key)
    return value if isinstance(value, str) and value.strip() else None


def _title(item: Node) -> str:
    return name(_string(item, "name") or "")


def _status(item: Node) -> EventStatus:
    written = _string(item, "ical:status") or _string(item, "status") or ""
    return _STATUSES.get(written.rpartition(":")[2].strip().lower(), "EventScheduled")


def _tags(item: Node) -> list[str]:
    """Hashtags and the category; mentions name people."""
    words = [
        written.lstrip("#")
        for each in each_of(item.get("tag"))[:100]
        if isinstance(each, dict) and "hashtag" in _kinds(each) and (written := _string(each, "name"))
    ]
    category = _string(item, "category")
    if category and category.isupper() and "TODO" not in category:
        # Mobilizon's own list: ARTS, MOVEMENTS_POLITICS, MEETING (which is its default and says nothing).
        words += [] if category == "MEETING" else [category.replace("_", " ").lower()]
    return words


def _language(item: Node) -> str | None:
    written = _string(item, "inLanguage")
    return written if written and 2 <= len(written) <= 35 and written.replace("-", "").isalnum() else None


def _place(value: Any) -> tuple[ScrapedPlace | None, AttendanceMode | None]:
    if isinstance(value, str):
        where, mode = venue_of(name(value))
        return (ScrapedPlace(name=where) if where else None), mode
    if not isinstance(value, dict):
        return None, None
    address = value.get("address")
    # WP Event Bridge writes a Place whose address is the VirtualLocation.
    if any("virtuallocation" in _kinds(each) for each in (value, address) if isinstance(each, dict)):
        return None, "online"
    where, mode = venue_of(name(_string(value, "name") or ""))
    place = ScrapedPlace(name=where)
    if isinstance(address, str):
        street, second = venue_of(name(address))
        mode = mode or second
        place = replace(place, address=street)
    elif isinstance(address, dict):
        parts = [name(_string(address, each) or "") for each in ("streetAddress", "postalCode")]
        place = replace(
            place,
            address=", ".join(part for part in parts if part) or None,
            city=name(_string(address, "addressLocality") or "") or None,
            region=name(_string(address, "addressRegion") or "") or None,
            country=name(_string(address, "addressCountry") or "") or None,
        )
    point = coordinates_of(value.get("latitude"), value.get("longitude"))
    if point is not None:
        place = replace(place, lat=point[0], lon=point[1])
    return (None if place == ScrapedPlace() or (mode == "online" and not place.address) else place), mode
