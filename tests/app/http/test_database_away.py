"""While the database is away reads answer 503, the worker waits, and both go on when it is back."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from app.core.clock import utc_now
from app.db import Database, DatabaseAwayError
from app.fetching.worker import Worker
from app.main import create_app
from app.runtime.housekeeping import House
from app.settings import read_settings
from app.sources.catalogue import CatalogueSource
from app.sources.repository.sources import add
from scrapers.http.client import PoliteClient
from scrapers.platform import Access
from tests.app.conftest import Page, Site
from tests.app.fetching.test_fetch_source import calendar

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def switch(database: Database, postgresql_server: str) -> Callable[[bool], None]:
    """Takes a PostgreSQL database away and gives it back."""
    if database.is_sqlite:
        pytest.skip("an SQLite file is where the process is")
    name = make_url(database.url).database

    def turn(on: bool) -> None:
        engine = create_engine(postgresql_server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {'true' if on else 'false'}"))
            if not on:
                connection.execute(
                    text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
                    {"name": name},
                )

    return turn


async def test_reads_answer_503_and_are_answered_again_afterwards(database, switch):
    with TestClient(create_app(read_settings(), database), raise_server_exceptions=False) as client:
        assert client.get("/v1/events").status_code == 200
        switch(False)
        for path in ("/v1/events", "/v1/groups", "/v1/sources", "/v1/events/0000000000000", "/readyz"):
            response = client.get(path)
            assert response.status_code == 503, path
            assert response.headers["content-type"] == "application/problem+json"
            assert response.headers["retry-after"]
        assert client.get("/healthz").status_code == 200
        assert client.get("/v1/fields").status_code == 200
        switch(True)
        assert client.get("/v1/events").status_code == 200


async def test_the_worker_waits_and_goes_on(database: Database, switch, site: Site):
    site.pages["/club.ics"] = Page(calendar(3))
    club = CatalogueSource(
        slug="club", platform="ical", name="Club", url=site.url("/club.ics"), access=Access.FEED
    )
    add(database, [club], "operator", utc_now())
    async with PoliteClient(user_agent="NextCircle/test", allow_hosts=(site.host,), min_interval=0) as client:
        worker = Worker(database, client, pages=False)
        switch(False)
        await worker._tick()
        await House(database, "worker", read_settings()).keep()
        assert worker.progress.done == 0
        switch(True)
        await worker._tick()
    assert worker.progress.done == 1
    assert worker.progress.events == 3


async def test_a_writer_never_keeps_readers_waiting(tmp_path, sqlite_template):
    import shutil

    shutil.copy(sqlite_template, tmp_path / "locked.sqlite")
    database = Database(f"sqlite:///{tmp_path / 'locked.sqlite'}")
    with (
        TestClient(create_app(read_settings(), database), raise_server_exceptions=False) as client,
        database.write(),
    ):
        assert client.get("/v1/events").status_code == 200
    database.close()


def test_an_sqlite_file_that_was_deleted_makes_the_server_unready_at_once(database):
    if not database.is_sqlite:
        pytest.skip("of SQLite files")
    with TestClient(create_app(read_settings(), database), raise_server_exceptions=False) as client:
        assert client.get("/readyz").status_code == 200
        path = Path(str(make_url(database.url).database))
        path.rename(path.with_suffix(".away"))
        assert client.get("/readyz").status_code == 503
        path.write_bytes(b"")
        assert client.get("/readyz").status_code == 503


def test_when_all_connections_are_held_reads_are_503_within_two_seconds(database):
    with TestClient(create_app(read_settings(), database), raise_server_exceptions=False) as client:
        assert client.get("/v1/sources").status_code == 200
        with ExitStack() as stack:
            for _ in range(2 * database.engine.pool.size()):
                stack.enter_context(database.engine.connect())
            answer = client.get("/v1/sources")
            assert answer.status_code == 503
            assert answer.headers["retry-after"]
        assert client.get("/v1/sources").status_code == 200


def test_a_writer_that_freezes_loses_its_transaction_and_others_go_on(database, monkeypatch):
    if database.is_sqlite:
        pytest.skip("of PostgreSQL")
    with database.read() as connection:
        if connection.dialect.server_version_info < (17,):
            pytest.skip("transaction_timeout is of PostgreSQL 17")
    monkeypatch.setattr("app.db._WRITE_SECONDS", 1)
    frozen = Database(database.url)
    with ExitStack() as stack:
        stack.enter_context(contextlib.suppress(DatabaseAwayError))
        connection = stack.enter_context(frozen.write())
        frozen.lock_store(connection)
        connection.execute(text("INSERT INTO meta (key, value) VALUES ('frozen', '1')"))
        # Another one waits for the lock and gets it, though the first never says another word.
        with database.write() as other:
            database.lock_store(other)
            assert other.execute(text("SELECT COUNT(*) FROM meta WHERE key = 'frozen'")).scalar() == 0
    frozen.close()
