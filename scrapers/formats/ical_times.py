"""The times of a VEVENT: its start and end in the zones that the file or the source says (RFC 5545 3.3.4, 3.3.5, 3.8.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from scrapers.formats.ical_lines import ALL_DAY_MARKS, Calendar, Properties, parameters_of, unescaped
from scrapers.formats.ical_values import (
    CalendarMoment,
    day_before,
    end_after,
    first_value,
    length_of,
    wall_of,
)
from scrapers.formats.notes import Notes
from scrapers.formats.observances import defined_zone
from scrapers.formats.text import name
from scrapers.formats.zones import fixed_zone, localised, meant_zone

_OFFSET = re.compile(r"(?<=\d)([+-])(\d{2}):?(\d{2})$", re.ASCII)
_DATE_AND_HOUR = 15


@dataclass(slots=True)
class Item:
    """A VEVENT with what is needed to put versions and overrides of one UID together."""

    properties: Properties
    calendar: Calendar
    position: int
    uid: str
    sequence: int
    overrides: bool
    repeats: bool
    says_all_day: bool
    start: CalendarMoment | None = None
    recurrence: CalendarMoment | None = None


class SkipError(Exception):
    """This event cannot be read; the reason is noted."""


def says_all_day(properties: Properties) -> bool:
    """Whether Exchange, MSN or Funambol marked an event with times as all-day ([MS-OXCICAL] 2.1.3.1.1.20.28)."""
    return any(first_value(properties, label).strip().upper() in {"TRUE", "1"} for label in ALL_DAY_MARKS)


def title_of(item: Item) -> str:
    """What a warning calls an event."""
    return (
        name(unescaped(first_value(item.properties, "SUMMARY")), 120)
        or item.uid
        or f"event {item.position + 1}"
    )


class EventTimes:
    """Reads the times of events of one document; what cannot be read is noted."""

    def __init__(self, notes: Notes, zone: tzinfo) -> None:
        self._notes = notes
        self._zone_of_source = zone
        self._zones: dict[tuple[int, str], tzinfo] = {}
        self._defaults: dict[int, tzinfo] = {}
        self._parameters: dict[str, dict[str, str]] = {}

    def start(self, item: Item) -> CalendarMoment:
        """DTSTART, and RECURRENCE-ID where there is one; raises `SkipError` without a usable start."""
        if item.start is not None:
            return item.start
        written = item.properties.get("DTSTART")
        if not written or not written[0][1].strip():
            self._notes.add("no_start", title_of(item))
            raise SkipError
        parameters, value = written[0]
        start = self.moment(parameters, value, item)
        if start is None:
            self._notes.add("bad_start", f"{title_of(item)}: {value[:60]}")
            raise SkipError
        if item.overrides:
            parameters, value = item.properties["RECURRENCE-ID"][0]
            item.recurrence = self.moment(parameters, value, item)
            if item.recurrence is None:
                self._notes.add("bad_recurrence_id", f"{title_of(item)}: {value[:60]}")
                item.overrides = False
        item.start = start
        return start

    def moment(self, parameters: str, value: str, item: Item) -> CalendarMoment | None:
        """A DATE or DATE-TIME value (RFC 5545 3.3.4, 3.3.5); None for anything else."""
        value = value.strip()
        if ":" in value and not value[:4].isdigit():
            # Outlook's TZID=tzone://Microsoft/Utc and TZID=(UTC+01:00) Berlin have an unquoted colon: the value begins
            # after the last one.
            rest, _, value = value.rpartition(":")
            parameters = f'{parameters.rpartition("=")[0]}="{parameters.rpartition("=")[2]}:{rest}"'
        value = value.upper()
        offset = _OFFSET.search(value) if len(value) > _DATE_AND_HOUR else None
        if offset is not None:
            # RFC 5545 has no offsets in values; what one means is clear all the same.
            size = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
            wall = wall_of(value[: offset.start()])
            zone = fixed_zone(-size if offset[1] == "-" else size)
            return None if wall is None or zone is None else CalendarMoment(wall, zone)
        utc = value.endswith("Z")
        wall = wall_of(value.removesuffix("Z"))
        if wall is None:
            return None
        if len(value) == 8 or (parameters and self.parameter(parameters, "VALUE").upper() == "DATE"):
            return CalendarMoment(datetime.combine(wall.date(), time()), None)
        if utc:
            shown = self._calendar_zone(item.calendar)
            if shown is None or shown is UTC:
                return CalendarMoment(wall, UTC)
            # Google writes UTC and names in X-WR-TIMEZONE the zone that people meet in.
            return CalendarMoment(wall.replace(tzinfo=UTC).astimezone(shown).replace(tzinfo=None), shown)
        tzid = self.parameter(parameters, "TZID") if parameters else ""
        return CalendarMoment(wall, self._zone(tzid, item.calendar) if tzid else self._default(item.calendar))

    def exception(self, parameters: str, value: str, item: Item) -> CalendarMoment | None:
        """A date of RDATE or EXDATE, on the clock of its series where either of them names no zone."""
        moment, start = self.moment(parameters, value, item), item.start
        if moment is None or moment.zone is None or start is None or start.zone is None:
            return moment
        series, _ = item.properties["DTSTART"][0]
        floats = not self._names_zone(series, item.properties["DTSTART"][0][1])
        if floats and value.strip().upper().endswith("Z"):
            # A series without a zone was excepted in UTC: the same digits are meant.
            wall = wall_of(value.strip().upper().removesuffix("Z"))
            return moment if wall is None else CalendarMoment(wall, start.zone)
        return moment if self._names_zone(parameters, value) else CalendarMoment(moment.wall, start.zone)

    def _names_zone(self, parameters: str, value: str) -> bool:
        value = value.strip().upper()
        named = value.endswith("Z") or _OFFSET.search(value) is not None or ":" in value
        return named or bool(parameters and self.parameter(parameters, "TZID"))

    def parameter(self, written: str, label: str) -> str:
        """A parameter of a property by its name; empty if it is not there."""
        parameters = self._parameters.get(written)
        if parameters is None:
            parameters = parameters_of(written)
            if len(self._parameters) < 1_000:
                self._parameters[written] = parameters
        return parameters.get(label, "")

    def _calendar_zone(self, calendar: Calendar) -> tzinfo | None:
        written = calendar.properties.get("X-WR-TIMEZONE")
        return meant_zone(written[0][1]) if written else None

    def _default(self, calendar: Calendar) -> tzinfo:
        zone = self._defaults.get(id(calendar))
        if zone is None:
            zone = self._defaults[id(calendar)] = self._calendar_zone(calendar) or self._zone_of_source
        return zone

    def _zone(self, tzid: str, calendar: Calendar) -> tzinfo:
        key = (id(calendar), tzid)
        zone = self._zones.get(key)
        if zone is None:
            zone = self._zones[key] = self._found_zone(tzid, calendar)
        return zone

    def _found_zone(self, tzid: str, calendar: Calendar) -> tzinfo:
        zone = meant_zone(tzid) or meant_zone(unescaped(tzid))
        if zone is not None:
            return zone
        # tzdata wins over the file; for names it does not know the file's own rules count.
        defined = defined_zone(calendar.zones.get(tzid, []))
        if defined is not None:
            self._notes.add("unknown_timezone", f"{tzid[:80]}: taken from the calendar's VTIMEZONE")
            return defined
        self._notes.add("unknown_timezone", f"{tzid[:80]}: the source's zone is taken")
        return self._default(calendar)

    def end(self, item: Item, start: CalendarMoment, begins: datetime | date) -> datetime | date | None:
        """The end of a single event; the last day, inclusive, for all-day events (one day where nothing is said)."""
        if "DTEND" in item.properties:
            parameters, value = item.properties["DTEND"][0]
            end = self.moment(parameters, value, item)
            if end is not None:
                return self._checked_end(item, start, begins, end)
            if value.strip():
                self._notes.add("bad_end", f"{title_of(item)}: {value[:60]}")
        elif "DURATION" in item.properties:
            length = self._length(item)
            if length is not None:
                return end_after(start, begins, length)
        return begins if start.zone is None else None

    def _checked_end(
        self, item: Item, start: CalendarMoment, begins: datetime | date, end: CalendarMoment
    ) -> datetime | date | None:
        if start.zone is None:
            # DTEND is exclusive; a time of day on the last day means that day is meant.
            last = (
                end.wall.date()
                if end.zone is not None and end.wall.time() != time()
                else day_before(end.wall)
            )
            if end.wall < start.wall:
                self._notes.add("end_before_start", title_of(item))
            return max(last, start.wall.date())
        if end.zone is None:
            end = CalendarMoment(end.wall, start.zone)
        ends = localised(end.wall, end.zone or UTC)
        assert isinstance(begins, datetime)
        if ends.astimezone(UTC) < begins.astimezone(UTC) if start.zone is not end.zone else ends < begins:
            self._notes.add("end_before_start", title_of(item))
            return None
        return ends

    def _length(self, item: Item) -> timedelta | None:
        written = first_value(item.properties, "DURATION")
        length = length_of(written)
        if length is None:
            self._notes.add("bad_duration", f"{title_of(item)}: {written[:60]}")
        elif length < timedelta():
            self._notes.add("end_before_start", title_of(item))
            return None
        return length
