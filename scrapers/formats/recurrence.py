"""Expands recurrence sets of RFC 5545 3.8.5 over wall clock times, inside a window and inside budgets.

Everything here is naive local time: a weekly meeting at 19:00 stays at 19:00 whatever its zone does, and the caller
puts the zone back. No parsing of properties, no zones, no records.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from heapq import merge
from typing import Final

from scrapers.formats.periods import Budget, OutOfSteps, Walk
from scrapers.formats.rrule import Rule

_PLAIN_SECONDS: Final = {"WEEKLY": 604_800, "DAILY": 86_400, "HOURLY": 3_600, "MINUTELY": 60, "SECONDLY": 1}
# Weeks beyond what a timedelta holds; no second instance fits in the calendar long before.
_LONGEST_INTERVAL: Final = 1_000_000


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
    walk = Walk(rule, start, budget)
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
    except OutOfSteps:
        budget.exhausted = True
