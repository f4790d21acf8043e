"""The span of time a reader was asked for, and how far recurrences are expanded. Half-open, in instants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from scrapers.formats.zones import localised, zone_or_utc
from scrapers.platform import ReadContext

_RECURRENCE_SPAN: Final = timedelta(days=366)
_DAY: Final = timedelta(days=1)
EARLIEST: Final = datetime(1, 1, 2, tzinfo=UTC)
LATEST: Final = datetime(9999, 12, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Window:
    """`[start, end)` for single events (None = open) and `[series_start, series_end)` for occurrences of a series.

    `zone` is the one floating times and plain dates are taken in.
    """

    zone: tzinfo
    start: datetime | None
    end: datetime | None
    series_start: datetime
    series_end: datetime

    def holds(self, start: datetime | date, end: datetime | date | None) -> bool:
        """Whether a single event overlaps the window; an all-day event lasts from midnight to midnight."""
        if self.start is None and self.end is None:
            return True
        return _overlaps(*self._span(start, end), self.start or EARLIEST, self.end or LATEST)

    def holds_occurrence(self, start: datetime | date, end: datetime | date | None) -> bool:
        """Whether an occurrence of a series overlaps the span that series are expanded in."""
        return _overlaps(*self._span(start, end), self.series_start, self.series_end)

    def _span(self, start: datetime | date, end: datetime | date | None) -> tuple[datetime, datetime]:
        first = self._instant(start)
        if end is None:
            return first, first
        if isinstance(end, datetime):
            return first, end.astimezone(UTC)
        return first, self._instant(end + _DAY if end < date.max else end)

    def _instant(self, moment: datetime | date) -> datetime:
        if not isinstance(moment, datetime):
            moment = localised(datetime.combine(moment, time()), self.zone)
        return moment.astimezone(UTC)


def _overlaps(start: datetime, end: datetime, after: datetime, before: datetime) -> bool:
    # An event without duration counts where it starts.
    return start < before and (end > after or start >= after)


def time_window(context: ReadContext) -> Window:
    """The window of a context; None there means all single events and series from `now`'s day for 366 days."""
    zone = zone_or_utc(context.timezone)
    today = localised(datetime.combine(context.now.astimezone(zone).date(), time()), zone).astimezone(UTC)
    if context.window is None:
        return Window(zone, None, None, today, today + _RECURRENCE_SPAN)
    start, end = (None if bound is None else _clamped(bound) for bound in context.window)
    # A series needs an end: with an open one it is taken from the later of today and the start.
    series_end = end if end is not None else min(max(today, start or today) + _RECURRENCE_SPAN, LATEST)
    return Window(zone, start, end, start or EARLIEST, series_end)


def _clamped(bound: datetime) -> datetime:
    if bound.tzinfo is None:
        bound = bound.replace(tzinfo=UTC)
    try:
        return min(max(bound.astimezone(UTC), EARLIEST), LATEST)
    except OverflowError:
        return EARLIEST if bound.year == 1 else LATEST
