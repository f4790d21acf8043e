"""A backup is everything, of one moment, while it runs; a restore is all of it or nothing."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import sqlite3
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

import migrations
from app.auth.repository.keys import add_key
from app.core.clock import utc_now
from app.db import Database, migration_engine
from app.ingest.pipeline import ingest
from app.ingest.takedowns.repository import request_take_down
from app.main import create_app
from app.maintenance.backup import backup
from app.maintenance.portable import BackupError
from app.maintenance.restore import restore
from app.maintenance.schema import migrate
from app.samples import add_samples
from app.settings import read_settings
from tests.app.conftest import a_group, an_event

# The change numbers and leases are set anew; what is left is to be the same.
TABLES = {
    "source": "slug, url, topics, republish_image, next_fetch_at, enabled",
    "listing": "id, source_id, kind, content_hash, event_id, group_id, start_at, content",
    "event": "id, name, description, start_at, all_day, lat, topics, career, updated_at, merged_into",
    "event_topic": "topic, cell, start_at, event_id",
    "meetup_group": "id, name, members, topics, latest_event_at",
    "group_key": "key, group_id",
    "api_key": "id, hash, scopes",
    "take_down": "id, contact",
    "match_ruling": "one, other, same",
}


def everything(database: Database) -> dict[str, list]:
    with database.read() as connection:
        return {
            table: sorted(
                tuple(bytes(value) if isinstance(value, memoryview) else str(value) for value in row)
                for row in connection.execute(text(f"SELECT {columns} FROM {table}"))
            )
            for table, columns in TABLES.items()
        }


@pytest.fixture
def filled(database: Database, source, now):
    """An installation with some of everything."""
    ref = source("meetup", "city", attribution="The city", topics=("python",))
    events = [
        an_event(
            uid=str(n),
            name=f"Evening {n}",
            url=f"https://example.org/{n}",
            start_date=utc_now() + timedelta(days=n),
        )
        for n in range(1, 6)
    ]
    ingest(database, [(ref, each) for each in (a_group(), *events)], utc_now())
    add_key(database, "a program", frozenset({"read"}), None, now)
    request_take_down(database, "remove", "https://example.org/x", "a@b.example", None, now)
    return ref


def names(database: Database) -> set[str]:
    with database.read() as connection:
        return {
            row.name for row in connection.execute(text("SELECT name FROM event WHERE removed_at IS NULL"))
        }


def other_than(database: Database, ref, count: int = 3) -> None:
    """Change what is stored after a backup."""
    start = utc_now() + timedelta(days=30)
    for n in range(count):
        event = an_event(
            uid=f"later {n}", name=f"Later {n}", url=f"https://example.org/later/{n}", start_date=start
        )
        ingest(database, [(ref, event)], utc_now())


@pytest.mark.parametrize("ending", ["sqlite", "jsonl.gz"])
def test_what_was_backed_up_comes_back(database, filled, now, tmp_path, ending):
    if ending == "sqlite" and not database.is_sqlite:
        with pytest.raises(BackupError, match=r"name a file \.jsonl\.gz"):
            backup(database, tmp_path / "copy.sqlite", now)
        return
    before = everything(database)
    path = tmp_path / f"copy.{ending}"
    assert backup(database, path, now) == path.stat().st_size
    other_than(database, filled)
    with pytest.raises(BackupError, match="--replace"):
        restore(database, path)
    restore(database, path, replace=True)
    assert everything(database) == before
    # It goes on from there: numbers that the database gives out are free.
    other_than(database, filled)
    assert "Later 2" in names(database)
    ingest(database, [(filled, an_event(uid="x", url="https://example.org/new"))], utc_now())


def test_an_installation_moves_from_one_database_to_the_other(
    database, filled, now, tmp_path, sqlite_template, request
):
    import shutil

    path = tmp_path / "move.jsonl.gz"
    backup(database, path, now)
    shutil.copy(sqlite_template, tmp_path / "other.sqlite")
    other = Database(f"sqlite:///{tmp_path / 'other.sqlite'}")
    restore(other, path)
    before, after = everything(database), everything(other)
    for table in TABLES:
        assert len(before[table]) == len(after[table])
    assert [row[:3] for row in before["event"]] == [row[:3] for row in after["event"]]
    assert before["listing"][0][-1] == after["listing"][0][-1]
    back = tmp_path / "back.jsonl.gz"
    backup(other, back, now)
    other.close()
    restore(database, back, replace=True)
    assert everything(database) == before


def test_readers_go_on_while_it_is_restored_and_see_what_came_back(database, filled, now, tmp_path):
    path = tmp_path / ("copy.sqlite" if database.is_sqlite else "copy.jsonl.gz")
    backup(database, path, now)
    other_than(database, filled)
    statuses: set[int] = set()
    stop = threading.Event()
    with TestClient(create_app(read_settings(), database), raise_server_exceptions=False) as client:
        since = client.get("/v1/events?since=now").json()["next"]

        def read() -> None:
            while not stop.is_set():
                statuses.add(client.get("/v1/events").status_code)

        reader = threading.Thread(target=read)
        reader.start()
        mine = Database(database.url)
        restore(mine, path, replace=True)
        mine.close()
        stop.set()
        reader.join()
        assert statuses == {200}
        assert {each["name"] for each in client.get("/v1/events").json()["items"]} == {
            f"Evening {n}" for n in range(1, 6)
        }
        # Pollers see what came back as changed.
        assert len(client.get("/v1/events", params={"since": since}).json()["items"]) == 5


def test_a_backup_is_of_one_moment_while_others_store(database, filled, now, tmp_path):
    stop = threading.Event()

    def store() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            start = utc_now() + timedelta(days=40)
            event = an_event(
                uid=f"w{number}", name=f"W {number}", url=f"https://example.org/w/{number}", start_date=start
            )
            ingest(database, [(filled, event)], utc_now())

    writer = threading.Thread(target=store)
    writer.start()
    path = tmp_path / ("copy.sqlite" if database.is_sqlite else "copy.jsonl.gz")
    backup(database, path, now)
    stop.set()
    writer.join()
    restore(database, path, replace=True)
    with database.read() as connection:
        count = "SELECT COUNT(*) FROM"
        orphans = f"{count} listing l WHERE kind = 'e' AND NOT EXISTS (SELECT 1 FROM event e WHERE e.id = l.event_id)"
        assert connection.execute(text(orphans)).scalar() == 0


def test_a_backup_of_an_older_schema_is_brought_up_to_date(database, now, tmp_path):
    engine = migration_engine(database)
    asyncio.run(add_samples(database, now))
    migrations.downgrade(engine, "0004")
    path = tmp_path / "old.jsonl.gz"
    backup(database, path, now)
    migrations.upgrade(engine)
    engine.dispose()
    restore(database, path, replace=True)
    with database.read() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM event WHERE change > 0")).scalar()


def packed(text: bytes) -> bytes:
    """As gzip, the same at any time: it names a test, which every process that runs tests has to know by the same name."""
    return gzip.compress(text, mtime=0)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "cut"),
        (b"no gzip", "cut or no backup"),
        (packed(b'{"format": "something"}\n'), "not a NextCircle backup"),
        (
            packed(b'{"format": "nextcircle backup 1", "schema": "9999", "created_at": ""}\n{"rows": 0}\n'),
            "newer",
        ),
        (
            packed(
                b'{"format": "nextcircle backup 1", "schema": "0007", "created_at": ""}\n[1]\n{"rows": 2}\n'
            ),
            "cut",
        ),
        (b"SQLite format 3\0 but not really", "is damaged|copy of an SQLite"),
    ],
)
def test_what_is_no_backup_touches_nothing(database, filled, tmp_path, content, why):
    before = everything(database)
    path = tmp_path / "bad.jsonl.gz"
    path.write_bytes(content)
    with pytest.raises(BackupError, match=why):
        restore(database, path, replace=True)
    assert everything(database) == before


def test_a_cut_backup_touches_nothing(database, filled, now, tmp_path):
    path = tmp_path / "copy.jsonl.gz"
    backup(database, path, now)
    path.write_bytes(path.read_bytes()[:-40])
    before = everything(database)
    with pytest.raises(BackupError, match="cut"):
        restore(database, path, replace=True)
    assert everything(database) == before


def test_a_backup_does_not_replace_another(database, filled, now, tmp_path):
    path = tmp_path / "copy.jsonl.gz"
    backup(database, path, now)
    with pytest.raises(BackupError, match="is there already"):
        backup(database, path, now)
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".copy")] == []


def test_the_commands_back_up_restore_and_purge(database_url, database, filled, tmp_path, monkeypatch):
    from typer.testing import CliRunner

    from app.cli import app as command

    monkeypatch.setenv("NEXTCIRCLE_DATABASE_URL", database_url)
    run = CliRunner()
    path = str(tmp_path / "copy.jsonl.gz")
    assert run.invoke(command, ["backup", path]).exit_code == 0
    assert run.invoke(command, ["backup", path]).exit_code == 1
    assert run.invoke(command, ["restore", path]).exit_code == 1
    assert run.invoke(command, ["restore", path, "--replace"]).exit_code == 0
    assert run.invoke(command, ["restore", str(tmp_path / "nothing")]).exit_code == 1
    assert "0 events" in run.invoke(command, ["purge", "--dry-run"]).stdout
    assert run.invoke(command, ["purge"]).exit_code == 0


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.parametrize("ending", ["sqlite", "jsonl.gz"])
def test_only_the_owner_reads_the_database_and_its_backups(now, tmp_path, ending):
    database = Database(f"sqlite:///{tmp_path / 'data' / 'nextcircle.sqlite'}")
    migrate(database)
    path = tmp_path / f"copy.{ending}"
    backup(database, path, now)
    for each in (path, *(tmp_path / "data").iterdir()):
        assert mode(each) == 0o600, each
    assert mode(tmp_path / "data") == 0o700
    database.close()


def sqlite_only(database) -> None:
    if not database.is_sqlite:
        pytest.skip("a copy of an SQLite file")


@pytest.mark.parametrize(
    "foreign",
    [
        "CREATE TRIGGER mine AFTER INSERT ON source BEGIN DELETE FROM listing; END",
        "CREATE VIEW mine AS SELECT 1",
        "CREATE TABLE mine (id INTEGER)",
        "ALTER TABLE source ADD COLUMN mine TEXT",
        "DROP TABLE take_down",
    ],
)
def test_a_file_with_anything_of_others_is_not_restored(database, filled, now, tmp_path, foreign):
    sqlite_only(database)
    path = tmp_path / "copy.sqlite"
    backup(database, path, now)
    with contextlib.closing(sqlite3.connect(path)) as changed:
        changed.execute(foreign)
        changed.commit()
    before = everything(database)
    with pytest.raises(BackupError, match="not as NextCircle makes it"):
        restore(database, path, replace=True)
    assert everything(database) == before


@pytest.mark.parametrize("ending", ["sqlite", "jsonl.gz"])
def test_the_keys_that_come_along_are_named(database, filled, now, tmp_path, ending):
    if ending == "sqlite":
        sqlite_only(database)
    add_key(database, "theirs", frozenset({"read", "admin"}), None, now)
    path = tmp_path / f"copy.{ending}"
    backup(database, path, now)
    assert "theirs (read admin)" in restore(database, path, replace=True).keys


@pytest.mark.parametrize("schema", ["0004", None])
def test_a_row_that_does_not_fit_leaves_everything_as_it_was(database, filled, now, tmp_path, schema):
    path = tmp_path / "copy.jsonl.gz"
    engine = migration_engine(database)
    if schema is not None:
        migrations.downgrade(engine, schema)
    backup(database, path, now)
    migrations.upgrade(engine)
    engine.dispose()
    lines = gzip.decompress(path.read_bytes()).splitlines()
    at = next(number for number, line in enumerate(lines) if b'"table":"source"' in line) + 1
    lines.insert(at, lines[at])
    lines[-1] = b'{"rows":%d}' % (int(lines[-1].split(b":")[1].strip(b"} ")) + 1)
    path.write_bytes(packed(b"\n".join(lines) + b"\n"))
    before = everything(database)
    with pytest.raises(BackupError, match="does not fit"):
        restore(database, path, replace=True)
    assert everything(database) == before
