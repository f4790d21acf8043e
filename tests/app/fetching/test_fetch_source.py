"""A run over a real HTTP server on loopback: what is stored, what is concluded, when it is asked again."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text, update

from app.db import Database
from app.fetching.fetch_source import run_source
from app.fetching.run import Run
from app.models import Source
from app.sources.catalogue import CatalogueSource
from app.sources.repository.leases import LeaseLostError, claim_due
from app.sources.repository.sources import add, listing
from scrapers.http.client import PoliteClient
from scrapers.parser_pool import ParseError
from scrapers.platform import Access
from tests.app.conftest import Page, Site


def calendar(count: int, *, first: int = 1, note: str = "", cut: bool = False) -> bytes:
    """A Meetup group calendar with an event every other day from December on."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Meetup//Meetup Calendar 1.0//EN",
        "X-WR-CALNAME:Boston Python",
    ]
    for number in range(first, first + count):
        day = datetime(2026, 12, 1) + timedelta(days=2 * number)
        lines += [
            "BEGIN:VEVENT",
            f"UID:event_{number}@meetup.com",
            "DTSTAMP:20261101T000000Z",
            f"DTSTART;TZID=America/New_York:{day:%Y%m%d}T183000",
            f"DTEND;TZID=America/New_York:{day:%Y%m%d}T203000",
            f"SUMMARY:Python night {number}{note}",
            f"URL;VALUE=URI:https://www.meetup.com/boston-python/events/{number}/",
            "END:VEVENT",
        ]
    body = "\r\n".join([*lines, "END:VCALENDAR", ""])
    return body[: int(len(body) * 0.8)].encode() if cut else body.encode()


class Bench:
    """One source of a site, and a way to run it again and again."""

    def __init__(self, database: Database, site: Site, now: datetime) -> None:
        self.database, self.site, self.now = database, site, now
        self.path = "/boston-python/events/ical/"
        add(
            database,
            [
                CatalogueSource(
                    slug="boston-python",
                    platform="meetup",
                    name="Boston Python",
                    url=site.url(self.path),
                    access=Access.FEED,
                    city="Boston",
                    country="US",
                    lat=42.36,
                    lon=-71.06,
                    timezone="America/New_York",
                )
            ],
            "operator",
            now,
        )

    async def run(self, body: bytes | None = None, **page) -> Run:
        if body is not None:
            self.site.pages[self.path] = Page(body, **page)
        self.now += timedelta(days=1)
        [claim] = claim_due(
            self.database, "worker", self.now, 1, pages=False, slugs=["boston-python"], only_due=False
        )
        async with PoliteClient(
            user_agent="NextCircle/test", allow_hosts=(self.site.host,), min_interval=0
        ) as client:
            return await run_source(client, self.database, claim, self.now)

    def come_from_the_catalogue(self) -> None:
        with self.database.write() as connection:
            connection.execute(text("UPDATE source SET origin = 'catalogue'"))

    def let_another_host_answer(self) -> None:
        """Another source, read well from now on for as long as a test lasts."""
        other = CatalogueSource("other", "ical", "Other", "https://other.example/c.ics", Access.FEED)
        add(self.database, [other], "operator", self.now)
        far = self.now + timedelta(days=1_000)
        with self.database.write() as connection:
            connection.execute(
                update(Source.__table__)
                .where(Source.__table__.c.slug == "other")
                .values(last_run_at=far, last_ok_at=far, next_fetch_at=far)
            )

    def one(self, sql: str):
        with self.database.read() as connection:
            return connection.execute(text(sql)).scalar()

    @property
    def live(self) -> int:
        return self.one("SELECT COUNT(*) FROM event WHERE removed_at IS NULL")


@pytest.fixture
def bench(database: Database, site: Site, now: datetime) -> Bench:
    return Bench(database, site, now)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


pytestmark = pytest.mark.anyio


async def test_a_calendar_is_fetched_read_and_stored_with_its_group(bench):
    run = await bench.run(calendar(5))
    assert run.outcome == "ok"
    assert bench.live == 5
    assert bench.one("SELECT name FROM meetup_group") == "Boston Python"
    assert bench.one("SELECT city FROM event") == "Boston"


async def test_an_unchanged_source_answers_304_and_nothing_is_written(bench):
    await bench.run(calendar(5))
    before = bench.one("SELECT value FROM meta WHERE key = 'data_version'")
    run = await bench.run()
    assert run.outcome == "not_modified"
    assert bench.site.statuses(bench.path) == [200, 304]
    assert bench.one("SELECT value FROM meta WHERE key = 'data_version'") == before


