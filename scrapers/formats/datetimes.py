"""Reads the dates that web pages and JSON answers write: ISO 8601 and what people take for it.

Strings and numbers in, aware datetimes or plain dates out; None for everything that has two meanings (03/04/2027).
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Final, TypeVar

from scrapers.formats.zones import fixed_zone, iana_name, localised

Moment = TypeVar("Moment", date, datetime)

_LAST_YEAR: Final = 9_998
_LONGEST: Final = 60
_FARTHEST: Final = timedelta(hours=18)
_LOOSE: Final = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"
    r"(?:[T ,]+(\d{1,2})[:.](\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s*(AM|PM)?\s*(Z|UTC|GMT|[A-Z]{3,4}|[+-]\d{1,2}:?(?:\d{2})?)?)?",
    re.ASCII | re.IGNORECASE,
)
_MONTHS: Final = {
    month: number
    for number, month in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
# "Friday, 1 January 2027 6:30 PM", "Jan 1, 2027 at 18:30", "Fri, 01 Jan 2027 18:30:00 +0100"
_WORDED: Final = re.compile(
    r"(?:[a-z]{3,9},?\s+)?(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?\.?\s+(?P<month>[a-z]{3,9})\.?"
    r"|(?P<month2>[a-z]{3,9})\.?\s+(?P<day2>\d{1,2})(?:st|nd|rd|th)?),?\s+(?P<year>\d{4})"
    r"(?:,?\s+(?:at\s+)?(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?(?::(?P<second>\d{2}))?\s*(?P<half>am|pm)?"
    r"\s*(?P<offset>Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?",
    re.ASCII | re.IGNORECASE,
)
_OFFSET: Final = re.compile(r"([+-])(\d{1,2}):?(\d{2})?", re.ASCII)
# Abbreviations with one meaning: not CST, IST or BST.
_ABBREVIATIONS: Final = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "JST": 9, "KST": 9,
    "HKT": 8, "SGT": 8, "AEST": 10, "AEDT": 11, "ACST": 9.5, "ACDT": 10.5, "AWST": 8, "NZST": 12, "NZDT": 13,
    "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10, "NST": -3.5,
    "NDT": -2.5, "SAST": 2, "WIB": 7, "PKT": 5, "NPT": 5.75,
}  # fmt: skip
# "2027-01-01T17:00:0009:00": the plus was lost where an address was decoded.
_LOST_PLUS: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d) ?(\d\d:\d\d)", re.ASCII)
_DURATION: Final = re.compile(
    r"P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})(?:\.\d{1,9})?S)?)?",
    re.ASCII,
)
# Epochs: seconds from 2001 to 2096, milliseconds of the same years.
_EPOCH: Final = (978_307_200, 4_000_000_000)


def moment_of(value: object, zone: tzinfo) -> datetime | date | None:
    """A date or an aware datetime in the years 1-9998; a time without an offset is one of `zone`."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _of_number(value, zone)
    if not isinstance(value, str):
        return None
    text = value.strip()
    if not text or len(text) > _LONGEST:
        return None
    try:
        return _of_text(text, zone)
    except (ValueError, OverflowError):
        return None


def _of_number(value: float, zone: tzinfo) -> datetime | date | None:
    if not math.isfinite(value):
        return None
    if isinstance(value, int) and 10_000_101 <= value <= 99_981_231:
        return moment_of(str(value), zone)
    seconds = value / 1_000 if value > _EPOCH[1] else value
    if not _EPOCH[0] <= seconds <= _EPOCH[1]:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _of_text(text: str, zone: tzinfo) -> datetime | date | None:
    if text.isascii() and text.isdigit() and len(text) != 8:
        return _of_number(int(text), zone) if len(text) <= 13 else None
    text = _LOST_PLUS.sub(r"\1+\2", text)
    try:
        if len(text) in {8, 10} and "T" not in text and ":" not in text:
            return _limited(date.fromisoformat(text))
        return _limited(_aware(datetime.fromisoformat(text), zone))
    except ValueError:
        pass
    match = _LOOSE.fullmatch(text)
    if match:
        year, month, day = (int(each) for each in match.groups()[:3])
        if match[4] is None:
            return _limited(date(year, month, day))
        day_of = date(year, month, day)
        if match[4] == "24" and int(match[5]) == int(match[6] or 0) == 0:
            # The end of a day is the beginning of the next one (ISO 8601:2004).
            return _limited(
                _aware(datetime.combine(day_of + timedelta(days=1), time(), _offset(match[8])), zone)
            )
        clock = _clock(match[4], match[5], match[6], match[7])
        return _limited(_aware(datetime.combine(day_of, clock, _offset(match[8])), zone))
    return _worded(text, zone)


