"""One event or group by its public id, the coming events of a group, and what is around some points."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from app.core.errors import ProblemError
from app.core.ids import internal, public
from app.db import Reading
from app.search.activity import meetings_by_month
from app.search.engine import find_events, find_groups
from app.search.query import Circle, Query
from app.search.related import one, related_of_events, related_of_groups
from app.search.rows import Row, RowCache
from app.search.series import more_dates
from app.service.pages import event_items, group_items
from app.service.serialize import distance_json, event_json, group_json


class MergedError(Exception):
    """The id belongs to something that was merged into another: `id` is the public id of the survivor."""

    def __init__(self, survivor: int) -> None:
        super().__init__(survivor)
        self.id = public(survivor)


def event_document(connection: Reading, event_id: str, base_url: str) -> dict[str, Any]:
    """An `EventOut`. Raises `MergedError`, or a problem: 404 for an unknown id, 410 for a removed event."""
    row = _live_row(connection, "event", event_id)
    return event_json(row, related_of_events(connection, [row]), base_url) | distance_json(None)


def group_document(connection: Reading, group_id: str, now: datetime, base_url: str) -> dict[str, Any]:
    """A `GroupOut`. Raises `MergedError`, or a problem: 404 for an unknown id, 410 for a removed group."""
    row = live_group(connection, group_id)
    return group_json(row, related_of_groups(connection, [row], now), base_url, now) | distance_json(None)


def live_group(connection: Reading, group_id: str) -> Row:
    """The row of a group. Raises as `group_document` does."""
    return _live_row(connection, "meetup_group", group_id)


def coming_events(
    connection: Reading, group_id: str, now: datetime, base_url: str, limit: int = 20
) -> list[dict[str, Any]]:
    """The next events of a group, as `EventOut`s."""
    found = find_events(connection, Query(now=now, group_id=internal(group_id), limit=limit))
    return event_items(connection, found, base_url, RowCache())


def meetings_document(connection: Reading, group_id: str, now: datetime) -> list[tuple[date, int]]:
    """How many events a group held in each of the last twelve months, as the first days of the months."""
    number = internal(group_id)
    return [] if number is None else meetings_by_month(connection, number, now)


def around(
    connection: Reading, circles: tuple[Circle, ...], now: datetime, base_url: str, limit: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The best groups and the next events inside any of the circles: `GroupOut`s and `EventOut`s."""
    groups = find_groups(connection, Query(now=now, areas=circles, limit=limit, sort="relevance"))
    events = find_events(connection, Query(now=now, areas=circles, limit=limit, collapse=True))
    more = more_dates(connection, events.rows)
    return (
        group_items(connection, groups, now, base_url),
        [
            item | {"more_dates": more[row.id]}
            for item, row in zip(
                event_items(connection, events, base_url, RowCache()), events.rows, strict=True
            )
        ],
    )


def _live_row(connection: Reading, table: str, public_id: str) -> Row:
    name = "event" if table == "event" else "group"
    number = internal(public_id)
    row = one(connection, table, number) if number is not None else None
    if row is None:
        raise ProblemError(404, f"no {name} has this id")
    if row.merged_into is not None:
        raise MergedError(row.merged_into)
    if row.removed_at is not None:
        raise ProblemError(410, f"this {name} was removed by its sources or the operator")
    return row
