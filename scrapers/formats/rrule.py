"""Reads a recurrence rule as RFC 5545 3.3.10 writes it: the text of an RRULE in, a checked `Rule` out.

What a rule says and no more: which days that makes is for `scrapers.formats.periods`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time
from typing import Final, Literal

from scrapers.formats.calendardays import month_length

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
_WEEKDAYS: Final = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
_BYDAY: Final = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_NUMBER: Final = re.compile(r"[+-]?\d{1,3}", re.ASCII)
_UNTIL: Final = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?", re.ASCII)
# Instants one period may hold; 24 hours x 60 minutes x 60 seconds would be 86,400 for every day.
_MAX_TIMES: Final = 1_000


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
        longest = max(month_length(2000, month) for month in rule.by_month)
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
