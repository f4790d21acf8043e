"""Rows by their ids, with the columns that a step needs and no more: what walks found, made ready to be checked or shown."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, Final

import orjson

from app.db import Reading, is_sqlite, rows
from app.models import Event, Group
from app.models.columns import Table

# A named tuple with the columns that were asked for.
Row = Any


def _of(table: type[Table], left_out: tuple[str, ...] = ()) -> str:
    names = table.__table__.columns.keys()
    return ", ".join(f"e.{name}" for name in names if name not in left_out)


EVENT_PAGE: Final = f"{_of(Event, ('url_key', 'change', 'born'))}, g.name AS group_name, g.url AS group_url"
LIGHT_EVENT: Final = (
    "e.id, e.start_at, e.until_at, e.cell, e.lat, e.lon, e.topics, e.event_attendance_mode, e.event_status"
)
EVENT_TEXTS: Final = (
    f"{LIGHT_EVENT}, e.name, e.description, e.place_name, e.city, e.language, g.name AS group_name"
)
GROUP_PAGE: Final = _of(Group, ("name_key", "change", "born"))
LIGHT_GROUP: Final = "e.id, e.cell, e.lat, e.lon, e.latest_event_at, e.members, e.topics, e.name"
GROUP_TEXTS: Final = f"{LIGHT_GROUP}, e.description, e.city"
_EVENTS: Final = "SELECT {columns} FROM event e{join} WHERE e.id IN (SELECT value FROM json_each(:ids))"
_GROUPS: Final = "SELECT {columns} FROM meetup_group e WHERE e.id IN (SELECT value FROM json_each(:ids))"
_JOIN: Final = " LEFT JOIN meetup_group g ON g.id = e.group_id"
_BY_ARRAY: Final = "= ANY(CAST(:ids AS bigint[]))"
_CHUNK: Final = 5_000
# A row and its item take some kilobytes.
_MAX_ROWS: Final = 10_000


class RowCache:
    """Whole rows of events by id, and what was made of them, of one version of the data. For one thread."""

    def __init__(self) -> None:
        self.version = ""
        self.rows: dict[int, Row] = {}
        self.items: dict[int, Any] = {}

    def of(self, version: str) -> RowCache:
        """Itself, without what was read of another version of the data, nor the oldest rows if it holds too many."""
        if version != self.version:
            self.version = version
            self.rows.clear()
            self.items.clear()
        if len(self.rows) > _MAX_ROWS:
            # A tenth at once: the beginning of a dict that was often shortened there is slow to find.
            for number in list(islice(self.rows, _MAX_ROWS // 10)):
                del self.rows[number]
                self.items.pop(number, None)
        return self


def load_events(
    connection: Reading, ids: Sequence[int], columns: str, cache: RowCache | None = None
) -> dict[int, Row]:
    """Events by id; whole rows from the cache, if there is one."""
    if cache is not None and columns is EVENT_PAGE:
        missing = [each for each in ids if each not in cache.rows]
        if missing:
            cache.rows.update(load_events(connection, missing, columns))
        return cache.rows
    return _load(
        connection, _EVENTS.format(columns=columns, join=_JOIN if "g." in columns else ""), ids, columns
    )


def load_groups(connection: Reading, ids: Sequence[int], columns: str) -> dict[int, Row]:
    """Groups by id."""
    return _load(connection, _GROUPS.format(columns=columns), ids, columns)


def shown(columns: str, found: Sequence[Any]) -> list[Row]:
    """Plain rows with their columns' names."""
    make = _named(columns)._make
    return [make(each) for each in found]


@lru_cache(maxsize=50_000)  # thousands of events have the same few topics
def topics_of(text: str) -> dict[str, list[Any]]:
    """What a `topics` column says: kind -> [[id, confidence], ...]. Not to be changed."""
    said: dict[str, list[Any]] = orjson.loads(text)
    return said


def _load(connection: Reading, sql: str, ids: Sequence[int], columns: str) -> dict[int, Row]:
    found: dict[int, Row] = {}
    sqlite = is_sqlite(connection)
    if not sqlite:
        sql = sql.replace("IN (SELECT value FROM json_each(:ids))", _BY_ARRAY)
    for start in range(0, len(ids), _CHUNK):
        part = list(ids[start : start + _CHUNK])
        for row in shown(
            columns, rows(connection, sql, {"ids": orjson.dumps(part).decode() if sqlite else part})
        ):
            found[row.id] = row
    return found


@lru_cache(maxsize=32)
def _named(columns: str) -> Any:
    names = [each.strip().rpartition(" AS ")[2].rpartition(".")[2] for each in columns.split(",")]
    return namedtuple("Row", names)  # noqa: PYI024  the columns are known when it runs
