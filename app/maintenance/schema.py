"""The database's schema: whether it is this version's, and how it is brought up to date."""

from __future__ import annotations

from sqlalchemy import Engine, inspect
from sqlalchemy.exc import DatabaseError, OperationalError

import migrations
from app.db import Database, migration_engine
from app.models import Listing


class SchemaOldError(Exception):
    """The database has an older schema than this version needs; `nextcircle worker` or `serve` migrates it."""


class UnusableDatabaseError(Exception):
    """What is at the address is not a database of NextCircle, or one of a newer version; the message says what to do."""


def migrate(database: Database) -> None:
    """Bring the schema up to date; several processes at once take turns. Raises `UnusableDatabaseError` and changes nothing."""
    engine = migration_engine(database)
    try:
        if revision_of(database, engine) != migrations.newest():
            migrations.upgrade(engine)
    finally:
        engine.dispose()


def require_schema(database: Database) -> None:
    """Raise `SchemaOldError` unless the schema is this version's; `UnusableDatabaseError` as `migrate`."""
    engine = migration_engine(database)
    try:
        found = revision_of(database, engine)
    finally:
        engine.dispose()
    if found != migrations.newest():
        raise SchemaOldError(
            f"the database's schema is {found or 'empty'}, this version needs {migrations.newest()}: "
            "start `nextcircle worker` or `nextcircle serve` once, they migrate it"
        )


def revision_of(database: Database, engine: Engine) -> str | None:
    """The schema's revision, one that this version knows; None where there is nothing yet. Raises `UnusableDatabaseError`."""
    where = engine.url.database or engine.url.render_as_string(hide_password=True)
    another = "name another database in NEXTCIRCLE_DATABASE_URL"
    try:
        # Tables first: another process may bring them up in between, and the revision with them.
        tables = set(inspect(engine).get_table_names()) - {"alembic_version"}
        found = migrations.current(engine)
    except OperationalError:
        raise
    except DatabaseError as error:
        raise UnusableDatabaseError(
            f"{where} is damaged or not an SQLite database ({error.orig}); restore a backup, or {another}"
        ) from None
    ours = Listing.__tablename__ in tables
    if found is None and tables and (ours or database.is_sqlite):
        raise UnusableDatabaseError(f"{where} holds the tables of something else; {another}")
    if found is not None and found not in migrations.known():
        if ours:
            raise UnusableDatabaseError(
                f"{where} has the schema {found} of a newer version; install that version, or restore a backup of before it"
            )
        raise UnusableDatabaseError(f"{where} belongs to something else (its schema is {found}); {another}")
    return found
