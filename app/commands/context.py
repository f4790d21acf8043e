"""What a command needs before it starts: its input, settings and a database; and how its failure is told.

Exit codes: 0 answered, 1 the input could not be used at all, 2 wrong usage or settings, 3 the schema is too old.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from app.commands.output import complain

if TYPE_CHECKING:
    from app.db import Database
    from app.settings import Settings


@contextmanager
def explained() -> Iterator[None]:
    """Turn what can go wrong into a sentence and an exit code."""
    try:
        yield
    except OSError as error:
        complain(f"{error.filename or ''}: {error.strerror or error}".lstrip(": "))
        raise typer.Exit(1) from None
    except Exception as error:  # noqa: BLE001  told or raised again
        raise _exit_of(error) from None


def _exit_of(error: Exception) -> Exception:
    """The exit code for an expected failure, after its message was printed; other errors unchanged."""
    # Asked only now: these rooms need the database's libraries, which cost half a second.
    from app.db import DatabaseAwayError
    from app.maintenance.schema import SchemaOldError, UnusableDatabaseError
    from app.settings import SettingsError
    from app.taxonomy.additions import AdditionsError

    if isinstance(error, SettingsError | AdditionsError):
        for sentence in error.problems:
            complain(sentence)
        return typer.Exit(2)
    if isinstance(error, SchemaOldError):
        complain(str(error))
        return typer.Exit(3)
    if isinstance(error, UnusableDatabaseError):
        complain(str(error))
        return typer.Exit(1)
    if isinstance(error, DatabaseAwayError):
        complain(f"the database cannot be reached: {error}")
        return typer.Exit(1)
    return error


@contextmanager
def opened(*, migrate: bool = True, patient: bool = False) -> Iterator[tuple[Settings, Database]]:
    """Settings and database; the schema is brought up to date, on PostgreSQL only if `migrate`, else it must be this version's.

    What is `patient` waits for a database that is away.
    """
    from app.core.logs import log_to_stderr
    from app.db import Database
    from app.maintenance.schema import migrate as bring_up
    from app.maintenance.schema import require_schema
    from app.runtime.patience import WAIT_SECONDS, when_there
    from app.settings import read_settings

    with explained():
        settings = read_settings()
        log_to_stderr(settings.log_level, settings.log_format)
        take_in_taxonomy(settings)
        database = Database(settings.resolved_database_url, pool_size=settings.pool_size)
        try:
            prepare = bring_up if migrate or database.is_sqlite else require_schema
            when_there(lambda: prepare(database), seconds=WAIT_SECONDS if patient else 0.0)
            yield settings, database
        finally:
            database.close()


@contextmanager
def opened_for_reading() -> Iterator[tuple[Settings, Database]]:
    """Settings and a database that is there already; nothing of it is made or migrated."""
    from app.core.logs import log_to_stderr
    from app.db import Database
    from app.maintenance.schema import require_schema
    from app.settings import read_settings

    with explained():
        settings = read_settings()
        log_to_stderr(settings.log_level, settings.log_format)
        file = settings.database_file
        if file is not None and not file.exists():
            complain(f"{file}: no database here yet; `nextcircle serve` creates and fills one")
            raise typer.Exit(1)
        database = Database(settings.resolved_database_url, pool_size=settings.pool_size)
        try:
            require_schema(database)
            yield settings, database
        finally:
            database.close()


def take_in_taxonomy(settings: Settings | None = None) -> None:
    """Take in the operator's own fields, interests and purposes, before the first use of the taxonomy."""
    from app.settings import read_settings

    folder = (settings or read_settings()).taxonomy_folder
    if folder.is_dir():
        from app.taxonomy.additions import read_additions
        from app.taxonomy.taxonomy import extend

        extend(read_additions(folder))


def input_lines() -> Iterator[str]:
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", "replace").rstrip("\r\n")
