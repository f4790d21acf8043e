"""What a source said, made safe and comparable: the first step of ingest. Pure and idempotent.

Text is NFC without control or direction-override characters, addresses are plain http(s), coordinates are on the
earth, dates are within five years of now and in order. An item that cannot stand is `Rejected`, with the reason.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from app.listings.urls import web_url
from scrapers.records import (
    ScrapedEvent,
    ScrapedGroup,
    ScrapedOrganizer,
    ScrapedPlace,
    ScrapedPrice,
    ScrapedRecord,
)

MAX_NAME: Final = 300
MAX_DESCRIPTION: Final = 20_000
MAX_SHORT: Final = 500
MAX_KEYWORDS: Final = 40
HORIZON: Final = timedelta(days=5 * 366)
# Longer "events" are exhibitions with a placeholder end or data errors (2067 is a known one).
LONGEST: Final = timedelta(days=366)

# Zero-width and bidirectional controls, soft hyphen, BOM; U+200D stays, it joins emoji.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_SPACES = re.compile(r"\s+")
_LINES = re.compile(r"[ \t\f\v\u00a0]+")
_BLANK_LINES = re.compile(r"\n\s*\n\s*")
# More than three marks on one letter is decoration that breaks lines of other people's text.
_ZALGO = re.compile(
    r"([\u0300-\u036f\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{3})[\u0300-\u036f\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+"
)
_LANGUAGE = re.compile(r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$")
_CURRENCY = re.compile(r"^[A-Z]{3}$")


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why an item was left out; `code` is counted on the run."""

    code: str
    detail: str


def normalise(record: ScrapedRecord, now: datetime) -> ScrapedRecord | Rejected:
    """The record in its safe form, or why it cannot be one."""
    if isinstance(record, ScrapedEvent):
        return _event(record, now)
    return _group(record)


def _event(event: ScrapedEvent, now: datetime) -> ScrapedEvent | Rejected:
    name = one_line(event.name, MAX_NAME)
    if name is None:
        return Rejected("no_name", f"an event of {event.start_date} has no name")
    uid = clean(event.uid)
    if not uid:
        return Rejected("no_uid", f"{name!r} has no uid")
    problem = _date_problem(event, now)
    if problem is not None:
        return Rejected(problem, f"{name!r} of {event.start_date}")
    end = event.end_date
    event = replace(event, start_date=_whole(event.start_date), end_date=None if end is None else _whole(end))
    return replace(
        event,
        uid=uid,
        recurrence_id=clean(event.recurrence_id),
        name=name,
        description=text(event.description),
        end_date=_end(event),
        timezone=zone_name(event.timezone),
        url=web_url(event.url),
        image=web_url(event.image),
        location=_place(event.location),
        organizer=_organizer(event.organizer),
        keywords=_keywords(event.keywords),
        price=_price(event.price),
        in_language=language(event.in_language),
    )


def _group(group: ScrapedGroup) -> ScrapedGroup | Rejected:
    name = one_line(group.name, MAX_NAME)
    if name is None:
        return Rejected("no_name", "a group has no name")
    uid = clean(group.uid)
    if not uid:
        return Rejected("no_uid", f"the group {name!r} has no uid")
    return replace(
        group,
        uid=uid,
        name=name,
        description=text(group.description),
        url=web_url(group.url),
        image=web_url(group.image),
        location=_place(group.location),
        members=_members(group.members),
        keywords=_keywords(group.keywords),
        timezone=zone_name(group.timezone),
    )


def clean(value: str | None) -> str | None:
    """NFC without control, surrogate and invisible characters; None for what is then empty."""
    if not value:
        return None
    if not (value.isascii() and value.isprintable()):
        value = unicodedata.normalize("NFC", _INVISIBLE.sub("", _CONTROL.sub("", value)))
        value = _ZALGO.sub(r"\1", value)
    value = value.strip()
    return value or None


def one_line(value: str | None, limit: int = MAX_SHORT) -> str | None:
    """Clean text on one line, cut to `limit` characters."""
    # Cut first: ten times the limit holds every honest text, however many spaces there are in it.
    cleaned = clean(value[: limit * 10].replace("\n", " ").replace("\r", " ") if value else None)
    if cleaned is None:
        return None
    cut = _SPACES.sub(" ", cleaned)[:limit].strip()
    return cut if any(not char.isspace() for char in cut) and _visible(cut) else None


def text(value: str | None) -> str | None:
    """Clean text that keeps its paragraphs, cut to `MAX_DESCRIPTION` characters."""
    if not value:
        return None
    lines = value[: MAX_DESCRIPTION * 2].replace("\r\n", "\n").replace("\r", "\n")
    cleaned = clean(_BLANK_LINES.sub("\n\n", _LINES.sub(" ", lines)))
    return cleaned[:MAX_DESCRIPTION].rstrip() if cleaned else None


