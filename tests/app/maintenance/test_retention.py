"""What is old goes, what is not stays, and nothing of it is told in a log."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.ingest.pipeline import ingest
from app.ingest.takedowns.repository import remove_listing, request_take_down, settle
from app.maintenance.retention import purge, waiting
from app.settings import read_settings
from app.sources.suggestions.repository import decide, suggest
from tests.app.conftest import a_group, an_event


@pytest.fixture
def stored(database, source, now):
    """An event 500 days ago, one 30 days ago, one to come, and their group."""
    ref = source("meetup", "city")
    events = [
        an_event(
            uid=str(d),
            name=f"Evening {d}",
            url=f"https://example.org/{d}",
            start_date=now + timedelta(days=d),
        )
        for d in (-500, -30, 10)
    ]
    ingest(database, [(ref, each) for each in (a_group(), *events)], now)
    return ref


def names(database) -> list[str]:
    with database.read() as connection:
        return sorted(connection.execute(text("SELECT name FROM event")).scalars())


def count(database, table: str) -> int:
    with database.read() as connection:
        return connection.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar() or 0


def test_what_is_long_over_goes_with_its_listings(database, stored, now):
    settings = read_settings()
    assert waiting(database, settings, now) == 1
    assert purge(database, settings, now).events_and_groups == 1
    assert names(database) == ["Evening -30", "Evening 10"]
    with database.read() as connection:
        orphans = "SELECT COUNT(*) FROM listing WHERE kind = 'e' AND event_id NOT IN (SELECT id FROM event)"
        assert connection.execute(text(orphans)).scalar() == 0
        topics = "SELECT COUNT(*) FROM event_topic WHERE event_id NOT IN (SELECT id FROM event)"
        assert connection.execute(text(topics)).scalar() == 0
    assert purge(database, settings, now).events_and_groups == 0


def test_for_ever_is_for_ever(database, stored, now):
    settings = read_settings(keep_events_days=0, keep_removed_days=0, keep_runs_days=0, keep_audit_days=0)
    assert purge(database, settings, now + timedelta(days=10_000)).as_dict() == {
        "events_and_groups": 0, "runs": 0, "requests": 0, "audit": 0,
    }  # fmt: skip
    assert len(names(database)) == 3


def test_a_group_whose_events_went_is_still_dormant(database, source, now):
    ref = source("meetup", "old")
    start = now - timedelta(days=500)
    ingest(database, [(ref, a_group()), (ref, an_event(start_date=start))], now)
    purge(database, read_settings(), now)
    with database.read() as connection:
        assert connection.execute(text("SELECT latest_event_at FROM meetup_group")).scalar() == int(
            start.timestamp()
        )


def test_tombstones_go_when_nobody_asks_any_more_and_what_was_taken_down_stays_away(database, stored, now):
    remove_listing(database, "https://example.org/10", now)
    settings = read_settings(keep_events_days=0)
    assert purge(database, settings, now + timedelta(days=179)).events_and_groups == 0
    assert purge(database, settings, now + timedelta(days=181)).events_and_groups == 1
    event = an_event(
        uid="10", name="Evening 10", url="https://example.org/10", start_date=now + timedelta(days=10)
    )
    ingest(database, [(stored, event)], now)
    assert "Evening 10" not in names(database)


def test_decided_requests_go_and_open_ones_stay(database, now):
    kept = suggest(database, "https://example.org/kept", None, None, now)
    gone = suggest(database, "https://example.org/gone", None, None, now)
    decide(database, gone, "declined", now)
    settle(database, request_take_down(database, "remove", "https://e.org/", "a@b.example", None, now), now)
    request_take_down(database, "remove", "https://e.org/2", "a@b.example", None, now)
    assert purge(database, read_settings(), now + timedelta(days=91)).requests == 2
    assert (count(database, "suggestion"), count(database, "take_down")) == (1, 1)
    assert kept != gone


def test_it_works_in_short_transactions(database, stored, now, monkeypatch):
    monkeypatch.setattr("app.ingest.store.purge.BATCH", 1)
    told: list[int] = []
    settings = read_settings(keep_events_days=1)
    assert purge(database, settings, now, told.append).events_and_groups == 2
    assert told == [1, 2]


def test_what_is_hidden_does_not_come_back_as_something_new(database, stored, now):
    from app.ingest.store.moderation import hide

    with database.write() as connection:
        database.lock_store(connection)
        number = connection.execute(text("SELECT id FROM event WHERE name = 'Evening 10'")).scalar_one()
        hide(connection, "event", number, now, hidden=True)
    purge(database, read_settings(keep_events_days=0), now + timedelta(days=300))
    assert "Evening 10" in names(database)
