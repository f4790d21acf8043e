"""Take-downs: what an organiser asks is kept for the operator; what is removed stays away from every later fetch."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.cli import main
from app.core.ids import public
from app.ingest.pipeline import ingest
from app.ingest.takedowns.repository import remove_listing, take_downs
from app.main import create_app
from app.settings import read_settings
from scrapers.records import ScrapedOrganizer
from tests.app.conftest import a_group, an_event
from tests.app.fetching.test_fetch_source import Bench, calendar

GROUP = "https://www.meetup.com/boston-python/"
EVENT = "https://www.meetup.com/boston-python/events/1/"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def live(database, table: str = "event") -> list[str]:
    with database.read() as connection:
        rows = connection.execute(text(f"SELECT name FROM {table} WHERE removed_at IS NULL ORDER BY name"))
        return [row.name for row in rows]


def another_event(**members):
    url = "https://www.meetup.com/boston-python/events/2/"
    return an_event(uid="2", name="Python talks", url=url, **members)


def test_an_event_that_was_taken_down_does_not_come_back(database, source, now):
    here = source("meetup")
    ingest(database, [(here, an_event()), (here, another_event())], now)
    removed = remove_listing(database, EVENT, now)
    assert (removed.events, removed.groups) == (1, 0)
    assert live(database) == ["Python talks"]
    later = now + timedelta(days=1)
    ingest(
        database, [(here, an_event(name="Python project night, new room")), (here, another_event())], later
    )
    assert live(database) == ["Python talks"]


def test_nor_does_it_come_back_from_another_source_or_under_another_address(database, source, now):
    here, there = source("meetup"), source("luma", "another")
    ingest(database, [(here, an_event())], now)
    remove_listing(database, EVENT, now)
    ingest(database, [(there, an_event(uid="x", platform="luma", url=EVENT + "?utm_source=luma"))], now)
    ingest(database, [(here, an_event(url="https://www.meetup.com/boston-python/events/elsewhere/"))], now)
    assert live(database) == []


@pytest.mark.parametrize("by", ["address", "id"])
def test_a_group_that_was_taken_down_takes_its_present_and_coming_events_along(database, source, now, by):
    here = source("meetup")
    ingest(database, [(here, a_group()), (here, an_event())], now)
    with database.read() as connection:
        [number] = connection.execute(text("SELECT id FROM meetup_group")).scalars()
    removed = remove_listing(database, GROUP if by == "address" else public(number), now)
    assert (removed.events, removed.groups) == (1, 1)
    ingest(database, [(here, a_group(members=1300)), (here, an_event()), (here, another_event())], now)
    assert live(database) == []
    assert live(database, "meetup_group") == []


def test_others_are_left_alone(database, source, now):
    here = source("meetup")
    other = an_event(
        uid="9",
        name="Rust evening",
        url="https://www.meetup.com/boston-rust/events/9/",
        organizer=ScrapedOrganizer(
            uid="boston-rust", name="Boston Rust", url="https://www.meetup.com/boston-rust/"
        ),
    )
    ingest(database, [(here, an_event()), (here, other)], now)
    remove_listing(database, GROUP, now)
    ingest(database, [(here, an_event()), (here, other)], now)
    assert live(database) == ["Rust evening"]
    assert live(database, "meetup_group") == ["Boston Rust"]


def test_it_may_be_hidden_before_it_was_ever_seen_and_twice(database, source, now):
    remove_listing(database, EVENT, now)
    remove_listing(database, EVENT, now)
    ingest(database, [(source("meetup"), an_event())], now)
    assert live(database) == []


def test_a_group_that_lost_its_last_event_is_not_called_active_for_it(database, source, now):
    ingest(database, [(source("meetup"), a_group()), (source("meetup"), an_event())], now)
    remove_listing(database, EVENT, now)
    with database.read() as connection:
        assert connection.execute(text("SELECT latest_event_at FROM meetup_group")).scalar() is None


def test_what_is_neither_address_nor_id_is_refused(database, now):
    with pytest.raises(ValueError, match="neither a web address"):
        remove_listing(database, "that one", now)


@pytest.mark.anyio
async def test_a_fetch_of_the_source_brings_nothing_back(database, site, now):
    bench = Bench(database, site, now)
    await bench.run(calendar(5))
    remove_listing(database, "https://www.meetup.com/boston-python/events/3/", now)
    assert bench.live == 4
    run = await bench.run(calendar(6, note=", moved"))
    assert run.outcome == "ok"
    assert bench.live == 5
    assert "Python night 3, moved" not in live(database)


def test_a_removed_event_is_gone_for_the_api(database, source, now):
    ingest(database, [(source("meetup"), an_event())], now)
    with database.read() as connection:
        [number] = connection.execute(text("SELECT id FROM event")).scalars()
    with TestClient(create_app(read_settings(), database)) as api:
        assert api.get(f"/v1/events/{public(number)}").status_code == 200
        remove_listing(database, public(number), now)
        assert api.get(f"/v1/events/{public(number)}").status_code == 410


@pytest.mark.parametrize("action", ["remove", "correct", "claim"])
def test_an_organisers_request_is_kept_for_the_operator(database, action):
    with TestClient(create_app(read_settings(), database)) as api:
        answer = api.post(
            "/v1/take-downs",
            json={"action": action, "target": EVENT, "contact": "me@example.org", "note": "mine"},
        )
    assert answer.status_code == 202
    [row] = take_downs(database)
    assert (row["id"], row["action"], row["target"]) == (answer.json()["id"], action, EVENT)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("action", "destroy"),
        ("target", "that one"),
        ("contact", "call me"),
        ("contact", ""),
        ("note", "x" * 2_001),
    ],
)
def test_a_request_that_nobody_could_answer_is_refused(database, member, value):
    body = {"action": "remove", "target": EVENT, "contact": "me@example.org", member: value}
    with TestClient(create_app(read_settings(), database)) as api:
        answer = api.post("/v1/take-downs", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == member
    assert take_downs(database) == []


def cli(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


def test_the_operator_lists_removes_and_settles(database, database_url, source, now, monkeypatch, capsys):
    monkeypatch.setenv("NEXTCIRCLE_DATABASE_URL", database_url)
    ingest(database, [(source("meetup"), an_event())], now)
    with TestClient(create_app(read_settings(), database)) as api:
        identity = api.post(
            "/v1/take-downs", json={"action": "remove", "target": EVENT, "contact": "me@example.org"}
        ).json()["id"]
    assert cli("sources", "take-downs") == 0
    assert f"{identity}\tremove\t{EVENT}\tme@example.org" in capsys.readouterr().out
    assert cli("sources", "remove-listing", EVENT) == 0
    assert "1 events and 0 groups removed" in capsys.readouterr().out
    assert cli("sources", "take-downs", "--done", identity) == 0
    assert take_downs(database) == []
    [row] = take_downs(database, open_only=False)
    assert row["contact"] == "", "who asked is forgotten when it is dealt with"
    assert cli("sources", "take-downs", "--done", identity) == 1
    assert cli("sources", "remove-listing", "nonsense") == 2
