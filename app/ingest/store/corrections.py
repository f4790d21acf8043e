"""An operator's corrections of an event or group: hidden, or for other topics than we concluded. They outlive every fetch."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from app.ingest.store.rows import CORRECTION, EVENT, GROUP, by_id, insert_rows

# Ids of topics by kind: {"field": ["nursing"]}. A kind that is there replaces what was concluded of it.
Topics = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Correction:
    """What an operator said of one event or group."""

    hidden: bool = False
    topics: Topics | None = None


NONE = Correction()


def corrections_of(connection: Connection, ids: Iterable[int]) -> dict[int, Correction]:
    """The corrections of events and groups, which have no id in common."""
    if connection.execute(select(CORRECTION.c.id).limit(1)).first() is None:
        return {}
    query = select(CORRECTION)
    return {
        row.id: Correction(row.hidden, row.topics)
        for row in by_id(connection, query, CORRECTION.c.id, sorted(set(ids)))
    }


def hidden_things(connection: Connection, limit: int = 200) -> list[tuple[str, int, str, datetime]]:
    """(events or groups, id, name, since when) of what operators have hidden, the latest first."""
    found: list[tuple[str, int, str, datetime]] = []
    for things, table in (("events", EVENT), ("groups", GROUP)):
        query = (
            select(CORRECTION.c.id, CORRECTION.c.created_at, table.c.name)
            .join(table, table.c.id == CORRECTION.c.id)
            .where(CORRECTION.c.hidden)
            .order_by(CORRECTION.c.created_at.desc(), CORRECTION.c.id)
            .limit(limit)
        )
        found += [(things, row.id, row.name, row.created_at) for row in connection.execute(query)]
    return sorted(found, key=lambda each: each[3], reverse=True)[:limit]


def correct(connection: Connection, number: int, correction: Correction, now: datetime) -> None:
    """Set the correction of an event or group; an empty one is none."""
    connection.execute(delete(CORRECTION).where(CORRECTION.c.id == number))
    if correction != NONE:
        topics = None if correction.topics is None else dict(correction.topics)
        insert_rows(
            connection,
            CORRECTION,
            [{"id": number, "hidden": correction.hidden, "topics": topics, "created_at": now}],
        )


def redirect_merged(connection: Connection, merged: Mapping[int, int], now: datetime) -> None:
    """What was said of a merged id holds for its survivor, unless something else was said of that."""
    said = corrections_of(connection, (*merged, *merged.values())) if merged else {}
    for number, survivor in merged.items():
        if number in said:
            old, new = said[number], said.get(survivor, NONE)
            topics = new.topics if new.topics is not None else old.topics
            joined = replace(new, hidden=old.hidden or new.hidden, topics=topics)
            correct(connection, number, NONE, now)
            correct(connection, survivor, joined, now)
            said[survivor] = joined


def corrected(row: dict[str, Any], correction: Correction, now: datetime) -> dict[str, Any]:
    """The row of an event or group as the operator wants it."""
    if correction.topics is not None:
        topics = json.loads(row["topics"])
        for kind, ids in correction.topics.items():
            topics[kind] = [[each, 1.0] for each in ids]
        kept = {kind: topics[kind] for kind in ("field", "interest", "purpose") if topics.get(kind)}
        row = {**row, "topics": json.dumps(kept, separators=(",", ":"))}
    return {**row, "removed_at": now} if correction.hidden else row
