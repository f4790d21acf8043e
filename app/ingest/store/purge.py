"""Deletes what nobody asks for any more: events long over, tombstones, and the listings that they were made of."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, and_, func, or_, select

from app.ingest.store.index import clear_events, clear_groups
from app.ingest.store.rows import (
    CORRECTION,
    EVENT,
    GROUP,
    GROUP_KEY,
    GROUP_LINK,
    LISTING,
    RULING,
    by_id,
    delete_by,
    touch,
)

# Rows of one transaction, so that nobody waits for long.
BATCH: Final = 500


def purge_batch(connection: Connection, over_before: datetime | None, removed_before: datetime | None) -> int:
    """Delete some of what was over, or removed, before a time (None = nothing of it); how many rows. 0 = all is done.

    Groups keep the date of their latest event: that it is long ago is what makes them dormant.
    """
    for table, column, condition in _old(over_before, removed_before):
        ids = [row.id for row in connection.execute(select(table.c.id).where(condition).limit(BATCH))]
        if not ids:
            continue
        if table is EVENT:
            clear_events(connection, ids)
        else:
            clear_groups(connection, ids)
            for owned in (GROUP_KEY, GROUP_LINK):
                delete_by(connection, owned.c.group_id, ids)
        listings = [row.id for row in by_id(connection, select(LISTING.c.id), column, ids)]
        for each in (RULING.c.one, RULING.c.other, LISTING.c.id):
            delete_by(connection, each, listings)
        delete_by(connection, CORRECTION.c.id, ids)
        delete_by(connection, table.c.id, ids)
        touch(connection)
        return len(ids)
    return 0


def count_old(connection: Connection, over_before: datetime | None, removed_before: datetime | None) -> int:
    """How many events and groups a purge would delete now."""
    return sum(
        connection.execute(select(func.count()).select_from(table).where(condition)).scalar_one()
        for table, _, condition in _old(over_before, removed_before)
    )


def _old(over_before: datetime | None, removed_before: datetime | None) -> list[tuple[Any, Any, Any]]:
    """(table, column of its listings, what is old of it)."""
    events = []
    # What an operator hides may be shown again, and must not come back as something new.
    said = select(CORRECTION.c.id)
    if over_before is not None:
        # What is over began before: the start has an index.
        events.append(and_(EVENT.c.start_at < over_before, EVENT.c.until_at < over_before))
    if removed_before is not None:
        events.append(and_(EVENT.c.removed_at < removed_before, EVENT.c.id.not_in(said)))
    old: list[tuple[Any, Any, Any]] = [(EVENT, LISTING.c.event_id, or_(*events))] if events else []
    if removed_before is not None:
        # What was merged leads on for good.
        gone = and_(GROUP.c.removed_at < removed_before, GROUP.c.id.not_in(said))
        old.append((GROUP, LISTING.c.group_id, gone))
    return old
