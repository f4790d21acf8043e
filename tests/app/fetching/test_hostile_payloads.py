"""Every hostile file through the real fetcher and the worker into the database: each ends as its INDEX says.

`tests.app.fetching.hostile_index` has a row for each. A file is met three ways: as the first answer of a source, where feeds and
lists have no dates with dates put in, so that their items are stored at all, and as the answer of a source whose events
are known already. The parsers have the limits of the product, so that a busy machine changes no outcome; the slowest runs
are printed (`pytest -s`) for who holds them against the two seconds that the INDEX gives a parser.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.db import Database
from app.fetching.run import Run
from app.fetching.worker import Worker
from app.listings.items import unpack
from app.sources.catalogue import CatalogueSource
from app.sources.repository.sources import add
from scrapers.http.client import PoliteClient
from scrapers.parser_pool import ParserPool
from scrapers.platform import Access
from tests.app.fetching.hostile_index import BELIEVED, DATED, ETAGS, FOLLOWED, ROWS, WAITS, Row
from tests.scrapers.servers import answer, serving

DATA = os.environ.get("EVALUATION_DATA", "")
FILES = Path(DATA) / "hostile"
FOLDERS = ("html", "http_raw", "ics", "json", "xml")
TYPES = {
    ".ics": "text/calendar", ".html": "text/html", ".json": "application/json", ".rss": "application/rss+xml",
    ".atom": "application/atom+xml", ".opml": "text/x-opml", ".svg": "image/svg+xml", ".txt": "text/plain",
}  # fmt: skip

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(not DATA, reason="skipped: EVALUATION_DATA is not set")]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def pool(now: datetime) -> Iterator[ParserPool]:
    with ParserPool(processes=2) as opened:
        yield opened


@dataclass
class Bench:
    """Sources of one answer each, each on a host of its own, and the runs that the worker made of them."""

    database: Database
    pool: ParserPool
    now: datetime
    asked: list[str] = field(default_factory=list)

    async def run(self, *rounds: dict[str, bytes]) -> dict[str, Run]:
        """The last run of each source by its name; every further round is what the same sources answer a week later."""
        names = list(rounds[0])
        addresses = [f"127.0.{2 + number // 250}.{1 + number % 250}" for number in range(len(names))]
        runs: dict[str, Run] = {}
        async with serving({}, also_at=addresses) as server:
            hosts = [f"{address}:{server.port}" for address in addresses]
            paths = {name: f"/{number}" for number, name in enumerate(names)}
            rows = [
                CatalogueSource(
                    slug=f"h{number}",
                    platform="page" if name.startswith(("html/", "json/", "xml/")) else "ical",
                    name=name,
                    url=f"http://{hosts[number]}{paths[name]}",
                    access=Access.FEED,
                )
                for number, name in enumerate(names)
            ]
            add(self.database, rows, "operator", self.now)
            for number, answers in enumerate(rounds):
                moment = self.now + timedelta(days=8 * number, seconds=5)
                server.routes.update({paths[name]: body for name, body in answers.items()})
                async with PoliteClient(
                    user_agent="NextCircle/test",
                    allow_hosts=tuple(hosts),
                    min_interval=0,
                    resolver=_nobody,
                    now=lambda moment=moment: moment,
                ) as client:
                    await Worker(
                        self.database,
                        client,
                        pages=True,
                        clock=lambda moment=moment: moment,
                        read=self.pool.read,
                        report=lambda run: runs.__setitem__(run.name, run),
                    ).fetch_due()
            self.asked += [seen.path for seen in server.seen]
        return runs

    def stored(self) -> dict[str, list[dict[str, Any]]]:
        """What is kept of each source's listings by its name; `known` tells whether people are still shown it."""
        with self.database.read() as connection:
            rows = connection.execute(
                text(
                    "SELECT s.name, l.content, l.removed_at AS unlisted, e.removed_at AS removed FROM listing l"
                    " JOIN source s ON s.id = l.source_id JOIN event e ON e.id = l.event_id ORDER BY l.start_at, l.id"
                )
            ).all()
        found: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            known = row.unlisted is None and row.removed is None
            found.setdefault(row.name, []).append({**json.loads(unpack(row.content)), "known": known})
        return found

    def sources(self) -> dict[str, Any]:
        """The source rows by name."""
        with self.database.read() as connection:
            return {row.name: row for row in connection.execute(text("SELECT * FROM source")).all()}


