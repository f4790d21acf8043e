"""What a source said, in the words of schema.org and RFC 5545: the records every format produces.

Records are frozen values. They hold nothing we concluded ourselves (no career field, no gazetteer place) and no
personal data: organisers are groups or organisations, attendees do not exist here. This module may import only the
standard library.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

EventStatus = Literal[
    "EventScheduled", "EventCancelled", "EventPostponed", "EventRescheduled", "EventMovedOnline"
]
AttendanceMode = Literal["offline", "online", "mixed"]

EVENT_STATUSES: Final[tuple[str, ...]] = (
    "EventScheduled",
    "EventCancelled",
    "EventPostponed",
    "EventRescheduled",
    "EventMovedOnline",
)
ATTENDANCE_MODES: Final[tuple[str, ...]] = ("offline", "online", "mixed")


class RecordError(ValueError):
    """A JSON document is not a record; the message names the member and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class ScrapedPlace:
    """A schema.org Place as written by the source; `lat`/`lon` in WGS 84 degrees, both or neither."""

    name: str | None = None
    address: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class ScrapedOrganizer:
    """The group or organisation behind an event; never a person. `uid` is the platform's own id or slug."""

    uid: str | None = None
    name: str | None = None
    url: str | None = None
    members: int | None = None


@dataclass(frozen=True, slots=True)
class ScrapedPrice:
    """The span of offers, in major units of an ISO 4217 currency."""

    min: float | None = None
    max: float | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class ScrapedEvent:
    """One occurrence of an event.

    `start_date`/`end_date` are aware datetimes in the event's own zone, or plain dates when `all_day`
    (`end_date` = last day, inclusive). `timezone` is an IANA name or None. `recurrence_id` is the ISO 8601 start
    of the occurrence in its series (RFC 5545 3.8.4.4), None for single events.
    """

    platform: str
    source: str
    uid: str
    name: str
    start_date: datetime | date
    recurrence_id: str | None = None
    sequence: int = 0
    description: str | None = None
    end_date: datetime | date | None = None
    timezone: str | None = None
    all_day: bool = False
    event_status: EventStatus = "EventScheduled"
    event_attendance_mode: AttendanceMode | None = None
    url: str | None = None
    image: str | None = None
    location: ScrapedPlace | None = None
    organizer: ScrapedOrganizer | None = None
    keywords: tuple[str, ...] = ()
    is_accessible_for_free: bool | None = None
    price: ScrapedPrice | None = None
    in_language: str | None = None


@dataclass(frozen=True, slots=True)
class ScrapedGroup:
    """A group or organisation that holds events. `members` is None where the platform does not say."""

    platform: str
    source: str
    uid: str
    name: str
    description: str | None = None
    url: str | None = None
    location: ScrapedPlace | None = None
    members: int | None = None
    keywords: tuple[str, ...] = ()
    timezone: str | None = None
    image: str | None = None


ScrapedRecord = ScrapedEvent | ScrapedGroup


@dataclass(frozen=True, slots=True)
class Warning:  # noqa: A001  the toolbox's own word for it
    """Something a reader met and survived: `code` is stable snake_case, `detail` says which item and why."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What one payload held. `next` are further addresses of the same listing, never fetched by the reader.

    `complete` is false where the payload was cut or capped, so that nothing may be concluded from absence.
    """

    format: str
    events: tuple[ScrapedEvent, ...] = ()
    groups: tuple[ScrapedGroup, ...] = ()
    next: tuple[str, ...] = ()
    warnings: tuple[Warning, ...] = ()
    complete: bool = True
    # Items seen whatever the window: separates "nothing on this month" from "nothing in the file".
    items_seen: int = 0


def to_json(record: ScrapedRecord) -> dict[str, Any]:
    """The JSON object of a record as `nextcircle read --json` prints it; absent = None."""
    if isinstance(record, ScrapedEvent):
        return {
            "type": "event",
            "platform": record.platform,
            "source": record.source,
            "uid": record.uid,
            "recurrence_id": record.recurrence_id,
            "sequence": record.sequence,
            "name": record.name,
            "description": record.description,
            "start_date": record.start_date.isoformat(),
            "end_date": record.end_date.isoformat() if record.end_date else None,
            "timezone": record.timezone,
            "all_day": record.all_day,
            "event_status": record.event_status,
            "event_attendance_mode": record.event_attendance_mode,
            "url": record.url,
            "image": record.image,
            "location": _place_json(record.location),
            "organizer": _organizer_json(record.organizer),
            "keywords": list(record.keywords),
            "is_accessible_for_free": record.is_accessible_for_free,
            "price": _price_json(record.price),
            "in_language": record.in_language,
        }
    return {
        "type": "group",
        "platform": record.platform,
        "source": record.source,
        "uid": record.uid,
        "name": record.name,
        "description": record.description,
        "url": record.url,
        "location": _place_json(record.location),
        "members": record.members,
        "keywords": list(record.keywords),
        "timezone": record.timezone,
        "image": record.image,
    }


def from_json(document: object) -> ScrapedRecord:
    """The record of a JSON object in the shape `to_json` writes; raises `RecordError` naming the bad member.

    Members may be missing (= None) and unknown members are ignored, so that files written by newer versions load.
    """
    if not isinstance(document, Mapping):
        raise RecordError("a record is a JSON object")
    kind = document.get("type")
    if kind == "event":
        return _event(document)
    if kind == "group":
        return _group(document)
    raise RecordError(f'"type" must be "event" or "group", not {kind!r:.60}')


