"""Dates of one thing: a weekly evening of a group is shown once, with how many more dates follow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import orjson

from app.core.fold import fold
from app.db import Reading, is_sqlite, rows
from app.search.filters import LIVE, in_list
from app.search.rows import Row

# A series' group by its name, or without a group the cell that it is in; and the name of its events.
Series = tuple[str | int, str]

_DATES: Final = """
    SELECT e.group_id, e.cell, e.name, e.start_at FROM event e
    WHERE {in_list} AND e.start_at > :first AND {live} AND e.event_status <> 'EventCancelled'
"""


def series_of(row: Row) -> Series:
    """What an event is a date of. The row has its name, its cell and its group's name."""
    return row.group_name or row.cell, fold(row.name)


def first_dates(found: Iterable[Row]) -> Iterator[Row]:
    """Of every series the first row that comes."""
    met: set[Series] = set()
    for row in found:
        series = series_of(row)
        if series not in met:
            met.add(series)
            yield row


def more_dates(connection: Reading, page: Sequence[Row]) -> dict[int, int]:
    """How many dates of the same series come after each event of a page."""
    if not page:
        return {}
    first = min(row.start_at for row in page)
    by_group = {row.group_id for row in page if row.group_id is not None}
    by_cell = {row.cell for row in page if row.group_id is None}
    dates = [
        *_dates(connection, "group_id", by_group, first),
        *(each for each in _dates(connection, "cell", by_cell, first) if each[0] is None),
    ]
    starts: dict[tuple[int | None, int | None, str], list[int]] = {}
    for group, cell, name, start in dates:
        starts.setdefault((group, None if group is not None else cell, fold(name)), []).append(start)
    return {
        row.id: sum(
            start > row.start_at
            for start in starts.get(
                (row.group_id, None if row.group_id is not None else row.cell, fold(row.name)), ()
            )
        )
        for row in page
    }


def _dates(
    connection: Reading, column: str, values: Iterable[int], first: int
) -> list[tuple[int | None, int, str, int]]:
    listed = sorted(values)
    if not listed:
        return []
    sqlite = is_sqlite(connection)
    sql = _DATES.format(in_list=in_list(f"e.{column}", "values", sqlite=sqlite), live=LIVE)
    parameters = {"values": orjson.dumps(listed).decode() if sqlite else listed, "first": first}
    return rows(connection, sql, parameters)
