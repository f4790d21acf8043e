"""Writes what ingest concluded: listings, events, groups and their topics, in one transaction a batch.

The only module of ingest that knows SQL. It finds the candidates that `match` decides over, keeps every listing that
an event was made of, and never deletes an event: what vanished gets a tombstone.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlmodel import SQLModel

from app.ids import key, new_ids
from app.ingest.likeness import Sighting
from app.ingest.locate import PlaceHint
from app.ingest.match import Attach, Candidate, Known, Seen, Unchanged, Update, decide
from app.ingest.normalise import zone
from app.ingest.understand import (
    Topics,
    UnderstoodEvent,
    UnderstoodGroup,
    group_keys,
    merge_events,
    merge_groups,
    understand_event,
    understand_group,
)
from app.models import Event, EventTopic, Group, GroupKey, GroupTopic, Listing, Meta, Source
from app.taxonomy.keys import topic_key
from scrapers.records import ScrapedEvent, ScrapedGroup, ScrapedPlace, ScrapedRecord, from_json, to_json

_CHUNK: Final = 900
_A_DAY: Final = timedelta(days=1)
_SEEN_COLUMNS: Final = (
    "id", "name", "start_at", "until_at", "timezone", "url", "url_key", "city", "country", "lat", "lon",
    "event_attendance_mode", "group_id", "all_day",
)  # fmt: skip
DATA_VERSION: Final = "data_version"

_listing = SQLModel.metadata.tables[str(Listing.__tablename__)]
_event = SQLModel.metadata.tables[str(Event.__tablename__)]
_event_topic = SQLModel.metadata.tables[str(EventTopic.__tablename__)]
_group = SQLModel.metadata.tables[str(Group.__tablename__)]
_group_topic = SQLModel.metadata.tables[str(GroupTopic.__tablename__)]
_group_key = SQLModel.metadata.tables[str(GroupKey.__tablename__)]
_source = SQLModel.metadata.tables[str(Source.__tablename__)]
_meta = SQLModel.metadata.tables[str(Meta.__tablename__)]


@dataclass(frozen=True, slots=True)
class SourceRef:
    """What storing needs to know of a listing's source. Lower `rank` = its words are preferred."""

    id: int
    platform: str
    name: str
    hint: PlaceHint
    sample: bool = False
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Item:
    """A normalised record on its way into the database."""

    source: SourceRef
    record: ScrapedRecord
    listing_id: int
    content: str
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
        content=content,
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


def unchanged_items(connection: Connection, items: Sequence[Item]) -> set[int]:
    """Listing ids of the items that are stored already, word for word."""
    stored = {
        row.id: row.content_hash
        for row in _by_id(
            connection,
            select(_listing.c.id, _listing.c.content_hash).where(_listing.c.removed_at.is_(None)),
            _listing.c.id,
            [each.listing_id for each in items],
        )
    }
    return {
        each.listing_id
        for each in items
        if stored.get(each.listing_id) == each.content_hash or (each.derived and each.listing_id in stored)
    }


def store(connection: Connection, items: Sequence[Item], now: datetime) -> Counts:
    """Store items in a write transaction that holds the store lock; twice the same items = once.

    Of several items with one listing id the last one counts, an event with a higher `sequence` before it.
    """
    counts = Counts()
    latest = _latest(items)
    skip = unchanged_items(connection, latest)
    changed = [understand(each) for each in latest if each.listing_id not in skip]
    counts.unchanged = len(skip)
    counts.events = sum(1 for each in latest if each.kind == "e")
    counts.groups = len(latest) - counts.events
    if not changed:
        return counts
    if not all(each.source.sample for each in changed):
        remove_samples(connection)
    groups = _Groups(connection, now)
    groups.store([each for each in changed if each.kind == "g"], counts)
    _Events(connection, now, groups).store([each for each in changed if each.kind == "e"], counts)
    groups.refresh_latest()
    touch(connection)
    return counts


def starts_of(connection: Connection, listing_ids: Sequence[int]) -> list[datetime]:
    """When the events of stored listings start."""
    query = select(_listing.c.start_at).where(_listing.c.start_at.is_not(None))
    return [row.start_at for row in _by_id(connection, query, _listing.c.id, listing_ids)]