async def test_a_server_that_ignores_validators_is_noticed_by_the_body(bench):
    await bench.run(calendar(5), conditional=False)
    run = await bench.run(calendar(5).replace(b"20261101T000000Z", b"20261102T000000Z"), conditional=False)
    assert run.outcome == "unchanged"
    assert run.counts.event_rows == 0


async def test_a_changed_title_changes_one_row_each(bench):
    await bench.run(calendar(5))
    run = await bench.run(calendar(5, note=", moved"))
    assert run.counts.updated == 5
    assert bench.live == 5


@pytest.mark.parametrize(
    ("body", "page", "outcome"),
    [
        (b"", {}, "empty"),
        (b"<html><title>Log in</title></html>", {"content_type": "text/html"}, "empty"),
        (calendar(5, cut=True), {}, "incomplete"),
        (b"gone", {"status": 410}, "gone"),
        (b"oops", {"status": 500}, "http_status"),
        (b"slow down", {"status": 429, "headers": {"Retry-After": "7200"}}, "rate_limited"),
    ],
    ids=["nothing", "a login page", "cut", "gone", "error", "rate limit"],
)
async def test_a_bad_answer_is_named_and_takes_nothing_away(bench, body, page, outcome):
    await bench.run(calendar(5))
    run = await bench.run(body, **page)
    assert run.outcome == outcome
    assert run.detail
    assert bench.live == 5
    assert bench.one("SELECT failures FROM source") == 1


async def test_after_a_bad_answer_the_good_one_is_read_again(bench):
    await bench.run(calendar(5))
    await bench.run(b"")
    run = await bench.run(calendar(6))
    assert run.outcome == "ok"
    assert bench.live == 6
    assert bench.one("SELECT failures FROM source") == 0


async def test_one_vanished_event_of_many_is_removed(bench):
    await bench.run(calendar(10))
    without = calendar(10).replace(
        calendar(1, first=4)[calendar(1, first=4).index(b"BEGIN:VEVENT") :][:-16], b""
    )
    run = await bench.run(without)
    assert run.counts.retired == 1
    assert bench.live == 9


async def test_retry_after_puts_the_next_fetch_off(bench):
    run = await bench.run(b"slow down", status=429, headers={"Retry-After": "86400"})
    assert not run.ok
    assert bench.one("SELECT next_fetch_at FROM source") >= int((bench.now + timedelta(days=1)).timestamp())


async def test_max_age_is_respected(bench):
    await bench.run(calendar(3), headers={"Cache-Control": "max-age=43200"})
    wait = bench.one("SELECT next_fetch_at FROM source") - int(bench.now.timestamp())
    assert 43_200 <= wait <= 86_400


async def test_a_calendar_of_three_that_loses_one_drops_it_and_takes_new_ones(bench):
    await bench.run(calendar(3))
    run = await bench.run(calendar(2, first=2))
    assert (run.outcome, run.counts.retired, bench.live) == ("ok", 1, 2)
    await bench.run(calendar(3, first=2))
    assert bench.live == 3


async def test_an_empty_calendar_is_well_asked_less_often_and_believed_the_second_time(bench):
    nothing = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"
    await bench.run(calendar(5))
    for live in (5, 0, 0):
        run = await bench.run(nothing)
        assert run.outcome in {"empty", "not_modified"}
        assert bench.live == live
        assert bench.one("SELECT failures FROM source") == 0
        wait = bench.one("SELECT next_fetch_at FROM source") - int(bench.now.timestamp())
        assert 86_400 <= wait < 7 * 86_400
    await bench.run(calendar(5))
    assert bench.live == 5


@pytest.mark.parametrize("status", [404, 410])
async def test_an_address_with_nothing_there_is_asked_daily_then_weekly_and_recovers_by_itself(bench, status):
    await bench.run(calendar(5))
    waits = []
    for _ in range(12):
        await bench.run(b"gone", status=status)
        waits.append(bench.one("SELECT next_fetch_at FROM source") - int(bench.now.timestamp()))
    assert waits[0] // 86_400 == 1
    assert waits[-1] // 86_400 == 7
    assert bench.one("SELECT paused FROM source") is None
    assert bench.live == 5
    assert (await bench.run(calendar(6))).outcome == "ok"
    assert bench.one("SELECT failures FROM source") == 0


