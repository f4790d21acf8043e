"""A record on its way into the database: its source, its name there, what it says and what we conclude of it. Pure.

`pack` and `unpack` are how a listing row keeps a record: every word of it, in a third of the bytes.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from app.core.ids import key
from app.listings.locate import PlaceHint
from app.listings.republish import FREE, Republishing
from app.listings.understand import (
    UnderstoodEvent,
    UnderstoodGroup,
    group_keys,
    understand_event,
    understand_group,
)
from scrapers.records import ScrapedEvent, ScrapedGroup, ScrapedPlace, ScrapedRecord, from_json, to_json
from scrapers.registry import text_rank

SOURCE_COLUMNS: Final = (
    "id", "platform", "name", "origin", "city", "region", "country", "lat", "lon", "timezone", "topics",
    "republish_description", "republish_image",
)  # fmt: skip
# What records say again and again, the commonest last (RFC 1950 2.2). Rows are written with it: it must never change.
_DICTIONARY: Final = (
    b'","in_language":"en","keywords":["image":"https://","is_accessible_for_free":true,"recurrence_id":"'
    b'"price":{"min":0.0,"max":0.0,"currency":"USD"},"event_status":"EventCancelled","all_day":true,"members":'
    b" the and of for to in with our you will join us we are this is an event networking talks evening community "
    b'https://www.eventbrite.com/e/https://luma.com/"},"organizer":{"uid":"","name":"","url":"https://www.meetup.com/'
    b'","location":{"name":"","address":"","city":"London","region":"","country":"GB","lat":51.5,"lon":-0.1},'
    b'"organizer":{"uid":"{"uid":"","name":"","description":"","start_date":"2027-01-01T18:30:00+00:00",'
    b'"end_date":"2027-01-01T20:30:00+00:00","timezone":"Europe/London","America/New_York",'
    b'"event_attendance_mode":"offline","url":"https://www.meetup.com//events/'
)

# All that is known of a group whose events alone are listed.
_DERIVED: Final = {"uid", "name", "url", "members", "location", "timezone"}


@dataclass(frozen=True, slots=True)
class SourceRef:
    """What storing needs to know of a listing's source. Lower `rank` = its words are preferred."""

    id: int
    platform: str
    name: str
    hint: PlaceHint
    sample: bool = False
    rank: int = 0
    republishing: Republishing = FREE


@dataclass(frozen=True, slots=True)
class Item:
    """A normalised record on its way into the database."""

    source: SourceRef
    record: ScrapedRecord
    listing_id: int
    content: bytes
    content_hash: int
    # Made before the transaction where possible, so that nobody waits for a classifier.
    understood: UnderstoodEvent | UnderstoodGroup | None = None
    # A group that is only known as an organiser: whatever else is stored of it counts more.
    derived: bool = False

    @property
    def kind(self) -> str:
        """`e` or `g`, as `Listing.kind` has it."""
        return "e" if isinstance(self.record, ScrapedEvent) else "g"


@dataclass(slots=True)
class Counts:
    """What a batch did, as a run records it."""

    events: int = 0
    groups: int = 0
    inserted: int = 0
    attached: int = 0
    updated: int = 0
    unchanged: int = 0
    retired: int = 0
    rejected: int = 0
    event_rows: int = field(default=0)

    def add(self, other: Counts) -> None:
        """Add another batch's counts."""
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def as_dict(self) -> dict[str, int]:
        """By name."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def item(source: SourceRef, record: ScrapedRecord, *, derived: bool = False) -> Item:
    """The item of a normalised record."""
    kind, recurrence = ("e", record.recurrence_id) if isinstance(record, ScrapedEvent) else ("g", None)
    content = _content(record)
    return Item(
        source=source,
        record=record,
        listing_id=key("listing", str(source.id), kind, record.uid, recurrence or ""),
        content=pack(content),
        content_hash=key(content),
        derived=derived,
    )


def understand(each: Item) -> Item:
    """The item with what we conclude of its record."""
    if each.understood is not None:
        return each
    record, hint = each.record, each.source.hint
    concluded = (
        understand_event(record, hint) if isinstance(record, ScrapedEvent) else understand_group(record, hint)
    )
    return replace(each, understood=concluded)


def latest(items: Iterable[Item]) -> list[Item]:
    """One item a listing: the last one said, an event with a higher `sequence` before it."""
    best: dict[int, Item] = {}
    for each in items:
        other = best.get(each.listing_id)
        if other is None or (not each.derived and _sequence(each) >= _sequence(other)):
            best[each.listing_id] = each
    return list(best.values())


def source_ref(row: dict[str, Any]) -> SourceRef:
    """The reference of a source row with `SOURCE_COLUMNS`."""
    return SourceRef(
        id=row["id"],
        platform=row["platform"],
        name=row["name"],
        hint=PlaceHint(
            city=row["city"],
            region=row["region"],
            country=row["country"],
            lat=row["lat"],
            lon=row["lon"],
            timezone=row["timezone"],
            topics=tuple(row["topics"] or ()),
        ),
        sample=row["origin"] == "sample",
        rank=text_rank(row["platform"]),
        republishing=Republishing(row["republish_description"], bool(row["republish_image"])),
    )


def pack(content: str) -> bytes:
    """The bytes of a record's JSON as a listing row keeps them."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -15, zdict=_DICTIONARY)
    return packer.compress(content.encode("utf-8")) + packer.flush()