def retire(
    connection: Connection, source_id: int, seen: set[int], now: datetime, horizon: datetime, share: float
) -> tuple[int, bool]:
    """Give tombstones to the source's coming events that it no longer lists.

    Only events up to `horizon` (the latest start listed) count: a feed of the next ten events drops the eleventh
    without a word. More than `share` of them missing at once is a fault of the answer, so none is retired.
    Returns how many were retired and whether the answer was refused as shrunken.
    """
    coming = connection.execute(
        select(_listing.c.id, _listing.c.event_id).where(
            _listing.c.source_id == source_id,
            _listing.c.kind == "e",
            _listing.c.removed_at.is_(None),
            _listing.c.start_at > now,
            _listing.c.start_at <= horizon,
        )
    ).all()
    vanished = [row for row in coming if row.id not in seen]
    if not vanished:
        return 0, False
    if len(vanished) > share * len(coming):
        return 0, True
    connection.execute(
        update(_listing).where(_listing.c.id == bindparam("listing")).values(removed_at=now),
        [{"listing": row.id} for row in vanished],
    )
    _bury(connection, {row.event_id for row in vanished}, now)
    touch(connection)
    return len(vanished), False


def remove_samples(connection: Connection) -> None:
    """Delete the bundled sample listings and everything made of them."""
    sources = [row.id for row in connection.execute(select(_source.c.id).where(_source.c.origin == "sample"))]
    if not sources:
        return
    for table, topic, reference in (
        (_event, _event_topic, "event_id"),
        (_group, _group_topic, "group_id"),
    ):
        ids = select(table.c.id).where(table.c.sample)
        connection.execute(delete(topic).where(topic.c[reference].in_(ids)))
    connection.execute(
        delete(_group_key).where(_group_key.c.group_id.in_(select(_group.c.id).where(_group.c.sample)))
    )
    connection.execute(delete(_event).where(_event.c.sample))
    connection.execute(delete(_group).where(_group.c.sample))
    connection.execute(delete(_listing).where(_listing.c.source_id.in_(sources)))
    connection.execute(delete(_source).where(_source.c.id.in_(sources)))


def touch(connection: Connection) -> None:
    """Count up the data version, from which ETags are made."""
    row = connection.execute(select(_meta.c.value).where(_meta.c.key == DATA_VERSION)).first()
    if row is None:
        connection.execute(insert(_meta).values(key=DATA_VERSION, value="1"))
    else:
        connection.execute(
            update(_meta).where(_meta.c.key == DATA_VERSION).values(value=str(int(row.value) + 1))
        )


