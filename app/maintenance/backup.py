"""Backups while everything runs: an exact copy of an SQLite file, or every table in a form that both databases read.

The portable form is gzipped JSON lines: a head with the schema's revision, a line with the columns of each table before
its rows, and a foot that counts them, so that a cut file is noticed before anything is touched. It is read in one snapshot,
and moves an installation from SQLite to PostgreSQL.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson
from sqlalchemy import Connection, MetaData, Table, func, insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.types import JSON

import migrations
from app.db import Database, migration_engine, sqlite_module
from app.ingest.store.reindex import DERIVED, reindex

_FORMAT: Final = "nextcircle backup 1"
_BATCH: Final = 1_000
SQLITE_SUFFIXES: Final = (".sqlite", ".db")
Progress = Callable[[int], None]


class BackupError(ValueError):
    """It cannot be backed up or restored so; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a portable backup says of itself."""

    schema: str
    created_at: str


def backup(database: Database, path: Path, now: datetime, progress: Progress = lambda _: None) -> int:
    """Write a backup; its size in bytes. The file is whole or not there. Raises `BackupError` and OSError."""
    exact = path.suffix in SQLITE_SUFFIXES
    if exact and not database.is_sqlite:
        raise BackupError(f"{path.suffix} is a copy of an SQLite file; name a file .jsonl.gz for PostgreSQL")
    if path.exists():
        raise BackupError(f"{path} is there already; backups do not replace each other")
    waiting = path.with_name(f".{path.name}.part")
    try:
        if exact:
            _copy(_file(database), waiting)
        else:
            with gzip.open(waiting, "wb", compresslevel=6) as out:
                for line in _lines(database, now, progress):
                    out.write(line)
        waiting.replace(path)
    finally:
        waiting.unlink(missing_ok=True)
    return path.stat().st_size


def restore(
    database: Database, path: Path, progress: Progress = lambda _: None, *, replace: bool = False
) -> None:
    """Put a backup in the place of everything that is stored. Raises `BackupError` before anything is touched.

    Whatever was stored is refused to be overwritten without `replace`. Leases are free again and every row counts as
    changed, so that pollers see what came back.
    """
    if not replace and _holds_anything(database):
        raise BackupError("this database holds listings; say --replace to put the backup in their place")
    version = _data_version(database)
    if _is_sqlite_file(path):
        if not database.is_sqlite:
            raise BackupError(
                f"{path} is a copy of an SQLite file; back that installation up to a .jsonl.gz file to move it to PostgreSQL"
            )
        _check_copy(path)
        _copy(path, _file(database))
        _migrate(database)
    else:
        head = _checked(path, progress)
        _restore_tables(database, path, head)
    _settle(database, version)


def _lines(database: Database, now: datetime, progress: Progress) -> Iterator[bytes]:
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


def _checked(path: Path, progress: Progress) -> Head:
    """Read a whole portable backup without storing anything."""
    head: Head | None = None
    rows, foot = 0, None
    for line in _documents(path):
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


def _documents(path: Path) -> Iterator[Any]:
    try:
        with gzip.open(path, "rb") as lines:
            for line in lines:
                yield orjson.loads(line)
    except (EOFError, zlib.error, gzip.BadGzipFile, orjson.JSONDecodeError) as error:
        raise BackupError(f"{path} is cut or no backup of NextCircle: {error}") from None


def _restore_tables(database: Database, path: Path, head: Head) -> None:
    """Fill the tables again: in one transaction, so that readers see all of it or nothing, unless the schema was older.

    Then every table is emptied, the schema taken back to the backup's, filled, and brought up to date again.
    """
    if head.schema == migrations.newest():
        with database.write() as connection:
            database.lock_store(connection)
            if not database.is_sqlite:
                connection.execute(text("SET LOCAL statement_timeout = 0"))
            _empty(connection)
            _fill(connection, path)
            reindex(connection)
        return
    with database.write() as connection:
        database.lock_store(connection)
        _empty(connection)
    engine = migration_engine(database)
    try:
        migrations.downgrade(engine, head.schema)
        with engine.begin() as connection:
            _fill(connection, path)
        migrations.upgrade(engine)
    finally:
        engine.dispose()


def _empty(connection: Connection) -> None:
    for table in reversed(_tables(connection)):
        connection.execute(table.delete())


def _fill(connection: Connection, path: Path) -> None:
    tables = {table.name: table for table in _tables(connection)}
    table: Table | None = None
    names: list[str] = []
    waiting: list[dict[str, Any]] = []
    for line in _documents(path):
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


def _settle(database: Database, version: int) -> None:
    """After a restore: nothing is being fetched, and everything is new to who asks what changed."""
    with database.write() as connection:
        database.lock_store(connection)
        connection.execute(text("UPDATE source SET lease_owner = NULL, lease_until = NULL"))
        found = connection.execute(text("SELECT value FROM meta WHERE key = 'data_version'")).scalar()
        newest = max(version, int(found or 0)) + 1
        for table in ("event", "meetup_group"):
            connection.execute(text(f"UPDATE {table} SET change = :newest"), {"newest": newest})  # noqa: S608
        connection.execute(text("DELETE FROM meta WHERE key = 'data_version'"))
        connection.execute(
            text("INSERT INTO meta (key, value) VALUES ('data_version', :value)"), {"value": str(newest)}
        )


def _holds_anything(database: Database) -> bool:
    with database.read() as connection:
        real = (
            "SELECT 1 FROM listing l JOIN source s ON s.id = l.source_id WHERE s.origin <> 'sample' LIMIT 1"
        )
        return connection.execute(text(real)).first() is not None


def _data_version(database: Database) -> int:
    with database.read() as connection:
        found = connection.execute(text("SELECT value FROM meta WHERE key = 'data_version'")).scalar()
    return int(found or 0)


def _migrate(database: Database) -> None:
    engine = migration_engine(database)
    try:
        migrations.upgrade(engine)
    finally:
        engine.dispose()


def _file(database: Database) -> Path:
    return Path(str(make_url(database.url).database))


def _is_sqlite_file(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def _copy(source: Path, target: Path) -> None:
    """SQLite's online backup: readers and writers go on, and what is copied is of one moment."""
    module: Any = sqlite_module()
    with (
        contextlib.closing(module.connect(str(source), timeout=60)) as old,
        contextlib.closing(module.connect(str(target), timeout=60)) as new,
    ):
        # All pages in one step: with several, every write in between would begin it again.
        old.backup(new)


def _check_copy(path: Path) -> None:
    module: Any = sqlite_module()
    try:
        with contextlib.closing(module.connect(f"file:{path}?mode=ro", uri=True)) as copy:
            sound = copy.execute("PRAGMA quick_check").fetchone()[0]
            row = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    except module.DatabaseError as error:
        raise BackupError(f"{path} is damaged, or not an SQLite file of NextCircle: {error}") from None
    if sound != "ok":
        raise BackupError(f"{path} is damaged: {sound}")
    if row is None or row[0] not in migrations.known():
        raise BackupError(f"{path} has the schema {row and row[0]}, which only a newer version knows")
