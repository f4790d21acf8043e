"""Which worker reads what: one at a time, one a host, never before it is due."""

from __future__ import annotations

import os
import threading
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.db import Database
from app.sources.catalogue import CatalogueSource
from app.sources.repository.leases import claim_due, count_due, release_dead, worker_name
from app.sources.repository.sources import add, listing
from app.sources.repository.state import remove
from scrapers.platform import Access


def some(
    database: Database, now, count: int, *, hosts: int = 1000, access: Access = Access.FEED, prefix: str = "s"
):
    add(
        database,
        [
            CatalogueSource(
                slug=f"{prefix}{n}",
                platform="ical",
                name=f"Source {n}",
                url=f"https://host{n % hosts}.example/{prefix}{n}.ics",
                access=access,
            )
            for n in range(count)
        ],
        "operator",
        now,
    )


def test_four_workers_share_fifty_sources_without_one_being_read_twice(database, now):
    some(database, now, 50)
    claimed: list[int] = []
    lock = threading.Lock()

    def work(name: str) -> None:
        own = Database(database.url)
        while claims := claim_due(own, name, now, 5, pages=False):
            with lock:
                claimed.extend(each.id for each in claims)
        own.close()

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(set(claimed))
    assert len(claimed) == 50


def test_sources_of_one_host_are_never_read_at_the_same_time(database, now):
    some(database, now, 6, hosts=2)
    assert len(claim_due(database, "one", now, 10, pages=False)) == 2
    assert claim_due(database, "other", now, 10, pages=False) == []


def test_a_dead_workers_source_is_free_again_after_its_lease(database, now):
    some(database, now, 1)
    assert len(claim_due(database, "dead", now, 1, pages=False)) == 1
    assert claim_due(database, "other", now + timedelta(minutes=4), 1, pages=False) == []
    assert len(claim_due(database, "other", now + timedelta(minutes=6), 1, pages=False)) == 1


def test_the_leases_of_processes_that_are_gone_are_given_back_at_once(database, now):
    some(database, now, 2)
    machine = worker_name().split(":", 1)[0]
    assert len(claim_due(database, f"{machine}:999999999:ab", now, 1, pages=False)) == 1
    assert len(claim_due(database, f"{machine}:{os.getppid()}:ab", now, 1, pages=False)) == 1
    assert release_dead(database) == 1
    assert len(claim_due(database, "other", now, 5, pages=False)) == 1


def test_a_container_of_the_same_name_and_numbers_keeps_its_leases(database, now):
    some(database, now, 1)
    host, _, _ = worker_name().split(":", 1)[0].rpartition(".")
    assert len(claim_due(database, f"{host}.01234567:{os.getpid()}:ab", now, 1, pages=False)) == 1
    assert release_dead(database) == 0
    assert claim_due(database, "other", now, 5, pages=False) == []


def test_nothing_is_read_before_it_is_due(database, now):
    some(database, now, 3)
    assert claim_due(database, "w", now - timedelta(seconds=1), 5, pages=False) == []
    assert count_due(database, now - timedelta(seconds=1), pages=False) == 0
    assert count_due(database, now, pages=False) == 3


def test_pages_are_read_only_when_the_operator_said_so(database, now):
    some(database, now, 1, access=Access.PAGE)
    assert claim_due(database, "w", now, 5, pages=False) == []
    [row] = listing(database, pages=False)
    assert row["state"] == "off"
    assert "NEXTCIRCLE_PAGES" in row["reason"]
    assert len(claim_due(database, "w", now, 5, pages=True)) == 1


def test_a_removed_source_is_not_read_and_says_why(database, now):
    some(database, now, 1)
    assert remove(database, "s0")
    assert not remove(database, "nobody")
    assert claim_due(database, "w", now, 5, pages=False) == []
    assert listing(database, pages=False)[0]["reason"] == "removed by the operator"


def test_an_address_that_is_there_is_not_added_twice(database, now):
    some(database, now, 1)
    some(database, now, 2)
    assert len(listing(database, pages=False)) == 2


@pytest.mark.parametrize("column", ["next_fetch_at", "last_run_at", "lease_until"])
def test_a_time_that_a_clock_ahead_wrote_keeps_no_host_waiting(database, now, column):
    some(database, now, 2)
    far = int((now + timedelta(days=400)).timestamp())
    with database.write() as connection:
        connection.execute(text(f"UPDATE source SET {column} = :far, last_outcome = 'ok'"), {"far": far})
    assert len(claim_due(database, "w", now, 5, pages=False)) == 2
    assert count_due(database, now, pages=False) == 2


def test_workers_with_different_clocks_agree_when_a_lease_ends(database, now, monkeypatch):
    some(database, now, 1)
    assert len(claim_due(database, "right", database.clock(), 1, pages=False)) == 1
    if database.is_sqlite:
        # The processes of a file share a host, and so its clock.
        monkeypatch.setattr("app.db.utc_now", lambda: now)
        assert database.clock() == now
    else:
        monkeypatch.setattr("app.db.utc_now", lambda: now + timedelta(minutes=6))
        assert claim_due(database, "six minutes ahead", database.clock(), 1, pages=False) == []
