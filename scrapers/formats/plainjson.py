"""Reads a plain JSON list of events: a list, an object that holds one as `events` or `items`, or an object a line.

For the many small sites that answer in JSON of their own making. Names are the obvious ones; whatever else an object
holds is not looked at.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from scrapers.formats.datetimes import end_of, moment_of, timezone_name
from scrapers.formats.identity import derived_uid
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
from scrapers.records import AttendanceMode, Reading, ScrapedEvent, ScrapedPlace, ScrapedPrice, Warning  # noqa: A004

_LISTS: Final = ("events", "items")
_NAMES: Final = ("name", "title", "summary")
_STARTS: Final = (
    "start",
    "start_date",
    "startDate",
    "start_time",
    "startTime",
    "starts_at",
    "start_at",
    "start_datetime",
    "startdate",
)
_ENDS: Final = (
    "end",
    "end_date",
    "endDate",
    "end_time",
    "endTime",
    "ends_at",
    "end_at",
    "end_datetime",
    "enddate",
)
_URLS: Final = ("url", "link", "event_url", "eventUrl", "html_url")
_IDS: Final = ("uid", "id", "event_id")
_MODES: Final[dict[str, AttendanceMode]] = {
    "online": "online",
    "virtual": "online",
    "offline": "offline",
    "in-person": "offline",
    "in_person": "offline",
    "physical": "offline",
    "hybrid": "mixed",
    "mixed": "mixed",
}


def read(payload: Payload, context: ReadContext, platform: str = "page") -> Reading:
    """The events of a plain JSON list. Times without an offset are of the event's `timezone`, else the context's."""
    try:
        value = json_of(payload.body)
    except ValueError as problem:
        fault = Warning("bad_json", str(problem)[:200])
        lines = _line_by_line(payload.body)
        if lines is None:
            return Reading("json", warnings=(fault,), complete=False)
        good, whole = lines
        reading = read_items(good, payload, context, platform)
        if whole:
            return reading
        return replace(reading, warnings=(fault, *reading.warnings), complete=False)
    found = listed(value)
    if found is None:
        return Reading(
            "json", warnings=(Warning("no_events", "no list of events in this JSON"),), complete=False
        )
    return read_items(found, payload, context, platform)


def read_items(items: list[Any], payload: Payload, context: ReadContext, platform: str) -> Reading:
    """The events of a list that was found already."""
    return _Reader(payload, context, platform).reading(items)


def listed(value: Any) -> list[Any] | None:
    """The list of events in a JSON value; None where there is none."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return next((value[key] for key in _LISTS if isinstance(value.get(key), list)), None)
    return None


def _line_by_line(body: bytes) -> tuple[list[Any], bool] | None:
    """The objects of newline-delimited JSON, and whether every line was one; None where lines are not objects."""
    lines = [line for line in body.splitlines() if line.strip()]
    if len(lines) < 2 or not all(line.lstrip().startswith(b"{") for line in lines):
        return None
    good = []
    for line in lines:
        with suppress(ValueError):
            good.append(json_of(line))
    return good, len(good) == len(lines)


