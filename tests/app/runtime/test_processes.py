"""What `serve` starts: both processes, samples where nothing can be reached, one stop for all."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from app.core.clock import utc_now
from app.db import Database
from app.fetching.run import Run
from app.fetching.worker import Worker
from app.ingest.pipeline import ingest
from app.runtime import processes
from app.sources.catalogue import CatalogueSource
from app.sources.repository.sources import add
from scrapers.http.client import PoliteClient
from scrapers.platform import Access
from tests.app.conftest import Page, Site, an_event
from tests.app.fetching.test_fetch_source import calendar

ROOT = Path(__file__).parents[3]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class NoNetwork(httpx.AsyncBaseTransport):
    """Every connection fails, as without a network."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route to host", request=request)


def some_source(url: str) -> CatalogueSource:
    return CatalogueSource(slug="club", platform="ical", name="Club", url=url, access=Access.FEED)


def samples(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(text("SELECT COUNT(*) FROM event WHERE sample")).scalar() or 0


async def start(database: Database, client: PoliteClient) -> None:
    worker = Worker(database, client, pages=False)
    fetching = asyncio.create_task(worker.fetch_due())
    await processes._fall_back(worker, 1)
    await fetching


@pytest.mark.anyio
async def test_where_nothing_can_be_reached_the_samples_are_served(database: Database, capsys):
    add(database, [some_source("https://club.example/c.ics")], "operator", utc_now())
    async with PoliteClient(user_agent="NextCircle/test", transport=NoNetwork(), min_interval=0) as client:
        await start(database, client)
    assert samples(database) >= 5
    assert "sample listings" in capsys.readouterr().out


@pytest.mark.anyio
async def test_where_a_source_answers_there_are_no_samples(database: Database, site: Site):
    site.pages["/c.ics"] = Page(calendar(3))
    add(database, [some_source(site.url("/c.ics"))], "operator", utc_now())
    async with PoliteClient(user_agent="NextCircle/test", allow_hosts=(site.host,), min_interval=0) as client:
        await start(database, client)
    assert samples(database) == 0


@pytest.mark.anyio
async def test_an_outage_never_replaces_real_listings_by_samples(database: Database, source):
    ingest(database, [(source(), an_event())], utc_now())
    add(database, [some_source("https://club.example/c.ics")], "operator", utc_now())
    async with PoliteClient(user_agent="NextCircle/test", transport=NoNetwork(), min_interval=0) as client:
        await start(database, client)
    assert samples(database) == 0


@pytest.mark.anyio
async def test_an_outage_says_one_line_not_one_for_each_source(database: Database, capsys):
    sources = [
        replace(some_source(f"https://club{number}.example/c.ics"), slug=f"club-{number}")
        for number in range(4)
    ]
    add(database, sources, "catalogue", utc_now())
    async with PoliteClient(user_agent="NextCircle/test", transport=NoNetwork(), min_interval=0) as client:
        worker = Worker(database, client, pages=False, report=processes._reporter(4))
        fetching = asyncio.create_task(worker.fetch_due())
        await processes._fall_back(worker, 4)
        await fetching
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith("no source could be reached, so ")


def test_sources_that_cannot_be_reached_share_a_line_where_others_answer(capsys):
    report = processes._reporter(3)
    report(Run("a", "A club", "ok", whole=True))
    report(Run("b", "B club", "dns", reached=False, detail="no such host"))
    report(Run("c", "C club", "http_status", detail="404 Not Found"))
    assert capsys.readouterr().out.splitlines() == [
        "[1/3] A club: 0 events",
        "[3/3] C club: it answered with an error (404 Not Found)",
        "2 sources read, 0 events; 1 could not be reached and are tried again, `nextcircle doctor` says why",
    ]


@contextmanager
def served(folder: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A `serve` that is ready, and its port; killed at the end if it still runs."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "NEXTCIRCLE_DATA_DIR": str(folder),
        "NEXTCIRCLE_PORT": str(port),
        # No source of the catalogue is near, so nothing is fetched.
        "NEXTCIRCLE_PLACES": "Bozeman, MT",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "serve"],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert wait_until_ready(port), "serve did not answer within 90 seconds"
        yield process, port
    finally:
        process.kill()
        process.wait()


def test_serve_answers_and_stops_with_all_its_processes(tmp_path: Path):
    with served(tmp_path) as (process, port):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as page:
            assert b"NextCircle" in page.read()
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=30)
        assert process.returncode == 0
        assert "Bozeman" in output
        assert f"http://127.0.0.1:{port}" in output
        assert not listens(port)


def test_a_serve_that_is_killed_takes_its_processes_along(tmp_path: Path):
    with served(tmp_path) as (process, port):
        process.kill()
        process.wait()
        assert any(not listens(port) or time.sleep(0.1) for _ in range(1_000))


def test_serve_ends_when_told_to_whatever_its_clients_still_send(tmp_path: Path):
    with served(tmp_path) as (process, port), socket.create_connection(("127.0.0.1", port)) as unfinished:
        unfinished.sendall(b"POST /v1/network/plan HTTP/1.1\r\nHost: h\r\nContent-Length: 99\r\n\r\n{")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        assert process.returncode == 0


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until_ready(port: int) -> bool:
    for _ in range(900):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=30) as answer:
                return answer.status == 200
        except OSError:
            time.sleep(0.1)
    return False
