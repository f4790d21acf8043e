"""A source over its life: how often it is asked, when it is taken for broken, how it comes back."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from app.cli import main
from app.fetching.fetch_source import run_source
from app.sources.catalogue import CatalogueSource
from app.sources.repository.leases import claim_due
from app.sources.repository.sources import add, health_of, listing
from app.sources.repository.state import resume
from scrapers.http.client import PoliteClient
from scrapers.platform import Access
from tests.app.fetching.test_fetch_source import Bench, calendar

HOUR = 3_600


@pytest.fixture
def bench(database, site, now) -> Bench:
    return Bench(database, site, now)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


pytestmark = pytest.mark.anyio


def interval(bench: Bench) -> int:
    return bench.one("SELECT interval_seconds FROM source")


async def test_an_unchanged_source_is_asked_less_and_less_often(bench):
    await bench.run(calendar(5))
    first = interval(bench)
    waits = []
    for _ in range(8):
        assert (await bench.run()).outcome == "not_modified"
        waits.append(interval(bench))
    assert first == 6 * HOUR
    assert waits == sorted(set(waits)) or waits[-1] == 24 * HOUR
    assert waits[-1] == 24 * HOUR
    wait = bench.one("SELECT next_fetch_at FROM source") - int(bench.now.timestamp())
    # Counted from the answer, in whole seconds upwards.
    assert 24 * HOUR <= wait <= 24 * HOUR + 10


async def test_a_source_with_news_is_asked_more_often(bench):
    for number in range(6):
        await bench.run(calendar(5, note=f", version {number}"))
    assert interval(bench) == HOUR
    wait = bench.one("SELECT next_fetch_at FROM source") - int(bench.now.timestamp())
    assert HOUR <= wait <= 1.1 * HOUR + 10


async def test_new_bytes_without_news_do_not_count_as_a_change(bench):
    await bench.run(calendar(5))
    run = await bench.run(calendar(5) + b"\r\n")
    assert run.outcome == "ok"
    assert interval(bench) > 6 * HOUR


async def test_a_source_that_lacks_many_events_is_well_and_loses_none_until_it_says_so_again(bench):
    await bench.run(calendar(20))
    run = await bench.run(calendar(2, first=19))
    assert run.outcome == "shrunken"
    assert "18 coming events are missing" in run.detail
    assert bench.live == 20
    [row] = listing(bench.database, pages=False)
    assert row["state"] == "on"
    assert (await bench.run(calendar(20))).outcome == "ok"
    assert bench.live == 20


async def test_good_runs_in_a_row_and_filled_fields_are_counted(bench):
    await bench.run(calendar(5))
    await bench.run()
    health = health_of(bench.database, "boston-python")
    assert health["streak"] == 2
    assert health["usual_events"] == 5
    assert health["filled"]["url"] == 100
    assert health["filled"]["description"] == 0
    await bench.run(b"")
    assert health_of(bench.database, "boston-python")["streak"] == 0


async def test_a_paused_source_runs_again_when_an_operator_says_so(bench):
    for _ in range(10):
        await bench.run(b"oops", status=500)
    later = bench.now + timedelta(days=2)
    assert claim_due(bench.database, "w", later, 5, pages=True) == []
    assert resume(bench.database, "boston-python", later)
    assert not resume(bench.database, "boston-python", later)
    assert len(claim_due(bench.database, "w", later, 5, pages=True)) == 1


async def test_resuming_waits_as_long_as_the_host_asked_for(bench):
    for _ in range(10):
        await bench.run(b"slow down", status=429, headers={"Retry-After": "86400"})
    resume(bench.database, "boston-python", bench.now)
    assert claim_due(bench.database, "w", bench.now + timedelta(hours=23), 5, pages=True) == []
    assert len(claim_due(bench.database, "w", bench.now + timedelta(hours=25), 5, pages=True)) == 1


async def test_a_source_that_needs_a_key_is_not_asked_without_one(database, now):
    source = CatalogueSource(
        slug="connpass-tokyo",
        platform="connpass",
        name="connpass: tokyo",
        url="https://connpass.com/api/v2/events/?prefecture=tokyo&order=2&count=100",
        access=Access.FEED,
    )
    add(database, [source], "catalogue", now)
    [claim] = claim_due(database, "w", now, 1, pages=False)
    async with PoliteClient(user_agent="NextCircle/test") as client:
        run = await run_source(client, database, claim, now)
    assert run.outcome == "no_key"
    assert "NEXTCIRCLE_CONNPASS_KEY" in run.detail
    [row] = listing(database, pages=False)
    assert row["state"] == "off"
    assert row["failures"] == 0


async def test_a_host_that_was_asked_by_another_worker_is_left_alone_for_a_second(bench, site):
    """The pause counts from the end of a run, however long it took."""
    await bench.run(calendar(3))
    add(
        bench.database,
        [
            CatalogueSource(
                slug="other", platform="ical", name="o", url=site.url("/o.ics"), access=Access.FEED
            )
        ],
        "operator",
        bench.now,
    )
    [claim] = claim_due(
        bench.database, "one", bench.now, 1, pages=False, slugs=["boston-python"], only_due=False
    )
    ended = bench.now + timedelta(seconds=30)
    async with PoliteClient(user_agent="NextCircle/test", allow_hosts=(site.host,), min_interval=0) as client:
        await run_source(client, bench.database, claim, bench.now, clock=lambda: ended)
    assert claim_due(bench.database, "two", ended + timedelta(seconds=1), 5, pages=False) == []
    assert len(claim_due(bench.database, "two", ended + timedelta(seconds=2), 5, pages=False)) == 1


def cli(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


async def test_the_list_names_what_is_unverified(database_url, bench, monkeypatch, capsys):
    monkeypatch.setenv("NEXTCIRCLE_DATABASE_URL", database_url)
    assert cli("sources", "list") == 0
    assert "boston-python\ton, unverified\t" in capsys.readouterr().out
    await bench.run(calendar(5))
    assert cli("sources", "list") == 0
    assert "boston-python\ton\t" in capsys.readouterr().out
    assert cli("sources", "show", "boston-python", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["verified"] is True
    assert shown["streak"] == 1
    assert shown["filled"]["url"] == 100


async def test_the_command_resumes_what_is_paused_and_nothing_else(database_url, bench, monkeypatch, capsys):
    monkeypatch.setenv("NEXTCIRCLE_DATABASE_URL", database_url)
    assert cli("sources", "resume", "boston-python") == 1
    for _ in range(10):
        await bench.run(b"oops", status=500)
    assert cli("sources", "resume", "boston-python") == 0
    assert "read again" in capsys.readouterr().out
