"""Expands recurrence rules of RFC 5545 3.3.10 over wall clock times, inside a window and inside budgets.

Everything here is naive local time: a weekly meeting at 19:00 stays at 19:00 whatever its zone does, and the caller
puts the zone back. No parsing of properties, no zones, no records.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from heapq import merge
from typing import Final, Literal

Frequency = Literal["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"]

_FREQUENCIES: Final[tuple[Frequency, ...]] = (
    "YEARLY",
    "MONTHLY",
    "WEEKLY",
    "DAILY",
    "HOURLY",
    "MINUTELY",
    "SECONDLY",
)
_PARTS: Final = frozenset(
    (
        *(
            "FREQ",
            "INTERVAL",
            "COUNT",
            "UNTIL",
            "WKST",
            "BYSECOND",
            "BYMINUTE",
            "BYHOUR",
            "BYDAY",
            "BYMONTHDAY",
        ),
        *("BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS", "RSCALE", "SKIP"),
    )
)
_SECONDS: Final = {"DAILY": 86_400, "HOURLY": 3_600, "MINUTELY": 60, "SECONDLY": 1}
_PLAIN_SECONDS: Final = {"WEEKLY": 604_800, **_SECONDS}
# Weeks beyond what a timedelta holds; no second instance fits in the calendar long before.
_LONGEST_INTERVAL: Final = 1_000_000
_WEEKDAYS: Final = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
_BYDAY: Final = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_NUMBER: Final = re.compile(r"[+-]?\d{1,3}", re.ASCII)
_UNTIL: Final = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?", re.ASCII)
# Instants one period may hold; 24 hours x 60 minutes x 60 seconds would be 86,400 for every day.
_MAX_TIMES: Final = 1_000
_MAX_STEPS: Final = 100_000
_LAST_YEAR: Final = 9_998
_LAST_MOMENT: Final = datetime(_LAST_YEAR, 12, 31)  # noqa: DTZ001  a wall clock time, like all here
_ONE_DAY: Final = timedelta(days=1)


class RuleError(ValueError):
    """A rule that cannot be followed; the message says which part."""


@dataclass(frozen=True, slots=True)
class Until:
    """UNTIL as written: a date, a local time or a UTC time (`utc`). A date has no `clock`."""

    day: date
    clock: time | None
    utc: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A checked RRULE. Lists are sorted and without repeats; `by_day` holds (ordinal or 0, weekday 0 = Monday)."""

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: Until | None = None
    by_second: tuple[int, ...] = ()
    by_minute: tuple[int, ...] = ()
    by_hour: tuple[int, ...] = ()
    by_day: tuple[tuple[int, int], ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_year_day: tuple[int, ...] = ()
    by_week_number: tuple[int, ...] = ()
    by_month: tuple[int, ...] = ()
    by_set_position: tuple[int, ...] = ()
    week_start: int = 0

    @property
    def plain(self) -> bool:
        """Whether nothing but FREQ and INTERVAL shapes the rule."""
        return not (
            self.by_second
            or self.by_minute
            or self.by_hour
            or self.by_day
            or self.by_month_day
            or self.by_year_day
            or self.by_week_number
            or self.by_month
            or self.by_set_position
        )


class Budget:
    """Steps that the expansion of one payload may take; rules that find nothing would else run to the year 9999.

    `exhausted` is set when a rule ended for want of steps; whoever reads it clears it.
    """

    def __init__(self, steps: int = 300_000) -> None:
        self.steps = steps
        self.exhausted = False

    def for_rule(self) -> int:
        """What one rule may take of what is left."""
        return min(self.steps, _MAX_STEPS)


class _OutOfSteps(Exception):  # noqa: N818  no error: the walk just ends
    """The steps ran out before the window's end."""


def parse_rule(text: str) -> Rule:
    """The rule of an RRULE value (RFC 5545 3.3.10); raises `RuleError` where it cannot be followed.

    Part names in any case, parts in any order; RSCALE of RFC 7529 only as GREGORIAN. An unknown part refuses the
    rule: a mistyped UNTIL would else make a series without end.
    """
    parts: dict[str, str] = {}
    for part in text.strip().rstrip(";").split(";"):
        key, found, value = part.partition("=")
        if not found:
            raise RuleError(f"no rule part: {part[:40]!r}")
        parts[key.strip().upper()] = value.strip().upper()
    unknown = next((key for key in parts if key not in _PARTS and not key.startswith("X-")), None)
    if unknown is not None:
        raise RuleError(f"unknown part {unknown[:40]}")
    frequency = next((each for each in _FREQUENCIES if each == parts.get("FREQ")), None)
    if frequency is None:
        raise RuleError(f"FREQ={parts.get('FREQ', '')[:40]}")
    if parts.get("RSCALE", "GREGORIAN") != "GREGORIAN":
        raise RuleError(f"RSCALE={parts['RSCALE'][:40]}")
    rule = Rule(
        frequency=frequency,
        interval=_positive(parts, "INTERVAL") or 1,
        count=_positive(parts, "COUNT"),
        until=_until(parts.get("UNTIL")),
        # A leap second has no place in a Python time; it is the last second we have.
        by_second=tuple(sorted({min(each, 59) for each in _numbers(parts, "BYSECOND", 0, 60)})),
        by_minute=_numbers(parts, "BYMINUTE", 0, 59),
        by_hour=_numbers(parts, "BYHOUR", 0, 23),
        by_day=_days(parts.get("BYDAY")),
        by_month_day=_numbers(parts, "BYMONTHDAY", 1, 31, signed=True),
        by_year_day=_numbers(parts, "BYYEARDAY", 1, 366, signed=True),
        by_week_number=_numbers(parts, "BYWEEKNO", 1, 53, signed=True),
        by_month=_numbers(parts, "BYMONTH", 1, 12),
        by_set_position=_numbers(parts, "BYSETPOS", 1, 366, signed=True),
        week_start=_week_start(parts.get("WKST", "MO")),
    )
    if len(rule.by_hour or (0,)) * len(rule.by_minute or (0,)) * len(rule.by_second or (0,)) > _MAX_TIMES:
        raise RuleError("more than 1,000 times a day")
    if rule.by_month and rule.by_month_day:
        longest = max(_month_length(2000, month) for month in rule.by_month)
        if all(abs(day) > longest for day in rule.by_month_day):
            raise RuleError("no month has such a day")
    return rule


def _positive(parts: dict[str, str], key: str) -> int | None:
    value = parts.get(key)
    if value is None:
        return None
    # Eighteen digits are more than any calendar holds and far from the limit of int().
    if not (value.isascii() and value.isdigit() and len(value) <= 18 and int(value) > 0):
        raise RuleError(f"{key}={value[:40]}")
    return int(value)


def _numbers(
    parts: dict[str, str], key: str, low: int, high: int, *, signed: bool = False
) -> tuple[int, ...]:
    value = parts.get(key)
    if value is None:
        return ()
    numbers: set[int] = set()
    for item in value.split(","):
        text = item.strip()
        if not _NUMBER.fullmatch(text):
            raise RuleError(f"{key}={value[:40]}")
        number = int(text)
        if not low <= (abs(number) if signed else number) <= high:
            raise RuleError(f"{key}={text}")
        numbers.add(number)
    return tuple(sorted(numbers))


def _days(value: str | None) -> tuple[tuple[int, int], ...]:
    if value is None:
        return ()
    days: set[tuple[int, int]] = set()
    for item in value.split(","):
        match = _BYDAY.fullmatch(item.strip())
        if match is None:
            raise RuleError(f"BYDAY={value[:40]}")
        ordinal = int(match[1] or 0)
        if abs(ordinal) > 53 or (match[1] and not ordinal):
            raise RuleError(f"BYDAY={item.strip()}")
        days.add((ordinal, _WEEKDAYS[match[2]]))
    return tuple(sorted(days))


def _week_start(value: str) -> int:
    if value not in _WEEKDAYS:
        raise RuleError(f"WKST={value[:40]}")
    return _WEEKDAYS[value]


def _until(value: str | None) -> Until | None:
    if value is None:
        return None
    match = _UNTIL.fullmatch(value.replace("-", "").replace(":", ""))
    if match is None:
        raise RuleError(f"UNTIL={value[:40]}")
    try:
        day = date(int(match[1][:4]), int(match[1][4:6]), int(match[1][6:]))
        clock = time(int(match[2][:2]), int(match[2][2:4]), int(match[2][4:])) if match[2] else None
    except ValueError:
        raise RuleError(f"UNTIL={value[:40]}") from None
    return Until(day, clock, match[3] == "Z")


@dataclass(frozen=True, slots=True)
class Series:
    """A recurrence set: DTSTART, its rules with their last local moment (UNTIL), extra and excluded starts.

    `start` always is a member unless excluded (RFC 5545 3.8.5.3). `excluded_days` drop every start of a day.
    """

    start: datetime
    rules: tuple[tuple[Rule, datetime | None], ...] = ()
    extra: tuple[datetime, ...] = ()
    excluded: frozenset[datetime] = frozenset()
    excluded_days: frozenset[date] = frozenset()

    def starts(self, after: datetime, before: datetime, budget: Budget) -> Iterator[datetime]:
        """Starts in `[after, before)` in order, each once; `budget.exhausted` tells of ones that may be missing."""
        streams: list[Iterator[datetime]] = [
            iter(sorted({self.start, *self.extra})),
            *(self._of_rule(rule, until, after, before, budget) for rule, until in self.rules),
        ]
        last: datetime | None = None
        for start in merge(*streams):
            if start >= before:
                return
            if start == last or start < after:
                continue
            last = start
            if start not in self.excluded and start.date() not in self.excluded_days:
                yield start

    def _of_rule(
        self, rule: Rule, until: datetime | None, after: datetime, before: datetime, budget: Budget
    ) -> Iterator[datetime]:
        left = rule.count
        first = True
        origin = self.start
        if left is not None and rule.plain and rule.frequency in _PLAIN_SECONDS and after > origin:
            # Evenly spaced: the ones before the window are counted without being walked.
            size = timedelta(seconds=_PLAIN_SECONDS[rule.frequency]) * min(rule.interval, _LONGEST_INTERVAL)
            passed = (after - origin) // size
            if passed >= left:
                return
            left -= passed
            origin += passed * size
            first = False
        for start in occurrences(rule, origin, after if left is None else None, before, budget):
            if until is not None and start > until:
                return
            if first and left is not None and start != self.start:
                # DTSTART counts as the first occurrence of COUNT, even where the rule does not produce it.
                left -= 1
            first = False
            if left is not None:
                left -= 1
                if left < 0:
                    return
            yield start


def occurrences(
    rule: Rule, start: datetime, after: datetime | None, before: datetime, budget: Budget
) -> Iterator[datetime]:
    """What a rule alone produces from `start` to before `before`, in order; COUNT and UNTIL are the caller's.

    `after` lets the walk begin near the window: a MINUTELY rule of 2001 costs no more than one of today. Starts
    before it may be left out or not. The walk ends when the steps run out and marks the budget.
    """
    walk = _Walk(rule, start, budget)
    periods = walk.clock_periods if rule.frequency in {"HOURLY", "MINUTELY", "SECONDLY"} else walk.day_periods
    try:
        for days, times in periods(after, before):
            for moment in walk.instants(days, times):
                walk.step()
                if moment >= before:
                    return
                if moment >= start:
                    yield moment
    except OverflowError:
        # The walk reached the end of the calendar.
        return
    except _OutOfSteps:
        budget.exhausted = True


class _Walk:
    """One walk over the periods of a rule."""

    def __init__(self, rule: Rule, start: datetime, budget: Budget) -> None:
        self.rule = rule
        self.start = start
        self.budget = budget
        self.steps = budget.for_rule()
        self._complete()

    def _complete(self) -> None:
        """Take from DTSTART what the rule leaves open (RFC 5545 3.3.10: "information not contained in the rule")."""
        rule, start = self.rule, self.start
        self.by_month = frozenset(rule.by_month)
        self.by_month_day = frozenset(rule.by_month_day)
        self.by_year_day = frozenset(rule.by_year_day)
        self.by_week_number = frozenset(rule.by_week_number)
        by_day = rule.by_day
        if not (rule.by_day or rule.by_month_day or rule.by_year_day):
            if rule.by_week_number or rule.frequency == "WEEKLY":
                by_day = ((0, start.weekday()),)
            elif rule.frequency in {"YEARLY", "MONTHLY"}:
                self.by_month_day = frozenset({start.day})
                if rule.frequency == "YEARLY" and not rule.by_month:
                    self.by_month = frozenset({start.month})
        # Ordinals mean something inside a month or a year only; elsewhere the day counts without its number.
        ordinal = rule.frequency in {"YEARLY", "MONTHLY"} and not rule.by_week_number
        self.weekdays = frozenset(day for number, day in by_day if not (number and ordinal))
        self.ordinals = frozenset((number, day) for number, day in by_day if number and ordinal)
        self.ordinals_in_month = rule.frequency == "MONTHLY" or bool(rule.by_month)
        self.hours = rule.by_hour or (start.hour,)
        self.minutes = rule.by_minute or (start.minute,)
        self.seconds = rule.by_second or (start.second,)

    def step(self, size: int = 1) -> None:
        self.steps -= size
        self.budget.steps -= size
        if self.steps < 0:
            raise _OutOfSteps

    def instants(self, days: list[date], times: list[time]) -> Iterator[datetime]:
        """The moments of one period, BYSETPOS applied."""
        if not self.rule.by_set_position:
            for day in days:
                for clock in times:
                    yield datetime.combine(day, clock)
            return
        width = len(times)
        total = len(days) * width
        positions = sorted(
            {
                place - 1 if place > 0 else total + place
                for place in self.rule.by_set_position
                if abs(place) <= total
            }
        )
        for position in positions:
            yield datetime.combine(days[position // width], times[position % width])

    # Periods of a day or longer.

    def day_periods(
        self, after: datetime | None, before: datetime
    ) -> Iterator[tuple[list[date], list[time]]]:
        times = [time(h, m, s) for h in self.hours for m in self.minutes for s in self.seconds]
        for days in self._day_sets(None if after is None else after.date(), before.date()):
            if days:
                yield days, times

    def _day_sets(self, after: date | None, before: date) -> Iterator[list[date]]:
        match self.rule.frequency:
            case "YEARLY":
                return self._years(after, before)
            case "MONTHLY":
                return self._months(after, before)
            case "WEEKLY":
                return self._weeks(after, before)
            case _:
                return self._days(after, before)

    def _years(self, after: date | None, before: date) -> Iterator[list[date]]:
        step = self.rule.interval
        year = _aligned(self.start.year, step, after.year if after else None)
        months = sorted(self.by_month) or range(1, 13)
        while year <= min(before.year, _LAST_YEAR):
            self.step()
            yield [day for month in months for day in self._month(year, month)]
            year += step

    def _months(self, after: date | None, before: date) -> Iterator[list[date]]:
        step = self.rule.interval
        index = _aligned(_month_index(self.start), step, _month_index(after) if after else None)
        end = min(_month_index(before), _LAST_YEAR * 12 + 11)
        while index <= end:
            self.step()
            year, month = divmod(index, 12)
            if not self.by_month or month + 1 in self.by_month:
                yield self._month(year, month + 1)
            index += step

    def _month(self, year: int, month: int) -> list[date]:
        length = _month_length(year, month)
        self.step(length)
        if self._only_month_days:
            numbers = {n if n > 0 else length + 1 + n for n in self.by_month_day}
            return [date(year, month, n) for n in sorted(numbers) if 1 <= n <= length]
        first = date(year, month, 1)
        return [
            day for n in range(length) if self._matches(day := first + timedelta(days=n), month_length=length)
        ]

    @property
    def _only_month_days(self) -> bool:
        return not (self.weekdays or self.ordinals or self.by_year_day or self.by_week_number)

    def _weeks(self, after: date | None, before: date) -> Iterator[list[date]]:
        # Weeks are counted from the one that holds DTSTART, each beginning on WKST.
        first = self.start.toordinal() - (self.start.weekday() - self.rule.week_start) % 7
        step = 7 * self.rule.interval
        week = _aligned(first, step, after.toordinal() - 6 if after else None)
        end = min(before.toordinal(), date(_LAST_YEAR, 12, 31).toordinal())
        plain = not (self.by_month or self.by_month_day or self.by_year_day or self.by_week_number)
        offsets = sorted((day - self.rule.week_start) % 7 for day in self.weekdays) if plain else range(7)
        while week <= end:
            self.step(len(offsets) or 1)
            days = [date.fromordinal(week + offset) for offset in offsets if week + offset > 0]
            yield days if plain else [day for day in days if self._matches(day)]
            week += step

    def _days(self, after: date | None, before: date) -> Iterator[list[date]]:
        step = self.rule.interval
        day = _aligned(self.start.toordinal(), step, after.toordinal() if after else None)
        end = min(before.toordinal(), date(_LAST_YEAR, 12, 31).toordinal())
        plain = self._only_month_days and not (self.by_month or self.by_month_day)
        while day <= end:
            self.step()
            today = date.fromordinal(day)
            if plain or self._matches(today):
                yield [today]
            elif self.by_month and today.month not in self.by_month:
                # Nothing before the next month can match.
                ahead = _month_length(today.year, today.month) - today.day
                day += ahead // step * step
            day += step

    def _matches(self, day: date, month_length: int | None = None) -> bool:
        if self.by_month and day.month not in self.by_month:
            return False
        if self.by_month_day:
            length = month_length or _month_length(day.year, day.month)
            if day.day not in self.by_month_day and day.day - length - 1 not in self.by_month_day:
                return False
        if (self.weekdays or self.ordinals) and not self._is_day(day):
            return False
        if self.by_year_day:
            number = day.timetuple().tm_yday
            if number not in self.by_year_day and number - _year_length(day.year) - 1 not in self.by_year_day:
                return False
        if self.by_week_number:
            number, weeks = _week_number(day, self.rule.week_start)
            if number not in self.by_week_number and number - weeks - 1 not in self.by_week_number:
                return False
        return True

    def _is_day(self, day: date) -> bool:
        weekday = day.weekday()
        if weekday in self.weekdays:
            return True
        if not self.ordinals:
            return False
        if self.ordinals_in_month:
            index, length = day.day, _month_length(day.year, day.month)
        else:
            index, length = day.timetuple().tm_yday, _year_length(day.year)
        forward = (index - 1) // 7 + 1
        backward = -((length - index) // 7 + 1)
        return (forward, weekday) in self.ordinals or (backward, weekday) in self.ordinals

    # Periods shorter than a day.

    def clock_periods(
        self, after: datetime | None, before: datetime
    ) -> Iterator[tuple[list[date], list[time]]]:
        unit = _SECONDS[self.rule.frequency]
        size = unit * self.rule.interval
        # Seconds since the start of DTSTART's own period: whole numbers, no timedelta in the loop.
        origin = self.start.replace(second=0)
        if unit == 3_600:
            origin = origin.replace(minute=0)
        elif unit == 1:
            origin = self.start
        offset = 0
        if after is not None and after > origin:
            offset = max(0, (int((after - origin).total_seconds()) // size) * size)
        end = int((min(before, _LAST_MOMENT) - origin).total_seconds())
        while offset <= end:
            self.step()
            moment = origin + timedelta(seconds=offset)
            wait = self._wait(moment, unit)
            if wait == 0:
                yield [moment.date()], self._times(moment, unit)
                offset += size
            else:
                # The next multiple of the interval at or after the first moment that can match.
                offset += -(-wait // size) * size

    def _wait(self, moment: datetime, unit: int) -> int:
        """Seconds until the next day, hour or minute that could match; 0 where this one does."""
        of_day = moment.hour * 3_600 + moment.minute * 60 + moment.second
        if not self._matches(moment.date()):
            return 86_400 - of_day
        rule = self.rule
        if rule.by_hour and moment.hour not in rule.by_hour:
            return 3_600 - of_day % 3_600
        if unit <= 60 and rule.by_minute and moment.minute not in rule.by_minute:
            return 60 - of_day % 60
        if unit == 1 and rule.by_second and moment.second not in rule.by_second:
            return 1
        return 0

    def _times(self, moment: datetime, unit: int) -> list[time]:
        if unit == 1:
            return [moment.time()]
        minutes = self.minutes if unit == 3_600 else (moment.minute,)
        return [time(moment.hour, minute, second) for minute in minutes for second in self.seconds]


def _aligned(first: int, step: int, wanted: int | None) -> int:
    """The last of `first, first + step, ...` that is not after `wanted`, at least `first`."""
    if wanted is None or wanted <= first:
        return first
    return first + (wanted - first) // step * step


def _month_index(day: date) -> int:
    return day.year * 12 + day.month - 1


def _year_length(year: int) -> int:
    return 366 if _leap(year) else 365


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _month_length(year: int, month: int) -> int:
    if month == 2:
        return 29 if _leap(year) else 28
    return 30 if month in {4, 6, 9, 11} else 31


def _week_number(day: date, week_start: int) -> tuple[int, int]:
    """The number of a day's week and of weeks in its week-year; week 1 is the first with four days in the year."""
    year = day.year
    ordinal = day.toordinal()
    if ordinal < (first := _first_week(year, week_start)):
        year -= 1
        first = _first_week(year, week_start)
    elif ordinal >= (following := _first_week(year + 1, week_start)):
        year += 1
        first = following
    return (ordinal - first) // 7 + 1, (_first_week(year + 1, week_start) - first) // 7


@lru_cache(maxsize=512)
def _first_week(year: int, week_start: int) -> int:
    # The week of 4 January is week 1 whatever day weeks begin on.
    fourth = date(max(year, 1), 1, 4)
    return fourth.toordinal() - (fourth.weekday() - week_start) % 7
