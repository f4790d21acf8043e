"""Times as people ask for them: ISO 8601 dates and date-times, and relative words. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

WORDS: Final = ("today", "tomorrow", "weekend", "next7days", "next30days")
_RANGES: Final = {"weekend", "next7days", "next30days"}


class TimeError(ValueError):
    """The text is no time that NextCircle understands; the message says what would be."""


def span(start: str | None, end: str | None, zone: str, now: datetime) -> tuple[datetime, datetime | None]:
    """The half-open span asked for, in UTC. Without a start it begins now; a date as the end includes that day.

    A word that is a range (`weekend`, `next7days`, `next30days`) as the start brings its own end along.
    """
    local = ZoneInfo(zone)
    begins = now if start is None else _bound(start, local, now, ending=False)
    if end is not None:
        return begins, _bound(end, local, now, ending=True)
    if start in _RANGES:
        return begins, _bound(start, local, now, ending=True)
    return begins, None


def _bound(text: str, zone: ZoneInfo, now: datetime, *, ending: bool) -> datetime:
    today = now.astimezone(zone).date()
    if text in WORDS:
        first, last = _days(text, today)
        return _midnight(last + timedelta(days=1), zone) if ending else _begin(first, zone, now)
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            _check(day)
            return _midnight(day + timedelta(days=1) if ending else day, zone)
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except (ValueError, OverflowError):
        raise TimeError(
            f"write a date (2026-12-01), a date-time (2026-12-01T18:00) or {', '.join(WORDS)}"
        ) from None
    _check(moment.date())
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _days(word: str, today: date) -> tuple[date, date]:
    if word == "today":
        return today, today
    if word == "tomorrow":
        return today + timedelta(days=1), today + timedelta(days=1)
    if word == "weekend":
        # On a Sunday "the weekend" is the one that is still going on.
        saturday = (
            today - timedelta(days=1) if today.weekday() == 6 else today + timedelta(days=5 - today.weekday())
        )
        return max(saturday, today), saturday + timedelta(days=1)
    return today, today + timedelta(days=7 if word == "next7days" else 30)


def _begin(day: date, zone: ZoneInfo, now: datetime) -> datetime:
    """Midnight, but never before now: "today" asks for what can still be gone to."""
    return max(_midnight(day, zone), now)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _check(day: date) -> None:
    if not 1970 <= day.year <= 2200:
        raise TimeError("write a year between 1970 and 2200")
