"""What changed since a poller asked last: rows by the number of their last change, in the order in which changes happened.

A change is numbered in the transaction that makes it, under the one lock of all who store, so that numbers become visible
in their order on both databases. Who goes on after the last number seen loses nothing.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

from app.db import Reading, rows
from app.search.engine import find_events, find_groups
from app.search.query import Query
from app.search.related import data_version
from app.search.rows import Row

Table = Literal["event", "meetup_group"]
# Changes looked at for one answer, at most; the next one goes on after them.
_MOST_LOOKED_AT: Final = 2_000
_BATCH: Final = 200
_CHANGED = """
    SELECT id, change, born, removed_at, merged_into FROM {table}
    WHERE change > :change OR (change = :change AND id > :id)
    ORDER BY change, id LIMIT {limit}
"""


class _Changed(NamedTuple):
    id: int
    change: int
    born: int
    removed_at: int | None
    merged_into: int | None


@dataclass(frozen=True, slots=True)
class Position:
    """Up to which change, and which row of it, a poller has seen everything."""

    change: int
    id: int


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows that are an answer now and ids that are none any more, in the order of their changes. `more`: ask again at once."""

    items: list[Row | int]
    position: Position
    more: bool
    distances: dict[int, float | None]


def beginning() -> Position:
    """Before the first change there ever was."""
    return Position(-1, -1)


def newest(connection: Reading) -> Position:
    """After the last change there is."""
    return Position(int(data_version(connection)), (1 << 63) - 1)


def changes_after(
    connection: Reading, table: Table, query: Query, after: Position, known: Container[int] | None = None
) -> Changes:
    """What changed after a position: `query` says what is an answer, its limit how many changes at most.

    What is not an answer (any more) is named by its id alone, unless it came into being after the position: then the poller
    cannot have it. So an id may be named that the poller never had, unless it is said which ones are `known`.
    """
    items: list[Row | int] = []
    distances: dict[int, float | None] = {}
    position, looked_at = after, 0
    while looked_at < _MOST_LOOKED_AT:
        parameters = {"change": position.change, "id": position.id}
        changed = [
            _Changed(*row) for row in rows(connection, _CHANGED.format(table=table, limit=_BATCH), parameters)
        ]
        answers = _answers(connection, table, query, changed, distances)
        for row in changed:
            if len(items) == query.limit:
                return Changes(items, position, True, distances)
            position = Position(row.change, row.id)
            looked_at += 1
            if row.id in answers:
                items.append(answers[row.id])
            elif row.born <= after.change if known is None else row.id in known:
                items.append(row.id)
        if len(changed) < _BATCH:
            return Changes(items, position, False, distances)
    return Changes(items, position, True, distances)


def _answers(
    connection: Reading,
    table: Table,
    query: Query,
    changed: list[_Changed],
    distances: dict[int, float | None],
) -> dict[int, Row]:
    living = frozenset(row.id for row in changed if row.removed_at is None and row.merged_into is None)
    if not living:
        return {}
    asked = replace(query, only=living, limit=len(living), after=None, facets=())
    found = find_events(connection, asked) if table == "event" else find_groups(connection, asked)
    distances.update(found.distances)
    return {row.id: row for row in found.rows}
