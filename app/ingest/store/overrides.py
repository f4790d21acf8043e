"""An operator's word on what is the same: it counts more than any likeness, and stays when listings change."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, select

from app.ingest.store.rows import RULING, by_id, insert_rows

Pairs = set[tuple[int, int]]


def overrides_of(connection: Connection, listing_ids: Collection[int]) -> tuple[Pairs, Pairs]:
    """The pairs of these listings that were told to be the same, and those told to be different; lower id first."""
    if connection.execute(select(RULING.c.one).limit(1)).first() is None:
        return set(), set()
    known = set(listing_ids)
    rows = {
        (row.one, row.other): row.same
        for row in by_id(connection, select(RULING), RULING.c.one, sorted(known))
        if row.other in known
    }
    return {pair for pair, same in rows.items() if same}, {pair for pair, same in rows.items() if not same}


def rule(connection: Connection, pairs: Iterable[tuple[int, int]], now: datetime, *, same: bool) -> None:
    """Write the word down for pairs of listings; a later word on a pair replaces an earlier one."""
    ordered = sorted({(min(pair), max(pair)) for pair in pairs})
    for one, other in ordered:
        connection.execute(delete(RULING).where(RULING.c.one == one, RULING.c.other == other))
    insert_rows(
        connection,
        RULING,
        [{"one": one, "other": other, "same": same, "created_at": now} for one, other in ordered],
    )
