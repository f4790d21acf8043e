"""The portable form of a backup, which both databases write and read.

Gzipped JSON lines: a head with the schema's revision, a line with the columns of each table before its rows, and a foot that counts
them, so that a cut file is noticed before anything is touched.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson
from sqlalchemy import Connection, MetaData, Table, func, insert, select, text
from sqlalchemy.types import JSON

import migrations
from app.db import Database, migration_engine
from app.ingest.store.reindex import DERIVED

_FORMAT: Final = "nextcircle backup 1"
_BATCH: Final = 1_000
Progress = Callable[[int], None]


class BackupError(ValueError):
    """It cannot be backed up or restored so; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a portable backup says of itself."""

    schema: str
    created_at: str


def lines(database: Database, now: datetime, progress: Progress) -> Iterator[bytes]:
    engine = migration_engine(database)
    try:
        schema = migrations.current(engine)
    finally:
        engine.dispose()
    head = {"format": _FORMAT, "schema": schema, "created_at": now.isoformat()}
    yield orjson.dumps(head) + b"\n"
    rows = 0
    with _snapshot(database) as connection:
        for table in _tables(connection):
            names = [column.name for column in table.columns]
            yield orjson.dumps({"table": table.name, "columns": names}) + b"\n"
            result = connection.execution_options(yield_per=_BATCH).execute(select(table))
            for row in result:
                yield orjson.dumps([_written(value) for value in row]) + b"\n"
                rows += 1
            progress(rows)
    yield orjson.dumps({"rows": rows}) + b"\n"


@contextlib.contextmanager
def _snapshot(database: Database) -> Iterator[Connection]:
    """Everything read inside is of one moment, however long it takes."""
    if database.is_sqlite:
        with database.read() as connection:
            yield connection
        return
    with database.engine.connect() as plain:
        connection = plain.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            yield connection


def _tables(connection: Connection) -> list[Table]:
    """The tables there are, each after those it refers to; but for what migrations keep or is made from the others."""
    found = MetaData()
    found.reflect(connection)
    tables = [
        table for table in found.sorted_tables if not table.name.startswith(("alembic_version", *DERIVED))
    ]
    for table in tables:
        for column in table.columns:
            if isinstance(column.type, JSON):
                column.type = JSON(none_as_null=True)
    return tables


def _written(value: Any) -> Any:
    return {"b": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def checked(path: Path, progress: Progress) -> Head:
    """Read a whole portable backup without storing anything."""
    head: Head | None = None
    rows, foot = 0, None
    for line in documents(path):
        if head is None:
            if not isinstance(line, dict) or line.get("format") != _FORMAT:
                raise BackupError(f"{path} is not a NextCircle backup")
            head = Head(str(line["schema"]), str(line["created_at"]))
        elif isinstance(line, list):
            rows += 1
            if rows % _BATCH == 0:
                progress(rows)
        else:
            foot = line.get("rows", foot)
    if head is None or foot != rows:
        raise BackupError(f"{path} is cut: it holds {rows} rows and should hold {foot or 'more'}")
    if head.schema not in migrations.known():
        raise BackupError(f"{path} has the schema {head.schema}, which only a newer version knows")
    return head


def documents(path: Path) -> Iterator[Any]:
    try:
        with gzip.open(path, "rb") as lines:
            for line in lines:
                yield orjson.loads(line)
    except (EOFError, zlib.error, gzip.BadGzipFile, orjson.JSONDecodeError) as error:
        raise BackupError(f"{path} is cut or no backup of NextCircle: {error}") from None


def empty(connection: Connection) -> None:
    for table in reversed(_tables(connection)):
        connection.execute(table.delete())


def fill(connection: Connection, found: Iterable[Any]) -> None:
    tables = {table.name: table for table in _tables(connection)}
    table: Table | None = None
    names: list[str] = []
    waiting: list[dict[str, Any]] = []
    for line in found:
        if (isinstance(line, dict) and "table" in line) or len(waiting) >= _BATCH:
            _insert(connection, table, waiting)
            waiting = []
        if isinstance(line, list):
            waiting.append({name: _read(value) for name, value in zip(names, line, strict=True)})
        elif "table" in line:
            table, names = tables[line["table"]], line["columns"]
    _insert(connection, table, waiting)
    if connection.dialect.name == "postgresql":
        _go_on_counting(connection, tables)


def _insert(connection: Connection, table: Table | None, rows: list[dict[str, Any]]) -> None:
    if table is not None and rows:
        connection.execute(insert(table), rows)


def _read(value: Any) -> Any:
    return base64.b64decode(value["b"]) if isinstance(value, dict) and set(value) == {"b"} else value


def _go_on_counting(connection: Connection, tables: dict[str, Table]) -> None:
    """Numbers that PostgreSQL gives out go on after those that came back."""
    for name, table in tables.items():
        if "id" not in table.columns:
            continue
        sequence = connection.execute(
            text("SELECT pg_get_serial_sequence(:table, 'id')"), {"table": name}
        ).scalar()
        if sequence is not None:
            newest = connection.execute(select(func.coalesce(func.max(table.c.id), 1))).scalar()
            connection.execute(select(func.setval(sequence, newest)))