def _event(doc: Mapping[str, Any]) -> ScrapedEvent:
    all_day = _boolean(doc, "all_day") or False
    start = _moment(doc, "start_date", all_day=all_day)
    if start is None:
        raise RecordError('"start_date" is missing')
    status = _text(doc, "event_status") or "EventScheduled"
    if status not in EVENT_STATUSES:
        raise RecordError(f'"event_status" must be one of {", ".join(EVENT_STATUSES)}')
    mode = _text(doc, "event_attendance_mode")
    if mode is not None and mode not in ATTENDANCE_MODES:
        raise RecordError(f'"event_attendance_mode" must be one of {", ".join(ATTENDANCE_MODES)} or null')
    return ScrapedEvent(
        platform=_required(doc, "platform"),
        source=_required(doc, "source"),
        uid=_required(doc, "uid"),
        recurrence_id=_text(doc, "recurrence_id"),
        sequence=_integer(doc, "sequence") or 0,
        name=_required(doc, "name"),
        description=_text(doc, "description"),
        start_date=start,
        end_date=_moment(doc, "end_date", all_day=all_day),
        timezone=_text(doc, "timezone"),
        all_day=all_day,
        event_status=status,  # type: ignore[arg-type]  # checked above
        event_attendance_mode=mode,  # type: ignore[arg-type]  # checked above
        url=_text(doc, "url"),
        image=_text(doc, "image"),
        location=_place(doc.get("location")),
        organizer=_organizer(doc.get("organizer")),
        keywords=_texts(doc, "keywords"),
        is_accessible_for_free=_boolean(doc, "is_accessible_for_free"),
        price=_price(doc.get("price")),
        in_language=_text(doc, "in_language"),
    )


def _group(doc: Mapping[str, Any]) -> ScrapedGroup:
    return ScrapedGroup(
        platform=_required(doc, "platform"),
        source=_required(doc, "source"),
        uid=_required(doc, "uid"),
        name=_required(doc, "name"),
        description=_text(doc, "description"),
        url=_text(doc, "url"),
        location=_place(doc.get("location")),
        members=_integer(doc, "members"),
        keywords=_texts(doc, "keywords"),
        timezone=_text(doc, "timezone"),
        image=_text(doc, "image"),
    )


def _place_json(place: ScrapedPlace | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {
        "name": place.name,
        "address": place.address,
        "city": place.city,
        "region": place.region,
        "country": place.country,
        "lat": place.lat,
        "lon": place.lon,
    }


def _organizer_json(organizer: ScrapedOrganizer | None) -> dict[str, Any] | None:
    if organizer is None:
        return None
    return {
        "uid": organizer.uid,
        "name": organizer.name,
        "url": organizer.url,
        "members": organizer.members,
    }


def _price_json(price: ScrapedPrice | None) -> dict[str, Any] | None:
    return None if price is None else {"min": price.min, "max": price.max, "currency": price.currency}


def _place(value: object) -> ScrapedPlace | None:
    doc = _object(value, "location")
    if doc is None:
        return None
    lat, lon = _number(doc, "lat"), _number(doc, "lon")
    if lat is None or lon is None:
        lat = lon = None
    place = ScrapedPlace(
        name=_text(doc, "name"),
        address=_text(doc, "address"),
        city=_text(doc, "city"),
        region=_text(doc, "region"),
        country=_text(doc, "country"),
        lat=lat,
        lon=lon,
    )
    return None if place == ScrapedPlace() else place


def _organizer(value: object) -> ScrapedOrganizer | None:
    doc = _object(value, "organizer")
    if doc is None:
        return None
    organizer = ScrapedOrganizer(
        uid=_text(doc, "uid"),
        name=_text(doc, "name"),
        url=_text(doc, "url"),
        members=_integer(doc, "members"),
    )
    return None if organizer == ScrapedOrganizer() else organizer


def _price(value: object) -> ScrapedPrice | None:
    doc = _object(value, "price")
    if doc is None:
        return None
    price = ScrapedPrice(min=_number(doc, "min"), max=_number(doc, "max"), currency=_text(doc, "currency"))
    return None if price == ScrapedPrice() else price


def _object(value: object, member: str) -> Mapping[str, Any] | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise RecordError(f'"{member}" must be an object or null')
    return value


def _required(doc: Mapping[str, Any], member: str) -> str:
    value = _text(doc, member)
    if value is None:
        raise RecordError(f'"{member}" is missing')
    return value


def _text(doc: Mapping[str, Any], member: str) -> str | None:
    value = doc.get(member)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise RecordError(f'"{member}" must be a string or null')
    return value


def _texts(doc: Mapping[str, Any], member: str) -> tuple[str, ...]:
    value = doc.get(member)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise RecordError(f'"{member}" must be a list of strings')
    return tuple(value)


def _integer(doc: Mapping[str, Any], member: str) -> int | None:
    value = doc.get(member)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise RecordError(f'"{member}" must be an integer or null')
    return value


def _number(doc: Mapping[str, Any], member: str) -> float | None:
    value = doc.get(member)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise RecordError(f'"{member}" must be a finite number or null')
    return float(value)


def _boolean(doc: Mapping[str, Any], member: str) -> bool | None:
    value = doc.get(member)
    if value is not None and not isinstance(value, bool):
        raise RecordError(f'"{member}" must be true, false or null')
    return value


def _moment(doc: Mapping[str, Any], member: str, *, all_day: bool) -> datetime | date | None:
    text = _text(doc, member)
    if text is None:
        return None
    try:
        if all_day:
            return date.fromisoformat(text[:10])
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise RecordError(f'"{member}" is not an ISO 8601 date: {text[:60]!r}') from None
    if moment.tzinfo is None:
        raise RecordError(f'"{member}" needs an offset: {text[:60]!r}')
    return moment