class _Groups:
    """Groups of one batch: finds them by their keys, makes those nobody knows, remembers which were touched."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self.by_key: dict[int, int] = {}
        self.touched: set[int] = set()

    def store(self, items: Sequence[Item], counts: Counts) -> None:
        if not items:
            return
        understood = {
            each.listing_id: each.understood for each in items if isinstance(each.understood, UnderstoodGroup)
        }
        known = _known(self.connection, items, "group_id")
        self.find(each_key for group in understood.values() for each_key in group.keys)
        ids = new_ids(self.now, len(items))
        members: dict[int, list[Item]] = defaultdict(list)
        fresh: set[int] = set()
        for each in items:
            group = understood[each.listing_id]
            group_id = _first(
                known[each.listing_id].event_id if each.listing_id in known else None,
                *(self.by_key.get(each_key) for each_key in group.keys),
            )
            if group_id is None:
                group_id = next(ids)
                fresh.add(group_id)
                counts.inserted += 1
            elif each.listing_id in known:
                counts.updated += 1
            else:
                counts.attached += 1
            for each_key in group.keys:
                self.by_key.setdefault(each_key, group_id)
            members[group_id].append(each)
        _write_listings(
            self.connection, items, known, {i.listing_id: g for g, m in members.items() for i in m}, self.now
        )
        self._write(members, fresh, understood)

    def _write(
        self, members: dict[int, list[Item]], fresh: set[int], understood: dict[int, UnderstoodGroup]
    ) -> None:
        siblings = _siblings(self.connection, "group_id", set(members) - fresh)
        rows, keys, topics = [], {}, []
        for group_id, items in members.items():
            said = [(each.source.rank, each.listing_id, understood[each.listing_id]) for each in items]
            said += [
                (
                    sibling.source.rank,
                    sibling.listing_id,
                    understand_group(sibling.record, sibling.source.hint),
                )
                for sibling in siblings.get(group_id, ())
                if sibling.listing_id not in understood and isinstance(sibling.record, ScrapedGroup)
            ]
            group = merge_groups([each for *_, each in sorted(said, key=lambda each: each[:2])])
            rows.append(self._row(group_id, group, sample=all(each.source.sample for each in items)))
            keys.update(
                {each_key: group_id for each_key in group.keys if self.by_key.get(each_key) == group_id}
            )
            topics += [
                {"topic": topic, "cell": group.where.cell, "group_id": group_id}
                for topic in _topic_keys(group.topics)
            ]
        _replace(self.connection, _group, rows, fresh)
        _delete_by(self.connection, _group_topic.c.group_id, set(members) - fresh)
        _insert(self.connection, _group_topic, topics)
        have = {
            row.key for row in _by_id(self.connection, select(_group_key.c.key), _group_key.c.key, list(keys))
        }
        _insert(
            self.connection,
            _group_key,
            [{"key": each, "group_id": group_id} for each, group_id in keys.items() if each not in have],
        )
        self.touched |= set(members)

    def _row(self, group_id: int, group: UnderstoodGroup, *, sample: bool) -> dict[str, Any]:
        record, where = group.record, group.where
        return {
            "id": group_id,
            "name": record.name,
            "description": record.description,
            "url": record.url,
            "image": record.image,
            "members": record.members,
            "city": where.city,
            "region": where.region,
            "country": where.country,
            "lat": where.lat,
            "lon": where.lon,
            "cell": where.cell,
            "timezone": record.timezone or where.timezone,
            "topics": group.topics.to_json(),
            "career": group.topics.career,
            "sample": sample,
            "updated_at": self.now,
            "removed_at": None,
        }

    def find(self, keys: Iterable[int]) -> None:
        """Look keys up, so that `by_key` knows the groups behind them."""
        wanted = [each for each in dict.fromkeys(keys) if each not in self.by_key]
        for row in _by_id(
            self.connection, select(_group_key.c.key, _group_key.c.group_id), _group_key.c.key, wanted
        ):
            self.by_key[row.key] = row.group_id

    def of(self, event: ScrapedEvent) -> int | None:
        """The group behind an event's organiser, if it is known."""
        organizer = event.organizer
        if organizer is None:
            return None
        keys = group_keys(event.platform, organizer.uid or organizer.url or organizer.name, organizer.url)
        return _first(*(self.by_key.get(each) for each in keys))

    def refresh_latest(self) -> None:
        """Bring `latest_event_at` of the touched groups up to date."""
        for chunk in _chunks(sorted(self.touched)):
            latest = (
                select(func.max(_event.c.start_at))
                .where(
                    _event.c.group_id == _group.c.id,
                    _event.c.removed_at.is_(None),
                    _event.c.event_status != "EventCancelled",
                )
                .scalar_subquery()
            )
            self.connection.execute(
                update(_group).where(_group.c.id.in_(chunk)).values(latest_event_at=latest)
            )


