"""Rows in and out of the tables in chunks that every database takes; and the version of the data as a whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, Final

from sqlalchemy import JSON, Connection, Table, bindparam, delete, insert, select, update

from app.models import (
    Correction,
    Event,
    EventTopic,
    EventVariant,
    Group,
    GroupKey,
    GroupLink,
    GroupTopic,
    Listing,
    MatchRuling,
    Meta,
    Source,
    UtcTime,
)
from app.taxonomy.keys import topic_key

_CHUNK: Final = 900
DATA_VERSION: Final = "data_version"
UTC_TIME: Final = UtcTime()

LISTING: Final = Listing.__table__
EVENT: Final = Event.__table__
EVENT_TOPIC: Final = EventTopic.__table__
EVENT_VARIANT: Final = EventVariant.__table__
GROUP: Final = Group.__table__
GROUP_TOPIC: Final = GroupTopic.__table__
GROUP_KEY: Final = GroupKey.__table__
SOURCE: Final = Source.__table__
GROUP_LINK: Final = GroupLink.__table__
CORRECTION: Final = Correction.__table__
RULING: Final = MatchRuling.__table__
_META: Final = Meta.__table__


def insert_rows(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows that all have the same columns.

    Straight to the driver where no value needs more than a time turned into seconds: half of the time went into types.
    """
    if not rows:
        return
    names = list(rows[0])
    types = [type(table.c[name].type) for name in names]
    if JSON in types:
        connection.execute(insert(table), rows)
        return
    marks = ", ".join(["?" if connection.dialect.name == "sqlite" else "%s"] * len(names))
    sql = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608  names of the schema
    values = [[row[name] for name in names] for row in rows]
    for place, kind in enumerate(types):
        if kind is UtcTime:
            for each in values:
                each[place] = UTC_TIME.process_bind_param(each[place], connection.dialect)
    connection.exec_driver_sql(sql, [tuple(each) for each in values])


def update_rows(connection: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    """Update rows by their `id`; all have the same columns."""
    if rows:
        columns = [name for name in rows[0] if name != "id"]
        statement = (
            update(table)
            .where(table.c.id == bindparam("key_id"))
            .values({name: bindparam(f"new_{name}") for name in columns})
        )
        connection.execute(
            statement,
            [{"key_id": row["id"], **{f"new_{name}": row[name] for name in columns}} for row in rows],
        )


def replace_rows(
    connection: Connection, table: Any, rows: list[dict[str, Any]], fresh: set[int], change: int
) -> None:
    """Insert the rows whose id is fresh, update the others; `change` as `change_number` has it."""
    new = [{**row, "change": change, "born": change} for row in rows if row["id"] in fresh]
    insert_rows(connection, table, new)
    update_rows(connection, table, [{**row, "change": change} for row in rows if row["id"] not in fresh])


def delete_by(connection: Connection, column: Any, ids: Iterable[int]) -> None:
    """Delete the rows that have one of the ids in a column."""
    for chunk in chunks(sorted(ids)):
        connection.execute(delete(column.table).where(column.in_(chunk)))


def by_id(connection: Connection, query: Any, column: Any, ids: Iterable[int]) -> Iterator[Any]:
    """The rows of a query that have one of the ids in a column."""
    for chunk in chunks(ids):
        yield from connection.execute(query.where(column.in_(chunk)))


def chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    """As many ids as one statement takes."""
    iterator = iter(ids)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk


@lru_cache(maxsize=16_384)  # thousands of events have the same few topics
def topic_keys(topics: str) -> frozenset[int]:
    """The numbers of the topics that a `topics` column names."""
    return frozenset(topic_key(kind, each) for kind, found in json.loads(topics).items() for each, _ in found)


def change_number(connection: Connection) -> int:
    """What every change of this transaction is numbered with: the data version that `touch` makes at its end.

    The transaction holds the store lock, so that numbers become visible in their order: who has read all changes up to
    one has missed none.
    """
    row = connection.execute(select(_META.c.value).where(_META.c.key == DATA_VERSION)).first()
    return 1 if row is None else int(row.value) + 1


def touch(connection: Connection) -> None:
    """Count up the data version, from which ETags are made."""
    row = connection.execute(select(_META.c.value).where(_META.c.key == DATA_VERSION)).first()
    if row is None:
        connection.execute(insert(_META).values(key=DATA_VERSION, value="1"))
    else:
        connection.execute(
            update(_META).where(_META.c.key == DATA_VERSION).values(value=str(int(row.value) + 1))
        )
