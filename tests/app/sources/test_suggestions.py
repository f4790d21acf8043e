"""Suggested addresses: checked, held, never fetched, decided by an operator."""

from __future__ import annotations

import json

import pytest
from fastapi.testclient import TestClient

from app.api.writing import MOST_OF_ALL, MOST_OF_ONE, WINDOW_SECONDS, WriteLimit
from app.cli import main
from app.main import create_app
from app.settings import read_settings
from app.sources.store import listing
from app.sources.suggestions.store import suggestions


@pytest.fixture
def api(database):
    with TestClient(create_app(read_settings(), database)) as client:
        yield client


def cli(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


def test_a_suggestion_is_held_and_nothing_is_read(api, database):
    answer = api.post(
        "/v1/suggestions",
        json={"url": "https://www.meetup.com/pydata-prague/", "near": "Prague", "note": "Good one"},
    )
    assert answer.status_code == 202
    [row] = suggestions(database)
    assert answer.json() == {"id": row["id"], "state": "held"}
    assert (row["url"], row["near"], row["note"]) == (
        "https://www.meetup.com/pydata-prague/",
        "Prague",
        "Good one",
    )
    assert listing(database, pages=True) == []


def test_the_same_address_twice_is_one_suggestion(api, database):
    first = api.post("/v1/suggestions", json={"url": "https://www.meetup.com/pydata-prague/"})
    again = api.post("/v1/suggestions", json={"url": "http://meetup.com/PyData-Prague?utm_source=x"})
    assert first.json()["id"] == again.json()["id"]
    assert len(suggestions(database)) == 1


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({}, "url"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "http://127.0.0.1/x"}, "url"),
        ({"url": "http://169.254.169.254/latest/meta-data"}, "url"),
        ({"url": "http://localhost/"}, "url"),
        ({"url": "https://user:secret@example.org/"}, "url"),
        ({"url": "https://example.org/" + "x" * 2_100}, "url"),
        ({"url": "https://example.org/", "near": "Xqzzyville"}, "near"),
        ({"url": "https://example.org/", "note": "x" * 1_001}, "note"),
        ({"url": "https://example.org/", "fetch": True}, "fetch"),
    ],
)
def test_what_is_no_public_address_or_no_known_place_is_refused(api, database, body, parameter):
    answer = api.post("/v1/suggestions", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["parameter"] == parameter
    assert suggestions(database) == []


def test_who_suggests_too_often_is_asked_to_wait(api):
    statuses = [
        api.post("/v1/suggestions", json={"url": f"https://example.org/{number}"}).status_code
        for number in range(MOST_OF_ONE + 1)
    ]
    assert statuses == [202] * MOST_OF_ONE + [429]
    answer = api.post("/v1/suggestions", json={"url": "https://example.org/more"})
    assert 0 < int(answer.headers["retry-after"]) <= WINDOW_SECONDS + 1


def test_after_an_hour_there_is_room_again_and_all_together_have_a_limit():
    now = 0.0
    limit = WriteLimit(lambda: now)
    for number in range(MOST_OF_ALL):
        assert limit.wait(f"10.0.{number // 10}.1") == 0
    assert limit.wait("another") > 0
    now = WINDOW_SECONDS + 1
    assert limit.wait("another") == 0


def test_an_operator_accepts_one_and_declines_another(api, database, database_url, monkeypatch, capsys):
    monkeypatch.setenv("NEXTCIRCLE_DATABASE_URL", database_url)
    good = api.post(
        "/v1/suggestions", json={"url": "https://www.meetup.com/pydata-prague/events/ical/", "near": "Prague"}
    ).json()["id"]
    bad = api.post("/v1/suggestions", json={"url": "https://spam.example/"}).json()["id"]
    assert cli("sources", "suggestions") == 0
    assert good in capsys.readouterr().out
    assert cli("sources", "accept", good, "--json") == 0
    assert json.loads(capsys.readouterr().out)["state"] == "accepted"
    assert cli("sources", "decline", bad) == 0
    assert cli("sources", "accept", bad) == 1
    [row] = listing(database, pages=False)
    assert (row["platform"], row["city"], row["origin"]) == ("meetup", "Prague", "suggested")
    assert suggestions(database) == []
    assert {row["state"] for row in suggestions(database, held_only=False)} == {"accepted", "declined"}


def test_a_forbidden_address_cannot_be_accepted_and_stays_held(
    api, database, database_url, monkeypatch, capsys
):
    monkeypatch.setenv("NEXTCIRCLE_DATABASE_URL", database_url)
    identity = api.post("/v1/suggestions", json={"url": "https://www.meetup.com/gql2"}).json()["id"]
    assert cli("sources", "accept", identity) == 2
    assert "forbids robots" in capsys.readouterr().err
    assert len(suggestions(database)) == 1
