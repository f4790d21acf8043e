"""The zone that a VTIMEZONE defines (RFC 5545 3.6.5), for names that tzdata does not know. Values in, a zone out.

Its observances are expanded once, inside a budget; a zone of tzdata with the same changes is preferred, because it has a name.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Final

from scrapers.formats.ical_lines import Properties
from scrapers.formats.ical_values import CalendarMoment, first_value, last_moment, wall_of
from scrapers.formats.periods import Budget
from scrapers.formats.recurrence import Series
from scrapers.formats.rrule import RuleError, parse_rule
from scrapers.formats.zones import ObservedZone, fixed_zone, zone_named

_OFFSET: Final = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?", re.ASCII)
# Events of a feed lie within these years; what a zone did before or will do after is not asked.
_FIRST: Final = datetime.combine(date(1990, 1, 1), time())
_LAST: Final = datetime.combine(date(2050, 1, 1), time())
_MOST_DATES: Final = 500
# Zones that people meet in, asked in this order for one with the same changes.
_KNOWN: Final = (
    "Europe/Berlin", "Europe/London", "Europe/Athens", "Europe/Moscow", "Europe/Istanbul", "America/New_York",
    "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles", "America/Anchorage", "America/Halifax",
    "America/St_Johns", "America/Sao_Paulo", "America/Argentina/Buenos_Aires", "America/Mexico_City", "America/Bogota",
    "America/Santiago", "Asia/Kolkata", "Asia/Tokyo", "Asia/Shanghai", "Asia/Singapore", "Asia/Dubai", "Asia/Jerusalem",
    "Australia/Sydney", "Australia/Brisbane", "Australia/Adelaide", "Australia/Perth", "Pacific/Auckland", "Africa/Johannesburg",
    "Africa/Lagos", "Africa/Nairobi", "Africa/Cairo",
)  # fmt: skip
_COMPARED: Final = range(2024, 2031)


def defined_zone(definition: list[Properties]) -> tzinfo | None:
    """The zone of a VTIMEZONE: the tzdata name it mentions, one of tzdata with its rules, else its rules themselves."""
    if not definition:
        return None
    for _, value in definition[0].get("X-LIC-LOCATION", ()):
        zone = zone_named(value)
        if zone is not None:
            return zone
    changes: list[tuple[datetime, timedelta, timedelta]] = []
    budget = Budget()
    for observance in definition[1:]:
        changes += _changes(observance, budget)
    if not changes:
        return None
    changes.sort(key=lambda change: change[0] - change[1])
    if len({after for _, _, after in changes}) == 1:
        return fixed_zone(changes[0][2])
    observed = ObservedZone(tuple(changes))
    known = filter(None, map(zone_named, _KNOWN))
    return next((zone for zone in known if _agree(observed, zone)), observed)


def _changes(observance: Properties, budget: Budget) -> list[tuple[datetime, timedelta, timedelta]]:
    """(wall clock time before the change, offset before, offset after) of STANDARD or DAYLIGHT."""
    after = _offset(first_value(observance, "TZOFFSETTO"))
    before = _offset(first_value(observance, "TZOFFSETFROM"))
    start = wall_of(first_value(observance, "DTSTART").strip().upper().removesuffix("Z"))
    if after is None:
        return []
    if start is None:
        # Without a beginning it holds always; its rule has nothing to begin with.
        return [(_FIRST, after if before is None else before, after)]
    before = after if before is None else before
    rules = []
    for _, written in observance.get("RRULE", ())[:5]:
        try:
            rule = parse_rule(written)
        except RuleError:
            continue
        rules.append((rule, last_moment(rule.until, CalendarMoment(start, timezone(before)))))
    dates = [
        wall
        for _, line in observance.get("RDATE", ())
        for each in line.split(",")[:_MOST_DATES]
        if (wall := wall_of(each.strip().upper().removesuffix("Z"))) is not None
    ]
    series = Series(start, tuple(rules), tuple(dates))
    # The first of them holds from before all years that are asked for.
    return [(wall, before, after) for wall in (start, *series.starts(max(start, _FIRST), _LAST, budget))]


def _offset(written: str) -> timedelta | None:
    match = _OFFSET.fullmatch(written.strip())
    if match is None or int(match[3]) > 59:
        return None
    size = timedelta(hours=int(match[2]), minutes=int(match[3]), seconds=int(match[4] or 0))
    found = -size if match[1] == "-" else size
    return found if fixed_zone(found) else None


def _agree(zone: ObservedZone, known: tzinfo) -> bool:
    """Whether two zones show the same clock on every day of some years."""
    return all(
        zone.offset_at(moment) == moment.astimezone(known).utcoffset()
        for year in _COMPARED
        for month in range(1, 13)
        for day in (1, 8, 15, 22, 28)
        for moment in (datetime(year, month, day, 12, tzinfo=UTC),)
    )
