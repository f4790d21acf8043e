"""Counts the days of months, years and weeks of the Gregorian calendar, weeks beginning on any day (RFC 5545 WKST)."""

from __future__ import annotations

from datetime import date
from functools import lru_cache


def month_index(day: date) -> int:
    """Months since the year 0."""
    return day.year * 12 + day.month - 1


def year_length(year: int) -> int:
    """Days of a year."""
    return 366 if _leap(year) else 365


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_length(year: int, month: int) -> int:
    """Days of a month, 1 = January."""
    if month == 2:
        return 29 if _leap(year) else 28
    return 30 if month in {4, 6, 9, 11} else 31


def week_number(day: date, week_start: int) -> tuple[int, int]:
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
