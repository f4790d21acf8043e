"""Databases for tests: every test that asks for `database` runs on SQLite and on a real PostgreSQL.

The server comes from a pip package and is started once; NEXTCIRCLE_TEST_DATABASE_URL names another one. Each test gets
a database of its own, copied from one that was migrated once.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from app.db import Database
from app.maintenance.schema import migrate
from app.samples import add_samples
from benchmarks.processes import postgresql_server
from tests.postgresql import Copy, Emptied, administer, named

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
_TEMPLATE = "nextcircle_test_template"

# Speed is measured in benchmarks/: a busy machine must not fail a test. The same examples every time, so that a change
# is judged by what it changed; `--hypothesis-profile default` looks for new ones.
settings.register_profile(
    "same", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("same")


@pytest.fixture(autouse=True)
def _settings_of_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting or `.env` of the person who runs the tests reaches them."""
    for name in list(os.environ):
        if name.startswith("NEXTCIRCLE_") and name != "NEXTCIRCLE_TEST_DATABASE_URL":
            monkeypatch.delenv(name)
    monkeypatch.setenv("NEXTCIRCLE_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def now() -> datetime:
    """The moment at which tests happen: Monday 23 November 2026, noon UTC."""
    return NOW


@pytest.fixture(scope="session", name="postgresql_server")
def _postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL server that may create databases."""
    with postgresql_server(durable=False) as address:
        yield address


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> str:
    """A migrated database to copy."""
    administer(postgresql_server, f"DROP DATABASE IF EXISTS {_TEMPLATE}", f"CREATE DATABASE {_TEMPLATE}")
    database = Database(named(postgresql_server, _TEMPLATE))
    migrate(database)
    database.close()
    return _TEMPLATE


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture(scope="session")
def sqlite_samples(sqlite_template: Path) -> Path:
    """The same with the sample listings of `now`."""
    path = sqlite_template.with_name("samples.sqlite")
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    asyncio.run(add_samples(database, NOW))
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture(scope="session")
def postgresql_samples(postgresql_server: str, postgresql_template: str) -> str:
    """The same with the sample listings of `now`."""
    name = f"{postgresql_template}_samples"
    administer(
        postgresql_server,
        f"DROP DATABASE IF EXISTS {name}",
        f"CREATE DATABASE {name} TEMPLATE {postgresql_template}",
    )
    database = Database(named(postgresql_server, name))
    asyncio.run(add_samples(database, NOW))
    database.close()
    return name


@pytest.fixture(scope="session")
def postgresql_emptied(postgresql_server: str) -> Iterator[list[Emptied]]:
    """The database that tests without samples get one after another, once there is one."""
    made: list[Emptied] = []
    yield made
    for each in made:
        each.drop()


@pytest.fixture
def samples() -> None:
    """Asked for, it makes `database` hold the sample listings of `now`; reading them anew for every test takes a second each."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test of a database on both, or on SQLite alone where its module says that it is about something else."""
    if "database_url" in metafunc.fixturenames:
        alone = metafunc.definition.get_closest_marker("one_database") is not None
        metafunc.parametrize("database_url", ["sqlite"] if alone else ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated database of this test's own, on each of the two: empty, or with the `samples`."""
    template = "samples" if "samples" in request.fixturenames else "template"
    if request.param == "sqlite":
        path = tmp_path / "nextcircle.sqlite"
        shutil.copy(request.getfixturevalue(f"sqlite_{template}"), path)
        yield f"sqlite:///{path}"
        return
    if template == "samples":
        copy = Copy(
            request.getfixturevalue("postgresql_server"), request.getfixturevalue("postgresql_samples")
        )
        yield copy.url
        copy.drop()
        return
    emptied: list[Emptied] = request.getfixturevalue("postgresql_emptied")
    if not emptied:
        emptied.append(
            Emptied(
                request.getfixturevalue("postgresql_server"), request.getfixturevalue("postgresql_template")
            )
        )
    yield emptied[0].url
    if not emptied[0].empty():
        emptied.pop().drop()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open database, on each of the two."""
    opened = Database(database_url)
    yield opened
    opened.close()