async def test_an_address_of_the_catalogue_that_was_never_read_is_tried_slowly_and_never_paused(bench):
    bench.come_from_the_catalogue()
    bench.let_another_host_answer()
    waits = []
    for _ in range(12):
        run = await bench.run(b"down", status=500)
        assert run.outcome == "http_status"
        waits.append(bench.one("SELECT next_fetch_at FROM source WHERE slug = 'boston-python'"))
        waits[-1] -= int(bench.now.timestamp())
    assert all(wait >= 86_400 for wait in waits[:7])
    assert all(wait >= 7 * 86_400 for wait in waits[7:])
    [row] = [each for each in listing(bench.database, pages=False) if each["slug"] == "boston-python"]
    assert row["state"] == "failing"
    assert row["reason"].startswith("never read yet: it answered with an error; it is tried again by itself")
    assert (await bench.run(calendar(5))).outcome == "ok"


async def test_an_address_of_the_catalogue_is_tried_soon_again_where_nothing_else_answers_either(bench):
    bench.come_from_the_catalogue()
    await bench.run(b"down", status=500)
    wait = bench.one("SELECT next_fetch_at FROM source") - int(bench.now.timestamp())
    assert wait < 3_600


async def test_ten_failures_in_a_row_pause_a_source(bench):
    for _ in range(10):
        await bench.run(b"oops", status=500)
    assert "10 failures" in bench.one("SELECT paused FROM source")


async def test_a_worker_that_lost_its_lease_writes_nothing(bench):
    bench.site.pages[bench.path] = Page(calendar(5))
    [claim] = claim_due(bench.database, "frozen", bench.now, 1, pages=False)
    later = bench.now + timedelta(minutes=10)
    assert len(claim_due(bench.database, "other", later, 1, pages=False)) == 1
    async with PoliteClient(
        user_agent="NextCircle/test", allow_hosts=(bench.site.host,), min_interval=0
    ) as client:
        with pytest.raises(LeaseLostError):
            await run_source(client, bench.database, claim, later)
    assert bench.live == 0
    assert bench.one("SELECT COUNT(*) FROM fetch_run") == 0


async def test_a_reader_that_dies_is_a_named_run_and_takes_nothing_away(bench):
    def dies(*_):
        raise ParseError("parser_timeout", "reading it took more than 20 seconds")

    await bench.run(calendar(5))
    bench.site.pages[bench.path] = Page(calendar(6))
    bench.now += timedelta(days=1)
    [claim] = claim_due(
        bench.database, "w", bench.now, 1, pages=False, slugs=["boston-python"], only_due=False
    )
    async with PoliteClient(
        user_agent="NextCircle/test", allow_hosts=(bench.site.host,), min_interval=0
    ) as client:
        run = await run_source(client, bench.database, claim, bench.now, read=dies)
    assert run.outcome == "parser_timeout"
    assert bench.live == 5
    assert bench.one("SELECT etag FROM source") is None


def tribe_page(site: Site, numbers: range, following: str | None) -> bytes:
    """A page of The Events Calendar's REST answer."""
    events = [
        {
            "id": number,
            "status": "publish",
            "title": f"Breakfast {number}",
            "url": f"https://chamber.example/event/{number}/",
            "start_date": f"2026-12-{number:02d} 08:00:00",
            "end_date": f"2026-12-{number:02d} 09:00:00",
            "timezone": "America/New_York",
        }
        for number in numbers
    ]
    return json.dumps(
        {"events": events, "total": 9, **({"next_rest_url": following} if following else {})}
    ).encode()


@pytest.fixture
def paged(database: Database, site: Site, now: datetime) -> Bench:
    """A listing of two pages."""
    first = "/wp-json/tribe/events/v1/events"
    bench = Bench(database, site, now)
    with database.write() as connection:
        connection.execute(text("DELETE FROM source"))
    row = CatalogueSource(
        slug="boston-python", platform="tribe", name="Chamber", url=site.url(first), access=Access.FEED
    )
    add(database, [row], "operator", now)
    bench.path = first
    second = f"{first}?page=2"
    site.pages[first] = Page(tribe_page(site, range(1, 6), site.url(second)), "application/json")
    site.pages[second] = Page(tribe_page(site, range(6, 10), None), "application/json")
    return bench


async def test_the_pages_of_a_listing_are_read_in_one_run(paged):
    run = await paged.run()
    assert run.outcome == "ok"
    assert paged.live == 9
    assert paged.one("SELECT COUNT(*) FROM source") == 1


