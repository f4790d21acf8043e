"""Reads iCalendar (RFC 5545, RFC 7986) into records: bytes in, one `Reading` out.

It fetches nothing and raises nothing: what cannot be read becomes a warning, and the next event is read. The lines are
taken apart in `scrapers.formats.ical_lines`, times and lengths in `scrapers.formats.icaltimes`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final

from scrapers.formats.ical_lines import Calendar, Document, Properties, parameters_of, parse, unescaped
from scrapers.formats.icaltimes import (
    CalendarMoment,
    day_before,
    defined_zone,
    end_after,
    ending,
    exact_length,
    first_value,
    last_moment,
    length_of,
    wall_of,
)
from scrapers.formats.identity import derived_uid
from scrapers.formats.periods import Budget
from scrapers.formats.places import coordinates_of, venue_of
from scrapers.formats.recurrence import Series
from scrapers.formats.rrule import Rule, RuleError, parse_rule
from scrapers.formats.text import keywords, name, one_line, paragraphs, web_url
from scrapers.formats.window import Window, window_of
from scrapers.formats.zones import iana_name, localised, zone_named
from scrapers.platform import Payload, ReadContext
from scrapers.records import AttendanceMode, EventStatus, Reading, ScrapedEvent, ScrapedPlace

__all__ = ["Calendar", "Document", "parameters_of", "parse", "read", "read_document", "unescaped"]

_MAX_DATES: Final = 4_000
_MAX_UID: Final = 500

_UNESCAPED_COMMA: Final = re.compile(r"(?<!\\),")
_STATUSES: Final[dict[str, EventStatus]] = {"CANCELLED": "EventCancelled", "POSTPONED": "EventPostponed"}


def read(payload: Payload, context: ReadContext, platform: str = "ical") -> Reading:
    """The events of an iCalendar payload, series expanded inside the context's window."""
    return read_document(parse(payload.body), context, platform)


def read_document(document: Document, context: ReadContext, platform: str = "ical") -> Reading:
    """The events of a parsed file.

    Zoned times keep the offset of their zone, floating ones (RFC 5545 3.3.5) take X-WR-TIMEZONE, else the context's.
    """
    return _Reader(document, context, platform).reading()


@dataclass(slots=True)
class _Item:
    """A VEVENT with what is needed to put versions and overrides of one UID together."""

    properties: Properties
    calendar: Calendar
    position: int
    uid: str
    sequence: int
    overrides: bool
    repeats: bool
    start: CalendarMoment | None = None
    recurrence: CalendarMoment | None = None


class _SkipError(Exception):
    """This event cannot be read; the reason is noted."""


