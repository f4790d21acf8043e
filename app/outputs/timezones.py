"""Time zones as VTIMEZONE (RFC 5545 3.6.5), for the years that a calendar needs.

icalendar 7.3 writes the clock after the change as the start of summer time, where RFC 5545 3.8.2.4 wants the clock before it: who reads
it is an hour late for an hour. So the observances are made here, of the system's own zone data.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from app.core.zones import zone

# Shorter than any time that a clock was ever changed for: Morocco's is about thirty days.
_STEP: Final = timedelta(days=7)
_LEAST: Final = timedelta(minutes=1)


class _Clock(NamedTuple):
    """How clocks are set: the offset from UTC, what it is called, whether it is summer time."""

    offset: timedelta
    name: str
    summer: bool


@lru_cache(maxsize=1_024)
def vtimezone(name: str, first_year: int, last_year: int) -> tuple[str, ...]:
    """The lines of a VTIMEZONE that holds from the first day of one year to the last day of another. Raises as `zone` does."""
    begin, end = datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)
    # A day more on both sides: the years are those of local clocks.
    begin, end = begin - timedelta(days=1), end + timedelta(days=1)
    clock = _clock(name, begin)
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}", *_observance(clock, clock, [begin])]
    changes: dict[tuple[_Clock, _Clock], list[datetime]] = {}
    for moment, before, after in _changes(name, begin, end):
        changes.setdefault((before, after), []).append(moment)
    for (before, after), moments in changes.items():
        lines += _observance(before, after, moments)
    return (*lines, "END:VTIMEZONE")


def _observance(before: _Clock, after: _Clock, moments: list[datetime]) -> list[str]:
    kind = "DAYLIGHT" if after.summer else "STANDARD"
    first, *others = (f"{moment + before.offset:%Y%m%dT%H%M%S}" for moment in moments)
    return [
        f"BEGIN:{kind}",
        f"DTSTART:{first}",
        *(f"RDATE:{other}" for other in others),
        f"TZNAME:{after.name}",
        f"TZOFFSETFROM:{_written(before.offset)}",
        f"TZOFFSETTO:{_written(after.offset)}",
        f"END:{kind}",
    ]


def _changes(name: str, begin: datetime, end: datetime) -> Iterator[tuple[datetime, _Clock, _Clock]]:
    """When clocks are changed, to the minute, from what and to what."""
    low, clock = begin, _clock(name, begin)
    while low < end:
        high = min(low + _STEP, end)
        after = _clock(name, high)
        if after != clock:
            near, far = low, high
            while far - near > _LEAST:
                middle = near + (far - near) / 2
                middle = middle.replace(second=0, microsecond=0)
                if middle in (near, far):
                    break
                near, far = (middle, far) if _clock(name, middle) == clock else (near, middle)
            yield far, clock, after
        low, clock = high, after


def _clock(name: str, moment: datetime) -> _Clock:
    local = moment.astimezone(zone(name))
    return _Clock(local.utcoffset() or timedelta(), local.tzname() or name, bool(local.dst()))


def _written(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