def _worded(text: str, zone: tzinfo) -> datetime | date | None:
    match = _WORDED.fullmatch(text)
    if match is None:
        return None
    month = _MONTHS.get((match["month"] or match["month2"])[:3].lower())
    if month is None:
        return None
    day = date(int(match["year"]), month, int(match["day"] or match["day2"]))
    if match["hour"] is None or (match["minute"] is None and match["half"] is None):
        return _limited(day) if match["hour"] is None else None
    clock = _clock(match["hour"], match["minute"] or "0", match["second"], match["half"])
    return _limited(_aware(datetime.combine(day, clock, _offset(match["offset"])), zone))


def _clock(hour: str, minute: str, second: str | None, half: str | None) -> time:
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            raise ValueError("no hour of half a day")
        hours = hours % 12 + (12 if half.lower() == "pm" else 0)
    return time(hours, int(minute), int(second or 0))


def _offset(written: str | None) -> tzinfo | None:
    if not written:
        return None
    match = _OFFSET.fullmatch(written)
    if match is None:
        hours = _ABBREVIATIONS.get(written.upper())
        if hours is None:
            raise ValueError("no zone of one meaning")
        return timezone(timedelta(hours=hours)) if hours else UTC
    size = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    zone = fixed_zone(-size if match[1] == "-" else size)
    if zone is None:
        raise ValueError("no offset on Earth")
    return zone


def _aware(moment: datetime, zone: tzinfo) -> datetime:
    if moment.tzinfo is None:
        return localised(moment.replace(fold=0), zone)
    # Only what is a fixed offset comes out of ISO text; beyond 18 hours it is a mistake.
    offset = moment.utcoffset()
    if offset is not None and not -_FARTHEST <= offset <= _FARTHEST:
        raise ValueError("no offset on Earth")
    return moment


def _limited(moment: Moment) -> Moment | None:
    return moment if moment.year <= _LAST_YEAR else None


def duration_of(value: object) -> timedelta | None:
    """An ISO 8601 duration of weeks, days, hours, minutes and seconds; None where it is not one, or is empty."""
    if not isinstance(value, str):
        return None
    match = _DURATION.fullmatch(value.strip().upper())
    if match is None or not any(match.groups()):
        return None
    weeks, days, hours, minutes, seconds = (int(each or 0) for each in match.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def end_of(start: datetime | date, end: datetime | date | None) -> datetime | date | None:
    """An end of the same kind as the start; None where it would lie before it.

    A day as the end of a timed event is only known to the day: the same day says nothing, a later one counts whole.
    """
    if end is None:
        return None
    if not isinstance(start, datetime):
        last = end.date() if isinstance(end, datetime) else end
        return last if last >= start else None
    if not isinstance(end, datetime):
        if end <= start.date():
            return None
        return datetime.combine(end, time(23, 59, 59), start.tzinfo)
    return end if end.astimezone(UTC) >= start.astimezone(UTC) else None


def timezone_name(moment: datetime | date, zone: tzinfo) -> str | None:
    """The IANA name of a moment's zone; for a bare offset that of `zone` where it shows the same clock then.

    UTC is what is taken where nobody said where: it names no zone.
    """
    if not isinstance(moment, datetime) or iana_name(zone) == "UTC":
        return None
    if isinstance(moment.tzinfo, timezone) and iana_name(zone):
        return iana_name(zone) if moment.utcoffset() == moment.astimezone(zone).utcoffset() else None
    return iana_name(moment.tzinfo)