class _Events:
    """Events of one batch: decides over each listing, then writes what changed."""

    def __init__(self, connection: Connection, now: datetime, groups: _Groups) -> None:
        self.connection = connection
        self.now = now
        self.groups = groups

    def store(self, items: Sequence[Item], counts: Counts) -> None:
        if not items:
            return
        understood = {
            each.listing_id: each.understood for each in items if isinstance(each.understood, UnderstoodEvent)
        }
        known = _known(self.connection, items, "event_id")
        self._find_groups(understood.values())
        new = {number: event for number, event in understood.items() if number not in known}
        near = _Near(self.connection, new.values(), self.groups)
        ids = new_ids(self.now, len(items))
        members: dict[int, list[Item]] = defaultdict(list)
        fresh: set[int] = set()
        for each in items:
            event = understood[each.listing_id]
            seen = _seen(event, each.source.id, self.groups.of(event.record))
            candidates = near.of(seen) if each.listing_id in new else {}
            decision = decide(seen, each.content_hash, known.get(each.listing_id), candidates.values())
            if isinstance(decision, Update | Unchanged):
                event_id = decision.event_id
                counts.updated += 1
            elif isinstance(decision, Attach):
                event_id = decision.event_id
                near.attach(candidates[event_id], each.source.id)
                counts.attached += 1
            else:
                event_id = next(ids)
                fresh.add(event_id)
                counts.inserted += 1
                near.add(Candidate(event_id, seen))
            members[event_id].append(each)
        _write_listings(
            self.connection,
            items,
            known,
            {i.listing_id: e for e, m in members.items() for i in m},
            self.now,
            understood,
        )
        self._write(members, fresh, understood)
        counts.event_rows += len(members)

    def _write(
        self, members: dict[int, list[Item]], fresh: set[int], understood: dict[int, UnderstoodEvent]
    ) -> None:
        old = set(members) - fresh
        siblings = _siblings(self.connection, "event_id", old)
        before = {
            row.group_id
            for row in _by_id(self.connection, select(_event.c.group_id), _event.c.id, sorted(old))
            if row.group_id is not None
        }
        rows, topics = [], []
        for event_id, items in members.items():
            said = [(each.source.rank, each.listing_id, understood[each.listing_id]) for each in items]
            said += [
                (
                    sibling.source.rank,
                    sibling.listing_id,
                    understand_event(sibling.record, sibling.source.hint),
                )
                for sibling in siblings.get(event_id, ())
                if sibling.listing_id not in understood and isinstance(sibling.record, ScrapedEvent)
            ]
            event = merge_events([each for *_, each in sorted(said, key=lambda each: each[:2])])
            rows.append(self._row(event_id, event, sample=all(each.source.sample for each in items)))
            topics += [
                {"topic": topic, "cell": event.where.cell, "start_at": event.start, "event_id": event_id}
                for topic in _topic_keys(event.topics)
            ]
        _replace(self.connection, _event, rows, fresh)
        _delete_by(self.connection, _event_topic.c.event_id, old)
        _insert(self.connection, _event_topic, topics)
        self.groups.touched |= before | {row["group_id"] for row in rows if row["group_id"] is not None}

    def _row(self, event_id: int, event: UnderstoodEvent, *, sample: bool) -> dict[str, Any]:
        record, where, price = event.record, event.where, event.record.price
        return {
            "id": event_id,
            "name": record.name,
            "description": record.description,
            "url": record.url,
            "url_key": event.url_key,
            "image": record.image,
            "start_at": event.start,
            "until_at": event.until,
            "has_end": record.end_date is not None,
            "timezone": event.timezone,
            "all_day": record.all_day,
            "local_minute": event.local_minute,
            "local_weekday": event.local_weekday,
            "event_status": record.event_status,
            "event_attendance_mode": record.event_attendance_mode,
            "place_name": where.name,
            "address": where.address,
            "city": where.city,
            "region": where.region,
            "country": where.country,
            "lat": where.lat,
            "lon": where.lon,
            "cell": where.cell,
            "group_id": self.groups.of(record),
            "is_free": record.is_accessible_for_free,
            "price_min": price.min if price else None,
            "price_max": price.max if price else None,
            "currency": price.currency if price else None,
            "language": record.in_language,
            "topics": event.topics.to_json(),
            "career": event.topics.career,
            "sample": sample,
            "updated_at": self.now,
            "removed_at": None,
        }

    def _find_groups(self, events: Iterable[UnderstoodEvent]) -> None:
        keys: set[int] = set()
        for event in events:
            organizer = event.record.organizer
            if organizer is not None:
                keys.update(
                    group_keys(
                        event.record.platform,
                        organizer.uid or organizer.url or organizer.name,
                        organizer.url,
                    )
                )
        self.groups.find(keys)


