"""Dates as exports write them, in the languages they come in. Whether 03/04 is in March or April is the file's to say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime

from app.network.text import header_key

_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "jan january januar janvier janv enero ene gennaio gen janeiro januari",
            "feb february februar fevrier fevr febrero febbraio fevereiro fev februari",
            "mar march marz maerz mrz mars marzo marco maart mrt",
            "apr april avril avr abril abr aprile",
            "may mai mayo maggio mag maio mei maj",
            "jun june juni juin junio giugno giu junho",
            "jul july juli juillet juil julio luglio lug julho",
            "aug august aout agosto ago augustus augusti",
            "sep sept september septembre septiembre settembre set setembro",
            "oct october oktober okt octobre octubre ottobre ott outubro out",
            "nov november novembre noviembre novembro",
            "dec december dezember dez decembre diciembre dic dicembre dezembro des",
        ),
        1,
    )
    for word in words.split()
}
_ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})")
_UTC_STAMP = re.compile(r"(?:19[7-9]|20)\d+-\d\d-\d\d \d\d:\d\d:\d\d UTC")
_WORDS = re.compile(r"^(\d{1,2})[\s.\-/]+(?:de )?([^\W\d_]{3,})\.?[\s.,\-/]+(?:de )?(\d{2,4})$")
_MONTH_FIRST = re.compile(r"^([^\W\d_]{3,})\.?\s+(\d{1,2}),?\s+(\d{4})$")
_NUMBERS = re.compile(r"^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{2}|\d{4})\b")
_CLOCK_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AaPp][Mm])?")
_FIRST_YEAR, _LAST_YEAR = 1970, 2200


def month_first(values: Iterable[str]) -> bool | None:
    """Whether a file's numbers are month/day: true, false, or None where no value tells."""
    told: set[bool] = set()
    for value in values:
        found = _NUMBERS.match(value.strip())
        if found and "." not in value:
            first, second = int(found[1]), int(found[2])
            if first > 12 >= second:
                told.add(False)
            elif second > 12 >= first:
                told.add(True)
    return told.pop() if len(told) == 1 else None


def read_date(value: str | None, *, us: bool = True) -> date | None:
    """A day of 1970-2200; None for anything else. `us`: numbers separated by slashes are month/day/year."""
    if not value:
        return None
    text = value.strip()[:60]
    if found := _ISO.match(text):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _NUMBERS.match(text):
        first, second, year = int(found[1]), int(found[2]), _year(found[3])
        month, day = (first, second) if us and "." not in text else (second, first)
        return _day(year, month, day)
    if (found := _WORDS.match(text)) and (month_ := _MONTHS.get(header_key(found[2]))):
        return _day(_year(found[3]), month_, int(found[1]))
    if (found := _MONTH_FIRST.match(text)) and (month_ := _MONTHS.get(header_key(found[1]))):
        return _day(int(found[3]), month_, int(found[2]))
    return None


def read_moment(value: str | None, *, us: bool = True) -> datetime | None:
    """A moment, taken to be in UTC where the export names no zone; midnight where it names no hour."""
    if value is not None and _UTC_STAMP.fullmatch(value):
        try:
            return datetime.fromisoformat(value[:19]).replace(tzinfo=UTC)
        except ValueError:
            return None
    value = value[:60] if value else value
    day = read_date(value.split(",")[0] if value and "/" in value else value, us=us)
    if day is None or value is None:
        return None
    hour = minute = second = 0
    if found := _CLOCK_TIME.search(value):
        hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
        if found[4]:
            hour = hour % 12 + (12 if found[4].lower() == "pm" else 0)
    if hour > 23 or minute > 59 or second > 59:
        hour = minute = second = 0
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=UTC)


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) > 2 else 2000 + year if year < 70 else 1900 + year


def _day(year: int, month: int, day: int) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if _FIRST_YEAR <= found.year <= _LAST_YEAR else None
