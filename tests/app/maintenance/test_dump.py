"""The dump: made at night by one worker of all, whole or not there, served with tags and ranges."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.ingest.pipeline import ingest
from app.main import create_app
from app.maintenance.dump import dump
from app.runtime.housekeeping import House
from app.settings import read_settings
from tests.app.conftest import a_group, an_event

BASE = "https://nextcircle.test"


@pytest.fixture
def stored(database, source, now):
    """Three events to come, one that is over, and a group."""
    ref = source("meetup", "city", attribution="The city")
    events = [
        an_event(
            uid=str(n),
            name=f"Evening {n}",
            url=f"https://example.org/{n}",
            start_date=now + timedelta(days=n),
        )
        for n in (1, 2, 3, -5)
    ]
    ingest(database, [(ref, each) for each in (a_group(), *events)], now)
    return ref


@pytest.fixture
def client(database, tmp_path):
    """The API with a folder for the dump."""
    settings = read_settings(public_url=BASE, dump_dir=tmp_path / "dump")
    with TestClient(create_app(settings, database), raise_server_exceptions=False) as opened:
        yield opened


def rows_of(client, name: str) -> list:
    return [json.loads(line) for line in gzip.decompress(client.get(f"/v1/dump/{name}").content).splitlines()]


def test_before_the_first_night_there_is_none(client):
    response = client.get("/v1/dump")
    assert response.status_code == 404
    assert "nextcircle dump" in response.json()["detail"]
    assert client.get("/v1/dump/events.jsonl.gz").status_code == 404


def test_it_holds_what_is_to_come_and_every_group_in_every_format(client, database, stored, tmp_path, now):
    dump(database, tmp_path / "dump", BASE, now)
    listed = client.get("/v1/dump").json()
    files = {each["name"]: each for each in listed["files"]}
    assert set(files) == {
        "events.jsonl.gz", "events.csv.gz", "events.ics.gz", "events.geojson.gz",
        "groups.jsonl.gz", "groups.csv.gz", "groups.geojson.gz",
    }  # fmt: skip
    assert "attribution" in listed["terms"]
    for name, each in files.items():
        response = client.get(each["url"].removeprefix(BASE))
        assert response.status_code == 200
        assert response.headers["content-type"] == "application/gzip"
        assert hashlib.sha256(response.content).hexdigest() == each["sha256"]
        assert len(response.content) == each["bytes"]
        assert each["rows"] == (3 if name.startswith("events") else 1)
    assert {each["name"] for each in rows_of(client, "events.jsonl.gz")} == {
        "Evening 1",
        "Evening 2",
        "Evening 3",
    }
    assert rows_of(client, "groups.jsonl.gz")[0]["sources"][0]["attribution"] == "The city"


def test_a_row_is_what_the_api_answers(client, database, stored, tmp_path, now):
    dump(database, tmp_path / "dump", BASE, now)
    for row in rows_of(client, "events.jsonl.gz"):
        assert client.get(f"/v1/events/{row['id']}").json() == row


def test_changes_go_on_where_the_dump_ends(client, database, stored, tmp_path, now):
    dump(database, tmp_path / "dump", BASE, now)
    since = client.get("/v1/dump").json()["since"]
    assert client.get(since["events"]).json()["items"] == []
    assert client.get(since["groups"]).json()["items"] == []
    from app.core.clock import utc_now

    event = an_event(
        uid="9", name="New", url="https://example.org/9", start_date=utc_now() + timedelta(days=9)
    )
    ingest(database, [(stored, event)], now)
    assert [each["name"] for each in client.get(since["events"]).json()["items"]] == ["New"]


def test_it_may_be_loaded_in_parts_and_only_when_it_is_new(client, database, stored, tmp_path, now):
    dump(database, tmp_path / "dump", BASE, now)
    path = "/v1/dump/events.jsonl.gz"
    whole = client.get(path)
    size, tag = len(whole.content), whole.headers["etag"]
    first = client.get(path, headers={"Range": "bytes=0-99"})
    rest = client.get(path, headers={"Range": "bytes=100-", "If-Range": tag})
    assert (first.status_code, rest.status_code) == (206, 206)
    assert first.headers["content-range"] == f"bytes 0-99/{size}"
    assert first.content + rest.content == whole.content
    assert client.get(path, headers={"Range": "bytes=-10"}).content == whole.content[-10:]
    assert client.get(path, headers={"Range": "bytes=0-9", "If-Range": '"old"'}).status_code == 200
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    head = client.head(path)
    assert (head.status_code, head.headers["content-length"]) == (200, str(size))


@pytest.mark.parametrize(
    "asked", ["bytes=-", "bytes=a-b", "lines=0-1", "bytes=0-0," * 1_000, "bytes=1-0,0-1", ""]
)
def test_a_range_that_cannot_be_read_is_the_whole_file(client, database, stored, tmp_path, now, asked):
    dump(database, tmp_path / "dump", BASE, now)
    assert client.get("/v1/dump/events.csv.gz", headers={"Range": asked}).status_code == 200


@pytest.mark.parametrize("asked", ["bytes=999999-", "bytes=5-2", "bytes=-0"])
def test_a_range_that_there_is_not_is_416(client, database, stored, tmp_path, now, asked):
    dump(database, tmp_path / "dump", BASE, now)
    response = client.get("/v1/dump/events.csv.gz", headers={"Range": asked})
    assert response.status_code == 416
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["content-range"].startswith("bytes */")


@pytest.mark.parametrize(
    "name", ["dump.json", "..%2f..%2fetc%2fpasswd", "events-20261123T120000Z.jsonl.gz", "x"]
)
def test_no_other_file_is_served(client, database, stored, tmp_path, now, name):
    dump(database, tmp_path / "dump", BASE, now)
    assert client.get(f"/v1/dump/{name}").status_code == 404


def test_the_files_of_the_dump_before_stay_for_one_night(database, stored, tmp_path, now):
    folder = tmp_path / "dump"
    for day in range(4):
        dump(database, folder, BASE, now + timedelta(days=day))
    assert len(list(folder.glob("*.gz"))) == 2 * 7
    assert [each for each in folder.iterdir() if each.name.startswith(".")] == []


def test_a_dump_that_fails_leaves_the_one_before(database, stored, tmp_path, now, monkeypatch):
    folder = tmp_path / "dump"
    before = dump(database, folder, BASE, now)

    def broken(*_):
        raise RuntimeError("no more rows")

    monkeypatch.setattr("app.maintenance.dump.group_json", broken)
    with pytest.raises(RuntimeError):
        dump(database, folder, BASE, now + timedelta(days=1))
    assert json.loads((folder / "dump.json").read_bytes()) == before
    assert all((folder / each["stored"]).is_file() for each in before["files"])
    assert list(folder.glob(".*.gz")) == []


def test_one_worker_of_all_makes_it_once_a_night(database, source, now):
    made: list[str] = []
    moment = [now]

    def house(name: str) -> House:
        async def make() -> None:
            made.append(name)

        return House(database, name, read_settings(), dump=make, clock=lambda: moment[0])

    one, other = house("one"), house("other")
    asyncio.run(one.make_dump())
    assert made == []  # there is nothing to dump yet
    ingest(database, [(source(), an_event())], now)
    for _ in range(3):
        asyncio.run(one.make_dump())
        asyncio.run(other.make_dump())
    assert made == ["one"]
    moment[0] = now + timedelta(days=1)
    asyncio.run(other.make_dump())
    assert made == ["one", "other"]


def test_the_worker_makes_it_in_a_process_of_its_own(
    database, database_url, stored, tmp_path: Path, monkeypatch
):
    from app.runtime.processes import _dump

    monkeypatch.setenv("NEXTCIRCLE_DATABASE_URL", database_url)
    monkeypatch.setenv("NEXTCIRCLE_DUMP_DIR", str(tmp_path / "made"))
    assert asyncio.run(_dump()) is None
    assert (tmp_path / "made" / "dump.json").is_file()
    monkeypatch.setenv("NEXTCIRCLE_PORT", "eighty")
    assert "NEXTCIRCLE_PORT" in (asyncio.run(_dump()) or "")
