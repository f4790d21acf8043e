"""Takes records through ingest: normalise -> locate -> classify -> match -> store, in this order.

A bad item is counted, never raised. `ingest` is the whole of it; `app.fetching.fetch_source` retrieves and parses before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.exc import IntegrityError

from app.db import MUCH_PATIENCE_SECONDS, Database
from app.ingest.store import store, unchanged_items
from app.ingest.takedowns.repository import visible
from app.listings.items import Counts, Item, SourceRef, derived_groups, item, latest, understand
from app.listings.normalise import Rejected, normalise
from scrapers.records import ScrapedEvent, ScrapedGroup, ScrapedRecord

# What one transaction stores: about half a second of work, so that no other writer waits much longer.
PIECE: Final = 1_000


def ingest(
    database: Database, listings: Iterable[tuple[SourceRef, ScrapedRecord]], now: datetime
) -> tuple[Counts, list[Rejected]]:
    """Bring records into the database; the counts, and what was rejected and why."""
    items, rejected = prepare(listings, now)
    counts = put(database, understand_changed(database, items), now)
    counts.rejected = len(rejected)
    return counts, rejected


def put(database: Database, items: Sequence[Item], now: datetime) -> Counts:
    """Store understood items, a piece in each transaction; what was taken down stays away."""
    counts = Counts()
    for piece in pieces(items):
        try:
            counts.add(_put_piece(database, piece, now))
        except IntegrityError:
            # Another process took one of the new ids in the same second: the next ones are others.
            counts.add(_put_piece(database, piece, now))
    return counts


def _put_piece(database: Database, piece: Sequence[Item], now: datetime) -> Counts:
    with database.write(MUCH_PATIENCE_SECONDS) as connection:
        database.lock_store(connection)
        return store(connection, visible(connection, piece), now)


def pieces(items: Iterable[Item]) -> list[list[Item]]:
    """What to store in one transaction each, at least one: every listing once, groups before the events that name them."""
    said = sorted(latest(items), key=lambda each: each.kind != "g")
    return [said[at : at + PIECE] for at in range(0, len(said), PIECE)] or [[]]


def prepare(
    listings: Iterable[tuple[SourceRef, ScrapedRecord]], now: datetime
) -> tuple[list[Item], list[Rejected]]:
    """Normalised items, with the groups that their events name as organisers; and what was rejected."""
    items: list[Item] = []
    rejected: list[Rejected] = []
    by_source: dict[int, tuple[SourceRef, list[ScrapedEvent], list[ScrapedGroup]]] = {}
    for source, record in listings:
        normal = normalise(record, now)
        if isinstance(normal, Rejected):
            rejected.append(normal)
            continue
        items.append(item(source, normal))
        _, events, groups = by_source.setdefault(source.id, (source, [], []))
        if isinstance(normal, ScrapedEvent):
            events.append(normal)
        else:
            groups.append(normal)
    for source, events, groups in by_source.values():
        items += [item(source, group, derived=True) for group in derived_groups(events, groups)]
    return items, rejected


def understand_changed(database: Database, items: Sequence[Item]) -> list[Item]:
    """The items, those that are new or changed with their conclusions: outside of any write transaction."""
    with database.read() as connection:
        skip = unchanged_items(connection, items)
    return [each if each.listing_id in skip else understand(each) for each in items]


__all__ = ["Counts", "Rejected", "SourceRef", "ingest", "prepare", "put", "understand_changed", "visible"]
