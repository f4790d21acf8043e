"""The bundled samples: real formats through real platforms, gone with the first real listing."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from app.db import Database
from app.ingest.bulk import load
from app.samples import add_samples
from app.samples.dates import filled
from app.samples.site import HOST, SampleSite, payloads
from app.service.pages import event_page, group_page
from app.service.parameters import EventParameters, GroupParameters
from app.sources.repository.leases import claim_due

MONDAY_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def sampled(samples: None, database: Database) -> Database:
    """A database with the samples in it."""
    return database


def _found(database: Database, kind: str, now: datetime, **options: object) -> list[dict]:
    with database.read() as connection:
        if kind == "events":
            return event_page(connection, EventParameters(**options), now, "https://x.example")["items"]
        return group_page(connection, GroupParameters(**options), now, "https://x.example")["items"]


def _rows(database: Database, sql: str) -> list:
    with database.read() as connection:
        return list(connection.execute(text(sql)))


def test_a_placeholder_counts_days_from_today_in_the_payloads_own_zone() -> None:
    late = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # still Monday in Boston
    assert filled("{{+3d 18:30}}", late, "America/New_York", calendar=True) == "20261126T183000"
    assert filled("{{+3d 18:30}}", late, "America/New_York", calendar=False) == "2026-11-26T18:30:00-05:00"


def test_a_weekday_is_the_first_one_after_today() -> None:
    assert filled("{{mon 18:00}}", MONDAY_NOON, "Europe/Berlin", calendar=True) == "20261130T180000"
    assert filled("{{tue 18:00}}", MONDAY_NOON, "Europe/Berlin", calendar=True) == "20261124T180000"
    assert filled("{{tue+1w 18:00}}", MONDAY_NOON, "Europe/Berlin", calendar=True) == "20261201T180000"


def test_an_instant_can_be_written_in_utc() -> None:
    assert filled("{{+1d 18:00 utc}}", MONDAY_NOON, "America/New_York", calendar=True) == "20261124T230000Z"


@pytest.mark.parametrize("payload", payloads(), ids=lambda each: each.file)
def test_every_payload_is_filled_and_points_nowhere_else(payload) -> None:
    body = payload.body(MONDAY_NOON).decode()
    assert "{{" not in body
    hosts = set(re.findall(r"https?://([^/\s\"<\\]+)", body.replace("\r\n ", "")))
    assert hosts <= {HOST, "schema.org", "tzurl.org"}


def test_the_site_answers_robots_and_knows_no_other_address() -> None:
    async def asked() -> tuple[int, int]:
        async with httpx.AsyncClient(transport=SampleSite(MONDAY_NOON)) as client:
            robots = await client.get(f"https://{HOST}/robots.txt")
            other = await client.get(f"https://{HOST}/nothing/")
        return robots.status_code, other.status_code

    assert asyncio.run(asked()) == (200, 404)


def test_every_source_is_read_without_a_warning(sampled: Database) -> None:
    runs = _rows(sampled, "SELECT outcome, warnings FROM fetch_run")
    assert len(runs) == len(payloads())
    assert {run.outcome for run in runs} == {"ok"}
    assert [run.warnings for run in runs if run.warnings not in ("[]", [])] == []


def test_everything_stored_is_marked_and_stays_on_the_sample_site(sampled: Database) -> None:
    rows = _rows(sampled, "SELECT url, sample FROM event UNION ALL SELECT url, sample FROM meetup_group")
    assert all(row.sample for row in rows)
    assert all(row.url.startswith(f"https://{HOST}/") for row in rows)
    assert all(HOST in row.url for row in _rows(sampled, "SELECT url FROM source"))


def test_a_meetup_group_and_its_calendar_are_one_group_with_its_members(sampled: Database) -> None:
    (row,) = _rows(sampled, "SELECT members, id FROM meetup_group WHERE name = 'Boston Volunteers'")
    assert row.members == 2418
    assert len(_rows(sampled, f"SELECT id FROM listing WHERE group_id = {row.id}")) == 2


@pytest.mark.parametrize("name", ["Boston Volunteers", "HTML5 Game Development", "Boston IT JobSeekers"])
def test_the_advisers_examples_are_there(sampled: Database, now, name: str) -> None:
    assert name in {item["name"] for item in _found(sampled, "groups", now, near=["Boston, MA"])}


def test_boston_has_groups_and_coming_events(sampled: Database, now) -> None:
    assert len(_found(sampled, "groups", now, near=["Boston, MA"])) >= 6
    events = _found(sampled, "events", now, near=["Boston, MA"], limit=100)
    assert len(events) >= 10
    assert all(datetime.fromisoformat(event["start_date"]) > now for event in events)
    assert len({datetime.fromisoformat(event["start_date"]).weekday() for event in events}) >= 5


@pytest.mark.parametrize(("place", "least"), [("London, GB", 3), ("Berlin, DE", 3)])
def test_two_more_cities_have_events(sampled: Database, now, place: str, least: int) -> None:
    assert len(_found(sampled, "events", now, near=[place])) >= least


@pytest.mark.parametrize(
    ("kind", "options", "least"),
    [
        ("events", {"field": ["software-engineering"]}, 3),
        ("events", {"interest": ["games"]}, 3),
        ("groups", {"field": ["nursing"]}, 1),
        ("groups", {"field": ["finance"]}, 1),
        ("groups", {"field": ["digital-marketing"]}, 1),
        ("groups", {"interest": ["job-search-support"]}, 1),
        ("groups", {"interest": ["volunteering"]}, 1),
    ],
)
def test_a_newcomer_of_many_trades_finds_something(
    sampled: Database, now, kind: str, options: dict, least: int
) -> None:
    assert len(_found(sampled, kind, now, near=["Boston, MA"], **options)) >= least


def test_a_software_engineer_who_likes_games_finds_a_group(sampled: Database, now) -> None:
    items = _found(
        sampled,
        "groups",
        now,
        near=["Boston, MA"],
        field=["software-engineering"],
        interest=["games"],
    )
    group = next(item for item in items if item["name"] == "HTML5 Game Development")
    assert group["distance_km"] is not None
    assert {source["platform"] for source in group["sources"]} == {"meetup"}
    assert group["sample"] is True


def test_samples_added_again_later_are_dated_anew(sampled: Database, now: datetime) -> None:
    before = _rows(sampled, "SELECT COUNT(*) AS found FROM event")[0].found
    later = now + timedelta(days=40)
    asyncio.run(add_samples(sampled, later))
    rows = _rows(sampled, "SELECT start_at FROM event")
    assert len(rows) == before
    assert all(row.start_at > later.timestamp() for row in rows)


def test_no_worker_ever_claims_a_sample(sampled: Database, now: datetime) -> None:
    assert claim_due(sampled, "worker", now + timedelta(days=30), 100, pages=True) == []


def _load_one(database: Database, tmp_path: Path, now: datetime) -> None:
    file = tmp_path / "real.jsonl"
    event = {
        "type": "event",
        "platform": "ical",
        "source": "A real calendar",
        "uid": "1",
        "name": "A real evening",
        "start_date": "2026-12-01T18:30:00-05:00",
        "location": {"city": "Boston", "region": "Massachusetts", "country": "US"},
    }
    file.write_text(json.dumps(event) + "\n")
    assert load(database, [file], now, lambda _: None).counts.inserted >= 1


def test_the_first_real_listing_takes_the_samples_with_it(
    sampled: Database, tmp_path: Path, now: datetime
) -> None:
    _load_one(sampled, tmp_path, now)
    assert [row.name for row in _rows(sampled, "SELECT name FROM event")] == ["A real evening"]
    assert _rows(sampled, "SELECT id FROM meetup_group WHERE sample") == []
    assert _rows(sampled, "SELECT slug FROM source WHERE origin = 'sample'") == []
    assert (
        _rows(sampled, "SELECT event_id FROM event_topic WHERE event_id NOT IN (SELECT id FROM event)") == []
    )


def test_real_listings_are_never_joined_by_samples(database: Database, tmp_path: Path, now: datetime) -> None:
    _load_one(database, tmp_path, now)
    assert asyncio.run(add_samples(database, now)) == 0
    assert _rows(database, "SELECT id FROM event WHERE sample") == []
