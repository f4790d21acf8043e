"""The migrations make exactly the tables that the models declare, up and down, on both databases."""

from __future__ import annotations

import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlmodel import SQLModel

import migrations
from app.db import Database, migration_engine
from app.maintenance.schema import SchemaOldError, migrate, require_schema


def test_the_models_and_the_migrations_say_the_same(database: Database):
    engine = migration_engine(database)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": _is_declared}
        )
        assert compare_metadata(context, SQLModel.metadata) == []
    engine.dispose()


def _is_declared(name: str | None, kind: str, parents: object) -> bool:
    """The text index is made of what SQLModel cannot declare: virtual tables, tsvectors."""
    return kind != "table" or not str(name).startswith(("event_text", "group_text"))


def test_going_down_leaves_nothing_and_going_up_again_leaves_everything(database: Database):
    engine = migration_engine(database)
    before = set(inspect(engine).get_table_names())
    migrations.downgrade(engine)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    migrations.upgrade(engine)
    assert set(inspect(engine).get_table_names()) == before
    engine.dispose()


def test_an_old_schema_is_refused_with_what_to_do(database: Database):
    engine = migration_engine(database)
    migrations.downgrade(engine)
    with pytest.raises(SchemaOldError, match="nextcircle serve"):
        require_schema(database)
    engine.dispose()


def test_many_processes_may_migrate_at_once(database: Database):
    engine = migration_engine(database)
    migrations.downgrade(engine)
    failures: list[Exception] = []

    def bring_up() -> None:
        own = Database(database.url)
        try:
            migrate(own)
        except Exception as error:
            failures.append(error)
        finally:
            own.close()

    threads = [threading.Thread(target=bring_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert migrations.current(engine) == migrations.newest()
    engine.dispose()
