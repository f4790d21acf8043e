"""Luma: the iCalendar feeds it publishes for calendars (= communities) and cities, and its JSON listings.

The feeds are an interface Luma supports; the JSON is its site's own and needs the operator's decision. Hosts and guests
are people and dropped; a calendar that is called "Personal" is a person's.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, Final
from urllib.parse import parse_qs, urlencode

from scrapers.formats import ical, jsonld
from scrapers.formats.datetimes import duration_of, end_of, moment_of
from scrapers.formats.detect import detect
from scrapers.formats.markup import json_of
from scrapers.formats.notes import Notes
from scrapers.formats.places import coordinates_of
from scrapers.formats.text import name, paragraphs, split_url, web_url
from scrapers.formats.window import Window, time_window
from scrapers.formats.zones import iana_name, zone_named
from scrapers.platform import Access, Payload, Platform, ReadContext
from scrapers.records import (
    AttendanceMode,
    Reading,
    ScrapedEvent,
    ScrapedGroup,
    ScrapedOrganizer,
    ScrapedPlace,
    ScrapedPrice,
)

_SITE: Final = "https://luma.com"
_API: Final = frozenset({"api.luma.com", "api2.luma.com", "api.lu.ma"})
_PAGES: Final = frozenset({"luma.com", "www.luma.com", "lu.ma", "www.lu.ma"})
_LISTINGS: Final = frozenset({"/discover/get-paginated-events", "/calendar/get-items"})
_CLOSED_PAGE: Final = re.compile(
    r"/(?:social-share|in|company|user|session-[^/]*|signin|settings|home)(?:/|$)"
)
_LINK: Final = re.compile(
    r"(?:Get up-to-date information at|More info)\s*:\s*(https?://\S{3,500})", re.IGNORECASE
)
_HOSTED: Final = re.compile(r"Hosted by\b.*", re.IGNORECASE)
_SLUG: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_ONLINE: Final = frozenset(
    {"online", "virtual", "zoom", "meet", "google_meet", "teams", "discord", "twitter"}
)


class Luma(Platform):
    """luma.com, formerly lu.ma."""

    name: ClassVar[str] = "luma"
    label: ClassVar[str] = "Luma"
    text_rank: ClassVar[int] = 1
    terms_url: ClassVar[str | None] = "https://luma.com/terms"

    def access(self, url: str) -> Access | None:
        """FEED for `/ics/get`, PAGE for listings and event pages; people and everything else are closed."""
        parts = split_url(url)
        if parts is None or not parts.hostname:
            return None
        path = parts.path.rstrip("/") or "/"
        if parts.hostname in _API:
            if path == "/ics/get":
                return Access.FEED
            return Access.PAGE if path in _LISTINGS else Access.FORBIDDEN
        if parts.hostname in _PAGES:
            return Access.FORBIDDEN if path == "/" or _CLOSED_PAGE.match(parts.path) else Access.PAGE
        return Access.FORBIDDEN if parts.hostname.endswith((".luma.com", ".lu.ma")) else None

    def recognises(self, payload: Payload) -> bool:
        if self.access(payload.url) is not None:
            return True
        head = payload.body[:8_192]
        if b"BEGIN:VCALENDAR" in head:
            return b"@events.lu.ma" in head or b"PRODID:-//Luma" in head or b"PRODID:Luma" in head
        return b'"entries"' in head and (b'"calendar_api_id"' in payload.body or b'"evt-' in payload.body)

    def canonical(self, url: str) -> str:
        """Feeds and listings on api.luma.com, pages on luma.com."""
        parts = split_url(url)
        if parts is None:
            return url
        host = {**dict.fromkeys(_API, "api.luma.com"), **dict.fromkeys(_PAGES, "luma.com")}.get(parts.netloc)
        return url if host is None else parts._replace(scheme="https", netloc=host, fragment="").geturl()

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        """A feed, a listing of entries, or the JSON-LD of a page."""
        match detect(payload.body, payload.content_type):
            case "ical":
                return _calendar(payload, context)
            case "json":
                return _Listing(payload, context).reading()
            case _:
                return jsonld.read(payload, context, self.name)


# The feed of a calendar or a city.


def _calendar(payload: Payload, context: ReadContext) -> Reading:
    document = ical.parse(payload.body)
    reading = ical.read_document(document, context, Luma.name)
    group = _group_of_feed(payload.url, document.title, context)
    organizer = ScrapedOrganizer(uid=group.uid, name=group.name, url=group.url) if group else None
    events = tuple(_tidied(event, organizer) for event in reading.events)
    return replace(reading, events=events, groups=(group,) if group else ())


def _group_of_feed(url: str, title: str | None, context: ReadContext) -> ScrapedGroup | None:
    """A calendar is a group; the feed of a city belongs to nobody."""
    parts = split_url(url)
    query = parse_qs(parts.query) if parts is not None else {}
    identifier = query.get("id", [""])[0]
    if query.get("entity") != ["calendar"] or not identifier.startswith("cal-") or not _is_group_name(title):
        return None
    assert title is not None
    return ScrapedGroup(
        platform=Luma.name,
        source=context.source,
        uid=identifier,
        name=title,
        url=f"{_SITE}/calendar/{identifier}" if _SLUG.fullmatch(identifier) else None,
    )


def _is_group_name(title: str | None) -> bool:
    return bool(title) and title != "Personal"


def _tidied(event: ScrapedEvent, organizer: ScrapedOrganizer | None) -> ScrapedEvent:
    description = event.description or ""
    url, place = event.url, event.location
    link = _LINK.match(description)
    if link is not None:
        url = url or web_url(link[1])
        description = description[link.end() :].lstrip()
    if description.startswith("Address:"):
        address, _, description = description.removeprefix("Address:").lstrip().partition("\n\n")
        written = name(address)
        if (
            place is None
            and written
            and event.event_attendance_mode != "online"
            and not written.startswith("http")
        ):
            place = ScrapedPlace(name=written)
    # Hosts are people; what they wrote about the event stays.
    lines = [line for line in description.split("\n") if not _HOSTED.fullmatch(line.strip())]
    return replace(
        event,
        uid=event.uid.partition("@events.lu.ma")[0] or event.uid,
        url=url,
        description="\n".join(lines).strip() or None,
        location=place,
        organizer=organizer,
    )


# Listings: the entries of discover/get-paginated-events and calendar/get-items.


class _Listing:
    """The entries of one page of a listing."""

    def __init__(self, payload: Payload, context: ReadContext) -> None:
        self._payload = payload
        self._context = context
        self._window: Window = time_window(context)
        self._notes = Notes()
        self._groups: dict[str, ScrapedGroup] = {}

    def reading(self) -> Reading:
        try:
            value = json_of(self._payload.body)
        except ValueError as problem:
            self._notes.add("bad_json", str(problem))
            value = None
        entries = value.get("entries") if isinstance(value, dict) else None
        if not isinstance(entries, list):
            self._notes.add("no_events", "no entries in this answer")
            return Reading("json", warnings=self._notes.warnings(), complete=False)
        events: dict[str, ScrapedEvent] = {}
        limit = self._context.max_events
        for number, entry in enumerate(entries, start=1):
            event = self._event(entry, number)
            if event is not None and (limit is None or len(events) < limit):
                events.setdefault(event.uid, event)
        following = self._next(value)
        return Reading(
            "json",
            events=tuple(events.values()),
            groups=tuple(self._groups.values()),
            next=following,
            warnings=self._notes.warnings(),
            complete=limit is None or len(events) < limit,
            items_seen=len(entries),
        )

    def _next(self, value: dict[str, Any]) -> tuple[str, ...]:
        """The next page, at the same address: only the cursor comes from the answer."""
        cursor = value.get("next_cursor")
        parts = split_url(self._payload.url)
        if value.get("has_more") is not True or not isinstance(cursor, str) or not cursor or parts is None:
            return ()
        query = {**parse_qs(parts.query), "pagination_cursor": [cursor[:500]]}
        url = parts._replace(query=urlencode(query, doseq=True), fragment="").geturl()
        return () if url == self._payload.url else (url,)

    def _event(self, entry: Any, number: int) -> ScrapedEvent | None:
        event = entry.get("event") if isinstance(entry, dict) else None
        if not isinstance(event, dict):
            self._notes.add("no_object", f"entry {number}")
            return None
        title = _word(event, "name")
        start = moment_of(event.get("start_at"), self._window.zone)
        if title is None or not isinstance(start, datetime):
            self._notes.add("no_start" if title else "no_name", title or f"entry {number}")
            return None
        end = end_of(start, moment_of(event.get("end_at"), self._window.zone))
        length = event.get("duration_interval")
        try:
            if end is None and isinstance(length, str):
                known = duration_of(length.replace("P0Y0M", "P"))
                end = start + known if known else None
            zone = zone_named(_word(event, "timezone") or "")
            if zone is not None:
                start = start.astimezone(zone)
                end = end.astimezone(zone) if isinstance(end, datetime) else None
        except OverflowError:
            self._notes.add("bad_start", title)
            return None
        if event.get("visibility") not in (None, "public") or not self._window.holds(start, end):
            return None
        place, mode = _where(event)
        free, price = _tickets(entry.get("ticket_info"))
        description = event.get("description") or entry.get("description")
        return ScrapedEvent(
            platform=Luma.name,
            source=self._context.source,
            uid=_word(event, "api_id") or _word(entry, "api_id") or title,
            name=title,
            description=paragraphs(description) if isinstance(description, str) else None,
            start_date=start,
            end_date=end,
            timezone=iana_name(start.tzinfo),
            event_attendance_mode=mode,
            url=_url(event.get("url")),
            image=web_url(_word(event, "cover_url") or ""),
            location=place,
            organizer=self._organizer(entry),
            is_accessible_for_free=free,
            price=price,
        )

    def _organizer(self, entry: dict[str, Any]) -> ScrapedOrganizer | None:
        calendar = entry.get("calendar")
        if not isinstance(calendar, dict):
            identifier = _word(entry, "calendar_api_id")
            return ScrapedOrganizer(uid=identifier) if identifier else None
        title = _word(calendar, "name")
        identifier = _word(calendar, "api_id")
        if not _is_group_name(title) or title is None or identifier is None:
            return None
        url = _url(calendar.get("slug")) or _url(f"calendar/{identifier}")
        if identifier not in self._groups:
            description = calendar.get("description_short")
            zone = zone_named(_word(calendar, "timezone") or "")
            city = _word(calendar, "geo_city")
            self._groups[identifier] = ScrapedGroup(
                platform=Luma.name,
                source=self._context.source,
                uid=identifier,
                name=title,
                description=paragraphs(description) if isinstance(description, str) else None,
                url=url,
                location=ScrapedPlace(city=city) if city else None,
                timezone=iana_name(zone) if zone else None,
            )
        return ScrapedOrganizer(uid=identifier, name=title, url=url)


def _word(node: dict[str, Any], key: str) -> str | None:
    value = node.get(key)
    return (name(value) or None) if isinstance(value, str) else None


def _url(value: Any) -> str | None:
    """A slug on luma.com, or the address of an event that Luma only lists."""
    if not isinstance(value, str) or not value:
        return None
    if value.startswith(("http://", "https://")):
        return web_url(value)
    return f"{_SITE}/{value}" if all(_SLUG.fullmatch(part) for part in value.split("/")) else None


def _where(event: dict[str, Any]) -> tuple[ScrapedPlace | None, AttendanceMode | None]:
    kind = event.get("location_type")
    mode: AttendanceMode | None = None
    if kind == "offline":
        mode = "offline"
    elif kind == "hybrid":
        mode = "mixed"
    elif isinstance(kind, str) and kind in _ONLINE:
        return None, "online"
    info = event.get("geo_address_info")
    info = info if isinstance(info, dict) else {}
    shown = info.get("mode") != "obfuscated"
    spot = event.get("coordinate")
    spot = spot if isinstance(spot, dict) else {}
    # For guests only: the point of a hidden address is not published by us either.
    coordinates = coordinates_of(spot.get("latitude"), spot.get("longitude")) if shown else None
    lat, lon = coordinates or (None, None)
    address = _word(info, "full_address")
    title = _word(info, "address")
    place = ScrapedPlace(
        name=title if shown else None,
        address=address if shown and address != title else None,
        city=_word(info, "city"),
        region=_word(info, "region"),
        country=_word(info, "country_code") or _word(info, "country"),
        lat=lat,
        lon=lon,
    )
    return (None if place == ScrapedPlace() else place), mode


def _tickets(info: Any) -> tuple[bool | None, ScrapedPrice | None]:
    if not isinstance(info, dict):
        return None, None
    free = info.get("is_free")
    amounts = []
    currency = None
    for key in ("price", "max_price"):
        price = info.get(key)
        if not isinstance(price, dict):
            continue
        cents = price.get("cents")
        if isinstance(cents, int) and not isinstance(cents, bool) and 0 <= cents < 1_000_000_000:
            amounts.append(cents / 100)
            written = price.get("currency")
            currency = written.upper() if isinstance(written, str) and len(written) == 3 else currency
    known = ScrapedPrice(min=min(amounts), max=max(amounts), currency=currency) if amounts else None
    return free if isinstance(free, bool) else None, known
