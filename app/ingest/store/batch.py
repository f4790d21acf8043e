"""A batch of items into the database: groups first, then the events that name them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from app.ingest.store.events import Events
from app.ingest.store.groups import Groups
from app.ingest.store.rows import LISTING, by_id, touch
from app.ingest.store.samples import remove_samples
from app.listings.items import Counts, Item, is_derived, latest, stored_name, understand


def store(connection: Connection, items: Sequence[Item], now: datetime) -> Counts:
    """Store items in a write transaction that holds the store lock; twice the same items = once.

    Of several items with one listing id the last one counts, an event with a higher `sequence` before it.
    """
    counts = Counts()
    said = latest(items)
    skip = unchanged_items(connection, said)
    changed = [understand(each) for each in said if each.listing_id not in skip]
    counts.unchanged = len(skip)
    counts.events = sum(1 for each in said if each.kind == "e")
    counts.groups = len(said) - counts.events
    if not changed:
        return counts
    if not all(each.source.sample for each in changed):
        remove_samples(connection)
    groups = Groups(connection, now)
    groups.store([each for each in changed if each.kind == "g"], counts)
    events = Events(connection, now, groups)
    events.store([each for each in changed if each.kind == "e"], counts)
    events.finish()
    touch(connection)
    return counts


def unchanged_items(connection: Connection, items: Sequence[Item]) -> set[int]:
    """Listing ids of the items that are stored already, word for word."""
    stored = {
        row.id: row.content_hash
        for row in by_id(
            connection,
            select(LISTING.c.id, LISTING.c.content_hash).where(LISTING.c.removed_at.is_(None)),
            LISTING.c.id,
            [each.listing_id for each in items],
        )
    }
    known = [each for each in items if each.derived and each.listing_id in stored]
    renamed = _renamed(connection, [each for each in known if stored[each.listing_id] != each.content_hash])
    return {
        each.listing_id
        for each in items
        if stored.get(each.listing_id) == each.content_hash
        or (each.derived and each.listing_id in stored and each.listing_id not in renamed)
    }


def _renamed(connection: Connection, derived: Sequence[Item]) -> set[int]:
    """Groups that are only known as organisers, and are called otherwise now; what else is stored of a group counts more."""
    names = {each.listing_id: each.record.name for each in derived}
    query = select(LISTING.c.id, LISTING.c.content)
    return {
        row.id
        for row in by_id(connection, query, LISTING.c.id, sorted(names))
        if is_derived(row.content) and stored_name(row.content) != names[row.id]
    }
