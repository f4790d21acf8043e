"""Gives tombstones to events that no source lists any more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from app.ingest.store.groups import refresh_latest
from app.ingest.store.index import clear_events
from app.ingest.store.rows import EVENT, LISTING, by_id, change_number, chunks, touch


def starts_of(connection: Connection, listing_ids: Sequence[int]) -> list[datetime]:
    """When the events of stored listings start."""
    query = select(LISTING.c.start_at).where(LISTING.c.start_at.is_not(None))
    return [row.start_at for row in by_id(connection, query, LISTING.c.id, listing_ids)]


def retire(
    connection: Connection, source_id: int, seen: set[int], now: datetime, horizon: datetime, share: float
) -> tuple[int, bool]:
    """Give tombstones to the source's coming events that it no longer lists.

    Only events up to `horizon` (the latest start listed) count: a feed of the next ten events drops the eleventh
    without a word. More than `share` of them missing at once is a fault of the answer, so none is retired.
    Returns how many were retired and whether the answer was refused as shrunken.
    """
    coming = connection.execute(
        select(LISTING.c.id, LISTING.c.event_id).where(
            LISTING.c.source_id == source_id,
            LISTING.c.kind == "e",
            LISTING.c.removed_at.is_(None),
            LISTING.c.start_at > now,
            LISTING.c.start_at <= horizon,
        )
    ).all()
    vanished = [row for row in coming if row.id not in seen]
    if not vanished:
        return 0, False
    if len(vanished) > share * len(coming):
        return 0, True
    connection.execute(
        update(LISTING).where(LISTING.c.id == bindparam("listing")).values(removed_at=now),
        [{"listing": row.id} for row in vanished],
    )
    _retire_missing(connection, {row.event_id for row in vanished}, now)
    touch(connection)
    return len(vanished), False


def remove_events(connection: Connection, event_ids: Iterable[int], now: datetime) -> None:
    """Give events tombstones: they answer 410 and are found no more."""
    change = change_number(connection)
    for chunk in chunks(sorted(event_ids)):
        holders = select(EVENT.c.group_id).where(EVENT.c.id.in_(chunk), EVENT.c.group_id.is_not(None))
        groups = {row.group_id for row in connection.execute(holders)}
        clear_events(connection, chunk)
        connection.execute(
            update(EVENT).where(EVENT.c.id.in_(chunk)).values(removed_at=now, updated_at=now, change=change)
        )
        refresh_latest(connection, groups, change)


def _retire_missing(connection: Connection, event_ids: set[int], now: datetime) -> None:
    """Remove the events that no live listing speaks of any more."""
    alive = select(LISTING.c.event_id).where(LISTING.c.removed_at.is_(None))
    living = {row.event_id for row in by_id(connection, alive, LISTING.c.event_id, sorted(event_ids))}
    remove_events(connection, event_ids - living, now)