def zone_name(name: str | None) -> str | None:
    """An IANA zone name of tzdata; None for anything else. Never opens a file by a name from outside."""
    return name if name in _zones() else None


def language(value: str | None) -> str | None:
    """A BCP 47 tag, language in lower case, region in upper case."""
    if not value or len(value) > 16 or not _LANGUAGE.match(value):
        return None
    first, *rest = value.replace("_", "-").split("-")
    return "-".join([first.lower(), *(part.upper() if len(part) == 2 else part for part in rest)])


def as_utc(moment: datetime | date, zone: tzinfo) -> datetime:
    """The instant of a date-time, or of the midnight that begins a date in `zone`."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    return datetime(moment.year, moment.month, moment.day, tzinfo=zone).astimezone(UTC)


def _date_problem(event: ScrapedEvent, now: datetime) -> str | None:
    start = event.start_date
    if isinstance(start, datetime) and start.tzinfo is None:
        return "naive_start"
    # Years at either end of the calendar overflow when they change zones, so they are refused unconverted.
    if not now.year - 6 < start.year < now.year + 7:
        return "start_out_of_range"
    if abs(as_utc(start, UTC) - now) > HORIZON:
        return "start_out_of_range"
    return None


def _whole(moment: datetime | date) -> datetime | date:
    """To the second, which is what is stored: an event must not differ from its own row by a fraction."""
    return moment.replace(microsecond=0) if isinstance(moment, datetime) else moment


def _end(event: ScrapedEvent) -> datetime | date | None:
    """The end if it comes after the start and within a year, in the start's own kind."""
    start, end = event.start_date, event.end_date
    if end is None or isinstance(start, datetime) is not isinstance(end, datetime):
        return None
    if not 2 < end.year < 9998:
        return None
    if isinstance(start, datetime) and isinstance(end, datetime):
        if end.tzinfo is None:
            return None
        return end if timedelta(0) < end - start <= LONGEST else None
    return end if timedelta(0) <= end - start <= LONGEST else None


def _place(place: ScrapedPlace | None) -> ScrapedPlace | None:
    if place is None:
        return None
    lat, lon = coordinates(place.lat, place.lon)
    cleaned = ScrapedPlace(
        name=one_line(place.name),
        address=one_line(place.address),
        city=one_line(place.city, 120),
        region=one_line(place.region, 120),
        country=one_line(place.country, 120),
        lat=lat,
        lon=lon,
    )
    return None if cleaned == ScrapedPlace() else cleaned


def coordinates(lat: float | None, lon: float | None) -> tuple[float | None, float | None]:
    """WGS 84 degrees to six places (0.1 m), or nothing: 0,0 is every geocoder's way to say "unknown"."""
    if lat is None or lon is None or not (math.isfinite(lat) and math.isfinite(lon)):
        return None, None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180) or (abs(lat) < 0.01 and abs(lon) < 0.01):
        return None, None
    return round(lat, 6), round(lon, 6)


def _organizer(organizer: ScrapedOrganizer | None) -> ScrapedOrganizer | None:
    if organizer is None:
        return None
    cleaned = ScrapedOrganizer(
        uid=one_line(organizer.uid),
        name=one_line(organizer.name, MAX_NAME),
        url=web_url(organizer.url),
        members=_members(organizer.members),
    )
    return None if cleaned == ScrapedOrganizer() else cleaned


def _keywords(keywords: tuple[str, ...]) -> tuple[str, ...]:
    cleaned = (one_line(word, 80) for word in keywords[: MAX_KEYWORDS * 2])
    return tuple(dict.fromkeys(word for word in cleaned if word))[:MAX_KEYWORDS]


def _price(price: ScrapedPrice | None) -> ScrapedPrice | None:
    if price is None:
        return None
    low, high = _amount(price.min), _amount(price.max)
    if low is not None and high is not None and high < low:
        low, high = high, low
    currency = (price.currency or "").strip().upper()
    if low is None and high is None:
        return None
    return ScrapedPrice(min=low, max=high, currency=currency if _CURRENCY.match(currency) else None)


def _amount(value: float | None) -> float | None:
    return round(value, 2) if value is not None and math.isfinite(value) and 0 <= value < 1e7 else None


def _members(value: int | None) -> int | None:
    return value if value is not None and 0 <= value < 2**31 else None


def _visible(value: str) -> bool:
    """Whether a reader would see anything; text of joiners and marks alone is empty."""
    return value.isascii() or any(unicodedata.category(char)[0] in "LNPS" for char in value)


_ZONES: frozenset[str] = frozenset()


def _zones() -> frozenset[str]:
    global _ZONES  # noqa: PLW0603  read from tzdata once, on first use
    if not _ZONES:
        _ZONES = frozenset(available_timezones()) - {"localtime", "posixrules", "Factory"}
    return _ZONES


def zone(name: str | None) -> ZoneInfo:
    """The zone of a name that `zone_name` let pass; UTC for none."""
    return ZoneInfo(name or "UTC")
