"""SQLite files as a whole."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from app.core.private_files import make_private_file
from app.db import Database, sqlite_module


def file_of(database: Database) -> Path:
    """The file of an SQLite database."""
    return Path(str(make_url(database.url).database))


def copy_file(source: Path, target: Path) -> None:
    """SQLite's online backup: readers and writers go on, and what is copied is of one moment."""
    make_private_file(target)
    module: Any = sqlite_module()
    with (
        contextlib.closing(module.connect(str(source), timeout=60)) as old,
        contextlib.closing(module.connect(str(target), timeout=60)) as new,
    ):
        # All pages in one step: with several, every write in between would begin it again.
        old.backup(new)
