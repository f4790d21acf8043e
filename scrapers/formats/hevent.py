"""Reads events from microformats in web pages: h-event and classic hCalendar, bytes in, one `Reading` out.

The parsing is that of `scrapers.formats.microformats`; here its items become records. Attendees and people who organise
are dropped; an organiser counts only where it is marked up as an organisation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Final
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from scrapers.formats.collected import Collected
from scrapers.formats.datetimes import duration_of, end_of, moment_of, timezone_name
from scrapers.formats.elements import Page
from scrapers.formats.identity import derived_uid
from scrapers.formats.markup import text_of
from scrapers.formats.microformats import Item, has_marks, items_of
from scrapers.formats.notes import Notes
from scrapers.formats.places import coordinates_of, venue_of
from scrapers.formats.status import status_of
from scrapers.formats.text import keywords, name, one_line, paragraphs, web_url
from scrapers.formats.whole_days import whole_days
from scrapers.formats.window import time_window
from scrapers.platform import Payload, ReadContext
from scrapers.records import AttendanceMode, Reading, ScrapedEvent, ScrapedOrganizer, ScrapedPlace

_ORDINAL: Final = re.compile(r"(\d{4})-(\d{3})", re.ASCII)
_SHORT_OFFSET: Final = re.compile(
    r"(T\d{2}:?\d{2}(?::?\d{2})?|\d{2}:\d{2}(?::\d{2})?)([+-]\d{2})\Z", re.ASCII
)
_POINT: Final = re.compile(r"\s*(-?\d{1,3}(?:\.\d{1,10})?)\s*[;,]\s*(-?\d{1,3}(?:\.\d{1,10})?)\s*", re.ASCII)
_CANCELLED: Final = re.compile(r"\s*cancell?ed\s*", re.IGNORECASE)


def read(payload: Payload, context: ReadContext, platform: str = "page") -> Reading:
    """The h-events and vevents of a page. Times without an offset are of the context's zone."""
    markup = text_of(payload.body, payload.content_type)
    reader = HEvents(payload, context, platform)
    if has_marks(markup):
        reader.add(Page(LexborHTMLParser(markup)))
    if not reader.seen:
        reader.notes.add("no_microformats", "the page has no h-event and no vevent")
    return reader.reading()


class HEvents:
    """The events of one payload's microformats."""

    def __init__(self, payload: Payload, context: ReadContext, platform: str) -> None:
        self.notes = Notes()
        self.seen = 0
        self._context = context
        self._platform = platform
        base = context.base_url or payload.url
        self._base = base if base.startswith(("http://", "https://")) else None
        self._window = time_window(context)
        self._kept = Collected(context.max_events, self.notes)
        self._complete = True

    def add(self, page: Page) -> None:
        """Read every event of a page; one that cannot be read is a warning."""
        self._complete = self._complete and page.complete
        for item in _events(items_of(page)):
            self.seen += 1
            try:
                self._add(item)
            except (ValueError, OverflowError) as problem:
                self.notes.add("bad_event", f"{_title(item)}: {problem}")

    def reading(self) -> Reading:
        """What was added so far."""
        return Reading(
            "microformats",
            events=self._kept.events(),
            warnings=self.notes.warnings(),
            complete=bool(self.seen) and self._complete and not self._kept.capped,
            items_seen=self.seen,
        )

    def _add(self, item: Item) -> None:
        zone = self._window.zone
        title = _title(item)
        start = next((found for each in item.texts("start") if (found := moment(each, zone))), None)
        if start is None:
            self.notes.add(
                "bad_start" if item.first("start") else "no_start", title or "event without a name"
            )
            return
        if not title:
            self.notes.add("no_name", f"event at {start.isoformat()}")
            return
        end = self._end(item, start, title)
        if self._window.holds(start, end):
            self._kept.add(self._event(item, title, start, end))

    def _end(self, item: Item, start: datetime | date, title: str) -> datetime | date | None:
        zone = self._window.zone
        written = next((found for each in item.texts("end") if (found := moment(each, zone))), None)
        if written is None:
            length = duration_of(item.first("duration") or "")
            if length is not None and isinstance(start, datetime):
                return start + length
            return None if isinstance(start, datetime) else start
        if _is_classic(item) and not isinstance(start, datetime) and not isinstance(written, datetime):
            # hCalendar takes DTEND from RFC 5545 3.6.1: the day after the last one.
            written = max(start, written - timedelta(days=1))
        end = end_of(start, written)
        if end is None and isinstance(written, datetime) == isinstance(start, datetime):
            self.notes.add("end_before_start", title)
        return end if end is not None or isinstance(start, datetime) else start

    def _event(
        self, item: Item, title: str, start: datetime | date, end: datetime | date | None
    ) -> ScrapedEvent:
        url = next((u for each in item.texts("url") if (u := web_url(each, self._base))), None)
        place, mode = _location(item)
        description = item.first("description") or item.first("content") or item.first("summary")
        cancelled = _CANCELLED.fullmatch(item.first("status") or "") is not None
        return whole_days(
            ScrapedEvent(
                platform=self._platform,
                source=self._context.source,
                uid=self._uid(item) or url or derived_uid(title, start),
                name=title,
                description=paragraphs(description) if description else None,
                start_date=start,
                end_date=end,
                timezone=timezone_name(start, self._window.zone),
                all_day=not isinstance(start, datetime),
                event_status=status_of(title, "EventCancelled" if cancelled else "EventScheduled"),
                event_attendance_mode=mode,
                url=url,
                image=next((u for each in item.texts("photo") if (u := web_url(each, self._base))), None),
                location=place,
                organizer=self._organizer(item),
                keywords=keywords(item.texts("category")),
            )
        )

    def _uid(self, item: Item) -> str | None:
        written = one_line(item.first("uid") or "", 500)
        if not written or not self._base or ":" in written or "/" not in written:
            return written or None
        try:
            return urljoin(self._base, written)
        except ValueError:
            return None

    def _organizer(self, item: Item) -> ScrapedOrganizer | None:
        """An h-card that is its own organisation (its name is its `org`); any other may be a person."""
        card = item.item("organizer")
        organisation = name(card.first("org") or "") if card is not None else ""
        if card is None or not organisation:
            return None
        return ScrapedOrganizer(name=organisation, url=web_url(card.first("url") or "", self._base))