class _Near:
    """The events that new listings could be about: those at the same address, and those of the same group."""

    def __init__(self, connection: Connection, events: Iterable[UnderstoodEvent], groups: _Groups) -> None:
        self.by_url: dict[int, dict[int, Candidate]] = defaultdict(dict)
        self.by_group: dict[str, dict[int, Candidate]] = defaultdict(dict)
        events = list(events)
        if not events:
            return
        urls = sorted({event.url_key for event in events if event.url_key is not None})
        of_groups = sorted({number for event in events if (number := groups.of(event.record)) is not None})
        starts = [event.start for event in events]
        query = select(*(_event.c[name] for name in _SEEN_COLUMNS)).where(
            _event.c.merged_into.is_(None),
            _event.c.start_at >= min(starts) - _A_DAY,
            _event.c.start_at <= max(starts) + _A_DAY,
        )
        rows = {row.id: row for row in _by_id(connection, query, _event.c.url_key, urls)}
        rows |= {row.id: row for row in _by_id(connection, query, _event.c.group_id, of_groups)}
        sources: dict[int, set[int]] = defaultdict(set)
        speaking = select(_listing.c.event_id, _listing.c.source_id)
        for row in _by_id(connection, speaking, _listing.c.event_id, sorted(rows)):
            sources[row.event_id].add(row.source_id)
        for number, row in rows.items():
            self.add(Candidate(number, _seen_row(row, frozenset(sources[number]))))

    def add(self, candidate: Candidate) -> None:
        """One more event, stored or about to be."""
        if candidate.seen.url_key is not None:
            self.by_url[candidate.seen.url_key][candidate.event_id] = candidate
        if candidate.seen.sighting.group is not None:
            self.by_group[candidate.seen.sighting.group][candidate.event_id] = candidate

    def attach(self, candidate: Candidate, source_id: int) -> None:
        """Another source speaks of an event from now on."""
        sources = candidate.seen.sources | {source_id}
        self.add(replace(candidate, seen=replace(candidate.seen, sources=sources)))

    def of(self, seen: Seen) -> dict[int, Candidate]:
        """The candidates for a listing, by event."""
        by_url = self.by_url.get(seen.url_key, {}) if seen.url_key is not None else {}
        by_group = self.by_group.get(seen.sighting.group, {}) if seen.sighting.group is not None else {}
        return {**by_url, **by_group} if by_url and by_group else by_url or by_group


def _seen(event: UnderstoodEvent, source_id: int, group_id: int | None) -> Seen:
    record, where = event.record, event.where
    local = zone(event.timezone)
    return Seen(
        sighting=Sighting(
            id="",
            name=record.name,
            start=event.start.astimezone(local).date(),
            end=event.until.astimezone(local).date(),
            url=record.url,
            city=where.city,
            country=where.country,
            lat=where.lat,
            lon=where.lon,
            online=record.event_attendance_mode == "online",
            group=None if group_id is None else str(group_id),
        ),
        start=event.start,
        all_day=record.all_day,
        url_key=event.url_key,
        sources=frozenset({source_id}),
    )


def _seen_row(row: Any, sources: frozenset[int]) -> Seen:
    local = zone(row.timezone)
    return Seen(
        sighting=Sighting(
            id="",
            name=row.name,
            start=row.start_at.astimezone(local).date(),
            end=row.until_at.astimezone(local).date(),
            url=row.url,
            city=row.city,
            country=row.country,
            lat=row.lat,
            lon=row.lon,
            online=row.event_attendance_mode == "online",
            group=None if row.group_id is None else str(row.group_id),
        ),
        start=row.start_at,
        all_day=row.all_day,
        url_key=row.url_key,
        sources=sources,
    )


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


@dataclass(frozen=True, slots=True)
class _Sibling:
    source: SourceRef
    listing_id: int
    record: ScrapedRecord


def _siblings(connection: Connection, column: str, ids: set[int]) -> dict[int, list[_Sibling]]:
    """The live listings that stored events or groups were made of."""
    found: dict[int, list[_Sibling]] = defaultdict(list)
    query = select(_listing, *(_source.c[name].label(f"of_{name}") for name in SOURCE_COLUMNS)).join(
        _source, _source.c.id == _listing.c.source_id
    )
    for row in _by_id(
        connection, query.where(_listing.c.removed_at.is_(None)), _listing.c[column], sorted(ids)
    ):
        source = source_ref({name: getattr(row, f"of_{name}") for name in SOURCE_COLUMNS})
        found[getattr(row, column)].append(
            _Sibling(source, row.id, stored_record(row.kind, row.record, source))
        )
    return found


SOURCE_COLUMNS: Final = (
    "id", "platform", "name", "origin", "city", "region", "country", "lat", "lon", "timezone", "topics",
)  # fmt: skip


def source_ref(row: dict[str, Any]) -> SourceRef:
    """The reference of a row with `SOURCE_COLUMNS`."""
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
        rank=_RANK.get(row["platform"], 5),
    )


# Whose words count first: a platform's own structured page, then its calendar, then pages about others' events.
_RANK: Final = {"meetup": 1, "luma": 1, "ical": 3, "page": 4}


