"""Fills the date placeholders of sample payloads, so that samples are always about to happen. Pure.

`{{+3d 18:30}}` is half past six three days from today, `{{wed 18:30}}` on the first Wednesday after today and
`{{wed+1w 18:30}}` a week later, all in the payload's own zone; `utc` at the end writes the same instant in UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PLACEHOLDER: Final = re.compile(
    r"\{\{(?:(?P<days>[+-]\d{1,3})d|(?P<weekday>mon|tue|wed|thu|fri|sat|sun)(?:\+(?P<weeks>\d)w)?)"
    r" (?P<time>\d\d:\d\d)(?P<utc> utc)?\}\}"
)


def filled(text: str, now: datetime, timezone: str, *, calendar: bool) -> str:
    """The text with its dates written as iCalendar does (`20261126T183000`), else as ISO 8601 with an offset."""
    zone = ZoneInfo(timezone)
    today = now.astimezone(zone).date()
    written = _as_calendar if calendar else datetime.isoformat
    return _PLACEHOLDER.sub(lambda match: written(_moment(match, today, zone)), text)


def _moment(match: re.Match[str], today: date, zone: ZoneInfo) -> datetime:
    day = today + timedelta(days=int(match["days"])) if match["days"] else _weekday(match, today)
    moment = datetime.combine(day, time.fromisoformat(match["time"]), zone)
    return moment.astimezone(UTC) if match["utc"] else moment


def _weekday(match: re.Match[str], today: date) -> date:
    """The first such day after today, so that no sample is over before it is seen."""
    ahead = (_WEEKDAYS.index(match["weekday"]) - today.weekday() - 1) % 7 + 1
    return today + timedelta(days=ahead, weeks=int(match["weeks"] or 0))


def _as_calendar(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%S}" + ("Z" if moment.tzinfo is UTC else "")
