"""The sandbox: the whole API over a small data set that never changes, at a moment that never passes.

For the tests of tools that use the API: ids, dates, distances, cursors and ETags are the same on every machine and every
day. The data set is a portable backup in the package, restored into a file that is deleted at the end; nothing is fetched.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from fastapi import FastAPI

from app.db import Database
from app.main import create_app
from app.maintenance.backup import backup
from app.maintenance.dump import dump
from app.maintenance.restore import restore
from app.maintenance.schema import migrate
from app.samples import add_samples
from app.settings import Settings

# A Monday; the data set was made at this moment and is asked at it forever.
MOMENT: Final = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
_FILE: Final = "sandbox.jsonl.gz"


@contextmanager
def sandbox(settings: Settings) -> Iterator[FastAPI]:
    """The application of the sandbox, while the block runs."""
    with TemporaryDirectory(prefix="nextcircle-sandbox-") as folder:
        database = _empty(Path(folder))
        with resources.as_file(resources.files("app.samples") / _FILE) as path:
            restore(database, path)
        settings = settings.model_copy(update={"dump_dir": Path(folder) / "dump"})
        dump(database, settings.dump_folder, settings.base_url, MOMENT)
        try:
            yield create_app(settings, database, clock=lambda: MOMENT)
        finally:
            database.close()


def build(path: Path) -> None:
    """Make the data set again, with new ids: whoever relies on the old ones has to be told."""
    with TemporaryDirectory() as folder:
        database = _empty(Path(folder))
        asyncio.run(add_samples(database, MOMENT))
        path.unlink(missing_ok=True)
        backup(database, path, MOMENT)
        database.close()


def _empty(folder: Path) -> Database:
    database = Database(f"sqlite:///{folder / 'sandbox.sqlite'}")
    migrate(database)
    return database
