"""The times of iCalendar: moments, lengths and ends as RFC 5545 3.3 writes and reckons them.

Values in, values out: no properties of events, no records, no window.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from scrapers.formats.ical_lines import Properties
from scrapers.formats.rrule import Until
from scrapers.formats.zones import localised

_LAST_YEAR: Final = 9_998
_DURATION: Final = re.compile(
    r"([+-]?)P(?:(\d{1,7})W)?(?:(\d{1,7})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,7})M)?(?:(\d{1,9})S)?)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class CalendarMoment:
    """A date or a wall clock time in its zone. A date is its midnight, with `zone` None."""

    wall: datetime
    zone: tzinfo | None

    @property
    def all_day(self) -> bool:
        return self.zone is None

    def value(self) -> datetime | date:
        return self.wall.date() if self.zone is None else localised(self.wall, self.zone)

    def seen_in(self, other: CalendarMoment) -> datetime:
        """The wall clock time of this moment in the zone of another; midnight where the other is a date."""
        if other.zone is None:
            return datetime.combine(self.wall.date(), time())
        if self.zone is None or self.zone is other.zone:
            return self.wall
        return localised(self.wall, self.zone).astimezone(other.zone).replace(tzinfo=None)


def first_value(properties: Properties, label: str) -> str:
    values = properties.get(label)
    return values[0][1] if values else ""


def wall_of(value: str) -> datetime | None:
    """A basic-format date or date-time; the extended format of ISO 8601 is tolerated."""
    try:
        if len(value) == 15 and value[8] == "T":
            wall = datetime(  # noqa: DTZ001  a wall clock time; the zone is added by whoever asked
                int(value[:4]),
                int(value[4:6]),
                int(value[6:8]),
                int(value[9:11]),
                int(value[11:13]),
                int(value[13:]),
            )
        elif len(value) == 8:
            wall = datetime(int(value[:4]), int(value[4:6]), int(value[6:]))  # noqa: DTZ001  as above
        elif len(value) <= 26:
            wall = datetime.fromisoformat(value).replace(tzinfo=None)
        else:
            return None
    except ValueError:
        return None
    return wall if wall.year <= _LAST_YEAR else None


def day_before(wall: datetime) -> date:
    return wall.date() if wall.date() == date.min else wall.date() - timedelta(days=1)


def length_of(written: str) -> timedelta | None:
    """A DURATION (RFC 5545 3.3.6); None where it is not one, or is empty."""
    match = _DURATION.fullmatch(written.strip().upper())
    if match is None or not any(match.groups()[1:]):
        return None
    weeks, days, hours, minutes, seconds = (int(each or 0) for each in match.groups()[1:])
    try:
        length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        return None
    if length > timedelta(days=3_660_000):
        return None
    return -length if match[1] == "-" else length


def end_after(start: CalendarMoment, begins: datetime | date, length: timedelta) -> datetime | date | None:
    """Where a DURATION ends: days are days of the calendar, hours are hours (RFC 5545 3.3.6)."""
    try:
        if start.zone is None or not isinstance(begins, datetime):
            # Eight hours of a day are that day.
            return max((start.wall + length - timedelta(microseconds=1)).date(), start.wall.date())
        if length.seconds == 0:
            return localised(start.wall + length, start.zone)
        moved = localised(start.wall + timedelta(days=length.days), start.zone)
        return (moved.astimezone(UTC) + timedelta(seconds=length.seconds)).astimezone(start.zone)
    except OverflowError:
        return None


def exact_length(begins: datetime | date, ends: datetime | date | None) -> timedelta | None:
    """How long each occurrence of a series lasts; for days, from the first to the last."""
    if ends is None:
        return None
    if isinstance(begins, datetime) and isinstance(ends, datetime):
        return ends.astimezone(UTC) - begins.astimezone(UTC)
    return ends - begins


def ending(begins: datetime | date, length: timedelta | None) -> datetime | date | None:
    if length is None:
        return None
    if isinstance(begins, datetime):
        return (begins.astimezone(UTC) + length).astimezone(begins.tzinfo)
    return begins + length


def last_moment(until: Until | None, start: CalendarMoment) -> datetime | None:
    """UNTIL as the last wall clock time of a series: of the same kind as DTSTART, whatever was written (3.3.10)."""
    if until is None:
        return None
    if until.clock is None:
        return datetime.combine(until.day, time.max)
    wall = datetime.combine(until.day, until.clock)
    if start.zone is None:
        return datetime.combine(wall.date(), time.max)
    return CalendarMoment(wall, UTC).seen_in(start) if until.utc else wall
