"""Tells the events that last whole days from their times, where a source has no other way to say so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final

from scrapers.records import ScrapedEvent

_DAY: Final = timedelta(days=1)
_NOON: Final = 12
# The Events Calendar writes 23:59:59 for the midnight that ends a day.
_MIDNIGHTS: Final = frozenset({time(), time(23, 59), time(23, 59, 59)})
# The day on which clocks change is an hour shorter or longer.
_CLOCK_CHANGE: Final = timedelta(hours=1)


def whole_days(event: ScrapedEvent, *, said: bool = False) -> ScrapedEvent:
    """The event as one of dates if it lasts from midnight to midnight on its own clock; else the event itself.

    With `said`, the source calls it all-day (X-MICROSOFT-CDO-ALLDAYEVENT): then a midnight of another zone counts too.
    """
    start, end = event.start_date, event.end_date
    if not isinstance(start, datetime) or not (end is None or isinstance(end, datetime)):
        return event
    if not said and (end is None or start.time() != time() or end.time() not in _MIDNIGHTS):
        return event
    first = _nearest_midnight(start)
    length = _DAY if end is None else end - start
    days = round(length / _DAY)
    if days < 1 or abs(length - days * _DAY) > _CLOCK_CHANGE:
        return event
    return replace(event, start_date=first, end_date=first + (days - 1) * _DAY, all_day=True)


def _nearest_midnight(moment: datetime) -> date:
    return moment.date() + _DAY if moment.hour >= _NOON else moment.date()
