"""Makes the text index again from the rows of events and groups: after a restore, and once for what older versions stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, text

from app.ingest.store.index import (
    EventText,
    clear_event_texts,
    count_words,
    put_event_texts,
    put_group_texts,
)
from app.ingest.store.rows import chunks, topic_keys
from app.textindex.documents import event_text, group_text
from app.textindex.tokens import Indexed

# Tables that are made from others and stand in no backup.
DERIVED: Final = ("event_text", "group_text")
_BATCH: Final = 1_000
_EVENT: Final = """
    SELECT e.id, e.name, e.description, e.place_name, e.city, e.cell, e.start_at, e.until_at, e.language, e.topics,
           g.name AS organizer
    FROM event e LEFT JOIN meetup_group g ON g.id = e.group_id
    WHERE e.removed_at IS NULL AND e.merged_into IS NULL AND
"""
_EVENTS: Final = f"{_EVENT} e.id > :after ORDER BY e.id LIMIT :batch"
_GROUPS: Final = """
    SELECT id, name, description, city, cell FROM meetup_group
    WHERE removed_at IS NULL AND merged_into IS NULL AND id > :after ORDER BY id LIMIT :batch
"""


def reindex(connection: Connection) -> None:
    """Empty the text index and fill it; the words met are counted again as well."""
    _empty(connection)
    for rows in _batches(connection, _EVENTS):
        count_words(connection, (each.words for each in _put(connection, rows)))
    for rows in _batches(connection, _GROUPS):
        put_group_texts(
            connection,
            {row.id: group_text(row.name, (row.description, row.city), row.cell).terms for row in rows},
        )


def reindex_events(connection: Connection, event_ids: Iterable[int]) -> None:
    """Put the texts of some live events into the index again, by their rows and the names of their groups."""
    statement = text(f"{_EVENT} e.id IN :ids ORDER BY e.id").bindparams(bindparam("ids", expanding=True))
    for chunk in chunks(sorted(event_ids)):
        rows = list(connection.execute(statement, {"ids": chunk}))
        clear_event_texts(connection, {row.id: row.start_at for row in rows})
        _put(connection, rows)


def _put(connection: Connection, rows: Sequence[Row[Any]]) -> list[Indexed]:
    found = [
        event_text(
            row.name,
            (row.description, row.place_name, row.city, row.organizer),
            row.language,
            row.cell,
            row.until_at - row.start_at,
            topic_keys(row.topics),
        )
        for row in rows
    ]
    texts = [EventText(row.id, row.start_at, each.terms) for row, each in zip(rows, found, strict=True)]
    put_event_texts(connection, texts)
    return found


def _empty(connection: Connection) -> None:
    connection.execute(text("DELETE FROM word"))
    connection.execute(text("DELETE FROM event_text"))
    if connection.dialect.name == "sqlite":
        for name in ("event_text_terms", "group_text_terms"):
            connection.exec_driver_sql(f"INSERT INTO {name} ({name}) VALUES ('delete-all')")  # noqa: S608
    else:
        connection.execute(text("DELETE FROM group_text"))


def _batches(connection: Connection, query: str) -> Iterator[list[Row[Any]]]:
    after = -1
    while rows := list(connection.execute(text(query), {"after": after, "batch": _BATCH})):
        yield rows
        after = rows[-1].id
