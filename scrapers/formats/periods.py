"""Walks over the periods of a recurrence rule, from a year to a second, and tells the local moments that each holds.

Everything here is naive local time. A walk takes its steps from a `Budget` and knows the rule and its first start;
COUNT, UNTIL, exceptions and the window are for `scrapers.formats.recurrence`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from scrapers.formats.calendardays import month_index, month_length, week_number, year_length
from scrapers.formats.rrule import Rule

_SECONDS: Final = {"DAILY": 86_400, "HOURLY": 3_600, "MINUTELY": 60, "SECONDLY": 1}
_MAX_STEPS: Final = 100_000
_LAST_YEAR: Final = 9_998
_LAST_MOMENT: Final = datetime(_LAST_YEAR, 12, 31)  # noqa: DTZ001  a wall clock time, like all here
_ONE_DAY: Final = timedelta(days=1)


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


class OutOfSteps(Exception):  # noqa: N818  no error: the walk just ends
    """The steps ran out before the window's end."""


class Walk:
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
            raise OutOfSteps

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
        index = _aligned(month_index(self.start), step, month_index(after) if after else None)
        end = min(month_index(before), _LAST_YEAR * 12 + 11)
        while index <= end:
            self.step()
            year, month = divmod(index, 12)
            if not self.by_month or month + 1 in self.by_month:
                yield self._month(year, month + 1)
            index += step

    def _month(self, year: int, month: int) -> list[date]:
        length = month_length(year, month)
        self.step(length)
        if self._only_month_days:
            numbers = {n if n > 0 else length + 1 + n for n in self.by_month_day}
            return [date(year, month, n) for n in sorted(numbers) if 1 <= n <= length]
        first = date(year, month, 1)
        return [day for n in range(length) if self._matches(day := first + timedelta(days=n), length=length)]

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
                ahead = month_length(today.year, today.month) - today.day
                day += ahead // step * step
            day += step

    def _matches(self, day: date, length: int | None = None) -> bool:
        if self.by_month and day.month not in self.by_month:
            return False
        if self.by_month_day:
            length = length or month_length(day.year, day.month)
            if day.day not in self.by_month_day and day.day - length - 1 not in self.by_month_day:
                return False
        if (self.weekdays or self.ordinals) and not self._is_day(day):
            return False
        if self.by_year_day:
            number = day.timetuple().tm_yday
            if number not in self.by_year_day and number - year_length(day.year) - 1 not in self.by_year_day:
                return False
        if self.by_week_number:
            number, weeks = week_number(day, self.rule.week_start)
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
            index, length = day.day, month_length(day.year, day.month)
        else:
            index, length = day.timetuple().tm_yday, year_length(day.year)
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
