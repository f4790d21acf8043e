"""Times as people ask for them: ISO 8601 dates and date-times, and relative words. Pure."""

from __future__ import annotations

import difflib
import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.core.zones import zone as zone_named

WORDS: Final = ("today", "tomorrow", "weekend", "next7days", "next30days")
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# What people write as well; each is days of the calendar, counted from today.
_MORE: Final = (
    "tonight",
    "this weekend",
    "next weekend",
    "this week",
    "next week",
    "this month",
    "next month",
)
_KNOWN: Final = (*WORDS, *_MORE, *_WEEKDAYS, *(f"next {day}" for day in _WEEKDAYS))
_COUNTED: Final = re.compile(r"(?:in|next) (\d{1,3}) (day|week|month)s?")
_EVENING: Final = time(17)
_MOST_DAYS: Final = 366


class TimeError(ValueError):
    """The text is not a time that NextCircle understands; the message says what would be, `suggestions` what is near."""

    def __init__(self, message: str, suggestions: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.suggestions = suggestions


def span(start: str | None, end: str | None, zone: str, now: datetime) -> tuple[datetime, datetime | None]:
    """The half-open span asked for, in UTC. Without a start it begins now; a date as the end includes that day.

    A word that is a range (`weekend`, `next week`) as the start brings its own end along; `today` and a weekday do not.
    """
    local = zone_named(zone)
    begins = now if start is None else _bound(start, local, now, ending=False)
    if end is not None:
        return begins, _bound(end, local, now, ending=True)
    if start is not None and _is_range(start):
        return begins, _bound(start, local, now, ending=True)
    return begins, None


def first_day(start: str | None, zone: str, now: datetime) -> datetime | None:
    """The midnight that the days of a word (`today`, `weekend`, `friday`) begin at, in UTC; None for dates and no start.

    What began before it belongs to another day, although it may still be on.
    """
    days = None if start is None else _days(_plain(start), now.astimezone(zone_named(zone)).date())
    return None if days is None else _midnight(days[0], zone_named(zone))


def _is_range(text: str) -> bool:
    words = _plain(text)
    return words in {"weekend", "next7days", "next30days", *_MORE} or words.startswith("next ")


def _bound(text: str, zone: ZoneInfo, now: datetime, *, ending: bool) -> datetime:
    words = _plain(text)
    today = now.astimezone(zone).date()
    days = _days(words, today)
    if days is not None:
        first, last = days
        if ending:
            return _midnight(last + timedelta(days=1), zone)
        evening = words == "tonight"
        begins = (
            datetime.combine(first, _EVENING, zone).astimezone(UTC) if evening else _midnight(first, zone)
        )
        # "Today" asks for what can still be gone to.
        return max(begins, now)
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            _check(day)
            return _midnight(day + timedelta(days=1) if ending else day, zone)
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except (ValueError, OverflowError):
        near = tuple(difflib.get_close_matches(words, _KNOWN, n=3, cutoff=0.6))
        raise TimeError(
            f"write a date (2026-12-01), a date-time (2026-12-01T18:00) or words such as {', '.join(WORDS)}, next weekend, "
            "friday, in 2 weeks",
            near,
        ) from None
    _check(moment.date())
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("_", " ").replace("+", " ").split())


def _days(words: str, today: date) -> tuple[date, date] | None:
    """The first and the last day of what words name; None if they name no days."""
    single = {"today": 0, "tonight": 0, "tomorrow": 1}
    if words in single:
        day = today + timedelta(days=single[words])
        return day, day
    if words in {"next7days", "next30days"}:
        return today, today + timedelta(days=7 if words == "next7days" else 30)
    if words.endswith("weekend"):
        return _weekend(words, today)
    if words in {"this week", "next week"}:
        monday = today - timedelta(days=today.weekday())
        first = today if words == "this week" else monday + timedelta(days=7)
        return first, monday + timedelta(days=6 if words == "this week" else 13)
    if words in {"this month", "next month"}:
        following = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
        if words == "this month":
            return today, following - timedelta(days=1)
        return following, (following + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    if words.removeprefix("next ") in _WEEKDAYS:
        # The next day of that name; "next friday" is that of the week that comes, as most people mean it.
        ahead = (_WEEKDAYS.index(words.removeprefix("next ")) - today.weekday()) % 7
        if words.startswith("next "):
            ahead = _WEEKDAYS.index(words.removeprefix("next ")) - today.weekday() + 7
        day = today + timedelta(days=ahead)
        return day, day
    counted = _COUNTED.fullmatch(words)
    if counted is None:
        return None
    number = min(int(counted[1]) * {"day": 1, "week": 7, "month": 30}[counted[2]], _MOST_DAYS)
    day = today + timedelta(days=number)
    return (day, day) if words.startswith("in ") else (today, day)


def _weekend(words: str, today: date) -> tuple[date, date] | None:
    # On a Sunday "the weekend" is the one that is still going on.
    saturday = today + timedelta(days=-1 if today.weekday() == 6 else 5 - today.weekday())
    if words in {"weekend", "this weekend"}:
        return max(saturday, today), saturday + timedelta(days=1)
    if words == "next weekend":
        return saturday + timedelta(days=7), saturday + timedelta(days=8)
    return None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _check(day: date) -> None:
    if not 1970 <= day.year <= 2200:
        raise TimeError("write a year between 1970 and 2200")