@pytest.fixture
def bench(database: Database, pool: ParserPool, now: datetime) -> Bench:
    return Bench(database, pool, now)


async def _nobody(host: str, port: int) -> list[str]:
    raise OSError


def served(name: str) -> bytes:
    """The bytes of a file's answer."""
    path = FILES / name
    body = path.read_bytes()
    return body if path.suffix == ".http" else answer(body, content_type=TYPES[path.suffix])


def dated(name: str) -> bytes:
    """The answer with a date in every item that has none: what is tested is then stored and not left out for that."""
    path = FILES / name
    body = path.read_bytes()
    if path.suffix == ".json":
        body = body.replace(b'{"id"', b'{"start":"2027-01-01T18:00:00Z","name":"dated","id"')
    else:
        when = b'<ev:startdate xmlns:ev="http://purl.org/rss/1.0/modules/event/">2027-01-01T18:00:00Z</ev:startdate>'
        body = re.sub(rb"<(item|entry)>", lambda found: found[0] + when, body)
    return answer(body, content_type=TYPES[path.suffix])


def known(number: int) -> bytes:
    """A calendar of six coming events, at times of their own so that no two sources have the same one."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    for day in range(2, 14, 2):
        start = datetime(2026, 12, day, 8) + timedelta(minutes=5 * number)
        lines += [
            "BEGIN:VEVENT",
            f"UID:{day}",
            f"DTSTART:{start:%Y%m%dT%H%M%SZ}",
            "SUMMARY:Known",
            "END:VEVENT",
        ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def ended(run: Run, records: list[dict[str, Any]]) -> Row:
    """How a run went in the words of a row."""
    return Row(
        run.outcome,
        " ".join(sorted({warning["code"] for warning in run.warnings})),
        dict(Counter(record["name"][:30].rstrip("0123456789") for record in records)),
    )


def differences(runs: dict[str, Run], stored: dict[str, list[dict[str, Any]]], rows: dict[str, Row]) -> dict:
    """What ended otherwise than its row says: (as it ended, as it should have)."""
    got = {name: ended(runs[name], stored.get(name, [])) for name in rows}
    return {name: (got[name], row) for name, row in rows.items() if got[name] != row}


def test_every_hostile_file_has_its_row():
    assert {f"{folder}/{path.name}" for folder in FOLDERS for path in (FILES / folder).iterdir()} == set(ROWS)


async def test_every_hostile_file_ends_as_its_index_says(bench: Bench):
    runs = await bench.run({name: served(name) for name in ROWS})
    assert differences(runs, bench.stored(), ROWS) == {}
    assert all(run.outcome == "ok" or run.detail for run in runs.values())
    # Nothing is asked for twice, and nothing that a body names is asked for at all.
    asked = Counter(path for path in bench.asked if path != "/robots.txt")
    assert max(asked.values()) == 1
    assert {path for path in asked if not re.fullmatch(r"/\d+", path)} == FOLLOWED
    print_slowest(runs)


async def test_items_of_hostile_feeds_and_lists_are_kept_where_they_have_dates(bench: Bench):
    runs = await bench.run({name: dated(name) for name in DATED})
    stored = bench.stored()
    assert differences(runs, stored, DATED) == {}
    names = [record["name"] for record in stored["json/24_unicode_mix.json"]]
    assert names.count("caf\u00e9") == 2
    places = {record["uid"]: record.get("location") for record in stored["json/25_latlon.json"]}
    assert {uid: place for uid, place in places.items() if place} == {"2": {"lat": 13.4, "lon": 152.5}}
    urls = {record["uid"]: record.get("url") for record in stored["json/26_redirect_body.json"]}
    assert urls["5"] == "https://ex\u00e4mple.org/"
    assert (urls["4"], urls["6"], urls["8"]) == (None, None, None)


async def test_what_is_stored_of_hostile_files_is_safe(bench: Bench):
    await bench.run({name: dated(name) if name in DATED else served(name) for name in ROWS})
    stored = bench.stored()
    for record in (each for records in stored.values() for each in records):
        for written in (record["name"], record.get("description") or ""):
            assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2028\u2029\ud800-\udfff]", written), (
                record
            )
        assert len(record["name"]) <= 300
        for url in (record.get("url"), record.get("image")):
            assert url is None or re.match(r"https?://[^/@\s]+(/|$)", url, re.IGNORECASE), record
        place = record.get("location") or {}
        assert -90 <= place.get("lat", 0) <= 90
        assert -180 <= place.get("lon", 0) <= 180
    [cancelled] = stored["ics/38_method_cancel.ics"]
    [control] = stored["ics/00_control_good.ics"]
    assert cancelled["uid"] == control["uid"]
    assert (cancelled.get("event_status"), control.get("event_status")) == ("EventCancelled", None)


async def test_times_of_hostile_calendars_are_what_their_zones_make_of_them(bench: Bench):
    names = ("ics/21_dst_gap_and_fold.ics", "ics/24_durations.ics")
    await bench.run({name: served(name) for name in names})
    zoned, durations = (bench.stored()[name] for name in names)
    assert sorted(record["start_date"] for record in zoned) == [
        "2027-01-01T00:00:00+14:00",
        "2027-01-01T12:00:00+13:45",
        *("2027-02-25T19:00:00-05:00", "2027-03-04T19:00:00-05:00", "2027-03-11T19:00:00-05:00"),
        *("2027-03-18T19:00:00-04:00", "2027-03-25T19:00:00-04:00"),
        "2027-03-28T03:30:00+02:00",
        "2027-04-01T19:00:00-04:00",
        "2027-04-04T01:45:00+11:00",
        "2027-10-31T02:30:00+02:00",
    ]
    ends = [record["end_date"] for record in durations if record.get("end_date")]
    assert ends == ["2027-01-01T20:00:00+00:00"] * 2


async def test_no_hostile_file_removes_what_was_known(bench: Bench):
    runs = await bench.run(
        {name: answer(known(number), content_type="text/calendar") for number, name in enumerate(ROWS)},
        {name: served(name) for name in ROWS},
    )
    kept = {
        name: [record["name"] for record in records if record["known"]]
        for name, records in bench.stored().items()
    }
    assert {name for name in ROWS if kept.get(name, []).count("Known") != 6} == BELIEVED
    # An answer that reads well and lacks what was known is told as well, and nothing is concluded from it.
    told = {name: {"ok": {"shrunken"}}.get(row.outcome, {row.outcome}) for name, row in ROWS.items()}
    otherwise = {
        name: (run.outcome, run.detail) for name, run in runs.items() if run.outcome not in told[name]
    }
    assert set(otherwise) == BELIEVED, otherwise


async def test_a_host_that_asks_for_time_gets_it_and_one_that_ends_is_left_alone(bench: Bench, now: datetime):
    await bench.run({name: served(name) for name in ROWS if name.startswith("http_raw/")})
    sources = bench.sources()
    for name, least in WAITS.items():
        waits = sources[name].next_fetch_at - int(now.timestamp())
        assert least.total_seconds() <= waits <= least.total_seconds() + 86_400, name
    assert not any(row.paused for row in sources.values())
    for name in ("http_raw/59_410_gone.http", "http_raw/60_451.http"):
        assert sources[name].next_fetch_at - int(now.timestamp()) >= 86_400


async def test_an_answer_that_did_not_change_is_written_nowhere(bench: Bench):
    body = {
        name: served(name) for name in ("http_raw/29_200_same_etag.http", "http_raw/30_lm_same_etag_new.http")
    }
    runs = await bench.run(body, body)
    assert {run.outcome for run in runs.values()} == {"unchanged"}
    assert {name: row.etag for name, row in bench.sources().items()} == ETAGS


def print_slowest(runs: dict[str, Run]) -> None:
    for run in sorted(runs.values(), key=lambda run: -run.elapsed_ms)[:5]:
        print(f"{run.elapsed_ms:6} ms  {run.name}  {run.outcome}")  # noqa: T201  for people who ask with -s
