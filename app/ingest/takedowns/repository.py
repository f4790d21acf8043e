"""Take-downs in the database: requests for the operator, and the keys of what must never be stored again.

A key is the hash of a canonical address, of a group's id on its platform, or of one listing, as ingest makes them; so
what was taken down stays away whatever its sources say later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, update

from app.core.ids import internal, key, new_ids, public
from app.db import Also, Database, nothing
from app.ingest.store import change_number, clear_groups, remove_events, touch
from app.listings.items import Item
from app.listings.understand import group_keys, url_key
from app.listings.urls import canonical
from app.models import (
    Event,
    EventVariant,
    Group,
    GroupKey,
    HiddenKey,
    Listing,
    TakeDown,
)
from scrapers.records import ScrapedEvent

_take_down = TakeDown.__table__
_hidden = HiddenKey.__table__
_listing = Listing.__table__
_event = Event.__table__
_variant = EventVariant.__table__
_group = Group.__table__
_group_key = GroupKey.__table__
_CHUNK = 900


@dataclass(frozen=True, slots=True)
class Removed:
    """How much a take-down removed now; what comes later is refused without being counted."""

    events: int
    groups: int
    listings: int


def request_take_down(
    database: Database, action: str, target: str, contact: str, note: str | None, now: datetime
) -> str:
    """Keep what an organiser asks for; the id of the request."""
    identity = next(new_ids(now, 1))
    with database.write() as connection:
        connection.execute(
            insert(_take_down).values(
                id=identity, action=action, target=target, contact=contact, note=note, created_at=now
            )
        )
    return public(identity)


def take_downs(database: Database, *, open_only: bool = True) -> list[dict[str, Any]]:
    """Requests, the oldest first."""
    query = select(_take_down).order_by(_take_down.c.created_at, _take_down.c.id)
    if open_only:
        query = query.where(_take_down.c.done_at.is_(None))
    with database.read() as connection:
        rows = [dict(row) for row in connection.execute(query).mappings()]
    return [{**row, "id": public(row["id"])} for row in rows]


def settle(database: Database, public_id: str, now: datetime, also: Also = nothing) -> bool:
    """Mark a request as dealt with and forget who asked. False if none of this id is open."""
    with database.write() as connection:
        result = connection.execute(
            update(_take_down)
            .where(_take_down.c.id == internal(public_id), _take_down.c.done_at.is_(None))
            .values(done_at=now, contact="")
        )
        if result.rowcount:
            also(connection)
    return result.rowcount == 1


def forget_settled(database: Database, before: datetime) -> int:
    """Delete requests that were dealt with before a time; how many. What was removed stays away."""
    with database.write() as connection:
        return connection.execute(delete(_take_down).where(_take_down.c.done_at < before)).rowcount


def remove_listing(database: Database, target: str, now: datetime, also: Also = nothing) -> Removed:
    """Remove the events and groups of an address or public id, and refuse them from every later fetch.

    Raises ValueError for a target that is neither.
    """
    address, number = canonical(target), internal(target)
    if address is None and number is None:
        raise ValueError(f"{target!r} is neither a web address nor the id of an event or group")
    with database.write() as connection:
        database.lock_store(connection)
        groups = _groups_of(connection, address, number)
        events = _events_of(connection, address, number, groups)
        keys = _keys_of(connection, address, events, groups)
        listings = _listings_of(connection, events, groups)
        known = _stored(connection, keys | listings)
        fresh = sorted((keys | listings) - known)
        if fresh:
            connection.execute(
                insert(_hidden), [{"key": each, "target": target, "created_at": now} for each in fresh]
            )
        _take_away(connection, events, groups, listings, now)
        also(connection)
        touch(connection)
    return Removed(len(events), len(groups), len(listings))


def removed_targets(database: Database, limit: int = 200) -> list[tuple[str, datetime]]:
    """The addresses and ids that were removed for good, with the day, the latest first."""
    since = func.min(_hidden.c.created_at)
    query = select(_hidden.c.target, since.label("since")).group_by(_hidden.c.target)
    with database.read() as connection:
        rows = connection.execute(query.order_by(since.desc(), _hidden.c.target).limit(limit))
        return [(row.target, row.since) for row in rows]


def things_at(database: Database, target: str, limit: int = 50) -> list[tuple[str, int]]:
    """(events or groups, id) of what an address or a public id is of: the group, or else the events."""
    address, number = canonical(target), internal(target)
    if address is None and number is None:
        return []
    with database.read() as connection:
        groups = _groups_of(connection, address, number)
        if groups:
            return [("groups", each) for each in sorted(groups)]
        return [("events", each) for each in sorted(_events_of(connection, address, number, groups))][:limit]


def events_listed_at(database: Database, target: str, limit: int = 50) -> list[int]:
    """The events that have a listing at this address, even if their own link leads elsewhere."""
    address = canonical(target)
    if address is None:
        return []
    query = select(_variant.c.event_id).where(_variant.c.url_key == url_key(address))
    with database.read() as connection:
        return sorted({row.event_id for row in connection.execute(query.limit(limit))})


def visible(connection: Connection, items: Sequence[Item]) -> list[Item]:
    """The items without those that were taken down, in the transaction that stores them."""
    if connection.execute(select(_hidden.c.key).limit(1)).first() is None:
        return list(items)
    keys_of = {each.listing_id: _keys_of_item(each) for each in items}
    wanted = {key_ for keys in keys_of.values() for key_ in keys}
    hidden = _stored(connection, wanted)
    return [each for each in items if hidden.isdisjoint(keys_of[each.listing_id])] if hidden else list(items)


def _keys_of_item(each: Item) -> set[int]:
    record = each.record
    keys: set[int | None] = {each.listing_id}
    if isinstance(record, ScrapedEvent):
        keys.add(url_key(record.url))
        organizer = record.organizer
        if organizer is not None:
            uid = organizer.uid or organizer.url or organizer.name
            keys.update(group_keys(record.platform, uid, organizer.url))
    else:
        keys.update(group_keys(record.platform, record.uid, record.url))
    return {key_ for key_ in keys if key_ is not None}


def _groups_of(connection: Connection, address: str | None, number: int | None) -> set[int]:
    if address is not None:
        named = key("group-url", address)
        query = select(_group_key.c.group_id).where(_group_key.c.key == named)
        return {row.group_id for row in connection.execute(query)}
    return {row.id for row in connection.execute(select(_group.c.id).where(_group.c.id == number))}


def _events_of(connection: Connection, address: str | None, number: int | None, groups: set[int]) -> set[int]:
    either: list[ColumnElement[bool]] = [_event.c.group_id.in_(sorted(groups))]
    either.append(_event.c.url_key == url_key(address) if address is not None else _event.c.id == number)
    return {row.id for row in connection.execute(select(_event.c.id).where(or_(*either)))}


def _keys_of(connection: Connection, address: str | None, events: set[int], groups: set[int]) -> set[int]:
    """Every key that the things to remove are known by. Events of a group go by the group's, others by their own."""
    keys: set[int] = set()
    if address is not None:
        keys |= {key("event-url", address), key("group-url", address)}
    for chunk in _chunks(groups):
        found = select(_group_key.c.key).where(_group_key.c.group_id.in_(chunk))
        keys |= {row.key for row in connection.execute(found)}
    if not groups:
        for chunk in _chunks(events):
            own = select(_event.c.url_key).where(_event.c.id.in_(chunk), _event.c.url_key.is_not(None))
            keys |= {row.url_key for row in connection.execute(own)}
    return keys


def _listings_of(connection: Connection, events: set[int], groups: set[int]) -> set[int]:
    found: set[int] = set()
    for column, ids in ((_listing.c.event_id, events), (_listing.c.group_id, groups)):
        for chunk in _chunks(ids):
            found |= {row.id for row in connection.execute(select(_listing.c.id).where(column.in_(chunk)))}
    return found


def _take_away(
    connection: Connection, events: set[int], groups: set[int], listings: set[int], now: datetime
) -> None:
    for chunk in _chunks(listings):
        connection.execute(update(_listing).where(_listing.c.id.in_(chunk)).values(removed_at=now))
    remove_events(connection, events, now)
    for chunk in _chunks(groups):
        connection.execute(
            update(_group)
            .where(_group.c.id.in_(chunk))
            .values(removed_at=now, updated_at=now, change=change_number(connection))
        )
        clear_groups(connection, chunk)


def _stored(connection: Connection, keys: set[int]) -> set[int]:
    return {
        row.key
        for chunk in _chunks(keys)
        for row in connection.execute(select(_hidden.c.key).where(_hidden.c.key.in_(chunk)))
    }


def _chunks(ids: set[int]) -> list[list[int]]:
    ordered = sorted(ids)
    return [ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK)]