class _Reader:
    """Turns the components of one document into events."""

    def __init__(self, document: Document, context: ReadContext, platform: str) -> None:
        self._document = document
        self._notes = document.notes
        self._context = context
        self._platform = platform
        self._window: Window = window_of(context)
        self._budget = Budget()
        self._zones: dict[tuple[int, str], tzinfo] = {}
        self._defaults: dict[int, tzinfo] = {}
        self._parameters: dict[str, dict[str, str]] = {}
        self._complete = document.complete

    def reading(self) -> Reading:
        groups: dict[str, list[_Item]] = {}
        seen = 0
        for calendar in self._document.calendars:
            for properties in calendar.events:
                item = self._item(properties, calendar, seen)
                # Without a UID nothing belongs together.
                groups.setdefault(item.uid or f"\0{seen}", []).append(item)
                seen += 1
        events: list[ScrapedEvent] = []
        limit = self._context.max_events
        # A flood of occurrences must not push out single events: those come first, in the order of the file.
        left = sorted(groups.values(), key=lambda items: any(item.repeats for item in items))
        for done, items in enumerate(left, start=1):
            events.extend(self._of_uid(items))
            if limit is not None and len(events) >= limit:
                if len(events) > limit or done < len(left):
                    self._notes.add("events_capped", f"only the first {limit} events are read")
                    self._complete = False
                del events[limit:]
                break
        return Reading(
            format="ical",
            events=tuple(events),
            warnings=self._notes.warnings(),
            complete=self._complete,
            items_seen=seen,
        )

    def _item(self, properties: Properties, calendar: Calendar, position: int) -> _Item:
        uid = first_value(properties, "UID")
        sequence = first_value(properties, "SEQUENCE").strip()
        return _Item(
            properties,
            calendar,
            position,
            one_line(unescaped(uid), _MAX_UID) if uid else "",
            int(sequence) if sequence.isascii() and sequence.isdigit() and len(sequence) < 10 else 0,
            "RECURRENCE-ID" in properties,
            "RRULE" in properties or "RDATE" in properties,
        )

    def _of_uid(self, items: list[_Item]) -> Iterator[ScrapedEvent]:
        if len(items) == 1 and not items[0].overrides and not items[0].repeats:
            yield from self._single(items[0])
            return
        try:
            readable = [item for item in items if self._timed(item)]
            masters = self._masters([item for item in readable if not item.overrides])
            overrides = self._overrides([item for item in readable if item.overrides])
            series = next((master for master in masters if master.repeats), None)
            if series is not None:
                yield from self._series(series, overrides)
                return
            for master in masters:
                yield from self._single(master, distinct=len(masters) > 1 or bool(overrides))
            for override in overrides:
                yield from self._override(override)
        except (ValueError, OverflowError) as problem:
            self._unreadable(items[0], problem)

    def _timed(self, item: _Item) -> bool:
        try:
            self._times(item)
        except _SkipError:
            return False
        return True

    def _masters(self, items: list[_Item]) -> list[_Item]:
        """The versions that count: the highest SEQUENCE, of equals the last; several starts are several events.

        Some plugins write every date of a series with one UID and neither RRULE nor RECURRENCE-ID.
        """
        if not items:
            return []
        highest = max(item.sequence for item in items)
        current = [item for item in items if item.sequence == highest]
        repeating = [item for item in current if item.repeats]
        if repeating:
            return [repeating[-1]]
        by_start = {item.start: item for item in current}
        if len(by_start) > 1:
            self._notes.add("uid_reused", f"{len(by_start)} dates share the UID {current[0].uid[:80]}")
        return list(by_start.values())

    def _overrides(self, items: list[_Item]) -> list[_Item]:
        newest: dict[tuple[CalendarMoment | None, bool], _Item] = {}
        for item in items:
            key = (item.recurrence, self._this_and_future(item))
            if key not in newest or item.sequence >= newest[key].sequence:
                newest[key] = item
        return list(newest.values())

    def _single(self, item: _Item, *, distinct: bool = False) -> Iterator[ScrapedEvent]:
        try:
            start = self._times(item)
            begins = start.value()
            ends = self._end(item, start, begins)
            if self._window.holds(begins, ends):
                yield ScrapedEvent(
                    start_date=begins,
                    end_date=ends,
                    timezone=iana_name(start.zone),
                    all_day=start.zone is None,
                    recurrence_id=begins.isoformat() if distinct else None,
                    **self._details(item, begins),
                )
        except _SkipError:
            return
        except (ValueError, OverflowError) as problem:
            self._unreadable(item, problem)

    def _unreadable(self, item: _Item, problem: Exception) -> None:
        self._notes.add("bad_event", f"{self._title(item)}: {problem}")

    def _title(self, item: _Item) -> str:
        return (
            name(unescaped(first_value(item.properties, "SUMMARY")), 120)
            or item.uid
            or f"event {item.position + 1}"
        )

    # Times.

    def _times(self, item: _Item) -> CalendarMoment:
        """DTSTART, and RECURRENCE-ID where there is one; raises `_SkipError` without a usable start."""
        if item.start is not None:
            return item.start
        written = item.properties.get("DTSTART")
        if not written or not written[0][1].strip():
            self._notes.add("no_start", self._title(item))
            raise _SkipError
        parameters, value = written[0]
        start = self._moment(parameters, value, item)
        if start is None:
            self._notes.add("bad_start", f"{self._title(item)}: {value[:60]}")
            raise _SkipError
        if item.overrides:
            parameters, value = item.properties["RECURRENCE-ID"][0]
            item.recurrence = self._moment(parameters, value, item)
            if item.recurrence is None:
                self._notes.add("bad_recurrence_id", f"{self._title(item)}: {value[:60]}")
                item.overrides = False
        item.start = start
        return start

    def _moment(self, parameters: str, value: str, item: _Item) -> CalendarMoment | None:
        """A DATE or DATE-TIME value (RFC 5545 3.3.4, 3.3.5); null where it is none."""
        value = value.strip()
        if ":" in value and not value[:4].isdigit():
            # Outlook's TZID=tzone://Microsoft/Utc and TZID=(UTC+01:00) Berlin have an unquoted colon: the value begins
            # after the last one.
            rest, _, value = value.rpartition(":")
            parameters = f'{parameters.rpartition("=")[0]}="{parameters.rpartition("=")[2]}:{rest}"'
        value = value.upper()
        utc = value.endswith("Z")
        wall = wall_of(value.removesuffix("Z"))
        if wall is None:
            return None
        if len(value) == 8 or (parameters and self._parameter(parameters, "VALUE").upper() == "DATE"):
            return CalendarMoment(datetime.combine(wall.date(), time()), None)
        if utc:
            shown = self._calendar_zone(item.calendar)
            if shown is None or shown is UTC:
                return CalendarMoment(wall, UTC)
            # Google writes UTC and names in X-WR-TIMEZONE the zone that people meet in.
            return CalendarMoment(wall.replace(tzinfo=UTC).astimezone(shown).replace(tzinfo=None), shown)
        tzid = self._parameter(parameters, "TZID") if parameters else ""
        return CalendarMoment(wall, self._zone(tzid, item.calendar) if tzid else self._default(item.calendar))

    def _parameter(self, written: str, label: str) -> str:
        parameters = self._parameters.get(written)
        if parameters is None:
            parameters = parameters_of(written)
            if len(self._parameters) < 1_000:
                self._parameters[written] = parameters
        return parameters.get(label, "")

    def _calendar_zone(self, calendar: Calendar) -> tzinfo | None:
        written = calendar.properties.get("X-WR-TIMEZONE")
        return zone_named(written[0][1]) if written else None

    def _default(self, calendar: Calendar) -> tzinfo:
        zone = self._defaults.get(id(calendar))
        if zone is None:
            zone = self._defaults[id(calendar)] = self._calendar_zone(calendar) or self._window.zone
        return zone

    def _zone(self, tzid: str, calendar: Calendar) -> tzinfo:
        key = (id(calendar), tzid)
        zone = self._zones.get(key)
        if zone is None:
            zone = self._zones[key] = self._found_zone(tzid, calendar)
        return zone

    def _found_zone(self, tzid: str, calendar: Calendar) -> tzinfo:
        zone = zone_named(tzid) or zone_named(unescaped(tzid))
        if zone is not None:
            return UTC if zone.key in {"UTC", "Etc/UTC"} else zone
        # tzdata wins over the file; for names it does not know the file's own offset is the best we have.
        defined = defined_zone(calendar.zones.get(tzid, []))
        if defined is not None:
            self._notes.add("unknown_timezone", f"{tzid[:80]}: taken from the calendar's VTIMEZONE")
            return defined
        self._notes.add("unknown_timezone", f"{tzid[:80]}: the source's zone is taken")
        return self._default(calendar)

    def _end(self, item: _Item, start: CalendarMoment, begins: datetime | date) -> datetime | date | None:
        """The end of a single event; the last day, inclusive, for all-day events (one day where nothing is said)."""
        if "DTEND" in item.properties:
            parameters, value = item.properties["DTEND"][0]
            end = self._moment(parameters, value, item)
            if end is not None:
                return self._checked_end(item, start, begins, end)
            if value.strip():
                self._notes.add("bad_end", f"{self._title(item)}: {value[:60]}")
        elif "DURATION" in item.properties:
            length = self._length(item)
            if length is not None:
                return end_after(start, begins, length)
        return begins if start.zone is None else None

    def _checked_end(
        self, item: _Item, start: CalendarMoment, begins: datetime | date, end: CalendarMoment
    ) -> datetime | date | None:
        if start.zone is None:
            # DTEND is exclusive; a time of day on the last day means that day is meant.
            last = (
                end.wall.date()
                if end.zone is not None and end.wall.time() != time()
                else day_before(end.wall)
            )
            if end.wall < start.wall:
                self._notes.add("end_before_start", self._title(item))
            return max(last, start.wall.date())
        if end.zone is None:
            end = CalendarMoment(end.wall, start.zone)
        ends = localised(end.wall, end.zone or UTC)
        assert isinstance(begins, datetime)
        if ends.astimezone(UTC) < begins.astimezone(UTC) if start.zone is not end.zone else ends < begins:
            self._notes.add("end_before_start", self._title(item))
            return None
        return ends

    def _length(self, item: _Item) -> timedelta | None:
        written = first_value(item.properties, "DURATION")
        length = length_of(written)
        if length is None:
            self._notes.add("bad_duration", f"{self._title(item)}: {written[:60]}")
        elif length < timedelta():
            self._notes.add("end_before_start", self._title(item))
            return None
        return length

    # Series.

    def _series(self, master: _Item, overrides: list[_Item]) -> Iterator[ScrapedEvent]:
        start = self._times(master)
        begins = start.value()
        try:
            details = self._details(master, begins)
            ends = self._end(master, start, begins)
        except _SkipError:
            details, ends = None, None
        periods: dict[datetime, timedelta] = {}
        recurring = self._set(master, start, periods)
        if not (recurring.rules or recurring.extra or overrides):
            # No rule could be followed: what is left is one event.
            yield from self._single(master)
            return
        replaced: dict[datetime, _Item] = {}
        turns: list[tuple[datetime, _Item]] = []
        for item in overrides:
            assert item.recurrence is not None
            scheduled = item.recurrence.seen_in(start)
            if item.recurrence.zone is None and start.zone is not None:
                # A RECURRENCE-ID of type DATE on a timed series means that day's occurrence.
                scheduled = datetime.combine(scheduled.date(), start.wall.time())
            replaced[scheduled] = item
            if self._this_and_future(item):
                turns.append((scheduled, item))
        turns.sort(key=lambda turn: turn[0])
        for scheduled, item in replaced.items():
            # An exception to the series that was excluded later stays excluded.
            if scheduled not in recurring.excluded:
                yield from self._override(item, CalendarMoment(scheduled, start.zone))
        length = exact_length(begins, ends)
        yield from self._occurrences(start, recurring, length, periods, replaced, turns, details)

    def _occurrences(
        self,
        start: CalendarMoment,
        recurring: Series,
        length: timedelta | None,
        periods: dict[datetime, timedelta],
        replaced: dict[datetime, _Item],
        turns: list[tuple[datetime, _Item]],
        details: dict[str, Any] | None,
    ) -> Iterator[ScrapedEvent]:
        changes = [self._turn(scheduled, item, start) for scheduled, item in turns]
        longest = max(
            [
                length or timedelta(),
                *periods.values(),
                *(abs(shift) + (long or timedelta()) for _, shift, long, _ in changes),
            ]
        )
        after, before = self._span(start.zone or self._window.zone, longest)
        kept = 0
        for scheduled in recurring.starts(after, before, self._budget):
            if scheduled in replaced:
                continue
            wall, long, fields = scheduled, periods.get(scheduled, length), details
            for since, shift, turned_length, turned in changes:
                if since <= scheduled:
                    wall, long, fields = scheduled + shift, turned_length, turned
            if fields is None:
                continue
            moment = CalendarMoment(wall, start.zone)
            begins = moment.value()
            ends = ending(begins, long)
            if not self._window.holds_occurrence(begins, ends):
                continue
            if kept == self._context.max_instances:
                self._notes.add("instances_capped", f"{fields['name']}: only {kept} occurrences are read")
                self._complete = False
                break
            kept += 1
            yield ScrapedEvent(
                start_date=begins,
                end_date=ends,
                timezone=iana_name(start.zone),
                all_day=start.zone is None,
                recurrence_id=CalendarMoment(scheduled, start.zone).value().isoformat(),
                **fields,
            )
        if self._budget.exhausted:
            self._budget.exhausted = False
            self._notes.add(
                "rule_too_costly", f"{details['name'] if details else 'a series'}: not all is expanded"
            )
            self._complete = False

    def _span(self, zone: tzinfo, longest: timedelta) -> tuple[datetime, datetime]:
        """The window as wall clock times of a zone, widened by the longest occurrence and a day for offsets."""
        window = self._window
        margin = timedelta(days=2)
        try:
            after = window.series_start.astimezone(zone).replace(tzinfo=None) - longest - margin
        except OverflowError:
            after = datetime.min  # noqa: DTZ901  a wall clock time
        try:
            before = window.series_end.astimezone(zone).replace(tzinfo=None) + margin
        except OverflowError:
            before = datetime.max  # noqa: DTZ901  a wall clock time
        return after, before

    def _turn(
        self, scheduled: datetime, item: _Item, start: CalendarMoment
    ) -> tuple[datetime, timedelta, timedelta | None, dict[str, Any] | None]:
        """RANGE=THISANDFUTURE: from which occurrence on, moved by how much, how long and as what (3.2.13)."""
        moved = self._times(item)
        begins = moved.value()
        try:
            fields = self._details(item, begins)
        except _SkipError:
            fields = None
        length = exact_length(begins, self._end(item, moved, begins))
        return scheduled, moved.seen_in(start) - scheduled, length, fields

    def _this_and_future(self, item: _Item) -> bool:
        parameters = item.properties["RECURRENCE-ID"][0][0]
        return bool(parameters) and self._parameter(parameters, "RANGE").upper() == "THISANDFUTURE"

    def _override(self, item: _Item, scheduled: CalendarMoment | None = None) -> Iterator[ScrapedEvent]:
        try:
            start = self._times(item)
            begins = start.value()
            ends = self._end(item, start, begins)
            # A series is only asked for its span; its changed occurrences are no exception.
            if not self._window.holds_occurrence(begins, ends):
                return
            moment = scheduled or item.recurrence
            assert moment is not None
            yield ScrapedEvent(
                start_date=begins,
                end_date=ends,
                timezone=iana_name(start.zone),
                all_day=start.zone is None,
                recurrence_id=moment.value().isoformat(),
                **self._details(item, begins),
            )
        except _SkipError:
            return
        except (ValueError, OverflowError) as problem:
            self._unreadable(item, problem)

    def _set(self, item: _Item, start: CalendarMoment, periods: dict[datetime, timedelta]) -> Series:
        """RRULE, RDATE and EXDATE of an event as wall clock times of its DTSTART; lengths of PERIODs by start."""
        if "EXRULE" in item.properties:
            self._notes.add("exrule_ignored", f"{self._title(item)}: EXRULE left the standard in 2009")
        rules: list[tuple[Rule, datetime | None]] = []
        for _, written in item.properties.get("RRULE", ())[:10]:
            try:
                rule = parse_rule(written)
                if (rule, last_moment(rule.until, start)) not in rules:
                    rules.append((rule, last_moment(rule.until, start)))
            except (RuleError, OverflowError) as problem:
                self._notes.add("bad_rule", f"{self._title(item)}: {problem}")
        extra = []
        for moment, length in self._dates(item, "RDATE"):
            wall = moment.seen_in(start)
            if moment.zone is None and start.zone is not None:
                wall = datetime.combine(wall.date(), start.wall.time())
            extra.append(wall)
            if length is not None:
                periods[wall] = length
        excluded, days = set(), set()
        for moment, _ in self._dates(item, "EXDATE"):
            if moment.zone is None and start.zone is not None:
                days.add(moment.wall.date())
            else:
                excluded.add(moment.seen_in(start))
        return Series(start.wall, tuple(rules), tuple(extra), frozenset(excluded), frozenset(days))

    def _dates(self, item: _Item, label: str) -> Iterator[tuple[CalendarMoment, timedelta | None]]:
        count = 0
        for parameters, line in item.properties.get(label, ()):
            for written in line.split(","):
                begin, _, end = written.partition("/")
                if not begin.strip():
                    continue
                count += 1
                if count > _MAX_DATES:
                    self._notes.add(
                        "dates_capped", f"{self._title(item)}: only {_MAX_DATES} dates of {label} are read"
                    )
                    self._complete = False
                    return
                moment = self._moment(parameters, begin, item)
                if moment is None:
                    self._notes.add(f"bad_{label.lower()}", f"{self._title(item)}: {written[:60]}")
                    continue
                yield moment, self._period(parameters, moment, end, item) if end else None

    def _period(self, parameters: str, start: CalendarMoment, written: str, item: _Item) -> timedelta | None:
        length = length_of(written)
        if length is None:
            end = self._moment(parameters, written, item)
            length = exact_length(start.value(), end.value()) if end is not None and end.zone else None
        return length if length is not None and length >= timedelta() else None

    # What an event says.

    def _details(self, item: _Item, begins: datetime | date) -> dict[str, Any]:
        properties = item.properties
        title = name(unescaped(first_value(properties, "SUMMARY")))
        if not title and "DESCRIPTION" in properties:
            title = name(unescaped(first_value(properties, "DESCRIPTION")).strip().partition("\n")[0], 120)
        if not title:
            self._notes.add("no_name", f"{item.uid or 'event'} at {begins.isoformat()}")
            raise _SkipError
        uid = item.uid
        if not uid:
            self._notes.add("no_uid", f"{title} at {begins.isoformat()}")
            uid = derived_uid(title, begins)
        description = first_value(properties, "DESCRIPTION")
        place, mode = self._place(item) if "LOCATION" in properties or "GEO" in properties else (None, None)
        return {
            "platform": self._platform,
            "source": self._context.source,
            "uid": uid,
            "name": title,
            "sequence": item.sequence,
            "description": paragraphs(unescaped(description)) if description else None,
            "event_status": self._status(item),
            "event_attendance_mode": _mode(properties, place, mode),
            "url": self._url(item),
            "image": self._image(properties),
            "location": place,
            "keywords": self._keywords(properties) if "CATEGORIES" in properties else (),
            "in_language": self._language(properties),
        }

    def _status(self, item: _Item) -> EventStatus:
        method = item.calendar.properties.get("METHOD")
        if method and method[0][1].strip().upper() == "CANCEL":
            return "EventCancelled"
        status = item.properties.get("STATUS")
        return _STATUSES.get(status[0][1].strip().upper(), "EventScheduled") if status else "EventScheduled"

    def _url(self, item: _Item) -> str | None:
        written = first_value(item.properties, "URL")
        if not written.strip():
            return None
        url = web_url(unescaped(written))
        if url is None:
            self._notes.add("bad_url", f"{self._title(item)}: {written[:60]}")
        return url

    def _image(self, properties: Properties) -> str | None:
        """IMAGE of RFC 7986 5.10, else a picture that is attached; only by address."""
        for label in ("IMAGE", "ATTACH"):
            for parameters, value in properties.get(label, ())[:20]:
                kind = self._parameter(parameters, "FMTTYPE").lower() if parameters else ""
                if (label == "IMAGE" or kind.startswith("image/")) and (url := web_url(value)):
                    return url
        return None

    def _keywords(self, properties: Properties) -> tuple[str, ...]:
        return keywords(
            [
                unescaped(word)
                for _, value in properties["CATEGORIES"][:20]
                for word in _UNESCAPED_COMMA.split(value[:5_000])
            ]
        )

    def _language(self, properties: Properties) -> str | None:
        parameters = properties["SUMMARY"][0][0] if "SUMMARY" in properties else ""
        language = self._parameter(parameters, "LANGUAGE") if parameters else ""
        return language if 2 <= len(language) <= 35 and language.replace("-", "").isalnum() else None

    def _place(self, item: _Item) -> tuple[ScrapedPlace | None, AttendanceMode | None]:
        text = name(unescaped(first_value(item.properties, "LOCATION")))
        where, mode = venue_of(text)
        coordinates = None
        if "GEO" in item.properties:
            written = first_value(item.properties, "GEO")
            coordinates = coordinates_of(*written.partition(";")[::2])
            if coordinates is None and written.strip(" ;"):
                self._notes.add("bad_geo", f"{self._title(item)}: {written[:60]}")
        if where is None and (coordinates is None or mode == "online"):
            return None, mode
        lat, lon = coordinates or (None, None)
        return ScrapedPlace(name=where, lat=lat, lon=lon), mode


def _mode(
    properties: Properties, place: ScrapedPlace | None, mode: AttendanceMode | None
) -> AttendanceMode | None:
    """Online evidence beyond LOCATION. In person is never guessed: a place alone says nothing."""
    if mode is not None:
        return mode
    if "CONFERENCE" in properties:
        return "online" if place is None else "mixed"
    # Google adds a call to every event: with a place named it is no evidence.
    if place is None and (
        "X-GOOGLE-CONFERENCE" in properties or "X-MICROSOFT-SKYPETEAMSMEETINGURL" in properties
    ):
        return "online"
    return None