def unpack(content: bytes) -> str:
    """The JSON again. Raises ValueError for bytes that `pack` did not make."""
    unpacker = zlib.decompressobj(-15, zdict=_DICTIONARY)
    try:
        return (unpacker.decompress(content) + unpacker.flush()).decode("utf-8")
    except zlib.error as error:
        raise ValueError(f"no packed record: {error}") from None


def stored_record(kind: str, content: bytes, source: SourceRef) -> ScrapedRecord:
    """The record of a listing row."""
    document = json.loads(unpack(content))
    document.update(type="event" if kind == "e" else "group", platform=source.platform, source=source.name)
    return from_json(document)


def is_derived(content: bytes) -> bool:
    """Whether a group's listing row says no more than events say of their organiser."""
    return set(json.loads(unpack(content))) <= _DERIVED


def stored_name(content: bytes) -> str:
    """The name that a listing row says."""
    return str(json.loads(unpack(content))["name"])


def derived_groups(events: Iterable[ScrapedEvent], known: Iterable[ScrapedGroup]) -> list[ScrapedGroup]:
    """The groups that events name as their organisers and their source does not list by itself."""
    listed = {each for group in known for each in group_keys(group.platform, group.uid, group.url)}
    found: dict[tuple[int, ...], tuple[ScrapedEvent, dict[Any, int]]] = {}
    for event in events:
        organizer = event.organizer
        if organizer is None or organizer.name is None or not (organizer.uid or organizer.url):
            continue
        keys = group_keys(event.platform, organizer.uid or organizer.url, organizer.url)
        if listed.isdisjoint(keys):
            _, places = found.setdefault(keys, (event, {}))
            if event.location is not None and event.event_attendance_mode != "online":
                town = (event.location.city, event.location.region, event.location.country)
                places[town] = places.get(town, 0) + 1
    return [_derived(event, places) for event, places in found.values()]


def _derived(event: ScrapedEvent, places: dict[Any, int]) -> ScrapedGroup:
    organizer = event.organizer
    assert organizer is not None
    # The town met in most often; of equals the first by name, so that the order of events does not matter.
    town = min(places, key=lambda each: (-places[each], str(each))) if places else (None, None, None)
    place = ScrapedPlace(city=town[0], region=town[1], country=town[2])
    return ScrapedGroup(
        platform=event.platform,
        source=event.source,
        uid=organizer.uid or organizer.url or "",
        name=organizer.name or "",
        url=organizer.url,
        members=organizer.members,
        location=None if place == ScrapedPlace() else place,
        timezone=event.timezone,
    )


def _content(record: ScrapedRecord) -> str:
    """A record's members as compact JSON, without nulls and without what its source row says."""
    document = {
        name: value
        for name, value in to_json(record).items()
        if value not in (None, [], False) and name not in {"type", "platform", "source"}
    }
    for name in ("location", "organizer", "price"):
        if name in document:
            document[name] = {member: value for member, value in document[name].items() if value is not None}
    if document.get("sequence") == 0:
        del document["sequence"]
    if document.get("event_status") == "EventScheduled":
        del document["event_status"]
    if isinstance(record, ScrapedEvent) and record.is_accessible_for_free is False:
        document["is_accessible_for_free"] = False
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _sequence(each: Item) -> int:
    return each.record.sequence if isinstance(each.record, ScrapedEvent) else 0
