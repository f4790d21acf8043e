"""Reads the dates that feeds write: RFC 822 with its slips, W3C-DTF, asctime, and what pages write besides.

Strings in, aware datetimes or plain dates out; None for what has two meanings. A year or a month alone is not a day, and no
day is made up for it.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone, tzinfo
from typing import Final

from scrapers.formats.datetimes import moment_of

_MONTHS: Final = {
    month: number
    for number, month in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
# RFC 822 5.1 and the ones that feeds of Europe add; military letters say nothing reliable (RFC 5322 4.3).
_ZONES: Final = {
    "ut": 0,
    "gmt": 0,
    "utc": 0,
    "z": 0,
    "wet": 0,
    "west": 1,
    "bst": 1,
    "cet": 1,
    "cest": 2,
    "eet": 2,
    "eest": 3,
    "ast": -4,
    "adt": -3,
    "est": -5,
    "edt": -4,
    "cst": -6,
    "cdt": -5,
    "mst": -7,
    "mdt": -6,
    "pst": -8,
    "pdt": -7,
    "akst": -9,
    "akdt": -8,
    "hst": -10,
    "msk": 3,
    "jst": 9,
    "kst": 9,
}
_CLOCK: Final = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d{1,9})?)?"
_RFC822: Final = re.compile(
    rf"(?:[a-z]{{3,9}}\.?,?\s*)?(?P<day>\d{{1,2}})[\s-]+(?P<month>[a-z]{{3,9}})\.?[\s,-]+(?P<year>\d{{2}}(?:\d{{2}})?)"
    rf"(?:,?\s+{_CLOCK}(?:\s*(?P<zone>[a-z]{{1,5}}|[+-]\d{{1,2}}:?\d{{2}}|etc/gmt))?)?",
    re.IGNORECASE | re.ASCII,
)
_ASCTIME: Final = re.compile(
    rf"(?:[a-z]{{3,9}}\s+)?(?P<month>[a-z]{{3}})\s+(?P<day>\d{{1,2}})\s+{_CLOCK}(?:\s+(?P<zone>[a-z]{{1,5}}|[+-]\d{{4}}))?"
    r"\s+(?P<year>\d{4})",
    re.IGNORECASE | re.ASCII,
)
_ORDINAL: Final = re.compile(r"(\d{4})-?(\d{3})", re.ASCII)
_SLIPS: Final = re.compile(
    r"(?<!\s)\s+(?=Z\Z|[+-]\d{2}:?\d{2}\Z)|(?<!\s)\s*\([^()]{0,20}\)\Z", re.ASCII | re.IGNORECASE
)


def feed_moment(written: str, zone: tzinfo) -> datetime | date | None:
    """The moment that a feed's text names; a time without an offset is one of `zone`."""
    written = " ".join(written[:80].split())
    if not written:
        return None
    found = moment_of(written, zone) or moment_of(_SLIPS.sub("", written), zone)
    if found is not None:
        return found
    try:
        return _ordinal(written) or _worded(written, zone)
    except (ValueError, OverflowError):
        return None


def _ordinal(written: str) -> date | None:
    """The day of a year (ISO 8601 5.2.2)."""
    match = _ORDINAL.fullmatch(written)
    if match is None or not 1 <= int(match[2]) <= 366:
        return None
    day = date(int(match[1]), 1, 1) + timedelta(days=int(match[2]) - 1)
    return day if day.year == int(match[1]) else None


def _worded(written: str, zone: tzinfo) -> datetime | date | None:
    match = _RFC822.fullmatch(written) or _ASCTIME.fullmatch(written)
    if match is None:
        return None
    month = _MONTHS.get(match["month"][:3].lower())
    if month is None:
        return None
    year = int(match["year"])
    if year < 100:
        # RFC 2822 4.3: two digits below 50 are of this century.
        year += 2000 if year < 50 else 1900
    day = date(year, month, int(match["day"]))
    if match["hour"] is None:
        return day
    hour, minute = int(match["hour"]), int(match["minute"])
    second = min(int(match["second"] or 0), 59)
    # 24:00 is the midnight that ends the day.
    wall = datetime(year, month, day.day, hour % 24, minute, second)  # noqa: DTZ001  the zone follows
    if hour == 24:
        wall += timedelta(days=1)
    elif hour > 24:
        return None
    offset = _offset(match["zone"])
    return moment_of(wall.isoformat(), zone) if offset is None else wall.replace(tzinfo=offset)


def _offset(written: str | None) -> timezone | None:
    if not written:
        return None
    if written[0] in "+-":
        digits = written[1:].replace(":", "").zfill(4)
        size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        if size > timedelta(hours=18):
            raise ValueError("no offset on Earth")
        return timezone(-size if written[0] == "-" else size)
    hours = _ZONES.get(written.lower().removeprefix("etc/"))
    return None if hours is None else timezone(timedelta(hours=hours))