def stored_record(kind: str, content: str, source: SourceRef) -> ScrapedRecord:
    """The record of a listing row."""
    document = json.loads(content)
    document.update(type="event" if kind == "e" else "group", platform=source.platform, source=source.name)
    return from_json(document)


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


def _latest(items: Sequence[Item]) -> list[Item]:
    best: dict[int, Item] = {}
    for each in items:
        other = best.get(each.listing_id)
        if other is None or (not each.derived and _sequence(each) >= _sequence(other)):
            best[each.listing_id] = each
    return list(best.values())


def _sequence(each: Item) -> int:
    return each.record.sequence if isinstance(each.record, ScrapedEvent) else 0


def _known(connection: Connection, items: Sequence[Item], column: str) -> dict[int, Known]:
    target = _listing.c[column].label("target")
    query = select(_listing.c.id, target, _listing.c.content_hash, _listing.c.removed_at)
    return {
        row.id: Known(row.target, row.content_hash, row.removed_at is not None)
        for row in _by_id(connection, query, _listing.c.id, [each.listing_id for each in items])
        if row.target is not None
    }


def _write_listings(
    connection: Connection,
    items: Sequence[Item],
    known: dict[int, Known],
    targets: dict[int, int],
    now: datetime,
    events: dict[int, UnderstoodEvent] | None = None,
) -> None:
    column = "event_id" if events is not None else "group_id"
    new: list[dict[str, Any]] = []
    old: list[dict[str, Any]] = []
    for each in items:
        row = {
            "id": each.listing_id,
            "source_id": each.source.id,
            "kind": each.kind,
            "content_hash": each.content_hash,
            "event_id": None,
            "group_id": None,
            "start_at": events[each.listing_id].start if events is not None else None,
            "removed_at": None,
            "record": each.content,
        }
        row[column] = targets[each.listing_id]
        (old if each.listing_id in known else new).append(row)
    for row in new:
        row["first_seen_at"] = now
    _insert(connection, _listing, new)
    _update(connection, _listing, old)


def _bury(connection: Connection, event_ids: set[int], now: datetime) -> None:
    """Mark events removed that no live listing speaks of any more."""
    for chunk in _chunks(sorted(event_ids)):
        alive = select(_listing.c.event_id).where(
            _listing.c.event_id.in_(chunk), _listing.c.removed_at.is_(None)
        )
        living = {row.event_id for row in connection.execute(alive)}
        dead = [each for each in chunk if each not in living]
        groups = [
            row.group_id
            for row in connection.execute(select(_event.c.group_id).where(_event.c.id.in_(dead)).distinct())
            if row.group_id is not None
        ]
        connection.execute(update(_event).where(_event.c.id.in_(dead)).values(removed_at=now, updated_at=now))
        connection.execute(delete(_event_topic).where(_event_topic.c.event_id.in_(dead)))
        touched = _Groups(connection, now)
        touched.touched |= set(groups)
        touched.refresh_latest()


def _topic_keys(topics: Topics) -> set[int]:
    return {topic_key(kind, each) for kind, each in topics.pairs()}


def _replace(connection: Connection, table: Any, rows: list[dict[str, Any]], fresh: set[int]) -> None:
    _insert(connection, table, [row for row in rows if row["id"] in fresh])
    _update(connection, table, [row for row in rows if row["id"] not in fresh])


def _insert(connection: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _update(connection: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        columns = [name for name in rows[0] if name != "id"]
        statement = (
            update(table)
            .where(table.c.id == bindparam("key_id"))
            .values({name: bindparam(f"new_{name}") for name in columns})
        )
        connection.execute(
            statement,
            [{"key_id": row["id"], **{f"new_{name}": row[name] for name in columns}} for row in rows],
        )


def _delete_by(connection: Connection, column: Any, ids: set[int]) -> None:
    for chunk in _chunks(sorted(ids)):
        connection.execute(delete(column.table).where(column.in_(chunk)))


def _by_id(connection: Connection, query: Any, column: Any, ids: Sequence[int]) -> Iterator[Any]:
    for chunk in _chunks(ids):
        yield from connection.execute(query.where(column.in_(chunk)))


def _chunks(ids: Sequence[int]) -> Iterator[list[int]]:
    iterator = iter(ids)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk


def _first(*candidates: int | None) -> int | None:
    return next((each for each in candidates if each is not None), None)
