"""When a digest is due: a weekday and a time of day in a zone, whatever its clocks do. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.digest.schemas import Every
from app.search.query import WEEKDAYS

# Whoever is later than this waits for the next one: a digest of last week helps nobody.
LATEST: Final = timedelta(hours=36)
_MINUTE: Final = timedelta(minutes=1)
# A date line that moved skipped a whole day (Samoa, 2011).
_LONGEST_GAP_MINUTES: Final = 25 * 60
# Further ahead than any rule reaches, the next one was planned by a clock that was ahead.
LONGEST_WAIT: Final = timedelta(days=40)


def next_due(after: datetime, weekday: str, clock: str, zone: str, every: Every, anchor: date) -> datetime:
    """The first moment after `after` (aware) at which the rule fires, in UTC.

    `every` is week, 2weeks (counted from the week of `anchor`) or month (the first such weekday of each). A time that the clocks
    leave out is the first one after the gap; of a time that comes twice it is the first.
    """
    here = ZoneInfo(zone)
    day = after.astimezone(here).date() - timedelta(days=1)
    wanted = WEEKDAYS.index(weekday)
    day += timedelta(days=(wanted - day.weekday()) % 7)
    while True:
        moment = local_instant(day, time.fromisoformat(clock), here)
        if moment > after and _fires(day, every, anchor):
            return moment
        day += timedelta(days=7)


def local_instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which the clocks of a zone show a time first, or the first one after a gap that leaves it out."""
    local = datetime.combine(day, clock)
    for _ in range(_LONGEST_GAP_MINUTES):
        instant = local.replace(tzinfo=zone).astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None) == local:
            return instant
        local += _MINUTE
    raise AssertionError(f"{zone} has no {day} {clock}")


def _fires(day: date, every: Every, anchor: date) -> bool:
    if every == "week":
        return True
    if every == "month":
        return day.day <= 7
    return (_week(day) - _week(anchor)) % 2 == 0


def _week(day: date) -> int:
    """A number that grows by one with every Monday."""
    return (day.toordinal() - 1) // 7
