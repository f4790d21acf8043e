"""How pages say dates, distances, prices and descriptions. Pure; English, without the machine's locale."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.places.place_line import is_in_town

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LONG_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SYMBOLS: Final = {"USD": "$", "EUR": "€", "GBP": "£"}
# Places where people measure the way in miles.
_MILES: Final = frozenset({"US"})
_RULE: Final = re.compile(r"[*_-](?:[ \t]*[*_-]){2,}")
_HEADING: Final = re.compile(r"#{1,6}[ \t]+")
_STRONG_MARKS: Final = ("**", "__")
_LINK: Final = re.compile(r"!?\[([^\[\]]*)\]\(([^()\s]*)\)")
_ESCAPED: Final = re.compile(r"\\([\\`*_{}\[\]()#+.!~>-])")
_BULLET: Final = re.compile(r"[*•·-]\s+")
# Of a description, what an excerpt is made of: enough for its words, however many marks are between them.
_EXCERPT_OF: Final = 2_000


@dataclass(frozen=True, slots=True)
class When:
    """A moment in words: `long` for a page of its own, the parts for a list. `iso` is for machines."""

    iso: str
    weekday: str
    day: str
    month: str
    hours: str
    short: str
    long: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A piece of a description: lines of text, or of a list."""

    lines: tuple[str, ...]
    bullets: bool = False


def when(item: dict[str, Any], now: datetime) -> When:
    """When an event of the API's shape is, in its own zone: `Thu 3 Dec, 18:30–20:30 EST`."""
    if item["all_day"]:
        return _days(item, now)
    zone = ZoneInfo(item["timezone"])
    start = datetime.fromisoformat(item["start_date"]).astimezone(zone)
    end = datetime.fromisoformat(item["end_date"]).astimezone(zone) if item["end_date"] else None
    hours = _hours(start, end)
    return When(
        iso=start.isoformat(),
        weekday=_DAYS[start.weekday()],
        day=str(start.day),
        month=_MONTHS[start.month - 1],
        hours=hours,
        short=f"{day_of(start.date(), now)}, {hours}",
        long=f"{_LONG_DAYS[start.weekday()]} {start.day} {_MONTHS[start.month - 1]} {start.year}, {hours}",
    )


def day_of(day: date, now: datetime) -> str:
    """`Thu 3 Dec`, with the year where it is not this one."""
    year = "" if day.year == now.year else f" {day.year}"
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}{year}"


def moment(text: str | None, now: datetime) -> str | None:
    """A moment of the API, such as a group's next event: `Thu 3 Dec, 18:30`."""
    if text is None:
        return None
    found = datetime.fromisoformat(text)
    return f"{day_of(found.date(), now)}, {found:%H:%M}"


def ago(found: datetime | str | None, now: datetime) -> str | None:
    """How long ago something was, roughly."""
    if found is None:
        return None
    then = datetime.fromisoformat(found) if isinstance(found, str) else found
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 2:
        return "just now"
    if minutes < 120:
        return f"{minutes} minutes ago"
    if minutes < 48 * 60:
        return f"{minutes // 60} hours ago"
    return f"{minutes // 1440} days ago"


def distance(item: dict[str, Any], country: str | None) -> str | None:
    """How far away, in the unit of the country that was asked about; `in town` where no more is known."""
    km, miles = item["distance_km"], item["distance_mi"]
    if km is None:
        return None
    if is_in_town(item):
        return "in town"
    value, unit = (miles, "mi") if country in _MILES else (km, "km")
    return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"


def price(item: dict[str, Any]) -> str | None:
    """`Free`, `$5`, `€3–8`; None where the source does not say."""
    if item["is_accessible_for_free"]:
        return "Free"
    found = item["price"]
    if not found or (found["max"] is None and found["min"] is None):
        return None if item["is_accessible_for_free"] is None else "Not free"
    low = found["min"] if found["min"] is not None else found["max"]
    high = found["max"] if found["max"] is not None else low
    if high == 0:
        return "Free"
    currency = found["currency"] or ""
    sign = _SYMBOLS.get(currency, f"{currency} " if currency else "")
    return f"{sign}{low:g}" if low == high else f"{sign}{low:g}–{high:g}"


def attendance(item: dict[str, Any]) -> str | None:
    """How one takes part, where it is not simply by going there."""
    return {"online": "Online", "mixed": "In person or online"}.get(item["event_attendance_mode"] or "")


