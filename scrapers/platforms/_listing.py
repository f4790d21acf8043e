"""What the platforms that answer in JSON (or XML) of their own share: from raw values to checked records.

A platform says which member of its answer means what, as a `Draft` of raw values; here they become an event, once, by
one set of rules. No platform is defined in this module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl

from scrapers.formats.datetimes import end_of, moment_of, timezone_name
from scrapers.formats.detect import detect, read_as
from scrapers.formats.identity import derived_uid
from scrapers.formats.markup import json_of
from scrapers.formats.notes import Notes
from scrapers.formats.status import status_of
from scrapers.formats.text import keywords, split_url, web_url
from scrapers.formats.whole_days import whole_days
from scrapers.formats.window import time_window
from scrapers.formats.zones import iana_name, zone_named
from scrapers.platform import Payload, ReadContext
from scrapers.platforms._values import Node, count, identifier, language, text, with_query, word, zone_of
from scrapers.records import (
    AttendanceMode,
    EventStatus,
    Reading,
    ScrapedEvent,
    ScrapedGroup,
    ScrapedOrganizer,
    ScrapedPlace,
    ScrapedPrice,
)

_MAX_ITEMS: Final = 100_000
# Nothing people go to lasts longer: such an end is a mistake of the form it was typed into (2067, 9999).
_LONGEST: Final = timedelta(days=366)


@dataclass(slots=True, kw_only=True)
class Draft:
    """What a source wrote about one event, unchecked. `zone` is the zone the source names for it."""

    uid: object
    title: object
    start: object
    end: object = None
    zone: object = None
    all_day: bool = False
    # One of several dates of one uid.
    occurrence: bool = False
    description: object = None
    status: EventStatus = "EventScheduled"
    mode: AttendanceMode | None = None
    url: object = None
    image: object = None
    place: ScrapedPlace | None = None
    organizer: ScrapedOrganizer | None = None
    words: Sequence[object] = ()
    free: object = None
    price: ScrapedPrice | None = None
    language: object = None


class Listing:
    """The records of one answer while it is read."""

    def __init__(
        self, platform: str, payload: Payload, context: ReadContext, format_name: str = "json"
    ) -> None:
        self.notes = Notes()
        self.window = time_window(context)
        self.context = context
        self.payload = payload
        self.base = context.base_url or (payload.url if payload.url.startswith("http") else None)
        self.source = context.source
        self._platform = platform
        self._format = format_name
        self._events: dict[tuple[str, str], ScrapedEvent] = {}
        self._groups: dict[str, ScrapedGroup] = {}
        self._complete = True
        self._seen = 0

    def json(self) -> Any:
        """The value of the payload; None, with a warning, where it is not JSON."""
        try:
            return json_of(self.payload.body)
        except ValueError as problem:
            self.fail("bad_json", str(problem))
            return None

    def fail(self, code: str, detail: str) -> None:
        """Note what makes this answer no listing."""
        self.notes.add(code, detail)
        self._complete = False

    def each(self, items: object, read: Callable[[Node], None]) -> None:
        """Have every object of a list read; one that cannot be read costs only itself."""
        if not isinstance(items, list):
            self.fail("no_events", "this answer has no list of events")
            return
        for number, item in enumerate(items[:_MAX_ITEMS], start=1):
            self._seen += 1
            if not isinstance(item, dict):
                self.notes.add("no_object", f"item {number}")
                continue
            try:
                read(item)
            except (ValueError, OverflowError) as problem:
                self.notes.add("bad_event", f"item {number}: {problem}")

    def event(self, draft: Draft) -> None:
        """Keep the event of a draft, unless it has no name or start, or lies outside the window."""
        title = word(draft.title)
        zone = zone_of(draft.zone)
        start = moment_of(draft.start, zone or self.window.zone)
        if title is None or start is None:
            missing = "no_start" if draft.start is None or draft.start == "" else "bad_start"
            self.notes.add("no_name" if title is None else missing, title or f"event {draft.uid!s:.60}")
            return
        end = moment_of(draft.end, zone or self.window.zone)
        if isinstance(start, datetime) and zone is not None:
            start = start.astimezone(zone)
            end = end.astimezone(zone) if isinstance(end, datetime) else end
        if draft.all_day:
            start = start.date() if isinstance(start, datetime) else start
            end = end.date() if isinstance(end, datetime) else end
        end = self._end(title, start, end)
        if self.window.holds(start, end):
            self._keep(self._record(draft, title, start, end))

    def _end(
        self, title: str, start: datetime | date, written: datetime | date | None
    ) -> datetime | date | None:
        end = end_of(start, written)
        if (
            written is not None
            and end is None
            and isinstance(written, datetime) == isinstance(start, datetime)
        ):
            self.notes.add("end_before_start", title)
        if end is not None and end - start > _LONGEST:
            self.notes.add("implausible_end", f"{title}: ends in {end.year}")
            end = None
        return start if end is None and not isinstance(start, datetime) else end

    def _record(
        self, draft: Draft, title: str, start: datetime | date, end: datetime | date | None
    ) -> ScrapedEvent:
        url = self.url(draft.url)
        zone = zone_of(draft.zone)
        online = draft.mode == "online"
        return whole_days(
            ScrapedEvent(
                platform=self._platform,
                source=self.source,
                uid=identifier(draft.uid) or url or derived_uid(title, start),
                name=title,
                start_date=start,
                recurrence_id=start.isoformat() if draft.occurrence else None,
                description=text(draft.description),
                end_date=end,
                timezone=(iana_name(zone) if zone else None) or timezone_name(start, self.window.zone)
                if isinstance(start, datetime)
                else None,
                all_day=not isinstance(start, datetime),
                event_status=status_of(title, draft.status),
                event_attendance_mode=draft.mode,
                url=url,
                image=self.url(draft.image),
                # What an online event says of a place is where its organiser sits.
                location=None if online else draft.place,
                organizer=draft.organizer,
                keywords=keywords([each for each in draft.words if isinstance(each, str)]),
                is_accessible_for_free=draft.free if isinstance(draft.free, bool) else None,
                price=draft.price,
                in_language=language(draft.language),
            )
        )

    def _keep(self, event: ScrapedEvent) -> None:
        limit = self.context.max_events
        key = (event.uid, event.start_date.isoformat())
        if key in self._events:
            return
        if limit is not None and len(self._events) >= limit:
            self.notes.once("events_capped", f"only the first {limit} events are read")
            self._complete = False
            return
        self._events[key] = event

    def group(  # noqa: PLR0913  every one is named
        self,
        *,
        uid: object,
        title: object,
        url: object = None,
        description: object = None,
        place: ScrapedPlace | None = None,
        members: object = None,
        words: Iterable[object] = (),
        zone: object = None,
        image: object = None,
    ) -> ScrapedOrganizer | None:
        """Keep a group, the first of its id, and return it as the organiser of its events."""
        known, called = identifier(uid), word(title)
        if known is None or called is None:
            self.notes.add("no_name", f"group {uid!s:.60}")
            return None
        found = zone_of(zone)
        record = ScrapedGroup(
            platform=self._platform,
            source=self.source,
            uid=known,
            name=called,
            description=text(description),
            url=self.url(url),
            location=place,
            members=count(members),
            keywords=keywords([each for each in words if isinstance(each, str)]),
            timezone=iana_name(found) if found else None,
            image=self.url(image),
        )
        self._groups.setdefault(known, record)
        return ScrapedOrganizer(uid=known, name=called, url=record.url, members=record.members)

    def url(self, value: object) -> str | None:
        """An address, relative ones resolved against the payload's own."""
        return web_url(value, self.base) if isinstance(value, str) else None

    def next(self, value: object) -> tuple[str, ...]:
        """A further page that the answer names, if it is another one on the same host."""
        url = self.url(value)
        ours, theirs = split_url(self.payload.url), split_url(url or "")
        if url is None or ours is None or theirs is None or ours.hostname != theirs.hostname:
            return ()
        return () if url == self.payload.url else (url,)

    def turned(self, **parameters: object) -> tuple[str, ...]:
        """The payload's own address with other query parameters."""
        url = with_query(self.payload.url, **parameters)
        return () if url is None or url == self.payload.url else (url,)

    def parameter(self, key: str) -> str | None:
        """A query parameter of the payload's address."""
        parts = split_url(self.payload.url)
        return dict(parse_qsl(parts.query)).get(key) if parts is not None else None

    def number(self, key: str, default: int) -> int:
        """A query parameter as a number that is not negative."""
        written = self.parameter(key) or ""
        return int(written) if written.isascii() and written.isdigit() and len(written) < 8 else default

    def reading(self, following: tuple[str, ...] = ()) -> Reading:
        """What was read."""
        return Reading(
            self._format,
            events=tuple(self._events.values()),
            groups=tuple(self._groups.values()),
            next=following,
            warnings=self.notes.warnings(),
            complete=self._complete,
            items_seen=self._seen,
        )


def otherwise(payload: Payload, context: ReadContext, platform: str) -> Reading:
    """The reading of a payload that is not in the platform's own format, by what it is."""
    return read_as(detect(payload.body, payload.content_type) or "html", payload, context, platform)


def in_source_zone(event: ScrapedEvent, context: ReadContext) -> ScrapedEvent:
    """An event of a local source that writes UTC, on the clock of the source."""
    zone = zone_named(context.timezone)
    if zone is None or event.timezone not in {None, "UTC"} or event.recurrence_id is not None:
        return event
    start, end = event.start_date, event.end_date
    if not isinstance(start, datetime) or start.utcoffset() != timedelta() or context.timezone == "UTC":
        return event
    return replace(
        event,
        start_date=start.astimezone(zone),
        end_date=end.astimezone(zone) if isinstance(end, datetime) else end,
        timezone=iana_name(zone),
    )


def is_json(payload: Payload) -> bool:
    """Whether a payload is JSON, linked or not."""
    return detect(payload.body, payload.content_type) in {"json", "jsonld"}
