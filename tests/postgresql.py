"""PostgreSQL databases for tests: copies of a template, and one that is emptied after each test instead of made anew."""

from __future__ import annotations

import uuid

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

# What a test can change besides rows. A table that was renamed and named back is the same.
_SHAPE = """
SELECT (SELECT string_agg(nspname, ' ' ORDER BY nspname) FROM pg_namespace WHERE nspname !~ '^pg_'),
       (SELECT md5(string_agg(concat_ws(' ', c.oid, c.relname, a.attname, a.atttypid, a.attnotnull, a.atthasdef), ',' ORDER BY c.oid, a.attnum))
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = 'public'::regnamespace),
       (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_trigger), (SELECT count(*) FROM pg_proc),
       (SELECT string_agg(version_num, ' ') FROM alembic_version)
"""
_SEQUENCES = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL
"""
_OTHERS = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def administer(server: str, *statements: str) -> None:
    """Run statements outside of a transaction."""
    engine = create_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))


def named(server: str, name: str) -> str:
    """The address of a database of the server."""
    return make_url(server).set(database=name).render_as_string(hide_password=False)


class Copy:
    """A database of its own, copied from a template."""

    def __init__(self, server: str, template: str) -> None:
        self._server, self._name = server, f"nextcircle_test_{uuid.uuid4().hex[:12]}"
        self.url = named(server, self._name)
        administer(server, f"CREATE DATABASE {self._name} TEMPLATE {template}")

    def drop(self) -> None:
        """Remove it, whoever is connected."""
        administer(self._server, f"DROP DATABASE {self._name} WITH (FORCE)")


class Emptied:
    """A copy that one test after another gets: deleting rows takes a tenth of making a database."""

    def __init__(self, server: str, template: str) -> None:
        self._copy = Copy(server, template)
        self._engine = create_engine(self._copy.url, isolation_level="AUTOCOMMIT")
        self._connection = self._engine.connect()
        # Rows go in any order, and no trigger asks after them.
        self._connection.execute(text("SET session_replication_role = replica"))
        self._shape = self._connection.execute(text(_SHAPE)).one()
        self.url = self._copy.url

    def empty(self) -> bool:
        """Delete every row; False where a test cut the connection or left another schema than it found."""
        connection = self._connection
        try:
            connection.execute(text(_OTHERS))
            if connection.execute(text(_SHAPE)).one() != self._shape:
                return False
            for table in _with_rows(connection):
                connection.execute(text(f'DELETE FROM "{table}"'))
            connection.execute(text(_SEQUENCES))
        except DBAPIError:
            return False
        return True

    def drop(self) -> None:
        """Remove it."""
        self._connection.close()
        self._engine.dispose()
        self._copy.drop()


def _with_rows(connection: Connection) -> list[str]:
    tables = connection.scalars(
        text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
    ).all()
    asked = " UNION ALL ".join(f"SELECT '{each}' WHERE EXISTS (SELECT 1 FROM \"{each}\")" for each in tables)
    return list(connection.scalars(text(asked)).all())
