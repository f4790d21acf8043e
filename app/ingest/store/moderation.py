"""An operator's word on what is stored: which events and groups are one, which are hidden, what they are for.

Each takes a write transaction that holds the store lock, keeps the word so that later fetches keep to it, and writes what
follows at once. The caller counts up the data version.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from itertools import combinations, product
from typing import Any, Literal

from sqlalchemy import Connection, select, update

from app.core.ids import new_ids
from app.ingest.store.corrections import NONE, Topics, correct, corrections_of
from app.ingest.store.events import Events
from app.ingest.store.groups import Groups
from app.ingest.store.listings import listings_of
from app.ingest.store.overrides import rule
from app.ingest.store.rows import EVENT, GROUP, GROUP_KEY, LISTING, by_id
from app.listings.understand import group_keys

Kind = Literal["event", "group"]


class CuratingError(ValueError):
    """What was asked cannot be done; the message says why."""


def moderated_listings(connection: Connection, kind: Kind, number: int) -> list[Any]:
    """The listings of an event or group with their sources, live ones first."""
    found = listings_of(connection, f"{kind}_id", [number]).get(number, [])
    return sorted(found, key=lambda each: (each.source.rank, each.listing_id))


def merge(connection: Connection, kind: Kind, numbers: Iterable[int], now: datetime) -> int:
    """Make events or groups one for good; the id that survives."""
    ids = sorted(set(numbers))
    listings = {each: _listing_ids(connection, kind, each) for each in ids}
    empty = [each for each, found in listings.items() if not found]
    if len(ids) < 2 or empty:
        raise CuratingError("needs two or more that are there")
    rule(
        connection,
        (pair for one, other in combinations(ids, 2) for pair in product(listings[one], listings[other])),
        now,
        same=True,
    )
    groups = Groups(connection, now)
    events = Events(connection, now, groups)
    if kind == "event":
        events.rematch(each for found in listings.values() for each in found)
    else:
        groups.written |= set(ids)
        groups.shared |= {(one, other) for one, other in combinations(ids, 2)}
    events.finish()
    return _survivor(connection, kind, ids[0])


def part(
    connection: Connection, kind: Kind, number: int, listings: Iterable[int], now: datetime
) -> list[int]:
    """Part listings from the others of an event or group for good; the ids there are then, the old one first."""
    all_ = set(_listing_ids(connection, kind, number))
    away = set(listings) & all_
    if not away or away == all_:
        raise CuratingError("names no listing of it, or all of them; some have to stay")
    rule(connection, product(away, all_ - away), now, same=False)
    groups = Groups(connection, now)
    events = Events(connection, now, groups)
    if kind == "event":
        settled = events.rematch(all_)
        ids = {settled.of[each] for each in all_}
    else:
        ids = {number, _part_group(connection, groups, number, away, now)}
    events.finish()
    return [number, *sorted(ids - {number})]


def confirm(connection: Connection, kind: Kind, number: int, now: datetime) -> None:
    """Say that all listings of an event or group are one, so that later fetches keep to it."""
    rule(connection, combinations(_listing_ids(connection, kind, number), 2), now, same=True)


def hide(connection: Connection, kind: Kind, number: int, now: datetime, *, hidden: bool) -> None:
    """Hide an event, or a group with its events, until it is shown again."""
    said = corrections_of(connection, [number]).get(number, NONE)
    correct(connection, number, replace(said, hidden=hidden), now)
    _write_anew(connection, kind, number, now)


def reclassify(connection: Connection, kind: Kind, number: int, topics: Topics | None, now: datetime) -> None:
    """Set what an event or group is for; None = what we conclude ourselves."""
    said = corrections_of(connection, [number]).get(number, NONE)
    correct(connection, number, replace(said, topics=topics or None), now)
    _write_anew(connection, kind, number, now)


def _write_anew(connection: Connection, kind: Kind, number: int, now: datetime) -> None:
    groups = Groups(connection, now)
    if kind == "group":
        groups.rewrite([number])
        # The events of a hidden group are hidden with it.
        ids = {row.id for row in connection.execute(select(EVENT.c.id).where(EVENT.c.group_id == number))}
    else:
        ids = {number}
    events = Events(connection, now, groups)
    events.rewrite(ids)
    events.finish()


def _part_group(connection: Connection, groups: Groups, number: int, away: set[int], now: datetime) -> int:
    """Give listings of a group one of their own: an id that went up in it before, or else a new one."""
    row = connection.execute(
        select(GROUP.c.id).where(GROUP.c.merged_into == number).order_by(GROUP.c.id).limit(1)
    ).first()
    fresh = row is None
    other: int = next(new_ids(now, 1)) if row is None else row.id
    said = listings_of(connection, "group_id", [number])[number]
    mine = {key for each in said if each.listing_id not in away for key in _keys(each.record)}
    theirs = {key for each in said if each.listing_id in away for key in _keys(each.record)} - mine
    if theirs:
        connection.execute(
            update(GROUP_KEY).where(GROUP_KEY.c.key.in_(sorted(theirs))).values(group_id=other)
        )
    connection.execute(update(LISTING).where(LISTING.c.id.in_(sorted(away))).values(group_id=other))
    if not fresh:
        connection.execute(update(GROUP).where(GROUP.c.id == other).values(merged_into=None, removed_at=None))
    groups.by_key = {key: other if key in theirs else of for key, of in groups.by_key.items()}
    groups.write_stored({number, other}, {other} if fresh else set())
    # Events go with the group that their organiser is.
    events = [row.id for row in connection.execute(select(EVENT.c.id).where(EVENT.c.group_id == number))]
    Events(connection, now, groups).rewrite(events)
    return other


def _keys(record: Any) -> tuple[int, ...]:
    return group_keys(record.platform, record.uid, record.url)


def _listing_ids(connection: Connection, kind: Kind, number: int) -> list[int]:
    column = LISTING.c[f"{kind}_id"]
    query = select(LISTING.c.id).where(LISTING.c.removed_at.is_(None), LISTING.c.kind == kind[0])
    return sorted(row.id for row in by_id(connection, query, column, [number]))


def _survivor(connection: Connection, kind: Kind, number: int) -> int:
    table = EVENT if kind == "event" else GROUP
    row = connection.execute(select(table.c.merged_into).where(table.c.id == number)).one()
    return number if row.merged_into is None else int(row.merged_into)
