"""Backups while everything runs: an exact copy of an SQLite file, or every table in a form that both databases read.

The portable form is read in one snapshot, and moves an installation from SQLite to PostgreSQL.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import orjson

from app.auth.repository.audit import recorder
from app.core.private_files import make_private_file, make_private_folder
from app.db import Database
from app.maintenance.portable import BackupError, Progress, lines
from app.maintenance.sqlite_files import copy_file, file_of
from app.sources.repository.choices import remember, remembered

SQLITE_SUFFIXES: Final = (".sqlite", ".db")
_LAST: Final = "last_backup"


@dataclass(frozen=True, slots=True)
class LastBackup:
    """A backup that was made: when, its size in bytes, the name of its file."""

    at: datetime
    bytes: int
    name: str


def backup(database: Database, path: Path, now: datetime, progress: Progress = lambda _: None) -> int:
    """Write a backup; its size in bytes. The file is whole or not there, and only its owner reads it.

    Raises `BackupError` and OSError.
    """
    exact = path.suffix in SQLITE_SUFFIXES
    if exact and not database.is_sqlite:
        raise BackupError(f"{path.suffix} is a copy of an SQLite file; name a file .jsonl.gz for PostgreSQL")
    if path.exists():
        raise BackupError(f"{path} is there already; backups do not replace each other")
    waiting = path.with_name(f".{path.name}.part")
    try:
        make_private_file(waiting)
        if exact:
            copy_file(file_of(database), waiting)
        else:
            with gzip.open(waiting, "wb", compresslevel=6) as out:
                for line in lines(database, now, progress):
                    out.write(line)
        waiting.replace(path)
    finally:
        waiting.unlink(missing_ok=True)
    size = path.stat().st_size
    remember(database, _LAST, orjson.dumps([now.isoformat(), size, path.name]).decode())
    return size


def make_backup(database: Database, folder: Path, actor: str, now: datetime) -> Path:
    """Write a backup into a folder that only its owner reads, and log who wanted it; its file."""
    make_private_folder(folder)
    ending = "sqlite" if database.is_sqlite else "jsonl.gz"
    path = folder / f"nextcircle-{now:%Y%m%dT%H%M%SZ}.{ending}"
    backup(database, path, now)
    with database.write() as connection:
        recorder(actor, "backup.make", path.name, now)(connection)
    return path


def last_backup(database: Database) -> LastBackup | None:
    """The backup that was made last; None if none ever was."""
    kept = remembered(database, _LAST)
    if kept is None:
        return None
    at, size, name = orjson.loads(kept)
    return LastBackup(datetime.fromisoformat(at), size, name)


def last_restore(database: Database) -> datetime | None:
    """When this database was last made from a backup; None if it never was."""
    kept = remembered(database, "last_restore")
    return None if kept is None else datetime.fromisoformat(kept)
