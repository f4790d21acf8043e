"""The database's schema: whether it is this version's, and how it is brought up to date."""

from __future__ import annotations

import migrations
from app.db import Database, migration_engine


class SchemaOldError(Exception):
    """The database has an older schema than this version needs; `nextcircle worker` or `serve` migrates it."""


def migrate(database: Database) -> None:
    """Bring the schema up to date; several processes at once take turns."""
    engine = migration_engine(database)
    try:
        if migrations.current(engine) != migrations.newest():
            migrations.upgrade(engine)
    finally:
        engine.dispose()


def require_schema(database: Database) -> None:
    """Raise `SchemaOldError` unless the schema is this version's."""
    engine = migration_engine(database)
    try:
        found = migrations.current(engine)
    finally:
        engine.dispose()
    if found != migrations.newest():
        raise SchemaOldError(
            f"the database's schema is {found or 'empty'}, this version needs {migrations.newest()}: "
            "start `nextcircle worker` or `nextcircle serve` once, they migrate it"
        )