async def test_a_listing_of_several_pages_is_read_whole_the_next_time_too(paged):
    await paged.run()
    paged.site.pages[f"{paged.path}?page=2"] = Page(
        tribe_page(paged.site, range(6, 9), None), "application/json"
    )
    run = await paged.run()
    assert run.outcome == "ok"
    # The ninth was the last one listed, so it may merely not be listed yet: a second answer decides.
    assert paged.live == 9
    await paged.run()
    assert paged.live == 8


async def test_a_page_that_fails_makes_the_answer_incomplete_and_takes_nothing_away(paged):
    await paged.run()
    paged.site.pages[f"{paged.path}?page=2"] = Page(b"oops", "text/plain", 500)
    run = await paged.run()
    assert run.outcome == "incomplete"
    assert any(warning["code"] == "page_failed" for warning in run.warnings)
    assert paged.live == 9


async def test_pages_that_lead_to_each_other_end(paged):
    second = f"{paged.path}?page=2"
    paged.site.pages[second] = Page(
        tribe_page(paged.site, range(6, 10), paged.site.url(paged.path)), "application/json"
    )
    assert (await paged.run()).outcome == "ok"
    assert len([path for path, *_ in paged.site.asked if path == second]) == 1


async def test_a_slow_listing_of_many_pages_ends_before_its_lease_does(paged, monkeypatch):
    monkeypatch.setattr("app.fetching.fetch_source.PAGES_SECONDS", -1.0)
    run = await paged.run()
    assert run.outcome == "incomplete"
    assert paged.live == 5


def weekly(*hours: int, uids: list[str] | None = None, name: str = "Coffee") -> bytes:
    """A calendar of events without addresses: a series of each hour, or single ones with these uids."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Coffee//EN"]
    for hour in hours:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{uids.pop(0) if uids else 'coffee@example.org'}",
            "DTSTAMP:20261101T000000Z",
            f"DTSTART;TZID=America/New_York:20261207T{hour:02d}0000",
            f"SUMMARY:{name}",
            *([] if uids is not None else ["RRULE:FREQ=WEEKLY;COUNT=12"]),
            "END:VEVENT",
        ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def ids_of(bench) -> list[int]:
    with bench.database.read() as connection:
        query = "SELECT id FROM event WHERE removed_at IS NULL AND merged_into IS NULL ORDER BY start_at"
        return [row.id for row in connection.execute(text(query))]


async def test_events_that_get_a_new_uid_at_every_export_stay_the_same_events(bench):
    await bench.run(weekly(8, 12, 16, uids=["a", "b", "c"]))
    before = ids_of(bench)
    for round_ in range(3):
        run = await bench.run(weekly(8, 12, 16, uids=[f"{letter}{round_}" for letter in "abc"]))
        assert run.outcome == "ok"
    assert ids_of(bench) == before
    assert bench.one("SELECT COUNT(*) FROM listing WHERE kind = 'e'") == 3


async def test_a_series_that_is_moved_by_an_hour_keeps_its_events(bench):
    await bench.run(weekly(9))
    before = ids_of(bench)
    assert len(before) == 12
    run = await bench.run(weekly(10))
    assert (run.outcome, run.counts.retired) == ("ok", 0)
    assert ids_of(bench) == before


async def test_two_of_a_name_at_one_time_are_two_events_whatever_their_uids(bench):
    await bench.run(weekly(8, 8, uids=["a", "b"]))
    before = ids_of(bench)
    await bench.run(weekly(8, 8, uids=["c", "d"]))
    assert ids_of(bench) == before


async def test_the_calendar_that_a_hackerspace_names_becomes_a_source_of_its_own(bench):
    with bench.database.write() as connection:
        connection.execute(text("UPDATE source SET platform = 'space_api'"))
    space = {
        "api_compatibility": ["14"],
        "space": "Harbour Makers",
        "url": "https://harbourmakers.example.org/",
        "location": {"lat": 42.36, "lon": -71.05},
        "feeds": {"calendar": {"type": "ical", "url": "https://calendar.harbourmakers.example.org/all.ics"}},
    }
    run = await bench.run(json.dumps(space).encode(), content_type="application/json")
    assert run.outcome == "ok"
    assert bench.one("SELECT name FROM meetup_group") == "Harbour Makers"
    with bench.database.read() as connection:
        [found] = connection.execute(text("SELECT * FROM source WHERE origin = 'discovered'")).mappings()
    assert (found["platform"], found["url"]) == ("ical", "https://calendar.harbourmakers.example.org/all.ics")
    assert (found["city"], found["timezone"]) == ("Boston", "America/New_York")