def moment(written: str, zone: tzinfo) -> datetime | date | None:
    """A date as microformats write it: also by the day of the year, and with an offset of hours only."""
    written = written.strip()
    match = _ORDINAL.fullmatch(written)
    if match is not None:
        try:
            return date(int(match[1]), 1, 1) + timedelta(days=int(match[2]) - 1)
        except (ValueError, OverflowError):
            return None
    return moment_of(_SHORT_OFFSET.sub(r"\1\2:00", written), zone)


def _events(items: list[Item]) -> Iterator[Item]:
    """The events among items and below them: a feed's children, and events in a property of something else."""
    stack = list(reversed(items))
    while stack:
        item = stack.pop()
        if "h-event" in item.types:
            yield item
        inner = [each for values in item.properties.values() for each in values if isinstance(each, Item)]
        stack.extend(reversed([*inner, *item.children]))


def _title(item: Item) -> str:
    return name(item.first("name") or "") or name((item.first("summary") or "")[:300])


def _is_classic(item: Item) -> bool:
    return "vevent" in item.element.words("class") and "h-event" not in item.element.words("class")


def _location(item: Item) -> tuple[ScrapedPlace | None, AttendanceMode | None]:
    card = item.item("location")
    place, mode = (None, None) if card is None else _card(card)
    if card is None:
        where, mode = venue_of(name(item.first("location") or ""))
        place = ScrapedPlace(name=where) if where else None
    point = _coordinates(item.item("geo")) or _written_point(item.first("geo"))
    if point is not None and (place is None or place.lat is None):
        place = replace(place or ScrapedPlace(), lat=point[0], lon=point[1])
    return place, mode


def _card(card: Item) -> tuple[ScrapedPlace | None, AttendanceMode | None]:
    """A place from an h-card, h-adr or h-geo; an address inside a card is read like the card's own."""
    label = card.first("name") or card.first("org")
    address = card.item("adr") or card
    plain = card.first("adr") if card.item("adr") is None else None
    has_parts = any(address.first(each) for each in ("street-address", "locality", "region", "country-name"))
    if label is None and not has_parts:
        label = plain or card.value
    where, mode = venue_of(name(label or ""))
    parts = [
        name(address.first(each) or "") for each in ("street-address", "extended-address", "postal-code")
    ]
    point = (
        _coordinates(card.item("geo") or address.item("geo")) or _coordinates(card) or _coordinates(address)
    )
    point = point or _written_point(card.first("geo"))
    place = ScrapedPlace(
        name=where,
        address=", ".join(part for part in parts if part) or name(plain or "") or None,
        city=name(address.first("locality") or "") or None,
        region=name(address.first("region") or "") or None,
        country=name(address.first("country-name") or "") or None,
        lat=point[0] if point else None,
        lon=point[1] if point else None,
    )
    return (None if place == ScrapedPlace() else place), mode


def _coordinates(item: Item | None) -> tuple[float, float] | None:
    if item is None:
        return None
    found = coordinates_of(item.first("latitude"), item.first("longitude"))
    return found or (_written_point(item.value or item.first("name")) if "h-geo" in item.types else None)


def _written_point(written: str | None) -> tuple[float, float] | None:
    """`51.5;-0.14`, as geo is written short; also behind `geo:` (RFC 5870)."""
    match = _POINT.fullmatch((written or "")[:100].removeprefix("geo:"))
    return coordinates_of(match[1], match[2]) if match else None
