"""kill -9 of the worker in the middle of a fetch, again and again: no duplicate, no loss, the next run completes."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from sqlalchemy import text

from app.core.clock import utc_now
from app.db import Database
from app.sources.catalogue import CatalogueSource
from app.sources.repository.sources import add
from scrapers.platform import Access
from tests.app.conftest import Page, Site
from tests.processes import start_command

# `KILLS=150 pytest tests/app/fetching/test_crash.py` goes on for longer.
KILLS = int(os.environ.get("KILLS", "5"))
SOURCES = 6
EVENTS = 150


def calendar(source: int, edition: int) -> bytes:
    """A calendar of the source; every edition has other words, so that every fetch writes every row."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"X-WR-CALNAME:Group {source}"]
    first = utc_now() + timedelta(days=2)
    for number in range(EVENTS):
        day = first + timedelta(days=number)
        lines += [
            "BEGIN:VEVENT",
            f"UID:{source}-{number}",
            f"DTSTART:{day:%Y%m%d}T180000Z",
            f"SUMMARY:Evening {number} of group {source}, edition {edition}",
            f"URL:https://example.org/{source}/{number}",
            "END:VEVENT",
        ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


@pytest.fixture
def start_worker(database: Database, tmp_path: Path) -> Iterator[Callable[[list[str]], BaseProcess]]:
    """Starts workers; none of them outlives the test."""
    started: list[BaseProcess] = []

    def start(hosts: list[str]) -> BaseProcess:
        started.append(_worker(database, tmp_path, hosts))
        return started[-1]

    yield start
    for each in started:
        each.kill()


def _worker(database: Database, folder: Path, hosts: list[str]) -> BaseProcess:
    environment = {
        "PATH": os.environ["PATH"],
        "NEXTCIRCLE_DATABASE_URL": database.url,
        "NEXTCIRCLE_DATA_DIR": str(folder),
        "NEXTCIRCLE_FETCH_ALLOW_HOSTS": ",".join(hosts),
        # A place without catalogue sources: nothing but the test's own is fetched.
        "NEXTCIRCLE_PLACES": "Bozeman, MT",
        "NEXTCIRCLE_LOG_LEVEL": "error",
    }
    return start_command(["worker"], folder=folder, environment=environment, files=folder / "printed")


def rows(database: Database, sql: str):
    with database.read() as connection:
        return connection.execute(text(sql)).all()


def make_due(database: Database) -> None:
    with database.write() as connection:
        connection.execute(
            text("UPDATE source SET next_fetch_at = :now"), {"now": int(utc_now().timestamp())}
        )


def wait_for(condition, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize("kills", [KILLS])
def test_a_worker_killed_in_the_middle_of_a_fetch_loses_and_doubles_nothing(
    database: Database, site: Site, start_worker: Callable[[list[str]], BaseProcess], kills: int
):
    # Every loopback address is a host of its own.
    for number in range(1, SOURCES):
        site.listen(f"127.0.0.{number + 1}")
    hosts = [f"127.0.0.{number + 1}:{site.port}" for number in range(SOURCES)]
    sources = [
        CatalogueSource(
            slug=f"group-{number}",
            platform="ical",
            name=f"Group {number}",
            url=f"http://{host}/{number}.ics",
            access=Access.FEED,
        )
        for number, host in enumerate(hosts)
    ]
    add(database, sources, "operator", utc_now())
    chance = random.Random(5)
    for edition in range(kills):
        for number in range(SOURCES):
            site.pages[f"/{number}.ics"] = Page(calendar(number, edition))
        make_due(database)
        site.asked.clear()
        worker = start_worker(hosts)
        assert wait_for(lambda: any(path.endswith(".ics") for path, *_ in site.asked), 20), (
            "nothing was fetched"
        )
        time.sleep(chance.random() * 0.5)
        worker.kill()
        worker.join()
        assert_whole(database)
    for number in range(SOURCES):
        site.pages[f"/{number}.ics"] = Page(calendar(number, kills))
    make_due(database)
    worker = start_worker(hosts)
    try:
        last = f"edition {kills}"
        assert wait_for(
            lambda: (
                rows(database, f"SELECT COUNT(*) FROM event WHERE name LIKE '%{last}'")[0][0]
                == SOURCES * EVENTS
            ),
            60,
        ), "the run after the kills did not complete"
    finally:
        worker.terminate()
        worker.join(15)
        assert worker.exitcode == 0
    assert_whole(database)
    assert rows(database, "SELECT COUNT(*) FROM listing WHERE kind = 'e'")[0][0] == SOURCES * EVENTS
    assert rows(database, "SELECT COUNT(*) FROM source WHERE lease_owner IS NOT NULL")[0][0] == 0


def assert_whole(database: Database) -> None:
    """Every event has its listing, every listing its event, no event is there twice, nothing is half."""
    events = rows(database, "SELECT name, start_at FROM event")
    assert len(events) == len(set(events))
    assert (
        rows(
            database,
            "SELECT COUNT(*) FROM listing l LEFT JOIN event e ON e.id = l.event_id WHERE l.kind = 'e' AND e.id IS NULL",
        )[0][0]
        == 0
    )
    assert (
        rows(
            database,
            "SELECT COUNT(*) FROM event e LEFT JOIN listing l ON l.event_id = e.id WHERE l.id IS NULL",
        )[0][0]
        == 0
    )
    assert (
        rows(
            database,
            "SELECT COUNT(*) FROM event_topic t LEFT JOIN event e ON e.id = t.event_id WHERE e.id IS NULL",
        )[0][0]
        == 0
    )
    by_source = rows(database, "SELECT source_id, COUNT(*) FROM listing WHERE kind = 'e' GROUP BY source_id")
    assert all(count == EVENTS for _, count in by_source), "a fetch was stored by half"
    if database.is_sqlite:
        assert rows(database, "PRAGMA integrity_check")[0][0] == "ok"


def test_a_worker_that_is_told_to_stop_ends_within_ten_seconds(
    start_worker: Callable[[list[str]], BaseProcess],
):
    worker = start_worker([])
    # Python itself takes a moment to start; from then on a signal ends it well, whatever it is doing.
    assert any(handles_sigterm(worker.pid) or time.sleep(0.01) for _ in range(10_000))
    worker.terminate()
    worker.join(60)
    assert worker.exitcode == 0


def handles_sigterm(pid: int) -> bool:
    """Whether a process handles SIGTERM by now; where nobody can tell, after a while."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        time.sleep(5)
        return True
    caught = next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("SigCgt"))
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)