def status(item: dict[str, Any]) -> str | None:
    """What has changed since the event was announced."""
    return {
        "EventCancelled": "Cancelled",
        "EventPostponed": "Postponed",
        "EventRescheduled": "New date",
        "EventMovedOnline": "Moved online",
    }.get(item["event_status"])


def paragraphs(text: str | None) -> tuple[Paragraph, ...]:
    """A description in paragraphs and lists; the marks of Markdown are taken away, nothing is made a link."""
    if not text:
        return ()
    blocks: list[list[str]] = [[]]
    for line in text.split("\n"):
        stripped = line.strip()
        if not stripped:
            blocks.append([])
        elif not _RULE.fullmatch(stripped):
            blocks[-1].append(_without_marks(stripped))
    return tuple(piece for block in blocks for piece in _pieces([line for line in block if line]))


def excerpt(text: str | None, limit: int = 180) -> str | None:
    """The beginning of a description, cut at a word."""
    cut = text is not None and len(text) > _EXCERPT_OF
    words = " ".join(line for piece in paragraphs(text and text[:_EXCERPT_OF]) for line in piece.lines)
    if len(words) <= limit:
        if cut and words:
            return f"{words} …"
        return words or None
    return words[:limit].rsplit(" ", 1)[0].rstrip(",;:.") + " …"


def _without_marks(line: str) -> str:
    """A line without Markdown's marks of headings, strong text, links and escapes."""
    plain = _HEADING.sub("", line, count=1) if line.startswith("#") else line
    for mark in _STRONG_MARKS:
        plain = _without_strong(plain, mark)
    plain = _LINK.sub(lambda match: match[1] or match[2], plain)
    return _ESCAPED.sub(r"\1", plain).strip()


def _without_strong(line: str, mark: str) -> str:
    """The line without pairs of a mark, of which the first stands before a word and the second after one; in one pass."""
    first, *others = line.split(mark)
    pieces = [first]
    opened: int | None = None
    for text in others:
        if opened is not None and pieces[-1] and not pieces[-1][-1].isspace():
            pieces[opened] = ""
            opened = None
            pieces.append(text)
            continue
        if opened is None and text and not text[0].isspace():
            opened = len(pieces)
        pieces += [mark, text]
    return "".join(pieces)


def _pieces(lines: list[str]) -> list[Paragraph]:
    """Lines of a block, cut where a list begins or ends."""
    return [
        Paragraph(tuple(_BULLET.sub("", line, count=1) if bullets else line for line in piece), bullets)
        for bullets, piece in groupby(lines, key=lambda line: _BULLET.match(line) is not None)
    ]


def _hours(start: datetime, end: datetime | None) -> str:
    zone = _abbreviation(start)
    if end is None or end <= start:
        return f"{start:%H:%M} {zone}"
    if end.date() == start.date() or end - start < timedelta(hours=12):
        return f"{start:%H:%M}–{end:%H:%M} {zone}"
    return f"{start:%H:%M} – {_DAYS[end.weekday()]} {end.day} {_MONTHS[end.month - 1]}, {end:%H:%M} {zone}"


def _abbreviation(found: datetime) -> str:
    """EST, CET; where a zone has none, its distance from UTC."""
    name = found.tzname() or "UTC"
    if name[:1] not in "+-":
        return name
    minutes = int((found.utcoffset() or timedelta()).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def _days(item: dict[str, Any], now: datetime) -> When:
    start = date.fromisoformat(item["start_date"])
    end = date.fromisoformat(item["end_date"]) if item["end_date"] else start
    hours = "all day" if end <= start else f"to {_DAYS[end.weekday()]} {end.day} {_MONTHS[end.month - 1]}"
    return When(
        iso=item["start_date"],
        weekday=_DAYS[start.weekday()],
        day=str(start.day),
        month=_MONTHS[start.month - 1],
        hours=hours,
        short=f"{day_of(start, now)}, {hours}" if end <= start else f"{day_of(start, now)} {hours}",
        long=f"{_LONG_DAYS[start.weekday()]} {start.day} {_MONTHS[start.month - 1]} {start.year}, {hours}",
    )


def utc(found: datetime | None) -> str | None:
    """A moment for operators: `2026-11-23 12:00 UTC`."""
    return None if found is None else f"{found.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
