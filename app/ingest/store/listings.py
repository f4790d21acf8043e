"""The listing rows: what is known of a listing, and what every source said of an event or group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import Connection, select

from app.ingest.store.rows import LISTING, SOURCE, by_id, insert_rows, update_rows
from app.listings.items import SOURCE_COLUMNS, Item, SourceRef, source_ref, stored_record
from app.listings.understand import UnderstoodEvent, UnderstoodGroup
from scrapers.records import ScrapedRecord

Understood = TypeVar("Understood", UnderstoodEvent, UnderstoodGroup)
_OF_SOURCE: Final = [SOURCE.c[name].label(f"of_{name}") for name in SOURCE_COLUMNS]


@dataclass(frozen=True, slots=True)
class Said:
    """A live listing as it is stored. `target` is the event or group it is of."""

    listing_id: int
    source: SourceRef
    record: ScrapedRecord
    target: int
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Part(Generic[Understood]):
    """What one source says of an event or group, understood."""

    listing_id: int
    source: SourceRef
    first_seen_at: datetime
    understood: Understood

    @property
    def precedence(self) -> tuple[int, datetime, int, int]:
        """The lowest one leads: the best source, and of equal ones the one that was there first.

        Listing ids come last, since they are hashes of a uid that the source chooses.
        """
        return self.source.rank, self.first_seen_at, self.source.id, self.listing_id


def first_seen(connection: Connection, listing_ids: Iterable[int]) -> dict[int, datetime]:
    """When listings were first seen, of those that are stored."""
    query = select(LISTING.c.id, LISTING.c.first_seen_at)
    return {row.id: row.first_seen_at for row in by_id(connection, query, LISTING.c.id, sorted(listing_ids))}


def targets(connection: Connection, items: Sequence[Item], column: str) -> dict[int, int]:
    """The event or group (`column`) of the listings that are stored already, removed ones too."""
    target = LISTING.c[column].label("target")
    return {
        row.id: row.target
        for row in by_id(
            connection, select(LISTING.c.id, target), LISTING.c.id, [each.listing_id for each in items]
        )
        if row.target is not None
    }


def listings_of(connection: Connection, column: str, ids: Iterable[int]) -> dict[int, list[Said]]:
    """The live listings that stored events or groups (`column`) were made of."""
    found: dict[int, list[Said]] = defaultdict(list)
    query = select(LISTING, *_OF_SOURCE).join(SOURCE, SOURCE.c.id == LISTING.c.source_id)
    for row in by_id(connection, query.where(LISTING.c.removed_at.is_(None)), LISTING.c[column], sorted(ids)):
        source, target = _source_of(row), getattr(row, column)
        record = stored_record(row.kind, row.content, source)
        found[target].append(Said(row.id, source, record, target, row.first_seen_at))
    return found


def live_records(connection: Connection) -> Iterator[ScrapedRecord]:
    """Every live listing but samples, ordered by source and time; read piece by piece."""
    query = (
        select(LISTING.c.kind, LISTING.c.content, *_OF_SOURCE)
        .join(SOURCE, SOURCE.c.id == LISTING.c.source_id)
        .where(LISTING.c.removed_at.is_(None), SOURCE.c.origin != "sample")
        .order_by(SOURCE.c.id, LISTING.c.kind.desc(), LISTING.c.start_at, LISTING.c.id)
    )
    for row in connection.execution_options(yield_per=2_000).execute(query):
        yield stored_record(row.kind, row.content, _source_of(row))


def _source_of(row: Any) -> SourceRef:
    return source_ref({name: getattr(row, f"of_{name}") for name in SOURCE_COLUMNS})


def write_listings(
    connection: Connection,
    items: Sequence[Item],
    known: Mapping[int, int],
    column: str,
    of: Mapping[int, int],
    starts: Mapping[int, datetime],
    now: datetime,
) -> None:
    """Insert or update the rows of items; `of` is the event or group (`column`) that each is of."""
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
            "start_at": starts.get(each.listing_id),
            "removed_at": None,
            "content": each.content,
        }
        row[column] = of[each.listing_id]
        (old if each.listing_id in known else new).append(row)
    for row in new:
        row["first_seen_at"] = now
    insert_rows(connection, LISTING, new)
    update_rows(connection, LISTING, old)
