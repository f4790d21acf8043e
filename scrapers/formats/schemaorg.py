"""Maps schema.org events to records, whatever syntax they stood in: https://schema.org/Event.

JSON-LD, microdata and RDFa each give the same kind of tree; the meaning of its properties is decided here and nowhere
else. Unknown properties are never looked at, and people (Person organisers, performers, attendees) are dropped.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urljoin

from scrapers.formats.collected import Collected
from scrapers.formats.datetimes import duration_of, end_of, moment_of, timezone_name
from scrapers.formats.identity import derived_uid
from scrapers.formats.linked import Node, each_of, is_event, nodes, scalar, segment, text, types
from scrapers.formats.notes import Notes
from scrapers.formats.offers import free_of, price_of
from scrapers.formats.periods import Budget
from scrapers.formats.places import coordinates_of, venue_of
from scrapers.formats.schedule import Timetable, scheduled_start, timetable_of
from scrapers.formats.status import status_of
from scrapers.formats.text import keywords, name, one_line, paragraphs, web_url
from scrapers.formats.whole_days import whole_days
from scrapers.formats.window import time_window
from scrapers.platform import Payload, ReadContext
from scrapers.records import (
    AttendanceMode,
    EventStatus,
    Reading,
    ScrapedEvent,
    ScrapedOrganizer,
    ScrapedPlace,
)

_ORGANISATIONS: Final = re.compile(
    r".*(?:organization|organisation|business|corporation|school|university|college|library|librarysystem|group"
    r"|project|cooperative|consortium|association|ngo|place|venue|store|museum|airline|team|theater|party|club)",
    re.IGNORECASE,
)
_STATUSES: Final[dict[str, EventStatus]] = {
    "eventscheduled": "EventScheduled",
    "eventcancelled": "EventCancelled",
    "eventcanceled": "EventCancelled",
    "cancelled": "EventCancelled",
    "canceled": "EventCancelled",
    "eventpostponed": "EventPostponed",
    "postponed": "EventPostponed",
    "eventrescheduled": "EventRescheduled",
    "rescheduled": "EventRescheduled",
    "eventmovedonline": "EventMovedOnline",
}
_MODES: Final[dict[str, AttendanceMode]] = {
    "offlineeventattendancemode": "offline",
    "onlineeventattendancemode": "online",
    "mixedeventattendancemode": "mixed",
    "offline": "offline",
    "online": "online",
    "mixed": "mixed",
}
_MAX_SCHEDULES: Final = 20


class Listing:
    """The events of one payload, each once."""

    def __init__(self, payload: Payload, context: ReadContext, platform: str) -> None:
        self.notes = Notes()
        self._context = context
        self._platform = platform
        base = context.base_url or payload.url
        self._base = base if base.startswith(("http://", "https://")) else None
        self._window = time_window(context)
        self._zone = self._window.zone
        self._budget = Budget(200_000)
        self._index: dict[str, Node] = {}
        self._kept = Collected(context.max_events, self.notes)
        self._capped = False
        self.seen = 0

    def reading(self, format_name: str, *, complete: bool = True) -> Reading:
        """What was added so far."""
        return Reading(
            format=format_name,
            events=self._kept.events(),
            warnings=self.notes.warnings(),
            complete=complete and not self._capped and not self._kept.capped,
            items_seen=self.seen,
        )

    def add(self, value: Any) -> None:
        """Read the events of one tree, in document order."""
        found = list(nodes(value))
        for node in found:
            identifier = node.get("@id")
            if isinstance(identifier, str) and len(node) > 1:
                self._index.setdefault(identifier, node)
        for node in found:
            if not is_event(node):
                continue
            self.seen += 1
            try:
                self._add(node)
            except (ValueError, OverflowError) as problem:
                self.notes.add("bad_event", f"{self._title(node)}: {problem}")

    def _title(self, node: Node) -> str:
        return name(text(node.get("name")) or "") or text(node.get("url")) or "event without a name"

    def _add(self, node: Node) -> None:
        if "eventseries" in types(node) and any(map(is_event, each_of(node.get("subEvent")))):
            # The series only frames the dates that stand inside it.
            return
        schedules = [
            each for each in map(self._node, each_of(node.get("eventSchedule"))) if isinstance(each, dict)
        ]
        start = moment_of(scalar(node.get("startDate")), self._zone)
        timetables = self._timetables(node, schedules[:_MAX_SCHEDULES], start)
        if start is None and schedules:
            start = scheduled_start(schedules[0], self._zone)
        if start is None and not timetables:
            code = "bad_start" if text(node.get("startDate")) else "no_start"
            self.notes.add(code, self._title(node))
            return
        title = name(text(node.get("name")) or text(node.get("headline")) or "")
        if not title:
            self.notes.add("no_name", f"event at {start.isoformat()}" if start else "event of a schedule")
            return
        if timetables:
            self._add_series(node, title, timetables)
        elif start is not None:
            self._add_dates(node, title, start)

    def _add_dates(self, node: Node, title: str, start: datetime | date) -> None:
        """One event, or one for each of several startDates, which have their endDates in the same order."""
        starts, ends = each_of(node.get("startDate")), each_of(node.get("endDate"))
        if len(starts) < 2 or not all(isinstance(each, str) for each in starts):
            end = self._end(node, start, title)
            if self._window.holds(start, end):
                self._kept.add(self._event(node, title, start, end))
            return
        for at, written in enumerate(starts[: self._context.max_instances]):
            begins = moment_of(written, self._zone)
            if begins is None:
                self.notes.add("bad_start", f"{title}: {written[:60]}")
                continue
            end = self._end({**node, "endDate": ends[at] if at < len(ends) else None}, begins, title)
            if self._window.holds(begins, end):
                event = self._event(node, title, begins, end)
                self._kept.add(replace(event, recurrence_id=begins.isoformat()))

    def _end(self, node: Node, start: datetime | date, title: str) -> datetime | date | None:
        written = moment_of(scalar(node.get("endDate")), self._zone)
        if written is None:
            length = duration_of(scalar(node.get("duration")))
            if length is not None and isinstance(start, datetime):
                return start + length
            return None if isinstance(start, datetime) else start
        end = end_of(start, written)
        if end is None and isinstance(written, datetime) == isinstance(start, datetime):
            self.notes.add("end_before_start", title)
        return end if end is not None or isinstance(start, datetime) else start

    # Series by eventSchedule.

    def _timetables(
        self, node: Node, schedules: list[Node], start: datetime | date | None
    ) -> list[Timetable]:
        found = []
        for schedule in schedules:
            first = start if start is not None else scheduled_start(schedule, self._zone)
            table = timetable_of(schedule, first, self._length(node, first), self._window)
            if table is not None:
                found.append(table)
        return found

    def _length(self, node: Node, first: datetime | date | None) -> timedelta | None:
        end = end_of(first, moment_of(scalar(node.get("endDate")), self._zone)) if first is not None else None
        if first is not None and end is not None:
            return end - first
        return duration_of(scalar(node.get("duration")))

    def _add_series(self, node: Node, title: str, timetables: list[Timetable]) -> None:
        count = 0
        for table in timetables:
            for begins, ends in table.spans(self._window, self._budget):
                if count == self._context.max_instances:
                    self.notes.add("instances_capped", f"{title}: only {count} occurrences are read")
                    self._capped = True
                    return
                count += 1
                if ends is None and not isinstance(begins, datetime):
                    ends = begins  # noqa: PLW2901  a day without an end lasts the day
                event = self._event(node, title, begins, ends)
                self._kept.add(replace(event, recurrence_id=begins.isoformat()))

    # What an event says.

    def _event(
        self, node: Node, title: str, start: datetime | date, end: datetime | date | None
    ) -> ScrapedEvent:
        url = self._url(node.get("url"))
        place, mode = self._location(node.get("location"))
        said = [_STATUSES.get(segment(each), "EventScheduled") for each in each_of(node.get("eventStatus"))]
        # Of several the one that matters: it does not take place, or not then.
        status = status_of(title, next((each for each in said if each != "EventScheduled"), "EventScheduled"))
        mode = _MODES.get(segment(node.get("eventAttendanceMode")), mode)
        price = price_of(node.get("offers"))
        description = text(node.get("description"))
        return whole_days(
            ScrapedEvent(
                platform=self._platform,
                source=self._context.source,
                uid=self._uid(node, url) or derived_uid(title, start),
                name=title,
                description=paragraphs(description) if description else None,
                start_date=start,
                end_date=end,
                timezone=timezone_name(start, self._zone),
                all_day=not isinstance(start, datetime),
                event_status=status,
                event_attendance_mode="online" if status == "EventMovedOnline" else mode,
                url=url or self._url(node.get("@id")),
                image=self._image(node.get("image")),
                location=place,
                organizer=self._organizer(node.get("organizer")),
                keywords=_keywords(node.get("keywords")),
                is_accessible_for_free=free_of(node.get("isAccessibleForFree"), price),
                price=price,
                in_language=_language(node.get("inLanguage")),
            )
        )

    def _uid(self, node: Node, url: str | None) -> str | None:
        identifier = scalar(node.get("@id"))
        if isinstance(identifier, str) and identifier.strip() and not identifier.startswith("_:"):
            try:
                identifier = urljoin(self._base, identifier.strip()) if self._base else identifier
            except ValueError:
                return None
            return one_line(identifier, 500) or None
        if url:
            return url
        written = node.get("identifier")
        if isinstance(written, dict):
            written = written.get("value")
        found = text(written)
        return (one_line(found, 500) or None) if found else None

    def _node(self, value: Any) -> Any:
        """The node that `{"@id": ...}` points to, where this page has it."""
        if isinstance(value, dict) and len(value) == 1 and isinstance(value.get("@id"), str):
            return self._index.get(value["@id"], value)
        return value

    def _url(self, value: Any) -> str | None:
        for each in each_of(value)[:20]:
            written = (
                (each.get("@id") or each.get("@value") or each.get("url")) if isinstance(each, dict) else each
            )
            if isinstance(written, str) and (url := web_url(written, self._base)):
                return url
        return None

    def _image(self, value: Any) -> str | None:
        for each in each_of(value)[:20]:
            node = self._node(each)
            if isinstance(node, dict):
                url = next(
                    (u for key in ("url", "contentUrl", "@id") if (u := self._url(node.get(key)))), None
                )
            else:
                url = self._url(node)
            if url:
                return url
        return None

    def _organizer(self, value: Any) -> ScrapedOrganizer | None:
        """The first group or organisation; a person, and a bare name that may be one, is nobody's business here."""
        for each in each_of(value)[:20]:
            node = self._node(each)
            if not isinstance(node, dict) or not any(_ORGANISATIONS.fullmatch(kind) for kind in types(node)):
                continue
            title = name(text(node.get("name")) or "") or None
            url = self._url(node.get("url")) or self._url(node.get("sameAs"))
            if title or url:
                return ScrapedOrganizer(name=title, url=url)
        return None

    def _location(self, value: Any) -> tuple[ScrapedPlace | None, AttendanceMode | None]:
        """The first physical place, and what kinds of places there are; a physical one alone proves nothing."""
        place: ScrapedPlace | None = None
        online = False
        for each in each_of(value)[:20]:
            node = self._node(each)
            found, mode = self._place(node)
            online = online or mode in {"online", "mixed"}
            place = place or found
        if online:
            return place, "mixed" if place is not None else "online"
        return place, None

    def _place(self, node: Any) -> tuple[ScrapedPlace | None, AttendanceMode | None]:
        if isinstance(node, str):
            where, mode = venue_of(name(node))
            return (ScrapedPlace(name=where) if where else None), mode
        if not isinstance(node, dict):
            return None, None
        kinds = types(node)
        if "virtuallocation" in kinds:
            return None, "online"
        where, mode = venue_of(name(text(node.get("name")) or ""))
        address = node if "postaladdress" in kinds else self._address(node.get("address"))
        place = _with_address(where, address)
        geo = self._node(next(iter(each_of(node.get("geo"))), None))
        geo = geo if isinstance(geo, dict) else node
        coordinates = coordinates_of(scalar(geo.get("latitude")), scalar(geo.get("longitude")))
        if coordinates:
            place = replace(place, lat=coordinates[0], lon=coordinates[1])
        return (None if place == ScrapedPlace() or (mode == "online" and not place.address) else place), mode

    def _address(self, value: Any) -> Any:
        candidates = [self._node(each) for each in each_of(value)[:20]]
        return next((each for each in candidates if isinstance(each, dict)), next(iter(candidates), None))


def _with_address(where: str | None, address: Any) -> ScrapedPlace:
    if not isinstance(address, dict):
        written = text(address) if isinstance(address, str | list) else None
        return ScrapedPlace(name=where, address=name(written) or None if written else None)
    parts = [name(text(address.get(key)) or "") for key in ("streetAddress", "postalCode")]
    return ScrapedPlace(
        name=where or name(text(address.get("name")) or "") or None,
        address=", ".join(part for part in parts if part) or None,
        city=name(text(address.get("addressLocality")) or "") or None,
        region=name(text(address.get("addressRegion")) or "") or None,
        country=name(text(address.get("addressCountry")) or "") or None,
    )


def _keywords(value: Any) -> tuple[str, ...]:
    words: list[str] = []
    for each in each_of(value)[:100]:
        written = text(each)
        if written:
            words.extend(written[:5_000].split(","))
    return keywords(words)


def _language(value: Any) -> str | None:
    first = next(iter(each_of(value)), None)
    if isinstance(first, dict):
        first = first.get("alternateName") or first.get("@value") or first.get("name")
    language = scalar(first)
    if not isinstance(language, str):
        return None
    language = language.strip().replace("_", "-")
    return language if 2 <= len(language) <= 35 and language.replace("-", "").isalnum() else None
