"""Times to offer for a conversation: two each, on different days, and no time twice in one plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Final

Pair = tuple[datetime, datetime]
_FROM_DAYS: Final = 3
# Working days that one round of offers is spread over, and the times of each round: lunch breaks and after work.
_SPREAD: Final = 8
_TIMES: Final = (
    (time(12, 30), time(17, 30)),
    (time(13, 0), time(18, 0)),
    (time(9, 0), time(17, 0)),
)
_APART: Final = 2
_WEEKEND: Final = 5


def slots_from(today: date) -> Iterator[Pair]:
    """Pairs of times from three days ahead on, without end; naive, for they are meant where the writer is."""
    days = _working_days(today + timedelta(days=_FROM_DAYS))
    while True:
        block = [next(days) for _ in range(_SPREAD)]
        for first_time, second_time in _TIMES:
            for at, day in enumerate(block):
                first = datetime.combine(day, first_time)
                second = datetime.combine(block[(at + _APART) % _SPREAD], second_time)
                yield (first, second) if first < second else (second, first)


def _working_days(start: date) -> Iterator[date]:
    """Mondays to Fridays, without the days between the years."""
    for days in count():
        day = start + timedelta(days=days)
        if day.weekday() < _WEEKEND and (day.month, day.day) not in _FREE:
            yield day


_FREE: Final = frozenset({(12, day) for day in range(24, 32)} | {(1, 1)})
