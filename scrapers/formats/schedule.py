"""Expands a schema.org Schedule inside a window: https://schema.org/Schedule through the rules of RFC 5545 3.3.10.

A Schedule in, starts and ends out; what the event says besides stays with the caller. `startDate` and `endDate` only
bound a Schedule: unlike DTSTART, a first day that its rule does not produce is not an occurrence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Final

from scrapers.formats.datetimes import duration_of, moment_of
from scrapers.formats.linked import Node, each_of, scalar, segment, text
from scrapers.formats.periods import Budget
from scrapers.formats.recurrence import occurrences
from scrapers.formats.rrule import Frequency, Rule
from scrapers.formats.window import Window
from scrapers.formats.zones import localised, zone_named

Span = tuple[datetime | date, datetime | date | None]

_DAYS: Final = {"mo": 0, "tu": 1, "we": 2, "th": 3, "fr": 4, "sa": 5, "su": 6}
_BY_DAY: Final = re.compile(r"([+-]?[1-5])?(mo|tu|we|th|fr|sa|su)[a-z]*", re.IGNORECASE | re.ASCII)
_REPEATS: Final = re.compile(r"P(\d{1,3})([DWMY])", re.ASCII)
_WORDS: Final = {"daily": "P1D", "weekly": "P1W", "monthly": "P1M", "yearly": "P1Y", "biweekly": "P2W"}
_FREQUENCIES: Final[dict[str, Frequency]] = {"D": "DAILY", "W": "WEEKLY", "M": "MONTHLY", "Y": "YEARLY"}
# A span from the first to the last date is not how long an evening lasts.
_LONGEST: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Timetable:
    """A Schedule that repeats: `first` is a wall clock time in `zone`, midnight where `timed` is false."""

    first: datetime
    timed: bool
    zone: tzinfo
    rule: Rule
    until: datetime | None
    length: timedelta | None
    excluded: frozenset[date]

    def spans(self, window: Window, budget: Budget) -> Iterator[Span]:
        """Start and end of every occurrence that overlaps the window, in order."""
        margin = timedelta(days=2) + (self.length or timedelta())
        after = max(window.series_start.replace(tzinfo=None), datetime(1, 1, 20)) - margin  # noqa: DTZ001
        before = window.series_end.replace(tzinfo=None) + timedelta(days=1)
        # COUNT is counted from the first; without one the walk may begin near the window.
        counted = self.rule.count is not None
        for number, wall in enumerate(
            occurrences(self.rule, self.first, None if counted else after, before, budget)
        ):
            if (self.until is not None and wall > self.until) or (
                self.rule.count is not None and number >= self.rule.count
            ):
                return
            if wall.date() in self.excluded:
                continue
            begins = localised(wall, self.zone) if self.timed else wall.date()
            ends = begins + self.length if self.length is not None else None
            if window.holds_occurrence(begins, ends):
                yield begins, ends


def zone_of(schedule: Node, zone: tzinfo) -> tzinfo:
    """The zone of `scheduleTimezone`, else the given one."""
    written = scalar(schedule.get("scheduleTimezone"))
    return (zone_named(written) if isinstance(written, str) else None) or zone


def scheduled_start(schedule: Node, zone: tzinfo) -> datetime | date | None:
    """What `startDate` and `startTime` say together; None without a date."""
    zone = zone_of(schedule, zone)
    day = moment_of(scalar(schedule.get("startDate")), zone)
    clock = _clock(schedule.get("startTime"))
    if day is None or isinstance(day, datetime) or clock is None:
        return day
    return localised(datetime.combine(day, clock), zone)


def timetable_of(
    schedule: Node, start: datetime | date | None, length: timedelta | None, window: Window
) -> Timetable | None:
    """The timetable of a Schedule that repeats; None where it does not, or does not say when.

    `start` is the event's own first moment. Without any, a Schedule of every day, week, month or year is taken from the
    window's first day on, provided that its rule alone names the days.
    """
    rule = _rule_of(schedule)
    if rule is None:
        return None
    zone = zone_of(schedule, window.zone)
    clock = _clock(schedule.get("startTime"))
    if start is None:
        if clock is None or rule.interval > 1 or rule.count is not None or not _names_days(rule):
            return None
        first = datetime.combine(window.series_start.astimezone(zone).date(), clock)
        timed = True
    else:
        timed = isinstance(start, datetime)
        first = _wall(start, zone)
    last = moment_of(scalar(schedule.get("endDate")), zone)
    until = (
        None
        if last is None
        else datetime.combine(last.date() if isinstance(last, datetime) else last, time.max)
    )
    return Timetable(
        first,
        timed,
        zone,
        rule,
        until,
        _length(schedule, first, length, timed=timed),
        _excluded(schedule, zone),
    )


def _wall(start: datetime | date, zone: tzinfo) -> datetime:
    if isinstance(start, datetime):
        return start.astimezone(zone).replace(tzinfo=None)
    return datetime.combine(start, time())


def _names_days(rule: Rule) -> bool:
    return rule.frequency == "DAILY" or bool(rule.by_day or rule.by_month_day)


def _length(schedule: Node, first: datetime, given: timedelta | None, *, timed: bool) -> timedelta | None:
    closing = _clock(schedule.get("endTime"))
    if closing is not None and timed:
        return (datetime.combine(first.date(), closing) - first) % timedelta(days=1)
    length = given if given is not None else duration_of(scalar(schedule.get("duration")))
    return None if length is not None and timed and length > _LONGEST else length


def _excluded(schedule: Node, zone: tzinfo) -> frozenset[date]:
    days = (moment_of(scalar(each), zone) for each in each_of(schedule.get("exceptDate"))[:1_000])
    return frozenset(day.date() if isinstance(day, datetime) else day for day in days if day is not None)


def _rule_of(schedule: Node) -> Rule | None:
    written = text(schedule.get("repeatFrequency")) or ""
    match = _REPEATS.fullmatch(written.strip().upper())
    if match is None:
        match = _REPEATS.fullmatch(_WORDS.get(segment(written), ""))
    if match is None or not int(match[1]):
        return None
    count = scalar(schedule.get("repeatCount"))
    if isinstance(count, str) and count.isdecimal() and len(count) <= 5:
        count = int(count)
    counted = isinstance(count, int) and not isinstance(count, bool) and count > 0
    frequency = _FREQUENCIES[match[2]]
    weeks = _numbers(schedule.get("byMonthWeek"), 5) if frequency == "MONTHLY" else ()
    return Rule(
        frequency,
        interval=int(match[1]),
        count=count if counted else None,
        by_day=_by_day(schedule.get("byDay"), weeks, ordinals=frequency in {"MONTHLY", "YEARLY"}),
        by_month_day=_numbers(schedule.get("byMonthDay"), 31) if frequency != "WEEKLY" else (),
        by_month=_numbers(schedule.get("byMonth"), 12),
    )


def _by_day(value: Any, weeks: tuple[int, ...], *, ordinals: bool) -> tuple[tuple[int, int], ...]:
    """DayOfWeek by name or IRI, or RFC 5545's `2MO`; an ordinal only where a month has several of that day."""
    days: set[tuple[int, int]] = set()
    for each in _listed(value):
        match = _BY_DAY.fullmatch(segment(each))
        if match is None:
            continue
        number = _DAYS[match[2].lower()]
        if not ordinals:
            days.add((0, number))
        elif match[1]:
            days.add((int(match[1]), number))
        else:
            days.update((week, number) for week in weeks or (0,))
    return tuple(sorted(days))


def _listed(value: Any) -> list[Any]:
    """`["MO", "WE"]` and what microdata has to write for it: `MO,WE`."""
    parts: list[Any] = []
    for each in each_of(value)[:20]:
        parts.extend(each[:200].split(",") if isinstance(each, str) else [each])
    return parts[:40]


def _numbers(value: Any, largest: int) -> tuple[int, ...]:
    found: set[int] = set()
    for each in _listed(value):
        written = text(each)
        if written and re.fullmatch(r"-?\d{1,2}", written.strip(), re.ASCII):
            number = int(written)
            if number and abs(number) <= largest:
                found.add(number)
    return tuple(sorted(found))


def _clock(value: Any) -> time | None:
    written = scalar(value)
    if not isinstance(written, str) or len(written) > 20:
        return None
    try:
        return time.fromisoformat(written.strip()).replace(tzinfo=None)
    except ValueError:
        return None