class _Reader:
    def __init__(self, payload: Payload, context: ReadContext, platform: str) -> None:
        self._context = context
        self._platform = platform
        self._base = context.base_url or (payload.url if payload.url.startswith("http") else None)
        self._window = time_window(context)
        self._notes = Notes()

    def reading(self, items: list[Any]) -> Reading:
        events: dict[tuple[str, str], ScrapedEvent] = {}
        limit = self._context.max_events
        complete = True
        for number, item in enumerate(items, start=1):
            if limit is not None and len(events) >= limit:
                self._notes.add("events_capped", f"only the first {limit} events are read")
                complete = False
                break
            try:
                event = self._event(item, number)
            except (ValueError, OverflowError) as problem:
                self._notes.add("bad_event", f"item {number}: {problem}")
                continue
            if event is not None:
                events.setdefault((event.uid, event.start_date.isoformat()), event)
        return Reading(
            "json",
            events=tuple(events.values()),
            warnings=self._notes.warnings(),
            complete=complete,
            items_seen=len(items),
        )

    def _event(self, item: Any, number: int) -> ScrapedEvent | None:
        if not isinstance(item, dict):
            self._notes.add("no_object", f"item {number}")
            return None
        title = name(_string(item, _NAMES) or "")
        zone = zone_named(_string(item, ("timezone", "tz", "time_zone")) or "") or self._window.zone
        written = next((item[key] for key in _STARTS if item.get(key) is not None), None)
        start = moment_of(_inner(written), zone)
        if start is None:
            self._notes.add("no_start" if written is None else "bad_start", title or f"item {number}")
            return None
        if not title:
            self._notes.add("no_name", f"item {number}")
            return None
        last = next((item[key] for key in _ENDS if item.get(key) is not None), None)
        ending = moment_of(_inner(last), zone)
        end = end_of(start, ending)
        if ending is not None and end is None and isinstance(ending, datetime) == isinstance(start, datetime):
            self._notes.add("end_before_start", title)
        if end is None and not isinstance(start, datetime):
            end = start
        if not self._window.holds(start, end):
            return None
        return self._record(item, title, start, end, timezone_name(start, zone))

    def _record(
        self, item: dict[str, Any], title: str, start: Any, end: Any, zone: str | None
    ) -> ScrapedEvent:
        url = web_url(_string(item, _URLS) or "", self._base)
        place, mode = _place(item)
        description = _string(item, ("description", "summary"))
        free = item.get("is_accessible_for_free", item.get("isAccessibleForFree", item.get("is_free")))
        amount = amount_of(item.get("price"))
        status = (_string(item, ("event_status", "eventStatus", "status")) or "").rpartition("/")[2].lower()
        cancelled = status.removeprefix("event") in {"cancelled", "canceled"}
        return whole_days(
            ScrapedEvent(
                platform=self._platform,
                source=self._context.source,
                uid=_identifier(item) or url or derived_uid(title, start),
                name=title,
                description=paragraphs(description) if description else None,
                start_date=start,
                end_date=end,
                timezone=zone,
                all_day=not isinstance(start, datetime),
                event_status=status_of(title, "EventCancelled" if cancelled else "EventScheduled"),
                event_attendance_mode=_mode(item) or mode,
                url=url,
                image=web_url(_string(item, ("image", "image_url")) or "", self._base),
                location=place,
                keywords=keywords([str(each) for each in _list(item, ("keywords", "tags", "categories"))]),
                is_accessible_for_free=free if isinstance(free, bool) else None,
                price=ScrapedPrice(min=amount, max=amount) if amount is not None else None,
            )
        )


def _identifier(item: dict[str, Any]) -> str | None:
    """An id as text; 1, 1.0, true and "1" must not become one another by accident."""
    for key in _IDS:
        value = item.get(key)
        if isinstance(value, str) and (text := one_line(value, 500)):
            return text
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return None


def _string(item: dict[str, Any], keys: tuple[str, ...]) -> str | None:
    return next((value for key in keys if isinstance(value := item.get(key), str) and value.strip()), None)


def _inner(value: Any) -> Any:
    """Google and others wrap a start: `{"dateTime": ...}` or `{"date": ...}`."""
    if isinstance(value, dict):
        return next((value[key] for key in ("dateTime", "utc", "date", "local") if key in value), None)
    return value


def _list(item: dict[str, Any], keys: tuple[str, ...]) -> list[str]:
    for key in keys:
        value = item.get(key)
        if isinstance(value, str):
            return value.split(",")
        if isinstance(value, list):
            return [each for each in value if isinstance(each, str)]
    return []


def _mode(item: dict[str, Any]) -> AttendanceMode | None:
    written = _string(
        item, ("event_attendance_mode", "eventAttendanceMode", "mode", "event_type", "eventType")
    )
    if written is not None:
        word = written.rpartition("/")[2].lower().removesuffix("eventattendancemode")
        if word in _MODES:
            return _MODES[word]
    return "online" if True in (item.get("online"), item.get("is_online"), item.get("isOnline")) else None


def _place(item: dict[str, Any]) -> tuple[ScrapedPlace | None, AttendanceMode | None]:
    written = next((item[key] for key in ("location", "venue", "place") if item.get(key)), None)
    if isinstance(written, str):
        where, mode = venue_of(name(written))
        place = ScrapedPlace(name=where, city=_named(item, "city"), country=_named(item, "country"))
    elif isinstance(written, dict):
        where, mode = venue_of(_named(written, "name") or "")
        place = ScrapedPlace(
            name=where,
            address=_named(written, "address"),
            city=_named(written, "city"),
            region=_named(written, "region") or _named(written, "state"),
            country=_named(written, "country"),
        )
    else:
        mode, place = None, ScrapedPlace(city=_named(item, "city"), country=_named(item, "country"))
    holder = written if isinstance(written, dict) else item
    lat = holder.get("lat", holder.get("latitude"))
    lon = holder.get("lon", holder.get("lng", holder.get("longitude")))
    coordinates = coordinates_of(lat, lon)
    if coordinates is not None:
        place = ScrapedPlace(place.name, place.address, place.city, place.region, place.country, *coordinates)
    return (None if place == ScrapedPlace() else place), mode


def _named(item: dict[str, Any], key: str) -> str | None:
    value = item.get(key)
    return (name(value) or None) if isinstance(value, str) else None
