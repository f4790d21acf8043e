"""How pages say dates, distances, prices and descriptions, in the language of who reads them. Pure; no locale of the machine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.places.place_line import is_in_town
from app.translations.catalogue import N_
from app.translations.translator import Translator, Units

# Places where people measure the way in miles.
_MILES: Final = frozenset({"US"})
_ATTENDANCE: Final = {"online": N_("Online"), "mixed": N_("In person or online")}
_STATUS: Final = {
    "EventCancelled": N_("Cancelled"),
    "EventPostponed": N_("Postponed"),
    "EventRescheduled": N_("New date"),
    "EventMovedOnline": N_("Moved online"),
}
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


def when(item: dict[str, Any], now: datetime, say: Translator) -> When:
    """When an event of the API's shape is, in its own zone: `Thu 3 Dec, 18:30–20:30 EST`."""
    if item["all_day"]:
        return _days(item, now, say)
    zone = ZoneInfo(item["timezone"])
    start = datetime.fromisoformat(item["start_date"]).astimezone(zone)
    end = datetime.fromisoformat(item["end_date"]).astimezone(zone) if item["end_date"] else None
    hours = _hours(start, end, say)
    return When(
        iso=start.isoformat(),
        weekday=say.short_weekday(start),
        day=str(start.day),
        month=say.short_month(start),
        hours=hours,
        short=f"{day_of(start.date(), now, say)}, {hours}",
        long=f"{say.long_day(start)}, {hours}",
    )


def day_of(day: date, now: datetime, say: Translator) -> str:
    """`Thu 3 Dec`, with the year where it is not this one."""
    return say.day(day, year=day.year != now.year)


def moment(text: str | None, now: datetime, say: Translator) -> str | None:
    """A moment of the API, such as a group's next event: `Thu 3 Dec, 18:30`."""
    if text is None:
        return None
    found = datetime.fromisoformat(text)
    return f"{day_of(found.date(), now, say)}, {say.clock(found)}"


def ago(found: datetime | str | None, now: datetime, say: Translator) -> str | None:
    """How long ago something was, roughly."""
    if found is None:
        return None
    then = datetime.fromisoformat(found) if isinstance(found, str) else found
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 2:
        return say.gettext("just now")
    if minutes < 120:
        return say.ngettext("%(count)s minute ago", "%(count)s minutes ago", minutes)
    if minutes < 48 * 60:
        return say.ngettext("%(count)s hour ago", "%(count)s hours ago", minutes // 60)
    return say.ngettext("%(count)s day ago", "%(count)s days ago", minutes // 1440)


def distance(item: dict[str, Any], country: str | None, say: Translator) -> str | None:
    """How far away, in the unit of the country that was asked about; `in town` where no more is known."""
    if item["distance_km"] is None:
        return None
    if is_in_town(item):
        return say.gettext("in town")
    return say.distance(item["distance_km"], units_of(country))


def units_of(country: str | None) -> Units:
    """What a way is measured in."""
    return "mi" if country in _MILES else "km"


def price(item: dict[str, Any], say: Translator) -> str | None:
    """`Free`, `$5`, `€3–€8`; None where the source does not say."""
    if item["is_accessible_for_free"]:
        return say.gettext("Free")
    found = item["price"]
    if not found or (found["max"] is None and found["min"] is None):
        return None if item["is_accessible_for_free"] is None else say.gettext("Not free")
    low = found["min"] if found["min"] is not None else found["max"]
    high = found["max"] if found["max"] is not None else low
    if high == 0:
        return say.gettext("Free")
    amounts = dict.fromkeys(_amount(each, found["currency"], say) for each in (low, high))
    return "–".join(amounts)


def _amount(amount: float, currency: str | None, say: Translator) -> str:
    return say.money(amount, currency) if currency else say.number(amount)


def attendance(item: dict[str, Any], say: Translator) -> str | None:
    """How one takes part, where it is not simply by going there."""
    found = _ATTENDANCE.get(item["event_attendance_mode"] or "")
    return found and say.gettext(found)


def status(item: dict[str, Any], say: Translator) -> str | None:
    """What has changed since the event was announced."""
    found = _STATUS.get(item["event_status"])
    return found and say.gettext(found)


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


def _hours(start: datetime, end: datetime | None, say: Translator) -> str:
    zone = say.zone(start)
    if end is None or end <= start:
        return f"{say.clock(start)} {zone}"
    if end.date() == start.date() or end - start < timedelta(hours=12):
        return f"{say.clock(start)}–{say.clock(end)} {zone}"
    return f"{say.clock(start)} – {say.day(end.date())}, {say.clock(end)} {zone}"


def _days(item: dict[str, Any], now: datetime, say: Translator) -> When:
    start = date.fromisoformat(item["start_date"])
    end = date.fromisoformat(item["end_date"]) if item["end_date"] else start
    is_one = end <= start
    hours = say.gettext("all day") if is_one else say.gettext("to %(day)s", day=say.day(end))
    return When(
        iso=item["start_date"],
        weekday=say.short_weekday(start),
        day=str(start.day),
        month=say.short_month(start),
        hours=hours,
        short=f"{day_of(start, now, say)}, {hours}" if is_one else f"{day_of(start, now, say)} {hours}",
        long=f"{say.long_day(start)}, {hours}",
    )


def utc(found: datetime | None) -> str | None:
    """A moment for operators: `2026-11-23 12:00 UTC`."""
    return None if found is None else f"{found.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
