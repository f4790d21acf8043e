"""Restoring a backup: it is made whole in a file of its own first, and only then put in the place of what is stored.

So a damaged file, a row that does not fit or the end of the process leaves everything as it was.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

import migrations
from app.auth.repository.keys import keys
from app.core.clock import utc_now
from app.db import Database, migration_engine, sqlite_module
from app.digest.repository.secrets import leave_home
from app.ingest.store.reindex import reindex
from app.maintenance.portable import BackupError, Head, Progress, checked, documents, empty, fill, lines
from app.maintenance.sqlite_files import copy_file, file_of


@dataclass(frozen=True, slots=True)
class Restored:
    """What came along: the valid API keys of the backup, each with its scopes, which open this installation now."""

    keys: tuple[str, ...] = ()


def restore(
    database: Database, path: Path, progress: Progress = lambda _: None, *, replace: bool = False
) -> Restored:
    """Put a backup in the place of everything that is stored. Raises `BackupError` and leaves everything as it is.

    Whatever was stored is refused to be overwritten without `replace`. Leases are free again and every row counts as
    changed, so that pollers see what came back.
    """
    if not replace and _holds_anything(database):
        raise BackupError("this database holds listings; say --replace to put the backup in their place")
    if _is_sqlite_file(path):
        if not database.is_sqlite:
            raise BackupError(
                f"{path} is a copy of an SQLite file; back that installation up to a .jsonl.gz file to move it to PostgreSQL"
            )
        _restore_copy(database, path)
    else:
        head = checked(path, progress)
        if head.schema == migrations.newest():
            _restore_rows(database, path, documents(path))
        else:
            with _brought_up_to_date(path, head) as found:
                _restore_rows(database, path, found)
    valid = [each for each in keys(database) if each["revoked_at"] is None]
    return Restored(tuple(f"{each['name']} ({' '.join(each['scopes'])})" for each in valid))


def _restore_copy(database: Database, path: Path) -> None:
    version = _version_of(database)
    with _workspace(file_of(database).parent) as made:
        _check_copy(path)
        copy_file(path, file_of(made))
        _check_objects(made, path)
        _migrate(made)
        with made.write() as connection:
            _settle(connection, version)
        made.close()
        # In one step of SQLite's: a process that is killed here leaves what was stored before.
        copy_file(file_of(made), file_of(database))


def _restore_rows(database: Database, path: Path, found: Iterable[Any]) -> None:
    """Fill the tables again in one transaction, so that readers see all of it or nothing."""
    try:
        with database.write() as connection:
            database.lock_store(connection)
            if not database.is_sqlite:
                connection.execute(text("SET LOCAL statement_timeout = 0"))
                if (connection.dialect.server_version_info or (0,)) >= (17,):
                    connection.execute(text("SET LOCAL transaction_timeout = 0"))
            version = _data_version(connection)
            empty(connection)
            fill(connection, found)
            reindex(connection)
            _settle(connection, version)
    except (DBAPIError, KeyError, ValueError) as error:
        if isinstance(error, BackupError):
            raise
        raise BackupError(f"{path} holds a row that does not fit: {type(error).__name__}") from None


@contextlib.contextmanager
def _brought_up_to_date(path: Path, head: Head) -> Iterator[Iterator[Any]]:
    """The documents of an older backup as this version would have written them."""
    with _workspace(None) as made:
        engine = migration_engine(made)
        try:
            migrations.upgrade(engine, head.schema)
            with engine.begin() as connection:
                fill(connection, documents(path))
            migrations.upgrade(engine)
        except DBAPIError as error:
            raise BackupError(f"{path} holds a row that does not fit: {type(error).__name__}") from None
        finally:
            engine.dispose()
        yield (orjson.loads(line) for line in lines(made, utc_now(), lambda _: None))


@contextlib.contextmanager
def _workspace(folder: Path | None) -> Iterator[Database]:
    """A database in a folder of its own, which goes at the end."""
    with tempfile.TemporaryDirectory(prefix=".nextcircle-restore-", dir=folder) as made:
        database = Database(f"sqlite:///{Path(made) / 'restored.sqlite'}", pool_size=1)
        try:
            yield database
        finally:
            database.close()


def _settle(connection: Connection, version: int) -> None:
    """Nothing is being fetched, nobody is mailed, and everything is new to who asks what changed."""
    leave_home(connection)
    # Who was logged in when the backup was made is not logged in now.
    connection.execute(text("DELETE FROM operator_session"))
    connection.execute(text("DELETE FROM meta WHERE key = 'last_restore'"))
    connection.execute(
        text("INSERT INTO meta (key, value) VALUES ('last_restore', :value)"),
        {"value": utc_now().isoformat()},
    )
    connection.execute(text("UPDATE source SET lease_owner = NULL, lease_until = NULL"))
    newest = max(version, _data_version(connection)) + 1
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


def _version_of(database: Database) -> int:
    with database.read() as connection:
        return _data_version(connection)


def _data_version(connection: Connection) -> int:
    found = connection.execute(text("SELECT value FROM meta WHERE key = 'data_version'")).scalar()
    return int(found or 0)


def _migrate(database: Database) -> None:
    engine = migration_engine(database)
    try:
        migrations.upgrade(engine)
    finally:
        engine.dispose()


def _is_sqlite_file(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"


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


def _check_objects(copied: Database, path: Path) -> None:
    """Raise `BackupError` for tables, triggers or views that no migration creates: a trigger would run in this installation."""
    engine = migration_engine(copied)
    try:
        revision = migrations.current(engine)
    finally:
        engine.dispose()
    with _workspace(None) as made:
        reference = migration_engine(made)
        try:
            migrations.upgrade(reference, revision or "base")
        finally:
            reference.dispose()
        ours, theirs = _objects(made), _objects(copied)
    for name in sorted(ours.keys() | theirs.keys()):
        if ours.get(name) != theirs.get(name):
            what = "lacks" if name not in theirs else "has its own" if name in ours else "holds"
            raise BackupError(
                f"{path} {what} {' '.join(name)}, which is not as NextCircle makes it; nothing was restored"
            )


def _objects(database: Database) -> dict[tuple[str, str], Any]:
    """(kind, name) -> the table it is of and its columns."""
    found: dict[tuple[str, str], Any] = {}
    with database.read() as connection:
        rows = connection.execute(text("SELECT type, name, tbl_name FROM sqlite_master")).all()
        for kind, name, table in rows:
            # Statistics and the like, which SQLite makes by itself.
            if name.startswith("sqlite_"):
                continue
            columns = connection.execute(text("SELECT * FROM pragma_table_xinfo(:name)"), {"name": name})
            found[kind, name] = table, [tuple(each)[1:] for each in columns]
    return found
